//! A second bucket on the launch path: network interfaces of Fargate tasks are attached at a rate.
//!
//! ```text
//! accepted ─► waits? ─► queue of the account ─► token ─► Begun ─► the start begins
//!               └ no bound, or a token and nobody before it ─► at once
//! ```
//! A task that waits has its place and counts as starting, in the phase "network interface". Without a bound all of
//! this costs one test.

use crate::engine::Span;
use crate::model::fact::Phase;
use crate::model::flows::rows::account;
use crate::model::flows::{Cx, World, step};
use crate::model::ids::{AccountId, TaskId};
use crate::model::plan::ProviderKind;

/// Whether a task has to wait until its network interface can be attached; then it stands in the queue.
pub(crate) fn waits(world: &mut World, id: TaskId, cx: &mut Cx<'_>) -> bool {
    if world.front.attach.is_empty() {
        return false;
    }
    let plan = cx.plan;
    let task = world.tasks.at(id.slot);
    if !matches!(plan.providers[task.provider].kind, ProviderKind::Fargate { .. }) {
        return false;
    }
    let account = plan.clusters[plan.services[task.service].cluster].account_row;
    let row = &mut world.front.attach[account];
    if row.queue.is_empty() && row.tokens.take(cx.now) {
        return false;
    }
    row.queue.push_back(id);
    account::change(world, plan, id, |task| task.phase = Phase::Network);
    arm(world, account, cx);
    true
}

/// A token is there: whoever waits longest and is still wanted begins its start.
pub(crate) fn handle(world: &mut World, step::Attach::Attached(account): step::Attach, cx: &mut Cx<'_>) {
    world.front.attach[account].armed = false;
    while let Some(&id) = world.front.attach[account].queue.front() {
        let wanted = world.tasks.get(id).is_some_and(|task| task.alive && task.wanted);
        let row = &mut world.front.attach[account];
        if wanted && !row.tokens.take(cx.now) {
            break;
        }
        row.queue.pop_front();
        if wanted {
            // As an event of its own: the control plane may be down, and does not hear of it then.
            cx.after(Span::ZERO, step::Launch::Begun(id));
        }
    }
    arm(world, account, cx);
}

/// The next token is waited for, once.
fn arm(world: &mut World, account: AccountId, cx: &mut Cx<'_>) {
    let row = &mut world.front.attach[account];
    if row.armed || row.queue.is_empty() {
        return;
    }
    let wait = row.tokens.wait(cx.now);
    if wait < Span::MAX {
        row.armed = true;
        cx.after(wait, step::Attach::Attached(account));
    }
}
