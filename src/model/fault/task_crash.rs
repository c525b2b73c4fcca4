//! Tasks die.

use super::{CellId, Cx, Draft, Effect, FaultTarget, Hits, Kind, Occurrence, Plan, Scope, Task, World, ZoneId};
use crate::model::fact::TaskState;
use crate::model::flows::For;
use crate::model::flows::rows::wake;
use crate::model::flows::task::serve;
use crate::model::ids::{ClusterId, ServiceId, TaskId};
use crate::model::names::Names;

object! {
    /// Tasks die: an essential container exits.
    ///
    /// ## What happens
    /// With `at`: `count` running tasks (drawn at random), or a `share` of them, exit at once. With `every`: each task
    /// has its own clock from the moment it runs. With `for` the crash lasts: what would start in its place crashes as
    /// well, so that nothing does before the fault ends.
    /// ## What ECS sees
    /// The exit, within a second; `stopCode` is `EssentialContainerExited`.
    /// ## What heals it
    /// The scheduler starts a replacement; launch rate and start time bound it, and with `for` it waits until the end.
    /// Where a container restart policy applies, the container starts again in place.
    /// ## Source
    /// [ecs-stop-codes].
    Spec("camelCase") {
        may {
            /// Whose tasks, such as `shop/web`. Left out: those of every service.
            service: String,
            /// Instead: the tasks of all services of this cluster, such as `shop`.
            cluster: String,
            /// Instead: the tasks of all clusters that this control-plane cell runs when the fault hits them, such as
            /// `cell-2`, with its Region in front where several have one (`us-east-1/cell-2`). With `every` the clock
            /// of a task starts if the cell runs its cluster when the task starts to run.
            cell: String,
            /// Only tasks in this zone.
            zone: String,
            /// How many at once, with `at`.
            count: u32 => Choice "1",
            /// Share of the tasks, with `at`, instead of `count`: each task is drawn by itself.
            share: f64,
            /// The exit code, which a container's `restartPolicy` may ignore.
            exit_code: u32 => Choice "1",
        }
    }
}

/// Whose tasks crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Of {
    All,
    /// Those of one service.
    Service(ServiceId),
    /// Those of every service of a cluster.
    Cluster(ClusterId),
    /// Those of every cluster that a control-plane cell runs.
    Cell(CellId),
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    of: Of,
    /// `None`: all.
    zone: Option<ZoneId>,
    hits: Hits,
    exit_code: u32,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let zone = draft.zone(self.zone.as_ref());
        let hits = draft.hits(self.count, self.share, 1);
        if [&self.service, &self.cluster, &self.cell].into_iter().flatten().count() > 1 {
            draft.out.exclude("`service`, `cluster` and `cell`", draft.at);
            return None;
        }
        let service = draft.find("service", self.service.as_ref(), Names::service)?;
        let cluster = draft.find("cluster", self.cluster.as_ref(), Names::cluster)?;
        let cell = draft.find("cell", self.cell.as_ref(), Names::cell)?;
        let of = service.map(Of::Service).or(cluster.map(Of::Cluster)).or(cell.map(Of::Cell));
        let (of, exit_code) = (of.unwrap_or(Of::All), self.exit_code.unwrap_or(1));
        draft.scope = Scope::Task;
        Some(Live { of, zone: zone?, hits: hits?, exit_code })
    }

    fn momentary(&self) -> bool {
        true
    }

    fn counts(&self) -> bool {
        self.count.is_some() || self.share.is_some()
    }
}

impl Live {
    fn targets(&self, world: &World, plan: &Plan) -> Vec<TaskId> {
        let open = |&slot: &u32| {
            let task = world.tasks.at(slot);
            task.alive && task.state == TaskState::Running && self.has_task(task, world, plan)
        };
        (0..world.tasks.slots()).filter(open).map(|slot| world.tasks.handle(slot)).collect()
    }
}

impl Effect for Live {
    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        let tasks = match occurrence.fault_target {
            FaultTarget::Task(task) => vec![task],
            _ => self.hits.pick(self.targets(world, cx.plan), |id| {
                let task = world.tasks.at(id.slot);
                cx.draw(For::FaultHits, occurrence.who.nth(task.who(&cx.plan.services[task.service]).0))
            }),
        };
        for task in tasks {
            if occurrence.ends.is_some() {
                let service = world.tasks.at(task.slot).service;
                world.hold_tasks(occurrence.cause, service);
            }
            serve::exit(world, task, occurrence.cause, self.exit_code, occurrence.ends, cx);
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        while let Some(service) = world.release_tasks(occurrence.cause) {
            wake::scheduler(world, service, cx);
        }
    }

    fn has_task(&self, task: &Task, world: &World, plan: &Plan) -> bool {
        let cluster = || plan.services[task.service].cluster;
        let meant = match self.of {
            Of::All => true,
            Of::Service(service) => service == task.service,
            Of::Cluster(only) => only == cluster(),
            Of::Cell(cell) => cell == world.assignments.of(plan, cluster()),
        };
        meant && self.zone.is_none_or(|zone| zone == task.zone)
    }

    fn picks_in_region(&self, _plan: &Plan) -> bool {
        self.hits.share.is_none() && self.of == Of::All
    }
}
