//! Shuffle sharding: each cluster has workers of its own choice in its cell, and few share all of them.
//!
//! Of n workers each gets m, any of the C(n, m) sets alike: two clusters share exactly k with the probability C(m, k)
//! C(n - m, m - k) / C(n, m), so that one that breaks its workers takes few others along ([lib-shuffle-sharding]). The
//! choice is stateless, a seeded hash of the name; Route 53 keeps state and bounds the overlap, this does not.
//!
//! When a cell is added, clusters move as with `hash`, and each finds the same numbers of workers there.

use crate::engine::{Draw, Purpose, Seed, Who};

/// Most workers of a cell: a set of them is one word.
pub const MOST_WORKERS: u32 = 64;

/// The seed of the hash (model choice). It is no seed of a run: a map does not change with chance.
const SEED: Seed = Seed(0x5348_5546_464C_4531);

/// The `size` workers of `workers` that serve a name, as bits.
///
/// # Panics
/// When there are more than 64 workers, or fewer than `size`.
pub fn shard(name: &str, workers: u32, size: u32) -> u64 {
    assert!(workers <= MOST_WORKERS, "{workers} workers are more than the bits of a word");
    assert!(size <= workers, "{size} of {workers} workers");
    let mut draw = Draw::new(SEED, Purpose(0), Who::named(name));
    // Floyd's choice of m of n (Bentley and Floyd, 1987): m draws, every set alike.
    (workers - size..workers).fold(0u64, |chosen, last| {
        let worker = draw.below(u64::from(last) + 1);
        if chosen >> worker & 1 == 0 { chosen | 1 << worker } else { chosen | 1 << last }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_shard_has_its_size_and_no_stranger() {
        for workers in 0..=MOST_WORKERS {
            for size in 0..=workers {
                let found = shard("shop", workers, size);
                assert_eq!(found.count_ones(), size, "{size} of {workers}");
                assert!(workers == 64 || found >> workers == 0, "{size} of {workers}: {found:b}");
            }
        }
    }

    #[test]
    fn the_choice_is_the_same_for_ever() {
        let found = ["shop", "web", "team-17"].map(|name| shard(name, 8, 2));
        assert_eq!(
            found,
            [0b100_1000, 0b1001_0000, 0b100_0100],
            "clusters would change their workers from one version to the next"
        );
    }

    #[test]
    fn every_set_is_as_likely_as_any_other() {
        let mut counts: BTreeMap<u64, f64> = BTreeMap::new();
        for number in 0..28_000 {
            *counts.entry(shard(&format!("cluster-{number}"), 8, 2)).or_default() += 1.0;
        }
        assert_eq!(counts.len(), 28, "C(8, 2) sets");
        // Chi-squared with 27 degrees of freedom: mean 27, standard deviation sqrt(54). This is four of them.
        let off: f64 = counts.values().map(|count| (count - 1_000.0) * (count - 1_000.0) / 1_000.0).sum();
        assert!(off < 27.0 + 4.0 * 7.35, "{off}");
    }
}
