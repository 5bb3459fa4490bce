//! What happens at a station: a slot or a place in the line, the work, and what follows it.
//!
//! Must not know how messages travel, nor what a component decides: that is `flow` and `decide`.
//!
//! Like `flow`, this is on the engine's critical path, and inlined where it is used.

#![expect(clippy::inline_always, reason = "measured: a fifth of the engine's speed")]

use crate::model::TlsMode;

use super::event::Kind;
use super::flow::{HOME, component_ix};
use super::journal::{Observer, What};
use super::packet::{Heading, Phase};
use super::plan::Role;
use super::random;
use super::request::{Lost, State, Status};
use super::simulation::{Simulation, index};

impl Simulation {
    /// Takes a slot of a station, or a place in its line.
    pub(super) fn enter<O: Observer>(&mut self, request: u32, station: u32, observer: &mut O) {
        let record = &mut self.requests[request];
        let state = &mut self.stations[station as usize];
        record.station = station;
        state.visits += 1;
        let asks = record.heading == Heading::Request;
        let mut refused = false;
        if asks {
            if state.duty.watched {
                record.entered[usize::from(record.depth)] = self.now;
            }
            // A handshake is work, but no request; neither is an answer that passes.
            if !record.phase.is_handshake() {
                state.arrivals += 1;
                state.counter += 1;
            }
            refused = state.present.saturating_add(state.leaked) >= state.duty.connections;
        }
        if !state.rolls {
            state.rolls = true;
            self.rolling.push(station);
        }
        // The answer to one's own question is never turned away.
        let hung = state.health == super::Health::Hung;
        let serves = state.busy < state.duty.slots && !refused && !hung;
        if serves || !(refused || record.leg != HOME && state.queue.len() >= state.duty.limit as usize) {
            if asks && !state.duty.is_firewall {
                record.inside |= 1 << record.depth;
                state.present += 1;
            }
            if serves {
                self.start_service(request, station);
                return;
            }
            record.state = State::Queued;
            record.pending = 0;
            record.departed = self.now;
            state.queue.push_back(request);
            let (tag, waiting) = (record.tag(), index(state.queue.len()));
            self.tell(observer, Some(tag), || What::Waits { component: component_ix(station), waiting });
        } else {
            let tag = record.tag();
            state.dropped += 1;
            if hung {
                self.lose(request, Lost::Unanswered, observer);
                return;
            }
            self.tell(observer, Some(tag), || What::TurnedAway { component: component_ix(station) });
            self.turn_away(request, station, observer);
        }
    }

    #[inline(always)]
    fn start_service(&mut self, request: u32, station: u32) {
        self.stations[station as usize].occupy(self.now);
        self.work(request, station);
    }

    /// Begins the work on a request, in a slot that it has.
    #[inline(always)]
    pub(super) fn work(&mut self, request: u32, station: u32) {
        let now = self.now;
        let work = self.service_time(request, station);
        let work = self.stations[station as usize].slow.map_or(work, |factor| factor.of(work));
        let pending = self.schedule(now + work, Kind::Service, request);
        let record = &mut self.requests[request];
        record.state = State::InService;
        (record.departed, record.arrives, record.pending) = (now, now + work, pending);
    }

    /// Draws how long a station works on a request. It depends on the seed, the request, the station, the phase and the
    /// attempt, and on nothing else.
    #[inline(always)]
    fn service_time(&self, request: u32, station: u32) -> u64 {
        let record = &self.requests[request];
        let duty = &self.stations[station as usize].duty;
        let attempts = u64::from(record.attempts[usize::from(record.depth.saturating_sub(1))]);
        let visit = record.phase as u64 | u64::from(record.depth) << 8 | u64::from(record.leg) << 16 | attempts << 32;
        if record.heading == Heading::Response && duty.takes_answers {
            return duty.answer.nanos(random::mix(record.key ^ duty.key ^ (visit | 1 << 40)));
        }
        let bits = random::mix(record.key ^ duty.key ^ visit);
        let service = &duty.service[record.kind.index()];
        if record.phase == Phase::Exchange {
            return service.nanos(bits);
        }
        match (record.phase, &self.plan.stations[station as usize].role) {
            (phase, Role::Balancer(_)) if phase.is_handshake() && self.plan.tls != TlsMode::Passthrough => {
                self.plan.connections.work(phase)
            }
            (phase, Role::Web | Role::App | Role::Database(_)) if phase.is_handshake() => self.plan.connections.work(phase),
            (Phase::Lookup, Role::Resolver(resolver)) => service.nanos(bits) + self.upstream_questions(resolver),
            _ => service.nanos(bits),
        }
    }

    /// A station has finished its own work on a request.
    #[inline(always)]
    pub(super) fn service_done<O: Observer>(&mut self, request: u32, observer: &mut O) {
        let record = &mut self.requests[request];
        let station = record.station;
        let state = &mut self.stations[station as usize];
        state.served += 1;
        if record.heading == Heading::Response {
            self.answer_served(request, station, observer);
            return;
        }
        if state.duty.is_firewall {
            self.free_slot(station);
            if let Some((leg, guard)) = self.next_guard(request) {
                self.judge(request, leg, guard, observer);
            }
            return;
        }
        if state.duty.holds {
            record.holds |= 1 << record.depth;
        } else {
            self.free_slot(station);
        }
        self.decide(request, station, observer);
    }

    /// A station has finished its work on an answer: a firewall lets it pass, the one who asked takes it.
    #[inline(always)]
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
        self.hand_on(request, station, observer);
    }

    /// The one who asked has an answer. A good one that is only relayed needs no thought.
    #[inline(always)]
    pub(super) fn hand_on<O: Observer>(&mut self, request: u32, station: u32, observer: &mut O) {
        if self.stations[station as usize].duty.relays && self.requests[request].status == Status::Ok {
            self.answer(request, Status::Ok, observer);
        } else {
            self.take_answer(request, station, observer);
        }
    }

    /// Frees a slot; the next in line takes it.
    #[inline(always)]
    pub(super) fn free_slot(&mut self, station: u32) {
        let state = &mut self.stations[station as usize];
        state.release(self.now);
        if state.health == super::Health::Hung {
            return;
        }
        if let Some(next) = state.queue.pop_front() {
            state.waited(self.now - self.requests[next].departed);
            self.start_service(next, station);
        }
    }

    /// Gives free slots to those in line: the station serves again.
    pub(super) fn fill_slots(&mut self, station: u32) {
        while self.stations[station as usize].busy < self.plan.stations[station as usize].slots {
            let state = &mut self.stations[station as usize];
            let Some(next) = state.queue.pop_front() else { return };
            state.waited(self.now - self.requests[next].departed);
            self.start_service(next, station);
        }
    }

    /// The request leaves the station at its level, which gives up the slot that it held for it, if it did.
    #[inline(always)]
    pub(super) fn leave(&mut self, request: u32) {
        let record = &mut self.requests[request];
        let bit = 1 << record.depth;
        let station = self.lines[record.link() as usize].to;
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
}
