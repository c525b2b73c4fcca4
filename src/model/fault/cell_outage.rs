//! A control-plane cell stops acting, or answers badly.

use super::course::{self, Course, FailShare};
use super::{Effect, FaultTarget, Kind, Occurrence};
use crate::engine::Span;
use crate::model::flows::cell::{headroom, outage};
use crate::model::ids::{CellId, ClusterId};
use crate::model::names::Names;
use crate::model::problem::Problems;
use crate::model::tables::plane::Refusal;
use crate::model::world::{Cx, World};

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
#[derive(Clone, Debug)]
pub struct Live {
    /// `None`: every cell, each with its own clock.
    pub cell: Option<CellId>,
    /// The cluster whose cell is meant: `cell` is the one that has it at the start.
    pub cluster: Option<ClusterId>,
    /// Refused, in millionths.
    pub share_ppm: u32,
    /// Instead: refused as time goes by.
    pub course: Option<Course>,
}

impl Live {
    /// Whether the cell does something all the same.
    pub fn is_partial(&self) -> bool {
        self.share_ppm < 1_000_000 || self.course.is_some()
    }
}

impl Kind for Spec {
    type Live = Live;

    fn resolve(&self, at: &str, names: &Names, out: &mut Problems) -> Option<Live> {
        let share = out.share_above_zero(self.share.unwrap_or(1.0), &format!("{at}/share"));
        let course = course::read(self.fail_share.as_ref(), at, out);
        if self.share.is_some() && self.fail_share.is_some() {
            out.exclude("`share` and `failShare`", at);
            return None;
        }
        let mut cluster = None;
        let cell = match (&self.cell, &self.cluster) {
            (Some(_), Some(_)) => {
                out.exclude("`cell` and `cluster`", at);
                return None;
            }
            (Some(name), None) => Some(names.cell(name, &format!("{at}/cell"), out)?),
            (None, Some(name)) => {
                let named = names.cluster(name, &format!("{at}/cluster"), out)?;
                cluster = Some(named);
                Some(*names.cell_of.get(&named)?)
            }
            (None, None) => None,
        };
        Some(Live { cell, cluster, share_ppm: libm::round(share? * 1e6) as u32, course: course? })
    }
}

impl Effect for Live {
    fn fault_targets(&self, world: &World, _cx: &Cx<'_>) -> Vec<FaultTarget> {
        super::cell_clocks(self.cell, world)
    }

    fn begin(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for cell in super::cells_of(self.cell, occurrence, world) {
            if self.is_partial() {
                headroom::hits(world, cell, occurrence.cause, cx);
                let share = self.course.as_ref().map_or(self.share_ppm, |course| course.at(Span::ZERO));
                let (calls, launches) = (share, share);
                let refusal = Refusal { cause: occurrence.cause, turn: 0, who: occurrence.who, calls, launches };
                world.planes[cell].refusing.push(refusal);
            } else {
                outage::down(world, cell, occurrence.cause, cx);
            }
        }
    }

    fn end(&self, world: &mut World, occurrence: Occurrence, cx: &mut Cx<'_>) {
        for cell in super::cells_of(self.cell, occurrence, world) {
            if self.is_partial() {
                world.planes[cell].refusing.retain(|one| one.cause != occurrence.cause);
            } else {
                outage::restarts(world, cell, occurrence.cause, cx);
            }
        }
    }

    fn course(&self) -> Option<&Course> {
        self.course.as_ref()
    }

    fn share_is(&self, world: &mut World, occurrence: Occurrence, share: u32, _cx: &mut Cx<'_>) {
        for cell in super::cells_of(self.cell, occurrence, world) {
            for one in world.planes[cell].refusing.iter_mut().filter(|one| one.cause == occurrence.cause) {
                (one.calls, one.launches) = (share, share);
            }
        }
    }
}
