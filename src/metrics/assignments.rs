//! Which control-plane cell runs each cluster and service, as the facts tell.

use crate::model::ids::{CellId, ClusterId, ServiceId};
use crate::model::plan::{Part, Plan};
use std::ops::Range;

/// The cells of the clusters of one partition.
#[derive(Clone, Debug)]
pub(super) struct Assignments {
    first_cell: u16,
    first_service: u32,
    first_cluster: u32,
    /// Row of the cell of each service.
    of_service: Vec<u16>,
    /// Services of each cluster and the row of its cell; empty where no cluster can move.
    clusters: Vec<(Range<u32>, u16)>,
}

impl Assignments {
    /// As the plan has them.
    pub(super) fn new(plan: &Plan, part: &Part) -> Assignments {
        let first_cell = part.cells.start;
        let row = |cluster: ClusterId| plan.clusters[cluster].cell.0 - first_cell;
        let grows = part.cells.clone().any(|cell| plan.cells[CellId(cell)].added.is_some());
        let clusters = if grows { part.as_one.clusters.clone() } else { 0..0 }.map(ClusterId);
        Assignments {
            first_cell,
            first_service: part.as_one.services.start,
            first_cluster: part.as_one.clusters.start,
            of_service: part.as_one.services.clone().map(|id| row(plan.services[ServiceId(id)].cluster)).collect(),
            clusters: clusters.map(|id| (plan.clusters[id].services.clone(), row(id))).collect(),
        }
    }

    /// Row of the cell of a service.
    pub(super) fn of(&self, service: ServiceId) -> usize {
        usize::from(self.of_service[(service.0 - self.first_service) as usize])
    }

    pub(super) fn services(&self, cluster: ClusterId) -> impl Iterator<Item = ServiceId> + use<> {
        self.clusters[(cluster.0 - self.first_cluster) as usize].0.clone().map(ServiceId)
    }

    /// A cluster is run by another cell from now on; gives back the row of the one before.
    pub(super) fn changed(&mut self, cluster: ClusterId, cell: CellId) -> usize {
        let row = cell.0 - self.first_cell;
        for service in self.services(cluster) {
            self.of_service[(service.0 - self.first_service) as usize] = row;
        }
        usize::from(std::mem::replace(&mut self.clusters[(cluster.0 - self.first_cluster) as usize].1, row))
    }

    /// Every cluster and its cell; empty where no cluster can move.
    pub(super) fn all(&self) -> impl Iterator<Item = (ClusterId, CellId)> {
        let numbered = self.clusters.iter().zip(self.first_cluster..);
        numbered.map(|((_, row), number)| (ClusterId(number), CellId(self.first_cell + row)))
    }
}
