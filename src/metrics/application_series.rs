//! Series of an application in cells: what its customers ask for and lose, and how many are in each cell.

use super::trace::Trace;
use crate::engine::Time;
use crate::model::fact::ApplicationFact;
use crate::model::ids::ServiceId;
use crate::model::plan::{Part, Plan};

/// Billionths in a whole.
const BILLION: f64 = 1e9;

/// Numbers of its series.
#[derive(Clone, Debug)]
pub(super) struct ApplicationSeries {
    offered: usize,
    lost: usize,
    customers: Vec<(ServiceId, usize)>,
    unassigned: usize,
}

impl ApplicationSeries {
    /// Of the application that this part runs, if any.
    pub(super) fn new(plan: &Plan, part: &Part, trace: &mut Trace) -> Option<ApplicationSeries> {
        let planned = plan.application.as_ref().filter(|one| part.as_one.services.contains(&one.router.0))?;
        let mut add = |name, part: &str| trace.add(name, &planned.name, part);
        Some(ApplicationSeries {
            offered: add("application_offered_requests_per_second", ""),
            lost: add("application_lost_requests_per_second", ""),
            customers: planned
                .cells
                .iter()
                .map(|cell| (*cell, add("application_customers", &plan.services[*cell].name)))
                .collect(),
            unassigned: add("application_customers_without_cell", ""),
        })
    }

    /// A fact of the application.
    pub(super) fn take(&self, now: Time, fact: ApplicationFact, trace: &mut Trace) {
        match fact {
            ApplicationFact::Requests { offered, served, .. } => {
                trace.point(self.offered, now, offered as f64 / BILLION);
                trace.point(self.lost, now, offered.saturating_sub(served) as f64 / BILLION);
            }
            ApplicationFact::Customers { cell, count } => {
                if let Some(row) = self.customers.iter().find(|row| row.0 == cell) {
                    trace.point(row.1, now, f64::from(count));
                }
            }
            ApplicationFact::Unassigned { count } => trace.point(self.unassigned, now, f64::from(count)),
            ApplicationFact::Moved { .. } => {}
        }
    }
}
