//! What a picture shows, in one sentence, for those that cannot see it and for those that look quickly.

use super::axis::Clock;
use super::figure::Window;
use super::ranks::Ranks;
use super::run::Run;
use super::steps;
use crate::metrics::series;
use crate::report::number::{duration, fixed, short};

/// Of the picture of this name; empty where a sentence would not be shorter than a look.
pub(super) fn of(name: &str, run: &Run<'_>, ranks: &Ranks, cut: Window) -> String {
    let clock = Clock::new(cut.from.as_secs_f64(), cut.until.as_secs_f64());
    match name {
        "requests" => lost(run, &clock),
        "tasks-by-zone" => ranks.shortest().map_or_else(
            || "No service had fewer healthy tasks than it needs.".to_owned(),
            |(count, service, seconds)| {
                let others = if count > 1 {
                    format!("{count} services had fewer healthy tasks than they need; ")
                } else {
                    String::new()
                };
                format!("{others}{service} was short of what it needs for {} in all.", duration(seconds))
            },
        ),
        "launches" => {
            let waiting = run.subjects(series::WAITING).into_iter().map(|subject| run.line(series::WAITING, subject));
            let peak = waiting.map(|points| steps::peak(&points)).fold(0.0, f64::max);
            if peak > 0.0 {
                format!("At most {} launches of one cell waited for it.", fixed(peak, 0))
            } else {
                "No launch waited for its cell.".to_owned()
            }
        }
        _ => String::new(),
    }
}

/// A share that is never told as nothing.
fn share(part: f64, all: f64) -> String {
    let percent = 100.0 * part / all;
    if percent < 0.01 { format!("1 of {}", fixed(all / part, 0)) } else { format!("{} % of all", short(percent)) }
}

/// How many requests, which share, and between which times.
fn lost(run: &Run<'_>, clock: &Clock) -> String {
    let area = |name, subject: &str| steps::area(&run.line(name, subject), run.end);
    let apart = |subject: &&str| {
        let routed =
            run.application.iter().any(|one| one.router == **subject || one.cells.iter().any(|cell| cell == *subject));
        !routed
    };
    let services: Vec<&str> = run.subjects(series::OFFERED).into_iter().filter(apart).collect();
    let sum = |name| services.iter().map(|subject| area(name, subject)).sum::<f64>();
    let (mut offered, mut lost) = (sum(series::OFFERED), sum(series::LOST));
    if let Some(one) = &run.application {
        offered += area(series::APPLICATION_OFFERED, &one.name);
        lost += area(series::APPLICATION_LOST, &one.name);
    }
    match run.above_zero(series::LOST).filter(|_| lost > 0.0 && offered > 0.0) {
        None => "No request was lost.".to_owned(),
        Some((from, until)) => {
            let [begins, ends] = [from, until].map(|time| clock.tell(time.as_secs_f64()));
            let when = if begins == ends { format!("at {begins}") } else { format!("between {begins} and {ends}") };
            format!("Lost in the whole run: {} requests, {}, {when}.", fixed(lost, 0), share(lost, offered))
        }
    }
}
