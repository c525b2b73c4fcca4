//! Rules that every picture keeps, on invented runs that tempt it to break them.

use super::colours::Role;
use super::figure::{Layer, Panel};
use super::paper::Shape;
use super::tests::zone_loss;
use super::*;
use crate::engine::Time;
use crate::metrics::blast::Lost;
use crate::metrics::timeline::{Band, Routed, Series};

fn minutes(minutes: f64) -> Time {
    Time((minutes * 60e6) as u64)
}

fn series(name: &'static str, subject: &str, part: &str, points: &[(f64, f64)]) -> Series {
    let points = points.iter().map(|(at, value)| (minutes(*at), *value)).collect();
    Series { name, subject: subject.into(), part: part.into(), points }
}

fn picture(timeline: &Timeline, name: &str) -> Figure {
    figures(timeline, "rules").into_iter().find(|figure| figure.name == name).unwrap()
}

fn layers(panel: &Panel) -> Vec<&str> {
    panel.layers.iter().map(|layer| &layer.label[..]).collect()
}

/// A router and so many cells behind it, 100 requests a second each; the router is gone from minute 60 to 61.
fn routed(cells: u16) -> Timeline {
    let all = 100.0 * f64::from(cells);
    let gone = |rate: f64| [(0.0, rate), (60.0, 0.0), (61.0, rate)];
    let lost = [(0.0, 0.0), (60.0, all), (61.0, 0.0)];
    let mut series = vec![
        series("application_offered_requests_per_second", "shop", "", &[(0.0, all)]),
        series("application_lost_requests_per_second", "shop", "", &lost),
        series("offered_requests_per_second", "router", "", &[(0.0, all)]),
        series("served_requests_per_second", "router", "", &gone(all)),
        series("lost_requests_per_second", "router", "", &lost),
    ];
    let names: Vec<String> = (1..=cells).map(|cell| format!("cell-{cell}")).collect();
    for name in &names {
        series.push(self::series("application_customers", "shop", name, &[(0.0, 10.0)]));
        series.push(self::series("offered_requests_per_second", name, "", &gone(100.0)));
        series.push(self::series("served_requests_per_second", name, "", &gone(100.0)));
    }
    let application = Some(Routed { name: "shop".into(), router: "router".into(), cells: names });
    let places = vec!["use1-az1".into()];
    let bands =
        vec![Band { name: "router gone".into(), places, cells: Vec::new(), from: minutes(60.0), until: minutes(61.0) }];
    Timeline { end: minutes(600.0), series, bands, application, ..Timeline::default() }
}

#[test]
fn what_is_lost_is_on_top_first_in_the_legend_and_never_folded() {
    for cells in [2, 8, 15, 40] {
        let figure = picture(&routed(cells), "traffic-by-cell");
        let panel = &figure.panels[0];
        let last = panel.layers.last().unwrap();
        assert_eq!((last.role, &last.label[..]), (Role::Lost, &format!("lost (at most {}/s)", report_rate(cells))[..]));
        let others = panel.layers.iter().find(|layer| layer.role == Role::Others);
        let wanted = (cells > 11).then(|| format!("{} others", cells - 10));
        assert_eq!(others.map(|layer| layer.label.clone()), wanted);
        assert!(
            others.is_none_or(|layer| steps::at(&layer.curve.points, minutes(60.5)) == 0.0),
            "it holds what is lost"
        );
        let texts = texts(&figure);
        let place = |text: &str| texts.iter().position(|other| other.starts_with(text)).unwrap();
        assert!(place("lost (at most") < place("cell-"), "{texts:?}");
    }
}

fn report_rate(cells: u16) -> String {
    crate::report::number::short(100.0 * f64::from(cells))
}

fn texts(figure: &Figure) -> Vec<String> {
    let text = |shape: Shape| if let Shape::Text { text, .. } = shape { Some(text) } else { None };
    draw::paper(figure).shapes.into_iter().filter_map(text).collect()
}

#[test]
fn what_a_fault_hit_is_not_among_the_others() {
    let mut timeline = zone_loss(1);
    timeline.series.retain(|series| series.name != "available_tasks");
    for zone in 1..=15 {
        let points = [(0.0, 100.0 - f64::from(zone)), (60.0, 10.0)];
        timeline.series.push(series("available_tasks", "shop/web", &format!("use1-az{zone}"), &points));
    }
    timeline.bands[0].places = vec!["use1-az15".into()];
    let panel = picture(&timeline, "tasks-by-zone").panels.remove(0);
    assert!(layers(&panel).contains(&"use1-az15"), "the smallest is the one that was hit: {:?}", layers(&panel));
    assert!(layers(&panel).contains(&"4 others"), "{:?}", layers(&panel));
}

#[test]
fn requests_of_customers_count_once_in_the_total() {
    let figure = picture(&routed(8), "requests");
    let total = &figure.panels[0];
    assert!(total.title.contains("counted once"), "{}", total.title);
    assert!((steps::peak(&total.lines[0].curve.points) - 800.0).abs() < 1e-9);
    assert!((steps::at(&total.lines[0].curve.points, minutes(60.5)) - 800.0).abs() < 1e-9, "offered stays");
    let [served, lost] = &total.layers[..] else { panic!("{:?}", layers(total)) };
    assert_eq!([served, lost].map(|layer: &Layer| steps::at(&layer.curve.points, minutes(60.5))), [0.0, 800.0]);
}

#[test]
fn services_that_lost_are_drawn_before_large_ones_and_that_is_said() {
    let mut timeline = zone_loss(9);
    // The three smallest lose launches, the smallest of all also requests.
    for series in timeline.series.iter_mut().filter(|series| series.name == "lost_requests_per_second") {
        series.points.retain(|point| point.0 == Time::ZERO);
    }
    for series in timeline.series.iter_mut().filter(|series| series.name == "need_tasks") {
        series.points[0].1 = 1.0;
    }
    timeline.hit = (6..9).map(|number| (format!("shop/service-{number}"), Lost::Launches)).collect();
    timeline.series.push(series(
        "lost_requests_per_second",
        "shop/service-8",
        "",
        &[(0.0, 0.0), (60.0, 1.0), (61.0, 0.0)],
    ));
    let lost = timeline.series.iter().position(|one| {
        one.name == "lost_requests_per_second" && one.subject == "shop/service-8" && one.points.len() == 1
    });
    timeline.series.remove(lost.unwrap());
    let wanted = [6, 7].map(|number| format!("shop/service-{number}"));
    for name in ["requests", "tasks-by-zone", "task-states", "providers"] {
        let panels = picture(&timeline, name).panels;
        let titles: Vec<&str> = panels.iter().map(|panel| &panel.title[..]).collect();
        assert_eq!(titles[1], "shop/service-8", "{name}");
        assert!(wanted.iter().all(|service| titles[2..4].contains(&&service[..])), "{name}: {titles:?}");
        assert!(titles[0].ends_with("(below: the 3 that lost something, then the 3 largest)"), "{name}: {titles:?}");
    }
}

#[test]
fn a_run_is_cut_to_what_happened_in_it() {
    let figure = picture(&routed(8), "requests");
    assert_eq!(figure.whole, figure::Window { from: Time::ZERO, until: minutes(600.0) });
    assert_eq!(figure.cut, figure::Window { from: minutes(59.0), until: minutes(62.0) });
    assert!(texts(&figure).iter().any(|text| text.starts_with("the whole run")));
    let mut timeline = routed(8);
    timeline.bands.push(Band {
        name: "later".into(),
        places: vec![],
        cells: vec![],
        from: minutes(500.0),
        until: minutes(599.0),
    });
    let figure = picture(&timeline, "requests");
    assert_eq!(figure.cut, figure.whole, "the faults lie far apart");
    assert!(texts(&figure).iter().all(|text| !text.starts_with("the whole run")));
}

#[test]
fn a_loss_shorter_than_a_pixel_is_seen() {
    // A year, a wave of traffic each minute, one second of loss.
    let mut timeline = routed(2);
    timeline.end = minutes(525_600.0);
    timeline.bands[0].until = minutes(525_000.0);
    let wave: Vec<(f64, f64)> = (0..20_000).map(|step| (26.0 * f64::from(step), 150.0 + f64::from(step % 2))).collect();
    timeline.series.retain(|series| series.subject != "router");
    timeline.series.push(series("offered_requests_per_second", "router", "", &wave));
    timeline.series.push(series("served_requests_per_second", "router", "", &wave));
    let second = [(0.0, 0.0), (260_000.0, 90.0), (260_000.016, 0.0)];
    timeline.series.push(series("lost_requests_per_second", "router", "", &second));
    timeline.application = None;
    let figure = picture(&timeline, "requests");
    let panel = figure.panels.iter().find(|panel| panel.title == "router").unwrap();
    assert!(panel.sum.is_some() && panel.layers[0].curve.points.len() <= 500, "it is drawn in columns");
    let figure = Figure { panels: vec![panel.clone()], ..figure };
    let lost: Vec<[i32; 4]> = draw::paper(&figure)
        .shapes
        .into_iter()
        .filter_map(|shape| if let Shape::Rects { rects, role: Role::Lost, .. } = shape { Some(rects) } else { None })
        .flatten()
        .collect();
    // One is that of the legend.
    let [_, [left, top, right, bottom]] = lost[..] else { panic!("{lost:?}") };
    assert!(right - left >= 2 && bottom - top > 100, "as high as what was lost, from the axis: {lost:?}");
}

#[test]
fn a_fault_is_named_with_its_place_its_number_and_its_end() {
    let mut timeline = zone_loss(1);
    let again = timeline.bands[0].clone();
    timeline.bands[0].places = vec!["use1-az2".into()];
    timeline.bands.push(Band { from: minutes(170.0), until: minutes(180.0), ..again });
    let texts = texts(&picture(&timeline, "requests"));
    let wanted = [
        "zone dark (use1-az2, 1 of 2), until 100 min",
        "registry down, until 70 min",
        "zone dark (2 of 2), to the end",
    ];
    assert!(wanted.iter().all(|label| texts.iter().any(|text| text == label)), "{texts:?}");
}

#[test]
fn no_letters_are_small_and_none_leave_the_picture() {
    let many = [zone_loss(9), routed(40), stages::tests::bad(50)];
    for figure in many.iter().flat_map(|timeline| figures(timeline, "rules")) {
        let paper = draw::paper(&figure);
        for shape in &paper.shapes {
            let Shape::Text { text, em, at: (x, y), anchor, turned, .. } = shape else { continue };
            assert!(*em >= 14.0, "`{text}` in {}", figure.name);
            if *turned {
                continue;
            }
            let wide = text::width(text, *em);
            let left = f64::from(*x)
                - match anchor {
                    paper::Anchor::Start => 0.0,
                    paper::Anchor::Middle => wide / 2.0,
                    paper::Anchor::End => wide,
                };
            assert!(left >= 0.0 && left + wide <= 1_200.0, "`{text}` in {} from {left}", figure.name);
            assert!(*y >= 0 && *y + 14 <= paper.height, "`{text}` in {}", figure.name);
        }
    }
}
