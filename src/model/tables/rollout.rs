//! Revisions of a service that have tasks, and the deployment that is under way.

use crate::model::defect::WEAR;
use crate::model::ids::{ChangeId, ZoneId};
use crate::model::lifecycle::Lifecycle;
use crate::model::plan::{Reach, WHOLE};

/// A revision of a service that may have tasks.
#[derive(Clone, Debug, Default)]
pub struct Revision {
    /// Its number; 0 is the one that the service begins with.
    pub number: u8,
    /// The change that it comes from; `None`: the service begins with it.
    pub change: Option<ChangeId>,
    /// Whether its defect, if it has one, was drawn.
    pub bad: bool,
    /// Tasks whose goal is RUNNING.
    pub wanted: u32,
    /// Among them: not yet RUNNING, or RUNNING and not yet known to be healthy.
    pub starting: u32,
    /// Among them: to be replaced.
    pub to_replace: u32,
    /// By item of the service's strategy: tasks whose goal is RUNNING and that are not to be replaced; empty with a
    /// single item.
    pub by_item: Vec<u32>,
    /// By zone of the cell: targets that get requests and answer, registered ones that get none and would answer; then
    /// the same that cannot answer.
    pub targets: Vec<[u32; 4]>,
    /// By zone of the cell, if requests are copied to it: the same of its tasks that get none but copies.
    pub surplus: Vec<[u32; 4]>,
    /// By zone of the cell, if its tasks slow down with their age: by wear the first two of its targets, then of its
    /// spares.
    pub worn: Vec<[[u32; WEAR as usize]; 4]>,
    /// Requests that reach its tasks where it is bad, in billionths a second.
    pub met_bad: u64,
}

impl Revision {
    /// Without a task yet; `items` of the strategy, and zones of the cell.
    pub fn new(number: u8, change: Option<ChangeId>, bad: bool, (items, zones): (usize, usize)) -> Revision {
        Revision {
            number,
            change,
            bad,
            by_item: vec![0; if items > 1 { items } else { 0 }],
            targets: vec![[0; 4]; zones],
            ..Revision::default()
        }
    }

    /// Whether anything of it is left.
    pub fn runs(&self) -> bool {
        self.wanted > 0 || self.targets.iter().chain(&self.surplus).any(|count| *count != [0; 4])
    }
}

/// A deployment under way.
#[derive(Clone, Debug, Default)]
pub struct Rollout {
    /// What is deployed, or was.
    pub change: ChangeId,
    /// How often the change had come to this service before, if it comes again and again.
    pub turn: u32,
    /// The number of its revision.
    pub revision: u8,
    pub stage: Stage,
    /// Failures that the circuit breaker has counted.
    pub failures: u32,
    /// A task of the new revision has reached RUNNING.
    pub ran: bool,
    /// One of its alarms was in ALARM when it began: none of them is watched for as long as it lasts.
    pub unwatched: bool,
    /// Whether the images of its revision are known by their digests.
    pub digest: Digest,
    /// The revision that comes back if it fails.
    pub before: u8,
    /// Whether a pipeline moves it on.
    pub staged: bool,
    /// How far the pipeline has moved it.
    pub reach: Reach,
    /// The zones that it has reached one by one.
    pub zones: Vec<ZoneId>,
    /// Where traffic moves between two full sets of tasks: how far it is.
    pub shift: Option<Shift>,
    /// Launches due of revisions before it, each in the place of a task that failed: number and count.
    pub replacements: Vec<(u8, u32)>,
}

impl Rollout {
    /// A whole service turns to a revision.
    pub fn new(change: ChangeId, revision: u8, before: u8, unwatched: bool) -> Rollout {
        Rollout { change, revision, unwatched, before, ..Rollout::default() }
    }

    /// Whether a failed task of another revision is replaced by one of its own.
    pub fn keeps(&self, revision: u8) -> bool {
        self.stage.is_open() && self.shift.is_none() && !self.is_partial() && revision != self.revision
    }

    /// One more launch of a revision before is due, or one fewer; whether it is so.
    pub fn add_pending_replacement(&mut self, revision: u8, more: bool) -> bool {
        match self.replacements.iter().position(|(of, _)| *of == revision) {
            Some(row) if more => self.replacements[row].1 += 1,
            None if more => self.replacements.push((revision, 1)),
            Some(row) => {
                self.replacements[row].1 -= 1;
                self.replacements.retain(|(_, count)| *count > 0);
            }
            None => return false,
        }
        true
    }

    /// Whether only a part of the service is to be of the new revision.
    pub fn is_partial(&self) -> bool {
        self.staged && self.reach != Reach::Whole && self.stage.is_open()
    }

    /// Whether all tasks in a zone are to be of the revision that is deployed.
    pub fn covers(&self, zone: ZoneId) -> bool {
        !self.is_partial() || (self.reach != Reach::OneBox && self.zones.contains(&zone))
    }
}

/// Whether the image tags of a revision have been resolved to digests: one task alone does that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Digest {
    /// Not yet, after so many tasks that failed.
    Asked { tries: u8 },
    /// They have, or there is nothing to resolve, or it was given up.
    #[default]
    Known,
}

/// Two revisions side by side, each with all of its tasks: blue serves, green takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// The revision that serves first.
    pub blue: u8,
    /// The one that is deployed.
    pub green: u8,
    /// Whether green is to have its tasks.
    pub scaled: bool,
    /// Share of the requests that green gets, in millionths.
    pub weight: u64,
    /// Share of the requests that is copied to green, in millionths.
    pub copies: u64,
    /// The stage it is in.
    pub at: Lifecycle,
    /// Steps of production traffic so far.
    pub step: u32,
    /// What the stage waits for.
    pub waits: Waits,
    /// Rises with each wait, so that what waits in the queue for an earlier one does not count.
    pub number: u32,
}

/// What a stage of the life cycle waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    Tasks,
    /// Weights on their way back to blue.
    Weights,
    Hooks,
    /// Hooks, one of which does not answer in time; the deployment goes on then.
    Late,
    /// Hooks, one of which fails.
    Failing,
    /// Hooks, one of which does not answer in time; the deployment is taken back then.
    TooLate,
    /// The end of a bake.
    Bake,
    /// The end of the copies.
    Copies,
}

impl Shift {
    /// Whether a revision gets no requests at this moment.
    pub fn is_dark(&self, number: u8) -> bool {
        (number == self.green && self.weight == 0) || (number == self.blue && self.weight == WHOLE)
    }

    /// The two revisions and their weights, where both get requests.
    pub fn split(&self) -> Option<[(u8, u64); 2]> {
        let both = self.weight > 0 && self.weight < WHOLE;
        both.then_some([(self.green, self.weight), (self.blue, WHOLE - self.weight)])
    }
}

/// How far a deployment is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    #[default]
    Rolling,
    /// As far as the pipeline has moved it all tasks are new and healthy: it waits to be moved on.
    Held,
    /// All tasks are of the new revision and healthy; alarms are still watched.
    Baking,
    /// Enough tasks are of the new revision and healthy, and the bake is over: those of the one before are stopped.
    Cleaning,
    /// It failed, and the newest completed revision comes back.
    Back,
    /// It failed, and nothing comes in its place: no task is started.
    Stalled,
}

impl Stage {
    /// Whether it can still fail.
    pub fn is_open(self) -> bool {
        matches!(self, Stage::Rolling | Stage::Held | Stage::Baking | Stage::Cleaning)
    }
}

/// A feature that a flag shows to a share of the requests.
#[derive(Clone, Debug)]
pub struct Feature {
    /// The change that it is.
    pub change: ChangeId,
    /// Whether its defect, if it has one, was drawn.
    pub bad: bool,
    /// Share of the requests that see it, in millionths.
    pub share: u64,
    /// Steps of its growth so far.
    pub step: u32,
    /// Whether it is still watched, and can be taken back.
    pub open: bool,
    /// Rate that readers were told last, while it is open.
    pub last_reported: u64,
    /// Requests that see it where it is bad, in billionths a second.
    pub met_bad: u64,
}
