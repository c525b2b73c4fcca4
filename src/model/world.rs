//! One partition of the world: the tables of a control-plane cell, or of several that share something.

use super::alarm::Share;
use super::alarm::watch::{Followers, Watch};
use super::fact::Cause;
use super::ids::{AlarmId, BucketId, CellId, ClusterId, ProviderId, ServiceId, TaskId, ZoneId};
use super::plan::{self, Part, Plan};
use super::tables::occurrences::Occurrences;
use super::tables::task::chain;
use super::tables::{
    Application, Assignments, CellTests, Execution, Front, Hosts, Plane, Provider, Scaling, Service, Shortage, Task,
    Tasks, Tokens, ZonalShifts, Zone,
};
use super::traffic::Fleet;
use crate::engine;
use crate::engine::index::{Id, Table};
use std::collections::{BTreeMap, VecDeque};

/// Everything that a control-plane cell knows and runs. Cells share nothing but the plan, unless they run together.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Which cells, and what is theirs.
    pub part: Part,
    /// What its cells can do, and how they are.
    pub planes: Table<CellId, Plane>,
    /// The way to the cells for calls from outside.
    pub front: Front,
    /// Which cell runs each cluster.
    pub assignments: Assignments,
    /// What tests of its cells have found.
    pub cell_tests: CellTests,
    /// Clusters that are not there yet.
    pub(crate) not_created: Vec<ClusterId>,
    /// The service that the launch path needs.
    pub(crate) depends: Option<ServiceId>,
    /// What that service leaves of the cells' rates, in millionths.
    pub(crate) depends_ppm: u32,
    /// The fault through which it is missing.
    pub(crate) depends_cause: Option<Cause>,
    /// Whether work other than launches takes a part of the cells' time.
    pub(crate) metered: bool,
    /// Outages of cells and workers in force: while there are none, no event is looked at for them.
    pub outages: u32,
    /// Id of its first zone.
    pub first_zone: u16,
    /// Zones of its Region, as it sees them.
    pub zones: Table<ZoneId, Zone>,
    /// Zones in which nodes of load balancers are out of reach.
    pub(crate) nodes_out: u32,
    pub services: Table<ServiceId, Service>,
    pub providers: Table<ProviderId, Provider>,
    pub buckets: Table<BucketId, Launches>,
    pub hosts: Hosts,
    pub tasks: Tasks,
    /// DAEMON services: hosts ask for them again and again.
    pub(crate) daemons: Vec<ServiceId>,
    /// Faults in force.
    pub occurrences: Occurrences,
    /// Outages of what a start needs, in force.
    pub shortages: Vec<Shortage>,
    /// Providers of hosts whose successor a fault brings at its end.
    pub held: Vec<(Cause, ProviderId)>,
    /// Services whose crashed tasks stay down until their fault ends.
    pub(crate) held_tasks: Vec<(Cause, ServiceId)>,
    /// What tasks died of while their cells hear nothing: from then on the outage is why they are missing, but it is
    /// their fault that is noticed first.
    pub(crate) unheard: BTreeMap<TaskId, Cause>,
    /// Whether any change goes on stage by stage: what it waits for has to be known.
    pub(crate) staged: bool,
    /// Changes that go on stage by stage, under way.
    pub executions: Vec<Execution>,
    /// Alarms that watch its services.
    pub alarms: Vec<Watch>,
    /// Those among them that watch several services together, by place.
    pub(crate) fleet_alarms: Vec<usize>,
    pub(crate) composites: Followers,
    /// Scalable targets, service by service.
    pub scaling: Vec<Scaling>,
    /// Who acts on an alarm: alarm, row of the target, place of the policy; by alarm.
    pub(crate) scaled_by: Vec<(AlarmId, u32, u16)>,
    /// Zonal shifts in force.
    pub zonal: ZonalShifts,
    /// Customers' own cells, where their router runs.
    pub application: Option<Box<Application>>,
    /// Services to settle when the event has been handled.
    pub dirty: Vec<ServiceId>,
    /// A list that handlers borrow, so that none allocates.
    pub(crate) scratch: Vec<TaskId>,
    pub(crate) shares: Vec<Share>,
    pub(crate) fleet: Fleet,
}

/// A Fargate launch bucket and who waits at it.
#[derive(Clone, Debug)]
pub struct Launches {
    pub tokens: Tokens,
    /// Services in turn.
    pub queue: VecDeque<ServiceId>,
    /// A token event is on its way.
    pub armed: bool,
    /// CPU units of Fargate in use by the account, to be held against its quota.
    pub used: u64,
}

impl Launches {
    pub(crate) fn new(bucket: &plan::Bucket) -> Launches {
        Launches { tokens: Tokens::full(bucket.burst, bucket.rate), queue: VecDeque::new(), armed: false, used: 0 }
    }
}

/// What a handler sees beside its world.
pub type Cx<'a> = engine::Cx<'a, World>;

impl World {
    /// Row of a zone within its cell.
    pub fn zone_row(&self, zone: ZoneId) -> usize {
        zone.row() - usize::from(self.first_zone)
    }

    /// A task and the service that it is of.
    pub(crate) fn task<'p>(&self, id: TaskId, plan: &'p Plan) -> (&Task, &'p plan::Service) {
        let task = self.tasks.at(id.slot);
        (task, &plan.services[task.service])
    }

    /// Tasks of a service that have a place, zone by zone, each zone's newest first.
    pub(crate) fn tasks_of(&self, service: ServiceId) -> impl Iterator<Item = (TaskId, &Task)> {
        self.services[service].zones.iter().flat_map(|zone| chain(&self.tasks, zone.first))
    }

    /// Whether a cluster is not there yet.
    pub fn not_created(&self, cluster: ClusterId) -> bool {
        !self.not_created.is_empty() && self.not_created.contains(&cluster)
    }

    /// Tasks of a service crash, and whatever starts in their place would too, until the fault ends.
    pub(crate) fn hold_tasks(&mut self, cause: Cause, service: ServiceId) {
        let held = &mut self.services[service].scheduler.held;
        if !held.contains(&cause) {
            held.push(cause);
            self.held_tasks.push((cause, service));
        }
    }

    /// The fault is over: the next service that may launch again.
    pub(crate) fn release_tasks(&mut self, cause: Cause) -> Option<ServiceId> {
        let row = self.held_tasks.iter().position(|(of, _)| *of == cause)?;
        let (_, service) = self.held_tasks.swap_remove(row);
        self.services[service].scheduler.held.retain(|of| *of != cause);
        Some(service)
    }

    /// The next provider that a fault owes a host.
    pub(crate) fn next_held(&mut self, cause: Cause) -> Option<ProviderId> {
        let row = self.held.iter().position(|(of, _)| *of == cause)?;
        Some(self.held.remove(row).1)
    }

    /// A fault brings a host to this provider now; `false`: it owes none.
    pub(crate) fn release_held(&mut self, cause: Cause, provider: ProviderId) -> bool {
        let row = self.held.iter().position(|pending| *pending == (cause, provider));
        row.map(|row| self.held.remove(row)).is_some()
    }
}
