//! The journal: events in chronological order.
//!
//! The engine reports events to an [`Observer`]; a [`Journal`] is an observer that keeps the latest events. Observers
//! do not affect the run. `hoplight_text` renders the events.

mod failure;
mod notable;

use std::collections::VecDeque;
use std::sync::Arc;

use hoplight_model::hop::Guard;
use hoplight_model::{Algorithm, ComponentIx, Element, Infrastructure, LinkIx, RequestKind};

use crate::cache::Lookup;
use crate::command::Command;
use crate::outcome::{Failure, Outcome};
use crate::packet::{Heading, Phase, Status};
use crate::request::is_check;
use crate::time::SimTime;
use crate::view::{AlertState, CheckCode, ComponentSample};

pub use failure::{FailureCause, FailureReason};

/// Receives every event of a run.
pub trait Observer {
    /// Whether [`Self::note`] is used. If false, no events are built.
    const NOTES: bool = true;

    /// Called on every event.
    fn note(&mut self, note: JournalEvent);

    /// Called when a user sends a request.
    fn arrived(&mut self, at: SimTime, kind: RequestKind) {
        let _ = (at, kind);
    }

    /// Called when a request has ended for its user, after `latency_ns` nanoseconds.
    fn ended(&mut self, at: SimTime, kind: RequestKind, outcome: Outcome, latency_ns: u64) {
        let _ = (at, kind, outcome, latency_ns);
    }

    /// Called after [`Self::ended`] when a request has failed. `cause` is `None` if no component sent an error response.
    fn failed(&mut self, at: SimTime, kind: RequestKind, failure: Failure, cause: Option<FailureCause>) {
        let _ = (at, kind, failure, cause);
    }

    /// Called when health checks mark the backend at the end of `link` UP or DOWN.
    fn backend_changed(&mut self, at: SimTime, link: LinkIx, up: bool) {
        let _ = (at, link, up);
    }

    /// Called when a balancer checks the health of the backend at the end of `link`.
    fn checked(&mut self, at: SimTime, link: LinkIx, passed: bool) {
        let _ = (at, link, passed);
    }

    /// Called when users' packets begin to go to another balancer of a pair.
    fn address_moved(&mut self, at: SimTime) {
        let _ = at;
    }
}

/// Ignores all events, at no cost.
impl Observer for () {
    const NOTES: bool = false;

    fn note(&mut self, _: JournalEvent) {}
}

impl<F: FnMut(JournalEvent)> Observer for F {
    fn note(&mut self, note: JournalEvent) {
        self(note);
    }
}

/// Reports a frequent event; the event is built only if the observer uses it. Health checks are not reported. A free function, because parts of the
/// simulation are borrowed at the call sites.
#[expect(clippy::inline_always, reason = "compiles to nothing if the observer ignores events")]
#[inline(always)]
pub(crate) fn tell<O: Observer>(
    observer: &mut O,
    at: SimTime,
    request: Option<(u64, RequestKind)>,
    what: impl FnOnce() -> EventKind,
) {
    if O::NOTES && !request.is_some_and(|(number, _)| is_check(number)) {
        observer.note(JournalEvent { at, request, what: what() });
    }
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalEvent {
    /// When it happened.
    pub at: SimTime,
    /// Number and kind of the affected request.
    pub request: Option<(u64, RequestKind)>,
    /// The event.
    pub what: EventKind,
}

/// The kinds of event.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A user sends a request.
    Arrived,
    /// A message departs from one end of a link.
    Departed {
        /// The link.
        link: LinkIx,
        /// The direction of the message.
        heading: Heading,
        /// The phase of the request.
        phase: Phase,
        /// The status of a response; [`Status::Ok`] for a request.
        status: Status,
    },
    /// A message arrives at the other end of its link.
    Reached {
        /// The receiver.
        component: ComponentIx,
        /// The direction of the message.
        heading: Heading,
        /// The phase of the request.
        phase: Phase,
    },
    /// A firewall allows a new connection.
    Passed {
        /// The link.
        link: LinkIx,
        /// The port that the message is sent to.
        port: u16,
        /// The firewall and its verdict.
        guard: Guard,
    },
    /// A firewall blocks a new connection.
    Blocked {
        /// The link.
        link: LinkIx,
        /// The port that the message is sent to.
        port: u16,
        /// The firewall and its verdict.
        guard: Guard,
    },
    /// A request waits for a slot.
    Waits {
        /// The component with the queue.
        component: ComponentIx,
        /// Length of the queue, including this request.
        waiting: u32,
    },
    /// The accept queue of a component is full, so its kernel drops the SYN of a new connection.
    SynDropped {
        /// The component.
        component: ComponentIx,
    },
    /// A component rejects a request because it has too many, or drops a message because its queue is full.
    TurnedAway {
        /// The component.
        component: ComponentIx,
    },
    /// A balancer selects a backend.
    Chose {
        /// The balancer.
        balancer: ComponentIx,
        /// The backend.
        backend: ComponentIx,
        /// The algorithm in use.
        algorithm: Algorithm,
        /// Number of backends that are UP.
        up: u32,
    },
    /// A balancer has no backend that is UP.
    NoBackend {
        /// The balancer.
        balancer: ComponentIx,
    },
    /// A component responds without sending a request to another component.
    Answers {
        /// The component.
        component: ComponentIx,
    },
    /// A cache looks up the object of a request, or a request waits for it.
    LookedUp {
        /// The cache.
        cache: ComponentIx,
        /// The result.
        found: Lookup,
    },
    /// An application or a session store looks for the session of a logged-in user.
    LookedUpSession {
        /// The component that holds sessions.
        holder: ComponentIx,
        /// Whether it has this user's session.
        known: bool,
    },
    /// A balancer follows the user's cookie, which names the backend.
    FollowsCookie {
        /// The balancer.
        balancer: ComponentIx,
        /// The backend.
        backend: ComponentIx,
    },
    /// A component has lost the sessions that it held: its process has ended, or it was flushed.
    SessionsLost {
        /// The component.
        holder: ComponentIx,
        /// Number of users who were logged in there.
        users: u32,
    },
    /// A resolver cannot return an address.
    Unresolved {
        /// The resolver.
        resolver: ComponentIx,
        /// Whether the name does not exist (NXDOMAIN); otherwise, the authoritative server did not respond (SERVFAIL).
        nxdomain: bool,
    },
    /// A component fails the request.
    Fails {
        /// The component.
        component: ComponentIx,
        /// The failure that it returns.
        failure: Failure,
        /// Why it fails the request.
        why: FailureReason,
    },
    /// A component redirects a request to https.
    Redirects {
        /// The component.
        component: ComponentIx,
    },
    /// A connection is refused: no process listens on the port.
    Refuses {
        /// The component that should listen.
        component: ComponentIx,
    },
    /// A message is lost: its receiver is off, or the link is cut.
    Vanished {
        /// The link.
        link: LinkIx,
    },
    /// A component retries.
    Retries {
        /// The component.
        component: ComponentIx,
        /// Number of the next attempt; the first attempt is number 1.
        attempt: u8,
    },
    /// A browser tries the next address of the site, or queries the next resolver.
    TriesNext {
        /// The component at that address, or the resolver.
        component: ComponentIx,
        /// [`Phase::Lookup`] for a resolver, [`Phase::Connect`] for an address.
        phase: Phase,
    },
    /// A component stops waiting for a response.
    GivesUp {
        /// The component.
        component: ComponentIx,
    },
    /// The request has ended for its user.
    Ended {
        /// The outcome.
        outcome: Outcome,
        /// How long the user waited, in milliseconds.
        latency_ms: f64,
    },
    /// An SQL proxy's health check has found that a database has become writable or read-only.
    RoleSeen {
        /// The proxy.
        proxy: ComponentIx,
        /// The database.
        database: ComponentIx,
        /// Whether the database is writable now.
        writable: bool,
    },
    /// Health checks mark a backend DOWN or UP.
    Backend {
        /// The backend.
        backend: ComponentIx,
        /// Whether the backend is now UP.
        up: bool,
        /// How the last check failed, if the backend is DOWN.
        code: Option<CheckCode>,
    },
    /// A balancer of a pair takes over the shared address, or releases it to a balancer of higher priority.
    Master {
        /// The balancer.
        balancer: ComponentIx,
        /// Whether the balancer is now master.
        master: bool,
    },
    /// An agent takes a sample.
    Sampled {
        /// The agent.
        agent: ComponentIx,
        /// The sample, with one row per watched component.
        rows: Arc<[ComponentSample]>,
    },
    /// A sample arrives at the monitoring service.
    Delivered {
        /// The agent that took it.
        agent: ComponentIx,
    },
    /// The first scrape of an agent fails, or succeeds again.
    Target {
        /// The agent.
        agent: ComponentIx,
        /// Whether the scrape succeeded.
        up: bool,
    },
    /// The dead man's switch pages, because the monitoring service sends no heartbeats, or receives one again.
    DeadMansSwitch {
        /// Whether it pages.
        paged: bool,
    },
    /// A firewall of a pair becomes active.
    FirewallTakeover {
        /// The firewall.
        firewall: ComponentIx,
        /// Whether it knows the established connections. Otherwise, it resets them.
        keeps_connections: bool,
    },
    /// A replica applies a change.
    Replicated {
        /// The replica.
        replica: ComponentIx,
    },
    /// A database takes over as the primary: its log is now the authoritative one.
    Promoted {
        /// The database.
        database: ComponentIx,
        /// Number of writes that its predecessor acknowledged and that its own log lacks.
        lost: u64,
    },
    /// A member of a multi-primary cluster begins to serve queries, or refuses them.
    GroupMember {
        /// The database.
        database: ComponentIx,
        /// Whether it serves queries now.
        serves: bool,
    },
    /// A database becomes read-only.
    Demoted {
        /// The database.
        database: ComponentIx,
    },
    /// A semi-synchronous primary stops waiting for its replicas, or resumes.
    SemiSync {
        /// The primary.
        database: ComponentIx,
        /// Whether the primary now waits for its replicas.
        on: bool,
    },
    /// The external probe sends a request.
    Probes,
    /// A request of the external probe has ended.
    Probed {
        /// The outcome.
        outcome: Outcome,
        /// How long it took, in milliseconds.
        latency_ms: f64,
    },
    /// An alert fires or resolves at the monitoring service.
    Alert {
        /// Position of the rule in the scenario's list.
        rule: u16,
        /// The component or agent; `None` for the site as seen by the external probe.
        subject: Option<ComponentIx>,
        /// Firing or resolved.
        state: AlertState,
    },
    /// A command was applied. Three commands have their own event instead: [`Command::Send`] is [`Self::Arrived`],
    /// [`Command::Demote`] is [`Self::Demoted`], and [`Command::Scan`] is [`Self::Scanned`].
    Commanded(Command),
    /// A restarted element is up again.
    Booted(Element),
    /// The servers' ports were scanned from the Internet.
    Scanned {
        /// Number of open ports.
        open: u32,
    },
    /// The simulation was rebuilt with this infrastructure. Later events use its positions of components and links.
    Rebuilt(Arc<Infrastructure>),
}

/// A notable event, combined with similar events up to the next state change.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// The first event.
    pub first: JournalEvent,
    /// Time of the last event.
    pub last: SimTime,
    /// Number of events.
    pub count: u64,
}

/// Keeps the latest events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journal {
    notes: VecDeque<JournalEvent>,
    headlines: VecDeque<Headline>,
}

/// Maximum number of events kept.
const KEPT: usize = 1_000;
/// Maximum number of headlines kept.
const KEPT_HEADLINES: usize = 200;

impl Journal {
    /// The latest events, oldest first.
    pub fn notes(&self) -> impl DoubleEndedIterator<Item = &JournalEvent> {
        self.notes.iter()
    }

    /// The latest notable events, oldest first; they are kept longer than other events. Similar failures between two state
    /// changes are combined into one headline.
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
        // An alert reports a state change, but is not one itself.
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

/// Whether two events are equal except for their request and latency.
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
            // Positions of components and links in earlier events are not valid in the new infrastructure.
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
