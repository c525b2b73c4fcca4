//! The table of the stages of changes, for `evenkeel check`.

use super::check::ALL;
use crate::engine::Span;
use crate::forecast::stages;
use crate::model::Plan;
use crate::report::align::Table;
use crate::report::number::{NOTHING, duration, plain};

/// Stages shown before the rest is counted.
const STAGES_MAX: usize = 60;
/// More alarms than these are counted.
const ALARMS_MAX: usize = 2;

/// The stages, `all` of them or the first ones; empty without pipelines.
pub(super) fn table(plan: &Plan, all: bool) -> Table {
    let rows_max = if all { usize::MAX } else { STAGES_MAX };
    let row = |row: &stages::StageRow| {
        let bake = if row.bake == Span::ZERO { NOTHING.to_owned() } else { duration(row.bake.as_secs_f64()) };
        let requests = if row.requests == 0 { NOTHING.to_owned() } else { plain(row.requests as f64) };
        let watched = match row.watched.len() {
            0 => "nothing".to_owned(),
            1..=ALARMS_MAX => format!("alarm {}", row.watched.join(", alarm ")),
            count => format!("{count} alarms"),
        };
        let begin = format!("{}{}", if row.again { "+" } else { "" }, duration(row.begin.as_secs_f64()));
        [row.change.clone(), row.stage.clone(), row.what.clone(), begin, bake, requests, watched]
    };
    let stages = stages::derived(plan);
    Table::default()
        .left(&["change", "stage", "changes"])
        .right(&["begins at\nthe earliest", "baked\nfor", "requests\nat least"])
        .prose("watched by")
        .rows(stages.iter().take(rows_max).map(row))
        .more(stages.len(), rows_max, "stages", ALL)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Time;
    use crate::model::ids::{AlarmId, ChangeId, ServiceId, ZoneId};
    use crate::model::plan::{Hours, Move, Pipeline, Reach, Stage, Unit, Watched};
    use crate::report::align::Paint;
    use crate::report::sample;

    /// One box, a zone and the rest of the first unit, then two more; the alarm is that of the second one.
    fn staged() -> Plan {
        let mut plan = sample::with_changes();
        let change = &mut plan.changes[ChangeId(0)];
        change.at = Time(3_600_000_000);
        change.units = vec![Unit::Service(ServiceId(0)); 3];
        let stage = |name: &str, moves: &[(u16, Reach)], minutes: u64| Stage {
            name: name.into(),
            moves: moves.iter().map(|(unit, reach)| Move { unit: *unit, reach: *reach }).collect(),
            at_once: 1,
            bake: Span::MINUTE * minutes,
            requests: 0,
        };
        let stages = vec![
            Stage { requests: 100, ..stage("box", &[(0, Reach::OneBox)], 60) },
            stage("first", &[(0, Reach::Zone(ZoneId(0)))], 30),
            stage("rest", &[(0, Reach::Whole)], 720),
            stage("wave", &[(1, Reach::Whole), (2, Reach::Whole)], 0),
        ];
        let alarms = vec![Watched { alarm: AlarmId(0), unit: Some(1) }];
        change.pipeline = Some(Pipeline { stages, during_faults: false, alarms, ..Pipeline::default() });
        plan
    }

    #[test]
    fn stages_are_told_with_what_they_change_and_what_watches_by_then() {
        let text = table(&staged(), false).text(Paint::Plain);
        let lines: Vec<String> =
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let rows = [
            "v1 box a single task of shop/web 1h 1h 100 nothing",
            "v1 first use1-az1 of shop/web 2h 30m - nothing",
            "v1 rest the rest of shop/web 2h30m 12h - nothing",
            "v1 wave 2 units, one after the other 14h30m - - alarm errors",
        ];
        for row in rows {
            assert!(lines.iter().any(|line| line == row), "{row} in\n{text}");
        }
        assert!(table(&sample::with_changes(), false).is_empty(), "no pipeline");
        let mut again = staged();
        let change = &mut again.changes[ChangeId(0)];
        (change.at, change.every) = (Time::ZERO, Some(crate::engine::Dist::Constant(Span::MINUTE)));
        let text = table(&again, false).text(Paint::Plain);
        assert!(text.contains("+13h30m"), "from its own begin: {text}");
    }

    #[test]
    fn a_stage_begins_in_working_hours() {
        let mut plan = staged();
        let pipeline = plan.changes[ChangeId(0)].pipeline.as_mut().unwrap();
        let hour = |hour: u64| Span::from_secs(3_600 * hour);
        pipeline.hours = Some(Hours { days: [true; 7], from: hour(9), until: hour(17) });
        let begins: Vec<u64> = stages::derived(&plan).iter().map(|row| row.begin.0 / 60_000_000).collect();
        assert_eq!(begins, [9 * 60, 10 * 60, 10 * 60 + 30, 33 * 60], "the run begins at midnight");
    }

    #[test]
    fn a_staged_change_has_the_tasks_of_each_unit_and_all_its_bakes() {
        let row = &crate::forecast::changes::rows(&staged()).next().unwrap();
        let tasks = row.tasks.unwrap();
        assert_eq!((row.service.as_str(), tasks.desired, tasks.most), ("shop/web (each)", 30, 60));
        assert_eq!(row.bake, Span::MINUTE * (60 + 30 + 720));
        assert_eq!(row.watched, ["alarm errors, stalls", "alarm of 1 unit, rolls back"]);
    }
}
