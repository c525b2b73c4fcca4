//! How long answers take, as readers learn it.

use crate::model::fact::ServiceFact;
use crate::model::flows::{Cx, World};
use crate::model::ids::ServiceId;
use crate::model::plan::response::Pace;
use crate::model::tables::asked::Answers;

/// Tells at which pace a service answers how many requests; what is not answered any more is told as none.
pub(super) fn tell(world: &mut World, service: ServiceId, cx: &mut Cx<'_>) {
    let row = &mut world.services[service];
    let (now, told) = (&row.traffic.answers, &mut row.last_reported.answers);
    for place in 0..now.len().max(told.len()) {
        let none = Answers { pace: Pace::at(0), rate: 0 };
        let Answers { pace, rate } = now.get(place).copied().unwrap_or(none);
        if told.get(place) != now.get(place) {
            let Pace { load, left, added } = pace;
            cx.note(ServiceFact::Answers { service, place: place as u16, load, left, added, rate });
        }
    }
    told.clone_from(now);
}
