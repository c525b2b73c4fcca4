//! Quantiles of lengths of time from a histogram of fixed relative resolution.
//!
//! Every octave is cut into 128 equal buckets, so that the middle of a bucket is within 0.4 % of everything in it.
//! Counts are integers: a merge is exact, and neither order nor threads matter. Least and most are kept exactly, so
//! that a constant is reported as itself.

/// Buckets per octave: 2^7.
const FINE: u32 = 7;
/// Values below 2^(FINE + 1) have a bucket each; the highest octave of a `u64` ends here.
const BUCKETS: usize = ((64 - FINE as usize) + 1) << FINE;

/// A histogram of whole numbers. At most 7,424 counts of 8 bytes, and only up to the largest bucket used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    first: usize,
    counts: Vec<u64>,
    total: u64,
    least: u64,
    most: u64,
}

impl Histogram {
    /// Takes in one value.
    #[inline]
    pub fn add(&mut self, value: u64) {
        self.add_many(value, 1);
    }

    /// Takes in one value so many times.
    pub fn add_many(&mut self, value: u64, times: u64) {
        if times == 0 {
            return;
        }
        let bucket = bucket(value);
        self.reach(bucket, bucket + 1);
        self.counts[bucket - self.first] += times;
        self.least = if self.total == 0 { value } else { self.least.min(value) };
        self.most = self.most.max(value);
        self.total += times;
    }

    /// Takes in all values of another.
    pub fn merge(&mut self, other: &Histogram) {
        if other.total == 0 {
            return;
        }
        self.reach(other.first, other.first + other.counts.len());
        let shift = other.first - self.first;
        for (mine, theirs) in self.counts[shift..].iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.least = if self.total == 0 { other.least } else { self.least.min(other.least) };
        self.most = self.most.max(other.most);
        self.total += other.total;
    }

    /// The smallest value that at least the share `q` of all values does not exceed, within 0.5 %; `None` without
    /// values. `q` from 0 to 1.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        if self.total == 0 {
            return None;
        }
        // A share such as 0.95 has no exact double: a hair is taken off before rounding up.
        let rank = libm::ceil(q * self.total as f64 * (1.0 - 1e-14)).max(1.0) as u64;
        if rank >= self.total {
            return Some(self.most);
        }
        let mut seen = 0;
        for (row, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Some(middle(self.first + row).clamp(self.least, self.most));
            }
        }
        Some(self.most)
    }

    /// Makes room for the buckets `from..until`.
    fn reach(&mut self, from: usize, until: usize) {
        if self.counts.is_empty() {
            self.first = from;
        }
        if from < self.first {
            let missing = self.first - from;
            self.counts.splice(0..0, std::iter::repeat_n(0, missing));
            self.first = from;
        }
        if until > self.first + self.counts.len() {
            self.counts.resize(until - self.first, 0);
        }
    }
}

/// The bucket of a value.
fn bucket(value: u64) -> usize {
    let octave = (value | 1).ilog2().saturating_sub(FINE);
    let bucket = ((octave as usize) << FINE) + (value >> octave) as usize;
    debug_assert!(bucket < BUCKETS, "bucket {bucket} of {value}");
    bucket
}

/// The middle of a bucket.
fn middle(bucket: usize) -> u64 {
    let octave = (bucket >> FINE).saturating_sub(1) as u32;
    let low = (bucket - ((octave as usize) << FINE)) as u64;
    let width = 1u64 << octave;
    (low << octave) + (width - 1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_bucket_holds_its_middle() {
        for row in 0..BUCKETS {
            assert_eq!(bucket(middle(row)), row);
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn a_constant_is_itself() {
        let mut histogram = Histogram::default();
        (0..1_000).for_each(|_| histogram.add(45_000_000));
        assert_eq!(histogram.quantile(0.5), Some(45_000_000));
        assert_eq!(histogram.quantile(0.99), Some(45_000_000));
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    fn of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        for value in values {
            histogram.add(*value);
        }
        histogram
    }

    proptest! {
        #[test]
        fn within_half_a_percent(mut values in prop::collection::vec(0u64..10_000_000_000, 1..300), q in 0.0f64..1.0) {
            let found = of(&values).quantile(q).unwrap() as f64;
            values.sort_unstable();
            let rank = (libm::ceil(q * values.len() as f64 * (1.0 - 1e-14)).max(1.0) as usize).min(values.len());
            let exact = values[rank - 1] as f64;
            prop_assert!((found - exact).abs() <= 0.005 * exact, "{found} against {exact}");
        }

        #[test]
        fn merging_is_associative_and_the_whole(
            a in prop::collection::vec(any::<u64>(), 0..50),
            b in prop::collection::vec(0u64..1_000, 0..50),
            c in prop::collection::vec(any::<u64>(), 0..50),
        ) {
            let whole = of(&[a.clone(), b.clone(), c.clone()].concat());
            let mut left = of(&a);
            left.merge(&of(&b));
            left.merge(&of(&c));
            let mut tail = of(&b);
            tail.merge(&of(&c));
            let mut right = of(&a);
            right.merge(&tail);
            prop_assert_eq!(&left, &whole);
            prop_assert_eq!(&right, &whole);
        }
    }
}
