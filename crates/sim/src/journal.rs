//! The journal: events with their causes, in order.
//!
//! The engine reports to an [`Observer`]; a [`Journal`] is one that keeps the latest events. Observers must not change the
//! simulation: the run is the same with and without one. `hoplight_text` has the sentences.

use std::collections::VecDeque;
use std::sync::Arc;

use hoplight_model::hop::Guard;
use hoplight_model::{Algorithm, ComponentId, ComponentIx, Element, Infrastructure, LinkIx, RequestKind, Retries, TopologyEdit};

use crate::fault::Fault;
use crate::outcome::{Failure, Outcome};
use crate::packet::{Heading, Phase, Status};
use crate::probe::probe_number;
use crate::time::SimTime;
use crate::view::{AlertState, CheckCode, ComponentSample};

/// Receives every event of a run.
pub trait Observer {
    /// Whether it wants events at all. If false, none is built.
    const NOTES: bool = true;

    /// Something happened.
    fn note(&mut self, note: JournalEvent);

    /// A user sends a request.
    fn arrived(&mut self, at: SimTime, kind: RequestKind) {
        let _ = (at, kind);
    }

    /// A request has ended for its user, who waited `latency_ns` nanoseconds.
    fn ended(&mut self, at: SimTime, kind: RequestKind, outcome: Outcome, latency_ns: u64) {
        let _ = (at, kind, outcome, latency_ns);
    }
}

/// Observes nothing, at no cost.
impl Observer for () {
    const NOTES: bool = false;

    fn note(&mut self, _: JournalEvent) {}
}

impl<F: FnMut(JournalEvent)> Observer for F {
    fn note(&mut self, note: JournalEvent) {
        self(note);
    }
}

/// Makes a note of what happens all the time, while parts of the simulation are in use.
#[expect(clippy::inline_always, reason = "where nobody wants notes, nothing is left of it")]
#[inline(always)]
pub(crate) fn tell<O: Observer>(
    observer: &mut O,
    at: SimTime,
    request: Option<(u64, RequestKind)>,
    what: impl FnOnce() -> EventKind,
) {
    if O::NOTES {
        observer.note(JournalEvent { at, request, what: what() });
    }
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalEvent {
    /// When.
    pub at: SimTime,
    /// The request that it happened to, by number and kind.
    pub request: Option<(u64, RequestKind)>,
    /// What happened.
    pub what: EventKind,
}

/// The kinds of event.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A user sends a request.
    Arrived,
    /// A message leaves one end of a link.
    Departed {
        /// The link.
        link: LinkIx,
        /// Which way.
        heading: Heading,
        /// What the connection is doing.
        phase: Phase,
        /// What it says, if it is an answer.
        status: Status,
    },
    /// A message is at the other end.
    Reached {
        /// Where.
        component: ComponentIx,
        /// Which way it went.
        heading: Heading,
        /// What the connection is doing.
        phase: Phase,
    },
    /// A firewall let a new connection pass.
    Passed {
        /// The link that it is on.
        link: LinkIx,
        /// The firewall and its verdict.
        guard: Guard,
    },
    /// A firewall stopped it.
    Blocked {
        /// The link that it is on.
        link: LinkIx,
        /// The firewall and its verdict.
        guard: Guard,
    },
    /// A request waits for a slot.
    Waits {
        /// Where.
        component: ComponentIx,
        /// Length of the queue, with this request.
        waiting: u32,
    },
    /// The queue is full.
    TurnedAway {
        /// Where.
        component: ComponentIx,
    },
    /// The balancer chose.
    Chose {
        /// The balancer.
        balancer: ComponentIx,
        /// The backend.
        backend: ComponentIx,
        /// How.
        algorithm: Algorithm,
        /// How many backends were UP to choose from.
        up: u32,
    },
    /// The balancer has no backend that is UP.
    NoBackend {
        /// The balancer.
        balancer: ComponentIx,
    },
    /// A component answers without asking another.
    Answers {
        /// Which.
        component: ComponentIx,
    },
    /// A resolver has no address to give.
    Unresolved {
        /// Which.
        resolver: ComponentIx,
        /// Whether it knows that there is no such name (NXDOMAIN), or could not find out (SERVFAIL).
        nxdomain: bool,
    },
    /// A component fails the request.
    Fails {
        /// Which.
        component: ComponentIx,
        /// With what.
        failure: Failure,
        /// Why.
        why: FailureReason,
    },
    /// The connection is refused: nothing listens.
    Refuses {
        /// Which.
        component: ComponentIx,
    },
    /// The message goes nowhere: the far end is off, or the link is cut.
    Vanished {
        /// On which link.
        link: LinkIx,
    },
    /// The sender tries again.
    Retries {
        /// Who.
        component: ComponentIx,
        /// Which attempt comes now; the first was 1.
        attempt: u8,
    },
    /// The sender stops waiting.
    GivesUp {
        /// Who.
        component: ComponentIx,
    },
    /// The request has ended for its user.
    Ended {
        /// How.
        outcome: Outcome,
        /// How long the user waited, in milliseconds.
        latency_ms: f64,
    },
    /// Health checks made a backend DOWN, or UP again.
    Backend {
        /// The backend.
        backend: ComponentIx,
        /// Whether it is UP now.
        up: bool,
        /// How the last check failed, if it is DOWN.
        code: Option<CheckCode>,
    },
    /// A balancer of a pair took over the shared address, or released it to a higher priority.
    Master {
        /// The balancer.
        balancer: ComponentIx,
        /// Whether it is master now.
        master: bool,
    },
    /// An agent took a sample.
    Sampled {
        /// Which.
        agent: ComponentIx,
        /// What it read, a row for each component that it watches.
        rows: Arc<[ComponentSample]>,
    },
    /// A sample arrived at the monitoring service.
    Delivered {
        /// Whose.
        agent: ComponentIx,
    },
    /// A replica applied a change.
    Replicated {
        /// Which.
        replica: ComponentIx,
    },
    /// A database takes over: its log is now the valid one.
    Promoted {
        /// Which.
        database: ComponentIx,
        /// Acknowledged writes of its predecessor that it does not have.
        lost: u64,
    },
    /// A database became read-only.
    Demoted {
        /// Which.
        database: ComponentIx,
    },
    /// A semi-synchronous primary stopped waiting for its replicas, or resumed.
    SemiSync {
        /// Which.
        database: ComponentIx,
        /// Whether it waits from now on.
        on: bool,
    },
    /// A database is being promoted.
    Promoting(ComponentId),
    /// The apply delay of a database was set, in seconds.
    LagSet(ComponentId, f64),
    /// The external probe sends a request.
    Probes,
    /// The external probe got an answer, or gave up.
    Probed {
        /// How it ended.
        outcome: Outcome,
        /// How long it took, in milliseconds.
        latency_ms: f64,
    },
    /// An alert fired or resolved at the monitoring service.
    Alert {
        /// The rule, as a position in the scenario's list.
        rule: u16,
        /// The component or agent; `None` is the site as the external probe sees it.
        subject: Option<ComponentIx>,
        /// Firing or resolved.
        state: AlertState,
    },
    /// The external probe was turned on, with this interval in seconds, or off.
    ProbeSet(Option<f64>),
    /// An element was killed.
    Killed(Element),
    /// An element was restored.
    Restored(Element),
    /// An element restarts.
    Restarts(Element),
    /// A fault was injected or cleared.
    Fault {
        /// What.
        fault: Fault,
        /// Whether it was injected.
        on: bool,
    },
    /// The users' retries were set.
    RetriesSet(Retries),
    /// SYN cookies were turned on or off.
    SynCookies(bool),
    /// The servers' ports were scanned from the Internet.
    Scanned {
        /// How many are open.
        open: u32,
    },
    /// An element drains: balancers send it no new requests.
    Drained(Element),
    /// An element is back in rotation.
    Ready(Element),
    /// The topology was changed.
    Edited(TopologyEdit),
    /// The simulation was rebuilt with this infrastructure. Later events use its positions of components and links.
    Rebuilt(Arc<Infrastructure>),
    /// The arrival rate was set.
    RateSet(f64),
    /// The balancing algorithm was set.
    BalanceSet(Algorithm),
}

/// Why a component fails a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureReason {
    /// Downstream refused the connection.
    Refused,
    /// Downstream cut the connection.
    Reset,
    /// Downstream did not answer in time.
    Timeout,
    /// No link leads to a component that could answer.
    NoRoute,
    /// No backend is UP.
    NoBackend,
    /// No backend had room in time.
    QueueTimeout,
    /// The queue is full.
    Full,
    /// The database is read-only (error 1290).
    ReadOnly,
    /// The database has too many connections (error 1040).
    TooManyConnections,
    /// Downstream's certificate has expired.
    Certificate,
    /// The database's disk is full.
    DiskFull,
}

impl JournalEvent {
    /// The first two letters of the termination state that `HAProxy` logs, for a request that a balancer fails: who ended it
    /// (S the server or its TCP stack, s a timeout while the balancer waited for it), and in which phase (Q in the queue, C
    /// while connecting, H before the answer's headers).
    pub const fn log_flag(&self) -> Option<&'static str> {
        let EventKind::Fails { failure, why, .. } = &self.what else { return None };
        match (failure, why) {
            (Failure::Unavailable, FailureReason::NoBackend | FailureReason::Refused | FailureReason::Certificate) => Some("SC"),
            (Failure::Unavailable, FailureReason::Timeout) => Some("sC"),
            (Failure::Unavailable, FailureReason::QueueTimeout) => Some("sQ"),
            (Failure::GatewayTimeout, FailureReason::Timeout) => Some("sH"),
            (Failure::BadGateway, FailureReason::Reset) => Some("SH"),
            _ => None,
        }
    }

    /// Whether it belongs in the log of a busy site: state changes and failures, not ordinary traffic.
    pub fn is_notable(&self) -> bool {
        if self.request.is_some_and(|(number, _)| probe_number(number).is_some()) {
            // Probes are periodic: only failures are news.
            return matches!(self.what, EventKind::Probed { outcome: Err(_), .. });
        }
        let news = match &self.what {
            // A blocked sample is repeated every second.
            EventKind::Blocked { .. } | EventKind::Vanished { .. } => self.request.is_some(),
            // The component that failed has reported an answer with a status, with the cause.
            EventKind::Ended { outcome: Err(failure), .. } => failure.status().is_none(),
            _ => true,
        };
        news && matches!(
            self.what,
            EventKind::Blocked { .. }
                | EventKind::TurnedAway { .. }
                | EventKind::NoBackend { .. }
                | EventKind::Fails { .. }
                | EventKind::Refuses { .. }
                | EventKind::Vanished { .. }
                | EventKind::Backend { .. }
                | EventKind::Promoted { .. }
                | EventKind::Demoted { .. }
                | EventKind::SemiSync { .. }
                | EventKind::Promoting(_)
                | EventKind::LagSet(..)
                | EventKind::Master { .. }
                | EventKind::Killed(_)
                | EventKind::Restored(_)
                | EventKind::Restarts(_)
                | EventKind::Fault { .. }
                | EventKind::RetriesSet(_)
                | EventKind::SynCookies(_)
                | EventKind::Scanned { .. }
                | EventKind::Drained(_)
                | EventKind::Ready(_)
                | EventKind::Edited(_)
                | EventKind::Rebuilt(_)
                | EventKind::RateSet(_)
                | EventKind::BalanceSet(_)
                | EventKind::ProbeSet(_)
                | EventKind::Alert { .. }
                | EventKind::Ended { outcome: Err(_), .. }
        )
    }
}

/// A notable event, with the number of similar ones until the next state change.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// The first of them.
    pub first: JournalEvent,
    /// When the last of them came.
    pub last: SimTime,
    /// How many there were.
    pub count: u64,
}

/// Keeps the latest events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journal {
    notes: VecDeque<JournalEvent>,
    headlines: VecDeque<Headline>,
}

/// How many events and how many headlines are kept.
const KEPT: usize = 1_000;
const KEPT_HEADLINES: usize = 200;

impl Journal {
    /// The latest events, oldest first.
    pub fn notes(&self) -> impl DoubleEndedIterator<Item = &JournalEvent> {
        self.notes.iter()
    }

    /// The latest notable events, oldest first; they are kept longer than the rest. Similar failures between two state
    /// changes are one headline.
    pub fn headlines(&self) -> impl DoubleEndedIterator<Item = &Headline> {
        self.headlines.iter()
    }

    /// The events of one request, oldest first.
    pub fn of_request(&self, number: u64) -> impl DoubleEndedIterator<Item = &JournalEvent> {
        self.notes.iter().filter(move |note| note.request.is_some_and(|(n, _)| n == number))
    }
}

impl Journal {
    pub(super) fn footprint(&self) -> usize {
        self.notes.len() * size_of::<JournalEvent>() + self.headlines.len() * size_of::<Headline>()
    }

    fn headline(&mut self, note: &JournalEvent) {
        // An alert reports a state change, but is none.
        let tells =
            |headline: &Headline| headline.first.request.is_some() || matches!(headline.first.what, EventKind::Alert { .. });
        let mut since_change = self.headlines.iter_mut().rev().take_while(|headline| tells(headline));
        if let Some(headline) = since_change.find(|headline| note.request.is_some() && alike(&headline.first.what, &note.what)) {
            headline.count += 1;
            headline.last = note.at;
            return;
        }
        if self.headlines.len() == KEPT_HEADLINES {
            self.headlines.pop_front();
        }
        self.headlines.push_back(Headline { first: note.clone(), last: note.at, count: 1 });
    }
}

/// Whether two events are similar, apart from the request.
fn alike(a: &EventKind, b: &EventKind) -> bool {
    match (a, b) {
        (EventKind::Ended { outcome: a, .. }, EventKind::Ended { outcome: b, .. })
        | (EventKind::Probed { outcome: a, .. }, EventKind::Probed { outcome: b, .. }) => a == b,
        _ => a == b,
    }
}

impl Observer for Journal {
    fn note(&mut self, note: JournalEvent) {
        if matches!(note.what, EventKind::Rebuilt(_)) {
            // Positions of components and links in earlier events mean nothing in the new infrastructure.
            *self = Self::default();
        }
        if note.is_notable() {
            self.headline(&note);
        }
        if self.notes.len() == KEPT {
            self.notes.pop_front();
        }
        self.notes.push_back(note);
    }
}
