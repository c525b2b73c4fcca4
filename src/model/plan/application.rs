//! Customers' own cells: a router cluster, a map table, and ECS clusters as cells ([cell-whitepaper]).

mod evacuation;

use super::{Mapping, Profile};
use crate::engine::{Span, Time};
use crate::model::ids::ServiceId;
pub use evacuation::{CellAlarms, Evacuation, Quarantine, Release};

/// An application that its owner has cut into cells.
#[derive(Debug, Clone)]
pub struct Application {
    pub name: String,
    /// The service of the router cluster.
    pub router: ServiceId,
    /// The services of the cells, in order: first those that are there from the start.
    pub cells: Vec<ServiceId>,
    /// How many are there from the start.
    pub first: u16,
    /// How many of them, in order, the mapping may use: all but a cell that stands beside them.
    pub shared: u16,
    /// When the first of the others is added; `None`: there are no others.
    pub grows: Option<Time>,
    pub customers: Vec<Customers>,
    /// How a customer gets a cell.
    pub mapping: Mapping,
    /// How requests find their cell.
    pub dispatch: Dispatch,
    /// How often the router reads the map into its memory; `None`: it reads the table for each request.
    pub refresh: Option<Span>,
    /// Moves customers away from full cells.
    pub rebalancer: Option<Rebalancer>,
    pub migration: Migration,
    pub evacuation: Option<Evacuation>,
    pub quarantine: Option<Quarantine>,
}

/// Customers who are alike.
#[derive(Debug, Clone)]
pub struct Customers {
    /// Name; with a number when there are several.
    pub name: String,
    pub count: u32,
    /// What all of them ask for together.
    pub profile: Profile,
    /// When they come; `None`: they are there from the start.
    pub joins: Option<Time>,
    /// Cells that single customers are bound to, by number.
    pub pins: Vec<(u32, u16)>,
}

/// Shares of callers are whole billionths.
const WHOLE: u64 = 1_000_000_000;

/// How requests find their cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispatch {
    /// Every request passes the router, which answers with a redirect to the cell.
    Redirect,
    /// A client asks once and keeps the endpoint of the cell for a while.
    Cached {
        keeps: Span,
        /// How many clients there are.
        clients: u64,
    },
}

/// Looks for cells that are too full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebalancer {
    pub every: Span,
    /// Offered rate of a cell against what its desired tasks answer, in millionths, above which it gives customers
    /// away.
    pub above_ppm: u64,
}

/// How a customer moves: clone, flip, redirect, forget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    pub clone: Span,
    /// How many move at once.
    pub at_once: u32,
}

impl Customers {
    /// The name of one of them, by its number from 0.
    pub fn name_of(&self, number: u32) -> String {
        if self.count == 1 { self.name.clone() } else { format!("{}-{}", self.name, number + 1) }
    }

    /// The number of one of them by its name, from 0.
    pub fn number_of(&self, customer: &str) -> Option<u32> {
        if self.count == 1 {
            return (self.name == customer).then_some(0);
        }
        let number = customer.strip_prefix(self.name.as_str())?.strip_prefix('-')?;
        let number = Some(number).filter(|number| !number.starts_with(['0', '+']))?.parse::<u32>().ok()?;
        (1..=self.count).contains(&number).then(|| number - 1)
    }

    /// What all of them ask for at this moment, in billionths of a request for each second: nothing before they join.
    pub fn rate(&self, now: Time) -> u64 {
        if self.joins.is_some_and(|at| now < at) { 0 } else { self.profile.at(now).0 }
    }

    /// The cell that a customer is bound to.
    pub fn pin(&self, number: u32) -> Option<u16> {
        self.pins.iter().find(|(of, _)| *of == number).map(|(_, cell)| *cell)
    }
}

impl Application {
    /// Whether operators act on alarms of its cells.
    pub fn acts(&self) -> bool {
        self.evacuation.is_some() || self.quarantine.is_some()
    }

    /// The single customer who is meant by a name: of a group with several it needs his number.
    pub fn single(&self, (group, number): (usize, Option<u32>)) -> Option<(usize, u32)> {
        let alone = (self.customers[group].count == 1).then_some(0);
        number.or(alone).map(|number| (group, number))
    }

    /// When the router reads the map next; each request does where it is not held in memory.
    pub fn next_read(&self, now: Time) -> Time {
        self.refresh.map_or(now, |refresh| Time(now.0.div_ceil(refresh.0) * refresh.0))
    }

    /// The share of a customer's callers who do not know yet that his row of the map has changed, in billionths.
    pub fn late_share(&self, since: Time, now: Time) -> u64 {
        match self.dispatch {
            _ if now < since => WHOLE,
            Dispatch::Redirect => 0,
            Dispatch::Cached { keeps, .. } => {
                let gone = u128::from(now.since(since).0) * u128::from(WHOLE) / u128::from(keeps.0);
                WHOLE.saturating_sub(u64::try_from(gone).unwrap_or(WHOLE))
            }
        }
    }

    /// Whether anybody is sent to a cell by the mapping.
    pub fn is_shared(&self, cell: u16) -> bool {
        cell < self.shared && self.quarantine.as_ref().is_none_or(|one| one.cell != Some(cell))
    }
}
