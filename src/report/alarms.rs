//! What each alarm did as a table.

use super::align::Table;
use super::number::{NOTHING, estimate, seconds};
use crate::metrics::summary::{AlarmRow, Summary};

/// What the words of the table mean.
pub(super) const ABOUT: &str = "rings: went to ALARM; false: while no fault or zonal shift was in force and no bad revision out, nor for 15 minutes before";

/// So many that never rang are told one by one: a pipeline makes one for each of its units.
const SILENT_MAX: usize = 12;

/// The table; empty without alarms.
pub(super) fn table(summary: &Summary) -> Table {
    // What scaling policies make of their own alarms is told in their table.
    let own = |row: &&AlarmRow| !row.name.starts_with("TargetTracking-");
    let is_silent = |row: &&AlarmRow| row.rings.mean == 0.0 && row.in_alarm_seconds.mean == 0.0;
    let silent = summary.alarms.iter().filter(own).filter(is_silent).count();
    let told = |row: &&AlarmRow| silent <= SILENT_MAX || !is_silent(row);
    let row = |row: &AlarmRow| {
        let [rings, false_rings] = [&row.rings, &row.false_rings].map(estimate);
        let [first, ringing] =
            [row.first_ring_seconds, Some(row.in_alarm_seconds)].map(|value| seconds(&value, NOTHING));
        [row.name.clone(), row.service.clone(), rings, false_rings, first, ringing]
    };
    let mut table = Table::default()
        .left(&["alarm", "service"])
        .right(&["rings", "false\nrings", "first\nring", "time in\nALARM"])
        .goes_first(&["time in\nALARM", "service"])
        .rows(summary.alarms.iter().filter(own).filter(told).map(row));
    if silent > SILENT_MAX {
        table.row([&format!("{silent} others"), "", "0", "0", NOTHING, "0s"].map(str::to_owned));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::align::Paint;
    use crate::report::sample::exact;

    fn told(silent: usize) -> Vec<String> {
        let alarm = |place: usize, rings: f64| AlarmRow {
            name: format!("a{place}"),
            service: "shop/web".into(),
            rings: exact(rings),
            false_rings: exact(0.0),
            first_ring_seconds: (rings > 0.0).then(|| exact(60.0)),
            in_alarm_seconds: exact(60.0 * rings),
        };
        let mut alarms: Vec<AlarmRow> = (0..silent).map(|place| alarm(place, 0.0)).collect();
        alarms.insert(silent / 2, alarm(99, 2.0));
        let summary = Summary { alarms, ..crate::report::sample::summary() };
        table(&summary).text(Paint::Plain).lines().map(str::to_owned).collect()
    }

    #[test]
    fn many_that_never_rang_are_counted() {
        let few = told(SILENT_MAX);
        assert_eq!(few.iter().filter(|line| line.contains("shop/web")).count(), SILENT_MAX + 1);
        let many = told(SILENT_MAX + 1);
        assert_eq!(many.iter().filter(|line| line.contains("shop/web")).count(), 1, "the one that rang");
        assert!(many.iter().any(|line| line.contains("13 others")), "{many:#?}");
    }
}
