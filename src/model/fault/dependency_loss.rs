//! Something that a start depends on does not answer.

use super::{Cx, Draft, Effect, FailShare, Kind, Occurrence, World, course};
use crate::model::flows::traffic::customers;
use crate::model::ids::ServiceId;
use crate::model::names::Names;
use crate::model::tables::shortage::{self, Shortage};

object! {
    /// Something that a start depends on does not answer.
    ///
    /// ## What happens
    /// What a start needs and cannot get stops starting; what runs, runs on. `imageRegistry`: tasks that have to pull
    /// their image fail to start, a cached image starts (as with `imageRegistryDown`). `secrets`: every start fails,
    /// with a cached image too, as secrets and parameters are read anew for each task (model choice: whether or not its
    /// task definition lists `secrets`; `family` and `service` narrow it). `map`: new clusters get no cell, nor do new
    /// customers of a `cellularApplication`; whoever has one is served. With a `failShare` that share of the starts
    /// fails, the others go on.
    /// ## What ECS sees
    /// `TaskFailedToStart` with `CannotPullContainerError` or `ResourceInitializationError`; after repeated failures
    /// the scheduler waits longer and longer between tries (service throttle logic).
    /// ## What heals it
    /// The dependency's return, after the wait that the throttle logic has reached.
    /// ## Source
    /// [ecs-stop-codes] [ecs-throttle-logic].
    Spec("camelCase") {
        need {
            /// What does not answer.
            dependency: Dependency,
        }
        may {
            /// Only tasks of this task-definition family. Left out: all.
            family: String,
            /// Only tasks of this service or stream. Left out: all.
            service: String,
            /// Instead of all starts: the share of starts that fail, a number from 0 to 1, or its course, `[{"at":
            /// "0s", "share": 0.9}, {"at": "10m", "share": 0.2}]` with times from the begin of the fault. Each is drawn
            /// by itself (model choice).
            fail_share: FailShare,
        }
    }
}

words! {
    /// What a start depends on.
    Dependency("camelCase", called "StartDependency") {
        /// The registry of images.
        ImageRegistry,
        /// AWS Secrets Manager or the parameter store of Systems Manager.
        Secrets,
        /// Where maps are kept: the source of the routers of control planes (as with `mapSourceOutage`) and the table
        /// of customers' own cells (as with `mapTableOutage`).
        Map,
    }
}

/// What runs.
#[derive(Clone, Debug)]
pub struct Live {
    /// What does not answer; `None`: maps.
    pub of: Option<shortage::Dependency>,
    /// `None`: all.
    pub(super) family: Option<String>,
    /// `None`: all.
    pub(super) service: Option<ServiceId>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let family = draft.find("family", self.family.as_ref(), Names::family);
        let service = draft.find("service", self.service.as_ref(), Names::service);
        let (family, service) = (family?, service?);
        let of = match self.dependency {
            Dependency::ImageRegistry => Some(shortage::Dependency::ImageRegistry),
            Dependency::Secrets => Some(shortage::Dependency::Secrets),
            Dependency::Map => None,
        };
        let idle = [
            ("family", self.family.is_some(), "a map has rows for clusters and customers, not for tasks"),
            ("service", self.service.is_some(), "a map has rows for clusters and customers, not for tasks"),
            ("failShare", self.fail_share.is_some(), "a map answers or does not"),
        ];
        for (key, written, why) in idle {
            if written && of.is_none() {
                draft.out.idle(&draft.key(key), why, "leave it out");
            }
        }
        draft.fails(self.fail_share.as_ref())?;
        draft.course = draft.course.take().filter(|_| of.is_some());
        Some(Live { of, family, service })
    }
}

impl Effect for Live {
    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        let Live { of: Some(of), family, service } = self.clone() else {
            world.front.map_down.push(occurrence.cause);
            return customers::table_down(world, occurrence.cause, cx);
        };
        let share = course::first(occurrence, cx.plan).unwrap_or(1_000_000);
        world.shortages.push(Shortage { cause: occurrence.cause, of, family, service, share });
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        if self.of.is_none() {
            world.front.map_down.retain(|cause| *cause != occurrence.cause);
            return customers::table_back(world, occurrence.cause, cx);
        }
        world.shortages.retain(|one| one.cause != occurrence.cause);
    }

    fn share_is(&self, world: &mut World, occurrence: Occurrence, share: u32, _cx: &mut Cx<'_>) {
        shortage::share_is(&mut world.shortages, occurrence.cause, share);
    }
}
