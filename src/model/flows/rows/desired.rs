//! How many tasks a service is to have. Who changes that number says so here, and nowhere else: what is needed and what
//! is missing follow from it.

use super::account;
use crate::model::flows::World;
use crate::model::ids::ServiceId;

/// A service is to have so many tasks from now on. Who calls this sees to the launches and stops that follow.
pub(crate) fn set(world: &mut World, service: ServiceId, count: u32) {
    if world.services[service].desired() != count {
        world.services[service].set_desired(count);
        account::mark(world, service);
    }
}
