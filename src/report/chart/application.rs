//! Pictures of an application in cells: which cell serves how much, and how many customers are in each.

use super::build::{distinct, fold, line, of};
use super::colours::Role;
use super::figure::{Layer, Line, Panel};
use crate::metrics::series;
use crate::metrics::timeline::Timeline;

/// Requests by cell, and customers by cell, of each application.
pub(super) fn panels(timeline: &Timeline) -> Vec<Panel> {
    let both = |name: &str| [traffic(timeline, name), customers(timeline, name)];
    let all = distinct(timeline, series::CUSTOMERS, |series| &series.subject).into_iter().flat_map(both);
    all.filter(|panel| panel.peak() > 0.0).map(fold).collect()
}

fn traffic(timeline: &Timeline, name: &str) -> Panel {
    let cells = of(timeline, series::CUSTOMERS, name).zip((0..).map(Role::Part));
    let served = cells.map(|(of, role)| Layer::new(&of.part, role, line(timeline, series::SERVED, &of.part)));
    let lost = Layer::new("lost", Role::Lost, line(timeline, series::APPLICATION_LOST, name));
    let offered = line(timeline, series::APPLICATION_OFFERED, name);
    Panel {
        title: format!("{name}: requests by the cell that serves them"),
        unit: "requests per second",
        layers: served.chain([lost]).collect(),
        lines: vec![Line::solid("offered by all customers", Role::Ink, offered)],
        ..Panel::default()
    }
}

fn customers(timeline: &Timeline, name: &str) -> Panel {
    let cells = of(timeline, series::CUSTOMERS, name).zip((0..).map(Role::Part));
    let cells = cells.map(|(of, role)| Layer::new(&of.part, role, of.points.clone()));
    let unassigned = Layer::new("without a cell", Role::Lost, line(timeline, series::UNASSIGNED, name));
    Panel {
        title: format!("{name}: customers by cell"),
        unit: "customers",
        whole: true,
        layers: cells.chain([unassigned]).collect(),
        ..Panel::default()
    }
}
