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

/// A customer who poisons a cell is taken out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    pub alarms: CellAlarms,
    /// From the alarm until operators know who it is.
    pub after: Span,
    /// Where he is moved, and nobody else is sent; `None`: the router turns his requests away.
    pub cell: Option<u16>,
    /// When he comes back; `None`: he does not.
    pub back: Option<Release>,
}

/// When a customer comes back whom operators took out of his cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    /// How long no alarm that holds him has to ring, the first time. It doubles each time.
    pub after: Span,
    /// How many come back, in billionths for each second.
    pub pace: u64,
    /// How often one comes back.
    pub times: u32,
}

impl Release {
    /// The most that a customer has to wait (model choice: longer than any run that has been thought of).
    const LONGEST: Span = Span::from_secs(10 * 365 * 86_400);

    /// How long one has to wait who was taken out so many times; `None`: he stays.
    pub fn wait(&self, times: u32) -> Option<Span> {
        let doubled = self.after.0.saturating_mul(1 << times.saturating_sub(1).min(30));
        (times <= self.times).then_some(Span(doubled.min(Release::LONGEST.0)))
    }

    /// From one who comes back to the next.
    pub fn gap(&self) -> Span {
        // A rate is whole billionths: in whole milliseconds "1/min" is a minute.
        let millis = (1_000_000_000_000 + self.pace / 2) / self.pace.max(1);
        Span(millis.saturating_mul(1_000).min(Release::LONGEST.0))
    }
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
