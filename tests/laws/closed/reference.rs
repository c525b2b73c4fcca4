//! The closed forms against reference values computed with 40 digits (`tests/reference/analytic.json`).

use super::capacity::*;
use super::cells::*;
use super::renewal::*;
use super::repair::*;
use serde_json::Value;

const REFERENCE: &str = include_str!("../../reference/analytic.json");

struct Case(Value);

impl Case {
    fn id(&self) -> &str {
        self.0["id"].as_str().unwrap()
    }
    fn f(&self, name: &str) -> f64 {
        self.0["params"][name].as_f64().unwrap_or_else(|| panic!("{}: no {name}", self.id()))
    }
    fn u(&self, name: &str) -> u64 {
        self.0["params"][name].as_u64().unwrap_or_else(|| panic!("{}: no {name}", self.id()))
    }
    fn kofn(&self) -> KOfN {
        let (n, need, crews) = (self.u("n") as u32, self.u("k") as u32, self.u("repair_crews") as u32);
        KOfN { n, need, fail: 1.0 / self.f("mttf_hours"), repair: 1.0 / self.f("mttr_hours"), crews }
    }
    fn machines(&self) -> MachineRepair {
        MachineRepair {
            machines: self.u("machines") as u32,
            spares: self.u("cold_spares") as u32,
            crews: self.u("repair_crews") as u32,
            fail: 1.0 / self.f("mttf_hours"),
            repair: 1.0 / self.f("mttr_hours"),
        }
    }
    fn cells(&self) -> Cells {
        let (failures, minutes) = (self.f("cell_failures_per_up_year"), self.f("mttr_minutes"));
        Cells { cells: self.u("cells"), failures, minutes }
    }
    fn rates(&self) -> (f64, f64) {
        (1.0 / self.f("mttf_hours"), 1.0 / self.f("mttr_hours"))
    }
    fn bucket(&self) -> BucketRecovery {
        let random = self.0["kind"] == "token_bucket_recovery_random";
        BucketRecovery {
            lost: self.u("lost"),
            burst: self.u("burst"),
            rate: self.f("rate_per_s"),
            detection: if random { 0.0 } else { self.f("detection_s") },
            start: self.f(if random { "mean_start_s" } else { "start_s" }),
        }
    }
    /// Mean of the law called `up` or `down`.
    fn mean(&self, which: &str) -> f64 {
        if self.0["params"][which] == "weibull" {
            weibull_mean(self.f(&format!("{which}_shape")), self.f(&format!("{which}_scale_h")))
        } else {
            lognormal_mean(self.f(&format!("{which}_mu")), self.f(&format!("{which}_sigma")))
        }
    }
}

/// What our closed form says about a case of one number.
fn ours(case: &Case) -> Option<f64> {
    let value = match case.0["kind"].as_str().unwrap() {
        "kofn_availability" => case.kofn().unavailability(),
        "kofn_mttf" => case.kofn().mean_time_to_failure(),
        "kofn_failure_frequency" => case.kofn().failure_rate(),
        "kofn_mean_down_duration" => case.kofn().mean_down(),
        "machine_repair" if case.id().ends_with("working") => case.machines().mean_working(),
        "machine_repair" if case.id().ends_with("wait") => case.machines().mean_wait(),
        "machine_repair" => case.machines().all_working(),
        "onoff_availability" => availability(case.f("mtbf_up_min"), case.f("mttr_min")),
        "onoff_transient" => up_at(case.f("t_hours"), case.rates().0, case.rates().1),
        "onoff_ci" => asymptotic_variance(case.rates().0, case.rates().1),
        "interval_availability" => {
            let (fail, repair) = case.rates();
            downtime_within(case.f("window_hours"), case.f("downtime_budget_hours"), fail, repair)
        }
        "alternating_renewal" => availability(case.mean("up"), case.mean("down")),
        "common_cause_beta" => {
            let (fail, repair) = case.rates();
            common_cause_unavailability(case.u("azs") as usize, case.u("need") as usize, fail, repair, case.f("beta"))
        }
        "token_bucket_recovery" if case.id().ends_with("time") => case.bucket().seconds(),
        "token_bucket_recovery" => case.bucket().missing_task_seconds(),
        "token_bucket_recovery_random" => case.bucket().seconds_exponential(),
        "spot_binomial" => binomial_below(case.u("tasks"), 1.0 - case.f("p_interrupt"), case.u("need")),
        "spot_pools" => {
            let need = case.u("need").div_ceil(case.u("tasks_per_pool"));
            binomial_below(case.u("pools"), 1.0 - case.f("p_pool"), need)
        }
        "spot_replacement" => {
            let up = availability(case.f("mean_life_h") * 60.0, case.f("mean_replace_min"));
            1.0 - binomial_below(case.u("slots"), up, case.u("need"))
        }
        "control_plane_outage" => {
            let alive = libm::exp(-case.f("outage_minutes") / (60.0 * case.f("task_mttf_hours")));
            match case.0["params"]["need"].as_u64() {
                Some(need) => 1.0 - binomial_below(case.u("tasks"), alive, need),
                None => case.f("tasks") * alive,
            }
        }
        "cell_blast_radius" if case.id().ends_with("exp") => case.cells().lost_minutes(case.f("customers")),
        "cell_blast_radius" if case.id().ends_with("any") => case.cells().any_down(),
        "cell_blast_radius" if case.id().ends_with("var") => case.cells().spread(),
        "shuffle_sharding" if case.0["value"].is_f64() => {
            below_need(case.u("workers"), case.u("shard_size"), case.u("down"), case.u("need"))
        }
        "static_stability" if case.0["value"].is_u64() => {
            static_stability_tasks(case.u("need"), case.u("azs"), case.u("tolerate")) as f64
        }
        _ => return None,
    };
    Some(value)
}

fn cases() -> Vec<Case> {
    let all: Vec<Value> = serde_json::from_str(REFERENCE).unwrap();
    all.into_iter().map(Case).collect()
}

#[test]
fn every_number_is_met_to_nine_digits() {
    let mut met = 0;
    for case in cases() {
        let Some(found) = ours(&case) else { continue };
        let value = case.0["value"].as_f64().unwrap();
        assert!((found / value - 1.0).abs() < 1e-9, "{}: {found}, reference {value}", case.id());
        met += 1;
    }
    assert_eq!(met, 50, "each single number of the reference file is looked at");
}

fn find(id: &str) -> Case {
    cases().into_iter().find(|case| case.id() == id).unwrap()
}

#[test]
fn static_stability_table() {
    for row in find("static-stability-table").0["value"].as_array().unwrap() {
        let found = capacity_multiple(row["azs"].as_u64().unwrap(), row["tolerate"].as_u64().unwrap());
        assert!((found - row["capacity_multiple"].as_f64().unwrap()).abs() < 1e-12);
        assert!((1.0 / found - row["steady_utilisation_limit"].as_f64().unwrap()).abs() < 1e-12);
    }
}

#[test]
fn spread_loses_the_fullest_zone() {
    let case = find("spread-loss");
    let desired = case.0["params"]["desired"].as_array().unwrap();
    let found: Vec<_> = desired.iter().map(|n| left_after_zone(n.as_u64().unwrap(), case.u("azs"))).collect();
    assert_eq!(Value::from(found), case.0["value"]);
}

#[test]
fn detection_of_a_load_balancer() {
    let case = find("detect-alb");
    let found = detection_seconds(case.f("interval_s"), case.u("unhealthy_threshold") as u32, case.f("timeout_s"));
    let value = &case.0["value"];
    let reference = ["min_s", "mean_s", "max_s"].map(|key| value[key].as_f64().unwrap());
    for (found, reference) in [found.0, found.1, found.2].into_iter().zip(reference) {
        assert!((found - reference).abs() < 1e-12, "{found}, reference {reference}");
    }
}

#[test]
fn base_then_weights() {
    let value = &find("cp-strategy").0["value"];
    let expected = vec![value["FARGATE"].as_u64().unwrap(), value["FARGATE_SPOT"].as_u64().unwrap()];
    assert_eq!(strategy_split(&[(2, 1), (0, 3)], 10), expected);
    assert_eq!(strategy_split(&[(2, 1), (0, 3)], 1), [1, 0]);
    assert_eq!(strategy_split(&[(0, 1), (0, 1), (0, 1)], 10), [4, 3, 3]);
    assert_eq!(strategy_split(&[(1, 0), (0, 1)], 5), [1, 4]);
}

#[test]
fn who_shares_workers_with_whom() {
    let all = cases();
    let tables: Vec<&Case> =
        all.iter().filter(|case| case.0["kind"] == "shuffle_sharding" && case.0["value"].is_array()).collect();
    assert_eq!(tables.len(), 4);
    for case in tables {
        let (workers, size) = (case.u("workers"), case.u("shard_size"));
        assert_eq!(sets(workers, size).to_string(), case.0["params"]["number_of_shards"].as_str().unwrap());
        let shared = case.0["params"]["overlaps"].as_array().unwrap();
        for (shared, value) in shared.iter().zip(case.0["value"].as_array().unwrap()) {
            let found = overlap(workers, size, shared.as_u64().unwrap());
            let value = value.as_f64().unwrap();
            assert!((found / value - 1.0).abs() < 1e-9, "{}, {shared} shared: {found}, {value}", case.id());
        }
        let all: f64 = (0..=size).map(|shared| overlap(workers, size, shared)).sum();
        let mean: f64 = (0..=size).map(|shared| shared as f64 * overlap(workers, size, shared)).sum();
        assert!((all - 1.0).abs() < 1e-12, "{}: {all} in all", case.id());
        assert!((mean - (size * size) as f64 / workers as f64).abs() < 1e-12, "{}: {mean} shared", case.id());
    }
    assert_eq!((sets(5, 7), sets(0, 0), overlap(4, 3, 1)), (0, 1, 0.0));
}

#[test]
fn cells_cut_the_worst_and_leave_the_mean() {
    let case = find("cells-a-var").cells();
    let one = Cells { cells: 1, ..case };
    assert!((one.lost_minutes(7.0) / case.lost_minutes(7.0) - 1.0).abs() < 1e-15);
    assert!((one.spread() / case.spread() - 10.0f64.sqrt()).abs() < 1e-12);
    assert!((one.any_down() / one.down() - 1.0).abs() < 1e-9);
}

#[test]
fn a_router_before_cells() {
    let case = find("cells-router");
    let (customer, all) = behind_router(case.f("router_availability"), case.f("cell_availability"), case.u("cells"));
    for (found, key) in [(customer, "customer"), (all, "all_down")] {
        let value = case.0["value"][key].as_f64().unwrap();
        assert!((found / value - 1.0).abs() < 1e-9, "{key}: {found}, {value}");
    }
    let (_, all) = behind_router(0.9, 0.5, 2);
    assert!((all - 0.325).abs() < 1e-12, "one of two cells would do: {all}");
}
