//! `evenkeel problem`: what the code of a problem means, and how to mend it.

use super::Exit;
use super::console::Console;
use crate::model::problem::{Code, nearest};

/// Prints the page of a code, or the list of all.
pub(crate) fn problem(code: Option<&str>, console: &mut Console) -> Exit {
    let Some(word) = code else {
        console.data(&list());
        return Exit::Fine;
    };
    let Some(code) = Code::ALL.iter().find(|code| code.word() == word) else {
        let hint = match nearest(word, Code::ALL.iter().map(|code| code.word())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`evenkeel problem` lists all".to_owned(),
        };
        console.error(&format!("error: no problem has the code `{word}`\nhint: {hint}"));
        return Exit::Invalid;
    };
    console.data(&page(*code));
    Exit::Fine
}

/// Every code, as it is written.
pub(super) fn codes() -> Vec<&'static str> {
    Code::ALL.iter().map(|code| code.word()).collect()
}

/// Every code with the first sentence of its page.
fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.word().len()).max().unwrap_or(0);
    let severity = |code: &Code| format!("{:?}", code.severity()).to_lowercase();
    let line = |code: &Code| format!("{:width$}  {:7}  {}\n", code.word(), severity(code), title(*code));
    Code::ALL.iter().map(line).collect::<String>()
        + "\n`evenkeel problem CODE` says what one means and how to mend it.\n"
}

/// The first line of a page.
fn title(code: Code) -> &'static str {
    code.page().lines().next().unwrap_or_default().trim()
}

/// The page as a terminal shows it: heads without `##`, examples without fences.
fn page(code: Code) -> String {
    let lines = code.page().lines().skip(1).map(|line| line.strip_prefix(' ').unwrap_or(line));
    let shown = lines.filter(|line| !line.starts_with("```")).map(|line| match line.strip_prefix("## ") {
        Some(head) => format!("{head}:\n"),
        None => format!("{line}\n"),
    });
    format!("{}: {}\n", code.word(), title(code)) + &shown.collect::<String>()
}
