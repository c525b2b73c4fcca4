//! Words for values, types and forms.

use serde_json::Value;

/// What should have been written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Want {
    Text,
    Duration,
    /// A rate.
    Rate,
    /// A whole number.
    Whole,
    Number,
    Bool,
    List,
    Object,
    /// Null.
    Null,
}

impl Want {
    /// In words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Want::Text => "a text",
            Want::Duration => "a length of time such as \"45m\"",
            Want::Rate => "a rate such as \"20/s\"",
            Want::Whole => "a whole number",
            Want::Number => "a number",
            Want::Bool => "true or false",
            Want::List => "a list `[ ... ]`",
            Want::Object => "an object `{ ... }`",
            Want::Null => "null",
        }
    }

    fn is_text(self) -> bool {
        matches!(self, Want::Text | Want::Duration | Want::Rate)
    }
}

/// What a pointer's last step is called in a message.
pub fn subject(at: &str) -> String {
    let Some((before, last)) = at.rsplit_once('/') else { return "the scenario".into() };
    let last = last.replace("~1", "/").replace("~0", "~");
    match before.rsplit_once('/') {
        Some((_, list)) if is_index(&last) => format!("`{list}[{last}]`"),
        _ => format!("`{}`", short(&last)),
    }
}

/// Whether a step of a pointer counts entries of a list.
fn is_index(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit())
}

/// A text that fits into a line.
pub fn short(text: &str) -> String {
    const LETTERS_MAX: usize = 60;
    let mut letters = text.chars();
    let mut head: String = letters.by_ref().take(LETTERS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if letters.next().is_some() {
        head.push_str("...");
    }
    head
}

/// A list of names that fits into a line.
pub fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const NAMES_MAX: usize = 12;
    let mut names: Vec<&str> = names.collect();
    let more = names.len() > NAMES_MAX;
    names.truncate(NAMES_MAX);
    let mut text = names.join(", ");
    if more {
        text.push_str(", ...");
    }
    text
}

/// The known name nearest to `wrong`, if one is near enough to be meant.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored =
        known.into_iter().map(|name| (strsim::damerau_levenshtein(&wrong.to_lowercase(), &name.to_lowercase()), name));
    let (distance, name) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance <= 2.max(wrong.len() / 3)).then_some(name)
}

/// A value that was written, as a message names it.
pub(super) fn given(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        Value::String(text) => format!("the text `{}`", short(text)),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

/// The number before a sign of per cent.
fn of_hundred(text: &str) -> Option<f64> {
    text.trim().strip_suffix('%')?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// The way from a value of the wrong type to one of the right one.
pub(super) fn mend(value: &Value, wanted: &[Want], like: Option<&str>, at: &str) -> String {
    let wants = |want: Want| wanted.contains(&want);
    let only_text = wanted.iter().all(|want| want.is_text());
    match value {
        Value::String(text) if (wants(Want::Whole) || wants(Want::Number)) && of_hundred(text).is_some() => {
            let number = of_hundred(text).unwrap_or_default();
            if wants(Want::Whole) || at.to_lowercase().ends_with("percent") {
                format!("write {number} without the sign")
            } else {
                format!("write {}: a share from 0 to 1", number / 100.0)
            }
        }
        Value::String(text) if (wants(Want::Whole) || wants(Want::Number)) && text.trim().parse::<f64>().is_ok() => {
            format!("write {} without quotes", short(text.trim()))
        }
        Value::String(text) if wants(Want::Bool) && (text == "true" || text == "false") => {
            format!("write {text} without quotes")
        }
        Value::Number(number) if wants(Want::Whole) => {
            let floor = number.as_f64().map_or(0.0, libm::floor);
            format!("write {floor} or {}", floor + 1.0)
        }
        Value::Number(number) if only_text => format!("write \"{number}\" in quotes"),
        Value::Bool(bit) if only_text => format!("write \"{bit}\" in quotes"),
        Value::Null if !is_index(at.rsplit('/').next().unwrap_or("")) => "leave the field out instead".into(),
        Value::Object(_) if wants(Want::List) => "write a list with this object in it: [ { ... } ]".into(),
        Value::Array(_) if wants(Want::Object) => "take the object out of its list".into(),
        Value::String(_) if wants(Want::List) => "write a list with this text in it: [ \"...\" ]".into(),
        _ => match (like, wanted.first()) {
            (_, Some(Want::Bool)) => "write true or false, without quotes".into(),
            (Some(example), _) => format!("write it like {example}"),
            (_, Some(Want::Duration)) => "write it like \"45m\", \"2h30m\", \"90s\" or \"PT5M\"".into(),
            (_, Some(Want::Rate)) => "write it like \"20/s\", \"500/min\" or \"3/h\"".into(),
            (_, Some(Want::Whole | Want::Number)) => "write a number without quotes, such as 3".into(),
            (_, Some(Want::List)) => "write it in square brackets: [ ... ]".into(),
            (_, Some(Want::Object)) => "write its fields in braces: { \"field\": value }".into(),
            _ => "write one text in double quotes".into(),
        },
    }
}
