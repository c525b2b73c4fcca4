//! The control plane takes on less than it could.

use super::{Effect, FaultTarget, Kind, Occurrence};
use crate::model::flows::cell::headroom;
use crate::model::ids::{CellId, RegionId};
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::quantity::Rate;
use crate::model::tables::plane::Curb;
use crate::model::world::{Cx, World};

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
    /// `None`: every Region.
    pub region: Option<RegionId>,
    /// `None`: every cell.
    pub cell: Option<CellId>,
    /// At most, in billionths of a request for each second.
    pub rate: Option<u64>,
    /// What is left, in millionths.
    pub left_ppm: u32,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        let region = super::region(self.region.as_deref(), at, names, out);
        let cell = self.cell.as_ref().map(|name| names.cell(name, &format!("{at}/cell"), out));
        let share = self.share.map(|share| out.share_above_zero(share, &format!("{at}/share")));
        if self.rate.is_none() && self.share.is_none() {
            out.missing(at, "nothing says how much is taken on", "write \"rate\": \"5/s\", or \"share\": 0.5");
            return None;
        }
        let lost = match share {
            None => 0.0,
            Some(share) => share?,
        };
        let cell = match cell {
            None => None,
            Some(cell) => Some(cell?),
        };
        let left_ppm = libm::round((1.0 - lost) * 1e6) as u32;
        Some(Live { region: region?, cell, rate: self.rate.as_ref().map(|rate| rate.0), left_ppm })
    }
}

impl Live {
    pub fn cells(&self, world: &World) -> Vec<CellId> {
        if self.region.is_some_and(|region| region != world.part.as_one.region) {
            return Vec::new();
        }
        world.planes.ids().filter(|cell| self.cell.is_none_or(|only| only == *cell)).collect()
    }
}

impl Effect for Live {
    fn fault_targets(&self, world: &World, _cx: &Cx<'_>) -> Vec<FaultTarget> {
        if self.cells(world).is_empty() { Vec::new() } else { vec![FaultTarget::All] }
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
}
