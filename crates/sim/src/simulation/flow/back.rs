//! How answers come back: past the firewalls, over the wire, to the one who asked; and how requests end.

#![expect(clippy::inline_always, reason = "on the engine's critical path, as `flow` is")]

use crate::event::Kind;
use crate::index::{RequestIx, StationIx};
use crate::journal::{EventKind, FailureReason, Observer, tell};
use crate::outcome::{Failure, Outcome};
use crate::packet::Heading;
use crate::request::{CROSSED, HOME, Lost, State, Status};
use crate::simulation::Simulation;
use crate::view::Health;

impl Simulation {
    /// Brings an answer past the firewalls that are still before it, over the wire, and to the one who asked.
    pub(in crate::simulation) fn return_response<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        if let Some(station) = self.return_response_inline(request, observer) {
            self.enter(request, station, observer);
        }
    }

    /// Like `return_response`, but returns the next station instead of entering it.
    #[inline(never)]
    pub(in crate::simulation) fn return_response_inline<O: Observer>(
        &mut self,
        request: RequestIx,
        observer: &mut O,
    ) -> Option<StationIx> {
        loop {
            let record = &mut self.requests[request];
            let (leg, link) = (record.leg, record.link());
            let (left, line) = (leg & !CROSSED, &self.links[link]);
            if leg & CROSSED == 0 && left == line.outward {
                record.leg = left | CROSSED;
                record.state = State::OnWire;
                if (line.touched || line.latency > 0) && !self.cross_wire(request, link, observer) {
                    return None;
                }
            }
            let Some(place) = left.checked_sub(1) else { return self.deliver_response_inline(request, observer) };
            let firewall = self.plan.hops[link].guards[usize::from(place)].firewall;
            if !self.health(firewall).is_up() {
                self.lose(request, Lost::DeadFirewall(place), observer);
                return None;
            }
            if self.stations[firewall].params.works_on_responses {
                return Some(firewall);
            }
            // Firewalls keep state: an answer passes without a look.
            self.requests[request].leg -= 1;
        }
    }

    /// The component at the request's level answers, or its host does.
    pub(in crate::simulation) fn respond<O: Observer>(&mut self, request: RequestIx, status: Status, observer: &mut O) {
        if let Some(station) = self.respond_inline(request, status, observer) {
            self.enter(request, station, observer);
        }
    }

    /// Like `respond`, but returns the station that works on the response, instead of entering it.
    #[inline(always)]
    pub(in crate::simulation) fn respond_inline<O: Observer>(
        &mut self,
        request: RequestIx,
        status: Status,
        observer: &mut O,
    ) -> Option<StationIx> {
        let record = &mut self.requests[request];
        let (bit, link) = (record.bit(), record.link());
        let line = &mut self.links[link];
        let (station, behind, latency, touched) = (line.to, line.behind, line.latency, line.touched);
        let state = &mut self.stations[station];
        if record.inside & bit != 0 {
            record.inside &= !bit;
            state.present = state.present.saturating_sub(1);
        }
        let holds = record.holds & bit != 0;
        record.holds &= !bit;
        record.status = status;
        record.heading = Heading::Response;
        record.state = State::OnWire;
        let (tag, phase, watched) = (record.tag(), record.phase, state.params.watched);
        if line.plain && !holds && !watched && record.carries.is_none() {
            // Nearly always: with the record, the link and the asker at hand, the call is closed and the asker goes to work.
            let (level, from) = (record.depth - 1, &self.stations[line.from]);
            let works = from.params.works_on_responses && record.holds & (1 << (level & 0xf)) == 0;
            if works && level != record.floor && from.health != Health::Hung {
                record.depth = level;
                record.leg = HOME;
                line.active = line.active.saturating_sub(1);
                let (asker, heading) = (line.from, Heading::Response);
                tell(observer, self.clock.now(), Some(tag), || EventKind::Departed { link, heading, phase, status });
                tell(observer, self.clock.now(), Some(tag), || EventKind::Reached { component: asker, heading, phase });
                return Some(asker);
            }
        }
        record.leg = if behind == 0 { CROSSED } else { behind };
        if holds {
            self.free_slot(station);
        }
        if watched {
            self.count_response(request, station);
        }
        self.tell(observer, Some(tag), || EventKind::Departed { link, heading: Heading::Response, phase, status });
        if behind > 0 {
            return self.return_response_inline(request, observer);
        }
        if touched {
            return self.cross_wire(request, link, observer).then(|| self.return_response_inline(request, observer)).flatten();
        }
        if latency > 0 {
            self.schedule_for(request, self.clock.now() + latency, Kind::Leg);
            return None;
        }
        self.deliver_response_inline(request, observer)
    }

    /// Sends an answer back from a firewall on the hop, with this many firewalls before it.
    #[cold]
    pub(in crate::simulation) fn respond_from_firewall<O: Observer>(
        &mut self,
        request: RequestIx,
        behind: u8,
        status: Status,
        observer: &mut O,
    ) {
        let record = &mut self.requests[request];
        record.status = status;
        record.heading = Heading::Response;
        let (link, tag, phase) = (record.link(), record.tag(), record.phase);
        // What a firewall on the asker's side refused never was on the wire.
        let line = &self.links[link];
        let outward = behind < line.outward;
        record.leg = if outward { behind | CROSSED } else { behind };
        let answerer = line.to;
        if self.stations[answerer].params.watched {
            self.count_response(request, answerer);
        }
        self.tell(observer, Some(tag), || EventKind::Departed { link, heading: Heading::Response, phase, status });
        if behind > 0 || outward {
            self.return_response(request, observer);
            return;
        }
        self.requests[request].leg = CROSSED;
        if self.cross_wire(request, link, observer) {
            self.deliver_response(request, observer);
        }
    }

    /// An answer has reached the one who asked.
    pub(in crate::simulation) fn deliver_response<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        if let Some(station) = self.deliver_response_inline(request, observer) {
            self.enter(request, station, observer);
        }
    }

    /// An answer has reached the one who asked: the station, if that takes a slot to work on it.
    #[inline(always)]
    fn deliver_response_inline<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> Option<StationIx> {
        let record = &self.requests[request];
        if record.depth - 1 == record.floor {
            // The asker has given up, and closed the call then.
            self.discard(request);
            return None;
        }
        let line = &self.links[record.link()];
        if self.is_hung(line.from) {
            self.lose(request, Lost::Unread, observer);
            return None;
        }
        if line.opens && self.on_opening_response(request, observer) {
            return None;
        }
        self.accept_response(request, observer)
    }

    /// An answer is at the one who asked, who runs and waits for it.
    #[inline(always)]
    fn accept_response<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> Option<StationIx> {
        let record = &self.requests[request];
        let (asker, tag, phase) = (self.links[record.link()].from, record.tag(), record.phase);
        self.close_call(request);
        self.tell(observer, Some(tag), || EventKind::Reached { component: asker, heading: Heading::Response, phase });
        if !self.stations[asker].params.works_on_responses {
            self.receive_response(request, asker, observer);
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
    pub(in crate::simulation) fn close_call(&mut self, request: RequestIx) {
        let record = &mut self.requests[request];
        let link = record.link();
        record.depth -= 1;
        if let Some(phase) = record.carries.take() {
            record.phase = phase;
        }
        let line = &mut self.links[link];
        line.active = line.active.saturating_sub(1);
        if line.limited {
            self.place_freed(link);
        }
    }

    /// The user's request has ended.
    pub(in crate::simulation) fn end<O: Observer>(&mut self, request: RequestIx, outcome: Outcome, observer: &mut O) {
        if self.probe_ended(request, outcome, observer) {
            return;
        }
        let record = &self.requests[request];
        let (tag, kind, latency, stream) = (record.tag(), record.kind, self.clock.now() - record.born, record.stream);
        self.users.end(self.clock.now(), kind, outcome, latency);
        self.users.leave(self.clock.now(), latency);
        observer.ended(self.clock.now(), kind, outcome, latency);
        self.tell(observer, Some(tag), || EventKind::Ended { outcome, latency_ms: latency as f64 / 1e6 });
        self.on_outcome(kind, stream, outcome);
    }

    /// A record has done its work. It stays as a zombie while a later one may be looked up through it.
    pub(in crate::simulation) fn discard(&mut self, request: RequestIx) {
        let record = &mut self.requests[request];
        if record.successor.is_some() {
            record.state = State::Zombie;
            record.pending = 0;
            return;
        }
        let before = record.predecessor;
        self.requests.remove(request);
        if let Some(before) = before {
            self.requests[before].successor = None;
            if self.requests[before].state == State::Zombie {
                self.discard(before);
            }
        }
    }

    /// A component fails a request on its own account.
    #[cold]
    pub(in crate::simulation) fn fail<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        failure: Failure,
        why: FailureReason,
        observer: &mut O,
    ) {
        let tag = self.requests[request].tag();
        self.tell(observer, Some(tag), || EventKind::Fails { component: station, failure, why });
        // A balancer that cannot read cannot write either: it can only close the connection.
        let blind = self.plan.stations[station].passes_tls(self.requests[request].kind);
        let status = if blind { Status::Reset } else { Status::Error(failure) };
        self.respond(request, status, observer);
    }
}
