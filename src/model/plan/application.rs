//! Customers' own cells: a router cluster, a map table, and ECS clusters as cells ([cell-whitepaper]).

use super::{Mapping, Profile};
use crate::engine::{Span, Time};
use crate::model::ids::ServiceId;

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

    /// The cell that a customer is bound to.
    pub fn pin(&self, number: u32) -> Option<u16> {
        self.pins.iter().find(|(of, _)| *of == number).map(|(_, cell)| *cell)
    }
}
