//! A compact histogram of durations with log-linear buckets: counts are exact, durations are off by at most 1.6 %.
//!
//! Each power of two has 32 buckets of equal width, as in `HdrHistogram`. Only the range between the lowest and highest
//! bucket in use is stored, typically a few hundred bytes.

use crate::index::count64;

/// Logarithm to base 2 of the number of buckets per power of two. A bucket's width is at most 1/32 of the durations in
/// it, and its midpoint is off by at most half of that.
const PRECISION: u32 = 5;
/// Buckets per power of two.
const PER_OCTAVE: u64 = 1 << PRECISION;

/// Counts of durations in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Histogram {
    /// The bucket of `counts[0]`.
    first: usize,
    /// Wrapping counts: differences stay correct when a count overflows.
    counts: Vec<u32>,
}

/// The bucket of a duration. Durations below 32 ns have a bucket each.
#[expect(clippy::cast_possible_truncation, reason = "a bucket's number is below 2,000")]
const fn bucket(nanos: u64) -> usize {
    if nanos < PER_OCTAVE {
        return nanos as usize;
    }
    let octave = nanos.ilog2() - PRECISION;
    ((octave as u64 + 1) * PER_OCTAVE + ((nanos >> octave) & (PER_OCTAVE - 1))) as usize
}

/// The midpoint of a bucket, in nanoseconds.
fn middle(bucket: usize) -> f64 {
    let bucket = count64(bucket);
    if bucket < PER_OCTAVE {
        return bucket as f64;
    }
    let octave = bucket / PER_OCTAVE - 1;
    let low = (PER_OCTAVE + bucket % PER_OCTAVE) << octave;
    low as f64 + ((1u64 << octave) - 1) as f64 / 2.0
}

impl Histogram {
    /// Counts one duration.
    #[inline]
    pub(super) fn record(&mut self, nanos: u64) {
        let bucket = bucket(nanos);
        if let Some(count) = self.counts.get_mut(bucket.wrapping_sub(self.first)) {
            *count = count.wrapping_add(1);
        } else {
            self.reach(bucket);
        }
    }

    /// Extends the stored range to `bucket`, which is outside it, and counts one duration there.
    #[cold]
    fn reach(&mut self, bucket: usize) {
        if self.counts.is_empty() {
            self.first = bucket;
        }
        if bucket < self.first {
            self.counts.splice(0..0, std::iter::repeat_n(0, self.first - bucket));
            self.first = bucket;
        }
        let needed = bucket - self.first + 1;
        if self.counts.len() < needed {
            self.counts.resize(needed, 0);
        }
        self.counts[bucket - self.first] += 1;
    }

    fn count(&self, bucket: usize) -> u32 {
        bucket.checked_sub(self.first).and_then(|place| self.counts.get(place)).copied().unwrap_or(0)
    }

    /// Nearest-rank percentiles, in nanoseconds, of the durations counted since `before` was cloned from this
    /// histogram. `parts` are fractions in ascending order; the percentile for a fraction is the smallest duration with
    /// at least that fraction of all durations at or below it. `None` if nothing was counted since.
    pub(super) fn percentiles_since<const N: usize>(&self, before: &Self, parts: [f64; N]) -> Option<[f64; N]> {
        let since = |bucket: usize| u64::from(self.count(bucket).wrapping_sub(before.count(bucket)));
        let stretch = self.first..self.first + self.counts.len();
        let total: u64 = stretch.clone().map(since).sum();
        if total == 0 {
            return None;
        }
        let mut found = [0.0; N];
        let mut buckets = stretch.map(|bucket| (bucket, since(bucket)));
        let (mut passed, mut reached) = (0, 0);
        for (part, value) in parts.into_iter().zip(&mut found) {
            let rank = (part * total as f64).ceil().max(1.0);
            while (passed as f64) < rank
                && let Some((bucket, count)) = buckets.next()
            {
                passed += count;
                reached = bucket;
            }
            *value = middle(reached);
        }
        Some(found)
    }

    pub(super) fn footprint(&self) -> usize {
        self.counts.len() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::mix;
    use super::*;

    #[test]
    fn buckets_are_contiguous_and_their_midpoints_are_close() {
        let mut last = 0;
        for nanos in (0..100_000).chain((17..64).map(|bits| 1 << bits)).chain([u64::MAX]) {
            let bucket = bucket(nanos);
            assert!(bucket == last || bucket == last + 1 || (nanos > 100_000 && bucket > last), "{nanos}");
            last = bucket;
            assert!((middle(bucket) - nanos as f64).abs() <= nanos as f64 / 63.0, "{nanos}: {}", middle(bucket));
        }
    }

    #[test]
    fn percentiles_cover_only_durations_since_the_copy() {
        let mut histogram = Histogram::default();
        // Earlier durations, far below and above, that must not count.
        for nanos in [3, 40, 7_000_000_000] {
            histogram.record(nanos);
        }
        let before = histogram.clone();
        assert_eq!(histogram.percentiles_since(&before, [0.5]), None);
        let mut times: Vec<u64> = (0..10_000).map(|i| mix(i) % 1_000_000 + (mix(i + 1) % 50_000_000) * (i % 2)).collect();
        for nanos in &times {
            histogram.record(*nanos);
        }
        times.sort_unstable();
        let parts = [0.001, 0.5, 0.95, 0.99, 1.0];
        let found = histogram.percentiles_since(&before, parts).unwrap();
        for (part, found) in parts.into_iter().zip(found) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank")]
            let exact = times[(part * times.len() as f64).ceil() as usize - 1] as f64;
            assert!((found / exact - 1.0).abs() <= 1.0 / 63.0, "{part}: {found}, exactly {exact}");
        }
    }
}
