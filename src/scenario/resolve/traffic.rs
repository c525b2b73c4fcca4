//! Requests offered to services, and the load balancers in front of them.

use super::response::Laws;
use super::table::{self, Table};
use super::{Activity, Csv, placed};
use crate::engine::{Span, Time};
use crate::model::ids::ZoneId;
use crate::model::plan::{self, Balancer, BalancerKind, Kind, Profile, Traffic as Offered};
use crate::model::quantity::Rate;
use crate::scenario::file::{Daily, DailyStep, DailyWave, LoadBalancer, LoadBalancerType, Step};
use std::fmt::Display;

const DAY: Span = Span::from_secs(86_400);
const WEEK: Span = Span::from_secs(7 * 86_400);

/// Steps of a day with a peak and a trough (model choice): in each the rate is that of its middle.
const WAVE_STEPS: u64 = 48;

/// `deregistration_delay.timeout_seconds` at most (sourced: [elb-target-group-attributes]).
pub(super) const LONGEST_DEREGISTRATION: Span = Span::from_secs(3_600);

/// How long clients keep an address by default (model choice).
pub(super) const DNS_TTL: Span = Span::MINUTE;

/// Ways to say how much traffic there is: a rate, steps, a day, the name of a table.
type Asked<'a> = (Option<Rate>, &'a Option<Vec<Step>>, &'a Option<Daily>, Option<(&'a str, Csv<'a>)>);

impl Activity<'_> {
    pub(super) fn traffic(&mut self, csv: Csv<'_>) {
        let mut laws = Laws::new();
        for (at, traffic) in placed(&self.scenario.traffic, "/traffic") {
            let id = self.names.service(&traffic.service, &format!("{at}/service"), self.out);
            let table = traffic.csv.as_deref().map(|name| (name, csv));
            let profile = self.profile((traffic.rate, &traffic.steps, &traffic.daily, table), &at);
            let base = id.and_then(|id| self.plan.services[id].balancer.clone()).unwrap_or_else(usual);
            let balancer = traffic.load_balancer.as_ref();
            let balancer = balancer.map(|written| self.checked_balancer(written, base, &format!("{at}/loadBalancer")));
            let per_task = traffic.requests_per_task;
            self.answers_some(per_task, &format!("{at}/requestsPerTask"));
            let response = self.response(&traffic.into(), &at, &mut laws);
            let (Some(id), Some(profile)) = (id, profile) else { continue };
            if self.plan.is_external(&self.plan.services[id]) && traffic.load_balancer.is_some() {
                let message = "ECS Anywhere has no load balancer of ECS: requests find the tasks that answer";
                self.out.refused(&format!("{at}/loadBalancer"), message, "leave it out");
                continue;
            }
            let local = self.plan.is_external(&self.plan.services[id]);
            let service = &mut self.plan.services[id];
            if service.kind == Kind::Stream {
                let message = format!("`{}` is a stream of standalone tasks, which take no requests", service.name);
                self.out.wrong_target(&format!("{at}/service"), message, "name a service");
                continue;
            }
            if service.traffic.is_some() {
                let message = format!("`{}` has traffic already", service.name);
                self.out.duplicate_name(&format!("{at}/service"), message, "write one entry for each service");
                continue;
            }
            if let Some(balancer) = balancer {
                service.balancer = Some(balancer);
            }
            if !local {
                service.balancer.get_or_insert_with(usual);
            }
            service.traffic = Some(Offered { profile, per_task: per_task.0, response, dispatched: false });
        }
    }

    pub(super) fn answers_some(&mut self, per_task: Rate, at: &str) {
        if per_task.0 == 0 {
            self.out.out_of_range(at, "`requestsPerTask` must be above 0", "write \"60/s\"");
        }
    }

    pub(super) fn profile(&mut self, asked: Asked<'_>, at: &str) -> Option<Profile> {
        match asked {
            (Some(rate), None, None, None) => Some(Profile::Steps(Box::new([(Time::ZERO, rate.0)]))),
            (None, Some(steps), None, None) => {
                let at = format!("{at}/steps");
                let found = self.in_time(steps.iter().map(|step| (Time::ZERO + step.at.0, step.rate)), &at)?;
                self.begun_at_zero(found, &at)
            }
            (None, None, Some(Daily::Steps(steps)), None) => self.daily(steps, &format!("{at}/daily")),
            (None, None, Some(Daily::Wave(wave)), None) => self.wave(wave, &format!("{at}/daily")),
            (None, None, None, Some((name, csv))) => self.table(name, csv, &format!("{at}/csv")),
            (rate, steps, daily, csv) => {
                let several = rate.is_some() || steps.is_some() || daily.is_some() || csv.is_some();
                let (keys, missing) = ("`rate`, `steps`, `daily` and `csv`", "nothing says how much traffic there is");
                self.out.one_of(keys, several, at, missing, "write \"rate\": \"900/s\"").none()
            }
        }
    }

    /// Steps in order of time; a problem otherwise.
    fn in_time<T>(&mut self, steps: impl Iterator<Item = (T, Rate)>, at: &str) -> Option<Vec<(T, u64)>>
    where
        T: Copy + PartialOrd + Display,
    {
        let mut found: Vec<(T, u64)> = Vec::new();
        for (place, (time, rate)) in steps.enumerate() {
            if !self.out.after(time, found.last().map(|last| last.0), &format!("{at}/{place}/at")) {
                return None;
            }
            found.push((time, rate.0));
        }
        Some(found)
    }

    fn daily(&mut self, steps: &[DailyStep], at: &str) -> Option<Profile> {
        let mut found = self.in_time(steps.iter().map(|step| (step.at.0, step.rate)), at)?;
        let (Some(first), Some(last)) = (found.first().copied(), found.last().copied()) else {
            self.out.missing(at, "a day needs a step", "write [{\"at\": \"09:00\", \"rate\": \"900/s\"}]");
            return None;
        };
        if first.0 != Span::ZERO {
            found.insert(0, (Span::ZERO, last.1));
        }
        let offset = Span::from_secs(self.plan.starts_at.rem_euclid(86_400) as u64);
        Some(Profile::Repeat { period: DAY, offset, steps: found.into_boxed_slice() })
    }

    /// A day with a peak and a trough; a week where weekends differ.
    fn wave(&mut self, wave: &DailyWave, at: &str) -> Option<Profile> {
        if wave.trough.0 > wave.peak.0 {
            let message = "`trough` must be at most `peak`";
            return self.out.out_of_range(&format!("{at}/trough"), message, "exchange them").none();
        }
        let days = if wave.weekend.to_bits() == 1f64.to_bits() { 1 } else { 7 };
        let (least, height) = (wave.trough.0 as f64, (wave.peak.0 - wave.trough.0) as f64);
        let (length, whole) = (DAY.0 / WAVE_STEPS, DAY.0 * days);
        let step = |number: u64| {
            let turn = (number % WAVE_STEPS) as f64 / WAVE_STEPS as f64;
            let rate = least + height * (1.0 + libm::cos(turn * std::f64::consts::TAU)) / 2.0;
            let middle = (wave.peak_at.0.0 + number * length) % whole;
            // A week begins on Monday.
            let share = if middle / DAY.0 >= 5 { wave.weekend } else { 1.0 };
            (Span((middle + whole - length / 2) % whole), libm::round(rate * share) as u64)
        };
        let mut steps: Vec<(Span, u64)> = (0..WAVE_STEPS * days).map(step).collect();
        steps.sort_unstable();
        if let Some((first, last)) = steps.first().copied().zip(steps.last().copied())
            && first.0 > Span::ZERO
        {
            steps.insert(0, (Span::ZERO, last.1));
        }
        // 1970-01-01 was a Thursday.
        let since_monday = self.plan.starts_at + 3 * 86_400;
        let seconds = if days == 1 { self.plan.starts_at.rem_euclid(86_400) } else { since_monday.rem_euclid(604_800) };
        let period = if days == 1 { DAY } else { WEEK };
        Some(Profile::Repeat { period, offset: Span::from_secs(seconds as u64), steps: steps.into_boxed_slice() })
    }

    fn table(&mut self, name: &str, csv: Csv<'_>, at: &str) -> Option<Profile> {
        self.table_of(name, csv, at, table::read).and_then(|table| self.rates_of(table, name, at))
    }

    /// A table that a file holds; a problem where it cannot be had.
    pub(super) fn table_of(
        &mut self,
        name: &str,
        csv: Csv<'_>,
        at: &str,
        read: fn(&str) -> Result<Table, table::Wrong>,
    ) -> Option<Table> {
        let text = match csv(name) {
            Ok(text) => text,
            Err(why) => {
                let hint = match why.as_str() {
                    _ if why.contains("larger") => "keep fewer rows: periods of five minutes will do",
                    _ if why.contains("UTF-8") => "save the file as UTF-8",
                    _ if why.contains("directory") => "name a file in it",
                    _ => "the path is relative to the scenario file",
                };
                let message = format!("the file `{name}` {why}");
                return self.out.unreadable(at, message, hint).none();
            }
        };
        let table = read(&text).map_err(|wrong| {
            let message = format!("line {} of `{name}` {}", wrong.line, wrong.message);
            self.out.malformed(at, message, wrong.hint)
        });
        table.ok()
    }

    /// The rates of a table, with a word on when it begins and where it ends.
    fn rates_of(&mut self, table: Table, name: &str, at: &str) -> Option<Profile> {
        if let Some(begins) = &table.begins {
            let message = format!("the first row of `{name}`, `{begins}`, is time 0 of the run");
            self.out.follows(at, message, "");
            if table.ends < self.plan.end() {
                let (ends, duration) = (table.ends, self.plan.duration);
                let message =
                    format!("`{name}` ends after `{ends}`, the run after `{duration}`: its last rate holds on");
                self.out.doubtful(at, message, format!("write \"duration\": \"{ends}\", or export a longer time"));
            }
        }
        self.begun_at_zero(table.steps, at)
    }

    fn begun_at_zero(&mut self, mut steps: Vec<(Time, u64)>, at: &str) -> Option<Profile> {
        let Some(first) = steps.first() else {
            return self.out.missing(at, "traffic needs a step", "write the rate at \"0s\"").none();
        };
        if first.0 > Time::ZERO {
            self.out.follows(at, format!("there is no traffic before `{}`", first.0), "write a step at \"0s\"");
            steps.insert(0, (Time::ZERO, 0));
        }
        Some(Profile::Steps(steps.into_boxed_slice()))
    }

    /// Settings of a load balancer over those of `base`, once they have been looked at.
    pub(super) fn checked_balancer(&mut self, written: &LoadBalancer, base: Balancer, at: &str) -> Balancer {
        let balancer = over(base, written);
        if balancer.timeout >= balancer.interval {
            let message = "`healthCheckTimeoutSeconds` must be less than `healthCheckIntervalSeconds`";
            let hint = "lower it, or raise the interval";
            self.out.out_of_range(&format!("{at}/healthCheckTimeoutSeconds"), message, hint);
        }
        self.out.within(balancer.deregistration, ..=LONGEST_DEREGISTRATION, &format!("{at}/deregistrationDelay"));
        balancer
    }
}

/// The load balancer of a service that says nothing of it.
pub(super) fn usual() -> Balancer {
    default_balancer(BalancerKind::Application)
}

/// A load balancer with AWS's defaults (sourced: [elb-health-checks] [elb-target-group-attributes] [elb-how-it-works];
/// of a Network Load Balancer [elb-api-create-target-group] [nlb-health-checks]).
pub(super) fn default_balancer(kind: BalancerKind) -> Balancer {
    let network = kind == BalancerKind::Network;
    Balancer {
        kind,
        interval: Span::from_secs(30),
        timeout: Span::from_secs(if network { 10 } else { 5 }),
        unhealthy: 2,
        healthy: 5,
        deregistration: Span::from_secs(300),
        cross_zone: !network,
        dns_ttl: DNS_TTL,
        retry_ppm: 0,
        local: false,
        zonal_shift: false,
        nodes: Vec::new(),
    }
}

/// What is written, over a load balancer; over the defaults of its kind where that is another.
fn over(base: Balancer, written: &LoadBalancer) -> Balancer {
    let kind = written.kind.map_or(base.kind, |kind| match kind {
        LoadBalancerType::Application => BalancerKind::Application,
        LoadBalancerType::Network => BalancerKind::Network,
    });
    let base = if kind == base.kind { base } else { default_balancer(kind) };
    let seconds = |written: Option<u32>, base| written.map_or(base, |seconds| Span::from_secs(u64::from(seconds)));
    Balancer {
        interval: seconds(written.health_check_interval_seconds, base.interval),
        timeout: seconds(written.health_check_timeout_seconds, base.timeout),
        unhealthy: written.unhealthy_threshold_count.unwrap_or(base.unhealthy),
        healthy: written.healthy_threshold_count.unwrap_or(base.healthy),
        deregistration: written.deregistration_delay.map_or(base.deregistration, |delay| delay.0),
        cross_zone: written.cross_zone.unwrap_or(base.cross_zone),
        zonal_shift: written.zonal_shift.unwrap_or(base.zonal_shift),
        dns_ttl: written.dns_ttl.map_or(base.dns_ttl, |ttl| ttl.0),
        retry_ppm: written.clients_retry_share.map_or(base.retry_ppm, |share| libm::round(share * 1e6) as u64),
        ..base
    }
}

/// A load balancer stands with its targets when all of them are away from the Region (model choice: an Application Load
/// Balancer on Outposts, in Local and in Wavelength Zones), otherwise in the Region, and has a node in each zone where
/// its targets can stand. In zones away from the Region it has one only where cross-zone off asks for it (model
/// choice).
pub(super) fn balancers(plan: &mut plan::Plan) {
    let away = |zone: &ZoneId| plan.zones[*zone].kind.away();
    let found = |service: &plan::Service| {
        let mut zones = plan.zones_of(service);
        let local = !zones.is_empty() && zones.iter().all(away);
        if service.balancer.as_ref().is_some_and(|balancer| !balancer.cross_zone) || zones.is_empty() {
            return (local, service.zones.clone());
        }
        zones.retain(|zone| local || !away(zone));
        (local, zones)
    };
    let found: Vec<(bool, Vec<ZoneId>)> = plan.services.iter().map(found).collect();
    for (service, (local, nodes)) in plan.services.iter_mut().zip(found) {
        if let Some(balancer) = &mut service.balancer {
            (balancer.local, balancer.nodes) = (local, nodes);
        }
    }
}
