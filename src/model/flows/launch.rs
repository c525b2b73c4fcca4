//! A launch, from the scheduler's wish to RUNNING.
//!
//! ```text
//! (pace) ─► launch_on ─► tokens? zone or host? ─► accepted ─► Networked ─► Connected ─► Pulled ─► Started
//!                │                                        └───────── or one law for all ─────────┘
//!                └ no room: PROVISIONING (Auto Scaling groups), or back to `pace`
//! ```
//! Left out: images of several containers are pulled as one; tasks that pull the same image at once do not share it.

use super::{For, HELD_UP, account, attach, bad, containers, digest, heir, link};
use super::{managed, pace, plane, scale, serve, shift, staged, stop};
use crate::engine::Span;
use crate::model::capacity::{self, fargate::No, luck};
use crate::model::defect::Effect;
use crate::model::event::steps;
use crate::model::fact::{
    Cause, FaultFact, Hit, Mechanism, NO_HOST, NO_ZONE, Phase, Reason, StopCode, TaskFact, TaskNo, TaskState,
};
use crate::model::ids::{AccountId, BucketId, HostId, ProviderId, ServiceId, TaskId, ZoneId};
use crate::model::placement::{choose, spread};
use crate::model::plan::{Kind, Plan, ProviderKind, Service};
use crate::model::tables::host::{Host, NIL};
use crate::model::tables::shortage::{Dependency, Shortage};
use crate::model::tables::task::{self, Link, Marks, Task};
use crate::model::world::{Cx, World};

steps! { Launch:
    /// A launch bucket has a token again.
    Token(bucket: BucketId),
    /// The network interface is attached.
    Networked(task: TaskId),
    /// The agent takes the task up; the image pull begins.
    Connected(task: TaskId),
    /// The image is there.
    Pulled(task: TaskId),
    /// The containers run.
    Started(task: TaskId),
    /// A container waited for another in vain.
    GaveUp(task: TaskId),
    /// A network interface of an account can be attached again.
    Attached(account: AccountId),
    /// A task that waited for that begins its start.
    Begun(task: TaskId),
}

/// Tasks of a cluster that may wait in PROVISIONING (Amazon ECS quotas).
pub const PROVISIONING_MAX: usize = 500;

/// Handles a step.
pub(crate) fn handle(world: &mut World, step: Step, cx: &mut Cx<'_>) {
    match step {
        Step::Token(bucket) => pace::token(world, bucket, cx),
        Step::Networked(task) => networked(world, task, cx),
        Step::Connected(task) => connected(world, task, cx),
        Step::Pulled(task) => pulled(world, task, cx),
        Step::Started(task) => started(world, task, cx),
        Step::GaveUp(task) => gave_up(world, task, cx),
        Step::Attached(account) => attach::token(world, account, cx),
        Step::Begun(task) => attach::begun(world, task, cx),
    }
}

/// Why a launch did not happen.
#[derive(Clone, Copy)]
pub(crate) enum Wait {
    /// The Fargate launch bucket is empty.
    Bucket(BucketId),
    /// What is due stands in the queue of a bucket.
    Turn,
    /// The service has used up its 500 a minute.
    Service(Span),
    /// Its control-plane cell has no time.
    Plane,
    /// Its control-plane cell refuses this launch, and not the next.
    Refused,
    /// This launch got no capacity by chance; the next may.
    Unlucky(ProviderId),
    /// No capacity, a quota, or no host that fits.
    Capacity(Reason),
}

/// Starts a task in `zone` beside those that are due, for a move between zones; or why not.
pub(crate) fn extra(
    world: &mut World,
    service: ServiceId,
    provider: ProviderId,
    zone: ZoneId,
    cx: &mut Cx<'_>,
) -> Result<TaskId, Wait> {
    world.services[service].owe_first(Cause::mechanism(Mechanism::Rebalancing));
    let launched = launch_on(world, service, provider, Some(zone), cx);
    let row = &mut world.services[service];
    match launched {
        Ok(_) => {}
        // Another launch comes in its place, with luck of its own.
        Err(Wait::Refused | Wait::Unlucky(_)) => {
            row.forgive_first();
            row.tries.skip();
        }
        Err(_) => row.forgive_first(),
    }
    launched
}

/// One launch on one provider: tokens, then room.
pub(crate) fn launch_on(
    world: &mut World,
    service: ServiceId,
    provider: ProviderId,
    only: Option<ZoneId>,
    cx: &mut Cx<'_>,
) -> Result<TaskId, Wait> {
    let plan = cx.plan;
    // That rate is the service scheduler's; RunTask has rates of its own, for its calls.
    if plan.services[service].kind != Kind::Stream {
        let rate = world.services[service].launches.wait(cx.now);
        if rate > Span::ZERO {
            return Err(Wait::Service(rate));
        }
    }
    plane::may_launch(world, service, cx)?;
    match &plan.providers[provider].kind {
        ProviderKind::Fargate { spot, bucket } => {
            let zone = capacity::fargate::choose(world, service, provider, *spot, only, cx);
            let zone = zone.map_err(|no| match no {
                No::Room(reason) => Wait::Capacity(reason),
                No::Luck => Wait::Unlucky(provider),
            })?;
            if !world.buckets[*bucket].tokens.take(cx.now) {
                return Err(Wait::Bucket(*bucket));
            }
            Ok(accept_fargate(world, service, provider, *spot, zone, cx))
        }
        ProviderKind::AnyHost | ProviderKind::External(_) => {
            let host = choose::host(world, service, provider, only, cx).map_err(Wait::Capacity)?;
            let task = take_on(world, service, provider, cx);
            place(world, task, host, cx);
            Ok(task)
        }
        ProviderKind::Group(_) | ProviderKind::Managed(_) => on_group(world, service, provider, only, cx),
    }
}

fn accept_fargate(
    world: &mut World,
    service: ServiceId,
    provider: ProviderId,
    spot: bool,
    zone: ZoneId,
    cx: &mut Cx<'_>,
) -> TaskId {
    let plan = cx.plan;
    let task = take_on(world, service, provider, cx);
    take_fargate(world, service, provider, spot, zone, cx);
    account::change(world, plan, task, |task| task.zone = zone);
    staged::placed(world, task, plan);
    begin(world, task, cx);
    task
}

/// A Fargate task uses stock of its zone and quota of its account.
fn take_fargate(world: &mut World, service: ServiceId, provider: ProviderId, spot: bool, zone: ZoneId, cx: &Cx<'_>) {
    let cpu = u64::from(cx.plan.services[service].task.cpu);
    world.zones[zone].take(spot, cpu);
    if let ProviderKind::Fargate { bucket, .. } = cx.plan.providers[provider].kind {
        world.buckets[bucket].used += cpu;
    }
}

/// On hosts of a provider: at once where there is room, else in PROVISIONING until there is.
fn on_group(
    world: &mut World,
    service: ServiceId,
    provider: ProviderId,
    only: Option<ZoneId>,
    cx: &mut Cx<'_>,
) -> Result<TaskId, Wait> {
    let found = choose::host(world, service, provider, only, cx);
    if found.is_err() && only.is_some_and(|zone| !spread::opens(world, service, provider, zone, cx)) {
        return Err(Wait::Capacity(Reason::Agent));
    }
    let of_group = matches!(cx.plan.providers[provider].kind, ProviderKind::Group(_));
    if found.is_err() && of_group && waiting_in_cluster(world, provider, cx) >= PROVISIONING_MAX {
        return Err(Wait::Capacity(Reason::ProvisioningLimit));
    }
    let task = take_on(world, service, provider, cx);
    if let Ok(host) = found {
        place(world, task, host, cx);
    } else {
        account::change(world, cx.plan, task, |task| task.phase = Phase::CapacityWait);
        world.providers[provider].waiting.push_back(task);
        managed::want(world, provider, cx);
    }
    Ok(task)
}

/// Tasks of the cluster that wait for a host of an Auto Scaling group (model choice).
fn waiting_in_cluster(world: &World, provider: ProviderId, cx: &Cx<'_>) -> usize {
    let plan = cx.plan;
    let cluster = &plan.clusters[plan.providers[provider].cluster];
    let groups = cluster.providers.clone().map(ProviderId);
    let groups = groups.filter(|&row| matches!(plan.providers[row].kind, ProviderKind::Group(_)));
    groups.map(|row| world.providers[row].waiting.len()).sum()
}

/// The control plane takes a launch on.
fn take_on(world: &mut World, service: ServiceId, provider: ProviderId, cx: &mut Cx<'_>) -> TaskId {
    plane::launched(world, service, cx);
    accept(world, service, provider, cx)
}

/// The launch is accepted: a task exists, in PROVISIONING.
fn accept(world: &mut World, service: ServiceId, provider: ProviderId, cx: &mut Cx<'_>) -> TaskId {
    let (revision, dark) = shift::next(world, service, cx.plan);
    let row = &mut world.services[service];
    if cx.plan.services[service].kind != Kind::Stream {
        row.launches.take(cx.now);
    }
    row.steady = false;
    row.tries.taken();
    let cause = shift::pay(row, dark).unwrap_or_else(|| {
        // Nobody owed it: a daemon, on a host that has just come.
        row.ever_due += 1;
        Cause::mechanism(Mechanism::FirstStart)
    });
    let no = TaskNo { service, ordinal: row.launched };
    row.launched += 1;
    let mut task = Task::accepted(no, provider, NO_ZONE, cause, cx.now);
    task.revision = revision;
    task.marks.set(Marks::DARK, dark);
    task.marks.set(Marks::HEIR | Marks::OUTDATED, heir::comes(row, revision));
    let id = account::add(world, cx.plan, task);
    tell(world, id, TaskState::Provisioning, cx);
    id
}

/// Tells readers of a task's state; `from` is the state before.
pub(crate) fn tell(world: &World, id: TaskId, from: TaskState, cx: &mut Cx<'_>) {
    tell_stop(world, id, from, StopCode::None, Reason::None, cx);
}

/// The same, with the reason for a stop.
pub(crate) fn tell_stop(world: &World, id: TaskId, from: TaskState, code: StopCode, reason: Reason, cx: &mut Cx<'_>) {
    if !cx.observed() {
        return;
    }
    let task = world.tasks.at(id.slot);
    cx.note(TaskFact::Went {
        task: task.no(),
        from,
        to: task.state,
        wanted: task.wanted,
        zone: task.zone,
        provider: task.provider,
        host: if task.host == NIL { NO_HOST } else { world.hosts.at(task.host).number },
        code,
        reason,
    });
}

/// Puts a task on a host that has room and begins its start.
pub(crate) fn place(world: &mut World, task: TaskId, host: HostId, cx: &mut Cx<'_>) {
    settle_on(world, task, host, cx.plan);
    staged::placed(world, task, cx.plan);
    let Host { alive, cause, .. } = *world.hosts.at(host.slot);
    if alive {
        begin(world, task, cx);
        return;
    }
    // No agent takes it up: it stays PENDING until ECS learns that the host is gone.
    account::change(world, cx.plan, task, |task| {
        task.alive = false;
        task.cause = cause;
    });
    to_state(world, task, TaskState::Pending, Phase::Detection, cx);
}

/// The task has a place: the start begins, once its network interface can be attached.
fn begin(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if !attach::waits(world, id, cx) {
        starts(world, id, cx);
    }
}

/// Nothing of the launch path is waited for any more.
pub(crate) fn starts(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    let plan = cx.plan;
    let task = world.tasks.at(id.slot);
    let service = &plan.services[task.service];
    let who = task.who(service);
    if let Some(law) = &service.life.start {
        let span = law.sample(&mut cx.draw(For::Start, who));
        to_state(world, id, TaskState::Pending, Phase::Start, cx);
        cx.after(span, Step::Started(id));
        return;
    }
    if service.task.eni {
        account::change(world, plan, id, |task| task.phase = Phase::Network);
        cx.after(service.life.eni.sample(&mut cx.draw(For::Start, who)), Step::Networked(id));
    } else {
        networked(world, id, cx);
    }
}

fn to_state(world: &mut World, id: TaskId, state: TaskState, phase: Phase, cx: &mut Cx<'_>) {
    let from = world.tasks.at(id.slot).state;
    account::change(world, cx.plan, id, |task| {
        task.state = state;
        task.phase = phase;
    });
    tell(world, id, from, cx);
}

/// Whether the task may take its next step; while its agent is not heard the step is tried again later.
pub(crate) fn goes_on(world: &World, id: TaskId, again: Step, cx: &mut Cx<'_>) -> bool {
    let Some(task) = world.tasks.get(id) else { return false };
    if !task.alive || !task.wanted {
        return false;
    }
    let hears = link::hears(world, task);
    if !hears {
        cx.after(HELD_UP, again);
    }
    hears
}

fn networked(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if !goes_on(world, id, Step::Networked(id), cx) {
        return;
    }
    to_state(world, id, TaskState::Pending, Phase::ContainerStart, cx);
    let plan = cx.plan;
    let task = world.tasks.at(id.slot);
    let service = &plan.services[task.service];
    cx.after(service.life.connect.sample(&mut cx.draw(For::Connect, task.who(service))), Step::Connected(id));
}

fn connected(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if !goes_on(world, id, Step::Connected(id), cx) {
        return;
    }
    to_state(world, id, TaskState::Activating, Phase::ImagePull, cx);
    if start_fails(world, id, cx) {
        return;
    }
    digest::resolved(world, id, cx);
    let plan = cx.plan;
    let task = world.tasks.at(id.slot);
    let service = &plan.services[task.service];
    let pull = if has_image(world, task, service) {
        Span::ZERO
    } else {
        service.life.pull.sample(&mut cx.draw(For::Pull, task.who(service)))
    };
    cx.after(pull, Step::Pulled(id));
}

/// The image of a task: each revision has its own.
fn image_of(task: &Task, service: &Service) -> u32 {
    service.task.image | u32::from(task.revision) << 24
}

/// Whether the task's host has its image. Asking the registry for an image that is there takes no time (model choice).
fn has_image(world: &World, task: &Task, service: &Service) -> bool {
    task.host != NIL && world.hosts.at(task.host).cached.contains(&image_of(task, service))
}

/// Fails the start when it cannot get what it needs: its secrets, or an image that has to be pulled.
fn start_fails(world: &mut World, id: TaskId, cx: &mut Cx<'_>) -> bool {
    if world.shortages.is_empty() {
        return false;
    }
    let task = world.tasks.at(id.slot);
    let plan = cx.plan;
    let service = &plan.services[task.service];
    let always = || {
        let provider = world.hosts.at(task.host).provider;
        plan.providers[provider].kind.habits().is_some_and(|habits| habits.always_pull)
    };
    let pulls = !has_image(world, task, service) || always();
    let who = task.who(service);
    let fails = |cause: Cause, share| luck::fails(For::Fails, who, luck::certificate(cause, 0, plan), share, cx);
    let stops = |one: &&Shortage| one.stops(task.service, service, pulls) && fails(one.cause, one.share);
    let Some(found) = world.shortages.iter().find(stops) else {
        return false;
    };
    let reason = match found.of {
        Dependency::ImageRegistry => Reason::CannotPullContainer,
        Dependency::Secrets => Reason::ResourceInitialization,
    };
    let (cause, service) = (found.cause, task.service);
    cx.note(FaultFact::Hits { cause, what: Hit::Service(service) });
    cx.note(FaultFact::Noticed { cause });
    account::change(world, cx.plan, id, |task| task.cause = cause);
    stop::gone(world, id, StopCode::TaskFailedToStart, reason, cx);
    true
}

fn pulled(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if !goes_on(world, id, Step::Pulled(id), cx) {
        return;
    }
    let plan = cx.plan;
    keep_image(world, id, plan);
    account::change(world, plan, id, |task| task.phase = Phase::ContainerStart);
    let task = world.tasks.at(id.slot);
    let service = &plan.services[task.service];
    match containers::take(service, task.who(service), cx) {
        Ok(span) => cx.after(span, Step::Started(id)),
        Err(span) => cx.after(span, Step::GaveUp(id)),
    }
}

/// A dependency did not get ready within its `startTimeout`.
fn gave_up(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if world.tasks.get(id).is_some_and(|task| task.alive && task.wanted) {
        stop::gone(world, id, StopCode::TaskFailedToStart, Reason::None, cx);
    }
}

fn keep_image(world: &mut World, id: TaskId, plan: &Plan) {
    let task = world.tasks.at(id.slot);
    let (image, host) = (image_of(task, &plan.services[task.service]), task.host);
    if host != NIL {
        let cached = &mut world.hosts.at_mut(host).cached;
        if !cached.contains(&image) {
            cached.push(image);
        }
    }
}

fn started(world: &mut World, id: TaskId, cx: &mut Cx<'_>) {
    if !goes_on(world, id, Step::Started(id), cx) {
        return;
    }
    if cx.plan.services[world.tasks.at(id.slot).service].life.start.is_some() {
        if start_fails(world, id, cx) {
            return;
        }
        keep_image(world, id, cx.plan);
        to_state(world, id, TaskState::Activating, Phase::Start, cx);
        digest::resolved(world, id, cx);
    }
    if let Some((defect, cause)) = bad::defect(world, cx.plan, id).filter(|(defect, _)| defect.never_starts()) {
        account::change(world, cx.plan, id, |task| task.cause = cause);
        let reason = if defect.lacks_image() { Reason::CannotPullContainer } else { Reason::None };
        return stop::gone(world, id, StopCode::TaskFailedToStart, reason, cx);
    }
    let service = world.tasks.at(id.slot).service;
    let row = &mut world.services[service];
    row.rest = Span::ZERO;
    row.impaired = false;
    serve::running(world, id, cx);
}

/// At time 0: a task that has been running for long. `false` when there is no room for it.
pub(crate) fn stand(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) -> bool {
    let plan = cx.plan;
    let Some(item) = pace::pick_item(world, service, 0, cx) else { return false };
    let provider = plan.services[service].strategy[item].provider;
    let placed = if let ProviderKind::Fargate { spot, .. } = &plan.providers[provider].kind {
        let Ok(zone) = capacity::fargate::choose(world, service, provider, *spot, None, cx) else { return false };
        let id = accept(world, service, provider, cx);
        take_fargate(world, service, provider, *spot, zone, cx);
        account::change(world, plan, id, |task| task.zone = zone);
        id
    } else {
        let Some(host) = scale::room_at_start(world, service, provider, cx) else { return false };
        let id = accept(world, service, provider, cx);
        settle_on(world, id, host, plan);
        id
    };
    keep_image(world, placed, plan);
    serve::long_running(world, placed, cx);
    true
}

/// The same for a daemon on a host that has room for it.
pub(crate) fn stand_on(world: &mut World, service: ServiceId, host: HostId, cx: &mut Cx<'_>) {
    let provider = world.hosts.at(host.slot).provider;
    let id = accept(world, service, provider, cx);
    settle_on(world, id, host, cx.plan);
    keep_image(world, id, cx.plan);
    serve::long_running(world, id, cx);
}

/// Reserves a host's room for a task.
fn settle_on(world: &mut World, id: TaskId, host: HostId, plan: &Plan) {
    let service = &plan.services[world.tasks.at(id.slot).service];
    let machine = world.hosts.at_mut(host.slot);
    machine.reserve(&service.task, service.kind == Kind::Daemon);
    let zone = machine.zone;
    task::link(&mut world.tasks, &mut machine.first, id.slot, Link::Host);
    account::change(world, plan, id, |task| (task.host, task.zone) = (host.slot, zone));
}

/// A daemon's task on one host.
pub(crate) fn daemon(world: &mut World, service: ServiceId, host: HostId, cx: &mut Cx<'_>) {
    let provider = world.hosts.at(host.slot).provider;
    let task = take_on(world, service, provider, cx);
    place(world, task, host, cx);
}
