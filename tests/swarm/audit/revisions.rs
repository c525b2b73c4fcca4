//! Revisions of services with their tasks, and deployments under way.

use super::Findings;
use evenkeel::internals::model::fact::{NO_ZONE, TaskState};
use evenkeel::internals::model::ids::ServiceId;
use evenkeel::internals::model::plan::{Plan, Reach};
use evenkeel::internals::model::tables::Task;
use evenkeel::internals::model::tables::rollout::{Rollout, Stage};
use evenkeel::internals::model::tables::task::{Health, Marks, Target};
use evenkeel::internals::model::world::World;

/// Counts of revisions, marks of tasks, stages of deployments.
pub(super) fn look(world: &World, plan: &Plan, out: &mut Findings) {
    for (id, row) in world.services.pairs() {
        let (name, own) = (&plan.services[id].name, &row.deployment);
        if plan.services[id].changes.is_empty() {
            out.holds("nothing changes", name, own.revisions.is_empty() && own.rollout.is_none(), own.revision);
            continue;
        }
        for revision in &own.revisions {
            let counted = count(world, plan, id, revision.number);
            let kept = [revision.wanted, revision.starting, revision.to_replace];
            let (wanted, [targets, surplus]) = counted;
            out.same("tasks of a revision", name, (kept, revision.targets.clone()), (wanted, targets.clone()));
            if !revision.by_item.is_empty() {
                let counted = by_item(world, plan, id, revision.number);
                out.same("lasting tasks of a revision by item", name, &revision.by_item, &counted);
            }
            if !revision.surplus.is_empty() {
                out.same("spares of a revision", name, revision.surplus.clone(), surplus.clone());
            }
            let by_wear = revision.worn.iter().map(|row| row.map(|counts| counts.iter().sum::<u32>()));
            let all = targets.iter().zip(&surplus).map(|(row, surplus)| [row[0], row[1], surplus[0], surplus[1]]);
            let adds_up = revision.worn.is_empty() || by_wear.eq(all);
            out.holds("targets by wear", name, adds_up, &revision.worn);
        }
        let known = |number: u8| own.revisions.iter().any(|one| one.number == number);
        let mut unknown = world.tasks.pairs().filter(|(_, task)| task.service == id && task.wanted);
        out.holds("tasks are of known revisions", name, unknown.all(|(_, task)| known(task.revision)), own.revision);
        let shift = row.shift();
        // A deployment that was completed early leaves tasks of the revision before behind, to be replaced.
        let covers = |task: &Task| match &own.rollout {
            Some(one) => shift.is_none() && one.covers(task.zone),
            None => true,
        };
        let outdated = |task: &Task| covers(task) && task.revision != own.revision;
        let of_it = || world.tasks.pairs().map(|(_, task)| task).filter(|task| task.service == id && task.wanted);
        let wrong = of_it().filter(|task| task.marks.has(Marks::OUTDATED) != outdated(task)).count();
        // One box makes room for itself in a task that is not of another revision than it should be.
        let one_box = own.rollout.as_ref().is_some_and(|one| one.is_partial() && one.reach == Reach::OneBox);
        out.holds("marks of outdated tasks", name, wrong <= usize::from(one_box), wrong);
        if let Some(rollout) = own.rollout.as_ref().filter(|rollout| rollout.is_partial()) {
            isolated(world, id, rollout, name, out);
        }
        let dark = |revision: u8| shift.is_some_and(|shift| shift.is_dark(revision));
        let mut marked = world.tasks.pairs().filter(|(_, task)| task.service == id && task.wanted);
        let right = marked.all(|(_, task)| task.marks.has(Marks::DARK) == dark(task.revision));
        out.holds("spares are those of a revision without requests", name, right, shift);
        if let Some(shift) = shift {
            let mut others = own.revisions.iter().filter(|one| ![shift.blue, shift.green].contains(&one.number));
            out.holds("two revisions at most have tasks", name, others.all(|one| one.wanted == 0), &own.revisions);
            let scaled = shift.scaled || own.revisions.iter().all(|one| one.number != shift.green || one.wanted == 0);
            out.holds("green has no task before it is scaled", name, scaled, shift);
            let open = own.rollout.as_ref().is_some_and(|rollout| rollout.stage.is_open());
            let copied = shift.copies == 0 || (open && shift.scaled && shift.weight == 0);
            out.holds("copies go to what gets nothing else", name, copied, shift);
        }
        if let Some(rollout) = &own.rollout {
            let right = rollout.replacements.iter().all(|(of, count)| *count > 0 && known(*of) && rollout.keeps(*of));
            out.holds("heirs of revisions before", name, right, &rollout.replacements);
            let back = if rollout.staged { Some(rollout.before) } else { own.completed };
            let target = if rollout.stage == Stage::Back { back } else { Some(rollout.revision) };
            out.same("what is deployed", name, Some(own.revision), target);
            out.same("what is on trial", name, own.deploying, Some((rollout.change, rollout.revision)));
        }
        let copies = shift.map_or(0, |shift| shift.copies);
        let asked = row.traffic.copied;
        let within = asked.served + asked.refused <= asked.offered && (copies > 0 || asked.offered == 0);
        out.holds("copies are answered or fail", name, within, asked);
    }
}

/// Tasks of a revision that are wanted and not to be replaced, by item of the strategy.
fn by_item(world: &World, plan: &Plan, id: ServiceId, number: u8) -> Vec<u32> {
    let lasts = |task: &&Task| task.service == id && task.revision == number && task.wanted && !task.to_replace();
    let on = |provider| {
        world.tasks.pairs().map(|(_, task)| task).filter(lasts).filter(move |task| task.provider == provider)
    };
    plan.services[id].strategy.iter().map(|item| on(item.provider).count() as u32).collect()
}

/// What a pipeline has not reached has no task of the new revision; one box is one task.
fn isolated(world: &World, id: ServiceId, rollout: &Rollout, name: &str, out: &mut Findings) {
    let of_it = world.tasks.pairs().map(|(_, task)| task).filter(|task| task.service == id && task.wanted);
    let new = of_it.filter(|task| task.revision == rollout.revision && task.zone != NO_ZONE);
    if rollout.reach == Reach::OneBox {
        out.holds("one box", name, new.count() <= 1, rollout.revision);
        return;
    }
    // The one box of an earlier stage may stand in another zone.
    let astray = new.filter(|task| !rollout.zones.contains(&task.zone)).count();
    out.holds("zones that were not reached", name, astray <= 1, astray);
}

/// Tasks of a revision: wanted, starting, to be replaced; by zone, targets that get requests and answer, that would,
/// and those that cannot; then the same of its spares.
fn count(world: &World, plan: &Plan, id: ServiceId, number: u8) -> ([u32; 3], [Vec<[u32; 4]>; 2]) {
    let mut wanted = [0; 3];
    let none = || vec![[0; 4]; world.services[id].zones.len()];
    let mut both = [none(), none()];
    let service = &plan.services[id];
    for (_, task) in world.tasks.pairs().filter(|(_, task)| task.service == id && task.revision == number) {
        let fit = task.health == Health::Healthy && task.state == TaskState::Running;
        let starting = !task.to_replace() && (!fit || task.marks.has(Marks::WARMING));
        for (count, counts) in wanted.iter_mut().zip([true, starting, task.to_replace()]) {
            *count += u32::from(task.wanted && counts);
        }
        if task.zone == NO_ZONE {
            continue;
        }
        let targets = &mut both[usize::from(task.marks.has(Marks::DARK))];
        let reached = evenkeel::internals::model::flows::rows::link::reached(world, plan, task);
        let answers = task.state == TaskState::Running && task.alive && task.ready() && reached;
        let place = world.zone_row(task.zone);
        let direct = service.balancer.is_none() && task.target == Target::None;
        targets[place][0] += u32::from(answers && (direct || task.target == Target::Healthy));
        let out = matches!(task.target, Target::Initial | Target::Unhealthy);
        targets[place][1] += u32::from(answers && out);
        targets[place][2] += u32::from(!answers && task.target == Target::Healthy);
        targets[place][3] += u32::from(!answers && out);
    }
    (wanted, both)
}
