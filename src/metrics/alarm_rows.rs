//! Rows of the alarms in the summary.

use super::alarms::Measure;
use super::measured::Measured;
use super::summarise::Runs;
use super::summary::AlarmRow;
use crate::engine::Time;
use crate::model::ids::AlarmId;
use crate::model::plan::{Alarm, Scope};

impl Runs<'_> {
    /// Rows of the alarms, in the order of the file.
    pub fn alarms(&self) -> Vec<AlarmRow> {
        self.plan.alarms.ids().map(|id| self.alarm(id)).collect()
    }

    fn alarm(&self, id: AlarmId) -> AlarmRow {
        let row = &self.plan.alarms[id];
        let count = |take: fn(&Measure) -> f64| self.each(move |run| find(run, id).map_or(0.0, take));
        AlarmRow {
            name: row.name.clone(),
            service: self.watched(row),
            rings: count(|found| f64::from(found.rings)),
            false_rings: count(|found| f64::from(found.false_rings)),
            first_ring_seconds: self.maybe(|run| find(run, id)?.first.map(Time::as_secs_f64)),
            in_alarm_seconds: count(|found| found.micros as f64 / 1e6),
        }
    }

    /// Whom an alarm watches.
    fn watched(&self, row: &Alarm) -> String {
        match row.on_metric().map(|on| on.scope) {
            Some(Scope::Fleet(change)) => self.plan.changes[change].what.clone(),
            Some(Scope::Cell(cell, _)) => {
                let cell = &self.plan.cells[cell];
                format!("{}/{}", self.plan.regions[cell.region].name, cell.name)
            }
            _ => self.plan.services[row.service].name.clone(),
        }
    }
}

fn find(run: &Measured, id: AlarmId) -> Option<&Measure> {
    let place = run.alarms.binary_search_by_key(&id, |row| row.0).ok()?;
    Some(&run.alarms[place].1)
}
