//! Pictures of invented pipelines: one box, zones, then waves of cells that take turns.

use super::*;
use crate::metrics::change_series::Mark;
use crate::metrics::timeline::{Band, Series, Timeline};
use crate::report::chart::{Figure, figures};

fn minutes(minutes: u64) -> Time {
    Time(minutes * 60_000_000)
}

fn series(name: &'static str, unit: usize, part: &str, points: &[(u64, f64)]) -> Series {
    let points = points.iter().map(|(at, value)| (minutes(*at), *value)).collect();
    Series { name, subject: format!("shop-cell-{}/web", unit + 1), part: part.into(), points }
}

fn run(moves: Vec<(usize, Part)>, times: [u64; 3]) -> StageRun {
    let [begin, bakes, end] = times.map(|at| Some(minutes(at)));
    StageRun { moves, at_once: 1, begin, bakes, end }
}

/// Cells of 100 requests/s each. One box of the first from minute 60, a zone of it from 70, its rest from 80; all
/// others from 100 on, one every minute. The last two marks say how it ends.
pub(crate) fn good(cells: usize) -> Timeline {
    let zone = |zone: &str| vec![(0, Part::Zone(zone.into()))];
    let last = 100 + cells as u64;
    let stages = vec![
        run(vec![(0, Part::OneBox)], [60, 62, 70]),
        run(zone("use1-az1"), [70, 73, 80]),
        run(zone("use1-az2"), [80, 83, 100]),
        run((1..cells).map(|unit| (unit, Part::Whole)).collect(), [100, last, last + 60]),
    ];
    let mut all = Vec::new();
    for unit in 0..cells {
        all.push(series(series::OFFERED, unit, "", &[(0, 100.0)]));
        let at = 100 + unit as u64;
        let own: &[(u64, f64)] = &[(0, 0.0), (at, 50.0), (at + 1, 100.0), (last + 60, 0.0)];
        let first: &[(u64, f64)] = &[(0, 0.0), (61, 10.0), (72, 50.0), (82, 100.0), (last + 60, 0.0)];
        all.push(series(series::EXPOSED, unit, "v2", if unit == 0 { first } else { own }));
    }
    let staged = StagedChange {
        name: "v2".into(),
        units: (1..=cells).map(|cell| format!("shop-cell-{cell}/web")).collect(),
        stages,
        over: Some(minutes(last + 60)),
        marks: vec![Mark { at: minutes(60), label: "begins".into(), bad: false }],
        ..StagedChange::default()
    };
    Timeline { end: minutes(720), series: all, staged: vec![staged], ..Timeline::default() }
}

/// The same, but the alarm of the first cell rings in its second zone.
pub(crate) fn bad(cells: usize) -> Timeline {
    let mut timeline = good(cells);
    let staged = &mut timeline.staged[0];
    staged.stages[2].end = Some(minutes(86));
    staged.stages.truncate(3);
    staged.stages.push(StageRun { moves: (1..cells).map(|unit| (unit, Part::Whole)).collect(), ..StageRun::default() });
    staged.waits = vec![(minutes(66), Some(minutes(70)))];
    staged.stages[0].end = Some(minutes(66));
    (staged.back, staged.over) = (Some((minutes(86), Some(minutes(89)))), Some(minutes(89)));
    staged.rings = vec![(minutes(86), 0)];
    staged.marks.push(Mark { at: minutes(86), label: "alarm v2 cell-1, fails, goes back".into(), bad: true });
    timeline
}

fn bars_of(timeline: &Timeline, row: usize) -> Vec<(Kind, u64, u64)> {
    let (panels, _) = charts(&Run::new(timeline));
    let whole = |time: Time| time.0 / 60_000_000;
    panels[0].gantt.as_ref().unwrap().rows[row]
        .bars
        .iter()
        .map(|bar| (bar.kind, whole(bar.from), whole(bar.until)))
        .collect()
}

fn gantt_of(timeline: &Timeline) -> Gantt {
    charts(&Run::new(timeline)).0[0].gantt.clone().unwrap()
}

fn labels(timeline: &Timeline) -> Vec<(String, String)> {
    gantt_of(timeline).rows.into_iter().map(|row| (row.name, row.part)).collect()
}

#[test]
fn each_part_of_a_unit_has_a_row_and_others_wait_for_their_turn() {
    let timeline = good(4);
    let texts = labels(&timeline);
    let texts: Vec<_> = texts.iter().map(|(name, part)| (name.as_str(), part.as_str())).collect();
    let first = [("shop-cell-1/web", "one box"), ("", "use1-az1"), ("", "use1-az2"), ("shop-cell-2/web", "")];
    assert_eq!(texts[..4], first);
    assert_eq!(texts.len(), 6);
    assert_eq!(
        charts(&Run::new(&timeline)).1,
        Window { from: Time(minutes(60).0 - minutes(104).0 / 10), until: Time(minutes(164).0 + minutes(104).0 / 10) },
        "a tenth more at either side"
    );
    let end = 174;
    let found = bars_of(&timeline, 1);
    assert_eq!(found, [(Kind::Kept, 80, end), (Kind::Bakes, 73, 80), (Kind::Moves, 70, 73)]);
    let third = bars_of(&timeline, 4);
    assert_eq!(
        third,
        [(Kind::Due, 100, 102), (Kind::Kept, 164, end), (Kind::Bakes, 103, 164), (Kind::Moves, 102, 103)]
    );
}

#[test]
fn all_that_was_changed_goes_back_and_the_rest_stays_empty() {
    let timeline = bad(4);
    assert_eq!(labels(&timeline)[0].0, "next stage");
    assert_eq!(bars_of(&timeline, 0), [(Kind::Waits, 66, 70)]);
    let zone = bars_of(&timeline, 2);
    assert_eq!(zone, [(Kind::Kept, 80, 86), (Kind::Bakes, 73, 80), (Kind::Moves, 70, 73), (Kind::Back, 86, 89)]);
    assert_eq!(bars_of(&timeline, 3), [(Kind::Bakes, 83, 86), (Kind::Moves, 80, 83), (Kind::Back, 86, 89)]);
    assert!(bars_of(&timeline, 4).is_empty(), "the second cell never has it");
    let (panels, _) = charts(&Run::new(&timeline));
    let gantt = gantt_of(&timeline);
    assert_eq!(gantt.rows[1].rings, [minutes(86)]);
    let words: Vec<&str> = gantt.legend().iter().map(|entry| entry.0).collect();
    assert!(words.contains(&"goes back") && words.contains(&"alarm of the unit rings"));
    assert!(!words.contains(&"its turn has not come"), "only what occurs: {words:?}");
    // Of 400 requests/s, 10, 50 and 100 meet it.
    let share = |at: u64| steps::at(&panels[0].layers[0].curve.points, minutes(at));
    assert_eq!([60, 61, 72, 82].map(|at| share(at).to_bits()), [0.0, 2.5, 12.5, 25.0].map(f64::to_bits));
}

#[test]
fn of_many_cells_those_that_change_together_share_a_row() {
    let texts = labels(&good(50));
    assert_eq!(texts.len(), 4);
    assert_eq!(texts[3], ("shop-cell-2/web".to_owned(), "and 48 more".to_owned()));
    assert_eq!(bars_of(&good(50), 3)[1..], [(Kind::Bakes, 150, 210), (Kind::Moves, 100, 150)]);
    let mut by_zone = good(50);
    let zones = |unit| ["use1-az1", "use1-az2"].map(|zone| run(vec![(unit, Part::Zone(zone.into()))], [100, 110, 120]));
    by_zone.staged[0].stages = (0..50).flat_map(zones).collect();
    assert_eq!(labels(&by_zone).len(), 50, "zones of a unit share one then");
    let mut huge = good(90);
    huge.staged[0].stages = (0..90).map(|unit| run(vec![(unit, Part::Whole)], [100, 110, 120])).collect();
    assert_eq!(labels(&huge).last().unwrap().0, "and 30 rows more");
}

#[test]
fn the_picture_shows_names_marks_and_only_faults_of_its_time() {
    let mut timeline = bad(8);
    let band = |name: &str, from, until| Band {
        name: name.into(),
        places: Vec::new(),
        cells: Vec::new(),
        from: minutes(from),
        until: minutes(until),
    };
    timeline.bands = vec![band("much later", 600, 610), band("in between", 62, 66)];
    let all = figures(&timeline, "staged");
    let figure = all.iter().find(|figure| figure.name == "stages").unwrap();
    let svg = figure.svg();
    for text in ["shop-cell-8/web", "use1-az2", "alarm v2 cell-1, fails, goes back", "in between", "goes back"] {
        assert!(svg.contains(text), "{text}");
    }
    assert!(!svg.contains("much later"));
    assert_eq!(svg, figure.svg());
    let none = Timeline { staged: Vec::new(), ..timeline };
    assert!(figures(&none, "plain").iter().all(|figure| figure.name != "stages"));
}

#[test]
fn without_traffic_a_stage_is_drawn_as_a_whole() {
    let mut timeline = good(4);
    timeline.series.clear();
    let third = bars_of(&timeline, 4);
    assert_eq!(third[1..], [(Kind::Bakes, 104, 164), (Kind::Moves, 100, 104)]);
    assert!(charts(&Run::new(&timeline)).0[0].title.contains("no traffic"));
}

#[test]
fn of_a_change_that_comes_again_the_first_is_shown() {
    let mut timeline = good(2);
    assert_eq!(gantt_of(&timeline).title, "v2: stages");
    timeline.staged[0].times = 9;
    let (panels, _) = charts(&Run::new(&timeline));
    assert_eq!(gantt_of(&timeline).title, "v2, the first of 9: stages");
    assert!(panels[0].title.starts_with("v2, the first of 9: "));
}

#[test]
fn a_failure_at_the_end_of_a_long_pipeline_is_drawn_by_itself_over_the_whole_run_in_small() {
    let mut timeline = bad(4);
    let staged = &mut timeline.staged[0];
    // It bakes for a day, and fails within four minutes.
    let late = |minute: u64| minutes(minute + 1_440);
    staged.stages[1].end = Some(late(80));
    staged.stages[2] = run(vec![(0, Part::Zone("use1-az2".into()))], [80, 83, 86].map(|at| at + 1_440));
    (staged.back, staged.over) = (Some((late(86), Some(late(89)))), Some(late(89)));
    timeline.end = minutes(3_000);
    let (panels, cut) = charts(&Run::new(&timeline));
    assert_eq!(cut, Window { from: Time(late(80).0 - minutes(5).0), until: Time(late(89).0 + minutes(5).0) });
    let gantt = panels[0].gantt.as_ref().unwrap();
    assert!(gantt.beyond(cut) && gantt.rows[1].bars[0].from < cut.from, "what was before is in the strip");
    let figure = figures(&timeline, "staged").into_iter().find(|figure| figure.name == "stages").unwrap();
    let wide = |figure: &Figure| figure.svg().split('"').nth(5).unwrap().parse::<i32>().unwrap();
    let small = Figure { cut: Window { from: Time::ZERO, until: timeline.end }, ..figure.clone() };
    assert!(wide(&figure) > wide(&small), "the strip has room for the rows");
    // What completes is drawn from its begin to its end.
    assert!(!charts(&Run::new(&good(4))).0[0].gantt.as_ref().unwrap().beyond(charts(&Run::new(&good(4))).1));
}
