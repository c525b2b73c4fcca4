//! Numbers as people read them: sensible digits, units, an interval where there is one.

use crate::metrics::summary::{Estimate, Maybe};

/// Minutes in a year of 365 days: what "minutes of downtime a year" counts in.
const MINUTES_A_YEAR: f64 = 525_600.0;

/// What stands where there is no value.
pub const NOTHING: &str = "-";
/// What stands where a service needs no task, so that nothing can be short.
pub const NO_NEED: &str = "no need";

/// A number with thousands separated and `decimals` digits after the point.
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0') {
        out.push('-');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A number with at most three significant digits after the point, none for whole numbers.
pub fn plain(value: f64) -> String {
    let decimals = if is_whole(value) { 0 } else { decimals_for(value, 3).min(6) };
    let text = fixed(value, decimals);
    if decimals == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-9
}

/// Decimals that leave `significant` digits of `value`.
fn decimals_for(value: f64, significant: i32) -> usize {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    let magnitude = libm::floor(libm::log10(value.abs() * (1.0 + 1e-9))) as i32;
    (significant - 1 - magnitude).clamp(0, 12) as usize
}

/// Half the width of the interval, where there is one.
fn half_width(estimate: &Estimate) -> Option<f64> {
    Some((estimate.high? - estimate.low?) / 2.0)
}

/// A mean, with "± half width" to two digits where there is an interval wider than nothing.
pub fn estimate(value: &Estimate) -> String {
    match half_width(value) {
        Some(half) if half > 0.0 => {
            let decimals = decimals_for(half, 2);
            format!("{} ± {}", fixed(value.mean, decimals), fixed(half, decimals))
        }
        _ => plain(value.mean),
    }
}

/// The same, with a dash where there is no value.
pub fn maybe(value: &Maybe) -> String {
    value.as_ref().map_or_else(|| NOTHING.to_owned(), estimate)
}

/// A share as percent, with as many digits as what is missing from 100 % needs.
pub fn percent(value: &Maybe) -> String {
    let Some(value) = value else { return NOTHING.to_owned() };
    if let Some(half) = half_width(value).filter(|half| *half > 0.0) {
        let decimals = decimals_for(half * 100.0, 2);
        return format!("{} ± {} %", fixed(value.mean * 100.0, decimals), fixed(half * 100.0, decimals));
    }
    let missing = (1.0 - value.mean) * 100.0;
    if missing <= 0.0 {
        return "100 %".to_owned();
    }
    let text = fixed(value.mean * 100.0, decimals_for(missing, 3).clamp(2, 9));
    format!("{text} %")
}

/// Minutes a year that an availability of this much is not there; a dash without a value.
pub fn minutes_a_year(value: &Maybe) -> String {
    value.as_ref().map_or_else(|| NOTHING.to_owned(), |value| short((1.0 - value.mean).max(0.0) * MINUTES_A_YEAR))
}

/// Three significant digits, whole from 100 on.
pub fn short(value: f64) -> String {
    if is_whole(value) { fixed(value, 0) } else { fixed(value, decimals_for(value, 3).min(3)) }
}

/// A length of time from seconds: `0s`, `2.5s`, `45s`, `3m30s`, `2h05m`, `3d04h`.
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return NOTHING.to_owned();
    }
    if seconds.abs() < 59.95 {
        let tenths = libm::round(seconds * 10.0) / 10.0;
        let decimals = usize::from(!is_whole(tenths));
        return format!("{tenths:.decimals$}s");
    }
    let whole = libm::round(seconds.abs()) as u64;
    let sign = if seconds < 0.0 { "-" } else { "" };
    let (days, hours, minutes, rest) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60, whole % 60);
    match (days, hours, minutes, rest) {
        (0, 0, minutes, 0) => format!("{sign}{minutes}m"),
        (0, 0, minutes, rest) => format!("{sign}{minutes}m{rest:02}s"),
        (0, hours, 0, 0) => format!("{sign}{hours}h"),
        (0, hours, minutes, 0) => format!("{sign}{hours}h{minutes:02}m"),
        (0, hours, minutes, rest) => format!("{sign}{hours}h{minutes:02}m{rest:02}s"),
        (days, 0, _, _) => format!("{sign}{days}d"),
        (days, hours, _, _) => format!("{sign}{days}d{hours:02}h"),
    }
}

/// A length of time with its interval, `absent` where there is none.
pub fn seconds(value: &Maybe, absent: &str) -> String {
    let Some(value) = value else { return absent.to_owned() };
    match half_width(value) {
        Some(half) if half > 0.0 => format!("{} ± {}", duration(value.mean), duration(half)),
        _ => duration(value.mean),
    }
}

/// Dollars an hour.
pub fn dollars(value: &Maybe) -> String {
    value.as_ref().map_or_else(|| NOTHING.to_owned(), |value| format!("${}", fixed(value.mean, 2)))
}

/// A share in percent, or that nothing is needed.
pub fn or_no_need(share: &Maybe) -> String {
    if share.is_some() { percent(share) } else { NO_NEED.to_owned() }
}

/// Requests are counted by fractions (a rate times a time); people count whole ones.
pub fn whole(value: &Estimate) -> String {
    let small = value.mean.abs() < 100.0;
    if small || value.low.is_some() { estimate(value) } else { fixed(value.mean, 0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(mean: f64) -> Estimate {
        Estimate { mean, low: None, high: None, n: 1 }
    }

    fn between(low: f64, high: f64) -> Estimate {
        Estimate { mean: f64::midpoint(low, high), low: Some(low), high: Some(high), n: 20 }
    }

    #[test]
    fn whole_numbers_have_separators_and_no_point() {
        assert_eq!(plain(1_234_567.0), "1,234,567");
        assert_eq!(plain(0.0), "0");
        assert_eq!(plain(-1_000.0), "-1,000");
        assert_eq!(plain(29.4567), "29.5");
        assert_eq!(plain(0.001_234_5), "0.00123");
        assert_eq!(fixed(-0.001, 1), "0.0");
    }

    #[test]
    fn an_interval_sets_the_digits() {
        assert_eq!(estimate(&between(9.9, 10.1)), "10.00 ± 0.10");
        assert_eq!(estimate(&between(900.0, 1_100.0)), "1,000 ± 100");
        assert_eq!(estimate(&between(5.0, 5.0)), "5");
        assert_eq!(estimate(&exact(5.25)), "5.25");
    }

    #[test]
    fn a_share_shows_what_is_missing() {
        assert_eq!(percent(&Some(exact(1.0))), "100 %");
        assert_eq!(percent(&Some(exact(0.999_958_3))), "99.99583 %");
        assert_eq!(percent(&Some(exact(0.95))), "95.00 %");
        assert_eq!(percent(&Some(exact(0.0))), "0.00 %");
        assert_eq!(percent(&Some(between(0.998, 0.999))), "99.850 ± 0.050 %");
        assert_eq!(percent(&None), "-");
    }

    #[test]
    fn minutes_of_a_year() {
        assert_eq!(minutes_a_year(&Some(exact(0.9999))), "52.6");
        assert_eq!(minutes_a_year(&Some(exact(1.0))), "0");
        assert_eq!(minutes_a_year(&Some(exact(0.9))), "52,560");
    }

    #[test]
    fn times_have_the_unit_that_fits() {
        for (seconds, text) in [
            (0.0, "0s"),
            (2.46, "2.5s"),
            (45.0, "45s"),
            (59.97, "1m"),
            (210.0, "3m30s"),
            (3_600.0, "1h"),
            (7_500.0, "2h05m"),
            (3_725.0, "1h02m05s"),
            (86_400.0, "1d"),
            (273_600.0, "3d04h"),
        ] {
            assert_eq!(duration(seconds), text, "{seconds}");
        }
        assert_eq!(seconds(&None, "never"), "never");
    }
}
