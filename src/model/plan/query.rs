//! The cluster query language of `memberOf`: `attribute:ecs.instance-type =~ m5.* and not(task:group == service:db)`.
//!
//! Source: [ecs-query-language]. Every operator of the language is read, in both spellings (`==` and `equals`). Model
//! choice: a host without the attribute differs from every value.

use regex_lite::Regex;
use std::cmp::Ordering;

/// The longest expression, in characters (sourced: [ecs-query-language]).
pub const LONGEST: usize = 2_000;
/// The deepest nesting of brackets and `not` that is read (model choice).
const DEEPEST: u32 = 64;

/// A parsed expression.
#[derive(Debug, Clone)]
pub struct Expression {
    pub text: String,
    root: Node,
}

/// Two expressions are the same when they are written the same.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Why a text is no expression.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message} at character {position}")]
pub struct ParseError {
    /// Where, in characters from 0.
    pub position: usize,
    pub message: String,
}

#[derive(Debug, Clone)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test { subject: String, test: Test },
}

/// How a value has to stand to a bound.
type Holds = fn(Ordering) -> bool;

#[derive(Debug, Clone)]
enum Test {
    Exists,
    OneOf(Vec<String>),
    Matches(Regex),
    Compared(Holds, String),
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// Says where and why: a word out of place, an operator or subject that ECS does not know, a subject that is not
    /// modelled (`registeredAt`, `runningTasksCount`, `agentVersion`, `ec2InstanceId`), a regular expression that is
    /// none, more than 2,000 characters.
    pub fn parse(text: &str) -> Result<Expression, ParseError> {
        let length = text.chars().count();
        if length > LONGEST {
            return Err(ParseError {
                position: LONGEST,
                message: format!("an expression ends after {LONGEST} characters"),
            });
        }
        let mut parser = Parser { tokens: tokens(text)?, next: 0, end: length, depth: 0 };
        let root = parser.any()?;
        match parser.peek() {
            None => Ok(Expression { text: text.to_owned(), root }),
            Some(_) => Err(parser.wrong("expected `and`, `or` or the end")),
        }
    }

    /// Whether a host meets the expression. `attribute` gives a host's value of a name: attributes without the prefix
    /// `attribute:` (`ecs.instance-type`), `agentConnected` as `true` or `false`, and `task:group=<group>` as anything
    /// where the host runs a task of that group.
    pub fn holds<'a>(&self, attribute: &dyn Fn(&str) -> Option<&'a str>) -> bool {
        self.root.holds(attribute)
    }

    /// Names of the attributes that it asks for, in order, without the prefix.
    pub fn attributes(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.root.collect(&mut found);
        found
    }
}

impl Node {
    fn holds<'a>(&self, attribute: &dyn Fn(&str) -> Option<&'a str>) -> bool {
        match self {
            Node::All(parts) => parts.iter().all(|part| part.holds(attribute)),
            Node::Any(parts) => parts.iter().any(|part| part.holds(attribute)),
            Node::Not(part) => !part.holds(attribute),
            Node::Test { subject, test: Test::OneOf(values) } if subject == GROUP => {
                values.iter().any(|group| attribute(&format!("{GROUP}={group}")).is_some())
            }
            Node::Test { subject, test } => attribute(subject).is_some_and(|value| test.holds(value)),
        }
    }

    fn collect<'s>(&'s self, found: &mut Vec<&'s str>) {
        match self {
            Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| part.collect(found)),
            Node::Not(part) => part.collect(found),
            Node::Test { subject, .. } if subject == GROUP || subject == CONNECTED => {}
            Node::Test { subject, .. } => found.push(subject),
        }
    }
}

impl Test {
    fn holds(&self, value: &str) -> bool {
        match self {
            Test::Exists => true,
            Test::OneOf(values) => values.iter().any(|wanted| wanted == value),
            Test::Matches(pattern) => pattern.is_match(value),
            Test::Compared(holds, bound) => holds(compare(value, bound)),
        }
    }
}

/// As numbers where both are, as texts otherwise.
fn compare(value: &str, bound: &str) -> Ordering {
    match (value.parse::<f64>(), bound.parse::<f64>()) {
        (Ok(value), Ok(bound)) => value.total_cmp(&bound),
        _ => value.cmp(bound),
    }
}

const GROUP: &str = "task:group";
/// How a group of tasks is asked for: what comes before its name.
pub(crate) const GROUP_IS: &str = "task:group=";
/// The subject that says whether the agent is connected.
pub(crate) const CONNECTED: &str = "agentConnected";

/// Operators: spellings, and what is negated, so that each has one meaning.
#[derive(Clone, Copy)]
enum Operator {
    Equal,
    Listed,
    Exists,
    Matches,
    Compared(Holds),
}

fn operator(word: &str) -> Option<(bool, Operator)> {
    Some(match word {
        "==" | "equals" => (true, Operator::Equal),
        "!=" | "not_equals" => (false, Operator::Equal),
        "in" => (true, Operator::Listed),
        "!in" | "not_in" => (false, Operator::Listed),
        "exists" => (true, Operator::Exists),
        "!exists" | "not_exists" => (false, Operator::Exists),
        "=~" | "matches" => (true, Operator::Matches),
        "!~" | "not_matches" => (false, Operator::Matches),
        ">" | "greater_than" => (true, Operator::Compared(Ordering::is_gt)),
        ">=" | "greater_than_equal" => (true, Operator::Compared(Ordering::is_ge)),
        "<" | "less_than" => (true, Operator::Compared(Ordering::is_lt)),
        "<=" | "less_than_equal" => (true, Operator::Compared(Ordering::is_le)),
        _ => return None,
    })
}

#[derive(Debug, Clone, PartialEq)]
struct Token {
    position: usize,
    text: String,
    quoted: bool,
}

/// Cuts a text into words, quoted texts, brackets and operators.
fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut position = 0;
    while let Some(&first) = chars.get(position) {
        let rest = &chars[position..];
        let (length, text, quoted) = match first {
            c if c.is_whitespace() => {
                position += 1;
                continue;
            }
            '"' | '\'' => {
                let body: String = rest[1..].iter().take_while(|c| **c != first).collect();
                let length = body.chars().count() + 2;
                if length > rest.len() {
                    return Err(ParseError { position, message: "a quoted text does not end".into() });
                }
                (length, body, true)
            }
            _ => {
                let length = plain_length(rest);
                (length, rest[..length].iter().collect(), false)
            }
        };
        found.push(Token { position, text, quoted });
        position += length;
    }
    Ok(found)
}

/// The length of the bracket, operator or word at the start of `rest`.
fn plain_length(rest: &[char]) -> usize {
    const PAIRS: [&str; 8] = ["==", "!=", "=~", "!~", ">=", "<=", "&&", "||"];
    let two: String = rest.iter().take(2).collect();
    if PAIRS.contains(&two.as_str()) {
        return 2;
    }
    for negated in ["!exists", "!in"] {
        let length = negated.len();
        let ends = rest.get(length).is_none_or(|c| !c.is_alphanumeric());
        if ends && rest.iter().take(length).copied().eq(negated.chars()) {
            return length;
        }
    }
    if "()[],!<>=&|".contains(rest[0]) {
        return 1;
    }
    rest.iter().position(|c| c.is_whitespace() || "()[],!<>=&|\"'".contains(*c)).unwrap_or(rest.len()).max(1)
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    end: usize,
    depth: u32,
}

impl Parser {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.next).filter(|token| !token.quoted).map(|token| token.text.as_str())
    }

    fn take(&mut self, words: &[&str]) -> bool {
        let found = self.peek().is_some_and(|word| words.contains(&word));
        self.next += usize::from(found);
        found
    }

    fn wrong(&self, message: impl Into<String>) -> ParseError {
        let position = self.tokens.get(self.next).map_or(self.end, |token| token.position);
        ParseError { position, message: message.into() }
    }

    fn any(&mut self) -> Result<Node, ParseError> {
        let mut parts = vec![self.all()?];
        while self.take(&["||", "or"]) {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Node::Any(parts) })
    }

    fn all(&mut self) -> Result<Node, ParseError> {
        let mut parts = vec![self.one()?];
        while self.take(&["&&", "and"]) {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Node::All(parts) })
    }

    fn one(&mut self) -> Result<Node, ParseError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.wrong(format!("brackets are nested more than {DEEPEST} deep")));
        }
        let node = if self.take(&["!", "not"]) {
            Node::Not(Box::new(self.one()?))
        } else if self.take(&["("]) {
            let node = self.any()?;
            if !self.take(&[")"]) {
                return Err(self.wrong("expected `)`"));
            }
            node
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn test(&mut self) -> Result<Node, ParseError> {
        let subject = self.subject()?;
        let Some((wanted, operator)) = self.peek().and_then(operator) else {
            return Err(self.wrong("expected an operator such as `==`, `in` or `exists`"));
        };
        if subject == GROUP && !matches!(operator, Operator::Equal | Operator::Listed) {
            return Err(self.wrong("`task:group` is compared with `==`, `!=`, `in` and `not_in` only"));
        }
        self.next += 1;
        let test = match operator {
            Operator::Exists => Test::Exists,
            Operator::Equal => Test::OneOf(vec![self.value()?]),
            Operator::Listed => Test::OneOf(self.list()?),
            Operator::Compared(holds) => Test::Compared(holds, self.value()?),
            Operator::Matches => Test::Matches(self.pattern()?),
        };
        let node = Node::Test { subject, test };
        Ok(if wanted { node } else { Node::Not(Box::new(node)) })
    }

    fn subject(&mut self) -> Result<String, ParseError> {
        const NOT_MODELLED: [&str; 4] = ["registeredAt", "runningTasksCount", "agentVersion", "ec2InstanceId"];
        let Some(word) = self.peek() else {
            return Err(self.wrong("expected a subject such as `attribute:ecs.instance-type`"));
        };
        let subject = match word.strip_prefix("attribute:") {
            Some("") => return Err(self.wrong("`attribute:` needs a name")),
            Some(name) => name.to_owned(),
            None if word == GROUP || word == CONNECTED => word.to_owned(),
            None if NOT_MODELLED.contains(&word) => {
                return Err(self.wrong(format!("the subject `{word}` is not modelled")));
            }
            None => return Err(self.wrong(format!("`{word}` is not a subject: attributes begin with `attribute:`"))),
        };
        self.next += 1;
        Ok(subject)
    }

    fn value(&mut self) -> Result<String, ParseError> {
        match self.tokens.get(self.next) {
            Some(token) if token.quoted || !"()[],!<>=&|".contains(token.text.as_str()) => {
                self.next += 1;
                Ok(self.tokens[self.next - 1].text.clone())
            }
            _ => Err(self.wrong("expected a value")),
        }
    }

    fn list(&mut self) -> Result<Vec<String>, ParseError> {
        if !self.take(&["[", "("]) {
            return Err(self.wrong("expected a list such as `[a, b]`"));
        }
        let mut values = vec![self.value()?];
        while self.take(&[","]) {
            values.push(self.value()?);
        }
        if self.take(&["]", ")"]) { Ok(values) } else { Err(self.wrong("expected `,` or `]`")) }
    }

    /// A pattern stands for the whole value, as `m5.*` for `m5.large` (model choice).
    fn pattern(&mut self) -> Result<Regex, ParseError> {
        let start = self.next;
        let text = self.value()?;
        Regex::new(&format!("^(?:{text})$")).map_err(|error| {
            self.next = start;
            self.wrong(format!("`{text}` is not a regular expression: {error}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A host of type m5.large in us-east-1a that runs a task of `service:web`.
    fn value(name: &str) -> Option<&'static str> {
        match name {
            "ecs.instance-type" => Some("m5.large"),
            "ecs.availability-zone" => Some("us-east-1a"),
            "rack" => Some("12"),
            CONNECTED => Some("true"),
            "task:group=service:web" => Some(""),
            _ => None,
        }
    }

    fn check(text: &str, holds: bool) {
        let expression = Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(expression.holds(&value), holds, "{text}");
    }

    #[test]
    fn comparisons() {
        check("attribute:ecs.instance-type == m5.large", true);
        check("attribute:ecs.instance-type equals 'm5.xlarge'", false);
        check("attribute:ecs.instance-type != m5.large", false);
        check("attribute:missing == x", false);
        check("attribute:missing != x", true);
        check("attribute:rack > 9", true);
        check("attribute:rack <= 11", false);
        check("attribute:rack greater_than_equal 12", true);
    }

    #[test]
    fn existence_lists_and_patterns() {
        check("attribute:rack exists", true);
        check("attribute:rack !exists", false);
        check("attribute:missing not_exists", true);
        check("attribute:ecs.availability-zone in [us-east-1a, us-east-1b]", true);
        check("attribute:ecs.availability-zone not_in [us-east-1a,us-east-1b]", false);
        check("attribute:ecs.instance-type =~ m5.*", true);
        check("attribute:ecs.instance-type =~ large", false);
        check("attribute:ecs.instance-type !~ c5.*", true);
    }

    #[test]
    fn brackets_and_words() {
        check("attribute:rack == 12 and attribute:missing exists or agentConnected == true", true);
        check("attribute:rack == 12 && (attribute:missing exists || agentConnected == false)", false);
        check("not(task:group == service:web)", false);
        check("!(task:group == service:db) && task:group in [service:db, service:web]", true);
        check("!attribute:missing exists", true);
    }

    fn check_refused(text: &str, position: usize, word: &str) {
        let error = Expression::parse(text).unwrap_err();
        assert!(error.message.contains(word) && error.position == position, "{text}: {error}");
    }

    #[test]
    fn what_is_no_expression_is_refused_with_its_place() {
        check_refused("", 0, "subject");
        check_refused("instance-type == m5.large", 0, "not a subject");
        check_refused("attribute:rack = 12", 15, "operator");
        check_refused("attribute:rack == 12 attribute:x exists", 21, "expected `and`");
        check_refused("(attribute:rack == 12", 21, "`)`");
        check_refused("attribute:rack in 12", 18, "list");
        check_refused("attribute:rack =~ '('", 18, "regular expression");
        check_refused("attribute:rack == 'a", 18, "does not end");
        check_refused("runningTasksCount > 3", 0, "not modelled");
        check_refused(&"(".repeat(200), 64, "nested");
        check_refused(&"x".repeat(2_001), 2_000, "2000 characters");
    }
}
