//! `timeseries.csv`: one row for each series and change point, as far as there is room.

use super::date::date;
use super::visible;
use crate::metrics::timeline::Timeline;
use crate::metrics::trace::thin;
use std::borrow::Cow;
use std::fmt::Write;

/// What of the series is written.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    /// Rows at most, though at least four of each series; above that the longest series are thinned.
    pub most: usize,
    /// Whether a second column dates each row: the time of 0, in seconds since 1970-01-01 UTC.
    pub starts_at: Option<i64>,
}

/// The whole file. Times have up to six digits after the point, as the clock counts microseconds; values are printed
/// with the fewest digits that read back to the same number.
pub fn timeseries(timeline: &Timeline, rows: Rows) -> String {
    let points = |most: usize| timeline.series.iter().map(move |series| series.points.len().min(most));
    let each = points_each(&points(usize::MAX).collect::<Vec<_>>(), rows.most);
    let mut out = String::with_capacity(64 * (1 + points(each).sum::<usize>()));
    out.push_str(if rows.starts_at.is_some() { "time_seconds,timestamp" } else { "time_seconds" });
    out.push_str(",series,subject,part,value\n");
    for series in &timeline.series {
        let middle = format!(",{},{},{},", series.name, field(&series.subject), field(&series.part));
        let points = if series.points.len() > each {
            Cow::Owned(thin(&series.points, timeline.end, (each / 4) as u64))
        } else {
            Cow::Borrowed(&series.points)
        };
        for (time, value) in points.iter() {
            seconds(&mut out, time.0);
            if let Some(starts_at) = rows.starts_at {
                out.push(',');
                out.push_str(&date(starts_at, *time, true));
            }
            out.push_str(&middle);
            writeln!(out, "{value}").expect("writing to a String cannot fail");
        }
    }
    out
}

/// The most points that each series may have, so that series of these lengths have at most so many together: short ones
/// leave to long ones what they do not use.
fn points_each(lengths: &[usize], most: usize) -> usize {
    let mut sorted = lengths.to_vec();
    sorted.sort_unstable();
    let (mut left, mut series) = (most, sorted.len());
    for length in sorted {
        if length > left / series {
            return (left / series).max(4);
        }
        left -= length;
        series -= 1;
    }
    usize::MAX
}

/// Microseconds as seconds, without trailing zeros.
fn seconds(out: &mut String, micros: u64) {
    write!(out, "{}", micros / 1_000_000).expect("writing to a String cannot fail");
    let fraction = micros % 1_000_000;
    if fraction > 0 {
        let digits = format!(".{fraction:06}");
        out.push_str(digits.trim_end_matches('0'));
    }
}

/// A name as CSV takes it (RFC 4180): quoted where it holds a comma, a quote or a line break. A name that a spreadsheet
/// would take for a formula gets an apostrophe before it (OWASP, "CSV Injection"); numbers are not names. Other
/// characters that steer a terminal are written out.
fn field(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        safe.push('\'');
    }
    for c in text.chars() {
        if matches!(c, '\t' | '\r' | '\n') {
            safe.push(c);
        } else {
            visible::push(&mut safe, c);
        }
    }
    let text = safe;
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Time;
    use crate::metrics::timeline::Series;

    #[test]
    fn no_name_is_a_formula() {
        assert_eq!(field("=HYPERLINK(\"x\",1)"), "\"'=HYPERLINK(\"\"x\"\",1)\"");
        assert_eq!(
            [field("-1/web"), field("+a"), field("@a"), field("\ta"), field("a-1")],
            ["'-1/web", "'+a", "'@a", "'\ta", "a-1"]
        );
        assert_eq!(field("\u{1b}[31mred"), "\\u001b[31mred");
    }

    #[test]
    fn a_row_for_each_change_point() {
        let series = Series {
            name: "available_tasks",
            subject: "shop/web".into(),
            part: "use1-az1".into(),
            points: vec![(Time(0), 10.0), (Time(1_500_000), 0.25)],
        };
        let odd = Series {
            name: "hosts",
            subject: "a,\"b".into(),
            part: String::new(),
            points: vec![(Time(3_600_000_001), 2.0)],
        };
        let timeline = Timeline { end: Time(9), series: vec![series, odd], ..Timeline::default() };
        let dated = timeseries(&timeline, Rows { most: 100, starts_at: Some(1_767_571_200) });
        assert_eq!(dated.lines().next(), Some("time_seconds,timestamp,series,subject,part,value"));
        assert_eq!(dated.lines().nth(2), Some("1.5,2026-01-05T00:00:01.500Z,available_tasks,shop/web,use1-az1,0.25"));
        assert_eq!(
            timeseries(&timeline, Rows { most: 100, starts_at: None }),
            "time_seconds,series,subject,part,value\n\
             0,available_tasks,shop/web,use1-az1,10\n\
             1.5,available_tasks,shop/web,use1-az1,0.25\n\
             3600.000001,hosts,\"a,\"\"b\",,2\n"
        );
    }

    #[test]
    fn long_series_leave_room_for_short_ones_and_keep_their_extremes() {
        let long = |name, peak: u64| Series {
            name,
            subject: "a".into(),
            part: String::new(),
            points: (0..10_000).map(|at| (Time(at), if at == peak { 1e9 } else { (at % 7) as f64 })).collect(),
        };
        let short = Series { points: (0..50).map(|at| (Time(at), at as f64)).collect(), ..long("hosts", 0) };
        let timeline = Timeline {
            end: Time(10_000),
            series: vec![long("x", 777), short, long("y", 4_242)],
            ..Timeline::default()
        };
        let rows = |most| {
            let text = timeseries(&timeline, Rows { most, starts_at: None });
            let of = |name: &str| text.lines().filter(|line| line.contains(&format!(",{name},"))).count();
            assert_eq!(text.matches(",1000000000\n").count(), 2, "both peaks are there");
            [of("x"), of("hosts"), of("y")]
        };
        let [x, hosts, y] = rows(1_000);
        assert_eq!((hosts, x + hosts + y <= 1_000), (50, true), "{x} {y}");
        assert!(x > 300 && y > 300, "{x} {y}");
        assert_eq!(rows(usize::MAX), [10_000, 50, 10_000]);
    }
}
