//! Which cell runs each cluster, and who is on the way to another.
//!
//! Three columns: the cell that runs a cluster, the one that the router still calls, and the one that the map of all
//! cells gives it. Until something moves they are the plan's, and this table is empty.

use crate::model::ids::{CellId, ClusterId};
use crate::model::plan::Plan;
use std::collections::VecDeque;
use std::ops::Range;

/// The cells of the clusters of one partition.
#[derive(Clone, Debug, Default)]
pub struct Assignments {
    clusters: Range<u32>,
    /// The cell that runs each cluster; empty while all are where the plan has them.
    own: Vec<CellId>,
    /// The cell that each is to be run by.
    goal: Vec<CellId>,
    /// Clusters that wait for their clone, in turn.
    pub waiting: VecDeque<ClusterId>,
    /// Those that are cloned, or wait for their row of the map to be flipped, and the cell that gets the clone.
    pub moving: Vec<(ClusterId, CellId)>,
    /// Those whose old cell, named here, still gets calls and sends them on, in order of their flips.
    pub late: Vec<(ClusterId, CellId)>,
}

impl Assignments {
    /// All clusters are where the plan has them.
    pub fn new(clusters: Range<u32>) -> Assignments {
        Assignments { clusters, ..Assignments::default() }
    }

    fn row(&self, cluster: ClusterId) -> usize {
        (cluster.0 - self.clusters.start) as usize
    }

    /// The cell that runs a cluster.
    pub fn of(&self, plan: &Plan, cluster: ClusterId) -> CellId {
        if self.own.is_empty() { plan.clusters[cluster].cell } else { self.own[self.row(cluster)] }
    }

    /// The cell that the router calls for a cluster: of several flips that it has not read, the first one's.
    pub fn called(&self, plan: &Plan, cluster: ClusterId) -> CellId {
        let late = self.late.iter().find(|(late, _)| *late == cluster);
        late.map_or_else(|| self.of(plan, cluster), |(_, cell)| *cell)
    }

    /// The cell that is to run a cluster.
    pub fn goal(&self, plan: &Plan, cluster: ClusterId) -> CellId {
        if self.goal.is_empty() { plan.clusters[cluster].cell } else { self.goal[self.row(cluster)] }
    }

    /// A cluster is to be run by another cell.
    pub fn aim(&mut self, plan: &Plan, cluster: ClusterId, cell: CellId) {
        if self.goal.is_empty() {
            let planned = || self.clusters.clone().map(|row| plan.clusters[ClusterId(row)].cell).collect();
            (self.own, self.goal) = (planned(), planned());
        }
        let row = self.row(cluster);
        self.goal[row] = cell;
    }

    /// A cluster is run by its goal from now on.
    pub fn settle(&mut self, cluster: ClusterId) {
        let row = self.row(cluster);
        self.own[row] = self.goal[row];
    }

    /// Whether every cluster is where the plan has it, and stays there.
    pub fn untouched(&self) -> bool {
        self.own.is_empty()
    }

    /// Clusters that a cell holds: those that it runs, and copies that it has not forgotten.
    pub fn held_by(&self, plan: &Plan, cell: CellId) -> Vec<ClusterId> {
        let runs = |cluster: &ClusterId| self.of(plan, *cluster) == cell || self.late.contains(&(*cluster, cell));
        self.clusters.clone().map(ClusterId).filter(runs).collect()
    }
}
