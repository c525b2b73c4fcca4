//! What a change is to reach: units that can be changed one by one.

use super::Build;
use crate::model::defect::{self, Effect};
use crate::model::ids::{RegionId, ServiceId};
use crate::model::plan::{Plan, Unit};
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
        let mut found: Vec<RegionId> = Vec::new();
        for unit in &self.units {
            let region = plan.cells[plan.cell_of(*unit)].region;
            if !found.contains(&region) {
                found.push(region);
            }
        }
        found
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

impl Build<'_> {
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
            let keys_of =
                "`service`, `services`, `everyService`, `cellularApplication`, `controlPlane` and `controlPlanes`";
            self.out.one_of(
                keys_of,
                keys.contains(&true),
                at,
                "nothing says what is changed",
                "write \"service\": \"web\"",
            );
            return None;
        }
        if let Some(name) = &written.service {
            let service = self.names.service(name, &format!("{at}/service"), self.out)?;
            self.deployable(service, written.feature_flag.is_some(), &format!("{at}/service"))?;
            let what = self.plan.services[service].name.clone();
            return Some(Named::new(vec![Unit::Service(service)], vec![what.clone()], what));
        }
        if let Some(name) = &written.cellular_application {
            return self.cells_of(name, &format!("{at}/cellularApplication"));
        }
        if written.every_service == Some(true) {
            return self.every_service(&format!("{at}/everyService"));
        }
        if let Some(name) = &written.control_plane {
            return self.cells_of_region(name, &format!("{at}/controlPlane"));
        }
        if !written.control_planes.is_empty() {
            return self.cells_of_regions(&written.control_planes, &format!("{at}/controlPlanes"));
        }
        self.several(&written.services, &format!("{at}/services"))
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
            self.out.wrong_target(at, message, "write `controlPlane` in the Region, with its cells");
            return None;
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
        for (place, name) in written.iter().enumerate() {
            let at = format!("{at}/{place}");
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
}
