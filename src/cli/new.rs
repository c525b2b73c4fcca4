//! `evenkeel new`: a scenario to start from, small enough to read at once with its explanations in `$comment`, or a
//! copy of a shipped one.

use super::args::New;
use super::console::Console;
use super::{Exit, files, render, stories};
use crate::model::problem::nearest;
use std::io::ErrorKind;
use std::path::PathBuf;

/// What is written; its name is put in.
const TEMPLATE: &str = include_str!("new.json");

/// Writes `NAME.json`, or lists the shipped scenarios.
pub(crate) fn new(new: &New, console: &mut Console) -> Exit {
    let Some(name) = &new.name else { return list(console) };
    let stem = name.strip_suffix(".json").unwrap_or(name);
    if stem.is_empty() || files::folder_name(stem) != stem || stem.starts_with('-') {
        let hint = "use letters, digits, spaces, dots and dashes, a letter or a digit first";
        console.error(&format!("error: `{name}` cannot be a scenario's name\nhint: {hint}"));
        return Exit::Invalid;
    }
    let text = match &new.from {
        None => TEMPLATE.replace("NAME", stem),
        Some(from) => match copy(from, stem) {
            Some(text) => text,
            None => return unknown(from, console),
        },
    };
    let path = PathBuf::from(format!("{stem}.json"));
    if let Err(error) = files::create(&path, &text) {
        let hint = match error.kind() {
            ErrorKind::AlreadyExists => "nothing was changed; choose another name",
            _ => "the working directory has to be writable",
        };
        console.error(&format!("error: cannot write `{}`: {error}\nhint: {hint}", path.display()));
        return Exit::Invalid;
    }
    let typed = render::quoted(&path.to_string_lossy());
    let then = if new.from.is_some() { "" } else { "; then take `desiredCount` down to 6 and run again" };
    console.say(&format!(
        "wrote {}\nnext:\n  evenkeel check {typed}    what is doubtful, defaulted, derived\n  evenkeel run {typed}      simulate it{then}",
        path.display()
    ));
    Exit::Fine
}

/// A shipped scenario under another name, with every file that it names put in.
fn copy(from: &str, name: &str) -> Option<String> {
    let mut written = stories::scenario(from)?.written().clone();
    let fields = written.as_object_mut()?;
    fields.insert("name".to_owned(), name.into());
    // The schema stands beside the shipped scenarios, not beside a copy.
    fields.shift_remove("$schema");
    Some(format!("{written:#}\n"))
}

fn unknown(from: &str, console: &mut Console) -> Exit {
    let hint = match nearest(from, stories::names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`evenkeel new --list` lists them".to_owned(),
    };
    console.error(&format!("error: no shipped scenario is called `{from}`\nhint: {hint}"));
    Exit::Invalid
}

/// The shipped scenarios: name and first sentence.
fn list(console: &mut Console) -> Exit {
    let lines = stories::names().map(|name| format!("{name:<30} {}\n", stories::first_sentence(name)));
    console.data(&lines.collect::<String>());
    Exit::Fine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_json_with_the_name_in_it() {
        let value: serde_json::Value = serde_json::from_str(&TEMPLATE.replace("NAME", "my-service")).unwrap();
        assert_eq!(value["name"], "my-service");
        let lines = TEMPLATE.lines().count();
        assert!((10..=80).contains(&lines), "{lines} lines");
    }
}
