//! Rules that every picture of every shipped scenario keeps, read from its data.

use evenkeel::internals::metrics::timeline::{Series, Timeline};
use evenkeel::internals::report::chart::{self, Figure};
use serde_json::Value;

/// Steps of a curve, at most: more are told by columns.
const STEPS_MAX: usize = 1_002;
/// Letters are at least so many pixels high.
const SMALL: f64 = 14.0;
/// Panels of services; of more the total and these.
const PANELS_MAX: usize = 6;

/// Everything that is wrong with the pictures of a run.
pub(crate) fn faults(timeline: &Timeline, drawn: &[(Figure, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (figure, svg) in drawn {
        let data = serde_json::to_value(figure).unwrap();
        let mut tell = |what: String| found.push(format!("{}: {what}", figure.name));
        for panel in list(&data, "panels") {
            looks(panel, &mut tell);
            lost_last(panel, &mut tell);
        }
        if figure.name != "stages" {
            cut_holds_faults(timeline, &data, &mut tell);
            cut_holds_losses(timeline, &data, &mut tell);
        }
        if figure.name == "changes" {
            alarms_are_drawn(timeline, &data, &mut tell);
        }
        if ["requests", "tasks-by-zone", "task-states"].contains(&figure.name) {
            hit_are_drawn(timeline, &data, &mut tell);
        }
        for size in svg.split("font-size=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            if size.parse::<f64>().is_ok_and(|size| size < SMALL) {
                tell(format!("letters of {size} pixels"));
            }
        }
    }
    found
}

fn list<'v>(of: &'v Value, key: &str) -> &'v [Value] {
    of[key].as_array().map_or(&[], Vec::as_slice)
}

/// No two things of a panel look alike, and none has more steps than can be drawn.
fn looks(panel: &Value, tell: &mut impl FnMut(String)) {
    let layers = list(panel, "layers").iter().map(|layer| (layer, false));
    let lines = list(panel, "lines").iter().map(|line| (line, line["stroke"] == "dashed"));
    let mut seen: Vec<(&Value, bool)> = Vec::new();
    for (thing, dashed) in layers.chain(lines) {
        let look = (&thing["role"], dashed);
        if seen.contains(&look) {
            tell(format!("{}: {} looks like another", panel["title"], thing["label"]));
        }
        seen.push(look);
        if list(&thing["curve"], "points").len() > STEPS_MAX {
            tell(format!("{}: {} has too many steps", panel["title"], thing["label"]));
        }
    }
}

/// What is lost lies on top of its stack, and nothing else is called so.
fn lost_last(panel: &Value, tell: &mut impl FnMut(String)) {
    let layers = list(panel, "layers");
    for (place, layer) in layers.iter().enumerate() {
        let lost = layer["role"] == "lost";
        if lost && place + 1 < layers.len() {
            tell(format!("{}: {} is covered", panel["title"], layer["label"]));
        }
        let called = layer["label"].as_str().is_some_and(|label| label.starts_with("lost"));
        if called != lost && layer["label"] != "without a cell" {
            tell(format!("{}: {} is {}", panel["title"], layer["label"], layer["role"]));
        }
    }
}

/// No fault is cut off.
fn cut_holds_faults(timeline: &Timeline, figure: &Value, tell: &mut impl FnMut(String)) {
    let edge = |key: &str| figure["cut"][key].as_f64().unwrap();
    for band in &timeline.bands {
        if band.from.as_secs_f64() < edge("from") || band.until.as_secs_f64() > edge("until") {
            tell(format!("`{}` from {} to {} is outside of {}", band.name, band.from, band.until, figure["cut"]));
        }
    }
}

/// Nothing that was lost, that waits, or that rings is cut off.
fn cut_holds_losses(timeline: &Timeline, figure: &Value, tell: &mut impl FnMut(String)) {
    let [begin, end] = ["from", "until"].map(|key| figure["cut"][key].as_f64().unwrap());
    let told = ["lost_requests_per_second", "control_plane_waiting_launches"];
    for series in timeline.series.iter().filter(|series| told.contains(&series.name)) {
        let ends = series.points.iter().skip(1).map(|point| point.0).chain([timeline.end]);
        let mut spells = series.points.iter().zip(ends).filter(|((_, value), _)| *value > 0.0);
        if let Some(((from, _), until)) =
            spells.find(|((from, _), until)| from.as_secs_f64() < begin || until.as_secs_f64() > end)
        {
            tell(format!("{} of {} from {from} to {until} is cut off", series.name, series.subject));
        }
    }
}

fn area(series: &Series, timeline: &Timeline) -> f64 {
    let ends = series.points.iter().skip(1).map(|point| point.0).chain([timeline.end]);
    series.points.iter().zip(ends).map(|((from, value), until)| value * until.since(*from).as_secs_f64()).sum()
}

/// Services that lost most have a panel of their own, and what they lost is in it.
fn hit_are_drawn(timeline: &Timeline, figure: &Value, tell: &mut impl FnMut(String)) {
    let lost = timeline.series.iter().filter(|series| series.name == "lost_requests_per_second");
    let mut lost: Vec<(f64, &str)> = lost.map(|series| (area(series, timeline), &series.subject[..])).collect();
    lost.retain(|row| row.0 > 0.0);
    lost.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (requests, service) in lost.into_iter().take(PANELS_MAX) {
        let Some(panel) = list(figure, "panels").iter().find(|panel| panel["title"] == service) else {
            tell(format!("{service} lost {requests} requests and has no panel"));
            continue;
        };
        let has = list(panel, "layers").iter().any(|layer| layer["role"] == "lost");
        if figure["name"] == "requests" && !has {
            tell(format!("what {service} lost is not drawn"));
        }
    }
}

/// What an alarm on a service that is drawn saw is drawn with its threshold, also on copies that nobody sees.
fn alarms_are_drawn(timeline: &Timeline, figure: &Value, tell: &mut impl FnMut(String)) {
    let panels = list(figure, "panels");
    let lines = panels.iter().flat_map(|panel| list(panel, "lines")).filter_map(|line| line["label"].as_str());
    let lines: Vec<&str> = lines.collect();
    let drawn = |service: &str| {
        panels
            .iter()
            .any(|panel| panel["title"].as_str().is_some_and(|title| title.starts_with(&format!("{service}: "))))
    };
    let seen = timeline.series.iter().filter(|series| series.name == "alarm_datapoints" && drawn(&series.subject));
    for series in seen.filter(|series| series.points.iter().any(|point| point.1 > 0.0)) {
        let named = |begin: &str| lines.iter().any(|line| line.starts_with(&format!("{begin} of {}", series.part)));
        let threshold = named("threshold") || lines.iter().any(|line| line.starts_with("threshold of each: "));
        if !(named("datapoints") && threshold) {
            tell(format!("what {} saw of {} is not drawn", series.part, series.subject));
        }
    }
}

/// What all cells of a Region can do, in percent, at these minutes.
pub(crate) fn capacity(timeline: &Timeline, minutes: &[f64]) -> Vec<f64> {
    let figures = chart::figures(timeline, "story");
    let figure = figures.iter().find(|figure| figure.name == "control-plane").unwrap();
    let data = serde_json::to_value(figure).unwrap();
    let line = list(&data["panels"][0], "lines").iter().find(|line| line["label"] == "what the cells can do").unwrap();
    let at = |minute: &f64| {
        let before = |point: &&Value| point[0].as_f64().is_some_and(|at| at <= minute * 60.0);
        list(&line["curve"], "points").iter().rfind(before).and_then(|point| point[1].as_f64()).unwrap()
    };
    minutes.iter().map(at).collect()
}
