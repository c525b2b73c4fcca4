//! Cells: how far a failure reaches, what a router before them costs, and who shares workers with whom.

use super::capacity::binomial_below;
use super::renewal::availability;

/// Minutes of a year.
const YEAR: f64 = 525_600.0;

/// Cells that fail independently, with customers split evenly over them ([cell-whitepaper]).
#[derive(Clone, Copy, Debug)]
pub struct Cells {
    pub cells: u64,
    /// Failures of a cell in a year of being up.
    pub failures: f64,
    /// Mean minutes of a failure.
    pub minutes: f64,
}

impl Cells {
    /// The long-run share of time that a cell is down.
    pub fn down(&self) -> f64 {
        1.0 - self.up()
    }

    fn up(&self) -> f64 {
        availability(YEAR / self.failures, self.minutes)
    }

    /// Customer-minutes lost in a year: the same for any number of cells.
    pub fn lost_minutes(&self, customers: f64) -> f64 {
        customers * YEAR * availability(self.minutes, YEAR / self.failures)
    }

    /// The probability that some cell is down.
    pub fn any_down(&self) -> f64 {
        -libm::expm1(self.cells as f64 * libm::log(self.up()))
    }

    /// The standard deviation of the share of customers hit: it falls by the root of the number of cells.
    pub fn spread(&self) -> f64 {
        libm::sqrt(self.up() * availability(self.minutes, YEAR / self.failures) / self.cells as f64)
    }
}

/// Availability of `cells` cells behind a router, as a customer sees it; and the probability that all are cut off.
pub fn behind_router(router: f64, cell: f64, cells: u64) -> (f64, f64) {
    (router * cell, (1.0 - router) + router * binomial_below(cells, cell, 1))
}

/// Sets of `m` of `n` things.
///
/// # Panics
/// When the number has more than 128 bits on the way.
pub fn sets(n: u64, m: u64) -> u128 {
    if m > n {
        return 0;
    }
    // Each step is itself a number of sets, so it divides without a rest.
    (0..m.min(n - m)).fold(1u128, |sets, taken| {
        sets.checked_mul(u128::from(n - taken)).expect("a number of sets fits") / u128::from(taken + 1)
    })
}

/// The probability that two random sets of `m` of `n` workers share exactly `k` (hypergeometric).
pub fn overlap(n: u64, m: u64, k: u64) -> f64 {
    drawn(n, m, m, k)
}

/// The probability that a random set of `m` of `n` workers, `down` of which are down, has fewer than `need` that work.
pub fn below_need(n: u64, m: u64, down: u64, need: u64) -> f64 {
    (0..need.min(m + 1)).map(|up| drawn(n, n - down, m, up)).sum()
}

/// The probability that of `taken` out of `n`, `marked` of which are marked, exactly `k` are.
fn drawn(n: u64, marked: u64, taken: u64, k: u64) -> f64 {
    if k > taken || taken - k > n - marked {
        return 0.0;
    }
    // Both factors are at most the divisor, which fits.
    sets(marked, k) as f64 * sets(n - marked, taken - k) as f64 / sets(n, taken) as f64
}
