//! Changes: new revisions that are rolled out during the run.

use crate::model::defect;
use crate::model::quantity::Duration;

object! {
    /// A new revision of a service, deployed as its `deploymentConfiguration` says. A later change of the same service
    /// supersedes one that is still under way (sourced).
    Change("camelCase") {
        need {
            /// Name, unique among the changes.
            name: String,
            /// When it is asked for (UpdateService), counted from 0.
            at: Duration,
            /// The service, such as `shop/web`: REPLICA.
            service: String,
        }
        may {
            /// How the revision is bad; it is good by default (model choice).
            defect: defect::Spec,
            /// The chance that it is bad, drawn anew for each change and replication: above 0, up to 1. 1 when there is a
            /// `defect` and nothing is written (model choice).
            #[schemars(range(min = 0, max = 1))]
            bad_share: f64,
            /// The only zone in which it is bad, by id or name; everywhere by default (model choice).
            only_in_zone: String,
        }
    }
}
