//! Alarms.

use super::measures;
use super::shape::{Estimate, Maybe};
use super::walk::Run;
use crate::engine::Time;
use crate::metrics::alarms::Measure;
use crate::model::ids::AlarmId;
use crate::model::plan::{Plan, Scope};

measures! {
    /// What one alarm did in the window.
    AlarmRow(w, id: AlarmId) {
        /// Name.
        name: String = w.plan.alarms[id].name.clone();
        /// "cluster/name" of the service whose metric it watches; of a composite alarm, of the first alarm it names.
        service: String = watched(w.plan, id);
        /// How often it went to ALARM.
        rings: Estimate [times] = w.each(|run| count(run, id, |of| f64::from(of.rings)));
        /// Of these, how often without a reason: no fault or zonal shift was in force and no bad revision was out, nor
        /// had been for 15 min. The alarms that target tracking makes for itself ring with the load: never falsely.
        false_rings: Estimate [times Lower] = w.each(|run| count(run, id, |of| f64::from(of.false_rings)));
        /// When it first did; null when it never did.
        first_ring_seconds: Maybe [seconds] = w.maybe(|run| find(run, id)?.first.map(Time::as_secs_f64));
        /// Time in ALARM.
        in_alarm_seconds: Estimate [seconds] = w.each(|run| count(run, id, |of| of.micros as f64 / 1e6));
    }
}

fn count(run: &Run<'_>, id: AlarmId, take: fn(&Measure) -> f64) -> f64 {
    find(run, id).map_or(0.0, take)
}

fn find<'r>(run: &'r Run<'_>, id: AlarmId) -> Option<&'r Measure> {
    let place = run.alarms.binary_search_by_key(&id, |row| row.0).ok()?;
    Some(&run.alarms[place].1)
}

fn watched(plan: &Plan, id: AlarmId) -> String {
    let row = &plan.alarms[id];
    match row.on_metric().map(|on| on.scope) {
        Some(Scope::Fleet(change)) => plan.changes[change].what.clone(),
        Some(Scope::Cell(cell, _)) => {
            let cell = &plan.cells[cell];
            format!("{}/{}", plan.regions[cell.region].name, cell.name)
        }
        _ => plan.services[row.service].name.clone(),
    }
}
