//! How full the cells of an application are, as if all moves under way or planned were over.

use crate::engine::Time;
use crate::model::flows::{Cx, World};
use crate::model::plan;
use crate::model::tables::application::{Application, Stage};

/// Shares of what a cell's desired tasks answer are whole parts of this.
pub(super) const MILLION: u128 = 1_000_000;

/// Rates of cells, and what their desired tasks answer, in billionths of a request for each second.
pub(super) struct Fill {
    rates: Vec<u128>,
    room: Vec<u128>,
}

/// What one customer of a group asks for.
pub(super) fn each(planned: &plan::Application, group: usize, now: Time) -> u128 {
    let row = &planned.customers[group];
    u128::from(row.rate(now) / u64::from(row.count))
}

impl Fill {
    pub(super) fn of(world: &World, app: &Application, planned: &plan::Application, cx: &Cx<'_>) -> Fill {
        let mut rates: Vec<u128> = app.load.own.iter().map(|own| u128::from(*own)).collect();
        let going = app.moves.iter().filter(|one| !matches!(one.stage, Stage::Redirecting { .. }));
        let going = going.map(|one| (one.group, one.from, one.to));
        let going = going.chain(app.planned.iter().map(|(g, c, to)| (*g, app.assignments[*g][*c as usize], *to)));
        for (group, from, to) in going {
            let each = each(planned, group, cx.now);
            rates[usize::from(from)] = rates[usize::from(from)].saturating_sub(each);
            rates[usize::from(to)] += each;
        }
        let room = |service: &crate::model::ids::ServiceId| {
            let per_task = cx.plan.services[*service].traffic.as_ref().map_or(0, |traffic| traffic.per_task);
            u128::from(world.services[*service].desired()) * u128::from(per_task)
        };
        Fill { rates, room: planned.cells.iter().map(room).collect() }
    }

    /// The rate of a cell against what its desired tasks answer, in millionths.
    pub(super) fn share(&self, cell: usize) -> u128 {
        self.rates[cell] * MILLION / self.room[cell].max(1)
    }

    /// What a cell takes more until it is so full.
    pub(super) fn left(&self, cell: usize, up_to: u64) -> u128 {
        (self.room[cell] * u128::from(up_to) / MILLION).saturating_sub(self.rates[cell])
    }
}
