//! Latencies of many requests: an exact mean, and percentiles from a log-linear histogram.

use hdrhistogram::Histogram;

/// The longest latency that the histogram distinguishes: a day, the longest timeout that a user can have.
const LONGEST_NS: u64 = 86_400 * 1_000_000_000;
/// Significant decimal digits: percentiles are off by at most 0.1 %.
const DIGITS: u8 = 3;

/// A distribution of latencies.
///
/// Takes about 150 KiB of address space, of which a run touches only the part around its own latencies. Buckets have
/// 32-bit counts to keep that part in the cache; a bucket saturates at 4 billion.
#[derive(Clone, Debug, PartialEq)]
pub struct Latency {
    histogram: Histogram<u32>,
    sum_ns: u128,
}

impl Default for Latency {
    fn default() -> Self {
        let histogram = Histogram::new_with_max(LONGEST_NS, DIGITS).expect("the bounds are valid");
        Self { histogram, sum_ns: 0 }
    }
}

impl Latency {
    /// Counts a latency in nanoseconds.
    pub(super) fn record(&mut self, latency_ns: u64) {
        self.sum_ns += u128::from(latency_ns);
        self.histogram.saturating_record(latency_ns);
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.sum_ns += other.sum_ns;
        // Both have the same bounds, so this cannot fail.
        let added = self.histogram.add(&other.histogram);
        debug_assert!(added.is_ok(), "histograms of equal bounds can be added");
    }

    /// Number of latencies.
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The arithmetic mean in milliseconds, exact except for rounding to `f64`; `None` without any latencies.
    pub fn mean_ms(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.sum_ns as f64 / self.count() as f64 / 1e6)
    }

    /// The percentile for the fraction `part` (nearest rank) in milliseconds, off by at most 0.1 %; `None` without any
    /// latencies.
    pub fn percentile_ms(&self, part: f64) -> Option<f64> {
        let value = || self.histogram.median_equivalent(self.histogram.value_at_quantile(part));
        (self.count() > 0).then(|| value() as f64 / 1e6)
    }

    /// The longest latency in milliseconds, off by at most 0.1 %; `None` without any latencies.
    pub fn max_ms(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.histogram.median_equivalent(self.histogram.max()) as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_within_a_thousandth_and_the_mean_is_exact() {
        for unit in [1_u64, 1_000, 777_777, 50_000_000, 3_600_000_000_000 / 1_000] {
            let mut latency = Latency::default();
            (1..=1_000).for_each(|i| latency.record(i * unit));
            assert_eq!(latency.mean_ms(), Some(500.5 * unit as f64 / 1e6));
            for (part, exact) in [(0.5, 500.0), (0.95, 950.0), (0.99, 990.0), (1.0, 1_000.0)] {
                let found = latency.percentile_ms(part).unwrap() * 1e6 / unit as f64;
                assert!((found / exact - 1.0).abs() <= 0.001, "{part} of {unit} ns: {found}");
            }
        }
    }

    #[test]
    fn an_empty_distribution_has_no_values_and_any_latency_is_accepted() {
        let mut latency = Latency::default();
        assert_eq!((latency.mean_ms(), latency.percentile_ms(0.5), latency.max_ms()), (None, None, None));
        latency.record(0);
        latency.record(u64::MAX);
        assert_eq!(latency.count(), 2);
        assert_eq!(latency.percentile_ms(0.5), Some(0.0));
    }
}
