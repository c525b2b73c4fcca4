//! What happened, moment by moment, as a table: when, to whom, what.

use super::align::Table;
use super::number::{clock, duration, plain, short};
use crate::engine::Span;
use crate::metrics::milestones::{Acted, Lack, Level, Moment, Movers, Own, Struck, TimeLine, What};
use crate::model::Plan;
use crate::model::fact::{CellAct, ChangeStep, Interruption, NotScaled, PipelineStep, ScaledBy, ZonalFact, ZonalStep};
use crate::model::ids::{AlarmId, ChangeId, FaultId, Resource, ServiceId, ShiftSource};
use crate::model::plan::ZonalShift;

pub(super) const TITLE: &str = "Time line";

/// What the words of the table mean.
pub(super) const ABOUT: &str = "times count from the start of the run; of what comes again and again the first is told\n\
    errors: at least one request in a thousand fails; they end, and levels are back, when that holds for 5 minutes";

/// What has to be read with the table.
pub(super) fn told(line: &TimeLine) -> Vec<String> {
    let words = |left_out: u64| {
        let moments = if left_out == 1 { "moment is" } else { "moments are" };
        format!("{left_out} more {moments} left out: those of what comes again, and of services that lost less")
    };
    (line.left_out > 0).then(|| words(line.left_out)).into_iter().collect()
}

/// The table; empty when nothing happened.
pub(super) fn table(line: &TimeLine, plan: &Plan) -> Table {
    let words = Words { plan };
    let row = |moment: &Moment| {
        let (who, what) = words.of(&moment.what);
        [clock(moment.at.as_secs_f64()), who, what]
    };
    Table::default().right(&["at"]).left(&["what or who"]).prose("what happens").rows(line.moments.iter().map(row))
}

fn long(span: Span) -> String {
    duration(span.as_secs_f64())
}

fn part(share: f64) -> String {
    format!("{} %", short(share * 100.0))
}

struct Words<'p> {
    plan: &'p Plan,
}

impl Words<'_> {
    fn service(&self, id: ServiceId) -> String {
        self.plan.services[id].name.clone()
    }

    fn fault(&self, id: FaultId) -> &str {
        &self.plan.faults[id].name
    }

    fn change(&self, id: ChangeId) -> &str {
        &self.plan.changes[id].name
    }

    /// Whom a moment is about, and what happens.
    fn of(&self, what: &What) -> (String, String) {
        match *what {
            What::FaultBegins { fault, struck } => (self.fault(fault).to_owned(), self.begins(fault, struck)),
            What::FaultEnds { fault, lasted } => {
                (self.fault(fault).to_owned(), format!("fault ends, after {}", long(lasted)))
            }
            What::Ejected { fault, service, after } => {
                let since = self.since(fault, after);
                (self.service(service), format!("the load balancer takes the first target out, {since}"))
            }
            What::Gone { fault, service, after } => {
                (self.service(service), format!("ECS learns of the first lost task, {}", self.since(fault, after)))
            }
            What::Noticed { fault, after } => {
                let words = format!("ECS or a load balancer acts on it for the first time, after {}", long(after));
                (self.fault(fault).to_owned(), words)
            }
            What::Change { change, service, step, alarm } => {
                let many = self.plan.changes[change].units.len() > 1;
                let at = if many { format!(" at {}", self.service(service)) } else { String::new() };
                let words = match &self.plan.changes[change].zonal {
                    Some(shift) => self.shift(shift, step),
                    None => self.step(service, step, alarm) + &at,
                };
                (self.change(change).to_owned(), words)
            }
            What::Pipeline { change, stage, step, alarm } => {
                (self.change(change).to_owned(), self.stage(change, stage, step, alarm))
            }
            What::Alarm { alarm, others, rings } => {
                let words = if rings { "alarm rings" } else { "alarm is over" };
                (and_more(self.plan.alarms[alarm].name.clone(), others), words.to_owned())
            }
            What::Scaled { service, by, from, to, after } => {
                (self.service(service), self.scaled(service, by, (from, to), after))
            }
            What::NotScaled { service, by, from, to, why } => {
                (self.service(service), self.not_scaled(service, by, (from, to), why))
            }
            What::Zonal { fact, alarm } => self.zonal(fact, alarm),
            What::HostReplaced { provider } => {
                (self.plan.provider_name(provider), "the first new host is registered".to_owned())
            }
            What::Service { service, others, what } => (and_more(self.service(service), others), self.of_service(what)),
            What::Moves { who, count, lasted } => moves(who, count, lasted),
            What::Act { cell, step, count } => (self.acted(cell), act(step, count)),
            What::WithoutCell { count, lasted: None } => ("customers".to_owned(), format!("{count} have no cell")),
            What::WithoutCell { lasted: Some(lasted), .. } => {
                ("customers".to_owned(), format!("each has a cell again, after {}", long(lasted)))
            }
        }
    }

    /// `scale-out 10 -> 14 by cpu-60, 6m3s after the rate rose`.
    fn scaled(&self, service: ServiceId, by: ScaledBy, (from, to): (u32, u32), after: Option<Span>) -> String {
        let (way, name) = (way(from, to), self.scaler(service, by));
        let after = after.map_or(String::new(), |after| format!(", {} after the rate rose", long(after)));
        format!("{way} {from} -> {to} by {name}{after}")
    }

    /// `scale-in 12 -> 4 by cpu-60 waits for the deployment to end`.
    fn not_scaled(&self, service: ServiceId, by: ScaledBy, (from, to): (u32, u32), why: NotScaled) -> String {
        let why = match why {
            NotScaled::Deployment => "waits for the deployment to end",
            NotScaled::Maximum => "goes no further: the maximum",
            NotScaled::Minimum => "goes no further: the minimum",
            NotScaled::Suspended => "is suspended",
            NotScaled::Cooldown => "waits for the cooldown to end",
            NotScaled::OtherPolicy => "waits for another policy",
        };
        format!("{} {from} -> {to} by {} {why}", way(from, to), self.scaler(service, by))
    }

    /// The name of a policy or a scheduled action.
    fn scaler(&self, service: ServiceId, by: ScaledBy) -> &str {
        let target = self.plan.scaling.iter().find(|target| target.service == service);
        let name = target.and_then(|target| match by {
            ScaledBy::Policy(place) => target.policies.get(usize::from(place)).map(|policy| &policy.name),
            ScaledBy::Action(place) => target.actions.get(usize::from(place)).map(|action| &action.name),
        });
        name.map_or("", String::as_str)
    }

    fn acted(&self, cell: Acted) -> String {
        match cell {
            Acted::Customers(service) => format!("customers of {}", self.service(service)),
            Acted::Clusters(cell) => format!("clusters of {}", self.plan.cells[cell].name),
        }
    }

    fn since(&self, fault: FaultId, after: Span) -> String {
        format!("{} after {} began", long(after), self.fault(fault))
    }

    fn begins(&self, fault: FaultId, struck: Struck) -> String {
        let counted = |count: u32, one: &str| {
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {one}{plural}"))
        };
        let zone = struck.zone.filter(|_| struck.zones == 1).map(|zone| self.plan.zones[zone].id.clone());
        let cell = struck.cell.filter(|_| struck.cells == 1).map(|cell| self.plan.cells[cell].name.clone());
        let places = [zone.or(counted(struck.zones, "zone")), cell.or(counted(struck.cells, "cell"))];
        let places = places.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let lost = [counted(struck.tasks, "task"), counted(struck.hosts, "host")];
        let lost = lost.into_iter().flatten().collect::<Vec<_>>().join(" and ");
        let mut words = format!("fault begins: {}", self.plan.faults[fault].kind);
        if !places.is_empty() {
            words = format!("{words} in {places}");
        }
        if lost.is_empty() { words } else { format!("{words}, {lost} lost") }
    }

    fn step(&self, service: ServiceId, step: ChangeStep, alarm: Option<AlarmId>) -> String {
        match step {
            ChangeStep::Began => "change begins".to_owned(),
            ChangeStep::Bakes => "all tasks are of the new revision; it is watched".to_owned(),
            ChangeStep::Completed => "change is completed".to_owned(),
            ChangeStep::Failed => format!("change fails: {}", self.why(service, alarm)),
            ChangeStep::Back => "the revision before it comes back".to_owned(),
            ChangeStep::RolledBack => "the revision before it is back".to_owned(),
            ChangeStep::Stalled => "change stalls: nothing comes in its place".to_owned(),
            ChangeStep::Superseded => "a later change takes its place".to_owned(),
            ChangeStep::Enters(stage) => format!("stage {}", stage.word()),
            ChangeStep::TimedOut => "a life-cycle hook has not answered in time".to_owned(),
        }
    }

    fn shift(&self, shift: &ZonalShift, step: ChangeStep) -> String {
        let zone = &self.plan.zones[shift.away_from].id;
        let back = if shift.resources.iter().any(|one| one.balancer().is_some()) {
            format!("{zone} gets requests again")
        } else {
            format!("hosts are launched in {zone} again")
        };
        match step {
            ChangeStep::Began => format!("zonal shift away from {zone}"),
            ChangeStep::Stalled => format!("zonal shift away from {zone} is refused: another one is active"),
            _ if shift.cancelled => format!("zonal shift is cancelled: {back}"),
            _ => format!("zonal shift expires: {back}"),
        }
    }

    /// An autoshift, or a practice run.
    fn zonal(&self, fact: ZonalFact, alarm: Option<AlarmId>) -> (String, String) {
        let name = match fact.resource {
            Resource::Balancer(service) => self.service(service),
            Resource::Group(provider) => self.plan.provider_name(provider),
        };
        let zone = &self.plan.zones[fact.zone].id;
        let practice = matches!(fact.source, ShiftSource::Practice(_));
        let rings = alarm.map_or(String::new(), |alarm| format!(": alarm {} rings", self.plan.alarms[alarm].name));
        let words = match fact.what {
            ZonalStep::Began if practice => format!("practice run begins: away from {zone}"),
            ZonalStep::Began => format!("AWS shifts it away from {zone}"),
            ZonalStep::Succeeded => format!("practice run has succeeded: {zone} gets requests again"),
            ZonalStep::Failed => format!("practice run has failed{rings}"),
            ZonalStep::Interrupted(Interruption::BlockingAlarm) => format!("practice run is interrupted{rings}"),
            ZonalStep::Interrupted(Interruption::ZonalShift) => "practice run gives way to a zonal shift".to_owned(),
            ZonalStep::Interrupted(Interruption::Autoshift) => "practice run gives way to an event".to_owned(),
            ZonalStep::CapacityCheckFailed => "practice run fails its capacity check".to_owned(),
            ZonalStep::Refused => "a practice run that somebody starts is refused".to_owned(),
            ZonalStep::Completed | ZonalStep::Expired | ZonalStep::Cancelled => {
                format!("the autoshift is over: {zone} gets requests again")
            }
        };
        (name, words)
    }

    fn why(&self, service: ServiceId, alarm: Option<AlarmId>) -> String {
        let deployment = &self.plan.services[service].deployment;
        match alarm {
            Some(alarm) => format!("alarm {} rings", self.plan.alarms[alarm].name),
            None if !deployment.hooks.is_empty() => "a life-cycle hook failed, or too many tasks did".to_owned(),
            None if deployment.breaker.is_some() => "the circuit breaker trips".to_owned(),
            None => "it is found to be bad".to_owned(),
        }
    }

    fn stage(&self, change: ChangeId, stage: u16, step: PipelineStep, alarm: Option<AlarmId>) -> String {
        let pipeline = self.plan.changes[change].pipeline.as_ref();
        let name = pipeline.and_then(|one| one.stages.get(usize::from(stage))).map_or("", |stage| stage.name.as_str());
        match step {
            PipelineStep::Began => "change begins".to_owned(),
            PipelineStep::Blocked => format!("stage {name} has to wait"),
            PipelineStep::Stage => format!("stage {name} begins"),
            PipelineStep::Bakes => format!("stage {name} is changed; it is watched"),
            PipelineStep::Passed => format!("stage {name} has passed"),
            PipelineStep::Completed => "change is completed".to_owned(),
            PipelineStep::Failed => match alarm {
                Some(alarm) => format!("change fails in stage {name}: alarm {} rings", self.plan.alarms[alarm].name),
                None => format!("change fails in stage {name}"),
            },
            PipelineStep::RolledBack => "all that was changed is back".to_owned(),
            PipelineStep::Superseded => "a later change takes its place".to_owned(),
        }
    }

    /// What happens to a service.
    fn of_service(&self, what: Own) -> String {
        match what {
            Own::Errors { share, with, .. } => {
                let with = with.map_or(String::new(), |fault| format!(" with {}", self.fault(fault)));
                format!("errors begin{with}: {} of requests fail", part(share))
            }
            Own::ErrorsEnd { lasted, failing, worst, lost } => {
                let pauses = lasted.0.saturating_sub(failing.0) > 1_000_000;
                let how = if pauses { format!(", {} of them with errors", long(failing)) } else { String::new() };
                let requests = if lost == 1 { "request" } else { "requests" };
                let lost = format!("{} {requests} failed, at most {} at one time", plain(lost as f64), part(worst));
                format!("errors end, after {}{how}; {lost}", long(lasted))
            }
            Own::Short { available, need } => format!("too few healthy tasks: {available} of {need} needed"),
            Own::Back { level, lasted } => {
                let words = match level {
                    Level::Need => "need met again",
                    Level::Desired => "all desired tasks healthy again",
                    Level::Even => "zones even again",
                };
                format!("{words}, after {}", long(lasted))
            }
            Own::Still(Lack::Answers) => "the run ends, and requests still fail".to_owned(),
            Own::Still(Lack::Need) => "the run ends, and the need is not met".to_owned(),
            Own::Replaced => "the first task launched since is healthy".to_owned(),
            Own::Refused(reason) => format!("a launch is refused: {}", reason.name()),
            Own::Waits => "launches have to wait".to_owned(),
            Own::WaitOver { waited } => format!("a launch is taken on, {} late", long(waited)),
        }
    }
}

const fn way(from: u32, to: u32) -> &'static str {
    if to > from { "scale-out" } else { "scale-in" }
}

fn and_more(who: String, others: u32) -> String {
    if others == 0 { who } else { format!("{who} and {others} more") }
}

/// What operators do about a cell.
fn act(step: CellAct, count: u32) -> String {
    let they = if count == 1 { "begins" } else { "begin" };
    match step {
        CellAct::Rings => "an alarm rings".to_owned(),
        CellAct::Leaves => format!("{count} {they} to move to other cells"),
        CellAct::Left if count > 0 => format!("the last has left; {count} stay: no other cell has room"),
        CellAct::Left => "the last has left".to_owned(),
        CellAct::Returns => format!("{count} {they} to come back"),
        CellAct::Back => "all are back".to_owned(),
        CellAct::Quarantined => "the one who poisons the cell is in quarantine".to_owned(),
        CellAct::Blocked => "the router turns away the requests of the one who poisons the cell".to_owned(),
        CellAct::Released => "the one who poisoned the cell is back".to_owned(),
    }
}

/// Who moves from one cell to another.
fn moves(who: Movers, count: u32, lasted: Option<Span>) -> (String, String) {
    let who = match who {
        Movers::Customers => "customers",
        Movers::Clusters => "clusters",
    };
    let words = match lasted {
        None if count == 1 => "one moves to another cell".to_owned(),
        None => format!("the first of {count} moves to another cell"),
        Some(lasted) => format!("the last of {count} moves to another cell, after {}", long(lasted)),
    };
    (who.to_owned(), words)
}
