//! Everything that can happen, and who does it: one row for each step of each flow.
//!
//! Any flow may schedule any step, so circles exist in time and never in calls. A row says who acts. While a control
//! plane is out, `flows/cell/outage.rs` holds the steps that it would act on and asks nothing but this table; a row
//! without `by` does not compile.

use super::event::{Event, FIELDS, Field};
use super::fact::{Cause, Reason, StopCode};
use super::ids::{
    AccountId, AlarmId, AutoshiftId, BucketId, CellId, ChangeId, ClusterId, FaultId, HostId, MetricId, ProviderId,
    ServiceId, TaskId, TypeId, ZoneId,
};
use crate::engine::index::Handle;

/// Who acts in a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Actor {
    /// ECS: while its control plane is out for a cluster, the step waits.
    ControlPlane(Held),
    /// An Auto Scaling group, which is no part of ECS, or ECS for Managed Instances and for hosts that are to be
    /// drained.
    Scaling(Held),
    /// A control-plane cell itself: its steps say what they do while it is out.
    Cell,
    /// Tasks, agents, load balancers, alarms: they go on without the control plane.
    DataPlane,
    /// Somebody outside: who finds no control plane comes again.
    Client,
    Nature,
}

/// What a step that waits for its control plane is about. Some of it happens in truth all the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Held {
    Start(TaskId),
    /// A standalone task has done its work.
    Work(TaskId),
    /// The containers of a task have exited.
    End(TaskId),
    Loss(TaskId),
    /// A host is gone, with all that runs on it.
    HostLoss(HostId),
    /// The scheduler looks at a service.
    Look(ServiceId),
    /// Something else about a task.
    Task(TaskId),
    /// Something else about a host.
    Host(HostId),
    /// Something else about a service.
    Service(ServiceId),
    /// Something about a capacity provider.
    Provider(ProviderId),
}

/// The families of steps: for each the enum, the way into an event and the way back.
macro_rules! steps {
    ($($(#[$about:meta])* $family:ident {
        $($(#[$doc:meta])* $step:ident($($name:ident: $field:ty),*) by $actor:expr,)*
    })*) => {
        /// Whose step it is.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Family {
            $($(#[$about])* $family,)*
        }

        impl Family {
            const ALL: &[Family] = &[$(Family::$family),*];
        }

        $(
            $(#[$about])*
            #[derive(Clone, Copy, PartialEq, Eq, Debug)]
            pub enum $family {
                $($(#[$doc])* $step($($field),*),)*
            }

            impl From<$family> for Event {
                #[inline]
                fn from(step: $family) -> Event {
                    #[repr(u8)]
                    enum Number { $($step),* }
                    match step {
                        $($family::$step($($name),*) => {
                            const { assert!(0 $(+ <$field as Field>::BITS)* <= FIELDS) };
                            let (fields, at) = (0u128, 0u32);
                            $(
                                let fields = fields | u128::from(Field::bits($name)) << at;
                                let at = at + <$field as Field>::BITS;
                            )*
                            let _ = at;
                            Event::new(Family::$family as u8, Number::$step as u8, fields)
                        })*
                    }
                }
            }

            impl $family {
                /// The step that an event of this family is.
                #[inline]
                pub(crate) fn of(event: Event) -> $family {
                    #[repr(u8)]
                    enum Number { $($step),* }
                    let fields = event.fields();
                    match event.step() {
                        $(number if number == Number::$step as u8 => {
                            let at = 0u32;
                            $(
                                let bits = <$field as Field>::BITS;
                                let $name = <$field as Field>::of((fields >> at) as u64 & (u64::MAX >> (64 - bits)));
                                let at = at + bits;
                            )*
                            let _ = at;
                            $family::$step($($name),*)
                        })*
                        number => unreachable!("no step of this family has the number {number}"),
                    }
                }

                /// Who acts in it.
                #[allow(unused_variables, reason = "a row names the fields that say whom the step concerns")]
                fn actor(self) -> Actor {
                    match self {
                        $($family::$step($($name),*) => $actor,)*
                    }
                }
            }
        )*

        /// Who acts in an event.
        pub(crate) fn actor(event: Event) -> Actor {
            match event.family() {
                $(Family::$family => $family::of(event).actor(),)*
            }
        }
    };
}

impl Event {
    #[inline]
    pub fn family(self) -> Family {
        Family::ALL[usize::from(self.number())]
    }
}

use Actor::{Cell, Client, ControlPlane, DataPlane, Nature, Scaling};
use Held::{End, Host, HostLoss, Look, Loss, Provider, Service, Start, Task, Work};

steps! {
    Launch {
        /// The network interface is attached.
        Networked(task: TaskId) by ControlPlane(Start(task)),
        /// The agent takes the task up; the image pull begins.
        Connected(task: TaskId) by ControlPlane(Start(task)),
        Pulled(task: TaskId) by DataPlane,
        Started(task: TaskId) by ControlPlane(Start(task)),
        /// A container waited for another in vain.
        GaveUp(task: TaskId) by ControlPlane(Start(task)),
        /// A task that waited for that begins its start.
        Begun(task: TaskId) by ControlPlane(Start(task)),
    }
    Attach {
        /// A network interface of an account can be attached again.
        Attached(account: AccountId) by DataPlane,
    }
    /// Whoever waits for a launch bucket has its turn.
    Pace {
        /// A launch bucket has a token again.
        Token(bucket: BucketId) by Cell,
    }
    Serve {
        Passed(task: TaskId, epoch: u8) by DataPlane,
        /// Its checks have failed as often as makes it unhealthy.
        Failed(task: TaskId, epoch: u8) by DataPlane,
        Crashed(task: TaskId, epoch: u8) by DataPlane,
        /// The container has been restarted in place.
        Restarted(task: TaskId, epoch: u8) by DataPlane,
        /// The application answers again after a restart in place.
        Ready(task: TaskId, epoch: u8) by DataPlane,
        /// A standalone task has done its work.
        Done(task: TaskId) by ControlPlane(Work(task)),
        /// A task that leaks can answer less.
        Worn(task: TaskId, epoch: u8) by DataPlane,
        /// A task that leaks is out of memory.
        Killed(task: TaskId, epoch: u8) by DataPlane,
    }
    /// A task on its way out.
    Stop {
        /// The deregistration delay is over: the stop signal is sent.
        Drained(task: TaskId, code: StopCode, reason: Reason) by ControlPlane(Task(task)),
        Exited(task: TaskId, code: StopCode, reason: Reason) by ControlPlane(End(task)),
    }
    /// What happened to a task becomes known.
    Detect {
        /// ECS learns that a task is gone.
        Lost(task: TaskId, code: StopCode) by ControlPlane(Loss(task)),
        /// The balancer has seen enough failed checks.
        Ejected(task: TaskId) by DataPlane,
        /// The grace period is over: a target that is still out counts as unhealthy.
        GraceOver(task: TaskId, epoch: u8) by ControlPlane(Task(task)),
        /// A Fargate task has been silent for so long that it counts as impaired.
        Impaired(task: TaskId) by ControlPlane(Task(task)),
    }
    /// What happened to a host, or to its agent, becomes known.
    Agent {
        /// ECS learns that a host is gone.
        HostLost(host: HostId) by ControlPlane(HostLoss(host)),
        /// ECS has not heard from an agent.
        Silent(host: HostId) by ControlPlane(Host(host)),
        Heard(host: HostId) by ControlPlane(Host(host)),
    }
    Reconcile {
        /// The scheduler looks at a service.
        Wake(service: ServiceId) by ControlPlane(Look(service)),
        /// It tries again after a lack of capacity.
        Retry(service: ServiceId) by ControlPlane(Look(service)),
        /// Launches that were refused one by one have rested for long enough.
        Again(service: ServiceId) by ControlPlane(Look(service)),
    }
    Rebalance {
        /// A service looks at its zones again.
        Look(service: ServiceId) by ControlPlane(Service(service)),
    }
    Scale {
        /// The minute of managed scaling.
        Tick(provider: ProviderId) by ControlPlane(Provider(provider)),
        /// The group compares what it has with what it should have.
        Fill(provider: ProviderId) by Scaling(Provider(provider)),
        Booted(host: HostId) by ControlPlane(Host(host)),
        /// A host may go: it is empty.
        Idle(host: HostId) by ControlPlane(Host(host)),
    }
    Drain {
        /// A host has drained for as long as it may.
        DrainOver(host: HostId) by ControlPlane(Host(host)),
        /// ECS acts again: a host that was told to go meanwhile drains.
        Drains(host: HostId) by ControlPlane(Host(host)),
    }
    /// Managed Instances grow old or break.
    Managed {
        /// Managed Instances: a host is as old as it may be.
        Aged(host: HostId) by ControlPlane(Host(host)),
        /// Managed Instances: an agent has been silent for long.
        Impaired(host: HostId) by ControlPlane(Host(host)),
    }
    /// Auto Scaling groups look at the health of their hosts.
    HostHealth {
        /// A group finds a host unhealthy.
        Unhealthy(host: HostId) by Scaling(Host(host)),
    }
    /// Badly filled hosts are drained.
    Consolidate {
        /// The instances of a provider are looked at.
        Look(provider: ProviderId) by ControlPlane(Provider(provider)),
    }
    /// New revisions are rolled out.
    Deploy {
        /// Somebody asks for a change.
        Asked(service: ServiceId, change: ChangeId, turn: u32) by Client,
        /// A task without any check has run for long enough to count as healthy.
        Warm(task: TaskId) by DataPlane,
        Baked(service: ServiceId, change: ChangeId, turn: u32) by Client,
        /// What a stage of a deployment that moves traffic waits for is there.
        Due(service: ServiceId, change: ChangeId, number: u32) by ControlPlane(Service(service)),
        /// Somebody finds that it is bad.
        Found(service: ServiceId, change: ChangeId, turn: u32) by Client,
    }
    Flag {
        /// A feature flag goes on.
        Shown(service: ServiceId, change: ChangeId, number: u32) by Client,
    }
    /// Changes go on stage by stage.
    Pipeline {
        /// Somebody asks for a change.
        Asked(change: ChangeId, turn: u32) by Client,
        /// The next stage may begin, unless something blocks it.
        Go(change: ChangeId, turn: u32, number: u32) by Client,
        /// A unit is to be changed further.
        Move(change: ChangeId, turn: u32, place: u32) by Client,
        /// A unit is to go back.
        Undo(change: ChangeId, turn: u32, place: u32) by Client,
        /// The bake is over, unless too few requests were seen.
        Baked(change: ChangeId, turn: u32, number: u32) by Client,
        /// Somebody finds that it is bad.
        Found(change: ChangeId, turn: u32) by Client,
        /// A part of a control-plane cell has been changed.
        Renewed(change: ChangeId, turn: u32, place: u32) by Client,
        /// A control-plane cell has been changed back.
        Restored(change: ChangeId, turn: u32, place: u32) by Client,
        /// What a stage changes in this one of several Regions may begin, unless something blocks it.
        Starts(change: ChangeId, turn: u32, number: u32) by Client,
    }
    /// Application Auto Scaling, which is no part of ECS: what ECS does not take on it asks for again.
    AutoScale {
        /// A policy acts on its alarm, for the first time or again.
        Act(target: u32, policy: u16, number: u32) by Client,
        /// A scheduled action, by its number of times so far.
        Scheduled(target: u32, action: u16, number: u32) by Client,
        /// What a scheduled action could not do is tried again.
        Inside(target: u32, action: u16) by Client,
        /// What is forecast to be needed changes.
        Forecast(target: u32, policy: u16) by Client,
        /// What a forecast could not do is tried again.
        Raise(target: u32, policy: u16) by Client,
        /// A metric that somebody publishes changes.
        Published(metric: MetricId) by Nature,
    }
    /// Parts of a change in several Regions talk to each other.
    RegionRollout {
        /// To all: the change is asked for.
        Join(change: ChangeId, turn: u32) by Client,
        /// To those that it changes something in: a stage begins.
        Wave(change: ChangeId, turn: u32, stage: u16) by Client,
        /// To the one that leads: all that the stage changes here is changed.
        Moved(change: ChangeId, turn: u32, from: u16) by Client,
        /// To the one that leads: so much of a unit is changed, in millionths. Turns are told by their last sixteen
        /// bits here.
        Reached(change: ChangeId, turn: u16, unit: u16, ppm: u32) by Client,
        /// To the one that leads: it has failed here, and goes back.
        Failed(change: ChangeId, turn: u32) by Client,
        /// To all: it goes back.
        Back(change: ChangeId, turn: u32) by Client,
        /// To the one that leads: all is back here.
        Returned(change: ChangeId, turn: u32, from: u16) by Client,
        /// To all: it is over.
        Ended(change: ChangeId, turn: u32) by Client,
        /// To the one that leads: a later change has taken its place here.
        Superseded(change: ChangeId, turn: u32) by Client,
        /// To the one that leads: the new revision runs here.
        Runs(change: ChangeId, turn: u32) by Client,
        /// To the one that leads: an alarm rings that counts wherever the change has been.
        Rings(change: ChangeId, turn: u32) by Client,
        /// To the one that leads: the new revision gets so much more here.
        More(change: ChangeId, turn: u16, rate: u64) by Client,
        /// To the one that leads: it gets so much less.
        Less(change: ChangeId, turn: u16, rate: u64) by Client,
    }
    Alarm {
        /// The state of an alarm changes, unless its metric has changed since.
        Due(place: u32, number: u32) by DataPlane,
        /// An alarm on a metric that is known late changes its state.
        Told(place: u32, state: u8) by DataPlane,
        /// An alarm, and others at the same instant, have changed their states: composite ones are looked at.
        Follow(first: AlarmId) by DataPlane,
    }
    /// A control-plane cell has time.
    Turn {
        /// The cell has time for whoever waits first.
        Turn(cell: CellId, number: u32) by Cell,
        /// A minute in which work was asked of a cell is over.
        Told(cell: CellId) by Cell,
        /// The run ends: what is due and waits is told.
        Closes(cell: CellId) by Cell,
    }
    /// A control-plane cell comes back.
    Outage {
        /// The restart after an outage is over.
        Back(cell: CellId, cause: Cause) by Cell,
    }
    /// What a control-plane cell can do changes.
    Headroom {
        /// What a zone took with it has been replaced in other zones.
        Replaced(cell: CellId, zone: ZoneId) by Cell,
    }
    Create {
        Created(cluster: ClusterId) by Client,
        /// The router reads the map, and may find a new cluster in it.
        Mapped(cluster: ClusterId) by Cell,
    }
    /// Clients call the control plane.
    Call {
        Again(service: ServiceId, number: u32, attempt: u8) by Client,
    }
    /// Cells are added, and clusters move to them.
    Grow {
        Added(cell: CellId) by Cell,
        /// A cluster is cloned, or the map is tried again: its row can be flipped.
        Flip(cluster: ClusterId) by Cell,
        /// The router reads the map, and may find there that a cluster has moved.
        Forget(cluster: ClusterId) by Cell,
    }
    Traffic {
        /// The offered rate of a service changes.
        Rate(service: ServiceId) by Client,
        /// A RunTask call of a stream.
        Arrival(service: ServiceId, number: u32) by Client,
    }
    Addresses {
        /// Clients have forgotten the load balancer's address in a zone.
        Forgotten(service: ServiceId, zone: ZoneId) by Client,
    }
    /// Zonal shifts.
    Zonal {
        /// Somebody starts a zonal shift.
        Start(change: ChangeId, turn: u32) by Client,
        /// It expires, or is cancelled.
        Over(change: ChangeId) by Client,
        /// AWS sees that a fault impairs a zone.
        Seen(autoshift: AutoshiftId, zone: ZoneId, cause: Cause) by DataPlane,
        /// AWS sees that a zone has recovered.
        Recovered(autoshift: AutoshiftId, zone: ZoneId) by DataPlane,
        /// A practice run is due, the so manieth of the schedule.
        RunDue(autoshift: AutoshiftId, number: u32) by DataPlane,
        /// Somebody starts a practice run.
        RunAsked(autoshift: AutoshiftId, row: u32) by Client,
        /// A practice run has lasted for its time.
        RunOver(autoshift: AutoshiftId, number: u32) by DataPlane,
    }
    /// Customers of an application in cells find their way.
    Dispatch {
        /// What a group of customers asks for changes.
        Rate(group: u32) by Client,
        /// Endpoints of some clients run out.
        Tick(slot: u8) by Client,
    }
    /// Customers of an application in cells come and move.
    Customers {
        Joins(group: u32) by Client,
        /// The data of a customer who moves are in the new cell.
        Cloned(number: u32) by Client,
        /// Nobody calls the old cell any more.
        Forgotten(number: u32) by Client,
        /// The cells are looked at: new ones are opened, full ones give customers away.
        Look(round: u32) by Client,
        /// Operators act on the alarm of a cell.
        Evacuated(cell: u16, number: u32) by Client,
        /// The next customer of the cell sets out, or comes back.
        SetsOut(cell: u16, number: u32) by Client,
        /// The alarms of the cell have been quiet for long enough.
        Returned(cell: u16, number: u32) by Client,
        /// Operators know who poisons the cell.
        Searched(cell: u16) by Client,
        /// The router learns that a customer is blocked, or is not any more; or endpoints of his have run out.
        Blocks(row: u32) by Client,
        /// No alarm that holds a customer may have rung for long enough.
        Freed(row: u32) by Client,
    }
    Fault {
        Begin(fault: FaultId) by Nature,
        Occurrence(number: u32) by Nature,
        /// The clock of a host occurrences that was wound in this life of it.
        Host(fault: FaultId, host: HostId, life: u32) by Nature,
        /// The clock of a task occurrences.
        Task(fault: FaultId, task: TaskId) by Nature,
        End(occurrence: Handle) by Nature,
        /// The share of tries that a fault fails changes.
        Course(occurrence: Handle) by Nature,
        /// The two-minute notice of a Spot host begins.
        Notice(host: HostId, cause: Cause) by Nature,
        /// It is over: the host is taken back.
        TakenBack(host: HostId, cause: Cause) by Nature,
        /// A Spot task on Fargate is taken back.
        TaskTakenBack(task: TaskId, cause: Cause) by Nature,
        /// A host outside AWS has power again.
        HostBack(host: HostId, life: u32) by Nature,
        /// The place of a provider's host has had its time: with power again (1) or given up (0).
        PlaceBack(provider: ProviderId, zone: ZoneId, kind: TypeId, back: u8) by Nature,
        /// Places that are back and were not taken go to others.
        PlacesOver(provider: ProviderId, zone: ZoneId) by Nature,
        /// The successor of a crashed host comes.
        Succeeds(provider: ProviderId, cause: Cause, zone: ZoneId, kind: TypeId) by Nature,
        /// A step of the course in which the Fargate stock of a zone comes back.
        StockBack(zone: ZoneId, cause: Cause, row: u32) by Nature,
    }
    /// Control-plane cells are tested.
    CellTest {
        Tested(round: u32) by Client,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::Mechanism;

    const TASK: Handle = Handle { slot: 0xFFFF_FFFE, generation: 0x8000_0001 };

    #[test]
    fn a_step_comes_back_as_it_went() {
        for code in StopCode::ALL {
            for reason in Reason::ALL {
                let step = Stop::Exited(TASK, code, reason);
                assert_eq!(Stop::of(step.into()), step);
            }
        }
        let step = Traffic::Arrival(ServiceId(u32::MAX), u32::MAX - 1);
        assert_eq!(Traffic::of(step.into()), step);
        let step = Addresses::Forgotten(ServiceId(7), ZoneId(u16::MAX));
        assert_eq!(Addresses::of(step.into()), step);
        let step = Fault::Task(FaultId(3), TASK);
        assert_eq!(Fault::of(step.into()), step);
        let step = Fault::Notice(TASK, Cause::mechanism(Mechanism::Crash));
        assert_eq!(Fault::of(step.into()), step);
        assert_eq!(Event::from(step).family(), Family::Fault);
    }

    #[test]
    fn a_family_is_found_by_its_number() {
        for (number, family) in Family::ALL.iter().enumerate() {
            assert_eq!(number, *family as usize);
        }
    }
}
