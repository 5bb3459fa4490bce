//! The recorder: an observer that measures a run in constant memory, independent of the number of requests.
//!
//! It keeps a latency histogram per kind of request, exact sums for the means, counts of failures by reason, and one
//! row for each of the last seconds. Must not change the simulation, and must not keep requests.
//!
//! Arrivals and outcomes count from the end of the warm-up, each at its own instant: a request that arrives during the
//! warm-up and ends after it counts as completed or failed, but not as offered. The rows of seconds include the
//! warm-up.

mod latency;
mod seconds;

pub use latency::Latency;
pub use seconds::Second;

use hoplight_model::RequestKind;

use super::journal::{JournalEvent, Observer};
use super::outcome::{Failure, Outcome};
use super::time::SimTime;
use seconds::Seconds;

/// Measurements of one kind of request, or of all kinds, since the end of the warm-up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Requests sent by users.
    pub offered: u64,
    /// Latencies of the successful requests.
    pub latency: Latency,
    failures: [u64; Failure::ALL.len()],
}

impl Measured {
    /// Number of successful requests.
    pub fn completed(&self) -> u64 {
        self.latency.count()
    }

    /// Number of failed requests.
    pub fn failed(&self) -> u64 {
        self.failures.iter().sum()
    }

    /// Number of failures by reason.
    pub fn failures(&self) -> impl Iterator<Item = (Failure, u64)> + '_ {
        Failure::ALL.into_iter().map(|failure| (failure, self.failures[failure.index()]))
    }

    /// Failed requests as a fraction of all that ended, from 0 to 1; `None` if none ended.
    pub fn error_ratio(&self) -> Option<f64> {
        let ended = self.completed() + self.failed();
        (ended > 0).then(|| self.failed() as f64 / ended as f64)
    }

    fn add(&mut self, other: &Self) {
        self.offered += other.offered;
        self.latency.add(&other.latency);
        for (sum, count) in self.failures.iter_mut().zip(other.failures) {
            *sum += count;
        }
    }
}

/// Measures a run. Pass it to every [`Simulation::step`](super::Simulation::step) of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorder {
    warmup: SimTime,
    /// The first instant that counts.
    from: SimTime,
    kinds: [Measured; RequestKind::ALL.len()],
    seconds: Seconds,
}

impl Recorder {
    /// A recorder that measures from `warmup` on. Before that, it only fills the rows of seconds.
    pub fn new(warmup: SimTime) -> Self {
        // The last instant of the warm-up still belongs to it; without a warm-up, time zero counts.
        let from = if warmup == SimTime::ZERO { warmup } else { warmup + 1 };
        Self { warmup, from, kinds: std::array::from_fn(|_| Measured::default()), seconds: Seconds::default() }
    }

    /// The end of the warm-up.
    pub fn warmup(&self) -> SimTime {
        self.warmup
    }

    /// The measurements of one kind of request.
    pub fn of(&self, kind: RequestKind) -> &Measured {
        &self.kinds[kind.index()]
    }

    /// The measurements of all kinds of request together.
    pub fn all(&self) -> Measured {
        let mut all = Measured::default();
        self.kinds.iter().for_each(|kind| all.add(kind));
        all
    }

    /// The rows of the last complete seconds at `now`, oldest first; at most [`Self::MOST_SECONDS`]. Seconds without
    /// events have rows of zeros.
    pub fn seconds(&self, now: SimTime) -> impl ExactSizeIterator<Item = Second> + use<'_> {
        self.seconds.rows(now)
    }

    /// Maximum number of kept rows of seconds: an hour.
    pub const MOST_SECONDS: usize = seconds::KEPT;
}

impl Observer for Recorder {
    const NOTES: bool = false;

    fn note(&mut self, _: JournalEvent) {}

    fn arrived(&mut self, at: SimTime, kind: RequestKind) {
        self.seconds.at(at).offered += 1;
        if at >= self.from {
            self.kinds[kind.index()].offered += 1;
        }
    }

    fn ended(&mut self, at: SimTime, kind: RequestKind, outcome: Outcome, latency_ns: u64) {
        let row = self.seconds.at(at);
        match outcome {
            Ok(()) => {
                row.completed += 1;
                row.latency_ns += latency_ns;
            }
            Err(_) => row.failed += 1,
        }
        if at < self.from {
            return;
        }
        let measured = &mut self.kinds[kind.index()];
        match outcome {
            Ok(()) => measured.latency.record(latency_ns),
            Err(failure) => measured.failures[failure.index()] += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Command, Simulation};
    use hoplight_model::{ComponentId, Element, Infrastructure};

    const MS: u64 = 1_000_000;

    #[test]
    fn the_window_begins_with_the_end_of_the_warmup() {
        let mut recorder = Recorder::new(SimTime::from_secs(5));
        for second in 0..10u64 {
            let at = SimTime::from_nanos(second * 1_000 * MS);
            recorder.arrived(at, RequestKind::Read);
            recorder.ended(at, RequestKind::Read, Ok(()), (second + 1) * MS);
            recorder.ended(at, RequestKind::Write, Err(Failure::Unavailable), MS);
        }
        let (read, write, all) = (recorder.of(RequestKind::Read), recorder.of(RequestKind::Write), recorder.all());
        assert_eq!((read.offered, read.completed(), read.failed()), (4, 4, 0), "5 s is the last instant of the warm-up");
        assert_eq!((write.completed(), write.failed(), write.error_ratio()), (0, 4, Some(1.0)));
        assert_eq!(read.latency.mean_ms(), Some(8.5), "7, 8, 9 and 10 ms");
        assert_eq!((all.completed(), all.failed(), all.error_ratio()), (4, 4, Some(0.5)));
        assert_eq!(all.failures().find(|(_, count)| *count > 0), Some((Failure::Unavailable, 4)));
        assert_eq!(recorder.seconds(SimTime::from_secs(10)).map(|row| row.offered).sum::<u32>(), 10);
        assert_eq!(recorder.of(RequestKind::Static).error_ratio(), None);
    }

    /// Keeps every latency, for an exact comparison.
    #[derive(Default)]
    struct Exact(Vec<u64>);

    impl Observer for Exact {
        const NOTES: bool = false;

        fn note(&mut self, _: JournalEvent) {}

        fn ended(&mut self, _: SimTime, _: RequestKind, outcome: Outcome, latency_ns: u64) {
            self.0.extend(outcome.is_ok().then_some(latency_ns));
        }
    }

    #[test]
    fn measurements_are_exact_and_do_not_change_the_run() {
        let text = include_str!("../../../assets/stage-2-secured.ron");
        let infra = Arc::new(Infrastructure::from_ron("stage-2-secured.ron", text).unwrap());
        let (mut recorder, mut exact) = (Recorder::new(SimTime::ZERO), Exact::default());
        let [mut recorded, mut listed, mut alone] = [(); 3].map(|()| Simulation::new(Arc::clone(&infra), 5));
        let kill = Command::Kill(Element::Component(ComponentId::new("app-1")));
        for seconds in [10, 20] {
            let until = SimTime::from_secs(seconds);
            recorded.advance(until, &mut recorder);
            listed.advance(until, &mut exact);
            alone.advance(until, &mut ());
            if seconds == 10 {
                recorded.apply(&kill, &mut recorder).unwrap();
                listed.apply(&kill, &mut exact).unwrap();
                alone.apply(&kill, &mut ()).unwrap();
            }
        }
        assert!(recorded == alone && listed == alone, "an observer does not change the run");
        let (all, totals) = (recorder.all(), alone.totals());
        assert_eq!((all.offered, all.completed(), all.failed()), (totals.offered, totals.completed, totals.failed));
        assert!(totals.failed > 100 && all.failures().eq(alone.failures()));
        let mut latencies = exact.0;
        latencies.sort_unstable();
        let mean = latencies.iter().map(|ns| u128::from(*ns)).sum::<u128>() as f64 / latencies.len() as f64 / 1e6;
        assert_eq!(all.latency.mean_ms(), Some(mean));
        for percent in [50, 95, 99] {
            // Nearest rank, ⌈n · percent / 100⌉, counted from 1.
            let value = latencies[(latencies.len() * percent).div_ceil(100) - 1] as f64 / 1e6;
            let found = all.latency.percentile_ms(percent as f64 / 100.0).unwrap();
            assert!((found / value - 1.0).abs() <= 0.001, "p{percent}: {found} for {value}");
        }
    }
}
