//! CloudWatch alarms: which metric of which service is watched, and when that counts as bad ([elb-metrics]).

use super::composite::Composite;
use crate::engine::Span;
use crate::model::ids::{CellId, ChangeId, MetricId, ServiceId, ZoneId};
use std::cmp::Ordering;

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    pub name: String,
    /// Whose metric it watches; of a composite alarm, the service of the first alarm that it names.
    pub service: ServiceId,
    pub watches: Watches,
}

/// What an alarm watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watches {
    /// A metric of a service.
    Metric(OnMetric),
    Alarms(Composite),
}

/// An alarm on a metric of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnMetric {
    pub metric: Metric,
    /// Of which part of the service.
    pub scope: Scope,
    /// When it changes its state.
    pub rule: Rule,
    /// How long after the end of its period a datapoint is known.
    pub delay: Span,
}

/// The part of a service whose metric is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Service,
    /// Its targets in one zone.
    Zone(ZoneId),
    /// What the new revision of a deployment under way gets.
    New,
    /// All services that a change reaches together.
    Fleet(ChangeId),
    /// A control-plane cell, as a test sees it that calls the cell and starts a task; or, with `true`, the part of it
    /// that a change has reached.
    Cell(CellId, bool),
}

impl OnMetric {
    /// The threshold as it is written, in the metric's own unit.
    pub fn written_threshold(&self) -> f64 {
        match self.metric {
            Metric::SlowerAnswers(than) => than.as_secs_f64(),
            _ => self.rule.threshold as f64 / 1e9,
        }
    }
}

impl Alarm {
    /// The metric that it watches; `None`: it is a composite alarm.
    pub fn on_metric(&self) -> Option<&OnMetric> {
        match &self.watches {
            Watches::Metric(one) => Some(one),
            Watches::Alarms(_) => None,
        }
    }

    /// The rule of a composite alarm.
    pub fn composite(&self) -> Option<&Composite> {
        match &self.watches {
            Watches::Metric(_) => None,
            Watches::Alarms(one) => Some(one),
        }
    }

    /// How much time it needs to see: that of the slowest that it names, for a composite alarm (model choice).
    pub fn sees(&self) -> Span {
        match &self.watches {
            Watches::Metric(one) => one.rule.period * u64::from(one.rule.evaluation_periods),
            Watches::Alarms(one) => one.sees,
        }
    }

    /// How many alarms stand on each other up to this one.
    pub fn height(&self) -> u32 {
        self.composite().map_or(0, |one| one.height)
    }
}

/// The metrics that alarms can watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Requests that reached a target and failed.
    Target5xx,
    /// Requests that no target could answer: the load balancer itself refuses them.
    Elb5xx,
    RequestCount,
    /// Targets that the load balancer holds for healthy.
    HealthyHostCount,
    /// Targets that it holds for unhealthy.
    UnHealthyHostCount,
    /// Failed requests for each request offered, from 0 to 1. It stands for the metric math that people write.
    ErrorRate,
    /// 1 while a zone fails more than the others, 0 while it does not.
    ZoneOutlier,
    /// What running tasks use of the CPU units that they reserve, in percent.
    CpuUtilization,
    /// What they use of their memory, in percent.
    MemoryUtilization,
    /// Requests for each target that gets any.
    RequestCountPerTarget,
    /// Seconds until a target answers.
    TargetResponseTime,
    /// A percentile of it: of the answers that are there before the time-out the share that takes longer. A percentile is
    /// above a time exactly when more than the rest of the answers takes longer.
    SlowerAnswers(Span),
    /// One that somebody publishes.
    Custom(MetricId),
}

/// How a metric makes a datapoint of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Count,
    /// It stands at a number of targets.
    Gauge,
    /// One count is divided by another.
    Ratio,
    /// Seconds are divided by requests.
    Mean,
    /// Some answers are divided by all, and what a percentile leaves is the threshold.
    Tail,
    /// It is 0 or 1, once in each period.
    Flag,
    /// It stands at any number.
    Measure,
}

impl Metric {
    /// All of them with namespace and name, as CloudWatch spells them; those that somebody publishes have their own.
    pub const ALL: [(Metric, &str, &str); 11] = [
        (Metric::Target5xx, LOAD_BALANCER, "HTTPCode_Target_5XX_Count"),
        (Metric::Elb5xx, LOAD_BALANCER, "HTTPCode_ELB_5XX_Count"),
        (Metric::RequestCount, LOAD_BALANCER, "RequestCount"),
        (Metric::HealthyHostCount, LOAD_BALANCER, "HealthyHostCount"),
        (Metric::UnHealthyHostCount, LOAD_BALANCER, "UnHealthyHostCount"),
        (Metric::ErrorRate, EVENKEEL, "ErrorRate"),
        (Metric::ZoneOutlier, EVENKEEL, "ZoneOutlier"),
        (Metric::CpuUtilization, ECS, "CPUUtilization"),
        (Metric::MemoryUtilization, ECS, "MemoryUtilization"),
        (Metric::RequestCountPerTarget, LOAD_BALANCER, "RequestCountPerTarget"),
        (Metric::TargetResponseTime, LOAD_BALANCER, "TargetResponseTime"),
    ];

    /// Whether each zone of a service has one of its own.
    pub fn has_zones(self) -> bool {
        !matches!(self.form(), Form::Measure | Form::Mean | Form::Tail) && self != Metric::RequestCountPerTarget
    }

    /// The metric of CloudWatch of which this one is a statistic.
    #[must_use]
    pub fn known(self) -> Metric {
        match self {
            Metric::SlowerAnswers(_) => Metric::TargetResponseTime,
            own => own,
        }
    }

    /// How a datapoint is made.
    pub fn form(self) -> Form {
        match self {
            Metric::Target5xx | Metric::Elb5xx | Metric::RequestCount | Metric::RequestCountPerTarget => Form::Count,
            Metric::HealthyHostCount | Metric::UnHealthyHostCount => Form::Gauge,
            Metric::ErrorRate => Form::Ratio,
            Metric::TargetResponseTime => Form::Mean,
            Metric::SlowerAnswers(_) => Form::Tail,
            Metric::ZoneOutlier => Form::Flag,
            Metric::CpuUtilization | Metric::MemoryUtilization | Metric::Custom(_) => Form::Measure,
        }
    }
}

/// The namespace of Application Load Balancers.
pub const LOAD_BALANCER: &str = "AWS/ApplicationELB";
/// The namespace of ECS services.
pub const ECS: &str = "AWS/ECS";
/// The namespace of metrics that people work out themselves.
pub const EVENKEEL: &str = "Evenkeel";

/// When an alarm changes its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// What is made of a period.
    pub statistic: Statistic,
    /// `Period`; periods begin at whole multiples of it.
    pub period: Span,
    /// `EvaluationPeriods`: N of M of N.
    pub evaluation_periods: u32,
    /// `DatapointsToAlarm`: M of M of N.
    pub datapoints_to_alarm: u32,
    /// `Threshold`, in billionths of the metric's own unit: a request, a target, or 1 for a share.
    pub threshold: i128,
    pub comparison: Comparison,
    pub missing: MissingData,
}

impl Rule {
    /// Whether a datapoint, in billionths of the metric's own unit, is a breaching one.
    pub fn breaches(&self, datapoint: i128) -> bool {
        self.comparison.holds(datapoint.cmp(&self.threshold))
    }
}

/// `Statistic`. Of a ratio there is one only: that of the whole period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    Sum,
    Average,
    Minimum,
    Maximum,
}

/// How a breaching datapoint stands to the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// At the threshold or above it.
    GreaterOrEqual,
    /// Above the threshold.
    Greater,
    /// Below the threshold.
    Less,
    /// At the threshold or below it.
    LessOrEqual,
}

impl Comparison {
    /// Whether it holds for what stands so to the threshold.
    pub fn holds(self, to_threshold: Ordering) -> bool {
        match self {
            Comparison::GreaterOrEqual => to_threshold.is_ge(),
            Comparison::Greater => to_threshold.is_gt(),
            Comparison::Less => to_threshold.is_lt(),
            Comparison::LessOrEqual => to_threshold.is_le(),
        }
    }
}

words! {
    /// `TreatMissingData`.
    MissingData("camelCase", called "TreatMissingData") {
        /// It says nothing; an alarm without any data is INSUFFICIENT_DATA.
        Missing,
        /// As good.
        NotBreaching,
        /// As bad.
        Breaching,
        /// The alarm stays as it is.
        Ignore,
    }
}
