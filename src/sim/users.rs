//! What users experience: how their requests ended, over the last seconds and in all.
//!
//! Measured at the users' side. Monitoring does not see this; that is one of its lessons.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::RequestKind;

use super::outcome::{Failure, Outcome};
use super::time::SimTime;
use super::view::{Experience, Totals};

/// How many endings are kept. Beyond it, a window is shorter than asked for, and says so.
const KEPT: usize = 4_096;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Ending {
    at: SimTime,
    latency_us: u32,
    kind: RequestKind,
    ok: bool,
}

/// Endings and counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Users {
    recent: VecDeque<Ending>,
    pub(super) totals: Totals,
    pub(super) by_kind: [Totals; 3],
    pub(super) failures: [u64; Failure::ALL.len()],
    /// How many of the requests that began were not first attempts.
    pub(super) retries: u64,
}

impl Users {
    pub(super) fn footprint(&self) -> usize {
        self.recent.len() * size_of::<Ending>()
    }

    /// A request begins.
    pub(super) fn begin(&mut self, kind: RequestKind) {
        self.totals.offered += 1;
        self.by_kind[kind.index()].offered += 1;
    }

    /// A request ends.
    pub(super) fn end(&mut self, at: SimTime, kind: RequestKind, outcome: Outcome, latency: u64) {
        for totals in [&mut self.totals, &mut self.by_kind[kind.index()]] {
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

    /// What was experienced between `now − window` and `now`.
    pub(super) fn experience(&self, now: SimTime, window: Duration, kind: Option<RequestKind>) -> Experience {
        let wanted = now.since(SimTime::ZERO).min(window);
        let reach = match self.recent.front() {
            Some(oldest) if self.recent.len() == KEPT => now.since(oldest.at).min(wanted),
            _ => wanted,
        };
        let endings = self.recent.iter().rev().take_while(|ending| now.since(ending.at) <= reach);
        let (mut latencies, mut failed) = (Vec::new(), 0);
        for ending in endings.filter(|ending| kind.is_none_or(|kind| kind == ending.kind)) {
            if ending.ok {
                latencies.push(ending.latency_us);
            } else {
                failed += 1;
            }
        }
        let completed = u32::try_from(latencies.len()).unwrap_or(u32::MAX);
        let mut percentile = |part: f64| percentile(&mut latencies, part);
        let [p50_ms, p95_ms, p99_ms] = [0.50, 0.95, 0.99].map(&mut percentile);
        Experience { window_s: reach.as_secs_f64(), completed, failed, p50_ms, p95_ms, p99_ms }
    }
}

/// The smallest of the `latencies` that `part` of them do not exceed, in milliseconds (nearest rank). Orders them as far as
/// it takes: a screen asks thirty times a second.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank lies between 1 and the length")]
fn percentile(latencies: &mut [u32], part: f64) -> Option<f64> {
    let rank = (part * latencies.len() as f64).ceil().max(1.0) as usize;
    (rank <= latencies.len()).then(|| f64::from(*latencies.select_nth_unstable(rank - 1).1) / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_and_percentiles_follow_the_nearest_rank() {
        let mut users = Users::default();
        for i in 1..=100u64 {
            users.end(SimTime::from_secs(i), RequestKind::Read, Ok(()), i * 1_000_000);
        }
        users.end(SimTime::from_secs(100), RequestKind::Write, Err(Failure::ServerError), 1);
        let all = users.experience(SimTime::from_secs(100), Duration::from_secs(100), None);
        assert_eq!((all.completed, all.failed, all.p50_ms, all.p99_ms), (100, 1, Some(50.0), Some(99.0)));
        let last = users.experience(SimTime::from_secs(100), Duration::from_secs(9), Some(RequestKind::Read));
        assert_eq!((last.completed, last.failed, last.p50_ms), (10, 0, Some(95.0)));
        assert_eq!(users.experience(SimTime::from_secs(200), Duration::from_secs(5), None).p50_ms, None);
    }
}
