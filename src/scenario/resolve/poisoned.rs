//! Customers whose requests a bad revision fails on.

use super::Build;
use super::application::number_of;
use super::units::Named;
use crate::model::defect::Spec;
use crate::model::plan::Customers;
use crate::model::problem::Noun;
use crate::scenario::file::Change;

impl Build<'_> {
    /// The customers of `poisonInput`; `None`: everybody.
    pub(super) fn hits(&mut self, written: &Change, named: &Named, at: &str) -> Option<Vec<(usize, Option<u32>)>> {
        let Some(Spec::PoisonInput(spec)) = &written.defect else { return None };
        if spec.customers.is_empty() {
            return None;
        }
        let at = format!("{at}/defect/poisonInput/customers");
        let application = self.plan.application.as_ref();
        let cells = application.map_or(&[][..], |one| &one.cells);
        if named.services().any(|service| !cells.contains(&service)) || named.services().next().is_none() {
            let message = "only the cells of an application have customers of their own";
            self.out.wrong_target(&at, message, "change a `cellularApplication`, or leave it out");
            return None;
        }
        let groups = application.map_or(&[][..], |one| &one.customers);
        let mut found = Vec::new();
        let mut unknown = Vec::new();
        for (place, name) in spec.customers.iter().enumerate() {
            match whose(groups, name) {
                Some(who) => found.push(who),
                None => unknown.push((place, name)),
            }
        }
        found.sort_unstable();
        found.dedup();
        // Who is of a group that is named needs no name.
        let whole: Vec<usize> = found.iter().filter(|(_, number)| number.is_none()).map(|(group, _)| *group).collect();
        found.retain(|(group, number)| number.is_none() || !whole.contains(group));
        for (place, name) in unknown {
            let known = groups.iter().map(|group| group.name.as_str());
            self.out.unknown(Noun::Customer, name, &format!("{at}/{place}"), known);
        }
        Some(found)
    }
}

fn whose(groups: &[Customers], name: &str) -> Option<(usize, Option<u32>)> {
    let group = groups.iter().position(|group| group.name == name).map(|group| (group, None));
    let single = || groups.iter().enumerate().find_map(|(row, group)| Some((row, Some(number_of(group, name)?))));
    group.or_else(single)
}
