//! Who may name whom. The rooms and their order stand in `docs/architecture.md`.

use super::text::{Source, sources};
use proc_macro2::token_stream::IntoIter;
use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::iter::Peekable;

/// Rooms by floor, the lowest first; those of one floor do not name each other.
const FLOORS: [&[&str]; 7] = [
    &["engine", "grammar", "stats"],
    &["model"],
    &["forecast", "metrics"],
    &["scenario"],
    &["experiment"],
    &["report", "api"],
    &["cli"],
];

/// Inside the model, by floor; those of one floor may name each other.
const MODEL: [&[&str]; 10] = [
    &["alarm_state", "ids", "lifecycle", "status", "problem", "quantity", "purpose"],
    &["cause", "defect", "event", "fact", "names", "news", "step"],
    &["plan"],
    &["tables"],
    &["alarm", "routing", "traffic"],
    &["world"],
    &["capacity", "placement"],
    &["flows"],
    &["fault"],
    &["run"],
];

/// Arrows of the model that point up: the plan holds each fault as it runs; it calls none.
const MODEL_UP: [(&str, &str); 1] = [("plan", "fault")];

/// The rooms of flows, the lowest first: each names those below it only.
const FLOWS: [&str; 8] = ["rows", "cell", "task", "host", "scheduler", "scaling", "change", "traffic"];

/// Pairs of files of flows that may name each other.
const MUTUAL_MAX: usize = 2;

/// Floor of a room.
fn floor(rooms: &[&[&str]], name: &str) -> Option<usize> {
    rooms.iter().position(|floor| floor.contains(&name))
}

/// Every path that a file names, from the crate's root: of `use`, in the middle of the code and in macros alike.
fn named(source: &Source) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    paths(source.shipped.clone(), &source.module(), &mut found);
    found
}

fn paths(tokens: TokenStream, module: &[String], found: &mut Vec<Vec<String>>) {
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Group(group) => paths(group.stream(), module, found),
            TokenTree::Ident(word) if word == "crate" => branches(Vec::new(), &mut rest, found),
            TokenTree::Ident(word) if word == "super" => {
                branches(module[..module.len().saturating_sub(1)].to_vec(), &mut rest, found);
            }
            _ => {}
        }
    }
}

/// Adds the paths of a tree such as `a::{b, c::d}` of which the first step is taken.
fn branches(mut path: Vec<String>, rest: &mut Peekable<IntoIter>, found: &mut Vec<Vec<String>>) {
    let colon = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    let comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    while rest.next_if(colon).and_then(|_| rest.next_if(colon)).is_some() {
        match rest.next_if(|token| !matches!(token, TokenTree::Punct(_))) {
            Some(TokenTree::Ident(word)) if word == "super" => _ = path.pop(),
            Some(TokenTree::Ident(word)) => path.push(word.to_string()),
            Some(TokenTree::Group(group)) => {
                let mut inner = group.stream().into_iter().peekable();
                while let Some(word) = inner.next() {
                    branches([&path[..], &[word.to_string()]].concat(), &mut inner, found);
                    inner.find(comma);
                }
                return;
            }
            _ => break,
        }
    }
    found.push(path);
}

fn up(source: &Source, to: &[String]) -> Option<String> {
    let from = source.module();
    let told = |what: String| Some(format!("{}: {what}", source.path));
    let room = |path: &[String]| path.first().and_then(|name| floor(&FLOORS, name).map(|floor| (floor, name.clone())));
    let (Some((below, mine)), Some((above, theirs))) = (room(&from), room(to)) else { return None };
    if mine != theirs {
        return if above < below && !(mine == "model" && theirs == "stats") {
            None
        } else {
            told(format!("`{mine}` names `{theirs}`"))
        };
    }
    if mine != "model" {
        return None;
    }
    let part = |path: &[String]| path.get(1).and_then(|name| floor(&MODEL, name).map(|floor| (floor, name.clone())));
    let (Some((below, mine)), Some((above, theirs))) = (part(&from), part(to)) else { return None };
    let allowed = above <= below || MODEL_UP.contains(&(mine.as_str(), theirs.as_str()));
    if !allowed {
        return told(format!("`model::{mine}` names `model::{theirs}`"));
    }
    let room = |path: &[String]| FLOWS.iter().position(|room| path.get(2).is_some_and(|name| name == room));
    let between = mine == "flows" && theirs == "flows";
    match (room(&from), room(to)) {
        (Some(below), Some(above)) if between && above > below => {
            told(format!("`flows::{}` names `flows::{}`", FLOWS[below], FLOWS[above]))
        }
        _ => None,
    }
}

/// The file of flows that a path leads to, or stands in.
fn in_flows(path: &[String]) -> Option<String> {
    let [model, flows, room, file, ..] = path else { return None };
    (model == "model" && flows == "flows").then(|| format!("{room}/{file}"))
}

/// Pairs of files of flows that name each other.
fn mutual(sources: &[Source]) -> Vec<(String, String)> {
    let arrows = |source: &Source| {
        let from = in_flows(&source.module());
        let to: Vec<_> = named(source).iter().filter_map(|path| in_flows(path)).collect();
        from.into_iter().flat_map(move |from| to.clone().into_iter().map(move |to| (from.clone(), to)))
    };
    let all: BTreeSet<(String, String)> = sources.iter().flat_map(arrows).collect();
    let both = |(from, to): &&(String, String)| from < to && all.contains(&(to.clone(), from.clone()));
    all.iter().filter(both).cloned().collect()
}

#[test]
fn arrows_point_down() {
    let sources = sources(&["src"]);
    let found: Vec<String> =
        sources.iter().flat_map(|source| named(source).into_iter().filter_map(|to| up(source, &to))).collect();
    assert!(found.is_empty(), "arrows that point up: {found:#?}");
    let all: usize = sources.iter().map(|source| named(source).len()).sum();
    assert!(all > 500, "only {all} paths were found in the sources");
}

#[test]
fn stories_are_told_one_way() {
    let sources = sources(&["src/model/flows"]);
    let arrows = sources.iter().flat_map(named).filter(|path| in_flows(path).is_some()).count();
    assert!(arrows > 200, "only {arrows} arrows were found between files of flows");
    let found = mutual(&sources);
    assert!(found.len() <= MUTUAL_MAX, "files of flows that name each other: {found:#?}");
}

/// The room of the model that a path leads to; each room of flows by itself.
fn room_of_model(path: &[String]) -> Option<String> {
    let [model, room, ..] = path else { return None };
    let inner = path.get(2).filter(|inner| room == "flows" && FLOWS.contains(&inner.as_str()));
    (model == "model" && floor(&MODEL, room).is_some())
        .then(|| inner.map_or_else(|| room.clone(), |inner| format!("flows/{inner}")))
}

#[test]
fn no_circle_in_the_model() {
    let arrows = |source: &Source| -> Vec<(String, String)> {
        let Some(from) = room_of_model(&source.module()) else { return Vec::new() };
        let to = named(source).into_iter().filter_map(|path| room_of_model(&path));
        let arrows = to.map(|to| (from.clone(), to)).filter(|(from, to)| from != to);
        arrows.filter(|(from, to)| !MODEL_UP.contains(&(from.as_str(), to.as_str()))).collect()
    };
    let mut all: BTreeSet<(String, String)> = sources(&["src/model"]).iter().flat_map(arrows).collect();
    assert!(all.len() > 80, "only {} arrows were found between rooms", all.len());
    // Whoever is named by nobody that is left stands above all that are: what never gets there is a circle.
    loop {
        let below: BTreeSet<String> = all.iter().map(|(_, to)| to.clone()).collect();
        let before = all.len();
        all.retain(|(from, _)| below.contains(from));
        if all.len() == before {
            break;
        }
    }
    assert!(all.is_empty(), "arrows in a circle: {all:#?}");
}

/// What a file sets of what ECS and load balancers believe; a host that registers sets its own status.
fn beliefs(source: &Source) -> Vec<String> {
    let code = source.squeezed();
    let mut found = Vec::new();
    let whole = [".state=TaskState", "host.register("];
    for field in [".health", ".target", ".status", ".connected", "task.state"].into_iter().chain(whole) {
        for (at, _) in code.match_indices(field) {
            let rest = &code[at + field.len()..];
            let set = |rest: &str| rest.starts_with('=') && !rest.starts_with("==");
            if whole.contains(&field) || set(rest) || set(rest.trim_start_matches(')')) {
                found.push(format!("{}: `{field}`", source.path));
            }
        }
    }
    found
}

#[test]
fn belief_is_set_in_one_file() {
    let all = sources(&["src/model/flows", "src/model/fault"]);
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        all.iter().partition(|source| source.path == "src/model/flows/rows/belief.rs");
    assert!(here.iter().flat_map(|source| beliefs(source)).count() >= 15, "the file of beliefs sets none");
    let found: Vec<String> = elsewhere.into_iter().flat_map(beliefs).collect();
    assert!(found.is_empty(), "set in `flows/rows/belief.rs` only: {found:#?}");
}

#[test]
fn every_room_has_a_floor() {
    for source in sources(&["src"]) {
        let module = source.module();
        let known = module.first().is_none_or(|room| floor(&FLOORS, room).is_some());
        assert!(known, "{}: which floor is this room on?", source.path);
        if let [room, part, ..] = module.as_slice()
            && room == "model"
        {
            assert!(floor(&MODEL, part).is_some(), "{}: which floor of the model is this?", source.path);
            let known = part != "flows" || module.get(2).is_none_or(|room| FLOWS.contains(&room.as_str()));
            assert!(known, "{}: which room of flows is this?", source.path);
        }
    }
}

#[test]
fn an_arrow_up_is_found() {
    let wrong = |path: &str, text: &str| {
        let source = Source::of(path, text);
        named(&source).iter().filter_map(|to| up(&source, to)).count()
    };
    assert_eq!(wrong("src/model/tables/task.rs", "use crate::model::{ids::X, flows::task};"), 1);
    assert_eq!(wrong("src/model/tables/task.rs", "fn a() { super::super::flows::task::stop::gone(); }"), 1);
    assert_eq!(wrong("src/engine/run.rs", "use crate::{model::Plan, engine::{Time, Span}};"), 1);
    assert_eq!(wrong("src/metrics/objective.rs", "let x = crate::scenario::file::Objective;"), 1);
    assert_eq!(wrong("src/model/plan.rs", "use crate::stats::Moments;"), 1);
    assert_eq!(wrong("src/metrics/ledger.rs", "use crate::stats::Moments; use crate::model::{Fact, fact::Cause};"), 0);
    assert_eq!(wrong("src/model/flows/task/stop.rs", "use super::{launch, place}; use crate::model::world::World;"), 0);
    assert_eq!(wrong("src/model/flows/task/stop.rs", "use crate::model::flows::rows::{account, wake};"), 0);
    assert_eq!(wrong("src/model/flows/task/stop.rs", "use crate::model::flows::change::deploy;"), 1);
    assert_eq!(wrong("src/model/flows/task/stop.rs", "fn a() { super::super::scheduler::daemon::first(); }"), 1);
    assert_eq!(wrong("src/model/flows/change/alarms.rs", "use crate::model::fault::Strike;"), 1);
    let pair = [
        Source::of("src/model/flows/task/stop.rs", "use super::{launch, place};"),
        Source::of("src/model/flows/task/launch.rs", "use super::stop;"),
    ];
    assert_eq!(mutual(&pair), [("task/launch".to_owned(), "task/stop".to_owned())]);
    let sets = |text: &str| beliefs(&Source::of("src/model/flows/task/serve.rs", text)).len();
    assert_eq!(sets("task.health = Health::Healthy; (task.wanted, task.target) = x; host.status = y;"), 3);
    assert_eq!(sets("if task.health == h && task.state != s { pipe.state = PipeState::Back }"), 0);
}
