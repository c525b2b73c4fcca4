//! What a picture shows, before a pixel is drawn. `SVG`, `PNG` and a page in a browser are drawn from this alone.
//!
//! ```text
//!   Figure ── title, finding, cut within the whole run, bands of the faults
//!     ├─ Panel ── title, unit, marks, notes
//!     │    ├─ Layer   stacked on the one before it          ┐
//!     │    ├─ Line    over the stack                        ├─ Curve: steps, or columns with least, mean and most
//!     │    └─ Gantt   rows of bars over the panel           ┘
//!     └─ Map ── Regions, zones, cells, clusters: who lost what
//! ```
//! Serialised, times are seconds since the start of the run, colours are names of roles.

use super::axis::Clock;
use super::colours::Role;
use super::gantt::Gantt;
use super::map::Map;
use super::steps::{self, Points};
use crate::engine::Time;
use crate::metrics::change_series::Mark;
use crate::metrics::timeline;
use crate::report::number::duration;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

/// A value over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Curve {
    /// Steps: each value holds until the next. With a range, the mean of each column.
    #[serde(serialize_with = "pairs")]
    pub points: Points,
    /// Where there are more steps than a picture has room for: the least and the most of each column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<Range>,
}

/// Least and most, each at the times of the means.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Range {
    pub least: Vec<f64>,
    pub most: Vec<f64>,
}

impl From<Points> for Curve {
    fn from(points: Points) -> Curve {
        Curve { points, range: None }
    }
}

impl Curve {
    /// The largest value.
    pub(crate) fn peak(&self) -> f64 {
        let most = self.range.iter().flat_map(|range| &range.most).copied().fold(0.0, f64::max);
        most.max(steps::peak(&self.points))
    }
}

/// One layer of a stack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Layer {
    pub label: String,
    pub role: Role,
    pub curve: Curve,
}

impl Layer {
    pub(super) fn new(label: impl Into<String>, role: Role, points: Points) -> Layer {
        Layer { label: label.into(), role, curve: points.into() }
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Stroke {
    Solid,
    Dashed,
}

/// A line over the stack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Line {
    pub label: String,
    pub role: Role,
    pub stroke: Stroke,
    pub curve: Curve,
}

impl Line {
    pub(super) fn solid(label: impl Into<String>, role: Role, points: Points) -> Line {
        Line { label: label.into(), role, stroke: Stroke::Solid, curve: points.into() }
    }

    pub(super) fn dashed(label: impl Into<String>, role: Role, points: Points) -> Line {
        Line { label: label.into(), role, stroke: Stroke::Dashed, curve: points.into() }
    }
}

/// One plot: a stack with lines over it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Panel {
    pub title: String,
    pub unit: &'static str,
    /// Things are counted: whole ticks only.
    pub whole: bool,
    /// The axis goes up to this at least, so that pictures of several runs compare.
    pub top: f64,
    /// The first lies lowest.
    pub layers: Vec<Layer>,
    /// Least and most of the whole stack, where it is drawn in columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<Range>,
    pub lines: Vec<Line>,
    /// What happened, as upright lines over it.
    #[serde(serialize_with = "marks")]
    pub marks: Vec<Mark>,
    /// What is told in words because there is nothing to draw of it.
    pub notes: Vec<String>,
    /// Over the plot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gantt: Option<Gantt>,
}

impl Panel {
    /// The largest value that has to fit.
    pub(crate) fn peak(&self) -> f64 {
        let stack = steps::peak(&steps::sum(self.layers.iter().map(|layer| &layer.curve.points)));
        let stack = self.sum.iter().flat_map(|range| &range.most).copied().fold(stack, f64::max);
        let layers = self.layers.iter().map(|layer| layer.curve.peak());
        self.lines.iter().map(|line| line.curve.peak()).chain(layers).fold(stack, f64::max)
    }

    /// The largest value of what was measured: thresholds, which are dashed, are not.
    pub(super) fn peak_of_data(&self) -> f64 {
        let lines = self.lines.iter().filter(|line| line.stroke == Stroke::Solid).map(|line| line.curve.peak());
        lines.chain(self.layers.iter().map(|layer| layer.curve.peak())).fold(0.0, f64::max)
    }

    /// By this, panels are ranked: how much there is of what it shows.
    pub(super) fn weight(&self, end: Time) -> f64 {
        self.layers.iter().map(|layer| steps::area(&layer.curve.points, end)).sum()
    }
}

/// A part of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Window {
    #[serde(serialize_with = "seconds")]
    pub from: Time,
    #[serde(serialize_with = "seconds")]
    pub until: Time,
}

/// A fault of the run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Band {
    pub name: String,
    /// Zones that it hit as a whole, and cells of the control plane.
    pub places: Vec<String>,
    pub cells: Vec<String>,
    /// Which occurrence it is of how many; `None`: it came once.
    pub occurrence: Option<(usize, usize)>,
    #[serde(serialize_with = "seconds")]
    pub from: Time,
    #[serde(serialize_with = "seconds")]
    pub until: Time,
}

impl Band {
    /// Its name, where it struck, which of how many, and until when; in a run that ends at `end`.
    pub(super) fn label(&self, end: Time, clock: &Clock) -> String {
        let mut inner: Vec<String> = Vec::new();
        let named = |place: &String| self.name.contains(place.as_str());
        // Of a zone that is lost, cells lose their share: the zone says more.
        match if self.places.is_empty() { &self.cells[..] } else { &self.places[..] } {
            [] => {}
            [one] if named(one) => {}
            [one] => inner.push(one.clone()),
            [one, other] => inner.push(format!("{one} and {other}")),
            all if self.places.is_empty() => inner.push(format!("{} cells", all.len())),
            all => inner.push(format!("{} zones", all.len())),
        }
        inner.extend(self.occurrence.map(|(number, all)| format!("{number} of {all}")));
        let mut label = self.name.clone();
        if !inner.is_empty() {
            label = format!("{label} ({})", inner.join(", "));
        }
        let [begins, ends] = [self.from, self.until].map(|time| clock.tell(time.as_secs_f64()));
        if self.until >= end {
            label.push_str(", to the end");
        } else if begins != ends {
            label = format!("{label}, until {ends}");
        } else if self.until > self.from {
            label = format!("{label}, for {}", duration(self.until.since(self.from).as_secs_f64()));
        }
        label
    }
}

impl From<&timeline::Band> for Band {
    fn from(band: &timeline::Band) -> Band {
        let timeline::Band { name, places, cells, from, until } = band.clone();
        Band { name, places, cells, occurrence: None, from, until }
    }
}

/// A picture of one or more panels over the same time, or a map.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figure {
    /// Name of its files, without the ending.
    pub name: &'static str,
    pub(crate) title: String,
    /// What it shows, in words.
    pub(crate) finding: String,
    /// The part of the run that is drawn.
    pub(crate) cut: Window,
    pub(crate) whole: Window,
    pub(crate) bands: Vec<Band>,
    pub(crate) panels: Vec<Panel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) map: Option<Map>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
pub(super) fn seconds<S: Serializer>(time: &Time, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(time.as_secs_f64())
}

pub(super) fn all_seconds<S: Serializer>(times: &[Time], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(times.iter().map(|time| time.as_secs_f64()))
}

fn pairs<S: Serializer>(points: &[(Time, f64)], to: S) -> Result<S::Ok, S::Error> {
    let mut list = to.serialize_seq(Some(points.len()))?;
    for (time, value) in points {
        list.serialize_element(&(time.as_secs_f64(), value))?;
    }
    list.end()
}

/// A mark as it is told.
#[derive(Serialize)]
struct Told<'m> {
    at: f64,
    label: &'m str,
    bad: bool,
}

fn marks<S: Serializer>(all: &[Mark], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(all.iter().map(|mark| Told { at: mark.at.as_secs_f64(), label: &mark.label, bad: mark.bad }))
}
