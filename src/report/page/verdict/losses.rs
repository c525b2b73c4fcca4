//! To what requests, or without traffic healthy tasks, were lost, and where on the way back.

use super::super::words::{listed, name};
use crate::metrics::summary::{LossRow, Summary};
use crate::report::number::{plain, short};

/// Causes that are named.
const CAUSES_MAX: usize = 3;
/// Phases of the first cause that are named.
const PHASES_MAX: usize = 2;
/// Shares smaller than this are not worth a word.
const SHARE_MIN: f64 = 0.02;

/// A share that is all of it, for people.
const WHOLE: f64 = 0.9995;

/// What is summed up.
type Of = fn(&LossRow) -> f64;

/// The sentence; none when nothing was lost.
pub(super) fn sentence(summary: &Summary) -> Option<String> {
    let requests: Of = |row| row.lost_requests.mean;
    let tasks: Of = |row| row.lost_task_seconds.mean;
    let with_traffic = summary.services.iter().any(|row| row.request_availability.is_some());
    let total = |of: Of| summary.losses.iter().map(of).sum::<f64>();
    if total(requests) > 0.0 {
        return Some(told(summary, requests, "the failed requests"));
    }
    if with_traffic || total(tasks) <= 0.0 {
        return None;
    }
    Some(told(summary, tasks, &format!("{} task-seconds missing below desiredCount", plain(libm::round(total(tasks))))))
}

/// One cause with its phases, or the shares of several and the phases of the first.
fn told(summary: &Summary, of: Of, what: &str) -> String {
    let total: f64 = summary.losses.iter().map(of).sum();
    let causes = sums(summary.losses.iter(), |row| &row.cause, of);
    let (first, most) = causes[0];
    let of_first = summary.losses.iter().filter(|row| row.cause == first);
    let phases = sums(of_first, |row| &row.phase, of);
    let (phase, in_phase) = phases[0];
    let alone = in_phase / most > WHOLE;
    let parts = phases.iter().take(PHASES_MAX).filter(|(_, sum)| sum / most >= SHARE_MIN);
    let parts =
        listed(&parts.map(|(phase, sum)| format!("{} {}", share(*sum, most), words(phase))).collect::<Vec<_>>());
    if most / total > WHOLE {
        let way = if alone { format!(", {}", words(phase)) } else { format!(": {parts}") };
        return format!("All {what} were lost to {}{way}.", name(first));
    }
    let shares = causes.iter().take(CAUSES_MAX).filter(|(_, sum)| sum / total >= SHARE_MIN);
    let mut shares =
        shares.map(|(cause, sum)| format!("{} to {}", share(*sum, total), name(cause))).collect::<Vec<_>>();
    if let Some(one) = shares.first_mut() {
        *one = one.replacen(" to ", " were lost to ", 1);
    }
    let way = if alone { format!("all {}", words(phase)) } else { parts };
    format!("Of {what} {}; of those lost to {}, {way}.", listed(&shares), name(first))
}

/// A percentage.
fn share(part: f64, total: f64) -> String {
    format!("{} %", short(part / total * 100.0))
}

/// Sums by a text, the largest first; of equal ones that which came first.
fn sums<'r>(rows: impl Iterator<Item = &'r LossRow>, by: fn(&LossRow) -> &String, of: Of) -> Vec<(&'r str, f64)> {
    let mut found: Vec<(&str, f64)> = Vec::new();
    for row in rows {
        match found.iter_mut().find(|(known, _)| *known == by(row).as_str()) {
            Some((_, sum)) => *sum += of(row),
            None => found.push((by(row), of(row))),
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found
}

/// When a loss of this phase happens.
fn words(phase: &str) -> String {
    let words = match phase {
        "detection" => "before the loss was noticed",
        "dns" => "while clients still called a load balancer node that was gone",
        "scheduling" => "before a replacement was launched",
        "launch throttle" => "while replacements waited for a launch token",
        "control-plane wait" => "while the control plane did not act",
        "capacity wait" => "while replacements waited for capacity",
        "start backoff" => "while ECS paused between starts that failed",
        "start" => "while replacements started",
        "network interface" => "while network interfaces were attached",
        "image pull" => "while images were pulled",
        "container start" => "while containers started",
        "health check" => "before replacements passed their health checks",
        "draining" => "while tasks were taken out of service on purpose",
        "errors" => "as targets answered with errors",
        "overload" => "as more was asked than the tasks can answer",
        other => return format!("in phase {}", name(other)),
    };
    format!("{words} ({phase})")
}
