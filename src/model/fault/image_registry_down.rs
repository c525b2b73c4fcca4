//! Images cannot be pulled.

use super::{Effect, Kind, Strike, Thing};
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::tables::shortage::{Dependency, Shortage};
use crate::model::world::{Cx, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The image registry does not answer, or the image is gone.
///
/// ## What happens
/// Tasks that have to pull fail to start; what runs, runs on. A host that already has the image starts it from its
/// cache (`ECS_IMAGE_PULL_BEHAVIOR` `default`).
/// ## What ECS sees
/// `TaskFailedToStart` with `CannotPullContainerError`; after repeated failures the scheduler waits longer and longer
/// between tries (service throttle logic).
/// ## What heals it
/// The registry's return, after the wait that the throttle logic has reached.
/// ## Source
/// Stopped task error codes, Amazon ECS developer guide
/// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html); Service throttle
/// logic, Amazon ECS developer guide
/// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// Only images of this task-definition family. Left out: all images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
}

/// What runs.
#[derive(Clone, Debug)]
pub struct Live {
    /// `None`: all.
    pub family: Option<String>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        if let Some(family) = &self.family {
            names.family(family, &format!("{at}/family"), out)?;
        }
        Some(Live { family: self.family.clone() })
    }
}

impl Effect for Live {
    fn things(&self, _world: &World, _cx: &Cx<'_>) -> Vec<Thing> {
        vec![Thing::All]
    }

    fn begin(&self, world: &mut World, strike: Strike, _cx: &mut Cx<'_>) {
        let family = self.family.clone();
        world.shortages.push(Shortage { cause: strike.cause, of: Dependency::ImageRegistry, family, service: None });
    }

    fn end(&self, world: &mut World, strike: Strike, _cx: &mut Cx<'_>) {
        world.shortages.retain(|one| one.cause != strike.cause);
    }
}
