//! What customers of an application in cells got: requests over all cells, and who was where.

use super::window::Integral;
use crate::engine::{Span, Time};
use crate::model::fact::{ApplicationFact, CellAct};
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
    pub acts: Acts,
}

/// What operators did about its cells in the whole run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Acts {
    /// When an alarm of a cell rang, of those that are looked at.
    rang: Vec<(ServiceId, Time)>,
    /// How often each cell was emptied.
    pub emptied: Vec<(ServiceId, u32)>,
    /// Customers who were to leave, and those who found no other cell.
    pub leave: u32,
    pub stay: u32,
    /// Of the first cell that was emptied: from its alarm until the last had left, and until all were back.
    pub left: Option<(ServiceId, Span)>,
    pub back: Option<Span>,
    /// Customers who went to quarantine, and who were blocked; how long after the alarm the first was.
    pub quarantined: u32,
    pub blocked: u32,
    pub quarantine: Option<Span>,
    /// Those of them who came back.
    pub released: u32,
}

impl Acts {
    fn take(&mut self, now: Time, (cell, step): (ServiceId, CellAct), count: u32) {
        let since = self.rang.iter().find(|row| row.0 == cell).map(|row| now.since(row.1));
        match step {
            CellAct::Rings => {
                // Both evacuation and quarantine begin with it.
                self.rang.retain(|row| row.0 != cell);
                self.rang.push((cell, now));
            }
            CellAct::Leaves => {
                self.leave += count;
                match self.emptied.iter_mut().find(|row| row.0 == cell) {
                    Some(row) => row.1 += 1,
                    None => self.emptied.push((cell, 1)),
                }
            }
            CellAct::Left => {
                self.stay += count;
                self.left = self.left.or(since.map(|since| (cell, since)));
            }
            CellAct::Returns => {}
            CellAct::Back => {
                let first = self.left.is_some_and(|left| left.0 == cell);
                self.back = self.back.or(since.filter(|_| first));
            }
            CellAct::Quarantined => {
                self.quarantined += count;
                self.quarantine = self.quarantine.or(since);
            }
            CellAct::Blocked => {
                self.blocked += count;
                self.quarantine = self.quarantine.or(since);
            }
            CellAct::Released => self.released += count,
        }
    }
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
            ApplicationFact::Moved { count, .. } => measure.moved += count,
            ApplicationFact::Act { cell, step, count } => measure.acts.take(now, (cell, step), count),
        }
    }

    /// Ends the run; nothing where there is no application.
    pub fn finish(self, end: Time) -> Option<Measure> {
        let [offered, served, unassigned_offered] =
            [self.offered, self.served, self.unassigned].map(|level| level.until(end));
        Some(Measure { offered, served, unassigned_offered, ..self.measure? })
    }
}
