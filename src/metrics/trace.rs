//! Change points of replication 0, kept within bounds: what plots and `timeseries.csv` are drawn from.

use super::series;
use super::timeline::{Band, Series};
use crate::engine::Time;
use crate::model::fact::Cause;
use crate::model::ids::ShiftSource;
use std::collections::BTreeSet;

/// Points of one series; at this many it is thinned.
pub const POINTS_MAX: usize = 20_000;
/// Thinning keeps first, least, most and last of each of so many equal parts of the run.
const PARTS: u64 = 2_500;
/// Billionths in a whole.
pub const BILLION: f64 = 1e9;
/// Bands kept.
pub const BANDS_MAX: usize = 1_000;

/// What a band is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Of {
    Fault(Cause),
    Shift(ShiftSource),
}

/// Series of one partition.
#[derive(Clone, Debug)]
pub struct Trace {
    end: Time,
    /// Points of one series; at this many it is thinned.
    points_max: usize,
    series: Vec<Series>,
    bands: Vec<(Of, Band)>,
}

impl Trace {
    /// Nothing yet; the run is planned to end at `end`.
    pub fn new(end: Time) -> Self {
        Trace { end, points_max: POINTS_MAX, series: Vec::new(), bands: Vec::new() }
    }

    /// Nothing is thinned.
    pub fn keep_every_point(&mut self) {
        self.points_max = usize::MAX;
    }

    /// Adds a series that starts at zero and gives back its number.
    pub fn add(&mut self, name: &'static str, subject: &str, part: &str) -> usize {
        let series = self.add_unknown(name, subject, part);
        self.series[series].points.push((Time::ZERO, 0.0));
        series
    }

    /// Adds a series that has no value until the first is told.
    pub fn add_unknown(&mut self, name: &'static str, subject: &str, part: &str) -> usize {
        debug_assert!(series::ALL.iter().any(|known| known.name == name), "`{name}` is not explained");
        self.series.push(Series { name, subject: subject.to_owned(), part: part.to_owned(), points: Vec::new() });
        self.series.len() - 1
    }

    /// The value of a series from `now` on.
    pub fn point(&mut self, series: usize, now: Time, value: f64) {
        let points = &mut self.series[series].points;
        let Some((at, before)) = points.last().copied() else { return points.push((now, value)) };
        // Bits are compared, as a value that was set twice is the same to the bit.
        if before.to_bits() == value.to_bits() {
            return;
        }
        if at == now {
            points.pop();
        } else if points.len() >= self.points_max {
            *points = thin(points, self.end, PARTS);
        }
        points.push((now, value));
    }

    /// Lets go of series. Numbers of those after them do not hold any more.
    pub fn forget(&mut self, unasked: &[usize]) {
        let mut row = 0..;
        self.series.retain(|_| row.next().is_some_and(|row| !unasked.contains(&row)));
    }

    /// A rate from `now` on, in billionths for each second.
    pub fn rate(&mut self, series: usize, now: Time, rate: u64) {
        self.point(series, now, rate as f64 / BILLION);
    }

    /// A fault begins.
    pub fn begins(&mut self, cause: Cause, name: &str, now: Time) {
        self.open(Of::Fault(cause), name.to_owned(), now);
    }

    /// A zonal shift begins, for one of its resources.
    pub fn shift_begins(&mut self, source: ShiftSource, name: &str, zone: &str, now: Time) {
        let is_it = |band: &(Of, Band)| band.0 == Of::Shift(source) && band.1.until == Time::NEVER;
        if !self.bands.iter().any(is_it) {
            self.open(Of::Shift(source), format!("{name}, away from {zone}"), now);
        }
    }

    pub fn shift_ends(&mut self, source: ShiftSource, now: Time) {
        self.close(Of::Shift(source), now);
    }

    fn open(&mut self, of: Of, name: String, now: Time) {
        if self.bands.len() < BANDS_MAX {
            let (places, cells) = (Vec::new(), Vec::new());
            self.bands.push((of, Band { name, places, cells, from: now, until: Time::NEVER }));
        }
    }

    /// It hits a zone as a whole.
    pub fn hits_zone(&mut self, cause: Cause, zone: &str) {
        if let Some((_, band)) = self.bands.iter_mut().rev().find(|band| band.0 == Of::Fault(cause)) {
            band.places.push(zone.to_owned());
        }
    }

    /// It hits a cell of the control plane.
    pub fn hits_cell(&mut self, cause: Cause, cell: &str) {
        if let Some((_, band)) = self.bands.iter_mut().rev().find(|band| band.0 == Of::Fault(cause)) {
            band.cells.push(cell.to_owned());
        }
    }

    pub fn ends(&mut self, cause: Cause, now: Time) {
        self.close(Of::Fault(cause), now);
    }

    fn close(&mut self, of: Of, now: Time) {
        let open = self.bands.iter_mut().rev().find(|band| band.0 == of && band.1.until == Time::NEVER);
        if let Some((_, band)) = open {
            band.until = now;
        }
    }

    pub fn finish(self, end: Time) -> (Vec<Series>, Vec<Band>) {
        let close = |(_, band): (Of, Band)| Band { until: band.until.min(end), ..band };
        (self.series, self.bands.into_iter().map(close).collect())
    }
}

/// The first, least, most and last point of each of so many equal parts of a run that ends at `end`.
pub fn thin(points: &[(Time, f64)], end: Time, parts: u64) -> Vec<(Time, f64)> {
    // The last part holds what stands at the end itself.
    let width = (end.0 / parts.max(1)).max(1);
    let part_of = |point: &(Time, f64)| (point.0.0 / width).min(parts.max(1) - 1);
    let mut kept: Vec<(Time, f64)> = Vec::new();
    for part in points.chunk_by(|a, b| part_of(a) == part_of(b)) {
        let (mut least, mut most) = (0, 0);
        for (row, point) in part.iter().enumerate() {
            if point.1 < part[least].1 {
                least = row;
            }
            if point.1 > part[most].1 {
                most = row;
            }
        }
        let rows = BTreeSet::from([0, least, most, part.len() - 1]);
        kept.extend(rows.into_iter().map(|row| part[row]));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_series_is_thinned_and_keeps_its_extremes() {
        let mut trace = Trace::new(Time(1_000_000));
        let series = trace.add("hosts", "nodes", "");
        for step in 0..1_000_000u64 {
            let value = if step == 123_456 { 1e9 } else { (step % 7) as f64 };
            trace.point(series, Time(step), value);
        }
        let (series, _) = trace.finish(Time(1_000_000));
        let points = &series[0].points;
        assert!(points.len() <= POINTS_MAX, "{} points", points.len());
        assert!(points.contains(&(Time(123_456), 1e9)));
        assert!(points.is_sorted_by_key(|point| point.0));
        assert_eq!(points[0], (Time::ZERO, 0.0));
    }
}
