//! What Application Auto Scaling may do with the desired count of services ([aas-target-tracking] [aas-step-scaling]
//! [aas-predictive-scaling]).

use super::{Profile, Statistic};
use crate::engine::{Span, Time};
use crate::model::ids::{AlarmId, ServiceId};

/// A registered scalable target: the desired count of one service. A service has one at most.
#[derive(Debug, Clone)]
pub struct ScalableTarget {
    pub service: ServiceId,
    /// `MinCapacity`.
    pub min: u32,
    /// `MaxCapacity`, at least `min`.
    pub max: u32,
    pub suspended: Suspended,
    pub policies: Vec<Policy>,
    pub actions: Vec<ScheduledAction>,
}

impl ScalableTarget {
    /// The alarms that its policies act on.
    pub fn alarms(&self) -> impl Iterator<Item = AlarmId> {
        self.policies.iter().flat_map(Policy::alarms)
    }
}

/// `SuspendedState`: what does not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Suspended {
    /// `DynamicScalingInSuspended`.
    pub scale_in: bool,
    /// `DynamicScalingOutSuspended`: of predictive scaling, too.
    pub scale_out: bool,
    /// `ScheduledScalingSuspended`.
    pub scheduled: bool,
}

/// A scaling policy.
#[derive(Debug, Clone)]
pub struct Policy {
    pub name: String,
    pub kind: PolicyKind,
}

impl Policy {
    /// The alarms that it acts on.
    pub fn alarms(&self) -> impl Iterator<Item = AlarmId> {
        let (tracked, steps) = match &self.kind {
            PolicyKind::TargetTracking(one) => ([Some(one.high), one.low], &[][..]),
            PolicyKind::Step(one) => ([None; 2], &one.alarms[..]),
            PolicyKind::Predictive(_) => ([None; 2], &[][..]),
        };
        tracked.into_iter().flatten().chain(steps.iter().copied())
    }

    /// Whether it ever scales out by an alarm.
    pub fn scales_out(&self) -> bool {
        match &self.kind {
            PolicyKind::TargetTracking(_) => true,
            PolicyKind::Step(one) => one.steps.iter().any(|step| step.by > 0) && !one.alarms.is_empty(),
            PolicyKind::Predictive(_) => false,
        }
    }
}

/// `PolicyType`.
#[derive(Debug, Clone)]
pub enum PolicyKind {
    TargetTracking(TargetTracking),
    Step(StepScaling),
    Predictive(Predictive),
}

/// Keeps a metric at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetTracking {
    /// Its alarms are ordinary alarms of the plan: this one says that the metric is above the target.
    pub high: AlarmId,
    /// Below 90 % of the target; `None`: `DisableScaleIn`.
    pub low: Option<AlarmId>,
    /// `TargetValue`, in billionths of the metric's own unit, as the thresholds of its alarms; above 0.
    pub target: i128,
    pub out_cooldown: Span,
    pub in_cooldown: Span,
}

/// Answers an alarm by so many tasks, by how far the metric is from the threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepScaling {
    /// Alarms whose actions name the policy.
    pub alarms: Vec<AlarmId>,
    pub adjustment: Adjustment,
    /// By their bounds; they neither overlap nor leave a gap.
    pub steps: Vec<StepAdjustment>,
    /// `MinAdjustmentMagnitude`, of percentages only.
    pub at_least: u32,
    pub cooldown: Span,
    /// `MetricAggregationType`: Average, Minimum or Maximum.
    pub aggregation: Statistic,
}

words! {
    /// `AdjustmentType`.
    Adjustment("PascalCase", called "AdjustmentType") {
        ChangeInCapacity,
        PercentChangeInCapacity,
        ExactCapacity,
    }
}

/// `{MetricIntervalLowerBound, MetricIntervalUpperBound, ScalingAdjustment}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepAdjustment {
    /// From the alarm's threshold, in billionths of the metric's own unit; `None`: no bound.
    pub lower: Option<i128>,
    /// The same.
    pub upper: Option<i128>,
    /// Tasks or percent, by the adjustment type.
    pub by: i64,
}

/// Tasks are there when a forecast says that they are needed.
#[derive(Debug, Clone)]
pub struct Predictive {
    /// Tasks that are forecast to be needed, hour by hour: worked out before the run. Its values are tasks.
    pub forecast: Profile,
    /// `Mode` is `ForecastAndScale`; with `ForecastOnly` it changes nothing.
    pub scales: bool,
    /// `SchedulingBufferTime`: how much earlier than its hour.
    pub buffer: Span,
    /// `MaxCapacityBreachBehavior`: with `IncreaseMaxCapacity` the maximum may be exceeded, up to the forecast and
    /// `MaxCapacityBuffer` percent of it more; `None`: it may not.
    pub beyond_max: Option<u32>,
}

/// Changes the limits of a target at its times.
#[derive(Debug, Clone)]
pub struct ScheduledAction {
    pub name: String,
    /// When it acts, in order and within the run.
    pub times: Vec<Time>,
    pub min: Option<u32>,
    pub max: Option<u32>,
}

/// What tasks of a service use of what they reserve, in millionths: at rest, under full load, and what a failed request
/// costs as a share of an answered one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Use {
    pub at_rest: u64,
    pub at_full: u64,
    pub failed_request: u64,
    /// Seconds from one datapoint that ECS publishes to the next: 60, or 20 ([ecs-api-metric-configuration]).
    pub resolution: u32,
}

/// The same of its CPU units and of its memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    pub cpu: Use,
    pub memory: Use,
}

/// A metric that somebody publishes: a course over time.
#[derive(Debug, Clone)]
pub struct CustomMetric {
    pub namespace: String,
    pub name: String,
    /// Billionths of its own unit.
    pub course: Profile,
    /// Whether the course is shared by the running tasks of the service, such as a backlog for each task.
    pub per_task: bool,
}
