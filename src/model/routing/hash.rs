//! Hash of the name, modulo the number of cells: no state at all.
//!
//! When a cell is added to n, n / (n + 1) of the clusters move: a hash has the same remainder by n and by n + 1 in one
//! of n + 1 cases ([cell-whitepaper]). That is why such a map needs a table of pins and a migration.

use crate::engine::Who;

/// The cell of a name, from 0.
pub fn cell(name: &str, cells: u16) -> u16 {
    (Who::named(name).0 % u64::from(cells)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_same_for_ever() {
        let found = ["shop", "web", "team-17", ""].map(|name| cell(name, 4_096));
        assert_eq!(
            found,
            [1_382, 1_523, 2_402, 2_203],
            "clusters would change their cells from one version to the next"
        );
    }

    #[test]
    fn like_names_spread() {
        let mut counts = [0u32; 16];
        for number in 0..16_000 {
            counts[usize::from(cell(&format!("cluster-{number}"), 16))] += 1;
        }
        // 1,000 each, with a standard deviation of sqrt(1,000 x 15 / 16) = 30.6: this is four of them.
        assert!(counts.iter().all(|count| count.abs_diff(1_000) < 123), "{counts:?}");
    }
}
