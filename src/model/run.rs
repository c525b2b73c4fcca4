//! How a world runs: the one dispatch of steps, the one place where news is heard, and what stands at time 0.

use super::alarm::watch;
use super::event::Event;
use super::fact::{Cause, Fact};
use super::flows::cell::{call, create, depend, evacuate as evacuation, grow, headroom, outage, plane};
use super::flows::change::{alarms, deploy, flag, pipeline, region_rollout};
use super::flows::host::{agent, consolidate, drain, host_health, managed, scale};
use super::flows::rows::wake;
use super::flows::scaling::{act, limits};
use super::flows::scheduler::{daemon, pace, rebalance, reconcile, stand, turn};
use super::flows::task::{attach, detect, serve, start, stop};
use super::flows::traffic::{addresses, customers, dispatch, evacuate, rates, settle, zonal};
use super::ids::{BucketId, CellId, ProviderId, ServiceId, ZoneId};
use super::news::News;
use super::plan::{self, Kind, Part, Plan, ProviderKind, Unit};
use super::step::{self, Family};
use super::tables::new_hosts::NewHosts;
use super::tables::rollout::Revision;
use super::tables::{Assignments, Front, Plane, Provider, Service, Tokens, Zone};
use super::world::{Cx, Launches, World};
use super::{fault, routing};
use crate::engine::index::Table;
use crate::engine::{self, Time};

impl engine::Partition for World {
    type Event = Event;
    type Fact = Fact;
    type Plan = Plan;

    fn handle(&mut self, event: Event, cx: &mut Cx<'_>) {
        if self.outages > 0 && outage::holds(self, event, cx) {
            return settle::all(self, cx);
        }
        match event.family() {
            Family::Launch => start::handle(self, step::Launch::of(event), cx),
            Family::Attach => attach::handle(self, step::Attach::of(event), cx),
            Family::Pace => pace::handle(self, step::Pace::of(event), cx),
            Family::Serve => serve::handle(self, step::Serve::of(event), cx),
            Family::Stop => stop::handle(self, step::Stop::of(event), cx),
            Family::Detect => detect::handle(self, step::Detect::of(event), cx),
            Family::Agent => agent::handle(self, step::Agent::of(event), cx),
            Family::Reconcile => reconcile::handle(self, step::Reconcile::of(event), cx),
            Family::Rebalance => rebalance::handle(self, step::Rebalance::of(event), cx),
            Family::Scale => scale::handle(self, step::Scale::of(event), cx),
            Family::Drain => drain::handle(self, step::Drain::of(event), cx),
            Family::Managed => managed::handle(self, step::Managed::of(event), cx),
            Family::HostHealth => host_health::handle(self, step::HostHealth::of(event), cx),
            Family::Consolidate => consolidate::handle(self, step::Consolidate::of(event), cx),
            Family::Deploy => deploy::handle(self, step::Deploy::of(event), cx),
            Family::Flag => flag::handle(self, step::Flag::of(event), cx),
            Family::Pipeline => pipeline::handle(self, step::Pipeline::of(event), cx),
            Family::AutoScale => act::handle(self, step::AutoScale::of(event), cx),
            Family::RegionRollout => region_rollout::handle(self, step::RegionRollout::of(event), cx),
            Family::Alarm => alarms::handle(self, step::Alarm::of(event), cx),
            Family::Turn => turn::handle(self, step::Turn::of(event), cx),
            Family::Outage => outage::handle(self, step::Outage::of(event), cx),
            Family::Headroom => headroom::handle(self, step::Headroom::of(event), cx),
            Family::Create => create::handle(self, step::Create::of(event), cx),
            Family::Call => call::handle(self, step::Call::of(event), cx),
            Family::Grow => grow::handle(self, step::Grow::of(event), cx),
            Family::Traffic => rates::handle(self, step::Traffic::of(event), cx),
            Family::Addresses => addresses::handle(self, step::Addresses::of(event), cx),
            Family::Zonal => zonal::handle(self, step::Zonal::of(event), cx),
            Family::Dispatch => dispatch::handle(self, step::Dispatch::of(event), cx),
            Family::Customers => customers::handle(self, step::Customers::of(event), cx),
            Family::Fault => fault::handle(self, step::Fault::of(event), cx),
            Family::CellTest => evacuation::handle(self, step::CellTest::of(event), cx),
        }
        settle::all(self, cx);
    }

    /// Tasks and hosts: what a run without end would fill the memory with.
    fn rows(&self) -> usize {
        self.tasks.live() + self.hosts.live()
    }
}

/// The application in cells, if this part runs it.
fn of_part<'p>(plan: &'p Plan, part: &Part) -> Option<&'p plan::Application> {
    plan.application.as_ref().filter(|one| part.as_one.services.contains(&one.router.0))
}

/// Launches of one service on any capacity: 500 a minute ([ecs-quotas]; the bucket is a model choice).
const SERVICE_BURST: u32 = 500;
const SERVICE_RATE: u64 = 500_000_000_000 / 60;

impl World {
    /// News from a room of flows for those above it. It is heard at once: what follows from it has its place in the
    /// order of events.
    pub(crate) fn hear(&mut self, news: News, cx: &mut Cx<'_>) {
        match news {
            News::TaskBegins(task) => fault::task_runs(self, task, cx),
            News::TaskAgain { task, who, cause } => fault::task_again(task, who, cause, cx),
            News::TaskRuns { task, checked } => deploy::runs(self, task, checked, cx),
            News::TaskExits(task) => deploy::exits(self, task, cx),
            News::TaskFails { task, ran } => deploy::fails(self, task, ran, cx),
            News::HostRuns(host) => fault::host_runs(self, host, cx),
            News::HostOpen(host) => daemon::first(self, host, cx),
            News::CellStands(cell) => fault::cell_stands(self, cell, cx),
            News::ServiceStands(service) => rates::prepare(self, service, cx),
            News::Looked(service) => deploy::look(self, service, cx),
            News::RunsFirst(change) => pipeline::runs_first(self, change, cx),
            News::Moved(service, change) => pipeline::done(self, service, change, cx),
            News::Undone(service, change) => pipeline::came_back(self, Unit::Service(service), change, cx),
            News::RolloutFails(change) => pipeline::failed(self, change, cx),
            News::Superseded(change) => pipeline::superseded(self, change, cx),
            News::AlarmRings(alarm) => {
                deploy::alarmed(self, alarm, cx);
                pipeline::alarmed(self, alarm, cx);
                flag::alarmed(self, alarm, cx);
                evacuate::alarmed(self, alarm, cx);
                act::rings(self, alarm, cx);
                zonal::alarmed(self, alarm, cx);
            }
            News::AlarmQuiet(alarm) => {
                evacuate::quiet(self, alarm, cx);
                act::hushed(self, alarm, cx.plan);
            }
        }
    }

    /// One world for each cell of the plan; cells that share an account run together.
    pub fn all(plan: &Plan) -> Vec<World> {
        plan.parts(|_| false).into_iter().map(|part| World::new(plan, &part)).collect()
    }

    /// The world of a part of the plan.
    pub fn new(plan: &Plan, part: &Part) -> World {
        let cell = &part.as_one;
        let zone_count = usize::from(cell.zones.end - cell.zones.start);
        let services = || cell.services.clone().map(ServiceId);
        let plane = plan.regions[cell.region].plane.as_ref();
        let mut world = World {
            planes: Table::starting_at(CellId(part.cells.start)),
            front: Front::new(cell.accounts.clone(), plan.regions[cell.region].attach.as_ref()),
            assignments: Assignments::new(cell.clusters.clone()),
            depends: plane.and_then(|plane| plane.depends_on),
            depends_ppm: depend::WHOLE,
            metered: plane.is_some_and(plan::Plane::meters),
            first_zone: cell.zones.start,
            zones: Table::starting_at(ZoneId(cell.zones.start)),
            services: Table::starting_at(ServiceId(cell.services.start)),
            providers: Table::starting_at(ProviderId(cell.providers.start)),
            buckets: Table::starting_at(BucketId(cell.buckets.start)),
            daemons: services().filter(|&id| plan.services[id].kind == Kind::Daemon).collect(),
            occurrences: fault::Occurrences { begun: vec![0; plan.faults.len()], ..Default::default() },
            staged: pipeline::is_here(plan, part),
            alarms: watch::of_part(plan, &cell.services),
            composites: watch::composites(plan, &cell.services),
            application: of_part(plan, part).map(|one| Box::new(routing::customers::at_start(one))),
            part: part.clone(),
            ..World::default()
        };
        for id in part.cells.clone().map(CellId) {
            world.planes.push(Plane::new(plan, id));
        }
        for _ in cell.zones.clone() {
            world.zones.push(Zone::default());
        }
        for service in services() {
            let service = &plan.services[service];
            let launches = Tokens::full(SERVICE_BURST, SERVICE_RATE);
            let mut row = Service::new(service.desired, service.strategy.len(), zone_count, launches);
            if !service.changes.is_empty() {
                row.deployment.revisions.push(Revision::new(0, None, false, (service.strategy.len(), zone_count)));
                row.deployment.completed = (!plan.start_empty).then_some(0);
            }
            world.services.push(row);
        }
        for provider in cell.providers.clone().map(ProviderId) {
            let row = &plan.providers[provider];
            let in_cluster = services().filter(|id| plan.services[*id].cluster == row.cluster);
            let new_hosts = match &row.kind {
                ProviderKind::Managed(managed) => NewHosts::of(in_cluster, &managed.zones),
                _ => NewHosts::default(),
            };
            world.providers.push(Provider { reported_reservation: u32::MAX, new_hosts, ..Provider::default() });
        }
        for bucket in cell.buckets.clone().map(BucketId) {
            world.buckets.push(Launches::new(&plan.buckets[bucket]));
        }
        world
    }

    /// Places what runs at time 0 and schedules the first events.
    pub fn prepare(&mut self, cx: &mut Cx<'_>) {
        plane::prepare(self, cx);
        create::prepare(self, cx);
        grow::prepare(self, cx);
        evacuation::prepare(self, cx);
        self.stand(cx.plan.start_empty, cx);
        depend::prepare(self, cx);
        dispatch::prepare(self, cx);
        deploy::prepare(self, cx);
        zonal::prepare(self, cx);
        pipeline::prepare(self, cx);
        self.fleet_alarms = watch::of_fleets(&self.alarms);
        limits::prepare(self, cx);
        alarms::prepare(self, cx);
        fault::prepare(self, cx);
        settle::all(self, cx);
    }

    /// Places what is there at time 0: hosts, and unless it is `empty` what runs on them and on Fargate. Daemons are
    /// the first tasks on a host.
    pub fn stand(&mut self, empty: bool, cx: &mut Cx<'_>) {
        let plan = cx.plan;
        for provider in self.providers.ids() {
            scale::prepare(self, provider, cx);
        }
        let is_daemon = |service: &ServiceId| plan.services[*service].kind == Kind::Daemon;
        let daemons = self.services.ids().filter(is_daemon);
        for service in daemons.chain(self.services.ids().filter(|service| !is_daemon(service))) {
            if self.not_created(plan.services[service].cluster) {
                // It has nothing and needs nothing; calls for it come all the same.
                if plan.services[service].kind == Kind::Stream {
                    rates::prepare(self, service, cx);
                }
                continue;
            }
            rates::prepare(self, service, cx);
            self.populate(service, empty, cx);
        }
        // That zones were found full counts for nothing: nothing was launched then.
        for zone in &mut self.zones {
            zone.left_out = [Time::ZERO; 2];
        }
    }

    /// At time 0 a service is at its desired count, as far as there is room; the rest is due.
    fn populate(&mut self, service: ServiceId, empty: bool, cx: &mut Cx<'_>) {
        let row = &mut self.services[service];
        row.steady = true;
        match cx.plan.services[service].kind {
            Kind::Stream => return,
            Kind::Daemon if empty => {}
            Kind::Daemon => stand::daemons(self, service, cx),
            Kind::Replica => {
                row.scheduler.owe(Cause::mechanism(super::fact::Mechanism::FirstStart), row.desired());
                if !empty {
                    while !self.services[service].scheduler.pending.is_empty() && stand::task(self, service, cx) {}
                }
            }
        }
        self.services[service].scheduler.launches = Tokens::full(SERVICE_BURST, SERVICE_RATE);
        wake::scheduler(self, service, cx);
    }
}
