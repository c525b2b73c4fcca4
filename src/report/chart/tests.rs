//! Pictures of an invented zone loss.

use super::*;
use crate::engine::Time;
use crate::metrics::timeline::{Band, Series};

fn minutes(minutes: f64) -> Time {
    Time((minutes * 60e6) as u64)
}

fn series(name: &'static str, subject: &str, part: &str, points: &[(f64, f64)]) -> Series {
    let points = points.iter().map(|(at, value)| (minutes(*at), *value)).collect();
    Series { name, subject: subject.into(), part: part.into(), points }
}

/// Three hours; one of three zones is dark from minute 60 to 100, another fault follows closely.
pub(crate) fn zone_loss(services: usize) -> Timeline {
    let mut all = Vec::new();
    for number in 0..services {
        let subject = if number == 0 { "shop/web".to_owned() } else { format!("shop/service-{number}") };
        let size = (services - number) as f64;
        let s = |name, part: &str, points: &[(f64, f64)]| series(name, &subject, part, points);
        all.push(s("offered_requests_per_second", "", &[(0.0, 900.0 * size)]));
        let served =
            [(0.0, 900.0 * size), (60.0, 600.0 * size), (60.8, 900.0 * size), (140.0, 700.0), (143.0, 900.0 * size)];
        all.push(s("served_requests_per_second", "", &served));
        let lost = served.map(|(at, value)| (at, 900.0 * size - value));
        all.push(s("lost_requests_per_second", "", &lost));
        all.push(s(
            "available_tasks",
            "use1-az1",
            &[(0.0, 10.0), (60.0, 0.0), (105.0, 4.0), (106.0, 7.0), (107.0, 10.0)],
        ));
        all.push(s("available_tasks", "use1-az2", &[(0.0, 10.0), (62.0, 13.0), (62.5, 15.0), (106.0, 10.0)]));
        all.push(s("available_tasks", "use1-az3", &[(0.0, 10.0), (62.2, 15.0), (107.0, 10.0)]));
        all.push(s("need_tasks", "", &[(0.0, 15.0)]));
        all.push(s("desired_tasks", "", &[(0.0, 30.0)]));
        all.push(s("task_state_count", "RUNNING", &[(0.0, 30.0), (61.0, 20.0), (62.0, 30.0)]));
        all.push(s("task_state_count", "PROVISIONING", &[(0.0, 0.0), (61.0, 6.0), (61.4, 0.0)]));
        all.push(s("task_state_count", "PENDING", &[(0.0, 0.0), (61.4, 6.0), (62.0, 0.0)]));
        all.push(s("task_state_count", "STOPPED", &[(0.0, 0.0), (61.4, 60.0)]));
        all.push(s("provider_running_tasks", "FARGATE", &[(0.0, 20.0), (60.0, 14.0), (64.0, 24.0)]));
        all.push(s("provider_running_tasks", "FARGATE_SPOT", &[(0.0, 10.0), (60.0, 6.0)]));
    }
    all.push(series("hosts", "shop/nodes", "", &[(0.0, 6.0), (60.0, 4.0), (66.0, 8.0), (160.0, 6.0)]));
    all.push(series(
        "reservation_percent",
        "shop/nodes",
        "",
        &[(0.0, 100.0), (61.0, 150.0), (67.0, 75.0), (161.0, 100.0)],
    ));
    let band = |name: &str, from, until| Band { name: name.into(), from: minutes(from), until: minutes(until) };
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
    let names: Vec<_> = figures.iter().map(|figure| figure.name).collect();
    assert_eq!(names, ["requests", "tasks-by-zone", "task-states", "providers", "hosts"]);
    assert_eq!(figures[0].panels.len(), 1);
    assert_eq!(figures[4].panels.len(), 2, "hosts and their reservation");
}

#[test]
fn of_many_services_the_largest_are_drawn_after_their_total() {
    let figures = figures(&zone_loss(9), "nine");
    let titles: Vec<_> = figures[0].panels.iter().map(|panel| panel.title.as_str()).collect();
    assert_eq!(titles.len(), 7);
    assert_eq!(&titles[..2], ["all 9 services (below: the 6 largest)", "shop/web"]);
    assert!((figures[0].panels[0].peak() - 900.0 * 45.0).abs() < 1e-6);
}

#[test]
fn the_same_figure_gives_the_same_bytes() {
    let first = figures(&zone_loss(2), "az-loss");
    let second = figures(&zone_loss(2), "az-loss");
    for (a, b) in first.iter().zip(&second) {
        assert_eq!(a.svg().unwrap(), b.svg().unwrap());
        assert_eq!(a.png().unwrap(), b.png().unwrap());
    }
}

#[test]
fn texts_stand_in_the_svg() {
    let svg = figures(&zone_loss(1), "az-loss")[0].svg().unwrap();
    for text in ["Requests served and lost · az-loss", "minutes since the start", "zone dark", "lost (at most 300/s)"]
    {
        assert!(svg.contains(text), "no `{text}`");
    }
    assert!(svg.contains("&lt;grey&gt;"), "texts are escaped");
}

#[test]
fn a_run_without_anything_has_no_picture() {
    assert!(figures(&Timeline::default(), "empty").is_empty());
}

/// Writes the pictures for the eye: `EVENKEEL_PICTURES=dir cargo test --lib chart -- --ignored`.
#[test]
#[ignore = "for the eye"]
#[expect(clippy::disallowed_methods, reason = "writes where the person who looks asks for it")]
fn pictures_for_the_eye() {
    let Ok(folder) = std::env::var("EVENKEEL_PICTURES") else { return };
    for (count, label) in [(1, "one"), (9, "nine")] {
        for figure in figures(&zone_loss(count), "az-loss") {
            std::fs::write(format!("{folder}/{label}-{}.png", figure.name), figure.png().unwrap()).unwrap();
            std::fs::write(format!("{folder}/{label}-{}.svg", figure.name), figure.svg().unwrap()).unwrap();
        }
    }
}
