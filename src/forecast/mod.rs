//! What follows from a plan without running it: needs, headroom, room for tasks, what stands where at the start, stages
//! of changes; and what is doubtful about it.

pub mod cells;
pub mod changes;
pub(crate) mod never;
pub mod overview;
pub mod response;
pub mod scaling;
pub mod services;
mod smallest;
pub mod stages;
mod start;
pub mod zonal;

use crate::model::Plan;
use crate::model::problem::Problems;

/// Tells what is doubtful about a plan: tasks without room, groups that cannot launch what they need, cells beyond
/// their tested size, zonal shifts that leave too little.
pub fn doubts(plan: &Plan, out: &mut Problems) {
    services::room(plan, out);
    smallest::doubts(plan, out);
    cells::doubts(plan, out);
    zonal::doubts(plan, out);
}
