//! What customers of an application in cells got: requests over all cells, and who was where.

use super::window::Integral;
use crate::engine::Time;
use crate::model::fact::ApplicationFact;
use crate::model::ids::ServiceId;

/// What one replication measured of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measure {
    /// Billionths of a request for each second, times microseconds.
    pub offered: u128,
    pub served: u128,
    /// The same, offered by customers without a cell.
    pub unassigned_offered: u128,
    /// Customers of each cell at the end, by the cell's service.
    pub customers: Vec<(ServiceId, u32)>,
    /// Customers without a cell at the end.
    pub unassigned: u32,
    /// Moves of customers in the whole run.
    pub moved: u32,
}

/// The application of one partition.
#[derive(Clone, Debug)]
pub struct Applications {
    offered: Integral,
    served: Integral,
    unassigned: Integral,
    measure: Option<Measure>,
}

impl Applications {
    /// Counts requests from `from` on.
    pub fn new(from: Time) -> Applications {
        let zero = Integral::new(from);
        Applications { offered: zero, served: zero, unassigned: zero, measure: None }
    }

    /// A fact of the application.
    pub fn take(&mut self, now: Time, fact: ApplicationFact) {
        let measure = self.measure.get_or_insert_with(Measure::default);
        match fact {
            ApplicationFact::Requests { offered, served, unassigned } => {
                self.offered.set(now, offered);
                self.served.set(now, served);
                self.unassigned.set(now, unassigned);
            }
            ApplicationFact::Customers { cell, count } => {
                match measure.customers.iter_mut().find(|row| row.0 == cell) {
                    Some(row) => row.1 = count,
                    None => measure.customers.push((cell, count)),
                }
            }
            ApplicationFact::Unassigned { count } => measure.unassigned = count,
            ApplicationFact::Moved { count } => measure.moved += count,
        }
    }

    /// Ends the run; nothing where there is no application.
    pub fn finish(self, end: Time) -> Option<Measure> {
        let [offered, served, unassigned_offered] =
            [self.offered, self.served, self.unassigned].map(|level| level.until(end));
        Some(Measure { offered, served, unassigned_offered, ..self.measure? })
    }
}
