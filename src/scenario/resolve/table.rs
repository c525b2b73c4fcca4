//! Traffic as a table in CSV: what people type, and what they export from CloudWatch.
//!
//! | Columns | What a row says |
//! |---|---|
//! | `seconds` or `timestamp`, then `requests_per_second` | the rate from then on |
//! | `seconds` or `timestamp`, then `RequestCount`, `Sum` or `requests` | requests in the period that begins then |
//! | lines such as `Label,...`, `Statistic,Sum`, `Period,300`, then time stamps | the same: a graph saved by the console |
//!
//! Time stamps are ISO 8601, `2026-11-01 08:00`, `2026/11/01 08:00:00` or seconds since 1970; without an offset they are
//! UTC. The first row is time 0. CloudWatch leaves out periods without requests and prints rows in any order; both are
//! refused here, since a hole may as well be a lost row.

use crate::engine::{Span, Time};
use crate::grammar::short;
use crate::model::quantity::Rate;
use jiff::civil::DateTime;
use jiff::{Timestamp, tz};

/// Rates over time.
#[derive(Debug, PartialEq)]
pub(super) struct Table {
    /// Each holds until the next one.
    pub steps: Vec<(Time, u64)>,
    /// The time stamp of the first row, if rows have one.
    pub begins: Option<String>,
    /// The end of the last period, or the last row.
    pub ends: Time,
}

/// What is wrong with a table.
#[derive(Debug, PartialEq)]
pub(super) struct Wrong {
    /// Line, from 1.
    pub line: usize,
    /// Goes on from "line 3 of `x.csv`".
    pub message: String,
    pub hint: String,
}

const FORM: &str =
    "the first line is `seconds,requests_per_second`, or `timestamp,RequestCount` for sums by CloudWatch";
const SORT: &str = "sort the lines by time, each once: CloudWatch prints them in any order";
const FILL: &str = "write 0 for each period without requests: CloudWatch leaves them out, its expression FILL(m1, 0) \
                    writes them";
const PLAIN: &str = "write digits and a point, such as 1234.5";
const COMMAS: &str = "separate the columns by commas, and write a point in numbers";

/// How long a period is, where no row says it.
const PERIOD: &str = "write at least two lines, so that the time between them says how long a period is";

/// What the columns are.
struct Head {
    stamped: bool,
    sums: bool,
    /// Seconds of a period, where the head says it.
    period: Option<f64>,
}

/// A line and its number, from 1.
type Line<'t> = (usize, &'t str);

/// The head, and a first row that was read with it.
type Begin<'t> = (Head, Option<Line<'t>>);

/// A row: its line, its time in seconds, its number.
type Row = (usize, f64, f64);

/// Reads a table.
///
/// # Errors
/// The first line that cannot be taken, with the way out.
pub(super) fn read(text: &str) -> Result<Table, Wrong> {
    read_as(text, false)
}

/// Reads a table of any values: each holds until the next one, whatever its column is called.
///
/// # Errors
/// As for traffic.
pub(super) fn values(text: &str) -> Result<Table, Wrong> {
    read_as(text, true)
}

fn read_as(text: &str, values: bool) -> Result<Table, Wrong> {
    let text = text.trim_start_matches('\u{feff}');
    let mut lines =
        text.lines().enumerate().map(|(place, line)| (place + 1, line)).filter(|line| !line.1.trim().is_empty());
    let (head, first) = head(&mut lines, values)?;
    let mut rows: Vec<Row> = Vec::new();
    let mut begins = None;
    for (line, text) in first.into_iter().chain(lines) {
        let [time, number] = cells(line, text)?;
        let seconds =
            if head.stamped { stamp(&time) } else { time.parse().ok().filter(|at| (0.0..=1e12).contains(at)) };
        let Some(seconds) = seconds else {
            return Err(no_time(line, &time, head.stamped));
        };
        begins = begins.or(head.stamped.then(|| time.clone()));
        if let Some(before) = rows.last().filter(|before| before.1 >= seconds) {
            let message = format!("is at `{}`, not after line {}", short(&time), before.0);
            return Err(Wrong { line, message, hint: SORT.to_owned() });
        }
        rows.push((line, seconds, amount(line, &number)?));
    }
    finish(&rows, &head, begins)
}

/// What the first lines say.
fn head<'t>(lines: &mut impl Iterator<Item = Line<'t>>, values: bool) -> Result<Begin<'t>, Wrong> {
    let Some((line, text)) = lines.next() else {
        return Err(Wrong { line: 1, message: "is empty".to_owned(), hint: FORM.to_owned() });
    };
    let hint = if text.contains([';', '\t']) { COMMAS } else { FORM };
    let unknown = |message: String| Wrong { line, message, hint: hint.to_owned() };
    let first = split(line, text)?.first().map(|name| plain(name)).unwrap_or_default();
    if ["label", "fulllabel"].contains(&first.as_str()) {
        return exported(lines, values);
    }
    let stamped = match first.as_str() {
        "seconds" => false,
        "timestamp" | "time" | "date" | "datetime" => true,
        _ => return Err(unknown(format!("has no head that is known: `{}`", short(text)))),
    };
    let [_, second] = cells(line, text)?;
    let sums = match plain(&second).as_str() {
        _ if values => false,
        "requestspersecond" => false,
        "sum" | "requests" => true,
        other if other.ends_with("requestcount") => true,
        _ => return Err(unknown(format!("has a second column that is not known: `{}`", short(&second)))),
    };
    Ok((Head { stamped, sums, period: None }, None))
}

/// The head of a graph that the console of CloudWatch saved: a name and a value in each line, before the first time.
fn exported<'t>(lines: &mut impl Iterator<Item = Line<'t>>, values: bool) -> Result<Begin<'t>, Wrong> {
    let mut head = Head { stamped: true, sums: !values, period: None };
    for (line, text) in lines {
        let names = split(line, text)?;
        if names.first().is_some_and(|first| stamp(first).is_some()) {
            return Ok((head, Some((line, text))));
        }
        let value = names.get(1).cloned().unwrap_or_default();
        match plain(&names[0]).as_str() {
            "statistic" if !values && plain(&value) != "sum" => {
                let message = format!("says that the numbers are `{}`", short(&value));
                let hint = "choose the statistic Sum of RequestCount, and save the graph again".to_owned();
                return Err(Wrong { line, message, hint });
            }
            "period" => head.period = value.parse().ok().filter(|period| *period > 0.0),
            _ => {}
        }
    }
    Ok((head, None))
}

/// The two cells of a line.
fn cells(line: usize, text: &str) -> Result<[String; 2], Wrong> {
    let cells = split(line, text)?;
    let count = cells.len();
    cells.try_into().map_err(|_| {
        let hint = if text.contains([';', '\t']) { COMMAS } else { "keep two columns" };
        let message = if count == 1 { "has one column".to_owned() } else { format!("has {count} columns") };
        Wrong { line, message, hint: hint.to_owned() }
    })
}

fn no_time(line: usize, time: &str, stamped: bool) -> Wrong {
    let (message, hint) = if stamped {
        (format!("has no time stamp in `{}`", short(time)), "write it as 2026-11-01T08:00:00Z")
    } else {
        (
            format!("has no number of seconds from 0 in `{}`", short(time)),
            "for time stamps call the first column `timestamp`",
        )
    };
    Wrong { line, message, hint: hint.to_owned() }
}

/// A number of requests, or a rate.
fn amount(line: usize, text: &str) -> Result<f64, Wrong> {
    let wrong = |message: String, hint: &str| Err(Wrong { line, message, hint: hint.to_owned() });
    match text.parse::<f64>() {
        Ok(number) if number < 0.0 => {
            wrong(format!("has a negative number, `{}`", short(text)), "requests are 0 or more")
        }
        Ok(number) if number.is_finite() => Ok(number),
        _ if text.is_empty() => wrong("has no number".to_owned(), FILL),
        _ => wrong(format!("has a text where a number belongs, `{}`", short(text)), PLAIN),
    }
}

/// Rates from rows in order.
fn finish(rows: &[Row], head: &Head, begins: Option<String>) -> Result<Table, Wrong> {
    let Some(first) = rows.first() else {
        let hint = format!("write a line such as {}", if head.stamped { "2026-11-01T08:00:00Z,5" } else { "0,5" });
        return Err(Wrong { line: 1, message: "says what the columns are, and no row follows".to_owned(), hint });
    };
    let since = |seconds: f64| Time::ZERO + Span::from_secs_f64(if head.stamped { seconds - first.1 } else { seconds });
    let period = if head.sums { period(rows, head)? } else { 1.0 };
    let mut steps = Vec::with_capacity(rows.len());
    for &(line, seconds, number) in rows {
        let rate = Rate::parse(&format!("{}/s", number / period));
        let rate =
            rate.map_err(|why| Wrong { line, message: format!("has a rate that {why}"), hint: PLAIN.to_owned() })?;
        steps.push((since(seconds), rate.0));
    }
    let last = since(rows[rows.len() - 1].1);
    let ends = if head.sums { last + Span::from_secs_f64(period) } else { last };
    Ok(Table { steps, begins, ends })
}

/// Seconds of a period: all rows are as far apart.
fn period(rows: &[Row], head: &Head) -> Result<f64, Wrong> {
    let gaps = || rows.windows(2).map(|pair| pair[1].1 - pair[0].1);
    let Some(period) = head.period.or_else(|| gaps().min_by(f64::total_cmp)) else {
        return Err(Wrong { line: rows[0].0, message: "is the only one".to_owned(), hint: PERIOD.to_owned() });
    };
    let hole = rows.windows(2).zip(gaps()).find(|(_, gap)| (gap - period).abs() > 1e-6);
    if let Some((pair, gap)) = hole {
        let [gap, period] = [gap, period].map(Span::from_secs_f64);
        let message = format!("is {gap} after the one before it, where a period is {period}");
        return Err(Wrong { line: pair[1].0, message, hint: FILL.to_owned() });
    }
    Ok(period)
}

/// Seconds since 1970 of a time stamp.
fn stamp(text: &str) -> Option<f64> {
    if text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Thirteen digits are milliseconds.
        return text.parse::<f64>().ok().map(|time| if text.len() >= 12 { time / 1e3 } else { time });
    }
    let text = text.replace('/', "-");
    let civil = || tz::TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    let time = text.parse::<Timestamp>().ok().or_else(civil)?;
    Some(time.as_microsecond() as f64 / 1e6)
}

/// The cells of a line; a comma in quotes does not separate.
fn split(line: usize, text: &str) -> Result<Vec<String>, Wrong> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            letter => cells.last_mut().into_iter().for_each(|cell| cell.push(letter)),
        }
    }
    if quoted {
        let hint = "close it on the same line, or leave both quotes out".to_owned();
        return Err(Wrong { line, message: "has a quote that is not closed".to_owned(), hint });
    }
    Ok(cells.into_iter().map(|cell| cell.trim().to_owned()).collect())
}

/// A name of a column without what people write differently.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(text: &str) -> Vec<(f64, f64)> {
        let table = read(text).unwrap();
        table.steps.iter().map(|(time, rate)| (time.since(Time::ZERO).as_secs_f64(), *rate as f64 / 1e9)).collect()
    }

    #[test]
    fn what_people_type_is_taken() {
        assert_eq!(rates("seconds,requests_per_second\n0,5\n60,2.5\n"), [(0.0, 5.0), (60.0, 2.5)]);
        assert_eq!(
            rates("\u{feff}Time, Requests per second\r\n2026-11-01 08:00,5\r\n\r\n2026-11-01 09:30,7\r\n"),
            [(0.0, 5.0), (5_400.0, 7.0)]
        );
        assert_eq!(rates("seconds,requests\n0,600\n60,1200\n"), [(0.0, 10.0), (60.0, 20.0)]);
    }

    #[test]
    fn what_cloudwatch_has_is_taken() {
        let expected = [(0.0, 100.0), (300.0, 0.0), (600.0, 1.5)];
        for text in [
            "timestamp,RequestCount\n2026-11-01T00:00:00Z,30000\n2026-11-01T00:05:00Z,0\n2026-11-01T00:10:00Z,450\n",
            "\"Timestamp\",\"Sum\"\n\"2026-11-01T00:00:00+00:00\",30000.0\n\"2026-11-01T00:05:00+00:00\",0\n\"2026-11-01T01:10:00+01:00\",450\n",
            "Timestamp,app/shop RequestCount\n1793491200,30000\n1793491500,0\n1793491800000,450\n",
            "Full label,RequestCount\nLabel,RequestCount\nRegion,us-east-1\nStatistic,Sum\nPeriod,300\n\
             2026/11/01 00:00:00,30000\n2026/11/01 00:05:00,0\n2026/11/01 00:10:00,450\n",
        ] {
            assert_eq!(rates(text), expected, "{text}");
        }
        let table = read("timestamp,sum\n2026-11-01T00:00:00Z,60\n2026-11-01T00:01:00Z,60\n").unwrap();
        assert_eq!(
            (table.begins.as_deref(), table.ends),
            (Some("2026-11-01T00:00:00Z"), Time::ZERO + Span::from_secs(120))
        );
        let one = read("Label,x\nPeriod,60\n2026-11-01 00:00,600\n").unwrap();
        assert_eq!(one.steps, [(Time::ZERO, 10 * Rate::ONE)]);
    }

    #[test]
    fn values_of_a_metric_have_any_name() {
        let text = "timestamp,Backlog\n2026-11-01T00:00:00Z,40\n2026-11-01T00:07:00Z,55.5\n";
        assert_eq!(values(text).unwrap().steps, [(Time::ZERO, 40_000_000_000), (Time(420_000_000), 55_500_000_000)]);
        let saved = "Label,Backlog\nStatistic,Average\nPeriod,300\n2026/11/01 00:00:00,40\n";
        assert_eq!(values(saved).unwrap().steps, [(Time::ZERO, 40_000_000_000)]);
        assert!(read(text).is_err() && read(saved).is_err(), "they are no requests");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_the_way_out() {
        let stamps = |rows: &str| format!("timestamp,RequestCount\n{rows}");
        let day = |time: &str, number: &str| format!("2026-11-01T{time}:00Z,{number}\n");
        let rows =
            |list: &[(&str, &str)]| stamps(&list.iter().map(|(time, number)| day(time, number)).collect::<String>());
        for (text, line, message, hint) in [
            (String::new(), 1, "is empty", "the first line is `seconds,requests_per_second`"),
            ("a,b\n1,2\n".to_owned(), 1, "no head that is known: `a,b`", "`timestamp,RequestCount`"),
            ("0,5\n60,7\n".to_owned(), 1, "no head that is known", "the first line is"),
            ("timestamp,CPUUtilization\n".to_owned(), 1, "second column that is not known", "the first line is"),
            ("timestamp,RequestCountPerTarget\n".to_owned(), 1, "second column that is not known", "the first line is"),
            ("timestamp,sum,unit\n".to_owned(), 1, "has 3 columns", "keep two columns"),
            ("timestamp;RequestCount\n".to_owned(), 1, "no head that is known", "separate the columns by commas"),
            ("seconds\trequests_per_second\n".to_owned(), 1, "no head that is known", "separate the columns by commas"),
            ("seconds\n0\n".to_owned(), 1, "has one column", "keep two columns"),
            ("seconds,requests_per_second\n".to_owned(), 1, "no row follows", "a line such as 0,5"),
            (stamps(""), 1, "no row follows", "a line such as 2026-11-01T08:00:00Z,5"),
            ("Label,x\nPeriod,60\n".to_owned(), 1, "no row follows", "a line such as 2026-11-01T08:00:00Z,5"),
            ("seconds,requests_per_second\n0,\"5\n60,7\n".to_owned(), 2, "a quote that is not closed", "close it"),
            ("seconds,requests_per_second\n0\n".to_owned(), 2, "has one column", "keep two columns"),
            ("seconds,requests_per_second\n0;5\n".to_owned(), 2, "has one column", "separate the columns by commas"),
            ("seconds,requests_per_second\n2026-11-01,5\n".to_owned(), 2, "no number of seconds", "`timestamp`"),
            ("seconds,requests_per_second\nNaN,5\n".to_owned(), 2, "no number of seconds", "`timestamp`"),
            ("seconds,requests_per_second\n-1,5\n".to_owned(), 2, "no number of seconds", "`timestamp`"),
            ("seconds,requests_per_second\n0,1\n0,2\n".to_owned(), 3, "is at `0`, not after line 2", "sort the lines"),
            ("seconds,requests_per_second\n0,1e30\n".to_owned(), 2, "above 10^9 a second", "digits"),
            (stamps("yesterday,5\n"), 2, "no time stamp in `yesterday`", "2026-11-01T08:00:00Z"),
            (rows(&[("00:05", "1"), ("00:00", "1")]), 3, "not after line 2", "CloudWatch prints them in any order"),
            (
                rows(&[("00:00", "1"), ("00:05", "1"), ("00:20", "1")]),
                4,
                "is 15m after the one before it, where a period is 5m",
                "FILL(m1, 0)",
            ),
            (rows(&[("00:00", "1")]), 2, "is the only one", "at least two lines"),
            (rows(&[("00:00", "-4")]), 2, "has a negative number, `-4`", "0 or more"),
            (rows(&[("00:00", "")]), 2, "has no number", "FILL(m1, 0)"),
            (rows(&[("00:00", "many")]), 2, "a text where a number belongs, `many`", "digits and a point"),
            (rows(&[("00:00", "NaN")]), 2, "a text where a number belongs", "digits and a point"),
            (rows(&[("00:00", "\"1,234\"")]), 2, "a text where a number belongs, `1,234`", "digits and a point"),
            (
                "Label,x\nStatistic,Average\n2026-11-01 00:00,5\n".to_owned(),
                2,
                "numbers are `Average`",
                "the statistic Sum",
            ),
        ] {
            let wrong = read(&text).unwrap_err();
            assert_eq!(wrong.line, line, "{text}: {wrong:?}");
            assert!(wrong.message.contains(message) && wrong.hint.contains(hint), "{text}: {wrong:?}");
        }
    }
}
