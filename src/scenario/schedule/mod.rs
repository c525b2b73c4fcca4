//! When a scheduled action acts: `at(...)`, `rate(...)` and `cron(...)` of Application Auto Scaling ([aas-cron]
//! [eventbridge-cron]).
//!
//! ```text
//! at(2026-01-05T08:00:00)     rate(6 hours)     cron(0 8 ? * MON-FRI *)
//! ```
//! Times of day are those of a time zone out of the table that the program brings with it. A time that a zone skips
//! does not come, and of one that it has twice the first counts (model choice: AWS does not say).

mod cron;

use crate::grammar::short;
use cron::Cron;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

/// What a schedule is not: a message that goes on from its text, and the way out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub message: String,
    pub hint: String,
}

impl Wrong {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Wrong {
        Wrong { message: message.into(), hint: hint.into() }
    }
}

/// When something happens, as it is written.
#[derive(Debug)]
pub(super) enum Schedule {
    /// Once.
    At(DateTime),
    /// Again and again, after so many seconds.
    Rate(i64),
    Cron(Cron),
}

/// The part of time in which a schedule acts, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Within {
    /// The run: from its start, to before its end.
    pub run: (i64, i64),
    /// `StartTime` and `EndTime`.
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// From when a `rate` without `StartTime` counts.
    pub since: i64,
    /// No more than so many.
    pub most: usize,
}

const FORMS: &str = "write \"at(2026-01-05T08:00:00)\", \"rate(6 hours)\" or \"cron(0 8 ? * MON-FRI *)\"";

impl Schedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// What is wrong, and how it is written.
    pub(super) fn parse(text: &str) -> Result<Schedule, Wrong> {
        let text = text.trim();
        let inside = |word: &str| text.strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')').map(str::trim);
        if let Some(date) = inside("at") {
            let date = date.parse::<DateTime>().ok().filter(|_| date.contains('T'));
            let wrong = || Wrong::new("has no date such as 2026-01-05T08:00:00 in `at`", FORMS);
            return date.map(Schedule::At).ok_or_else(wrong);
        }
        if let Some(rate) = inside("rate") {
            return rate_of(rate).map(Schedule::Rate);
        }
        if let Some(fields) = inside("cron") {
            return Cron::parse(fields).map(Schedule::Cron);
        }
        let message = format!("is no schedule: `{}`", short(text));
        match text.split_whitespace().count() {
            5 | 6 => Err(Wrong::new(message, format!("put `cron(...)` around six fields; else {FORMS}"))),
            _ => Err(Wrong::new(message, FORMS)),
        }
    }

    /// Whether it acts again and again.
    pub(super) fn recurs(&self) -> bool {
        !matches!(self, Schedule::At(_))
    }

    /// When it acts within the run, in seconds since 1970, in order. `None`: more often than the most.
    pub(super) fn times(&self, zone: &TimeZone, within: Within) -> Option<Vec<i64>> {
        let (begin, end) = within.run;
        let first = begin.max(within.from.unwrap_or(begin));
        let last = end.min(within.until.map_or(end, |until| until + 1));
        let mut found: Vec<i64> = Vec::new();
        match self {
            Schedule::At(date) => found.extend(moment(zone, *date).filter(|at| (begin..end).contains(at))),
            Schedule::Rate(every) => {
                let since = within.from.unwrap_or(within.since);
                // Without a `StartTime` it first acts after a whole period.
                let least = i64::from(within.from.is_none());
                let mut count = (first - since).div_euclid(*every).max(least);
                while since + count * every < last {
                    if since + count * every >= first {
                        found.push(since + count * every);
                    }
                    count += 1;
                    if found.len() > within.most {
                        return None;
                    }
                }
            }
            Schedule::Cron(cron) => {
                // It acts at its `StartTime`, too.
                found.extend(within.from.filter(|from| (begin..last).contains(from)));
                let day = |at: i64| Timestamp::from_second(at).ok().map(|at| zone.to_datetime(at).date());
                let mut date = day(first)?;
                while let Some(today) = cron.day_from(date) {
                    for time in cron.times() {
                        let Some(at) = moment(zone, today.to_datetime(time)) else { continue };
                        if at >= last {
                            found.dedup();
                            return Some(found);
                        }
                        if at >= first {
                            found.push(at);
                        }
                    }
                    if found.len() > within.most {
                        return None;
                    }
                    let Ok(tomorrow) = today.tomorrow() else { break };
                    date = tomorrow;
                }
                found.dedup();
            }
        }
        Some(found)
    }
}

/// `6 hours` in seconds.
fn rate_of(text: &str) -> Result<i64, Wrong> {
    const FORM: &str = "write a whole number above 0 and minutes, hours or days, such as \"rate(6 hours)\"";
    let mut words = text.split_whitespace();
    let (count, unit, rest) = (words.next(), words.next(), words.next());
    let unit = match unit {
        Some("minute" | "minutes") => 60,
        Some("hour" | "hours") => 3_600,
        Some("day" | "days") => 86_400,
        _ => return Err(Wrong::new("has no unit of time in `rate`", FORM)),
    };
    let count = count.and_then(|count| count.parse::<u32>().ok()).filter(|count| *count > 0 && rest.is_none());
    count.map(|count| i64::from(count) * unit).ok_or_else(|| Wrong::new("has no number in `rate`", FORM))
}

/// A moment in seconds since 1970; nothing where the zone skips it.
fn moment(zone: &TimeZone, date: DateTime) -> Option<i64> {
    let ambiguous = zone.to_ambiguous_timestamp(date);
    let offset = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { .. } => return None,
        AmbiguousOffset::Fold { before, .. } => before,
    };
    offset.to_timestamp(date).ok().map(Timestamp::as_second)
}

/// The time zone of this name.
///
/// # Errors
/// Where there is none.
pub(super) fn zone(name: &str) -> Result<TimeZone, Wrong> {
    if name == "UTC" {
        return Ok(TimeZone::UTC);
    }
    TimeZoneDatabase::bundled().get(name).map_err(|_| {
        Wrong::new(
            format!("no time zone is called `{}`", short(name)),
            "write its IANA name, such as \"Europe/Zurich\"",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    /// When a schedule acts in January 2026 or the time given, as dates without seconds.
    fn acts(text: &str, name: &str, run: (&str, &str), from: Option<&str>, until: Option<&str>) -> Vec<String> {
        let run = (second(run.0), second(run.1));
        let within = Within { run, from: from.map(second), until: until.map(second), since: run.0, most: 10_000 };
        let times = Schedule::parse(text).unwrap().times(&zone(name).unwrap(), within).unwrap();
        let word = |at: i64| Timestamp::from_second(at).unwrap().to_string()[..16].to_owned();
        times.into_iter().map(word).collect()
    }

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(acts(text, "UTC", ("2026-01-05T00:00:00Z", "2026-02-05T00:00:00Z"), None, None), expected, "{text}");
    }

    #[test]
    fn once() {
        check("at(2026-01-06T08:30:00)", &["2026-01-06T08:30"]);
        check("at(2025-01-06T08:30:00)", &[]);
        let run = ("2026-01-05T00:00:00Z", "2026-01-07T00:00:00Z");
        assert_eq!(acts("at(2026-01-06T08:30:00)", "Asia/Tokyo", run, None, None), ["2026-01-05T23:30"]);
    }

    #[test]
    fn at_a_rate() {
        check("rate(14 days)", &["2026-01-19T00:00", "2026-02-02T00:00"]);
        let run = ("2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z");
        let told = acts("rate(9 hours)", "UTC", run, Some("2026-01-04T22:00:00Z"), Some("2026-01-05T17:00:00Z"));
        assert_eq!(told, ["2026-01-05T07:00", "2026-01-05T16:00"]);
        let told = acts("rate(12 hours)", "UTC", run, Some("2026-01-05T03:00:00Z"), None);
        assert_eq!(told, ["2026-01-05T03:00", "2026-01-05T15:00"], "it acts at its start");
    }

    #[test]
    fn by_cron() {
        check("cron(0 8 1 * ? *)", &["2026-02-01T08:00"]);
        check("cron(15,45 9 ? * 3#2 *)", &["2026-01-13T09:15", "2026-01-13T09:45"]);
        check(
            "cron(0 8 ? * SUN 2026)",
            &["2026-01-11T08:00", "2026-01-18T08:00", "2026-01-25T08:00", "2026-02-01T08:00"],
        );
        check("cron(0 8 L JAN ? *)", &["2026-01-31T08:00"]);
        check("cron(0 8 ? 1 6L *)", &["2026-01-30T08:00"]);
        // The 10th is a Saturday, the 1st of February a Sunday.
        check("cron(0 8 10W 1 ? *)", &["2026-01-09T08:00"]);
        check("cron(0 8 1W 2 ? *)", &["2026-02-02T08:00"]);
        check(
            "cron(0/30 20-21/1 15 1 ? 2026-2027)",
            &["2026-01-15T20:00", "2026-01-15T20:30", "2026-01-15T21:00", "2026-01-15T21:30"],
        );
        check("cron(0 0 30 2 ? *)", &[]);
    }

    #[test]
    fn it_acts_at_its_start_too_and_not_after_its_end() {
        let run = ("2026-01-05T00:00:00Z", "2026-01-09T00:00:00Z");
        let told = acts("cron(0 8 * * ? *)", "UTC", run, Some("2026-01-05T09:30:00Z"), Some("2026-01-07T08:00:00Z"));
        assert_eq!(told, ["2026-01-05T09:30", "2026-01-06T08:00", "2026-01-07T08:00"]);
        let told = acts("cron(0 8 * * ? *)", "UTC", run, Some("2026-01-05T08:00:00Z"), Some("2026-01-06T07:59:00Z"));
        assert_eq!(told, ["2026-01-05T08:00"], "once");
    }

    #[test]
    fn hours_that_a_zone_skips_or_repeats() {
        // Zurich goes to summer time on 29 March 2026 at 02:00, and back on 25 October at 03:00.
        let run = ("2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z");
        let told = acts("cron(30 2 * * ? *)", "Europe/Zurich", run, None, None);
        assert_eq!(told, ["2026-03-28T01:30", "2026-03-30T00:30"]);
        let run = ("2026-10-24T00:00:00Z", "2026-10-26T00:00:00Z");
        let told = acts("cron(30 2 * * ? *)", "Europe/Zurich", run, None, None);
        assert_eq!(told, ["2026-10-24T00:30", "2026-10-25T00:30"]);
    }

    #[test]
    fn what_is_no_schedule_is_refused_with_a_way_out() {
        for (text, says) in [
            ("0 8 * * ? *", "no schedule"),
            ("cron(0 8 * * *)", "5 fields"),
            ("cron(0 8 * * * *)", "`?`"),
            ("cron(0 8 ? * ? *)", "`?`"),
            ("cron(60 8 * * ? *)", "60"),
            ("cron(0 8 ? * MON-FRI#2 *)", "#"),
            ("cron(0 8 ? * 3#6 *)", "3#6"),
            ("cron(0 8 ? * FRI-MON *)", "FRI-MON"),
            ("cron(0/0 8 * * ? *)", "0/0"),
            ("cron(0 8 * FOO ? *)", "FOO"),
            ("cron(0 8 * * ? 1969)", "1969"),
            ("cron(0 8 32W * ? *)", "32W"),
            ("rate(0 hours)", "number"),
            ("rate(5 weeks)", "unit"),
            ("at(2026-13-01T00:00:00)", "date"),
            ("at(2026-01-01)", "date"),
            ("", "no schedule"),
        ] {
            let wrong = Schedule::parse(text).expect_err(text);
            assert!(wrong.message.contains(says) && !wrong.hint.is_empty(), "{text}: {wrong:?}");
        }
        assert!(zone("Europe/Zurick").is_err());
        assert!(zone("Etc/GMT+9").is_ok() && zone("Pacific/Tahiti").is_ok());
    }

    #[test]
    fn a_schedule_that_acts_too_often_is_not_listed() {
        let run = (second("2026-01-05T00:00:00Z"), second("2027-01-05T00:00:00Z"));
        let within = Within { run, from: None, until: None, since: run.0, most: 1_000 };
        for text in ["cron(* * * * ? *)", "rate(1 minute)"] {
            assert_eq!(Schedule::parse(text).unwrap().times(&TimeZone::UTC, within), None, "{text}");
        }
    }
}
