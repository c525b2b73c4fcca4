//! Customers' own cells.

use super::measures;
use super::service::{Requests, flow, lost};
use super::shape::{Estimate, Maybe};
use super::walk::Run;
use crate::metrics::applications::Measure;
use crate::model::ids::ServiceId;
use crate::model::plan::Application;

measures! {
    /// What customers of an application in cells got.
    ApplicationRow(w, planned: &Application) {
        /// Name.
        name: String = planned.name.clone();
        /// Requests served by its cells / requests of all customers.
        request_availability: Maybe [share Higher] = w.kept(|run| lost(asked(run)));
        /// -log10(1 - requestAvailability); null when nothing was lost.
        nines: Maybe [nines Higher] = w.nines(|run| lost(asked(run)));
        /// First tries of all customers in the window:
        requests: Requests [requests] = Requests::walk(w, &asked);
        /// "cluster/name" of its router.
        router: String = w.plan.services[planned.router].name.clone();
        /// Customers of all groups.
        customers: u32 = planned.customers.iter().map(|group| group.count).sum();
        /// Moves of customers to another cell in the whole run.
        moved: Estimate [moves Lower] = w.each(|run| of(run).map_or(0.0, |of| f64::from(of.moved)));
        /// Customers without a cell at the end.
        without_cell: Estimate [customers Lower] = w.each(|run| of(run).map_or(0.0, |of| f64::from(of.unassigned)));
        /// Its cells:
        cells: Vec<ApplicationCellRow> =
            planned.cells.iter().map(|cell| ApplicationCellRow::walk(w, *cell)).collect();
    }
}

measures! {
    /// What one of its cells did.
    ApplicationCellRow(w, cell: ServiceId) {
        /// "cluster/name" of its service.
        service: String = w.plan.services[cell].name.clone();
        /// Customers at the end.
        customers: Estimate [customers] = w.each(|run| customers(run, cell));
        /// Requests answered in time / requests that reached it; null when none did.
        request_availability: Maybe [share Higher] = w.kept(|run| lost(flow(run, cell)));
        /// Requests that reached it. Callers who do not know yet that their customer has left count, and it sends them
        /// on:
        requests: Requests [requests] = Requests::walk(w, &|run| flow(run, cell));
    }
}

fn of<'r>(run: &'r Run<'_>) -> Option<&'r Measure> {
    run.application.as_ref()
}

fn asked(run: &Run<'_>) -> [u128; 2] {
    of(run).map_or([0; 2], |of| [of.offered, of.served])
}

fn customers(run: &Run<'_>, cell: ServiceId) -> f64 {
    let rows = of(run).into_iter().flat_map(|of| &of.customers);
    rows.filter(|row| row.0 == cell).map(|row| f64::from(row.1)).sum()
}
