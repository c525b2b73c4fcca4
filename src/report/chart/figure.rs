//! What a picture shows, before a pixel is drawn: panels of stacked layers and lines.

use super::gantt::Gantt;
use super::map::Map;
use super::steps::{self, Points};
use crate::engine::Time;
use crate::metrics::change_series::Mark;
use crate::metrics::timeline::Band;

/// A colour: red, green, blue.
pub(super) type Colour = (u8, u8, u8);

/// Colours that most colour-blind people can tell apart (Okabe and Ito, 2008), in an order in which neighbours of a
/// stack differ in lightness too.
pub(super) const PALETTE: [Colour; 7] =
    [(0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233), (240, 228, 66), (213, 94, 0)];
/// For what is good.
pub(super) const BLUE: Colour = (86, 180, 233);
/// For what is lost.
pub(super) const RED: Colour = (213, 94, 0);
/// For lines over a stack.
pub(super) const INK: Colour = (30, 30, 30);
/// For the rest of a stack.
pub(super) const GREY: Colour = (160, 160, 160);

/// One layer of a stack.
#[derive(Clone)]
pub(super) struct Layer {
    pub label: String,
    pub colour: Colour,
    pub points: Points,
}

impl Layer {
    pub(super) fn new(label: impl Into<String>, colour: Colour, points: Points) -> Layer {
        Layer { label: label.into(), colour, points }
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stroke {
    Solid,
    Dashed,
}

/// A line over the stack.
#[derive(Clone)]
pub(super) struct Line {
    pub label: String,
    pub colour: Colour,
    pub stroke: Stroke,
    pub points: Points,
}

impl Line {
    pub(super) fn solid(label: impl Into<String>, colour: Colour, points: Points) -> Line {
        Line { label: label.into(), colour, stroke: Stroke::Solid, points }
    }

    pub(super) fn dashed(label: impl Into<String>, points: Points) -> Line {
        Line { label: label.into(), colour: INK, stroke: Stroke::Dashed, points }
    }
}

/// One plot: a stack with lines over it.
#[derive(Clone, Default)]
pub(super) struct Panel {
    pub title: String,
    /// What happened, as upright lines over it.
    pub marks: Vec<Mark>,
    pub unit: &'static str,
    /// Things are counted: whole ticks only.
    pub whole: bool,
    pub stack: Vec<Layer>,
    pub lines: Vec<Line>,
}

impl Panel {
    /// The largest value that has to fit.
    pub(super) fn peak(&self) -> f64 {
        let stack = steps::peak(&steps::sum(self.stack.iter().map(|layer| &layer.points)));
        self.lines.iter().map(|line| steps::peak(&line.points)).fold(stack, f64::max)
    }

    /// By this, panels are ranked: how much there is of what it shows.
    pub(super) fn weight(&self, end: Time) -> f64 {
        self.stack.iter().map(|layer| steps::area(&layer.points, end)).sum()
    }
}

/// A picture of one or more panels over the same time, or a map.
#[derive(Default)]
pub struct Figure {
    /// Name of its files, without the ending.
    pub name: &'static str,
    pub(super) title: String,
    pub(super) panels: Vec<Panel>,
    /// One over each panel, or none.
    pub(super) gantts: Vec<Gantt>,
    pub(super) bands: Vec<Band>,
    /// Where the time begins and ends.
    pub(super) begin: Time,
    pub(super) end: Time,
    pub(super) map: Option<Map>,
}
