//! Composite alarms of CloudWatch: states of other alarms in, a state out.

use crate::engine::Span;
use crate::model::alarm_state::State;
use crate::model::ids::AlarmId;

/// A composite alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composite {
    /// `AlarmRule`, as it is written.
    pub written: String,
    pub rule: Expression,
    /// How many alarms stand on each other up to this one: 1 or more, as one on a metric has 0.
    pub height: u32,
    /// The longest time that one of the alarms on metrics below it needs to see.
    pub sees: Span,
}

/// `AlarmRule`: in ALARM while it holds, in OK while it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression<A = AlarmId> {
    Constant(bool),
    /// An alarm is in this state.
    Is(A, State),
    Not(Box<Expression<A>>),
    All(Vec<Expression<A>>),
    Any(Vec<Expression<A>>),
}

impl<A: Clone> Expression<A> {
    /// Whether it holds, alarms being in these states.
    pub fn holds(&self, state: &impl Fn(&A) -> State) -> bool {
        match self {
            Expression::Constant(value) => *value,
            Expression::Is(alarm, wanted) => state(alarm) == *wanted,
            Expression::Not(inner) => !inner.holds(state),
            Expression::All(parts) => parts.iter().all(|part| part.holds(state)),
            Expression::Any(parts) => parts.iter().any(|part| part.holds(state)),
        }
    }

    /// The alarms that it names, in the order in which they stand there.
    pub fn names(&self) -> Vec<A> {
        match self {
            Expression::Constant(_) => Vec::new(),
            Expression::Is(alarm, _) => vec![alarm.clone()],
            Expression::Not(inner) => inner.names(),
            Expression::All(parts) | Expression::Any(parts) => parts.iter().flat_map(Expression::names).collect(),
        }
    }

    /// The same of other names; `None` where one of them is missing.
    pub fn renamed<B>(&self, name: &impl Fn(&A) -> Option<B>) -> Option<Expression<B>> {
        let each = |parts: &[Expression<A>]| parts.iter().map(|part| part.renamed(name)).collect::<Option<Vec<_>>>();
        Some(match self {
            Expression::Constant(value) => Expression::Constant(*value),
            Expression::Is(alarm, state) => Expression::Is(name(alarm)?, *state),
            Expression::Not(inner) => Expression::Not(Box::new(inner.renamed(name)?)),
            Expression::All(parts) => Expression::All(each(parts)?),
            Expression::Any(parts) => Expression::Any(each(parts)?),
        })
    }
}
