//! What may be read of a running simulation.

use std::sync::Arc;
use std::time::Duration;

use hoplight_model::firewall::Direction;
use hoplight_model::{Algorithm, ComponentIx, Element, Infrastructure, LinkIx, RequestKind};

use crate::index::count;
use crate::outcome::Failure;
use crate::plan::Role;
use crate::simulation::Simulation;
use crate::station::Station;
use crate::time::{SECOND, SimTime};
use crate::view::{AgentView, Experience, StationView, Totals};

impl Simulation {
    /// The infrastructure as it is now.
    pub fn infrastructure(&self) -> &Arc<Infrastructure> {
        &self.infra
    }

    /// The present instant.
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

    /// How many events have happened.
    pub fn processed(&self) -> u64 {
        self.clock.processed()
    }

    /// A running hash of all events: two runs with equal digests took the same course.
    pub fn digest(&self) -> u64 {
        self.clock.digest()
    }

    /// How long all requests in a station's queue have waited together.
    fn waited_in_line(&self, station: &Station) -> u128 {
        station.queue.iter().map(|request| u128::from(self.clock.now() - self.requests[*request].departed)).sum()
    }

    /// One component's station.
    ///
    /// # Panics
    /// If `component` comes from another infrastructure.
    pub fn station(&self, component: ComponentIx) -> StationView {
        let (plan, station) = (&self.plan.stations[component], &self.stations[component]);
        let capacity = f64::from(plan.slots) * SECOND as f64;
        StationView {
            health: self.health(component),
            busy: station.busy,
            slots: plan.slots,
            waiting: count(station.queue.len()),
            queue_limit: plan.limit.into(),
            utilisation: (station.last_busy as f64 / capacity).clamp(0.0, 1.0),
            rate: station.last_arrivals as f64,
            arrivals: station.arrivals,
            visits: station.visits,
            present: station.present,
            served: station.served,
            dropped: station.dropped,
            busy_ns: station.busy_time(self.clock.now()),
            queue_ns: station.queue_time() + self.waited_in_line(station),
        }
    }

    /// Whether an element runs: a component that is up on a server that is on, a server that is on, a link that is whole.
    /// `None` if there is no such element.
    pub fn is_up(&self, element: &Element) -> Option<bool> {
        match element {
            Element::Component(id) => Some(self.health(self.infra.find(id.as_str())?).is_up()),
            Element::Server(id) => Some(!self.stations.is_off(self.plan.servers.position(|server| server == id)?)),
            Element::Hop(from, to) => Some(!self.links[self.infra.link_between(from.as_str(), to.as_str())?].cut),
        }
    }

    /// What health checks say of the backend at the end of `link`; `None` if no balancer gives requests to it.
    pub fn backend_up(&self, link: LinkIx) -> Option<bool> {
        let is_backend = self.plan.hops.get(link)?.backend.is_some();
        is_backend.then(|| self.links[link].backend_up)
    }

    /// Requests whose answer is awaited on `link` now.
    pub fn active(&self, link: LinkIx) -> u32 {
        self.links[link].active
    }

    /// How often each rule of a firewall decided, in order, with the default last. Empty for anything else.
    pub fn rule_hits(&self, firewall: ComponentIx, direction: Direction) -> Vec<u64> {
        self.firewalls.hits(firewall, direction).map_or_else(Vec::new, <[u64]>::to_vec)
    }

    /// What the monitoring service knows of each agent, in authored order.
    pub fn agents(&self) -> Vec<AgentView<'_>> {
        self.monitoring.views(&self.plan, self.clock.now()).collect()
    }

    /// What users experienced over the last `window`, of one kind or of all.
    pub fn experience(&self, window: Duration, kind: Option<RequestKind>) -> Experience {
        self.users.experience(self.clock.now(), window, kind)
    }

    /// Counts since the start.
    pub fn totals(&self) -> Totals {
        self.users.totals()
    }

    /// Counts since the start, of one kind of request.
    pub fn totals_of(&self, kind: RequestKind) -> Totals {
        self.users.totals_of(kind)
    }

    /// How many requests failed in each way.
    pub fn failures(&self) -> impl Iterator<Item = (Failure, u64)> + '_ {
        self.users.failures()
    }

    /// ∫ N dt from the start until now, N being the requests whose users wait, in request-nanoseconds. By Little's law it
    /// equals [`Self::sojourn`], to the nanosecond.
    pub fn occupancy(&self) -> u128 {
        self.users.occupancy(self.clock.now())
    }

    /// The time that all users together have waited until now, in nanoseconds: those whose requests have ended, and those
    /// who still wait.
    pub fn sojourn(&self) -> u128 {
        let waiting = self.requests.iter().filter(|request| request.is_awaited() && !request.is_probe());
        self.users.sojourn() + waiting.map(|request| u128::from(self.clock.now() - request.born)).sum::<u128>()
    }

    /// Requests whose users still wait.
    pub fn in_flight(&self) -> u64 {
        self.users.in_flight()
    }

    /// Records of requests, with those whose users have given up and those kept for timers.
    pub fn records(&self) -> usize {
        self.requests.len()
    }

    /// About how many bytes a copy of the state takes.
    pub(crate) fn footprint(&self) -> usize {
        self.requests.footprint()
            + self.clock.footprint()
            + self.users.footprint()
            + self.stations.footprint()
            + self.monitoring.footprint()
            + self.databases.footprint()
            + self.timers.footprint()
    }

    /// How the first balancer chooses; `None` without one.
    pub fn algorithm(&self) -> Option<Algorithm> {
        let own = self.plan.stations.iter().find_map(|station| match &station.role {
            Role::Balancer(balancer) => Some(balancer.algorithm),
            _ => None,
        })?;
        Some(self.balancers.algorithm(own))
    }

    /// The newest request that was sent, of one kind or of all.
    pub fn newest_request(&self, kind: Option<RequestKind>) -> Option<u64> {
        self.users.newest(kind)
    }

    /// Whether the user of this request still waits.
    pub fn is_in_flight(&self, number: u64) -> bool {
        self.requests.iter().any(|request| request.number == number && request.is_awaited())
    }
}
