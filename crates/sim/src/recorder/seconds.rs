//! Measurements per second of simulated time, in a bounded ring.
//!
//! Memory must not grow with the length of a run.

use std::collections::VecDeque;

use crate::index::count64;
use crate::time::{SECOND, SimTime};

/// Maximum number of kept rows.
pub(super) const KEPT: usize = 3_600;

/// What happened in one second of simulated time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Second {
    /// Its number, starting at 0.
    pub number: u64,
    /// Requests sent by users.
    pub offered: u32,
    /// Successful requests, by when they ended.
    pub completed: u32,
    /// Failed requests, by when they ended.
    pub failed: u32,
    /// Sum of the latencies of the successful requests, in nanoseconds.
    pub latency_ns: u64,
}

impl Second {
    /// Mean latency of the successful requests in milliseconds; `None` if there are none.
    pub fn mean_ms(&self) -> Option<f64> {
        (self.completed > 0).then(|| self.latency_ns as f64 / f64::from(self.completed) / 1e6)
    }
}

/// The kept rows; seconds without events have none.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Seconds {
    past: VecDeque<Second>,
    present: Second,
    /// End of the current second. Precomputed, so that each event needs only one comparison.
    over: SimTime,
}

impl Default for Seconds {
    fn default() -> Self {
        Self { past: VecDeque::new(), present: Second::default(), over: SimTime::from_nanos(SECOND) }
    }
}

impl Seconds {
    /// The row of the second that contains `at`; calls must be in order of time.
    #[inline]
    pub(super) fn at(&mut self, at: SimTime) -> &mut Second {
        if at >= self.over {
            self.turn(at);
        }
        &mut self.present
    }

    #[cold]
    fn turn(&mut self, at: SimTime) {
        if self.past.len() == KEPT {
            self.past.pop_front();
        }
        self.past.push_back(self.present);
        let number = at.nanos() / SECOND;
        self.present = Second { number, ..Second::default() };
        self.over = SimTime::from_nanos((number + 1).saturating_mul(SECOND));
    }

    /// The rows of the last complete seconds at `now`, with rows of zeros for seconds without events.
    pub(super) fn rows(&self, now: SimTime) -> impl ExactSizeIterator<Item = Second> + use<'_> {
        let end = now.nanos() / SECOND;
        let length = usize::try_from(end).map_or(KEPT, |end| end.min(KEPT));
        let mut known = self.past.iter().chain([&self.present]).copied().peekable();
        let first = end - count64(length);
        (0..length).map(move |offset| {
            let number = first + count64(offset);
            while known.next_if(|row| row.number < number).is_some() {}
            known.next_if(|row| row.number == number).unwrap_or(Second { number, ..Second::default() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_without_an_event_have_rows_too() {
        let mut seconds = Seconds::default();
        for ms in [100, 900, 1_000, 4_200] {
            seconds.at(SimTime::from_nanos(ms * 1_000_000)).offered += 1;
        }
        let rows = |now: u64| seconds.rows(SimTime::from_nanos(now * SECOND)).map(|row| row.offered).collect::<Vec<_>>();
        assert_eq!(rows(5), [2, 1, 0, 0, 1]);
        assert_eq!(rows(7), [2, 1, 0, 0, 1, 0, 0]);
        assert_eq!(rows(4), [2, 1, 0, 0], "the fifth second is not over");
        assert_eq!(rows(0), [0; 0]);
    }

    #[test]
    fn only_the_last_hour_is_kept() {
        let mut seconds = Seconds::default();
        for second in 0..10_000 {
            seconds.at(SimTime::from_secs(second)).failed += 1;
        }
        let rows: Vec<Second> = seconds.rows(SimTime::from_secs(10_000)).collect();
        assert_eq!((rows.len(), rows[0].number, rows[KEPT - 1].number), (KEPT, 6_400, 9_999));
        assert!(rows.iter().all(|row| row.failed == 1));
    }
}
