//! The table of measures: each result is one line with its key, unit, direction, meaning, and where it comes from.
//!
//! ```text
//!   Measured ──walk──► Row of one replication ──Fold, in index order──► ──walk──► Summary
//! ```
//! The lines are walked twice, in the same order: once to take values from a run, once to put estimates over all runs
//! in their place. The types of the rows, the keys that an objective may name, and `docs/results.md` follow from the
//! same lines.

mod alarm;
mod application;
mod autoshift;
mod change;
mod fault;
mod fold;
mod plane;
mod recovered;
mod scaling;
mod service;
mod shape;
mod summary;
mod walk;

pub use alarm::AlarmRow;
pub use application::{ApplicationCellRow, ApplicationRow};
pub use autoshift::AutoshiftRow;
pub use change::{BreakerRow, ChangeRow, StageRow, ToBad};
pub use fault::{FaultRow, HitCounts, LossRow};
pub use fold::Fold;
pub use plane::{CellRow, PlaneLaunches, PlaneRow, RouterRow};
pub use recovered::RecoveryRow;
pub use scaling::ScalingRow;
pub use service::{Launches, Level, OnProvider, ProviderRow, Quantiles, Requests, ServiceRow, StreamRow, WorstMinute};
pub use shape::{Better, Cell, Estimate, Key, Maybe};
pub use summary::{ObjectiveRow, Subject, Summary, Verdict, all_keys};
pub use walk::Row;

/// Rows of results, a field a line: `field: Type [unit Better] = where it comes from;`. A field without a unit is a
/// name, or holds fields of its own, which take its unit unless they have one. `[flat]` puts those beside the others.
macro_rules! measures {
    (
        $(#[doc = $page:literal])+
        $(#[derive($($trait:ident),+)])?
        $name:ident($walk:ident $(, $of:ident: $type_of:ty)*) {
            $(
                $(#[doc = $about:literal])+
                $(#[serde($($serde:tt)*)])?
                $field:ident: $type:ty $([$unit:ident $($better:ident)?])? = $value:expr;
            )+
        }
    ) => {
        $(#[doc = $page])+
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        $(#[derive($($trait),+)])?
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $(
                $(#[doc = $about])+
                $(#[serde($($serde)*)])?
                pub $field: $type,
            )+
        }

        impl $name {
            pub(super) fn walk($walk: &mut $crate::metrics::measures::walk::Walk<'_> $(, $of: $type_of)*) -> Self {
                Self { $($field: $value,)+ }
            }
        }

        impl $crate::metrics::measures::shape::Shape for $name {
            fn keys(at: &$crate::metrics::measures::shape::At, out: &mut Vec<$crate::metrics::measures::Key>) {
                $({
                    let unit: Option<&'static str> = None$(.or(Some(stringify!($unit))))?;
                    let better = None$($(.or(Some($crate::metrics::measures::Better::$better)))?)?;
                    let at = at.field(stringify!($field), concat!($($about),+), unit, better);
                    <$type as $crate::metrics::measures::shape::Shape>::keys(&at, out);
                })+
            }

            fn look(&self, path: &str) -> Option<$crate::metrics::measures::Cell> {
                let (head, rest) = path.split_once('.').unwrap_or((path, ""));
                $(if $crate::metrics::measures::shape::camel(stringify!($field)) == head {
                    return self.$field.look(rest);
                })+
                None
            }
        }
    };
}
use measures;
