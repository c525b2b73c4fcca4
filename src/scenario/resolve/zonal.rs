//! Zonal shifts: what is shifted away from where, when and for how long.

use super::{Activity, after_end, placed, sorted};
use crate::engine::{Dist, Span, Time, Who};
use crate::model::ids::{ChangeId, Resource, ServiceId, ZoneId};
use crate::model::plan::{self, OnAlarm, Unit};
use crate::scenario::file::{Change, ZonalShift};

/// How long a zonal shift may be asked to last ([arc-zonal-shift]).
const SHORTEST: Span = Span::MINUTE;
const LONGEST: Span = Span::from_secs(3 * 86_400);

/// A shift that comes at a time.
struct Dated {
    /// Its place in the file.
    place: usize,
    id: ChangeId,
    from: Time,
    until: Time,
    resources: Vec<Resource>,
}

impl Activity<'_> {
    /// A change that is a zonal shift; `None` when something about it is wrong.
    pub(super) fn zonal_shift(&mut self, written: &Change, shift: &ZonalShift, at: &str) -> Option<plan::Change> {
        self.brings_nothing(written, at);
        let own = format!("{at}/zonalShift");
        let zone = self.left_zone(&shift.away_from, &format!("{own}/awayFrom"));
        if shift.services.is_empty() && shift.auto_scaling_groups.is_empty() {
            let hint = "write \"services\": [\"shop/web\"] or \"autoScalingGroups\": [\"nodes-asg\"]";
            return self.out.missing(&own, "nothing says what is shifted", hint).none();
        }
        let services = self.shifted_services(shift, zone, &own);
        let groups = self.shifted_groups(shift, zone, &own);
        let lasts = self.shift_lasts(shift, &own);
        let time = self.shift_begins(written, shift, at);
        let concerned =
            services.as_ref().zip(groups.as_ref()).map(|(services, groups)| self.concerned(services, groups));
        let on_alarm = match &written.on_alarm {
            None => None,
            Some(name) => {
                let of = concerned.as_ref()?.first()?;
                let alarm = self.watched(*of, name, &format!("{at}/onAlarm"));
                let after = match &shift.after {
                    None => Some(Dist::constant(Span::ZERO)),
                    Some(law) => law.read(&format!("{own}/after"), self.out),
                };
                Some(OnAlarm { alarm: alarm?, after: after? })
            }
        };
        let (services, groups, (lasts, cancelled)) = (services?, groups?, lasts?);
        let names = services.iter().map(|id| self.plan.services[*id].name.clone());
        let names: Vec<String> = names.chain(groups.iter().map(|id| self.plan.provider_name(*id))).collect();
        let what = match names.len() {
            1 => names[0].clone(),
            count => format!("{} and {} more", names[0], count - 1),
        };
        let balancers = services.iter().map(|id| Resource::Balancer(*id));
        let resources = balancers.chain(groups.iter().map(|id| Resource::Group(*id))).collect();
        let units = concerned?.into_iter().map(Unit::Service).collect();
        let shift = plan::ZonalShift { away_from: zone?, resources, lasts, cancelled, on_alarm };
        Some(plan::Change { zonal: Some(shift), ..bare(written, units, what, time?) })
    }

    /// What belongs to a new revision means nothing here.
    fn brings_nothing(&mut self, written: &Change, at: &str) {
        let keys = [
            ("service", written.service.is_some()),
            ("services", !written.services.is_empty()),
            ("everyService", written.every_service.is_some()),
            ("cellularApplication", written.cellular_application.is_some()),
            ("controlPlane", written.control_plane.is_some()),
            ("controlPlanes", !written.control_planes.is_empty()),
            ("defect", written.defect.is_some()),
            ("badShare", written.bad_share.is_some()),
            ("onlyInZone", written.only_in_zone.is_some()),
            ("onlyInUnit", written.only_in_unit.is_some()),
            ("onlyWithFlag", written.only_with_flag.is_some()),
            ("found", written.found.is_some()),
            ("pipeline", written.pipeline.is_some()),
            ("sticky", written.sticky.is_some()),
            ("featureFlag", written.feature_flag.is_some()),
            ("circuitBreakerOnTrafficShift", written.circuit_breaker_on_traffic_shift.is_some()),
            ("shadow", written.shadow.is_some()),
            ("hooks", !written.hooks.is_empty()),
        ];
        for (key, _) in keys.into_iter().filter(|(_, written)| *written) {
            let message = format!("`{key}` and `zonalShift` exclude each other: a zonal shift brings no revision");
            let hint = "name what is shifted in the `services` of `zonalShift`; write another change for a revision";
            self.out.conflict(&format!("{at}/{key}"), message, hint);
        }
    }

    /// When it is started.
    fn shift_begins(&mut self, written: &Change, shift: &ZonalShift, at: &str) -> Option<Time> {
        if written.every.is_some() {
            let message = "a zonal shift that comes by a law is not modelled";
            return self.out.not_modelled(&format!("{at}/every"), message, "write `at` or `onAlarm`").none();
        }
        if written.on_alarm.is_none() && shift.after.is_some() {
            let why = "it counts from an alarm, and the shift comes at a time";
            self.out.idle(&format!("{at}/zonalShift/after"), why, "write `onAlarm` instead of `at`, or leave it out");
        }
        match (&written.at, &written.on_alarm) {
            (Some(time), None) => {
                let time = Time::ZERO + time.0;
                let hint = "it is never started: move it, or run longer";
                after_end(&self.plan, time, &format!("{at}/at"), hint, self.out);
                Some(time)
            }
            (None, Some(_)) => Some(Time::ZERO),
            (time, _) => {
                let missing = "nothing says when the zonal shift is started";
                self.out.one_of("`at` and `onAlarm`", time.is_some(), at, missing, "write \"at\": \"1h\"").none()
            }
        }
    }

    /// From the start until it is over, and whether it is cancelled.
    fn shift_lasts(&mut self, shift: &ZonalShift, at: &str) -> Option<(Span, bool)> {
        let expires = shift.expires_in.0;
        if expires < SHORTEST || expires > LONGEST {
            let message = format!("ARC takes an `expiresIn` of 1 minute to 3 days, not `{expires}`");
            let hint = "write a length such as \"2h\"; a shift can be started again when it has expired";
            return self.out.refused(&format!("{at}/expiresIn"), message, hint).none();
        }
        let Some(cancel) = shift.cancel_after else { return Some((expires, false)) };
        let at = format!("{at}/cancelAfter");
        if cancel.0 == Span::ZERO {
            return self
                .out
                .out_of_range(&at, "`cancelAfter` must be above 0", "write a length such as \"30m\"")
                .none();
        }
        if cancel.0 >= expires {
            self.out.idle(&at, "the shift has expired by then", "lower it, raise `expiresIn`, or leave it out");
            return Some((expires, false));
        }
        Some((cancel.0, true))
    }

    /// A zone that ARC may leave.
    pub(super) fn left_zone(&mut self, name: &str, at: &str) -> Option<ZoneId> {
        let zone = self.names.zone(name, at, self.out)?;
        let row = &self.plan.zones[zone];
        if row.kind.away() {
            let message = format!("ARC shifts away from Availability Zones, and `{}` is none", row.id);
            return self.out.refused(at, message, "name an Availability Zone of the Region").none();
        }
        Some(zone)
    }

    /// Services that are shifted.
    fn shifted_services(&mut self, shift: &ZonalShift, zone: Option<ZoneId>, at: &str) -> Option<Vec<ServiceId>> {
        let mut found = Vec::new();
        for (at, name) in placed(&shift.services, &format!("{at}/services")) {
            let Some(service) = self.names.service(name, &at, self.out) else { continue };
            if found.contains(&service) {
                self.out.twice(name, &at);
            } else if self.may_shift(service, &at).is_some()
                && zone.is_none_or(|zone| self.stands_in(service, zone, &at))
            {
                found.push(service);
            }
        }
        (found.len() == shift.services.len()).then_some(found)
    }

    /// Whether ARC may shift the load balancer of a service; a problem otherwise.
    pub(super) fn may_shift(&mut self, service: ServiceId, at: &str) -> Option<()> {
        let row = &self.plan.services[service];
        let name = &row.name;
        let Some(balancer) = row.balancer.as_ref().filter(|_| row.traffic.is_some()) else {
            let message = format!("`{name}` has no load balancer with requests that could be shifted");
            return self.out.wrong_target(at, message, "add it to `traffic`, or name another service").none();
        };
        if balancer.local {
            let message =
                format!("the load balancer of `{name}` stands away from the Region: ARC has no zonal shift there");
            return self.out.refused(at, message, "name a service in Availability Zones").none();
        }
        if !balancer.zonal_shift {
            let message = format!("zonal shift is off for the load balancer of `{name}`, as it is by default");
            let hint = "write \"zonalShift\": true in the `loadBalancer` of its `traffic`";
            return self.out.refused(at, message, hint).none();
        }
        if balancer.nodes.len() < 2 {
            let message = format!("the load balancer of `{name}` stands in one zone: a shift would leave nothing");
            return self.out.refused(at, message, "give the service subnets in other zones, too").none();
        }
        Some(())
    }

    /// Whether the load balancer of a service has a node in a zone; a problem otherwise.
    pub(super) fn stands_in(&mut self, service: ServiceId, zone: ZoneId, at: &str) -> bool {
        let row = &self.plan.services[service];
        let nodes = row.balancer.as_ref().map_or(&[][..], |balancer| &balancer.nodes);
        if !nodes.contains(&zone) {
            let stands: Vec<&str> = nodes.iter().map(|zone| self.plan.zones[*zone].id.as_str()).collect();
            let message =
                format!("the load balancer of `{}` does not stand in `{}`", row.name, self.plan.zones[zone].id);
            self.out.refused(at, message, format!("it stands in {}", stands.join(", ")));
            return false;
        }
        true
    }

    /// Of a resource, one shift that somebody starts is active at a time: a second one is refused.
    pub(super) fn shifts_at_once(&mut self) {
        let mut found = Vec::new();
        let dated: Vec<Dated> =
            self.plan.changes_in_order().enumerate().filter_map(|(place, id)| self.dated(place, id)).collect();
        for (row, later) in dated.iter().enumerate() {
            let clash = |one: &&Dated| one.from <= later.from && later.from < one.until;
            let others =
                dated.iter().enumerate().filter(|(other, one)| *other != row && (one.from, *other) < (later.from, row));
            let earlier = others
                .map(|(_, one)| one)
                .filter(clash)
                .find(|one| one.resources.iter().any(|of| later.resources.contains(of)));
            found.extend(earlier.map(|one| (later.place, one.id)));
        }
        for (place, earlier) in sorted(found) {
            let name = &self.plan.changes[earlier].name;
            let message =
                format!("the zonal shift `{name}` of the same resource is still active then: ARC starts no second one");
            let hint = "end the first one before (`cancelAfter`), or move this one";
            self.out.refused(&format!("/changes/{place}/zonalShift"), message, hint);
        }
    }

    fn dated(&self, place: usize, id: ChangeId) -> Option<Dated> {
        let change = &self.plan.changes[id];
        let shift = change.zonal.as_ref().filter(|shift| shift.on_alarm.is_none())?;
        let until = change.at + shift.lasts;
        Some(Dated { place, id, from: change.at, until, resources: shift.resources.clone() })
    }
}

/// A change without a revision.
fn bare(written: &Change, units: Vec<Unit>, what: String, at: Time) -> plan::Change {
    plan::Change {
        name: written.name.clone(),
        who: Who::named(&format!("change {}", written.name)),
        units,
        what,
        at,
        every: None,
        defect: None,
        bad_ppm: 0,
        only_in: None,
        only_unit: None,
        only_with: None,
        hits: None,
        found: None,
        pipeline: None,
        sticky: false,
        answers: Vec::new(),
        flag: None,
        zonal: None,
        shadow: None,
        breaker_on_shift: false,
    }
}
