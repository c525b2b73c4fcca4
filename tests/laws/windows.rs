//! What a window of time sees of one thing that fails and is repaired: its state at a moment, its share of time up, and
//! the interval that replications give for that share.

use crate::closed::renewal::{asymptotic_variance, availability, downtime_within, up_at};
use crate::closed::repair::KOfN;
use crate::repair::{exponential, tasks};
use crate::world::{case, check_share, check_short, check_values, check_within, each, error, plan, run, the_service};
use evenkeel::internals::engine::{Reader, Time};
use evenkeel::internals::experiment::replicate::{self, Options, Recorder};
use evenkeel::internals::model::Fact;
use evenkeel::internals::model::fact::ServiceFact;
use evenkeel::internals::stats::Moments;
use serde_json::{Value, json};

#[test]
fn up_at_a_moment_after_the_start() {
    let reference = case("onoff-b-transient");
    let (mttf, mttr) = (reference.get("mttf_hours"), reference.get("mttr_hours"));
    let moment = reference.get("t_hours");
    assert!((up_at(moment, 1.0 / mttf, 1.0 / mttr) - reference.value()).abs() < 1e-12);
    for hours in [0.25, moment, 10.0] {
        // A window of a second in which nothing moves.
        let (begun, long) = (format!("{hours}h"), format!("{}s", hours * 3_600.0 + 1.0));
        let summary = run(&tasks(1, 1, &exponential(mttf), &exponential(mttr), &long, &begun), 6_000);
        let found = the_service(&summary).capacity_availability.unwrap();
        check_short("at a moment", &found, 1.0 - up_at(hours, 1.0 / mttf, 1.0 / mttr), 0.5);
    }
}

#[test]
fn the_spread_of_an_availability_over_windows() {
    for id in ["onoff-d-asyvar", "onoff-e-asyvar"] {
        let reference = case(id);
        let (mttf, mttr) = (reference.get("mttf_hours"), reference.get("mttr_hours"));
        assert!((asymptotic_variance(1.0 / mttf, 1.0 / mttr) - reference.value()).abs() < 1e-12);
        let window = 100.0 * mttf;
        let (long, begun) = (format!("{}h", window + 5.0 * mttf), format!("{}h", 5.0 * mttf));
        let file = tasks(1, 1, &exponential(mttf), &exponential(mttr), &long, &begun);
        let summary = run(&file, 2_000);
        let found = the_service(&summary).capacity_availability.unwrap();
        // The variance over replications stands behind the interval of the mean; that of 2,000 values is known to
        // sqrt(2 / 2,000) = 3 %.
        let variance = error(&found).powi(2) * 2_000.0 * window;
        check_within(id, variance, 0.033 * reference.value(), reference.value(), 0.15 * reference.value());
    }
}

#[test]
fn downtime_within_a_budget() {
    for id in ["interval-a", "interval-b"] {
        let reference = case(id);
        let (mttf, mttr) = (reference.get("mttf_hours"), reference.get("mttr_hours"));
        let (window, budget) = (reference.get("window_hours"), reference.get("downtime_budget_hours"));
        assert!((downtime_within(window, budget, 1.0 / mttf, 1.0 / mttr) - reference.value()).abs() < 1e-9);
        let file = tasks(1, 1, &exponential(mttf), &exponential(mttr), &format!("{window}h"), "0s");
        for budget in [budget, 0.3 * budget, 2.0 * budget] {
            let kept = |up: f64| (1.0 - up) * window <= budget;
            let runs = each(&file, 3_000, |summary| kept(the_service(summary).capacity_availability.unwrap().mean));
            let truth = downtime_within(window, budget, 1.0 / mttf, 1.0 / mttr);
            check_share(id, runs.iter().filter(|kept| **kept).count(), 3_000, truth, 0.15);
        }
    }
}

#[test]
fn intervals_cover_the_truth_as_often_as_they_say() {
    let truth = availability(10.0, 1.0);
    let mut file = tasks(1, 1, &exponential(10.0), &exponential(1.0), "3020h", "20h");
    let (mut covered, mut means) = (0, Moments::default());
    for seed in 1..=400 {
        file["seed"] = json!(seed);
        // With four replications Student's t is 3.18; an interval of 1.96 standard errors would cover 85 %.
        let found = the_service(&run(&file, 4)).capacity_availability.unwrap();
        covered += u32::from(found.low.unwrap() <= truth && truth <= found.high.unwrap());
        means.add(found.mean);
    }
    // Of 400 intervals 380 should cover. Binomial(400, 0.95) has a standard deviation of 4.4; four are 17.4.
    assert!((363..=397).contains(&covered), "{covered} of 400 intervals cover {truth}");
    check_within("groups", means.mean(), (means.variance().unwrap() / 400.0).sqrt(), truth, 0.002);
}

/// Times with too few tasks, of all the run.
#[derive(Default)]
struct Outages {
    need: u32,
    available: [u32; 8],
    since: Option<Time>,
    begins: Vec<f64>,
    lengths: Vec<f64>,
}

impl Reader<Fact> for Outages {
    fn read(&mut self, batch: &[(Time, Fact)]) {
        for (row, (at, fact)) in batch.iter().enumerate() {
            match fact {
                Fact::Service(ServiceFact::Need { need, .. }) => self.need = *need,
                Fact::Service(ServiceFact::Available { zone, count, .. }) => {
                    self.available[usize::from(zone.0)] = *count;
                }
                _ => {}
            }
            // A level counts once its instant is over.
            if batch.get(row + 1).is_some_and(|next| next.0 == *at) {
                continue;
            }
            let short = self.available.iter().sum::<u32>() < self.need;
            match self.since {
                None if short => {
                    self.since = Some(*at);
                    self.begins.push(at.as_secs_f64() / 3_600.0);
                }
                Some(since) if !short => {
                    self.since = None;
                    self.lengths.push(at.since(since).as_secs_f64() / 3_600.0);
                }
                _ => {}
            }
        }
    }
}

impl Recorder for Outages {
    fn merge(mut parts: Vec<Self>) -> Self {
        parts.remove(0)
    }
}

/// What each of some replications recorded.
fn outages(file: &Value, replications: u32) -> Vec<Outages> {
    let plan = plan(file);
    let one = |first_replication| {
        let options = Options { first_replication, ..Options::default() };
        replicate::run_with(&plan, &[], &options, &(), Outages::default).records
    };
    (0..replications).map(one).collect()
}

#[test]
fn how_often_and_how_long_too_few_are_up() {
    for (n, need, up, down) in [(3, 2, 50.0, 4.0), (6, 4, 40.0, 4.0), (10, 8, 100.0, 6.0)] {
        let law = KOfN { n, need, fail: 1.0 / up, repair: 1.0 / down, crews: n };
        let (n, need) = (u64::from(n), u64::from(need));
        let what = format!("{need} of {n}");
        let long = 30_000.0;
        let file = tasks(n, need, &exponential(up), &exponential(down), &format!("{long}h"), "0s");
        let found = outages(&file, 8);
        let rates: Vec<f64> = found.iter().map(|one| one.begins.len() as f64 / long).collect();
        check_values(&format!("{what}: outages an hour"), &rates, law.failure_rate(), 0.4);
        let lengths: Vec<f64> = found.iter().flat_map(|one| one.lengths.clone()).collect();
        check_values(&format!("{what}: length"), &lengths, law.mean_down(), 0.3);
        // The mean time from all up to the first outage; one run in 10^7 has none within 16 times that.
        let mean = law.mean_time_to_failure();
        let file = tasks(n, need, &exponential(up), &exponential(down), &format!("{}h", 16.0 * mean), "0s");
        let first: Vec<f64> = outages(&file, 500).iter().map(|one| one.begins[0]).collect();
        check_values(&format!("{what}: first outage"), &first, mean, 0.25);
    }
}
