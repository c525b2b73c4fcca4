//! The map table of customers' own cells does not answer.

use super::{Cx, Draft, Effect, FaultTarget, Kind, Occurrence, Plan, Scope, World};
use crate::model::flows::traffic::customers;

object! {
    /// The map table of the `cellularApplication` (Amazon DynamoDB) does not answer.
    ///
    /// ## What happens
    /// A router that holds the map in memory serves on: whoever has a cell sees nothing. Customers who come meanwhile
    /// get no cell, and their requests fail at the router; nobody moves. A router that reads the table for each request
    /// (`map.draft` is `eachRequest`) answers nobody.
    /// ## What ECS sees
    /// Nothing: the table is no part of it.
    /// ## What heals it
    /// Its return: whoever waited gets a cell at once, and moves that were ready are made.
    /// ## Source
    /// [cell-whitepaper] [cell-guidance].
    Spec("camelCase") {
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live;

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        if !draft.names.has_application {
            let hint = "write a `cellularApplication`, or `mapSourceOutage` for the map of a control plane";
            draft.out.wrong_target(draft.at, "the scenario has no application with a map table", hint);
            return None;
        }
        draft.scope = Scope::Region(None);
        Some(Live)
    }
}

impl Effect for Live {
    fn fault_targets(&self, scope: Scope, world: &World, plan: &Plan) -> Vec<FaultTarget> {
        if world.application.is_some() { scope.clocks(world, plan) } else { Vec::new() }
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        customers::table_down(world, occurrence.cause, cx);
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        customers::table_back(world, occurrence.cause, cx);
    }
}
