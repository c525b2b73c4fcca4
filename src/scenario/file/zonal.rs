//! Zonal shifts of Amazon Application Recovery Controller.

use crate::model::quantity::{Duration, Law};

object! {
    /// A zonal shift (StartZonalShift): traffic of the named resources leaves a zone until the shift expires or is
    /// cancelled. It moves no task. Its `services` need `zonalShift` in their `loadBalancer`, as AWS has it off by
    /// default (sourced: [elb-zonal-shift]).
    ZonalShift("camelCase") {
        need {
            /// The availability zone that is left, by id or name.
            away_from: String,
            /// How long it lasts at most, from its start: 1 minute to 3 days (sourced: [arc-zonal-shift]).
            expires_in: Duration,
        }
        may {
            /// From its start until it is cancelled, if that comes first.
            cancel_after: Duration,
            /// With `onAlarm`: from the ring until the shift is started.
            after: Law => Choice "at once",
        }
        list {
            /// Services whose load balancers are shifted.
            services: String,
        }
        unused { comment }
    }
}
