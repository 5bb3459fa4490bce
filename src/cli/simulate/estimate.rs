//! Means of independent replications, with their 95 % confidence intervals.

use serde::Serialize;

/// An estimate from independent runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Estimate {
    /// The mean of the runs' values; null without values.
    pub(super) mean: Option<f64>,
    /// The bounds of the 95 % confidence interval; null with fewer than two values.
    pub(super) ci95: Option<[f64; 2]>,
    /// Number of runs that have a value.
    pub(super) n: usize,
}

impl Estimate {
    /// The mean of `values` and its Student's t confidence interval. `None` stands for a run without a value.
    pub(super) fn of(values: impl Iterator<Item = Option<f64>>) -> Self {
        let values: Vec<f64> = values.flatten().filter(|value| value.is_finite()).collect();
        let n = values.len();
        if n == 0 {
            return Self::default();
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        let ci95 = (n > 1).then(|| {
            let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
            let half = student_975(n - 1) * libm::sqrt(squares / (n - 1) as f64 / n as f64);
            [mean - half, mean + half]
        });
        Self { mean: Some(mean), ci95, n }
    }
}

/// t quantiles at 0.975 for 1 to 30 degrees of freedom: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
const T_975: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110,
    2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];
/// The normal quantile at 0.975.
const Z_975: f64 = 1.959_963_984_540_054;

/// Student's t quantile at 0.975, to three decimals.
fn student_975(freedom: usize) -> f64 {
    match freedom.checked_sub(1).and_then(|place| T_975.get(place)) {
        Some(t) => *t,
        None => expansion(freedom),
    }
}

/// The asymptotic expansion around the normal quantile: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
fn expansion(freedom: usize) -> f64 {
    let (z, v) = (Z_975, freedom as f64);
    let z2 = z * z;
    let g1 = z * (z2 + 1.0) / 4.0;
    let g2 = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let g3 = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    z + g1 / v + g2 / (v * v) + g3 / (v * v * v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expansion_agrees_with_the_table() {
        for freedom in 8..=30 {
            assert!((expansion(freedom) - student_975(freedom)).abs() < 1e-3, "{freedom}: {}", expansion(freedom));
        }
        for (freedom, known) in [(40, 2.021), (60, 2.000), (100, 1.984)] {
            assert!((student_975(freedom) - known).abs() < 6e-4, "{freedom}");
        }
    }

    #[test]
    fn the_interval_uses_students_t() {
        let four = Estimate::of([Some(1.0), Some(2.0), None, Some(3.0), Some(4.0)].into_iter());
        assert_eq!((four.mean, four.n), (Some(2.5), 4));
        // s² = 5/3, so the half width is 3.182 · √(5/12).
        let half = 3.182 * (5.0_f64 / 12.0).sqrt();
        let [low, high] = four.ci95.unwrap();
        assert!((low - (2.5 - half)).abs() < 1e-12 && (high - (2.5 + half)).abs() < 1e-12, "{four:?}");
        assert_eq!(Estimate::of([Some(7.0)].into_iter()), Estimate { mean: Some(7.0), ci95: None, n: 1 });
        assert_eq!(Estimate::of([None, Some(f64::NAN)].into_iter()), Estimate::default());
    }
}
