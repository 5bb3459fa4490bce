//! Random numbers: an explicit seed, one stream per purpose.
//!
//! What happens to request 17 at `web-1` depends on the seed, on 17 and on the name `web-1`, and on nothing else. So the same
//! traffic meets two designs side by side, and a fault changes nothing that it does not touch. Logarithms come from
//! libm: the platform's own may differ in the last bit.

use crate::model::station::ServiceTime;

/// The finaliser of splitmix64: every bit of the input changes half of the output's.
pub(super) const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A key for a name: FNV-1a.
pub(super) fn key(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Turns 64 random bits into a number in the open interval (0, 1).
pub(super) fn open_unit(bits: u64) -> f64 {
    ((bits >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}

/// Draws one service time in nanoseconds from `service`; `bits` decide which.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "durations are positive and far below 2^63 ns")]
pub(super) fn service_nanos(service: ServiceTime, bits: u64) -> u64 {
    let ms = match service {
        ServiceTime::Constant { ms } => return ms.nanos(),
        ServiceTime::Exponential { mean_ms } => -libm::log(open_unit(bits)) * mean_ms.get(),
        ServiceTime::Uniform { min_ms, max_ms } => min_ms.get() + open_unit(bits) * (max_ms.get() - min_ms.get()),
        ServiceTime::LogNormal { median_ms, sigma } => median_ms.get() * libm::exp(sigma.get() * normal(bits)),
    };
    (ms.clamp(0.0, 3_600_000.0) * 1e6) as u64
}

/// A standard normal number, by Box and Muller's method.
fn normal(bits: u64) -> f64 {
    let radius = libm::sqrt(-2.0 * libm::log(open_unit(bits)));
    radius * libm::cos(std::f64::consts::TAU * open_unit(mix(bits)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::quantity::{Millis, Sigma};

    #[test]
    fn samples_have_the_mean_of_their_distribution() {
        let (ms, sigma) = (|ms| Millis::new(ms).unwrap(), Sigma::new(0.5).unwrap());
        for service in [
            ServiceTime::Constant { ms: ms(3.0) },
            ServiceTime::Exponential { mean_ms: ms(2.0) },
            ServiceTime::Uniform { min_ms: ms(1.0), max_ms: ms(5.0) },
            ServiceTime::LogNormal { median_ms: ms(45.0), sigma },
        ] {
            let n = 200_000;
            let sum: f64 = (0..n).map(|i| service_nanos(service, mix(i)) as f64 / 1e6).sum();
            let mean = sum / n as f64;
            assert!((mean / service.mean_ms() - 1.0).abs() < 0.01, "{service:?}: {mean}");
        }
    }
}
