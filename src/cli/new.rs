//! `evenkeel new`: a scenario to start from, small enough to read at once, with its explanations in `$comment`.

use super::Exit;
use super::console::Console;
use super::files;
use std::io::ErrorKind;
use std::path::PathBuf;

/// What is written; its name is put in.
const TEMPLATE: &str = include_str!("new.json");

/// Writes `NAME.json`.
pub(crate) fn new(name: &str, console: &mut Console) -> Exit {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    if stem.is_empty() || files::folder_name(stem) != stem {
        console.error(&format!("error: `{name}` cannot be a scenario's name\nhint: use letters, digits and dashes"));
        return Exit::Invalid;
    }
    let path = PathBuf::from(format!("{stem}.json"));
    if let Err(error) = files::create(&path, &text(stem)) {
        let hint = match error.kind() {
            ErrorKind::AlreadyExists => "nothing was changed; choose another name",
            _ => "the working directory has to be writable",
        };
        console.error(&format!("error: cannot write `{}`: {error}\nhint: {hint}", path.display()));
        return Exit::Invalid;
    }
    console.say(&format!(
        "wrote {0}\nnext:\n  evenkeel check {0}    what is doubtful, defaulted, derived\n  evenkeel run {0}      simulate it; \
         then take `desiredCount` down to 6 and run again",
        path.display()
    ));
    Exit::Fine
}

fn text(name: &str) -> String {
    TEMPLATE.replace("NAME", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_json_with_the_name_in_it() {
        let value: serde_json::Value = serde_json::from_str(&text("my-service")).unwrap();
        assert_eq!(value["name"], "my-service");
        let lines = TEMPLATE.lines().count();
        assert!((10..=80).contains(&lines), "{lines} lines");
    }
}
