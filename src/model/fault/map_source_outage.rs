//! The source of the router's map cannot be read.

use super::{Effect, FaultTarget, Kind, Occurrence};
use crate::model::ids::RegionId;
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::world::{Cx, World};

object! {
    /// The source of the router's map cannot be read.
    ///
    /// ## What happens
    /// The router serves on with the map in its memory: whoever is in it sees nothing. A cluster that is created
    /// meanwhile gets no cell, and waits; one that migrates keeps its old cell until its row can be flipped.
    /// ## What ECS sees
    /// The refresh of the map fails, until one succeeds.
    /// ## What heals it
    /// The first refresh after the end of the fault.
    /// ## Source
    /// [cell-whitepaper].
    Spec("camelCase") {
        may {
            /// Region. Left out: the only one, or all.
            region: String,
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// `None`: every Region.
    pub region: Option<RegionId>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        Some(Live { region: super::region(self.region.as_deref(), at, names, out)? })
    }
}

impl Effect for Live {
    fn fault_targets(&self, world: &World, _cx: &Cx<'_>) -> Vec<FaultTarget> {
        super::region_clock(self.region, world)
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, _cx: &mut Cx<'_>) {
        world.front.map_down.push(occurrence.cause);
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, _cx: &mut Cx<'_>) {
        world.front.map_down.retain(|cause| *cause != occurrence.cause);
    }
}
