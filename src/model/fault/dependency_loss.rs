//! Something that a start depends on does not answer.

use super::{Effect, Kind, Strike, Thing};
use crate::model::flows::customers;
use crate::model::ids::ServiceId;
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::tables::shortage::{self, Shortage};
use crate::model::world::{Cx, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that a start depends on does not answer.
///
/// ## What happens
/// What a start needs and cannot get stops starting; what runs, runs on. `imageRegistry`: tasks that have to pull their
/// image fail to start, a cached image starts (as with `imageRegistryDown`). `secrets`: every start fails, with a
/// cached image too, as secrets and parameters are read anew for each task (model choice: whether or not its task
/// definition lists `secrets`; `family` and `service` narrow it). `map`: new clusters get no cell, nor do new customers
/// of a `cellularApplication`; whoever has one is served.
/// ## What ECS sees
/// `TaskFailedToStart` with `CannotPullContainerError` or `ResourceInitializationError`; after repeated failures the
/// scheduler waits longer and longer between tries (service throttle logic).
/// ## What heals it
/// The dependency's return, after the wait that the throttle logic has reached.
/// ## Source
/// Stopped task error codes, Amazon ECS developer guide
/// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html); Service throttle
/// logic, Amazon ECS developer guide
/// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// What does not answer.
    pub dependency: Dependency,
    /// Only tasks of this task-definition family. Left out: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Only tasks of this service or stream. Left out: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
}

/// What a start depends on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Dependency {
    /// The registry of images.
    ImageRegistry,
    /// AWS Secrets Manager or the parameter store of Systems Manager.
    Secrets,
    /// Where maps are kept: the source of the routers of control planes (as with `mapSourceOutage`) and the table of
    /// customers' own cells (as with `mapTableOutage`).
    Map,
}

/// What runs.
#[derive(Clone, Debug)]
pub struct Live {
    /// What does not answer; `None`: maps.
    pub of: Option<shortage::Dependency>,
    /// `None`: all.
    pub family: Option<String>,
    /// `None`: all.
    pub service: Option<ServiceId>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        let family = self.family.as_ref().map(|family| names.family(family, &format!("{at}/family"), out));
        let service = self.service.as_ref().map(|service| names.service(service, &format!("{at}/service"), out));
        if family == Some(None) || service == Some(None) {
            return None;
        }
        let of = match self.dependency {
            Dependency::ImageRegistry => Some(shortage::Dependency::ImageRegistry),
            Dependency::Secrets => Some(shortage::Dependency::Secrets),
            Dependency::Map => None,
        };
        for (key, written) in [("family", self.family.is_some()), ("service", self.service.is_some())] {
            if written && of.is_none() {
                let message = format!("`{key}` is not used: a map has rows for clusters and customers, not for tasks");
                out.warning(&format!("{at}/{key}"), message, "leave it out");
            }
        }
        Some(Live { of, family: self.family.clone(), service: service.flatten() })
    }
}

impl Effect for Live {
    fn things(&self, _world: &World, _cx: &Cx<'_>) -> Vec<Thing> {
        vec![Thing::All]
    }

    fn begin(&self, world: &mut World, strike: Strike, cx: &mut Cx<'_>) {
        let Live { of: Some(of), family, service } = self.clone() else {
            world.front.map_down.push(strike.cause);
            return customers::table_down(world, strike.cause, cx);
        };
        world.shortages.push(Shortage { cause: strike.cause, of, family, service });
    }

    fn end(&self, world: &mut World, strike: Strike, cx: &mut Cx<'_>) {
        if self.of.is_none() {
            world.front.map_down.retain(|cause| *cause != strike.cause);
            return customers::table_back(world, strike.cause, cx);
        }
        world.shortages.retain(|one| one.cause != strike.cause);
    }
}
