//! The scheduled action of Application Auto Scaling: what `describe-scheduled-actions` prints and
//! `put-scheduled-action` takes ([aas-api-model]).

use super::Moment;

object! {
    /// New bounds of a scalable target at a time, or again and again. A desired count outside of them is brought inside
    /// at once.
    ScheduledAction("PascalCase", own "ScheduledActionARN") {
        need {
            /// Name, one of its kind at its target.
            scheduled_action_name: String [1..=256],
            /// `service/CLUSTER/SERVICE` of its scalable target.
            resource_id: String,
            /// When: `at(2026-01-05T08:00:00)`, `rate(6 hours)`, or `cron(0 8 ? * MON-FRI *)` with minutes, hours, day
            /// of the month, month, day of the week and year (sourced: [aas-cron]).
            schedule: String,
        }
        may {
            /// Only targets of `ecs` are simulated.
            service_namespace: String => Choice "`ecs`",
            /// Only `ecs:service:DesiredCount` is simulated.
            scalable_dimension: String => Choice "`ecs:service:DesiredCount`",
            /// Time zone of `at` and `cron` by its IANA name, such as `Europe/Zurich`.
            timezone: String => Sourced "UTC" "[aas-api-model]",
            /// When a schedule of `rate` or `cron` begins; it acts then, too (sourced: [aas-cron]).
            start_time: Moment,
            /// When it ends.
            end_time: Moment,
            /// The new bounds: one of them at least.
            scalable_target_action: ScalableTargetAction,
            /// ARN; what has one was printed by AWS.
            scheduled_action_arn as "ScheduledActionARN": String,
            /// When it was made; what says so was printed by AWS. A `rate` without `StartTime` counts from then.
            creation_time: Moment,
        }
    }
}

object! {
    /// `ScalableTargetAction`: bounds from then on. One that is not written stays.
    ScalableTargetAction("PascalCase") {
        may {
            /// Fewest tasks.
            min_capacity: u32,
            /// Most tasks.
            max_capacity: u32,
        }
    }
}
