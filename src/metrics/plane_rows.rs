//! Rows of the control plane in the summary.

use super::measured::Measured;
use super::planes;
use super::summarise::{Runs, share};
use super::summary::{CellRow, PlaneLaunches, PlaneRow, Quantiles, RouterRow};
use crate::engine::index::Id;
use crate::model::fact::Call;
use crate::model::ids::{CellId, RegionId};
use crate::model::plan::Region;

impl Runs<'_> {
    /// Rows of the Regions. Without a control plane of its own a Region has one cell that never throttles.
    pub fn control_planes(&self) -> Vec<PlaneRow> {
        self.plan.regions.pairs().map(|(id, region)| self.control_plane(id, region)).collect()
    }

    fn control_plane(&self, id: RegionId, region: &Region) -> PlaneRow {
        let cells: Vec<CellId> =
            self.plan.cells.pairs().filter(|(_, cell)| cell.region == id).map(|row| row.0).collect();
        PlaneRow {
            region: region.name.clone(),
            launches: self.plane(&cells),
            wait_seconds: self.waits(id),
            router: region.plane.as_ref().map(|_| self.router(&cells)).unwrap_or_default(),
            moved: region.plane.as_ref().filter(|plane| !plane.growth.cells.is_empty()).map(|_| {
                let arrived = |run: &Measured| -> u64 {
                    cells.iter().filter_map(|cell| run.planes.get(cell.row())).map(|cell| cell.arrived).sum()
                };
                self.each(|run| arrived(run) as f64)
            }),
            cells: cells.iter().map(|cell| self.cell(*cell)).collect(),
        }
    }

    fn cell(&self, id: CellId) -> CellRow {
        let row = &self.plan.cells[id];
        let of = |run: &Measured| run.planes.get(id.row()).cloned().unwrap_or_default();
        // Of several replications the mean, as a whole number.
        let gained = self.each(|run| of(run).gained as f64);
        CellRow {
            cell: row.name.clone(),
            clusters: row.clusters.len().saturating_add_signed(libm::round(gained.mean) as isize) as u32,
            peak_utilisation: self.maybe(|run| of(run).peak_ppm.map(|ppm| ppm as f64 / 1e6)),
            launches: self.plane(&[id]),
            down_seconds: self.each(|run| of(run).down as f64 / 1e6),
        }
    }

    fn plane(&self, cells: &[CellId]) -> PlaneLaunches {
        let accepted = |run: &Measured| -> u64 {
            cells.iter().filter_map(|cell| run.planes.get(cell.row())).map(|cell| cell.accepted).sum()
        };
        let sum = |run: &Measured, of: fn(&planes::Measure) -> i64| -> i64 {
            cells.iter().filter_map(|cell| run.planes.get(cell.row())).map(of).sum()
        };
        let offered = |run: &Measured| accepted(run).saturating_add_signed(sum(run, |cell| cell.offered));
        PlaneLaunches {
            offered: self.each(|run| offered(run) as f64),
            accepted: self.each(|run| accepted(run) as f64),
            throttled: self.each(|run| sum(run, |cell| cell.throttled.cast_signed()) as f64),
            failed: self.each(|run| sum(run, |cell| cell.failed.cast_signed()) as f64),
            waiting: self.each(|run| sum(run, |cell| cell.waiting.cast_signed()) as f64),
            waited: self.each(|run| sum(run, |cell| cell.waited.cast_signed()) as f64),
            availability: self
                .maybe(|run| (offered(run) > 0).then(|| (accepted(run) as f64 / offered(run) as f64).min(1.0)))
                .map(share),
        }
    }

    fn waits(&self, id: RegionId) -> Quantiles {
        let of = |which: usize| {
            let quantile = |run: &Measured| run.waits.get(id.row()).and_then(|both| both[which]);
            self.maybe(|run| quantile(run).map(|micros| micros as f64 / 1e6))
        };
        Quantiles { p50: of(0), p99: of(1) }
    }

    fn router(&self, cells: &[CellId]) -> RouterRow {
        let sum = |run: &Measured, of: &dyn Fn(&planes::Measure) -> u64| -> f64 {
            cells.iter().filter_map(|cell| run.planes.get(cell.row())).map(of).sum::<u64>() as f64
        };
        let tries = |end: Call| self.each(|run| sum(run, &|cell| cell.tries[end as usize]));
        RouterRow {
            calls: Some(self.each(|run| sum(run, &|cell| cell.calls))),
            retries: Some(self.each(|run| sum(run, &|cell| cell.retries))),
            account_limit: Some(tries(Call::AccountLimit)),
            cell_busy: Some(tries(Call::CellBusy)),
            router_down: Some(tries(Call::RouterDown)),
            cell_down: Some(tries(Call::CellDown)),
            no_cluster: Some(tries(Call::NoCluster)),
        }
    }
}
