//! Objects that AWS still prints though they are deleted: left out, with a warning.
//!
//! A task definition that is INACTIVE or being deleted is another matter: services that use it go on, and only new ones
//! and standalone tasks are refused (sourced: [ecs-task-definition-states]).

use crate::scenario::ecs::capacity_provider::CapacityProvider;
use crate::scenario::ecs::cluster::Cluster;
use crate::scenario::ecs::service::Service;
use crate::scenario::ecs::task_definition::TaskDefinition;

const INACTIVE: &str = "INACTIVE";

pub(super) fn cluster(row: &Cluster) -> bool {
    row.status.as_deref() == Some(INACTIVE)
}

pub(super) fn service(row: &Service) -> bool {
    row.status.as_deref() == Some(INACTIVE)
}

pub(super) fn provider(row: &CapacityProvider) -> bool {
    let update = row.update_status.as_deref();
    row.status.as_deref() == Some(INACTIVE) || matches!(update, Some("DELETE_IN_PROGRESS" | "DELETE_COMPLETE"))
}

pub(super) fn definition(row: &TaskDefinition) -> bool {
    matches!(row.status.as_deref(), Some(INACTIVE | "DELETE_IN_PROGRESS"))
}
