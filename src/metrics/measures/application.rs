//! Customers' own cells.

use super::measures;
use super::service::{Requests, flow, lost};
use super::shape::{Estimate, Maybe};
use super::walk::Run;
use crate::engine::Span;
use crate::metrics::applications::{Acts, Measure};
use crate::metrics::ledger::{REQUEST, Why};
use crate::model::fact::Mechanism;
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
        /// How often a cell was emptied as its alarm rang, in the whole run.
        evacuations: Estimate [times] = w.each(|run| acts(run, |of| of.emptied.iter().map(|row| f64::from(row.1)).sum()));
        /// Customers who left a cell so, in the whole run; their way back is not counted.
        evacuated: Estimate [moves] = w.each(|run| acts(run, |of| f64::from(of.leave.saturating_sub(of.stay))));
        /// Customers who stayed in it, as no other cell had room for them.
        stayed: Estimate [customers Lower] = w.each(|run| acts(run, |of| f64::from(of.stay)));
        /// Of the first cell that was emptied: from its alarm until the last customer had left; null when none was.
        evacuation_seconds: Maybe [seconds Lower] =
            w.maybe(|run| of(run)?.acts.left.map(|left| left.1.as_secs_f64()));
        /// Of the same cell: from its alarm until all customers were back; null when they never were.
        back_seconds: Maybe [seconds Lower] = w.maybe(|run| of(run)?.acts.back.map(Span::as_secs_f64));
        /// Customers who were moved to quarantine, in the whole run. Who came back and was moved again counts again.
        quarantined: Estimate [customers] = w.each(|run| acts(run, |of| f64::from(of.quarantined)));
        /// From the alarm until the first of them was, or until the router turned his requests away; null when none
        /// was.
        quarantine_seconds: Maybe [seconds Lower] = w.maybe(|run| of(run)?.acts.quarantine.map(Span::as_secs_f64));
        /// Customers whose requests the router was told to turn away, in the whole run, counted alike.
        blocked: Estimate [customers] = w.each(|run| acts(run, |of| f64::from(of.blocked)));
        /// Requests of them in the window that it turned away. They are part of `requests.failed`.
        blocked_requests: Estimate [requests Lower] = w.each(|run| turned_away(run, planned.router));
        /// How often a customer came back from quarantine, or was let in again, in the whole run.
        released: Estimate [customers] = w.each(|run| acts(run, |of| f64::from(of.released)));
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
        /// How often it was emptied as its alarm rang, in the whole run.
        emptied: Estimate [times] = w.each(|run| emptied(run, cell));
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

fn acts(run: &Run<'_>, take: impl FnOnce(&Acts) -> f64) -> f64 {
    of(run).map_or(0.0, |of| take(&of.acts))
}

fn emptied(run: &Run<'_>, cell: ServiceId) -> f64 {
    acts(run, |of| of.emptied.iter().filter(|row| row.0 == cell).map(|row| f64::from(row.1)).sum())
}

fn turned_away(run: &Run<'_>, router: ServiceId) -> f64 {
    let losses = run.service(router).ledger.losses.iter();
    let blocked = losses.filter(|loss| loss.why == Why::Mechanism(Mechanism::Quarantine));
    blocked.map(|loss| loss.requests).sum::<u128>() as f64 / REQUEST
}

fn asked(run: &Run<'_>) -> [u128; 2] {
    of(run).map_or([0; 2], |of| [of.offered, of.served])
}

fn customers(run: &Run<'_>, cell: ServiceId) -> f64 {
    let rows = of(run).into_iter().flat_map(|of| &of.customers);
    rows.filter(|row| row.0 == cell).map(|row| f64::from(row.1)).sum()
}
