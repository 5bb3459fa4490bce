//! Smoothing of the gauges.

use hoplight_sim::NEWEST_WEIGHT;

/// Number of samples after which a sample's weight has halved: −1 ÷ log₂(1 − weight of the newest sample).
pub const HALF_LIFE: f64 = 1.609;

/// Returns the exponentially weighted moving average (EWMA) of samples, oldest first, initialised with the first sample.
/// `None` without samples. A missing sample has no weight: no data is not zero.
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
        // Closed form: n samples after a step from 0 to 1, the average is 1 − (1 − w)^n.
        for count in 1..20 {
            let done = smoothed(std::iter::once(0.0).chain(std::iter::repeat_n(1.0, count))).unwrap();
            let expected = 1.0 - 0.5f64.powf(count as f64 / HALF_LIFE);
            assert!((done - expected).abs() < 1e-3, "{count}: {done} is not {expected}");
        }
    }
}
