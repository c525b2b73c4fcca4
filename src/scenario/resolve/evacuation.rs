//! What operators do to customers' own cells when an alarm rings: which alarm is of which cell, and whether others have
//! room.

use super::application::{AT, DAY};
use super::{Activity, Regions, placed};
use crate::engine::Span;
use crate::model::ids::AlarmId;
use crate::model::plan::{self, Application, CellAlarms};
use crate::model::problem::Noun;
use crate::model::routing::customers;
use crate::scenario::file::{CellularApplication, ControlPlane, Evacuation, Quarantine};
use std::collections::BTreeSet;

impl Activity<'_> {
    /// What is written of it; its alarms follow once they are known.
    pub(super) fn written_evacuation(&mut self, written: &CellularApplication) -> Option<plan::Evacuation> {
        let one = written.evacuation.as_ref()?;
        let at = format!("{AT}/evacuation");
        self.out.within(one.after.0, ..=DAY, &format!("{at}/after"));
        if let Some(back) = one.back_after {
            self.out.within(back.0, ..=DAY * 365, &format!("{at}/backAfter"));
        }
        if one.pace.is_some_and(|pace| pace.0 == 0) {
            let hint = "write customers for each unit of time, such as \"10/s\", or leave it out";
            self.out.out_of_range(&format!("{at}/pace"), "`pace` must be above 0: nobody would ever leave", hint);
        }
        let others = u64::from(written.cells) + written.add_cells.len() as u64;
        let reserved = written.quarantine.as_ref().is_some_and(|quarantine| quarantine.cell.is_some());
        if others - u64::from(reserved && others > 0) < 2 {
            let hint = "raise `cells`, or leave it out";
            self.out.no_effect(&at, "nobody can leave a cell: there is no other one for customers", hint);
        }
        Some(plan::Evacuation {
            alarms: CellAlarms::default(),
            after: one.after.0,
            pace: one.pace.map(|pace| pace.0),
            cells_at_once: one.cells_at_once,
            fill_ppm: libm::round(one.fill_to * 1e6) as u64,
            back_after: one.back_after.map(|back| back.0),
        })
    }

    /// The alarms that operators act on, and what follows from them.
    pub(super) fn cell_alarms(&mut self) {
        let Some(written) = &self.scenario.cellular_application else { return };
        let evacuation = written.evacuation.as_ref().map(|one: &Evacuation| &one.alarms);
        let quarantine = written.quarantine.as_ref().map(|one: &Quarantine| &one.alarms);
        let holds = written.quarantine.as_ref().is_some_and(|one| one.back_after.is_some());
        let leave = evacuation.map(|names| self.of_cells(names, &format!("{AT}/evacuation/alarms"), false));
        let search = quarantine.map(|names| self.of_cells(names, &format!("{AT}/quarantine/alarms"), holds));
        let Some(application) = &mut self.plan.application else { return };
        if let (Some(row), Some(found)) = (&mut application.evacuation, &leave) {
            row.alarms = found.clone();
        }
        if let (Some(row), Some(found)) = (&mut application.quarantine, &search) {
            row.alarms = found.clone();
        }
        if let (Some(leave), Some(search)) = (&leave, &search) {
            self.both(written, leave, search);
        }
        self.has_room(written);
    }

    /// Alarms by name, each with the cell that it is of; `holds`: those of the quarantine cell hold who is in it.
    fn of_cells(&mut self, names: &[String], list: &str, holds: bool) -> CellAlarms {
        if names.is_empty() {
            self.out.missing(list, "nothing begins without an alarm", "name the alarms of the cells");
        }
        let mut found = CellAlarms::default();
        let mut seen = BTreeSet::new();
        for (at, name) in placed(names, list) {
            if !seen.insert(name) {
                self.out.twice(name, &at);
                continue;
            }
            let Some(alarm) = self.out.find(Noun::Alarm, &self.names.alarms, name, &at) else { continue };
            found.0.extend(self.cell_of(alarm, &at, holds).map(|cell| (alarm, cell)));
        }
        found
    }

    /// The cell that an alarm is of.
    fn cell_of(&mut self, alarm: AlarmId, at: &str, holds: bool) -> Option<u16> {
        let application = self.plan.application.as_ref()?;
        let row = &self.plan.alarms[alarm];
        let cell = (0..).zip(&application.cells).find(|(_, service)| **service == row.service).map(|(cell, _)| cell);
        let service = &self.plan.services[row.service].name;
        let quarantine = application.quarantine.as_ref().and_then(|one| one.cell);
        if cell.is_some() && (cell != quarantine || holds) {
            return cell;
        }
        let message = match cell {
            None => format!("`{}` watches `{service}`, which is no cell of the application", row.name),
            Some(_) => format!("`{}` watches `{service}`: nobody is moved out of the quarantine cell", row.name),
        };
        let first = &self.plan.services[application.cells[0]].name;
        self.out.wrong_target(at, message, format!("name an alarm on a cell, such as one of `{first}`")).none()
    }

    /// Whoever empties a poisoned cell takes the poison along.
    fn both(&mut self, written: &CellularApplication, leave: &CellAlarms, search: &CellAlarms) {
        let Some(place) = leave.0.iter().position(|row| search.of(row.1).next().is_some()) else { return };
        let late = written.evacuation.as_ref().zip(written.quarantine.as_ref());
        if late.is_some_and(|(leave, search)| search.after.0 < leave.after.0) {
            return;
        }
        let message = "the cell is emptied before anybody knows who poisons it: he moves along, to a cell of others";
        let hint = "let the `after` of `quarantine` be shorter than that of `evacuation`, or act on other alarms";
        self.out.doubtful(&format!("{AT}/evacuation/alarms/{place}"), message, hint);
    }

    /// Warns of cells whose customers have no room in the others at their peak.
    fn has_room(&mut self, written: &CellularApplication) {
        let Some(application) = &self.plan.application else { return };
        let Some(evacuation) = application.evacuation.as_ref().filter(|_| written.cells > 1) else { return };
        let (rates, room) = self.peaks(application);
        let shared: Vec<usize> =
            (0..usize::from(application.first)).filter(|cell| application.is_shared(*cell as u16)).collect();
        let left = |cell: usize| (room[cell] * u128::from(evacuation.fill_ppm) / 1_000_000).saturating_sub(rates[cell]);
        let all: u128 = shared.iter().map(|cell| left(*cell)).sum();
        let cells: BTreeSet<usize> = evacuation.alarms.0.iter().map(|row| usize::from(row.1)).collect();
        let without = |cell: usize| all - if shared.contains(&cell) { left(cell) } else { 0 };
        let worst = cells.into_iter().filter(|cell| rates[*cell] > without(*cell));
        let Some(cell) = worst.max_by_key(|cell| rates[*cell] - without(*cell)) else { return };
        let per_second = |rate: u128| rate as f64 / 1e9;
        let message = format!(
            "the others have no room for all of `cell-{}`: they take {:.0} requests a second more, and its customers ask for {:.0} at their peak",
            cell + 1,
            per_second(without(cell)),
            per_second(rates[cell]),
        );
        let hint = "raise the desired count of `cell`, `cells` or `fillTo`: whoever fits nowhere stays";
        self.out.no_room(&format!("{AT}/evacuation"), message, hint);
    }

    /// Peak rates of the cells at the start, and what their desired tasks answer.
    fn peaks(&self, application: &Application) -> (Vec<u128>, Vec<u128>) {
        let state = customers::at_start(application);
        let mut rates = vec![0u128; application.cells.len()];
        for (counts, group) in state.counts.iter().zip(&application.customers) {
            for (sum, count) in rates.iter_mut().zip(counts) {
                *sum += u128::from(group.profile.peak()) * u128::from(*count) / u128::from(group.count);
            }
        }
        let room = |service: &crate::model::ids::ServiceId| {
            let row = &self.plan.services[*service];
            u128::from(row.desired) * u128::from(row.traffic.as_ref().map_or(0, |traffic| traffic.per_task))
        };
        (rates, application.cells.iter().map(room).collect())
    }
}

impl Regions<'_> {
    /// When cells of a control plane are emptied.
    pub(super) fn plane_evacuation(&mut self, written: &ControlPlane, at: &str) -> Option<plan::PlaneEvacuation> {
        let one = written.evacuation.as_ref()?;
        let at = format!("{at}/evacuation");
        let mut sound = self.out.within(one.every.0, Span::SECOND..=DAY, &format!("{at}/every"));
        if one.above.is_nan() || one.above <= 0.0 || one.above >= 1.0 {
            let message = format!("`above` must be above 0 and below 1, not {}", one.above);
            self.out.out_of_range(&format!("{at}/above"), message, "write a share such as 0.05");
            sound = false;
        }
        if let Some(back) = one.back_after {
            sound &= self.out.within(back.0, ..=DAY * 365, &format!("{at}/backAfter"));
        }
        if written.cells as usize + written.add_cells.len() < 2 {
            let hint = "raise `cells`, or leave it out";
            self.out.no_effect(&at, "no cluster can leave its cell: there is no other one", hint);
        }
        sound.then_some(plan::PlaneEvacuation {
            every: one.every.0,
            above_ppm: libm::round(one.above * 1e6).max(1.0) as u32,
            tests: one.tests,
            back_after: one.back_after.map(|back| back.0),
        })
    }
}
