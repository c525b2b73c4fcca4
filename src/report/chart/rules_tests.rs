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
    let at = |layer: &Layer| steps::at(&layer.curve.points, minutes(60.5)).round() as u32;
    assert_eq!([served, lost].map(at), [0, 800]);
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
    // One is that of the legend.
    let lost = rects(&figure, Role::Lost);
    let [_, [left, top, right, bottom]] = lost[..] else { panic!("{lost:?}") };
    assert!(right - left >= 2 && bottom - top > 100, "as high as what was lost: {lost:?}");
    let served = rects(&figure, Role::Served).into_iter().filter(|rect| rect[3] - rect[1] > 20);
    let highest = served.map(|rect| rect[1]).min().unwrap();
    assert!((top - highest).abs() <= 2, "down from the most that was served, at {highest}: {lost:?}");
}

/// All rectangles of a role.
fn rects(figure: &Figure, wanted: Role) -> Vec<[i32; 4]> {
    let of = |shape| match shape {
        Shape::Rects { rects, role, .. } if role == wanted => rects,
        _ => Vec::new(),
    };
    draw::paper(figure).shapes.into_iter().flat_map(of).collect()
}

#[test]
fn faults_are_shaded_behind_the_data_and_what_is_lost_is_drawn_over_it() {
    let figure = picture(&zone_loss(1), "requests");
    let shapes = draw::paper(&figure).shapes;
    // What is in the plot is higher than an entry of the legend.
    let in_plot = |shape: &Shape, wanted: Role| match shape {
        Shape::Rects { rects, role, .. } => *role == wanted && rects.iter().any(|rect| rect[3] - rect[1] > 40),
        Shape::Text { .. } => false,
    };
    let place = |role| shapes.iter().position(|shape| in_plot(shape, role)).unwrap();
    let [shade, served, lost] = [Role::Fault, Role::Served, Role::Lost].map(place);
    assert!(shade < served && served < lost, "{shade} {served} {lost}");
    let long = |rect: &[i32; 4]| rect[2] - rect[0] > 900 && rect[3] - rect[1] == 2;
    let offered =
        |shape: &Shape| matches!(shape, Shape::Rects { role: Role::Ink, rects, .. } if rects.iter().any(long));
    let offered = shapes.iter().rposition(offered);
    assert!(offered.unwrap() < lost, "the line of what is offered covers it");
}

#[test]
fn svg_and_png_have_the_same_colours() {
    for figure in
        [zone_loss(1), routed(8), stages::tests::bad(4)].iter().flat_map(|timeline| figures(timeline, "rules"))
    {
        let paper = draw::paper(&figure);
        let (svg, pixels) = (paper.svg(), paper.pixels().unwrap());
        for shape in &paper.shapes {
            let Shape::Rects { role, percent: 100, .. } = shape else { continue };
            let (red, green, blue) = role.light();
            let in_svg = svg.contains(&format!("\"#{red:02x}{green:02x}{blue:02x}\""));
            let in_png = pixels.chunks(3).any(|pixel| pixel == [red, green, blue]);
            assert!(in_svg && in_png, "{role:?} in {}: {in_svg}, {in_png}", figure.name);
        }
    }
}

#[test]
fn a_dip_shorter_than_a_pixel_is_seen_and_no_edge_hides_it() {
    // A zone is gone for a second of a year; nothing else moves.
    let mut timeline = zone_loss(1);
    timeline.end = minutes(525_600.0);
    let zones = ["use1-az1", "use1-az2", "use1-az3"];
    timeline.series.retain(|series| series.name == "need_tasks");
    for zone in zones {
        let left = if zone == zones[0] { 0.0 } else { 10.0 };
        let points = [(0.0, 10.0), (260_000.0, left), (260_000.016, 10.0)];
        timeline.series.push(series("available_tasks", "shop/web", zone, &points));
    }
    timeline.bands.truncate(2);
    (timeline.bands[0].from, timeline.bands[0].until) = (minutes(260_000.0), minutes(260_040.0));
    (timeline.bands[1].from, timeline.bands[1].until) = (minutes(10.0), minutes(525_600.0));
    let figure = picture(&timeline, "tasks-by-zone");
    let blue: Vec<[i32; 4]> = rects(&figure, Role::Part(0)).into_iter().filter(|rect| rect[3] - rect[1] > 20).collect();
    let [before, after] = blue[..] else { panic!("{blue:?}") };
    assert!(after[0] - before[2] >= 2, "the dip is there: {blue:?}");
    let (top, bottom) = (before[1], before[3]);
    let edge = |rect: &[i32; 4]| {
        (before[0] + 2..after[0] + 9).contains(&rect[0])
            && rect[2] - rect[0] <= 2
            && rect[1] <= top
            && rect[3] >= bottom
    };
    assert!(!rects(&figure, Role::Quiet).iter().any(edge), "an edge stands over it");
}

#[test]
fn what_is_not_over_at_the_end_is_drawn_until_then() {
    let whole = figure::Window { from: Time::ZERO, until: minutes(600.0) };
    for name in ["lost_requests_per_second", "control_plane_waiting_launches", "in_alarm"] {
        let mut timeline = routed(2);
        timeline.bands[0].from = minutes(550.0);
        timeline.bands[0].until = minutes(551.0);
        timeline.series.retain(|series| !series.name.contains("lost"));
        let at_rest = picture(&timeline, "requests").cut;
        timeline.series.push(series(name, "cell-1", "", &[(0.0, 0.0), (400.0, 5.0)]));
        let until_the_end = picture(&timeline, "requests").cut;
        assert_eq!((at_rest.until < whole.until, until_the_end.until), (true, whole.until), "{name}");
        assert!(until_the_end.from <= minutes(400.0), "{name}");
    }
    // What follows from a single moment is not known.
    let mut stuck = zone_loss(1);
    stuck.bands.clear();
    stuck.series.retain(|series| series.name == "offered_requests_per_second");
    stuck.staged.clear();
    let mark = crate::metrics::change_series::Mark { at: minutes(60.0), label: "v2 begins".into(), bad: false };
    let service = "shop/web".into();
    stuck.changes = vec![crate::metrics::change_series::ServiceChanges {
        service,
        marks: vec![mark],
        thresholds: Vec::new(),
        by_weight: false,
    }];
    let figure = picture(&stuck, "changes");
    assert_eq!(figure.cut, figure.whole);
    assert_eq!(figure.panels[0].notes[0], "no request went to a version that is being deployed");
}

#[test]
fn a_failure_that_is_a_small_part_is_drawn_by_itself() {
    let mut timeline = super::tests::rollback(5, 2);
    timeline.bands.clear();
    timeline.end = minutes(6_000.0);
    for series in &mut timeline.series {
        match (series.name, &series.subject[..]) {
            // Of five services one loses requests; no other has met the change, and some tasks move much later.
            ("lost_requests_per_second", "shop/web") => {
                series.points = vec![(Time::ZERO, 0.0), (minutes(60.0), 150.0), (minutes(61.0), 0.0)];
            }
            ("lost_requests_per_second", _) => series.points.truncate(1),
            ("available_tasks", "shop/web") => series.points.push((minutes(5_000.0), 10.0)),
            ("exposed_requests_per_second", subject) if subject != "shop/web" => series.points.truncate(1),
            _ => {}
        }
    }
    for name in ["requests", "tasks-by-zone", "changes"] {
        let figure = picture(&timeline, name);
        assert_eq!(figure.cut, figure::Window { from: minutes(55.0), until: minutes(66.0) }, "{name}");
    }
    let titles: Vec<String> = picture(&timeline, "changes").panels.into_iter().map(|panel| panel.title).collect();
    assert_eq!(titles[0], "shop/web (of 5 services with changes: the one that lost most)");
    assert!(titles.iter().all(|title| title.starts_with("shop/web")), "the others never met it: {titles:?}");
    // Another loss, elsewhere in the run, is not cut off.
    timeline.series.push(series(
        "lost_requests_per_second",
        "shop/other",
        "",
        &[(0.0, 0.0), (900.0, 1.0), (901.0, 0.0)],
    ));
    assert!(picture(&timeline, "requests").cut.until > minutes(901.0));
}

#[test]
fn of_many_providers_those_that_lost_hosts_are_drawn() {
    let mut timeline = zone_loss(1);
    timeline.series.retain(|series| series.name != "hosts");
    for (name, hosts) in [("a", 9.0), ("b", 8.0), ("c", 7.0), ("d", 6.0)] {
        timeline.series.push(series("hosts", &format!("shop/{name}"), "", &[(0.0, hosts)]));
    }
    timeline.series.push(series("hosts", "shop/small", "", &[(0.0, 2.0), (60.0, 0.0), (100.0, 2.0)]));
    let titles: Vec<String> = picture(&timeline, "hosts").panels.into_iter().map(|panel| panel.title).collect();
    assert_eq!(titles, ["shop/small (of 5 providers, the 3 that lost most hosts)", "shop/a", "shop/b"]);
}

#[test]
fn lines_that_are_the_same_have_one_entry_and_a_sum_says_of_how_many_it_is() {
    let mut timeline = zone_loss(9);
    let need = |series: &&mut Series| series.name == "need_tasks";
    timeline.series.iter_mut().filter(need).for_each(|series| series.points[0].1 = 30.0);
    timeline.series.retain(|series| series.name != "desired_tasks" || series.subject != "shop/service-8");
    let panels = picture(&timeline, "tasks-by-zone").panels;
    let labels = |panel: &Panel| panel.lines.iter().map(|line| line.label.clone()).collect::<Vec<_>>();
    assert_eq!(labels(&panels[0]), ["needed", "desired by 8 of them"]);
    assert_eq!(labels(&panels[1]), ["needed and desired"]);
}

#[test]
fn a_fault_that_comes_often_has_one_name() {
    let mut timeline = zone_loss(1);
    let one = timeline.bands[0].clone();
    timeline.end = minutes(60_000.0);
    timeline.bands = (0..40)
        .map(|n| Band {
            from: minutes(f64::from(n) * 1_400.0),
            until: minutes(f64::from(n) * 1_400.0 + 9.0),
            ..one.clone()
        })
        .collect();
    let all = texts(&picture(&timeline, "requests"));
    let named: Vec<&String> = all.iter().filter(|text| text.contains("zone dark")).collect();
    assert_eq!(named, ["zone dark, 40 times"]);
    timeline.bands.truncate(1);
    timeline.bands[0].from = minutes(30_000.0);
    timeline.bands[0].until = minutes(30_009.0);
    timeline.bands.push(Band { name: "much later".into(), from: minutes(59_000.0), until: minutes(59_000.0), ..one });
    let all = texts(&picture(&timeline, "requests"));
    assert!(all.iter().any(|text| text == "zone dark, for 9m"), "an end in days tells nothing: {all:?}");
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
