//! A histogram of times with log-linear buckets: small, exact in its counts, and off by at most 1.6 % in its times.
//!
//! Each power of two has 32 buckets of equal width, as in `HdrHistogram`; only the stretch of buckets that were ever hit is
//! stored, so a usual one takes a few hundred bytes.

/// Buckets per power of two, as a power of two itself. A bucket is at most 1/32 as wide as its times are long; its middle
/// is off by at most half of that.
const PRECISION: u32 = 5;
/// Buckets per power of two.
const PER_OCTAVE: u64 = 1 << PRECISION;

/// Counts of times in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Histogram {
    /// The bucket of the first count.
    first: usize,
    /// Counts; they wrap, and their differences stay right.
    counts: Vec<u32>,
}

/// The bucket of a time. Times below 32 ns have a bucket each.
#[expect(clippy::cast_possible_truncation, reason = "a bucket's number is below 2,000")]
const fn bucket(nanos: u64) -> usize {
    if nanos < PER_OCTAVE {
        return nanos as usize;
    }
    let octave = nanos.ilog2() - PRECISION;
    ((octave as u64 + 1) * PER_OCTAVE + ((nanos >> octave) & (PER_OCTAVE - 1))) as usize
}

/// The middle of a bucket's times, in nanoseconds.
fn middle(bucket: usize) -> f64 {
    let bucket = bucket as u64;
    if bucket < PER_OCTAVE {
        return bucket as f64;
    }
    let octave = bucket / PER_OCTAVE - 1;
    let low = (PER_OCTAVE + bucket % PER_OCTAVE) << octave;
    low as f64 + ((1u64 << octave) - 1) as f64 / 2.0
}

impl Histogram {
    /// Counts one time.
    #[inline]
    pub(super) fn record(&mut self, nanos: u64) {
        let bucket = bucket(nanos);
        if let Some(count) = self.counts.get_mut(bucket.wrapping_sub(self.first)) {
            *count = count.wrapping_add(1);
        } else {
            self.reach(bucket);
        }
    }

    /// Widens the stretch of buckets so that it holds `bucket`, which is hit for the first time.
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

    /// The percentiles of what was counted since `before` was copied from this histogram, in nanoseconds, by nearest rank:
    /// for each of `parts`, in rising order, the smallest time that this part of all does not exceed. `None` if nothing
    /// was counted since.
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
    fn buckets_follow_each_other_without_a_gap_and_their_middles_are_close() {
        let mut last = 0;
        for nanos in (0..100_000).chain((17..64).map(|bits| 1 << bits)).chain([u64::MAX]) {
            let bucket = bucket(nanos);
            assert!(bucket == last || bucket == last + 1 || (nanos > 100_000 && bucket > last), "{nanos}");
            last = bucket;
            assert!((middle(bucket) - nanos as f64).abs() <= nanos as f64 / 63.0, "{nanos}: {}", middle(bucket));
        }
    }

    #[test]
    fn percentiles_are_those_of_the_newest_times_within_the_buckets() {
        let mut histogram = Histogram::default();
        // Old times, far below and above, that must not count.
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
