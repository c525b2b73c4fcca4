//! From datapoints to a state, as CloudWatch does it ([cw-missing-data]).
//!
//! CloudWatch looks at more periods than N, the evaluation range, and takes the newest N datapoints that it finds
//! there. With fewer than N, what is missing is filled in as `TreatMissingData` says, as seldom as possible:
//!
//! | M of N, range, newest last | `missing` | `ignore` | `breaching` | `notBreaching` |
//! |---|---|---|---|---|
//! | 3 of 3, `0 - X - X` | OK | OK | OK | OK |
//! | 3 of 3, `- - - - -` | INSUFFICIENT_DATA | as it was | ALARM | OK |
//! | 3 of 3, `- - X - -` | ALARM | as it was | ALARM | OK |
//! | 3 of 3, `- - - - X` | INSUFFICIENT_DATA | as it was | ALARM | OK |
//! | 2 of 3, `0 - X - -` | OK | OK | ALARM | OK |
//!
//! The third row: where nothing good is in the range and the oldest bad datapoint is M periods old, `missing` waits no
//! longer. The fourth row stood in an older edition of the guide; the current one leaves it open.

use super::State;
use crate::model::plan::{MissingData, Rule};

/// How a datapoint stands to the threshold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Point {
    Missing,
    Fine,
    Breaching,
}

/// Periods that the evaluation range has beyond N. The guide's examples have 5 for N = 3 and say that it depends on the
/// period; the same for all is a model choice.
const BEYOND: u32 = 2;

/// Periods of the evaluation range.
pub(super) fn range(rule: &Rule) -> u32 {
    rule.evaluation_periods.saturating_add(BEYOND)
}

/// What was found in the evaluation range.
#[derive(Default)]
struct Found {
    /// Datapoints that are not missing, N at most: the newest.
    real: u32,
    breaching: u32,
    /// How many periods ago the oldest of those began.
    oldest: u32,
}

/// The state that follows from datapoints, the newest first, each with how often it stands there in a row.
pub(super) fn evaluate(rule: &Rule, before: State, newest: impl Iterator<Item = (Point, u32)>) -> State {
    let found = look(rule, newest);
    let (all, enough) = (rule.evaluation_periods, rule.datapoints_to_alarm);
    let alarm_if = |bad: u32| if bad >= enough { State::Alarm } else { State::Ok };
    if found.real >= all || found.breaching >= enough {
        return alarm_if(found.breaching);
    }
    let good = found.real > found.breaching;
    match rule.missing {
        MissingData::NotBreaching => State::Ok,
        MissingData::Breaching => alarm_if(found.breaching + all - found.real),
        MissingData::Missing | MissingData::Ignore if good => State::Ok,
        MissingData::Ignore => before,
        MissingData::Missing if found.breaching > 0 && found.oldest >= enough => State::Alarm,
        MissingData::Missing => State::InsufficientData,
    }
}

fn look(rule: &Rule, newest: impl Iterator<Item = (Point, u32)>) -> Found {
    let mut found = Found::default();
    let (range, mut age) = (range(rule), 0);
    for (point, times) in newest {
        let times = times.min(range - age);
        let used = times.min(rule.evaluation_periods - found.real);
        match point {
            Point::Missing => {}
            Point::Fine => found.real += used,
            Point::Breaching => {
                found.real += used;
                found.breaching += used;
                if used > 0 {
                    found.oldest = age + used;
                }
            }
        }
        age += times;
        if age == range {
            break;
        }
    }
    found
}
