//! Service at a station: taking a slot or a place in the queue, the work, and the step after it.
//!
//! Like `flow`, this is on the engine's critical path and inlined where it is used.

#![expect(clippy::inline_always, reason = "measured: a fifth of the engine's speed")]

use hoplight_model::quantity::Factor;

use hoplight_model::http::REDIRECT_MS;

use crate::clock::Clock;
use crate::cores::Job;
use crate::event::Kind;
use crate::index::{Ix, LinkIx, RequestIx, ServerIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::packet::{Heading, Phase};
use crate::plan::{CpuPlan, Role};
use crate::random;
use crate::request::{ACCEPTED, CONNECTED, HOME, Request, Requests, State, Status, at_level};
use crate::simulation::Simulation;
use crate::station::{Routing, Station, StationParams};

/// The next step after a station's work.
pub(super) enum Next {
    /// Forward the request on this link, as a first attempt.
    Forward(LinkIx),
    /// Send a successful response.
    Respond,
    /// The message has already moved on. Contains the station that it has reached at once, if any.
    Moved(Option<StationIx>),
}

/// The duration of a station's work on a request at full speed, in nanoseconds.
#[derive(Clone, Copy)]
struct Work {
    /// The service time.
    service: u64,
    /// Time that the station waits for other machines in addition.
    wait: u64,
    /// Whether it is the server's part of a TLS handshake, which is all computation.
    is_handshake: bool,
}

impl Work {
    fn times(self, factor: Factor) -> Self {
        // Rounded once, as the sum.
        let whole = factor.of(self.service + self.wait);
        let wait = factor.of(self.wait).min(whole);
        Self { service: whole - wait, wait, ..self }
    }
}

impl CpuPlan {
    /// The processor time that work needs, in nanoseconds.
    fn of(self, work: &Work) -> u64 {
        if work.is_handshake { work.service } else { self.share.of(work.service) }
    }
}

impl Clock {
    /// Starts work whose duration is a draw from the station's distribution, as nearly all work does. Returns false for
    /// any other work.
    ///
    /// The duration depends only on the seed, the request, the station, the phase and the attempt.
    #[inline(always)]
    fn try_start(&mut self, record: &mut Request, station: &Station, request: RequestIx, asks: bool) -> bool {
        let params = station.params();
        let answers = !asks && params.works_on_responses;
        let is_usual = (answers || record.phase == Phase::Exchange) && !station.is_varied();
        if !is_usual {
            return false;
        }
        let place = if answers { StationParams::RESPONSES } else { record.kind.index() };
        let work = params.work[place].nanos(random::mix(record.key ^ params.key ^ visit(record, answers)));
        let at = self.now() + work;
        let pending = self.schedule(at, Kind::Service, request.raw());
        record.state = State::InService;
        (record.departed, record.arrives, record.pending) = (self.now(), at, pending);
        true
    }

    /// Frees a slot and gives it to the next request in the queue. Returns that request if its work must be started by
    /// `start_slow`.
    #[inline(always)]
    fn pass_on_slot(&mut self, station: &mut Station, requests: &mut Requests) -> Option<RequestIx> {
        let now = self.now();
        let next = station.hand_over_slot(now)?;
        let record = &mut requests[next];
        station.waited(now - record.departed);
        let asks = record.heading == Heading::Request;
        if self.try_start(record, station, next, asks) { None } else { Some(next) }
    }
}

/// Identifies a visit of a request, or of its response, to a station.
#[inline(always)]
fn visit(record: &Request, answers: bool) -> u64 {
    record.visit() | u64::from(answers) << 40
}

impl Simulation {
    /// Takes a slot of a station, or a place in its queue.
    #[inline(never)]
    pub(super) fn enter<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let asks = self.requests[request].heading == Heading::Request;
        self.enter_inline(request, station, asks, observer);
    }

    /// Inlined fast path of `enter`.
    #[inline(always)]
    fn enter_inline<O: Observer>(&mut self, request: RequestIx, station: StationIx, asks: bool, observer: &mut O) {
        let now = self.clock.now();
        let record = &mut self.requests[request];
        let state = self.stations.visit(station);
        record.station = station;
        let mut refused = false;
        if asks {
            if state.params().watched {
                record.entered[at_level(record.depth)] = now;
            }
            refused = !state.accepts_connection() && record.inside & CONNECTED == 0;
        }
        // A response to the station's own request is never turned away.
        let hung = state.health() == crate::Health::Hung;
        let serves = state.has_free_slot() && !refused && !hung;
        if serves || !(refused || record.leg != HOME && !state.has_queue_space()) {
            if asks {
                // Handshakes and health checks take work but do not count as requests, nor do responses that pass through.
                if record.phase.is_counted() {
                    state.count_arrival();
                }
                if !state.params().is_firewall {
                    if record.inside & CONNECTED == 0 {
                        state.admit();
                    }
                    record.inside = record.inside & !(CONNECTED | ACCEPTED) | record.bit();
                }
            }
            if serves {
                state.occupy(now);
                if !self.clock.try_start(record, state, request, asks) {
                    self.start_slow(request, station);
                }
                return;
            }
            record.state = State::Queued;
            record.pending = 0;
            record.departed = now;
            let (tag, waiting) = (record.tag(), state.enqueue(request));
            self.tell(observer, Some(tag), || EventKind::Waits { component: station, waiting });
        } else {
            self.enter_full(request, station, refused, observer);
        }
    }

    /// Starts the work on a request that has a slot.
    #[inline(always)]
    pub(super) fn work(&mut self, request: RequestIx, station: StationIx) {
        let record = &mut self.requests[request];
        let asks = record.heading == Heading::Request;
        if !self.clock.try_start(record, &self.stations[station], request, asks) {
            self.start_slow(request, station);
        }
    }

    /// Starts any kind of work.
    #[inline(never)]
    fn start_slow(&mut self, request: RequestIx, station: StationIx) {
        let work = self.service_time(request, station);
        let work = self.stations[station].slow().map_or(work, |factor| work.times(factor));
        self.requests[request].state = State::InService;
        let Some(cpu) = self.plan.stations[station].cpu else {
            return self.schedule_for(request, self.clock.now() + work.service + work.wait, Kind::Service);
        };
        let needs = cpu.of(&work);
        let wait = work.service + work.wait - needs;
        if needs == 0 {
            return self.schedule_for(request, self.clock.now() + wait, Kind::Service);
        }
        let now = self.clock.now();
        let record = &mut self.requests[request];
        // When the work ends depends on the other work that starts on the server.
        (record.departed, record.arrives, record.pending) = (now, now, 0);
        self.cores.start(cpu.server, Job { request, station, wait }, needs, &mut self.clock);
    }

    /// Handles the end of work that needed the cores of a server. It may still wait for disk or network.
    pub(super) fn cpu_due(&mut self, server: ServerIx) {
        for Job { request, wait, .. } in self.cores.due(server, &mut self.clock) {
            let at = self.clock.now() + wait;
            let pending = self.clock.schedule(at, Kind::Service, request.raw());
            let record = &mut self.requests[request];
            debug_assert_eq!(record.state, State::InService, "only requests in service need a core");
            (record.arrives, record.pending) = (at, pending);
        }
    }

    /// Draws the duration of a station's work on a request.
    fn service_time(&self, request: RequestIx, station: StationIx) -> Work {
        let record = &self.requests[request];
        let params = self.stations[station].params();
        let answers = record.heading == Heading::Response && params.works_on_responses;
        let drawn = |place: usize| params.work[place].nanos(random::mix(record.key ^ params.key ^ visit(record, answers)));
        let service = |nanos: u64| Work { service: nanos, wait: 0, is_handshake: false };
        if answers {
            return service(drawn(StationParams::RESPONSES));
        }
        let usual = || drawn(record.kind.index());
        match (record.phase, &self.plan.stations[station].role) {
            (phase, _) if phase.is_handshake() && self.plan.stations[station].ends_tls => {
                Work { service: self.plan.connections.work(phase), wait: 0, is_handshake: true }
            }
            (Phase::PlainExchange, _) if self.plan.stations[station].redirects_plaintext => {
                Work { service: REDIRECT_MS.nanos(), wait: 0, is_handshake: false }
            }
            (Phase::Lookup, Role::Resolver(resolver)) => {
                Work { wait: self.names.lookup_time(resolver, Self::cache_of(record), self.clock.now()), ..service(usual()) }
            }
            _ => service(usual()),
        }
    }

    /// Handles the end of a station's own work on a request, unless the event is stale.
    #[inline(always)]
    pub(super) fn service_done<O: Observer>(&mut self, request: RequestIx, sequence: u64, observer: &mut O) {
        let Some(record) = self.requests.moved_by(request, sequence) else { return };
        let station = record.station;
        let state = &mut self.stations[station];
        state.count_served();
        let (bit, asks, kind) = (record.bit(), record.heading == Heading::Request, record.kind);
        let (leg, phase, status) = (record.leg, record.phase, record.status);
        let params = state.params();
        let (is_firewall, act, relays) = (params.is_firewall, params.routing[kind], params.relays[kind]);
        #[expect(clippy::needless_bitwise_bool, reason = "`asks` is hard to predict, `keeps` is not")]
        let keeps = (asks & params.holds) | (!asks & (leg == HOME) & (record.holds & bit != 0));
        if keeps {
            record.holds |= bit;
        } else if let Some(next) = self.clock.pass_on_slot(state, &mut self.requests) {
            self.start_slow(next, station);
        }
        let next = if asks {
            if !phase.is_usual() && !is_firewall {
                return self.on_other_work(request, station, act, observer);
            }
            self.decide(request, station, act, observer)
        } else if leg != HOME {
            // A firewall has finished its work on a response and lets it pass.
            self.requests[request].leg = leg - 1;
            Next::Moved(self.return_response_inline(request, observer))
        } else if relays && status == Status::Ok {
            Next::Respond
        } else {
            return self.on_response(request, station, observer);
        };
        match next {
            Next::Forward(link) => {
                if let Some(station) = self.forward_inline(request, link, 1, observer) {
                    self.enter_inline(request, station, true, observer);
                }
            }
            Next::Respond => {
                if let Some(station) = self.respond_inline(request, Status::Ok, observer) {
                    self.enter_inline(request, station, false, observer);
                }
            }
            Next::Moved(Some(station)) => self.enter(request, station, observer),
            Next::Moved(None) => {}
        }
    }

    /// Handles the end of a station's work on a handshake, a health check or a request that came to port 80.
    #[inline(never)]
    fn on_other_work<O: Observer>(&mut self, request: RequestIx, station: StationIx, act: Routing, observer: &mut O) {
        if self.requests[request].is_check() {
            self.on_check_work(request, station, act, observer);
        } else if self.requests[request].phase == Phase::PlainExchange {
            self.on_plaintext_work(request, station, act, observer);
        } else {
            self.on_handshake_work(request, station, act, observer);
        }
    }

    /// Handles a response at the sender of the request. A successful response that is only relayed takes a shortcut.
    #[inline(always)]
    pub(super) fn receive_response<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let record = &self.requests[request];
        if record.status == Status::Ok && self.stations[station].params().relays[record.kind] {
            self.respond(request, Status::Ok, observer);
        } else {
            self.on_response(request, station, observer);
        }
    }

    /// Frees a slot and gives it to the next request in the queue.
    #[inline(always)]
    pub(super) fn free_slot(&mut self, station: StationIx) {
        let next = self.clock.pass_on_slot(&mut self.stations[station], &mut self.requests);
        if let Some(next) = next {
            self.start_slow(next, station);
        }
    }

    /// Gives free slots to queued requests when the station resumes service.
    pub(super) fn fill_slots(&mut self, station: StationIx) {
        let now = self.clock.now();
        while let Some(next) = self.stations[station].fill_slot(now) {
            self.stations[station].waited(now - self.requests[next].departed);
            self.work(next, station);
        }
    }
}
