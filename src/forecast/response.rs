//! How long answers take at the peak of a service's requests, with all its tasks and without its fullest zone.
//!
//! Every task gets the same part of the requests, as behind a load balancer with cross-zone on. The numbers come from
//! the law by which a run tells response times, at the load of the peak.

use super::services::Derived;
use crate::engine::Span;
use crate::model::Plan;
use crate::model::plan::Service;
use crate::model::plan::response::{BILLION, Mixture, Pace, load_of, share_of};
use serde::Serialize;

/// What the requests of one service find at their peak, as `check --json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AtPeak {
    pub service: String,
    /// The zone that is lost; none with all of them.
    pub without_zone: Option<String>,
    pub tasks: u32,
    /// What tasks are asked of what they can answer; none without tasks.
    pub busy: Option<f64>,
    /// Seconds that half of the answers, and 99 of 100, do not exceed; none where nothing answers.
    pub p50_seconds: Option<f64>,
    pub p99_seconds: Option<f64>,
    /// The share of the requests that is refused, as queues are full, or answered after `timeout`.
    pub lost: f64,
}

/// Every service that says how long its answers take, with all zones and without the one that has most of its tasks.
pub fn at_peak(plan: &Plan, services: &[Derived]) -> Vec<AtPeak> {
    let known = |name: &str| plan.services.iter().find(|row| row.name == name);
    let rows = services.iter().filter_map(|row| Some((row, known(&row.service)?)));
    rows.flat_map(|(row, service)| {
        let fullest = row.zones.iter().min_by_key(|zone| (zone.left, &zone.zone)).filter(|_| row.zones.len() > 1);
        let all = one(service, None, row.zones.iter().map(|zone| zone.tasks).sum());
        all.into_iter().chain(fullest.and_then(|zone| one(service, Some(zone.zone.clone()), zone.left)))
    })
    .collect()
}

fn one(service: &Service, without_zone: Option<String>, tasks: u32) -> Option<AtPeak> {
    let traffic = service.traffic.as_ref()?;
    let response = traffic.response.as_deref()?;
    let rate = traffic.profile.peak();
    let room = u128::from(tasks) * u128::from(traffic.per_task);
    let pace = Pace::at(load_of(rate, room));
    let admitted = response.admitted(rate, pace.load, room);
    let late = share_of(admitted, response.late(pace).min(BILLION));
    let mut answers = Mixture::default();
    answers.add(pace, u128::from(admitted));
    let quantile = |millionths| answers.quantile(response, millionths).map(|micros| Span(micros).as_secs_f64());
    Some(AtPeak {
        service: service.name.clone(),
        without_zone,
        tasks,
        busy: (room > 0).then(|| rate as f64 / room as f64),
        p50_seconds: quantile(500_000),
        p99_seconds: quantile(990_000),
        lost: if rate == 0 { 0.0 } else { (rate - admitted + late) as f64 / rate as f64 },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::services;
    use crate::{Scenario, Texts};
    use serde_json::json;

    #[test]
    fn the_peak_is_slow_without_a_zone() {
        let service = json!({ "serviceName": "web", "taskDefinition": "web", "desiredCount": 3, "launchType": "FARGATE",
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["a", "b", "c"] } } });
        let text = json!({ "version": 1, "name": "slow", "duration": "1h",
            "taskDefinitions": [{ "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
                "containerDefinitions": [{ "name": "web", "image": "web:1" }] }],
            "clusters": [{ "clusterName": "shop", "services": [service] }],
            // One worker each that takes 100 ms on average, with room for all that wait.
            "traffic": [{ "service": "shop/web", "rate": "16/s", "requestsPerTask": "10/s", "timeout": "1s",
                "responseTime": { "concurrency": 1, "queue": 10_000 } }] });
        let scenario = Scenario::read("a.json", &Texts::one("a.json", text.to_string())).into_result().unwrap();
        let plan = scenario.plan();
        let rows = at_peak(plan, &services::at_start(plan).1);
        let [all, less] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((all.tasks, &all.without_zone), (3, &None));
        assert_eq!((less.tasks, less.without_zone.as_deref()), (2, Some("use1-az1")));
        // M/M/1: answers take longer than t with exp(-(10 - rate) t).
        let close = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 0.02, "{found} {expected}");
        for (row, rate) in [(all, 16.0 / 3.0), (less, 8.0)] {
            close(row.busy.unwrap(), rate / 10.0);
            close(row.p50_seconds.unwrap(), libm::log(2.0) / (10.0 - rate));
            close(row.p99_seconds.unwrap(), libm::log(100.0) / (10.0 - rate));
            close(row.lost, libm::exp(-(10.0 - rate)));
        }
    }
}
