//! What operators do to customers' own cells when an alarm rings: they empty a cell, or take one customer out of it.

use crate::engine::Span;
use crate::model::quantity::{Duration, Rate};

object! {
    /// Customers leave a cell whose alarm rings, by their rows of the map, and come back later. A cell whose alarm
    /// rings takes nobody, and neither does one that is being emptied.
    Evacuation("camelCase") {
        need {
            /// Alarms on services of cells, each for its own cell. Of a composite alarm the first alarm that it names
            /// says which.
            alarms: Vec<String>,
        }
        given {
            /// From the alarm until the first customer sets out, if the alarm rings still.
            after: Duration = Duration(Span::MINUTE) => Choice,
            /// How many cells are emptied at one time: a cell counts until its customers are back or, without
            /// `backAfter`, until the last has left. Others wait, and are looked at again each minute.
            cells_at_once: u32 [1..=1_000] = 1 => Choice,
            /// How full other cells may become: the rate that they are offered over what their desired tasks answer.
            /// Whoever fits nowhere stays.
            fill_to: f64 [0.01..=1] = 0.8 => Choice,
        }
        may {
            /// How many customers set out, such as `"10/s"`; each then takes its own `cloneTime`.
            pace: Rate => Choice "as many as `migration` moves at once",
            /// How long no alarm of the cell has to ring before its customers come back, at the same pace and once all
            /// its desired tasks answer.
            back_after: Duration => Choice "they stay where they are",
        }
    }
}

object! {
    /// The customer who poisons a cell is taken out of it: as a fault `poisonCustomer` says, or the `customers` of a
    /// defect `poisonInput` that serves there.
    Quarantine("camelCase") {
        need {
            /// Alarms on services of cells, as of `evacuation`. With `backAfter` those of the quarantine cell hold who
            /// is in it.
            alarms: Vec<String>,
        }
        given {
            /// From the alarm until operators know who it is. They look on each minute while the alarm rings.
            after: Duration = Duration(Span::from_secs(600)) => Choice,
            /// What is done with him.
            action: QuarantineAction = QuarantineAction::Move => Sourced "[cell-whitepaper], a row of the map that stands before the algorithm",
        }
        may {
            /// With `move`: name of the cell, such as `cell-4`: `mapping` sends nobody there from the start on.
            cell: String => Choice "a cell more, `<name>-quarantine`, which is there from the start",
            /// How long no alarm of his cell, or of the quarantine cell, has to ring before he comes back. It doubles
            /// each time that he has to be taken out again.
            back_after: Duration => Choice "he stays where he is",
            /// With `backAfter`: how many customers come back, one after the other.
            back_pace: Rate => Choice "`\"1/min\"`",
            /// With `backAfter`: how often one comes back; after that he stays where he is.
            back_times: u32 [1..=100] => Choice "3",
        }
    }
}

words! {
    /// What operators do with a customer who poisons a cell.
    QuarantineAction("camelCase") {
        /// His row of the map leads to a cell where nobody else is.
        Move,
        /// His row of the map says that nobody serves him: the router turns his requests away.
        Drop,
    }
}
