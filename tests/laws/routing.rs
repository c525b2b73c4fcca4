//! Which cell and which workers: shares of workers against the hypergeometric law, and what moves when a cell is added
//! (Reducing the Scope of Impact with Cell-Based Architecture; Workload isolation using shuffle-sharding).

use crate::closed::cells::{below_need, overlap};
use crate::world::{case, check_share, check_within};
use evenkeel::internals::model::plan::Mapping;
use evenkeel::internals::model::routing::{self, ring};

/// Names as people give them: short ones, that differ in a digit or a word.
fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("customer-{number}")).collect()
}

/// How many of `pairs` pairs of clusters share so many workers.
fn shared(workers: u32, size: u32, pairs: usize) -> Vec<usize> {
    let mut found = vec![0; size as usize + 1];
    for pair in names(2 * pairs).chunks(2) {
        let [one, other] = [&pair[0], &pair[1]].map(|name| routing::shard(name, workers, size));
        found[(one & other).count_ones() as usize] += 1;
    }
    found
}

/// The cell of each cluster, where none is fixed.
pub(crate) fn assign(mapping: Mapping, names: &[String], cells: u16) -> Vec<u16> {
    routing::assign_around(mapping, names, &vec![None; names.len()], cells)
}

#[test]
fn clusters_share_workers_as_the_hypergeometric_law_says() {
    // Within four standard errors of the truth for each number of shared workers that comes up often enough; a set of
    // 100 workers is more than a cell has, so the tables of 8 and 20 (Workload isolation using shuffle-sharding) and
    // two larger ones.
    for (workers, size, pairs) in [(8, 2, 40_000), (20, 3, 40_000), (64, 4, 200_000), (64, 32, 40_000)] {
        let found = shared(workers, size, pairs);
        let mut held = 0;
        for (shared, hits) in found.iter().enumerate() {
            let truth = overlap(workers.into(), size.into(), shared as u64);
            if truth * pairs as f64 >= 100.0 {
                check_share(&format!("{shared} of {size} of {workers}"), *hits, pairs, truth, 0.5);
                held += 1;
            }
        }
        assert!(held >= 3, "{held} shares of {size} of {workers} are held against the law");
    }
    let table = case("shuffle-8x2");
    let found = shared(8, 2, 40_000);
    for (hits, truth) in found.iter().zip(table.row("value").as_array().unwrap()) {
        check_share("the table of 8 and 2", *hits, 40_000, truth.as_f64().unwrap(), 0.2);
    }
}

#[test]
fn few_pairs_of_any_names_share_workers_as_chance_has_it() {
    // Chi-squared of 700 pairs with 2 degrees of freedom: above 13.8 once in a thousand times. Whatever people call
    // their clusters, and whether pairs are neighbours or all pairs of eight.
    let pair = |one: &str, other: &str| (routing::shard(one, 8, 2) & routing::shard(other, 8, 2)).count_ones() as usize;
    let held = |what: &str, found: [f64; 3]| {
        let truth = [15.0, 12.0, 1.0].map(|parts| parts / 28.0 * 700.0);
        let off: f64 = found.iter().zip(truth).map(|(hits, truth)| (hits - truth) * (hits - truth) / truth).sum();
        assert_eq!(found.iter().sum::<f64>(), 700.0);
        assert!(off < 13.8, "{what}: {found:?}, truth {truth:?}, chi-squared {off}");
    };
    for form in ["c", "cluster-", "customer-", "shop", "team-0", "a/b-", "K", "x-prod-eu-"] {
        let mut found = [0.0; 3];
        (0..700).for_each(|row| found[pair(&format!("{form}{}", 2 * row), &format!("{form}{}", 2 * row + 1))] += 1.0);
        held(&format!("neighbours of {form}"), found);
        let mut found = [0.0; 3];
        for group in 0..25 {
            for one in 0..8 {
                for other in 0..one {
                    found[pair(&format!("{form}{group}-{one}"), &format!("{form}{group}-{other}"))] += 1.0;
                }
            }
        }
        held(&format!("eights of {form}"), found);
    }
}

#[test]
fn a_cluster_below_its_need_of_workers() {
    // 16 of 64 workers are down: no matter which, as names do not know them.
    for down in [0xFFFFu64, 0x1111_1111_1111_1111] {
        let short = |name: &String| (routing::shard(name, 64, 5) & !down).count_ones() < 3;
        let hits = names(40_000).iter().filter(|name| short(name)).count();
        check_share("below need", hits, 40_000, below_need(64, 5, 16, 3), 0.1);
    }
}

/// How many of `names` change their cell when one is added to `cells`.
fn moved(mapping: Mapping, names: &[String], cells: u16) -> usize {
    let before = assign(mapping, names, cells);
    let after = assign(mapping, names, cells + 1);
    before.iter().zip(&after).filter(|(before, after)| before != after).count()
}

#[test]
fn a_cell_more_moves_what_the_algorithm_implies() {
    let names = names(20_000);
    for cells in [1u16, 2, 3, 7, 16, 50, 200] {
        let new = 1.0 / f64::from(cells + 1);
        for mapping in [Mapping::Hash, Mapping::ShuffleShard { workers: 8, size: 2 }] {
            let what = format!("{mapping:?} from {cells}");
            check_share(&what, moved(mapping, &names, cells), names.len(), 1.0 - new, 0.05);
        }
        // The new cell's share of the ring is itself random: of (n + 1) v arcs it has v, so its share follows
        // Beta(v, n v), with the variance p (1 - p) / ((n + 1) v + 1); that of the count given the share comes on top.
        let ring_share = new * (1.0 - new) / (ring::POINTS as f64 / new + 1.0);
        let error = (new * (1.0 - new) / names.len() as f64 + ring_share).sqrt();
        let found = moved(Mapping::Ring, &names, cells) as f64 / names.len() as f64;
        check_within(&format!("ring from {cells}"), found, error, new, 0.55 * new);
    }
}

#[test]
fn the_ring_is_fair_on_average() {
    // Over 200 steps the moved shares add up to the harmonic sum, which is far sharper than any one of them.
    let names = names(2_000);
    let (mut found, mut truth, mut variance) = (0.0, 0.0, 0.0);
    for cells in 1..=200u16 {
        let new = 1.0 / f64::from(cells + 1);
        found += moved(Mapping::Ring, &names, cells) as f64 / names.len() as f64;
        truth += new;
        variance += new * (1.0 - new) * (1.0 / names.len() as f64 + 1.0 / (ring::POINTS as f64 / new + 1.0));
    }
    check_within("moves from 1 cell to 201", found, variance.sqrt(), truth, 0.06 * truth);
}

#[test]
fn a_full_map_moves_nothing() {
    let names = names(1_000);
    let before = assign(Mapping::FullMap, &names, 9);
    let rows: Vec<Option<u16>> = before.iter().copied().map(Some).collect();
    assert_eq!(routing::assign_around(Mapping::FullMap, &names, &rows, 10), before);
    for cell in 0..9 {
        let here = before.iter().filter(|found| **found == cell).count();
        assert!((111..=112).contains(&here), "cell {cell} has {here} of 1,000");
    }
}
