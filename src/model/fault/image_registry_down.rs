//! Images cannot be pulled.

use super::course::{self, Course, FailShare};
use super::{Effect, FaultTarget, Kind, Occurrence};
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::tables::shortage::{self, Dependency, Shortage};
use crate::model::world::{Cx, World};

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

/// What runs.
#[derive(Clone, Debug)]
pub struct Live {
    /// `None`: all.
    pub family: Option<String>,
    /// The share of pulls that fail; `None`: all.
    pub course: Option<Course>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        if let Some(family) = &self.family {
            names.family(family, &format!("{at}/family"), out)?;
        }
        let course = course::read(self.fail_share.as_ref(), at, out)?;
        Some(Live { family: self.family.clone(), course })
    }
}

impl Effect for Live {
    fn fault_targets(&self, _world: &World, _cx: &Cx<'_>) -> Vec<FaultTarget> {
        vec![FaultTarget::All]
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, _cx: &mut Cx<'_>) {
        let (family, share) = (self.family.clone(), course::first(self.course.as_ref()));
        let (cause, of) = (occurrence.cause, Dependency::ImageRegistry);
        world.shortages.push(Shortage { cause, of, family, service: None, share });
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, _cx: &mut Cx<'_>) {
        world.shortages.retain(|one| one.cause != occurrence.cause);
    }

    fn course(&self) -> Option<&Course> {
        self.course.as_ref()
    }

    fn share_is(&self, world: &mut World, occurrence: Occurrence, share: u32, _cx: &mut Cx<'_>) {
        shortage::share_is(&mut world.shortages, occurrence.cause, share);
    }
}
