//! What a start needs from outside and cannot get.

use crate::model::fact::Cause;
use crate::model::ids::ServiceId;
use crate::model::plan::Service;

/// What a start depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dependency {
    /// Where images come from: a cached one needs it not.
    ImageRegistry,
    /// Where secrets and parameters come from: every start reads them anew.
    Secrets,
    /// Where logs go: a log stream is created for each task whose log driver blocks.
    Logs,
}

/// A dependency that does not answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shortage {
    pub cause: Cause,
    pub of: Dependency,
    /// Only tasks of this family.
    pub family: Option<String>,
    /// Only tasks of this service or stream.
    pub service: Option<ServiceId>,
    /// The share of starts that it fails, in millionths.
    pub share: u32,
}

/// The share of starts that a fault fails changes.
pub(crate) fn share_is(all: &mut [Shortage], cause: Cause, share: u32) {
    for one in all.iter_mut().filter(|one| one.cause == cause) {
        one.share = share;
    }
}

impl Shortage {
    /// Whether it keeps a task of the service from starting; `pulls`: whether its image has to come from the registry.
    pub fn stops(&self, id: ServiceId, service: &Service, pulls: bool) -> bool {
        let needed = match self.of {
            Dependency::ImageRegistry => pulls,
            Dependency::Secrets | Dependency::Logs => true,
        };
        let of_family = self.family.as_ref().is_none_or(|only| *only == service.task.family);
        needed && of_family && self.service.is_none_or(|only| only == id)
    }
}
