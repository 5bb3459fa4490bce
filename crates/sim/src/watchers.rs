//! Watchers: a trace of one request, and a wiretap on one link.
//!
//! The journal keeps the last notes of everything, which on a busy site is a fraction of a second. A watcher of one request,
//! or listens on one link, wants all of that. It is no part of the simulation: it is filled while time runs forward, and
//! shortened when time goes back, so it is always what has happened until now. Must not change the run.

use std::collections::VecDeque;
use std::sync::Arc;

use hoplight_model::firewall::{Direction, RuleAction};
use hoplight_model::{ComponentId, ComponentIx, Hop, Infrastructure, LinkIx, Protocol, RequestKind};

use crate::index::RequestIx;
use crate::journal::{EventKind, JournalEvent};
use crate::packet::{Activity, Heading, Phase, Status};
use crate::simulation::Simulation;
use crate::time::SimTime;
use crate::view::{CheckCode, ComponentSample};

/// Messages on the link that are kept.
const MOST_HEARD: usize = 2_000;
/// How many are kept at least, however far time goes back.
const FEWEST_HEARD: u64 = 200;
/// Notes and stretches of one request that are kept: far more than any request makes.
const MOST_NOTES: usize = 4_000;

/// A moment in the order of things: events that have happened, and commands done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    pub(super) events: u64,
    pub(super) commands: usize,
}

impl Stamp {
    /// Whether something of this stamp has happened by the other one.
    const fn is_by(self, other: Self) -> bool {
        self.events <= other.events && self.commands <= other.commands
    }
}

/// A part of a request's way: it did one thing for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceSpan {
    /// What it did.
    pub doing: Activity,
    /// What its connection was doing.
    pub phase: Phase,
    /// Since when.
    pub from: SimTime,
    /// Until when; `None` if it still does it.
    pub to: Option<SimTime>,
}

/// When a request began to do something, or that it does nothing any more.
type Moment = (Stamp, Option<(Activity, Phase)>, SimTime);

/// What is known of the request that is followed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RequestTrace {
    pub(super) number: u64,
    pub(super) kind: Option<RequestKind>,
    /// Ends are those of the next one; the last one is open while the request is on its way.
    moments: Vec<Moment>,
    notes: Vec<(Stamp, JournalEvent)>,
    /// Where its record was last.
    hint: RequestIx,
}

/// A message that passed on the link.
#[derive(Clone, Debug, PartialEq)]
pub struct CapturedMessage {
    /// When it set out.
    pub at: SimTime,
    /// What it was.
    pub said: CapturedPayload,
    /// The infrastructure as it was then: whether the link was encrypted.
    pub infra: Arc<Infrastructure>,
    /// Whether it was readable.
    pub is_plain: bool,
    stamp: Stamp,
}

/// A summary of all captured messages.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tally {
    /// How many messages.
    count: u64,
    /// The last one that shows a password.
    password: Option<CapturedMessage>,
}

/// What passes on a link.
#[derive(Clone, Debug, PartialEq)]
pub enum CapturedPayload {
    /// A part of a request.
    Request {
        /// Its number.
        number: u64,
        /// Its kind.
        kind: RequestKind,
        /// Which way.
        heading: Heading,
        /// What its connection is doing.
        phase: Phase,
        /// What it says, if it is an answer.
        status: Status,
        /// Of an answer to a question for a name: that there is no such name.
        nxdomain: bool,
    },
    /// A change on its way to a replica.
    Change,
    /// A sample of an agent.
    Sample {
        /// When it was taken: no two of an agent's have the same.
        taken: SimTime,
        /// What the agent read, a row for each component that it watches.
        rows: Arc<[ComponentSample]>,
    },
    /// A balancer's health check, or with `Some` what the backend answers: that it is well, or how it is not.
    Check {
        /// Which one of those on the link.
        number: u64,
        /// The answer.
        answer: Option<Result<(), CheckCode>>,
    },
    /// An advertisement of a balancer that holds a shared address, with its priority.
    Advertisement(u8),
}

/// What is known of the tapped link.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TapRecorder {
    hop: (ComponentId, ComponentId),
    /// `None` while the infrastructure does not have the hop: a rebuild may remove it.
    pub(super) link: Option<LinkIx>,
    protocol: Protocol,
    infra: Arc<Infrastructure>,
    is_plain: bool,
    /// Whether the asker's own firewall stops what is asked, so that it never is on the wire.
    is_stopped: bool,
    since: Stamp,
    /// The last messages; older ones are dropped.
    heard: VecDeque<CapturedMessage>,
    /// What was heard until now in all.
    total: Tally,
    /// The same at the moments from which time may run again: not all of it can be counted again there.
    tallies: Vec<(Stamp, Tally)>,
    nxdomain: bool,
    /// What has been said on the link apart from requests, as a number that changes with it; `None` until it is known.
    mark: Option<u64>,
}

/// Both.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Watchers {
    pub(super) trail: Option<RequestTrace>,
    pub(super) ear: Option<TapRecorder>,
}

impl CapturedMessage {
    /// Whether a listener has read a password: a login, in a form or in a statement, in the clear.
    pub fn shows_password(&self) -> bool {
        let is_login = match &self.said {
            CapturedPayload::Request { kind, heading: Heading::Request, phase: Phase::Exchange, .. } => kind.is_write(),
            _ => false,
        };
        self.is_plain && is_login
    }
}

impl Watchers {
    /// Whether nothing is watched.
    pub(super) const fn is_idle(&self) -> bool {
        self.trail.is_none() && self.ear.is_none()
    }

    /// Something has happened; `stamp` counts it.
    pub(super) fn note(&mut self, stamp: Stamp, note: &JournalEvent) {
        if let Some(trail) = &mut self.trail {
            trail.note(stamp, note);
        }
        if let Some(ear) = &mut self.ear {
            ear.note(stamp, note);
        }
    }

    /// An event or a command is over.
    pub(super) fn look(&mut self, stamp: Stamp, sim: &Simulation) {
        if let Some(trail) = &mut self.trail {
            trail.look(stamp, sim);
        }
        if let Some(ear) = &mut self.ear {
            ear.look(stamp, sim);
        }
    }

    /// Time goes back to a moment from which it will run again.
    pub(super) fn rewind(&mut self, to: Stamp, sim: &Simulation) {
        if let Some(trail) = &mut self.trail {
            trail.moments.retain(|(stamp, ..)| stamp.is_by(to));
            trail.notes.retain(|(stamp, _)| stamp.is_by(to));
        }
        if let Some(ear) = &mut self.ear {
            ear.total = ear.tally_at(to).unwrap_or_default();
            ear.heard.retain(|heard| heard.stamp.is_by(to));
            ear.see(sim);
            ear.mark = ear.link.map(|link| sim.traffic_mark(link, ear.protocol));
        }
    }

    /// Whether too little would be known at `wanted` of what was heard, if time went back to `from` and ran until then.
    pub(super) fn is_thin_from(&self, from: Stamp, wanted: Stamp) -> bool {
        self.ear.as_ref().is_some_and(|ear| ear.is_thin_from(from, wanted))
    }

    /// This is a moment from which time may run again: what is known now is kept for it.
    pub(super) fn keep(&mut self, stamp: Stamp) {
        if let Some(ear) = &mut self.ear
            && let Err(place) = ear.place_of(stamp)
        {
            ear.tallies.insert(place, (stamp, ear.total.clone()));
        }
    }

    /// Time will not run again from that moment.
    pub(super) fn drop_kept(&mut self, stamp: Stamp) {
        if let Some(ear) = &mut self.ear
            && let Ok(place) = ear.place_of(stamp)
        {
            ear.tallies.remove(place);
        }
    }

    /// What was known to come after a moment will not.
    pub(super) fn cut(&mut self, now: Stamp) {
        if let Some(ear) = &mut self.ear {
            ear.tallies.retain(|(stamp, _)| stamp.is_by(now));
        }
    }

    /// Time has come to where it was meant to go.
    pub(super) fn settle(&mut self, now: Stamp) {
        if let Some(ear) = &mut self.ear
            && now < ear.since
        {
            // The tap stays when time goes back to before it.
            ear.since = now;
            ear.tallies.clear();
        }
    }
}

impl RequestTrace {
    pub(super) fn new(number: u64) -> Self {
        Self { number, kind: None, moments: Vec::new(), notes: Vec::new(), hint: RequestIx::default() }
    }

    fn note(&mut self, stamp: Stamp, note: &JournalEvent) {
        if matches!(note.what, EventKind::Rebuilt(_)) {
            // Positions of components and links from before mean nothing now, and the request starts over.
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

    fn look(&mut self, stamp: Stamp, sim: &Simulation) {
        let ended = self.moments.last().is_some_and(|(_, doing, _)| doing.is_none());
        if ended || self.notes.is_empty() && self.moments.is_empty() || self.moments.len() >= MOST_NOTES {
            return;
        }
        let now = sim.present_at(&mut self.hint, self.number).map(|present| (present.doing, present.phase));
        if self.moments.last().map(|(_, doing, _)| doing) != Some(&now) {
            self.moments.push((stamp, now, sim.now()));
        }
    }

    /// Its way so far, without what took no time.
    pub(super) fn stretches(&self) -> Vec<TraceSpan> {
        let ends = self.moments.iter().skip(1).map(|(.., at)| Some(*at)).chain([None]);
        let stretches = self.moments.iter().zip(ends).filter_map(|((_, doing, from), to)| {
            let (doing, phase) = (*doing)?;
            Some(TraceSpan { doing, phase, from: *from, to })
        });
        stretches.filter(|stretch| stretch.to != Some(stretch.from)).collect()
    }

    pub(super) fn notes(&self) -> impl DoubleEndedIterator<Item = &JournalEvent> {
        self.notes.iter().map(|(_, note)| note)
    }
}

/// Whether a firewall at the asker's side stops all requests on a hop.
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
        let (heard, total, tallies) = (VecDeque::new(), Tally::default(), Vec::new());
        let link = Some(link);
        Self { hop: ends, link, protocol, infra, is_plain, is_stopped, since, heard, total, tallies, nxdomain: false, mark }
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

    /// How many of the messages that are kept had been heard at a moment that lies before now.
    fn kept_at(&self, stamp: Stamp) -> u64 {
        self.heard.iter().filter(|heard| heard.stamp.is_by(stamp)).count() as u64
    }

    /// All that had been heard at a moment that lies before now, if that is known.
    fn tally_at(&self, stamp: Stamp) -> Option<Tally> {
        if stamp.is_by(self.since) {
            return Some(Tally::default());
        }
        if let Ok(place) = self.place_of(stamp) {
            return Some(self.tallies[place].1.clone());
        }
        // Where nothing was dropped, it can be counted.
        let is_whole = self.total.count == self.heard.len() as u64;
        let password = || self.heard.iter().rev().find(|heard| heard.stamp.is_by(stamp) && heard.shows_password());
        is_whole.then(|| Tally { count: self.kept_at(stamp), password: password().cloned() })
    }

    fn is_thin_from(&self, from: Stamp, wanted: Stamp) -> bool {
        let Some(Tally { count, .. }) = self.tally_at(from) else { return true };
        let total = self.tally_at(wanted).map_or(count, |tally| tally.count);
        self.kept_at(from) + total.saturating_sub(count) < total.min(FEWEST_HEARD)
    }

    pub(super) fn heard(&self) -> impl DoubleEndedIterator<Item = &CapturedMessage> + ExactSizeIterator {
        self.heard.iter()
    }

    fn note(&mut self, stamp: Stamp, note: &JournalEvent) {
        if stamp.is_by(self.since) {
            return;
        }
        if let EventKind::Rebuilt(infra) = &note.what {
            self.adopt(infra);
            // The counters of the link start over.
            self.mark = None;
        }
        let said = match (&note.what, note.request) {
            (EventKind::Unresolved { nxdomain, .. }, _) => {
                self.nxdomain = *nxdomain;
                return;
            }
            (EventKind::Departed { link, heading, phase, status }, Some((number, kind))) if Some(*link) == self.link => {
                let (heading, phase, status, nxdomain) = (*heading, *phase, *status, self.nxdomain);
                CapturedPayload::Request { number, kind, heading, phase, status, nxdomain }
            }
            (EventKind::Sampled { agent, rows }, _) if self.protocol == Protocol::Metrics && self.is_asker(*agent) => {
                CapturedPayload::Sample { taken: note.at, rows: Arc::clone(rows) }
            }
            _ => return,
        };
        let is_asked =
            matches!(said, CapturedPayload::Sample { .. } | CapturedPayload::Request { heading: Heading::Request, .. });
        let is_refused = matches!(said, CapturedPayload::Request { heading: Heading::Response, status: Status::Refused, .. });
        if self.is_stopped && (is_asked || is_refused) {
            return;
        }
        self.hear_advert(stamp, note.at, said);
    }

    fn is_asker(&self, agent: ComponentIx) -> bool {
        self.link.is_some_and(|link| self.infra.ends(link).0 == agent)
    }

    /// Takes in how the link is now.
    fn see(&mut self, sim: &Simulation) {
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

    fn look(&mut self, stamp: Stamp, sim: &Simulation) {
        self.see(sim);
        if !matches!(self.protocol, Protocol::Replication | Protocol::Vrrp | Protocol::Http) {
            return;
        }
        let Some(link) = self.link else { return };
        let mark = sim.traffic_mark(link, self.protocol);
        let Some(before) = self.mark.replace(mark) else { return };
        // A log that has become shorter was cut, not sent.
        let is_news = if self.protocol == Protocol::Replication { mark > before } else { mark != before };
        if !is_news || stamp.is_by(self.since) {
            return;
        }
        match self.protocol {
            Protocol::Vrrp => self.hear_advert(stamp, sim.now(), CapturedPayload::Advertisement(sim.leading_priority())),
            Protocol::Http if self.is_stopped => {}
            Protocol::Http => {
                let number = mark;
                self.hear_advert(stamp, sim.now(), CapturedPayload::Check { number, answer: None });
                if let Some(answer) = sim.check_response(link) {
                    self.hear_advert(stamp, sim.now(), CapturedPayload::Check { number, answer: Some(answer) });
                }
            }
            _ => self.hear_advert(stamp, sim.now(), CapturedPayload::Change),
        }
    }

    fn hear_advert(&mut self, stamp: Stamp, at: SimTime, said: CapturedPayload) {
        if self.heard.len() == MOST_HEARD {
            self.heard.pop_front();
        }
        let heard = CapturedMessage { at, said, infra: Arc::clone(&self.infra), is_plain: self.is_plain, stamp };
        self.total.count += 1;
        if heard.shows_password() {
            self.total.password = Some(heard.clone());
        }
        self.heard.push_back(heard);
    }
}
