//! Where the ticks of an axis stand and what they say.

use crate::report::number::plain;

/// A tick: its place on the axis and its text.
pub(super) type Tick = (f64, String);

/// Steps of the time axis in seconds, each a whole part of the unit in which it is labelled.
const TIME_STEPS: [u32; 22] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000,
    864_000, 2_592_000,
];

/// The time axis: what to write under it, and its ticks between these. A part of a run is told in minutes at least.
pub(super) fn time(begin_seconds: f64, end_seconds: f64) -> (&'static str, Vec<Tick>) {
    const TICKS_MAX: f64 = 13.0;
    let length = end_seconds - begin_seconds;
    let (name, unit) = match length {
        end if end <= 600.0 && begin_seconds == 0.0 => ("seconds since the start", 1.0),
        end if end <= 14_400.0 => ("minutes since the start", 60.0),
        end if end <= 345_600.0 => ("hours since the start", 3_600.0),
        _ => ("days since the start", 86_400.0),
    };
    let fitting = TIME_STEPS.map(f64::from).into_iter().find(|step| length / step <= TICKS_MAX);
    let step = fitting.unwrap_or_else(|| nice(length / 86_400.0 / TICKS_MAX) * 86_400.0);
    let first = libm::ceil(begin_seconds / step - 1e-9) as u32;
    let last = (end_seconds / step + 1e-9) as u32;
    (name, (first..=last).map(|i| (f64::from(i) * step, plain(f64::from(i) * step / unit))).collect())
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
            let (unit, ticks) = time(0.0, end);
            assert_eq!((unit.split(' ').next(), labels(&ticks).as_str()), (Some(name), texts));
        };
        check(90.0, "seconds", "0 10 20 30 40 50 60 70 80 90");
        check(10_800.0, "minutes", "0 15 30 45 60 75 90 105 120 135 150 165 180");
        check(86_400.0, "hours", "0 2 4 6 8 10 12 14 16 18 20 22 24");
        check(604_800.0, "days", "0 1 2 3 4 5 6 7");
        check(31_536_000.0, "days", "0 30 60 90 120 150 180 210 240 270 300 330 360");
    }

    #[test]
    fn a_part_of_a_run_keeps_the_time_since_the_start() {
        let (unit, ticks) = time(3_540.0, 3_900.0);
        assert_eq!(
            (unit, labels(&ticks).as_str()),
            ("minutes since the start", "59 59.5 60 60.5 61 61.5 62 62.5 63 63.5 64 64.5 65")
        );
        assert_eq!(labels(&time(7_300.0, 100_000.0).1), "4 6 8 10 12 14 16 18 20 22 24 26");
    }

    #[test]
    fn counts_have_whole_ticks() {
        assert_eq!(labels(&value(2.0, true, 8.0).1), "0 1 2 3");
        assert_eq!(labels(&value(30.0, true, 8.0).1), "0 5 10 15 20 25 30 35");
        assert_eq!(labels(&value(0.9, false, 5.0).1), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(labels(&value(0.0, true, 8.0).1), "0 1 2");
    }
}
