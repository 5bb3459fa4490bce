//! Watchers: a trace of one request, and a wiretap on one link.
//!
//! The journal keeps only the latest events of the whole site, which on a busy site cover a fraction of a second. A
//! watcher keeps all events of one request, or all messages on one link. Watchers are not part of the simulation: they
//! are filled while time runs forward and truncated when it goes back, so they always hold exactly what has happened
//! until now.

use std::collections::VecDeque;
use std::sync::Arc;

use hoplight_model::behaviour::is_entry_link;
use hoplight_model::firewall::{Direction, RuleAction};
use hoplight_model::{ComponentId, ComponentIx, Hop, Infrastructure, LinkIx, Protocol, RequestKind};

use crate::index::{RequestIx, count64};
use crate::journal::{EventKind, FailureReason, JournalEvent};
use crate::packet::{Activity, Heading, Phase, Status};
use crate::simulation::Simulation;
use crate::time::SimTime;
use crate::view::{CheckCode, ComponentSample};

/// Maximum number of kept messages.
const MAX_MESSAGES: usize = 2_000;
/// Minimum number of kept messages after a rewind, if that many were captured.
const MIN_MESSAGES: u64 = 200;
/// Maximum number of kept events and spans of a request: far more than any request produces.
const MOST_NOTES: usize = 4_000;

/// A position in a run: the numbers of events dispatched and commands applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    pub(super) events: u64,
    pub(super) commands: usize,
}

impl Stamp {
    /// Whether an event with this stamp had happened by position `other`.
    const fn has_happened_by(self, other: Self) -> bool {
        self.events <= other.events && self.commands <= other.commands
    }
}

/// A span of a request's trace: one activity with its start and end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceSpan {
    /// What the request was doing.
    pub doing: Activity,
    /// The phase of its connection.
    pub phase: Phase,
    /// When the span began.
    pub from: SimTime,
    /// When the span ended; `None` if it is still open.
    pub to: Option<SimTime>,
}

/// When a request began an activity, or with `None`, when it ended.
type Moment = (Stamp, Option<(Activity, Phase)>, SimTime);

/// The trace of the followed request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RequestTrace {
    pub(super) number: u64,
    pub(super) kind: Option<RequestKind>,
    /// Each activity ends when the next one begins; the last one is open while the request is in flight.
    moments: Vec<Moment>,
    notes: Vec<(Stamp, JournalEvent)>,
    /// The last known position of the request's record.
    hint: RequestIx,
}

/// A message captured on the tapped link.
#[derive(Clone, Debug, PartialEq)]
pub struct CapturedMessage {
    /// When the message was sent.
    pub at: SimTime,
    /// Content of the message.
    pub payload: CapturedPayload,
    /// The infrastructure at that time, which says whether the link was encrypted.
    pub infra: Arc<Infrastructure>,
    /// Whether the message was readable.
    pub is_plain: bool,
    /// The protocol of the link.
    pub protocol: Protocol,
    stamp: Stamp,
}

/// A summary of all captured messages.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tally {
    /// Number of messages.
    count: u64,
    /// The last message that exposes a password.
    password: Option<CapturedMessage>,
}

/// The content of a captured message.
#[derive(Clone, Debug, PartialEq)]
pub enum CapturedPayload {
    /// A message of a request.
    Request {
        /// The request's number.
        number: u64,
        /// The request's kind.
        kind: RequestKind,
        /// The direction of the message.
        heading: Heading,
        /// The phase of its connection.
        phase: Phase,
        /// The status, if it is a response.
        status: Status,
        /// For a DNS response: whether it is NXDOMAIN.
        nxdomain: bool,
        /// For an error of a database: whether another member of its cluster has changed the same row.
        conflict: bool,
    },
    /// A change sent to a replica.
    Change,
    /// A sample of an agent.
    Sample {
        /// When the sample was taken, which is unique among the agent's samples.
        taken: SimTime,
        /// What the agent read, with one row per watched component.
        rows: Arc<[ComponentSample]>,
    },
    /// A balancer's health check or, with `Some`, the backend's response to it.
    Check {
        /// Number of the check on the link.
        number: u64,
        /// The response: success, or how the check failed.
        answer: Option<Result<(), CheckCode>>,
    },
    /// An advertisement of the balancer that holds a shared address, with its priority.
    Advertisement(u8),
}

/// The state of the wiretap.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TapRecorder {
    hop: (ComponentId, ComponentId),
    /// `None` while the infrastructure does not have the hop: a rebuild may remove it.
    pub(super) link: Option<LinkIx>,
    protocol: Protocol,
    infra: Arc<Infrastructure>,
    is_plain: bool,
    /// Whether the sender's own firewall blocks requests, so that they are never on the wire.
    is_stopped: bool,
    since: Stamp,
    /// The most recent messages.
    captured: VecDeque<CapturedMessage>,
    /// The tally of all messages captured until now.
    total: Tally,
    /// The tally at each checkpoint, because it cannot be recomputed once messages are discarded.
    tallies: Vec<(Stamp, Tally)>,
    nxdomain: bool,
    /// Number of the request that last failed because of a conflict.
    conflict: Option<u64>,
    /// A number that changes with every message on the link that is not part of a request; `None` until it is known.
    mark: Option<u64>,
}

/// All watchers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Watchers {
    pub(super) trace: Option<RequestTrace>,
    pub(super) tap: Option<TapRecorder>,
}

impl CapturedMessage {
    /// Whether the message exposes a password: the form of a login, in plaintext. Databases get only a hash.
    pub fn shows_password(&self) -> bool {
        let is_login = match &self.payload {
            CapturedPayload::Request { kind, heading: Heading::Request, phase: Phase::Exchange, .. } => kind.is_write(),
            CapturedPayload::Request { kind, heading: Heading::Request, phase: Phase::PlainExchange, .. } => {
                kind.is_write() && !self.infra.secrets_on_port_80(*kind).is_empty()
            }
            _ => false,
        };
        self.is_plain && is_login && self.protocol == Protocol::Http
    }
}

impl Watchers {
    /// Whether nothing is watched.
    pub(super) const fn is_idle(&self) -> bool {
        self.trace.is_none() && self.tap.is_none()
    }

    /// Records an event. `stamp` already counts it.
    pub(super) fn note(&mut self, stamp: Stamp, note: &JournalEvent) {
        if let Some(trace) = &mut self.trace {
            trace.note(stamp, note);
        }
        if let Some(tap) = &mut self.tap {
            tap.note(stamp, note);
        }
    }

    /// Updates the watchers after an event or a command.
    pub(super) fn update(&mut self, stamp: Stamp, sim: &Simulation) {
        if let Some(trace) = &mut self.trace {
            trace.update(stamp, sim);
        }
        if let Some(tap) = &mut self.tap {
            tap.update(stamp, sim);
        }
    }

    /// Truncates the watchers to a checkpoint from which the run resumes.
    pub(super) fn rewind(&mut self, to: Stamp, sim: &Simulation) {
        if let Some(trace) = &mut self.trace {
            trace.moments.retain(|(stamp, ..)| stamp.has_happened_by(to));
            trace.notes.retain(|(stamp, _)| stamp.has_happened_by(to));
        }
        if let Some(tap) = &mut self.tap {
            tap.total = tap.tally_at(to).unwrap_or_default();
            tap.captured.retain(|message| message.stamp.has_happened_by(to));
            tap.refresh(sim);
            tap.mark = tap.link.map(|link| sim.traffic_mark(link, tap.protocol));
        }
    }

    /// Whether too few messages would be kept at `wanted` after going back to `from` and running forward.
    pub(super) fn has_too_few_from(&self, from: Stamp, wanted: Stamp) -> bool {
        self.tap.as_ref().is_some_and(|tap| tap.has_too_few_from(from, wanted))
    }

    /// Keeps the tally of captured messages for a checkpoint.
    pub(super) fn keep_tally(&mut self, stamp: Stamp) {
        if let Some(tap) = &mut self.tap
            && let Err(place) = tap.place_of(stamp)
        {
            tap.tallies.insert(place, (stamp, tap.total.clone()));
        }
    }

    /// Drops the tally of a discarded checkpoint.
    pub(super) fn drop_tally(&mut self, stamp: Stamp) {
        if let Some(tap) = &mut self.tap
            && let Ok(place) = tap.place_of(stamp)
        {
            tap.tallies.remove(place);
        }
    }

    /// Drops the tallies of the discarded future.
    pub(super) fn cut(&mut self, now: Stamp) {
        if let Some(tap) = &mut self.tap {
            tap.tallies.retain(|(stamp, _)| stamp.has_happened_by(now));
        }
    }

    /// Adjusts the tap's start after a rewind or seek has reached its target.
    pub(super) fn settle(&mut self, now: Stamp) {
        if let Some(tap) = &mut self.tap
            && now < tap.since
        {
            // The tap stays active when time goes back to before its start.
            tap.since = now;
            tap.tallies.clear();
        }
    }
}

impl RequestTrace {
    pub(super) fn new(number: u64) -> Self {
        Self { number, kind: None, moments: Vec::new(), notes: Vec::new(), hint: RequestIx::default() }
    }

    fn note(&mut self, stamp: Stamp, note: &JournalEvent) {
        if matches!(note.what, EventKind::Rebuilt(_)) {
            // Earlier positions of components and links are no longer valid, and the request starts over.
            self.moments.clear();
            self.notes.clear();
            return;
        }
        if let Some((number, kind)) = note.request
            && number == self.number
            && self.notes.len() < MOST_NOTES
        {
            self.kind = Some(kind);
            self.notes.push((stamp, note.clone()));
        }
    }

    fn update(&mut self, stamp: Stamp, sim: &Simulation) {
        let ended = self.moments.last().is_some_and(|(_, doing, _)| doing.is_none());
        if ended || self.notes.is_empty() && self.moments.is_empty() || self.moments.len() >= MOST_NOTES {
            return;
        }
        let now = sim.present_at(&mut self.hint, self.number).map(|present| (present.doing, present.phase));
        if self.moments.last().map(|(_, doing, _)| doing) != Some(&now) {
            self.moments.push((stamp, now, sim.now()));
        }
    }

    /// The spans so far, omitting spans that took no time.
    pub(super) fn spans(&self) -> Vec<TraceSpan> {
        let ends = self.moments.iter().skip(1).map(|(.., at)| Some(*at)).chain([None]);
        let spans = self.moments.iter().zip(ends).filter_map(|((_, doing, from), to)| {
            let (doing, phase) = (*doing)?;
            Some(TraceSpan { doing, phase, from: *from, to })
        });
        spans.filter(|span| span.to != Some(span.from)).collect()
    }

    pub(super) fn notes(&self) -> impl DoubleEndedIterator<Item = &JournalEvent> {
        self.notes.iter().map(|(_, note)| note)
    }
}

/// Whether a firewall on the sender's side blocks all requests on a hop.
fn is_stopped(hop: &Hop) -> bool {
    let mut verdicts = hop.guards.iter().map(|guard| guard.verdict);
    verdicts.any(|verdict| verdict.direction == Direction::Outbound && verdict.action != RuleAction::Allow)
}

impl TapRecorder {
    pub(super) fn new(link: LinkIx, sim: &Simulation, since: Stamp) -> Self {
        let protocol = sim.infrastructure().link(link).protocol;
        let mark = Some(sim.traffic_mark(link, protocol));
        let infra = Arc::clone(sim.infrastructure());
        let ((from, to), hop) = (infra.ends(link), infra.hop(link));
        let ends = (infra.component(from).id.clone(), infra.component(to).id.clone());
        let (is_plain, is_stopped) = (hop.is_plaintext(), is_stopped(&hop));
        let (captured, total, tallies) = (VecDeque::new(), Tally::default(), Vec::new());
        let link = Some(link);
        let (nxdomain, conflict) = (false, None);
        Self { hop: ends, link, protocol, infra, is_plain, is_stopped, since, captured, total, tallies, nxdomain, conflict, mark }
    }

    pub(super) const fn count(&self) -> u64 {
        self.total.count
    }

    pub(super) const fn password(&self) -> Option<&CapturedMessage> {
        self.total.password.as_ref()
    }

    fn place_of(&self, stamp: Stamp) -> Result<usize, usize> {
        self.tallies.binary_search_by_key(&stamp, |(stamp, _)| *stamp)
    }

    /// Number of kept messages that had been captured at an earlier position.
    fn kept_at(&self, stamp: Stamp) -> u64 {
        count64(self.captured.iter().filter(|message| message.stamp.has_happened_by(stamp)).count())
    }

    /// The tally at an earlier position, if known.
    fn tally_at(&self, stamp: Stamp) -> Option<Tally> {
        if stamp.has_happened_by(self.since) {
            return Some(Tally::default());
        }
        if let Ok(place) = self.place_of(stamp) {
            return Some(self.tallies[place].1.clone());
        }
        // If all messages are kept, the tally can be recomputed.
        let is_whole = self.total.count == count64(self.captured.len());
        let password =
            || self.captured.iter().rev().find(|message| message.stamp.has_happened_by(stamp) && message.shows_password());
        is_whole.then(|| Tally { count: self.kept_at(stamp), password: password().cloned() })
    }

    fn has_too_few_from(&self, from: Stamp, wanted: Stamp) -> bool {
        let Some(Tally { count, .. }) = self.tally_at(from) else { return true };
        let total = self.tally_at(wanted).map_or(count, |tally| tally.count);
        self.kept_at(from) + total.saturating_sub(count) < total.min(MIN_MESSAGES)
    }

    pub(super) fn captured(&self) -> impl DoubleEndedIterator<Item = &CapturedMessage> + ExactSizeIterator {
        self.captured.iter()
    }

    fn note(&mut self, stamp: Stamp, note: &JournalEvent) {
        if stamp.has_happened_by(self.since) {
            return;
        }
        if let EventKind::Rebuilt(infra) = &note.what {
            self.adopt(infra);
            // The counters of the link start over.
            self.mark = None;
        }
        let payload = match (&note.what, note.request) {
            (EventKind::Unresolved { nxdomain, .. }, _) => {
                self.nxdomain = *nxdomain;
                return;
            }
            (EventKind::Fails { why, .. }, Some((number, _))) => {
                self.conflict = (*why == FailureReason::Conflict).then_some(number);
                return;
            }
            (EventKind::Departed { link, heading, phase, status }, Some((number, kind))) if Some(*link) == self.link => {
                let (heading, phase, status, nxdomain) = (*heading, *phase, *status, self.nxdomain);
                let conflict = self.conflict == Some(number);
                CapturedPayload::Request { number, kind, heading, phase, status, nxdomain, conflict }
            }
            (EventKind::Sampled { agent, rows }, _) if self.protocol == Protocol::Metrics && self.is_sender(*agent) => {
                CapturedPayload::Sample { taken: note.at, rows: Arc::clone(rows) }
            }
            _ => return,
        };
        let is_asked =
            matches!(payload, CapturedPayload::Sample { .. } | CapturedPayload::Request { heading: Heading::Request, .. });
        let is_refused = matches!(payload, CapturedPayload::Request { heading: Heading::Response, status: Status::Refused, .. });
        if self.is_stopped && (is_asked || is_refused) {
            return;
        }
        self.capture(stamp, note.at, payload);
    }

    fn is_sender(&self, agent: ComponentIx) -> bool {
        self.link.map(|link| self.infra.ends(link)).is_some_and(|(from, to)| from == agent || to == agent)
    }

    /// Updates the derived properties of the link after a change of the infrastructure.
    fn refresh(&mut self, sim: &Simulation) {
        if !Arc::ptr_eq(&self.infra, sim.infrastructure()) {
            self.adopt(sim.infrastructure());
        }
    }

    /// Finds the hop in another infrastructure.
    fn adopt(&mut self, infra: &Arc<Infrastructure>) {
        self.infra = Arc::clone(infra);
        self.link = self.infra.link_between(self.hop.0.as_str(), self.hop.1.as_str());
        if let Some(link) = self.link {
            let hop = self.infra.hop(link);
            (self.is_plain, self.is_stopped) = (hop.is_plaintext(), is_stopped(&hop));
        }
    }

    fn update(&mut self, stamp: Stamp, sim: &Simulation) {
        self.refresh(sim);
        if !matches!(self.protocol, Protocol::Replication | Protocol::Vrrp | Protocol::Http) {
            return;
        }
        let Some(link) = self.link else { return };
        let mark = sim.traffic_mark(link, self.protocol);
        let Some(before) = self.mark.replace(mark) else { return };
        // A log that has become shorter was truncated: nothing was sent.
        let is_news = if self.protocol == Protocol::Replication { mark > before } else { mark != before };
        if !is_news || stamp.has_happened_by(self.since) {
            return;
        }
        match self.protocol {
            Protocol::Vrrp => self.capture(stamp, sim.now(), CapturedPayload::Advertisement(sim.leading_priority(link))),
            Protocol::Http if self.is_stopped => {}
            Protocol::Http => {
                // The mark is twice the number of the check, plus one once it has a response.
                let number = mark / 2;
                if number != before / 2 {
                    self.capture(stamp, sim.now(), CapturedPayload::Check { number, answer: None });
                }
                if let Some(answer) = sim.check_response(link) {
                    self.capture(stamp, sim.now(), CapturedPayload::Check { number, answer: Some(answer) });
                }
            }
            _ => self.capture(stamp, sim.now(), CapturedPayload::Change),
        }
    }

    fn capture(&mut self, stamp: Stamp, at: SimTime, payload: CapturedPayload) {
        if self.captured.len() == MAX_MESSAGES {
            self.captured.pop_front();
        }
        let is_plain_visit = matches!(payload, CapturedPayload::Request { phase, .. } if phase.is_plaintext());
        let is_on_port_80 = is_plain_visit && self.link.is_some_and(|link| is_entry_link(&self.infra, link));
        let (is_plain, protocol) = (self.is_plain || is_on_port_80, self.protocol);
        let message = CapturedMessage { at, payload, infra: Arc::clone(&self.infra), is_plain, protocol, stamp };
        self.total.count += 1;
        if message.shows_password() {
            self.total.password = Some(message.clone());
        }
        self.captured.push_back(message);
    }
}
