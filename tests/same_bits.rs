//! Is it reproducible? Every shipped scenario gives the digest that is stored, whatever the number of threads, however
//! the run is cut, whoever reads, and with or without the parts that draw and talk:
//! `cargo test --no-default-features --test same_bits` runs the same checks in the bare library.
//!
//! `tests/golden/digests.txt` is written anew by `UPDATE=1 cargo test --test same_bits`. A digest that moves because a
//! rule of the model changed raises `MODEL_VERSION`, and the commit says why it moved.
//!
//! The file also holds a hash of samples of each law, months long, where the last bit of a logarithm would show:
//! `docs/decisions/0002-which-logarithm.md`.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test may panic, and keeps stored values")]

mod shipped;

use evenkeel::MODEL_VERSION;
use evenkeel::internals::engine::{Dist, Draw, Limits, Purpose, Reader, Seed, Sim, Span, Stop, Time, Who};
use evenkeel::internals::experiment::replicate::{self, Options};
use evenkeel::internals::model::{Fact, Plan, World};
use serde_json::json;
use std::fmt::Write;
use std::fs;
use std::hash::{Hash, Hasher};

/// FNV-1a, 64 bits, by Fowler, Noll and Vo: plain, and the same in every build.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Hashes all facts, in order.
struct Listen(Fnv);

impl Listen {
    fn new() -> Listen {
        Listen(Fnv(0xcbf2_9ce4_8422_2325))
    }
}

impl Reader<Fact> for Listen {
    fn read(&mut self, batch: &[(Time, Fact)]) {
        for fact in batch {
            fact.hash(&mut self.0);
        }
    }
}

/// Digest of the event stream, events, and what readers heard.
#[derive(PartialEq, Debug)]
struct Seen {
    digest: u64,
    events: u64,
    heard: Vec<u64>,
}

/// The first replication, on `threads` threads, in `pieces` pieces.
fn run<R: Reader<Fact>>(plan: &Plan, threads: usize, pieces: u64, reader: fn() -> R, heard: fn(&R) -> u64) -> Seen {
    let worlds = World::all(plan).into_iter().map(|world| (world, reader()));
    let mut sim = Sim::new(plan, Seed(plan.seed).replication(0), worlds, plan.lookahead(), Limits::default());
    sim.threads(threads);
    sim.prepare(World::prepare);
    let end = plan.end();
    for piece in 1..pieces {
        assert_eq!(sim.run_until(Time(end.0 / pieces * piece)), Stop::Finished);
    }
    assert_eq!(sim.run_until(end), Stop::Finished);
    let (digest, events) = (sim.digest(), sim.events());
    Seen { digest, events, heard: sim.into_readers().iter().map(heard).collect() }
}

fn heard(plan: &Plan, threads: usize, pieces: u64) -> Seen {
    run(plan, threads, pieces, Listen::new, |listen| listen.0.finish())
}

/// `az-loss` in six Regions of three clusters each, one of which loses a zone: each Region is a partition of its own.
fn many_regions() -> Plan {
    let mut whole = shipped::written("az-loss");
    let cluster = whole["clusters"][0].clone();
    let (mut regions, mut clusters, mut traffic) = (Vec::new(), Vec::new(), Vec::new());
    for region in ["us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1"] {
        let zones = ["a", "b", "c"].map(|zone| json!({ "id": format!("{region}-{zone}") }));
        regions.push(json!({ "name": region, "zones": zones }));
        for number in 1..=3 {
            let name = format!("{region}-shop{number}");
            let mut cluster = cluster.clone();
            (cluster["clusterName"], cluster["region"]) = (json!(name), json!(region));
            clusters.push(cluster);
            traffic.push(json!({ "service": format!("{name}/web"), "rate": "1200/s", "requestsPerTask": "60/s" }));
        }
    }
    (whole["regions"], whole["clusters"], whole["traffic"]) = (json!(regions), json!(clusters), json!(traffic));
    whole["faults"][0]["zonePowerLoss"]["zone"] = json!("us-east-1-a");
    whole["behaviour"] = json!([{ "family": "web", "crash": { "exponential": { "mean": "4m" } } }]);
    whole["objectives"] = json!([]);
    shipped::plan_of(&whole)
}

const GOLDEN: &str = "tests/golden/digests.txt";

fn laws() -> [(&'static str, Dist); 7] {
    let month = Span::from_secs(30 * 86_400);
    [
        ("uniform", Dist::uniform(Span::ZERO, month).unwrap()),
        ("exponential", Dist::exponential(month).unwrap()),
        ("lognormal", Dist::lognormal(month, 1.0).unwrap()),
        ("weibull", Dist::weibull(0.7, month).unwrap()),
        ("gamma", Dist::gamma(3.0, month).unwrap()),
        ("small gamma", Dist::gamma(0.5, month).unwrap()),
        ("empirical", Dist::empirical((1..100).map(Span::from_secs).collect()).unwrap()),
    ]
}

#[test]
fn digests_are_the_stored_ones() {
    let mut found = format!(
        "# digest of the event stream, events handled, hash of all facts: first replication of each shipped scenario;\n\
         # then a hash of 100,000 samples of each law\n\
         # written by: UPDATE=1 cargo test --test same_bits\nmodel version {MODEL_VERSION}\n"
    );
    for name in shipped::names() {
        let Seen { digest, events, heard } = heard(&shipped::plan(&name), 1, 1);
        let facts = heard.iter().fold(0, |all: u64, one| all.rotate_left(1) ^ one);
        writeln!(found, "{name:<24} {digest:016x} {events:>9} {facts:016x}").unwrap();
    }
    for (name, law) in laws() {
        let mut hash = Listen::new().0;
        for who in 0..100_000 {
            hash.write_u64(law.sample(&mut Draw::new(Seed(42), Purpose(1), Who(who))).0);
        }
        writeln!(found, "law {name:<20} {:016x}", hash.finish()).unwrap();
    }
    let path = shipped::here(GOLDEN);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &found).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    let moved: Vec<&str> = found.lines().filter(|line| !stored.lines().any(|old| old == *line)).collect();
    assert!(
        stored == found,
        "{moved:#?}\ndiffers from {GOLDEN}. If the model should behave otherwise, raise MODEL_VERSION in src/lib.rs, \
         write the file anew with UPDATE=1 and say in the commit what moved and why"
    );
}

#[test]
fn threads_and_cuts_change_nothing() {
    for name in shipped::names() {
        let plan = shipped::plan(&name);
        let one = heard(&plan, 1, 1);
        for (threads, pieces) in [(2, 1), (8, 101), (1, 1_009)] {
            assert_eq!(heard(&plan, threads, pieces), one, "{name}: {threads} threads, {pieces} pieces");
        }
    }
}

#[test]
fn regions_side_by_side_change_nothing() {
    let plan = many_regions();
    assert_eq!(plan.cells.len(), 6);
    let one = heard(&plan, 1, 1);
    assert!(one.events > 20_000, "only {} events", one.events);
    assert!(one.heard.windows(2).all(|pair| pair[0] != pair[1]), "Regions draw by their own names");
    for (threads, pieces) in [(2, 1), (3, 1), (8, 1), (2, 1_000), (8, 30), (1, 100)] {
        assert_eq!(heard(&plan, threads, pieces), one, "{threads} threads, {pieces} pieces");
    }
}

#[test]
fn readers_change_nothing() {
    let plans = shipped::names().into_iter().map(|name| (shipped::plan(&name), name));
    for (plan, name) in plans.chain([(many_regions(), "many Regions".to_owned())]) {
        let loud = heard(&plan, 1, 1);
        let quiet = run(&plan, 2, 3, || (), |()| 0);
        assert_eq!((quiet.digest, quiet.events), (loud.digest, loud.events), "{name}");
    }
}

/// The runner of the program with all its readers, its slices and its threads tells the stored digest too.
#[test]
fn the_runner_tells_the_same() {
    for name in shipped::names() {
        let plan = shipped::plan(&name);
        let alone = heard(&plan, 1, 1);
        let run = |replications, threads, timeline| {
            let options = Options { replications, threads, timeline, ..Options::default() };
            replicate::run(&plan, &[], &options, &()).summary
        };
        let summary = run(1, 1, true);
        assert_eq!((summary.digest, summary.events), (format!("{:016x}", alone.digest), alone.events), "{name}");
        let three = run(3, 1, false);
        for threads in [2, 8] {
            assert_eq!(run(3, threads, false), three, "{name}, {threads} threads");
        }
    }
}

#[test]
fn another_seed_gives_another_run() {
    let mut plan = shipped::plan("az-loss");
    let one = heard(&plan, 1, 1);
    plan.seed += 1;
    assert_ne!(heard(&plan, 1, 1).digest, one.digest);
}

/// A result folder through the program: equal bytes for any number of threads; the manifest differs in what it tells
/// of the run itself, and in nothing else.
#[cfg(feature = "cli")]
mod folders {
    use super::*;
    use evenkeel::internals::cli::Exit;
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::process::Command;

    fn folder(name: &str, replications: &str, threads: usize, out: &Path) -> BTreeMap<String, Vec<u8>> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["run", &format!("scenarios/{name}.json"), "--quiet"]);
        command.args(["--replications", replications, "--threads", &threads.to_string(), "--out"]).arg(out);
        let output = command.output().unwrap();
        // Two replications may leave an objective open; that is no fault of the files.
        let code = output.status.code().unwrap();
        assert!(code == 0 || code == Exit::Inconclusive as i32, "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let files = fs::read_dir(out).unwrap().map(|entry| entry.unwrap());
        let mut files: BTreeMap<String, Vec<u8>> =
            files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect();
        let mut manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
        for fact in ["began", "tookSeconds", "threads", "host"] {
            assert!(manifest.as_object_mut().unwrap().remove(fact).is_some(), "the manifest tells no `{fact}`");
        }
        assert_eq!(manifest["modelVersion"], MODEL_VERSION);
        files.insert("exit code".to_owned(), vec![code as u8]);
        files.insert("manifest.json".to_owned(), manifest.to_string().into_bytes());
        files
    }

    /// Two replications and pictures on one thread and on three; `the_runner_tells_the_same` holds other counts.
    #[test]
    fn are_the_same_for_any_number_of_threads() {
        let desk = tempfile::tempdir().unwrap();
        for name in shipped::names() {
            let one = folder(&name, "2", 1, &desk.path().join("one").join(&name));
            assert!(one.len() >= 10, "{name}: only {:?}", one.keys());
            let many = folder(&name, "2", 3, &desk.path().join("many").join(&name));
            assert!(one.keys().eq(many.keys()), "{name}: other files with three threads");
            for (file, bytes) in &one {
                assert!(many[file] == *bytes, "{name}: {file} differs with three threads");
            }
        }
    }

    /// The picture of the README is the result it claims to be; `UPDATE=1` draws it anew.
    #[test]
    fn hold_the_picture_of_the_readme() {
        let desk = tempfile::tempdir().unwrap();
        let drawn = &folder("az-loss-tight", "1", 1, &desk.path().join("out"))["tasks-by-zone.png"];
        let kept = shipped::here("docs/az-loss-tight.png");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&kept, drawn).unwrap();
        }
        assert!(fs::read(kept).unwrap() == *drawn, "docs/az-loss-tight.png is not what the program draws");
        assert!(fs::read_to_string(shipped::here("README.md")).unwrap().contains("(docs/az-loss-tight.png)"));
    }
}
