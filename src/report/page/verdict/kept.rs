//! Whether the objectives were kept.

use super::super::words::{first_of, name};
use super::NAMED_MAX;
use crate::metrics::summary::{Summary, Verdict};
use crate::report::table::wanted;

/// The sentence.
pub(super) fn sentence(summary: &Summary) -> String {
    let all = summary.objectives.len();
    let of = |verdict| -> Vec<String> {
        let rows = summary.objectives.iter().filter(|row| row.verdict == verdict);
        rows.map(|row| name(&wanted(row))).collect()
    };
    let (failed, open) = (of(Verdict::Fail), of(Verdict::Inconclusive));
    let kept = all - failed.len() - open.len();
    match (all, failed.as_slice(), open.as_slice()) {
        (0, ..) => "No objective is written, so nothing is judged.".to_owned(),
        (1, [], []) => "The only objective was kept.".to_owned(),
        (2, [], []) => "Both objectives were kept.".to_owned(),
        (all, [], []) => format!("All {all} objectives were kept."),
        (1, [_], _) => format!("The only objective was missed: {}.", first_of(failed, NAMED_MAX)),
        (1, [], _) => format!("The only objective is inconclusive: {}.", first_of(open, NAMED_MAX)),
        (all, [], _) => format!("{kept} of {all} objectives were kept; inconclusive: {}.", first_of(open, NAMED_MAX)),
        (all, _, []) => format!("{} of {all} objectives were missed: {}.", failed.len(), first_of(failed, NAMED_MAX)),
        (all, ..) => format!(
            "{} of {all} objectives were missed: {}; inconclusive: {}.",
            failed.len(),
            first_of(failed, NAMED_MAX),
            first_of(open, NAMED_MAX)
        ),
    }
}
