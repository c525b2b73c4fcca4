//! What operators do with a customer who poisons a cell: where he goes, when he comes back, and whether anybody does.

use super::Activity;
use super::application::{AT, DAY};
use super::router::cell_place;
use crate::engine::Span;
use crate::model::plan::{self, CellAlarms};
use crate::model::problem::{Code, Noun, Problem};
use crate::model::quantity::Rate;
use crate::model::{defect, fault};
use crate::scenario::file::{CellularApplication, Quarantine, QuarantineAction};

/// How often a customer comes back when nothing is written (model choice).
const TIMES: u32 = 3;

impl Activity<'_> {
    /// As for the evacuation; nothing where its cell is wrong.
    pub(super) fn written_quarantine(&mut self, written: &CellularApplication) -> Option<plan::Quarantine> {
        let one = written.quarantine.as_ref()?;
        let at = format!("{AT}/quarantine");
        self.out.within(one.after.0, ..=DAY, &format!("{at}/after"));
        let back = self.written_release(one, &at);
        let first = written.cells.min(1_000) as u16;
        let cell = match (&one.cell, one.action) {
            (Some(name), QuarantineAction::Drop) => {
                let message = format!("`{name}` would stay without use: with `drop` nobody is moved");
                let hint = "leave it out, or write \"action\": \"move\"";
                self.out.conflict(&format!("{at}/cell"), message, hint);
                None
            }
            (None, QuarantineAction::Drop) => None,
            (None, QuarantineAction::Move) => Some(first + written.add_cells.len().min(1_000) as u16),
            (Some(name), QuarantineAction::Move) => {
                Some(self.quarantine_cell(written, name, first, &format!("{at}/cell"))?)
            }
        };
        Some(plan::Quarantine { alarms: CellAlarms::default(), after: one.after.0, cell, back })
    }

    /// When he comes back.
    fn written_release(&mut self, one: &Quarantine, at: &str) -> Option<plan::Release> {
        let Some(after) = one.back_after else {
            for (key, written) in [("backPace", one.back_pace.is_some()), ("backTimes", one.back_times.is_some())] {
                if written {
                    let message = format!("`{key}` belongs to `backAfter`: without it nobody comes back");
                    let hint = "write \"backAfter\": \"1h\", or leave it out";
                    self.out.conflict(&format!("{at}/{key}"), message, hint);
                }
            }
            return None;
        };
        self.out.within(after.0, Span::SECOND..=DAY * 365, &format!("{at}/backAfter"));
        if one.back_pace.is_some_and(|pace| pace.0 == 0) {
            let hint = "write customers for each unit of time, such as \"1/min\", or leave it and `backAfter` out";
            let message = "`backPace` must be above 0: nobody would ever come back";
            self.out.out_of_range(&format!("{at}/backPace"), message, hint);
        }
        let pace = one.back_pace.map_or(Rate::ONE / 60, |pace| pace.0);
        Some(plan::Release { after: after.0, pace, times: one.back_times.unwrap_or(TIMES) })
    }

    fn quarantine_cell(&mut self, written: &CellularApplication, name: &str, first: u16, at: &str) -> Option<u16> {
        let all = first + written.add_cells.len().min(1_000) as u16;
        let Some(cell) = cell_place(name, all) else {
            let hint = format!("known: cell-1 to cell-{first}; without `cell` there is one more for quarantine");
            let problem = Problem::new(Code::UnknownName, at, format!("no cell is called `{name}`"), hint);
            return self.out.push(problem.about(Noun::Cell, name)).none();
        };
        let hint = "name another cell, or leave `cell` out: there is one more then";
        if cell >= first {
            let message = format!("`{name}` is not there from the start: nobody can be moved to it at any time");
            return self.out.wrong_target(at, message, hint).none();
        }
        if first == 1 && written.add_cells.is_empty() {
            let message = format!("`{name}` is the only cell: all other customers are in it");
            return self.out.wrong_target(at, message, hint).none();
        }
        if let Some(customer) = written.overrides.iter().find(|row| row.1 == name).map(|row| row.0) {
            let message = format!("`{name}` serves others: `overrides` bind `{customer}` to it");
            self.out.doubtful(at, message, hint);
        }
        Some(cell)
    }

    /// Quarantine waits for somebody who poisons a cell, and whom the model knows by name.
    pub(super) fn quarantined(&mut self) {
        let Some(application) = self.plan.application.as_ref().filter(|one| one.quarantine.is_some()) else { return };
        let poisons =
            |live: &fault::Live| matches!(live, fault::Live::PoisonCustomer(poison) if poison.customer().is_some());
        let named = self.plan.changes.iter().flat_map(|one| one.hits.iter().flatten());
        if self.out.has_errors()
            || self.out.has_holes()
            || self.plan.faults.iter().any(|one| poisons(&one.effect))
            || named.clone().any(|hit| application.single(*hit).is_some())
        {
            return;
        }
        let at = format!("{AT}/quarantine");
        let poisonous = |one: &crate::scenario::file::Change| matches!(one.defect, Some(defect::Spec::PoisonInput(_)));
        if let Some(place) = self.scenario.changes.iter().position(poisonous) {
            let message = "nobody is found: the `poisonInput` names no single customer, but all or whole groups";
            let hint = format!(
                "write \"customers\": [\"customer-7\"] at /changes/{place}/defect/poisonInput, or leave `quarantine` out"
            );
            self.out.wrong_target(&at, message, hint);
            return;
        }
        let hint =
            "write a fault `poisonCustomer` with a `customer`, a `poisonInput` with `customers`, or leave it out";
        self.out.no_effect(&at, "nobody poisons a cell of the application: nobody is ever taken out", hint);
    }
}
