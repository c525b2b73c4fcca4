//! Changes over several Regions: partitions that talk to each other, and the one that leads them.

use super::{Part, Plan};
use crate::engine::{PartitionId, Span};
use crate::model::ids::{CellId, ChangeId};

/// From one Region to another a pipeline says something in this time (model choice: a deployer's call from the other
/// side of the world, with room for a second try).
pub const ACROSS: Span = Span::from_secs(1);

/// Which parts changes over several Regions go through.
#[derive(Clone, Debug, Default)]
pub struct RegionRollouts {
    /// Where all of them are led from: two that share a unit wait for each other in one place.
    pub lead: PartitionId,
    /// For each: the other parts that it goes through, in order.
    of: Vec<(ChangeId, Vec<PartitionId>)>,
    /// The end of the cells of each part.
    ends: Vec<u16>,
}

impl RegionRollouts {
    /// From the parts of a whole plan.
    pub(super) fn new(plan: &Plan, parts: &[Part]) -> RegionRollouts {
        let across = plan.changes.pairs().filter(|(_, change)| plan.is_over_regions(change));
        let ids: Vec<ChangeId> = across.map(|(id, _)| id).collect();
        if ids.is_empty() {
            return RegionRollouts::default();
        }
        let mut all =
            RegionRollouts { ends: parts.iter().map(|part| part.cells.end).collect(), ..RegionRollouts::default() };
        for id in ids {
            let mut through: Vec<PartitionId> =
                plan.cells_of_change(&plan.changes[id]).map(|cell| all.part_of(cell)).collect();
            through.sort_unstable();
            through.dedup();
            all.of.push((id, through));
        }
        all.lead = all.of.iter().filter_map(|(_, through)| through.first()).min().copied().unwrap_or_default();
        let lead = all.lead;
        all.of.iter_mut().for_each(|(_, through)| through.retain(|part| *part != lead));
        all
    }

    /// The part in which a cell runs.
    pub fn part_of(&self, cell: CellId) -> PartitionId {
        PartitionId(self.ends.partition_point(|end| *end <= cell.0) as u16)
    }

    /// The other parts that a change goes through; `None`: it stays in one Region.
    pub fn others(&self, change: ChangeId) -> Option<&[PartitionId]> {
        let place = self.of.binary_search_by_key(&change, |row| row.0).ok()?;
        Some(&self.of[place].1)
    }
}
