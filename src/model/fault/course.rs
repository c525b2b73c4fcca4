//! Shares that change in steps as time goes by: `failShare`, how likely a single try fails while a fault is in force,
//! and `fargateReturns`, how much of a stock is back after it.

use super::Occurrence;
use crate::engine::Span;
use crate::grammar::{Defs, Read, Reader, Want};
use crate::model::plan::Plan;
use crate::model::problem::Problems;
use crate::model::quantity::Duration;
use serde_json::{Value, json};

/// A share from 0 to 1, or its course in steps.
#[derive(Clone, Debug)]
pub enum FailShare {
    /// The same all the time.
    Always(f64),
    /// Steps in order of time.
    Course(Vec<CourseStep>),
}

object! {
    /// A step of a course: the share changes.
    CourseStep("camelCase") {
        need {
            /// When: in `failShare` counted from the begin of the fault, in `fargateReturns` from its end.
            at: Duration,
            /// The share from then on, 0 to 1: in `failShare` of the tries that fail, in `fargateReturns` of the stock
            /// that the fault took and that is back.
            share: f64,
        }
    }
}

/// The course as it runs: a share of 0 before the first step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Times and shares in millionths, in order of time; at least one.
    steps: Vec<(Span, u32)>,
}

impl Course {
    /// Checks shares and times; `at` is the JSON pointer of the list, `example` says what to write where it is empty.
    pub(super) fn resolve(written: &[CourseStep], at: &str, example: &str, out: &mut Problems) -> Option<Course> {
        if written.is_empty() {
            out.missing(at, "a course needs a step", example);
            return None;
        }
        let mut sound = true;
        let mut steps: Vec<(Span, u32)> = Vec::new();
        for (place, step) in written.iter().enumerate() {
            let share = out.share(step.share, &format!("{at}/{place}/share"));
            let before = place.checked_sub(1).map(|before| written[before].at.0);
            sound &= out.after(step.at.0, before, &format!("{at}/{place}/at")) && share.is_some();
            steps.push((step.at.0, libm::round(share.unwrap_or(0.0) * 1e6) as u32));
        }
        sound.then_some(Course { steps })
    }

    /// The same share all the time.
    pub(super) fn always(share: f64) -> Course {
        Course { steps: vec![(Span::ZERO, libm::round(share * 1e6) as u32)] }
    }

    /// Times and shares in millionths, in order of time.
    pub fn steps(&self) -> &[(Span, u32)] {
        &self.steps
    }

    /// The share so long after the time from which the steps count, in millionths.
    pub fn at(&self, since: Span) -> u32 {
        let next = self.steps.partition_point(|(at, _)| *at <= since);
        next.checked_sub(1).map_or(0, |last| self.steps[last].1)
    }

    pub fn next(&self, since: Span) -> Option<Span> {
        self.steps.iter().map(|(at, _)| *at).find(|at| *at > since)
    }

    pub fn last(&self) -> Span {
        self.steps.last().map_or(Span::ZERO, |(at, _)| *at)
    }
}

impl FailShare {
    /// Checks shares and times; `at` is the JSON pointer of `failShare`.
    pub(super) fn resolve(&self, at: &str, out: &mut Problems) -> Option<Course> {
        let course = match self {
            FailShare::Always(share) => Course::always(out.share(*share, at)?),
            FailShare::Course(written) => {
                let example =
                    "write [{\"at\": \"0s\", \"share\": 0.9}, {\"at\": \"10m\", \"share\": 0.2}], or one number";
                Course::resolve(written, at, example, out)?
            }
        };
        let first = course.steps[0].0;
        if first > Span::ZERO {
            out.follows(at, format!("nothing fails in the first `{first}` of the fault"), "write a step at \"0s\"");
        }
        if course.steps.iter().all(|(_, share)| *share == 0) {
            out.no_effect(at, "a share of 0 fails nothing", "write a share above 0, or leave the fault out");
        }
        Some(course)
    }
}

/// The share at the begin of an occurrence, in millionths; `None`: its fault has no course.
pub(super) fn first(occurrence: Occurrence, plan: &Plan) -> Option<u32> {
    plan.faults[occurrence.fault].course.as_ref().map(|course| course.at(Span::ZERO))
}

impl Read for FailShare {
    fn read(value: &Value, reader: &mut Reader<'_>) -> Option<Self> {
        match value {
            Value::Number(_) => f64::read(value, reader).map(FailShare::Always),
            Value::Array(_) => Vec::read(value, reader).map(FailShare::Course),
            _ => {
                reader.mistyped(value, &[Want::Number, Want::List], None);
                None
            }
        }
    }
    fn schema(defs: &mut Defs) -> Value {
        let step = CourseStep::schema(defs);
        defs.refer("FailShare", "FailShare", |_| json!({ "type": ["number", "array"], "items": step }))
    }
    const EXAMPLE: &str = "0.5";
}
