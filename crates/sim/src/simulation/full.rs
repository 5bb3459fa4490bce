//! Full stations: connections that wait for the program to accept them, SYNs that the kernel drops and callers resend,
//! and messages that are turned away.
//!
//! A Linux listener has an accept queue of limited length. While it is full, the kernel drops SYNs, and the caller knows
//! nothing of it: it resends the SYN one second later, then after twice the time, and so on (RFC 6298: an initial
//! retransmission timeout of 1 s that doubles), until its connect timeout expires.

use hoplight_model::behaviour::WhenFull;

use crate::event::Kind;
use crate::index::{RequestIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::packet::Heading;
use crate::request::{ACCEPTED, CONNECTED, CROSSED, Lost, State, Status};
use crate::simulation::Simulation;
use crate::station::{Passage, is_timed};
use crate::time::{SECOND, SimTime};
use crate::view::Health;

/// Time after which a SYN is resent for the first time (RFC 6298; Linux: `TCP_TIMEOUT_INIT`).
const FIRST_RESEND: u64 = SECOND;

impl Simulation {
    /// Whether a message would open a connection for which a listener has no room.
    pub(super) fn finds_full(&self, request: RequestIx, station: StationIx) -> bool {
        let state = &self.stations[station];
        state.params().drops_syn && self.requests[request].inside & (CONNECTED | ACCEPTED) == 0 && state.is_full()
    }

    /// Handles a message that finds neither a slot nor a place in the queue of a station. With `refused`, the station is
    /// at its limit of connections.
    #[cold]
    pub(super) fn enter_full<O: Observer>(&mut self, request: RequestIx, station: StationIx, refused: bool, observer: &mut O) {
        let (record, state) = (&self.requests[request], &self.stations[station]);
        let (asks, tag) = (record.heading == Heading::Request, record.tag());
        let (drops_syn, closes) = (state.params().drops_syn, state.params().closes_idle);
        if asks && drops_syn {
            let has_room = refused && self.makes_room(station);
            if refused && closes && !has_room {
                self.stations[station].count_dropped();
                self.tell(observer, Some(tag), || EventKind::TurnedAway { component: station });
                self.respond(request, Status::Reset, observer);
                return;
            }
            if !has_room && self.finds_full(request, station) {
                self.drop_syn(request, station, observer);
                return;
            }
            let (record, state) = (&mut self.requests[request], &mut self.stations[station]);
            record.state = State::Queued;
            record.pending = 0;
            record.departed = self.clock.now();
            let waiting = if refused {
                let waiting = state.hold_back(request);
                if has_room {
                    self.accept_waiting(station);
                    return;
                }
                self.await_idle(station);
                waiting
            } else {
                self.admit_connection(request, station);
                self.stations[station].enqueue(request)
            };
            self.tell(observer, Some(tag), || EventKind::Waits { component: station, waiting });
            return;
        }
        let (record, state) = (&self.requests[request], &mut self.stations[station]);
        if asks && record.phase.is_counted() {
            state.count_arrival();
        }
        state.count_dropped();
        if state.health() == Health::Hung {
            self.lose(request, Lost::Unanswered, observer);
            return;
        }
        self.tell(observer, Some(tag), || EventKind::TurnedAway { component: station });
        self.turn_away(request, station, observer);
    }

    /// Counts a connection that the program at a station accepts.
    fn admit_connection(&mut self, request: RequestIx, station: StationIx) {
        let (record, state) = (&mut self.requests[request], &mut self.stations[station]);
        if record.phase.is_counted() {
            state.count_arrival();
        }
        if record.inside & CONNECTED == 0 {
            state.admit();
        }
        record.inside = record.inside & !(CONNECTED | ACCEPTED) | record.bit();
    }

    /// Lets a program accept waiting connections, up to its limit.
    #[cold]
    pub(super) fn accept_waiting(&mut self, station: StationIx) {
        let now = self.clock.now();
        while let Some(request) = self.stations[station].accept() {
            self.admit_connection(request, station);
            let (record, state) = (&mut self.requests[request], &mut self.stations[station]);
            state.waited(now - record.departed);
            record.departed = now;
            if state.has_free_slot() && state.health() == Health::Up {
                state.occupy(now);
                self.work(request, station);
            } else {
                state.enqueue(request);
            }
        }
    }

    /// Turns away a message for which there is no room.
    fn turn_away<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let record = &self.requests[request];
        let status = match (self.plan.stations[station].when_full, record.heading) {
            (WhenFull::Drop, Heading::Request) => return self.lose(request, Lost::Dropped(record.leg), observer),
            // Of all stations, only firewalls have no room for responses.
            (_, Heading::Response) => {
                return self.lose(request, Lost::Dropped((record.leg & !CROSSED) - 1), observer);
            }
            (WhenFull::TooManyConnections, Heading::Request) => Status::TooManyConnections,
            (WhenFull::Refuse | WhenFull::DropSyn, Heading::Request) => Status::Refused,
        };
        self.respond(request, status, observer);
    }

    /// Drops the SYN of a connection for which a listener has no room. The sender is not notified.
    #[cold]
    pub(super) fn drop_syn<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let tag = self.requests[request].tag();
        self.stations[station].count_dropped();
        self.tell(observer, Some(tag), || EventKind::SynDropped { component: station });
        self.lose(request, Lost::Syn, observer);
    }

    /// Schedules what happens next to a dropped SYN that first arrived at `since`: the sender resends it, or its connect
    /// timeout expires.
    pub(super) fn await_syn(&mut self, request: RequestIx, since: SimTime) {
        let resent = since + (2 * (self.clock.now() - since) + FIRST_RESEND);
        let deadline = self.syn_deadline(request, since);
        let record = &mut self.requests[request];
        if deadline.is_none() && record.depth == 1 && is_timed(self.plan.patience) {
            // A user who leaves at the same time as the browser would resend it does not resend it.
            let link = record.link();
            let until = record.born + self.plan.patience + self.links[link].stretch(self.links[link].latency());
            if resent >= until {
                (record.pending, record.departed) = (0, since);
                return;
            }
        }
        self.schedule_for(request, deadline.map_or(resent, |until| until.min(resent)), Kind::Retry);
        self.requests[request].departed = since;
    }

    /// When the sender of a dropped SYN stops connecting; `None` for a browser without another address, which waits as long
    /// as its user does.
    fn syn_deadline(&self, request: RequestIx, since: SimTime) -> Option<SimTime> {
        let record = &self.requests[request];
        let link = record.link();
        let is_users = record.depth == 1 && !record.is_check();
        let timeout = if is_users { self.attempt_timeout(request)? } else { self.connect_timeout(record.kind, link)? };
        // The timeout counts from when the sender sent the first SYN.
        Some(since + timeout.saturating_sub(self.links[link].stretch(self.links[link].latency())))
    }

    /// Handles the time at which a dropped SYN may be resent. Returns false if the sender's connect timeout has expired.
    #[cold]
    pub(super) fn resend_syn<O: Observer>(&mut self, request: RequestIx, observer: &mut O) -> bool {
        let record = &self.requests[request];
        let (since, link, level, phase) = (record.departed, record.link(), record.depth - 1, record.phase);
        let deadline = self.syn_deadline(request, since);
        if deadline.is_some_and(|until| self.clock.now() >= until) {
            return false;
        }
        let moved = self.links[link].is_shared() && phase.is_connect() && self.chosen_entry(request) != link;
        if moved {
            // The address has moved to the other balancer, which gets the SYN.
            self.close_call(request);
            self.browser_sends(request, observer);
            return true;
        }
        let (from, to) = (self.plan.hops[link].from, self.plan.hops[link].to);
        match self.passage(link) {
            Passage::Open if level == 0 && self.requests[request].is_check() && !self.stations[to].is_full() => {
                self.deliver_check(request, link, observer);
            }
            Passage::Refused => self.respond(request, Status::Refused, observer),
            Passage::Open if !self.stations[to].is_full() => {
                if deadline.is_some() && from != self.plan.browser {
                    // The timeout for the response starts once there is a connection.
                    self.arm_deadline(request, from, level, self.links[link].timeout());
                }
                self.deliver_request_slow(request, to, observer);
            }
            Passage::Open | Passage::Silent => self.await_syn(request, since),
        }
        true
    }

    /// Ends a user's connection, if its entry still counts it.
    #[inline]
    pub(super) fn release_connection(&mut self, request: RequestIx) {
        if self.requests[request].inside & CONNECTED != 0 {
            self.close_connection(request);
        }
    }

    #[cold]
    fn close_connection(&mut self, request: RequestIx) {
        let entry = self.entry_of(request);
        self.requests[request].inside &= !CONNECTED;
        if self.stations[entry].dismiss() {
            self.accept_waiting(entry);
        }
    }

    /// The entry to which a user's connection leads.
    pub(super) fn entry_of(&self, request: RequestIx) -> StationIx {
        let record = &self.requests[request];
        self.links[record.connection.unwrap_or(record.path[0])].to()
    }
}
