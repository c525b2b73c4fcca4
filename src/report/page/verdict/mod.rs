//! The verdict in words: two to five sentences made of the summary alone.
//!
//! | Sentence | Says |
//! |---|---|
//! | [`faults`] | what broke, what that hit, and when what is needed was there again |
//! | [`changes`] | what was changed, and what became of it |
//! | [`users`] | how many requests failed, for how long users saw errors, how badly; without traffic, whether capacity covered the need |
//! | [`losses`] | to what that was lost, and where on the way back |
//! | [`kept`] | whether the objectives were kept |

mod changes;
mod faults;
mod kept;
mod losses;
mod planes;
mod users;

use crate::metrics::summary::{Estimate, Summary};

/// Names in a sentence before the rest is counted.
const NAMED_MAX: usize = 4;

/// The sentences, in order; names in them are marked as [`super::words`] does.
pub(super) fn sentences(summary: &Summary) -> Vec<String> {
    let nothing = || (summary.changes.is_empty()).then(|| "The scenario has no fault and no change.".to_owned());
    let seen = [users::clause(summary), planes::clause(summary)].into_iter().flatten().collect::<Vec<_>>();
    [
        faults::sentence(summary).or_else(nothing),
        changes::sentence(summary),
        (!seen.is_empty()).then(|| capital(&seen.join("; ")) + "."),
        losses::sentence(summary),
        Some(kept::sentence(summary)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// When, or why, losses of a phase happen.
pub(super) fn phase(name: &str) -> String {
    losses::words(name)
}

/// A sentence with a capital letter, unless a name begins it.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether something happened in at least one replication.
fn ever(value: &Estimate) -> bool {
    value.mean > 0.0
}

/// How often a name came, where that is not once: ` 4 times`.
fn times(value: &Estimate) -> String {
    let text = crate::report::number::estimate(value);
    match text.as_str() {
        "1" => String::new(),
        "2" => " twice".to_owned(),
        _ => format!(" {text} times"),
    }
}

#[cfg(test)]
mod tests;
