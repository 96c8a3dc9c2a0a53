//! A small generator of numbers, the same on every machine and for ever.

use uuid::{Builder, Uuid};

/// `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): one addition and one mixing a
/// number, and any seed is a good one, so that every app can have a generator of its own.
#[derive(Debug, Clone)]
pub(in crate::sandbox::tenant) struct Rng(u64);

const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

impl Rng {
    /// A generator that depends on the seed and the stream alone.
    pub(in crate::sandbox::tenant) fn new(seed: u64, stream: u64) -> Self {
        Self(mix(seed) ^ mix(stream.wrapping_add(GOLDEN_GAMMA)))
    }

    /// Any number.
    pub(in crate::sandbox::tenant) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_GAMMA);
        mix(self.0)
    }

    /// A number from 0 up to, not including, `bound`, which is small enough that the bias does not show.
    pub(in crate::sandbox::tenant) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// True in `permille` of 1000 cases.
    pub(super) fn chance(&mut self, permille: u64) -> bool {
        self.below(1000) < permille
    }

    /// One of `choices`.
    pub(in crate::sandbox::tenant) fn pick<T: Copy, const N: usize>(
        &mut self,
        choices: &[T; N],
    ) -> T {
        const { assert!(N > 0, "a choice of nothing") };
        let index = usize::try_from(self.below(N as u64)).unwrap_or(0);
        choices[index]
    }

    /// A GUID as other services draw it (version 4).
    pub(in crate::sandbox::tenant) fn uuid(&mut self) -> Uuid {
        let bits = u128::from(self.next()) << 64 | u128::from(self.next());
        Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

/// The finalizer: every bit of the input moves half of the output's.
pub(super) const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
