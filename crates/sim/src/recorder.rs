//! The recorder: an observer that measures a run in flat memory, however many requests there are.
//!
//! It keeps a latency histogram for each kind of request, exact sums for the means, counts of failures by reason, and a row
//! for each of the last seconds. Must not change the simulation, and must not keep requests.
//!
//! What counts: an ending belongs to the instant at which it happens, an arrival to its own. The window begins with the end
//! of the warm-up; a request that arrived before it and ends in it counts as ended in it, as with a stopwatch at the door.
//! The rows of seconds know no warm-up.

mod latency;
mod seconds;

pub use latency::Latency;
pub use seconds::Second;

use hoplight_model::RequestKind;

use super::journal::{JournalEvent, Observer};
use super::outcome::{Failure, Outcome};
use super::time::SimTime;
use seconds::Seconds;

/// What was measured of one kind of request, or of all, between the end of the warm-up and now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// Requests that users sent.
    pub offered: u64,
    /// How long those took that ended well.
    pub latency: Latency,
    failures: [u64; Failure::ALL.len()],
}

impl Measured {
    /// Requests that ended well.
    pub fn completed(&self) -> u64 {
        self.latency.count()
    }

    /// Requests that failed.
    pub fn failed(&self) -> u64 {
        self.failures.iter().sum()
    }

    /// How many failed in each way.
    pub fn failures(&self) -> impl Iterator<Item = (Failure, u64)> + '_ {
        Failure::ALL.into_iter().map(|failure| (failure, self.failures[failure.index()]))
    }

    /// Failed requests as a part of all that ended, 0 to 1; `None` if none ended.
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

/// Measures a run. To be given to every [`Simulation::step`](super::Simulation::step) of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorder {
    warmup: SimTime,
    /// The first instant that counts.
    from: SimTime,
    kinds: [Measured; RequestKind::ALL.len()],
    seconds: Seconds,
}

impl Recorder {
    /// A recorder that measures from `warmup` on. Until then it only counts the seconds' rows.
    pub fn new(warmup: SimTime) -> Self {
        // What happens at the last instant of the warm-up belongs to it; without one, time zero counts.
        let from = if warmup == SimTime::ZERO { warmup } else { warmup + 1 };
        Self { warmup, from, kinds: std::array::from_fn(|_| Measured::default()), seconds: Seconds::default() }
    }

    /// When the measuring begins.
    pub fn warmup(&self) -> SimTime {
        self.warmup
    }

    /// What was measured of one kind of request.
    pub fn of(&self, kind: RequestKind) -> &Measured {
        &self.kinds[kind.index()]
    }

    /// What was measured of all kinds together.
    pub fn all(&self) -> Measured {
        let mut all = Measured::default();
        self.kinds.iter().for_each(|kind| all.add(kind));
        all
    }

    /// The rows of the last seconds that are over at `now`, oldest first; at most [`Self::MOST_SECONDS`]. Seconds in which
    /// nothing happened have rows of zeros.
    pub fn seconds(&self, now: SimTime) -> impl ExactSizeIterator<Item = Second> + use<'_> {
        self.seconds.rows(now)
    }

    /// How many rows of seconds are kept: an hour.
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

    /// Keeps every latency, as no recorder may.
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
    fn a_real_run_is_measured_truly_and_not_changed() {
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
        assert!(recorded == alone && listed == alone, "whoever watches, the run is the same");
        let (all, totals) = (recorder.all(), alone.totals());
        assert_eq!((all.offered, all.completed(), all.failed()), (totals.offered, totals.completed, totals.failed));
        assert!(totals.failed > 100 && all.failures().eq(alone.failures()));
        let mut latencies = exact.0;
        latencies.sort_unstable();
        let mean = latencies.iter().map(|ns| u128::from(*ns)).sum::<u128>() as f64 / latencies.len() as f64 / 1e6;
        assert_eq!(all.latency.mean_ms(), Some(mean));
        for percent in [50, 95, 99] {
            // The rank ⌈n · percent / 100⌉, counted from 1.
            let value = latencies[(latencies.len() * percent).div_ceil(100) - 1] as f64 / 1e6;
            let found = all.latency.percentile_ms(percent as f64 / 100.0).unwrap();
            assert!((found / value - 1.0).abs() <= 0.001, "p{percent}: {found} for {value}");
        }
    }
}
