//! What a run told, held against the rules that must hold at every instant.

use crate::diary::Diary;
use evenkeel::internals::engine::Time;
use evenkeel::internals::model::fact::{
    Cause, Fact, HostFact, HostStatus, NO_HOST, Phase, Reason, ServiceFact, StopCode, TaskFact, TaskNo, TaskState,
};
use evenkeel::internals::model::ids::{ProviderId, ServiceId, ZoneId};
use evenkeel::internals::model::plan::{Kind, Plan, ProviderKind, Strategy};
use std::collections::BTreeMap;

/// Holds each fact against the rules, then each instant.
pub(crate) fn hold(plan: &Plan, diary: &Diary) -> Vec<String> {
    let mut log = Log { plan, now: Time::ZERO, wrong: Vec::new(), tasks: BTreeMap::new(), ..Log::new(plan) };
    for (at, fact) in &diary.0 {
        if *at > log.now {
            log.instant();
            log.now = *at;
        }
        log.fact(fact);
    }
    log.instant();
    log.wrong
}

/// A token bucket with its level in floating point: another way to say burst + refill x t.
#[derive(Clone, Copy)]
struct Bucket {
    level: f64,
    burst: f64,
    rate: f64,
    at: Time,
}

impl Bucket {
    fn full(burst: u32, rate: f64) -> Bucket {
        Bucket { level: f64::from(burst), burst: f64::from(burst), rate, at: Time::ZERO }
    }

    /// Takes a token; whether one was there.
    fn take(&mut self, now: Time) -> bool {
        self.level = self.burst.min(self.level + self.rate * now.since(self.at).as_secs_f64());
        self.at = now;
        self.level -= 1.0;
        self.level > -1e-6
    }
}

struct Log<'a> {
    plan: &'a Plan,
    now: Time,
    wrong: Vec<String>,
    tasks: BTreeMap<TaskNo, TaskState>,
    born: Vec<u32>,
    /// Tasks up to RUNNING.
    wanted: Vec<u32>,
    hosts: BTreeMap<(ProviderId, u32), HostStatus>,
    placed: BTreeMap<TaskNo, u32>,
    buckets: Vec<Bucket>,
    launches: Vec<Bucket>,
    running: BTreeMap<(ServiceId, ZoneId), u32>,
    available: BTreeMap<(ServiceId, ZoneId), u32>,
    flows: BTreeMap<ServiceId, (u64, u64)>,
    /// Answers by place in the list of paces.
    answers: BTreeMap<(ServiceId, u16), u64>,
    needs: BTreeMap<ServiceId, (u32, u32)>,
    scaled: crate::scaling::Scaled,
    losses: BTreeMap<(ServiceId, Cause, Phase), u64>,
    shortfalls: BTreeMap<(ServiceId, Cause, Phase), u64>,
}

impl<'a> Log<'a> {
    fn new(plan: &'a Plan) -> Log<'a> {
        let count = plan.services.len();
        Log {
            plan,
            now: Time::ZERO,
            wrong: Vec::new(),
            tasks: BTreeMap::new(),
            born: vec![0; count],
            wanted: vec![0; count],
            hosts: BTreeMap::new(),
            placed: BTreeMap::new(),
            buckets: plan.buckets.iter().map(|row| Bucket::full(row.burst, row.rate as f64 / 1e9)).collect(),
            launches: vec![Bucket::full(500, 500.0 / 60.0); count],
            running: BTreeMap::new(),
            available: BTreeMap::new(),
            flows: BTreeMap::new(),
            answers: BTreeMap::new(),
            needs: BTreeMap::new(),
            scaled: crate::scaling::Scaled::default(),
            losses: BTreeMap::new(),
            shortfalls: BTreeMap::new(),
        }
    }

    fn holds(&mut self, holds: bool, rule: impl FnOnce() -> String) {
        if !holds {
            let line = format!("{} at {}", rule(), self.now);
            self.wrong.push(line);
        }
    }

    fn fact(&mut self, fact: &Fact) {
        match *fact {
            Fact::Scaling(fact) => {
                for wrong in self.scaled.take(self.now, fact, self.plan) {
                    self.holds(false, || wrong);
                }
            }
            Fact::Task(TaskFact::Went { task, from, to, .. }) if from == to && to == TaskState::Provisioning => {
                self.born(task, fact);
            }
            Fact::Task(TaskFact::Went { .. }) => self.went(fact),
            Fact::Host(HostFact::Changed { provider, number, status, .. }) => {
                let before = self.hosts.insert((provider, number), status).unwrap_or(HostStatus::Registering);
                self.holds(before <= status, || format!("host {number} of {provider:?} went {before:?} to {status:?}"));
            }
            Fact::Service(ServiceFact::Running { service, zone, count }) => {
                self.running.insert((service, zone), count);
            }
            Fact::Service(ServiceFact::Available { service, zone, count }) => {
                self.available.insert((service, zone), count);
            }
            Fact::Service(ServiceFact::Flow { service, offered, served }) => {
                self.flows.insert(service, (offered, served));
            }
            Fact::Service(ServiceFact::Answers { service, place, rate, .. }) => {
                self.answers.insert((service, place), rate);
            }
            Fact::Service(ServiceFact::Need { service, need, desired }) => {
                self.needs.insert(service, (need, desired));
            }
            Fact::Service(ServiceFact::LossRate { service, cause, phase, rate }) => {
                self.losses.insert((service, cause, phase), rate);
            }
            Fact::Service(ServiceFact::Shortfall { service, cause, phase, millionths }) => {
                self.shortfalls.insert((service, cause, phase), millionths);
            }
            _ => {}
        }
    }

    fn born(&mut self, task: TaskNo, fact: &Fact) {
        let Fact::Task(TaskFact::Went { provider, .. }) = *fact else { return };
        let row = task.service.0 as usize;
        let next = std::mem::replace(&mut self.born[row], task.ordinal + 1);
        self.holds(next == task.ordinal, || format!("{task:?} was born, {next} was next"));
        self.tasks.insert(task, TaskState::Provisioning);
        self.wanted[row] += 1;
        if self.now == Time::ZERO && !self.plan.start_empty {
            return;
        }
        // RunTask has rates of its own, for calls.
        if self.plan.services[task.service].kind == Kind::Replica {
            let now = self.now;
            let in_time = self.launches[row].take(now);
            self.holds(in_time, || format!("{task:?} is beyond 500 launches a minute"));
        }
        if let ProviderKind::Fargate { bucket, .. } = self.plan.providers[provider].kind {
            let now = self.now;
            let in_time = self.buckets[usize::from(bucket.0)].take(now);
            self.holds(in_time, || format!("{task:?} is beyond burst + refill x t of {bucket:?}"));
        }
    }

    fn went(&mut self, fact: &Fact) {
        let Fact::Task(TaskFact::Went { task, from, to, provider, host, zone, .. }) = *fact else { return };
        let before = self.tasks.insert(task, to);
        self.holds(before == Some(from), || format!("{task:?} went from {from:?} to {to:?}, but was {before:?}"));
        self.holds(from <= to, || format!("{task:?} went back from {from:?} to {to:?}"));
        if from <= TaskState::Running && to > TaskState::Running {
            self.wanted[task.service.0 as usize] -= 1;
            self.enough_are_left(fact);
        }
        if to == TaskState::Stopped {
            self.tasks.remove(&task);
            self.placed.remove(&task);
        } else if host != NO_HOST {
            let known = *self.placed.entry(task).or_insert(host);
            self.holds(known == host, || format!("{task:?} moved from host {known} to {host}"));
        }
        let row = &self.plan.services[task.service];
        let listed = row.kind == Kind::Daemon || row.strategy.iter().any(|item| item.provider == provider);
        self.holds(listed, || format!("{task:?} is on {provider:?}, which its strategy does not have"));
        let zoned = to == TaskState::Stopped || zone != evenkeel::internals::model::fact::NO_ZONE;
        self.holds(zoned, || format!("{task:?} is {to:?} nowhere"));
    }

    /// Where no task may be missing, the scheduler stops one as too much only if as many as desired are left. Two
    /// revisions side by side are counted each by itself, and early success criteria allow fewer.
    fn enough_are_left(&mut self, fact: &Fact) {
        let Fact::Task(TaskFact::Went { task, code, reason, .. }) = *fact else { return };
        let row = &self.plan.services[task.service];
        let deployment = &row.deployment;
        let binds = row.kind == Kind::Replica
            && row.minimum_healthy_percent >= 100
            && deployment.strategy == Strategy::Rolling
            && deployment.early.is_none();
        let too_much = (code, reason) == (StopCode::ServiceSchedulerInitiated, Reason::Excess);
        let left = self.wanted[task.service.0 as usize];
        let (desired, _) = self.scaled.desired(task.service, self.plan);
        let enough = !binds || !too_much || left >= desired;
        self.holds(enough, || format!("{task:?} is stopped as too much, {left} of {desired} are left"));
    }

    /// What holds between two instants.
    fn instant(&mut self) {
        for (id, service) in self.plan.services.pairs() {
            let wanted = self.wanted[id.0 as usize];
            if service.kind == Kind::Replica {
                // Protected tasks of a count that was larger may be left.
                let (_, desired) = self.scaled.desired(id, self.plan);
                let most = u64::from(desired) * u64::from(service.maximum_percent) / 100;
                // Two revisions side by side have so many each.
                let moves = service.deployment.strategy != Strategy::Rolling && !service.changes.is_empty();
                let bound = most.max(u64::from(desired)) * if moves { 2 } else { 1 };
                self.holds(u64::from(wanted) <= bound, || format!("{} has {wanted} of {bound} tasks", service.name));
            }
            if service.kind != Kind::Stream {
                self.accounting(id, &service.name);
            }
        }
    }

    fn accounting(&mut self, id: ServiceId, name: &str) {
        let sum = |levels: &BTreeMap<(ServiceId, Cause, Phase), u64>| {
            levels.range(of(id)).map(|(_, level)| level).sum::<u64>()
        };
        let (losses, shortfalls) = (sum(&self.losses), sum(&self.shortfalls));
        let zones = (id, ZoneId(0))..=(id, ZoneId(u16::MAX));
        let available: u32 = self.available.range(zones.clone()).map(|(_, count)| count).sum();
        let running: u32 = self.running.range(zones).map(|(_, count)| count).sum();
        let (offered, served) = self.flows.get(&id).copied().unwrap_or_default();
        let (_, desired) = self.needs.get(&id).copied().unwrap_or_default();
        self.holds(served <= offered, || format!("{name} served {served} of {offered}"));
        self.holds(losses == offered.saturating_sub(served), || {
            format!("{name}: losses {losses}, offered {offered}, served {served}")
        });
        if self.plan.services[id].traffic.as_ref().is_some_and(|traffic| traffic.response.is_some()) {
            let places = (id, 0)..=(id, u16::MAX);
            let answered: u64 = self.answers.range(places).map(|(_, rate)| rate).sum();
            let fits = served <= answered && answered <= offered;
            self.holds(fits, || format!("{name}: {answered} answered at some pace, {served} served of {offered}"));
        }
        let missing = u64::from(desired.saturating_sub(available)) * 1_000_000;
        self.holds(shortfalls == missing, || format!("{name}: lacks {shortfalls}, missing {missing}"));
        self.holds(available <= running, || format!("{name}: {available} available, {running} running"));
    }
}

/// All lines of a service.
fn of(id: ServiceId) -> std::ops::Range<(ServiceId, Cause, Phase)> {
    let least = Cause::mechanism(evenkeel::internals::model::fact::Mechanism::FirstStart);
    (id, least, Phase::Detection)..(ServiceId(id.0 + 1), least, Phase::Detection)
}
