//! The steps around a balancer's choice of backend: binding requests to backends, and queueing them while all backends
//! are full.
//!
//! A request waits if all of its eligible backends are full. It waits in the queue that all backends of its list share
//! or, if only one backend is eligible (source hashing, or a retry), in that backend's own queue. When a request in
//! progress ends, the older of the two queue heads takes its place at once, so no later request overtakes an earlier
//! one.

use hoplight_model::{Element, Protocol, TlsMode};

use crate::balancers::Waiter;
use crate::command::CommandError;
use crate::event::Kind;
use crate::index::{LinkIx, RequestIx, StationIx, count};
use crate::journal::{EventKind, FailureReason, Observer};
use crate::outcome::Failure;
use crate::plan::{BalancerPlan, HopPlan, Role};
use crate::request::State;
use crate::simulation::Simulation;
use crate::simulation::apply::Target;
use crate::simulation::choice::Choice;

impl Simulation {
    /// Finds a backend for a request that the balancer has processed. Returns the link to it, or `None` if the request
    /// waits or has failed.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(super) fn balance<O: Observer>(&mut self, request: RequestIx, station: StationIx, observer: &mut O) -> Option<LinkIx> {
        // On an existing connection, the backend is neither chosen nor counted again.
        let pinned = match self.requests[request].pinned {
            Some(link) if self.plan.hops[link].from == station => Some(link),
            Some(_) => self.bound_earlier(request, station),
            None => None,
        };
        pinned.or_else(|| self.find_backend(request, station, 1, observer))
    }

    /// The link to the backend to which a balancer has bound a connection that passes through another balancer as well.
    #[cold]
    fn bound_earlier(&self, request: RequestIx, station: StationIx) -> Option<LinkIx> {
        let record = &self.requests[request];
        let link = record.path[usize::from(record.depth)];
        (self.plan.hops[link].from == station).then_some(link)
    }

    /// Finds a backend for a request and forwards it, as attempt number `attempt`.
    pub(super) fn assign<O: Observer>(&mut self, request: RequestIx, station: StationIx, attempt: u8, observer: &mut O) {
        if let Some(link) = self.find_backend(request, station, attempt, observer) {
            self.forward(request, link, attempt, observer);
        }
    }

    /// Finds a backend for a request and returns the link to it, or queues or fails the request.
    pub(super) fn find_backend<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        attempt: u8,
        observer: &mut O,
    ) -> Option<LinkIx> {
        match self.choose(request, station) {
            Choice::Backend(link) => {
                self.bind_backend(request, link, observer);
                return Some(link);
            }
            Choice::Named(link) => {
                let (tag, backend) = (self.requests[request].tag(), self.plan.hops[link].to);
                self.tell(observer, Some(tag), || EventKind::FollowsCookie { balancer: station, backend });
                return Some(link);
            }
            Choice::Full(link) => {
                let level = usize::from(self.requests[request].depth);
                self.requests[request].attempts[level] = attempt;
                self.wait_for_backend(request, station, link, observer);
            }
            Choice::Nobody => {
                let tag = self.requests[request].tag();
                self.tell(observer, Some(tag), || EventKind::NoBackend { balancer: station });
                self.fail(request, station, Failure::Unavailable, FailureReason::NoBackend, observer);
            }
        }
        None
    }

    /// Binds a request to the chosen backend.
    fn bind_backend<O: Observer>(&mut self, request: RequestIx, link: LinkIx, observer: &mut O) {
        // An SQL proxy has no algorithm to report.
        if O::NOTES && !self.balancer(self.plan.hops[link].from).by_role {
            let hop = &self.plan.hops[link];
            let (station, backend) = (hop.from, hop.to);
            let record = &self.requests[request];
            let (tag, kind) = (record.tag(), record.kind);
            let links = &self.plan.stations[station].out[kind];
            let up = count(links.iter().filter(|link| self.links[**link].takes_new()).count());
            let own = self.balancer(station).algorithm;
            let algorithm = self.balancers.algorithm(own);
            self.tell(observer, Some(tag), || EventKind::Chose { balancer: station, backend, algorithm, up });
        }
        if self.plan.tls == TlsMode::Passthrough && self.plan.hops[link].protocol == Protocol::Http {
            // The TLS connection is end to end with one web server, so all later messages must go to the same server.
            self.requests[request].pinned = Some(link);
        }
    }

    pub(super) fn balancer(&self, station: StationIx) -> &BalancerPlan {
        match &self.plan.stations[station].role {
            Role::Balancer(balancer) => balancer,
            _ => unreachable!("only balancers have backends"),
        }
    }

    /// Whether a balancer has fewer requests in progress on a link than its `maxconn`.
    pub(super) fn has_room(&self, link: LinkIx) -> bool {
        self.plan.hops[link].maxconn.admits(self.links[link].active())
    }

    /// Queues a request for the backend at the end of `link`, or for any backend of its list if `link` is `None`.
    pub(super) fn wait_for_backend<O: Observer>(
        &mut self,
        request: RequestIx,
        station: StationIx,
        link: Option<LinkIx>,
        observer: &mut O,
    ) {
        let balancer = self.balancer(station);
        let (number, timeout, lists) = (balancer.number, balancer.queue_timeout, balancer.lists);
        let kind = self.requests[request].kind;
        let level = usize::from(self.requests[request].depth);
        self.requests[request].path[level] = link.unwrap_or(self.plan.stations[station].out[kind][0]);
        self.requests[request].state = State::Backlogged;
        self.schedule_for(request, self.clock.now() + timeout, Kind::Retry);
        let waiter = Waiter { request, ticket: self.requests[request].pending };
        let waiting = match link {
            None => self.balancers.wait_for_any(number, usize::from(lists[kind]), waiter),
            Some(link) => self.balancers.wait_for(number, self.plan.hops[link].backend(), waiter),
        };
        let tag = self.requests[request].tag();
        self.tell(observer, Some(tag), || EventKind::Waits { component: station, waiting });
    }

    /// Fails a request that has waited for a backend for too long.
    pub(super) fn backlog_timeout<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        let record = &self.requests[request];
        let (link, kind) = (record.path[usize::from(record.depth)], record.kind);
        let station = self.plan.hops[link].from;
        self.fail(request, station, Failure::Unavailable, FailureReason::QueueTimeout, observer);
        let balancer = self.balancer(station);
        // The request was at the head of its queue, or only behind others that have timed out.
        let (number, list) = (balancer.number, usize::from(balancer.lists[kind]));
        let backend = self.plan.hops[link].backend();
        self.balancers.drop_stale_heads(number, list, backend, &self.requests);
    }

    /// Handles the end of a request in progress on a link.
    pub(super) fn place_freed(&mut self, link: LinkIx) {
        // No request waits for a backend without a limit.
        if self.plan.hops[link].maxconn.is_set() {
            self.admit(link);
        }
    }

    /// Admits the requests that have waited longest, while the backend has room. Each message leaves in a separate
    /// event at the same instant, but takes its place now.
    pub(super) fn admit(&mut self, link: LinkIx) {
        while self.has_room(link) {
            let Some(request) = self.next_waiter(link) else { return };
            self.links[link].begin_call();
            let record = &mut self.requests[request];
            record.path[usize::from(record.depth)] = link;
            record.state = State::Admitted;
            self.schedule_for(request, self.clock.now(), Kind::Retry);
        }
    }

    /// Removes and returns the request that has waited longest for a backend.
    fn next_waiter(&mut self, link: LinkIx) -> Option<RequestIx> {
        let hop = &self.plan.hops[link];
        let Role::Balancer(balancer) = &self.plan.stations[hop.from].role else { return None };
        let takes_new = self.links[link].takes_new();
        let in_lists = |list: usize| takes_new && hop.lists & (1 << list) != 0;
        self.balancers.next(balancer.number, hop.backend(), in_lists, &self.requests)
    }

    /// Sends an admitted request to its backend.
    pub(super) fn admission_due<O: Observer>(&mut self, request: RequestIx, observer: &mut O) {
        let record = &self.requests[request];
        let level = usize::from(record.depth);
        let (link, attempt) = (record.path[level], record.attempts[level]);
        self.release(link);
        if self.links[link].takes_new() {
            self.bind_backend(request, link, observer);
            self.forward(request, link, attempt, observer);
        } else {
            // This is a retry bound to this backend: no backend was chosen.
            self.forward(request, link, attempt, observer);
        }
    }

    /// Releases the place of a request that was not sent.
    pub(super) fn release(&mut self, link: LinkIx) {
        self.links[link].end_call();
    }

    /// Handles a change of a backend's availability: resets the credits of round robin; if the backend is available,
    /// admits waiting requests to it; otherwise chooses other backends for the requests that waited for this one only.
    pub(super) fn backend_changed<O: Observer>(&mut self, link: LinkIx, observer: &mut O) {
        let (station, backend) = (self.plan.hops[link].from, self.plan.hops[link].backend());
        let balancer = self.balancer(station);
        let (number, redispatch) = (balancer.number, balancer.redispatch);
        for (link_state, hop) in self.links.iter_mut().zip(&self.plan.hops) {
            if hop.from == station {
                link_state.reset_credit();
            }
        }
        if !self.health(station).is_up() {
            return;
        }
        if self.links[link].takes_new() {
            self.admit(link);
            return;
        }
        let waiting = self.balancers.take_waiting_for(number, backend);
        for waiter in waiting {
            let record = self.requests.get(waiter.request).filter(|record| record.pending == waiter.ticket);
            let Some(attempt) = record.map(|record| record.attempts[usize::from(record.depth)]) else { continue };
            if attempt > 1 && !redispatch {
                // The request stays bound to this backend, regardless of the health checks.
                self.balancers.wait_for(number, backend, waiter);
            } else {
                self.assign(waiter.request, station, attempt, observer);
            }
        }
    }

    /// The links on which balancers reach an element: a backend, everything on a server, or one hop.
    fn backend_links(&self, element: &Element) -> Result<Vec<LinkIx>, CommandError> {
        let target = self.target(element)?;
        let is_meant = |(link, hop): &(LinkIx, &HopPlan)| match target {
            Target::Station(station) => hop.to == station,
            Target::Server(server) => self.plan.stations[hop.to].server == Some(server),
            Target::Link(only) => *link == only,
        };
        let backends = self.plan.hops.enumerate().filter(|(_, hop)| hop.backend.is_some());
        let links: Vec<LinkIx> = backends.filter(is_meant).map(|(link, _)| link).collect();
        if links.is_empty() { Err(CommandError::NoBackend(element.clone())) } else { Ok(links) }
    }

    /// The links that a drain or ready command for an element changes.
    pub(super) fn drainable(&self, element: &Element, drain: bool) -> Result<Vec<LinkIx>, CommandError> {
        let links = self.backend_links(element)?;
        if links.iter().all(|link| self.links[*link].is_draining() == drain) {
            let element = element.clone();
            return Err(if drain { CommandError::AlreadyDraining(element) } else { CommandError::NotDraining(element) });
        }
        Ok(links)
    }

    /// Starts or ends draining of backends. A draining backend finishes its current requests.
    pub(super) fn drain<O: Observer>(&mut self, links: &[LinkIx], drain: bool, observer: &mut O) {
        for link in links {
            if self.links[*link].set_draining(drain) {
                self.backend_changed(*link, observer);
            }
        }
    }

    /// Whether an element is draining; `None` if it is not a backend.
    pub fn is_draining(&self, element: &Element) -> Option<bool> {
        let links = self.backend_links(element).ok()?;
        Some(links.into_iter().all(|link| self.links[link].is_draining()))
    }

    /// Number of requests that wait at a balancer because its backends are full.
    pub fn backlog(&self, balancer: hoplight_model::ComponentIx) -> u32 {
        let number = self.plan.stations.get(balancer).and_then(|station| match &station.role {
            Role::Balancer(balancer) => Some(balancer.number),
            _ => None,
        });
        number.map_or(0, |number| self.balancers.waiting(number, &self.requests))
    }
}
