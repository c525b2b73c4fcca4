//! Who may name whom. The rooms and their order stand in `docs/architecture.md`.

use super::text::{Source, sources};

/// Rooms by floor, the lowest first; those of one floor do not name each other.
const FLOORS: [&[&str]; 7] = [
    &["engine", "stats"],
    &["model"],
    &["forecast", "metrics"],
    &["scenario"],
    &["experiment"],
    &["report", "api"],
    &["cli"],
];

/// Inside the model, by floor; those of one floor may name each other.
const MODEL: [&[&str]; 8] = [
    &["alarm_state", "ids", "lifecycle", "status", "problem", "quantity", "purpose"],
    &["cause", "defect", "event", "fact", "names"],
    &["plan"],
    &["tables"],
    &["alarm", "capacity", "placement", "routing"],
    &["flows", "fault"],
    &["world"],
    &["audit"],
];

/// Arrows of the model that point up, each with the reason why.
const MODEL_UP: [(&str, &str); 6] = [
    // Handlers, effects and policies receive the world and what they may do in it.
    ("flows", "world"),
    ("fault", "world"),
    ("capacity", "world"),
    ("placement", "world"),
    // The plan holds each fault and each placement as it runs; it calls neither.
    ("plan", "fault"),
    ("plan", "placement"),
];

/// Floor of a room.
fn floor(rooms: &[&[&str]], name: &str) -> Option<usize> {
    rooms.iter().position(|floor| floor.contains(&name))
}

/// Every path that a file names, from the crate's root: of `use` and in the middle of the code alike.
fn named(source: &Source) -> Vec<Vec<String>> {
    let code = source.shipped_code();
    let mut found = Vec::new();
    let starts = code.match_indices("crate::").chain(code.match_indices("super::"));
    for (start, word) in starts {
        let before = code[..start].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let mut base = if word == "crate::" { Vec::new() } else { source.module() };
        let mut rest = &code[start..];
        while let Some(after) = rest.strip_prefix("super::") {
            base.pop();
            rest = after;
        }
        branches(&base, rest.trim_start_matches("crate::"), &mut found);
    }
    found
}

/// Adds the paths of a tree such as `a::{b, c::d}`, each with two more steps at most.
fn branches(base: &[String], text: &str, found: &mut Vec<Vec<String>>) {
    let mut path = base.to_vec();
    let mut rest = text;
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            parts(group).for_each(|part| branches(&path, part.trim(), found));
            return;
        }
        let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        path.push(word.clone());
        match rest[word.len()..].strip_prefix("::") {
            Some(after) => rest = after,
            None => break,
        }
    }
    found.push(path);
}

/// The parts of a group, up to its closing brace.
fn parts(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let mut cuts = vec![0];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                cuts.push(at + 1);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => cuts.push(at + 1),
            _ => {}
        }
    }
    let ends: Vec<(usize, usize)> = cuts.windows(2).map(|pair| (pair[0], pair[1] - 1)).collect();
    ends.into_iter().map(|(start, end)| group[start..end].trim()).filter(|part| !part.is_empty())
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
    if allowed { None } else { told(format!("`model::{mine}` names `model::{theirs}`")) }
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
fn every_room_has_a_floor() {
    for source in sources(&["src"]) {
        let module = source.module();
        let known = module.first().is_none_or(|room| floor(&FLOORS, room).is_some());
        assert!(known, "{}: which floor is this room on?", source.path);
        if let [room, part, ..] = module.as_slice()
            && room == "model"
        {
            assert!(floor(&MODEL, part).is_some(), "{}: which floor of the model is this?", source.path);
        }
    }
}

#[test]
fn an_arrow_up_is_found() {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), text: String::new(), code: text.to_owned() };
    let wrong = |path: &str, text: &str| {
        let source = source(path, text);
        named(&source).iter().filter_map(|to| up(&source, to)).count()
    };
    assert_eq!(wrong("src/model/tables/task.rs", "use crate::model::{ids::X, flows::launch};"), 1);
    assert_eq!(wrong("src/model/tables/task.rs", "fn a() { super::super::flows::stop::gone(); }"), 1);
    assert_eq!(wrong("src/engine/run.rs", "use crate::{model::Plan, engine::{Time, Span}};"), 1);
    assert_eq!(wrong("src/metrics/objective.rs", "let x = crate::scenario::file::Objective;"), 1);
    assert_eq!(wrong("src/model/plan.rs", "use crate::stats::Moments;"), 1);
    assert_eq!(wrong("src/metrics/ledger.rs", "use crate::stats::Moments; use crate::model::{Fact, fact::Cause};"), 0);
    assert_eq!(wrong("src/model/flows/stop.rs", "use super::{account, launch}; use crate::model::world::World;"), 0);
}
