//! The thin router in front of the cells does not answer.

use super::{CellId, Cx, Draft, Effect, Kind, Occurrence, Plan, Scope, World};
use crate::model::flows::cell::headroom;
use crate::model::names::Names;
use crate::model::plan::{self};

object! {
    /// The thin router in front of the cells does not answer.
    ///
    /// ## What happens
    /// No call from outside reaches any cell of the Region: RunTask fails, whoever calls tries again and gives up.
    /// ## What ECS sees
    /// The cells see fewer calls. The service scheduler starts inside its cell and goes on; running tasks live on.
    /// ## What heals it
    /// At the end of the fault calls pass at once: the map is in the router's memory.
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
    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        world.front.router_down.push(occurrence.cause);
        calls_changed(world, cx);
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        world.front.router_down.retain(|cause| *cause != occurrence.cause);
        calls_changed(world, cx);
    }

    fn idle(&self, _scope: Scope, plan: &Plan) -> Option<(&'static str, &'static str)> {
        let streams = || plan.services.iter().any(|service| service.kind == plan::Kind::Stream);
        let called = plan.planes().any(|plane| plane.other_calls > 0) || plan.creates_clusters() || streams();
        let hint = "add `runTasks`, `otherCalls`, or a cluster with `createdAt`";
        (!called).then_some(("no call comes from outside", hint))
    }
}

/// Calls such as describe polling reach the cells or not: their part of the cells' time changes.
fn calls_changed(world: &mut World, cx: &mut Cx<'_>) {
    if cx.plan.regions[world.part.as_one.region].plane.as_ref().is_some_and(|plane| plane.other_calls > 0) {
        let cells: Vec<CellId> = world.planes.ids().collect();
        for cell in cells {
            headroom::rate_changed(world, cell, cx);
        }
    }
}
