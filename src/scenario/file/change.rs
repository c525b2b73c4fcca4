//! Changes: new revisions that are rolled out during the run.

use super::Pipeline;
use crate::model::defect;
use crate::model::quantity::{Duration, Law};

object! {
    /// A new revision: of one service, deployed as its `deploymentConfiguration` says, or of several units that a pipeline
    /// changes stage by stage. A later change of the same service supersedes one that is still under way (sourced); a pipeline
    /// waits for another one of the same units (model choice). Exactly one of `service`, `services` and `cellularApplication`
    /// says what is changed.
    Change("camelCase") {
        need {
            /// Name, unique among the changes.
            name: String,
            /// When it is asked for (UpdateService), counted from 0.
            at: Duration,
        }
        may {
            /// A service, such as `shop/web`: REPLICA.
            service: String,
            /// The cells of the application of this name.
            cellular_application: String,
            /// How the revision is bad; it is good by default (model choice).
            defect: defect::Spec,
            /// The chance that it is bad, drawn anew for each change and replication: above 0, up to 1. 1 when there is a
            /// `defect` and nothing is written (model choice).
            #[schemars(range(min = 0, max = 1))]
            bad_share: f64,
            /// The only zone in which it is bad, by id or name; everywhere by default (model choice).
            only_in_zone: String,
            /// The only unit in which it is bad: `cell-1`, or a service; everywhere by default (model choice).
            only_in_unit: String,
            /// From the first moment at which a task of a bad revision runs until somebody finds it, and takes it back if it is
            /// still under way: tests of canaries, customers who call. Nobody does by default (model choice).
            found: Law,
            /// How it goes on over its units. Left out: a single service is deployed by ECS alone, several units all at once.
            pipeline: Pipeline,
        }
        list {
            /// Several services of one Region, each a unit.
            services: String,
        }
    }
}
