//! Which control-plane cell runs each cluster and service, as the facts tell.

use crate::engine::index::Table;
use crate::model::ids::{CellId, ClusterId, ServiceId};
use crate::model::plan::{self, Part, Plan};
use std::ops::Range;

/// The cells of the clusters of one partition.
#[derive(Clone, Debug)]
pub(super) struct Assignments {
    of_service: Table<ServiceId, CellId>,
    /// Services of each cluster and its cell; empty where no cluster can move.
    clusters: Table<ClusterId, (Range<u32>, CellId)>,
}

impl Assignments {
    /// As the plan has them.
    pub(super) fn new(plan: &Plan, part: &Part) -> Assignments {
        let services = part.as_one.services.clone().map(ServiceId);
        let moves = plan.regions[part.as_one.region].plane.as_ref().is_some_and(plan::Plane::may_move);
        let clusters = if moves { part.as_one.clusters.clone() } else { 0..0 }.map(ClusterId);
        Assignments {
            of_service: Table::by_id(services, |id| plan.clusters[plan.services[id].cluster].cell),
            clusters: Table::by_id(clusters, |id| (plan.clusters[id].services.clone(), plan.clusters[id].cell)),
        }
    }

    /// The cell of a service.
    pub(super) fn of(&self, service: ServiceId) -> CellId {
        self.of_service[service]
    }

    pub(super) fn services(&self, cluster: ClusterId) -> impl Iterator<Item = ServiceId> + use<> {
        self.clusters[cluster].0.clone().map(ServiceId)
    }

    /// A cluster is run by another cell from now on; gives back the one before.
    pub(super) fn changed(&mut self, cluster: ClusterId, cell: CellId) -> CellId {
        for service in self.services(cluster) {
            self.of_service[service] = cell;
        }
        std::mem::replace(&mut self.clusters[cluster].1, cell)
    }

    /// Every cluster and its cell; empty where no cluster can move.
    pub(super) fn all(&self) -> impl Iterator<Item = (ClusterId, CellId)> {
        self.clusters.pairs().map(|(id, (_, cell))| (id, *cell))
    }
}
