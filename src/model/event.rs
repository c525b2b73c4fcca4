//! What can happen, and how it waits in the queue: as two words.
//!
//! Every flow has an enum of its steps. An enum is put together in memory, field by field, and a copy of the whole that
//! follows at once waits for these stores: a sixth of the time of a steady world went there. Two words stay in registers.
//!
//! ```text
//!   bits 0 to 111: the fields of the step, first to last | step 8 | family 8
//! ```

use super::fact::{Cause, Reason, StopCode};
use crate::engine::index::{Handle, Id};

/// A step of a flow, as the queue holds it.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    fields: u64,
    rest: u64,
}

/// Whose step it is. The list names every flow, so that any flow may schedule any step: cycles exist in time, never in
/// calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Family {
    /// A launch goes on.
    Launch,
    /// A running task.
    Serve,
    /// A task on its way out.
    Stop,
    /// Truth becomes belief.
    Detect,
    /// The service scheduler.
    Reconcile,
    /// Zones are evened out.
    Rebalance,
    /// Hosts come and go.
    Scale,
    /// Rates change.
    Traffic,
    /// Something breaks or heals.
    Fault,
    /// The control plane has time, comes back, grows.
    Plane,
    /// Customers of an application in cells come, move and find their way.
    Dispatch,
    /// New revisions are rolled out.
    Deploy,
    /// Alarms change their state.
    Alarm,
    /// Changes go on stage by stage.
    Pipeline,
    /// Parts of a change in several Regions talk to each other.
    Convoy,
    /// Badly filled hosts are drained.
    Consolidate,
}

impl Family {
    const ALL: [Family; 16] = [
        Family::Launch,
        Family::Serve,
        Family::Stop,
        Family::Detect,
        Family::Reconcile,
        Family::Rebalance,
        Family::Scale,
        Family::Traffic,
        Family::Fault,
        Family::Plane,
        Family::Dispatch,
        Family::Deploy,
        Family::Alarm,
        Family::Pipeline,
        Family::Convoy,
        Family::Consolidate,
    ];
}

/// Bits that the fields of a step may take.
pub(crate) const FIELDS: u32 = 112;

impl Event {
    /// From a family, the number of the step in it, and its fields.
    #[inline]
    pub(crate) const fn new(family: Family, step: u8, fields: u128) -> Event {
        let rest = (fields >> 64) as u64 | (step as u64) << 48 | (family as u64) << 56;
        Event { fields: fields as u64, rest }
    }

    /// Whose step it is.
    #[inline]
    pub fn family(self) -> Family {
        Family::ALL[(self.rest >> 56) as usize]
    }

    /// The number of the step in its family.
    #[inline]
    pub(crate) const fn step(self) -> u8 {
        (self.rest >> 48) as u8
    }

    /// Its fields.
    #[inline]
    pub(crate) const fn fields(self) -> u128 {
        (self.rest as u128 & 0xFFFF_FFFF_FFFF) << 64 | self.fields as u128
    }
}

/// What a step may carry.
pub(crate) trait Field: Copy {
    /// Bits it takes.
    const BITS: u32;
    /// The value in these bits.
    fn bits(self) -> u64;
    /// The value back.
    fn of(bits: u64) -> Self;
}

impl Field for Handle {
    const BITS: u32 = 64;
    fn bits(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.slot)
    }
    fn of(bits: u64) -> Self {
        Handle { slot: bits as u32, generation: (bits >> 32) as u32 }
    }
}

impl<I: Id> Field for I {
    const BITS: u32 = 8 * size_of::<I>() as u32;
    fn bits(self) -> u64 {
        self.row() as u64
    }
    fn of(bits: u64) -> Self {
        I::of(bits as usize)
    }
}

/// Whole numbers take their own bits.
macro_rules! whole {
    ($($int:ty)*) => { $(
        impl Field for $int {
            const BITS: u32 = <$int>::BITS;
            fn bits(self) -> u64 {
                u64::from(self)
            }
            fn of(bits: u64) -> Self {
                bits as $int
            }
        }
    )* };
}

whole! { u8 u16 u32 u64 }

impl Field for Cause {
    const BITS: u32 = 32;
    fn bits(self) -> u64 {
        u64::from(self.word())
    }
    fn of(bits: u64) -> Self {
        Cause::from_word(bits as u32)
    }
}

impl Field for StopCode {
    const BITS: u32 = 8;
    fn bits(self) -> u64 {
        self as u64
    }
    fn of(bits: u64) -> Self {
        StopCode::ALL[bits as usize]
    }
}

impl Field for Reason {
    const BITS: u32 = 8;
    fn bits(self) -> u64 {
        self as u64
    }
    fn of(bits: u64) -> Self {
        Reason::ALL[bits as usize]
    }
}

/// The steps of a flow: the enum, the way into an event, and the way back.
macro_rules! steps {
    ($family:ident: $($(#[$doc:meta])* $step:ident($($name:ident: $field:ty),*),)*) => {
        /// What can happen.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Step {
            $($(#[$doc])* $step($($field),*),)*
        }

        impl From<Step> for $crate::model::event::Event {
            #[inline]
            fn from(step: Step) -> Self {
                #[repr(u8)]
                enum Number { $($step),* }
                match step {
                    $(Step::$step($($name),*) => {
                        const { assert!(0 $(+ <$field as $crate::model::event::Field>::BITS)* <= $crate::model::event::FIELDS) };
                        let (fields, at) = (0u128, 0u32);
                        $(
                            let fields = fields | u128::from($crate::model::event::Field::bits($name)) << at;
                            let at = at + <$field as $crate::model::event::Field>::BITS;
                        )*
                        let _ = at;
                        Self::new($crate::model::event::Family::$family, Number::$step as u8, fields)
                    })*
                }
            }
        }

        impl Step {
            /// The step that an event of this family is.
            #[inline]
            pub(crate) fn of(event: $crate::model::event::Event) -> Step {
                #[repr(u8)]
                enum Number { $($step),* }
                let fields = event.fields();
                match event.step() {
                    $(number if number == Number::$step as u8 => {
                        let at = 0u32;
                        $(
                            let bits = <$field as $crate::model::event::Field>::BITS;
                            let $name = <$field as $crate::model::event::Field>::of(
                                (fields >> at) as u64 & (u64::MAX >> (64 - bits)),
                            );
                            let at = at + bits;
                        )*
                        let _ = at;
                        Step::$step($($name),*)
                    })*
                    number => unreachable!("no step of this family has the number {number}"),
                }
            }
        }
    };
}
pub(crate) use steps;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fact::Mechanism;
    use crate::model::fault::Step as Fault;
    use crate::model::flows::{stop, traffic};
    use crate::model::ids::{FaultId, ServiceId, ZoneId};

    const TASK: Handle = Handle { slot: 0xFFFF_FFFE, generation: 0x8000_0001 };

    #[test]
    fn a_step_comes_back_as_it_went() {
        for code in StopCode::ALL {
            for reason in Reason::ALL {
                let step = stop::Step::Exited(TASK, code, reason);
                assert_eq!(stop::Step::of(step.into()), step);
            }
        }
        let step = traffic::Step::Arrival(ServiceId(u32::MAX), u32::MAX - 1);
        assert_eq!(traffic::Step::of(step.into()), step);
        let step = traffic::Step::Forgotten(ServiceId(7), ZoneId(u16::MAX));
        assert_eq!(traffic::Step::of(step.into()), step);
        let step = Fault::Task(FaultId(3), TASK);
        assert_eq!(Fault::of(step.into()), step);
        let step = Fault::Notice(TASK, Cause::mechanism(Mechanism::Crash));
        assert_eq!(Fault::of(step.into()), step);
        assert_eq!(Event::from(step).family(), Family::Fault);
    }

    #[test]
    fn a_family_is_found_by_its_number() {
        for (number, family) in Family::ALL.into_iter().enumerate() {
            assert_eq!(number, family as usize);
        }
    }
}
