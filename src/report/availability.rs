//! Availability of each service as a table.

use super::align::Table;
use super::number::{NOTHING, minutes_a_year, or_no_need, short, whole};
use super::services::{MORE, SERVICES_MAX};
use crate::metrics::summary::{Maybe, ServiceRow, Summary};

/// What the words of the table of availability mean.
pub(super) fn about(summary: &Summary) -> &'static str {
    if summary.services.iter().all(|row| row.request_availability.is_some()) {
        "measured after the warm-up; minutes lost per year: if a whole year went like this run"
    } else {
        "measured after the warm-up; minutes lost per year: if a whole year went like this run\n\
         by capacity: no traffic is written, so this is the share of time with as many healthy tasks as needed"
    }
}

/// Availability as one thinks of it: nines, and minutes a year at this rate.
pub(super) fn table(summary: &Summary) -> Table {
    let row = |row: &ServiceRow| {
        let with_traffic = row.request_availability.is_some();
        let name = if with_traffic { row.service.clone() } else { format!("{} (by capacity)", row.service) };
        let [offered, failed] = [&row.requests.offered, &row.requests.failed]
            .map(|value| if with_traffic { whole(value) } else { NOTHING.to_owned() });
        let availability = availability(row);
        [name, or_no_need(availability), nines(row), minutes_a_year(availability), offered, failed]
    };
    Table::default()
        .left(&["service"])
        .right(&["availability", "nines", "minutes lost\nper year", "requests\noffered", "requests\nfailed"])
        .rows(summary.services.iter().take(SERVICES_MAX).map(row))
        .more(summary.services.len(), SERVICES_MAX, MORE)
}

/// By requests where there are any, else by capacity.
fn availability(row: &ServiceRow) -> &Maybe {
    if row.request_availability.is_some() { &row.request_availability } else { &row.capacity_availability }
}

fn nines(row: &ServiceRow) -> String {
    match (&row.nines, availability(row)) {
        (Some(nines), _) => short(nines.mean),
        (None, Some(_)) => "nothing lost".to_owned(),
        (None, None) => NOTHING.to_owned(),
    }
}
