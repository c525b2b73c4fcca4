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
    groups.iter().map(|group| found.by_ref().take(group.count as usize).collect()).collect()
}

/// The cell that a customer is bound to, if it is one of so many.
pub fn bound(group: &Customers, number: u32, cells: u16) -> Option<u16> {
    group.pin(number).filter(|cell| *cell < cells)
}

/// The application with the customers who are there from the start.
pub fn at_start(application: &Application) -> tables::Application {
    tables::Application::new(application, assign(application, |group| group.joins.is_none(), application.first))
}
