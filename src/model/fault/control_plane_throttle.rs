//! The control plane takes on less than it could.

use super::{CellId, Cx, Draft, Effect, FaultTarget, Kind, Occurrence, Plan, Scope, World};
use crate::model::flows::cell::headroom;
use crate::model::names::Names;
use crate::model::quantity::Rate;
use crate::model::tables::plane::Curb;

object! {
    /// The control plane takes on less than it could.
    ///
    /// ## What happens
    /// Cells take on launches and calls at a lower rate, as operators throttle work while they repair something, or as
    /// something on the launch path is down (`"rate": "0/s"`). Running tasks live on.
    /// ## What ECS sees
    /// What is above the rate waits; calls that would wait for too long are throttled.
    /// ## What heals it
    /// The end of the fault. What waited is worked off at the usual rate.
    /// ## Source
    /// [ecs-api-throttling] [event-virginia-2025].
    Spec("camelCase") {
        may {
            /// Region. Left out: the only one, or all.
            region: String,
            /// Only this cell.
            cell: String,
            /// The most requests that each cell takes on, such as `"5/s"`; `"0/s"`: none.
            rate: Rate,
            /// Share of its capacity that each cell loses, above 0 to 1.
            share: f64,
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// `None`: every cell.
    cell: Option<CellId>,
    /// At most, in billionths of a request for each second.
    rate: Option<u64>,
    /// What is left, in millionths.
    left_ppm: u32,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let region = draft.find("region", self.region.as_ref(), Names::region);
        let cell = draft.find("cell", self.cell.as_ref(), Names::cell);
        let share = draft.share("share", self.share);
        if self.rate.is_none() && self.share.is_none() {
            let hint = "write \"rate\": \"5/s\", or \"share\": 0.5";
            draft.out.missing(draft.at, "nothing says how much is taken on", hint);
            return None;
        }
        let left_ppm = libm::round((1.0 - share?.unwrap_or(0.0)) * 1e6) as u32;
        draft.scope = Scope::Region(region?);
        Some(Live { cell: cell?, rate: self.rate.as_ref().map(|rate| rate.0), left_ppm })
    }
}

impl Live {
    pub fn cells(&self, world: &World) -> Vec<CellId> {
        world.planes.ids().filter(|cell| self.cell.is_none_or(|only| only == *cell)).collect()
    }
}

impl Effect for Live {
    fn fault_targets(&self, scope: Scope, world: &World, plan: &Plan) -> Vec<FaultTarget> {
        if self.cells(world).is_empty() { Vec::new() } else { scope.clocks(world, plan) }
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for cell in self.cells(world) {
            headroom::hits(world, cell, occurrence.cause, cx);
            let curb = Curb { cause: occurrence.cause, turn: 0, left_ppm: self.left_ppm, rate_max: self.rate };
            world.planes[cell].curbs.push(curb);
            headroom::rate_changed(world, cell, cx);
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for cell in self.cells(world) {
            world.planes[cell].curbs.retain(|curb| curb.cause != occurrence.cause);
            headroom::rate_changed(world, cell, cx);
        }
    }

    fn names_cell(&self) -> Option<CellId> {
        self.cell
    }

    fn idle(&self, _scope: Scope, plan: &Plan) -> Option<(&'static str, &'static str)> {
        let bound = plan.planes().any(|plane| plane.zone_rate.is_some());
        let hint = "write `rate`, or `controlPlane.peakRequests` in a Region";
        let idle = self.rate.is_none() && self.left_ppm > 0 && !bound;
        idle.then_some(("the control plane has no limit of which a share could be taken", hint))
    }
}
