//! The smoothing of a gauge.

use hoplight_sim::NEWEST_WEIGHT;

/// Samples after which an older one weighs half as much as the newest: −1 ÷ log₂(1 − weight of the newest).
pub const HALF_LIFE: f64 = 1.609;

/// The exponentially weighted mean (EWMA) of samples, oldest first; it begins with the first. `None` without a sample.
/// A sample that did not arrive weighs nothing: no data is not zero.
pub fn smoothed(samples: impl IntoIterator<Item = f64>) -> Option<f64> {
    samples.into_iter().fold(None, |mean, value| Some(mean.map_or(value, |mean: f64| mean + NEWEST_WEIGHT * (value - mean))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_half_done_after_the_half_life() {
        assert_eq!(smoothed([]), None);
        assert_eq!(smoothed([7.0]), Some(7.0));
        // The closed form: after n samples of a step from 0 to 1, 1 − (1 − w)^n is done.
        for count in 1..20 {
            let done = smoothed(std::iter::once(0.0).chain(std::iter::repeat_n(1.0, count))).unwrap();
            let expected = 1.0 - 0.5f64.powf(count as f64 / HALF_LIFE);
            assert!((done - expected).abs() < 1e-3, "{count}: {done} is not {expected}");
        }
    }
}
