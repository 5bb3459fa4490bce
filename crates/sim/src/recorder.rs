//! The recorder: an observer that measures a run in constant memory, independent of the number of requests.
//!
//! It keeps a latency histogram per kind of request, exact sums for the means, counts of failures by reason and by cause,
//! changes of backends and of the shared address, and one row for each of the last seconds. Must not change the simulation,
//! and must not keep requests.
//!
//! Arrivals and outcomes count from the end of the warm-up, each at its own instant: a request that arrives during the
//! warm-up and ends after it counts as completed or failed, but not as offered. Failures by cause, changes, and the rows of
//! seconds include the warm-up.

mod changes;
mod latency;
mod seconds;

pub use changes::{AddressMoves, BackendChanges};
pub use latency::Latency;
pub use seconds::Second;

use hoplight_model::{LinkIx, RequestKind};

use super::journal::{FailureCause, JournalEvent, Observer};
use super::outcome::{Failure, Outcome};
use super::time::SimTime;
use changes::Changes;
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
    /// The first instant that is measured.
    from: SimTime,
    kinds: [Measured; RequestKind::ALL.len()],
    seconds: Seconds,
    changes: Changes,
}

impl Recorder {
    /// A recorder that measures from `warmup` on. Before that, it only fills the rows of seconds.
    pub fn new(warmup: SimTime) -> Self {
        // The last instant of the warm-up still belongs to it; without a warm-up, time zero counts.
        let from = if warmup == SimTime::ZERO { warmup } else { warmup + 1 };
        let kinds = std::array::from_fn(|_| Measured::default());
        Self { warmup, from, kinds, seconds: Seconds::default(), changes: Changes::default() }
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

    /// Number of failed requests of the whole run by reason and cause, in that order.
    pub fn failures_by_cause(&self) -> impl Iterator<Item = (Failure, Option<FailureCause>, u64)> + '_ {
        self.changes.failures.iter().map(|((failure, cause), count)| (*failure, *cause, *count))
    }

    /// The backends that health checks marked DOWN or UP during the run, by the link from their balancer.
    pub fn backend_changes(&self) -> impl Iterator<Item = (LinkIx, BackendChanges)> + '_ {
        self.changes.backends.iter().map(|(link, changes)| (*link, *changes))
    }

    /// How often the address that two balancers share moved during the run.
    pub fn address_moves(&self) -> AddressMoves {
        self.changes.address
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

    fn failed(&mut self, _: SimTime, _: RequestKind, failure: Failure, cause: Option<FailureCause>) {
        self.changes.failed(failure, cause);
    }

    fn backend_changed(&mut self, at: SimTime, link: LinkIx, up: bool) {
        self.changes.backend_changed(at, link, up);
    }

    fn address_moved(&mut self, at: SimTime) {
        self.changes.address_moved(at);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Command, FailureReason, Simulation};
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

    /// A run of a scenario with commands at their seconds.
    fn recorded(text: &str, commands: &[(u64, Command)], end: u64) -> (Recorder, Simulation) {
        let infra = Arc::new(Infrastructure::from_ron("scenario.ron", text).unwrap());
        let (mut recorder, mut simulation) = (Recorder::new(SimTime::ZERO), Simulation::new(infra, 1));
        for (second, command) in commands {
            simulation.advance(SimTime::from_secs(*second), &mut recorder);
            simulation.apply(command, &mut recorder).unwrap();
        }
        simulation.advance(SimTime::from_secs(end), &mut recorder);
        (recorder, simulation)
    }

    const STAGE_2: &str = include_str!("../../../assets/stage-2-secured.ron");
    const PAIR: &str = include_str!("../../../assets/design-0-repaired.ron");

    fn web(number: u8) -> Element {
        Element::Component(ComponentId::new(&format!("web-{number}")))
    }

    #[test]
    fn every_failure_has_one_cause() {
        let (recorder, simulation) = recorded(STAGE_2, &[(5, Command::Kill(web(1))), (10, Command::Kill(web(2)))], 30);
        let causes: Vec<_> = recorder.failures_by_cause().collect();
        for (failure, count) in simulation.failures() {
            let split: u64 = causes.iter().filter(|(of, ..)| *of == failure).map(|(.., count)| count).sum();
            assert_eq!(split, count, "{failure:?}: {causes:?}");
        }
        let infra = simulation.infrastructure();
        let at_balancer = |reason| Some(FailureCause { component: infra.find("lb-1").unwrap(), reason });
        let count = |cause| causes.iter().find(|(_, of, _)| *of == cause).map_or(0, |(.., count)| *count);
        // Three checks fail after 10 s, and the users then send 100 requests per second for 15 s.
        assert!((1_300..1_700).contains(&count(at_balancer(FailureReason::NoBackend))), "{causes:?}");
        assert_eq!(count(at_balancer(FailureReason::QueueTimeout)), 0, "{causes:?}");
    }

    #[test]
    fn backends_change_after_the_checks_of_a_failure() {
        let (recorder, simulation) = recorded(STAGE_2, &[(10, Command::Kill(web(1))), (20, Command::Restore(web(1)))], 30);
        let link = simulation.infrastructure().link_between("lb-1", "web-1").unwrap();
        let changes: Vec<_> = recorder.backend_changes().collect();
        let [(of, BackendChanges { down: 1, up: 1, last })] = changes[..] else { panic!("{changes:?}") };
        assert!(of == link && (20.0..26.0).contains(&last.as_secs_f64()), "{changes:?}");
    }

    #[test]
    fn the_address_moves_when_its_owner_dies_and_when_it_returns() {
        let lb = Element::Component(ComponentId::new("lb-1"));
        let (recorder, _) = recorded(PAIR, &[(10, Command::Kill(lb.clone())), (20, Command::Restore(lb))], 30);
        let AddressMoves { count, last } = recorder.address_moves();
        assert!(count == 2 && last.is_some_and(|at| (20.0..25.0).contains(&at.as_secs_f64())), "{count} {last:?}");
    }

    #[test]
    fn a_healthy_run_has_no_changes() {
        for text in [STAGE_2, PAIR] {
            let (recorder, _) = recorded(text, &[], 30);
            assert_eq!(recorder.changes, Changes::default());
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
