//! What all that operators do to the cells of an application has in common.

use crate::engine::Span;
use crate::model::fact::{ApplicationFact, CellAct};
use crate::model::flows::Cx;
use crate::model::plan;
use crate::model::tables::Application;

/// How often operators look again (model choice).
pub(super) const LOOK: Span = Span::MINUTE;

/// Tells what operators do to a cell.
pub(super) fn tell(planned: &plan::Application, cell: u16, step: CellAct, count: u32, cx: &mut Cx<'_>) {
    cx.note(ApplicationFact::Act { cell: planned.cells[usize::from(cell)], step, count });
}

/// Whether a cell may be sent customers who do not have to be in it.
pub(super) fn takes(app: &Application, planned: &plan::Application, cell: u16) -> bool {
    planned.is_shared(cell) && app.evacuation.takes(cell)
}
