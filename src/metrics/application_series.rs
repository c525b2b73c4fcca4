//! Series of an application in cells: what its customers ask for and lose, and how many are in each cell.

use super::series;
use super::trace::Trace;
use crate::engine::Time;
use crate::model::fact::ApplicationFact;
use crate::model::ids::ServiceId;
use crate::model::plan::{Part, Plan};

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
        let offered = add(series::APPLICATION_OFFERED, "");
        let lost = add(series::APPLICATION_LOST, "");
        let customers =
            planned.cells.iter().map(|id| (*id, add(series::CUSTOMERS, &plan.services[*id].name))).collect();
        Some(ApplicationSeries { offered, lost, customers, unassigned: add(series::UNASSIGNED, "") })
    }

    /// A fact of the application.
    pub(super) fn take(&self, now: Time, fact: ApplicationFact, trace: &mut Trace) {
        match fact {
            ApplicationFact::Requests { offered, served, .. } => {
                trace.rate(self.offered, now, offered);
                trace.rate(self.lost, now, offered.saturating_sub(served));
            }
            ApplicationFact::Customers { cell, count } => {
                if let Some(row) = self.customers.iter().find(|row| row.0 == cell) {
                    trace.point(row.1, now, f64::from(count));
                }
            }
            ApplicationFact::Unassigned { count } => trace.point(self.unassigned, now, f64::from(count)),
            ApplicationFact::Moved { .. } | ApplicationFact::Act { .. } => {}
        }
    }
}
