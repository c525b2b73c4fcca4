//! What can happen, and how it waits in the queue: as two words.
//!
//! Every flow has an enum of its steps. An enum is put together in memory, field by field, and a copy of the whole that
//! follows at once waits for these stores: a sixth of the time of a steady world went there. Two words stay in
//! registers.
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

/// Bits that the fields of a step may take.
pub(crate) const FIELDS: u32 = 112;

impl Event {
    /// From the number of a family, that of the step in it, and its fields.
    #[inline]
    pub(crate) const fn new(family: u8, step: u8, fields: u128) -> Event {
        let rest = (fields >> 64) as u64 | (step as u64) << 48 | (family as u64) << 56;
        Event { fields: fields as u64, rest }
    }

    /// The number of its family.
    #[inline]
    pub(crate) const fn number(self) -> u8 {
        (self.rest >> 56) as u8
    }

    /// The number of the step in its family.
    #[inline]
    pub(crate) const fn step(self) -> u8 {
        (self.rest >> 48) as u8
    }

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
