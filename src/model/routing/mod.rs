//! Which cell runs a cluster, and which workers of the cell serve it ([cell-whitepaper] [lib-shuffle-sharding]).
//!
//! | Algorithm | What it is | Clusters that move when a cell is added to n |
//! |---|---|---|
//! | `fullMap` | a table, cluster to cell | none, until somebody moves them |
//! | `hash` | hash of the name, modulo the number of cells | n / (n + 1) |
//! | `ring` | a consistent-hash ring with virtual nodes | 1 / (n + 1) |
//! | `shuffleShard` | `hash` to the cell; there, workers of the cluster's own | as `hash`; its workers stay |
//!
//! These are pure functions of names and numbers: no seed of a run, no state, the same on every machine. Whoever asks
//! for pins asks the table of pins first.

pub mod customers;
pub mod full_map;
pub mod hash;
pub mod ring;
pub mod shuffle_shard;
use super::plan::Mapping;
pub use shuffle_shard::shard;

/// The cell of each cluster, from 0, by its name. Those that are `fixed` (pins, or rows of a map) have theirs already.
///
/// # Panics
/// Without a cell, or when `fixed` is not as long as `names`.
pub fn assign_around(mapping: Mapping, names: &[String], fixed: &[Option<u16>], cells: u16) -> Vec<u16> {
    assert!(cells > 0, "no cell to put {} clusters in", names.len());
    assert_eq!(names.len(), fixed.len(), "each cluster is fixed or not");
    let each = |cell: &dyn Fn(&str) -> u16| {
        names.iter().zip(fixed).map(|(name, fixed)| fixed.unwrap_or_else(|| cell(name))).collect()
    };
    match mapping {
        Mapping::FullMap => full_map::fill(fixed, cells),
        Mapping::Hash | Mapping::ShuffleShard { .. } => each(&|name| hash::cell(name, cells)),
        Mapping::Ring => {
            let ring = ring::Ring::new(cells);
            each(&|name| ring.cell(name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Mapping; 4] =
        [Mapping::FullMap, Mapping::Hash, Mapping::Ring, Mapping::ShuffleShard { workers: 8, size: 2 }];

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("team-{number}")).collect()
    }

    #[test]
    fn a_fixed_cluster_stays_where_it_is() {
        let names = names(40);
        let fixed: Vec<Option<u16>> = (0..40).map(|place| (place % 3 == 0).then_some(4)).collect();
        for mapping in ALL {
            let found = assign_around(mapping, &names, &fixed, 5);
            assert!(found.iter().step_by(3).all(|cell| *cell == 4), "{mapping:?}");
            assert!(found.iter().all(|cell| *cell < 5), "{mapping:?}");
        }
    }

    #[test]
    fn one_cell_takes_all() {
        for mapping in ALL {
            assert_eq!(assign_around(mapping, &names(5), &[None; 5], 1), [0; 5], "{mapping:?}");
            assert_eq!(assign_around(mapping, &[], &[], 1), [0u16; 0], "{mapping:?}");
        }
    }

    #[test]
    fn a_name_does_not_ask_who_else_is_there() {
        let all = names(60);
        for mapping in [Mapping::Hash, Mapping::Ring] {
            let found = assign_around(mapping, &all, &[None; 60], 7);
            assert_eq!(assign_around(mapping, &all[20..], &[None; 40], 7), found[20..], "{mapping:?}");
        }
    }
}
