//! What an onlooker learns: every number of the results is made from these and from the plan, nothing else.

mod scaling;
mod steps;
mod zonal;

pub use super::alarm_state::State as AlarmState;
pub use super::cause::{Cause, Mechanism, Phase};
use super::ids::{AlarmId, CellId, ChangeId, ClusterId, ProviderId, ServiceId, Unit, ZoneId};
pub use super::lifecycle::Lifecycle;
pub use super::status::{Action, HostStatus, Reason, StopCode, TargetHealth, TaskState};
use crate::engine::Span;
pub use scaling::{NotScaled, ScaledBy, ScalingFact};
pub use steps::{BreakerStep, Call, ChangeStep, Delayed, Hit, PipelineStep, Seen};
pub use zonal::{Interruption, OUTCOMES, ZonalFact, ZonalStep};

/// A task: its service and which launch of that service it was, from 0. A birth certificate, never reused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct TaskNo {
    pub service: ServiceId,
    pub ordinal: u32,
}

/// No host: the task waits, or runs on Fargate.
pub const NO_HOST: u32 = u32::MAX;
/// No zone yet.
pub const NO_ZONE: ZoneId = ZoneId(u16::MAX);

/// One thing that happened, by what it happened to. Readers match all of their kinds, so that a new fact falls through
/// none. Levels hold until the next fact of the same subject and start at zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Fact {
    Task(TaskFact),
    /// To a service or stream.
    Service(ServiceFact),
    /// To a fault of the file.
    Fault(FaultFact),
    Host(HostFact),
    Plane(PlaneFact),
    Application(ApplicationFact),
    /// To a change of the file.
    Change(ChangeFact),
    /// An alarm is in another state.
    Alarm {
        alarm: AlarmId,
        /// From now on.
        state: AlarmState,
    },
    /// The metric of an alarm is at another level. Not told of tests for outliers.
    Metric {
        alarm: AlarmId,
        seen: Seen,
    },
    /// What Application Auto Scaling does with a service.
    Scaling(ScalingFact),
    /// To a resource of Amazon Application Recovery Controller.
    Zonal(ZonalFact),
}

/// What happens to a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum TaskFact {
    /// A task went from one state to another. Birth: `from` and `to` both PROVISIONING.
    Went {
        task: TaskNo,
        from: TaskState,
        to: TaskState,
        wanted: bool,
        /// Where; [`NO_ZONE`] before placement.
        zone: ZoneId,
        provider: ProviderId,
        /// Number of its container instance, or [`NO_HOST`].
        host: u32,
        code: StopCode,
        reason: Reason,
        /// In truth: whether its containers have power and have not exited.
        alive: bool,
        /// Number of its revision within the service ([`ChangeFact::Revision`]); 0: the one that the service begins
        /// with.
        revision: u8,
    },
    /// `healthStatus` of a running task, as ECS believes it.
    Health { task: TaskNo, healthy: bool },
    /// In truth an essential container exits, and its task stops.
    Exits { task: TaskNo, code: u32 },
    /// What the load balancer does with a task from now on.
    Target { task: TaskNo, zone: ZoneId, health: TargetHealth },
}

/// What happens to a service or stream: levels, rates, and what its scheduler does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ServiceFact {
    /// A launch that got no task: refused for lack of capacity, or by a limit.
    LaunchFailed {
        service: ServiceId,
        reason: Reason,
    },
    /// Tasks of a service in a zone whose `lastStatus` is RUNNING and that in truth run on a powered host.
    Running {
        service: ServiceId,
        zone: ZoneId,
        count: u32,
    },
    /// The same tasks by capacity provider, where a service has more than one.
    RunningOn {
        service: ServiceId,
        provider: ProviderId,
        count: u32,
    },
    /// Tasks of a service in a zone that in truth run, are healthy and can be reached.
    Available {
        service: ServiceId,
        zone: ZoneId,
        count: u32,
    },
    /// What a service needs from now on: tasks for its offered rate (or for its minimum), and its desired count.
    Need {
        service: ServiceId,
        /// Tasks needed (`capacityAvailability` in `docs/model.md`).
        need: u32,
        desired: u32,
    },
    /// Rates in billionths of a request for each second.
    Flow {
        service: ServiceId,
        offered: u64,
        /// Answered in time.
        served: u64,
    },
    /// Requests lost to one cause in one phase. Over all causes and phases: exactly offered minus served.
    LossRate {
        service: ServiceId,
        cause: Cause,
        phase: Phase,
        /// Billionths of a request for each second.
        rate: u64,
    },
    /// Tasks missing from the desired count through one cause in one phase. Over all: exactly
    /// max(0, desired - available), in millionths of a task.
    Shortfall {
        service: ServiceId,
        cause: Cause,
        /// Where on its way back.
        phase: Phase,
        /// Millionths of a task.
        millionths: u64,
    },
    Action {
        service: ServiceId,
        action: Action,
        reason: Reason,
        count: u32,
    },
    /// Answers at one pace, where response times are told: those of this place in a list take so long from now on.
    Answers {
        service: ServiceId,
        place: u16,
        /// How busy the targets are, in millionths of what they can answer.
        load: u32,
        /// What is left of their speed, in millionths.
        left: u32,
        /// Added to each answer.
        added: Span,
        /// Billionths of a request for each second; none: nothing is at this place any more.
        rate: u64,
    },
}

/// What happens to a fault of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum FaultFact {
    Begins {
        cause: Cause,
        /// The one zone where it is; [`NO_ZONE`]: in several, or in none.
        zone: ZoneId,
    },
    Ends {
        cause: Cause,
        /// As at its begin.
        zone: ZoneId,
    },
    Hits {
        cause: Cause,
        what: Hit,
    },
    /// ECS or a load balancer acts on a loss for the first time, or again: readers take the first.
    Noticed {
        cause: Cause,
        /// Whose tasks or launches it acts on; `None`: nobody's in particular.
        service: Option<ServiceId>,
    },
}

/// What happens to the container instances of a capacity provider.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum HostFact {
    Changed {
        provider: ProviderId,
        /// Number within its provider, from 0, never reused.
        number: u32,
        zone: ZoneId,
        /// Status as ECS believes it.
        status: HostStatus,
        /// Whether its agent is connected.
        connected: bool,
        /// Row of the instance type.
        type_row: u16,
    },
    /// Container instances of a provider that are in truth up and registered.
    Count { provider: ProviderId, count: u32 },
    Reservation {
        provider: ProviderId,
        /// Percent.
        percent: u32,
    },
}

/// What happens to a control plane, and to the launches and calls that reach it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum PlaneFact {
    /// Launches that the control plane delays or loses.
    Launches {
        /// Of which service or stream.
        service: ServiceId,
        what: Delayed,
        count: u32,
    },
    /// Launches were taken on later than they were due, as a launch bucket, a queue or a control-plane cell made them
    /// wait.
    Waited {
        /// Of which service or stream.
        service: ServiceId,
        span: Span,
        count: u32,
    },
    /// A try of a RunTask call, in Regions whose control plane is written.
    Call {
        service: ServiceId,
        /// Number of the try, from 0.
        attempt: u8,
        what: Call,
    },
    /// Whether a control-plane cell answers.
    Up {
        cell: CellId,
        /// Whether it does from now on.
        up: bool,
    },
    /// What a control-plane cell can do from now on, in billionths of a request for each second.
    Rate {
        cell: CellId,
        /// For the scheduler and RunTask.
        rate: u64,
    },
    /// What was asked of a control-plane cell with a bound in the minute, or part of a minute, that ends now, in
    /// millionths of a request. Nothing is told of minutes without work.
    Load {
        cell: CellId,
        asked: u64,
        /// Launches and calls that wait, now.
        queued: u32,
    },
    /// What a control-plane cell gets of users' other calls from now on. The first such fact of a cell that is added
    /// says that it is there.
    OtherCalls {
        cell: CellId,
        /// Billionths of a request for each second.
        rate: u64,
    },
    /// A cluster is run by another control-plane cell from now on.
    Assignment {
        cluster: ClusterId,
        cell: CellId,
        /// Whether it migrated; a cluster that is not there yet has nothing to move.
        moved: bool,
    },
    /// What operators do about a control-plane cell whose tests fail.
    Act {
        cell: CellId,
        step: CellAct,
        /// Clusters that it concerns.
        count: u32,
    },
}

/// What happens to customers' own cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ApplicationFact {
    /// What is asked of the application in cells, in billionths of a request for each second.
    Requests {
        offered: u64,
        served: u64,
        /// Offered by customers without a cell.
        unassigned: u64,
    },
    /// Customers of one of its cells.
    Customers {
        cell: ServiceId,
        count: u32,
    },
    Unassigned {
        count: u32,
    },
    Moved {
        count: u32,
        /// By operators, as an alarm rings.
        acts: bool,
    },
    /// What operators do as an alarm of a cell rings.
    Act {
        cell: ServiceId,
        step: CellAct,
        /// Customers whom it concerns.
        count: u32,
    },
}

/// How far operators are with a cell of customers whose alarm rings.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum CellAct {
    /// An alarm rings, and operators begin to look at it.
    Rings,
    /// So many customers begin to leave.
    Leaves,
    /// The last has left; so many stay, for whom no other cell has room.
    Left,
    /// So many begin to come back.
    Returns,
    /// The last is back.
    Back,
    /// Somebody who poisons the cell has been moved out of it.
    Quarantined,
    /// The router turns away the requests of somebody who poisons the cell.
    Blocked,
    /// He is back.
    Released,
}

/// What happens to a change of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ChangeFact {
    Step {
        change: ChangeId,
        service: ServiceId,
        what: ChangeStep,
    },
    /// A service gets another revision, by a change: tasks with this number are of it. Told before the change begins. A
    /// number comes back when nothing is left of the revision that had it.
    Revision {
        change: ChangeId,
        service: ServiceId,
        number: u8,
    },
    /// Requests that are sent to the new revision of a change, in billionths for each second.
    Exposed {
        change: ChangeId,
        service: ServiceId,
        /// From now on.
        rate: u64,
    },
    /// Requests that reach tasks of a revision of a change where it is bad, or calls that are a rate and reach a
    /// control-plane cell that it made so, in billionths for each second: completed or not, for as long as it is there.
    ExposedToBad {
        change: ChangeId,
        unit: Unit,
        /// From now on.
        rate: u64,
    },
    /// The circuit breaker of a deployment looks at its tasks.
    Breaker {
        change: ChangeId,
        what: BreakerStep,
    },
    /// A change that goes on stage by stage went on.
    Pipeline {
        change: ChangeId,
        /// The number of the stage.
        stage: u16,
        what: PipelineStep,
        /// How much of what it is to reach has been changed, or is being changed, in millionths.
        reached: u32,
    },
    /// Calls to a control-plane cell that its new revision gets, of those that are a rate: billionths for each second.
    Renewed {
        change: ChangeId,
        cell: CellId,
        /// From now on.
        rate: u64,
    },
    /// The first try of a RunTask call comes to the new revision of a control plane.
    Met {
        change: ChangeId,
    },
    /// The first try of a RunTask call comes to a part of a control-plane cell that a change has made bad.
    MetBad {
        change: ChangeId,
    },
    /// A bad revision of a control plane is gone from a cell.
    Cured {
        change: ChangeId,
        unit: Unit,
    },
    /// A change whose revision is bad: its defect was drawn. Told as it begins at a service, or in a control-plane
    /// cell.
    Defective {
        change: ChangeId,
        unit: Unit,
    },
    /// A change over several Regions is over, as the one of them that leads has told: nothing of it comes back any
    /// more.
    Settled {
        change: ChangeId,
    },
    /// Copies of requests that the new revision of a change gets, in billionths for each second.
    Copied {
        change: ChangeId,
        service: ServiceId,
        /// From now on.
        rate: u64,
    },
}

macro_rules! of_subject {
    ($($group:ident($kind:ident)),+) => {
        $(impl From<$kind> for Fact {
            fn from(fact: $kind) -> Fact {
                Fact::$group(fact)
            }
        })+
    };
}
of_subject!(
    Task(TaskFact),
    Service(ServiceFact),
    Fault(FaultFact),
    Host(HostFact),
    Plane(PlaneFact),
    Application(ApplicationFact),
    Change(ChangeFact),
    Scaling(ScalingFact),
    Zonal(ZonalFact)
);

const _: () = assert!(size_of::<Fact>() <= 40, "facts are copied by the million");
