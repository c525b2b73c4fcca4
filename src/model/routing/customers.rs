//! Customers of an application in cells: bound ones first, then the mapping.

use super::assign_around;
use crate::model::plan::{Application, Customers};
use crate::model::tables;

/// The cells of the customers of some groups when there are so many cells, group by group.
///
/// # Panics
/// Without a cell.
pub fn assign(application: &Application, wanted: impl Fn(&Customers) -> bool, cells: u16) -> Vec<Vec<u16>> {
    let groups: Vec<&Customers> = application.customers.iter().filter(|group| wanted(group)).collect();
    let each = || groups.iter().flat_map(|group| (0..group.count).map(move |number| (*group, number)));
    let names: Vec<String> = each().map(|(group, number)| group.name_of(number)).collect();
    let fixed: Vec<Option<u16>> = each().map(|(group, number)| bound(group, number, cells)).collect();
    let mut found = assign_around(application.mapping, &names, &fixed, cells).into_iter();
    let all: Vec<Vec<u16>> = groups.iter().map(|group| found.by_ref().take(group.count as usize).collect()).collect();
    if (0..cells).all(|cell| application.is_shared(cell)) {
        return all;
    }
    let mut counts = vec![0; usize::from(cells)];
    all.iter().flatten().for_each(|cell| counts[usize::from(*cell)] += 1);
    let mut dealt = Vec::new();
    for (group, found) in groups.into_iter().zip(all) {
        let found = elsewhere(group, found, &mut counts, cells, |cell| application.is_shared(cell));
        dealt.push(found);
    }
    dealt
}

/// Customers of a group whom the mapping sends to a cell that takes nobody get the least populated one that does, of
/// equal ones the first; who is bound to his cell stays in it. `counts`: customers of each cell.
pub fn elsewhere(
    group: &Customers,
    mut found: Vec<u16>,
    counts: &mut [u32],
    cells: u16,
    takes: impl Fn(u16) -> bool,
) -> Vec<u16> {
    let open: Vec<u16> = (0..cells).filter(|cell| takes(*cell)).collect();
    if open.len() == usize::from(cells) {
        return found;
    }
    for (number, cell) in (0..).zip(&mut found) {
        let least = || open.iter().copied().min_by_key(|cell| (counts[usize::from(*cell)], *cell));
        if takes(*cell) || bound(group, number, cells).is_some() {
            continue;
        }
        if let Some(other) = least() {
            counts[usize::from(other)] += 1;
            *cell = other;
        }
    }
    found
}

/// The cell that a customer is bound to, if it is one of so many.
pub fn bound(group: &Customers, number: u32, cells: u16) -> Option<u16> {
    group.pin(number).filter(|cell| *cell < cells)
}

/// The application with the customers who are there from the start.
pub fn at_start(application: &Application) -> tables::Application {
    tables::Application::new(application, assign(application, |group| group.joins.is_none(), application.first))
}
