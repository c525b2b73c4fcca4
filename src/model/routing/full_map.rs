//! A table of every cluster and its cell: the largest state, and the one that can say anything.
//!
//! When a cell is added nothing moves until somebody changes a row ([cell-whitepaper]). A cluster without a row gets
//! the cell with the fewest clusters, as a dispatcher gives a new client the least populated one; of equal cells the
//! first. So the table depends on the order of the file, and a cluster at its end moves no other.

use std::collections::BTreeSet;

/// The cell of each cluster: its row where it has one, else the least populated cell at its turn.
pub fn fill(rows: &[Option<u16>], cells: u16) -> Vec<u16> {
    let mut counts = vec![0u32; usize::from(cells)];
    for cell in rows.iter().flatten() {
        counts[usize::from(*cell)] += 1;
    }
    let mut order: BTreeSet<(u32, u16)> = counts.into_iter().zip(0..cells).collect();
    let mut least = || {
        let (count, cell) = order.pop_first().expect("there is a cell");
        order.insert((count + 1, cell));
        cell
    };
    rows.iter().map(|row| row.unwrap_or_else(&mut least)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_populated_cell_takes_the_next_cluster() {
        assert_eq!(fill(&[None; 7], 3), [0, 1, 2, 0, 1, 2, 0]);
        assert_eq!(fill(&[None, Some(0), None, Some(0), None], 3), [1, 0, 2, 0, 1]);
    }

    #[test]
    fn a_cluster_at_the_end_moves_no_other() {
        let few = fill(&[None, Some(2), None, None], 3);
        assert_eq!(fill(&[None, Some(2), None, None, None], 3)[..4], few);
    }

    #[test]
    fn what_has_a_row_stays_when_a_cell_is_added() {
        let before = fill(&[None; 50], 4);
        let rows: Vec<Option<u16>> = before.iter().copied().map(Some).chain([None; 5]).collect();
        let after = fill(&rows, 5);
        assert_eq!(after[..50], before);
        assert_eq!(after[50..], [4; 5]);
    }
}
