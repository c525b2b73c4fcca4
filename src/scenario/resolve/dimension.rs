//! Dimensions of an alarm: the part of a service whose metric it watches.

use super::Build;
use crate::model::ids::{ServiceId, ZoneId};
use crate::model::plan::{Metric, Scope};
use crate::scenario::file::{Alarm, Dimension};
use std::collections::BTreeSet;

/// Dimensions that name what `Service` names.
const OF_A_SERVICE: [&str; 4] = ["LoadBalancer", "TargetGroup", "ClusterName", "ServiceName"];
/// Metrics that are counted by revision.
const BY_REVISION: [Metric; 3] = [Metric::ErrorRate, Metric::Target5xx, Metric::RequestCount];

impl Build<'_> {
    /// What `Dimensions` say; `None` when something is wrong with them.
    pub(super) fn scope(
        &mut self,
        alarm: &Alarm,
        metric: Option<Metric>,
        service: Option<ServiceId>,
        at: &str,
    ) -> Option<Scope> {
        let mut scopes = Vec::new();
        for (place, dimension) in alarm.dimensions.iter().enumerate() {
            let at = format!("{at}/Dimensions/{place}");
            let found = match dimension.name.as_str() {
                name if OF_A_SERVICE.contains(&name) => continue,
                "AvailabilityZone" => self.zone_dimension(dimension, service, &at).map(Scope::Zone),
                "Revision" => self.revision_dimension(alarm, dimension, metric, service, &at).then_some(Scope::New),
                name => {
                    let message = format!("metrics of services have no dimension `{name}`");
                    let hint = "leave it out: `Service` says whose it is; known besides: AvailabilityZone, Revision";
                    self.out.unknown_value(&format!("{at}/Name"), message, hint);
                    None
                }
            };
            scopes.push((found, at));
        }
        if let [_, (_, at), ..] = &scopes[..] {
            let message = "an alarm watches one zone, or one revision";
            self.out.conflict(at, message, "keep one of `AvailabilityZone` and `Revision`, once");
            return None;
        }
        let scope = scopes.pop().map_or(Some(Scope::Service), |(found, _)| found)?;
        if metric == Some(Metric::ZoneOutlier) && scope == Scope::Service {
            let hint = "add {\"Name\": \"AvailabilityZone\", \"Value\": \"use1-az1\"}";
            let message = "`ZoneOutlier` needs the dimension `AvailabilityZone`: it compares one zone with the others";
            self.out.missing(&format!("{at}/Dimensions"), message, hint);
            return None;
        }
        Some(scope)
    }

    fn zone_dimension(&mut self, dimension: &Dimension, service: Option<ServiceId>, at: &str) -> Option<ZoneId> {
        let Some(value) = &dimension.value else {
            self.out.missing(at, "`AvailabilityZone` needs a `Value`", "write the id or the name of a zone");
            return None;
        };
        let at = format!("{at}/Value");
        let zone = self.names.zone(value, &at, self.out)?;
        let service = &self.plan.services[service?];
        let zones = self.plan.zones_of(service);
        if zones.contains(&zone) {
            return Some(zone);
        }
        let known: Vec<&str> = zones.iter().take(8).map(|zone| self.plan.zones[*zone].id.as_str()).collect();
        let (message, hint) =
            (format!("`{}` has no task in `{value}`", service.name), format!("it runs in {}", known.join(", ")));
        self.out.wrong_target(&at, message, hint);
        None
    }

    fn revision_dimension(
        &mut self,
        alarm: &Alarm,
        dimension: &Dimension,
        metric: Option<Metric>,
        service: Option<ServiceId>,
        at: &str,
    ) -> bool {
        if dimension.value.as_deref() != Some("new") {
            let message = "metrics are counted by revision for the new one only";
            self.out.not_modelled(at, message, "write {\"Name\": \"Revision\", \"Value\": \"new\"}");
            return false;
        }
        if let Some(metric) = metric.filter(|metric| !BY_REVISION.contains(metric)) {
            let name = |of: &Metric| Metric::ALL.iter().find(|row| row.0 == *of).map_or("", |row| row.2);
            let message = format!("`{}` is not counted by revision", name(&metric));
            let known: Vec<&str> = BY_REVISION.iter().map(name).collect();
            self.out.not_modelled(&format!("{at}/Name"), message, format!("watch one of {}", known.join(", ")));
            return false;
        }
        if service.is_some_and(|id| !self.is_changed(id)) {
            let message = format!("`{}` has no change: this metric is always missing", alarm.service);
            self.out.no_effect(at, message, "leave it out, or add a change of the service");
        }
        true
    }

    /// Whether any change is to reach a service.
    fn is_changed(&mut self, id: ServiceId) -> bool {
        let (names, application, changes) = (&self.names.services, &self.plan.application, &self.scenario.changes);
        let changed = self.changed.get_or_insert_with(|| {
            let named = changes.iter().flat_map(|one| one.service.iter().chain(&one.services));
            let mut found: BTreeSet<ServiceId> = named.filter_map(|name| names.get(name).copied()).collect();
            if changes.iter().any(|one| one.cellular_application.is_some()) {
                found.extend(application.iter().flat_map(|one| &one.cells));
            }
            if changes.iter().any(|one| one.every_service == Some(true)) {
                found.extend(names.values().copied());
            }
            found
        });
        changed.contains(&id)
    }
}
