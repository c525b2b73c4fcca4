//! Revisions of services with their tasks, and deployments under way.

use super::Findings;
use crate::model::fact::TaskState;
use crate::model::ids::ServiceId;
use crate::model::plan::Plan;
use crate::model::tables::rollout::Stage;
use crate::model::tables::task::{Marks, Target};
use crate::model::world::World;

/// Counts of revisions, marks of tasks, stages of deployments.
pub(super) fn look(world: &World, plan: &Plan, out: &mut Findings) {
    for (id, row) in world.services.pairs() {
        let name = &plan.services[id].name;
        if plan.services[id].changes.is_empty() {
            out.holds("nothing changes", name, row.revisions.is_empty() && row.rollout.is_none(), row.revision);
            continue;
        }
        for revision in &row.revisions {
            let counted = count(world, plan, id, revision.number);
            out.same("tasks of a revision", name, (revision.wanted, revision.targets.clone()), counted);
        }
        let known = |number: u8| row.revisions.iter().any(|one| one.number == number);
        let mut unknown = world.tasks.pairs().filter(|(_, task)| task.service == id && task.wanted);
        out.holds("tasks are of known revisions", name, unknown.all(|(_, task)| known(task.revision)), row.revision);
        let outdated = |revision: u8| row.rollout.is_some() && revision != row.revision;
        let marked = world.tasks.pairs().filter(|(_, task)| task.service == id && task.wanted);
        let wrong = marked.filter(|(_, task)| task.marks.has(Marks::OUTDATED) != outdated(task.revision)).count();
        out.same("marks of outdated tasks", name, wrong, 0);
        if let Some(rollout) = &row.rollout {
            let new = plan.changes[rollout.change].revision;
            let target = if rollout.stage == Stage::Back { row.completed } else { Some(new) };
            out.same("what is deployed", name, Some(row.revision), target);
        }
    }
}

/// Tasks of a revision that are wanted; by zone, targets that get requests and answer, and that would.
fn count(world: &World, plan: &Plan, id: ServiceId, number: u8) -> (u32, Vec<[u32; 2]>) {
    let mut wanted = 0;
    let mut targets = vec![[0; 2]; world.services[id].zones.len()];
    let service = &plan.services[id];
    for (_, task) in world.tasks.pairs().filter(|(_, task)| task.service == id && task.revision == number) {
        wanted += u32::from(task.wanted);
        if task.zone == crate::model::fact::NO_ZONE {
            continue;
        }
        let zone = &world.zones[task.zone];
        let reached = crate::model::flows::link::reaches(zone, plan.zones[task.zone].kind, service);
        let answers = task.state == TaskState::Running && task.alive && task.ready && reached;
        let place = world.zone_row(task.zone);
        let direct = service.balancer.is_none() && task.target == Target::None;
        targets[place][0] += u32::from(answers && (direct || task.target == Target::Healthy));
        targets[place][1] += u32::from(answers && matches!(task.target, Target::Initial | Target::Unhealthy));
    }
    (wanted, targets)
}
