//! Customers' own cells: who is in which, what each is offered, and what the router and the map table are up to.

use super::evacuation::Evacuation;
use crate::engine::Time;
use crate::model::fact::Cause;
use crate::model::plan;
use std::collections::VecDeque;

/// No cell.
pub const NOWHERE: u16 = u16::MAX;

/// Shares of an application are whole billionths.
pub const WHOLE: u64 = 1_000_000_000;

/// Endpoints that clients keep run out in so many groups, one after the other (model choice).
pub const SLOTS: usize = 60;

/// An application that its owner has cut into cells.
#[derive(Clone, Debug)]
pub struct Application {
    /// The cell of each customer, group by group.
    pub assignments: Vec<Vec<u16>>,
    /// Customers of each group in each cell.
    pub counts: Vec<Vec<u32>>,
    /// Customers of each group who have come and have no cell.
    pub waiting: Vec<u32>,
    /// Cells that customers may be sent to.
    pub open: u16,
    /// Customers who are to move, in order: group, number, cell.
    pub planned: VecDeque<(usize, u32, u16)>,
    pub moves: Vec<Move>,
    /// Moves that were begun: their names.
    pub begun: u32,
    /// Why the map table does not answer.
    pub table_down: Vec<Cause>,
    /// Customers whose requests spoil what serves them.
    pub poison: Vec<Poison>,
    /// What is done when alarms ring.
    pub evacuation: Evacuation,
    pub load: Load,
    pub endpoints: Endpoints,
    /// Something changed that what cells are offered depends on.
    pub touched: bool,
    /// A cell may have served something else since: what all are served is to be told.
    pub served_anew: bool,
    /// What readers were told last: offered, served, and offered by customers without a cell.
    pub last_reported: Option<[u64; 3]>,
}

/// Rates in billionths of a request for each second.
#[derive(Clone, Debug, Default)]
pub struct Load {
    pub all: u64,
    /// Of each group of customers.
    pub by_group: Vec<u64>,
    /// Of the customers of each cell.
    pub own: Vec<u64>,
    /// Of customers without a cell.
    pub unassigned: u64,
    /// Of customers whom the router turns away.
    pub blocked: u64,
    /// What of `own` reaches each cell.
    pub reaching: Vec<u64>,
    /// What comes to each cell from callers who do not know yet that their customer has moved away.
    pub late: Vec<u64>,
    /// The share of what the router is asked that it answers.
    pub answered: u64,
}

/// Endpoints that clients keep, as shares of all clients.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Those that run out in each slot of time.
    pub ends: [u64; SLOTS],
    /// Clients without one: they ask with every request.
    pub none: u64,
    /// The next slot is looked at in time.
    pub ticking: bool,
}

/// A customer on the way from one cell to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Its number, from 0.
    pub number: u32,
    pub group: usize,
    pub customer: u32,
    pub from: u16,
    /// The new one.
    pub to: u16,
    pub why: Why,
    pub stage: Stage,
}

/// Why a customer moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The mapping, or a cell that is too full.
    Mapping,
    /// This cell is emptied.
    Leaves(u16),
    /// He comes back to this cell.
    Returns(u16),
    /// He poisons his cell.
    Quarantine,
    /// He comes back from quarantine.
    Released,
}

/// A customer whose requests spoil those of all others in the same cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Poison {
    pub cause: Cause,
    pub group: usize,
    pub customer: u32,
    /// The share of its cell's answers that are errors, in millionths.
    pub errors_ppm: u32,
}

/// How far a move is. When it has been forgotten it is no row any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Data are copied; the old cell serves.
    Cloning,
    /// Copied; the map table does not answer.
    Waiting,
    /// The new cell serves; late callers are sent there by the old one.
    Redirecting {
        /// From when on callers learn of it.
        since: Time,
    },
}

/// A share of a whole.
pub fn part(whole: u64, share: u64) -> u64 {
    (u128::from(whole) * u128::from(share) / u128::from(WHOLE)) as u64
}

impl Application {
    /// With the customers who are there from the start in these cells, group by group.
    pub fn new(plan: &plan::Application, first: Vec<Vec<u16>>) -> Application {
        let here = |group: &plan::Customers| group.joins.is_none();
        let mut found = first.into_iter();
        let none = |group: &plan::Customers| vec![NOWHERE; group.count as usize];
        let of = |group: &plan::Customers| if here(group) { found.next() } else { None }.unwrap_or_else(|| none(group));
        let assignments: Vec<Vec<u16>> = plan.customers.iter().map(of).collect();
        let cells = plan.cells.len();
        let count = |assignments: &Vec<u16>| {
            let mut counts = vec![0; cells];
            assignments.iter().filter(|cell| **cell != NOWHERE).for_each(|cell| counts[usize::from(*cell)] += 1);
            counts
        };
        let each = WHOLE / SLOTS as u64;
        let mut ends = [each; SLOTS];
        ends[0] += WHOLE - each * SLOTS as u64;
        let none = || vec![0; cells];
        Application {
            counts: assignments.iter().map(count).collect(),
            waiting: vec![0; assignments.len()],
            assignments,
            open: plan.first,
            poison: Vec::new(),
            evacuation: if plan.acts() { Evacuation::new(cells, plan.customers.len()) } else { Evacuation::default() },
            load: Load { own: none(), reaching: none(), late: none(), answered: WHOLE, ..Load::default() },
            endpoints: Endpoints { ends, none: 0, ticking: false },
            touched: true,
            served_anew: false,
            planned: VecDeque::new(),
            moves: Vec::new(),
            begun: 0,
            table_down: Vec::new(),
            last_reported: None,
        }
    }

    /// A customer gets a cell, or another.
    pub fn settle_in(&mut self, group: usize, customer: u32, cell: u16) {
        let assignment = &mut self.assignments[group][customer as usize];
        let old = std::mem::replace(assignment, cell);
        match old {
            NOWHERE => self.waiting[group] -= 1,
            old => self.counts[group][usize::from(old)] -= 1,
        }
        self.counts[group][usize::from(cell)] += 1;
    }

    /// A customer sets out for another cell; the number of the move.
    pub fn set_out(&mut self, (group, customer): (usize, u32), to: u16, why: Why) -> u32 {
        let number = self.begun;
        self.begun += 1;
        let from = self.assignments[group][customer as usize];
        self.moves.push(Move { number, group, customer, from, to, why, stage: Stage::Cloning });
        number
    }

    /// Whether a customer is on the way.
    pub fn moves(&self, (group, customer): (usize, u32)) -> bool {
        self.moves.iter().any(|one| (one.group, one.customer) == (group, customer))
    }

    /// The cell in which each customer will be when all moves are over that are under way or planned.
    pub fn goals(&self) -> Vec<Vec<u16>> {
        let mut goals = self.assignments.clone();
        for one in &self.moves {
            goals[one.group][one.customer as usize] = one.to;
        }
        for (group, customer, to) in &self.planned {
            goals[*group][*customer as usize] = *to;
        }
        goals
    }

    pub fn customers(&self, cell: usize) -> u32 {
        self.counts.iter().map(|counts| counts[cell]).sum()
    }

    pub fn unassigned(&self) -> u32 {
        self.waiting.iter().sum()
    }
}
