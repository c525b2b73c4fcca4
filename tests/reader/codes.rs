//! Every code has a page, and the example on its page has the problem.

use evenkeel::internals::model::problem::Code;
use evenkeel::{Problem, Scenario, Texts};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What `evenkeel new` writes: the examples change it.
const BASE: &str = include_str!("../../src/cli/templates/web.json");

fn problems(text: &str) -> Vec<Problem> {
    Scenario::read("a.json", &Texts::one("a.json", text)).problems.list
}

/// The lines of a part of a page, without fences.
fn part(code: Code, head: &str) -> Vec<&'static str> {
    let lines = code.page().lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
    let inside = lines.skip_while(move |line| line.strip_prefix("## ") != Some(head)).skip(1);
    inside
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| !line.is_empty() && !line.starts_with("```"))
        .collect()
}

/// Writes a value at a pointer; null takes it away.
fn set(scenario: &mut Value, pointer: &str, value: Value) {
    let (inside, last) = pointer.rsplit_once('/').unwrap();
    match scenario.pointer_mut(inside) {
        Some(Value::Array(list)) if last.parse() == Ok(list.len()) => list.push(value),
        Some(Value::Array(list)) => list[last.parse::<usize>().unwrap()] = value,
        Some(Value::Object(map)) if value.is_null() => assert!(map.remove(last).is_some(), "{pointer}"),
        Some(Value::Object(map)) => {
            map.insert(last.to_owned(), value);
        }
        Some(_) | None => panic!("{inside} is not in the scenario"),
    }
}

/// The scenario with what an example says. A line that is no pointer stands for the text of its first field.
fn changed(example: &[&str]) -> String {
    let mut scenario: Value = serde_json::from_str(BASE).unwrap();
    let mut text = None;
    for line in example {
        match line.split_once(" = ") {
            Some((pointer, value)) => set(&mut scenario, pointer, serde_json::from_str(value).unwrap()),
            None => text = line.split_once(", ").map(|(first, _)| (first, *line)),
        }
    }
    let whole = serde_json::to_string_pretty(&scenario).unwrap();
    text.map_or(whole.clone(), |(first, line)| whole.replacen(first, line, 1))
}

#[test]
fn the_base_of_the_examples_is_sound() {
    let found = problems(BASE);
    let notes: BTreeSet<&str> = found.iter().map(|problem| problem.code.word()).collect();
    assert_eq!(notes, ["default"].into(), "{found:#?}");
}

#[test]
fn every_example_has_its_problem() {
    for code in Code::ALL {
        // It takes more than a hundred problems.
        if *code == Code::Truncated {
            continue;
        }
        let example = part(*code, "Example");
        assert!(!example.is_empty(), "{code} has no example");
        let found = problems(&changed(&example));
        assert!(found.iter().any(|problem| problem.code == *code), "{code}: {example:?}\n{found:#?}");
        assert!(found.iter().filter(|problem| problem.code == *code).all(|one| one.severity == code.severity()));
    }
}

#[test]
fn what_is_not_listed_is_counted() {
    let fields: Map<String, Value> = (0..300).map(|row| (format!("field-{row}"), Value::Bool(true))).collect();
    let found = problems(&Value::Object(fields).to_string());
    assert!(found.iter().any(|problem| problem.code == Code::Truncated), "{found:#?}");
}

#[test]
fn every_page_has_its_parts_and_every_code_its_word() {
    let mut words = BTreeSet::new();
    for code in Code::ALL {
        let page = code.page();
        let title = page.lines().next().unwrap().trim();
        assert!(title.ends_with('.') && title.len() < 100, "{code}: {title}");
        assert!(!part(*code, "Mend").is_empty(), "{code}");
        assert!(words.insert(code.word()), "{code} twice");
        let shape = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(code.word().chars().all(shape), "{code}");
    }
}

/// What follows from a thing that is broken is not told, whatever else is.
#[test]
fn what_follows_from_a_broken_thing_is_silent() {
    use evenkeel::internals::model::problem::{Noun, Problems};
    let mut out = Problems::default();
    out.broken(Noun::Service, "shop/web");
    out.unknown(Noun::Service, "shop/web", "/traffic/0/service", ["shop/api"]);
    assert!(out.list.is_empty(), "{:#?}", out.list);
    out.unknown(Noun::Cluster, "shop/web", "/faults/0/taskCrash/cluster", ["shop"]);
    out.unknown(Noun::Service, "shop/wed", "/traffic/1/service", ["shop/api"]);
    let hints: Vec<Option<&str>> = out.list.iter().map(|problem| problem.hint.as_deref()).collect();
    assert_eq!(hints, [Some("known: shop"), Some("did you mean `shop/web`?")]);
    out.broken(Noun::Cluster, "");
    out.unknown(Noun::Cluster, "anything", "/a", []);
    assert_eq!(out.list.len(), 2, "a thing without a name may have any");
}
