//! A task as a queue: `c` workers, each with one request at a time, and room for `queue` requests that wait.
//!
//! Requests come at random (Poisson), service times are exponential: M/M/c/K with K = c + queue ([queueing-mmc]).
//! With `rho` the load, `a = c rho`, and `p(n)` the probability of `n` requests in the task:
//!
//! - `p(n) = p(c) rho^(n-c)` for `n >= c`, and `p(0) + ... + p(c-1) = p(c) (1/B - 1)` with Erlang's B for `c` and `a`;
//! - refused is `p(K)`;
//! - who finds `n >= c` others waits for `n - c + 1` departures at the rate `c / s`, then is served.
//!
//! Looked at at moments that come at the rate `c / s`, who waits for `k` departures is still there after `j` moments if
//! `j < k`, and with probability `(1 - 1/c)^(j-k)` otherwise. So `P(T > t)` is the mean of that over `j`, a Poisson
//! number with the mean `c t / s`: sums of positive terms, stable for any `c` and queue. With a long queue and
//! `rho < 1` it is the M/M/c of Erlang C.

use super::{BILLION, Kind, Law, ROWS, billionths, load, times_of};
use crate::engine::Span;

/// Smaller probabilities do not count.
const NEGLIGIBLE: f64 = 1e-13;

/// Who is still there after so many moments, by row; and what is refused.
struct Survivors {
    rows: Vec<Vec<f64>>,
    refused: Vec<f64>,
}

/// The law of a task; the mean service time is `concurrency / per_task`.
pub(super) fn law(concurrency: u32, queue: u32, per_task: u64) -> Law {
    let (c, length) = (f64::from(concurrency), f64::from(queue));
    let service = c * 1e6 * BILLION as f64 / per_task as f64;
    // A full queue, with ten standard deviations, and the longest service of a billion.
    let longest = service * ((length + 10.0 * libm::sqrt(length)) / c + 21.0);
    let times = times_of(service, longest);
    let most = longest.max(times.last().copied().unwrap_or(0) as f64);
    let survivors = survivors(concurrency, queue, c * most / service);
    let mut tails = vec![0; ROWS * times.len()];
    for (place, time) in times.iter().enumerate() {
        for (row, share) in survivors.tails(c * *time as f64 / service).enumerate() {
            tails[row * times.len() + place] = billionths(share);
        }
    }
    Law {
        kind: Kind::Queue { concurrency, queue },
        usual: Span(libm::round(service) as u64),
        service,
        times,
        tails: tails.into_boxed_slice(),
        refused: survivors.refused.iter().map(|share| billionths(*share)).collect(),
    }
}

/// The share that takes longer than `timeout`, by row.
pub(super) fn late(concurrency: u32, queue: u32, law: &Law, timeout: Span) -> Box<[u32]> {
    if timeout.0 >= law.longest() {
        return vec![0; ROWS].into_boxed_slice();
    }
    let mean = f64::from(concurrency) * timeout.0 as f64 / law.service;
    let survivors = survivors(concurrency, queue, mean);
    survivors.tails(mean).map(billionths).collect()
}

/// Rows for Poisson numbers with means up to `most`.
fn survivors(concurrency: u32, queue: u32, most: f64) -> Survivors {
    let moments = libm::ceil(most + 10.0 * libm::sqrt(most) + 30.0) as usize;
    let (rows, refused) = (0..ROWS).map(|row| survivor(concurrency, queue, load(row), moments)).unzip();
    Survivors { rows, refused }
}

/// Who is still there after each of so many moments, and the share that is refused.
pub(super) fn survivor(concurrency: u32, queue: u32, rho: f64, moments: usize) -> (Vec<f64>, f64) {
    let (stay, waits) = (1.0 - 1.0 / f64::from(concurrency), queue as usize);
    // Found by those who come: fewer than c others, or so many that k departures have to come first.
    let at_once = 1.0 / erlang_b(concurrency, f64::from(concurrency) * rho) - 1.0;
    // Taken against the fullest state where that is the likeliest, so that nothing grows beyond bounds.
    let base = if rho > 1.0 { f64::from(queue) } else { 0.0 };
    let (idle, waiting): (f64, Vec<f64>) = if at_once.is_finite() {
        (at_once * libm::pow(rho, -base), (0..=waits).map(|k| libm::pow(rho, k as f64 - base)).collect())
    } else {
        (1.0, vec![0.0; waits + 1])
    };
    let all = idle + waiting.iter().sum::<f64>();
    let refused = waiting[waits] / all;
    let admitted = all - waiting[waits];
    let (mut served, mut behind) = (idle / admitted, waiting[..waits].iter().sum::<f64>() / admitted);
    let mut still = Vec::with_capacity(moments + 1);
    still.push(served + behind);
    for moment in 1..=moments {
        let arrives = waiting.get(moment - 1).filter(|_| moment <= waits).map_or(0.0, |weight| weight / admitted);
        served = served * stay + arrives;
        behind = (behind - arrives).max(0.0);
        still.push(served + behind);
    }
    (still, refused)
}

/// Erlang's B: the share lost by `c` workers without a queue.
fn erlang_b(concurrency: u32, erlangs: f64) -> f64 {
    (1..=concurrency).fold(1.0, |b, workers| erlangs * b / (f64::from(workers) + erlangs * b))
}

impl Survivors {
    /// The mean over a Poisson number of moments, row by row.
    fn tails(&self, mean: f64) -> impl Iterator<Item = f64> {
        let (first, weights) = poisson(mean);
        self.rows.iter().map(move |row| {
            weights.iter().zip(row.iter().skip(first)).map(|(weight, still)| weight * still).sum::<f64>()
        })
    }
}

/// The probabilities of a Poisson number that count, from the first on.
pub(super) fn poisson(mean: f64) -> (usize, Vec<f64>) {
    let mode = libm::floor(mean);
    let peak = libm::exp(mode * libm::log(mean.max(f64::MIN_POSITIVE)) - mean - libm::lgamma(mode + 1.0));
    let peak = if mean > 0.0 { peak } else { 1.0 };
    let mut below = Vec::new();
    let (mut weight, mut number) = (peak, mode);
    while number > 0.0 && weight > NEGLIGIBLE {
        weight *= number / mean;
        number -= 1.0;
        below.push(weight);
    }
    let first = mode as usize - below.len();
    below.reverse();
    below.push(peak);
    let (mut weight, mut number) = (peak, mode);
    while weight > NEGLIGIBLE {
        number += 1.0;
        weight *= mean / number;
        below.push(weight);
    }
    (first, below)
}
