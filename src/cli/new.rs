//! `evenkeel new`: a scenario to start from, small enough to read at once with its explanations in `$comment`, or a
//! copy of a shipped one.

use super::args::New;
use super::console::Console;
use super::templates::{self, Template};
use super::{Exit, files, render, stories};
use crate::model::problem::nearest;
use std::io::{Error, ErrorKind};
use std::path::PathBuf;

/// Writes `NAME.json`, or lists what there is to start from.
pub(crate) fn new(new: &New, console: &mut Console) -> Exit {
    let Some(name) = &new.name else { return list(console) };
    let stem = name.strip_suffix(".json").unwrap_or(name);
    if stem.is_empty() || files::folder_name(stem) != stem || stem.starts_with('-') {
        let hint = "use letters, digits, spaces, dots and dashes, a letter or a digit first";
        console.error(&format!("error: `{name}` cannot be a scenario's name\nhint: {hint}"));
        return Exit::Invalid;
    }
    let from = new.from.as_deref().unwrap_or(templates::USUAL);
    if let Some(template) = templates::find(from) {
        return write(stem, &template.scenario(stem), Some(template), console);
    }
    match copy(from, stem) {
        Some(text) => write(stem, &text, None, console),
        None => unknown(from, console),
    }
}

/// Writes the scenario, and before it the folder of files that a template names.
fn write(stem: &str, text: &str, template: Option<&Template>, console: &mut Console) -> Exit {
    let path = PathBuf::from(format!("{stem}.json"));
    let folder = PathBuf::from(format!("{stem}-aws"));
    let beside = template.map_or(&[][..], |template| template.files);
    if path.exists() {
        return refused(&path, &ErrorKind::AlreadyExists.into(), console);
    }
    if !beside.is_empty()
        && let Err(error) = files::create_folder(&folder, beside)
    {
        return refused(&folder, &error, console);
    }
    if let Err(error) = files::create(&path, text) {
        if !beside.is_empty() {
            files::remove_folder(&folder);
        }
        return refused(&path, &error, console);
    }
    let (also, then) = match template {
        None => (String::new(), String::new()),
        Some(template) if beside.is_empty() => (String::new(), format!("; then {}", template.then)),
        Some(template) => (format!(" and the folder {}", folder.display()), format!("; then {}", template.then)),
    };
    let typed = render::quoted(&path.to_string_lossy());
    console.say(&format!(
        "wrote {}{also}\nnext:\n  evenkeel check {typed}    what is doubtful, defaulted, derived\n  evenkeel run {typed}      simulate it{then}",
        path.display()
    ));
    Exit::Fine
}

fn refused(path: &std::path::Path, error: &Error, console: &mut Console) -> Exit {
    let hint = match error.kind() {
        ErrorKind::AlreadyExists => "nothing was changed; choose another name",
        _ => "the working directory has to be writable",
    };
    let words =
        if error.kind() == ErrorKind::AlreadyExists { "it is there already".to_owned() } else { error.to_string() };
    console.error(&format!("error: cannot write `{}`: {words}\nhint: {hint}", path.display()));
    Exit::Invalid
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
    let names = templates::names().chain(stories::names());
    let hint = match nearest(from, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`evenkeel new --list` lists them".to_owned(),
    };
    console.error(&format!("error: no template and no shipped scenario is called `{from}`\nhint: {hint}"));
    Exit::Invalid
}

/// Templates, then the shipped scenarios: name and first sentence.
fn list(console: &mut Console) -> Exit {
    let mut page = "Templates, with comments to start from\n".to_owned();
    let templates = templates::ALL.iter().map(|template| (template.name, template.about.to_owned()));
    let shipped = stories::names().map(|name| (name, stories::first_sentence(name)));
    page.extend(templates.map(line));
    page.push_str("\nShipped scenarios, to copy\n");
    page.extend(shipped.map(line));
    console.data(&page);
    Exit::Fine
}

fn line((name, about): (&str, String)) -> String {
    format!("  {name:<30} {about}\n")
}
