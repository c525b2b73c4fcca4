//! The source of the router's map cannot be read.

use super::{Cx, Draft, Effect, Kind, Occurrence, Plan, Scope, World};
use crate::model::names::Names;

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
pub struct Live;

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        draft.scope = Scope::Region(draft.find("region", self.region.as_ref(), Names::region)?);
        Some(Live)
    }
}

impl Effect for Live {
    fn begin(&self, world: &mut World, occurrence: Occurrence, _cx: &mut Cx<'_>) {
        world.front.map_down.push(occurrence.cause);
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, _cx: &mut Cx<'_>) {
        world.front.map_down.retain(|cause| *cause != occurrence.cause);
    }

    fn idle(&self, _scope: Scope, plan: &Plan) -> Option<(&'static str, &'static str)> {
        let idle = !plan.creates_clusters() && !plan.planes().any(crate::model::plan::Plane::moves);
        idle.then_some(("no cluster is created during the run", "write `createdAt` in a cluster"))
    }
}
