//! Everything that an onlooker learns, kept in order of time.

use evenkeel::internals::engine::{Reader, Time};
use evenkeel::internals::experiment::replicate::Recorder;
use evenkeel::internals::model::Fact;

/// The facts of one replication.
#[derive(Default)]
pub(crate) struct Diary(pub(crate) Vec<(Time, Fact)>);

impl Reader<Fact> for Diary {
    fn read(&mut self, batch: &[(Time, Fact)]) {
        self.0.extend_from_slice(batch);
    }
}

impl Recorder for Diary {
    fn merge(parts: Vec<Self>) -> Self {
        let mut all: Vec<_> = parts.into_iter().flat_map(|part| part.0).collect();
        all.sort_by_key(|(at, _)| *at);
        Diary(all)
    }
}
