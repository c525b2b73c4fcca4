//! Faults: when, for how long, what.

use super::index::stands_before;
use super::order::by_name;
use super::{Activity, Refused, after_end, gaps};
use crate::engine::{Dist, Span, Time, Who};
use crate::model::fault::{Course, Draft, Kind, Scope};
use crate::model::plan::{self, When};
use crate::model::problem::Noun;
use crate::scenario::entry::Fault;

impl Activity<'_> {
    pub(super) fn faults(&mut self) {
        let list = &self.scenario.faults;
        let mut written = Vec::new();
        let mut rows = vec![None; list.len()];
        for index in by_name(list, |fault| &fault.0.name) {
            let fault = &list[index].0;
            let at = format!("/faults/{index}");
            if fault.name.trim().is_empty() {
                let hint = "objectives and results speak of it";
                self.out.invalid_name(&format!("{at}/name"), "a fault needs a name", hint);
            }
            if fault.name.contains(char::is_control) {
                let hint = "take line breaks, tabs and other controls out";
                self.out.invalid_name(&format!("{at}/name"), "the name of a fault must be one line of text", hint);
            }
            if stands_before(&self.index.faults, &fault.name, index) {
                self.out.duplicate(Noun::Fault, &fault.name, &format!("{at}/name"));
            }
            let when = self.when(fault, &at);
            let lasts = self.lasts(fault, &at);
            let (names, plan, out) = (&self.names, &self.plan, &mut *self.out);
            let kind_at = format!("{at}/{}", fault.spec.kind());
            let mut draft = Draft { at: &kind_at, names, plan, out, scope: Scope::World, course: None };
            let effect = fault.spec.resolve(&mut draft);
            let Draft { scope, course, .. } = draft;
            self.end_of_returns(fault, &at);
            let (Some(when), Ok(lasts), Some(effect)) = (when, lasts, effect) else { continue };
            self.late_steps(course.as_ref(), lasts.as_ref(), &kind_at);
            let clocked = matches!(when, When::Every(_));
            let id = self.plan.faults.push(plan::Fault {
                name: fault.name.clone(),
                kind: fault.spec.kind(),
                who: Who::named(&format!("fault {}", fault.name)),
                when,
                lasts,
                momentary: fault.spec.momentary(),
                scope,
                course,
                effect,
            });
            match scope {
                Scope::Host if clocked => self.plan.host_clocks.push(id),
                Scope::Task if clocked => self.plan.task_clocks.push(id),
                _ => {}
            }
            rows[index] = Some(id);
            written.push((index, id));
        }
        self.followed(&rows);
        written.sort_unstable();
        self.plan.written.faults = written.into_iter().map(|(_, id)| id).collect();
    }

    /// Steps of `failShare` that come when the fault is over.
    fn late_steps(&mut self, course: Option<&Course>, lasts: Option<&Dist>, at: &str) {
        let Some(last) = course.map(Course::last) else { return };
        if let Some(end) = lasts.and_then(Dist::fixed).filter(|end| last >= *end) {
            let at = format!("{at}/failShare");
            let message = format!("the step at `{last}` comes after the end of the fault, `{end}`");
            self.out.after_end(&at, message, "make `for` longer, or remove the step");
        }
    }

    fn when(&mut self, fault: &Fault, at: &str) -> Option<When> {
        if let (Some(delay), None) = (&fault.delay, &fault.after) {
            let message = format!("`delay` of `{}` counts from the begin of another fault", delay.0);
            self.out.conflict(&format!("{at}/delay"), message, "write \"after\" with the name of that fault");
        }
        match (&fault.at, &fault.every, &fault.after) {
            (Some(time), None, None) => {
                let time = Time::ZERO + time.0;
                let key = format!("{at}/at");
                let hint = "the fault never happens: move it, or make `duration` longer";
                if !after_end(&self.plan, time, &key, hint, self.out) && time < Time::ZERO + self.plan.warm_up {
                    let message = format!("`{time}` lies in the warm-up of `{}`", self.plan.warm_up);
                    self.out.after_end(&key, message, "what it does there is not measured");
                }
                Some(When::At(time))
            }
            (None, Some(law), None) => {
                if fault.spec.counts() {
                    let message = "with `every` each has its own clock: `count` and `share` belong to `at`";
                    self.out.conflict(&format!("{at}/{}", fault.spec.kind()), message, "leave them out");
                }
                gaps(law, &format!("{at}/every"), self.out).map(When::Every)
            }
            // Which fault it follows is looked up once all are there.
            (None, None, Some(_)) => Some(When::At(Time::ZERO + self.plan.duration)),
            (time, every, _) => {
                let several = time.is_some() || every.is_some();
                let missing = "nothing says when the fault begins";
                self.out.one_of("`at`, `every` and `after`", several, at, missing, "write \"at\": \"1h\"");
                None
            }
        }
    }

    /// `None`: its effect is not lifted.
    fn lasts(&mut self, fault: &Fault, at: &str) -> Result<Option<Dist>, Refused> {
        let key = format!("{at}/for");
        let kind = fault.spec.kind();
        let Some(written) = &fault.lasts else {
            if fault.spec.momentary() {
                return Ok(None);
            }
            if fault.at.is_none() {
                let when = if fault.after.is_some() { "after" } else { "every" };
                let message = format!("`{kind}` with `{when}` needs `for`: it would come once and never heal");
                self.out.missing(at, message, "write \"for\": \"20m\" or a law");
                return Err(Refused);
            }
            self.out.default_taken(at, format!("`{kind}` has no `for`: it lasts to the end"), "write \"for\": \"40m\"");
            return Ok(None);
        };
        let dist = written.0.read(&key, self.out).ok_or(Refused)?;
        if dist.fixed() == Some(Span::ZERO) {
            self.out.out_of_range(&key, "`for` must be above 0", "write a length such as \"40m\"");
            return Err(Refused);
        }
        Ok(Some(dist))
    }

    /// What comes back by a law is counted from the end of its fault.
    fn end_of_returns(&mut self, fault: &Fault, at: &str) {
        if let (Some(key), None) = (fault.spec.returns(), &fault.lasts) {
            let message = format!("`{key}` counts from the end of the fault, and the fault has none");
            self.out.missing(&format!("{at}/{}/{key}", fault.spec.kind()), message, "write \"for\": \"1h\" or a law");
        }
    }
}
