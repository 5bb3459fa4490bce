//! What users experience: how their requests ended, recently and over the whole run.
//!
//! Measured on the users' side. Monitoring does not see these figures, which is one of the lessons.

use std::collections::VecDeque;
use std::time::Duration;

use hoplight_model::{RequestKind, Retries};

use crate::index::{PerKind, count};
use crate::outcome::{Failure, Outcome};
use crate::time::SimTime;
use crate::view::{Endings, Experience, Totals};

/// Maximum number of kept endings. If a window has more, the reported window is shorter than requested.
const KEPT: usize = 4_096;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Ending {
    at: SimTime,
    latency_us: u32,
    kind: RequestKind,
    ok: bool,
}

/// Endings, counts, and the users' retry behaviour.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Users {
    recent: VecDeque<Ending>,
    totals: Totals,
    by_kind: PerKind<Totals>,
    failures: [u64; Failure::ALL.len()],
    newest: PerKind<Option<u64>>,
    in_flight: u64,
    /// ∫ N dt up to `settled`, with N the number of requests in flight, in request-nanoseconds.
    occupancy: u128,
    settled: SimTime,
    /// Sum of the latencies of all requests that have ended, in nanoseconds.
    sojourn: u128,
    /// Number of requests sent by hand.
    sent: u64,
    /// Number of requests that were retries.
    retried: u64,
    pub(crate) retries: Retries,
}

impl Users {
    pub(crate) fn new(retries: Retries) -> Self {
        Self {
            recent: VecDeque::new(),
            totals: Totals::default(),
            by_kind: PerKind::default(),
            failures: [0; Failure::ALL.len()],
            newest: PerKind::default(),
            in_flight: 0,
            occupancy: 0,
            settled: SimTime::ZERO,
            sojourn: 0,
            sent: 0,
            retried: 0,
            retries,
        }
    }

    pub(super) fn footprint(&self) -> usize {
        self.recent.len() * size_of::<Ending>()
    }

    /// Counts a new request. Returns its number.
    pub(crate) fn begin(&mut self, kind: RequestKind) -> u64 {
        self.totals.offered += 1;
        self.by_kind[kind].offered += 1;
        self.newest[kind] = Some(self.totals.offered);
        self.totals.offered
    }

    /// Counts a request sent by hand. Returns its number among the requests sent by hand.
    pub(crate) fn send(&mut self) -> u64 {
        self.sent += 1;
        self.sent
    }

    /// Counts a request as a retry.
    pub(crate) fn retry(&mut self) {
        self.retried += 1;
    }

    /// Counts one more request in flight.
    pub(crate) fn enter(&mut self, now: SimTime) {
        self.settle(now);
        self.in_flight += 1;
    }

    /// Counts one fewer request in flight; the request took `latency` nanoseconds.
    pub(crate) fn leave(&mut self, now: SimTime, latency: u64) {
        self.settle(now);
        self.in_flight -= 1;
        self.sojourn += u128::from(latency);
    }

    fn settle(&mut self, now: SimTime) {
        self.occupancy = self.occupancy(now);
        self.settled = now;
    }

    /// ∫ N dt until `now`, with N the number of requests in flight, in request-nanoseconds.
    pub(crate) fn occupancy(&self, now: SimTime) -> u128 {
        self.occupancy + u128::from(self.in_flight) * u128::from(now - self.settled)
    }

    /// Sum of the latencies of all requests that have ended, in nanoseconds.
    pub(crate) const fn sojourn(&self) -> u128 {
        self.sojourn
    }

    pub(crate) const fn in_flight(&self) -> u64 {
        self.in_flight
    }

    pub(crate) const fn totals(&self) -> Totals {
        self.totals
    }

    pub(crate) fn totals_of(&self, kind: RequestKind) -> Totals {
        self.by_kind[kind]
    }

    pub(crate) fn failures(&self) -> impl Iterator<Item = (Failure, u64)> + '_ {
        Failure::ALL.into_iter().map(|failure| (failure, self.failures[failure.index()]))
    }

    /// The number of the newest request of one kind, or of any kind.
    pub(crate) fn newest(&self, kind: Option<RequestKind>) -> Option<u64> {
        kind.map_or_else(|| self.newest.iter().copied().flatten().max(), |kind| self.newest[kind])
    }

    pub(crate) const fn retried(&self) -> u64 {
        self.retried
    }

    /// Records the outcome of a request.
    pub(super) fn end(&mut self, at: SimTime, kind: RequestKind, outcome: Outcome, latency: u64) {
        for totals in [&mut self.totals, &mut self.by_kind[kind]] {
            match outcome {
                Ok(()) => totals.completed += 1,
                Err(_) => totals.failed += 1,
            }
        }
        if let Err(failure) = outcome {
            self.failures[failure.index()] += 1;
        }
        if self.recent.len() == KEPT {
            self.recent.pop_front();
        }
        let latency_us = u32::try_from(latency / 1_000).unwrap_or(u32::MAX);
        self.recent.push_back(Ending { at, latency_us, kind, ok: outcome.is_ok() });
    }

    /// How many requests of each kind ended between `now − window` and `now`.
    pub(super) fn endings(&self, now: SimTime, window: Duration) -> [Endings; RequestKind::ALL.len()] {
        let first = self.recent.partition_point(|ending| now.since(ending.at) > window);
        // Under overload, whether a request succeeds is hard to predict, so the loop has no branches: the screen calls this
        // thirty times a second.
        let mut counts = [[0; 2]; RequestKind::ALL.len()];
        for ending in self.recent.range(first..) {
            counts[ending.kind.index()][usize::from(ending.ok)] += 1;
        }
        counts.map(|[failed, completed]| Endings { completed, failed })
    }

    /// Whether a request of a wanted kind and success ended between `now − window` and `now`. Looks at the latest ones first.
    pub(super) fn has_ended(&self, now: SimTime, window: Duration, is_wanted: impl Fn(RequestKind, bool) -> bool) -> bool {
        let mut recent = self.recent.iter().rev().take_while(|ending| now.since(ending.at) <= window);
        recent.any(|ending| is_wanted(ending.kind, ending.ok))
    }

    /// What users experienced between `now − window` and `now`.
    pub(super) fn experience(&self, now: SimTime, window: Duration, kind: Option<RequestKind>) -> Experience {
        let wanted = now.since(SimTime::ZERO).min(window);
        let reach = match self.recent.front() {
            Some(oldest) if self.recent.len() == KEPT => now.since(oldest.at).min(wanted),
            _ => wanted,
        };
        // Endings are in chronological order.
        let first = self.recent.partition_point(|ending| now.since(ending.at) > reach);
        let endings = self.recent.range(first..).filter(|ending| kind.is_none_or(|kind| kind == ending.kind));
        // Without branches on the success, as in `endings`: the latency of a failed request is overwritten.
        let mut latencies = vec![0_u32; self.recent.len() - first];
        let (mut successful, mut all) = (0, 0);
        for ending in endings {
            latencies[successful] = ending.latency_us;
            successful += usize::from(ending.ok);
            all += 1;
        }
        latencies.truncate(successful);
        let completed = count(successful);
        let failed = all - completed;
        let sum: u64 = latencies.iter().map(|latency| u64::from(*latency)).sum();
        let mean_ms = (completed > 0).then(|| sum as f64 / f64::from(completed) / 1e3);
        let [p50_ms, p95_ms, p99_ms] = percentiles(&mut latencies, [0.50, 0.95, 0.99]);
        Experience { window_s: reach.as_secs_f64(), completed, failed, mean_ms, p50_ms, p95_ms, p99_ms }
    }
}

/// For each of the ascending fractions `parts`, the percentile of `latencies` in milliseconds (nearest rank). Sorts
/// only partially, from the highest percentile down, so that each selection narrows the next: the screen calls this
/// thirty times a second.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank lies between 1 and the length")]
fn percentiles<const N: usize>(latencies: &mut [u32], parts: [f64; N]) -> [Option<f64>; N] {
    let all = latencies.len();
    let mut below = latencies;
    let mut found = None;
    let mut values = [None; N];
    for (value, part) in values.iter_mut().zip(parts).rev() {
        let rank = (part * all as f64).ceil().max(1.0) as usize;
        // With few latencies, two ranks may coincide.
        if rank <= below.len() {
            let (lower, at, _) = below.select_nth_unstable(rank - 1);
            found = Some(f64::from(*at) / 1e3);
            below = lower;
        }
        *value = found;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_sorted_list() {
        let parts = [0.50, 0.95, 0.99];
        for count in 1..=210u32 {
            let mut latencies: Vec<u32> = (0..count).map(|i| i * 7919 % 211 / 3).collect();
            let mut sorted = latencies.clone();
            sorted.sort_unstable();
            let expected = [50, 95, 99].map(|percent| {
                let rank = (count * percent).div_ceil(100);
                Some(f64::from(sorted[rank as usize - 1]) / 1e3)
            });
            assert_eq!(percentiles(&mut latencies, parts), expected, "{count}");
        }
        assert_eq!(percentiles(&mut [], parts), [None; 3]);
    }

    #[test]
    fn windows_and_percentiles_follow_the_nearest_rank() {
        let mut users = Users::new(Retries::default());
        for i in 1..=100u64 {
            users.end(SimTime::from_secs(i), RequestKind::Read, Ok(()), i * 1_000_000);
        }
        users.end(SimTime::from_secs(100), RequestKind::Write, Err(Failure::ServerError), 1);
        let all = users.experience(SimTime::from_secs(100), Duration::from_secs(100), None);
        assert_eq!((all.completed, all.failed, all.p50_ms, all.p99_ms), (100, 1, Some(50.0), Some(99.0)));
        assert_eq!(all.mean_ms, Some(50.5));
        let last = users.experience(SimTime::from_secs(100), Duration::from_secs(9), Some(RequestKind::Read));
        assert_eq!((last.completed, last.failed, last.p50_ms), (10, 0, Some(95.0)));
        assert_eq!(users.experience(SimTime::from_secs(200), Duration::from_secs(5), None).p50_ms, None);
    }
}
