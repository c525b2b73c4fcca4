//! What a service is asked, and the load balancer in front of it.

pub mod response;

use crate::engine::{Span, Time};
use crate::model::ids::ZoneId;
pub use response::Response;
use std::sync::Arc;

/// What a load balancer looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BalancerKind {
    /// Requests: an Application Load Balancer.
    Application,
    /// Connections: a Network Load Balancer.
    Network,
}

/// A load balancer with one target group.
#[derive(Debug, Clone)]
pub struct Balancer {
    pub kind: BalancerKind,
    /// Health-check interval, 30 s by default.
    pub interval: Span,
    /// Health-check time-out: 5 s of an Application Load Balancer, 10 s of a Network Load Balancer.
    pub timeout: Span,
    /// Failures in a row until unhealthy, 2.
    pub unhealthy: u32,
    /// Passes in a row until healthy again, 5.
    pub healthy: u32,
    /// `deregistration_delay.timeout_seconds`, 300 s.
    pub deregistration: Span,
    /// Whether every load-balancer node sends to the targets of all zones.
    pub cross_zone: bool,
    /// How long clients keep the address of a node that does not answer or, with cross-zone off, has no target, 60 s.
    pub dns_ttl: Span,
    /// Clients that try another address at once when a node does not answer, in millionths of all.
    pub retry_ppm: u64,
    /// Whether it stands where its targets are, away from the Region: a cut link leaves it working.
    pub local: bool,
    /// `zonal_shift.config.enabled`: whether a zonal shift may take it out of a zone.
    pub zonal_shift: bool,
    /// Zones in which it has a node.
    pub nodes: Vec<ZoneId>,
}

/// Requests offered to a service.
#[derive(Debug, Clone)]
pub struct Traffic {
    /// Rate over time.
    pub profile: Profile,
    /// What one healthy task can answer, in billionths of a request for each second.
    pub per_task: u64,
    /// How long a task takes to answer by its load, where that is told.
    pub response: Option<Arc<Response>>,
    /// Whether customers of the application bring the rate, by way of its router: `profile` is what is planned for.
    pub dispatched: bool,
}

/// A rate that changes at points in time; rates in billionths of a request for each second.
#[derive(Debug, Clone)]
pub enum Profile {
    /// Changes at these times; the first is at 0.
    Steps(Box<[(Time, u64)]>),
    /// Repeats with this period; `offset` is where in the period time 0 lies.
    Repeat {
        period: Span,
        /// Where in the period the run starts.
        offset: Span,
        /// Changes within the period; the first is at 0.
        steps: Box<[(Span, u64)]>,
    },
}

impl Profile {
    /// The rate at `now` and the time of the next change, if there is one.
    pub fn at(&self, now: Time) -> (u64, Option<Time>) {
        match self {
            Profile::Steps(steps) => {
                let next = steps.partition_point(|step| step.0 <= now);
                (steps[next.saturating_sub(1)].1, steps.get(next).map(|step| step.0))
            }
            Profile::Repeat { period, offset, steps } => {
                let place = Span((now.0 + offset.0) % period.0);
                let next = steps.partition_point(|step| step.0 <= place);
                let rate = steps[next.saturating_sub(1)].1;
                let until = steps.get(next).map_or(*period, |step| step.0) - place;
                (rate, Some(now + until))
            }
        }
    }

    /// The largest rate it ever reaches.
    pub fn peak(&self) -> u64 {
        match self {
            Profile::Steps(steps) => steps.iter().map(|step| step.1).max().unwrap_or(0),
            Profile::Repeat { steps, .. } => steps.iter().map(|step| step.1).max().unwrap_or(0),
        }
    }
}
