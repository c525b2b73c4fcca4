//! What stands where at time 0: worked out by the code that a run begins with, so that `check` shows what `run` does.

use crate::engine::index::Id;
use crate::engine::{Limits, Sim};
use crate::model::ids::{ServiceId, ZoneId};
use crate::model::world::Cx;
use crate::model::{Plan, World};
use std::collections::BTreeMap;

/// Tasks and hosts of the start.
#[derive(Debug, Default)]
pub(crate) struct Start {
    tasks: BTreeMap<(ServiceId, ZoneId), u32>,
    hosts: BTreeMap<ZoneId, u64>,
}

impl Start {
    /// As a run with the scenario's own seed begins: with `startEmpty`, and before its cluster is created, a service
    /// has no task.
    pub(crate) fn of(plan: &Plan) -> Start {
        Start::with(plan, World::prepare)
    }

    /// As if all services were at their desired counts: also those that start from nothing or whose cluster is created
    /// later.
    pub(crate) fn full(plan: &Plan) -> Start {
        Start::with(plan, |world, cx| world.stand(false, cx))
    }

    pub(crate) fn is_full(plan: &Plan) -> bool {
        !plan.start_empty && plan.clusters.iter().all(|cluster| cluster.created.is_none())
    }

    fn with(plan: &Plan, prepare: impl FnMut(&mut World, &mut Cx<'_>)) -> Start {
        // Cells of a Region together: they share its stock.
        let worlds = plan.parts(|_| true).into_iter().map(|part| (World::new(plan, &part), ()));
        let mut sim = Sim::new(plan, plan.seed().replication(0), worlds, plan.lookahead(), Limits::default());
        sim.prepare(prepare);
        let mut start = Start::default();
        for world in sim.worlds() {
            for (id, service) in world.services.pairs() {
                for zone in world.zones.ids() {
                    let count = service.zones[zone.row() - usize::from(world.first_zone)].wanted;
                    if count > 0 {
                        start.tasks.insert((id, zone), count);
                    }
                }
            }
            let registered = world.hosts.pairs().filter(|(_, host)| host.takes_tasks());
            for (_, host) in registered {
                *start.hosts.entry(host.zone).or_default() += 1;
            }
        }
        start
    }

    /// Tasks of a service in a zone.
    pub(crate) fn tasks(&self, service: ServiceId, zone: ZoneId) -> u32 {
        self.tasks.get(&(service, zone)).copied().unwrap_or(0)
    }

    /// Zones in which a service has a task.
    pub(crate) fn zones(&self, service: ServiceId) -> impl Iterator<Item = ZoneId> {
        let range = self.tasks.range((service, ZoneId(0))..=(service, ZoneId(u16::MAX)));
        range.map(|((_, zone), _)| *zone)
    }

    /// Hosts in a zone that take tasks.
    pub(crate) fn hosts(&self, zone: ZoneId) -> u64 {
        self.hosts.get(&zone).copied().unwrap_or(0)
    }
}
