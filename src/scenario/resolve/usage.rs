//! What tasks use of what they reserve: what the scenario says, over the defaults.

use super::Clusters;
use super::index::first;
use crate::model::plan::WHOLE;
use crate::model::plan::scaling::{Usage, Use};
use crate::scenario::file::{Behaviour, Utilization};

/// CPU follows the load: nothing at rest, all of it at `requestsPerTask` (model choice).
const CPU: Use = Use { at_rest: 0, at_full: WHOLE, failed_request: HALF };

/// Memory is held whether or not requests come (model choice).
const MEMORY: Use = Use { at_rest: 400_000, at_full: 600_000, failed_request: HALF };

/// What a failed request costs as a share of an answered one (model choice).
const HALF: u64 = WHOLE / 2;

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
            }
        };
        Usage { cpu: of(|entry| entry.cpu.as_ref(), CPU), memory: of(|entry| entry.memory.as_ref(), MEMORY) }
    }
}
