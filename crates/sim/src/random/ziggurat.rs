//! Exponential variates by the ziggurat method of Marsaglia and Tsang (2000): a single multiplication in 98.9 % of all
//! cases, and identical results on every machine.
//!
//! The density e^−x is covered by 256 layers of equal area. A draw selects a layer and a position across its width.
//! Nearly always, the layer's whole height at that position is below the curve, and the position is the result. The
//! tables are computed at compile time with additions, multiplications and divisions. Must not call the platform's math
//! library.

use super::exp::exp;
use super::log::ln_by_series;
use super::{mix, open_unit};

const LAYERS: usize = 256;
/// Where the tail begins, and the area of each layer, for 256 layers of e^−x (Marsaglia and Tsang).
const TAIL: f64 = 7.697_117_470_131_05;
const AREA: f64 = 0.003_949_659_822_581_557;
/// Number of positions within a layer: 2^53.
const PLACES: f64 = 9_007_199_254_740_992.0;
/// Number of rejected draws (probability 10⁻²⁰⁰) after which the last one is accepted.
const MOST_DRAWS: u64 = 100;

/// A layer of the ziggurat.
#[derive(Clone, Copy)]
struct Layer {
    /// At positions below this one, the layer's whole height is below the curve.
    safe: u64,
    /// Width of the layer divided by the number of positions.
    scale: f64,
    /// The density at the layer's right end.
    density: f64,
}

static LAYER: [Layer; LAYERS] = layers();

/// ln x for 0 < x ≤ 1: slow, used only for the tables.
const fn ln(x: f64) -> f64 {
    let (mut x, mut halves) = (x, 0.0);
    while x < 0.75 {
        x *= 2.0;
        halves += 1.0;
    }
    ln_by_series(x) - halves * std::f64::consts::LN_2
}

/// e^−x for 0 ≤ x < 8: slow, used only for the tables.
const fn exp_minus(x: f64) -> f64 {
    // Compute e^−(x/8), then raise it to the eighth power.
    let (mut sum, mut term) = (1.0, 26);
    while term >= 1 {
        sum = 1.0 - sum * (x / 8.0) / term as f64;
        term -= 1;
    }
    let square = sum * sum;
    let fourth = square * square;
    fourth * fourth
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places have 53 bits")]
const fn layers() -> [Layer; LAYERS] {
    let mut layers = [Layer { safe: 0, scale: 0.0, density: 1.0 }; LAYERS];
    // The lowest layer includes the tail, so its width is its area divided by its height.
    let mut right = TAIL;
    let density = exp_minus(right);
    let base = AREA / density;
    layers[0] = Layer { safe: (right / base * PLACES) as u64, scale: base / PLACES, density };
    let mut height = density;
    let mut layer = 1;
    while layer < LAYERS {
        // The next layer begins at the height that gives this one its area.
        let density = height + AREA / right;
        let next = if density < 1.0 { -ln(density) } else { 0.0 };
        layers[layer] = Layer { safe: (next / right * PLACES) as u64, scale: right / PLACES, density: height };
        height = density;
        right = next;
        layer += 1;
    }
    layers
}

/// The layer that `bits` selects: the lowest eight bits, which the position does not use.
fn number_of(bits: u64) -> usize {
    usize::from(bits.to_le_bytes()[0])
}

/// Maps `bits` to an exponential variate with mean 1.
#[expect(clippy::inline_always, reason = "the quick case is a handful of instructions on the engine's critical path")]
#[inline(always)]
pub(super) fn exponential(bits: u64) -> f64 {
    let layer = &LAYER[number_of(bits)];
    let place = bits >> 11;
    let x = place as f64 * layer.scale;
    if place < layer.safe { x } else { exponential_slow(bits) }
}

/// Slow path of `exponential`: the point may be above the curve or in the tail.
#[cold]
#[inline(never)]
fn exponential_slow(bits: u64) -> f64 {
    let (mut bits, mut beyond) = (bits, 0.0);
    for _ in 0..MOST_DRAWS {
        let number = number_of(bits);
        let layer = &LAYER[number];
        let place = bits >> 11;
        let x = place as f64 * layer.scale;
        if place < layer.safe {
            return beyond + x;
        }
        bits = mix(bits);
        if number == 0 {
            // The distribution is memoryless: the tail is the same distribution, shifted.
            beyond += TAIL;
        } else {
            let above = LAYER.get(number + 1).map_or(1.0, |next| next.density);
            let height = layer.density + open_unit(bits) * (above - layer.density);
            if height < exp(-x) {
                return beyond + x;
            }
        }
        bits = mix(bits);
    }
    beyond
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layers_close_at_the_top() {
        let top = LAYER[LAYERS - 1];
        assert!((top.density + AREA / (top.scale * PLACES) - 1.0).abs() < 1e-9, "{}", top.density);
        for (number, layer) in LAYER.iter().enumerate().skip(1) {
            let right = layer.scale * PLACES;
            assert!((libm::exp(-right) / layer.density - 1.0).abs() < 1e-9, "layer {number}");
        }
    }

    #[test]
    fn draws_follow_the_exponential_distribution() {
        let count = 2_000_000_u64;
        let mut draws: Vec<f64> = (0..count).map(|number| exponential(mix(number))).collect();
        draws.sort_by(f64::total_cmp);
        // Kolmogorov–Smirnov test: the largest distance from the distribution function, at 99 %.
        let distance = (1..).zip(&draws).map(|(rank, x)| (f64::from(rank) / count as f64 - (1.0 - libm::exp(-x))).abs());
        let worst = distance.fold(0.0, f64::max);
        assert!(worst < 1.63 / (count as f64).sqrt(), "{worst}");
        let beyond = draws.iter().filter(|x| **x > TAIL).count() as f64;
        let expected = count as f64 * libm::exp(-TAIL);
        assert!((beyond - expected).abs() < 3.0 * expected.sqrt(), "{beyond} in the tail, {expected} expected");
    }
}
