//! Connects the caches to the rest of the simulation: lookups, misses, fetches, and changes after responses.
//!
//! ```text
//!  before the site:         request ─▶ cache ─▶ hit, or fetch ─▶ store ─▶ response
//!  beside an application:   request ─▶ application ─▶ cache ─▶ hit
//!                                          └─ miss, or no reply ─▶ database ─▶ store ─▶ response
//! ```

use std::collections::VecDeque;

use hoplight_model::behaviour::{AttemptFailure, CacheUse, Caching, Reaction};
use hoplight_model::{ComponentId, ComponentIx, Element};

use crate::cache::{CacheView, Lookup, Object, Waiting};
use crate::command::CommandError;
use crate::event::Kind;
use crate::index::{CacheIx, LinkIx, RequestIx, StationIx};
use crate::journal::{EventKind, FailureReason, Observer};
use crate::outcome::Failure;
use crate::plan::Role;
use crate::request::{State, Status};
use crate::simulation::Simulation;
use crate::simulation::retries::ATTEMPT_MASK;
use crate::simulation::service::Next;
use crate::station::{Passage, Routing};

impl Simulation {
    /// The cache that a station uses for requests of a kind, and how.
    fn caching(&self, request: RequestIx, station: StationIx) -> Option<(CacheIx, Caching)> {
        let caching = self.plan.stations[station].forwarding(self.requests[request].kind)?.cache?;
        Some((self.plan.caches.at(caching.cache).expect("every cache has a plan"), caching))
    }

    /// The object that a request asks for. Every attempt of a user asks for the same one.
    fn object(&self, request: RequestIx, cache: CacheIx) -> Object {
        let record = &self.requests[request];
        self.plan.caches.nodes[cache].object(record.kind, self.clock.draws_of(record.stream & !ATTEMPT_MASK))
    }

    fn tell_lookup<O: Observer>(&self, request: RequestIx, cache: CacheIx, found: Lookup, observer: &mut O) {
        let (tag, cache) = (self.requests[request].tag(), self.plan.caches.nodes[cache].station);
        self.tell(observer, Some(tag), || EventKind::LookedUp { cache, found });
    }

    /// Sends a lookup to a cache beside an application, unless lookups have failed recently.
    pub(super) fn ask_cache<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        link: LinkIx,
        observer: &mut O,
    ) -> Next {
        let Some((cache, caching)) = self.caching(request, station) else { unreachable!("the station uses a cache") };
        let now = self.clock.now();
        if let Some(rule) = &caching.ejection {
            if !self.ejections.is_available(link, now, rule) {
                return self.ask_upstream(request, station, observer);
            }
            self.ejections.attempt(link, now, rule);
        }
        let node = &self.plan.caches.nodes[cache];
        let (at, timeout) = (node.station, node.timeout);
        // All clients of a cache have the same timeout, so their deadlines expire in order.
        self.arm_deadline(request, at, self.requests[request].depth, timeout);
        Next::Forward(link)
    }

    /// Answers a lookup at a cache beside an application.
    pub(super) fn answer_lookup<O: Observer>(&mut self, request: RequestIx, cache: CacheIx, observer: &mut O) -> Next {
        let object = self.object(request, cache);
        let found = self.caches.look_up(cache, object, self.clock.now());
        self.tell_lookup(request, cache, found, observer);
        if found == Lookup::Hit {
            return Next::Respond;
        }
        self.respond(request, Status::Miss, observer);
        Next::Moved(None)
    }

    /// Looks up a request's object at a cache before the site.
    pub(super) fn look_up_own<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) -> Next {
        let Some((cache, _)) = self.caching(request, station) else { unreachable!("the station is a cache") };
        let object = self.object(request, cache);
        let found = self.caches.look_up(cache, object, self.clock.now());
        self.tell_lookup(request, cache, found, observer);
        if found == Lookup::Hit { Next::Respond } else { self.after_miss(request, station, cache, observer) }
    }

    /// Fetches the object of a request that missed, or waits for a fetch that is under way.
    fn after_miss<O: Observer>(&mut self, request: RequestIx, station: StationIx, cache: CacheIx, observer: &mut O) -> Next {
        let record = &mut self.requests[request];
        record.missed |= record.bit();
        if self.plan.caches.nodes[cache].collapse {
            let (now, limit) = (self.clock.now(), self.plan.stations[station].timeout);
            let waiting = Waiting { request, generation: self.requests.generation(request) };
            if self.caches.join_fetch(cache, self.object(request, cache), waiting, now, limit) {
                self.requests[request].state = State::Collapsed;
                self.schedule_for(request, now + limit, Kind::Retry);
                self.tell_lookup(request, cache, Lookup::Waits, observer);
                return Next::Moved(None);
            }
        }
        self.ask_upstream(request, station, observer)
    }

    /// What a station with a cache does with a request that does not use it.
    pub(super) fn past_cache(&self, request: RequestIx, station: StationIx) -> Routing {
        let kind = self.requests[request].kind;
        let forwarding = self.plan.stations[station].forwarding(kind).expect("a station with a cache forwards requests");
        Routing::upstream(forwarding)
    }

    /// Forwards a request as if there were no cache.
    fn ask_upstream<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) -> Next {
        let routing = self.past_cache(request, station);
        self.decide(request, station, routing, observer)
    }

    /// Takes the next step of a request outside the end of a service.
    #[expect(clippy::needless_pass_by_value, reason = "the step is taken once")]
    pub(super) fn proceed<O: Observer>(&mut self, request: RequestIx, next: Next, observer: &mut O) {
        match next {
            Next::Forward(link) => self.forward(request, link, 1, observer),
            Next::Respond => self.respond(request, Status::Ok, observer),
            Next::Moved(Some(station)) => self.enter(request, station, observer),
            Next::Moved(None) => {}
        }
    }

    /// Handles the reply of a cache at the application that asked it.
    pub(super) fn on_lookup_response<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        link: LinkIx,
        observer: &mut O,
    ) {
        let failure = match self.requests[request].status {
            Status::Ok => {
                self.note_success(station, link);
                return self.respond(request, Status::Ok, observer);
            }
            Status::Miss => {
                self.note_success(station, link);
                let Some((cache, _)) = self.caching(request, station) else { unreachable!("the station uses a cache") };
                let next = self.after_miss(request, station, cache, observer);
                return self.proceed(request, next, observer);
            }
            Status::Refused | Status::Error(_) => AttemptFailure::Refused,
            Status::Reset => AttemptFailure::Reset,
            Status::Certificate => AttemptFailure::Certificate,
            Status::ReadOnly | Status::NotReady | Status::TooManyConnections | Status::Redirect => {
                unreachable!("only databases and web servers send these")
            }
        };
        self.lookup_failed(request, station, link, failure, observer);
    }

    /// Handles a failed lookup: the application continues with the database.
    pub(super) fn lookup_failed<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        link: LinkIx,
        failure: AttemptFailure,
        observer: &mut O,
    ) {
        let tag = self.requests[request].tag();
        if matches!(failure, AttemptFailure::Silent | AttemptFailure::TimedOut) {
            self.note(observer, Some(tag), EventKind::GivesUp { component: station });
        }
        if self.caching(request, station).is_some_and(|(_, caching)| caching.ejection.is_some()) {
            self.note_link_failure(station, link);
        }
        let next = self.ask_upstream(request, station, observer);
        self.proceed(request, next, observer);
    }

    /// Handles the timeout of a lookup that the application at `level` has sent.
    pub(super) fn lookup_timed_out<O: Observer>(&mut self, request: RequestIx, level: u8, observer: &mut O) {
        let link = self.requests[request].path[usize::from(level)];
        let (station, at) = (self.plan.hops[link].from, self.plan.hops[link].to);
        if self.is_hung(station) {
            // A hung application notices its timeouts when it resumes.
            let timeout = match self.plan.caches.at(at) {
                Some(cache) => self.plan.caches.nodes[cache].timeout,
                None => self.connect_timeout(self.requests[request].kind, link).expect("a session store has a timeout"),
            };
            return self.arm_deadline(request, at, level, timeout);
        }
        let request = self.abandon(request, level);
        if self.is_session_link(link) {
            return self.session_failed(request, station, AttemptFailure::TimedOut, observer);
        }
        self.lookup_failed(request, station, link, AttemptFailure::TimedOut, observer);
    }

    /// Whether deadlines at this station are those of lookups that applications have sent to it.
    pub(super) fn is_cache_beside(&self, station: StationIx) -> bool {
        match self.plan.stations[station].role {
            Role::Cache(cache) => self.plan.caches.nodes[cache].is_beside,
            Role::SessionStore => true,
            Role::Browser | Role::Resolver(_) | Role::Firewall | Role::Balancer(_) | Role::Database(_) | Role::Other => false,
        }
    }

    /// Whether a station can change the contents of its cache now.
    fn reaches_cache(&self, caching: &Caching) -> bool {
        caching.link.is_none_or(|link| self.passage(link) == Passage::Open)
    }

    /// Updates a cache after a successful response from upstream: stores it, or removes what a write has changed.
    #[inline(never)]
    pub(super) fn on_upstream_success<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) {
        let Some((cache, caching)) = self.caching(request, station) else { return };
        let object = self.object(request, cache);
        match caching.use_of {
            CacheUse::Invalidate => {
                if self.reaches_cache(&caching) {
                    self.caches.invalidate(cache, object);
                }
            }
            CacheUse::LookUp if self.requests[request].end_fetch() => {
                if !self.reaches_cache(&caching) {
                    return;
                }
                let waiting = self.caches.fill(cache, object, &self.plan.caches.nodes[cache], self.clock.now());
                for one in waiting {
                    if self.still_waits(one) {
                        self.requests[one.request].end_fetch();
                        self.tell_lookup(one.request, cache, Lookup::Shared, observer);
                        self.respond(one.request, Status::Ok, observer);
                    }
                }
            }
            CacheUse::LookUp => {}
        }
    }

    fn still_waits(&self, one: Waiting) -> bool {
        self.requests.generation(one.request) == one.generation
            && self.requests.get(one.request).is_some_and(|record| record.state == State::Collapsed)
    }

    /// Handles a failed fetch. Returns whether the expired object is served instead of the failure; all requests that wait
    /// for the fetch then get it too. Otherwise, the next of them fetches the object.
    #[inline(never)]
    pub(super) fn on_fetch_failed<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) -> bool {
        let Some((cache, _)) = self.caching(request, station) else { return false };
        if !self.requests[request].end_fetch() {
            return false;
        }
        let object = self.object(request, cache);
        let mut waiting: VecDeque<Waiting> = self.caches.fetch_failed(cache, object);
        // RFC 5861, section 4: an error is a response with status 500, 502, 503 or 504. A redirect is an ordinary response.
        let is_error = !matches!(self.requests[request].status, Status::Redirect | Status::Error(Failure::TooManyRequests));
        if is_error && self.serve_stale(request, cache, observer) {
            for one in waiting {
                if self.still_waits(one) {
                    self.serve_stale(one.request, cache, observer);
                }
            }
            return true;
        }
        while let Some(next) = waiting.pop_front() {
            if self.still_waits(next) {
                let until = self.clock.now() + self.plan.stations[station].timeout;
                self.caches.take_over(cache, object, waiting, until);
                self.release_waiting(next.request);
                break;
            }
        }
        false
    }

    /// Responds with an expired object because its fetch has failed. Returns false if the cache may not or has none.
    fn serve_stale<O: Observer>(&mut self, request: RequestIx, cache: CacheIx, observer: &mut O) -> bool {
        let object = self.object(request, cache);
        let serves = self.caches.serve_stale(cache, object, &self.plan.caches.nodes[cache], self.clock.now());
        if serves {
            self.requests[request].end_fetch();
            self.tell_lookup(request, cache, Lookup::Stale, observer);
            self.respond(request, Status::Ok, observer);
        }
        serves
    }

    /// Lets a request that waited for a fetch continue, in a separate event at the same instant.
    fn release_waiting(&mut self, request: RequestIx) {
        self.requests[request].state = State::Released;
        self.schedule_for(request, self.clock.now(), Kind::Retry);
    }

    /// Handles a request that has waited too long for a fetch, or that must fetch the object itself.
    pub(super) fn collapsed_due<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        let station = self.plan.hops[self.requests[request].link()].to;
        if self.is_hung(station) {
            return self.postpone_retry(request);
        }
        if self.requests[request].state == State::Released {
            let next = self.ask_upstream(request, station, observer);
            return self.proceed(request, next, observer);
        }
        let kind = self.requests[request].kind;
        let forwarding = self.plan.stations[station].forwarding(kind).expect("a station with a cache forwards requests");
        let failure = match forwarding.policy(self.plan.hops[forwarding.links[0]].protocol).timed_out {
            Reaction::Report(error) | Reaction::Retry(error) => Failure::from(error),
            Reaction::Relay => unreachable!("there is no response to relay"),
        };
        let Some((cache, _)) = self.caching(request, station) else { unreachable!("only requests that look up wait") };
        if self.serve_stale(request, cache, observer) {
            return;
        }
        // This request is not the one that fetches.
        self.requests[request].end_fetch();
        self.fail(request, station, failure, FailureReason::Timeout, observer);
    }

    /// Records a committed write at all caches.
    #[inline(never)]
    pub(super) fn mark_written(&mut self, request: RequestIx) {
        for cache in self.plan.caches.nodes.indices() {
            let object = self.object(request, cache);
            self.caches.written(cache, object);
        }
    }

    /// Discards the contents of a cache whose process ends.
    pub(super) fn cache_stops(&mut self, station: StationIx) {
        let Role::Cache(cache) = self.plan.stations[station].role else { return };
        for one in self.caches.stop(cache) {
            if self.still_waits(one) {
                self.release_waiting(one.request);
            }
        }
    }

    /// Finds the cache that a command names.
    pub(super) fn cache_named(&self, id: &ComponentId) -> Result<CacheIx, CommandError> {
        let station = self.component(id)?;
        let element = Element::Component(id.clone());
        let cache = self.plan.caches.at(station).ok_or_else(|| CommandError::NotCache(element.clone()))?;
        if self.health(station).is_up() { Ok(cache) } else { Err(CommandError::Down(element)) }
    }

    /// The state of a cache; `None` if the component is not a cache.
    pub fn cache(&self, component: ComponentIx) -> Option<CacheView> {
        let cache = self.plan.caches.at(component)?;
        Some(self.caches.view(cache, &self.plan.caches.nodes[cache]))
    }
}
