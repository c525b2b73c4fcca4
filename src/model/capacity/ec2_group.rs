//! Managed scaling of an Auto Scaling group: `CapacityProviderReservation` and its steps ([ecs-managed-scaling]).

use crate::engine::{Span, Time};
use crate::model::plan::{InstanceType, Scaling, TaskDef};
use std::cmp::Ordering;

/// Points of one minute below target before a scale-in.
pub const LOW_POINTS: u32 = 15;
/// Rest after a scale-out before a scale-in.
pub const IN_BACKOFF: Span = Span::from_secs(900);

/// `M / N x 100` in percent, with the edge cases: nothing runs but work waits, 200; nothing at all, 100.
pub fn reservation(needed: u32, running: u32) -> u32 {
    match (needed, running) {
        (0, 0) => 100,
        (_, 0) => 200,
        _ => (u64::from(needed) * 100 / u64::from(running)) as u32,
    }
}

/// Whether the reservation is above, at or below target, before any rounding. Without hosts and work it is at target.
pub fn level(scaling: Scaling, needed: u32, running: u32) -> Ordering {
    match (needed, running) {
        (0, 0) => Ordering::Equal,
        (_, 0) => Ordering::Greater,
        _ => (u64::from(needed) * 100).cmp(&(u64::from(scaling.target) * u64::from(running))),
    }
}

/// `ceil(M x 100 / T)`: instances that the target asks for.
pub fn wanted(needed: u32, target: u32) -> u32 {
    (u64::from(needed) * 100).div_ceil(u64::from(target)) as u32
}

/// Instances to add when the reservation is above target. From zero the first step goes to two, however much waits: a
/// reservation of 200 says no more.
pub fn step_out(scaling: Scaling, needed: u32, running: u32, max: u32) -> u32 {
    let goal = if running == 0 { 2 } else { wanted(needed, scaling.target) };
    let add = goal.saturating_sub(running).clamp(scaling.min_step, scaling.max_step);
    add.min(max.saturating_sub(running))
}

/// Instances to take away after 15 low points: at least one, less than half.
pub fn step_in(scaling: Scaling, needed: u32, running: u32, min: u32) -> u32 {
    let spare = running.saturating_sub(wanted(needed, scaling.target));
    let most = running.saturating_sub(1) / 2;
    spare.min(most.max(1)).min(running.saturating_sub(min))
}

/// The smallest of a group's instance types, of each resource by itself: AWS sorts the types by each parameter, and a
/// task that does not fit the smallest is excluded from scale-out (Amazon ECS managed scaling behavior).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Smallest {
    /// CPU units.
    pub cpu: u32,
    /// MiB.
    pub memory: u32,
    pub gpus: u32,
    pub enis: u32,
}

impl Smallest {
    /// Whether an empty host of this size holds the task.
    pub fn holds(&self, need: &TaskDef) -> bool {
        need.cpu <= self.cpu && need.memory <= self.memory && need.gpus <= self.gpus && u32::from(need.eni) <= self.enis
    }
}

/// The smallest of these types.
pub fn smallest<'a>(types: impl Iterator<Item = &'a InstanceType>, trunking: bool) -> Smallest {
    let all = Smallest { cpu: u32::MAX, memory: u32::MAX, gpus: u32::MAX, enis: u32::MAX };
    types.fold(all, |least, kind| Smallest {
        cpu: least.cpu.min(kind.cpu),
        memory: least.memory.min(kind.memory),
        gpus: least.gpus.min(kind.gpus),
        enis: least.enis.min(if trunking { kind.trunk_enis } else { kind.enis }),
    })
}

/// Whether a scale-in may follow the last scale-out.
pub fn rested(scaling: Scaling, scaled_out: Option<Time>, now: Time) -> bool {
    let rest = if scaling.warm_up > IN_BACKOFF { scaling.warm_up } else { IN_BACKOFF };
    scaled_out.is_none_or(|at| now.since(at) >= rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALING: Scaling = Scaling { target: 100, min_step: 1, max_step: 10_000, warm_up: Span::from_secs(300) };

    #[test]
    fn reservation_and_its_edge_cases() {
        assert_eq!(reservation(10, 10), 100);
        assert_eq!(reservation(5, 10), 50);
        assert_eq!(reservation(3, 0), 200);
        assert_eq!(reservation(0, 0), 100);
        assert_eq!(reservation(0, 4), 0);
    }

    #[test]
    fn the_alarms_do_not_round() {
        assert_eq!(level(SCALING, 151, 150), Ordering::Greater);
        assert_eq!(level(SCALING, 150, 150), Ordering::Equal);
        assert_eq!(level(Scaling { target: 90, ..SCALING }, 181, 200), Ordering::Greater);
        assert_eq!(level(Scaling { target: 80, ..SCALING }, 0, 0), Ordering::Equal);
        assert_eq!(level(SCALING, 3, 0), Ordering::Greater);
        assert_eq!(level(SCALING, 0, 4), Ordering::Less);
    }

    #[test]
    fn instances_for_a_target() {
        assert_eq!(wanted(10, 100), 10);
        assert_eq!(wanted(10, 80), 13);
        assert_eq!(wanted(10, 66), 16);
    }

    #[test]
    fn steps_are_bounded() {
        assert_eq!(step_out(SCALING, 1, 0, 30), 2, "from zero the first step goes to two");
        assert_eq!(step_out(SCALING, 20, 0, 30), 2, "however much waits");
        assert_eq!(step_out(SCALING, 20, 6, 30), 14);
        assert_eq!(step_out(SCALING, 20, 6, 10), 4, "never above the group's maximum");
        assert_eq!(step_out(Scaling { max_step: 3, ..SCALING }, 20, 6, 30), 3);
        assert_eq!(step_out(Scaling { min_step: 5, ..SCALING }, 7, 6, 30), 5);
        assert_eq!(step_in(SCALING, 2, 10, 0), 4, "less than half at a time");
        assert_eq!(step_in(SCALING, 9, 10, 0), 1);
        assert_eq!(step_in(SCALING, 0, 10, 8), 2, "never below the group's minimum");
        assert_eq!(step_in(SCALING, 0, 1, 0), 1);
    }
}
