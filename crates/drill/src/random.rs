//! Seeded choices, the same on every platform.

/// One step of `SplitMix64` (Steele, Lea and Flood 2014).
pub(crate) const fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A sequence of choices.
#[derive(Clone, Debug)]
pub(crate) struct Choices(u64);

impl Choices {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// A number from `0` to `count - 1`; 0 if `count` is 0. The bias is below `count / 2^64`.
    pub(crate) fn below(&mut self, count: u64) -> u64 {
        self.0 = mix(self.0);
        self.0 % count.max(1)
    }

    /// Puts items in a random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for (place, so_far) in (0..items.len()).zip(1_u64..) {
            let other = usize::try_from(self.below(so_far)).expect("below the number of items");
            items.swap(place, other);
        }
    }
}
