//! The test for a zone that fails more than the others ([multi-az-patterns]): errors and successes of each zone go
//! through a chi-squared test, and the zone furthest from the mean is the outlier if chance explains it in 5 % of cases
//! at most.

use std::f64::consts::PI;

/// Chance explains this much at most (sourced: [multi-az-patterns]).
const SIGNIFICANT: f64 = 0.05;

/// The zone that fails more than the others, of zones with so many errors among so many requests; `None` when chance
/// explains the differences, when the zone furthest from the mean fails less than the others, or when two zones are as
/// far above it: then it is no trouble of one zone. Zones without requests say nothing.
///
/// # Panics
/// When the lists differ in length, or a zone has more errors than requests.
pub fn outlier(errors: &[u64], totals: &[u64]) -> Option<usize> {
    assert_eq!(errors.len(), totals.len(), "errors and requests are of the same zones");
    let zones: Vec<(usize, f64, f64)> = (0..errors.len())
        .filter(|zone| totals[*zone] > 0)
        .map(|zone| (zone, errors[zone] as f64, totals[zone] as f64))
        .inspect(|(zone, errors, total)| assert!(errors <= total, "zone {zone} has more errors than requests"))
        .collect();
    let (all_errors, all): (f64, f64) = zones.iter().fold((0.0, 0.0), |sum, zone| (sum.0 + zone.1, sum.1 + zone.2));
    // With nothing but errors, or none, zones do not differ.
    if zones.len() < 2 || all_errors <= 0.0 || all_errors >= all {
        return None;
    }
    let mean = all_errors / all;
    let squared = chi_squared(&zones, mean);
    if chance(zones.len() as u32 - 1, squared) > SIGNIFICANT {
        return None;
    }
    let above = |zone: &(usize, f64, f64)| zone.1 / zone.2 - mean;
    let worst = zones.iter().max_by(|a, b| above(a).total_cmp(&above(b)))?;
    // Of two zones with the same requests both are as far from the mean, but for the last bits.
    let furthest = zones.iter().all(|zone| above(zone).abs() <= above(worst) * (1.0 + 1e-9));
    let alone = zones.iter().all(|zone| zone.0 == worst.0 || above(zone) < above(worst));
    (furthest && alone).then_some(worst.0)
}

/// How far errors and successes are from those that the mean lets expect.
fn chi_squared(zones: &[(usize, f64, f64)], mean: f64) -> f64 {
    let part = |(_, errors, total): &(usize, f64, f64)| {
        let off = errors - total * mean;
        off * off / (total * mean) + off * off / (total * (1.0 - mean))
    };
    zones.iter().map(part).sum()
}

/// The chance that a chi-squared number of so many degrees of freedom is `squared` or more: a sum of as many terms, as
/// the incomplete gamma function has for whole and half numbers.
fn chance(freedom: u32, squared: f64) -> f64 {
    let half = squared / 2.0;
    let odd = freedom % 2 == 1;
    let density = libm::exp(-half);
    // The first term of even numbers is exp(-x); the tail of the normal law stands before those of odd ones.
    let (mut sum, mut term, mut place) = if odd {
        (libm::erfc(libm::sqrt(half)), density * libm::sqrt(half) * 2.0 / libm::sqrt(PI), 1.5)
    } else {
        (0.0, density, 1.0)
    };
    for _ in 0..freedom / 2 {
        sum += term;
        term *= half / place;
        place += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Statistic and chance of zones with 10,000 requests each.
    fn of_ten_thousand(errors: [u64; 3]) -> (f64, f64) {
        let zones: Vec<(usize, f64, f64)> =
            errors.iter().enumerate().map(|(zone, errors)| (zone, *errors as f64, 1e4)).collect();
        let squared = chi_squared(&zones, errors.iter().sum::<u64>() as f64 / 3e4);
        (squared, chance(2, squared))
    }

    #[test]
    fn the_table_of_the_domain_sheet() {
        let check = |errors: [u64; 3], squared: f64, p: f64, found: Option<usize>| {
            let (x, q) = of_ten_thousand(errors);
            assert!((x - squared).abs() <= squared * 2e-3, "{errors:?}: chi squared {x}");
            assert!((q - p).abs() <= p * 0.05, "{errors:?}: chance {q}");
            assert_eq!(outlier(&errors, &[10_000; 3]), found, "{errors:?}");
        };
        check([20, 20, 20], 0.0, 1.0, None);
        check([20, 20, 32], 4.01, 0.135, None);
        check([20, 20, 60], 32.1, 1.1e-7, Some(2));
    }

    #[test]
    fn chances_are_those_of_printed_tables() {
        // Critical values at 5 %, 1 % and 0.1 %, from any table of the law.
        for (freedom, squared, p) in [
            (1, 3.841, 0.05),
            (1, 6.635, 0.01),
            (2, 5.991, 0.05),
            (3, 7.815, 0.05),
            (3, 16.266, 0.001),
            (4, 9.488, 0.05),
            (5, 11.070, 0.05),
            (5, 15.086, 0.01),
            (6, 12.592, 0.05),
        ] {
            let found = chance(freedom, squared);
            assert!((found - p).abs() < p * 1e-3, "{freedom} degrees, {squared}: {found}");
        }
        for freedom in 1..9 {
            assert!((chance(freedom, 0.0) - 1.0).abs() < 1e-12, "{freedom}");
        }
    }

    #[test]
    fn only_one_zone_that_fails_more_is_an_outlier() {
        let check = |errors: &[u64], totals: &[u64], found: Option<usize>| {
            assert_eq!(outlier(errors, totals), found, "{errors:?} of {totals:?}");
        };
        check(&[60, 60, 20], &[10_000; 3], None);
        check(&[60, 60, 20, 20], &[10_000; 4], None);
        check(&[80, 20, 20, 20], &[10_000; 4], Some(0));
        check(&[0, 60], &[10_000; 2], Some(1));
        // The same errors of twice the requests are half the rate.
        check(&[40, 40, 40], &[10_000, 10_000, 20_000], None);
        check(&[20, 60, 40], &[10_000, 10_000, 20_000], Some(1));
        check(&[20, 20, 60, 0], &[10_000, 10_000, 10_000, 0], Some(2));
    }

    #[test]
    fn where_all_or_none_fail_zones_do_not_differ() {
        assert_eq!(outlier(&[0, 0, 0], &[10, 10, 10]), None);
        assert_eq!(outlier(&[10, 10, 10], &[10, 10, 10]), None);
        assert_eq!(outlier(&[5], &[10]), None);
        assert_eq!(outlier(&[], &[]), None);
        assert_eq!(outlier(&[0, 10, 0], &[0, 10, 10]), Some(1));
    }
}
