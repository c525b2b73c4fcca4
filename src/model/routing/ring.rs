//! A consistent-hash ring: cells stand on it at many points, and a cluster belongs to the next point after its hash.
//!
//! When a cell is added to n it takes 1 / (n + 1) of the ring on average, from all others alike, and nothing moves
//! between those ([cell-whitepaper]). The ring is uneven: with v points for each cell a cell's share of it has a
//! relative standard deviation of about 1 / sqrt(v).

use crate::engine::Who;

/// Points of a cell on the ring (model choice: shares within some 6 % of equal).
pub const POINTS: u64 = 256;

/// The points of all cells in order of place.
#[derive(Debug)]
pub struct Ring(Vec<(u64, u16)>);

impl Ring {
    /// The ring of `cell-1` to `cell-<cells>`.
    ///
    /// # Panics
    /// Without a cell.
    pub fn new(cells: u16) -> Ring {
        assert!(cells > 0, "a ring without a cell");
        let points = |cell: u16| {
            let who = Who::named(&format!("cell-{}", u32::from(cell) + 1));
            (0..POINTS).map(move |point| (who.nth(point).0, cell))
        };
        let mut all: Vec<(u64, u16)> = (0..cells).flat_map(points).collect();
        all.sort_unstable();
        Ring(all)
    }

    /// The cell of a name, from 0: of the first point at or after its hash, around the end.
    pub fn cell(&self, name: &str) -> u16 {
        let place = Who::named(name).0;
        let next = self.0.partition_point(|(point, _)| *point < place);
        self.0.get(next).unwrap_or(&self.0[0]).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_cell_takes_from_all_and_moves_nothing_between_them() {
        let (before, after) = (Ring::new(4), Ring::new(5));
        let mut given = [0u32; 4];
        for number in 0..20_000 {
            let name = format!("cluster-{number}");
            let (old, new) = (before.cell(&name), after.cell(&name));
            assert!(new == old || new == 4, "{name} moved from {old} to {new}");
            given[usize::from(old)] += u32::from(new != old);
        }
        assert!(given.iter().all(|count| *count > 500), "{given:?}");
    }

    #[test]
    fn the_end_of_the_ring_meets_its_beginning() {
        let ring = Ring(vec![(u64::MAX / 4, 3), (u64::MAX / 2, 7)]);
        let late = (0..99).map(|number| format!("c{number}")).find(|name| Who::named(name).0 > u64::MAX / 2);
        assert_eq!(ring.cell(&late.unwrap()), 3);
    }

    #[test]
    fn shares_of_the_ring_are_nearly_equal() {
        let mut counts = [0u32; 8];
        let ring = Ring::new(8);
        for number in 0..80_000 {
            counts[usize::from(ring.cell(&format!("cluster-{number}")))] += 1;
        }
        // 10,000 each; the share of a cell's 256 arcs of 2,048 has a standard deviation of 1 / sqrt(256) x sqrt(7 / 8)
        // = 5.8 %, the count of one more percent: this is four times both together.
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 2_360), "{counts:?}");
    }
}
