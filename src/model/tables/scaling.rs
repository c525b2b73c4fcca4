//! Scalable targets at work: limits as they are, and what each policy has done.

use crate::engine::Time;
use crate::model::cause::{Cause, Mechanism};
use crate::model::fact::NotScaled;
use crate::model::ids::{ServiceId, TargetId};

/// A scalable target.
#[derive(Clone, Debug)]
pub struct Scaling {
    pub target: TargetId,
    pub service: ServiceId,
    /// As written, or as scheduled actions have left it.
    pub min: u32,
    /// The same.
    pub max: u32,
    /// What its policies forecast to be needed now, and how far this may exceed the maximum: by policy.
    pub forecast: Vec<(u32, u32)>,
    pub policies: Vec<Acting>,
    /// When a metric of the service was last at another level.
    pub stirred: Time,
    /// Tasks that run and tasks desired, as they were last.
    pub tasks: (u32, u32),
    /// Whether the desired count was ever changed.
    pub scaled: bool,
    /// A fault whose errors made it scale in, and how many tasks there had been.
    pub misled: Option<(Cause, u32)>,
}

/// A policy.
#[derive(Clone, Debug, Default)]
pub struct Acting {
    /// Whether it ever scales out by an alarm.
    pub scales_out: bool,
    /// When its alarm went to ALARM: it acts then, and each minute that follows.
    pub rang: Time,
    /// Whether an alarm of it was in ALARM when it last looked.
    pub ringing: bool,
    /// When it looks next, if it does.
    pub turn: Option<Time>,
    /// Rises whenever a turn that waits in the queue does not count any more.
    pub number: u32,
    /// The end of the cooldown after it scaled out.
    pub out_until: Time,
    /// Tasks that ran when this cooldown began.
    pub out_base: u32,
    /// The end of the cooldown after it scaled in.
    pub in_until: Time,
    /// Why it does not get what it asks for.
    pub held: Option<NotScaled>,
}

impl Scaling {
    /// The smallest desired count: what is forecast to be needed is a minimum, too.
    pub fn least(&self) -> u32 {
        self.forecast.iter().map(|one| one.0).max().unwrap_or(0).min(self.most()).max(self.min)
    }

    /// The largest desired count.
    pub fn most(&self) -> u32 {
        self.forecast.iter().map(|one| one.1).max().unwrap_or(0).max(self.max)
    }

    /// Why tasks are due that nobody asked for before: the demand, or the fault that let the service scale in.
    pub fn why(&self) -> Option<Cause> {
        let fault = self.misled.map(|(cause, _)| cause);
        self.scaled.then(|| fault.unwrap_or(Cause::mechanism(Mechanism::Demand)))
    }
}
