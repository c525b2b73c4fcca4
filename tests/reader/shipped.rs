//! The shipped scenarios, damaged: bytes turned over, cut and pasted, values exchanged, parts invented by the schema.
//! Whatever comes of it is answered: a place for every error, never a panic, never a hang; and what can still run,
//! runs.

use evenkeel::internals::cli::render;
use evenkeel::internals::engine::Limits;
use evenkeel::internals::experiment::replicate::{self, Options, Progress, Watch};
use evenkeel::internals::model::Plan;
use evenkeel::internals::model::plan::ProviderKind;
use evenkeel::internals::report::align::Paint;
use evenkeel::internals::report::table::{self, Results, Style};
use evenkeel::internals::report::{chart, csv};
use evenkeel::internals::scenario::schema;
use evenkeel::{Scenario, Severity, Texts};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::LazyLock;

/// Events that a damaged scenario may take; enough for a few hours of most.
const EVENTS_MAX: u64 = 20_000;
/// Tasks and hosts at the start beyond which a damaged scenario is only read: it would run, and take its time.
const START_MAX: u64 = 20_000;

/// All files under `scenarios`, by path.
static SHIPPED: LazyLock<Texts> = LazyLock::new(|| {
    let mut texts = Texts::default();
    gather(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios")), "", &mut texts);
    texts
});

static SCHEMA: LazyLock<Value> = LazyLock::new(schema::value);

fn gather(folder: &Path, prefix: &str, texts: &mut Texts) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            gather(&entry.path(), &format!("{name}/"), texts);
        } else if !name.contains(".schema.") {
            #[expect(clippy::disallowed_methods, reason = "a test reads the shipped files")]
            texts.0.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// Scenarios, without the parts that they name.
fn scenarios() -> Vec<&'static str> {
    SHIPPED.0.keys().map(String::as_str).filter(|path| !path.contains('/')).collect()
}

/// A scenario, and one of its files (itself among them).
fn one_of(texts: &Texts, scenario: &str, pick: usize) -> String {
    let text = String::from_utf8_lossy(&texts.0[scenario]).into_owned();
    let mut files = vec![scenario.to_owned()];
    files.extend(SHIPPED.0.keys().filter(|path| text.contains(path.as_str())).cloned());
    files.swap_remove(pick % files.len())
}

struct Nobody;

impl Watch for Nobody {
    fn progress(&self, _done: Progress) {}
    fn stop(&self) -> bool {
        false
    }
}

/// Loads, tells, and runs for a short time.
fn answered(texts: &Texts, scenario: &str) {
    let reading = Scenario::read(scenario, texts);
    for problem in reading.problems.of(Severity::Error) {
        assert!(reading.sources.place_of(problem).is_some(), "no place: {problem:?}");
        assert!(!problem.message.contains("does not fit the schema"), "no words: {problem:?}");
    }
    let told = render::problems(&reading.problems, &reading.sources, scenario, Paint::Colour);
    match reading.scenario {
        Some(ready) => run(ready.plan()),
        None => assert!(told.contains("error"), "refused without a word"),
    }
}

fn run(plan: &Plan) {
    let tasks: u64 = plan.services.iter().map(|service| u64::from(service.desired)).sum();
    let hosts: u64 = plan
        .providers
        .iter()
        .map(|provider| if let ProviderKind::Group(group) = &provider.kind { u64::from(group.max) } else { 0 })
        .sum();
    if tasks + hosts > START_MAX {
        return;
    }
    let limits = Limits { events_max: EVENTS_MAX, ..Limits::default() };
    let options = Options { limits, timeline: true, time_line: true, ..Options::default() };
    let outcome = replicate::run(plan, &[], &options, &Nobody);
    let (summary, time_line) = (&outcome.summary, outcome.time_line.as_ref());
    let results = Results { summary, plan, time_line, first_replication: 0, more: "" };
    let told = table::text(&results, Style { width: Some(80), ..Style::PLAIN });
    assert!(told.contains("simulated"), "{told}");
    assert!(
        csv::timeseries(&outcome.timeline, csv::Rows { most: 1_000, starts_at: None }).starts_with("time_seconds,")
    );
    for figure in chart::figures(&outcome.timeline, &plan.name) {
        assert!(figure.svg().starts_with("<svg"));
    }
}

/// A small generator: what it gives follows from its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        (self.0 >> 33) as usize % sides.max(1)
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

const TIMES: [&str; 9] = ["0s", "1us", "1s", "45s", "10m", "PT1H", "90m", "400d", "900000d"];
const RATES: [&str; 6] = ["0/s", "1/d", "3/min", "900/s", "1000000/s", "0.001/h"];
const NAMES: [&str; 14] = [
    "web",
    "shop/web",
    "api",
    "shop",
    "nodes",
    "nodes-asg",
    "FARGATE",
    "FARGATE_SPOT",
    "use1-az1",
    "us-east-1",
    "subnet-0a",
    "m5.large",
    "zone dark",
    "",
];

/// The schema behind references.
fn behind(schema: &Value) -> &Value {
    let mut here = schema;
    for _ in 0..8 {
        match here.get("$ref").and_then(Value::as_str).and_then(|path| SCHEMA.pointer(&path[1..])) {
            Some(target) => here = target,
            None => break,
        }
    }
    here
}

/// A value that a schema might take: its form is right, its meaning is chance.
fn invented(schema: &Value, dice: &mut Dice, depth: usize) -> Value {
    let schema = behind(schema);
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return dice.pick(values).clone();
    }
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    let ways = ["oneOf", "anyOf"].iter().find_map(|rule| schema.get(rule)?.as_array());
    if let (Some(ways), None) = (ways, schema.get("properties")) {
        return invented(dice.pick(ways), dice, depth);
    }
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ if schema.get("properties").is_some() => vec!["object"],
        _ => vec!["boolean", "string"],
    };
    match *dice.pick(&kinds) {
        "string" => text(schema, dice),
        "integer" | "number" => number(schema, dice),
        "boolean" => json!(dice.below(2) == 0),
        "array" => {
            let count = if depth > 6 { 0 } else { dice.below(3) };
            let entry = schema.get("items").unwrap_or(&Value::Null);
            (0..count).map(|_| invented(entry, dice, depth + 1)).collect()
        }
        "object" => object(schema, ways.map_or(&[], Vec::as_slice), dice, depth),
        _ => Value::Null,
    }
}

fn text(schema: &Value, dice: &mut Dice) -> Value {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let list: &[&str] = match format {
        format if format.contains("duration") => &TIMES,
        format if format.contains("rate") => &RATES,
        _ => &NAMES,
    };
    json!(dice.pick(list))
}

fn number(schema: &Value, dice: &mut Dice) -> Value {
    let bound = |rule: &str| schema.get(rule).and_then(Value::as_f64);
    let (low, high) = (bound("minimum").unwrap_or(-2.0), bound("maximum").unwrap_or(4_000.0));
    match dice.below(5) {
        0 => json!(low as i64),
        1 => json!(high as i64),
        2 => json!(1),
        3 => json!((low + (high - low).min(60.0) * 0.1) as i64),
        _ => json!(0.5),
    }
}

fn object(schema: &Value, ways: &[Value], dice: &mut Dice, depth: usize) -> Value {
    let mut map = Map::new();
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let mut wanted: Vec<String> = Vec::new();
    let chosen = if ways.is_empty() { None } else { Some(dice.pick(ways)) };
    for rules in [Some(schema), chosen].into_iter().flatten() {
        let names = rules.get("required").and_then(Value::as_array).into_iter().flatten();
        wanted.extend(names.filter_map(Value::as_str).map(str::to_owned));
    }
    let kinds: Vec<&str> = ways.iter().filter_map(|way| way.get("required")?.get(0)?.as_str()).collect();
    for (name, property) in properties {
        let luck = depth < 6 && !kinds.contains(&name.as_str()) && dice.below(4) == 0;
        if wanted.contains(name) || luck {
            map.insert(name.clone(), invented(property, dice, depth + 1));
        }
    }
    Value::Object(map)
}

/// Every pointer into a value.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Array(list) => list.iter().enumerate().for_each(|(i, value)| pointers(value, &format!("{at}/{i}"), out)),
        Value::Object(map) => map.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), out)),
        _ => {}
    }
}

/// The schema of the value at a pointer, as far as properties and entries lead.
fn schema_at(pointer: &str) -> Option<&'static Value> {
    let mut here: &'static Value = behind(&SCHEMA);
    for token in pointer.split('/').skip(1) {
        let next = if token.bytes().all(|byte| byte.is_ascii_digit()) {
            here.get("items")
        } else {
            here.get("properties").and_then(|properties| properties.get(token))
        };
        here = behind(next?);
    }
    Some(here)
}

/// A scenario with its files put in.
fn whole(scenario: &str) -> Value {
    let reading = Scenario::read(scenario, &*SHIPPED);
    reading.scenario.unwrap_or_else(|| panic!("{scenario}: {:?}", reading.problems)).written().clone()
}

/// How many of each: 150, or what `PROPTEST_CASES` says for a long look.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|number| number.parse().ok()).unwrap_or(150)
}

/// Every value of every shipped scenario, by its last step.
static ALL: LazyLock<Vec<(String, Value)>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for scenario in scenarios() {
        let value = whole(scenario);
        let mut found = Vec::new();
        pointers(&value, "", &mut found);
        all.extend(found.iter().map(|at| (last(at), value.pointer(at).cloned().unwrap_or_default())));
    }
    all
});

/// The last step; for an entry of a list the list's name and a mark.
fn last(pointer: &str) -> String {
    let mut steps = pointer.rsplit('/');
    let step = steps.next().unwrap_or_default();
    let is_entry = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    if is_entry { format!("{}[]", steps.next().unwrap_or_default()) } else { step.to_owned() }
}

/// Values that stand under the same name somewhere.
fn namesakes(pointer: &str) -> Vec<Value> {
    ALL.iter().filter(|(name, _)| *name == last(pointer)).map(|(_, value)| value.clone()).collect()
}

fn alone(value: &Value) -> Texts {
    let mut texts = Texts::default();
    texts.0.insert("a.json".to_owned(), value.to_string().into_bytes());
    texts
}

#[test]
fn undamaged_they_all_run() {
    for scenario in scenarios() {
        assert!(!whole(scenario).is_null());
        answered(&SHIPPED, scenario);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_bytes_are_answered(
        scenario in prop::sample::select(scenarios()), file in any::<usize>(), from in any::<prop::sample::Index>(),
        length in 0..60usize, to in any::<prop::sample::Index>(), what in 0..4u8, byte in any::<u8>()
    ) {
        let mut texts = SHIPPED.clone();
        let file = one_of(&texts, scenario, file);
        let bytes = texts.0.get_mut(&file).unwrap();
        let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
        let end = (from + length).min(bytes.len());
        match what {
            0 => bytes[from] = byte,
            1 => bytes.truncate(from),
            2 => drop(bytes.drain(from..end)),
            _ => {
                let piece = bytes[from..end].to_vec();
                bytes.splice(to..to, piece);
            }
        }
        answered(&texts, scenario);
    }

    #[test]
    fn exchanged_values_are_answered(
        scenario in prop::sample::select(scenarios()),
        swaps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..8u8), 1..4)
    ) {
        let mut value = whole(scenario);
        for (from, to, how) in swaps {
            let mut all = Vec::new();
            pointers(&value, "", &mut all);
            let to = to.get(&all);
            let new = match how {
                0 => Value::Null,
                1 => value.pointer(from.get(all.as_slice()).as_str()).cloned().unwrap_or_default(),
                // The same field of any scenario: what comes of it is likely to run.
                // What an exchange before this one brought may have no namesake.
                _ => match namesakes(to) {
                    found if found.is_empty() => Value::Null,
                    found => from.get(found.as_slice()).clone(),
                },
            };
            *value.pointer_mut(to).unwrap() = new;
        }
        answered(&alone(&value), "a.json");
    }

    #[test]
    fn invented_parts_are_answered(
        scenario in prop::sample::select(scenarios()),
        parts in prop::collection::vec((any::<prop::sample::Index>(), any::<u64>()), 1..4)
    ) {
        let mut value = whole(scenario);
        for (place, seed) in parts {
            let mut all = Vec::new();
            pointers(&value, "", &mut all);
            let known: Vec<&String> = all.iter().filter(|at| !at.is_empty() && schema_at(at).is_some()).collect();
            let at = place.get(&known).as_str();
            let mut dice = Dice(seed);
            let part = invented(schema_at(at).unwrap(), &mut dice, 1);
            match value.pointer_mut(at).unwrap() {
                // Some fields more in what is there already leave more to run than a new object.
                Value::Object(map) if part.is_object() && dice.below(2) == 0 => {
                    let Value::Object(new) = part else { unreachable!("it is an object") };
                    map.extend(new.into_iter().filter(|_| dice.below(2) == 0));
                }
                old => *old = part,
            }
        }
        answered(&alone(&value), "a.json");
    }

    #[test]
    fn invented_scenarios_are_answered(seed in any::<u64>()) {
        let value = invented(&SCHEMA, &mut Dice(seed), 0);
        answered(&alone(&value), "a.json");
    }
}
