//! Composite alarms of CloudWatch: what `aws cloudwatch put-composite-alarm` takes and `describe-alarms` prints.

object! {
    /// A composite alarm of Amazon CloudWatch: in ALARM while its rule over other alarms holds, in OK while it does
    /// not.
    CompositeAlarm("PascalCase", own "AlarmArn") {
        need {
            /// Name; no other alarm has it.
            alarm_name: String [1..=255],
            /// The rule, such as `ALARM(errors) AND NOT (OK(\"zone 1\") OR INSUFFICIENT_DATA(hosts))`: functions of
            /// alarms of this scenario, `TRUE`, `FALSE`, and in order of their rank `NOT`, `AND`, `OR` (the order is a
            /// model choice). A name may stand in quotes, and may be the ARN of the alarm.
            alarm_rule: String [1..=10_240],
        }
        unused {
            ok_actions as "OKActions",
            alarm_arn, alarm_description, alarm_configuration_updated_timestamp, actions_enabled, alarm_actions,
            insufficient_data_actions, state_value, state_reason, state_reason_data, state_updated_timestamp,
            state_transitioned_timestamp, tags, actions_suppressor, actions_suppressor_wait_period,
            actions_suppressor_extension_period, actions_suppressed_by, actions_suppressed_reason,
            action_configuration,
        }
    }
}
