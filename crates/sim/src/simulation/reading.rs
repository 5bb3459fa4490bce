//! Public read access to a running simulation.

use std::sync::Arc;
use std::time::Duration;

use hoplight_model::firewall::Direction;
use hoplight_model::{Algorithm, ComponentIx, Element, Infrastructure, LinkIx, RequestKind, ServerId};

use crate::outcome::Failure;
use crate::plan::Role;
use crate::simulation::Simulation;
use crate::station::Station;
use crate::time::{SECOND, SimTime};
use crate::view::{AgentView, CpuView, Endings, Experience, StationView, Totals};

impl Simulation {
    /// The current infrastructure.
    pub fn infrastructure(&self) -> &Arc<Infrastructure> {
        &self.infra
    }

    /// The current simulated time.
    pub fn now(&self) -> SimTime {
        self.clock.now()
    }

    /// The seed of this run.
    pub fn seed(&self) -> u64 {
        self.clock.seed()
    }

    /// When the next event is due.
    pub fn next_event(&self) -> Option<SimTime> {
        self.clock.next_event()
    }

    /// Number of dispatched events.
    pub fn processed(&self) -> u64 {
        self.clock.processed()
    }

    /// A running hash of all events: two runs with equal digests processed the same events.
    pub fn digest(&self) -> u64 {
        self.clock.digest()
    }

    /// Sum of the times that the requests in a station's queue have waited so far.
    fn queued_time(&self, station: &Station) -> u128 {
        station.queue().map(|request| u128::from(self.clock.now() - self.requests[request].departed)).sum()
    }

    /// The state of one component's station.
    ///
    /// # Panics
    /// If `component` belongs to another infrastructure.
    pub fn station(&self, component: ComponentIx) -> StationView {
        let (plan, station) = (&self.plan.stations[component], &self.stations[component]);
        let capacity = f64::from(plan.slots) * SECOND as f64;
        StationView {
            health: self.health(component),
            busy: station.busy(),
            slots: plan.slots,
            waiting: station.waiting(),
            queue_limit: plan.limit.into(),
            utilisation: (station.last_busy() as f64 / capacity).clamp(0.0, 1.0),
            rate: station.last_arrivals() as f64,
            arrivals: station.arrivals(),
            visits: station.visits(),
            present: station.present(),
            connections: station.connections(),
            idle: station.idle(),
            connection_limit: plan.connections.into(),
            served: station.served(),
            dropped: station.dropped(),
            busy_ns: station.busy_time(self.clock.now()),
            queue_ns: station.queue_time() + self.queued_time(station),
        }
    }

    /// The processor of a server; `None` if there is no such server, or if it has no number of cores.
    pub fn cpu(&self, server: &ServerId) -> Option<CpuView> {
        self.cores.view(self.plan.servers.position(|id| id == server)?, self.clock.now())
    }

    /// Whether an element is up: a component that is running on a server that is on, a server that is on, a link that
    /// is not cut. `None` if there is no such element.
    pub fn is_up(&self, element: &Element) -> Option<bool> {
        match element {
            Element::Component(id) => Some(self.health(self.infra.find(id.as_str())?).is_up()),
            Element::Server(id) => Some(!self.stations.is_off(self.plan.servers.position(|server| server == id)?)),
            Element::Hop(from, to) => Some(!self.links[self.infra.link_between(from.as_str(), to.as_str())?].is_cut()),
        }
    }

    /// Whether health checks consider the backend at the end of `link` up; `None` if the link does not lead from a
    /// balancer to a backend.
    pub fn backend_up(&self, link: LinkIx) -> Option<bool> {
        let is_backend = self.plan.hops.get(link)?.backend.is_some();
        is_backend.then(|| self.links[link].is_backend_up())
    }

    /// Whether the last successful health check of an SQL proxy found the database at the end of `link` writable; `None` if
    /// the link does not lead from an SQL proxy to a database.
    pub fn seen_writable(&self, link: LinkIx) -> Option<bool> {
        let hop = self.plan.hops.get(link)?;
        let is_proxys = matches!(&self.plan.stations[hop.from].role, Role::Balancer(balancer) if balancer.by_role);
        let is_database = matches!(self.plan.stations[hop.to].role, Role::Database(_));
        (is_proxys && is_database).then(|| self.links[link].is_seen_writable())
    }

    /// Number of requests that are waiting for a response on `link`.
    pub fn active(&self, link: LinkIx) -> u32 {
        self.links[link].active()
    }

    /// Number of hits of each rule of a firewall, in order, with the default policy last. Empty for other components.
    pub fn rule_hits(&self, firewall: ComponentIx, direction: Direction) -> Vec<u64> {
        self.firewalls.hits(firewall, direction).map_or_else(Vec::new, <[u64]>::to_vec)
    }

    /// The monitoring service's view of each agent, in authored order.
    pub fn agents(&self) -> Vec<AgentView<'_>> {
        // A design without a service has no data that could be old.
        let is_monitored = self.plan.alerts.services.is_empty() || self.is_monitored();
        self.monitoring.views(&self.plan, is_monitored, self.clock.now()).collect()
    }

    /// What users experienced over the last `window`, for one kind of request or for all.
    pub fn experience(&self, window: Duration, kind: Option<RequestKind>) -> Experience {
        self.users.experience(self.clock.now(), window, kind)
    }

    /// How many requests of each kind ended over the last `window`, by [`RequestKind::index`].
    pub fn endings(&self, window: Duration) -> [Endings; RequestKind::ALL.len()] {
        self.users.endings(self.clock.now(), window)
    }

    /// Whether a request ended over the last `window` whose kind and success are wanted.
    pub fn has_ended(&self, window: Duration, is_wanted: impl Fn(RequestKind, bool) -> bool) -> bool {
        self.users.has_ended(self.clock.now(), window, is_wanted)
    }

    /// Request totals since the start.
    pub fn totals(&self) -> Totals {
        self.users.totals()
    }

    /// Request totals since the start, for one kind of request.
    pub fn totals_of(&self, kind: RequestKind) -> Totals {
        self.users.totals_of(kind)
    }

    /// Number of failed requests by reason.
    pub fn failures(&self) -> impl Iterator<Item = (Failure, u64)> + '_ {
        self.users.failures()
    }

    /// ∫ N dt from the start until now, with N the number of requests whose users are waiting, in request-nanoseconds.
    /// By Little's law it equals [`Self::sojourn`], to the nanosecond.
    pub fn occupancy(&self) -> u128 {
        self.users.occupancy(self.clock.now())
    }

    /// Total time that all users have waited until now, in nanoseconds, including those who are still waiting.
    pub fn sojourn(&self) -> u128 {
        let waiting = self.requests.iter().filter(|request| request.is_awaited() && request.is_users());
        self.users.sojourn() + waiting.map(|request| u128::from(self.clock.now() - request.born)).sum::<u128>()
    }

    /// Number of requests whose users are still waiting.
    pub fn in_flight(&self) -> u64 {
        self.users.in_flight()
    }

    /// Number of request records, including orphans and records kept for timers, but not health checks.
    pub fn records(&self) -> usize {
        self.requests.iter().filter(|request| !request.is_check()).count()
    }

    /// Approximate size of a copy of the state, in bytes.
    pub(crate) fn footprint(&self) -> usize {
        self.requests.footprint()
            + self.clock.footprint()
            + self.users.footprint()
            + self.stations.footprint()
            + self.cores.footprint()
            + self.monitoring.footprint()
            + self.databases.footprint()
            + self.caches.footprint()
            + self.timers.footprint()
            + self.returning.footprint()
            + self.sessions.footprint()
            + self.queries.footprint()
            + self.rate_limits.footprint()
    }

    /// The algorithm of the first balancer; `None` without a balancer.
    pub fn algorithm(&self) -> Option<Algorithm> {
        let own = self.plan.stations.iter().find_map(|station| match &station.role {
            Role::Balancer(balancer) if !balancer.by_role => Some(balancer.algorithm),
            _ => None,
        })?;
        Some(self.balancers.algorithm(own))
    }

    /// The number of the newest request of one kind, or of any kind.
    pub fn newest_request(&self, kind: Option<RequestKind>) -> Option<u64> {
        self.users.newest(kind)
    }

    /// Whether the user of this request is still waiting.
    pub fn is_in_flight(&self, number: u64) -> bool {
        self.requests.iter().any(|request| request.number == number && request.is_awaited())
    }
}
