//! Typed indices and the two kinds of table: rows that stay, and rows that come and go.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// A typed row number.
pub trait Id: Copy + Eq + Ord + std::fmt::Debug {
    /// From a row number.
    fn of(row: usize) -> Self;
    fn row(self) -> usize;
}

/// Declares typed ids: `ids! { ZoneId: u16, HostId: u32 }`.
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident : $int:ty),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
        #[allow(unreachable_pub, reason = "ids may be declared in a private place")]
        pub struct $name(pub $int);
        impl $crate::engine::index::Id for $name {
            fn of(row: usize) -> Self { Self(row as $int) }
            fn row(self) -> usize { self.0 as usize }
        }
    )* };
}

/// Rows that stay, addressed by a typed id. `first` is the id of row 0, so that a partition may hold a slice of a
/// larger table under the same ids.
#[derive(Clone, Debug)]
pub struct Table<I, T> {
    first: usize,
    rows: Vec<T>,
    id: PhantomData<fn(I) -> I>,
}

impl<I: Id, T> Table<I, T> {
    pub fn new() -> Self {
        Table { first: 0, rows: Vec::new(), id: PhantomData }
    }

    /// An empty table whose first row will have the id `first`.
    pub fn starting_at(first: I) -> Self {
        Table { first: first.row(), rows: Vec::new(), id: PhantomData }
    }

    /// A row for each of these ids, which follow each other.
    pub fn by_id(ids: impl IntoIterator<Item = I>, row: impl FnMut(I) -> T) -> Self {
        let mut ids = ids.into_iter().peekable();
        let first = ids.peek().map_or(0, |id| id.row());
        Table { first, rows: ids.map(row).collect(), id: PhantomData }
    }

    pub fn push(&mut self, row: T) -> I {
        self.rows.push(row);
        I::of(self.first + self.rows.len() - 1)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Rows in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.rows.iter()
    }

    /// Rows in order, to change.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.rows.iter_mut()
    }

    /// Ids in order; borrows nothing.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + use<I, T> {
        (self.first..self.first + self.rows.len()).map(I::of)
    }

    /// Ids and rows in order.
    pub fn pairs(&self) -> impl Iterator<Item = (I, &T)> {
        self.rows.iter().enumerate().map(|(row, value)| (I::of(self.first + row), value))
    }

    /// A row, if there is one.
    pub fn get(&self, id: I) -> Option<&T> {
        self.rows.get(id.row().checked_sub(self.first)?)
    }

    /// Whether the id is one of this table's.
    pub fn holds(&self, id: I) -> bool {
        self.get(id).is_some()
    }
}

impl<I: Id, T> IntoIterator for Table<I, T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;
    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

impl<'a, I: Id, T> IntoIterator for &'a Table<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, I: Id, T> IntoIterator for &'a mut Table<I, T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<I: Id, T> Default for Table<I, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Id, T> FromIterator<T> for Table<I, T> {
    fn from_iter<A: IntoIterator<Item = T>>(rows: A) -> Self {
        Table { first: 0, rows: rows.into_iter().collect(), id: PhantomData }
    }
}

impl<I: Id, T> Index<I> for Table<I, T> {
    type Output = T;
    fn index(&self, id: I) -> &T {
        &self.rows[id.row() - self.first]
    }
}

impl<I: Id, T> IndexMut<I> for Table<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.rows[id.row() - self.first]
    }
}

/// A handle to a row that may be gone: the slot and how often it has been used. An event for a dead row finds another
/// generation and ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Handle {
    pub slot: u32,
    /// How often the row had been used when the handle was made.
    pub generation: u32,
}

/// Rows that come and go. Slots are reused, newest free one first.
#[derive(Clone, Debug)]
pub struct Slots<T> {
    rows: Vec<Row<T>>,
    free: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Row<T> {
    generation: u32,
    value: T,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Slots { rows: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slots<T> {
    /// Puts a row into a free slot.
    pub fn insert(&mut self, row: T) -> Handle {
        if let Some(slot) = self.free.pop() {
            let entry = &mut self.rows[slot as usize];
            entry.value = row;
            return Handle { slot, generation: entry.generation };
        }
        let slot =
            u32::try_from(self.rows.len()).expect("fewer than 2^32 rows live at once: `Limits::rows_max` is lower");
        self.rows.push(Row { generation: 0, value: row });
        Handle { slot, generation: 0 }
    }

    /// Frees the slot; the handle and its copies are stale from here on.
    pub fn remove(&mut self, handle: Handle) {
        let entry = &mut self.rows[handle.slot as usize];
        let generation = entry.generation;
        assert!(generation == handle.generation, "removed a row twice: {handle:?}, generation is {generation}");
        entry.generation = generation.wrapping_add(1);
        self.free.push(handle.slot);
    }

    /// The row, unless the handle is stale.
    pub fn get(&self, handle: Handle) -> Option<&T> {
        self.rows.get(handle.slot as usize).filter(|row| row.generation == handle.generation).map(|row| &row.value)
    }

    /// The row to change, unless the handle is stale.
    pub fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        let row = self.rows.get_mut(handle.slot as usize)?;
        (row.generation == handle.generation).then_some(&mut row.value)
    }

    /// The row in a slot, live or not: for tables that link slots to each other.
    pub fn at(&self, slot: u32) -> &T {
        &self.rows[slot as usize].value
    }

    /// The row in a slot to change, live or not.
    pub fn at_mut(&mut self, slot: u32) -> &mut T {
        &mut self.rows[slot as usize].value
    }

    /// The current handle of a slot.
    pub fn handle(&self, slot: u32) -> Handle {
        Handle { slot, generation: self.rows[slot as usize].generation }
    }

    /// How many slots there are, live or free.
    pub fn slots(&self) -> u32 {
        self.rows.len() as u32
    }

    /// Live rows with their handles, in the order of their slots. Sorts the free list: for looks from outside, not for
    /// handlers.
    pub fn pairs(&self) -> impl Iterator<Item = (Handle, &T)> {
        let mut free = self.free.clone();
        free.sort_unstable();
        let is_live = move |slot: &u32| free.binary_search(slot).is_err();
        (0..self.slots()).filter(is_live).map(|slot| (self.handle(slot), self.at(slot)))
    }

    /// How many rows are live.
    pub fn live(&self) -> usize {
        self.rows.len() - self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_handle_finds_nothing() {
        let mut slots = Slots::default();
        let first = slots.insert('a');
        slots.remove(first);
        let second = slots.insert('b');
        assert_eq!(first.slot, second.slot);
        assert_eq!(slots.get(first), None);
        assert_eq!(slots.get(second), Some(&'b'));
        assert_eq!(slots.live(), 1);
    }

    #[test]
    fn live_rows_come_in_the_order_of_their_slots() {
        let mut slots = Slots::default();
        let handles = ['a', 'b', 'c', 'd'].map(|row| slots.insert(row));
        slots.remove(handles[2]);
        slots.remove(handles[0]);
        assert_eq!(slots.pairs().collect::<Vec<_>>(), [(handles[1], &'b'), (handles[3], &'d')]);
    }

    #[test]
    #[should_panic(expected = "removed a row twice")]
    fn removing_twice_is_a_fault_of_ours() {
        let mut slots = Slots::default();
        let handle = slots.insert(());
        slots.remove(handle);
        slots.remove(handle);
    }

    #[test]
    fn a_table_may_start_anywhere() {
        ids! { RowId: u32 }
        let mut table = Table::<RowId, char>::starting_at(RowId(7));
        let id = table.push('x');
        assert_eq!(id, RowId(7));
        assert_eq!(table[id], 'x');
        assert_eq!(table.get(RowId(6)), None);
    }
}
