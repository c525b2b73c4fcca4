//! How long tasks take to answer: from what is written to the tables that run.

use super::{Activity, placed};
use crate::engine::Span;
use crate::model::plan::response::{Kind, Law, Point, Response};
use crate::model::quantity::{Duration, Rate};
use crate::scenario::file::{Fleet, ResponsePoint, ResponseTime, Traffic};
use std::sync::Arc;

/// How long a request takes without a queue, by default (model choice).
const USUAL: f64 = 0.1;

/// How many requests wait in a task at most, by default (model choice).
const QUEUE: u32 = 100;

/// Mean service times that tables in microseconds can hold, in seconds.
const SERVICE: std::ops::RangeInclusive<f64> = 0.000_1..=86_400.0;

/// Laws that stand already, each with what a task of it answers.
pub(super) type Laws = Vec<(Arc<Law>, u64)>;

/// What is written of how long tasks take to answer.
pub(super) struct Written<'a> {
    response_time: Option<&'a ResponseTime>,
    timeout: Option<Duration>,
    per_task: Rate,
}

impl<'a> From<&'a Traffic> for Written<'a> {
    fn from(one: &'a Traffic) -> Self {
        Written { response_time: one.response_time.as_ref(), timeout: one.timeout, per_task: one.requests_per_task }
    }
}

impl<'a> From<&'a Fleet> for Written<'a> {
    fn from(one: &'a Fleet) -> Self {
        Written { response_time: one.response_time.as_ref(), timeout: one.timeout, per_task: one.requests_per_task }
    }
}

impl Activity<'_> {
    /// The response time of a service's tasks, where it is written.
    pub(super) fn response(&mut self, of: &Written<'_>, at: &str, laws: &mut Laws) -> Option<Arc<Response>> {
        let timeout = of.timeout.map(|timeout| timeout.0);
        if timeout == Some(Span::ZERO) {
            let message = "`timeout` must be above 0";
            return self.out.out_of_range(&format!("{at}/timeout"), message, "write \"1s\", or leave it out").none();
        }
        let Some(written) = of.response_time else {
            if timeout.is_some() {
                let message = "`timeout` needs `responseTime`: without it nothing says how long an answer takes";
                self.out.missing(&format!("{at}/timeout"), message, "write \"responseTime\": {}");
            }
            return None;
        };
        let place = format!("{at}/responseTime");
        let kind = self.kind(written, of.per_task, &place)?;
        let law = law(kind, of.per_task, laws);
        if let Some(timeout) = timeout.filter(|timeout| *timeout < law.usual) {
            let usual = law.usual;
            let message = format!("`timeout` is {timeout}, and a task that has nothing else to do needs {usual}");
            let hint = "most requests fail, whatever happens: raise it, or lower `concurrency`";
            self.out.doubtful(&format!("{at}/timeout"), message, hint);
        }
        Some(Arc::new(Response::new(law, timeout)))
    }

    fn kind(&mut self, written: &ResponseTime, per_task: Rate, at: &str) -> Option<Kind> {
        if !written.course.is_empty() {
            if written.concurrency.is_some() || written.queue.is_some() {
                self.out.exclude("`course` and `concurrency` or `queue`", at);
                return None;
            }
            return self.points(&written.course, &format!("{at}/course")).map(Kind::Course);
        }
        let usual = libm::round(per_task.per_second() * USUAL).clamp(1.0, 10_000.0) as u32;
        let concurrency = written.concurrency.unwrap_or(usual);
        let service = f64::from(concurrency) / per_task.per_second();
        if per_task.0 > 0 && !SERVICE.contains(&service) {
            let word = if service < 1.0 { "less than 0.1 ms" } else { "more than a day" };
            let message = format!("with `requestsPerTask` this makes a mean service time of {word}");
            let hint = "write a `concurrency` between 0.0001 and 86,400 times the requests a second";
            return self.out.out_of_range(&format!("{at}/concurrency"), message, hint).none();
        }
        (per_task.0 > 0).then_some(Kind::Queue { concurrency, queue: written.queue.unwrap_or(QUEUE) })
    }

    /// Points that rise with the load; a problem otherwise.
    fn points(&mut self, written: &[ResponsePoint], at: &str) -> Option<Vec<Point>> {
        let mut found: Vec<Point> = Vec::new();
        let mut sound = true;
        for (at, point) in placed(written, at) {
            let Point { load, p50, p99 } = Point { load: point.load, p50: point.p50.0, p99: point.p99.0 };
            if p50 < Span::from_micros(100) {
                let message = "`p50` must be 0.1 ms or more";
                self.out.out_of_range(&format!("{at}/p50"), message, "write a time such as \"80ms\"");
                sound = false;
            }
            if p99 < p50 {
                let message = format!("`p99` is {p99}, below the median of {p50}");
                self.out.out_of_range(&format!("{at}/p99"), message, "exchange them");
                sound = false;
            }
            if let Some(before) = found.last() {
                let falls = [("load", load <= before.load), ("p50", p50 < before.p50), ("p99", p99 < before.p99)];
                for (key, _) in falls.iter().filter(|fall| fall.1) {
                    let message = format!("`{key}` must rise with the load: this is not above the one before it");
                    let hint = "write points in order of load; response times may stay the same, and never fall";
                    self.out.out_of_order(&format!("{at}/{key}"), message, hint);
                    sound = false;
                }
            }
            found.push(Point { load, p50, p99 });
        }
        sound.then_some(found)
    }
}

/// The tables of a law; tasks that are alike share them.
fn law(kind: Kind, per_task: Rate, laws: &mut Laws) -> Arc<Law> {
    let known = laws.iter().find(|known| known.1 == per_task.0 && known.0.kind == kind);
    if let Some((law, _)) = known {
        return Arc::clone(law);
    }
    let law = Arc::new(Law::new(kind, per_task.0));
    laws.push((Arc::clone(&law), per_task.0));
    law
}
