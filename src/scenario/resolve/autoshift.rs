//! Zonal autoshift: resources that AWS may shift, when practice runs may start, and what watches them.

use super::{Activity, after_end, placed};
use crate::engine::{Span, Time, Who};
use crate::model::ids::{AlarmId, Resource, ServiceId, ZoneId};
use crate::model::plan::{Autoshift, Calendar, Practice, Window, ZoneEvent};
use crate::scenario::file::{AutoshiftStatus, ControlCondition, PracticeRunConfiguration, ZonalAutoshift};

/// From the begin of an event until the autoshift, in AWS's own experiment ([fis-az-power]).
const STARTS_AFTER: Span = Span::from_secs(300);
/// Alarms of a kind, and dates or windows, at most ([arc-api-model]).
const ALARMS_MAX: usize = 10;
const TIMES_MAX: usize = 15;
/// Resources of a scenario (model choice: an event carries their number in sixteen bits).
const RESOURCES_MAX: usize = 1 << 16;

impl Activity<'_> {
    /// Resources with a zonal autoshift configuration.
    pub(super) fn autoshifts(&mut self) {
        let scenario = self.scenario;
        if scenario.zonal_autoshift.len() > RESOURCES_MAX {
            let message = format!("a scenario has at most {RESOURCES_MAX} resources with zonal autoshift");
            self.out.too_large("/zonalAutoshift", message, "write fewer");
            return;
        }
        for (at, written) in placed(&scenario.zonal_autoshift, "/zonalAutoshift") {
            if let Some(row) = self.autoshift(written, &at) {
                self.plan.autoshifts.push(row);
            }
        }
    }

    fn autoshift(&mut self, written: &ZonalAutoshift, at: &str) -> Option<Autoshift> {
        let key = format!("{at}/service");
        let service = self.names.service(&written.service, &key, self.out);
        let service = service.filter(|service| self.may_shift(*service, &key).is_some());
        if let Some(service) = service
            && self.plan.autoshifts.iter().any(|row| row.resource == Resource::Balancer(service))
        {
            let message = format!("`{}` has a zonal autoshift configuration already", written.service);
            self.out.duplicate_name(&key, message, "write one entry for each resource");
        }
        let enabled = written.zonal_autoshift_status != Some(AutoshiftStatus::Disabled);
        let practice = match &written.practice_run_configuration {
            None => Some(None),
            Some(runs) => self.practice(runs, service, &format!("{at}/practiceRunConfiguration")).map(Some),
        };
        if enabled && written.practice_run_configuration.is_none() {
            let message = "ARC enables zonal autoshift only for a resource with a practice run configuration";
            let hint = "write \"practiceRunConfiguration\": {\"outcomeAlarms\": [{\"alarmIdentifier\": \"errors\"}]}";
            self.out.refused(at, message, hint);
        }
        if !enabled {
            self.idle_without_autoshift(written, at);
        }
        let on_demand = self.on_demand(written, service, at);
        let (service, practice, on_demand) = (service?, practice?, on_demand?);
        let row = &self.plan.services[service];
        let sees = if written.sees.is_empty() { ZoneEvent::ALL.to_vec() } else { written.sees.clone() };
        Some(Autoshift {
            name: row.name.clone(),
            who: Who::named(&format!("autoshift {}", row.name)),
            resource: Resource::Balancer(service),
            region: self.plan.region_of(service),
            zones: row.balancer.as_ref().map_or_else(Vec::new, |balancer| balancer.nodes.clone()),
            enabled,
            sees,
            starts_after: written.starts_after.map_or(STARTS_AFTER, |after| after.0),
            ends_after: written.ends_after.map_or(Span::ZERO, |after| after.0),
            practice,
            on_demand,
        })
    }

    fn idle_without_autoshift(&mut self, written: &ZonalAutoshift, at: &str) {
        if written.ends_after.is_some() {
            let hint = "write ENABLED, or leave it out";
            self.out.idle(&format!("{at}/endsAfter"), "`zonalAutoshiftStatus` is DISABLED", hint);
        }
        if written.practice_run_configuration.is_none() {
            let hint = "write ENABLED, a `practiceRunConfiguration`, or leave the entry out";
            self.out.no_effect(at, "zonal autoshift is DISABLED, and there are no practice runs", hint);
        }
    }

    fn practice(&mut self, runs: &PracticeRunConfiguration, of: Option<ServiceId>, at: &str) -> Option<Practice> {
        if runs.outcome_alarms.is_empty() {
            let hint = "write \"outcomeAlarms\": [{\"alarmIdentifier\": \"errors\"}]";
            self.out.missing(at, "ARC asks for an outcome alarm of practice runs: `outcomeAlarms` is empty", hint);
        }
        let outcome_alarms = self.conditions(&runs.outcome_alarms, of, &format!("{at}/outcomeAlarms"));
        let blocking_alarms = self.conditions(&runs.blocking_alarms, of, &format!("{at}/blockingAlarms"));
        let blocked_dates = self.dates(&runs.blocked_dates, &format!("{at}/blockedDates"));
        let blocked = self.windows(&runs.blocked_windows, &format!("{at}/blockedWindows"));
        let allowed = self.windows(&runs.allowed_windows, &format!("{at}/allowedWindows"));
        let calendar = Calendar { blocked_dates: blocked_dates?, blocked: blocked?, allowed: allowed? };
        if calendar.wait(Time::ZERO, self.plan.starts_at).is_none() {
            let hint = "allow or leave open a part of some day";
            return self.out.conflict(at, "no practice run may ever start: all of each week is blocked", hint).none();
        }
        Some(Practice { outcome_alarms: outcome_alarms?, blocking_alarms: blocking_alarms?, calendar })
    }

    /// Alarms by name or ARN.
    fn conditions(&mut self, all: &[ControlCondition], of: Option<ServiceId>, at: &str) -> Option<Vec<AlarmId>> {
        self.at_most(all.len(), ALARMS_MAX, "alarms", at);
        let mut found = Vec::new();
        for (at, one) in placed(all, at) {
            let at = format!("{at}/alarmIdentifier");
            let name = alarm_name(&one.alarm_identifier);
            let alarm = match of {
                Some(service) => self.watched(service, name, &at),
                None => self.out.find(crate::model::problem::Noun::Alarm, &self.names.alarms, name, &at),
            };
            found.extend(alarm);
        }
        (found.len() == all.len()).then_some(found)
    }

    fn at_most(&mut self, count: usize, most: usize, what: &str, at: &str) {
        if count > most {
            self.out.refused(at, format!("ARC takes {most} {what} at most, not {count}"), "leave some out");
        }
    }

    fn dates(&mut self, all: &[String], at: &str) -> Option<Vec<i64>> {
        self.at_most(all.len(), TIMES_MAX, "dates", at);
        let mut found = Vec::new();
        for (at, text) in placed(all, at) {
            let midnight = format!("{text}T00:00:00Z").parse::<jiff::Timestamp>();
            match midnight.ok().filter(|_| text.len() == 10) {
                Some(midnight) => found.push(midnight.as_second().div_euclid(86_400)),
                None => {
                    self.out.malformed(&at, format!("must be a date, not `{text}`"), "write it as \"2026-01-06\"");
                }
            }
        }
        (found.len() == all.len()).then_some(found)
    }

    fn windows(&mut self, all: &[String], at: &str) -> Option<Vec<Window>> {
        self.at_most(all.len(), TIMES_MAX, "windows", at);
        let mut found = Vec::new();
        for (at, text) in placed(all, at) {
            match window(text) {
                Ok(window) => found.push(window),
                Err(why) => {
                    let hint = "write it as \"Mon:08:30-Mon:19:30\", UTC";
                    self.out.malformed(&at, format!("{why}, not `{text}`"), hint);
                }
            }
        }
        (found.len() == all.len()).then_some(found)
    }

    fn on_demand(&mut self, written: &ZonalAutoshift, of: Option<ServiceId>, at: &str) -> Option<Vec<(Time, ZoneId)>> {
        let all = &written.start_practice_runs;
        let mut found: Vec<(Time, ZoneId)> = Vec::new();
        for (at, one) in placed(all, &format!("{at}/startPracticeRuns")) {
            let time = Time::ZERO + one.at.0;
            let before = found.last().map(|(time, _)| *time);
            if !self.out.after(time, before, &format!("{at}/at")) {
                continue;
            }
            let hint = "it is never started: move it, or run longer";
            after_end(&self.plan, time, &format!("{at}/at"), hint, self.out);
            let key = format!("{at}/awayFrom");
            let zone = self.left_zone(&one.away_from, &key);
            let zone = zone.filter(|zone| of.is_none_or(|service| self.stands_in(service, *zone, &key)));
            found.extend(zone.map(|zone| (time, zone)));
        }
        if !all.is_empty() && written.practice_run_configuration.is_none() {
            let message = "ARC starts practice runs only with a practice run configuration";
            self.out.refused(&format!("{at}/startPracticeRuns"), message, "write `practiceRunConfiguration`");
        }
        (found.len() == all.len()).then_some(found)
    }
}

/// The name in an ARN of an alarm, or the name itself.
pub(super) fn alarm_name(written: &str) -> &str {
    let arn = written.starts_with("arn:").then(|| written.split_once(":alarm:")).flatten();
    arn.map_or(written, |(_, name)| name)
}

/// `Mon:08:30-Mon:19:30`.
fn window(text: &str) -> Result<Window, &'static str> {
    const FORM: &str = "must be a part of one day of the week";
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let moment = |text: &str| {
        let mut parts = text.splitn(3, ':');
        let day = parts.next()?;
        let weekday = DAYS.iter().position(|one| one.eq_ignore_ascii_case(day))? as u8;
        let [hours, minutes] = [parts.next()?, parts.next()?];
        let number = |text: &str| text.parse::<u16>().ok().filter(|_| text.len() == 2);
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        (hours < 24 && minutes < 60).then_some((weekday, 60 * hours + minutes))
    };
    let (from, until) = text.split_once('-').ok_or(FORM)?;
    let (first, last) = (moment(from).ok_or(FORM)?, moment(until).ok_or(FORM)?);
    if first.0 != last.0 || first.1 >= last.1 {
        return Err("must begin and end on the same day, in this order");
    }
    Ok(Window { weekday: first.0, from: first.1, until: last.1 })
}
