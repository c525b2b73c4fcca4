//! Images cannot be pulled.

pub(super) use super::dependency_loss::Live;
use super::{Draft, FailShare, Kind};
use crate::model::names::Names;
use crate::model::tables::shortage::Dependency;

object! {
    /// The image registry does not answer, or the image is gone.
    ///
    /// ## What happens
    /// Tasks that have to pull fail to start; what runs, runs on. A host that already has the image starts it from its
    /// cache (`ECS_IMAGE_PULL_BEHAVIOR` `default`). With a `failShare` that share of the pulls fails, the others go on.
    /// ## What ECS sees
    /// `TaskFailedToStart` with `CannotPullContainerError`; after repeated failures the scheduler waits longer and
    /// longer between tries (service throttle logic).
    /// ## What heals it
    /// The registry's return, after the wait that the throttle logic has reached.
    /// ## Source
    /// [ecs-stop-codes] [ecs-throttle-logic].
    Spec("camelCase") {
        may {
            /// Only images of this task-definition family. Left out: all images.
            family: String,
            /// Instead of all pulls: the share of pulls that fail, a number from 0 to 1, or its course, `[{"at": "0s",
            /// "share": 0.9}, {"at": "10m", "share": 0.2}]` with times from the begin of the fault. Each is drawn by
            /// itself (model choice).
            fail_share: FailShare,
        }
    }
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let family = draft.find("family", self.family.as_ref(), Names::family)?;
        draft.fails(self.fail_share.as_ref())?;
        Some(Live { of: Some(Dependency::ImageRegistry), family, service: None })
    }
}
