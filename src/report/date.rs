//! Moments of a run as dates.

use crate::engine::Time;
use jiff::Timestamp;

/// A moment as ISO 8601 in UTC, to the second or to the millisecond; `starts_at` is time 0, in seconds since
/// 1970-01-01.
pub fn date(starts_at: i64, time: Time, millis: bool) -> String {
    let micros = i64::try_from(time.0).unwrap_or(i64::MAX);
    let since_1970 = starts_at.saturating_mul(1_000_000).saturating_add(micros);
    // The clock of the run reaches further than the calendar; beyond it the last date stands.
    let moment = Timestamp::from_microsecond(since_1970).unwrap_or(Timestamp::MAX);
    if millis { format!("{moment:.3}") } else { format!("{moment:.0}") }
}
