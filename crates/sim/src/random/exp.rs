//! The exponential function: fast, and identical on every machine.
//!
//! exp x = 2^(k/128) · exp r, with |r| below 0.0028. A table holds the powers of 2; a short series gives exp r. Must
//! not call the platform's math library.

const PARTS: usize = 128;
/// ln 2 in two parts. The first has few enough bits that its product with a whole number is exact.
const LN2_HIGH: f64 = 0.693_147_180_369_123_8 / PARTS as f64;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10 / PARTS as f64;
/// Adding this to a number below 2^51 leaves the nearest whole number in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// The bits of 2^(i/128).
static TABLE: [u64; PARTS] = table();

const fn table() -> [u64; PARTS] {
    let mut table = [0; PARTS];
    let mut index = 0;
    while index < PARTS {
        table[index] = exp_by_series(index as f64 * std::f64::consts::LN_2 / PARTS as f64).to_bits();
        index += 1;
    }
    table
}

/// exp x for x from 0 to 1: slow, used only for the table.
const fn exp_by_series(x: f64) -> f64 {
    let mut sum = 1.0;
    let mut term = 22;
    while term >= 1 {
        sum = 1.0 + sum * x / term as f64;
        term -= 1;
    }
    sum
}

/// e to the power of `x`, for x between −700 and 700. The relative error is below 10⁻¹⁴.
pub(super) fn exp(x: f64) -> f64 {
    debug_assert!(x.abs() <= 700.0, "the result would overflow or underflow");
    let shifted = x * (PARTS as f64 * std::f64::consts::LOG2_E) + ROUND;
    let whole = shifted.to_bits();
    let nearest = shifted - ROUND;
    let r = (x - nearest * LN2_HIGH) - nearest * LN2_LOW;
    let index = whole % PARTS as u64;
    // Adds the remaining bits of the whole number to the exponent; higher bits are shifted out.
    let scale = f64::from_bits(TABLE[usize::from(index.to_le_bytes()[0])].wrapping_add((whole - index) << (52 - PARTS.ilog2())));
    let r2 = r * r;
    scale + scale * (r + r2 * ((0.5 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0))))
}

#[cfg(test)]
mod tests {
    use super::super::{mix, open_unit};
    use super::*;

    #[test]
    fn it_agrees_with_libm_everywhere() {
        assert_eq!(exp(0.0).to_bits(), 1.0_f64.to_bits());
        let mut worst = 0.0_f64;
        for i in 0..200_000 {
            let unit = 2.0 * open_unit(mix(i)) - 1.0;
            for x in [unit * 700.0, unit * 30.0, unit, unit * 1e-6] {
                worst = worst.max((exp(x) / libm::exp(x) - 1.0).abs());
            }
        }
        assert!(worst < 1e-14, "{worst}");
    }
}
