//! Changes: new revisions that are rolled out during the run.

use super::{Pipeline, ZonalShift};
use crate::model::defect;
use crate::model::lifecycle::Lifecycle;
use crate::model::plan::HookStatus;
use crate::model::quantity::{Duration, Law};

object! {
    /// A new revision: of one service, deployed as its `deploymentConfiguration` says, or of several units that a
    /// pipeline changes stage by stage. A later change of the same service supersedes one that is still under way
    /// (sourced: [ecs-api-model]); a pipeline waits for another one of the same units (model choice). Exactly one of
    /// `service`, `services`, `everyService`, `cellularApplication`, `controlPlane`, `controlPlanes` and `zonalShift`
    /// says what is changed, and exactly one of `at`, `every` and, for a zonal shift, `onAlarm` when.
    Change("camelCase") {
        need {
            /// Name, unique among the changes.
            name: String,
        }
        may {
            /// When it is asked for (UpdateService), counted from 0.
            at: Duration,
            /// Instead of `at`: the law of the time from the end of one such change of a service, or from 0, until the
            /// next is asked for. Each service that it names has its own clock; with a `pipeline`, an application or a
            /// control plane all units together have one. Each time it is drawn anew whether it is bad.
            every: Law,
            /// With `every`: all REPLICA services that have traffic; not by default (model choice).
            every_service: bool,
            /// A service, such as `shop/web`: REPLICA.
            service: String,
            /// The cells of the application of this name.
            cellular_application: String,
            /// The ECS control plane of the Region of this name, which has to be written; its units are its cells. A
            /// defect of it is one of `errors` (calls), `slower` (capacity) and `stopsScheduling`.
            control_plane: String,
            /// How the revision is bad; it is good by default (model choice).
            defect: defect::Spec,
            /// The chance that it is bad, drawn anew for each change and replication: above 0, up to 1. 1 when there is
            /// a `defect` and nothing is written (model choice).
            bad_share: f64 [0..=1],
            /// The only zone in which it is bad, by id or name; everywhere by default (model choice).
            only_in_zone: String,
            /// The only unit in which it is bad: `cell-1`, or a service; everywhere by default (model choice).
            only_in_unit: String,
            /// A change with a `featureFlag` of the same service: the revision is bad only for the share of the
            /// requests that see that feature (`errors`, `slower`, `breaksAbove`, `poisonInput`); for all of them by
            /// default (model choice).
            only_with_flag: String,
            /// From the first moment at which a task of a bad revision runs until somebody finds it, and takes it back
            /// if it is still under way: tests of canaries, customers who call. Nobody does by default (model choice).
            found: Law,
            /// How it goes on over its units. Left out: a single service is deployed by ECS alone, several units all at
            /// once.
            pipeline: Pipeline,
            /// Whether a customer who has seen the new version keeps seeing it, and no other customer does, where
            /// traffic moves by weights; no by default (model choice).
            sticky: bool,
            /// A zonal shift, instead of a new revision.
            zonal_shift: ZonalShift,
            /// With `zonalShift`, instead of `at`: the alarm that starts it, each time that it rings and the shift is not
            /// active.
            on_alarm: String,
            /// A feature that is shown to a growing share of the requests, instead of a new revision.
            feature_flag: FeatureFlag,
            /// Whether the deployment circuit breaker of a service binds BLUE_GREEN, CANARY and LINEAR deployments of
            /// this change, too. The API says that it can only be used with rolling updates (sourced:
            /// [ecs-api-circuit-breaker]), so it does not, unless this says so (model choice).
            circuit_breaker_on_traffic_shift: bool,
            /// Copies of requests go to the new revision before any traffic moves to it (BLUE_GREEN, CANARY, LINEAR);
            /// none by default (model choice).
            shadow: Shadow,
        }
        list {
            /// Several services, each a unit; in several Regions, those of a stage are changed side by side, one unit
            /// after the other in each.
            services: String,
            /// The ECS control planes of several Regions, which have to be written; units are their cells, called
            /// `us-east-1/cell-1`.
            control_planes: String,
            /// What the `lifecycleHooks` of the service answer: one for each stage at which any is asked.
            hooks: HookAnswer,
        }
    }
}

object! {
    /// Dark traffic: once the new revision has all its tasks and has passed POST_TEST_TRAFFIC_SHIFT, it gets copies of
    /// requests, and nobody sees its answers.
    Shadow("camelCase") {
        need {
            /// How long, before traffic moves: above 0.
            lasts as "for": Duration,
        }
        may {
            /// The share of the service's requests that is copied: above 0, up to 1.
            share: f64 [0..=1] => Choice "1",
        }
    }
}

impl Change {
    /// Whether it changes control planes, and no service.
    pub(crate) fn is_of_plane(&self) -> bool {
        self.control_plane.is_some() || !self.control_planes.is_empty()
    }
}

object! {
    /// What the hooks of one stage answer.
    HookAnswer("camelCase") {
        need {
            /// The stage.
            lifecycle_stage: Lifecycle,
        }
        may {
            /// From the question until the answer of each hook, or until somebody continues.
            takes: Law => Choice "at once",
            /// The answer.
            hook_status: HookStatus => Choice "SUCCEEDED",
            /// The chance that it finds a bad revision and is FAILED: 0 to 1.
            finds: f64 [0..=1] => Choice "0",
        }
    }
}

words! {
    /// `growthType` of AWS AppConfig.
    GrowthType("SCREAMING_SNAKE_CASE") {
        /// Equal steps.
        Linear,
        /// Each step is twice the one before.
        Exponential,
    }
}

object! {
    /// How a feature flag is deployed: a deployment strategy of AWS AppConfig.
    FeatureFlag("camelCase") {
        need {
            /// Minutes over which the steps are spread evenly: 0 to 1,440 (sourced: [appconfig-strategies]).
            deployment_duration_in_minutes: u32 [..=1_440],
            /// Percent of the requests that see the feature after the first step: 1 to 100 (sourced:
            /// [appconfig-strategies]).
            growth_factor: f64 [1..=100],
        }
        may {
            /// How the steps grow.
            growth_type: GrowthType => Sourced "LINEAR" "[appconfig-strategies]",
            /// Minutes in which alarms are watched once all see it: 0 to 1,440 (sourced: [appconfig-strategies]).
            final_bake_time_in_minutes: u32 [..=1_440] => Sourced "0" "[appconfig-strategies]",
        }
        list {
            /// Alarms of the scenario that take it back when they go to ALARM.
            alarm_names: String,
        }
    }
}
