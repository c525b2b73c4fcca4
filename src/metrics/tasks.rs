//! Tasks of one service by state and provider, and what they cost.

use super::capacity::Capacity;
use super::cost;
use super::window::Integral;
use crate::engine::Time;
use crate::engine::index::Table;
use crate::model::fact::TaskState;
use crate::model::ids::{ProviderId, TypeId};
use crate::model::plan::InstanceType;

/// Where the price of a task on a provider comes from.
#[derive(Clone, Debug)]
pub enum Pricing {
    Fargate {
        spot: bool,
    },
    /// Machines of the customer's own: AWS names no price.
    Owned,
    /// The instance type of its host, known to the first of these providers that knows the host.
    Hosts(Vec<ProviderId>),
}

/// What is there of one service now.
#[derive(Clone, Debug)]
pub struct Tasks {
    cpu: u32,
    memory: u32,
    states: [u32; TaskState::ALL.len()],
    running_on: Vec<(ProviderId, u32)>,
    price: Integral,
    unpriced: bool,
}

/// A step of a task, as far as counts and prices go.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// State before; the same as `to` at birth.
    pub from: TaskState,
    pub to: TaskState,
    pub provider: ProviderId,
}

/// Paid for: from the image pull until it is gone.
fn is_paid(state: TaskState) -> bool {
    (TaskState::Activating..TaskState::Stopped).contains(&state)
}

impl Tasks {
    /// No task; each of this size in CPU units and MiB.
    pub fn new(cpu: u32, memory: u32, from: Time) -> Self {
        let price = Integral::new(from);
        Tasks { cpu, memory, states: [0; 8], running_on: Vec::new(), price, unpriced: false }
    }

    /// A task was created or went on.
    #[inline]
    pub fn step(&mut self, now: Time, step: Step, price: impl FnOnce(u32, u32) -> Option<u64>) {
        let created = step.from == step.to;
        if !created {
            let left = &mut self.states[step.from as usize];
            *left = left.saturating_sub(1);
        }
        self.states[step.to as usize] += 1;
        let was = |state| !created && step.from == state;
        if was(TaskState::Running) || step.to == TaskState::Running {
            let count = self.on(step.provider);
            *count = if step.to == TaskState::Running { *count + 1 } else { count.saturating_sub(1) };
        }
        let (before, after) = (!created && is_paid(step.from), is_paid(step.to));
        if before != after {
            match price(self.cpu, self.memory) {
                Some(price) if after => self.price.set(now, self.price.level() + price),
                Some(price) => self.price.set(now, self.price.level().saturating_sub(price)),
                None => self.unpriced = true,
            }
        }
    }

    #[inline]
    fn on(&mut self, provider: ProviderId) -> &mut u32 {
        let row = self.running_on.iter().position(|count| count.0 == provider).unwrap_or_else(|| {
            self.running_on.push((provider, 0));
            self.running_on.len() - 1
        });
        &mut self.running_on[row].1
    }

    /// Tasks in a state now.
    pub fn in_state(&self, state: TaskState) -> u32 {
        self.states[state as usize]
    }

    /// Tasks whose `lastStatus` is RUNNING, by provider.
    pub fn running_on(&self) -> &[(ProviderId, u32)] {
        &self.running_on
    }

    /// Ends the run: billionths of a dollar an hour, times microseconds; `None` when a task has no price.
    pub fn finish(self, end: Time) -> Option<u128> {
        (!self.unpriced).then(|| self.price.until(end))
    }
}

impl Pricing {
    /// The price of a task of this size, in billionths of a dollar an hour.
    #[inline]
    pub fn price(
        &self,
        size: (u32, u32),
        host: u32,
        providers: &Table<ProviderId, Capacity>,
        types: &Table<TypeId, InstanceType>,
    ) -> Option<u64> {
        match self {
            Pricing::Fargate { spot } => Some(cost::fargate(size.0, size.1, *spot)),
            Pricing::Owned => None,
            Pricing::Hosts(sources) => {
                let known = |provider: &ProviderId| providers[*provider].type_of(host);
                let kind = types.get(TypeId(sources.iter().find_map(known)?))?;
                cost::hosted(size.0, size.1, kind)
            }
        }
    }
}
