//! How long a task takes to answer, by how busy it is: tables in whole numbers, made once for a plan.
//!
//! ```text
//! load (offered / what the task can answer) ─► row of the table ─► P(response time > t), refused as its queue is full
//! ```
//! Rows stand every half percent of load up to one and a half times what a task can answer; from there on the last one
//! holds. Times of a row stand at 32 to an octave. Between both, probabilities are interpolated linearly:
//! quantiles are within 2 % of the law, and with a queue of 100 shares above a time within 0.002. The share above
//! `timeout` is tabled at that very time, so that only the step of the load counts for it: within 0.001.

mod course;
mod queue;
#[cfg(test)]
mod tests;

pub use course::Point;

use crate::engine::Span;
use std::sync::Arc;

/// Billionths in one: shares of requests.
pub const BILLION: u64 = 1_000_000_000;
/// Millionths in one: loads.
const MILLION: u64 = 1_000_000;
/// From one row to the next, in millionths of a load.
const STEP: u32 = 5_000;
/// Rows of a table.
pub const ROWS: usize = 301;
/// The largest load that has a row.
pub const LOAD_MOST: u32 = STEP * (ROWS as u32 - 1);
/// Times in an octave.
const PER_OCTAVE: f64 = 32.0;

/// How the response time of a task depends on its load.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Workers that take one request each, exponential service times, and a queue for `queue` requests: M/M/c/K.
    Queue { concurrency: u32, queue: u32 },
    /// Median and 99th percentile by load, log-normal between them.
    Course(Vec<Point>),
}

/// The response time of the tasks of a service.
#[derive(Clone, Debug)]
pub struct Response {
    law: Arc<Law>,
    /// A request that is not answered by then fails.
    pub timeout: Option<Span>,
    /// The share of the requests that take longer than `timeout`, by row, in billionths.
    late: Box<[u32]>,
}

/// The law behind it: what services with tasks alike share.
#[derive(Debug, PartialEq)]
pub struct Law {
    pub kind: Kind,
    /// The usual answer: the mean service time, or the median at the lowest load.
    pub usual: Span,
    /// The same in microseconds, before it was rounded.
    service: f64,
    /// Microseconds, rising from 0.
    times: Box<[u64]>,
    /// By row and time: the share of the requests that take longer, in billionths.
    tails: Box<[u32]>,
    /// By row: the share that is refused as the queue is full, in billionths; empty where only the excess is.
    refused: Box<[u32]>,
}

/// How busy targets are, and how long they take for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// What they are offered of what they can answer, in millionths.
    pub load: u32,
    /// What is left of their speed, in millionths.
    pub left: u32,
    /// Added to each answer.
    pub added: Span,
}

impl Pace {
    /// Of targets that are as quick as they should be.
    pub fn at(load: u32) -> Pace {
        Pace { load, left: MILLION as u32, added: Span::ZERO }
    }

    /// The time at which an undisturbed answer had to be there for this one to be there at `time`; `None`: none can.
    #[inline]
    fn undisturbed(self, time: Span) -> Option<u64> {
        let rest = time.0.checked_sub(self.added.0)?;
        if u64::from(self.left) == MILLION {
            return Some(rest);
        }
        Some((u128::from(rest) * u128::from(self.left) / u128::from(MILLION)) as u64)
    }
}

/// How busy targets are that are offered a rate and can answer `room`, in millionths.
#[inline]
pub fn load_of(offered: u64, room: u128) -> u32 {
    if room == 0 {
        return if offered == 0 { 0 } else { LOAD_MOST };
    }
    (u128::from(offered) * u128::from(MILLION) / room).min(u128::from(LOAD_MOST)) as u32
}

/// A share of a rate, in billionths.
#[inline]
pub fn share_of(rate: u64, billionths: u64) -> u64 {
    (u128::from(rate) * u128::from(billionths) / u128::from(BILLION)) as u64
}

impl Law {
    /// The law of a task that answers `per_task` billionths of a request for each second.
    pub fn new(kind: Kind, per_task: u64) -> Law {
        match kind {
            Kind::Queue { concurrency, queue } => queue::law(concurrency, queue, per_task),
            Kind::Course(points) => course::law(points),
        }
    }

    /// A row, and how far the load is on the way to the next, in steps of [`STEP`].
    #[inline]
    fn row(load: u32) -> (usize, u64) {
        let load = load.min(LOAD_MOST);
        let row = ((load / STEP) as usize).min(ROWS - 2);
        (row, u64::from(load - row as u32 * STEP))
    }

    /// A value between those of two rows.
    #[inline]
    fn between(load: u32, value: impl Fn(usize) -> u64) -> u64 {
        let (row, far) = Law::row(load);
        let (low, high) = (value(row), value(row + 1));
        (low * (u64::from(STEP) - far) + high * far) / u64::from(STEP)
    }

    /// The share of a row that takes longer than a time in microseconds, in billionths.
    fn row_tail(&self, row: usize, time: u64) -> u64 {
        let tails = &self.tails[row * self.times.len()..][..self.times.len()];
        let after = self.times.partition_point(|edge| *edge <= time);
        if after == self.times.len() {
            return 0;
        }
        let (from, until) = (self.times[after - 1], self.times[after]);
        let (low, high) = (u64::from(tails[after - 1]), u64::from(tails[after]));
        let gone = u128::from(low.saturating_sub(high)) * u128::from(time - from) / u128::from(until - from);
        low - gone as u64
    }

    /// The longest time of the tables.
    fn longest(&self) -> u64 {
        self.times.last().copied().unwrap_or(0)
    }
}

impl Response {
    pub fn new(law: Arc<Law>, timeout: Option<Span>) -> Response {
        let late = match (timeout, &law.kind) {
            (None, _) => Box::default(),
            (Some(timeout), Kind::Queue { concurrency, queue }) => queue::late(*concurrency, *queue, &law, timeout),
            (Some(timeout), Kind::Course(points)) => course::late(points, timeout),
        };
        Response { law, timeout, late }
    }

    /// The usual answer: the mean service time, or the median at the lowest load.
    pub fn usual(&self) -> Span {
        self.law.usual
    }

    /// What of a rate gets past the queues of targets at a load that can answer `room` of it: the rest is refused.
    #[inline]
    pub fn admitted(&self, rate: u64, load: u32, room: u128) -> u64 {
        let most = rate.min(u64::try_from(room).unwrap_or(u64::MAX));
        if self.law.refused.is_empty() || load == LOAD_MOST {
            return most;
        }
        let refused = Law::between(load, |row| u64::from(self.law.refused[row]));
        (rate - share_of(rate, refused)).min(most)
    }

    /// The share of the answers that come after `timeout`, in billionths.
    #[inline]
    pub fn late(&self, pace: Pace) -> u64 {
        let Some(timeout) = self.timeout else { return 0 };
        if pace == Pace::at(pace.load) {
            return Law::between(pace.load, |row| u64::from(self.late[row]));
        }
        self.tail(pace, timeout)
    }

    /// The share of the answers that take longer than `time`, in billionths.
    pub fn tail(&self, pace: Pace, time: Span) -> u64 {
        let Some(time) = pace.undisturbed(time) else { return BILLION };
        Law::between(pace.load, |row| self.law.row_tail(row, time))
    }

    /// The mean of the answers that are there by `timeout`, in microseconds, and their share, in billionths; `None` where
    /// none is.
    pub fn mean(&self, pace: Pace) -> Option<(u64, u64)> {
        let until = self.timeout.map_or(Some(u64::MAX), |timeout| pace.undisturbed(timeout))?;
        let (mut sum, mut before, mut above) = (0u128, 0, BILLION);
        for &time in self.law.times.iter().skip(1).chain([&u64::MAX]) {
            let time = time.min(until).min(self.law.longest());
            let then = Law::between(pace.load, |row| self.law.row_tail(row, time)).min(above);
            sum += u128::from(above - then) * u128::from(before + (time - before) / 2);
            (before, above) = (time, then);
            if time == until {
                break;
            }
        }
        let answered = u128::from(BILLION - above);
        let slow = u128::from(pace.left.max(1));
        let mean = (sum * u128::from(MILLION)).checked_div(answered * slow)?;
        Some((pace.added.0 + mean as u64, BILLION - above))
    }
}

/// Response times of many requests at different paces.
#[derive(Clone, Debug, Default)]
pub struct Mixture {
    /// How many requests were answered at each speed, row by row; weights have a common unit.
    parts: Vec<(Speed, Vec<u128>)>,
}

/// A pace without its load: what is left of the speed, and what is added.
type Speed = (u32, Span);

impl Mixture {
    /// Requests at one pace.
    pub fn add(&mut self, pace: Pace, weight: u128) {
        let speed = (pace.left, pace.added);
        let place = self.parts.iter().position(|part| part.0 == speed).unwrap_or_else(|| {
            self.parts.push((speed, vec![0; ROWS]));
            self.parts.len() - 1
        });
        let (row, far) = Law::row(pace.load);
        let rows = &mut self.parts[place].1;
        rows[row] += weight * u128::from(u64::from(STEP) - far);
        rows[row + 1] += weight * u128::from(far);
    }

    /// The share of all that take longer than so many microseconds, in whole weights.
    fn above(&self, response: &Response, micros: u64) -> u128 {
        let part = |((left, added), rows): &(Speed, Vec<u128>)| {
            let pace = Pace { load: 0, left: *left, added: *added };
            let time = pace.undisturbed(Span(micros));
            let tail = |row| time.map_or(BILLION, |time| response.law.row_tail(row, time));
            let rows = rows.iter().enumerate().filter(|(_, weight)| **weight > 0);
            rows.map(|(row, weight)| times(*weight, tail(row))).sum::<u128>()
        };
        self.parts.iter().map(part).sum()
    }

    /// The time that a share of the requests, in millionths, does not exceed, in microseconds; `None` without any.
    pub fn quantile(&self, response: &Response, millionths: u64) -> Option<u64> {
        let total: u128 = self.parts.iter().flat_map(|part| &part.1).sum();
        if total == 0 {
            return None;
        }
        let most = times(total, (MILLION - millionths) * (BILLION / MILLION));
        let slowest = |((left, added), _): &(Speed, Vec<u128>)| {
            let stretched = u128::from(response.law.longest()) * u128::from(MILLION) / u128::from((*left).max(1));
            added.0.saturating_add(u64::try_from(stretched).unwrap_or(u64::MAX / 2))
        };
        let (mut low, mut high) = (0, self.parts.iter().map(slowest).max().unwrap_or(0));
        while low < high {
            let middle = low + (high - low) / 2;
            if self.above(response, middle) <= most { high = middle } else { low = middle + 1 }
        }
        Some(low)
    }
}

/// A share of a weight in billionths, without overflow.
fn times(weight: u128, billionths: u64) -> u128 {
    let by = u128::from(BILLION);
    weight / by * u128::from(billionths) + weight % by * u128::from(billionths) / by
}

/// Times of a table, from a sixteenth of `usual` to `longest`, both in microseconds, with 0 before them.
fn times_of(usual: f64, longest: f64) -> Box<[u64]> {
    let least = (usual / 16.0).max(1.0);
    let count = libm::ceil(libm::log2(longest / least).max(1.0) * PER_OCTAVE) as u32;
    let time = |number: u32| libm::round(least * libm::exp2(f64::from(number) / PER_OCTAVE)) as u64;
    let mut times: Vec<u64> = std::iter::once(0).chain((0..=count).map(time)).collect();
    times.dedup();
    times.into_boxed_slice()
}

/// A share as billionths.
fn billionths(share: f64) -> u32 {
    libm::round(share.clamp(0.0, 1.0) * BILLION as f64) as u32
}

/// The load of a row.
fn load(row: usize) -> f64 {
    row as f64 * f64::from(STEP) / MILLION as f64
}
