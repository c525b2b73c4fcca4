//! Nodes of load balancers: what a lost zone costs its clients, and what it costs those of the other zones.
//!
//! Of A equal zones at rate R one is lost. Its node is dead with it: R / A fails until its clients have left it, after
//! the time D. With cross-zone on the other nodes send 1 / A of what they get to dead targets until these are ejected,
//! after the time E; with it off they send to their own zone only.

use crate::world::{check, run, service, shop, the_fault, the_service, world, zones};
use evenkeel::internals::metrics::summary::Summary;
use serde_json::{Value, json};

/// Requests a second that one task can answer.
const EACH: f64 = 60.0;

/// A shop, and how it loses zones.
#[derive(Clone)]
struct Shop {
    zones: usize,
    each: u64,
    utilisation: f64,
    /// Seconds until clients have left a node, and until a dead target is ejected.
    leave: f64,
    eject: f64,
    retry: f64,
    cross_zone: bool,
    faults: Value,
}

impl Shop {
    fn rate(&self) -> f64 {
        self.utilisation * (self.zones as u64 * self.each) as f64 * EACH
    }

    fn file(&self) -> Value {
        let total = self.zones as u64 * self.each;
        world(
            "2h",
            json!({
                "regions": zones(self.zones, &json!({})),
                "clusters": shop(&[service("web", total, self.zones, &json!({}))]),
                // Nobody comes to help: a start takes longer than the run.
                "behaviour": [{ "family": "web", "start": { "constant": "3h" } }],
                "detection": { "loss": { "constant": "30m" }, "target": { "constant": format!("{}s", self.eject) } },
                "traffic": [{ "service": "shop/web", "rate": format!("{}/s", self.rate()), "requestsPerTask": "60/s",
                              "loadBalancer": { "crossZone": self.cross_zone, "dnsTtl": format!("{}s", self.leave),
                                                "clientsRetryShare": self.retry } }],
                "faults": self.faults,
            }),
        )
    }

    /// What fails at the dead node, and at dead targets, of one zone that is lost for good.
    fn truth(&self) -> [f64; 2] {
        let (rate, part) = (self.rate(), 1.0 / self.zones as f64);
        let node = rate * part * self.leave * (1.0 - self.retry);
        let alive = rate * (1.0 - part * (1.0 - self.retry));
        let (early, late) = (self.eject.min(self.leave), (self.eject - self.leave).max(0.0));
        let dead = if self.cross_zone { part * (alive * early + rate * late) } else { 0.0 };
        [node, dead]
    }
}

const fn three() -> Shop {
    Shop {
        zones: 3,
        each: 10,
        utilisation: 0.6,
        leave: 60.0,
        eject: 50.0,
        retry: 0.0,
        cross_zone: true,
        faults: Value::Null,
    }
}

fn dark(zones: &[u8], lasts: &str) -> Value {
    let one = |zone: &u8| json!({ "name": format!("dark {zone}"), "at": "1h", "for": lasts, "zonePowerLoss": { "zone": format!("z{zone}") } });
    zones.iter().map(one).collect()
}

fn lost_in(summary: &Summary, phase: &str) -> f64 {
    summary.losses.iter().filter(|row| row.phase == phase).map(|row| row.lost_requests.mean).sum()
}

/// Shops with room for the clients of a zone more.
fn shops() -> impl Iterator<Item = Shop> {
    let sizes = [(3, 10, 0.6), (2, 4, 0.5), (4, 5, 0.7), (6, 3, 0.8)];
    let times = [(60.0, 50.0), (30.0, 50.0), (0.0, 65.0), (300.0, 35.0)];
    sizes.into_iter().flat_map(move |(zones, each, utilisation)| {
        times.into_iter().flat_map(move |(leave, eject)| {
            [0.0, 0.3, 1.0].map(|retry| Shop { zones, each, utilisation, leave, eject, retry, ..three() })
        })
    })
}

#[test]
fn a_lost_zone_takes_its_node_along() {
    for mut shop in shops() {
        shop.faults = dark(&[1], "50m");
        let found = [true, false].map(|cross_zone| {
            let shop = Shop { cross_zone, ..shop.clone() };
            let summary = run(&shop.file(), 1);
            let [node, targets] = shop.truth();
            let what = format!(
                "{} zones, leave {}, eject {}, retry {}, cross-zone {cross_zone}",
                shop.zones, shop.leave, shop.eject, shop.retry
            );
            // Rates are billionths: over minutes that is far below a thousandth of a request.
            check(&what, lost_in(&summary, "dns"), node, 1e-3);
            check(&what, lost_in(&summary, "detection"), targets, 1e-3);
            check(&what, the_service(&summary).requests.failed.mean, node + targets, 1e-3);
            check(&what, the_fault(&summary).lost_requests.mean, node + targets, 1e-3);
            the_fault(&summary).lost_requests.mean
        });
        assert!(found[1] <= found[0] + 1e-3, "off loses {}, on {}", found[1], found[0]);
    }
}

#[test]
fn cross_zone_off_loses_no_more_with_chance_and_replacements() {
    // As people run it: random ejection, replacements, a zone that comes back.
    let lost = |cross_zone: bool| {
        let file = world(
            "3h",
            json!({
                "clusters": shop(&[service("web", 30, 3, &json!({ "availabilityZoneRebalancing": "ENABLED" }))]),
                "traffic": [{ "service": "shop/web", "rate": "1000/s", "requestsPerTask": "50/s",
                              "loadBalancer": { "crossZone": cross_zone } }],
                "faults": [{ "name": "z", "at": "1h", "for": "40m", "zonePowerLoss": { "zone": "use1-az1" } }],
            }),
        );
        the_fault(&run(&file, 20)).lost_requests
    };
    let (on, off) = (lost(true), lost(false));
    // A third of the clients for a minute; and two ninths of all requests for the 35 to 65 s until ejection on top.
    check("off", off.mean, 20_000.0, 1e-3);
    let targets = on.mean - 20_000.0;
    assert!((35.0..65.0).contains(&(targets / (2_000.0 / 9.0))), "{targets} at dead targets");
}

#[test]
fn clients_of_a_node_that_is_back_come_back_with_it() {
    // Both ends of the fault are sooner than the end of the record.
    for (seconds, cut) in [(20.0, false), (20.0, true), (45.0, true)] {
        let mut shop = Shop { leave: 120.0, eject: 50.0, ..three() };
        let kind = if cut { "networkCutZone" } else { "zonePowerLoss" };
        shop.faults = json!([{ "name": "short", "at": "1h", "for": format!("{seconds}s"), (kind): { "zone": "z1" } }]);
        let summary = run(&shop.file(), 1);
        let rate = shop.rate();
        check("node", lost_in(&summary, "dns"), rate / 3.0 * seconds, 1e-3);
        // Tasks of a zone without power are gone; those of a zone that was cut off answer again before they are
        // ejected.
        let targets = rate * 2.0 / 9.0 * seconds + if cut { 0.0 } else { rate / 3.0 * (50.0 - seconds) };
        check("targets", lost_in(&summary, "detection"), targets, 1e-3);
    }
}

#[test]
fn a_zone_that_is_cut_off_is_as_far_as_one_without_power() {
    for cross_zone in [true, false] {
        let mut shop = Shop { cross_zone, ..three() };
        shop.faults = dark(&[1], "30m");
        let powerless = run(&shop.file(), 1);
        shop.faults = json!([{ "name": "cut", "at": "1h", "for": "30m", "networkCutZone": { "zone": "z1" } }]);
        let cut = run(&shop.file(), 1);
        for phase in ["dns", "detection"] {
            check(phase, lost_in(&cut, phase), lost_in(&powerless, phase), 1e-3);
        }
        assert!(lost_in(&cut, "dns") > 0.0);
    }
}

#[test]
fn without_any_node_all_is_lost_to_the_faults_in_force() {
    for (cross_zone, retry) in [(true, 0.0), (false, 0.0), (true, 1.0)] {
        let mut shop = Shop { zones: 2, utilisation: 0.5, cross_zone, retry, ..three() };
        shop.faults = dark(&[1, 2], "10m");
        let summary = run(&shop.file(), 1);
        // Clients hold on to both addresses when none is left.
        check("all of it", lost_in(&summary, "dns"), shop.rate() * 600.0, 1e-3);
        let mine = |name: &str| {
            let rows = summary.losses.iter().filter(|row| row.phase == "dns" && row.cause == name);
            rows.map(|row| row.lost_requests.mean).sum::<f64>()
        };
        check("half each", mine("dark 1"), mine("dark 2"), 1e-3);
    }
    // One after the other: while the first address is forgotten, all clients call the second.
    let mut shop = Shop { zones: 2, utilisation: 0.5, leave: 60.0, ..three() };
    shop.faults = dark(&[1, 2], "30m");
    shop.faults[1]["at"] = json!("65m");
    let summary = run(&shop.file(), 1);
    // From 60 s after the second loss on clients know neither, and call both, until the first is back.
    check("in turn", lost_in(&summary, "dns"), shop.rate() * (0.5 * 60.0 + 25.0 * 60.0), 1e-3);
}

#[test]
fn a_zone_where_the_service_has_no_node_is_nobodys_loss() {
    let mut shop = three();
    shop.faults = dark(&[3], "30m");
    let mut file = shop.file();
    file["clusters"] = crate::world::shop(&[service("web", 20, 2, &json!({}))]);
    check("failed", the_service(&run(&file, 1)).requests.failed.mean, 0.0, 0.0);
    // Part of a zone's hosts are not its node.
    shop.faults =
        json!([{ "name": "half", "at": "1h", "for": "30m", "zonePowerLoss": { "zone": "z1", "share": 0.5 } }]);
    let summary = run(&shop.file(), 1);
    check("no node", lost_in(&summary, "dns"), 0.0, 0.0);
    assert!(lost_in(&summary, "detection") > 0.0);
}

#[test]
fn no_metric_of_a_load_balancer_sees_what_reaches_no_node() {
    for (cross_zone, rings) in [(true, 1.0), (false, 0.0)] {
        let mut shop = Shop { cross_zone, leave: 300.0, ..three() };
        shop.faults = dark(&[1], "30m");
        let mut file = shop.file();
        file["alarms"] = json!([{ "AlarmName": "errors", "Service": "shop/web", "Namespace": "AWS/ApplicationELB",
            "MetricName": "HTTPCode_ELB_5XX_Count", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
            "Threshold": 0.0, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching" }]);
        check("rings", run(&file, 1).alarms[0].rings.mean, rings, 0.0);
    }
}

#[test]
fn a_node_that_was_away_for_less_than_its_record_is_as_good_as_ever() {
    // What the second loss costs does not depend on a short one half an hour before: all three addresses are known
    // again.
    let mut shop = Shop { leave: 120.0, ..three() };
    shop.faults = json!([{ "name": "short", "at": "1h", "for": "20s", "networkCutZone": { "zone": "z1" } },
                         { "name": "long", "at": "90m", "for": "20m", "zonePowerLoss": { "zone": "z2" } }]);
    let summary = run(&shop.file(), 1);
    check("nodes", lost_in(&summary, "dns"), shop.rate() / 3.0 * (20.0 + 120.0), 1e-3);
}

#[test]
fn of_two_faults_in_a_zone_the_first_took_its_node() {
    let mut shop = three();
    shop.faults = json!([{ "name": "first", "at": "1h", "for": "30m", "networkCutZone": { "zone": "z1" } },
                         { "name": "second", "at": "3610s", "for": "30m", "zonePowerLoss": { "zone": "z1" } }]);
    let summary = run(&shop.file(), 1);
    let rows = summary.losses.iter().filter(|row| row.phase == "dns");
    let found: Vec<_> = rows.map(|row| (row.cause.as_str(), row.lost_requests.mean)).collect();
    assert_eq!(found.iter().map(|row| row.0).collect::<Vec<_>>(), ["first"], "{found:?}");
    check("all of it", found[0].1, shop.rate() / 3.0 * 60.0, 1e-3);
}

#[test]
fn with_cross_zone_off_a_node_without_targets_loses_its_clients_once_the_last_is_ejected() {
    // All tasks of a zone die and its node lives: until they are ejected the node counts as healthy, and stays in DNS.
    let mut shop = Shop { cross_zone: false, ..three() };
    shop.faults = json!([{ "name": "tasks", "at": "1h", "zonePowerLoss": { "zone": "z1", "share": 0.999_999 } }]);
    let summary = run(&shop.file(), 1);
    check("tasks", the_fault(&summary).hit.tasks.mean, 10.0, 0.0);
    check("failed", the_service(&summary).requests.failed.mean, shop.rate() / 3.0 * (shop.eject + shop.leave), 1e-3);
}

#[test]
fn the_requests_of_a_load_balancer_are_those_that_reach_a_node() {
    // A third reaches none for five minutes: an alarm on fewer than nine tenths of the usual number rings.
    for (leave, rings) in [(300.0, 1.0), (0.0, 0.0)] {
        let mut shop = Shop { leave, ..three() };
        shop.faults = dark(&[1], "30m");
        let mut file = shop.file();
        file["alarms"] = json!([{ "AlarmName": "few", "Service": "shop/web", "Namespace": "AWS/ApplicationELB",
            "MetricName": "RequestCount", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 2,
            "Threshold": 54.0 * shop.rate(), "ComparisonOperator": "LessThanThreshold" }]);
        check("rings", run(&file, 1).alarms[0].rings.mean, rings, 0.0);
    }
}
