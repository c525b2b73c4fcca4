//! Mean and variance of a stream of numbers, one at a time (Welford).

/// Count, mean and sum of squared deviations. Memory does not grow with the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Takes in one number.
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        let delta = value - self.mean;
        self.mean += delta / self.count as f64;
        self.squares += delta * (value - self.mean);
    }

    /// How many numbers there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their mean; 0 for none.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Their variance with the divisor n - 1; `None` below two.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }
}

impl FromIterator<f64> for Moments {
    fn from_iter<T: IntoIterator<Item = f64>>(values: T) -> Self {
        let mut moments = Moments::default();
        values.into_iter().for_each(|value| moments.add(value));
        moments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[f64], mean: f64, variance: f64) {
        let whole: Moments = values.iter().copied().collect();
        assert!((whole.mean() - mean).abs() <= 1e-12 * mean.abs(), "{} is not {mean}", whole.mean());
        let found = whole.variance().unwrap();
        assert!((found - variance).abs() <= 1e-9 * variance, "{found} is not {variance}");
    }

    #[test]
    fn small_and_shifted_samples() {
        check(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], 5.0, 32.0 / 7.0);
        // The textbook case on which the sum-of-squares formula fails.
        check(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0], 1e9 + 10.0, 30.0);
    }

    #[test]
    fn one_value_has_no_variance() {
        assert_eq!([3.0].into_iter().collect::<Moments>().variance(), None);
    }
}
