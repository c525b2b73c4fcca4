//! `cron(...)` as Application Auto Scaling reads it: six fields, of which the day of the month or that of the week is
//! `?` ([eventbridge-cron]).
//!
//! | Field | Values | Besides |
//! |---|---|---|
//! | minutes, hours | 0-59, 0-23 | `,` `-` `*` `/` |
//! | day of the month | 1-31 | the same, `?`, `L` (the last), `LW`, `15W` (the weekday nearest to the 15th) |
//! | month | 1-12, JAN-DEC | `,` `-` `*` `/` |
//! | day of the week | 1-7, SUN-SAT | the same, `?`, `L` (Saturday), `6L` (the last Friday), `3#2` (the second Tuesday) |
//! | year | 1970-2199 | `,` `-` `*` `/` |

use super::Wrong;
use crate::grammar::short;
use jiff::civil::{Date, Time, Weekday};

/// A field: its name, its least and its most value, and words for values from the least on.
struct Field {
    name: &'static str,
    low: u32,
    high: u32,
    words: &'static [&'static str],
}

const MINUTES: Field = Field { name: "minutes", low: 0, high: 59, words: &[] };
const HOURS: Field = Field { name: "hours", low: 0, high: 23, words: &[] };
const DAYS: Field = Field { name: "day of the month", low: 1, high: 31, words: &[] };
const MONTHS: Field = Field {
    name: "month",
    low: 1,
    high: 12,
    words: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const WEEKDAYS: Field =
    Field { name: "day of the week", low: 1, high: 7, words: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };
const YEARS: Field = Field { name: "year", low: 1970, high: 2199, words: &[] };

/// A cron expression.
#[derive(Debug)]
pub(in crate::scenario) struct Cron {
    minutes: Vec<u32>,
    hours: Vec<u32>,
    months: Vec<u32>,
    years: Vec<u32>,
    days: Days,
}

/// On which days of a month.
#[derive(Debug)]
enum Days {
    OfMonth(Vec<u32>),
    Last,
    LastWeekday,
    /// The weekday nearest to this day, in the same month.
    Nearest(u32),
    /// From Sunday, 1.
    OfWeek(Vec<u32>),
    /// The last one of the month.
    LastOfWeek(u32),
    /// The first, second and so on of the month.
    Nth(u32, u32),
}

impl Cron {
    pub(super) fn parse(text: &str) -> Result<Cron, Wrong> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, day, month, weekday, year] = fields[..] else {
            let message = format!("has {} fields in `cron`, not six", fields.len());
            let hint = "write minutes, hours, day of the month, month, day of the week and year: cron(0 8 * * ? *)";
            return Err(Wrong::new(message, hint));
        };
        let days = match (day, weekday) {
            ("?", "?") => Err(both(day, weekday)),
            (_, "?") => day_of_month(day),
            ("?", _) => day_of_week(weekday),
            _ => Err(both(day, weekday)),
        }?;
        Ok(Cron {
            minutes: MINUTES.values(minutes)?,
            hours: HOURS.values(hours)?,
            months: MONTHS.values(month)?,
            years: YEARS.values(year)?,
            days,
        })
    }

    /// The first day on which it acts, from this one on.
    pub(super) fn day_from(&self, from: Date) -> Option<Date> {
        let last = *self.years.last()?;
        let mut day = from;
        while day.year().cast_unsigned() <= last as u16 {
            if !self.years.contains(&u32::from(day.year().cast_unsigned())) {
                day = Date::new(day.year() + 1, 1, 1).ok()?;
            } else if !self.months.contains(&u32::from(day.month().cast_unsigned())) {
                day = day.last_of_month().tomorrow().ok()?;
            } else if self.days.hold(day) {
                return Some(day);
            } else {
                day = day.tomorrow().ok()?;
            }
        }
        None
    }

    /// Its times of day, in order.
    pub(super) fn times(&self) -> impl Iterator<Item = Time> {
        let at = |hour: &u32, minute: &u32| Time::constant(*hour as i8, *minute as i8, 0, 0);
        self.hours.iter().flat_map(move |hour| self.minutes.iter().map(move |minute| at(hour, minute)))
    }
}

impl Days {
    fn hold(&self, date: Date) -> bool {
        let (day, weekday) = (date.day().cast_unsigned().into(), number(date));
        let last = u32::from(date.days_in_month().cast_unsigned());
        match self {
            Days::OfMonth(days) => days.contains(&day),
            Days::Last => day == last,
            Days::LastWeekday => day == nearest(date, last),
            Days::Nearest(near) => *near <= last && day == nearest(date, *near),
            Days::OfWeek(days) => days.contains(&weekday),
            Days::LastOfWeek(of) => weekday == *of && day + 7 > last,
            Days::Nth(of, which) => weekday == *of && day.div_ceil(7) == *which,
        }
    }
}

/// From Sunday, 1.
fn number(date: Date) -> u32 {
    u32::from(date.weekday().to_sunday_one_offset().cast_unsigned())
}

/// The weekday nearest to a day of a month, within that month.
fn nearest(month: Date, day: u32) -> u32 {
    let first = month.first_of_month();
    let date = Date::new(first.year(), first.month(), day as i8).unwrap_or(first);
    let last = u32::from(month.days_in_month().cast_unsigned());
    match date.weekday() {
        Weekday::Saturday if day == 1 => 3,
        Weekday::Saturday => day - 1,
        Weekday::Sunday if day == last => day - 2,
        Weekday::Sunday => day + 1,
        _ => day,
    }
}

fn both(day: &str, weekday: &str) -> Wrong {
    let message = format!("needs `?` as the day of the month or as that of the week, not `{day}` and `{weekday}`");
    Wrong::new(message, "write `?` for one of them: cron(0 8 * * ? *), or cron(0 8 ? * MON-FRI *)")
}

fn day_of_month(text: &str) -> Result<Days, Wrong> {
    match text {
        "L" => return Ok(Days::Last),
        "LW" => return Ok(Days::LastWeekday),
        _ => {}
    }
    if let Some(day) = text.strip_suffix('W') {
        return DAYS.value(day).map(Days::Nearest).map_err(|_| DAYS.wrong(text));
    }
    DAYS.values(text).map(Days::OfMonth)
}

fn day_of_week(text: &str) -> Result<Days, Wrong> {
    if text == "L" {
        return Ok(Days::OfWeek(vec![7]));
    }
    if let Some((day, which)) = text.split_once('#') {
        let which = which.parse::<u32>().ok().filter(|which| (1..=5).contains(which));
        return match (WEEKDAYS.value(day), which) {
            (Ok(day), Some(which)) => Ok(Days::Nth(day, which)),
            _ => Err(WEEKDAYS.wrong(text)),
        };
    }
    if let Some(day) = text.strip_suffix('L') {
        return WEEKDAYS.value(day).map(Days::LastOfWeek).map_err(|_| WEEKDAYS.wrong(text));
    }
    WEEKDAYS.values(text).map(Days::OfWeek)
}

impl Field {
    fn wrong(&self, text: &str) -> Wrong {
        let (low, high) = (self.low, self.high);
        let words = match self.words {
            [first, .., last] => format!(", or {first} to {last}"),
            _ => String::new(),
        };
        let message = format!("has `{}` as {}", short(text), self.name);
        Wrong::new(
            message,
            format!("write numbers from {low} to {high}{words}, with `,`, `-`, `*` or `/`; ranges go up"),
        )
    }

    fn value(&self, text: &str) -> Result<u32, Wrong> {
        let word = self.words.iter().position(|word| text.eq_ignore_ascii_case(word));
        let number = word.map(|place| place as u32 + self.low);
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.or_else(|| text.parse().ok().filter(|_| digits));
        number.filter(|number| (self.low..=self.high).contains(number)).ok_or_else(|| self.wrong(text))
    }

    /// Values of a field, in order.
    fn values(&self, text: &str) -> Result<Vec<u32>, Wrong> {
        let mut found = Vec::new();
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                Some((range, step)) => (range, Some(step)),
                None => (part, None),
            };
            let (low, high) = match range.split_once('-') {
                _ if range == "*" => (self.low, self.high),
                Some((low, high)) => (self.value(low)?, self.value(high)?),
                // From a value on, where there is a step.
                None => self.value(range).map(|low| (low, if step.is_some() { self.high } else { low }))?,
            };
            let every = step.map_or(Some(1), |step| step.parse::<usize>().ok()).filter(|every| *every > 0);
            let Some(every) = every.filter(|_| low <= high) else { return Err(self.wrong(part)) };
            found.extend((low..=high).step_by(every));
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}
