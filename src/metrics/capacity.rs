//! Container instances of a capacity provider: how many, their reservation, their price.

use super::window::{Extent, Integral};
use crate::engine::Time;
use crate::model::fact::HostStatus;

/// Nobody has told the type of this host.
pub const NO_TYPE: u16 = u16::MAX;

/// One provider. Remembers the type of every host it ever had: 4 bytes each.
#[derive(Clone, Debug)]
pub struct Capacity {
    hosts: Integral,
    reservation: Option<Integral>,
    from: Time,
    types: Vec<(u16, bool)>,
    /// Price of what is paid for, in billionths of a dollar an hour.
    price: Integral,
    unpriced: bool,
}

/// What [`Capacity`] measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measure {
    pub hosts: Extent,
    /// `CapacityProviderReservation` in percent, if it was ever published.
    pub reservation: Option<Extent>,
    /// Billionths of a dollar an hour, times microseconds; `None` when a host has no price.
    pub price: Option<u128>,
}

impl Capacity {
    /// Measures from `from` on.
    pub fn new(from: Time) -> Self {
        let zero = Integral::new(from);
        Capacity { hosts: zero, reservation: None, from, types: Vec::new(), price: zero, unpriced: false }
    }

    pub fn set_hosts(&mut self, now: Time, count: u32) {
        self.hosts.set(now, u64::from(count));
    }

    /// The reservation in percent.
    pub fn set_reservation(&mut self, now: Time, percent: u32) {
        // Before the first value there is none: it is measured from there.
        let level = self.reservation.get_or_insert_with(|| Integral::new(self.from.max(now)));
        level.set(now, u64::from(percent));
    }

    /// A host changed; paid for from launch until it is gone. `price` in billionths of a dollar an hour.
    pub fn host(&mut self, now: Time, number: u32, type_row: u16, status: HostStatus, price: Option<u64>) {
        let row = number as usize;
        if self.types.len() <= row {
            self.types.resize(row + 1, (NO_TYPE, false));
        }
        let paid = status != HostStatus::Inactive;
        let before = std::mem::replace(&mut self.types[row], (type_row, paid)).1;
        if before == paid {
            return;
        }
        match price {
            Some(price) if paid => self.price.set(now, self.price.level() + price),
            Some(price) => self.price.set(now, self.price.level().saturating_sub(price)),
            None => self.unpriced = true,
        }
    }

    /// Row of a host's instance type.
    pub fn type_of(&self, number: u32) -> Option<u16> {
        self.types.get(number as usize).map(|host| host.0).filter(|row| *row != NO_TYPE)
    }

    pub fn finish(self, end: Time) -> Measure {
        let reservation = self.reservation.map(|level| level.extent(end));
        let price = (!self.unpriced).then(|| self.price.until(end));
        Measure { hosts: self.hosts.extent(end), reservation, price }
    }
}
