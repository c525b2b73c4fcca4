//! `timeseries.csv`: one row for each series and change point.

use crate::metrics::timeline::Timeline;
use std::fmt::Write;

/// First line of the file.
const HEAD: &str = "time_seconds,series,subject,part,value\n";

/// The whole file. Times have up to six digits after the point, as the clock counts microseconds; values are printed
/// with the fewest digits that read back to the same number.
pub fn timeseries(timeline: &Timeline) -> String {
    let rows: usize = timeline.series.iter().map(|series| series.points.len()).sum();
    let mut out = String::with_capacity(HEAD.len() + rows * 64);
    out.push_str(HEAD);
    for series in &timeline.series {
        let middle = format!(",{},{},{},", series.name, field(&series.subject), field(&series.part));
        for (time, value) in &series.points {
            seconds(&mut out, time.0);
            out.push_str(&middle);
            writeln!(out, "{value}").expect("writing to a String cannot fail");
        }
    }
    out
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
/// would take for a formula gets an apostrophe before it (OWASP, "CSV Injection"); numbers are not names.
fn field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
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
        assert_eq!(
            timeseries(&timeline),
            "time_seconds,series,subject,part,value\n\
             0,available_tasks,shop/web,use1-az1,10\n\
             1.5,available_tasks,shop/web,use1-az1,0.25\n\
             3600.000001,hosts,\"a,\"\"b\",,2\n"
        );
    }
}
