//! How messages move: along links, through firewalls, into waiting lines and slots, and back.
//!
//! Must not know what a component does with a request; that is `decide`.

use crate::model::firewall::RuleAction;
use crate::model::hop::Guard;
use crate::model::station::Hold;
use crate::model::{LinkIx, RequestKind, TlsMode};

use super::event::{Kind, MAX_ID};
use super::journal::{Observer, What, Why};
use super::outcome::{Failure, Outcome};
use super::packet::{Heading, Phase};
use super::plan::Role;
use super::random;
use super::request::{Lost, NONE, Request, State, Status};
use super::simulation::{Simulation, index};
use super::station::Deadline;
use super::time::SECOND;

/// In `leg` of an answer: it has crossed the wire. The rest is how many firewalls are still before it.
pub(super) const CROSSED: u8 = 0x80;
/// In `leg` of an answer: it is back at the one who asked, who works on it.
pub(super) const HOME: u8 = u8::MAX;
/// A timeout of a day or more is none.
const NEVER: u64 = 86_400 * SECOND;

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
        self.note(observer, Some((number, kind)), What::Arrived);
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
            _ if new_visitor => Phase::Connect,
            _ => Phase::Exchange,
        };
        let request = self.requests.insert(Request::new(number, stream, self.draws_of(stream), self.now, kind, phase));
        self.settle_occupancy();
        self.in_flight += 1;
        self.arm_deadline(request, self.plan.browser, 0, self.plan.patience);
        self.browser_sends(request, observer);
    }

    /// The browser sends what the request's phase needs.
    pub(super) fn browser_sends<O: Observer>(&mut self, request: u32, observer: &mut O) {
        let link = match (self.requests[request].phase, self.plan.lookup) {
            (Phase::Lookup, Some(lookup)) => lookup,
            _ => self.entry,
        };
        self.send(request, link, observer);
    }

    /// A component asks downstream; its clock for the answer starts. The first attempt is 1.
    pub(super) fn forward<O: Observer>(&mut self, request: u32, link: u32, attempt: u8, observer: &mut O) {
        let asker = self.plan.hops[link as usize].from;
        let level = self.requests[request].depth;
        self.requests[request].attempts[usize::from(level)] = attempt;
        self.arm_deadline(request, asker, level, self.plan.stations[asker as usize].timeout);
        self.send(request, link, observer);
    }

    /// Sends a request's message down a link.
    pub(super) fn send<O: Observer>(&mut self, request: u32, link: u32, observer: &mut O) {
        self.lines[link as usize].active += 1;
        let record = &mut self.requests[request];
        record.path[usize::from(record.depth)] = link;
        record.depth += 1;
        record.leg = 0;
        record.heading = Heading::Request;
        let (tag, phase) = (record.tag(), record.phase);
        self.note(observer, Some(tag), What::Departed { link: link_ix(link), heading: Heading::Request, phase });
        self.next_leg(request, observer);
    }

    /// Sets a message on its way to the next point of its hop: a firewall, or the far end.
    fn next_leg<O: Observer>(&mut self, request: u32, observer: &mut O) {
        let record = &self.requests[request];
        let link = record.link();
        let hop = &self.plan.hops[link as usize];
        if usize::from(record.leg) == hop.outward {
            self.cross(request, link, hop.latency, observer);
        } else {
            self.leg_done(request, observer);
        }
    }

    /// Sends a message over the wire of its hop. Where that takes no time, it is there at once, without an event.
    fn cross<O: Observer>(&mut self, request: u32, link: u32, latency: u64, observer: &mut O) {
        if self.lines[link as usize].cut {
            self.lose(request, Lost::Cut, observer);
            return;
        }
        self.requests[request].state = State::OnWire;
        let latency = if self.lines[link as usize].touched { self.crosses_touched(request, link, latency) } else { latency };
        if latency > 0 {
            self.schedule_for(request, self.now + latency, Kind::Leg);
        } else {
            self.leg_done(request, observer);
        }
    }

    /// A message has reached the next point of its way.
    pub(super) fn leg_done<O: Observer>(&mut self, request: u32, observer: &mut O) {
        if self.requests[request].heading == Heading::Response {
            self.way_back(request, observer);
            return;
        }
        match self.next_guard(request) {
            Some((_, guard)) => self.enter_firewall(request, guard, observer),
            None => self.request_arrives(request, observer),
        }
    }

    /// Brings an answer past the firewalls that are still before it, over the wire, and to the one who asked.
    fn way_back<O: Observer>(&mut self, request: u32, observer: &mut O) {
        loop {
            let record = &self.requests[request];
            let (leg, link) = (record.leg, record.link());
            let hop = &self.plan.hops[link as usize];
            let left = leg & !CROSSED;
            if leg & CROSSED == 0 && usize::from(left) == hop.outward {
                let latency = hop.latency;
                self.requests[request].leg = left | CROSSED;
                self.cross(request, link, latency, observer);
                return;
            }
            let Some(place) = left.checked_sub(1) else {
                self.answer_arrives(request, observer);
                return;
            };
            let firewall = index(hop.guards[usize::from(place)].firewall.index());
            if !self.health(firewall).is_up() {
                self.lose(request, Lost::DeadFirewall(place), observer);
                return;
            }
            if self.plan.stations[firewall as usize].answer.is_some() {
                self.enter(request, firewall, observer);
                return;
            }
            // Firewalls keep state: an answer passes without a look.
            self.requests[request].leg -= 1;
        }
    }

    /// The firewall that a message on its way down comes to next, or is at.
    pub(super) fn next_guard(&self, request: u32) -> Option<(u8, Guard)> {
        let record = &self.requests[request];
        let guard = *self.plan.hops[record.link() as usize].guards.get(usize::from(record.leg))?;
        Some((record.leg, guard))
    }

    fn enter_firewall<O: Observer>(&mut self, request: u32, guard: Guard, observer: &mut O) {
        let station = index(guard.firewall.index());
        if self.health(station).is_up() {
            self.enter(request, station, observer);
            return;
        }
        // A firewall that is down lets nothing through.
        let leg = self.requests[request].leg;
        self.lose(request, Lost::DeadFirewall(leg), observer);
    }

    /// A firewall has looked at a message.
    fn judge<O: Observer>(&mut self, request: u32, leg: u8, guard: Guard, observer: &mut O) {
        let (link, tag) = (link_ix(self.requests[request].link()), self.requests[request].tag());
        self.count_rule(index(guard.firewall.index()), guard.verdict);
        match guard.verdict.action {
            RuleAction::Allow => {
                self.note(observer, Some(tag), What::Passed { link, guard });
                self.requests[request].leg += 1;
                self.next_leg(request, observer);
            }
            RuleAction::Drop => {
                self.note(observer, Some(tag), What::Blocked { link, guard });
                self.lose(request, Lost::Dropped(leg), observer);
            }
            RuleAction::Reject => {
                self.note(observer, Some(tag), What::Blocked { link, guard });
                self.answer_from(request, leg, Status::Refused, observer);
            }
        }
    }

    /// A message has reached the component that it was sent to.
    fn request_arrives<O: Observer>(&mut self, request: u32, observer: &mut O) {
        let record = &self.requests[request];
        let (station, tag, phase) = (self.plan.hops[record.link() as usize].to, record.tag(), record.phase);
        match self.health(station) {
            super::Health::PoweredOff => self.lose(request, Lost::Silent, observer),
            super::Health::Crashed => {
                self.note(observer, Some(tag), What::Refuses { component: component_ix(station) });
                self.answer(request, Status::Refused, observer);
            }
            super::Health::Up | super::Health::Hung => {
                let component = component_ix(station);
                self.note(observer, Some(tag), What::Reached { component, heading: Heading::Request, phase });
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

    /// Takes a slot of a station, or a place in its line.
    pub(super) fn enter<O: Observer>(&mut self, request: u32, station: u32, observer: &mut O) {
        let plan = &self.plan.stations[station as usize];
        let record = &mut self.requests[request];
        let state = &mut self.stations[station as usize];
        record.station = station;
        state.visits += 1;
        let asks = record.heading == Heading::Request;
        if plan.watched && asks {
            record.entered[usize::from(record.depth)] = self.now;
        }
        // A handshake is work, but no request; neither is an answer that passes.
        if asks && record.phase != Phase::Handshake {
            state.arrivals += 1;
            state.counter += 1;
        }
        if !state.rolls {
            state.rolls = true;
            self.rolling.push(station);
        }
        let refused = asks && plan.connections.is_some_and(|most| state.present.saturating_add(state.leaked) >= most);
        let hung = state.health == super::Health::Hung;
        if state.busy < plan.slots && !refused && !hung {
            self.comes_in(request, station);
            self.start_service(request, station);
        } else if refused || (record.leg != HOME && plan.limit.is_some_and(|limit| state.queue.len() >= limit as usize)) {
            let tag = record.tag();
            state.dropped += 1;
            if hung {
                self.lose(request, Lost::Unanswered, observer);
                return;
            }
            self.note(observer, Some(tag), What::TurnedAway { component: component_ix(station) });
            self.turn_away(request, station, observer);
        } else {
            let tag = record.tag();
            record.state = State::Queued;
            record.pending = 0;
            record.departed = self.now;
            state.settle(self.now);
            state.queue.push_back(request);
            let waiting = index(state.queue.len());
            self.comes_in(request, station);
            self.note(observer, Some(tag), What::Waits { component: component_ix(station), waiting });
        }
    }

    /// Counts a request as present at the component that it was sent to, until its answer leaves.
    fn comes_in(&mut self, request: u32, station: u32) {
        let record = &mut self.requests[request];
        if record.heading == Heading::Request && self.plan.stations[station as usize].role != Role::Firewall {
            record.inside |= 1 << record.depth;
            self.stations[station as usize].present += 1;
        }
    }

    fn start_service(&mut self, request: u32, station: u32) {
        self.stations[station as usize].occupy(self.now);
        self.work(request, station);
    }

    /// Begins the work on a request, in a slot that it has.
    fn work(&mut self, request: u32, station: u32) {
        self.requests[request].state = State::InService;
        let work = self.service_time(request, station);
        let work = self.stations[station as usize].slow.map_or(work, |factor| factor.of(work));
        self.schedule_for(request, self.now + work, Kind::Service);
    }

    /// Draws how long a station works on a request. It depends on the seed, the request, the station, the phase and the
    /// attempt, and on nothing else.
    fn service_time(&self, request: u32, station: u32) -> u64 {
        let record = &self.requests[request];
        let plan = &self.plan.stations[station as usize];
        let attempts = u64::from(record.attempts[usize::from(record.depth.saturating_sub(1))]);
        let visit = record.phase as u64 | u64::from(record.depth) << 8 | u64::from(record.leg) << 16 | attempts << 32;
        if record.heading == Heading::Response
            && let Some(answer) = &plan.answer
        {
            return answer.nanos(random::mix(record.key ^ plan.key ^ (visit | 1 << 40)));
        }
        let bits = random::mix(record.key ^ plan.key ^ visit);
        let service = &plan.service[record.kind.index()];
        match record.phase {
            Phase::Exchange | Phase::Connect => service.nanos(bits),
            Phase::Handshake => {
                let ends_tls = match plan.role {
                    Role::Balancer(_) => self.plan.tls != TlsMode::Passthrough,
                    Role::Web | Role::App => true,
                    _ => false,
                };
                if ends_tls { self.plan.handshake.nanos(bits) } else { service.nanos(bits) }
            }
            Phase::Lookup => match plan.role {
                Role::Resolver { miss, .. } if self.now >= self.record_cached_until => service.nanos(bits) + miss,
                _ => service.nanos(bits),
            },
        }
    }

    /// A station has finished its own work on a request.
    pub(super) fn service_done<O: Observer>(&mut self, request: u32, observer: &mut O) {
        let station = self.requests[request].station;
        self.stations[station as usize].served += 1;
        if self.requests[request].heading == Heading::Response {
            self.answer_served(request, station, observer);
            return;
        }
        if self.plan.stations[station as usize].role == Role::Firewall {
            self.free_slot(station);
            if let Some((leg, guard)) = self.next_guard(request) {
                self.judge(request, leg, guard, observer);
            }
            return;
        }
        if self.plan.stations[station as usize].hold == Hold::UntilAnswered {
            let level = self.requests[request].depth;
            self.requests[request].holds |= 1 << level;
        } else {
            self.free_slot(station);
        }
        self.decide(request, station, observer);
    }

    /// A station has finished its work on an answer: a firewall lets it pass, the one who asked takes it.
    fn answer_served<O: Observer>(&mut self, request: u32, station: u32, observer: &mut O) {
        let record = &mut self.requests[request];
        if record.leg != HOME {
            record.leg -= 1;
            self.free_slot(station);
            self.way_back(request, observer);
            return;
        }
        if record.holds & (1 << record.depth) == 0 {
            self.free_slot(station);
        }
        self.take_answer(request, station, observer);
    }

    /// Frees a slot; the next in line takes it.
    pub(super) fn free_slot(&mut self, station: u32) {
        let state = &mut self.stations[station as usize];
        state.release(self.now);
        if state.health == super::Health::Hung {
            return;
        }
        if let Some(next) = state.queue.pop_front() {
            self.start_service(next, station);
        }
    }

    /// Gives free slots to those in line: the station serves again.
    pub(super) fn fill_slots(&mut self, station: u32) {
        while self.stations[station as usize].busy < self.plan.stations[station as usize].slots {
            let state = &mut self.stations[station as usize];
            state.settle(self.now);
            let Some(next) = state.queue.pop_front() else { return };
            self.start_service(next, station);
        }
    }

    /// The request leaves the station at its level, which gives up the slot that it held for it, if it did.
    fn leave(&mut self, request: u32) {
        let record = &mut self.requests[request];
        let bit = 1 << record.depth;
        let station = self.plan.hops[record.link() as usize].to;
        if record.inside & bit != 0 {
            record.inside &= !bit;
            let present = &mut self.stations[station as usize].present;
            *present = present.saturating_sub(1);
        }
        if record.holds & bit != 0 {
            record.holds &= !bit;
            self.free_slot(station);
        }
    }

    /// The component at the request's level answers, or its host does.
    pub(super) fn answer<O: Observer>(&mut self, request: u32, status: Status, observer: &mut O) {
        self.leave(request);
        let link = self.requests[request].link();
        let behind = self.plan.hops[link as usize].behind;
        self.answer_from(request, behind, status, observer);
    }

    /// Sends an answer back from the far end of the hop or from a firewall on it, with so many firewalls before it.
    fn answer_from<O: Observer>(&mut self, request: u32, behind: u8, status: Status, observer: &mut O) {
        let record = &mut self.requests[request];
        record.status = status;
        record.heading = Heading::Response;
        let (link, tag, phase) = (record.link(), record.tag(), record.phase);
        // What a firewall on the asker's side refused never was on the wire.
        let outward = usize::from(behind) < self.plan.hops[link as usize].outward;
        record.leg = if outward { behind | CROSSED } else { behind };
        self.answered(request);
        self.note(observer, Some(tag), What::Departed { link: link_ix(link), heading: Heading::Response, phase });
        self.way_back(request, observer);
    }

    /// An answer has reached the one who asked.
    pub(super) fn answer_arrives<O: Observer>(&mut self, request: u32, observer: &mut O) {
        let record = &self.requests[request];
        let (link, tag, phase) = (record.link(), record.tag(), record.phase);
        if record.depth - 1 == record.floor {
            // Nobody waits for it any more; the call was closed when its asker gave up.
            self.discard(request);
            return;
        }
        let asker = self.plan.hops[link as usize].from;
        if self.is_hung(asker) {
            self.lose(request, Lost::Unread, observer);
            return;
        }
        self.close_call(request);
        self.note(observer, Some(tag), What::Reached { component: component_ix(asker), heading: Heading::Response, phase });
        if self.plan.stations[asker as usize].answer.is_none() {
            self.take_answer(request, asker, observer);
            return;
        }
        let record = &mut self.requests[request];
        record.leg = HOME;
        if record.holds & (1 << record.depth) == 0 {
            self.enter(request, asker, observer);
        } else {
            // The worker that waited for the answer works on it.
            record.station = asker;
            self.work(request, asker);
        }
    }

    /// Ends the call that the request's last hop is: the request is back at the level of the one who asked.
    pub(super) fn close_call(&mut self, request: u32) {
        let record = &mut self.requests[request];
        let line = &mut self.lines[record.link() as usize];
        line.active = line.active.saturating_sub(1);
        let link = record.link();
        record.depth -= 1;
        self.place_freed(link);
    }

    /// A message will never be answered. The one who asked does not know, and waits.
    pub(super) fn lose<O: Observer>(&mut self, request: u32, how: Lost, observer: &mut O) {
        let now = self.now;
        let record = &mut self.requests[request];
        record.state = State::Lost(how);
        record.pending = 0;
        record.departed = now;
        let (link, tag, phase, level) = (record.link(), record.tag(), record.phase, record.depth - 1);
        let unwanted = level == record.floor;
        if !matches!(how, Lost::Dropped(_) | Lost::Unread) {
            self.note(observer, Some(tag), What::Vanished { link: link_ix(link) });
        }
        let record = &self.requests[request];
        if unwanted {
            self.discard(request);
        } else if phase == Phase::Lookup {
            self.schedule_for(request, self.now + LOOKUP_TIMEOUT, Kind::Retry);
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
    pub(super) fn arm_deadline(&mut self, request: u32, station: u32, level: u8, timeout: u64) {
        if timeout == 0 || timeout >= NEVER {
            return;
        }
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
        self.note(observer, Some(tag), What::Ended { outcome, latency_ms: latency as f64 / 1e6 });
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
    pub(super) fn fail<O: Observer>(&mut self, request: u32, station: u32, failure: Failure, why: Why, observer: &mut O) {
        let tag = self.requests[request].tag();
        self.note(observer, Some(tag), What::Fails { component: component_ix(station), failure, why });
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
