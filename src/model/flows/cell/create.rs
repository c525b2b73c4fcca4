//! A cluster is created while the run is on: it needs a row in the map, and the router has to read it.
//!
//! ```text
//! Created ─► its services are due ─► Mapped, at the router's next refresh ─► map and cell answer? ─► they launch
//!                                       ▲                                       │ no
//!                                       └──────────── a refresh later ──────────┘
//! ```

use super::{outage, plane};
use crate::engine::{Span, Time};
use crate::model::fact::{Cause, FaultFact, Hit, Mechanism, Phase};
use crate::model::flows::rows::{account, wake};
use crate::model::flows::{Cx, News, World, step};
use crate::model::ids::{ClusterId, ServiceId};
use crate::model::plan::Kind;

/// How often the router looks for a new cluster in a Region whose control plane is not written (model choice).
const REFRESH: Span = Span::MINUTE;

pub(crate) fn handle(world: &mut World, step: step::Create, cx: &mut Cx<'_>) {
    match step {
        step::Create::Created(cluster) => asked_for(world, cluster, cx),
        step::Create::Mapped(cluster) => mapped(world, cluster, cx),
    }
}

/// Clusters that are created later.
pub(crate) fn prepare(world: &mut World, cx: &mut Cx<'_>) {
    for cluster in world.part.as_one.clusters.clone().map(ClusterId) {
        if let Some(at) = cx.plan.clusters[cluster].created {
            world.not_created.push(cluster);
            cx.at(at, crate::engine::key::Phase::Normal, step::Create::Created(cluster));
        }
    }
}

/// CreateCluster, and its services with it: they are due from now on.
fn asked_for(world: &mut World, cluster: ClusterId, cx: &mut Cx<'_>) {
    for service in cx.plan.services_of(cluster) {
        owe_all(world, service, Cause::mechanism(Mechanism::FirstStart), cx);
    }
    let refresh = refresh(cluster, cx);
    let next = Time(cx.now.0.div_ceil(refresh.0) * refresh.0);
    cx.after(next.since(cx.now), step::Create::Mapped(cluster));
}

pub(super) fn refresh(cluster: ClusterId, cx: &Cx<'_>) -> Span {
    let plan = cx.plan;
    let plane = plan.regions[plan.cells[plan.clusters[cluster].cell].region].plane.as_ref();
    plane.map_or(REFRESH, |plane| plane.router.refresh)
}

/// All launches of a new service are due, because of `cause`.
fn owe_all(world: &mut World, service: ServiceId, cause: Cause, cx: &mut Cx<'_>) {
    if cx.plan.services[service].kind == Kind::Replica {
        let row = &mut world.services[service];
        row.scheduler.write_off_all();
        row.scheduler.owe(cause, row.desired());
        row.scheduler.waits = Phase::ControlPlane;
        account::mark(world, service);
    }
}

/// The router reads the map. Without its source, or the cell, the cluster waits for the next time.
fn mapped(world: &mut World, cluster: ClusterId, cx: &mut Cx<'_>) {
    let blocked = world.front.map_down.first().or(world.front.router_down.first()).copied();
    if let Some(cause) = blocked.or_else(|| outage::unserved(world, cluster, cx)) {
        for service in cx.plan.services_of(cluster) {
            owe_all(world, service, cause, cx);
            cx.note(FaultFact::Hits { cause, what: Hit::Launches(service) });
            let due = world.services[service].scheduler.pending();
            if due > 0 {
                plane::offered(world, service, due, cx);
            }
        }
        return cx.after(refresh(cluster, cx), step::Create::Mapped(cluster));
    }
    world.not_created.retain(|of| *of != cluster);
    for service in cx.plan.services_of(cluster) {
        if cx.plan.services[service].kind != Kind::Stream {
            world.hear(News::ServiceStands(service), cx);
        }
        wake::scheduler(world, service, cx);
    }
}
