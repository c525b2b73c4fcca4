//! Laws of random lengths of time; every sample is rounded to whole microseconds at once.
//!
//! `rand_distr` supplies the exponential, normal and gamma variates, which need a logarithm in their tails only. What
//! takes one for each sample is computed here with `libm`: the logarithms of two platforms differ in the last bit, and
//! with lengths of months that bit reaches the microseconds (`docs/decisions/0002-which-logarithm.md`).

use super::draw::Draw;
use super::time::Span;
use rand_distr::{Distribution, Exp, Gamma, Open01, OpenClosed01, StandardNormal};

/// A law of a random, non-negative length of time.
#[derive(Clone, Debug)]
pub enum Dist {
    /// Always the same; takes no randomness.
    Constant(Span),
    /// Uniform between two spans, both included.
    Uniform(Span, Span),
    Exponential(Exp<f64>),
    /// Log-normal, by the median and the standard deviation of the logarithm.
    LogNormal {
        /// Logarithm of the median in seconds.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Weibull, by shape and scale.
    Weibull {
        /// Seconds.
        scale: f64,
        /// One over the shape.
        inverse: f64,
    },
    /// Gamma, by shape and scale, of a shape of 1 or more.
    Gamma(Gamma<f64>),
    /// Gamma of a smaller shape `k`: one of shape `k + 1` times a uniform to the power `1 / k`.
    SmallGamma {
        /// Of shape `k + 1`.
        above: Gamma<f64>,
        /// `1 / k`.
        inverse: f64,
    },
    /// One of the values given, each as likely as the others.
    Empirical(Box<[Span]>),
}

/// Why a law cannot be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DistError {
    /// A mean, median or scale of zero.
    #[error("needs a length of time above zero")]
    ZeroScale,
    /// A shape or sigma that is not a positive, finite number.
    #[error("needs a shape (or sigma) that is a positive, finite number")]
    BadShape,
    /// `low` above `high`.
    #[error("needs `low` no larger than `high`")]
    Reversed,
    /// An empirical law of nothing.
    #[error("needs at least one value")]
    Empty,
}

impl Dist {
    pub const fn constant(span: Span) -> Dist {
        Dist::Constant(span)
    }

    /// Uniform on `[low, high]`.
    pub fn uniform(low: Span, high: Span) -> Result<Dist, DistError> {
        if low > high { Err(DistError::Reversed) } else { Ok(Dist::Uniform(low, high)) }
    }

    pub fn exponential(mean: Span) -> Result<Dist, DistError> {
        positive(mean)?;
        Exp::new(1.0 / mean.as_secs_f64()).map(Dist::Exponential).map_err(|_| DistError::ZeroScale)
    }

    /// Log-normal with this median; `sigma` is the standard deviation of the natural logarithm.
    pub fn lognormal(median: Span, sigma: f64) -> Result<Dist, DistError> {
        positive(median)?;
        shape(sigma)?;
        Ok(Dist::LogNormal { mu: libm::log(median.as_secs_f64()), sigma })
    }

    /// Weibull: survival `exp(-(t / scale)^k)`.
    pub fn weibull(k: f64, scale: Span) -> Result<Dist, DistError> {
        positive(scale)?;
        shape(k)?;
        Ok(Dist::Weibull { scale: scale.as_secs_f64(), inverse: 1.0 / k })
    }

    /// Gamma with shape `k`; the mean is `k * scale`.
    pub fn gamma(k: f64, scale: Span) -> Result<Dist, DistError> {
        positive(scale)?;
        shape(k)?;
        let law = |shape| Gamma::new(shape, scale.as_secs_f64()).map_err(|_| DistError::BadShape);
        if k < 1.0 {
            return Ok(Dist::SmallGamma { above: law(k + 1.0)?, inverse: 1.0 / k });
        }
        law(k).map(Dist::Gamma)
    }

    /// One of `values`, each as likely.
    pub fn empirical(values: Vec<Span>) -> Result<Dist, DistError> {
        if values.is_empty() { Err(DistError::Empty) } else { Ok(Dist::Empirical(values.into_boxed_slice())) }
    }

    /// One sample.
    pub fn sample(&self, draw: &mut Draw) -> Span {
        match self {
            Dist::Constant(span) => *span,
            Dist::Uniform(low, high) => Span(low.0 + draw.below((high.0 - low.0).saturating_add(1))),
            Dist::Exponential(law) => Span::from_secs_f64(law.sample(draw)),
            Dist::LogNormal { mu, sigma } => {
                let normal: f64 = StandardNormal.sample(draw);
                Span::from_secs_f64(libm::exp(mu + sigma * normal))
            }
            Dist::Weibull { scale, inverse } => {
                let uniform: f64 = OpenClosed01.sample(draw);
                Span::from_secs_f64(scale * libm::pow(-libm::log(uniform), *inverse))
            }
            Dist::Gamma(law) => Span::from_secs_f64(law.sample(draw)),
            Dist::SmallGamma { above, inverse } => {
                let uniform: f64 = Open01.sample(draw);
                Span::from_secs_f64(above.sample(draw) * libm::pow(uniform, *inverse))
            }
            Dist::Empirical(values) => values[draw.below(values.len() as u64) as usize],
        }
    }

    /// The one value of a constant law.
    pub const fn fixed(&self) -> Option<Span> {
        match self {
            Dist::Constant(span) => Some(*span),
            _ => None,
        }
    }
}

fn positive(span: Span) -> Result<(), DistError> {
    if span == Span::ZERO { Err(DistError::ZeroScale) } else { Ok(()) }
}

fn shape(value: f64) -> Result<(), DistError> {
    if value.is_finite() && value > 0.0 { Ok(()) } else { Err(DistError::BadShape) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Purpose, Seed, Who};

    /// The mean of 200 000 samples lies within five standard errors of the law's mean.
    fn check(law: &Dist, mean: f64, deviation: f64) {
        let n = 200_000;
        let total: f64 = (0..n).map(|i| law.sample(&mut Draw::new(Seed(11), Purpose(1), Who(i))).as_secs_f64()).sum();
        let error = 5.0 * deviation / libm::sqrt(n as f64) + 1e-6;
        assert!((total / n as f64 - mean).abs() <= error, "{law:?}: {} instead of {mean}", total / n as f64);
    }

    const S: fn(u64) -> Span = Span::from_secs;

    #[test]
    fn laws_have_their_means() {
        check(&Dist::constant(S(7)), 7.0, 0.0);
        check(&Dist::uniform(S(10), S(20)).unwrap(), 15.0, 10.0 / libm::sqrt(12.0));
        check(&Dist::exponential(S(600)).unwrap(), 600.0, 600.0);
        let (sigma, median) = (0.5f64, 20.0f64);
        let mean = median * libm::exp(sigma * sigma / 2.0);
        check(&Dist::lognormal(S(20), sigma).unwrap(), mean, mean * libm::sqrt(libm::exp(sigma * sigma) - 1.0));
        check(&Dist::gamma(3.0, S(4)).unwrap(), 12.0, libm::sqrt(48.0));
        check(&Dist::gamma(0.5, S(4)).unwrap(), 2.0, libm::sqrt(8.0));
        let g1 = libm::tgamma(1.0 + 1.0 / 1.5);
        let g2 = libm::tgamma(1.0 + 2.0 / 1.5);
        check(&Dist::weibull(1.5, S(100)).unwrap(), 100.0 * g1, 100.0 * libm::sqrt(g2 - g1 * g1));
        check(&Dist::empirical(vec![S(1), S(2), S(6)]).unwrap(), 3.0, 2.2);
    }

    #[test]
    fn impossible_laws_are_refused() {
        assert_eq!(Dist::exponential(Span::ZERO).err(), Some(DistError::ZeroScale));
        assert_eq!(Dist::lognormal(S(1), f64::NAN).err(), Some(DistError::BadShape));
        assert_eq!(Dist::weibull(-1.0, S(1)).err(), Some(DistError::BadShape));
        assert_eq!(Dist::uniform(S(2), S(1)).err(), Some(DistError::Reversed));
        assert_eq!(Dist::empirical(vec![]).err(), Some(DistError::Empty));
    }
}
