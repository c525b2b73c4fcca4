//! One period of a metric: levels in, a datapoint out.

use crate::engine::Span;
use crate::model::plan::Statistic;

/// What a metric does until it does something else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Nobody reports it: what it belongs to is not there.
    Absent,
    /// It counts at this rate, in billionths of a request for each second.
    Count(u64),
    /// It stands at a number, in billionths of its unit.
    Gauge(u64),
    /// It is a share: two rates, in billionths of a request for each second.
    Ratio { failed: u64, offered: u64 },
}

impl Level {
    /// So many targets.
    pub fn targets(targets: u32) -> Level {
        Level::Gauge(u64::from(targets) * BILLIONTHS as u64)
    }

    /// How many whole things a gauge stands at.
    pub fn whole(gauge: u64) -> u32 {
        u32::try_from(gauge / BILLIONTHS as u64).unwrap_or(u32::MAX)
    }
}

/// Billionths, in which datapoints are told.
const BILLIONTHS: u128 = 1_000_000_000;
/// A thousandth of a request: rates of billionths a second times microseconds make 10^15 a request.
const THOUSANDTH: u128 = 1_000_000_000_000;

/// What has been seen of the period that runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Window {
    #[default]
    Nothing,
    /// 10^-15 requests.
    Count(u128),
    /// The same, of those that failed and of all.
    Ratio { failed: u128, offered: u128 },
    /// Billionths times microseconds, microseconds, the least and the most.
    Gauge { sum: u128, micros: u128, low: u64, high: u64 },
}

impl Window {
    /// Lets a level hold for a while.
    ///
    /// # Panics
    /// When the metric was of another kind before.
    pub fn add(&mut self, level: Level, lasts: Span) {
        if lasts == Span::ZERO {
            return;
        }
        let micros = u128::from(lasts.micros());
        *self = match (*self, level) {
            (seen, Level::Absent) => seen,
            (Window::Nothing, Level::Count(rate)) => Window::Count(u128::from(rate) * micros),
            (Window::Count(seen), Level::Count(rate)) => Window::Count(seen + u128::from(rate) * micros),
            (Window::Nothing, Level::Ratio { failed, offered }) => {
                Window::Ratio { failed: u128::from(failed) * micros, offered: u128::from(offered) * micros }
            }
            (Window::Ratio { failed: lost, offered: all }, Level::Ratio { failed, offered }) => Window::Ratio {
                failed: lost + u128::from(failed) * micros,
                offered: all + u128::from(offered) * micros,
            },
            (Window::Nothing, Level::Gauge(now)) => {
                Window::Gauge { sum: u128::from(now) * micros, micros, low: now, high: now }
            }
            (Window::Gauge { sum, micros: before, low, high }, Level::Gauge(now)) => Window::Gauge {
                sum: sum + u128::from(now) * micros,
                micros: before + micros,
                low: low.min(now),
                high: high.max(now),
            },
            (seen, level) => panic!("{level:?} after {seen:?}: an alarm watches one metric"),
        };
    }

    /// The datapoint, in billionths of the metric's own unit; `None`: it is missing.
    ///
    /// A count of zero is missing, because load balancers report their counts only when there is something to count
    /// (sourced: [elb-metrics]; that `RequestCount` does the same is a model choice). Counts are rounded to thousandths
    /// of a request, which is what rates in billionths lose over a week at most (model choice). `Average`, `Minimum`
    /// and `Maximum` of a count are 1 (sourced: [elb-metrics]). An average weighs each level by its time (model
    /// choice).
    pub fn datapoint(self, statistic: Statistic) -> Option<i128> {
        let found = match (self, statistic) {
            (Window::Nothing | Window::Ratio { offered: 0, .. }, _) => return None,
            (Window::Count(sum), statistic) => {
                let thousandths = rounded(sum, THOUSANDTH);
                match statistic {
                    _ if thousandths == 0 => return None,
                    Statistic::Sum => thousandths * (BILLIONTHS / 1_000),
                    Statistic::Average | Statistic::Minimum | Statistic::Maximum => BILLIONTHS,
                }
            }
            (Window::Ratio { failed, offered }, _) => {
                // More than 2^96 would not bear the factor; what is cut off is far behind the point.
                let excess = (u128::BITS - offered.leading_zeros()).saturating_sub(96);
                rounded((failed >> excess) * BILLIONTHS, offered >> excess)
            }
            (Window::Gauge { sum, micros, .. }, Statistic::Average) => rounded(sum, micros),
            (Window::Gauge { low, .. }, Statistic::Minimum) => u128::from(low),
            (Window::Gauge { high, .. }, Statistic::Maximum) => u128::from(high),
            (Window::Gauge { .. }, Statistic::Sum) => {
                unreachable!("scenarios with a sum over a gauge are refused")
            }
        };
        // A week of the largest rate is below 2^90 billionths.
        Some(found.cast_signed())
    }
}

/// The nearest whole number to `value / by`; half goes up.
pub(super) fn rounded(value: u128, by: u128) -> u128 {
    (value + by / 2) / by
}
