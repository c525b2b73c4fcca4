//! Objects that AWS still prints though they are deleted: left out, with a warning.
//!
//! A task definition that is INACTIVE or being deleted is another matter: services that use it go on, and only new ones
//! and standalone tasks are refused (sourced: [ecs-task-definition-states]).

use super::Build;
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

impl Build<'_> {
    /// Says what is left out.
    pub(super) fn dead(&mut self) {
        let scenario = self.scenario;
        let hint = "remove it, or write the status ACTIVE";
        for (index, row) in scenario.clusters.iter().enumerate().filter(|(_, row)| cluster(row)) {
            let message = format!("the cluster `{}` is INACTIVE: it is left out, with its services", row.cluster_name);
            self.out.left_out(&format!("{}/status", self.cluster_at(index)), message, hint);
        }
        for one in self.written_services().iter().filter(|one| !cluster(one.cluster) && service(one.service)) {
            let message = format!("the service `{}` is INACTIVE: it is left out", one.service.service_name);
            self.out.left_out(&format!("{}/status", one.at), message, hint);
        }
        for (index, row) in scenario.capacity_providers.iter().enumerate().filter(|(_, row)| provider(row)) {
            let message = format!("the capacity provider `{}` is deleted: it is left out", row.name);
            self.out.left_out(&format!("/capacityProviders/{index}"), message, hint);
        }
        for (index, row) in scenario.task_definitions.iter().enumerate() {
            if definition(row) && !self.used.definitions.contains(&index) {
                let status = row.status.as_deref().unwrap_or_default();
                let message = format!("the task definition `{}` is {status} and in no use: it is left out", row.family);
                self.out.left_out(&format!("/taskDefinitions/{index}/status"), message, hint);
            }
        }
    }

    /// RunTask refuses a definition that is not ACTIVE.
    pub(super) fn runnable(&mut self, index: usize, at: &str) {
        let row = &self.scenario.task_definitions[index];
        if definition(row) {
            let status = row.status.as_deref().unwrap_or_default();
            let message = format!("ECS runs no standalone task of `{}`, which is {status}", row.family);
            self.out.refused(&format!("{at}/taskDefinition"), message, "name an ACTIVE revision");
        }
    }
}
