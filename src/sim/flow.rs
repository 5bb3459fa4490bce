//! How messages move: along links, through firewalls, into waiting lines and slots, and back.
//!
//! Must not know what a component does with a request; that is `decide`.
//!
//! This is the engine's critical path: a million requests pass it ten times in less than a second. So its pieces are inlined
//! where they are used, and what is rare is kept out of the way.

#![expect(clippy::inline_always, reason = "measured: a fifth of the engine's speed")]

use crate::model::firewall::RuleAction;
use crate::model::hop::Guard;
use crate::model::{LinkIx, RequestKind, TlsMode};

use super::event::{Kind, MAX_ID};
use super::journal::{Observer, What, Why};
use super::outcome::{Failure, Outcome};
use super::packet::{Heading, Phase};
use super::plan::Role;
use super::request::{Lost, NONE, Request, State, Status, at_level};
use super::simulation::{Simulation, index, tell};
use super::station::{Deadline, is_timed};
use super::time::SECOND;

/// In `leg` of an answer: it has crossed the wire. The rest is how many firewalls are still before it.
pub(super) const CROSSED: u8 = 0x80;
/// In `leg` of an answer: it is back at the one who asked, who works on it.
pub(super) const HOME: u8 = u8::MAX;
/// How long a browser waits for the answer to a name, in nanoseconds.
const LOOKUP_TIMEOUT: u64 = 5 * SECOND;

/// The position of a link as petgraph knows it.
pub(super) fn link_ix(link: u32) -> LinkIx {
    LinkIx::new(link as usize)
}

impl Simulation {
    /// A user wants something. All that chance decides about the request depends on the seed and on `stream`.
    pub(super) fn user_asks<O: Observer>(&mut self, kind: RequestKind, stream: u64, new_visitor: bool, observer: &mut O) {
        self.users.begin(kind);
        observer.arrived(self.now, kind);
        let number = self.users.totals.offered;
        self.newest[kind.index()] = Some(number);
        self.tell(observer, Some((number, kind)), || What::Arrived);
        if self.requests.len() >= MAX_ID as usize {
            // More than 16 million users wait. Whoever comes now is turned away.
            self.users.end(self.now, kind, Err(Failure::Refused), 0);
            self.user_has(kind, stream, Err(Failure::Refused));
            observer.ended(self.now, kind, Err(Failure::Refused), 0);
            return;
        }
        let knows_address = self.now <= self.address_known_until;
        let phase = match self.plan.lookup {
            Some(_) if new_visitor || !knows_address => Phase::Lookup,
            _ if new_visitor || self.plan.connections.per_request => Phase::Connect,
            _ => Phase::Exchange,
        };
        let request = self.requests.insert(Request::new(number, stream, self.draws_of(stream), self.now, kind, phase));
        self.settle_occupancy();
        self.in_flight += 1;
        self.arm_deadline(request, self.plan.browser, 0, self.plan.patience);
        self.browser_sends(request, observer);
    }

    /// The browser sends what the request's phase needs.
    #[inline]
    pub(super) fn browser_sends<O: Observer>(&mut self, request: u32, observer: &mut O) {
        let link = match (self.requests[request].phase, self.plan.lookup) {
            (Phase::Lookup, Some(lookup)) => lookup,
            _ => self.entry,
        };
        self.send(request, link, observer);
    }

    /// A component asks downstream; its clock for the answer starts. The first attempt is 1.
    pub(super) fn forward<O: Observer>(&mut self, request: u32, link: u32, attempt: u8, observer: &mut O) {
        if let Some(station) = self.forwards(request, link, attempt, observer) {
            self.enter(request, station, observer);
        }
    }

    /// The same up to the station that the message reaches at once, if it reaches one.
    #[inline(always)]
    pub(super) fn forwards<O: Observer>(&mut self, request: u32, link: u32, attempt: u8, observer: &mut O) -> Option<u32> {
        if self.lines[link as usize].prepares {
            self.prepare(request, link);
        }
        self.sends(request, link, Some(attempt), observer)
    }

    /// Starts the asker's clock, and takes a connection.
    #[inline(never)]
    fn prepare(&mut self, request: u32, link: u32) {
        let line = &self.lines[link as usize];
        self.arm_deadline(request, line.from, self.requests[request].depth, line.timeout);
        self.take_connection(request, link);
    }

    /// Sends a request's message down a link.
    pub(super) fn send<O: Observer>(&mut self, request: u32, link: u32, observer: &mut O) {
        if let Some(station) = self.sends(request, link, None, observer) {
            self.enter(request, station, observer);
        }
    }

    /// The same up to the station that the message reaches at once, if it reaches one. An attempt is of that number, if it
    /// is not one of before.
    #[inline(always)]
    fn sends<O: Observer>(&mut self, request: u32, link: u32, attempt: Option<u8>, observer: &mut O) -> Option<u32> {
        let line = &mut self.lines[link as usize];
        line.active += 1;
        let (to, behind, shared) = (line.to, line.behind, line.shared);
        let (latency, touched) = (line.latency, line.touched);
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
        self.tell(observer, Some(tag), || What::Departed {
            link: link_ix(link),
            heading: Heading::Request,
            phase,
            status: Status::Ok,
        });
        if behind > 0 || touched {
            return self.next_leg(request, observer);
        }
        if latency > 0 {
            self.schedule_for(request, self.now + latency, Kind::Leg);
            return None;
        }
        self.request_reaches(request, to, phase, shared, observer)
    }

    /// Sets a message on its way to the next point of its hop: a firewall, or the far end. Returns the station that it
    /// reaches at once, if it reaches one.
    #[inline(never)]
    fn next_leg<O: Observer>(&mut self, request: u32, observer: &mut O) -> Option<u32> {
        let record = &mut self.requests[request];
        let link = record.link();
        let line = &self.lines[link as usize];
        if record.leg == line.outward {
            record.state = State::OnWire;
            if line.touched || line.latency > 0 {
                return if self.sets_out(request, link, observer) { self.comes_down(request, observer) } else { None };
            }
        }
        if record.leg >= line.behind {
            let (to, phase, shared) = (line.to, record.phase, line.shared);
            return self.request_reaches(request, to, phase, shared, observer);
        }
        let guard = self.plan.hops[link as usize].guards.get(usize::from(record.leg))?;
        let firewall = index(guard.firewall.index());
        self.meets_firewall(request, firewall, observer)
    }

    /// Sets a message on the wire of its hop. Where that takes no time, it is across at once, without an event: then this is
    /// true.
    #[inline(never)]
    fn sets_out<O: Observer>(&mut self, request: u32, link: u32, observer: &mut O) -> bool {
        let line = &self.lines[link as usize];
        let mut latency = line.latency;
        self.requests[request].state = State::OnWire;
        if line.touched {
            let Some(stretched) = self.sets_out_touched(request, link, observer) else { return false };
            latency = stretched;
        }
        if latency == 0 {
            return true;
        }
        self.schedule_for(request, self.now + latency, Kind::Leg);
        false
    }

    /// What a cut, slow or tapped link does with a message: the latency, unless the message is lost.
    #[cold]
    fn sets_out_touched<O: Observer>(&mut self, request: u32, link: u32, observer: &mut O) -> Option<u64> {
        let line = &self.lines[link as usize];
        let latency = line.latency;
        if line.cut {
            self.lose(request, Lost::Cut, observer);
            return None;
        }
        Some(self.crosses_touched(request, link, latency))
    }

    /// A message has reached the next point of its way.
    #[inline]
    pub(super) fn leg_done<O: Observer>(&mut self, request: u32, observer: &mut O) {
        let reached = match self.requests[request].heading {
            Heading::Request => self.comes_down(request, observer),
            Heading::Response => self.brings_back(request, observer),
        };
        if let Some(station) = reached {
            self.enter(request, station, observer);
        }
    }

    /// A message on its way down is at the next point. Returns the station where that is, if that runs.
    #[inline(never)]
    fn comes_down<O: Observer>(&mut self, request: u32, observer: &mut O) -> Option<u32> {
        match self.next_guard(request) {
            Some((_, guard)) => self.meets_firewall(request, index(guard.firewall.index()), observer),
            None => self.request_arrives(request, observer),
        }
    }

    /// Brings an answer past the firewalls that are still before it, over the wire, and to the one who asked.
    pub(super) fn way_back<O: Observer>(&mut self, request: u32, observer: &mut O) {
        if let Some(station) = self.brings_back(request, observer) {
            self.enter(request, station, observer);
        }
    }

    /// The same up to the station that it reaches at once, if it reaches one.
    #[inline(never)]
    pub(super) fn brings_back<O: Observer>(&mut self, request: u32, observer: &mut O) -> Option<u32> {
        loop {
            let record = &mut self.requests[request];
            let (leg, link) = (record.leg, record.link());
            let (left, line) = (leg & !CROSSED, &self.lines[link as usize]);
            if leg & CROSSED == 0 && left == line.outward {
                record.leg = left | CROSSED;
                record.state = State::OnWire;
                if (line.touched || line.latency > 0) && !self.sets_out(request, link, observer) {
                    return None;
                }
            }
            let Some(place) = left.checked_sub(1) else { return self.answer_comes(request, observer) };
            let firewall = index(self.plan.hops[link as usize].guards[usize::from(place)].firewall.index());
            if !self.health(firewall).is_up() {
                self.lose(request, Lost::DeadFirewall(place), observer);
                return None;
            }
            if self.stations[firewall as usize].duty.takes_answers {
                return Some(firewall);
            }
            // Firewalls keep state: an answer passes without a look.
            self.requests[request].leg -= 1;
        }
    }

    /// The firewall that a message on its way down comes to next, or is at.
    #[inline]
    fn next_guard(&self, request: u32) -> Option<(u8, &Guard)> {
        let record = &self.requests[request];
        let link = record.link() as usize;
        if record.leg >= self.lines[link].behind {
            return None;
        }
        let guard = self.plan.hops[link].guards.get(usize::from(record.leg))?;
        Some((record.leg, guard))
    }

    #[inline(always)]
    fn meets_firewall<O: Observer>(&mut self, request: u32, station: u32, observer: &mut O) -> Option<u32> {
        if self.health(station).is_up() {
            return Some(station);
        }
        // A firewall that is down lets nothing through.
        let leg = self.requests[request].leg;
        self.lose(request, Lost::DeadFirewall(leg), observer);
        None
    }

    /// A firewall has looked at a message. Returns the station that it reaches at once, if it reaches one.
    #[inline(never)]
    pub(super) fn judge<O: Observer>(&mut self, request: u32, observer: &mut O) -> Option<u32> {
        let (leg, &guard) = self.next_guard(request)?;
        let (link, tag) = (link_ix(self.requests[request].link()), self.requests[request].tag());
        self.count_rule(index(guard.firewall.index()), guard.verdict);
        match guard.verdict.action {
            RuleAction::Allow => {
                self.tell(observer, Some(tag), || What::Passed { link, guard });
                self.requests[request].leg += 1;
                return self.next_leg(request, observer);
            }
            RuleAction::Drop => {
                self.tell(observer, Some(tag), || What::Blocked { link, guard });
                self.lose(request, Lost::Dropped(leg), observer);
            }
            RuleAction::Reject => {
                self.tell(observer, Some(tag), || What::Blocked { link, guard });
                self.answer_from(request, leg, Status::Refused, observer);
            }
        }
        None
    }

    /// A message has reached the component that it was sent to.
    #[inline(always)]
    fn request_arrives<O: Observer>(&mut self, request: u32, observer: &mut O) -> Option<u32> {
        let record = &self.requests[request];
        let line = &self.lines[record.link() as usize];
        self.request_reaches(request, line.to, record.phase, line.shared, observer)
    }

    /// A message has reached this component, by a link that may be shared by a pair.
    #[inline(always)]
    fn request_reaches<O: Observer>(
        &mut self,
        request: u32,
        station: u32,
        phase: Phase,
        shared: bool,
        observer: &mut O,
    ) -> Option<u32> {
        if phase != Phase::Exchange || shared || self.health(station) != super::Health::Up {
            self.request_is_met(request, station, observer);
            return None;
        }
        if O::NOTES {
            let (tag, component) = (self.requests[request].tag(), component_ix(station));
            self.tell(observer, Some(tag), || What::Reached { component, heading: Heading::Request, phase });
        }
        Some(station)
    }

    /// A message meets a component that may not run, or its operating system.
    #[inline(never)]
    fn request_is_met<O: Observer>(&mut self, request: u32, station: u32, observer: &mut O) {
        let record = &self.requests[request];
        let (tag, phase) = (record.tag(), record.phase);
        match self.health(station) {
            super::Health::PoweredOff => self.lose(request, Lost::Silent, observer),
            super::Health::Crashed => {
                self.tell(observer, Some(tag), || What::Refuses { component: component_ix(station) });
                self.answer(request, Status::Refused, observer);
            }
            super::Health::Up | super::Health::Hung => {
                let component = component_ix(station);
                self.tell(observer, Some(tag), || What::Reached { component, heading: Heading::Request, phase });
                if self.is_stranger(request) {
                    self.answer(request, Status::Reset, observer);
                } else if phase == Phase::Connect && self.syn_is_dropped(request) {
                    self.lose(request, Lost::Silent, observer);
                } else if phase == Phase::Connect {
                    // The operating system answers; the program learns of the connection later.
                    self.answer(request, Status::Ok, observer);
                } else {
                    self.enter(request, station, observer);
                }
            }
        }
    }

    /// The component at the request's level answers, or its host does.
    pub(super) fn answer<O: Observer>(&mut self, request: u32, status: Status, observer: &mut O) {
        if let Some(station) = self.replies(request, status, observer) {
            self.enter(request, station, observer);
        }
    }

    /// The same up to the station that the answer reaches at once and that works on it, if it reaches one.
    #[inline(always)]
    pub(super) fn replies<O: Observer>(&mut self, request: u32, status: Status, observer: &mut O) -> Option<u32> {
        let record = &mut self.requests[request];
        let (bit, link) = (record.bit(), record.link());
        let line = &mut self.lines[link as usize];
        let (station, behind, latency, touched) = (line.to, line.behind, line.latency, line.touched);
        let state = &mut self.stations[station as usize];
        if record.inside & bit != 0 {
            record.inside &= !bit;
            state.present = state.present.saturating_sub(1);
        }
        let holds = record.holds & bit != 0;
        record.holds &= !bit;
        record.status = status;
        record.heading = Heading::Response;
        record.state = State::OnWire;
        let (tag, phase, watched) = (record.tag(), record.phase, state.duty.watched);
        if line.plain && !holds && !watched && record.carries.is_none() {
            // Nearly always: with the record, the link and the asker at hand, the call is closed and the asker goes to work.
            let (level, from) = (record.depth - 1, &self.stations[line.from as usize]);
            let works = from.duty.takes_answers && record.holds & (1 << (level & 0xf)) == 0;
            if works && level != record.floor && from.health != super::Health::Hung {
                record.depth = level;
                record.leg = HOME;
                line.active = line.active.saturating_sub(1);
                let (asker, heading) = (line.from, Heading::Response);
                tell(observer, self.now, Some(tag), || What::Departed { link: link_ix(link), heading, phase, status });
                tell(observer, self.now, Some(tag), || What::Reached { component: component_ix(asker), heading, phase });
                return Some(asker);
            }
        }
        record.leg = if behind == 0 { CROSSED } else { behind };
        if holds {
            self.free_slot(station);
        }
        if watched {
            self.count_answer(request, station);
        }
        self.tell(observer, Some(tag), || What::Departed { link: link_ix(link), heading: Heading::Response, phase, status });
        if behind > 0 {
            return self.brings_back(request, observer);
        }
        if touched {
            return self.sets_out(request, link, observer).then(|| self.brings_back(request, observer)).flatten();
        }
        if latency > 0 {
            self.schedule_for(request, self.now + latency, Kind::Leg);
            return None;
        }
        self.answer_comes(request, observer)
    }

    /// Sends an answer back from a firewall on the hop, with so many firewalls before it.
    #[cold]
    fn answer_from<O: Observer>(&mut self, request: u32, behind: u8, status: Status, observer: &mut O) {
        let record = &mut self.requests[request];
        record.status = status;
        record.heading = Heading::Response;
        let (link, tag, phase) = (record.link(), record.tag(), record.phase);
        // What a firewall on the asker's side refused never was on the wire.
        let line = &self.lines[link as usize];
        let outward = behind < line.outward;
        record.leg = if outward { behind | CROSSED } else { behind };
        let answerer = line.to;
        if self.stations[answerer as usize].duty.watched {
            self.count_answer(request, answerer);
        }
        self.tell(observer, Some(tag), || What::Departed { link: link_ix(link), heading: Heading::Response, phase, status });
        if behind > 0 || outward {
            self.way_back(request, observer);
            return;
        }
        self.requests[request].leg = CROSSED;
        if self.sets_out(request, link, observer) {
            self.answer_arrives(request, observer);
        }
    }

    /// An answer has reached the one who asked.
    pub(super) fn answer_arrives<O: Observer>(&mut self, request: u32, observer: &mut O) {
        if let Some(station) = self.answer_comes(request, observer) {
            self.enter(request, station, observer);
        }
    }

    /// An answer has reached the one who asked: the station, if that takes a slot to work on it.
    #[inline(always)]
    fn answer_comes<O: Observer>(&mut self, request: u32, observer: &mut O) -> Option<u32> {
        let record = &self.requests[request];
        if record.depth - 1 == record.floor {
            // Nobody waits for it any more; the call was closed when its asker gave up.
            self.discard(request);
            return None;
        }
        let line = &self.lines[record.link() as usize];
        if self.is_hung(line.from) {
            self.lose(request, Lost::Unread, observer);
            return None;
        }
        if line.opens && self.opened_or_pooled(request, observer) {
            return None;
        }
        self.answer_is_taken(request, observer)
    }

    /// An answer is at the one who asked, who runs and waits for it.
    #[inline(always)]
    fn answer_is_taken<O: Observer>(&mut self, request: u32, observer: &mut O) -> Option<u32> {
        let record = &self.requests[request];
        let (asker, tag, phase) = (self.lines[record.link() as usize].from, record.tag(), record.phase);
        self.close_call(request);
        self.tell(observer, Some(tag), || What::Reached { component: component_ix(asker), heading: Heading::Response, phase });
        if !self.stations[asker as usize].duty.takes_answers {
            self.hand_on(request, asker, observer);
            return None;
        }
        let record = &mut self.requests[request];
        record.leg = HOME;
        if record.holds & record.bit() == 0 {
            return Some(asker);
        }
        // The worker that waited for the answer works on it.
        record.station = asker;
        self.work(request, asker);
        None
    }

    /// Ends the call that the request's last hop is: the request is back at the level of the one who asked.
    #[inline(always)]
    pub(super) fn close_call(&mut self, request: u32) {
        let record = &mut self.requests[request];
        let link = record.link();
        record.depth -= 1;
        if let Some(phase) = record.carries.take() {
            record.phase = phase;
        }
        let line = &mut self.lines[link as usize];
        line.active = line.active.saturating_sub(1);
        if line.limited {
            self.place_freed(link);
        }
    }

    /// A message will never be answered. The one who asked does not know, and waits.
    #[cold]
    pub(super) fn lose<O: Observer>(&mut self, request: u32, how: Lost, observer: &mut O) {
        let now = self.now;
        let record = &mut self.requests[request];
        record.state = State::Lost(how);
        record.pending = 0;
        record.departed = now;
        let (link, tag, phase, level) = (record.link(), record.tag(), record.phase, record.depth - 1);
        let unwanted = level == record.floor;
        if !matches!(how, Lost::Dropped(_) | Lost::Unread) {
            self.tell(observer, Some(tag), || What::Vanished { link: link_ix(link) });
        }
        let record = &self.requests[request];
        if unwanted {
            self.discard(request);
        } else if phase == Phase::Lookup {
            // A lookup is the first thing that a user does.
            let until = self.now.max(self.requests[request].born + LOOKUP_TIMEOUT);
            self.schedule_for(request, until, Kind::Retry);
        } else if record.heading == Heading::Request
            && how != Lost::Unanswered
            && let Role::Balancer(balancer) = &self.plan.stations[self.plan.hops[link as usize].from as usize].role
        {
            // The clock runs since the attempt left, not since it was lost at the far end.
            let hop = &self.plan.hops[link as usize];
            let crossed = match how {
                Lost::Cut => false,
                Lost::Silent | Lost::Unanswered | Lost::Unread => true,
                Lost::Dropped(leg) | Lost::DeadFirewall(leg) => usize::from(leg) >= hop.outward,
            };
            let travelled = if crossed { self.stretched(link, hop.latency) } else { 0 };
            let timeout = balancer.connect_timeout.saturating_sub(travelled);
            self.schedule_for(request, self.now + timeout, Kind::Retry);
        }
    }

    /// Starts the clock of a component that waits for an answer.
    #[inline(always)]
    pub(super) fn arm_deadline(&mut self, request: u32, station: u32, level: u8, timeout: u64) {
        if is_timed(timeout) {
            self.start_clock(request, station, level, timeout);
        }
    }

    fn start_clock(&mut self, request: u32, station: u32, level: u8, timeout: u64) {
        self.drop_stale_deadlines(station);
        let at = self.now + timeout;
        let generation = self.requests.generation(request);
        let clock = &mut self.requests[request].clocks[usize::from(level)];
        *clock = clock.wrapping_add(1);
        let clock = *clock;
        let state = &mut self.stations[station as usize];
        state.deadlines.push_back(Deadline { at, request, generation, level, clock });
        if !state.timer_armed {
            state.timer_armed = true;
            self.schedule(at, Kind::Deadline, station);
        }
    }

    /// Takes at most two deadlines that nobody waits for off a station's line: so it stays as short as what is under way.
    fn drop_stale_deadlines(&mut self, station: u32) {
        for _ in 0..2 {
            let Some(oldest) = self.stations[station as usize].deadlines.front() else { return };
            if self.who_waits(oldest).is_some() {
                return;
            }
            self.stations[station as usize].deadlines.pop_front();
        }
    }

    /// The user's request has ended.
    pub(super) fn end<O: Observer>(&mut self, request: u32, outcome: Outcome, observer: &mut O) {
        if self.probe_ended(request, outcome, observer) {
            return;
        }
        let record = &self.requests[request];
        let (tag, kind, latency, stream) = (record.tag(), record.kind, self.now - record.born, record.stream);
        self.users.end(self.now, kind, outcome, latency);
        self.settle_occupancy();
        self.in_flight -= 1;
        self.sojourn += u128::from(latency);
        observer.ended(self.now, kind, outcome, latency);
        self.tell(observer, Some(tag), || What::Ended { outcome, latency_ms: latency as f64 / 1e6 });
        self.user_has(kind, stream, outcome);
    }

    /// A record has done its work. It stays as a zombie while a later one may be looked up through it.
    pub(super) fn discard(&mut self, request: u32) {
        let record = &mut self.requests[request];
        if record.successor != NONE {
            record.state = State::Zombie;
            record.pending = 0;
            return;
        }
        let before = record.predecessor;
        self.requests.remove(request);
        if before != NONE {
            self.requests[before].successor = NONE;
            if self.requests[before].state == State::Zombie {
                self.discard(before);
            }
        }
    }

    /// A component fails a request by itself and says why.
    #[cold]
    pub(super) fn fail<O: Observer>(&mut self, request: u32, station: u32, failure: Failure, why: Why, observer: &mut O) {
        let tag = self.requests[request].tag();
        self.tell(observer, Some(tag), || What::Fails { component: component_ix(station), failure, why });
        // A balancer that cannot read cannot write either: it can only close the connection.
        let blind =
            self.plan.tls == TlsMode::Passthrough && matches!(self.plan.stations[station as usize].role, Role::Balancer(_));
        let status = if blind { Status::Reset } else { Status::Error(failure) };
        self.answer(request, status, observer);
    }
}

/// The position of a station as petgraph knows it.
pub(super) fn component_ix(station: u32) -> crate::model::ComponentIx {
    crate::model::ComponentIx::new(station as usize)
}
