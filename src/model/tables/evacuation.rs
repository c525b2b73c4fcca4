//! Cells of customers that are emptied, and who is away from his own.

use super::taken::Taken;
use crate::engine::Time;
use std::collections::{BTreeMap, VecDeque};

/// What operators do to the cells of an application; empty where nobody does anything.
#[derive(Clone, Debug, Default)]
pub struct Evacuation {
    /// By cell.
    pub rows: Vec<Row>,
    /// Customers who left a cell that was emptied, by group and number, and the cell to which they come back.
    pub away: BTreeMap<(usize, u32), u16>,
    /// Of each group in each cell, those of them who are guests there.
    pub guests: Vec<Vec<u32>>,
    /// Customers who were taken out of their cells as these poisoned them.
    pub taken: Vec<Taken>,
    /// When the next of them may come back.
    pub next_back: Time,
    /// Cells whose operators look for somebody who poisons them.
    pub searched: Vec<u16>,
}

/// A cell.
#[derive(Clone, Debug)]
pub struct Row {
    pub step: Step,
    /// Rises with each step: what was scheduled in an earlier one falls through.
    pub number: u32,
    /// Since when none of its alarms rings; `None`: one does.
    pub quiet: Option<Time>,
    /// Who has to set out, in order.
    pub queue: VecDeque<(usize, u32)>,
    /// When the first of them did, and how many have.
    pub since: Time,
    pub sent: u64,
    /// Those on the way: their row of the map is not flipped yet.
    pub going: u32,
    /// Who found no room in another cell.
    pub stay: u32,
}

/// How far a cell is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Nothing is done to it.
    Rests,
    /// An alarm rings, and operators look at it.
    Reacts,
    /// Its customers leave.
    Leaves,
    /// They are away.
    Away,
    /// They come back.
    Returns,
}

impl Evacuation {
    /// Of so many cells and groups of customers.
    pub fn new(cells: usize, groups: usize) -> Evacuation {
        let rests = Row {
            step: Step::Rests,
            number: 0,
            quiet: Some(Time::ZERO),
            queue: VecDeque::new(),
            since: Time::ZERO,
            sent: 0,
            going: 0,
            stay: 0,
        };
        Evacuation { rows: vec![rests; cells], guests: vec![vec![0; cells]; groups], ..Evacuation::default() }
    }

    /// Whether a cell may be sent customers who do not have to be in it.
    pub fn takes(&self, cell: u16) -> bool {
        self.rows.get(usize::from(cell)).is_none_or(|row| row.step == Step::Rests && row.quiet.is_some())
    }

    /// A customer is in another cell from now on; `leaves`: because the old one is emptied.
    pub fn moved(&mut self, (group, customer): (usize, u32), from: u16, to: u16, leaves: bool) {
        let known = self.away.get(&(group, customer)).copied();
        let Some(home) = known.or(leaves.then_some(from)) else { return };
        if known.is_some() {
            self.guests[group][usize::from(from)] -= 1;
        }
        if to == home {
            self.away.remove(&(group, customer));
        } else {
            self.away.insert((group, customer), home);
            self.guests[group][usize::from(to)] += 1;
        }
    }

    /// Whether a customer is where operators want him to be: away from his own cell, in quarantine, or blocked.
    pub fn holds(&self, one: (usize, u32)) -> bool {
        self.held(one).is_some() || self.away.contains_key(&one)
    }

    /// A customer who was a guest stays where he is put.
    pub fn stays(&mut self, (group, customer): (usize, u32), cell: u16) {
        if self.away.remove(&(group, customer)).is_some() {
            self.guests[group][usize::from(cell)] -= 1;
        }
    }

    /// Cells that are being emptied, or whose customers come back: with `until_back` also those whose customers are
    /// away.
    pub fn busy(&self, until_back: bool) -> usize {
        let counts = |row: &&Row| match row.step {
            Step::Leaves | Step::Returns => true,
            Step::Away => until_back,
            Step::Rests | Step::Reacts => false,
        };
        self.rows.iter().filter(counts).count()
    }
}

impl Row {
    /// Goes on to another step.
    pub fn turn(&mut self, step: Step) -> u32 {
        self.step = step;
        self.number = self.number.wrapping_add(1);
        self.number
    }

    /// These set out from now on.
    pub fn begin(&mut self, queue: VecDeque<(usize, u32)>, now: Time) {
        (self.queue, self.since, self.sent, self.stay) = (queue, now, 0, 0);
    }
}
