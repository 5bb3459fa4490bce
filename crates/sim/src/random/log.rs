//! The natural logarithm: fast, and identical on every machine.
//!
//! The argument is 2^k · z with z between 0.6875 and 1.375. That range has 512 parts, and a table holds 1/c and ln c
//! for each. Then ln x = k · ln 2 + ln c + ln(1 + r) with a small r = z/c − 1, and a short series gives ln(1 + r). In
//! the two parts adjacent to 1, c is 1, so r is exact and the result keeps its relative precision where the logarithm
//! is near zero. This is Tang's method, as in current C libraries. Must not call the platform's math library.

const PARTS: usize = 512;
const MANTISSA: u32 = 52;
/// The bits of 0.6875.
const START: u64 = 0x3fe6_0000_0000_0000;

/// An entry of the table.
#[derive(Clone, Copy)]
struct Part {
    /// 1/c, rounded to few bits.
    inverse: f64,
    /// ln c.
    ln: f64,
}

static TABLE: [Part; PARTS] = table();

/// Divides [0.6875, 1.375) into parts and takes the inverse of each part's approximate midpoint.
#[expect(clippy::cast_possible_truncation, reason = "the inverses lie between 0.7 and 1.5, times 2048")]
const fn table() -> [Part; PARTS] {
    let mut table = [Part { inverse: 1.0, ln: 0.0 }; PARTS];
    let mut index = 0;
    while index < PARTS {
        let shift = MANTISSA - PARTS.ilog2();
        let begin = f64::from_bits(START + ((index as u64) << shift));
        let end = f64::from_bits(START + ((index as u64 + 1) << shift));
        // In the parts adjacent to 1, the inverse is exactly 1.
        if begin > 1.0 || end < 1.0 {
            let inverse = ((4096.0 / (begin + end) + 0.5) as i64) as f64 / 2048.0;
            table[index] = Part { inverse, ln: -ln_by_series(inverse) };
        }
        index += 1;
    }
    table
}

/// ln x for x near 1, as 2 artanh((x − 1)/(x + 1)): slow, used only for the table.
pub(super) const fn ln_by_series(x: f64) -> f64 {
    let s = (x - 1.0) / (x + 1.0);
    let mut sum = 0.0;
    let mut odd = 41;
    while odd >= 1 {
        sum = sum * (s * s) + 1.0 / odd as f64;
        odd -= 2;
    }
    2.0 * s * sum
}

/// The natural logarithm of a positive, normal number. The relative error is below 10⁻¹¹.
#[expect(clippy::cast_possible_truncation, reason = "a bit field, narrower than its type")]
#[expect(clippy::inline_always, reason = "a handful of instructions on the engine\'s critical path")]
#[inline(always)]
pub(super) fn ln(x: f64) -> f64 {
    debug_assert!(x >= f64::MIN_POSITIVE && x.is_finite(), "the argument must be positive and normal");
    let bits = x.to_bits();
    let above = bits.wrapping_sub(START);
    let part = TABLE[(above >> (MANTISSA - PARTS.ilog2())) as usize % PARTS];
    let power = above.cast_signed() >> MANTISSA;
    let z = f64::from_bits(bits.wrapping_sub(power.cast_unsigned() << MANTISSA));
    let r = z * part.inverse - 1.0;
    let r2 = r * r;
    let series = r + r2 * ((-0.5 + r * (1.0 / 3.0)) - r2 * 0.25);
    power as f64 * std::f64::consts::LN_2 + part.ln + series
}

#[cfg(test)]
mod tests {
    use super::super::{mix, open_unit};
    use super::*;

    /// The relative error, measured against libm, whose own error is below 10⁻¹⁵.
    fn error(x: f64) -> f64 {
        let exact = libm::log(x);
        if exact == 0.0 { ln(x).abs() } else { (ln(x) / exact - 1.0).abs() }
    }

    #[test]
    fn it_agrees_with_libm_everywhere() {
        let mut worst = 0.0_f64;
        for i in 0..200_000 {
            let unit = open_unit(mix(i));
            // All of (0, 1); near 1 from below and above; very small numbers; all magnitudes.
            let scale = libm::exp2(-((i % 52) as f64));
            for x in [unit, 1.0 - unit * scale / 2.0, 1.0 + unit * scale, unit * scale, f64::from_bits(mix(i) >> 2 | 1 << 60)] {
                if x > f64::MIN_POSITIVE && x.is_finite() {
                    worst = worst.max(error(x));
                }
            }
        }
        assert!(worst < 1e-11, "{worst}");
    }

    #[test]
    fn it_agrees_with_libm_at_the_limits_and_at_every_boundary() {
        for x in [open_unit(0), open_unit(u64::MAX), 1.0, 0.5, 2.0, f64::MIN_POSITIVE, f64::MAX, 1.0 + f64::EPSILON] {
            assert!(error(x) < 1e-11, "{x}: {}", error(x));
        }
        for index in 0..=PARTS as u64 {
            let boundary = START + (index << (MANTISSA - PARTS.ilog2()));
            for bits in boundary - 2..=boundary + 2 {
                let x = f64::from_bits(bits);
                assert!(error(x) < 1e-11, "{x}: {}", error(x));
            }
        }
    }
}
