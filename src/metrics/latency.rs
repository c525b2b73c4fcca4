//! How long the answers of a service took: its response time at each pace, weighted by requests.

use crate::engine::{Span, Time};
use crate::model::plan::Response;
use crate::model::plan::response::{Mixture, Pace};
use std::sync::Arc;

/// Millionths: median and 99th percentile.
const SHARES: [u64; 2] = [500_000, 990_000];

/// Response times of one service.
#[derive(Clone, Debug)]
pub struct Latency {
    response: Arc<Response>,
    since: Time,
    /// Answers now, in billionths of a request for each second.
    now: Vec<(Pace, u64)>,
    all: Mixture,
}

/// Median and 99th percentile in microseconds; `None` without an answer.
pub type Measure = Option<[u64; 2]>;

impl Latency {
    /// Measures from `from` on.
    pub fn new(response: Arc<Response>, from: Time) -> Latency {
        Latency { response, since: from, now: Vec::new(), all: Mixture::default() }
    }

    /// Answers at a place of the list from `now` on.
    pub fn set(&mut self, now: Time, place: usize, (load, left, added): (u32, u32, Span), rate: u64) {
        self.reach(now);
        while self.now.len() <= place {
            self.now.push((Pace::at(0), 0));
        }
        self.now[place] = (Pace { load, left, added }, rate);
    }

    fn reach(&mut self, now: Time) {
        if now.0 <= self.since.0 {
            return;
        }
        let lasts = u128::from(now.0 - self.since.0);
        for (pace, rate) in self.now.iter().filter(|one| one.1 > 0) {
            self.all.add(*pace, u128::from(*rate) * lasts);
        }
        self.since = now;
    }

    /// Median and 99th percentile of what is answered now, in microseconds.
    pub fn level(&self) -> Measure {
        let mut mixture = Mixture::default();
        self.now.iter().filter(|one| one.1 > 0).for_each(|(pace, rate)| mixture.add(*pace, u128::from(*rate)));
        quantiles(&mixture, &self.response)
    }

    pub fn finish(mut self, end: Time) -> Measure {
        self.reach(end);
        quantiles(&self.all, &self.response)
    }
}

fn quantiles(of: &Mixture, response: &Response) -> Measure {
    let [p50, p99] = SHARES.map(|share| of.quantile(response, share));
    Some([p50?, p99?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::response::{Kind, Law};

    #[test]
    fn requests_weigh_and_not_time() {
        let law = Law::new(Kind::Queue { concurrency: 6, queue: 100 }, 60_000_000_000);
        let mut of = Latency::new(Arc::new(Response::new(Arc::new(law), None)), Time(10_000_000));
        let pace = |added| (100_000, 1_000_000, Span::from_secs(added));
        // Before the window nothing counts; then 98 in a hundred requests come in half the time.
        of.set(Time::ZERO, 0, pace(50), 1_000);
        of.set(Time(10_000_000), 0, pace(0), 98_000_000_000);
        of.set(Time(20_000_000), 0, pace(5), 2_000_000_000);
        assert!(of.level().is_some_and(|[p50, _]| p50.abs_diff(5_069_315) < 50_000), "{:?}", of.level());
        let [p50, p99] = of.finish(Time(30_000_000)).unwrap();
        assert!(p50.abs_diff(70_760) < 1_500, "{p50}");
        assert!(p99.abs_diff(5_069_315) < 50_000, "{p99}");
    }
}
