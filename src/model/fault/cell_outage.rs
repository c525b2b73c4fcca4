//! A control-plane cell stops acting, or answers badly.

use super::{Cause, CellId, Course, Cx, Draft, Effect, FailShare, Kind, Occurrence, Scope, World, course};
use crate::engine::Span;
use crate::model::flows::cell::{headroom, outage};
use crate::model::names::Names;
use crate::model::tables::plane::Refusal;

object! {
    /// A control-plane cell stops acting, or answers badly.
    ///
    /// ## What happens
    /// The cell neither places, replaces, scales, stops nor learns anything; calls to it fail. Running tasks live on.
    /// With a `share` below 1, or with a `failShare`, it refuses that share of launches and calls and does the rest:
    /// each is drawn by itself, and one that is refused is tried again 30 s later without holding up the others.
    /// ## What ECS sees
    /// Nothing: it is the cell that would see. Ends of tasks and hosts come to it when it is back.
    /// ## What heals it
    /// At the end of the fault the cell starts again, which takes the time of `controlPlane.restart`; then it works off
    /// what it missed, in order.
    /// ## Source
    /// [ecs-resilience-post] [cell-whitepaper].
    Spec("camelCase") {
        may {
            /// Cell, such as `cell-1`, with its Region in front where several have one (`us-east-1/cell-1`). Left out:
            /// any cell, with `every` one clock for each.
            cell: String,
            /// Instead: the cell that runs this cluster when the fault begins.
            cluster: String,
            /// Share of launches and calls that it refuses, above 0 to 1; at 1, the default, it does nothing at all.
            share: f64,
            /// Instead of `share`: the share of launches and calls that it refuses, a number from 0 to 1, or its
            /// course, `[{"at": "0s", "share": 0.9}, {"at": "10m", "share": 0.2}]` with times from the begin of the
            /// fault. Each is drawn by itself (model choice).
            fail_share: FailShare,
        }
    }
}

/// What runs.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// Whether the cell does something all the same.
    pub partial: bool,
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, draft: &mut Draft<'_>) -> Option<Live> {
        let share = draft.share("share", self.share);
        let fails = draft.fails(self.fail_share.as_ref());
        if self.share.is_some() && self.fail_share.is_some() {
            draft.out.exclude("`share` and `failShare`", draft.at);
            return None;
        }
        if self.cell.is_some() && self.cluster.is_some() {
            draft.out.exclude("`cell` and `cluster`", draft.at);
            return None;
        }
        let cell = draft.find("cell", self.cell.as_ref(), Names::cell)?;
        let cluster = draft.find("cluster", self.cluster.as_ref(), Names::cluster)?;
        draft.scope = cluster.map_or(Scope::Cell(cell), Scope::CellOf);
        let share = share?.map(Course::always).filter(|course| course.at(Span::ZERO) < 1_000_000);
        draft.course = draft.course.take().or(share);
        fails.map(|()| Live { partial: draft.course.is_some() })
    }
}

impl Effect for Live {
    fn cell_begins(&self, world: &mut World, cell: CellId, occurrence: Occurrence, cx: &mut Cx<'_>) {
        let Some(share) = course::first(occurrence, cx.plan) else {
            return outage::down(world, cell, occurrence.cause, cx);
        };
        headroom::hits(world, cell, occurrence.cause, cx);
        let Occurrence { cause, who, .. } = occurrence;
        world.planes[cell].refusing.push(Refusal { cause, turn: 0, who, calls: share, launches: share });
    }

    fn cell_ends(&self, world: &mut World, cell: CellId, cause: Cause, cx: &mut Cx<'_>) {
        if self.partial {
            world.planes[cell].refusing.retain(|one| one.cause != cause);
        } else {
            outage::restarts(world, cell, cause, cx);
        }
    }

    fn share_is(&self, world: &mut World, occurrence: Occurrence, share: u32, cx: &mut Cx<'_>) {
        for cell in cx.plan.faults[occurrence.fault].scope.cells(occurrence, world) {
            for one in world.planes[cell].refusing.iter_mut().filter(|one| one.cause == occurrence.cause) {
                (one.calls, one.launches) = (share, share);
            }
        }
    }
}
