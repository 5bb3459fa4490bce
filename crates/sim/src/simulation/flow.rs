//! How messages move: along links, through firewalls, into queues and slots. `back` implements the return path of
//! responses; `wait` handles lost messages and the timeouts of senders that wait for a response.
//!
//! This is the engine's critical path: it processes more than ten million events per second. Functions are therefore
//! inlined where they are used, and rare cases are kept out of line.

#![expect(clippy::inline_always, reason = "measured: a fifth of the engine's speed")]

mod back;
mod wait;

use hoplight_model::firewall::RuleAction;
use hoplight_model::hop::Guard;
use hoplight_model::{LinkIx, RequestKind};

use crate::event::Kind;
use crate::index::{RequestIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::outcome::Failure;
use crate::packet::{Heading, Phase};
use crate::request::{ACCEPTED, Lost, NO_USER, Request, State, Status, at_level};
use crate::simulation::Simulation;

impl Simulation {
    /// Sends a user's request. All random draws about the request depend only on the seed and `stream`.
    pub(super) fn start_request<O: Observer>(&mut self, kind: RequestKind, stream: u64, new_visitor: bool, observer: &mut O) {
        let number = self.users.begin(kind);
        observer.arrived(self.clock.now(), kind);
        self.tell(observer, Some((number, kind)), || EventKind::Arrived);
        if let Some(failure) = self.cannot_begin() {
            self.users.end(self.clock.now(), kind, Err(failure), 0);
            observer.ended(self.clock.now(), kind, Err(failure), 0);
            observer.failed(self.clock.now(), kind, failure, None);
            self.tell(observer, Some((number, kind)), || EventKind::Ended { outcome: Err(failure), latency_ms: 0.0 });
            self.on_outcome(kind, stream, Err(failure));
            return;
        }
        let key = self.clock.draws_of(stream);
        let user = if new_visitor { NO_USER } else { self.returning_user(stream, key) };
        let mut phase = self.first_phase(user);
        if self.plan.http.is_some() && phase != Phase::Lookup && self.begins_in_plaintext(stream, user) {
            phase = Phase::PlainConnect;
        }
        let request = self.requests.insert(Request {
            user,
            kept: phase == Phase::Exchange,
            ..Request::new(number, stream, key, self.clock.now(), kind, phase)
        });
        self.users.enter(self.clock.now());
        if !self.plan.addresses.is_single() {
            self.recall_addresses(request);
        }
        if self.plan.counts_idle && user != NO_USER {
            self.resume_connection(request);
        }
        self.arm_deadline(request, self.plan.browser, 0, self.plan.patience);
        self.browser_sends(request, observer);
    }

    /// Why a request cannot even begin, if so: no record is left, because more than 16 million users are waiting, or the
    /// name of the site has no address.
    #[inline]
    pub(super) fn cannot_begin(&self) -> Option<Failure> {
        if self.requests.is_full() {
            Some(Failure::Refused)
        } else if self.plan.addresses.is_empty() {
            Some(Failure::Dns)
        } else {
            None
        }
    }

    /// Sends the message that starts the request's current phase from the browser.
    #[inline]
    pub(super) fn browser_sends<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        let record = &mut self.requests[request];
        record.resends = 0;
        let link = match record.phase {
            Phase::Lookup => {
                self.await_response(request);
                self.lookup_link(request)
            }
            _ => self.chosen_entry(request),
        };
        self.send(request, link, observer);
    }

    /// Forwards a request downstream and starts the sender's timeout. Attempts are numbered from 1.
    pub(super) fn forward<O: Observer>(&mut self, request: RequestIx, link: LinkIx, attempt: u8, observer: &mut O) {
        if let Some(station) = self.forward_inline(request, link, attempt, observer) {
            self.enter(request, station, observer);
        }
    }

    /// Like `forward`, but returns the station that the message reaches at once, instead of entering it.
    #[inline(always)]
    pub(super) fn forward_inline<O: Observer>(
        &mut self,
        request: RequestIx,
        link: LinkIx,
        attempt: u8,
        observer: &mut O,
    ) -> Option<StationIx> {
        if self.links[link].needs_preparation() {
            self.prepare(request, link);
        }
        self.send_inline(request, link, Some(attempt), observer)
    }

    /// Starts the sender's timeout and takes a connection.
    #[inline(never)]
    fn prepare(&mut self, request: RequestIx, link: LinkIx) {
        let link_state = &self.links[link];
        self.arm_deadline(request, link_state.from(), self.requests[request].depth, link_state.timeout());
        self.take_connection(request, link);
    }

    /// Sends a request's message down a link.
    #[inline(always)]
    pub(super) fn send<O: Observer>(&mut self, request: RequestIx, link: LinkIx, observer: &mut O) {
        if let Some(station) = self.send_inline(request, link, None, observer) {
            self.enter(request, station, observer);
        }
    }

    /// Like `send`, but returns the station that the message reaches at once, instead of entering it. Records the
    /// attempt's number, unless this continues an earlier attempt.
    #[inline(always)]
    fn send_inline<O: Observer>(
        &mut self,
        request: RequestIx,
        link: LinkIx,
        attempt: Option<u8>,
        observer: &mut O,
    ) -> Option<StationIx> {
        let link_state = &mut self.links[link];
        link_state.begin_call();
        let (to, behind, shared) = (link_state.to(), link_state.firewalls(), link_state.is_shared());
        let (latency, touched) = (link_state.latency(), link_state.is_touched());
        let record = &mut self.requests[request];
        let level = at_level(record.depth);
        record.path[level] = link;
        if let Some(attempt) = attempt {
            record.attempts[level] = attempt;
        }
        record.depth += 1;
        record.leg = 0;
        record.heading = Heading::Request;
        record.state = State::OnWire;
        let (tag, phase) = (record.tag(), record.phase);
        self.tell(observer, Some(tag), || EventKind::Departed { link, heading: Heading::Request, phase, status: Status::Ok });
        if behind > 0 || touched {
            return self.next_leg(request, observer);
        }
        if latency > 0 {
            self.schedule_for(request, self.clock.now() + latency, Kind::Leg);
            return None;
        }
        self.deliver_request_inline(request, to, phase, shared, observer)
    }

    /// Sends a message to the next point of its hop: a firewall, or the far end. Returns the station that it reaches at
    /// once, if any.
    #[inline(never)]
    fn next_leg<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> Option<StationIx> {
        let record = &mut self.requests[request];
        let link = record.link();
        let link_state = &self.links[link];
        if record.leg == link_state.outward() {
            record.state = State::OnWire;
            if link_state.is_touched() || link_state.latency() > 0 {
                return if self.cross_wire(request, link, observer) { self.deliver_leg(request, observer) } else { None };
            }
        }
        if record.leg >= link_state.firewalls() {
            let (to, phase, shared) = (link_state.to(), record.phase, link_state.is_shared());
            return self.deliver_request_inline(request, to, phase, shared, observer);
        }
        let guard = *self.plan.hops[link].guards.get(usize::from(record.leg))?;
        self.reach_firewall(request, &guard, observer)
    }

    /// Sends a message across the wire of its hop. Returns true if that takes no time, so that the message has already
    /// arrived and no event is scheduled.
    #[inline(never)]
    fn cross_wire<O: Observer>(&mut self, request: RequestIx, link: LinkIx, observer: &mut O) -> bool {
        let link_state = &self.links[link];
        let mut latency = link_state.latency();
        self.requests[request].state = State::OnWire;
        if link_state.is_touched() {
            let Some(stretched) = self.cross_touched_wire(request, link, observer) else { return false };
            latency = stretched;
        }
        if latency == 0 {
            return true;
        }
        self.schedule_for(request, self.clock.now() + latency, Kind::Leg);
        false
    }

    /// Applies a cut, slow or tapped link to a message. Returns the latency, or `None` if the message is lost.
    #[cold]
    fn cross_touched_wire<O: Observer>(&mut self, request: RequestIx, link: LinkIx, observer: &mut O) -> Option<u64> {
        let link_state = &self.links[link];
        if link_state.is_cut() {
            self.lose(request, Lost::Cut, observer);
            return None;
        }
        if link_state.is_tapped() {
            self.faults.taps.capture(link, &self.requests[request], self.plan.hops[link].protocol);
        }
        Some(link_state.stretch(link_state.latency()))
    }

    /// Handles a message's arrival at the next point of its hop.
    #[inline]
    pub(super) fn leg_done<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        let reached = match self.requests[request].heading {
            Heading::Request => self.deliver_leg(request, observer),
            Heading::Response => self.return_response_inline(request, observer),
        };
        if let Some(station) = reached {
            self.enter(request, station, observer);
        }
    }

    /// Delivers a request at the next point of its hop. Returns the station there if it is up.
    #[inline(never)]
    fn deliver_leg<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> Option<StationIx> {
        match self.next_guard(request) {
            Some((_, &guard)) => self.reach_firewall(request, &guard, observer),
            None => self.deliver_request(request, observer),
        }
    }

    /// The firewall that a request is at or reaches next.
    #[inline]
    fn next_guard(&self, request: RequestIx) -> Option<(u8, &Guard)> {
        let record = &self.requests[request];
        let link = record.link();
        if record.leg >= self.links[link].firewalls() {
            return None;
        }
        let guard = self.plan.hops[link].guards.get(usize::from(record.leg))?;
        Some((record.leg, guard))
    }

    #[inline(always)]
    fn reach_firewall<O: Observer>(&mut self, request: RequestIx, guard: &Guard, observer: &mut O) -> Option<StationIx> {
        if let Some(station) = self.acting(guard) {
            return Some(station);
        }
        // A firewall that is down lets nothing through.
        let leg = self.requests[request].leg;
        self.lose(request, Lost::DeadFirewall(leg), observer);
        None
    }

    /// Applies a firewall's verdict to a message. Returns the station that it reaches at once, if any.
    #[inline(never)]
    pub(super) fn judge<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> Option<StationIx> {
        let (leg, &guard) = self.next_guard(request)?;
        let (link, tag) = (self.requests[request].link(), self.requests[request].tag());
        // Events name the firewall of a pair that decides.
        let guard = Guard { firewall: self.acting(&guard).unwrap_or(guard.firewall), ..guard };
        let guard = self.plan.hops[link].judged(guard, leg, self.requests[request].phase);
        self.firewalls.count(guard.firewall, guard.verdict);
        match guard.verdict.action {
            RuleAction::Allow => {
                self.tell(observer, Some(tag), || EventKind::Passed { link, port: self.port_of(request, link), guard });
                self.requests[request].leg += 1;
                return self.next_leg(request, observer);
            }
            RuleAction::Drop => {
                self.tell(observer, Some(tag), || EventKind::Blocked { link, port: self.port_of(request, link), guard });
                self.lose(request, Lost::Dropped(leg), observer);
            }
            RuleAction::Reject | RuleAction::Reset => {
                self.tell(observer, Some(tag), || EventKind::Blocked { link, port: self.port_of(request, link), guard });
                let peer = self.plan.hops[link].from;
                // Users have an address each, so the limit per address does not affect them.
                let answers = guard.verdict.action == RuleAction::Reset
                    || peer == self.plan.browser
                    || self.firewalls.send_error(guard.firewall, peer, self.clock.now());
                if answers {
                    self.respond_from_firewall(request, leg, Status::Refused, observer);
                } else {
                    self.lose(request, Lost::Dropped(leg), observer);
                }
            }
        }
        None
    }

    /// The port that a request's message on a link is sent to.
    fn port_of(&self, request: RequestIx, link: LinkIx) -> u16 {
        let is_on_port_80 = self.requests[request].phase.is_plaintext() && self.plan.hops[link].from == self.plan.browser;
        if is_on_port_80 { 80 } else { self.infra.port(link) }
    }

    /// Delivers a message to the component that it was sent to.
    #[inline(always)]
    fn deliver_request<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> Option<StationIx> {
        let record = &self.requests[request];
        let link_state = &self.links[record.link()];
        self.deliver_request_inline(request, link_state.to(), record.phase, link_state.is_shared(), observer)
    }

    /// Delivers a message to a component; `shared` says whether its link belongs to a VRRP pair.
    #[inline(always)]
    fn deliver_request_inline<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        phase: Phase,
        shared: bool,
        observer: &mut O,
    ) -> Option<StationIx> {
        if phase != Phase::Exchange || shared || self.health(station) != crate::Health::Up {
            self.deliver_request_slow(request, station, observer);
            return None;
        }
        if O::NOTES && !self.finds_full(request, station) {
            let (tag, component) = (self.requests[request].tag(), station);
            self.tell(observer, Some(tag), || EventKind::Reached { component, heading: Heading::Request, phase });
        }
        Some(station)
    }

    /// Delivers a message to a component that may be down, or to its operating system.
    #[inline(never)]
    pub(super) fn deliver_request_slow<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let record = &self.requests[request];
        let (tag, phase) = (record.tag(), record.phase);
        match self.health(station) {
            _ if self.lacks_address(request, station) => self.lose(request, Lost::Silent, observer),
            crate::Health::PoweredOff => self.lose(request, Lost::Silent, observer),
            crate::Health::Crashed => {
                self.tell(observer, Some(tag), || EventKind::Refuses { component: station });
                self.respond(request, Status::Refused, observer);
            }
            crate::Health::Up | crate::Health::Hung => {
                let component = station;
                if O::NOTES && !self.finds_full(request, station) {
                    self.tell(observer, Some(tag), || EventKind::Reached { component, heading: Heading::Request, phase });
                }
                if self.is_foreign_connection(request) || self.requests[request].races {
                    self.respond(request, Status::Reset, observer);
                } else if phase.is_connect() && self.drops_syn(request) {
                    self.lose(request, Lost::Silent, observer);
                } else if phase == Phase::PlainConnect && self.is_port_80_closed() {
                    self.tell(observer, Some(tag), || EventKind::Refuses { component: station });
                    self.respond(request, Status::Refused, observer);
                } else if phase.is_connect() && self.finds_full(request, station) {
                    self.drop_syn(request, station, observer);
                } else if phase.is_connect() {
                    // The operating system responds; the program learns of the connection later.
                    self.requests[request].inside |= ACCEPTED;
                    self.respond(request, Status::Ok, observer);
                } else {
                    self.enter(request, station, observer);
                }
            }
        }
    }
}
