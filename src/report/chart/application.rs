//! Pictures of an application in cells: which cell serves how much, and how many customers are in each.

use super::build::{distinct, fold, line, of};
use super::figure::{Colour, INK, Layer, Line, PALETTE, Panel, RED};
use crate::metrics::series;
use crate::metrics::timeline::Timeline;

/// Colours of cells: red is kept for what is lost.
const CELLS: [Colour; 6] = [PALETTE[0], PALETTE[1], PALETTE[2], PALETTE[3], PALETTE[4], PALETTE[5]];

/// Requests by cell, and customers by cell, of each application.
pub(super) fn panels(timeline: &Timeline) -> Vec<Panel> {
    let both = |name: &str| [traffic(timeline, name), customers(timeline, name)];
    let all = distinct(timeline, series::CUSTOMERS, |series| &series.subject).into_iter().flat_map(both);
    all.filter(|panel| panel.peak() > 0.0).map(fold).collect()
}

fn traffic(timeline: &Timeline, name: &str) -> Panel {
    let cells = of(timeline, series::CUSTOMERS, name).zip(CELLS.into_iter().cycle());
    let served = cells.map(|(of, colour)| Layer::new(&of.part, colour, line(timeline, series::SERVED, &of.part)));
    let lost = Layer::new("lost", RED, line(timeline, series::APPLICATION_LOST, name));
    let offered = line(timeline, series::APPLICATION_OFFERED, name);
    Panel {
        title: format!("{name}: requests by the cell that serves them"),
        unit: "requests per second",
        stack: served.chain([lost]).collect(),
        lines: vec![Line::solid("offered by all customers", INK, offered)],
        ..Panel::default()
    }
}

fn customers(timeline: &Timeline, name: &str) -> Panel {
    let cells = of(timeline, series::CUSTOMERS, name).zip(CELLS.into_iter().cycle());
    let cells = cells.map(|(of, colour)| Layer::new(&of.part, colour, of.points.clone()));
    let unassigned = Layer::new("without a cell", RED, line(timeline, series::UNASSIGNED, name));
    Panel {
        title: format!("{name}: customers by cell"),
        unit: "customers",
        whole: true,
        stack: cells.chain([unassigned]).collect(),
        ..Panel::default()
    }
}
