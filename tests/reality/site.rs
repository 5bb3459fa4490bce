//! The measured site: HAProxy, two nginx with a Gunicorn each (sync workers), and two databases. 60 requests/s, of which a
//! quarter on new connections.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hoplight::model::{ComponentIx, Infrastructure, RequestKind};
use hoplight::sim::{CheckCode, EventKind, Failure, FailureReason, JournalEvent, SimTime, Simulation, script};

const SITE: &str = r#"(
    id: "measured",
    traffic: (rate: 60.0, static_share: 0.4, write_share: 0.2, new_visitors: 0.25, patience_s: 10.0),
    tls: (edge: Terminate),
    certificates: [(names: ["www.foobar.com"], on: ["lb-1"], days_left: 90)],
    servers: [(id: "s0"), (id: "s1"), (id: "s2")],
    components: [
        (id: "lb-1", kind: LoadBalancer(algorithm: RoundRobin, check: Tcp, check_interval_s: 2.0, check_timeout_s: 2.0, fall: 3,
            rise: 2, retries: 3, redispatch: false, connect_timeout_s: 1.0, queue_timeout_s: 1.5, server_timeout_s: 5.0),
            server: "s0", station: (connections: 2000)),
        (id: "web-1", kind: Web(timeout_s: 5.0, connect_timeout_s: 1.0), server: "s1"),
        (id: "web-2", kind: Web(timeout_s: 5.0, connect_timeout_s: 1.0), server: "s2"),
        (id: "app-1", kind: App(timeout_s: 2.0), server: "s1", station: (slots: 4, queue: 50, service: Constant(ms: 50.0))),
        (id: "app-2", kind: App(timeout_s: 2.0), server: "s2", station: (slots: 4, queue: 50, service: Constant(ms: 50.0))),
        (id: "db-1", kind: Database(role: Primary), server: "s1"),
        (id: "db-2", kind: Database(role: Replica, lag_s: 0.01), server: "s2"),
    ],
    links: [
        (from: "browser", to: "lb-1", latency_ms: 0.1),
        (from: "lb-1", to: "web-1"), (from: "lb-1", to: "web-2"), (from: "web-1", to: "app-1"), (from: "web-2", to: "app-2"),
        (from: "app-1", to: "db-1"), (from: "app-1", to: "db-2", kinds: [Read]),
        (from: "app-2", to: "db-2", kinds: [Read]), (from: "app-2", to: "db-1"),
        (from: "db-1", to: "db-2", protocol: Replication),
    ],
)"#;

/// A replacement in the site's text.
pub(crate) type Change = (&'static str, &'static str);

/// Only reads.
pub(crate) const READS: Change = ("static_share: 0.4, write_share: 0.2", "static_share: 0.0, write_share: 0.0");
/// 80 requests/s.
pub(crate) const EIGHTY: Change = ("rate: 60.0", "rate: 80.0");
/// Each request takes a worker for 200 ms.
pub(crate) const SLOW_WORK: Change = ("Constant(ms: 50.0)", "Constant(ms: 200.0)");
/// Health checks reach the application.
pub(crate) const APP_CHECK: Change = ("check: Tcp", "check: HttpApp");
/// Gunicorn's default backlog.
pub(crate) const LONG_QUEUE: Change = ("queue: 50", "queue: 2048");

/// A finished request, in seconds and milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done {
    pub(crate) born: f64,
    pub(crate) ended: f64,
    pub(crate) ms: f64,
    pub(crate) kind: RequestKind,
    pub(crate) outcome: Result<(), Failure>,
    /// HAProxy's flag, if it failed the request.
    pub(crate) flag: Option<&'static str>,
    /// Why a component failed it.
    pub(crate) why: Option<FailureReason>,
}

/// A change of a backend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) at: f64,
    pub(crate) up: bool,
    pub(crate) code: Option<CheckCode>,
}

/// A run and what its users and its balancer's log saw.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) done: Vec<Done>,
    pub(crate) turns: Vec<Turn>,
    /// Number of attempts, retries included.
    pub(crate) attempts: Vec<f64>,
}

impl Run {
    /// Runs the site with a seed. Each command is preceded by its time in seconds.
    pub(crate) fn of(changes: &[Change], commands: &[(f64, &str)], until: f64, seed: u64) -> Self {
        let mut text = SITE.to_owned();
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        let infra = Arc::new(Infrastructure::from_ron("measured.ron", &text).unwrap_or_else(|error| panic!("{error}")));
        let mut sim = Simulation::new(Arc::clone(&infra), seed);
        let mut notes = Vec::new();
        let at = |seconds: f64| SimTime::ZERO + Duration::from_secs_f64(seconds);
        for (time, command) in commands {
            sim.advance(at(*time), &mut |note: JournalEvent| notes.push(note));
            let command = script::command(command, &infra).unwrap_or_else(|error| panic!("{command}: {error:?}"));
            sim.apply(&command, &mut |note: JournalEvent| notes.push(note))
                .unwrap_or_else(|error| panic!("{command:?}: {error:?}"));
        }
        sim.advance(at(until), &mut |note: JournalEvent| notes.push(note));
        Self::read(&notes, infra.find("lb-1").expect("the site has a balancer"))
    }

    fn read(notes: &[JournalEvent], balancer: ComponentIx) -> Self {
        let mut run = Self { done: Vec::new(), turns: Vec::new(), attempts: Vec::new() };
        let mut failed = BTreeMap::new();
        for note in notes {
            let at = note.at.as_secs_f64();
            match (&note.what, note.request) {
                (EventKind::Arrived, Some(_)) => run.attempts.push(at),
                (EventKind::Fails { component, why, .. }, Some((number, _))) => {
                    // Only HAProxy logs a flag.
                    let flag = note.log_flag().filter(|_| *component == balancer);
                    failed.insert(number, (flag, *why));
                }
                (EventKind::Ended { outcome, latency_ms }, Some((number, kind))) => {
                    let (flag, why) = failed.remove(&number).map_or((None, None), |(flag, why)| (flag, Some(why)));
                    let born = at - latency_ms / 1e3;
                    run.done.push(Done { born, ended: at, ms: *latency_ms, kind, outcome: *outcome, flag, why });
                }
                (EventKind::Backend { up, code, .. }, _) => run.turns.push(Turn { at, up: *up, code: *code }),
                _ => {}
            }
        }
        run
    }

    /// The failed requests.
    pub(crate) fn failed(&self) -> impl Iterator<Item = &Done> {
        self.done.iter().filter(|done| done.outcome.is_err())
    }

    /// The requests that failed in this way.
    pub(crate) fn with(&self, failure: Failure) -> Vec<Done> {
        self.failed().filter(|done| done.outcome == Err(failure)).copied().collect()
    }

    /// The requests that were answered.
    pub(crate) fn good(&self) -> impl Iterator<Item = &Done> {
        self.done.iter().filter(|done| done.outcome.is_ok())
    }

    /// Good answers per second between two times.
    pub(crate) fn goodput(&self, from: f64, to: f64) -> f64 {
        self.good().filter(|done| (from..to).contains(&done.ended)).count() as f64 / (to - from)
    }

    /// Asserts that every failure is this one, with this flag.
    pub(crate) fn only(&self, failure: Failure, flag: Option<&str>) {
        let other = self.failed().find(|done| done.outcome != Err(failure) || done.flag != flag);
        assert!(other.is_none(), "{other:?}");
    }

    /// When the first backend went DOWN, and with which code.
    pub(crate) fn down(&self) -> Option<(f64, CheckCode)> {
        let turn = self.turns.iter().find(|turn| !turn.up)?;
        Some((turn.at, turn.code.expect("a check failed")))
    }
}

/// A quantile of some numbers.
pub(crate) fn quantile(values: impl IntoIterator<Item = f64>, share: f64) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    assert!(!values.is_empty(), "there are values");
    let place = (share * (values.len() - 1) as f64).round();
    *values.iter().zip(0u32..).find(|(_, at)| f64::from(*at) >= place).expect("the place is in the list").0
}

/// Runs the site with three seeds, and asserts that the median of each quantity is near the measured one.
pub(crate) fn compare<const N: usize>(
    run: impl Fn(u64) -> Run,
    measure: impl Fn(&Run) -> [f64; N],
    measured: [(&str, f64, (f64, f64)); N],
) {
    let runs = [1, 2, 3].map(|seed| measure(&run(seed)));
    let mut wrong = Vec::new();
    for (place, (name, median, (least, most))) in measured.into_iter().enumerate() {
        let found = quantile(runs.map(|run| run[place]), 0.5);
        let (least, most) = (least.min(0.8 * median), most.max(1.2 * median));
        if !(least..=most).contains(&found) {
            wrong.push(format!("{name}: {found:.3}, measured {median} ({least:.3} to {most:.3})"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
