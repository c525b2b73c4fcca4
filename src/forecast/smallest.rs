//! Tasks that managed scaling does not scale for: those that do not fit the smallest instance type of their group.

use crate::model::Plan;
use crate::model::capacity::ec2_group::{Smallest, smallest};
use crate::model::plan::{Group, Kind, ProviderKind, TaskDef};
use crate::model::problem::Problems;

/// Warns of tasks that stay PROVISIONING, however many hosts the group may have.
pub(super) fn doubts(plan: &Plan, out: &mut Problems) {
    for service in plan.services.iter().filter(|service| service.kind != Kind::Daemon) {
        for item in service.strategy.iter().filter(|item| item.weight > 0 || item.base > 0) {
            let ProviderKind::Group(group) = &plan.providers[item.provider].kind else { continue };
            if group.scaling.is_none() {
                continue;
            }
            let Some(small) = too_small(plan, group, &service.task) else { continue };
            let message = format!(
                "`{}` does not fit `{small}`, the smallest instance type of `{}`: managed scaling launches nothing for it, \
                 and its tasks stay PROVISIONING unless a larger host has room",
                service.name, group.name
            );
            let hint = "give it a group and a capacity provider of larger types only, or make the task smaller";
            out.no_room("/autoScalingGroups", message, hint);
        }
    }
}

/// The first type of a group that does not hold a task.
fn too_small<'p>(plan: &'p Plan, group: &Group, task: &TaskDef) -> Option<&'p str> {
    let holds = |least: Smallest| least.holds(task);
    let types = || group.types.iter().map(|kind| &plan.types[*kind]);
    let all = smallest(types(), group.trunking);
    types().find(|kind| !holds(all) && !holds(smallest(std::iter::once(*kind), group.trunking))).map(|kind| &*kind.name)
}
