//! What was lost by cause and phase, over all services: a bar for each part.

use super::super::number::{plain, short};
use super::tables::boxed;
use super::verdict;
use super::words::markup;
use crate::metrics::summary::{LossRow, Summary};
use maud::{Markup, html};

/// Parts that are shown; the rest is added up.
const ROWS_MAX: usize = 30;

/// A part of the losses.
struct Part<'s> {
    cause: &'s str,
    phase: &'s str,
    requests: f64,
    task_seconds: f64,
}

/// The table; empty when nothing was lost.
pub(super) fn bars(summary: &Summary) -> Markup {
    let mut parts = parts(&summary.losses);
    let by_requests = parts.iter().any(|part| part.requests > 0.0);
    let weight = |part: &Part<'_>| if by_requests { part.requests } else { part.task_seconds };
    let total: f64 = parts.iter().map(weight).sum();
    if total <= 0.0 {
        return html! {};
    }
    parts.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(b.task_seconds.total_cmp(&a.task_seconds)));
    let rest = parts.split_off(parts.len().min(ROWS_MAX));
    let sum = |of: fn(&Part<'_>) -> f64| rest.iter().map(of).sum::<f64>();
    let rest = (!rest.is_empty()).then(|| (rest.len(), sum(|part| part.requests), sum(|part| part.task_seconds)));
    let number = |value: f64| plain(libm::round(value));
    boxed(
        "Losses by cause and phase",
        &html! {
            table {
                thead { tr {
                    th scope="col" { "cause" }
                    th scope="col" { "phase" }
                    th.number scope="col" { @if by_requests { "share of lost requests" } @else { "share of missing task-seconds" } }
                    th.number scope="col" { "lost requests" }
                    th.number scope="col" { "missing task-seconds" }
                } }
                tbody {
                    @for part in &parts {
                        @let share = weight(part) / total * 100.0;
                        tr {
                            th scope="row" { (part.cause) }
                            td { (part.phase) span.means { (markup(&verdict::phase(part.phase))) } }
                            td.number.bar style={ "--share:" (format!("{share:.2}")) "%" } { (short(share)) " %" }
                            td.number { (number(part.requests)) }
                            td.number { (number(part.task_seconds)) }
                        }
                    }
                    @if let Some((count, requests, task_seconds)) = rest {
                        tr {
                            th scope="row" { (count) " more parts" }
                            td {}
                            td {}
                            td.number { (number(requests)) }
                            td.number { (number(task_seconds)) }
                        }
                    }
                }
            }
        },
    )
}

/// Rows of all services put together by cause and phase.
fn parts(rows: &[LossRow]) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for row in rows {
        let (requests, task_seconds) = (row.lost_requests.mean, row.lost_task_seconds.mean);
        match parts.iter_mut().find(|part| part.cause == row.cause && part.phase == row.phase) {
            Some(part) => {
                part.requests += requests;
                part.task_seconds += task_seconds;
            }
            None => parts.push(Part { cause: &row.cause, phase: &row.phase, requests, task_seconds }),
        }
    }
    parts
}
