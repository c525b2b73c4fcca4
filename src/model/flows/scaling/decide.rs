//! How many tasks a policy asks for: rules without a world.
//!
//! The start is the number of tasks that run, not the desired count (sourced: [ecs-service-auto-scaling]): "this is what
//! the processing capacity is supposed to be".

use crate::model::plan::scaling::{Adjustment, StepAdjustment, StepScaling};

/// Tasks at which a metric that is shared alike comes to its target: `ceil(running x metric / target)` (model choice:
/// AWS says that it is proportional, and that it rounds so that a service has rather too many). A service without a
/// task gets one.
pub(super) fn tracked(running: u32, metric: i128, target: i128) -> u32 {
    let all = i128::from(running) * metric.max(0);
    let need = (all + target - 1) / target.max(1);
    u32::try_from(need).unwrap_or(u32::MAX)
}

/// The step whose bounds hold what is above the threshold. Above it the lower bound belongs to a step, below it the
/// upper one ([aas-step-scaling]).
pub(super) fn step_at(steps: &[StepAdjustment], above: i128) -> Option<StepAdjustment> {
    let holds = |step: &&StepAdjustment| {
        let (lower, upper) = (step.lower.unwrap_or(i128::MIN), step.upper.unwrap_or(i128::MAX));
        if above >= 0 { lower <= above && above < upper } else { lower < above && above <= upper }
    };
    // No upper bound is above everything.
    steps.iter().find(holds).copied()
}

/// Tasks that a step asks for, from those that run; never below 0.
pub(super) fn stepped(policy: &StepScaling, step: StepAdjustment, running: u32) -> u32 {
    let by = match policy.adjustment {
        Adjustment::ExactCapacity => return bounded(step.by),
        Adjustment::ChangeInCapacity => step.by,
        Adjustment::PercentChangeInCapacity => percent(running, step.by, policy.at_least),
    };
    bounded(i64::from(running).saturating_add(by))
}

/// A percentage of tasks. Rounded towards 0, but to 1 where it is less than that; `at_least` where that is more
/// ([aas-step-scaling]).
fn percent(running: u32, percent: i64, at_least: u32) -> i64 {
    let exact = i64::from(running).saturating_mul(percent);
    if exact == 0 {
        return 0;
    }
    let whole = (exact.abs() / 100).max(1).max(i64::from(at_least));
    whole * exact.signum()
}

fn bounded(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Span;
    use crate::model::plan::Statistic;

    const ONE: i128 = 1_000_000_000;

    #[test]
    fn a_metric_comes_to_its_target() {
        for (running, metric, target, expected) in [
            (10, 90, 60, 15),
            (10, 61, 60, 11),
            (10, 60, 60, 10),
            (10, 54, 60, 9),
            (10, 53, 60, 9),
            (10, 0, 60, 0),
            (0, 500, 60, 0),
            (3, 1_500, 1_000, 5),
        ] {
            assert_eq!(tracked(running, metric * ONE, target * ONE), expected, "{running} {metric} {target}");
        }
    }

    fn step(lower: Option<i128>, upper: Option<i128>, by: i64) -> StepAdjustment {
        StepAdjustment { lower: lower.map(|at| at * ONE), upper: upper.map(|at| at * ONE), by }
    }

    #[test]
    fn a_step_is_found_by_its_bounds() {
        let steps = [
            step(Some(0), Some(10), 1),
            step(Some(10), None, 3),
            step(Some(-10), Some(0), -1),
            step(None, Some(-10), -2),
        ];
        for (above, expected) in [(0, 1), (9, 1), (10, 3), (900, 3), (-1, -1), (-9, -1), (-10, -2), (-60, -2)] {
            assert_eq!(step_at(&steps, above * ONE).map(|step| step.by), Some(expected), "{above}");
        }
        assert_eq!(step_at(&steps[..1], -ONE), None);
        assert_eq!(step_at(&steps[..1], 10 * ONE), None);
    }

    #[test]
    fn percentages_are_rounded_towards_zero_and_are_one_at_least() {
        use Adjustment::{ChangeInCapacity, ExactCapacity, PercentChangeInCapacity};
        let policy = |adjustment, at_least| StepScaling {
            alarms: Vec::new(),
            adjustment,
            steps: Vec::new(),
            at_least,
            cooldown: Span::ZERO,
            aggregation: Statistic::Average,
        };
        for (adjustment, at_least, running, by, expected) in [
            // 12.7 is 12, 0.67 is 1, -0.58 is -1, -6.67 is -6: the examples of the guide.
            (PercentChangeInCapacity, 0, 127, 10, 139),
            (PercentChangeInCapacity, 0, 67, 1, 68),
            (PercentChangeInCapacity, 0, 58, -1, 57),
            (PercentChangeInCapacity, 0, 667, -1, 661),
            // 25 percent of 4 is 1, and 2 is asked for at least.
            (PercentChangeInCapacity, 2, 4, 25, 6),
            (PercentChangeInCapacity, 2, 4, -25, 2),
            (PercentChangeInCapacity, 2, 0, 50, 0),
            (ChangeInCapacity, 0, 4, 3, 7),
            (ChangeInCapacity, 0, 4, -9, 0),
            (ExactCapacity, 0, 4, 9, 9),
        ] {
            assert_eq!(
                stepped(&policy(adjustment, at_least), step(None, None, by), running),
                expected,
                "{running} {by}"
            );
        }
    }
}
