//! Tasks that no host can ever take: ECS accepts their service and never places them.

use super::services;
use crate::model::Plan;
use crate::model::ids::{ProviderId, TypeId};
use crate::model::placement::system;
use crate::model::plan::{InstanceType, ProviderKind, Service};

/// Why no instance type that a service or stream can get takes its tasks; `None`: one does, or it runs on Fargate. What
/// is too large for the groups alone is told with their room.
pub(crate) fn why(plan: &Plan, service: &Service) -> Option<String> {
    let mut all: Vec<(ProviderId, TypeId, bool)> = Vec::new();
    let mut managed = false;
    for item in service.strategy.iter().filter(|item| item.weight > 0 || item.base > 0) {
        match &plan.providers[item.provider].kind {
            ProviderKind::Fargate { .. } => return None,
            ProviderKind::Group(_) => add_group(plan, item.provider, &mut all),
            ProviderKind::AnyHost => {
                let cluster = plan.providers[item.provider].cluster;
                let rows = plan.providers.ids().filter(|id| plan.providers[*id].cluster == cluster);
                rows.for_each(|id| add_group(plan, id, &mut all));
            }
            ProviderKind::Managed(row) => {
                managed = true;
                all.extend(row.types.iter().map(|kind| (item.provider, *kind, false)));
            }
            ProviderKind::External(row) => all.extend(row.hosts.iter().map(|host| (item.provider, host.1, false))),
        }
    }
    let task = &service.task;
    let some = |test: &dyn Fn(ProviderId, &InstanceType, bool) -> bool| {
        all.iter().any(|(provider, kind, trunking)| test(*provider, &plan.types[*kind], *trunking))
    };
    if all.is_empty() {
        return None;
    }
    if let Some(wanted) = task.system.filter(|wanted| !some(&|provider, _, _| system(plan, provider) == *wanted)) {
        return Some(format!("hosts with the operating system {wanted}"));
    }
    if let Some(wanted) = task.architecture.filter(|wanted| !some(&|_, kind, _| kind.architecture == *wanted)) {
        return Some(format!("hosts of the architecture {wanted}"));
    }
    if !some(&|_, kind, _| kind.gpus >= task.gpus) {
        let gpus = if task.gpus == 1 { "1 GPU".to_owned() } else { format!("{} GPUs", task.gpus) };
        let most = all.iter().map(|(_, kind, _)| plan.types[*kind].gpus).max().unwrap_or(0);
        let most =
            if most == 0 { "none of them has one".to_owned() } else { format!("none of them has more than {most}") };
        return Some(format!("hosts with {gpus} ({most})"));
    }
    let special = task.system.is_some() || task.architecture.is_some() || task.gpus > 0 || managed;
    let fits = |provider: ProviderId, kind: &InstanceType, trunking: bool| {
        services::fits(kind, task, trunking) > 0 && task.system.is_none_or(|wanted| system(plan, provider) == wanted)
    };
    (special && !some(&fits)).then(|| {
        format!("hosts with {} CPU units, {} MiB and all else that it asks for at once", task.cpu, task.memory)
    })
}

fn add_group(plan: &Plan, provider: ProviderId, all: &mut Vec<(ProviderId, TypeId, bool)>) {
    if let ProviderKind::Group(group) = &plan.providers[provider].kind {
        all.extend(group.all_types().into_iter().map(|kind| (provider, kind, group.trunking)));
    }
}
