//! Revisions of a service that have tasks, and the deployment that is under way.

use crate::model::ids::{AlarmId, ChangeId, ZoneId};
use crate::model::plan::Reach;

/// A revision of a service that may have tasks.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its number; 0 is the one that the service begins with.
    pub number: u8,
    /// Whether its defect, if it has one, was drawn.
    pub bad: bool,
    /// Tasks whose goal is RUNNING.
    pub wanted: u32,
    /// By zone of the cell: targets that get requests and answer, and registered ones that get none and would answer.
    pub targets: Vec<[u32; 2]>,
}

impl Revision {
    /// Without a task yet.
    pub fn new(number: u8, bad: bool, zones: usize) -> Revision {
        Revision { number, bad, wanted: 0, targets: vec![[0; 2]; zones] }
    }
}

/// A deployment under way.
#[derive(Clone, Debug)]
pub struct Rollout {
    /// What is deployed, or was.
    pub change: ChangeId,
    /// The number of its revision.
    pub revision: u8,
    /// How far it is.
    pub stage: Stage,
    /// Failures that the circuit breaker has counted.
    pub failures: u32,
    /// A task of the new revision has reached RUNNING.
    pub ran: bool,
    /// Alarms that rang before it began: they do not count for it.
    pub ignored: Vec<AlarmId>,
    /// The revision that comes back if it fails.
    pub before: u8,
    /// Whether a pipeline moves it on.
    pub staged: bool,
    /// How far the pipeline has moved it.
    pub reach: Reach,
    /// The zones that it has reached one by one.
    pub zones: Vec<ZoneId>,
}

impl Rollout {
    /// A whole service turns to a revision.
    pub fn new(change: ChangeId, revision: u8, before: u8, ignored: Vec<AlarmId>) -> Rollout {
        Rollout {
            change,
            revision,
            stage: Stage::Rolling,
            failures: 0,
            ran: false,
            ignored,
            before,
            staged: false,
            reach: Reach::Whole,
            zones: Vec::new(),
        }
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

/// How far a deployment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Tasks are replaced.
    Rolling,
    /// As far as the pipeline has moved it all tasks are new and healthy: it waits to be moved on.
    Held,
    /// All tasks are of the new revision and healthy; alarms are still watched.
    Baking,
    /// It failed, and the newest completed revision comes back.
    Back,
    /// It failed, and nothing comes in its place: no task is started.
    Stalled,
}

impl Stage {
    /// Whether it can still fail.
    pub fn is_open(self) -> bool {
        matches!(self, Stage::Rolling | Stage::Held | Stage::Baking)
    }
}
