//! A small generator: what it gives follows from its seed.

use evenkeel::internals::engine::draw::mix;
use serde_json::{Value, json};

pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(mix(seed ^ 0x5_0A12))
    }

    /// From 0 to below `sides`.
    pub(crate) fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0) % sides.max(1)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// Once in so many times.
    pub(crate) fn one_in(&mut self, sides: u64) -> bool {
        self.below(sides) == 0
    }

    pub(crate) fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize].clone()
    }

    /// A length of time around so many seconds.
    pub(crate) fn span(&mut self, seconds: u64) -> String {
        match self.below(4) {
            0 => format!("{seconds}s"),
            1 => format!("{}ms", self.between(seconds * 500, seconds * 2_000)),
            _ => format!("{}s", self.between(seconds.div_ceil(3), seconds * 2)),
        }
    }

    /// A law around so many seconds.
    pub(crate) fn law(&mut self, seconds: u64) -> Value {
        let one = self.span(seconds);
        match self.below(8) {
            0 => json!({ "constant": one }),
            1 => json!({ "uniform": { "low": format!("{}s", seconds / 3), "high": format!("{}s", seconds * 2) } }),
            2 => json!({ "lognormal": { "median": one, "sigma": 0.4 } }),
            3 => json!({ "weibull": { "shape": 1.5, "scale": one } }),
            4 => json!({ "gamma": { "shape": 2.0, "scale": one } }),
            5 => json!({ "empirical": { "values": [one, self.span(seconds), self.span(2 * seconds)] } }),
            _ => json!({ "exponential": { "mean": one } }),
        }
    }

    /// Puts a key into an object once in so many times.
    pub(crate) fn perhaps(
        &mut self,
        sides: u64,
        object: &mut Value,
        key: &str,
        value: impl FnOnce(&mut Dice) -> Value,
    ) {
        if self.one_in(sides) {
            let value = value(self);
            object[key] = value;
        }
    }
}
