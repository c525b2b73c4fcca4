//! What follows from a plan for the cells of its control planes: capacity, what a zone takes, and who is in them.

use crate::model::Plan;
use crate::model::ids::{CellId, RegionId, ServiceId};
use crate::model::plan::{Cell, Plane};
use crate::model::problem::Problems;
use crate::model::quantity::Rate;

/// What follows for one cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CellRow {
    pub region: String,
    /// Cell, and when it is added.
    pub cell: String,
    /// Its clusters at the start.
    pub clusters: u32,
    /// Tasks of its REPLICA services at the start.
    pub tasks: u64,
    /// Requests a second that it is built for, and that it can do in each zone; `None`: any load.
    pub rates: Option<(f64, f64)>,
    /// What it can do without one zone, as a share of what it is built for: 1 or more is static stability.
    pub left: Option<f64>,
}

/// Every cell of the Regions whose control plane is written.
pub fn derived(plan: &Plan) -> Vec<CellRow> {
    let planes = plan.cells.iter().filter_map(|cell| Some((cell, plan.regions[cell.region].plane.as_ref()?)));
    let row = |(cell, plane): (&Cell, &Plane)| CellRow {
        region: plan.regions[cell.region].name.clone(),
        cell: match cell.added {
            Some(at) => format!("{}, from {at} on", cell.name),
            None => cell.name.clone(),
        },
        clusters: cell.clusters.len() as u32,
        tasks: tasks(plan, cell),
        rates: plane.peak_rate.zip(plane.zone_rate).map(|(peak, zone)| (per_second(peak), per_second(zone))),
        left: left(plan, cell.region, plane),
    };
    planes.map(row).collect()
}

fn per_second(rate: u64) -> f64 {
    Rate(rate).per_second()
}

fn tasks(plan: &Plan, cell: &Cell) -> u64 {
    cell.services.clone().map(|row| u64::from(plan.services[ServiceId(row)].desired)).sum()
}

fn left(plan: &Plan, region: RegionId, plane: &Plane) -> Option<f64> {
    // Cells stand in the availability zones of their Region.
    let zones = plan.own_zones(&plan.regions[region].zones);
    let (peak, zone) = plane.peak_rate.zip(plane.zone_rate)?;
    Some((u128::from(zone) * u128::from(zones.saturating_sub(1))) as f64 / peak as f64)
}

/// Warns of cells beyond their test, of capacity that a zone takes along, and of cells without clusters.
pub fn doubts(plan: &Plan, out: &mut Problems) {
    for (id, region) in plan.regions.pairs() {
        let Some(plane) = &region.plane else { continue };
        let at = format!("/regions/{}/controlPlane", id.0);
        let cells: Vec<&Cell> = plan.cells.iter().filter(|cell| cell.region == id).collect();
        if let Some(left) = left(plan, id, plane).filter(|left| *left < 1.0) {
            let (message, hint) = if plan.own_zones(&region.zones) == 1 {
                let message = format!("`{}` has one zone: without it its control plane does nothing", region.name);
                (message, "AWS builds a control plane over three zones at least: write more `zones`")
            } else {
                (
                    format!("without one zone each cell does {} of its peak: launches then wait", percent(left)),
                    "leave `prescaledPercent` out for A / (A - 1) of the peak, which survives a zone",
                )
            };
            out.doubtful(&at, message, hint);
        }
        let idle = |cell: &&&Cell| cell.clusters.is_empty() && cell.added.is_none();
        let empty: Vec<&str> = cells.iter().filter(idle).map(|cell| cell.name.as_str()).collect();
        if !empty.is_empty() && !plan.clusters.is_empty() {
            let is = if empty.len() == 1 { "has" } else { "have" };
            let message = format!("{} {is} no cluster", some(&empty));
            out.doubtful(&format!("{at}/cells"), message, "write fewer cells, or pin a cluster there");
        }
        tested(plan, plane, &cells, &at, out);
        slowed(plan, id, plane, &at, out);
    }
}

/// What cells beyond their test have left.
fn slowed(plan: &Plan, region: RegionId, plane: &Plane, at: &str, out: &mut Problems) {
    let of = |id: CellId| crate::model::tables::plane::Plane::new(plan, id).tested_ppm;
    let cells = plan.cells.pairs().filter(|(_, cell)| cell.region == region && cell.added.is_none());
    let Some(worst) = cells.map(|(id, _)| of(id)).min().filter(|left| *left < 1_000_000) else { return };
    let (message, hint) = if plane.zone_rate.is_none() {
        let message = "cells beyond their test do not slow down: without `peakRequests` they take any load".to_owned();
        (message, "write `peakRequests`, so that there is something to lose")
    } else {
        let left = percent(f64::from(worst) / 1e6);
        let message = format!("beyond its test the largest cell does {left} of what it could do");
        (message, "write more cells, or `beyond`: 0 for cells that do not slow down")
    };
    out.doubtful(&format!("{at}/tested"), message, hint);
}

fn tested(plan: &Plan, plane: &Plane, cells: &[&Cell], at: &str, out: &mut Problems) {
    if let Some((peak, most)) = plane.peak_rate.zip(plane.tested.rate).filter(|(peak, most)| peak > most) {
        let [peak, most] = [peak, most].map(|rate| libm::round(per_second(rate) * 1e3) / 1e3);
        let message = format!("each cell is built for {peak}/s and tested for {most}/s");
        let hint = "write more cells: a cell is not scaled beyond its test";
        out.doubtful(&format!("{at}/tested/requests"), message, hint);
    }
    let held = |what: &'static str, most: Option<u32>, counts: Vec<u64>| Some((what, u64::from(most?), counts));
    let clusters = cells.iter().map(|cell| cell.clusters.len() as u64).collect();
    let tasks = cells.iter().map(|cell| tasks(plan, cell)).collect();
    let kinds = [held("clusters", plane.tested.clusters, clusters), held("tasks", plane.tested.tasks, tasks)];
    for (what, most, counts) in kinds.into_iter().flatten() {
        let beyond = cells.iter().zip(&counts).filter(|(_, count)| **count > most);
        let beyond: Vec<&str> = beyond.map(|(cell, _)| cell.name.as_str()).collect();
        if let (false, Some(largest)) = (beyond.is_empty(), counts.iter().max()) {
            let holds = if beyond.len() == 1 { "holds" } else { "hold up to" };
            let was = if beyond.len() == 1 { "was" } else { "were" };
            let message = format!("{} {holds} {largest} {what} and {was} tested for {most}", some(&beyond));
            out.doubtful(&format!("{at}/tested/{what}"), message, "write more cells, or map fewer clusters there");
        }
    }
}

/// A share in words; 100 % is said of the whole and of nothing less.
pub fn percent(share: f64) -> String {
    let tenths = libm::round(share * 1_000.0);
    let tenths = if share < 1.0 { tenths.min(999.0) } else { tenths };
    format!("{:.1} %", tenths / 10.0)
}

/// The first names of a list.
fn some(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_less_than_the_whole_is_called_100_percent() {
        assert_eq!([2.0 / 3.0, 0.999_99, 1.0, 1.333].map(percent), ["66.7 %", "99.9 %", "100.0 %", "133.3 %"]);
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(some(&["cell-1"]), "`cell-1`");
        assert_eq!(some(&["a", "b", "c", "d", "e", "f"]), "`a`, `b`, `c`, `d` and 2 more");
    }
}
