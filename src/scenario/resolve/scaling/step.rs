//! Step scaling: the alarms that make a policy act, and its steps.

use super::Activity;
use super::policy::Of;
use super::printed::{is_printed, step_alarms};
use crate::engine::Span;
use crate::model::ids::AlarmId;
use crate::model::plan::Statistic;
use crate::model::plan::scaling::{Adjustment, StepAdjustment, StepScaling};
use crate::model::problem::Noun;
use crate::scenario::ecs::scaling_policy::{MetricAggregationType, StepAdjustment as Written, StepScaling as Config};

/// Steps of one policy at most (sourced: [aas-quotas]).
const STEPS_MAX: usize = 20;

/// Bounds further from zero than this are no distance from a threshold.
const MOST: f64 = 1e15;

impl Activity<'_> {
    pub(super) fn step(&mut self, of: &Of<'_>, written: &Config, at: &str) -> Option<StepScaling> {
        let alarms = self.acting(of);
        let Some(adjustment) = written.adjustment_type else {
            let hint = "write \"ChangeInCapacity\", \"PercentChangeInCapacity\" or \"ExactCapacity\"";
            return self.out.missing(at, "`AdjustmentType` is missing", hint).none();
        };
        let least = written.min_adjustment_magnitude;
        if least > 0 && adjustment != Adjustment::PercentChangeInCapacity {
            let message = format!("AWS refuses `MinAdjustmentMagnitude` with {}", adjustment.word());
            let at = format!("{at}/MinAdjustmentMagnitude");
            return self.out.refused(&at, message, "leave it out, or write \"PercentChangeInCapacity\"").none();
        }
        let at = format!("{at}/StepAdjustments");
        let steps = self.steps(&written.step_adjustments, adjustment, &at)?;
        self.goes_with_steps(&alarms, &steps, &at).then_some(StepScaling {
            alarms,
            adjustment,
            steps,
            at_least: least,
            cooldown: Span::from_secs(u64::from(written.cooldown)),
            aggregation: match written.metric_aggregation_type {
                MetricAggregationType::Average => Statistic::Average,
                MetricAggregationType::Minimum => Statistic::Minimum,
                MetricAggregationType::Maximum => Statistic::Maximum,
            },
        })
    }

    /// Alarms that make the policy act.
    fn acting(&mut self, of: &Of<'_>) -> Vec<AlarmId> {
        let listed = of.policy.alarms.iter().map(|alarm| alarm.alarm_name.as_str());
        let listed: Vec<&str> = listed.collect();
        let mut found = Vec::new();
        for name in step_alarms(of.policy, &self.scenario.alarms) {
            let place = listed.iter().position(|one| *one == name);
            let at = place.map_or_else(|| of.at.to_owned(), |place| format!("{}/Alarms/{place}/AlarmName", of.at));
            let written = self.written_alarms.contains(name) || self.names.alarms.contains_key(name);
            if !written && is_printed(of.policy) {
                // AWS prints it whether its alarms were added or not.
                continue;
            }
            if self.scenario.composite_alarms.iter().any(|alarm| alarm.alarm_name == name) {
                let message = format!("AWS refuses `{name}`: composite alarms run no scaling policy");
                self.out.refused(&at, message, "name an alarm on a metric");
                continue;
            }
            if written && self.out.is_broken(Noun::Alarm, name) {
                continue;
            }
            found.extend(self.watched(of.service, name, &at));
        }
        if found.is_empty() && !self.out.has_errors() {
            let message = format!("no alarm makes `{}` act: it does nothing", of.policy.policy_name);
            let hint = "add what `aws cloudwatch describe-alarms` prints to `alarms`, and name the alarm in `Alarms` of the \
                        policy: {\"AlarmName\": \"...\"}";
            self.out.no_effect(of.at, message, hint);
        }
        found
    }

    /// Steps by their bounds; a problem where they overlap, leave a gap or say nothing.
    fn steps(&mut self, written: &[Written], adjustment: Adjustment, at: &str) -> Option<Vec<StepAdjustment>> {
        if written.is_empty() {
            let hint = "write [{\"MetricIntervalLowerBound\": 0, \"ScalingAdjustment\": 2}]";
            return self.out.missing(at, "a step policy needs a step", hint).none();
        }
        if written.len() > STEPS_MAX {
            let message = format!("AWS takes {STEPS_MAX} steps at most, not {}", written.len());
            return self.out.refused(at, message, "put neighbouring steps together").none();
        }
        let mut steps: Vec<(usize, StepAdjustment)> = Vec::new();
        for (place, one) in written.iter().enumerate() {
            let at = format!("{at}/{place}");
            if adjustment == Adjustment::ExactCapacity && one.scaling_adjustment < 0 {
                let at = format!("{at}/ScalingAdjustment");
                self.out.out_of_range(&at, "an exact capacity must be 0 or more", "write the new desired count");
                return None;
            }
            let sound = |bound: Option<f64>| bound.is_none_or(|bound| (-MOST..=MOST).contains(&bound));
            let (lower, upper) = (one.metric_interval_lower_bound, one.metric_interval_upper_bound);
            if !sound(lower) || !sound(upper) {
                self.out.out_of_range(&at, "a bound is no number that a metric can have", "write one nearer to 0");
                return None;
            }
            let billionths = |bound: Option<f64>| bound.map(|bound| libm::round(bound * 1e9) as i128);
            let (lower, upper) = (billionths(lower), billionths(upper));
            if lower.is_none() && upper.is_none() {
                let message = "AWS refuses a step without both bounds: where it begins is not said";
                let hint = "write \"MetricIntervalLowerBound\": 0 for a scale-out, or \"MetricIntervalUpperBound\": 0 for a \
                            scale-in";
                return self.out.refused(&at, message, hint).none();
            }
            if lower.zip(upper).is_some_and(|(lower, upper)| lower >= upper) {
                let message = "`MetricIntervalUpperBound` must be above `MetricIntervalLowerBound`";
                return self.out.out_of_range(&at, message, "exchange them").none();
            }
            steps.push((place, StepAdjustment { lower, upper, by: i64::from(one.scaling_adjustment) }));
        }
        steps.sort_by_key(|(_, step)| step.lower.unwrap_or(i128::MIN));
        for pair in steps.windows(2) {
            let [(_, one), (place, next)] = pair else { continue };
            let at = format!("{at}/{place}");
            let (end, begin) = (one.upper.unwrap_or(i128::MAX), next.lower.unwrap_or(i128::MIN));
            if end == begin {
                continue;
            }
            let (is, hint) = if end > begin {
                (
                    "overlap",
                    "let each step begin where the one below it ends; only the lowest and the highest lack a bound",
                )
            } else {
                ("leave a gap", "let each step begin where the one below it ends")
            };
            return self.out.refused(&at, format!("AWS refuses steps that {is}"), hint).none();
        }
        Some(steps.into_iter().map(|(_, step)| step).collect())
    }
}
