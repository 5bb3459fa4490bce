//! Random numbers: an explicit seed, one stream per purpose.
//!
//! What happens to request 17 at `web-1` depends only on the seed, the number 17 and the name `web-1`. Two designs side
//! by side therefore get the same traffic, and a fault changes only what it affects. Nothing here calls the platform's
//! math library, whose results may differ in the last bit: the logarithm, the exponential function and the normal
//! quantile are computed with additions, multiplications, divisions and square roots, which IEEE 754 defines to the
//! last bit.

mod exp;
mod log;
mod normal;
mod sampler;
mod ziggurat;

pub(super) use sampler::{Sampler, exponential};

/// The finaliser of splitmix64: each input bit affects every output bit with a probability of about one half.
pub(super) const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Hashes a name (FNV-1a).
pub(super) fn key(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Converts 64 random bits to a number in the open interval (0, 1): the midpoint of one of 2^52 equal parts.
///
/// `open_unit(!bits)` is exactly `1.0 - open_unit(bits)`.
pub(super) fn open_unit(bits: u64) -> f64 {
    // The upper 52 bits become the mantissa of a number in [1, 2). Every step is exact.
    let from_one = f64::from_bits((bits >> 12) | 0x3ff0_0000_0000_0000);
    from_one - (1.0 - f64::EPSILON / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_interval_is_open_and_symmetric() {
        let smallest = open_unit(0);
        assert!(smallest > 0.0 && open_unit(u64::MAX) < 1.0);
        assert_eq!(smallest.to_bits(), (f64::EPSILON / 2.0).to_bits());
        for i in 0..10_000 {
            let bits = mix(i);
            assert_eq!(open_unit(!bits).to_bits(), (1.0 - open_unit(bits)).to_bits());
        }
    }
}
