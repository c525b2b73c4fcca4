//! Tests of control-plane cells, and clusters that left a cell because of them.

use crate::engine::Time;
use crate::model::ids::{CellId, ClusterId};

/// What tests of the cells of one partition have found; empty where nobody acts on it.
#[derive(Clone, Debug, Default)]
pub struct CellTests {
    /// By cell of the partition.
    pub rows: Vec<Row>,
    pub away: Vec<Away>,
}

/// A cell.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Tests that found it ill since one that did not.
    pub failed: u32,
    /// Since when tests find it well.
    pub well: Option<Time>,
    /// Its clusters were sent away, and are not all back.
    pub emptied: bool,
    /// They are on the way to others.
    pub leaving: bool,
    /// They are on the way back.
    pub returning: bool,
    /// Clusters for which no other cell had room.
    pub stay: u32,
}

/// A cluster that left its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Away {
    pub cluster: ClusterId,
    pub home: CellId,
    /// The cell that it was sent to.
    pub to: CellId,
}

impl Row {
    /// Takes the result of a test.
    pub fn see(&mut self, ill: bool, now: Time) {
        if ill {
            (self.failed, self.well) = (self.failed.saturating_add(1), None);
        } else {
            self.failed = 0;
            self.well.get_or_insert(now);
        }
    }

    /// All of its clusters are back.
    pub fn rest(&mut self) {
        (self.emptied, self.leaving, self.returning, self.stay) = (false, false, false, 0);
    }
}
