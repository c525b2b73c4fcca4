//! Pictures of an application in cells: which cell serves how much, and how many customers are in each.

use super::build::{distinct, fold, line, of};
use super::figure::{Colour, INK, Layer, Line, PALETTE, Panel, RED, Stroke};
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
    let served = cells.map(|(series, colour)| Layer {
        label: series.part.clone(),
        colour,
        points: line(timeline, series::SERVED, &series.part),
    });
    let lost = Layer { label: "lost".into(), colour: RED, points: line(timeline, series::APPLICATION_LOST, name) };
    Panel {
        title: format!("{name}: requests by the cell that serves them"),
        marks: Vec::new(),
        unit: "requests per second",
        whole: false,
        stack: served.chain([lost]).collect(),
        lines: vec![Line {
            label: "offered by all customers".into(),
            colour: INK,
            stroke: Stroke::Solid,
            points: line(timeline, series::APPLICATION_OFFERED, name),
        }],
    }
}

fn customers(timeline: &Timeline, name: &str) -> Panel {
    let cells = of(timeline, series::CUSTOMERS, name).zip(CELLS.into_iter().cycle());
    let layer = |(series, colour): (&crate::metrics::timeline::Series, Colour)| Layer {
        label: series.part.clone(),
        colour,
        points: series.points.clone(),
    };
    let unassigned =
        Layer { label: "without a cell".into(), colour: RED, points: line(timeline, series::UNASSIGNED, name) };
    Panel {
        title: format!("{name}: customers by cell"),
        marks: Vec::new(),
        unit: "customers",
        whole: true,
        stack: cells.map(layer).chain([unassigned]).collect(),
        lines: Vec::new(),
    }
}
