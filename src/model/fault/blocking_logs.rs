//! Nothing takes the logs of tasks: those whose log driver blocks hang.

use super::{Cx, Draft, Effect, FaultTarget, Kind, Occurrence, Plan, Scope, World};
use crate::model::flows::rows::link;
use crate::model::flows::task::die;
use crate::model::ids::ServiceId;
use crate::model::names::Names;
use crate::model::tables::shortage::{Dependency, Shortage};

object! {
    /// Nothing takes the logs of tasks, as when Amazon CloudWatch Logs is out of reach.
    ///
    /// ## What happens
    /// A task hangs when an essential container sends its logs in `blocking` mode: it answers no request (model choice:
    /// from the begin of the fault on, as it writes all the time). In `non-blocking` mode it goes on, and its lines are
    /// lost once `max-buffer-size` is full. The mode is that of `logConfiguration`, else the cluster's
    /// `defaultLogDriverMode`, else `blocking` where `startsAt` is before 25 June 2025 and `non-blocking` from then on.
    /// Meanwhile no task with such a container starts, as its log stream cannot be created. The work of a standalone
    /// task takes no longer (left out).
    /// ## What ECS sees
    /// Load-balancer checks fail and eject the targets after 35 to 65 s (`detection.target`); container health checks
    /// fail, too. The tasks are to be replaced, and their replacements stop with `TaskFailedToStart` and
    /// `ResourceInitializationError` (service throttle logic).
    /// ## What heals it
    /// The end of the fault: what hung goes on, and targets come back after as many passes as the target group asks
    /// for. Tasks that are UNHEALTHY by then are replaced.
    /// ## Source
    /// [ecs-account-settings] [ecs-log-modes-post].
    Spec("camelCase") {
        may {
            /// Region. Left out: the only one, or all.
            region: String,
            /// Only tasks of this service or stream. Left out: all.
            service: String,
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// `None`: all.
    service: Option<ServiceId>,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let region = draft.find("region", self.region.as_ref(), Names::region);
        let service = draft.find("service", self.service.as_ref(), Names::service);
        draft.scope = Scope::Region(region?);
        Some(Live { service: service? })
    }
}

impl Live {
    fn hits(self, id: ServiceId, plan: &Plan) -> bool {
        plan.services[id].task.blocking_logs && self.service.is_none_or(|only| only == id)
    }

    pub fn services(self, world: &World, plan: &Plan) -> Vec<ServiceId> {
        world.services.ids().filter(|id| self.hits(*id, plan)).collect()
    }
}

impl Effect for Live {
    fn fault_targets(&self, scope: Scope, world: &World, plan: &Plan) -> Vec<FaultTarget> {
        if self.services(world, plan).is_empty() { Vec::new() } else { scope.clocks(world, plan) }
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        let (cause, of) = (occurrence.cause, Dependency::Logs);
        for id in self.services(world, cx.plan) {
            world.services[id].hung += 1;
            world.shortages.push(Shortage { cause, of, family: None, service: Some(id), share: 1_000_000 });
            for task in link::running_of(world, id) {
                die::hangs(world, task, cause, cx);
            }
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        world.shortages.retain(|one| one.cause != occurrence.cause);
        for id in self.services(world, cx.plan) {
            world.services[id].hung -= 1;
            for task in link::running_of(world, id) {
                die::back_in_reach(world, task, cx);
            }
        }
    }

    fn idle(&self, _scope: Scope, plan: &Plan) -> Option<(&'static str, &'static str)> {
        let hint = "write \"mode\": \"blocking\" in the `options` of a `logConfiguration`";
        let blocks = plan.services.ids().any(|id| self.hits(id, plan));
        (!blocks).then_some(("no log driver blocks", hint))
    }
}
