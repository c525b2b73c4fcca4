//! What did we not think of? Random scenarios, audited on the way, cut into pieces, with and without readers.
//!
//! A failure prints the seed. `SWARM_SEED=17 cargo test --test swarm` runs that one alone and prints its scenario;
//! `SWARM_SEEDS=5000` looks at more, from `SWARM_FROM` (0) on.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "swarm/application.rs"]
mod application;
#[path = "swarm/audit/mod.rs"]
mod audit;
#[path = "swarm/capacity.rs"]
mod capacity;
#[path = "swarm/changes.rs"]
mod changes;
#[path = "swarm/control_plane.rs"]
mod control_plane;
#[path = "swarm/defects.rs"]
mod defects;
#[path = "shared/diary.rs"]
mod diary;
#[path = "swarm/dice.rs"]
mod dice;
#[path = "swarm/follow.rs"]
mod follow;
#[path = "swarm/found.rs"]
mod found;
#[path = "swarm/partial.rs"]
mod partial;
#[path = "swarm/pipelines.rs"]
mod pipelines;
#[path = "swarm/rules.rs"]
mod rules;
#[path = "swarm/sane.rs"]
mod sane;
#[path = "swarm/scaling.rs"]
mod scaling;
#[path = "swarm/scenario.rs"]
mod scenario;
#[path = "swarm/shifts.rs"]
mod shifts;
#[path = "shared/shuffled.rs"]
mod shuffled;

use audit::audit;
use diary::Diary;
use dice::Dice;
use evenkeel::internals::engine::{Limits, Reader, Sim, Stop, Time};
use evenkeel::internals::experiment::replicate::{self, End, Options, Recorder};
use evenkeel::internals::metrics::summary::Summary;
use evenkeel::internals::model::ids::RegionId;
use evenkeel::internals::model::{Fact, Plan, World};
use evenkeel::{Scenario, Texts};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Seeds of an ordinary run: 15 s of one core when it is alone, up to a minute when it is not.
const SEEDS: u64 = 1_500;
/// No scenario of the swarm needs nearly as many.
const LIMITS: Limits = Limits { events_max: 3_000_000, pending_max: 200_000, rows_max: 200_000 };
/// One scenario of so many is run in another order, too.
const SHUFFLED: u64 = 4;
/// Looks of the audit in each run.
const LOOKS: usize = 60;

/// Text to plan, by the way that every scenario takes.
fn plan(written: &str) -> Plan {
    let reading = Scenario::read("swarm.json", &Texts::one("swarm.json", written));
    reading.into_result().unwrap_or_else(|problems| panic!("the scenario cannot run: {problems:#?}")).into_plan()
}

/// A run cut at these times and audited at each cut: its digest and events, and what the readers made of it.
fn cut<R: Reader<Fact>>(plan: &Plan, cuts: &[Time], calm: bool, reader: impl Fn() -> R) -> (u64, u64, Vec<R>) {
    let first = run(plan, &[], cuts, calm, &reader);
    first.unwrap_or_else(|together| run(plan, &together, cuts, calm, &reader).unwrap_or_else(|_| unreachable!()))
}

/// The same with the cells of these Regions together, or the Regions in which they should be.
fn run<R: Reader<Fact>>(
    plan: &Plan,
    together: &[RegionId],
    cuts: &[Time],
    calm: bool,
    reader: &impl Fn() -> R,
) -> Result<(u64, u64, Vec<R>), Vec<RegionId>> {
    let parts = plan.parts(|region| together.contains(&region));
    let worlds = parts.iter().map(|part| (World::new(plan, part), reader()));
    let mut sim = Sim::new(plan, plan.seed(), worlds, plan.lookahead(), LIMITS);
    sim.prepare(World::prepare);
    let mut drained = vec![Vec::new(); sim.worlds().count()];
    for &at in cuts.iter().chain([&plan.end()]) {
        assert_eq!(sim.run_until(at), Stop::Finished);
        for world in sim.worlds() {
            let found = audit(world, plan, at);
            assert!(found.is_empty(), "the audit finds, before {at}:\n{}", found.join("\n"));
        }
        if at + sane::DRAINS <= plan.end() {
            drained = sim.worlds().map(sane::consolidated).collect();
        }
    }
    let found = replicate::overdrawn(plan, &sim);
    if !found.is_empty() {
        return Err(found);
    }
    if calm {
        let worlds = sim.worlds().zip(&drained);
        let wrong: Vec<String> = worlds.flat_map(|(world, before)| sane::ends_well(plan, world, before)).collect();
        assert!(wrong.is_empty(), "it does not end well:\n{}", wrong.join("\n"));
    }
    Ok((sim.digest(), sim.events(), sim.into_readers()))
}

/// Instants just after something happened, and some at which nothing did.
fn cuts(dice: &mut Dice, plan: &Plan, diary: &Diary) -> Vec<Time> {
    let mut found = vec![Time(1)];
    for _ in 0..LOOKS {
        let at = match diary.0.len() as u64 {
            0 => 0,
            some if dice.below(4) > 0 => diary.0[dice.below(some) as usize].0.0 + 1,
            _ => dice.below(plan.end().0),
        };
        found.push(Time(at.min(plan.end().0)));
    }
    found.sort_unstable();
    found
}

/// Everything that must hold of a scenario; gives its facts and its summary. `dice` choose when the audit looks.
fn check(written: &str, calm: bool, dice: &mut Dice) -> (Plan, Diary, Summary) {
    let plan = plan(written);
    let (digest, events, diaries) = cut(&plan, &[], calm, Diary::default);
    let diary = Diary::merge(diaries);
    let wrong = rules::hold(&plan, &diary);
    assert!(wrong.is_empty(), "what was told does not hold together:\n{}", wrong[..wrong.len().min(20)].join("\n"));
    let (cut_digest, cut_events, _) = cut(&plan, &cuts(dice, &plan, &diary), calm, Diary::default);
    assert_eq!((cut_digest, cut_events), (digest, events), "cut and whole");
    let (blind_digest, blind_events, _) = cut(&plan, &[], calm, || ());
    assert_eq!((blind_digest, blind_events), (digest, events), "with readers and without");
    let options = Options { limits: LIMITS, timeline: true, ..Options::default() };
    let outcome = replicate::run(&plan, &[], &options, &());
    assert_eq!(outcome.end, End::Finished);
    assert_eq!((&outcome.summary.digest, outcome.summary.events), (&format!("{digest:016x}"), events), "measured");
    let wrong = sane::look(&plan, &outcome.summary);
    assert!(wrong.is_empty(), "the summary is not sane:\n{}", wrong.join("\n"));
    (plan, diary, outcome.summary)
}

#[expect(clippy::print_stdout, reason = "whoever asks for one seed wants to see its scenario")]
fn check_seed(seed: u64) {
    let rolled = scenario::roll(seed);
    if std::env::var("SWARM_SEED").is_ok() {
        println!("{}", rolled.text);
    }
    let (.., summary) = check(&rolled.text, rolled.calm, &mut Dice::new(!seed));
    if seed.is_multiple_of(SHUFFLED) {
        check_order(&rolled.text, &summary);
    }
}

/// Neither the order of the file's lists nor a fault that breaks nothing changes a number.
fn check_order(text: &str, summary: &Summary) {
    let file: Value = serde_json::from_str(text).unwrap();
    let as_written = shuffled::numbers(&serde_json::to_value(summary).unwrap());
    let options = Options { limits: LIMITS, ..Options::default() };
    for (what, other) in [("turned", shuffled::turned(&file)), ("idle", shuffled::with_idle(&file))] {
        let summary = replicate::run(&plan(&other.to_string()), &[], &options, &()).summary;
        let found = shuffled::differences(&as_written, &shuffled::numbers(&serde_json::to_value(summary).unwrap()));
        assert!(found.is_empty(), "{what}, it gives other numbers:\n{}", found.join("\n"));
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number: `{text}`")))
}

#[test]
fn random_scenarios_hold_together() {
    if let Some(seed) = number("SWARM_SEED") {
        return check_seed(seed);
    }
    let from = number("SWARM_FROM").unwrap_or(0);
    let until = from + number("SWARM_SEEDS").unwrap_or(SEEDS);
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let fails = |seed: &u64| catch_unwind(AssertUnwindSafe(|| check_seed(*seed))).is_err();
    let of_one = |first: u64| (first..until).step_by(threads as usize).filter(fails).collect::<Vec<u64>>();
    let mut failed: Vec<u64> = std::thread::scope(|scope| {
        let running: Vec<_> = (from..from + threads).map(|first| scope.spawn(move || of_one(first))).collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    failed.sort_unstable();
    let again = failed.first().map(|seed| format!("SWARM_SEED={seed} cargo test --test swarm -- --nocapture"));
    assert!(failed.is_empty(), "seeds {failed:?} fail; see the first again with\n{}", again.unwrap_or_default());
}
