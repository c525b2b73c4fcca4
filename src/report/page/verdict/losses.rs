//! To what requests, or without traffic healthy tasks, were lost, and where on the way back.

use super::super::words::{listed, name};
use super::users;
use crate::metrics::summary::{LossRow, Summary};
use crate::report::number::{plain, short};

/// Causes that are named.
const CAUSES_MAX: usize = 3;
/// Phases of the first cause that are named.
const PHASES_MAX: usize = 3;
/// Shares smaller than this are not worth a word.
const SHARE_MIN: f64 = 0.02;

/// Two counts that differ by no more than this share are the same.
const SAME: f64 = 0.001;
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
    let (lost, failed) = (total(requests), users::failed(summary));
    if lost > 0.0 {
        // A request that fails at a router and is tried at a cell may be lost at both.
        let same = (lost - failed).abs() <= failed * SAME;
        let counted = format!("the {} requests that services did not answer", plain(libm::round(lost)));
        return Some(told(summary, requests, if same { "the failed requests" } else { &counted }));
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
    let parts = shares(&phases, PHASES_MAX, most, |part, phase| format!("{part} {}", words(phase)), "in other phases");
    if most / total > WHOLE {
        let way = if alone { format!(", {}", words(phase)) } else { format!(": {parts}") };
        return format!("All {what} were lost to {}{way}.", cause(summary, first));
    }
    let to = |part: &str, one: &str| format!("{part} to {}", cause(summary, one));
    let lost = shares(&causes, CAUSES_MAX, total, to, "to other causes").replacen(" to ", " were lost to ", 1);
    let way = if alone { format!("all {}", words(phase)) } else { parts };
    let several = causes.iter().filter(|(_, sum)| sum / total >= SHARE_MIN).count() > 1;
    let of_them = if several { format!("those lost to {}", cause(summary, first)) } else { "these".to_owned() };
    format!("Of {what} {lost}; of {of_them}, {way}.")
}

/// The largest shares in words, and what is left where that is worth a word.
fn shares(
    sums: &[(&str, f64)],
    shown_max: usize,
    total: f64,
    word: impl Fn(&str, &str) -> String,
    rest_is: &str,
) -> String {
    let shown = sums.iter().take(shown_max).take_while(|(_, sum)| sum / total >= SHARE_MIN);
    let mut parts: Vec<String> = shown.map(|(of, sum)| word(&share(*sum, total), of)).collect();
    let rest: f64 = sums[parts.len()..].iter().map(|row| row.1).sum();
    if rest / total >= SHARE_MIN {
        parts.push(format!("{} {rest_is}", share(rest, total)));
    }
    listed(&parts)
}

/// What something was lost to: a fault or a change by its name, a mechanism of ECS in words.
fn cause(summary: &Summary, cause: &str) -> String {
    let written =
        summary.faults.iter().any(|row| row.name == cause) || summary.changes.iter().any(|row| row.name == cause);
    let words = match cause {
        _ if written => return name(cause),
        "first start" => "the first start of tasks",
        "crash" => "tasks that crashed by themselves",
        "demand" => "more traffic than desiredCount tasks can answer",
        "health check" => "health checks that failed although nothing broke",
        "Availability Zone rebalancing" => "Availability Zone rebalancing",
        "scale-in" => "the scale-in of hosts",
        "maintenance" => "the replacement of old hosts",
        "consolidation" => "the consolidation of Managed Instances",
        "AZRebalance" => "AZRebalance of an Auto Scaling group",
        "evacuation of a cell" => "guests from a cell that was emptied",
        "quarantine of a customer" => "the quarantine of a customer",
        "zonal autoshift" => "a zonal autoshift, which left too little capacity",
        "practice run" => "a practice run of zonal autoshift, which left too little capacity",
        other => return name(other),
    };
    words.to_owned()
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

/// When, or why, losses of a phase happen; in the name of the phase where it is not known here.
pub(super) fn words(phase: &str) -> String {
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
        "errors" => "because targets answered with errors",
        "overload" => "because more was asked than the tasks could answer",
        "timeout" => "because answers came after the time-out",
        "scaling delay" => "before scaling had acted",
        "scaling cooldown" => "while a cooldown held scaling back",
        "scaling maximum" => "because scaling had reached its maximum capacity",
        "zonal shift" => "because a zonal shift held targets back",
        "blocked at the router" => "because their customer was blocked at the router",
        other => return format!("in phase {}", name(other)),
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cause::{Mechanism, Phase};

    #[test]
    fn every_phase_and_every_mechanism_has_words() {
        for phase in Phase::ALL {
            assert!(!words(phase.name()).starts_with("in phase"), "{phase:?}");
        }
        for mechanism in Mechanism::ALL {
            let told = cause(&Summary::default(), mechanism.name());
            assert!(told != name(mechanism.name()), "{mechanism:?}");
        }
    }
}
