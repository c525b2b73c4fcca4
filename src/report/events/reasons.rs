//! Why a task stopped, in the words of ECS where they are known ([ecs-stop-codes] [ecs-task-stopped]): rules and log
//! queries on `stoppedReason` find them.

use crate::model::fact::{Reason, StopCode, TaskState};
use crate::model::plan::ProviderKind;

/// What is known of a stop.
pub(super) struct Stop<'a> {
    pub(super) code: StopCode,
    pub(super) reason: Reason,
    /// The state that the task goes to with it.
    pub(super) to: TaskState,
    pub(super) provider: &'a ProviderKind,
    /// Id of its container instance.
    pub(super) instance: Option<&'a str>,
    /// Id of its deployment; standalone tasks have none.
    pub(super) deployment: Option<&'a str>,
}

/// The text of `stoppedReason`.
pub(super) fn stopped(stop: &Stop<'_>, target_group: &dyn Fn() -> String) -> String {
    match stop.code {
        StopCode::None => String::new(),
        StopCode::TaskFailedToStart => not_started(stop),
        StopCode::EssentialContainerExited => "Essential container in task exited".to_owned(),
        StopCode::UserInitiated => "Task stopped by user".to_owned(),
        StopCode::ServiceSchedulerInitiated => match (stop.reason, stop.deployment) {
            (Reason::Unhealthy, _) => format!("Task failed ELB health checks in (target-group {})", target_group()),
            (Reason::UnhealthyContainer, _) => "Task failed container health checks".to_owned(),
            (_, Some(deployment)) => format!("Scaling activity initiated by (deployment {deployment})"),
            (_, None) => "Task stopped by the service scheduler".to_owned(),
        },
        StopCode::SpotInterruption => host_ended(stop).unwrap_or_else(|| "Your Spot Task was interrupted.".to_owned()),
        StopCode::TerminationNotice => drained(stop),
        // No text of AWS is published for a loss of the machine under Fargate, or of a machine outside AWS.
        StopCode::InfrastructureHealth => "The infrastructure under the task failed".to_owned(),
    }
}

fn not_started(stop: &Stop<'_>) -> String {
    match stop.reason {
        Reason::CannotPullContainer => {
            "CannotPullContainerError: pull image manifest has been retried 5 time(s)".to_owned()
        }
        Reason::ResourceInitialization => {
            "ResourceInitializationError: unable to pull secrets or registry auth, or to reach the log driver"
                .to_owned()
        }
        Reason::Draining => host_ended(stop).unwrap_or_else(|| "Task failed to start".to_owned()),
        _ => "Task failed to start".to_owned(),
    }
}

/// Its container instance goes: drained in order, or ended with what ran on it.
fn drained(stop: &Stop<'_>) -> String {
    if stop.to == TaskState::Stopped {
        return host_ended(stop).unwrap_or_else(|| "The infrastructure under the task failed".to_owned());
    }
    match stop.provider {
        ProviderKind::Managed(_) => "Task stopped during instance draining".to_owned(),
        _ => "Task stopped because its container instance is in DRAINING state".to_owned(),
    }
}

/// The instance of EC2 under it ended.
fn host_ended(stop: &Stop<'_>) -> Option<String> {
    let ec2 = matches!(stop.provider, ProviderKind::Group(_) | ProviderKind::AnyHost | ProviderKind::Managed(_));
    let instance = stop.instance.filter(|_| ec2)?;
    Some(format!("Host EC2 (instance {instance}) terminated."))
}
