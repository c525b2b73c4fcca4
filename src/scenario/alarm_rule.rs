//! `AlarmRule` of composite alarms: text in, an expression over names out.
//!
//! ```text
//! any  = all  { "OR" all }
//! all  = one  { "AND" one }
//! one  = "NOT" one | "(" any ")" | "TRUE" | "FALSE" | state "(" name ")"
//! ```
//! That `NOT` ranks before `AND`, and `AND` before `OR`, is a model choice: CloudWatch documents the words, and no
//! rank. `AT_LEAST` is left out.

use crate::model::alarm_state::State;
use crate::model::plan::Expression;
use crate::model::problem::nearest;

const STATES: [(&str, State); 3] =
    [("ALARM", State::Alarm), ("OK", State::Ok), ("INSUFFICIENT_DATA", State::InsufficientData)];
const WORDS: [&str; 8] = ["ALARM", "OK", "INSUFFICIENT_DATA", "TRUE", "FALSE", "AND", "OR", "NOT"];
/// Rules inside each other (model choice: more is a slip, and would use up the stack).
const DEEPEST: u32 = 100;

type Rule = Expression<String>;
type Found = Result<Rule, Wrong>;

/// What is wrong with a rule, and the way out.
#[derive(Debug, PartialEq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) hint: String,
}

pub(super) fn parse(text: &str) -> Found {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let rule = reader.any()?;
    match reader.peek() {
        "" => Ok(rule),
        ")" => Err(reader.wrong("this `)` closes nothing", "take it out, or open it before")),
        word => {
            let word = word.to_owned();
            Err(reader.unexpected(&word, "`AND`, `OR` or the end"))
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
}

impl<'t> Reader<'t> {
    fn any(&mut self) -> Found {
        let parts = self.joined("OR", Reader::all)?;
        Ok(one_or(parts, Expression::Any))
    }

    fn all(&mut self) -> Found {
        let parts = self.joined("AND", Reader::one)?;
        Ok(one_or(parts, Expression::All))
    }

    fn joined(&mut self, word: &str, part: fn(&mut Reader<'t>) -> Found) -> Result<Vec<Rule>, Wrong> {
        let mut parts = vec![part(self)?];
        while self.peek() == word {
            self.take();
            parts.push(part(self)?);
        }
        Ok(parts)
    }

    fn one(&mut self) -> Found {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.wrong("this stands too deep", format!("write at most {DEEPEST} rules inside each other")));
        }
        let word = self.peek();
        let found = match word {
            "TRUE" | "FALSE" => {
                self.take();
                Expression::Constant(word == "TRUE")
            }
            "NOT" => {
                self.take();
                Expression::Not(Box::new(self.one()?))
            }
            "(" => {
                self.take();
                let inner = self.any()?;
                self.close("this `(` is not closed")?;
                inner
            }
            _ => match STATES.iter().find(|(name, _)| *name == word) {
                Some((_, state)) => self.state(*state)?,
                None => return Err(self.unexpected(word, "a function such as `ALARM(name)`")),
            },
        };
        self.depth -= 1;
        Ok(found)
    }

    /// `ALARM(name)`, from its word on.
    fn state(&mut self, state: State) -> Found {
        let word = self.take();
        if self.peek() != "(" {
            return Err(self.wrong(&format!("`{word}` names no alarm"), format!("write `{word}(name)`")));
        }
        self.take();
        self.skip();
        let name = self.name()?;
        if name.is_empty() {
            return Err(self.wrong(&format!("`{word}` names no alarm"), format!("write `{word}(name)`")));
        }
        self.close("after the name stands no `)`")?;
        // An ARN ends with the name.
        let name = name.strip_prefix("arn:").and_then(|arn| arn.split_once(":alarm:")).map_or(name, |(_, name)| name);
        Ok(Expression::Is(name.to_owned(), state))
    }

    /// A name, in quotes or up to the next bracket.
    fn name(&mut self) -> Result<&'t str, Wrong> {
        let rest = &self.text[self.at..];
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let Some(end) = rest[1..].find(quote) else {
                return Err(self.wrong("this name is not closed", format!("end it with `{quote}`")));
            };
            self.at += end + 2;
            return Ok(&rest[1..=end]);
        }
        let end = rest.find(['(', ')', '"', '\'']).unwrap_or(rest.len());
        self.at += end;
        Ok(rest[..end].trim())
    }

    fn close(&mut self, message: &str) -> Result<(), Wrong> {
        if self.peek() != ")" {
            return Err(self.wrong(message, "add `)`; names with brackets or quotes stand in quotes"));
        }
        self.take();
        Ok(())
    }

    fn skip(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// The next word or bracket; empty at the end.
    fn peek(&mut self) -> &'t str {
        self.skip();
        let rest = &self.text[self.at..];
        if rest.starts_with(['(', ')']) {
            return &rest[..1];
        }
        &rest[..rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).unwrap_or(rest.len())]
    }

    fn take(&mut self) -> &'t str {
        let word = self.peek();
        self.at += word.len();
        word
    }

    fn unexpected(&self, word: &str, wanted: &str) -> Wrong {
        if word.is_empty() {
            return self.wrong("the rule ends too early", format!("write {wanted}"));
        }
        let upper = word.to_uppercase();
        let hint = match nearest(&upper, WORDS) {
            _ if WORDS.contains(&word) => format!("write {wanted} here"),
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write {wanted}; known: {}", WORDS.join(", ")),
        };
        let message = if WORDS.contains(&word) {
            format!("`{word}` does not fit here")
        } else {
            format!("`{word}` is not a word of a rule")
        };
        self.wrong(&message, hint)
    }

    fn wrong(&self, message: &str, hint: impl Into<String>) -> Wrong {
        let place = self.text[..self.at].chars().count() + 1;
        Wrong { message: format!("letter {place} of the rule: {message}"), hint: hint.into() }
    }
}

fn one_or(mut parts: Vec<Rule>, many: fn(Vec<Rule>) -> Rule) -> Rule {
    if parts.len() == 1 { parts.remove(0) } else { many(parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it was understood, with brackets everywhere.
    fn told(rule: &Expression<String>) -> String {
        let join = |parts: &[Expression<String>], word: &str| {
            format!("[{}]", parts.iter().map(told).collect::<Vec<_>>().join(word))
        };
        match rule {
            Expression::Constant(value) => value.to_string(),
            Expression::Is(name, state) => format!("{state:?} {name}"),
            Expression::Not(inner) => format!("!{}", told(inner)),
            Expression::All(parts) => join(parts, " & "),
            Expression::Any(parts) => join(parts, " | "),
        }
    }

    fn reads(text: &str, expected: &str) {
        assert_eq!(parse(text).map(|rule| told(&rule)), Ok(expected.to_owned()), "{text}");
    }

    fn fails(text: &str, message: &str, hint: &str) {
        let wrong = parse(text).unwrap_err();
        assert!(wrong.message.contains(message) && wrong.hint.contains(hint), "{text}: {wrong:?}");
    }

    #[test]
    fn rules_are_read_as_they_are_written() {
        reads("ALARM(a)", "Alarm a");
        reads("ALARM(a) AND NOT (OK(b) OR INSUFFICIENT_DATA(c))", "[Alarm a & ![Ok b | InsufficientData c]]");
        reads("ALARM(a) OR ALARM(b) AND ALARM(c)", "[Alarm a | [Alarm b & Alarm c]]");
        reads("NOT ALARM(a) AND NOT NOT OK(b)", "[!Alarm a & !!Ok b]");
        reads("  TRUE\n OR(FALSE)", "[true | false]");
        reads(r#"ALARM("two (words)") AND OK( 'it "is"' )"#, r#"[Alarm two (words) & Ok it "is"]"#);
        reads("ALARM(arn:aws:cloudwatch:us-east-1:111122223333:alarm:a/b)", "Alarm a/b");
        reads("ALARM ( name with spaces )", "Alarm name with spaces");
    }

    #[test]
    fn what_is_no_rule_says_where() {
        fails("", "letter 1 of the rule: the rule ends too early", "ALARM(name)");
        fails("ALARM(a) AND", "letter 13 of the rule: the rule ends too early", "ALARM(name)");
        fails("ALRM(a)", "letter 1 of the rule: `ALRM` is not a word", "did you mean `ALARM`?");
        fails("ALARM(a) and OK(b)", "letter 10 of the rule: `and` is not a word", "did you mean `AND`?");
        fails("ALARM(a) OK(b)", "letter 10 of the rule: `OK` does not fit here", "`AND`, `OR` or the end");
        fails("(ALARM(a)", "is not closed", "add `)`");
        fails("ALARM(a))", "closes nothing", "take it out");
        fails("ALARM(a", "after the name stands no `)`", "add `)`");
        fails("ALARM(\"a)", "not closed", "end it with `\"`");
        fails("ALARM()", "`ALARM` names no alarm", "write `ALARM(name)`");
        fails("OK AND ALARM(a)", "`OK` names no alarm", "write `OK(name)`");
        fails("AT_LEAST(2, ALARM, (a, b))", "`AT_LEAST` is not a word", "known: ALARM");
        fails(&"(".repeat(5_000), "too deep", "at most 100");
        fails(&"NOT ".repeat(2_500), "too deep", "at most 100");
    }
}
