//! Mean and confidence interval of independent measurements.

/// The 99.5 % quantile of Student's t-distribution with 19 degrees of freedom, for 20 runs.
const T_19: f64 = 2.860_935;

/// Mean and standard error of independent runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimate {
    pub(crate) mean: f64,
    /// Standard error of the mean.
    error: f64,
    freedom: f64,
}

impl Estimate {
    pub(crate) fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        Self { mean, error: (variance / n).sqrt(), freedom: n - 1.0 }
    }

    /// Returns half the width of the 99 % confidence interval for 20 runs.
    pub(crate) fn half_width(&self) -> f64 {
        assert!((self.freedom - 19.0).abs() < f64::EPSILON, "the quantile is that of 20 runs");
        T_19 * self.error
    }

    /// Returns the probability that runs with the true mean `exact` deviate at least this much: Student's two-sided
    /// t-test.
    pub(crate) fn p_value(&self, exact: f64) -> f64 {
        let (v, t) = (self.freedom, (self.mean - exact).abs() / self.error);
        let density = |x: f64| (1.0 + x * x / v).powf(-(v + 1.0) / 2.0);
        // Simpson's rule; the density beyond 60 standard errors is negligible.
        let integral = |from: f64, to: f64| {
            let (steps, width) = (2_000, (to - from) / 2_000.0);
            let weight = |step: i32| if step == 0 || step == steps { 1.0 } else { f64::from(2 + 2 * (step % 2)) };
            (0..=steps).map(|step| weight(step) * density(from + f64::from(step) * width)).sum::<f64>() * width / 3.0
        };
        (1.0 - integral(0.0, t.min(60.0)) / integral(0.0, 60.0)).max(0.0)
    }
}

#[test]
fn the_quantile_and_the_p_value_belong_together() {
    let estimate = Estimate { mean: T_19, error: 1.0, freedom: 19.0 };
    assert!((estimate.p_value(0.0) - 0.01).abs() < 1e-6, "{}", estimate.p_value(0.0));
}
