//! Where the ticks of an axis stand and what they say.

use crate::report::number::plain;

/// A tick: its place on the axis and its text.
pub(super) type Tick = (f64, String);

/// Steps of the time axis in seconds, each a whole part of the unit in which it is labelled.
const TIME_STEPS: [u32; 24] = [
    1, 2, 5, 6, 10, 12, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800,
    432_000, 864_000, 2_592_000,
];
/// From so many seconds on, a part of a run of less than that is told by hours and minutes: of 1,144 minutes nobody
/// knows how late it is.
const LATE: f64 = 14_400.0;

/// The unit in which times of an axis are told. A part of a run is told in minutes at least.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// What to write under the axis.
    pub name: &'static str,
    short: &'static str,
    /// Seconds of the unit; without one, hours and minutes are told.
    unit: Option<f64>,
    begin: f64,
    end: f64,
}

impl Clock {
    /// Of an axis between these, in seconds since the start.
    pub(super) fn new(begin: f64, end: f64) -> Clock {
        let (name, short, unit) = match end - begin {
            length if length <= 600.0 && begin == 0.0 => ("seconds since the start", "s", Some(1.0)),
            length if length <= LATE && begin >= LATE => ("hours and minutes since the start", "", None),
            length if length <= LATE => ("minutes since the start", "min", Some(60.0)),
            length if length <= 345_600.0 => ("hours since the start", "h", Some(3_600.0)),
            _ => ("days since the start", "d", Some(86_400.0)),
        };
        Clock { name, short, unit, begin, end }
    }

    /// A time in this unit, to a tenth of it; or to the second.
    pub(super) fn tell(&self, seconds: f64) -> String {
        self.unit.map_or_else(
            || clock(libm::round(seconds)),
            |unit| format!("{} {}", plain(libm::round(seconds / unit * 10.0) / 10.0), self.short),
        )
    }

    /// Its ticks.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        const TICKS_MAX: f64 = 13.0;
        let length = self.end - self.begin;
        // Steps that are no decimal of the unit would be told wrong.
        let told = |step: &f64| self.unit.is_none_or(|unit| step / unit * 20.0 % 1.0 == 0.0);
        let mut steps = TIME_STEPS.map(f64::from).into_iter().filter(told);
        let fitting = steps.find(|step| length / step <= TICKS_MAX);
        let step = fitting.unwrap_or_else(|| nice(length / 86_400.0 / TICKS_MAX) * 86_400.0);
        let first = libm::ceil(self.begin / step - 1e-9) as u32;
        let last = (self.end / step + 1e-9) as u32;
        let text = |at: f64| self.unit.map_or_else(|| clock(at), |unit| plain(at / unit));
        (first..=last).map(|i| f64::from(i) * step).map(|at| (at, text(at))).collect()
    }
}

/// Hours and minutes, and seconds where there are any: `19:04`, `19:04:30`.
fn clock(seconds: f64) -> String {
    let whole = seconds as u64;
    let minutes = format!("{}:{:02}", whole / 3_600, whole / 60 % 60);
    if whole.is_multiple_of(60) { minutes } else { format!("{minutes}:{:02}", whole % 60) }
}

/// The value axis: its upper end, a little over `max` and at `top` at least; and its ticks, whole numbers only where
/// things are counted.
pub(super) fn value(max: f64, top: f64, whole: bool, ticks_max: f64) -> (f64, Vec<Tick>) {
    let max = if max > 0.0 { max } else { 1.0 };
    // Rates are sums of many parts: what is over the top by dust is not.
    let upper = if max > top * 1.000_001 { max * 1.02 } else { top };
    let step = nice(upper / 1.02 / ticks_max);
    let step = if whole { step.max(1.0).ceil() } else { step };
    let count = (upper / step - 1e-9).ceil() as u32;
    (f64::from(count) * step, (0..=count).map(|i| (f64::from(i) * step, plain(f64::from(i) * step))).collect())
}

/// The least of 1, 2 or 5 times a power of ten that is not below `at_least`.
fn nice(at_least: f64) -> f64 {
    let power = libm::pow(10.0, libm::floor(libm::log10(at_least)));
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= at_least * 0.999_999)
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ticks: &[Tick]) -> String {
        ticks.iter().map(|tick| tick.1.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn time_is_told_in_the_unit_that_fits() {
        let check = |end, name: &str, texts: &str| {
            let clock = Clock::new(0.0, end);
            let ticks = clock.ticks();
            assert_eq!((clock.name.split(' ').next(), labels(&ticks).as_str()), (Some(name), texts));
        };
        check(90.0, "seconds", "0 10 20 30 40 50 60 70 80 90");
        check(10_800.0, "minutes", "0 15 30 45 60 75 90 105 120 135 150 165 180");
        check(86_400.0, "hours", "0 2 4 6 8 10 12 14 16 18 20 22 24");
        check(604_800.0, "days", "0 1 2 3 4 5 6 7");
        check(31_536_000.0, "days", "0 30 60 90 120 150 180 210 240 270 300 330 360");
    }

    #[test]
    fn a_part_of_a_run_keeps_the_time_since_the_start() {
        let clock = Clock::new(3_540.0, 3_900.0);
        let ticks = clock.ticks();
        assert_eq!(
            (clock.name, labels(&ticks).as_str()),
            ("minutes since the start", "59 59.5 60 60.5 61 61.5 62 62.5 63 63.5 64 64.5 65")
        );
        assert_eq!(labels(&Clock::new(3_540.0, 3_660.0).ticks()), "59 59.2 59.4 59.6 59.8 60 60.2 60.4 60.6 60.8 61");
        assert_eq!(labels(&Clock::new(7_300.0, 100_000.0).ticks()), "4 6 8 10 12 14 16 18 20 22 24 26");
        let late = Clock::new(68_370.0, 68_850.0);
        assert_eq!(labels(&late.ticks()), "19:00 19:01 19:02 19:03 19:04 19:05 19:06 19:07");
        assert_eq!([late.tell(68_400.0), late.tell(68_672.6)], ["19:00", "19:04:33"]);
    }

    #[test]
    fn counts_have_whole_ticks() {
        assert_eq!(labels(&value(2.0, 0.0, true, 8.0).1), "0 1 2 3");
        assert_eq!(labels(&value(30.0, 0.0, true, 8.0).1), "0 5 10 15 20 25 30 35");
        assert_eq!(labels(&value(0.9, 0.0, false, 5.0).1), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(labels(&value(0.0, 0.0, true, 8.0).1), "0 1 2");
        assert_eq!(labels(&value(1.4, 100.0, false, 5.0).1), "0 20 40 60 80 100");
        assert_eq!(labels(&value(100.000_000_1, 100.0, false, 5.0).1), "0 20 40 60 80 100", "nothing is over 100 %");
        assert_eq!(labels(&value(101.0, 100.0, false, 5.0).1), "0 50 100 150");
    }
}
