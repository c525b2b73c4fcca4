//! `docs/reference.md`: every object and field of a scenario file. Types, ranges, defaults and words come from the
//! schema; examples are what the shipped scenarios hold.

use super::examples::{self, Examples};
use super::text::here;
use evenkeel::internals::metrics::Subject;
use evenkeel::internals::scenario::schema;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write;
use std::fs;

const HEAD: &str = "# Scenario files: reference

Every object and every field that a scenario file can hold. This page is made from the schema of the program, and its
examples are taken from the shipped scenarios. `evenkeel new NAME --from KIND` writes a file with comments to start
from; [scenarios.md](scenarios.md) lists complete ones, [model.md](model.md) says what each rule of the model is, and
[results.md](results.md) what comes out.

- A file is one JSON object, the [scenario](#scenario). Keys are spelled as below; a key that is not known is an error
  with the nearest one that is. `null` is as good as a field that is not written.
- Objects of AWS (services, task definitions, capacity providers, Auto Scaling groups, alarms) have the names and shapes
  that the AWS CLI prints, and can stand in a file of their own: `{ \"$file\": \"web.service.json\" }`, relative to the
  file that names it.
- `\"$comment\"`, a text or a list of texts, may stand in any object and is read by people only.
- *Needed* fields must be written. Behind every default stands where it comes from: sourced (AWS says so), calculated
  (it follows from something else), or a model choice. Ids in brackets lead to [sources.md](sources.md).
- `evenkeel check FILE` says what is wrong, what is not used, and every default that was taken.
";

/// What stands behind plain types.
const VALUES: &str = "
## Values

### Lengths of time

A text with units: `\"45m\"`, `\"2h30m\"`, `\"90s\"`, `\"1500ms\"`, `\"30d\"`, or as ISO 8601 has it, `\"PT5M\"`. A number
without a unit is refused.

### Rates

A text: how many, a slash, and `s`, `min`, `h` or `d`: `\"20/s\"`, `\"500/min\"`, `\"3/h\"`.

### Shares

Numbers from 0 to 1: `0.25` is a quarter. Percentages of AWS stay percentages: `minimumHealthyPercent` is `50`.

### Names

A service is named `cluster/service`, as in `shop/web`. A zone is named by its id (`use1-az1`) or, where it says so, by
its name (`us-east-1a`).
";

/// The page, while it is written.
struct Book {
    defs: Map<String, Value>,
    examples: Examples,
    page: String,
    cited: BTreeSet<String>,
}

/// Name of a definition that a schema refers to.
fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/$defs/")
}

/// Every definition that a schema names, in order; not those that these name.
fn named(schema: &Value, found: &mut Vec<String>) {
    if let Some(name) = referred(schema) {
        found.push(name.to_owned());
    }
    match schema {
        Value::Object(map) => map.values().for_each(|one| named(one, found)),
        Value::Array(list) => list.iter().for_each(|one| named(one, found)),
        _ => {}
    }
}

/// A number without needless digits, with commas between thousands.
fn number(value: &Value) -> String {
    let number = value.as_f64().unwrap();
    if number.fract() != 0.0 {
        return number.to_string();
    }
    let digits = format!("{}", number.abs() as u64);
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0.0 { format!("-{out}") } else { out }
}

fn range(schema: &Value) -> String {
    let (least, most) = (&schema["minimum"], &schema["maximum"]);
    match (least.is_null(), most.is_null()) {
        (false, false) if least == most => format!(", {}", number(least)),
        (false, false) => format!(", {} to {}", number(least), number(most)),
        (false, true) => format!(", {} or more", number(least)),
        (true, false) => format!(", at most {}", number(most)),
        (true, true) => String::new(),
    }
}

/// The unit that the name of a number carries.
fn unit(field: &str) -> &'static str {
    let ends = |end: &str| field.to_lowercase().ends_with(end);
    match () {
        () if ends("seconds") || ["period", "timeout", "interval", "startPeriod", "stopTimeout"].contains(&field) => {
            " of seconds"
        }
        () if ends("inminutes") => " of minutes",
        () if ends("percent") || field == "targetCapacity" => " of percent",
        () if ends("megabytes") || ends("mib") => " of MiB",
        () => "",
    }
}

/// The type of a field in words.
fn type_of(field: &str, schema: &Value) -> String {
    if let Some(name) = referred(schema) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(ways) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        let ways: Vec<String> = ways.iter().map(|way| type_of(field, way)).collect();
        return ways.join(" or ");
    }
    if let Some(word) = schema["const"].as_str() {
        return format!("`{word}`");
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("string"), Some("evenkeel-duration")) => "[length of time](#lengths-of-time)".to_owned(),
        (Some("string"), Some("evenkeel-rate")) => "[rate](#rates)".to_owned(),
        (Some("string"), _) if !schema["pattern"].is_null() => "time of the day".to_owned(),
        (Some("string"), _) => "text".to_owned(),
        (Some("integer"), _) => format!("whole number{}{}", unit(field), range(schema)),
        (Some("number"), _) => format!("number{}{}", unit(field), range(schema)),
        (Some("boolean"), _) => "true or false".to_owned(),
        (Some("array"), _) if schema["items"].is_object() => format!("list of {}", type_of(field, &schema["items"])),
        (Some("array"), _) => "list".to_owned(),
        (Some("object"), _) if schema["additionalProperties"].is_object() => {
            format!("object: names with {}", type_of(field, &schema["additionalProperties"]))
        }
        (Some("object"), _) => "object".to_owned(),
        _ => match schema["type"].as_array() {
            Some(types) => types.iter().map(|one| one.as_str().unwrap()).collect::<Vec<_>>().join(" or "),
            None => "any value".to_owned(),
        },
    }
}

/// What a field is, and its default with its label.
fn told(schema: &Value) -> (String, String) {
    let text = schema["description"].as_str().unwrap_or_default().replace('\n', " ").replace('|', "or");
    match text.rsplit_once("Default: ") {
        Some((what, default)) => (what.trim().to_owned(), default.trim_end_matches('.').to_owned()),
        None => (text, String::new()),
    }
}

/// A paragraph in lines of at most 118 columns.
fn wrapped(text: &str, page: &mut String) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.chars().count() + word.chars().count() > 117 {
            writeln!(page, "{line}").unwrap();
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(page, "{line}").unwrap();
}

impl Book {
    /// Paragraphs of a description; its titles stand in bold at their heads.
    fn prose(&mut self, text: &str) {
        let mut title = String::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            if let Some(head) = line.strip_prefix("## ") {
                title = format!("**{head}.** ");
            } else {
                self.page.push('\n');
                wrapped(&format!("{title}{line}"), &mut self.page);
                title.clear();
            }
        }
    }

    fn row(&mut self, owner: &str, field: &str, schema: &Value, needed: bool) {
        let (what, default) = told(schema);
        let default = if needed { "*needed*".to_owned() } else { default };
        let example = self.examples.of_field(owner, field, schema, &self.defs).unwrap_or_default();
        let example = if example.is_empty() { example } else { format!("`{example}`") };
        let what = if what.is_empty() { "-".to_owned() } else { what };
        writeln!(self.page, "| `{field}` | {} | {default} | {what} | {example} |", type_of(field, schema)).unwrap();
    }

    /// The fields of an object, then those that it takes and that do not reach what runs.
    fn fields(&mut self, owner: &str, schema: &Value) {
        let needed: BTreeSet<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let kinds: Vec<&str> =
            schema["x-evenkeel-one-of"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let (mut rows, mut unused, mut bears) = (Vec::new(), Vec::new(), Vec::new());
        for (field, one) in schema["properties"].as_object().into_iter().flatten() {
            if one.get("x-evenkeel-unused").is_some() {
                unused.push(format!("`{field}`"));
            } else if one.get("x-evenkeel-bears").is_some() {
                bears.push(format!("`{field}`"));
            } else if !kinds.contains(&field.as_str()) {
                rows.push((field.clone(), one.clone()));
            }
        }
        if !rows.is_empty() {
            self.page.push_str("\n| Field | Type | Default | What it is | Example |\n|---|---|---|---|---|\n");
            for (field, one) in rows {
                self.row(owner, &field, &one, needed.contains(field.as_str()));
            }
        }
        if !kinds.is_empty() {
            // One way without any of them.
            let free = schema["oneOf"].as_array().into_iter().flatten().any(|way| way.get("not").is_some());
            let unless = if free { " (with a `preset` it may be left out)" } else { "" };
            writeln!(self.page, "\nAnd exactly one of these keys, which says what kind it is{unless}:\n").unwrap();
            self.page.push_str("| Key | What it is |\n|---|---|\n");
            for kind in kinds {
                let one = &schema["properties"][kind];
                let link = referred(one)
                    .map_or_else(|| format!("`{kind}`"), |name| format!("[`{kind}`](#{})", name.to_lowercase()));
                writeln!(self.page, "| {link} | {} |", told(one).0).unwrap();
            }
        }
        for (head, list) in [
            ("Accepted, and of no bearing on availability: ", unused),
            ("Accepted, bears on availability and is not modelled (`evenkeel check` warns of it): ", bears),
        ] {
            if !list.is_empty() {
                self.page.push('\n');
                wrapped(&format!("{head}{}.", list.join(", ")), &mut self.page);
            }
        }
    }

    /// One of several words, or one of several kinds.
    fn ways(&mut self, name: &str, ways: &[Value]) {
        if ways.iter().all(|way| way.get("const").is_some()) {
            self.page.push_str("\n| Word | What it means |\n|---|---|\n");
            for way in ways {
                writeln!(self.page, "| `{}` | {} |", way["const"].as_str().unwrap(), told(way).0).unwrap();
            }
            return;
        }
        let kinds: Vec<(&String, &Value)> =
            ways.iter().filter_map(|way| way["properties"].as_object()).flat_map(Map::iter).collect();
        if kinds.len() < ways.len() {
            let words: Vec<String> = ways.iter().map(|way| type_of("", way)).collect();
            self.page.push('\n');
            return wrapped(&format!("One of: {}.", words.join("; ")), &mut self.page);
        }
        self.page.push_str("\nAn object with exactly one of these keys:\n\n");
        self.page.push_str("| Key | What it is | Fields | Example |\n|---|---|---|---|\n");
        for (key, one) in kinds {
            let fields = match (referred(one), one["properties"].as_object()) {
                (None, Some(fields)) => {
                    let told = |(field, schema): (&String, &Value)| {
                        let (what, _) = told(schema);
                        format!("`{field}`: {}; {}", type_of(field, schema), what.trim_end_matches('.').to_lowercase())
                    };
                    fields.iter().map(told).collect::<Vec<_>>().join(". ")
                }
                _ => type_of(key, one),
            };
            let example = self.examples.of_field(name, key, one, &self.defs).unwrap_or_default();
            let example = if example.is_empty() { example } else { format!("`{{ \"{key}\": {example} }}`") };
            writeln!(self.page, "| `{key}` | {} | {fields} | {example} |", told(one).0).unwrap();
        }
    }

    fn definition(&mut self, name: &str) {
        let schema = self.defs[name].clone();
        write!(self.page, "\n### {name}\n").unwrap();
        self.prose(schema["description"].as_str().unwrap_or_default());
        if name == "Objective" {
            return self.objectives();
        }
        if let Some(ways) = schema["oneOf"].as_array().or(schema["anyOf"].as_array())
            && schema.get("properties").is_none()
        {
            self.ways(name, ways);
        } else {
            self.fields(name, &schema);
        }
        if let Some(example) = self.examples.of_object(name) {
            write!(self.page, "\n```json\n{example}\n```\n").unwrap();
        }
    }

    /// Whose results may be promised, and where their keys are explained.
    fn objectives(&mut self) {
        self.page.push_str("\n| Whose | Keys of its result | Explained in |\n|---|---|---|\n");
        for (subject, word) in Subject::ALL {
            let keys: Vec<String> = subject.keys().iter().map(|key| format!("`{}`", key.path)).collect();
            let whole = ["controlPlane", "runTasks", "cellularApplication", "scaling", "zonalAutoshift"].contains(word);
            let list = if whole { (*word).to_owned() } else { format!("{word}s") };
            let link = format!("[{list}](results.md#{})", list.to_lowercase());
            writeln!(self.page, "| `{word}` | {} | {link} |", keys.join(", ")).unwrap();
        }
        if let Some(example) = self.examples.of_object("Objective") {
            write!(self.page, "\n```json\n{example}\n```\n").unwrap();
        }
    }

    /// The page: the scenario, then for each of its fields what it leads to and nothing before it did.
    fn write(mut self, root: &Value) -> String {
        self.page.push_str("\n## Scenario\n");
        self.prose(root["description"].as_str().unwrap());
        self.fields("Scenario", root);
        self.page.push_str(VALUES);
        let mut seen = BTreeSet::new();
        let mut first = vec!["DurationOrLaw".to_owned(), "Law".to_owned()];
        seen.extend(first.iter().cloned());
        first.drain(..).for_each(|name| self.definition(&name));
        for (field, schema) in root["properties"].as_object().unwrap() {
            let mut names = Vec::new();
            named(schema, &mut names);
            let mut open: VecDeque<String> = names.into_iter().filter(|name| seen.insert(name.clone())).collect();
            if !open.is_empty() {
                write!(self.page, "\n## The field `{field}`\n").unwrap();
            }
            while let Some(name) = open.pop_front() {
                self.definition(&name);
                let mut names = Vec::new();
                named(&self.defs[&name], &mut names);
                open.extend(names.into_iter().filter(|name| seen.insert(name.clone())));
            }
        }
        let missing: Vec<&String> = self.defs.keys().filter(|name| !seen.contains(*name)).collect();
        assert!(missing.is_empty(), "no field leads to {missing:?}");
        self.cited = super::cited::cited(&self.page);
        self.page.push('\n');
        for id in &self.cited {
            writeln!(self.page, "[{id}]: sources.md#{id}").unwrap();
        }
        self.page
    }
}

fn page() -> String {
    let mut root = schema::value();
    let defs = root["$defs"].take();
    let Value::Object(defs) = defs else { panic!("a schema without definitions") };
    let examples = examples::gathered(&root, &defs);
    Book { defs, examples, page: HEAD.to_owned(), cited: BTreeSet::new() }.write(&root)
}

#[test]
fn every_field_of_a_scenario_is_explained() {
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(here("docs/reference.md"), &page).unwrap();
    }
    let committed = fs::read_to_string(here("docs/reference.md")).unwrap_or_default();
    assert!(committed == page, "run `UPDATE=1 cargo test --test house`");
}

/// A stranger reads it: no field without words, few without an example.
#[test]
fn no_field_of_the_reference_is_empty() {
    let page = page();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(super::docs::cells)
        .filter(|row| row.len() == 5)
        .collect();
    assert!(rows.len() > 300, "only {} fields", rows.len());
    for row in &rows {
        assert!(row[1] != "any value" && row[3].len() >= 4, "{row:?}");
        let plain = !row[1].contains("](#") || row[1].contains("(#lengths") || row[1].contains("(#rates");
        assert!(!plain || !row[4].is_empty(), "no example: {row:?}");
    }
    let heads: Vec<String> = page.lines().filter(|line| line.starts_with("### ")).map(str::to_lowercase).collect();
    assert_eq!(heads.iter().collect::<BTreeSet<_>>().len(), heads.len(), "two headings have the same anchor");
}
