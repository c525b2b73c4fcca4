//! What operators do to customers' own cells when an alarm rings.

use crate::engine::Span;
use crate::model::ids::AlarmId;

/// A cell whose alarm rings is emptied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evacuation {
    pub alarms: CellAlarms,
    /// From the alarm until the first customer sets out.
    pub after: Span,
    /// Customers who set out, in billionths for each second; `None`: as many as may move at once.
    pub pace: Option<u64>,
    /// How many cells are emptied at one time.
    pub cells_at_once: u32,
    /// How full others may become: their offered rate against what their desired tasks answer, in millionths.
    pub fill_ppm: u64,
    /// How long its alarms have to be quiet before customers come back; `None`: they do not.
    pub back_after: Option<Span>,
}

/// A customer who poisons a cell is moved to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    pub alarms: CellAlarms,
    /// From the alarm until operators know who it is.
    pub after: Span,
    /// Where nobody else is sent.
    pub cell: u16,
}

/// Alarms, each with the cell that it is of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellAlarms(pub Vec<(AlarmId, u16)>);

impl CellAlarms {
    /// The cell of an alarm, if it is one of these.
    pub fn cell(&self, alarm: AlarmId) -> Option<u16> {
        self.0.iter().find(|row| row.0 == alarm).map(|row| row.1)
    }

    /// The alarms of a cell.
    pub fn of(&self, cell: u16) -> impl Iterator<Item = AlarmId> {
        self.0.iter().filter(move |row| row.1 == cell).map(|row| row.0)
    }
}
