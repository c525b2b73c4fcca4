//! Randomness that belongs to its user: a draw is a pure function of seed, purpose and who draws.
//!
//! No generator is stored anywhere. Adding a host, a fault or another draw therefore leaves all other draws as they
//! were, and two designs run under one seed meet the same chance (common random numbers).

use rand::TryRng;
use std::convert::Infallible;

/// The seed of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seed(pub u64);

/// What a draw is for: one number for each kind of chance in a model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Purpose(pub u32);

/// Who draws: a birth certificate made of names and counts, never of a slot or a position that depends on history.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Who(pub u64);

impl Seed {
    /// The seed of replication `n`; replication 0 is the run itself.
    #[must_use]
    pub fn replication(self, n: u32) -> Seed {
        if n == 0 { self } else { Seed(mix(self.0 ^ mix(u64::from(n) ^ 0x5EED_5EED_5EED_5EED))) }
    }
}

impl Who {
    /// From a name.
    pub fn named(name: &str) -> Who {
        // FNV-1a, then mixed: names are short and this is done once for each.
        let hash = name
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
        Who(mix(hash))
    }

    /// The `n`th child of this one: "web, 17th launch".
    #[must_use]
    pub const fn nth(self, n: u64) -> Who {
        Who(mix(self.0 ^ n.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(0x2545_F491_4F6C_DD1D)))
    }
}

/// A short generator for one draw: SplitMix64 (Steele, Lea and Flood, 2014), started at a hash of its key. A law may
/// take as many numbers from it as it likes without shifting anybody else's.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The generator that belongs to `purpose` and `who` under `seed`.
    pub const fn new(seed: Seed, purpose: Purpose, who: Who) -> Draw {
        Draw(mix(mix(seed.0 ^ (purpose.0 as u64) << 32) ^ who.0))
    }

    /// 64 uniform bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// Uniform in [0, 1), from 53 bits.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in `0..n`; 0 when `n` is 0. Multiply-shift: the bias is below n / 2^64.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// Whether an event of probability `p` happens.
    pub fn happens(&mut self, p: f64) -> bool {
        self.unit() < p
    }
}

impl TryRng for Draw {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.bits() >> 32) as u32)
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.bits())
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.bits().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

/// The finaliser of SplitMix64: every input bit reaches every output bit.
pub const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_its_key_alone() {
        let key = |purpose, who| Draw::new(Seed(42), Purpose(purpose), who).bits();
        let web = Who::named("shop/web");
        assert_eq!(key(1, web.nth(17)), key(1, web.nth(17)));
        assert_ne!(key(1, web.nth(17)), key(1, web.nth(18)));
        assert_ne!(key(1, web.nth(17)), key(2, web.nth(17)));
        assert_ne!(Who::named("shop/web"), Who::named("shop/wed"));
    }

    #[test]
    fn unit_is_uniform() {
        let n = 100_000u64;
        let mean = (0..n).map(|i| Draw::new(Seed(7), Purpose(3), Who(i)).unit()).sum::<f64>() / n as f64;
        // The mean of n uniforms has standard deviation 1 / sqrt(12 n): this is five of them.
        assert!((mean - 0.5).abs() < 5.0 / (12.0 * n as f64).sqrt(), "mean {mean}");
    }

    #[test]
    fn below_reaches_every_value_and_no_more() {
        let mut seen = [0u32; 7];
        for i in 0..7_000 {
            seen[Draw::new(Seed(1), Purpose(0), Who(i)).below(7) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (850..1150).contains(&count)), "{seen:?}");
        assert_eq!(Draw::new(Seed(1), Purpose(0), Who(1)).below(0), 0);
    }
}
