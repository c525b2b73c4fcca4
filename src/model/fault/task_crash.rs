//! Tasks die.

use super::{Effect, FaultTarget, Kind, Occurrence};
use crate::model::fact::TaskState;
use crate::model::flows::For;
use crate::model::flows::rows::wake;
use crate::model::flows::task::serve;
use crate::model::ids::TaskId;
use crate::model::ids::{CellId, ClusterId, ServiceId, ZoneId};
use crate::model::names::Names;
use crate::model::plan::Plan;
use crate::model::problem::Problems;
use crate::model::tables::Task;
use crate::model::world::{Cx, World};

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
pub enum Of {
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
    pub of: Of,
    /// `None`: all.
    pub zone: Option<ZoneId>,
    pub count: u32,
    pub share: Option<f64>,
    pub exit_code: u32,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        let (_, zone, share) = super::scope(None, self.zone.as_deref(), self.share, at, names, out)?;
        let of = match (&self.service, &self.cluster, &self.cell) {
            (None, None, None) => Of::All,
            (Some(name), None, None) => Of::Service(names.service(name, &format!("{at}/service"), out)?),
            (None, Some(name), None) => Of::Cluster(names.cluster(name, &format!("{at}/cluster"), out)?),
            (None, None, Some(name)) => Of::Cell(names.cell(name, &format!("{at}/cell"), out)?),
            _ => {
                out.exclude("`service`, `cluster` and `cell`", at);
                return None;
            }
        };
        if !super::count_or_share(self.count, self.share, at, out) {
            return None;
        }
        Some(Live { of, zone, count: self.count.unwrap_or(1), share, exit_code: self.exit_code.unwrap_or(1) })
    }
}

impl Live {
    /// Whether the fault may hit this task.
    pub(crate) fn matches(&self, task: &Task, world: &World, plan: &Plan) -> bool {
        let cluster = || plan.services[task.service].cluster;
        let meant = match self.of {
            Of::All => true,
            Of::Service(service) => service == task.service,
            Of::Cluster(only) => only == cluster(),
            Of::Cell(cell) => cell == world.assignments.of(plan, cluster()),
        };
        meant && self.zone.is_none_or(|zone| zone == task.zone)
    }

    fn targets(&self, world: &World, plan: &Plan) -> Vec<TaskId> {
        let open = |&slot: &u32| {
            let task = world.tasks.at(slot);
            task.alive && task.state == TaskState::Running && self.matches(task, world, plan)
        };
        (0..world.tasks.slots()).filter(open).map(|slot| world.tasks.handle(slot)).collect()
    }
}

impl Effect for Live {
    fn fault_targets(&self, _world: &World, _cx: &Cx<'_>) -> Vec<FaultTarget> {
        Vec::new()
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        let plan = cx.plan;
        let tasks = match occurrence.fault_target {
            FaultTarget::Task(task) => vec![task],
            _ => super::pick(self.targets(world, plan), self.count, self.share, |id| {
                let task = world.tasks.at(id.slot);
                cx.draw(For::FaultHits, occurrence.who.nth(task.who(&plan.services[task.service]).0))
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
}
