//! How many tasks are enough, where they go, and how fast they come back.

/// The smallest number of tasks, spread evenly over `zones`, of which `need` remain when any `lost` zones fall (Weiss
/// and Furr, Static stability using Availability Zones).
///
/// # Panics
/// When no zone remains.
pub fn static_stability_tasks(need: u64, zones: u64, lost: u64) -> u64 {
    assert!(lost < zones, "{lost} of {zones} zones lost leave none");
    zones * need.div_ceil(zones - lost)
}

/// What must run for each unit of need, so that `lost` of `zones` may fall.
pub fn capacity_multiple(zones: u64, lost: u64) -> f64 {
    zones as f64 / (zones - lost) as f64
}

/// Tasks left of `tasks` spread over `zones` when the fullest zone falls.
pub fn left_after_zone(tasks: u64, zones: u64) -> u64 {
    tasks - tasks.div_ceil(zones)
}

/// Tasks for each `(base, weight)` of a capacity provider strategy: bases in order, the rest by weight, whole tasks by
/// largest remainder, ties to the earlier item. Without weights the rest goes nowhere.
pub fn strategy_split(items: &[(u64, u64)], desired: u64) -> Vec<u64> {
    let mut left = desired;
    let mut split: Vec<u64> = items
        .iter()
        .map(|(base, _)| {
            let taken = left.min(*base);
            left -= taken;
            taken
        })
        .collect();
    let weights: u64 = items.iter().map(|(_, weight)| weight).sum();
    if weights == 0 {
        return split;
    }
    let mut over = left;
    let mut order: Vec<(u64, usize)> = Vec::new();
    for (row, (_, weight)) in items.iter().enumerate() {
        let share = left * weight;
        split[row] += share / weights;
        over -= share / weights;
        order.push((share % weights, row));
    }
    order.sort_by_key(|(remainder, row)| (std::cmp::Reverse(*remainder), *row));
    for (_, row) in order.into_iter().take(over as usize) {
        split[row] += 1;
    }
    split
}

/// `lost` tasks come back through a full token bucket of `burst` and `rate` a second, after `detection`, each `start`
/// after its launch; seconds.
#[derive(Clone, Copy, Debug)]
pub struct BucketRecovery {
    pub lost: u64,
    pub burst: u64,
    /// Tokens a second.
    pub rate: f64,
    /// From the loss until the first launch.
    pub detection: f64,
    /// From a launch until the task runs.
    pub start: f64,
}

impl BucketRecovery {
    fn waits(&self) -> impl Iterator<Item = f64> + '_ {
        (1..=self.lost).map(|task| task.saturating_sub(self.burst) as f64 / self.rate)
    }

    /// Seconds until all run again.
    pub fn seconds(&self) -> f64 {
        self.detection + self.lost.saturating_sub(self.burst) as f64 / self.rate + self.start
    }

    /// Task-seconds missing until then.
    pub fn missing_task_seconds(&self) -> f64 {
        self.lost as f64 * (self.detection + self.start) + self.waits().sum::<f64>()
    }

    /// Mean seconds until all run again when the start is exponential with the mean `start`.
    pub fn seconds_exponential(&self) -> f64 {
        let last = self.lost.saturating_sub(self.burst) as f64 / self.rate;
        let waits: Vec<f64> = self.waits().collect();
        // Before the last launch not all can run; after it the integrand is smooth and falls like exp(-t / start).
        let missing = |after: f64| {
            let all: f64 = waits.iter().map(|wait| libm::log1p(-libm::exp(-(after + last - wait) / self.start))).sum();
            -libm::expm1(all)
        };
        let steps = 4_000;
        let width = 50.0 * self.start / f64::from(steps);
        let inner: f64 =
            (1..steps).map(|step| if step % 2 == 1 { 4.0 } else { 2.0 } * missing(f64::from(step) * width)).sum();
        let ends = 1.0 + missing(f64::from(steps) * width);
        self.detection + last + (ends + inner) * width / 3.0
    }
}

/// Seconds from a silent failure until a checker that asks every `interval` declares it, after `failures` in a row of
/// which each is known `timeout` after it was asked: least, mean, most.
pub fn detection_seconds(interval: f64, failures: u32, timeout: f64) -> (f64, f64, f64) {
    let least = f64::from(failures - 1) * interval + timeout;
    (least, least + 0.5 * interval, least + interval)
}

/// The probability that fewer than `need` of `n` independent things, each there with probability `p`, are there.
pub fn binomial_below(n: u64, p: f64, need: u64) -> f64 {
    let term = |k: u64| {
        let (n, k) = (n as f64, k as f64);
        let ways = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
        libm::exp(ways + k * libm::log(p) + (n - k) * libm::log1p(-p))
    };
    (0..need.min(n + 1)).map(term).sum()
}
