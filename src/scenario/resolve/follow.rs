//! Faults that follow others: which one, and whether that can be.

use super::Activity;
use crate::engine::Span;
use crate::model::fault::{Reach, Scope};
use crate::model::ids::{FaultId, RegionId};
use crate::model::plan::{Fault, Plan, When};
use crate::model::problem::Noun;

/// Where a fault is alone, if it is.
fn region(fault: &Fault, plan: &Plan) -> Option<RegionId> {
    match fault.scope {
        Scope::Region(region) => region,
        Scope::Zone(zone) | Scope::ZoneAway(zone) => Some(plan.zones[zone?].region),
        Scope::Cell(cell) => Some(plan.cells[cell?].region),
        Scope::CellOf(cluster) => Some(plan.cells[plan.clusters[cluster].cell].region),
        Scope::World | Scope::Pool | Scope::Host | Scope::Task => None,
    }
}

/// Whether it begins in all cells of its Region at the same time, so that what follows it can do so, too.
fn is_shared(fault: &Fault) -> bool {
    let at_once = matches!(fault.when, When::At(_)) && matches!(fault.scope, Scope::Host | Scope::Task);
    fault.scope.reach() != Reach::Own || at_once
}

impl Activity<'_> {
    /// Looks up what is followed; `rows` are the faults of the file that stand.
    pub(super) fn followed(&mut self, rows: &[Option<FaultId>]) {
        let list = &self.scenario.faults;
        for (index, id) in rows.iter().enumerate() {
            let (fault, key) = (&list[index].0, format!("/faults/{index}/after"));
            let Some(name) = &fault.after else { continue };
            let names = list.iter().map(|one| one.0.name.as_str());
            let place = self.index.faults.get(name.as_str()).and_then(|places| places.first());
            let Some(place) = place else {
                self.out.is_one_of(Noun::Fault, name, &key, names);
                continue;
            };
            let (Some(id), Some(followed)) = (*id, rows[*place]) else { continue };
            let delay = fault.delay.map_or(Span::ZERO, |delay| delay.0);
            self.plan.faults[id].when = When::After { fault: followed, delay };
            self.plan.followers.push(id);
        }
        // In the order of their names, as all rows: of two that begin at once the same one comes first however the file
        // lists them.
        self.plan.followers.sort_unstable();
        for (index, id) in rows.iter().enumerate() {
            if let Some(id) = id {
                self.can_follow(*id, &format!("/faults/{index}/after"));
            }
        }
    }

    fn can_follow(&mut self, id: FaultId, at: &str) {
        let faults = &self.plan.faults;
        let When::After { fault: followed, .. } = faults[id].when else { return };
        let mut first = followed;
        let mut steps = 0;
        while let When::After { fault, .. } = faults[first].when
            && steps <= faults.len()
        {
            (first, steps) = (fault, steps + 1);
        }
        let (mine, other) = (&faults[id], &faults[followed]);
        let (name, other_name) = (mine.name.clone(), other.name.clone());
        if steps > faults.len() {
            let message = format!("`{name}` follows `{other_name}`, which follows it in turn: none ever begins");
            self.out.conflict(at, message, "give one of them `at` or `every`");
            // Nothing walks around in what is refused.
            self.plan.faults[id].when = When::At(self.plan.end());
        } else if !is_shared(&faults[first]) {
            let message =
                format!("`{}` begins in one cell, host or task at a time: nothing can follow it", faults[first].name);
            self.out.conflict(at, message, "follow a fault of a zone, a Region or the whole world");
        } else if let (Some(here), Some(there)) = (region(mine, &self.plan), region(other, &self.plan))
            && here != there
        {
            let message = format!("`{other_name}` hits another Region than `{name}`");
            self.out.conflict(at, message, "let it follow a fault of its own Region");
        }
    }
}
