//! What a moment says.

use crate::engine::{Span, Time};
use crate::model::fact::{CellAct, ChangeStep, NotScaled, PipelineStep, Reason, ScaledBy, ZonalFact};
use crate::model::ids::{AlarmId, CellId, ChangeId, FaultId, ProviderId, ServiceId, ZoneId};

/// One thing that happened.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Moment {
    /// When, in simulated time.
    pub at: Time,
    /// What.
    pub what: What,
}

/// What a fault hit in the instant in which it began.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Struck {
    /// One of the zones, and how many.
    pub zone: Option<ZoneId>,
    pub zones: u32,
    /// One of the control-plane cells, and how many.
    pub cell: Option<CellId>,
    pub cells: u32,
    pub tasks: u32,
    pub hosts: u32,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum What {
    FaultBegins {
        fault: FaultId,
        struck: Struck,
    },
    FaultEnds {
        fault: FaultId,
        lasted: Span,
    },
    /// A load balancer takes the first target out because of a fault; `after` its begin.
    Ejected {
        fault: FaultId,
        service: ServiceId,
        after: Span,
    },
    /// ECS learns of the first task that a fault has cost.
    Gone {
        fault: FaultId,
        service: ServiceId,
        after: Span,
    },
    /// ECS or a load balancer acts on a fault for the first time, in another way.
    Noticed {
        fault: FaultId,
        after: Span,
    },
    /// Something happened to a service, and to so many `others` in the same second.
    Service {
        service: ServiceId,
        others: u32,
        what: Own,
    },
    /// A desired count is another; `after`: since the rate rose last, where that may be why.
    Scaled {
        service: ServiceId,
        by: ScaledBy,
        from: u32,
        to: u32,
        after: Option<Span>,
    },
    /// A policy asks for `to` tasks and does not get them.
    NotScaled {
        service: ServiceId,
        by: ScaledBy,
        from: u32,
        to: u32,
        why: NotScaled,
    },
    /// The first host that was launched since a fault cost one is registered.
    HostReplaced {
        provider: ProviderId,
    },
    Change {
        change: ChangeId,
        service: ServiceId,
        step: ChangeStep,
        /// The alarm that stopped it, if one did.
        alarm: Option<AlarmId>,
    },
    Pipeline {
        change: ChangeId,
        stage: u16,
        step: PipelineStep,
        alarm: Option<AlarmId>,
    },
    /// AWS shifts a resource away from a zone, for an event or for practice, or is done with that.
    Zonal {
        fact: ZonalFact,
        /// The alarm that ended a practice run, if one did.
        alarm: Option<AlarmId>,
    },
    /// An alarm begins to ring or stops, and so many `others` in the same second.
    Alarm {
        alarm: AlarmId,
        others: u32,
        rings: bool,
    },
    /// The first of so many has moved to another cell, or, after so long, the last.
    Moves {
        who: Movers,
        count: u32,
        lasted: Option<Span>,
    },
    /// Operators did something about a cell.
    Act {
        cell: Acted,
        step: CellAct,
        count: u32,
    },
    /// So many customers have no cell, or, after so long, none is without.
    WithoutCell {
        count: u32,
        lasted: Option<Span>,
    },
}

/// A cell that operators act on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acted {
    /// Customers' own one, by its service.
    Customers(ServiceId),
    /// One of the control plane.
    Clusters(CellId),
}

/// Who moves from one cell to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Movers {
    /// Customers, between their own cells.
    Customers,
    /// Clusters, between control-plane cells.
    Clusters,
}

/// What happened to a service.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Own {
    /// At least one request in a thousand fails.
    Errors {
        /// How many at first, as a share.
        share: f64,
        /// The fault that begins in the same instant.
        with: Option<FaultId>,
        /// Requests that fail until these errors end.
        lost: u64,
    },
    /// No such errors for five minutes from here on.
    ErrorsEnd {
        /// From the first to here, and the time with errors in it.
        lasted: Span,
        failing: Span,
        /// The largest share that failed.
        worst: f64,
        /// Requests that failed.
        lost: u64,
    },
    /// Fewer tasks are available than needed.
    Short { available: u32, need: u32 },
    /// A level is back: the need, the desired count, or evenness over the zones.
    Back { level: Level, lasted: Span },
    /// The run is over and this still lacks.
    Still(Lack),
    /// The first task that was launched since a fault cost one is healthy.
    Replaced,
    /// A launch got no task.
    Refused(Reason),
    /// Launches are due and have to wait.
    Waits,
    /// A launch is taken on that had to wait for more than a minute.
    WaitOver { waited: Span },
}

impl Own {
    /// That this happened to a service.
    pub(super) fn to(self, service: ServiceId) -> What {
        What::Service { service, others: 0, what: self }
    }
}

/// A level of a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    Need,
    Desired,
    Even,
}

/// What a service lacks at the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lack {
    /// Requests still fail.
    Answers,
    /// Its need is not met, or not for five minutes yet.
    Need,
}
