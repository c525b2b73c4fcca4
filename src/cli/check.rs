//! `evenkeel check`: what is wrong, doubtful, not used or taken by default, and what follows from it. Runs nothing.
//! What matters to the scenario comes first; `--all` shows the rest.

use super::Exit;
use super::console::Console;
use super::interrupt;
use super::render;
use super::stages;
use super::{args, check_json, notes, passed_over, response_times, scalable_targets};
use crate::api::{Reading, Scenario};
use crate::engine::Span;
use crate::forecast::overview::{Row, overview};
use crate::forecast::{cells, changes, response, scaling, services, zonal};
use crate::model::plan::{Plan, Shadow, WHOLE};
use crate::model::problem::{Problems, Severity};
use crate::model::quantity::Rate;
use crate::report::align::{Paint, Table};
use crate::report::number::{NO_NEED, NOTHING, duration, plain, short};
use crate::scenario::Files;
use std::fmt::Write;

/// Cells, services or changes shown before the rest is counted.
const ROWS_MAX: usize = 40;
/// How to see the rest.
pub(super) const ALL: &str = "`--all` shows them";
/// Zones named in a line before the rest is counted.
const ZONES_MAX: usize = 3;

/// How much is shown.
#[derive(Clone, Copy)]
struct Extent {
    all: bool,
}

impl Extent {
    /// Rows of a table.
    fn rows(self) -> usize {
        if self.all { usize::MAX } else { ROWS_MAX }
    }
}

/// Checks each of these files; invalid if one of them is.
pub(crate) fn check(check: &args::Check, files: &dyn Files, console: &mut Console) -> Exit {
    let paths = &check.scenarios;
    let again = |paths: &[String]| format!("see it again: evenkeel check {}", paths.join(" "));
    let all: Vec<String> = paths.iter().map(|path| render::quoted(path)).collect();
    interrupt::command(again(&all));
    let mut invalid: Vec<String> = Vec::new();
    let mut skipped = 0;
    let extent = Extent { all: check.all };
    for path in paths {
        if let Some(what) = passed_over::kind(path, files) {
            console.say(&format!("{}: skipped, as it is {what} and no scenario", render::quoted(path)));
            skipped += 1;
            continue;
        }
        let reading = Scenario::read(path, files);
        if check.json {
            console.data(&check_json::line(path, &reading));
        } else {
            show(path, &reading, extent, console);
        }
        if reading.scenario.is_none() {
            invalid.push(render::quoted(path));
        }
    }
    if skipped == paths.len() {
        console.error("error: no scenario among the files\nhint: name a scenario; `evenkeel new NAME` writes one");
        return Exit::Invalid;
    }
    match (invalid.is_empty(), console.is_broken()) {
        (true, false) => return Exit::Fine,
        (true, true) => console.error(&again(&all)),
        (false, _) => console.error(&again(&invalid)),
    }
    Exit::Invalid
}

/// Problems on stderr, what follows on stdout.
fn show(path: &str, reading: &Reading, extent: Extent, console: &mut Console) {
    let text = render::problems(&reading.problems, &reading.sources, path, console.paint_talk);
    if !text.is_empty() {
        console.error(&text);
    }
    if let Some(scenario) = &reading.scenario {
        console.data(&report(path, scenario.plan(), &reading.problems, extent, console.paint));
    }
}

/// What there is to say about a scenario that can run.
fn report(path: &str, plan: &Plan, problems: &Problems, extent: Extent, paint: Paint) -> String {
    let mut out = String::new();
    let mut line = |text: &str| writeln!(out, "{text}").expect("writing to a String cannot fail");
    let warnings = notes::several(problems.of(Severity::Warning).count(), "warning");
    line(&format!("{path}: {} can run, {warnings}", paint.strong(&plan.name)));
    line(&format!(
        "  {} simulated, {} warm-up; {}, {}, {}, {}",
        duration(plan.duration.as_secs_f64()),
        if plan.warm_up == Span::ZERO { "no".to_owned() } else { duration(plan.warm_up.as_secs_f64()) + " of it" },
        notes::several(plan.zones.len(), "zone"),
        notes::several(plan.clusters.len(), "cluster"),
        notes::several(plan.services.len(), "service"),
        notes::several(plan.faults.len(), "fault"),
    ));
    let bearing = notes::bearing(problems);
    if !bearing.is_empty() {
        line(&format!("\n{}\n  {}", paint.strong("Bears on availability, not modelled"), bearing.join("\n  ")));
    }
    let (rows, services) = services::at_start(plan);
    let tables = [
        ("Where the data plane is, and who runs what", locations(plan)),
        ("Zones at the start", zones(rows)),
        (
            "Control-plane cells: what each is built for, and what is left of that without one zone",
            planes(plan, extent),
        ),
        ("Tasks needed at the peak, and what is left of each service without one zone", headroom(&services, extent)),
        (
            "Response times at the peak, and without the zone that has most of the tasks",
            response_times::table(&response::at_peak(plan, &services), extent.rows(), ALL),
        ),
        (
            "Service auto scaling: what the bounds carry, and how busy tasks are at a target",
            scalable_targets::table(&scaling::bounds(plan), extent.rows(), ALL),
        ),
        ("Zonal shifts: whether the zones that are left carry the peak", shifts(plan, extent)),
        ("Changes: tasks of the service meanwhile, and what can stop them", deployments(plan, extent)),
        (
            "Stages of changes, as if replacing tasks took no time and nothing stopped them",
            stages::table(plan, extent.all),
        ),
    ];
    for (title, table) in tables.iter().filter(|(_, table)| !table.is_empty()) {
        line(&format!("\n{}\n{}", paint.strong(title), table.text(paint).trim_end()));
    }
    let (unused, defaults) = (notes::unused(problems, extent.all), notes::defaults(problems, plan, extent.all));
    let lists = [
        ("Taken by default, and what it means here", defaults),
        ("Accepted and not used (no bearing on availability)", unused),
    ];
    for (title, list) in lists.iter().filter(|(_, list): &&(&str, Vec<String>)| !list.is_empty()) {
        line(&format!("\n{}\n  {}", paint.strong(title), list.join("\n  ")));
    }
    out
}

/// What services run on, where it stands and whose it is.
fn locations(plan: &Plan) -> Table {
    let row = |row: Row| {
        let [compute, hardware, location, data_plane, managed_by] = row.compute.facts();
        let own = [compute, hardware, location, data_plane, &row.region, managed_by];
        let zones = match row.zones.len() {
            0..=ZONES_MAX => row.zones.join(", "),
            count => format!("{}, and {} more", row.zones[..ZONES_MAX].join(", "), count - ZONES_MAX),
        };
        own.map(str::to_owned).into_iter().chain([zones])
    };
    Table::default()
        .left(&["compute", "hardware", "location", "data plane", "control plane", "hosts\nrun by"])
        .prose("zones")
        .rows(overview(plan).into_iter().map(row))
}

/// What stands in each zone.
fn zones(rows: Vec<services::ZoneRow>) -> Table {
    let row = |row: services::ZoneRow| {
        let numbers = [row.tasks, row.hosts, row.fargate_vcpu, row.fargate_spot_vcpu];
        [row.zone, row.name].into_iter().chain(numbers.map(|number| plain(number as f64)))
    };
    Table::default()
        .left(&["zone", "name"])
        .right(&["service\ntasks", "hosts at\nthe start", "Fargate\nvCPU", "Fargate Spot\nvCPU"])
        .rows(rows.into_iter().map(row))
}

/// What the cells of each written control plane can do, and who is in them.
fn planes(plan: &Plan, extent: Extent) -> Table {
    let row = |row: &cells::CellRow| {
        let (peak, zone) =
            row.rates.map_or((NOTHING.to_owned(), "any".to_owned()), |(peak, zone)| (short(peak), short(zone)));
        let left = row.left.map_or(NOTHING.to_owned(), cells::percent);
        let [clusters, tasks] = [f64::from(row.clusters), row.tasks as f64].map(plain);
        [row.region.clone(), row.cell.clone(), clusters, tasks, peak, zone, left]
    };
    let cells = cells::derived(plan);
    Table::default()
        .left(&["Region", "cell"])
        .right(&["clusters", "tasks", "requests/s\nat the peak", "requests/s\nin each zone", "left without\na zone"])
        .rows(cells.iter().take(extent.rows()).map(row))
        .more(cells.len(), extent.rows(), "cells", ALL)
}

/// Need and headroom of each service with a desired count, zone by zone.
fn headroom(services: &[services::Derived], extent: Extent) -> Table {
    let mut table = Table::default().left(&["service"]).right(&["desired", "needed"]).left(&["zone"]).right(&[
        "tasks\nthere",
        "left\nwithout it",
        "headroom\nthen",
    ]);
    for row in services.iter().take(extent.rows()) {
        let need = if row.need_tasks == 0 { NO_NEED.to_owned() } else { plain(f64::from(row.need_tasks)) };
        let own = [row.service.clone(), plain(f64::from(row.desired)), need];
        if row.zones.is_empty() {
            table.row(own.clone().into_iter().chain([NOTHING; 4].map(str::to_owned)));
        }
        for (place, zone) in row.zones.iter().enumerate() {
            let first = if place == 0 { own.clone() } else { Default::default() };
            let spare = if row.need_tasks == 0 { NOTHING.to_owned() } else { spare(zone.headroom) };
            let [tasks, left] = [zone.tasks, zone.left].map(|tasks| plain(f64::from(tasks)));
            table.row(first.into_iter().chain([zone.zone.clone(), tasks, left, spare]));
        }
    }
    table.more(services.len(), extent.rows(), "services", ALL)
}

/// What is left of each service that may be shifted away from a zone, against its peak.
fn shifts(plan: &Plan, extent: Extent) -> Table {
    let all = zonal::derived(plan);
    let rate = |rate: Rate| format!("{}/s", short(rate.per_second()));
    let row = |row: &zonal::ShiftRow| {
        let lost = if row.lost_per_second.0 == 0 { NOTHING.to_owned() } else { rate(row.lost_per_second) };
        let own = [row.service.clone(), row.away_from.clone(), plain(f64::from(row.targets_left))];
        own.into_iter().chain([rate(row.answers_per_second), rate(row.peak_per_second), lost])
    };
    Table::default()
        .left(&["service", "without"])
        .right(&["targets\nleft", "they\nanswer", "asked at\nthe peak", "too\nlittle"])
        .rows(all.iter().take(extent.rows()).map(row))
        .more(all.len(), extent.rows(), "zones", ALL)
}

/// In place of the time at which a change begins that comes by a law, or by an alarm.
const AGAIN: &str = "by `every`";
const RINGS: &str = "on alarm";

/// How many tasks a service may have while a change of it is deployed, and what watches that.
fn deployments(plan: &Plan, extent: Extent) -> Table {
    let changes = &plan.changes;
    let copied = changes.iter().any(|row| row.shadow.is_some());
    let row = |row: changes::ChangeRow| {
        let bake = if row.bake == Span::ZERO { NOTHING.to_owned() } else { duration(row.bake.as_secs_f64()) };
        let again = if row.on_alarm { RINGS } else { AGAIN };
        let begin = row.at.map_or_else(|| again.to_owned(), |at| duration(at.as_secs_f64()));
        let own = [begin, row.change, row.service];
        let numbers = row.tasks.map(|tasks| [tasks.desired, tasks.least, tasks.most].map(|one| plain(f64::from(one))));
        let numbers = numbers.unwrap_or_else(|| [NOTHING; 3].map(str::to_owned));
        let watched = if row.watched.is_empty() { "nothing".to_owned() } else { row.watched.join("; ") };
        let copies = copied.then(|| row.shadow.map_or_else(|| NOTHING.to_owned(), copies));
        [&own[..], &numbers, copies.as_slice(), &[bake, watched]].concat()
    };
    Table::default()
        .right(&["begins"])
        .left(&["change", "service"])
        .right(&["desired", "healthy\nat least", "tasks\nat most"])
        .right(if copied { &["copies\nfirst for"] } else { &[] })
        .right(&["baked\nfor"])
        .prose("watched by")
        .rows(changes::rows(plan).take(extent.rows()).map(row))
        .more(changes.len(), extent.rows(), "changes", ALL)
}

/// How long requests are copied, and which part of them.
fn copies(of: Shadow) -> String {
    let time = duration(of.span.as_secs_f64());
    if of.ppm == WHOLE { time } else { format!("{time}, {} %", short(of.ppm as f64 / 1e4)) }
}

/// Tasks that are not needed; "short of" where they are too few.
fn spare(tasks: i64) -> String {
    if tasks < 0 { format!("{} (falls short)", plain(tasks as f64)) } else { format!("+{}", plain(tasks as f64)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    const SHORT: Extent = Extent { all: false };

    #[test]
    fn the_report_reads_like_this() {
        let mut problems = Problems::default();
        problems.doubtful("/duration", "`duration` is long", "");
        problems.no_bearing("/clusters/0/services/0/tags", "`tags` is accepted", "");
        problems.default_taken("", "no `regions`: one is taken, `us-east-1`, of three zones", "");
        insta::assert_snapshot!(report("az-loss.json", &sample::plan(), &problems, SHORT, Paint::Plain));
    }

    #[test]
    fn changes_are_told_with_what_they_may_do_and_what_watches_them() {
        use crate::model::ids::{AlarmId, ServiceId};
        use crate::model::plan::{Breaker, Threshold, Watches};
        let mut plan = sample::with_changes();
        let service = &mut plan.services[ServiceId(0)];
        (service.minimum_healthy_percent, service.maximum_percent) = (95, 104);
        let text = deployments(&plan, SHORT).text(Paint::Plain);
        assert!(text.contains("30        29       31     3m  alarm errors, stalls"), "{text}");
        let service = &mut plan.services[ServiceId(0)];
        service.deployment.alarm_rollback = true;
        let threshold = Threshold::BoundedPercent(50);
        service.deployment.breaker = Some(Breaker { rollback: true, reset: true, threshold });
        let found = changes::rows(&plan).collect::<Vec<_>>();
        assert_eq!(found[1].watched, ["breaker: 15 failed tasks, rolls back", "alarm errors, rolls back"]);
        let Watches::Metric(on) = &mut plan.alarms[AlarmId(0)].watches else { panic!("it watches a metric") };
        on.rule.evaluation_periods = 9;
        assert_eq!(changes::rows(&plan).nth(1).unwrap().bake, Span::from_secs(300), "five minutes at most");
        plan.services[ServiceId(0)].deployment.bake = Some(Span::MINUTE * 9);
        assert_eq!(changes::rows(&plan).nth(1).unwrap().bake, Span::MINUTE * 9, "as written");
        plan.services[ServiceId(0)].deployment = crate::model::plan::Deployment::default();
        assert!(deployments(&plan, SHORT).text(Paint::Plain).contains("-  nothing"));
    }

    #[test]
    fn copies_have_a_column_where_there_are_any() {
        use crate::model::ids::ChangeId;
        let mut plan = sample::with_changes();
        assert!(!deployments(&plan, SHORT).text(Paint::Plain).contains("copies"));
        plan.changes[ChangeId(0)].shadow = Some(Shadow { ppm: 125_000, span: Span::MINUTE * 90 });
        let text = deployments(&plan, SHORT).text(Paint::Plain);
        assert!(text.contains("first for") && text.contains("1h30m, 12.5 %") && text.contains("  -  "), "{text}");
        plan.changes[ChangeId(1)].shadow = Some(Shadow { ppm: WHOLE, span: Span::MINUTE * 20 });
        let text = deployments(&plan, SHORT).text(Paint::Plain);
        assert!(text.contains("  20m ") && !text.contains("20m,"), "{text}");
    }

    #[test]
    fn need_follows_traffic_or_the_minimum() {
        let mut plan = sample::plan();
        let id = plan.services.ids().next().unwrap();
        assert_eq!(services::at_start(&plan).1[0].need_tasks, 15);
        plan.services[id].traffic = None;
        plan.services[id].minimum_healthy_percent = 67;
        assert_eq!(services::at_start(&plan).1[0].need_tasks, 21);
    }
}
