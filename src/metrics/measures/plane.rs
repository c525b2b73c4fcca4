//! The control plane of each Region, and its cells.

use super::measures;
use super::service::Quantiles;
use super::shape::{Estimate, Maybe};
use super::walk::{Run, Walk};
use crate::engine::Span;
use crate::engine::index::Id;
use crate::metrics::planes::{Acts, Measure};
use crate::model::fact::Call;
use crate::model::ids::{CellId, RegionId};
use crate::model::plan::Plane;
use crate::stats::Histogram;

measures! {
    /// What the control plane of one Region did. Without one of its own it has one cell that never throttles.
    PlaneRow(w, id: RegionId) {
        /// Name of the Region.
        region: String = w.plan.regions[id].name.clone();
        /// Launches of services and streams in the window:
        launches: PlaneLaunches [launches] = {
            let cells = cells_of(w.plan, id);
            PlaneLaunches::walk(w, &cells)
        };
        /// How long launches that were taken on in the window had waited since they were due, for a launch bucket, a
        /// queue or a cell; of all of them, 0 for those that did not wait:
        wait_seconds: Quantiles [seconds Lower] = Quantiles::walk(w, &|run, part| waits(run, id).quantile(part));
        /// RunTask calls at the router in front of the cells, try by try; empty without a control plane of the Region's
        /// own:
        router: RouterRow [calls] = {
            let cells = cells_of(w.plan, id);
            let own = w.plan.regions[id].plane.is_some();
            if own { RouterRow::walk(w, &cells) } else { RouterRow::default() }
        };
        /// Clusters that migrated from one cell to another; only where cells are added or emptied.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        moved: Maybe [clusters] = {
            let cells = cells_of(w.plan, id);
            let moves = w.plan.regions[id].plane.as_ref().is_some_and(Plane::may_move);
            moves.then(|| w.each(|run| sum(run, &cells, |cell| cell.arrived)))
        };
        /// How often a cell was emptied as its tests failed, in the whole run; only where cells are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evacuations: Maybe [times] = acts(w, id, |of| f64::from(of.times));
        /// Clusters that left a cell so; their way back is not counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evacuated: Maybe [clusters] = acts(w, id, |of| f64::from(of.leave.saturating_sub(of.stay)));
        /// Clusters that stayed in it, as no other cell had room for them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stayed: Maybe [clusters Lower] = acts(w, id, |of| f64::from(of.stay));
        /// From the test that found the cell ill until its last cluster had left; of several cells the longest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evacuation_seconds: Maybe [seconds Lower] = longest(w, id, |of| of.left);
        /// From that test until all of its clusters were back; of several cells the longest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        back_seconds: Maybe [seconds Lower] = longest(w, id, |of| of.back);
        /// Its cells:
        cells: Vec<CellRow> = cells_of(w.plan, id).into_iter().map(|cell| CellRow::walk(w, cell)).collect();
    }
}

measures! {
    /// RunTask calls at the router, try by try.
    #[derive(Copy)]
    RouterRow(w, cells: &[CellId]) {
        /// Calls, each counted once.
        #[serde(skip_serializing_if = "Option::is_none")]
        calls: Maybe = Some(w.each(|run| sum(run, cells, |cell| cell.calls)));
        /// Tries after the first.
        #[serde(skip_serializing_if = "Option::is_none")]
        retries: Maybe [calls Lower] = Some(w.each(|run| sum(run, cells, |cell| cell.retries)));
        /// Tries turned away as the account calls too often.
        #[serde(skip_serializing_if = "Option::is_none")]
        account_limit: Maybe [calls Lower] = Some(w.each(|run| tries(run, cells, Call::AccountLimit)));
        /// Tries turned away as the cell has too much to do.
        #[serde(skip_serializing_if = "Option::is_none")]
        cell_busy: Maybe [calls Lower] = Some(w.each(|run| tries(run, cells, Call::CellBusy)));
        /// Tries lost as the router does not answer.
        #[serde(skip_serializing_if = "Option::is_none")]
        router_down: Maybe [calls Lower] = Some(w.each(|run| tries(run, cells, Call::RouterDown)));
        /// Tries lost as the cell does not answer.
        #[serde(skip_serializing_if = "Option::is_none")]
        cell_down: Maybe [calls Lower] = Some(w.each(|run| tries(run, cells, Call::CellDown)));
        /// Tries lost as the router knows no such cluster.
        #[serde(skip_serializing_if = "Option::is_none")]
        no_cluster: Maybe [calls Lower] = Some(w.each(|run| tries(run, cells, Call::NoCluster)));
    }
}

measures! {
    /// Launches as a control plane sees them.
    #[derive(Copy)]
    PlaneLaunches(w, cells: &[CellId]) {
        /// Asked for: by the service scheduler, or by RunTask.
        offered: Estimate = w.each(|run| offered(run, cells) as f64);
        /// Taken on. Whether there is capacity is another question.
        accepted: Estimate [launches Higher] = w.each(|run| accepted(run, cells) as f64);
        /// Turned away for their rate.
        throttled: Estimate [launches Lower] = w.each(|run| sum(run, cells, |cell| cell.throttled));
        /// Lost, as the router or the cell did not answer.
        failed: Estimate [launches Lower] = w.each(|run| sum(run, cells, |cell| cell.failed));
        /// Still due at the end of the run. Offered is the sum of accepted, throttled, failed and waiting.
        waiting: Estimate [launches Lower] = w.each(|run| sum(run, cells, |cell| cell.waiting));
        /// Of those accepted, later than they were due, as a launch bucket, a queue or the cell made them wait.
        waited: Estimate [launches Lower] = w.each(|run| sum(run, cells, |cell| cell.waited));
        /// Accepted / offered; null without launches.
        availability: Maybe [share Higher] = w.share(|run| {
            let all = offered(run, cells);
            (all > 0).then(|| (accepted(run, cells) as f64 / all as f64).min(1.0))
        });
    }
}

measures! {
    /// What one control-plane cell did.
    CellRow(w, id: CellId) {
        /// `cell-1`, ...
        cell: String = w.plan.cells[id].name.clone();
        /// Clusters that it runs at the end; of several replications the mean, as a whole number.
        clusters: u32 [clusters] = {
            let gained = w.each(|run| of(run, id).map_or(0.0, |of| of.gained as f64));
            w.plan.cells[id].clusters.len().saturating_add_signed(libm::round(gained.mean) as isize) as u32
        };
        /// Its highest load / what it can bear; null without a bound.
        peak_utilisation: Maybe [share Lower] = w.maybe(|run| Some(of(run, id)?.peak_ppm? as f64 / 1e6));
        /// Launches:
        #[serde(flatten)]
        launches: PlaneLaunches [flat] = PlaneLaunches::walk(w, &[id]);
        /// Time of the window in which it was down.
        down_seconds: Estimate [seconds Lower] = w.each(|run| of(run, id).map_or(0.0, |of| of.down as f64 / 1e6));
    }
}

/// A sum over what operators did about the cells of a Region, where they do anything.
fn acts(w: &mut Walk<'_>, id: RegionId, take: impl Fn(&Acts) -> f64) -> Maybe {
    let cells = cells_of(w.plan, id);
    let acts = w.plan.regions[id].plane.as_ref().is_some_and(|plane| plane.evacuation.is_some());
    acts.then(|| w.each(|run| all(run, &cells).map(|cell| take(&cell.acts)).sum()))
}

fn longest(w: &mut Walk<'_>, id: RegionId, take: impl Fn(&Acts) -> Option<Span>) -> Maybe {
    let cells = cells_of(w.plan, id);
    let acts = w.plan.regions[id].plane.as_ref().is_some_and(|plane| plane.evacuation.is_some());
    if !acts {
        return None;
    }
    w.maybe(|run| all(run, &cells).filter_map(|cell| take(&cell.acts)).max().map(Span::as_secs_f64))
}

fn cells_of(plan: &crate::model::Plan, region: RegionId) -> Vec<CellId> {
    plan.cells.pairs().filter(|(_, cell)| cell.region == region).map(|row| row.0).collect()
}

fn of<'r>(run: &'r Run<'_>, id: CellId) -> Option<&'r Measure> {
    run.planes.get(id.row())
}

fn all<'r>(run: &'r Run<'_>, cells: &[CellId]) -> impl Iterator<Item = &'r Measure> {
    cells.iter().filter_map(|cell| of(run, *cell))
}

fn sum(run: &Run<'_>, cells: &[CellId], take: impl Fn(&Measure) -> u64) -> f64 {
    all(run, cells).map(take).sum::<u64>() as f64
}

fn tries(run: &Run<'_>, cells: &[CellId], end: Call) -> f64 {
    sum(run, cells, |cell| cell.tries[end as usize])
}

fn accepted(run: &Run<'_>, cells: &[CellId]) -> u64 {
    all(run, cells).map(|cell| cell.accepted).sum()
}

fn offered(run: &Run<'_>, cells: &[CellId]) -> u64 {
    accepted(run, cells).saturating_add_signed(all(run, cells).map(|cell| cell.offered).sum())
}

fn waits(run: &Run<'_>, region: RegionId) -> Histogram {
    let mut sum = Histogram::default();
    all(run, &cells_of(run.plan, region)).for_each(|cell| sum.merge(&cell.wait));
    sum
}
