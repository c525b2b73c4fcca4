//! Numbers as people read them: sensible digits, units, an interval where there is one.

use crate::metrics::summary::{Estimate, Maybe};

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

/// How an interval is told.
enum Told {
    /// There is none, or it is no wider than nothing.
    Alone,
    /// Half its width.
    Around(f64),
    /// It reaches below zero, where no result can be: its upper end.
    UpTo(f64),
}

fn told(value: &Estimate) -> Told {
    match (half_width(value), value.high) {
        (Some(half), Some(high)) if half > 0.0 => {
            if value.mean >= 0.0 && half > value.mean {
                Told::UpTo(high)
            } else {
                Told::Around(half)
            }
        }
        _ => Told::Alone,
    }
}

/// A mean, with "± half width" to two digits where there is an interval wider than nothing; with "(≤ upper end)" where
/// the interval reaches below zero.
pub fn estimate(value: &Estimate) -> String {
    match told(value) {
        Told::Around(half) => {
            let decimals = decimals_for(half, 2);
            format!("{} ± {}", fixed(value.mean, decimals), fixed(half, decimals))
        }
        Told::UpTo(high) => {
            let decimals = decimals_for(high, 3);
            format!("{} (≤ {})", fixed(value.mean, decimals), fixed(high, decimals))
        }
        Told::Alone => plain(value.mean),
    }
}

/// The same, with a dash where there is no value.
pub fn maybe(value: &Maybe) -> String {
    value.as_ref().map_or_else(|| NOTHING.to_owned(), estimate)
}

/// An availability as percent, with as many digits as what is missing from 100 % needs; never rounded up, so that
/// 99.99899 % does not pass for 99.999 %.
pub fn percent(value: &Maybe) -> String {
    let Some(value) = value else { return NOTHING.to_owned() };
    let (mean, missing) = (value.mean * 100.0, (1.0 - value.mean) * 100.0);
    if let Some(half) = half_width(value).filter(|half| *half > 0.0) {
        let decimals = decimals_for(half * 100.0, 2);
        if half * 100.0 > missing {
            let low = (value.mean - half).max(0.0) * 100.0;
            return format!("{} (≥ {}) %", cut(mean, decimals), cut(low, decimals));
        }
        return format!("{} ± {} %", cut(mean, decimals), fixed(half * 100.0, decimals));
    }
    if missing < 1e-12 {
        return "100 %".to_owned();
    }
    if mean <= 0.0 {
        return "0 %".to_owned();
    }
    format!("{} %", cut(mean, decimals_for(missing, 3).clamp(2, 9)))
}

/// A share as percent with three digits.
pub fn share(value: &Maybe) -> String {
    let hundred = |part: f64| part * 100.0;
    let of = |value: &Estimate| Estimate {
        mean: hundred(value.mean),
        low: value.low.map(hundred),
        high: value.high.map(hundred),
        ..*value
    };
    value.as_ref().map_or_else(|| NOTHING.to_owned(), |value| format!("{} %", estimate(&of(value))))
}

/// Like [`fixed`], never rounded up: what is left of a digit is cut off, but for what only the machine's way of
/// counting lacks.
fn cut(value: f64, decimals: usize) -> String {
    let scale = libm::pow(10.0, decimals as f64);
    fixed(libm::floor(value * scale + 1e-6) / scale, decimals)
}

/// Nines with two digits, never rounded up.
pub fn nines(value: f64) -> String {
    cut(value, 2)
}

/// How many of so many minutes an availability of this much is not there; a dash without a value.
pub fn minutes(availability: &Maybe, of: f64) -> String {
    availability.as_ref().map_or_else(|| NOTHING.to_owned(), |value| short((1.0 - value.mean).max(0.0) * of))
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
    match told(value) {
        Told::Around(half) => format!("{} ± {}", duration(value.mean), duration(half)),
        Told::UpTo(high) => format!("{} (≤ {})", duration(value.mean), duration(high)),
        Told::Alone => duration(value.mean),
    }
}

/// A moment of the run: `1:00:41`, with days from the second on: `2d 1:00:41`.
pub fn clock(seconds: f64) -> String {
    let whole = libm::round(seconds.max(0.0)) as u64;
    let (days, hours, minutes, rest) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60, whole % 60);
    let of_day = format!("{hours}:{minutes:02}:{rest:02}");
    if days == 0 { of_day } else { format!("{days}d {of_day}") }
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
        assert_eq!(percent(&Some(exact(0.0))), "0 %");
        assert_eq!(percent(&Some(between(0.998, 0.999))), "99.850 ± 0.050 %");
        assert_eq!(percent(&None), "-");
    }

    #[test]
    fn nothing_is_rounded_up_over_a_class() {
        assert_eq!(percent(&Some(exact(0.999_989_99))), "99.99899 %");
        assert_eq!(percent(&Some(exact(0.999_999_999_999))), "99.999999999 %");
        assert_eq!(percent(&Some(exact(1.0 - 1e-15))), "100 %");
        assert_eq!(percent(&Some(between(0.999_987, 0.999_991))), "99.99890 ± 0.00020 %");
        assert_eq!(nines(-libm::log10(1.0 - 0.999_989_99)), "4.99");
        assert_eq!(nines(-libm::log10(1.0 - 0.999)), "3.00");
    }

    #[test]
    fn no_interval_reaches_where_no_result_can_be() {
        assert_eq!(estimate(&between(-3.5, 10.9)), "3.7 (≤ 10.9)");
        assert_eq!(seconds(&Some(between(-3.5, 10.9)), "-"), "3.7s (≤ 10.9s)");
        assert_eq!(percent(&Some(between(0.9990, 1.0008))), "99.990 (≥ 99.900) %");
        assert_eq!(share(&Some(between(-0.01, 0.03))), "1.00 (≤ 3.00) %");
    }

    #[test]
    fn a_share_has_three_digits() {
        for (of, text) in
            [(0.0, "0 %"), (0.9514, "95.1 %"), (1.0, "100 %"), (0.000_123, "0.0123 %"), (0.000_000_87, "0.000087 %")]
        {
            assert_eq!(share(&Some(exact(of))), text);
        }
    }

    #[test]
    fn minutes_that_are_lost() {
        assert_eq!(minutes(&Some(exact(0.9999)), 525_600.0), "52.6");
        assert_eq!(minutes(&Some(exact(1.0)), 165.0), "0");
        assert_eq!(minutes(&Some(exact(0.9)), 525_600.0), "52,560");
        assert_eq!(minutes(&None, 165.0), "-");
    }

    #[test]
    fn moments_are_told_by_the_clock() {
        assert_eq!(clock(3_641.4), "1:00:41");
        assert_eq!(clock(59.0), "0:00:59");
        assert_eq!(clock(176_441.0), "2d 1:00:41");
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
