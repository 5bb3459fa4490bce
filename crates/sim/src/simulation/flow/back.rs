//! How responses return: through firewalls, across the wire, to the sender of the request; and how requests end.

#![expect(clippy::inline_always, reason = "on the engine's critical path, as `flow` is")]

use crate::event::Kind;
use crate::index::{RequestIx, StationIx};
use crate::journal::{EventKind, FailureCause, FailureReason, Observer, tell};
use crate::outcome::{Failure, Outcome};
use crate::packet::Heading;
use crate::request::{CONNECTED, CROSSED, HOME, Lost, NO_USER, State, Status};
use crate::simulation::Simulation;
use crate::view::Health;

impl Simulation {
    /// Moves a response through the remaining firewalls, across the wire, and to the sender of the request.
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
            let (left, link_state) = (leg & !CROSSED, &self.links[link]);
            if leg & CROSSED == 0 && left == link_state.outward() {
                record.leg = left | CROSSED;
                record.state = State::OnWire;
                if (link_state.is_touched() || link_state.latency() > 0) && !self.cross_wire(request, link, observer) {
                    return None;
                }
            }
            let Some(place) = left.checked_sub(1) else { return self.deliver_response_inline(request, observer) };
            let Some(firewall) = self.acting(&self.plan.hops[link].guards[usize::from(place)]) else {
                self.lose(request, Lost::DeadFirewall(place), observer);
                return None;
            };
            if self.stations[firewall].params().works_on_responses {
                return Some(firewall);
            }
            // Firewalls are stateful: a response passes without inspection.
            self.requests[request].leg -= 1;
        }
    }

    /// Sends a response from the component at the request's level, or from its host.
    pub(in crate::simulation) fn respond<O: Observer>(&mut self, request: RequestIx, status: Status, observer: &mut O) {
        if let Some(station) = self.respond_inline(request, status, observer) {
            self.enter(request, station, observer);
        }
    }

    /// Like `respond`, but returns the station that processes the response, instead of entering it.
    #[inline(always)]
    pub(in crate::simulation) fn respond_inline<O: Observer>(
        &mut self,
        request: RequestIx,
        status: Status,
        observer: &mut O,
    ) -> Option<StationIx> {
        let record = &mut self.requests[request];
        let (bit, link) = (record.bit(), record.link());
        let station = self.links[link].to();
        if record.inside & bit != 0 {
            record.inside &= !bit;
            let may_stay = record.phase.is_handshake() || self.stations[station].params().counts_idle;
            if may_stay && self.keeps_connection(request, station, status) {
                self.requests[request].inside |= CONNECTED;
            } else if self.stations[station].dismiss() {
                self.accept_waiting(station);
            }
        }
        let (record, link_state) = (&mut self.requests[request], &mut self.links[link]);
        let (behind, latency, touched) = (link_state.firewalls(), link_state.latency(), link_state.is_touched());
        let state = &self.stations[station];
        let holds = record.holds & bit != 0;
        record.holds &= !bit;
        record.status = status;
        record.heading = Heading::Response;
        record.state = State::OnWire;
        let (tag, phase, watched) = (record.tag(), record.phase, state.params().watched);
        if link_state.is_plain() && !holds && !watched && record.carries.is_none() {
            // Fast path for nearly all responses: record, link and sender are already loaded, so the response is
            // delivered inline.
            let (level, from) = (record.depth - 1, &self.stations[link_state.from()]);
            let works = from.params().works_on_responses && record.holds & (1 << (level & 0xf)) == 0;
            if works && level != record.floor && from.health() != Health::Hung {
                record.depth = level;
                record.leg = HOME;
                link_state.end_call();
                let (client, heading) = (link_state.from(), Heading::Response);
                tell(observer, self.clock.now(), Some(tag), || EventKind::Departed { link, heading, phase, status });
                tell(observer, self.clock.now(), Some(tag), || EventKind::Reached { component: client, heading, phase });
                return Some(client);
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

    /// Sends a response from a firewall on the hop, with `behind` firewalls still ahead of it.
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
        // A message refused by a firewall on the sender's side has never been on the wire.
        let link_state = &self.links[link];
        let outward = behind < link_state.outward();
        record.leg = if outward { behind | CROSSED } else { behind };
        let server = link_state.to();
        if self.stations[server].params().watched {
            self.count_response(request, server);
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

    /// Delivers a response to the sender of the request.
    pub(in crate::simulation) fn deliver_response<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        if let Some(station) = self.deliver_response_inline(request, observer) {
            self.enter(request, station, observer);
        }
    }

    /// Like `deliver_response`, but returns the sender's station if it needs a slot to process the response.
    #[inline(always)]
    fn deliver_response_inline<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> Option<StationIx> {
        let record = &self.requests[request];
        if record.depth - 1 == record.floor {
            if record.is_check() {
                self.check_returned(request, observer);
                return None;
            }
            // The sender has timed out and closed the connection already.
            self.discard(request);
            return None;
        }
        let link_state = &self.links[record.link()];
        if self.is_hung(link_state.from()) {
            self.lose(request, Lost::Unread, observer);
            return None;
        }
        if link_state.may_open() && self.on_opening_response(request, observer) {
            return None;
        }
        self.accept_response(request, observer)
    }

    /// Delivers a response to a sender that is up and waits for it.
    #[inline(always)]
    fn accept_response<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> Option<StationIx> {
        let record = &self.requests[request];
        let (client, tag, phase) = (self.links[record.link()].from(), record.tag(), record.phase);
        self.close_call(request);
        self.tell(observer, Some(tag), || EventKind::Reached { component: client, heading: Heading::Response, phase });
        if !self.stations[client].params().works_on_responses {
            self.receive_response(request, client, observer);
            return None;
        }
        let record = &mut self.requests[request];
        record.leg = HOME;
        if record.holds & record.bit() == 0 {
            return Some(client);
        }
        // The worker that waited for the response processes it.
        record.station = client;
        self.work(request, client);
        None
    }

    /// Completes the request's last hop, which brings the request back to the level of its sender.
    #[inline(always)]
    pub(in crate::simulation) fn close_call(&mut self, request: RequestIx) {
        let record = &mut self.requests[request];
        let link = record.link();
        record.depth -= 1;
        if let Some(phase) = record.carries.take() {
            record.phase = phase;
        }
        let link_state = &mut self.links[link];
        link_state.end_call();
        if link_state.is_limited() {
            self.place_freed(link);
        }
    }

    /// Ends a user's request and records its outcome.
    pub(in crate::simulation) fn end<O: Observer>(&mut self, request: RequestIx, outcome: Outcome, observer: &mut O) {
        let record = &self.requests[request];
        if !record.is_users() {
            return self.other_ended(request, outcome, observer);
        }
        let (tag, kind, latency, stream) = (record.tag(), record.kind, self.clock.now() - record.born, record.stream);
        if (record.user != NO_USER || record.inside & CONNECTED != 0) && !record.phase.is_plaintext() {
            self.keep_connection(request, outcome);
        }
        let record = &self.requests[request];
        self.users.end(self.clock.now(), kind, outcome, latency);
        self.users.leave(self.clock.now(), latency);
        observer.ended(self.clock.now(), kind, outcome, latency);
        if let Err(failure) = outcome {
            // Other failures without a response have no single cause: the user gave up, or did not get in.
            let cause = record.cause.filter(|_| failure.status().is_some() || failure == Failure::Closed);
            observer.failed(self.clock.now(), kind, failure, cause);
        }
        self.tell(observer, Some(tag), || EventKind::Ended { outcome, latency_ms: latency as f64 / 1e6 });
        self.on_outcome(kind, stream, outcome);
    }

    /// Ends a request that does not count as a user's.
    #[cold]
    fn other_ended<O: Observer>(&mut self, request: RequestIx, outcome: Outcome, observer: &mut O) {
        if self.requests[request].is_probe() {
            self.probe_ended(request, outcome, observer);
        } else {
            self.faults.abuse.ended(outcome);
        }
    }

    /// Discards a record whose work is done. It stays as a zombie while timers may look up a later record through it.
    pub(in crate::simulation) fn discard(&mut self, request: RequestIx) {
        self.release_connection(request);
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

    /// Fails a request at a component.
    #[cold]
    pub(in crate::simulation) fn fail<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        failure: Failure,
        why: FailureReason,
        observer: &mut O,
    ) {
        if self.requests[request].missed != 0 && self.on_fetch_failed(request, station, observer) {
            return;
        }
        let tag = self.requests[request].tag();
        self.tell(observer, Some(tag), || EventKind::Fails { component: station, failure, why });
        // A proxy that does not speak HTTP on a connection cannot send an error response: it can only close the connection.
        let closes = self.plan.stations[station].closes_on_error(self.requests[request].kind);
        let status = match failure {
            _ if closes => Status::Reset,
            _ if self.closes_silently(request, station, failure, why) => Status::Error(Failure::Closed),
            _ => Status::Error(failure),
        };
        self.requests[request].cause = Some(FailureCause { component: station, reason: why });
        self.respond(request, status, observer);
    }
}
