//! Monte Carlo estimate of unavailability, for circuits whose decision diagram is too large.
//!
//! Evaluates 64 states at once. For each input, it draws the distance to the next state in which the input is down
//! instead of drawing every state. Seeds are fixed, so the same circuit always gives the same result.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

use super::super::circuit::Circuit;
use super::Method;

/// Number of 64-state words.
const WORDS: u64 = 32_768;
/// Normal quantile of a 95 % confidence interval.
const Z: f64 = 1.959_963_984_540_054;

/// Returns the unavailability, the method, and each input's share of the unavailability.
pub(super) fn sample(circuit: &Circuit, down: &[f64]) -> (f64, Method, Vec<(u32, f64)>) {
    let mut failing: Vec<Failing> = Vec::new();
    for (input, probability) in (0u32..).zip(down) {
        if *probability > 0.0 {
            let mut input = Failing::new(input, *probability);
            input.next = input.gap();
            failing.push(input);
        }
    }
    let mut words = vec![u64::MAX; down.len()];
    let mut values = Vec::new();
    // Number of states in which the service is down and, per input, how many of these would be up if the input were up.
    let mut lost = 0;
    let mut blamed = vec![0; failing.len()];
    for word in 0..WORDS {
        for input in &mut failing {
            words[input.number as usize] = input.word(word * 64);
        }
        let states = circuit.evaluate(&mut values, |input| words[input as usize]);
        if states == u64::MAX {
            continue;
        }
        lost += u64::from(states.count_zeros());
        for (input, blamed) in failing.iter().zip(&mut blamed) {
            if !words[input.number as usize] & !states != 0 {
                let up = |other: u32| if other == input.number { u64::MAX } else { words[other as usize] };
                *blamed += u64::from((circuit.evaluate(&mut values, up) & !states).count_ones());
            }
        }
    }
    let samples = WORDS * 64;
    let (low, high) = wilson(lost, samples);
    let shares = failing.iter().zip(blamed).map(|(input, blamed)| (input.number, blamed as f64 / lost.max(1) as f64));
    (lost as f64 / samples as f64, Method::Sampled { samples, low, high }, shares.collect())
}

/// An input that can fail.
struct Failing {
    number: u32,
    draws: Xoshiro256PlusPlus,
    /// 1 / ln(1 − q); zero if the input is always down.
    scale: f64,
    next: u64,
}

impl Failing {
    fn new(number: u32, probability: f64) -> Self {
        let draws = Xoshiro256PlusPlus::seed_from_u64(u64::from(number));
        Self { number, draws, scale: 1.0 / libm::log1p(-probability), next: 0 }
    }

    /// Draws the number of states before the next failure: geometric, by inverse transform sampling.
    fn gap(&mut self) -> u64 {
        // Uniform in (0, 1]: 53 bits plus half a step keep the logarithm finite.
        let uniform = ((self.draws.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and large values saturate")]
        let gap = (libm::log(uniform) * self.scale) as u64;
        gap.min(u64::MAX / 4)
    }

    /// The input's 64 states starting at `from`; a set bit means up.
    fn word(&mut self, from: u64) -> u64 {
        let mut word = u64::MAX;
        while self.next < from + 64 {
            word &= !(1 << (self.next - from));
            self.next += 1 + self.gap();
        }
        word
    }
}

/// Wilson score interval (1927): the 95 % interval of a probability after `hits` in `samples` draws.
fn wilson(hits: u64, samples: u64) -> (f64, f64) {
    let (n, p) = (samples as f64, hits as f64 / samples as f64);
    let centre = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    (((centre - half) / whole).max(0.0), ((centre + half) / whole).min(1.0))
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_have_the_expected_frequency() {
        let probability = 0.000_7;
        let mut total = 0;
        for number in 0..20 {
            let mut input = Failing::new(number, probability);
            input.next = input.gap();
            total += (0..WORDS).map(|word| u64::from(input.word(word * 64).count_zeros())).sum::<u64>();
        }
        let expected = probability * (20 * WORDS * 64) as f64;
        assert!((total as f64 - expected).abs() < 3.3 * expected.sqrt(), "{total} instead of {expected}");
    }

    #[test]
    fn the_interval_is_correct_at_zero_hits() {
        let (low, high) = wilson(0, 100);
        assert!(low.abs() < 1e-12 && (high - 0.036_99).abs() < 1e-4, "{low}..{high}");
        let (low, high) = wilson(50, 100);
        assert!((low - 0.403_83).abs() < 1e-4 && (high - 0.596_17).abs() < 1e-4, "{low}..{high}");
    }
}
