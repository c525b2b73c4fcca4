//! What the charts are drawn from: as much as a chart can show, each thing once.
//!
//! - Moments are whole milliseconds. Each list of them is written once in a page, as steps from one moment to the next;
//!   a step as long as the one before it is left empty.
//! - Values have the digits that the chart reads out. A value like the one before it is left empty; the least or the
//!   most of a column is left empty where it is the mean.
//! - What stands elsewhere in the page, such as findings and notes, is not written again.
//!
//! `timeseries.csv` has the values in full.

use super::super::chart::colours::Role;
use super::super::chart::figure::{Band, Curve, Figure, Layer, Line, Panel, Range};
use super::super::chart::gantt::{Gantt, Row};
use crate::engine::Time;
use crate::metrics::change_series::Mark;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Everything that the script needs; `None` where there is nothing to zoom.
pub(super) fn all<'f>(figures: impl Iterator<Item = &'f Figure>, simulated_seconds: f64) -> Option<Value> {
    let mut lists = Lists::default();
    let figures: Vec<Value> = figures.filter(|figure| zooms(figure)).map(|one| figure(one, &mut lists)).collect();
    if figures.is_empty() {
        return None;
    }
    let shades = Role::all().into_iter().map(|role| (role.name(), json!(role.shade())));
    Some(json!({
        "end": simulated_seconds,
        "shades": shades.collect::<Map<String, Value>>(),
        "times": lists.known.iter().map(|times| steps(times)).collect::<Vec<_>>(),
        "figures": figures,
    }))
}

/// Whether a picture is drawn over time; a map is not.
fn zooms(figure: &Figure) -> bool {
    figure.map.is_none()
}

/// Lists of moments that curves share.
#[derive(Default)]
struct Lists {
    known: Vec<Vec<u64>>,
}

impl Lists {
    /// The place of the list of these moments.
    fn place(&mut self, curve: &Curve) -> usize {
        let times: Vec<u64> = curve.points.iter().map(|point| milliseconds(point.0)).collect();
        self.known.iter().position(|known| *known == times).unwrap_or_else(|| {
            self.known.push(times);
            self.known.len() - 1
        })
    }
}

fn milliseconds(time: Time) -> u64 {
    time.0.saturating_add(500) / 1_000
}

/// A moment in seconds, to the millisecond.
fn moment(time: Time) -> Value {
    number(milliseconds(time) as f64 / 1_000.0)
}

/// Moments as steps in milliseconds.
fn steps(times: &[u64]) -> String {
    let (mut now, mut before) = (0, None);
    let step = |time: &u64| {
        let step = time - now;
        now = *time;
        if before.replace(step) == Some(step) { String::new() } else { step.to_string() }
    };
    times.iter().map(step).collect::<Vec<_>>().join(",")
}

/// Values; one like the one before it is left empty.
fn values(all: impl Iterator<Item = f64>) -> String {
    let mut before = String::new();
    let told = all.map(|value| {
        let text = read_out(value);
        if text == before {
            return String::new();
        }
        before.clone_from(&text);
        text
    });
    told.collect::<Vec<_>>().join(",")
}

/// Least or most of each column; one like its mean is left empty.
fn beside(values: &[f64], means: &[(Time, f64)]) -> String {
    let mean = |place: usize| means.get(place).map(|point| read_out(point.1));
    let told = values.iter().enumerate().map(|(place, value)| {
        let text = read_out(*value);
        if mean(place).as_ref() == Some(&text) { String::new() } else { text }
    });
    told.collect::<Vec<_>>().join(",")
}

/// A value with the digits that `number` in `page.js` shows: below 1 three that count, below 100 two decimals.
fn read_out(value: f64) -> String {
    let size = value.abs();
    let mut text = String::new();
    let written = match size {
        _ if size >= 100.0 || value.fract() == 0.0 => write!(text, "{value:.0}"),
        _ if size >= 1.0 => write!(text, "{value:.2}"),
        _ => write!(text, "{:.*}", (2 - libm::floor(libm::log10(size)) as i32).max(0) as usize, value),
    };
    written.expect("writing to a String cannot fail");
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    if text == "-0" { "0".to_owned() } else { text }
}

/// A number of JSON, whole where it is.
fn number(value: f64) -> Value {
    let whole = value.fract() == 0.0 && value.abs() < 1e15;
    if whole { (value as i64).into() } else { value.into() }
}

fn figure(figure: &Figure, lists: &mut Lists) -> Value {
    let window = json!({ "from": moment(figure.cut.from), "until": moment(figure.cut.until) });
    let band = |band: &Band| json!({ "name": band.name, "from": moment(band.from), "until": moment(band.until) });
    json!({
        "name": figure.name,
        "cut": window,
        "bands": figure.bands.iter().map(band).collect::<Vec<_>>(),
        "panels": figure.panels.iter().map(|one| panel(one, lists)).collect::<Vec<_>>(),
    })
}

fn panel(panel: &Panel, lists: &mut Lists) -> Value {
    let mark = |mark: &Mark| json!({ "at": moment(mark.at), "label": mark.label, "bad": mark.bad });
    let mut told = json!({
        "title": panel.title,
        "unit": panel.unit,
        "whole": panel.whole,
        "top": number(panel.top),
        "layers": panel.layers.iter().map(|one| layer(one, lists)).collect::<Vec<_>>(),
        "lines": panel.lines.iter().map(|one| line(one, lists)).collect::<Vec<_>>(),
        "marks": panel.marks.iter().map(mark).collect::<Vec<_>>(),
    });
    if let Some(Range { least, most }) = &panel.sum {
        let all = [least, most].map(|side| values(side.iter().copied()));
        told["sum"] = json!({ "least": all[0], "most": all[1] });
    }
    if let Some(gantt) = &panel.gantt {
        told["gantt"] = rows(gantt);
    }
    told
}

fn layer(layer: &Layer, lists: &mut Lists) -> Value {
    json!({ "label": layer.label, "role": layer.role, "curve": curve(&layer.curve, lists) })
}

fn line(line: &Line, lists: &mut Lists) -> Value {
    json!({ "label": line.label, "role": line.role, "stroke": line.stroke, "curve": curve(&line.curve, lists) })
}

fn curve(curve: &Curve, lists: &mut Lists) -> Value {
    let mut told = json!({ "at": lists.place(curve), "mean": values(curve.points.iter().map(|point| point.1)) });
    if let Some(Range { least, most }) = &curve.range {
        told["least"] = beside(least, &curve.points).into();
        told["most"] = beside(most, &curve.points).into();
    }
    told
}

/// Rows of bars: each bar is its kind's place in the legend, its begin and its end.
fn rows(gantt: &Gantt) -> Value {
    let mut kinds: Vec<Value> = Vec::new();
    let mut row = |row: &Row| {
        let bars = row.bars.iter().map(|bar| {
            let kind = serde_json::to_value(bar.kind).expect("a kind is two texts and a number");
            let place = kinds.iter().position(|known| *known == kind).unwrap_or_else(|| {
                kinds.push(kind);
                kinds.len() - 1
            });
            json!([place, moment(bar.from), moment(bar.until)])
        });
        let bars: Vec<Value> = bars.collect();
        let rings: Vec<Value> = row.rings.iter().map(|ring| moment(*ring)).collect();
        json!({ "name": row.name, "part": row.part, "bars": bars, "rings": rings })
    };
    let rows: Vec<Value> = gantt.rows.iter().map(&mut row).collect();
    json!({ "title": gantt.title, "kinds": kinds, "rows": rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::chart::gantt::{Bar, Kind};

    fn curve_of(points: &[(u64, f64)]) -> Curve {
        points.iter().map(|(at, value)| (Time(*at), *value)).collect::<Vec<_>>().into()
    }

    #[test]
    fn values_have_the_digits_that_are_read_out() {
        let told = [1_234.567, 99.999, 33.333_33, 1.5, 0.123_456, 0.000_012_345, 0.0, -0.4, 12_345_678.0, -0.0];
        assert_eq!(
            told.map(read_out),
            ["1235", "100", "33.33", "1.5", "0.123", "0.0000123", "0", "-0.4", "12345678", "0"]
        );
    }

    #[test]
    fn what_is_as_before_is_left_empty() {
        assert_eq!(steps(&[5_000, 7_000, 9_000, 12_000]), "5000,2000,,3000");
        assert_eq!([steps(&[]), steps(&[0, 0])], ["", "0,"]);
        assert_eq!(values([3.0, 3.001, 4.0, 3.0].into_iter()), "3,,4,3");
        assert_eq!(beside(&[2.0, 3.0, 0.5], &[(Time(0), 2.0), (Time(1), 4.0), (Time(2), 0.5)]), ",3,");
    }

    #[test]
    fn curves_at_the_same_moments_share_them() {
        let mut lists = Lists::default();
        let first = curve_of(&[(1_000_000, 1.0), (2_500_400, 2.0)]);
        let again = curve_of(&[(1_000_000, 7.0), (2_500_000, 8.0)]);
        let other = curve_of(&[(1_000_000, 7.0)]);
        let places = [&first, &again, &other, &first].map(|one| curve(one, &mut lists)["at"].as_u64());
        assert_eq!(places, [Some(0), Some(0), Some(1), Some(0)]);
        assert_eq!(lists.known, [vec![1_000, 2_500], vec![1_000]]);
    }

    #[test]
    fn stages_are_told_as_rows_of_bars() {
        let second = |count: u64| Time(count * 1_000_000);
        let bars = vec![
            Bar { kind: Kind::Moves, from: second(1), until: second(2) },
            Bar { kind: Kind::Bakes, from: second(2), until: second(5) },
            Bar { kind: Kind::Moves, from: second(6), until: second(7) },
        ];
        let row = Row { name: "shop/web".into(), part: "use1-az1".into(), bars, rings: vec![second(3)] };
        let told = rows(&Gantt { title: "r: stages".into(), rows: vec![row] });
        assert_eq!(told["kinds"][0]["label"], "tasks are replaced");
        assert_eq!(told["rows"][0]["bars"], json!([[0, 1, 2], [1, 2, 5], [0, 6, 7]]));
        assert_eq!(told["rows"][0]["rings"], json!([3]));
    }
}
