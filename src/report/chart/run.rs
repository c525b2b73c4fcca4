//! The series of a run by name and subject.

use super::steps::Points;
use crate::engine::Time;
use crate::metrics::timeline::{Series, Timeline};
use std::collections::BTreeMap;
use std::ops::Deref;

/// A run whose series are found without a search.
pub(super) struct Run<'t> {
    timeline: &'t Timeline,
    index: BTreeMap<(&'static str, &'t str), Vec<&'t Series>>,
    /// Names of series, each with its subjects in their order.
    subjects: BTreeMap<&'static str, Vec<&'t str>>,
}

impl<'t> Run<'t> {
    pub(super) fn new(timeline: &'t Timeline) -> Run<'t> {
        let mut run = Run { timeline, index: BTreeMap::new(), subjects: BTreeMap::new() };
        for series in &timeline.series {
            let all = run.index.entry((series.name, &series.subject)).or_default();
            if all.is_empty() {
                run.subjects.entry(series.name).or_default().push(&series.subject);
            }
            all.push(series);
        }
        run
    }

    /// Series of this name and subject, one for each part.
    pub(super) fn of(&self, name: &'static str, subject: &str) -> impl Iterator<Item = &'t Series> + use<'t> {
        self.index.get(&(name, subject)).cloned().unwrap_or_default().into_iter()
    }

    /// The first of them.
    pub(super) fn line(&self, name: &'static str, subject: &str) -> Points {
        self.of(name, subject).next().map(|series| series.points.clone()).unwrap_or_default()
    }

    /// Subjects of this series, in their order.
    pub(super) fn subjects(&self, name: &str) -> Vec<&'t str> {
        self.subjects.get(name).cloned().unwrap_or_default()
    }

    /// Its parts over all subjects, in their order.
    pub(super) fn parts(&self, name: &str) -> Vec<&'t str> {
        let mut found: Vec<&str> = Vec::new();
        for series in self.timeline.series.iter().filter(|series| series.name == name) {
            if !found.contains(&&*series.part) {
                found.push(&series.part);
            }
        }
        found
    }

    /// When the series of this name are above zero for the first time, and until when for the last.
    pub(super) fn above_zero(&self, name: &str) -> Option<(Time, Time)> {
        let mut found: Option<(Time, Time)> = None;
        for series in self.timeline.series.iter().filter(|series| series.name == name) {
            let ends = series.points.iter().skip(1).map(|point| point.0).chain([self.timeline.end]);
            for ((from, _), until) in series.points.iter().zip(ends).filter(|(point, _)| point.1 > 0.0) {
                let (first, last) = found.unwrap_or((*from, until));
                found = Some((first.min(*from), last.max(until)));
            }
        }
        found
    }
}

impl Deref for Run<'_> {
    type Target = Timeline;

    fn deref(&self) -> &Timeline {
        self.timeline
    }
}
