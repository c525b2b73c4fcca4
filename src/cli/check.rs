//! `evenkeel check`: what is wrong, doubtful, not used or taken by default, and what follows from it. Runs nothing.

use super::Exit;
use super::console::Console;
use super::files::Disk;
use super::pipeline::Pipeline;
use super::render;
use crate::model::plan::{Kind, Plan, Service, Traffic};
use crate::model::problem::{Problems, Severity};
use crate::report::align::{Paint, Side, Table};
use crate::report::number::{NOTHING, duration, plain};
use std::fmt::Write;

/// Fields listed before the rest is counted.
const LISTED_MAX: usize = 60;

/// Checks each of these files; invalid if one of them is.
pub(crate) fn check(paths: &[String], pipeline: &dyn Pipeline, console: &mut Console) -> Exit {
    let mut exit = Exit::Fine;
    for path in paths {
        let loaded = pipeline.load(path, &Disk);
        let text = render::problems(&loaded.problems, loaded.places.as_ref(), path, console.paint_talk);
        if !text.is_empty() {
            console.error(&text);
        }
        match loaded.scenario {
            Some(scenario) => console.data(&report(path, scenario.plan(), &loaded.problems, console.paint)),
            None => exit = Exit::Invalid,
        }
    }
    exit
}

/// What there is to say about a scenario that can run.
fn report(path: &str, plan: &Plan, problems: &Problems, paint: Paint) -> String {
    let mut out = String::new();
    let mut line = |text: &str| writeln!(out, "{text}").expect("writing to a String cannot fail");
    let warnings = several(problems.of(Severity::Warning).count(), "warning");
    line(&format!("{path}: {} can run, {warnings}", paint.strong(&plan.name)));
    line(&format!(
        "  {} simulated, {} of it warm-up; {}, {}, {}, {}",
        duration(plan.duration.as_secs_f64()),
        duration(plan.warm_up.as_secs_f64()),
        several(plan.zones.len(), "zone"),
        several(plan.clusters.len(), "cluster"),
        several(plan.services.len(), "service"),
        several(plan.faults.len(), "fault"),
    ));
    let unused: Vec<String> = notes(problems, true).collect();
    if !unused.is_empty() {
        line(&format!("\n{}", paint.strong("Accepted and not used (no bearing on availability)")));
        for text in unused.iter().take(LISTED_MAX) {
            line(&format!("  {text}"));
        }
        if unused.len() > LISTED_MAX {
            line(&format!("  and {} more", unused.len() - LISTED_MAX));
        }
    }
    let defaults: Vec<String> = notes(problems, false).collect();
    if !defaults.is_empty() {
        line(&format!("\n{}", paint.strong("Taken by default")));
        for text in &defaults {
            line(&format!("  {text}"));
        }
    }
    let table = derived(plan);
    if !table.is_empty() {
        line(&format!("\n{}\n{}", paint.strong("What follows"), table.text(paint).trim_end()));
    }
    out
}

/// "no faults", "1 fault", "2 faults".
fn several(count: usize, thing: &str) -> String {
    match count {
        0 => format!("no {thing}s"),
        1 => format!("1 {thing}"),
        n => format!("{n} {thing}s"),
    }
}

/// Notes as lines: those on fields that are not used by their pointer alone, the others in full.
fn notes(problems: &Problems, unused: bool) -> impl Iterator<Item = String> {
    let of_kind = move |message: &str| message.contains("not used") == unused;
    problems.of(Severity::Note).filter(move |note| of_kind(&note.message)).map(move |note| {
        let pointer = if note.at.is_empty() { String::new() } else { format!("  {}", note.at) };
        let hint = note.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        if unused && !note.at.is_empty() { note.at.clone() } else { format!("{}{hint}{pointer}", note.message) }
    })
}

/// Need and headroom of each service with a desired count.
fn derived(plan: &Plan) -> Table {
    use Side::{Left, Right};
    let mut table = Table::new(&[
        ("service", Left),
        ("desired", Right),
        ("need at peak", Right),
        ("zones", Right),
        ("left without its fullest zone", Right),
        ("headroom then", Right),
    ]);
    for service in plan.services.iter().filter(|service| service.kind == Kind::Replica) {
        let need = need(service);
        let zones = service.zones.len() as u32;
        let left = (zones > 0).then(|| service.desired - service.desired.div_ceil(zones));
        let number = |value: Option<f64>| value.map_or_else(|| NOTHING.to_owned(), plain);
        table.row(vec![
            service.name.clone(),
            service.desired.to_string(),
            need.to_string(),
            if zones > 0 { zones.to_string() } else { "of its hosts".to_owned() },
            number(left.map(f64::from)),
            left.map_or_else(|| NOTHING.to_owned(), |left| headroom(f64::from(left) - need as f64)),
        ]);
    }
    table
}

fn headroom(tasks: f64) -> String {
    if tasks < 0.0 { format!("{} (falls short)", plain(tasks)) } else { format!("+{}", plain(tasks)) }
}

/// Tasks that the largest offered rate needs; without traffic what `minimumHealthyPercent` asks for.
fn need(service: &Service) -> u64 {
    let by_traffic = |traffic: &Traffic| traffic.profile.peak().div_ceil(traffic.per_task.max(1));
    let minimum = (u64::from(service.desired) * u64::from(service.minimum_healthy_percent)).div_ceil(100);
    service.traffic.as_ref().map_or(minimum, by_traffic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_report_reads_like_this() {
        let mut problems = Problems::default();
        problems.warning("/duration", "`duration` is long", "");
        problems.note("/clusters/0/services/0/tags", "`tags` is not used", "");
        problems.note("", "no `regions`: one is taken, `us-east-1`, of three zones", "");
        insta::assert_snapshot!(report("az-loss.json", &sample::plan(), &problems, Paint::Plain));
    }

    #[test]
    fn need_follows_traffic_or_the_minimum() {
        let mut service = sample::plan().services.iter().next().unwrap().clone();
        assert_eq!(need(&service), 15);
        service.traffic = None;
        service.minimum_healthy_percent = 67;
        assert_eq!(need(&service), 21);
    }
}
