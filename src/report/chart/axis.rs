//! Where the ticks of an axis stand and what they say.

use crate::report::number::plain;

/// A tick: its place on the axis and its text.
pub(super) type Tick = (f64, String);

/// Steps of the time axis in seconds, each a whole part of the unit in which it is labelled.
const TIME_STEPS: [u32; 22] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000,
    864_000, 2_592_000,
];

/// The unit in which times of an axis are told. A part of a run is told in minutes at least.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// What to write under the axis.
    pub name: &'static str,
    short: &'static str,
    unit: f64,
    begin: f64,
    end: f64,
}

impl Clock {
    /// Of an axis between these, in seconds since the start.
    pub(super) fn new(begin: f64, end: f64) -> Clock {
        let (name, short, unit) = match end - begin {
            length if length <= 600.0 && begin == 0.0 => ("seconds since the start", "s", 1.0),
            length if length <= 14_400.0 => ("minutes since the start", "min", 60.0),
            length if length <= 345_600.0 => ("hours since the start", "h", 3_600.0),
            _ => ("days since the start", "d", 86_400.0),
        };
        Clock { name, short, unit, begin, end }
    }

    /// A time in this unit, to a tenth of it.
    pub(super) fn tell(&self, seconds: f64) -> String {
        format!("{} {}", plain(libm::round(seconds / self.unit * 10.0) / 10.0), self.short)
    }

    /// Its ticks.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        time(self.begin, self.end, self.unit)
    }
}

fn time(begin_seconds: f64, end_seconds: f64, unit: f64) -> Vec<Tick> {
    const TICKS_MAX: f64 = 13.0;
    let length = end_seconds - begin_seconds;
    let fitting = TIME_STEPS.map(f64::from).into_iter().find(|step| length / step <= TICKS_MAX);
    let step = fitting.unwrap_or_else(|| nice(length / 86_400.0 / TICKS_MAX) * 86_400.0);
    let first = libm::ceil(begin_seconds / step - 1e-9) as u32;
    let last = (end_seconds / step + 1e-9) as u32;
    (first..=last).map(|i| (f64::from(i) * step, plain(f64::from(i) * step / unit))).collect()
}

/// The value axis: its upper end and its ticks, whole numbers only where things are counted.
pub(super) fn value(max: f64, whole: bool, ticks_max: f64) -> (f64, Vec<Tick>) {
    let max = if max > 0.0 { max } else { 1.0 };
    let step = nice(max / ticks_max);
    let step = if whole { step.max(1.0).ceil() } else { step };
    let count = (max * 1.02 / step).ceil() as u32;
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
        assert_eq!(labels(&Clock::new(7_300.0, 100_000.0).ticks()), "4 6 8 10 12 14 16 18 20 22 24 26");
    }

    #[test]
    fn counts_have_whole_ticks() {
        assert_eq!(labels(&value(2.0, true, 8.0).1), "0 1 2 3");
        assert_eq!(labels(&value(30.0, true, 8.0).1), "0 5 10 15 20 25 30 35");
        assert_eq!(labels(&value(0.9, false, 5.0).1), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(labels(&value(0.0, true, 8.0).1), "0 1 2");
    }
}
