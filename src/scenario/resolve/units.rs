//! What a change is to reach: units that can be changed one by one, copies of requests for them, and customers.

use super::{Activity, once, placed};
use crate::engine::Span;
use crate::model::defect::{self, Effect, Spec};
use crate::model::ids::{AlarmId, RegionId, ServiceId};
use crate::model::plan::{Customers, Kind, Pipeline, Plan, Scope, Shadow, Strategy, Unit, Watches};
use crate::model::problem::{Noun, Problems};
use crate::scenario::file::Change;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Units of a change with the names that stages call them by.
pub(super) struct Named {
    pub(super) units: Vec<Unit>,
    pub(super) what: String,
    pub(super) names: Vec<String>,
    /// The places of the names, once somebody has looked for one.
    places: OnceCell<BTreeMap<String, usize>>,
}

impl Activity<'_> {
    /// What a change is to reach.
    pub(super) fn units(&mut self, written: &Change, at: &str) -> Option<Named> {
        let keys = [
            written.service.is_some(),
            !written.services.is_empty(),
            written.every_service == Some(true),
            written.cellular_application.is_some(),
            written.control_plane.is_some(),
            !written.control_planes.is_empty(),
        ];
        if keys.iter().filter(|key| **key).count() != 1 {
            let words =
                "`service`, `services`, `everyService`, `cellularApplication`, `controlPlane` and `controlPlanes`";
            let (several, missing) = (keys.contains(&true), "nothing says what is changed");
            return self.out.one_of(words, several, at, missing, "write \"service\": \"web\"").none();
        }
        let at = |key: &str| format!("{at}/{key}");
        match written {
            Change { service: Some(name), .. } => {
                let service = self.names.service(name, &at("service"), self.out)?;
                self.deployable(service, written.feature_flag.is_some(), &at("service"))?;
                let what = self.plan.services[service].name.clone();
                Some(Named::new(vec![Unit::Service(service)], vec![what.clone()], what))
            }
            Change { cellular_application: Some(name), .. } => self.cells_of(name, &at("cellularApplication")),
            Change { every_service: Some(true), .. } => self.every_service(&at("everyService")),
            Change { control_plane: Some(name), .. } => self.cells_of_region(name, &at("controlPlane")),
            Change { services, .. } if services.is_empty() => {
                self.cells_of_regions(&written.control_planes, &at("controlPlanes"))
            }
            Change { services, .. } => self.several(services, &at("services")),
        }
    }

    fn cells_of(&mut self, name: &str, at: &str) -> Option<Named> {
        let Some(application) = self.plan.application.as_ref().filter(|one| one.name == name) else {
            let written = self.scenario.cellular_application.iter().map(|one| one.name.as_str());
            // Why it was refused is told where it stands.
            if written.clone().all(|written| written != name) {
                self.out.unknown(Noun::Application, name, at, written);
            }
            return None;
        };
        let cells: Vec<ServiceId> = application.cells[..usize::from(application.first)].to_vec();
        for service in &cells {
            self.deployable(*service, false, at)?;
        }
        let names = (1..=cells.len()).map(|place| format!("cell-{place}")).collect();
        let what = format!("{name}, {} cells", cells.len());
        let units = cells.into_iter().map(Unit::Service).collect();
        Some(Named::new(units, names, what))
    }

    fn cells_of_region(&mut self, name: &str, at: &str) -> Option<Named> {
        let region = self.names.region(name, at, self.out)?;
        if self.plan.regions[region].plane.is_none() {
            let message = format!("`{name}` has no control plane that could be changed");
            return self.out.wrong_target(at, message, "write `controlPlane` in the Region, with its cells").none();
        }
        let all = self.plan.cells.pairs().filter(|(_, cell)| cell.region == region && cell.added.is_none());
        let (units, names): (Vec<Unit>, Vec<String>) =
            all.map(|(id, cell)| (Unit::Cell(id), cell.name.clone())).unzip();
        let what = match units.len() {
            1 => format!("control plane of {name}"),
            count => format!("control plane of {name}, {count} cells"),
        };
        Some(Named::new(units, names, what))
    }

    fn cells_of_regions(&mut self, written: &[String], at: &str) -> Option<Named> {
        let mut all = Named::new(Vec::new(), Vec::new(), String::new());
        let mut whole = true;
        for (place, name) in written.iter().enumerate() {
            let at = format!("{at}/{place}");
            if written[..place].contains(name) {
                self.out.twice(name, &at);
            }
            let Some(one) = self.cells_of_region(name, &at) else {
                whole = false;
                continue;
            };
            all.names.extend(one.names.into_iter().map(|cell| format!("{name}/{cell}")));
            all.units.extend(one.units);
        }
        all.what = format!("control planes of {} Regions, {} cells", written.len(), all.units.len());
        whole.then_some(all)
    }

    /// What a change of a control plane cannot be.
    pub(super) fn on_plane(&mut self, written: &Change, defect: Option<&defect::Live>, at: &str) {
        let of_plane = written.is_of_plane();
        let Some(spec) = &written.defect else { return };
        let at = format!("{at}/defect/{}", spec.kind());
        if of_plane && defect.is_some_and(|defect| defect.on_plane().is_none()) {
            let message = format!("a control plane is not bad by `{}`", spec.kind());
            self.out.wrong_target(&at, message, "write `errors` (calls), `slower` (capacity) or `stopsScheduling`");
        }
        if !of_plane && matches!(defect, Some(defect::Live::StopsScheduling(_))) {
            let hint = "write `neverStarts`, or change a `controlPlane`";
            self.out.wrong_target(&at, "a service schedules nothing", hint);
        }
    }

    fn several(&mut self, written: &[String], at: &str) -> Option<Named> {
        let mut named = Named::new(Vec::new(), Vec::new(), String::new());
        let mut seen = BTreeSet::new();
        for (at, name) in placed(written, at) {
            let Some(service) = self.names.service(name, &at, self.out) else { continue };
            if self.deployable(service, false, &at).is_none() {
                continue;
            }
            if !seen.insert(service) {
                self.out.twice(name, &at);
            }
            named.names.push(self.plan.services[service].name.clone());
            named.units.push(Unit::Service(service));
        }
        named.what = format!("{} and {} more", named.names.first()?, named.names.len() - 1);
        (named.units.len() == written.len()).then_some(named)
    }

    /// All services that a change with `everyService` comes to.
    fn every_service(&mut self, at: &str) -> Option<Named> {
        let meant = |id: &ServiceId| {
            let row = &self.plan.services[*id];
            row.kind == Kind::Replica && row.traffic.is_some()
        };
        let found: Vec<ServiceId> = self.plan.services_in_order().filter(meant).collect();
        if found.is_empty() {
            let hint = "add `traffic`, or name services in `services`";
            return self.out.wrong_target(at, "no REPLICA service has traffic", hint).none();
        }
        for id in &found {
            self.deployable(*id, false, at)?;
        }
        let names: Vec<String> = found.iter().map(|id| self.plan.services[*id].name.clone()).collect();
        let what = format!("every service, {} in all", names.len());
        Some(Named::new(found.into_iter().map(Unit::Service).collect(), names, what))
    }

    /// What is copied, and how long; `None` when nothing is, or something about it is wrong.
    pub(super) fn shadow(
        &mut self,
        written: &Change,
        named: &Named,
        pipeline: Option<&Pipeline>,
        at: &str,
    ) -> Option<Shadow> {
        let shadow = written.shadow.as_ref()?;
        let at = format!("{at}/shadow");
        if written.feature_flag.is_some() {
            let hint = "leave `shadow` out, or write it to the change that brings the revision";
            self.out.wrong_target(&at, "`shadow` belongs to a change of a revision, not to a feature flag", hint);
            return None;
        }
        if written.is_of_plane() {
            let message = "calls to a control plane are not copied: its cells are changed in place";
            return self.out.not_modelled(&at, message, "leave `shadow` out, or change a service").none();
        }
        let services: Vec<ServiceId> = named.services().collect();
        let fit = services.iter().all(|service| self.can_be_copied(*service, &at));
        let share = shadow.share.unwrap_or(1.0);
        // A share below one millionth of the requests would copy none.
        let counted = if share < 5e-7 { 0.0 } else { share };
        let share = self.out.share_above_zero(counted, &format!("{at}/share"));
        let ppm = share.map_or(0, |share| libm::round(share * 1e6) as u64);
        let span = shadow.lasts.0;
        if span == Span::ZERO {
            self.out.out_of_range(&format!("{at}/for"), "`for` must be above 0", "write a length such as \"30m\"");
        }
        if !fit || ppm == 0 || span == Span::ZERO {
            return None;
        }
        if let Some(unseen) = services.iter().find(|service| !self.reads_copies(**service, pipeline)) {
            let name = &self.plan.services[*unseen].name;
            let message =
                format!("copies for `{name}` that fail are not seen: no alarm on its new revision stops the change");
            let hint =
                "watch an alarm with {\"Name\": \"Revision\", \"Value\": \"new\"} in its deployment, or `oneBoxAlarm`";
            self.out.unwatched(&at, message, hint);
        }
        Some(Shadow { ppm, span })
    }

    /// Whether a service has requests, and a second set of tasks that copies of them could go to.
    fn can_be_copied(&mut self, service: ServiceId, at: &str) -> bool {
        let row = &self.plan.services[service];
        if row.deployment.strategy == Strategy::Rolling {
            let message = format!("`{}` deploys with ROLLING: no second set of tasks stands beside it", row.name);
            self.out.wrong_target(at, message, "write another `strategy`, such as CANARY, or leave `shadow` out");
            return false;
        }
        self.has_traffic(service, at)
    }

    /// Whether an alarm that takes the change back sees what the new revision of a service is sent.
    fn reads_copies(&self, service: ServiceId, pipeline: Option<&Pipeline>) -> bool {
        let watched = pipeline.into_iter().flat_map(|one| &one.alarms).map(|watched| watched.alarm);
        let mut all = self.plan.services[service].deployment.alarms.iter().copied().chain(watched);
        let mut seen = BTreeSet::new();
        all.any(|alarm| self.sees_new(alarm, service, &mut seen))
    }

    /// Alarms that were `seen` do not, nor does any below them.
    fn sees_new(&self, alarm: AlarmId, service: ServiceId, seen: &mut BTreeSet<AlarmId>) -> bool {
        let mut open = vec![alarm];
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let row = &self.plan.alarms[id];
            match &row.watches {
                Watches::Metric(on) if row.service == service && on.scope == Scope::New => return true,
                Watches::Metric(_) => {}
                Watches::Alarms(one) => open.extend(one.rule.names()),
            }
        }
        false
    }

    /// The customers of `poisonInput`; `None`: everybody.
    pub(super) fn hits(&mut self, written: &Change, named: &Named, at: &str) -> Option<Vec<(usize, Option<u32>)>> {
        let Some(Spec::PoisonInput(spec)) = &written.defect else { return None };
        if spec.customers.is_empty() {
            return None;
        }
        let at = format!("{at}/defect/poisonInput/customers");
        let application = self.plan.application.as_ref();
        let cells = application.map_or(&[][..], |one| &one.cells);
        if named.services().any(|service| !cells.contains(&service)) || named.services().next().is_none() {
            let message = "only the cells of an application have customers of their own";
            return self.out.wrong_target(&at, message, "change a `cellularApplication`, or leave it out").none();
        }
        let groups = application.map_or(&[][..], |one| &one.customers);
        let mut found = Vec::new();
        let mut unknown = Vec::new();
        for (place, name) in spec.customers.iter().enumerate() {
            match whose(groups, name) {
                Some(who) => found.push(who),
                None => unknown.push((place, name)),
            }
        }
        found.sort_unstable();
        found.dedup();
        // Who is of a group that is named needs no name.
        let whole: Vec<usize> = found.iter().filter(|(_, number)| number.is_none()).map(|(group, _)| *group).collect();
        found.retain(|(group, number)| number.is_none() || !whole.contains(group));
        for (place, name) in unknown {
            let known = groups.iter().map(|group| group.name.as_str());
            self.out.unknown(Noun::Customer, name, &format!("{at}/{place}"), known);
        }
        Some(found)
    }
}

impl Named {
    pub(super) fn new(units: Vec<Unit>, names: Vec<String>, what: String) -> Named {
        Named { units, what, names, places: OnceCell::new() }
    }

    pub(super) fn services(&self) -> impl Iterator<Item = ServiceId> {
        self.units.iter().filter_map(|unit| match unit {
            Unit::Service(service) => Some(*service),
            Unit::Cell(_) => None,
        })
    }

    /// Regions of the units, in the order in which these name them.
    pub(super) fn regions(&self, plan: &Plan) -> Vec<RegionId> {
        once(self.units.iter().map(|unit| plan.cells[plan.cell_of(*unit)].region))
    }

    /// The place of a unit; a problem with the way out otherwise.
    pub(super) fn find(&self, name: &str, at: &str, out: &mut Problems) -> Option<usize> {
        let places = self.places.get_or_init(|| {
            // Of the same name the first.
            self.names.iter().enumerate().rev().map(|(place, name)| (name.clone(), place)).collect()
        });
        let found = places.get(name).copied();
        if found.is_none() {
            out.unknown(Noun::Unit, name, at, self.names.iter().map(String::as_str));
        }
        found
    }
}

fn whose(groups: &[Customers], name: &str) -> Option<(usize, Option<u32>)> {
    let group = groups.iter().position(|group| group.name == name).map(|group| (group, None));
    let single = || groups.iter().enumerate().find_map(|(row, group)| Some((row, Some(group.number_of(name)?))));
    group.or_else(single)
}
