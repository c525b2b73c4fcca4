//! Pictures of an application in cells: which cell serves how much, and how many customers are in each.

use super::build::fold;
use super::colours::Role;
use super::figure::{Layer, Line, Panel};
use super::ranks::Ranks;
use super::run::Run;
use crate::metrics::series;

/// Requests by cell, and customers by cell, of each application.
pub(super) fn panels(run: &Run<'_>, ranks: &Ranks) -> Vec<Panel> {
    let both = |name: &str| [traffic(run, name), customers(run, name)];
    let all = run.subjects(series::CUSTOMERS).into_iter().flat_map(both);
    all.filter(|panel| panel.peak() > 0.0).map(|panel| fold(run, ranks, panel)).collect()
}

fn traffic(run: &Run<'_>, name: &str) -> Panel {
    let cells = run.of(series::CUSTOMERS, name).zip((0..16).map(Role::Part).cycle());
    let served = cells.map(|(of, role)| Layer::new(&of.part, role, run.line(series::SERVED, &of.part)));
    let lost = Layer::new("lost", Role::Lost, run.line(series::APPLICATION_LOST, name));
    let offered = run.line(series::APPLICATION_OFFERED, name);
    Panel {
        title: format!("{name}: requests by the cell that serves them"),
        unit: "requests per second",
        layers: served.chain([lost]).collect(),
        lines: vec![Line::solid("offered by all customers", Role::Ink, offered)],
        ..Panel::default()
    }
}

fn customers(run: &Run<'_>, name: &str) -> Panel {
    let cells = run.of(series::CUSTOMERS, name).zip((0..16).map(Role::Part).cycle());
    let cells = cells.map(|(of, role)| Layer::new(&of.part, role, of.points.clone()));
    let unassigned = Layer::new("without a cell", Role::Lost, run.line(series::UNASSIGNED, name));
    Panel {
        title: format!("{name}: customers by cell"),
        unit: "customers",
        whole: true,
        layers: cells.chain([unassigned]).collect(),
        ..Panel::default()
    }
}
