//! One partition of the world: the tables of a control-plane cell, or of several that share something, and the one
//! dispatch.

use super::event::{Event, Family};
use super::fact::{Cause, Fact};
use super::fault;
use super::flows::{
    self, alarms, consolidate, convoy, daemon, deploy, detect, dispatch, launch, outage, pipeline, plane, rebalance,
    reconcile, scale, serve, settle, stop, traffic,
};
use super::ids::{BucketId, CellId, ClusterId, ProviderId, ServiceId, TaskId, ZoneId};
use super::plan::{self, Kind, Part, Plan};
use super::routing;
use super::tables::rollout::Revision;
use super::tables::{Application, Front, Homes, Hosts, Pipe, Plane, Provider, Service, Shortage, Tasks, Tokens, Zone};
use crate::engine::index::{Id, Table};
use crate::engine::{self, Time};
use std::collections::VecDeque;

/// Everything that a control-plane cell knows and runs. Cells share nothing but the plan, unless they run together.
#[derive(Clone, Debug)]
pub struct World {
    /// Which cells, and what is theirs.
    pub part: Part,
    /// What its cells can do, and how they are.
    pub planes: Table<CellId, Plane>,
    /// The way to the cells for calls from outside.
    pub front: Front,
    /// Which cell runs each cluster.
    pub homes: Homes,
    /// Clusters that are not there yet.
    pub(crate) unborn: Vec<ClusterId>,
    /// The service that the launch path needs.
    pub(crate) depends: Option<ServiceId>,
    /// What that service leaves of the cells' rates, in millionths.
    pub(crate) depends_ppm: u32,
    /// The fault through which it is missing.
    pub(crate) depends_cause: Option<Cause>,
    /// Whether work other than launches takes a part of the cells' time.
    pub(crate) metered: bool,
    /// Outages of cells and workers in force: while there are none, no event is looked at for them.
    pub(crate) outages: u32,
    /// Id of its first zone.
    pub(crate) first_zone: u16,
    /// Zones of its Region, as it sees them.
    pub zones: Table<ZoneId, Zone>,
    /// Zones in which nodes of load balancers are out of reach.
    pub(crate) nodes_out: u32,
    /// Services and streams.
    pub services: Table<ServiceId, Service>,
    /// Capacity providers.
    pub providers: Table<ProviderId, Provider>,
    /// Fargate launch buckets.
    pub buckets: Table<BucketId, Launches>,
    /// Container instances.
    pub hosts: Hosts,
    /// Tasks.
    pub tasks: Tasks,
    /// DAEMON services: hosts ask for them again and again.
    pub(crate) daemons: Vec<ServiceId>,
    /// Faults in force.
    pub strikes: fault::Strikes,
    /// Outages of what a start needs, in force.
    pub shortages: Vec<Shortage>,
    /// Providers of hosts whose successor a fault brings at its end.
    pub(crate) held: Vec<(Cause, ProviderId)>,
    /// Services whose crashed tasks stay down until their fault ends.
    pub(crate) held_tasks: Vec<(Cause, ServiceId)>,
    /// Whether any change goes on stage by stage: what it waits for has to be known.
    pub(crate) staged: bool,
    /// Changes that go on stage by stage, under way.
    pub pipes: Vec<Pipe>,
    /// Alarms that watch its services.
    pub alarms: Vec<alarms::Watch>,
    /// Those among them that watch several services together, by place.
    pub(crate) fleet_alarms: Vec<usize>,
    /// Composite alarms.
    pub(crate) composites: alarms::Followers,
    /// Customers' own cells, where their router runs.
    pub application: Option<Box<Application>>,
    /// Services to settle when the event has been handled.
    pub(crate) dirty: Vec<ServiceId>,
    /// A list that handlers borrow, so that none allocates.
    pub(crate) scratch: Vec<TaskId>,
    /// Another: what zones get.
    pub(crate) shares: Vec<crate::model::alarm::Share>,
}

/// A Fargate launch bucket and who waits at it.
#[derive(Clone, Debug)]
pub struct Launches {
    /// Its tokens.
    pub tokens: Tokens,
    /// Services in turn.
    pub queue: VecDeque<ServiceId>,
    /// A token event is on its way.
    pub armed: bool,
    /// CPU units of Fargate in use by the account, to be held against its quota.
    pub used: u64,
}

impl Launches {
    fn new(bucket: &plan::Bucket) -> Launches {
        Launches { tokens: Tokens::full(bucket.burst, bucket.rate), queue: VecDeque::new(), armed: false, used: 0 }
    }
}

/// What a handler sees beside its world.
pub type Cx<'a> = engine::Cx<'a, World>;

impl engine::Partition for World {
    type Event = Event;
    type Fact = Fact;
    type Plan = Plan;

    fn handle(&mut self, event: Event, cx: &mut Cx<'_>) {
        if self.outages > 0 && outage::holds(self, event, cx) {
            return settle::all(self, cx);
        }
        match event.family() {
            Family::Launch => launch::handle(self, launch::Step::of(event), cx),
            Family::Serve => serve::handle(self, serve::Step::of(event), cx),
            Family::Stop => stop::handle(self, stop::Step::of(event), cx),
            Family::Detect => detect::handle(self, detect::Step::of(event), cx),
            Family::Reconcile => reconcile::handle(self, reconcile::Step::of(event), cx),
            Family::Rebalance => rebalance::handle(self, rebalance::Step::of(event), cx),
            Family::Scale => scale::handle(self, scale::Step::of(event), cx),
            Family::Consolidate => consolidate::handle(self, consolidate::Step::of(event), cx),
            Family::Traffic => traffic::handle(self, traffic::Step::of(event), cx),
            Family::Fault => fault::handle(self, fault::Step::of(event), cx),
            Family::Plane => plane::handle(self, plane::Step::of(event), cx),
            Family::Alarm => alarms::handle(self, alarms::Step::of(event), cx),
            Family::Deploy => deploy::handle(self, deploy::Step::of(event), cx),
            Family::Dispatch => dispatch::handle(self, dispatch::Step::of(event), cx),
            Family::Pipeline => pipeline::handle(self, pipeline::Step::of(event), cx),
            Family::Convoy => convoy::handle(self, convoy::Step::of(event), cx),
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
    /// One world for each cell of the plan; cells that share an account run together.
    pub fn all(plan: &Plan) -> Vec<World> {
        plan.parts(|_| false).into_iter().map(|part| World::new(plan, &part)).collect()
    }

    /// The world of a part of the plan.
    pub fn new(plan: &Plan, part: &Part) -> World {
        let cell = &part.as_one;
        let zone_count = usize::from(cell.zones.end - cell.zones.start);
        let plane = plan.regions[cell.region].plane.as_ref();
        let mut world = World {
            planes: Table::starting_at(CellId(part.cells.start)),
            front: Front::new(cell.accounts.clone(), plan.regions[cell.region].attach.as_ref()),
            outages: 0,
            homes: Homes::new(cell.clusters.clone()),
            unborn: Vec::new(),
            depends: plane.and_then(|plane| plane.depends_on),
            depends_ppm: flows::depend::WHOLE,
            depends_cause: None,
            metered: plane.is_some_and(plan::Plane::meters),
            first_zone: cell.zones.start,
            zones: Table::starting_at(ZoneId(cell.zones.start)),
            nodes_out: 0,
            services: Table::starting_at(ServiceId(cell.services.start)),
            providers: Table::starting_at(ProviderId(cell.providers.start)),
            buckets: Table::starting_at(BucketId(cell.buckets.start)),
            hosts: Hosts::new(),
            tasks: Tasks::new(),
            daemons: cell
                .services
                .clone()
                .map(ServiceId)
                .filter(|&id| plan.services[id].kind == Kind::Daemon)
                .collect(),
            strikes: fault::Strikes::new(plan),
            shortages: Vec::new(),
            held: Vec::new(),
            held_tasks: Vec::new(),
            staged: flows::pipeline::is_here(plan, part),
            pipes: Vec::new(),
            alarms: alarms::of_part(plan, &cell.services),
            fleet_alarms: Vec::new(),
            composites: alarms::composites(plan, &cell.services),
            application: of_part(plan, part).map(|one| Box::new(routing::customers::at_start(one))),
            dirty: Vec::new(),
            scratch: Vec::new(),
            shares: Vec::new(),
            part: part.clone(),
        };
        for id in part.cells.clone().map(CellId) {
            world.planes.push(Plane::new(plan, id));
        }
        for _ in cell.zones.clone() {
            world.zones.push(Zone::default());
        }
        for service in cell.services.clone().map(ServiceId) {
            let service = &plan.services[service];
            let launches = Tokens::full(SERVICE_BURST, SERVICE_RATE);
            let mut row = Service::new(service.desired, service.strategy.len(), zone_count, launches);
            if !service.changes.is_empty() {
                row.revisions.push(Revision::new(0, None, false, (service.strategy.len(), zone_count)));
                row.completed = (!plan.start_empty).then_some(0);
            }
            world.services.push(row);
        }
        for _ in cell.providers.clone() {
            world.providers.push(Provider { told_reservation: u32::MAX, ..Provider::default() });
        }
        for bucket in cell.buckets.clone().map(BucketId) {
            world.buckets.push(Launches::new(&plan.buckets[bucket]));
        }
        world
    }

    /// Row of a zone within its cell.
    pub(crate) fn zone_row(&self, zone: ZoneId) -> usize {
        zone.row() - usize::from(self.first_zone)
    }

    /// Places what runs at time 0 and schedules the first events.
    pub fn prepare(&mut self, cx: &mut Cx<'_>) {
        let plan = cx.plan;
        flows::plane::prepare(self, cx);
        flows::create::prepare(self, cx);
        flows::grow::prepare(self, cx);
        self.stand(plan.start_empty, cx);
        flows::depend::prepare(self, cx);
        dispatch::prepare(self, cx);
        deploy::prepare(self, cx);
        pipeline::prepare(self, cx);
        self.fleet_alarms = alarms::of_fleets(&self.alarms);
        alarms::prepare(self, cx);
        fault::prepare(self, cx);
        settle::all(self, cx);
    }

    /// Places what is there at time 0: hosts, and unless it is `empty` what runs on them and on Fargate. Daemons are the
    /// first tasks on a host.
    pub fn stand(&mut self, empty: bool, cx: &mut Cx<'_>) {
        let plan = cx.plan;
        for provider in self.providers.ids() {
            scale::prepare(self, provider, cx);
        }
        let is_daemon = |service: &ServiceId| plan.services[*service].kind == Kind::Daemon;
        let daemons = self.services.ids().filter(is_daemon);
        for service in daemons.chain(self.services.ids().filter(|service| !is_daemon(service))) {
            if flows::create::unborn(self, plan.services[service].cluster) {
                self.prepare_unborn(service, plan, cx);
                continue;
            }
            flows::traffic::prepare(self, service, cx);
            self.populate(service, empty, cx);
        }
        self.forget_left_out();
    }

    /// Before its cluster is there a service has nothing and needs nothing; calls for it come all the same.
    fn prepare_unborn(&mut self, service: ServiceId, plan: &Plan, cx: &mut Cx<'_>) {
        if plan.services[service].kind == Kind::Stream {
            flows::traffic::prepare(self, service, cx);
        }
    }

    /// At time 0 a service is at its desired count, as far as there is room; the rest is due.
    fn populate(&mut self, service: ServiceId, empty: bool, cx: &mut Cx<'_>) {
        let row = &mut self.services[service];
        row.steady = true;
        match cx.plan.services[service].kind {
            Kind::Stream => {}
            Kind::Daemon => {
                if !empty {
                    daemon::stand(self, service, cx);
                    self.services[service].launches = Tokens::full(SERVICE_BURST, SERVICE_RATE);
                }
                reconcile::wake_once(self, service, cx);
            }
            Kind::Replica => {
                let desired = row.desired;
                let first = Cause::mechanism(super::fact::Mechanism::FirstStart);
                row.owe(first, desired);
                if !empty {
                    while !self.services[service].owed.is_empty() && launch::stand(self, service, cx) {}
                }
                self.services[service].launches = Tokens::full(SERVICE_BURST, SERVICE_RATE);
                reconcile::wake_once(self, service, cx);
            }
        }
    }

    /// A fault will bring the successor of a host of this provider.
    pub(crate) fn strikes_held(&mut self, cause: Cause, provider: ProviderId) {
        self.held.push((cause, provider));
    }

    /// Tasks of a service crash, and whatever starts in their place would too, until the fault ends.
    pub(crate) fn hold_tasks(&mut self, cause: Cause, service: ServiceId) {
        let held = &mut self.services[service].held;
        if !held.contains(&cause) {
            held.push(cause);
            self.held_tasks.push((cause, service));
        }
    }

    /// The fault is over: the next service that may launch again.
    pub(crate) fn release_tasks(&mut self, cause: Cause) -> Option<ServiceId> {
        let row = self.held_tasks.iter().position(|(of, _)| *of == cause)?;
        let (_, service) = self.held_tasks.swap_remove(row);
        self.services[service].held.retain(|of| *of != cause);
        Some(service)
    }

    /// The next provider that a fault owes a host.
    pub(crate) fn next_held(&mut self, cause: Cause) -> Option<ProviderId> {
        let row = self.held.iter().position(|(of, _)| *of == cause)?;
        Some(self.held.remove(row).1)
    }

    /// A fault brings a host to this provider now; `false`: it owes none.
    pub(crate) fn release_held(&mut self, cause: Cause, provider: ProviderId) -> bool {
        let row = self.held.iter().position(|owed| *owed == (cause, provider));
        row.map(|row| self.held.remove(row)).is_some()
    }

    /// Forgets that zones were found full at time 0: nothing was launched then.
    pub(crate) fn forget_left_out(&mut self) {
        for zone in &mut self.zones {
            zone.left_out = [Time::ZERO; 2];
        }
    }
}
