//! Pictures of an invented zone loss.

use super::*;
use crate::engine::Time;
use crate::metrics::blast::{Blast, Lost};
use crate::metrics::timeline::{Band, Series};

fn minutes(minutes: f64) -> Time {
    Time((minutes * 60e6) as u64)
}

fn series(name: &'static str, subject: &str, part: &str, points: &[(f64, f64)]) -> Series {
    let points = points.iter().map(|(at, value)| (minutes(*at), *value)).collect();
    Series { name, subject: subject.into(), part: part.into(), points }
}

fn service_name(number: usize) -> String {
    if number == 0 { "shop/web".to_owned() } else { format!("shop/service-{number}") }
}

fn names(figures: &[Figure]) -> Vec<&str> {
    figures.iter().map(|figure| figure.name).collect()
}

fn labels(panel: &figure::Panel) -> Vec<&str> {
    panel.lines.iter().map(|line| line.label.as_str()).collect()
}

/// The panels of the picture of changes.
fn of_changes(timeline: &Timeline) -> Vec<figure::Panel> {
    figures(timeline, "changes").into_iter().find(|figure| figure.name == "changes").unwrap().panels
}

/// Three hours; one of three zones is dark from minute 60 to 100, another fault follows closely.
pub(crate) fn zone_loss(services: usize) -> Timeline {
    let mut all = Vec::new();
    for number in 0..services {
        let subject = service_name(number);
        let size = (services - number) as f64;
        let s = |name, part: &str, points: &[(f64, f64)]| series(name, &subject, part, points);
        let served =
            [(0.0, 900.0 * size), (60.0, 600.0 * size), (60.8, 900.0 * size), (140.0, 700.0), (143.0, 900.0 * size)];
        all.extend([
            s("offered_requests_per_second", "", &[(0.0, 900.0 * size)]),
            s("served_requests_per_second", "", &served),
            s("lost_requests_per_second", "", &served.map(|(at, value)| (at, 900.0 * size - value))),
            s("available_tasks", "use1-az1", &[(0.0, 10.0), (60.0, 0.0), (105.0, 4.0), (106.0, 7.0), (107.0, 10.0)]),
            s("available_tasks", "use1-az2", &[(0.0, 10.0), (62.0, 13.0), (62.5, 15.0), (106.0, 10.0)]),
            s("available_tasks", "use1-az3", &[(0.0, 10.0), (62.2, 15.0), (107.0, 10.0)]),
            s("need_tasks", "", &[(0.0, 15.0)]),
            s("desired_tasks", "", &[(0.0, 30.0)]),
            s("task_state_count", "RUNNING", &[(0.0, 30.0), (61.0, 20.0), (62.0, 30.0)]),
            s("task_state_count", "PROVISIONING", &[(0.0, 0.0), (61.0, 6.0), (61.4, 0.0)]),
            s("task_state_count", "PENDING", &[(0.0, 0.0), (61.4, 6.0), (62.0, 0.0)]),
            s("task_state_count", "STOPPED", &[(0.0, 0.0), (61.4, 60.0)]),
            s("provider_running_tasks", "FARGATE", &[(0.0, 20.0), (60.0, 14.0), (64.0, 24.0)]),
            s("provider_running_tasks", "FARGATE_SPOT", &[(0.0, 10.0), (60.0, 6.0)]),
        ]);
    }
    let full = [(0.0, 100.0), (61.0, 150.0), (67.0, 75.0), (161.0, 100.0)];
    all.push(series("hosts", "shop/nodes", "", &[(0.0, 6.0), (60.0, 4.0), (66.0, 8.0), (160.0, 6.0)]));
    all.push(series("reservation_percent", "shop/nodes", "", &full));
    let band = |name: &str, from, until| Band {
        name: name.into(),
        places: Vec::new(),
        cells: Vec::new(),
        from: minutes(from),
        until: minutes(until),
    };
    let bands = vec![
        band("zone dark", 60.0, 100.0),
        band("registry down", 62.0, 70.0),
        band("half the web in errors <grey>", 140.0, 143.0),
    ];
    Timeline { end: minutes(180.0), series: all, bands, ..Timeline::default() }
}

#[test]
fn a_run_has_five_pictures() {
    let figures = figures(&zone_loss(1), "az-loss");
    assert_eq!(names(&figures), ["requests", "tasks-by-zone", "task-states", "providers", "hosts"]);
    assert_eq!(figures[0].panels.len(), 1);
    assert_eq!(figures[4].panels.len(), 2, "hosts and their reservation");
}

/// A Region with this many cells; the second is busiest, and is out from minute 60 to 100.
fn cell_outage(cells: u16) -> Timeline {
    let mut all = Vec::new();
    for number in 1..=cells {
        let subject = format!("us-east-1/cell-{number}");
        let mut add = |name, part: &str, points: &[(f64, f64)]| all.push(series(name, &subject, part, points));
        let busy = if number == 2 { 9.0 } else { 10.0 / f64::from(number) };
        add("control_plane_requests_per_second", "", &[(0.0, busy), (60.0, 2.0 * busy), (100.0, busy)]);
        add("control_plane_capacity_per_second", "", &[(0.0, 30.0), (60.0, 20.0), (100.0, 30.0)]);
        let accepted =
            if number == 2 { vec![(0.0, 5.0), (60.0, 0.0), (100.0, 25.0), (101.0, 5.0)] } else { vec![(0.0, 5.0)] };
        add("control_plane_launches_per_minute", "offered", &[(0.0, 5.0)]);
        add("control_plane_launches_per_minute", "accepted", &accepted);
        add("control_plane_launches_per_minute", "throttled", &[(0.0, 0.0)]);
        add("control_plane_launches_per_minute", "failed", &[(0.0, 0.0), (70.0, 1.0), (75.0, 0.0)]);
        let wait = if number == 2 { 20.0 } else { 0.0 };
        add("control_plane_waiting_launches", "", &[(0.0, 0.0), (60.0, wait), (101.0, 0.0)]);
    }
    let bands = vec![Band {
        name: "second cell is out".into(),
        places: Vec::new(),
        cells: vec!["cell-2".into()],
        from: minutes(60.0),
        until: minutes(100.0),
    }];
    let occurrences = vec![tiles::tests::occurrence(&[(2 * 20, Lost::Launches), (2 * 20 + 2, Lost::Requests)])];
    let blast = Blast { regions: vec![tiles::tests::region("us-east-1", (0, 0, 0), cells, 20)], occurrences };
    Timeline { end: minutes(180.0), series: all, bands, blast, ..Timeline::default() }
}

#[test]
fn a_control_plane_has_three_pictures() {
    let figures = figures(&cell_outage(3), "cell-outage");
    assert_eq!(names(&figures), ["control-plane", "launches", "blast-radius"]);
    let [together, each] = &figures[0].panels[..] else { panic!("{} panels", figures[0].panels.len()) };
    // Asked before: 22.3 of the 90 a second that the cells can do; from minute 60 on twice that of 60.
    let capacity = |minute: f64| steps::at(&together.lines[0].curve.points, minutes(minute));
    assert!((capacity(58.0) - 100.0 * 90.0 / (10.0 + 9.0 + 10.0 / 3.0)).abs() < 1e-6, "{}", capacity(58.0));
    assert!((capacity(80.0) - 100.0 * 60.0 / (10.0 + 9.0 + 10.0 / 3.0)).abs() < 1e-6, "{}", capacity(80.0));
    assert_eq!(labels(each), ["cell-1", "cell-2", "cell-3", "what the cell can do"]);
    assert!((each.peak() - 100.0).abs() < 1e-9);
    let [by_minute, waiting] = &figures[1].panels[..] else { panic!("{} panels", figures[1].panels.len()) };
    let stack: Vec<_> = by_minute.layers.iter().map(|layer| layer.label.as_str()).collect();
    assert_eq!(stack, ["accepted", "given up, no answer"], "nothing was throttled");
    assert!((by_minute.peak() - 35.0).abs() < 1e-9, "all cells of the Region together");
    let stack: Vec<_> = waiting.layers.iter().map(|layer| layer.label.as_str()).collect();
    assert_eq!(stack, ["cell-2"], "only one has launches that wait");
    let svg = figures[2].svg();
    assert!(svg.contains("second cell is out") && svg.contains("cell-2: 2 of 20 clusters lost something"));
}

#[test]
fn of_many_cells_the_busiest_are_drawn_and_that_is_said() {
    let figures = figures(&cell_outage(50), "fifty");
    let panel = &figures[0].panels[0];
    let title =
        "us-east-1: each cell, in percent of what it can do: of 50, 1 with launches that wait, then the 6 busiest";
    assert_eq!(panel.title, title);
    assert_eq!(labels(panel)[..3], ["cell-2", "cell-1", "cell-3"]);
    assert_eq!(panel.lines.len(), 8);
}

#[test]
fn of_many_services_the_largest_are_drawn_after_their_total() {
    let figures = figures(&zone_loss(9), "nine");
    let titles: Vec<_> = figures[0].panels.iter().map(|panel| panel.title.as_str()).collect();
    assert_eq!(titles.len(), 7);
    assert_eq!(&titles[..2], ["all 9 services (below: the 6 that lost most)", "shop/web"]);
    assert!((figures[0].panels[0].peak() - 900.0 * 45.0).abs() < 1e-6);
}

#[test]
fn the_same_figure_gives_the_same_bytes() {
    let both = || [figures(&zone_loss(2), "az-loss"), figures(&cell_outage(16), "cell-outage")].into_iter().flatten();
    for (a, b) in both().zip(both()) {
        assert_eq!(a.svg(), b.svg());
        assert_eq!(a.png().unwrap(), b.png().unwrap());
    }
}

#[test]
fn texts_stand_in_the_svg() {
    let svg = figures(&zone_loss(1), "az-loss")[0].svg();
    for text in ["Requests served and lost · az-loss", "minutes since the start", "zone dark", "lost (at most 300/s)"]
    {
        assert!(svg.contains(text), "no `{text}`");
    }
    assert!(svg.contains("&lt;grey&gt;"), "texts are escaped");
}

#[test]
fn titles_say_which_replication_is_drawn() {
    assert_eq!(heading("az-loss", 1, 0), "az-loss");
    assert_eq!(heading("az-loss", 100, 0), "az-loss · replication 0 of 100");
    assert_eq!(heading("az-loss", 1, 5), "az-loss · replication 5 alone");
}

#[test]
fn a_run_without_anything_has_no_picture() {
    assert!(figures(&Timeline::default(), "empty").is_empty());
}

/// A new version gets a third of the requests from minute 60 on, loses half of them, and is taken back.
pub(crate) fn rollback(services: usize, marks: u64) -> Timeline {
    use crate::engine::Span;
    use crate::metrics::change_series::{Mark, ServiceChanges, Threshold};
    let mut timeline = zone_loss(services);
    for service in 0..services {
        let subject = &service_name(service);
        let rate = 300.0 - service as f64;
        let points = [(0.0, 0.0), (60.0, rate), (64.0, 0.0)];
        timeline.series.push(series("exposed_requests_per_second", subject, "v2", &points));
        let mark = |number: u64| Mark {
            at: minutes(60.0 + number as f64),
            label: if number == 0 { "v2 begins".into() } else { format!("failure {number}") },
            bad: number > 0,
        };
        let threshold = Threshold {
            alarm: "errors".into(),
            subject: subject.clone(),
            of: "the service".into(),
            metric: "ErrorRate",
            share: true,
            value: 10.0,
            comparison: crate::model::plan::Comparison::Greater,
            period: Span::MINUTE * 5,
            datapoints: (2, 3),
        };
        timeline.changes.push(ServiceChanges {
            service: subject.clone(),
            marks: (0..marks).map(mark).collect(),
            thresholds: vec![threshold],
            by_weight: false,
        });
    }
    timeline
}

#[test]
fn a_change_shows_its_requests_by_version_and_what_the_alarm_sees() {
    let figures = figures(&rollback(1, 3), "rollback");
    let figure = figures.iter().find(|figure| figure.name == "changes").unwrap();
    let [versions, errors] = &figure.panels[..] else { panic!("{} panels", figure.panels.len()) };
    let level = |layer: usize, at: f64| steps::at(&versions.layers[layer].curve.points, minutes(at));
    let levels = [level(0, 55.0), level(0, 62.0), level(1, 62.0), level(0, 70.0)];
    assert_eq!(levels.map(f64::to_bits), [900.0f64, 600.0, 300.0, 900.0].map(f64::to_bits));
    assert_eq!(versions.lines[0].label, "lost, of either (at most 300/s)");
    assert_eq!(
        labels(errors),
        [
            "lost at each moment",
            "datapoints of errors on the service, one for each 5m",
            "threshold of errors: over 10 % (2 of 3 datapoints)"
        ]
    );
    // Lost is a third for 48 s: of the five minutes of the datapoint that begins then, 16 %.
    let share = |line: usize, at: f64| steps::at(&errors.lines[line].curve.points, minutes(at));
    assert!((share(0, 60.5) - 100.0 / 3.0).abs() < 1e-9);
    assert!((share(1, 63.0) - 100.0 / 3.0 * 48.0 / 300.0).abs() < 1e-9, "{}", share(1, 63.0));
    assert!((share(2, 120.0) - 10.0).abs() < 1e-12);
    let svg = figure.svg();
    assert!(svg.matches("v2 begins").count() == 2, "in both panels");
    assert!(svg.contains("failure 2"));
}

#[test]
fn copies_are_a_line_over_the_share_of_the_new_version() {
    let shares = |timeline: &Timeline| {
        of_changes(timeline).into_iter().find(|panel| panel.title.contains("traffic of the new version")).unwrap()
    };
    let mut timeline = rollback(1, 3);
    timeline.changes[0].by_weight = true;
    assert!(shares(&timeline).lines.is_empty(), "nothing is copied");
    for (name, rate) in [("v2", 450.0), ("v3", 180.0)] {
        let points = [(0.0, 0.0), (50.0, rate), (60.0, 0.0)];
        timeline.series.push(series("copied_requests_per_second", "shop/web", name, &points));
    }
    let panel = shares(&timeline);
    let [copies] = &panel.lines[..] else { panic!("{} lines", panel.lines.len()) };
    let at = |minute: f64| steps::at(&copies.curve.points, minutes(minute));
    assert_eq!([at(49.0), at(55.0), at(61.0)].map(f64::to_bits), [0.0f64, 70.0, 0.0].map(f64::to_bits));
}

#[test]
fn of_many_marks_the_bad_ones_are_drawn_and_of_many_services_the_most_exposed() {
    assert_eq!([40, 41, 50].map(|marks| of_changes(&rollback(1, marks))[0].marks.len()), [40, 40, 0]);
    let panels = of_changes(&rollback(5, 2));
    assert_eq!(panels.len(), 6);
    assert_eq!(panels[0].title, "shop/web (of 5 services with changes: the 3 that lost most)");
    assert_eq!(panels[4].title, "shop/service-2");
}

/// Writes the pictures for the eye: `EVENKEEL_PICTURES=dir cargo test --lib chart -- --ignored`.
#[test]
#[ignore = "for the eye"]
#[expect(clippy::disallowed_methods, reason = "writes where the person who looks asks for it")]
fn pictures_for_the_eye() {
    let Ok(folder) = std::env::var("EVENKEEL_PICTURES") else { return };
    let all = [
        (zone_loss(1), "one"),
        (zone_loss(9), "nine"),
        (cell_outage(4), "four-cells"),
        (cell_outage(16), "sixteen-cells"),
        (cell_outage(50), "fifty-cells"),
        (rollback(2, 12), "rollback"),
        (stages::tests::good(8), "good-8"),
        (stages::tests::bad(50), "bad-50"),
    ];
    for (timeline, label) in all {
        for figure in figures(&timeline, "az-loss") {
            std::fs::write(format!("{folder}/{label}-{}.png", figure.name), figure.png().unwrap()).unwrap();
            std::fs::write(format!("{folder}/{label}-{}.svg", figure.name), figure.svg()).unwrap();
        }
    }
}

#[test]
fn a_figure_is_data() {
    let figures = figures(&cell_outage(3), "cell-outage");
    let json = serde_json::to_value(&figures).unwrap();
    let panel = &json[0]["panels"][1];
    assert_eq!(panel["unit"], "percent of capacity");
    assert_eq!(panel["lines"][1]["curve"]["points"][1], serde_json::json!([3600.0, 90.0]));
    assert_eq!(panel["lines"][1]["role"], "part-1");
    assert_eq!(json[0]["bands"][0]["from"], 3600.0);
    assert_eq!(json[2]["map"]["faults"][0]["regions"][0]["cells"][1]["clusters"][1]["role"], "lost");
    let staged = self::figures(&stages::tests::bad(4), "staged");
    let json = serde_json::to_value(staged.iter().find(|figure| figure.name == "stages")).unwrap();
    let bar = &json["panels"][0]["gantt"]["rows"][0]["bars"][0];
    assert_eq!((&bar["kind"]["role"], bar["from"].as_f64()), (&"waits".into(), Some(3_960.0)));
}
