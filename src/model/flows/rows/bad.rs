//! Which revisions are bad, where, and when somebody finds it.

use crate::engine::{Span, Who};
use crate::model::defect::Live;
use crate::model::fact::Cause;
use crate::model::flows::{Cx, For, World};
use crate::model::ids::{ChangeId, ServiceId, TaskId, Unit, ZoneId};
use crate::model::plan::Plan;
use crate::model::tables::rollout::Revision;

/// Whether an occurrence of a change is bad.
pub(crate) fn is_bad(id: ChangeId, who: Who, cx: &Cx<'_>) -> bool {
    let change = &cx.plan.changes[id];
    change.defect.is_some() && change.bad_ppm > 0 && cx.draw(For::Defect, who).below(1_000_000) < change.bad_ppm
}

/// The defect of a task, where its revision is bad.
#[inline]
pub(crate) fn defect<'p>(world: &World, plan: &'p Plan, task: TaskId) -> Option<(&'p Live, Cause)> {
    let row = world.tasks.at(task.slot);
    if row.revision == 0 {
        return None;
    }
    of_revision(world, plan, row.service, row.revision, row.zone)
}

/// The defect of a revision in a zone.
pub(crate) fn of_revision<'p>(
    world: &World,
    plan: &'p Plan,
    service: ServiceId,
    revision: u8,
    zone: ZoneId,
) -> Option<(&'p Live, Cause)> {
    let known = world.services[service].deployment.revisions.iter().find(|one| one.number == revision)?;
    of_known(known, plan, service, zone)
}

/// The defect of a revision of a service in a zone.
#[inline]
pub(crate) fn of_known<'p>(
    known: &Revision,
    plan: &'p Plan,
    service: ServiceId,
    zone: ZoneId,
) -> Option<(&'p Live, Cause)> {
    if !known.bad {
        return None;
    }
    let id = known.change?;
    let change = &plan.changes[id];
    let unit = change.only_unit.is_none_or(|only| change.units[only] == Unit::Service(service));
    let here = unit && change.only_in.is_none_or(|only| only == zone);
    change.defect.as_ref().filter(|_| here).map(|defect| (defect, Cause::change(id)))
}

/// From the first moment at which an occurrence of a change runs until somebody finds it, if it is bad.
pub(crate) fn found_after(change: ChangeId, who: Who, cx: &Cx<'_>) -> Option<Span> {
    let law = cx.plan.changes[change].found.as_ref().filter(|_| is_bad(change, who, cx))?;
    Some(law.sample(&mut cx.draw(For::Found, who)))
}
