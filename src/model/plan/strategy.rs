//! How a deployment moves traffic to the new revision, and who is asked on the way.

use crate::engine::{Dist, Span};
use crate::model::ids::AlarmId;
use crate::model::lifecycle::Lifecycle;

/// All of the traffic, in millionths.
pub const WHOLE: u64 = 1_000_000;

/// `deploymentConfiguration.strategy` ([ecs-blue-green]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Tasks are replaced step by step.
    #[default]
    Rolling,
    /// All traffic moves at once to a second set of tasks.
    BlueGreen,
    /// A part of the traffic moves first.
    Canary {
        /// `canaryPercent`, in millionths.
        ppm: u64,
        bake: Span,
    },
    /// Traffic moves in equal steps.
    Linear {
        /// `stepPercent`, in millionths.
        ppm: u64,
        bake: Span,
    },
}

impl Strategy {
    /// Share of the new revision after so many steps, counted from 1.
    pub fn weight(self, step: u32) -> u64 {
        match self {
            Strategy::Canary { ppm, .. } if step == 1 => ppm.min(WHOLE),
            Strategy::Linear { ppm, .. } => (ppm * u64::from(step)).min(WHOLE),
            Strategy::Rolling | Strategy::BlueGreen | Strategy::Canary { .. } => WHOLE,
        }
    }

    /// How long is waited after a step; nothing after the last, when the bake of the deployment begins.
    pub fn bakes(self, step: u32) -> Span {
        match self {
            _ if self.weight(step) == WHOLE => Span::ZERO,
            Strategy::Canary { bake, .. } | Strategy::Linear { bake, .. } => bake,
            Strategy::Rolling | Strategy::BlueGreen => Span::ZERO,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Strategy::Rolling => "ROLLING",
            Strategy::BlueGreen => "BLUE_GREEN",
            Strategy::Canary { .. } => "CANARY",
            Strategy::Linear { .. } => "LINEAR",
        }
    }
}

/// Copies of requests for the new revision, before traffic moves to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// Share of the requests, in millionths.
    pub ppm: u64,
    pub span: Span,
}

/// One of `lifecycleHooks`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// Stages at which it is asked.
    pub stages: Vec<Lifecycle>,
    pub timeout: Span,
    /// Whether a hook that has not answered by then takes the deployment back; it goes on otherwise.
    pub rolls_back: bool,
}

/// What hooks of a stage answer during one change.
#[derive(Clone, Debug)]
pub struct Answer {
    pub stage: Lifecycle,
    /// From the question until the answer.
    pub takes: Dist,
    pub status: HookStatus,
    /// The chance, in millionths, that it is FAILED where the revision is bad.
    pub finds_ppm: u64,
}

words! {
    /// `hookStatus`.
    HookStatus("SCREAMING_SNAKE_CASE") {
        /// The deployment goes on.
        Succeeded,
        /// It is taken back.
        Failed,
        /// It is asked again and again, and never says more.
        InProgress,
    }
}

/// A feature flag: the feature is there already, and a growing share of the requests sees it ([appconfig-strategies]).
#[derive(Clone, Debug)]
pub struct Flag {
    /// Share of the requests after each step, in millionths; the last is all.
    pub shares: Vec<u64>,
    /// From one step to the next, and from the last to the end of the growth.
    pub step: Span,
    pub bake: Span,
    /// Alarms that take it back.
    pub alarms: Vec<AlarmId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(strategy: Strategy, weights: &[u64], minutes: &[u64]) {
        let steps = 1..=weights.len() as u32;
        let found: Vec<u64> = steps.clone().map(|step| strategy.weight(step) / 10_000).collect();
        assert_eq!(found, weights, "{strategy:?}");
        let found: Vec<u64> = steps.map(|step| strategy.bakes(step).0 / Span::MINUTE.0).collect();
        assert_eq!(found, minutes, "{strategy:?}");
    }

    #[test]
    fn weights_are_those_of_the_table() {
        let bake = Span::MINUTE * 6;
        check(Strategy::BlueGreen, &[100], &[0]);
        check(Strategy::Canary { ppm: 50_000, bake }, &[5, 100], &[6, 0]);
        check(Strategy::Canary { ppm: WHOLE, bake }, &[100], &[0]);
        check(Strategy::Linear { ppm: 250_000, bake }, &[25, 50, 75, 100], &[6, 6, 6, 0]);
        check(Strategy::Linear { ppm: 400_000, bake }, &[40, 80, 100], &[6, 6, 0]);
    }
}
