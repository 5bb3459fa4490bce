//! The sampler shared by all engines implemented here, so that the comparison measures engines, not samplers.

use serde::{Deserialize, Serialize};

/// xoshiro256++ by Blackman and Vigna, seeded with splitmix64.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Random {
    state: [u64; 4],
    /// The next exponential variate, with mean 1.
    ahead: f64,
}

impl Random {
    pub fn new(seed: u64) -> Self {
        let mut mixer = seed;
        let state = std::array::from_fn(|_| {
            mixer = mixer.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (mixer ^ (mixer >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        });
        let mut random = Self { state, ahead: 0.0 };
        random.exponential(0.0);
        random
    }

    #[inline]
    fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Draws an exponential time with this mean in nanoseconds, by inversion; at least 1.
    ///
    /// The logarithm was computed by the previous call. No event waits for it, and the processor computes the next one
    /// in parallel with the event's other work.
    #[inline]
    pub fn exponential(&mut self, mean_ns: f64) -> u64 {
        // Adding 2^52 rounds to a whole number and leaves it in the mantissa: cheaper than a saturating conversion.
        let whole = self.ahead * mean_ns + 4_503_599_627_370_496.0;
        // In the open interval (0, 1).
        let unit = ((self.bits() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0);
        self.ahead = -unit.ln();
        (whole.to_bits() & 0x000f_ffff_ffff_ffff).max(1)
    }
}
