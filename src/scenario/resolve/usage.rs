//! What tasks use of what they reserve: what the scenario says, over the defaults.

use super::index::first;
use super::{Clusters, placed};
use crate::model::plan::WHOLE;
use crate::model::plan::scaling::{Usage, Use};
use crate::scenario::ecs::monitoring::{MetricName, MonitoringConfiguration};
use crate::scenario::file::{Behaviour, Utilization};

/// CPU follows the load: nothing at rest, all of it at `requestsPerTask` (model choice).
const CPU: Use = Use { at_rest: 0, at_full: WHOLE, failed_request: HALF, resolution: MINUTE };

/// Memory is held whether or not requests come (model choice).
const MEMORY: Use = Use { at_rest: 400_000, at_full: 600_000, failed_request: HALF, resolution: MINUTE };

/// What a failed request costs as a share of an answered one (model choice).
const HALF: u64 = WHOLE / 2;

/// Seconds between two datapoints of a service that says nothing about it (sourced: [ecs-api-metric-configuration]).
const MINUTE: u32 = 60;

impl Clusters<'_> {
    /// Usage of a service's tasks, field by field: its own entry, then its family's, then the defaults.
    pub(super) fn usage(&self, name: &str, short: &str, definition: usize) -> Usage {
        let scenario = self.scenario;
        let family = &scenario.task_definitions[definition].family;
        let services = &self.index.of_services;
        let of_service = first(services, name).into_iter().chain(first(services, short)).min();
        let order = || of_service.into_iter().chain(first(&self.index.of_families, family));
        let entries = || order().map(|place| &scenario.behaviour[place]);
        let of = |choose: fn(&Behaviour) -> Option<&Utilization>, default: Use| {
            let pick = |field: fn(&Utilization) -> Option<f64>, default: u64| {
                let found = entries().filter_map(choose).find_map(field);
                found.map_or(default, |share| libm::round(share * WHOLE as f64) as u64)
            };
            Use {
                at_rest: pick(|one| one.at_rest, default.at_rest),
                at_full: pick(|one| one.at_full, default.at_full),
                failed_request: pick(|one| one.failed_request, default.failed_request),
                resolution: default.resolution,
            }
        };
        Usage { cpu: of(|entry| entry.cpu.as_ref(), CPU), memory: of(|entry| entry.memory.as_ref(), MEMORY) }
    }

    /// How often the metrics of a service are published: as the first entry says that names them.
    pub(super) fn resolutions(
        &mut self,
        written: Option<&MonitoringConfiguration>,
        mut usage: Usage,
        at: &str,
    ) -> Usage {
        let mut known = Vec::new();
        let entries = written.map_or(&[][..], |one| &one.metric_configurations);
        for (at, entry) in placed(entries, &format!("{at}/monitoring/metricConfigurations")) {
            let seconds = entry.resolution_seconds;
            if !matches!(seconds, 20 | 60) {
                let message = format!("ECS refuses a resolution of {seconds} seconds");
                self.out.refused(&format!("{at}/resolutionSeconds"), message, "write 20 or 60");
                continue;
            }
            for (at, name) in placed(&entry.metric_names, &format!("{at}/metricNames")) {
                if known.contains(name) {
                    let message = format!("`{}` has a resolution already", name.word());
                    self.out.refused(&at, message, "name each metric once");
                    continue;
                }
                known.push(*name);
                match name {
                    MetricName::CpuUtilization => usage.cpu.resolution = seconds,
                    MetricName::MemoryUtilization => usage.memory.resolution = seconds,
                }
            }
        }
        usage
    }
}
