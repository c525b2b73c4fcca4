//! The task: what `describe-tasks` prints.

use super::Moment;

object! {
    /// A task that has run: how long it took from its creation to RUNNING.
    Task("camelCase", own "taskArn") {
        may {
            /// ARN.
            task_arn: String,
            /// ARN of its task definition: tasks of the family take the start-up times of all that are listed.
            task_definition_arn: String,
            /// When it was created.
            created_at: Moment,
            /// When it reached RUNNING; one without does not count.
            started_at: Moment,
            /// When the pull of its images began.
            pull_started_at: Moment,
            /// When it was over.
            pull_stopped_at: Moment,
        }
        unused {
            attachments, attributes, availability_zone, capacity_provider_name, cluster_arn, connectivity,
            connectivity_at, container_instance_arn, containers, cpu, desired_status, enable_execute_command,
            execution_stopped_at, group, health_status, inference_accelerators, last_status, launch_type, memory,
            overrides, platform_version, platform_family, started_by, stop_code, stopped_at, stopped_reason,
            stopping_at, tags, version, ephemeral_storage, fargate_ephemeral_storage,
            trusted_execution_summary,
        }
    }
}
