//! Service times compiled for the engine: in nanoseconds, with all draw-independent values precomputed.
//!
//! Each draw is a function of 64 bits, times a scale. A change of the mean therefore scales all draws alike, and two
//! designs with the same traffic get the same draws. Uniform and lognormal times are drawn by inversion, so larger bits
//! give a longer time. Exponential times are on the engine's critical path and use the ziggurat method, which is three
//! times as fast.

use hoplight_model::station::ServiceTime;

use super::exp::exp;
use super::log::ln;
use super::{mix, open_unit};
use super::{normal, ziggurat};

/// Upper limit of a draw: 26 days, in nanoseconds.
const LONGEST: f64 = 2_251_799_813_685_248.0;
/// Adding 2^52 to a smaller number leaves the nearest whole number in the mantissa.
const ROUND: f64 = 4_503_599_627_370_496.0;
const MANTISSA: u64 = (1 << 52) - 1;
/// Number of [`open_unit`] values whose product is still a normal number: each is at least 2^-53.
const FACTORS: u8 = 16;

/// A distribution of service times, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) enum Sampler {
    Constant(u64),
    Exponential { mean: f64 },
    Uniform { min: f64, width: f64 },
    LogNormal { median: f64, sigma: f64 },
    Erlang { phase: f64, phases: u8 },
    Hyperexponential { first_share: f64, first: f64, second: f64 },
}

impl From<ServiceTime> for Sampler {
    fn from(service: ServiceTime) -> Self {
        let nanos = |ms: hoplight_model::quantity::Millis| ms.get() * 1e6;
        match service {
            ServiceTime::Constant { ms } => Self::Constant(ms.nanos()),
            ServiceTime::Exponential { mean_ms } => Self::Exponential { mean: nanos(mean_ms) },
            ServiceTime::Uniform { min_ms, max_ms } => {
                Self::Uniform { min: nanos(min_ms), width: (nanos(max_ms) - nanos(min_ms)).max(0.0) }
            }
            ServiceTime::LogNormal { median_ms, sigma } => Self::LogNormal { median: nanos(median_ms), sigma: sigma.get() },
            ServiceTime::Erlang { mean_ms, k } => Self::Erlang { phase: nanos(mean_ms) / f64::from(k.get()), phases: k.get() },
            ServiceTime::Hyperexponential { mean_ms, cv2 } => {
                // Balanced means: each of the two branches contributes half of the mean.
                let first_share = f64::midpoint(1.0, ((cv2.get() - 1.0) / (cv2.get() + 1.0)).sqrt());
                let half = nanos(mean_ms) / 2.0;
                Self::Hyperexponential { first_share, first: half / first_share, second: half / (1.0 - first_share) }
            }
        }
    }
}

impl Sampler {
    /// Maps `bits` to a time in nanoseconds.
    #[expect(clippy::inline_always, reason = "a handful of instructions on the engine\'s critical path")]
    #[inline(always)]
    pub(in super::super) fn nanos(&self, bits: u64) -> u64 {
        match *self {
            Self::Constant(nanos) => nanos,
            Self::Exponential { mean } => nearest(mean * ziggurat::exponential(bits)),
            _ => self.nanos_slow(bits),
        }
    }

    /// Out-of-line slow path of `nanos`.
    #[inline(never)]
    fn nanos_slow(&self, bits: u64) -> u64 {
        whole(match *self {
            Self::Constant(nanos) => return nanos,
            Self::Exponential { mean } => mean * ziggurat::exponential(bits),
            Self::Uniform { min, width } => min + width * open_unit(bits),
            Self::LogNormal { median, sigma } => median * exp(sigma * normal::quantile(open_unit(bits))),
            Self::Erlang { phase, phases } => phase * erlang(phases, bits),
            Self::Hyperexponential { first_share, first, second } => {
                let mean = if open_unit(bits) < first_share { first } else { second };
                mean * exponential(mix(bits.wrapping_add(1)))
            }
        })
    }

    /// The mean in nanoseconds.
    pub(in super::super) fn mean(self) -> f64 {
        match self {
            Self::Constant(nanos) => nanos as f64,
            Self::Exponential { mean } => mean,
            Self::Uniform { min, width } => min + width / 2.0,
            Self::LogNormal { median, sigma } => median * exp(sigma * sigma / 2.0),
            Self::Erlang { phase, phases } => phase * f64::from(phases),
            Self::Hyperexponential { first_share, first, second } => first_share * first + (1.0 - first_share) * second,
        }
    }
}

/// An exponential variate with mean 1, by inversion: −ln(1 − u).
#[expect(clippy::inline_always, reason = "a handful of instructions on the engine\'s critical path")]
#[inline(always)]
pub(in super::super) fn exponential(bits: u64) -> f64 {
    -ln(open_unit(!bits))
}

/// The sum of `phases` exponential variates with mean 1, as the logarithm of a product of uniform ones.
fn erlang(phases: u8, bits: u64) -> f64 {
    let (mut sum, mut product) = (0.0, open_unit(!bits));
    for phase in 1..phases {
        if phase % FACTORS == 0 {
            sum -= ln(product);
            product = 1.0;
        }
        product *= open_unit(mix(bits.wrapping_add(u64::from(phase))));
    }
    sum - ln(product)
}

/// Rounds a non-negative time to whole nanoseconds, and limits it to [`LONGEST`].
fn whole(nanos: f64) -> u64 {
    nearest(nanos.min(LONGEST))
}

/// Like `whole`, for a time that cannot exceed [`LONGEST`]: at most a few means.
fn nearest(nanos: f64) -> u64 {
    (nanos + ROUND).to_bits() & MANTISSA
}

#[cfg(test)]
mod tests {
    use super::*;
    use hoplight_model::quantity::{Millis, Phases, Sigma, Variability};

    fn ms(ms: f64) -> Millis {
        Millis::new(ms).unwrap()
    }

    fn lognormal(sigma: f64) -> ServiceTime {
        ServiceTime::LogNormal { median_ms: ms(45.0), sigma: Sigma::new(sigma).unwrap() }
    }

    fn erlang_k(k: u8) -> ServiceTime {
        ServiceTime::Erlang { mean_ms: ms(8.0), k: Phases::new(k).unwrap() }
    }

    fn hyperexponential(cv2: f64) -> ServiceTime {
        ServiceTime::Hyperexponential { mean_ms: ms(5.0), cv2: Variability::new(cv2).unwrap() }
    }

    #[test]
    fn draws_have_the_mean_and_the_variance_of_their_distribution() {
        let all = [
            ServiceTime::Constant { ms: ms(3.0) },
            ServiceTime::Exponential { mean_ms: ms(2.0) },
            ServiceTime::Uniform { min_ms: ms(1.0), max_ms: ms(5.0) },
            ServiceTime::Uniform { min_ms: ms(4.0), max_ms: ms(4.0) },
            lognormal(0.0),
            lognormal(0.5),
            erlang_k(1),
            erlang_k(4),
            erlang_k(16),
            erlang_k(17),
            erlang_k(100),
            hyperexponential(1.0),
            hyperexponential(4.0),
        ];
        for service in all {
            let sampler = Sampler::from(service);
            assert!((sampler.mean() / 1e6 / service.mean_ms() - 1.0).abs() < 1e-12, "{service:?}");
            let n = 200_000;
            let (mut sum, mut squares) = (0.0, 0.0);
            for i in 0..n {
                let draw = sampler.nanos(mix(i)) as f64 / 1e6;
                sum += draw;
                squares += draw * draw;
            }
            let mean = sum / n as f64;
            let cv2 = (squares / n as f64 - mean * mean) / (mean * mean);
            // Allow four standard errors of the mean, sqrt(cv2 / n). The standard error of the variance grows with the
            // tail.
            let error = (service.cv2() / n as f64).sqrt();
            assert!((mean / service.mean_ms() - 1.0).abs() <= 4.0 * error + 1e-6, "{service:?}: mean {mean}");
            assert!((cv2 - service.cv2()).abs() <= 0.04 * service.cv2() + 1e-6, "{service:?}: squared variation {cv2}");
        }
    }

    #[test]
    fn draws_follow_their_distribution_function() {
        // Kolmogorov–Smirnov test: the distance exceeds 1.95/√n with probability 0.001.
        let check = |service: ServiceTime, below: &dyn Fn(f64) -> f64| {
            let n = 100_000;
            let mut draws: Vec<u64> = (0..n).map(|i| Sampler::from(service).nanos(mix(i ^ 0xabc))).collect();
            draws.sort_unstable();
            let distance = draws
                .iter()
                .enumerate()
                .fold(0.0_f64, |most, (rank, draw)| most.max((below(*draw as f64 / 1e6) - (rank as f64 + 0.5) / n as f64).abs()));
            assert!(distance < 1.95 / (n as f64).sqrt(), "{service:?}: {distance}");
        };
        check(ServiceTime::Exponential { mean_ms: ms(2.0) }, &|t| 1.0 - libm::exp(-t / 2.0));
        check(ServiceTime::Uniform { min_ms: ms(1.0), max_ms: ms(5.0) }, &|t| (t - 1.0) / 4.0);
        check(lognormal(0.7), &|t| libm::erfc(-libm::log(t / 45.0) / 0.7 / std::f64::consts::SQRT_2) / 2.0);
        check(erlang_k(2), &|t| 1.0 - libm::exp(-t / 4.0) * (1.0 + t / 4.0));
        let p = f64::midpoint(1.0, (3.0_f64 / 5.0).sqrt());
        let branch = |t: f64, share: f64| share * libm::exp(-t * 2.0 * share / 5.0);
        check(hyperexponential(4.0), &|t| 1.0 - branch(t, p) - branch(t, 1.0 - p));
    }

    #[test]
    fn more_bits_mean_a_longer_time() {
        let inverses = [ServiceTime::Uniform { min_ms: ms(1.0), max_ms: ms(5.0) }, lognormal(0.7), lognormal(3.0)];
        for sampler in inverses.map(Sampler::from) {
            let mut bits: Vec<u64> = (0..100_000).map(mix).collect();
            // Include neighbours at the boundaries of the logarithm's table and of the quantile's three ranges.
            let seams =
                (0..=256u64).map(|part| part << 56).chain([0.075, 0.925, 1.4e-11].map(|u: f64| (u + 1.0).to_bits() << 12));
            bits.extend(
                seams.flat_map(|seam| (0..64).map(move |step: u64| seam.wrapping_add(step << 12).wrapping_sub(32 << 12))),
            );
            bits.sort_unstable();
            for pair in bits.windows(2) {
                assert!(sampler.nanos(pair[0]) <= sampler.nanos(pair[1]), "{sampler:?}: {pair:?}");
            }
        }
    }

    #[test]
    fn the_extremes_are_finite() {
        for service in [lognormal(3.0), ServiceTime::Exponential { mean_ms: ms(3_600_000.0) }, erlang_k(100)] {
            for bits in [0, 1, u64::MAX, 1 << 63] {
                assert!(Sampler::from(service).nanos(bits) <= 1 << 51, "{service:?}");
            }
        }
        let longest = ServiceTime::LogNormal { median_ms: ms(3_600_000.0), sigma: Sigma::new(3.0).unwrap() };
        assert_eq!(Sampler::from(longest).nanos(u64::MAX), 1 << 51);
        assert_eq!(Sampler::from(ServiceTime::Exponential { mean_ms: ms(0.0) }).nanos(u64::MAX), 0);
    }
}
