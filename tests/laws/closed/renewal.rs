//! One thing that is up and down in turn.

/// Long-run share of time up, for any laws with these means.
pub fn availability(mean_up: f64, mean_down: f64) -> f64 {
    mean_up / (mean_up + mean_down)
}

/// The probability of being up at `t` after starting up; exponential laws with rates `fail` and `repair`.
pub fn up_at(t: f64, fail: f64, repair: f64) -> f64 {
    let both = fail + repair;
    repair / both + fail / both * libm::exp(-both * t)
}

/// lim T Var(A_T) of the share of time up over a window of length T; exponential laws (Whitt 1989).
pub fn asymptotic_variance(fail: f64, repair: f64) -> f64 {
    let both = fail + repair;
    2.0 * fail * repair / (both * both * both)
}

/// The probability that at most `budget` of a `window` that starts up is spent down; exponential laws (Takacs 1957).
pub fn downtime_within(window: f64, budget: f64, fail: f64, repair: f64) -> f64 {
    let (failures, repairs) = (fail * (window - budget), repair * budget);
    let mut failed = libm::exp(-failures);
    let mut repaired = libm::exp(-repairs);
    let mut done = 1.0;
    let mut total = 0.0;
    // `done` is P(Gamma(n) <= budget) and falls to 0, the Poisson weights sum to 1: both bound what is left out.
    for n in 1..100_000 {
        total += failed * done;
        done -= repaired;
        failed *= failures / f64::from(n);
        repaired *= repairs / f64::from(n);
        if f64::from(n) > failures && failed * done.max(0.0) < 1e-18 {
            break;
        }
    }
    total
}

/// Mean of a Weibull law.
pub fn weibull_mean(shape: f64, scale: f64) -> f64 {
    scale * libm::tgamma(1.0 + 1.0 / shape)
}

/// Mean of a lognormal law; `mu` and `sigma` of its logarithm.
pub fn lognormal_mean(mu: f64, sigma: f64) -> f64 {
    libm::exp(mu + 0.5 * sigma * sigma)
}
