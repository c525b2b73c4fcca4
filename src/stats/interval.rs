//! Student's t: how far the mean of a few replications may be from the truth.

use super::Moments;

/// The two-sided 95 % interval of the mean of independent values; `None` below two values.
pub fn mean_95(moments: &Moments, t: f64) -> Option<(f64, f64)> {
    let variance = moments.variance()?;
    let half = t * libm::sqrt(variance / moments.count() as f64);
    Some((moments.mean() - half, moments.mean() + half))
}

/// The t that cuts off 2.5 % on each side with `df` degrees of freedom.
///
/// # Panics
/// Without a degree of freedom.
pub fn t_95(df: u64) -> f64 {
    t_quantile(0.975, df as f64)
}

/// The quantile `p` (above 0.5, below 1) of Student's t with `df` degrees of freedom, by halving on its distribution.
///
/// # Panics
/// When `p` or `df` lies outside those bounds.
pub fn t_quantile(p: f64, df: f64) -> f64 {
    assert!(p > 0.5 && p < 1.0, "the quantile {p} is not in the upper half");
    assert!(df > 0.0, "{df} degrees of freedom");
    let mut high = 1.0;
    while t_upper_tail(high, df) > 1.0 - p {
        high *= 2.0;
    }
    let mut low = 0.0;
    // A double has 53 bits: 200 halvings end on two neighbours at the latest.
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if t_upper_tail(middle, df) > 1.0 - p {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// P(T > t) for t >= 0.
fn t_upper_tail(t: f64, df: f64) -> f64 {
    0.5 * incomplete_beta(0.5 * df, 0.5, df / (df + t * t))
}

/// The regularised incomplete beta function I_x(a, b).
pub fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    let log_front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x);
    let front = libm::exp(log_front);
    // The fraction converges fast on this side of the mean, and by symmetry on the other.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * fraction(a, b, x) / a
    } else {
        1.0 - front * fraction(b, a, 1.0 - x) / b
    }
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let safe = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut above = 1.0;
    let mut below = 1.0 / safe(1.0 - (a + b) * x / (a + 1.0));
    let mut product = below;
    // Needs about sqrt(max(a, b)) steps; a million degrees of freedom need 1,000.
    for step in 1..100_000 {
        let step = f64::from(step);
        let twice = a + 2.0 * step;
        for term in [
            step * (b - step) * x / ((twice - 1.0) * twice),
            -(a + step) * (a + b + step) * x / (twice * (twice + 1.0)),
        ] {
            below = 1.0 / safe(1.0 + term * below);
            above = safe(1.0 + term / above);
            product *= above * below;
        }
        if (above * below - 1.0).abs() < 1e-15 {
            break;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published tables give three decimals; the exact cases are closed forms.
    fn check(df: u64, published: f64) {
        let found = t_95(df);
        assert!((found - published).abs() < 0.000_51, "t(0.975, {df}) = {found}, published {published}");
    }

    #[test]
    fn published_quantiles() {
        let table =
            [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (19, 2.093), (29, 2.045), (30, 2.042)];
        let long = [(60, 2.000), (120, 1.980), (1_000, 1.962), (1_000_000, 1.960)];
        for (df, t) in table.into_iter().chain(long) {
            check(df, t);
        }
        assert!((t_95(130) - 1.978).abs() < 0.000_51);
        assert!((t_quantile(0.975, 99.0) - 1.984).abs() < 0.000_51);
    }

    #[test]
    fn closed_forms_of_one_and_two_degrees() {
        // With one degree it is Cauchy's law, with two an algebraic one.
        let one = libm::tan(std::f64::consts::PI * (0.975 - 0.5));
        let two = 2.0 * (0.975 - 0.5) * libm::sqrt(2.0 / (4.0 * 0.975 * 0.025));
        assert!((t_95(1) / one - 1.0).abs() < 1e-12);
        assert!((t_95(2) / two - 1.0).abs() < 1e-12);
        assert!((t_95(100_000_000) / 1.959_963_984_540_054 - 1.0).abs() < 1e-7);
    }

    #[test]
    fn interval_of_ten_replications() {
        let moments: Moments = (1..=10).map(f64::from).collect();
        let (low, high) = mean_95(&moments, t_95(9)).unwrap();
        // 5.5 +- 2.2622 * 3.0277 / sqrt(10)
        assert!((low - 3.334_149).abs() < 1e-5);
        assert!((high - 7.665_851).abs() < 1e-5);
    }
}
