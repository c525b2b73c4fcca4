//! Series of replication 0, kept as change points: what plots and `timeseries.csv` are drawn from.

use super::blast::{Blast, Lost};
use super::change_series::ServiceChanges;
use super::scaling_series::ServiceScaling;
use super::series;
use super::stages::StagedChange;
use crate::engine::Time;
use crate::model::Plan;
use std::collections::BTreeMap;

/// Series whose subject is a capacity provider.
const PROVIDER_SERIES: [&str; 2] = [series::HOSTS, series::RESERVATION];

/// One series: the value holds from its time to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What is measured, snake_case with the unit at the end, such as `available_tasks`.
    pub name: &'static str,
    /// Of what: "cluster/name" of a service, "cluster/name" of a provider, "region/cell" of a control-plane cell.
    pub subject: String,
    /// A part of the subject: a zone id, a task state, a provider; empty for the whole.
    pub part: String,
    /// Change points in order of time, the first at 0.
    pub points: Vec<(Time, f64)>,
}

/// A fault of the file as it happened, for the bands of a plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    pub name: String,
    /// Zones that it hit as a whole, in the order in which they were.
    pub places: Vec<String>,
    /// And cells of the control plane.
    pub cells: Vec<String>,
    pub from: Time,
    /// End; the end of the run when it never ended.
    pub until: Time,
}

/// Services whose requests are the same ones: those of a router, and of the cells behind it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Routed {
    /// Of the application.
    pub name: String,
    pub router: String,
    pub cells: Vec<String>,
}

/// Everything a picture of the run needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    pub end: Time,
    /// Series in a fixed order: by subject as in the file, then name, then part.
    pub series: Vec<Series>,
    /// At most 1,000 bands, in order of time.
    pub bands: Vec<Band>,
    /// Who lost what to the faults.
    pub blast: Blast,
    /// The same by name of the service.
    pub hit: BTreeMap<String, Lost>,
    /// The application in cells.
    pub application: Option<Routed>,
    /// Regions whose control plane is built for so many requests a second.
    pub peaks: BTreeMap<String, f64>,
    /// Services with changes, in the order of the file.
    pub changes: Vec<ServiceChanges>,
    /// Services that are scaled, in the order of the file.
    pub scaling: Vec<ServiceScaling>,
    /// Changes with a pipeline, in the order of the file.
    pub staged: Vec<StagedChange>,
}

impl Timeline {
    /// Series of services first, then of capacity providers, both in the order of the file: a partition tells its own.
    #[must_use]
    pub fn in_file_order(mut self, plan: &Plan) -> Timeline {
        let services = plan.services_in_order().map(|id| plan.services[id].name.clone());
        let providers = plan.providers_in_order().map(|id| plan.provider_name(id));
        let [services, providers] = [places(services), places(providers)];
        self.series.sort_by_cached_key(|series| {
            let of_provider = PROVIDER_SERIES.contains(&series.name);
            let names = if of_provider { &providers } else { &services };
            (of_provider, names.get(&series.subject).copied().unwrap_or(usize::MAX))
        });
        self
    }
}

fn places(names: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    names.enumerate().map(|(place, name)| (name, place)).collect()
}
