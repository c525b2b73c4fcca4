//! Relations between tables: whatever is derived must agree with what it is derived from.
//!
//! Each table keeps its own promise; what holds between two of them is written here, and counted anew from the rows. A
//! look costs about as much as reading every task once, so tests take one every so many events; no handler does.
//! The audit looks at a world between two instants, when everything that was due at the first has been handled.
//!
//! | File | What agrees |
//! |---|---|
//! | `hosts` | room and lists of hosts with the tasks on them; lists, counts and waiting rooms of providers |
//! | `tasks` | each task with itself, its service, its host and its zone; Fargate's use of zones |
//! | `planes` | queues of control-plane cells, what they hold, and who waits for them |
//! | `application` | customers' own cells: who is where, and the rates that follow |
//! | `revisions` | tasks of each revision, and what is deployed |
//! | `shifts` | zones that are shifted away, with the plan, the clock and what is active |
//! | `services` | counts, lists, books and queues of services with their task rows; limits of the scheduler |

mod application;
mod hosts;
mod in_force;
mod planes;
mod revisions;
mod scaling;
mod services;
mod shifts;
mod tasks;
use evenkeel::internals::engine::Time;
use evenkeel::internals::model::plan::Plan;
use evenkeel::internals::model::world::World;
use in_force::InForce;
use std::fmt::{Debug, Display};

/// What does not hold, one line each; nothing when all is well.
#[must_use]
pub fn audit(world: &World, plan: &Plan, now: Time) -> Vec<String> {
    let mut out = Findings { lines: Vec::new(), now };
    tasks::look(world, plan, &mut out);
    hosts::look(world, plan, &mut out);
    services::look(world, plan, &mut out);
    scaling::look(world, plan, &mut out);
    planes::look(world, plan, &mut out);
    application::look(world, plan, &mut out);
    revisions::look(world, plan, &mut out);
    shifts::look(world, plan, now, &mut out);
    out.same("effects of faults in force", "world", InForce::kept(world), InForce::of(world, plan));
    out.holds("nothing waits to be settled", "world", world.dirty.is_empty(), &world.dirty);
    out.lines
}

/// A list of violations.
pub(super) struct Findings {
    lines: Vec<String>,
    now: Time,
}

impl Findings {
    /// `kept` in a table must be what a `recount` gives.
    #[expect(clippy::needless_pass_by_value, reason = "calls read better with values")]
    fn same<T: PartialEq + Debug>(&mut self, relation: &str, of: impl Display, kept: T, recount: T) {
        if kept != recount {
            self.lines.push(format!("{relation}, {of} at {}: kept {kept:?}, counted {recount:?}", self.now));
        }
    }

    /// A condition, with the values that decide it.
    fn holds(&mut self, relation: &str, of: impl Display, holds: bool, values: impl Debug) {
        if !holds {
            self.lines.push(format!("{relation}, {of} at {}: {values:?}", self.now));
        }
    }
}
