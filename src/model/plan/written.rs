//! The order of the file, for whoever lists results.

use super::Plan;
use crate::model::ids::{ChangeId, ClusterId, FaultId, ServiceId};

/// What the file lists, in its order. The rows of a plan stand by name instead: what happens at one instant happens in
/// the order of rows, so a file whose lists are permuted gives the same numbers.
#[derive(Debug, Default, Clone)]
pub struct Written {
    pub clusters: Vec<ClusterId>,
    /// Services and streams, cluster by cluster.
    pub services: Vec<ServiceId>,
    pub faults: Vec<FaultId>,
    pub changes: Vec<ChangeId>,
}

impl Written {
    /// The rows of a plan as they stand, for plans that no file describes.
    pub fn rows_of(plan: &Plan) -> Written {
        Written {
            clusters: plan.clusters.ids().collect(),
            services: plan.services.ids().collect(),
            faults: plan.faults.ids().collect(),
            changes: plan.changes.ids().collect(),
        }
    }
}
