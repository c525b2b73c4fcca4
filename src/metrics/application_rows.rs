//! The row of an application in cells in the summary.

use super::ledger::REQUEST;
use super::measured::Measured;
use super::summarise::{Runs, complement, nines};
use super::summary::{ApplicationCellRow, ApplicationRow, Estimate, Requests};
use crate::engine::index::Id;
use crate::model::ids::ServiceId;
use crate::model::plan::Application;

impl Runs<'_> {
    /// One row, if there is an application.
    pub fn applications(&self) -> Vec<ApplicationRow> {
        self.plan.application.iter().map(|application| self.application(application)).collect()
    }

    fn application(&self, planned: &Application) -> ApplicationRow {
        let of = |run: &Measured| run.application.clone().unwrap_or_default();
        let failed = |run: &Measured| of(run).offered.saturating_sub(of(run).served);
        let lost = self.maybe(|run| (of(run).offered > 0).then(|| failed(run) as f64 / of(run).offered as f64));
        ApplicationRow {
            name: planned.name.clone(),
            request_availability: lost.map(complement),
            nines: lost.and_then(nines),
            requests: Requests {
                offered: self.each(|run| of(run).offered as f64 / REQUEST),
                served: self.each(|run| of(run).served as f64 / REQUEST),
                failed: self.each(|run| failed(run) as f64 / REQUEST),
            },
            router: self.plan.services[planned.router].name.clone(),
            customers: planned.customers.iter().map(|group| group.count).sum(),
            moved: self.each(|run| f64::from(of(run).moved)),
            without_cell: self.each(|run| f64::from(of(run).homeless)),
            cells: planned.cells.iter().map(|cell| self.application_cell(*cell)).collect(),
        }
    }

    fn application_cell(&self, cell: ServiceId) -> ApplicationCellRow {
        let ledger = |run: &Measured| {
            let of = &run.services[cell.row()].ledger;
            (of.offered, of.served)
        };
        let failed = |run: &Measured| ledger(run).0 - ledger(run).1;
        let lost = self.maybe(|run| (ledger(run).0 > 0).then(|| failed(run) as f64 / ledger(run).0 as f64));
        let customers = |run: &Measured| {
            let rows = run.application.iter().flat_map(|of| &of.customers);
            rows.filter(|row| row.0 == cell).map(|row| f64::from(row.1)).sum()
        };
        let estimate = |of: &dyn Fn(&Measured) -> u128| -> Estimate { self.each(|run| of(run) as f64 / REQUEST) };
        ApplicationCellRow {
            service: self.plan.services[cell].name.clone(),
            customers: self.each(customers),
            request_availability: lost.map(complement),
            requests: Requests {
                offered: estimate(&|run| ledger(run).0),
                served: estimate(&|run| ledger(run).1),
                failed: estimate(&failed),
            },
        }
    }
}
