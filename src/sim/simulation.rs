//! The running simulation: its state, its event loop, and what may be read of it.
//!
//! ```text
//!            ┌──────────── EventQueue (time, sequence) ────────────┐
//!  Arrival ──┤ Leg, Service ──▶ flow ──▶ decide ──▶ flow …          │
//!            │ Deadline, Retry ──▶ fail (abandon, retry)            │
//!            │ Check ──▶ checks   Sample, Message ──▶ upkeep        │
//!            └──────────────────────────────────────────────────────┘
//! ```
//!
//! `flow` moves messages, `decide` knows what each kind of component does, `fail` ends things, `checks` and `upkeep` do what
//! happens without a user. Must not know who watches: an observer is told and changes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

use crate::model::firewall::{Direction, Verdict};
use crate::model::{Algorithm, ComponentIx, Element, Infrastructure, LinkIx, RequestKind};

use super::balance::Rota;
use super::event::{Event, EventQueue, Kind};
use super::journal::{Note, Observer, What};
use super::monitoring::AgentState;
use super::outcome::Failure;
use super::plan::{Plan, Role};
use super::random;
use super::request::{NONE, Slab};
use super::station::{Line, Station};
use super::time::{SECOND, SimTime};
use super::upkeep::Messages;
use super::users::Users;
use super::view::{AgentView, Experience, Health, StationView, Totals};
use super::vrrp::Router;

/// How often each rule of a firewall decided: inbound and outbound, the default last.
pub(super) type RuleHits = [Vec<u64>; 2];

/// A running infrastructure.
///
/// Cloning it is taking a checkpoint: the clone goes on exactly as the original would.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    pub(super) infra: Arc<Infrastructure>,
    pub(super) plan: Arc<Plan>,
    pub(super) seed: u64,
    pub(super) now: SimTime,
    pub(super) queue: EventQueue,
    pub(super) sequence: u64,
    processed: u64,
    digest: u64,
    arrivals: Xoshiro256PlusPlus,
    /// How many users came by themselves, and how many requests were sent by hand.
    came: u64,
    pub(super) sent: u64,
    /// The one event that brings the next user; others of its kind are stale.
    next_arrival: u64,
    pub(super) rate: f64,
    /// How all balancers choose, if that was changed.
    pub(super) algorithm: Option<Algorithm>,
    pub(super) requests: Slab,
    pub(super) in_flight: u64,
    /// ∫ N dt up to `occupancy_at`, N being the requests whose users wait, in request-nanoseconds.
    occupancy: u128,
    occupancy_at: SimTime,
    /// Time that all users waited whose requests have ended, in nanoseconds.
    pub(super) sojourn: u128,
    pub(super) newest: [Option<u64>; 3],
    pub(super) stations: Vec<Station>,
    pub(super) lines: Vec<Line>,
    /// The balancers, by number.
    pub(super) rotas: Vec<Rota>,
    /// The balancers that share an address.
    pub(super) routers: Vec<Router>,
    /// The link on which users' packets go to the site.
    pub(super) entry: u32,
    pub(super) servers_off: Vec<bool>,
    pub(super) rule_hits: BTreeMap<u32, RuleHits>,
    pub(super) agents: Vec<AgentState>,
    pub(super) messages: Messages,
    pub(super) users: Users,
    /// Until when returning visitors know the address.
    pub(super) address_known_until: SimTime,
    /// Until when the resolver has the record cached.
    pub(super) record_cached_until: SimTime,
}

impl Simulation {
    /// Starts `infra` at time zero with everything up. The same `seed` gives the same run.
    pub fn new(infra: Arc<Infrastructure>, seed: u64) -> Self {
        let plan = Arc::new(Plan::new(&infra));
        let hits = |direction, spec: &crate::model::firewall::FirewallSpec| vec![0; spec.rules(direction).len() + 1];
        let rule_hits = infra
            .firewalls()
            .map(|(ix, spec)| (index(ix.index()), [hits(Direction::Inbound, spec), hits(Direction::Outbound, spec)]));
        let ttl = plan.lookup.and_then(|link| match plan.stations[plan.hops[link as usize].to as usize].role {
            Role::Resolver { ttl, .. } => Some(ttl),
            _ => None,
        });
        let mut simulation = Self {
            rule_hits: rule_hits.collect(),
            rate: infra.traffic().rate.get(),
            algorithm: None,
            stations: vec![Station::default(); plan.stations.len()],
            lines: vec![Line::default(); plan.hops.len()],
            rotas: vec![Rota::default(); plan.balancers()],
            routers: vec![Router::default(); plan.pair.len()],
            entry: plan.entry,
            servers_off: vec![false; plan.servers.len()],
            agents: vec![AgentState::default(); plan.agents.len()],
            infra,
            plan,
            seed,
            now: SimTime::ZERO,
            queue: EventQueue::default(),
            sequence: 0,
            processed: 0,
            digest: 0,
            arrivals: Xoshiro256PlusPlus::seed_from_u64(random::mix(seed)),
            came: 0,
            sent: 0,
            next_arrival: 0,
            requests: Slab::default(),
            in_flight: 0,
            occupancy: 0,
            occupancy_at: SimTime::ZERO,
            sojourn: 0,
            newest: [None; 3],
            messages: Messages::default(),
            users: Users::default(),
            // Returning visitors have the address from an earlier visit; without a resolver it is simply known.
            address_known_until: SimTime::from_nanos(ttl.unwrap_or(u64::MAX)),
            record_cached_until: SimTime::ZERO,
        };
        simulation.schedule_arrival();
        simulation.schedule_upkeep();
        simulation
    }

    /// Runs to `until` and stays there; every event up to and at that instant has happened.
    pub fn advance<O: Observer>(&mut self, until: SimTime, observer: &mut O) {
        while self.queue.peek().is_some_and(|event| event.at() <= until) {
            self.step(observer);
        }
        self.now = self.now.max(until);
    }

    /// Lets time go on to `until` without an event; does nothing if that lies in the past.
    ///
    /// # Panics
    /// In debug builds, if an event is due before.
    pub(super) fn advance_clock(&mut self, until: SimTime) {
        debug_assert!(self.queue.peek().is_none_or(|event| event.at() >= until), "no event is passed over");
        self.now = self.now.max(until);
    }

    /// Lets the next event happen. Time moves to its instant.
    pub fn step<O: Observer>(&mut self, observer: &mut O) {
        let Some(event) = self.queue.pop() else { return };
        debug_assert!(event.at() >= self.now, "time never falls");
        self.now = event.at();
        self.processed += 1;
        let (high, low) = event.words();
        self.digest = random::mix(self.digest ^ high ^ low.rotate_left(32));
        let id = event.id();
        match event.kind() {
            Kind::Arrival => self.arrival(event.sequence(), observer),
            Kind::Leg if self.is_current(event) => self.leg_done(id, observer),
            Kind::Service if self.is_current(event) => self.service_done(id, observer),
            Kind::Retry if self.is_current(event) => self.retry_due(id, observer),
            Kind::Leg | Kind::Service | Kind::Retry => {}
            Kind::Deadline => self.deadline_due(id, observer),
            Kind::Check => self.check(id, observer),
            Kind::CheckTimeout => self.check_ended(id, observer),
            Kind::Sample => self.sample(id, observer),
            Kind::Message => self.message_arrives(id, observer),
            Kind::Second => self.second(),
            Kind::Advert => self.advert_due(id, event.sequence(), observer),
        }
    }

    /// Whether an event is the one that its request waits for: killing, timing out and retrying leave stale ones behind.
    fn is_current(&self, event: Event) -> bool {
        self.requests.get(event.id()).is_some_and(|request| request.pending == event.sequence())
    }

    /// Schedules an event and returns its sequence number.
    pub(super) fn schedule(&mut self, at: SimTime, kind: Kind, id: u32) -> u64 {
        self.sequence += 1;
        self.queue.push(Event::new(at, self.sequence, kind, id));
        self.sequence
    }

    /// Schedules the one event that moves a request on.
    pub(super) fn schedule_for(&mut self, request: u32, at: SimTime, kind: Kind) {
        let now = self.now;
        let pending = self.schedule(at, kind, request);
        let record = &mut self.requests[request];
        (record.departed, record.arrives, record.pending) = (now, at, pending);
    }

    /// Draws the gap to the next user: arrivals are a Poisson process.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "gaps are positive; the longest is cut to a day")]
    pub(super) fn schedule_arrival(&mut self) {
        if self.rate <= 0.0 {
            self.next_arrival = 0;
            return;
        }
        let gap = -libm::log(random::open_unit(self.arrivals.next_u64())) / self.rate;
        let at = self.now + (gap.min(86_400.0) * SECOND as f64) as u64;
        self.next_arrival = self.schedule(at, Kind::Arrival, 0);
    }

    fn arrival<O: Observer>(&mut self, sequence: u64, observer: &mut O) {
        if sequence != self.next_arrival {
            return;
        }
        self.came += 1;
        let stream = self.came;
        let draw = |purpose: u64| random::open_unit(random::mix(self.seed ^ random::mix(stream ^ (purpose << 56))));
        let share = draw(1);
        let kind = if share < self.plan.static_share {
            RequestKind::Static
        } else if share < self.plan.static_share + self.plan.write_share {
            RequestKind::Write
        } else {
            RequestKind::Read
        };
        let new_visitor = draw(2) < self.plan.new_visitors;
        self.user_asks(kind, stream, new_visitor, observer);
        self.schedule_arrival();
    }

    pub(super) fn note<O: Observer>(&self, observer: &mut O, request: Option<(u64, RequestKind)>, what: What) {
        if O::NOTES {
            observer.note(Note { at: self.now, request, what });
        }
    }

    /// Whether a station runs.
    pub(super) fn health(&self, station: u32) -> Health {
        let off = self.plan.stations[station as usize].server.is_some_and(|server| self.servers_off[server as usize]);
        match (off, self.stations[station as usize].crashed) {
            (true, _) => Health::PoweredOff,
            (false, true) => Health::Crashed,
            (false, false) => Health::Up,
        }
    }

    pub(super) fn count_rule(&mut self, firewall: u32, verdict: Verdict) {
        if let Some(hits) = self.rule_hits.get_mut(&firewall) {
            let list = &mut hits[usize::from(verdict.direction == Direction::Outbound)];
            let last = list.len() - 1;
            list[verdict.rule.map_or(last, |rule| usize::from(rule) - 1)] += 1;
        }
    }

    /// The infrastructure as it is now.
    pub fn infrastructure(&self) -> &Arc<Infrastructure> {
        &self.infra
    }

    /// The present instant.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// The seed of this run.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// When the next event is due.
    pub fn next_event(&self) -> Option<SimTime> {
        self.queue.peek().map(Event::at)
    }

    /// How many events have happened.
    pub fn processed(&self) -> u64 {
        self.processed
    }

    /// A running hash of all events: two runs with equal digests took the same course.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// One component's station.
    ///
    /// # Panics
    /// If `component` comes from another infrastructure.
    pub fn station(&self, component: ComponentIx) -> StationView {
        let (plan, station) = (&self.plan.stations[component.index()], &self.stations[component.index()]);
        let capacity = f64::from(plan.slots) * SECOND as f64;
        StationView {
            health: self.health(index(component.index())),
            busy: station.busy,
            slots: plan.slots,
            waiting: u32::try_from(station.queue.len()).unwrap_or(u32::MAX),
            queue_limit: plan.limit,
            utilisation: (station.last_busy as f64 / capacity).clamp(0.0, 1.0),
            rate: station.last_arrivals as f64,
            arrivals: station.arrivals,
            served: station.served,
            dropped: station.dropped,
            busy_ns: station.busy_time(self.now),
            queue_ns: station.queue_time(self.now),
        }
    }

    /// Whether an element runs: a component that is up on a server that is on, a server that is on, a link that is whole.
    /// `None` if there is no such element.
    pub fn is_up(&self, element: &Element) -> Option<bool> {
        match element {
            Element::Component(id) => Some(self.health(index(self.infra.find(id.as_str())?.index())).is_up()),
            Element::Server(id) => Some(!self.servers_off[self.plan.servers.iter().position(|server| server == id)?]),
            Element::Hop(from, to) => Some(!self.lines[self.infra.link_between(from.as_str(), to.as_str())?.index()].cut),
        }
    }

    /// What health checks say of the backend at the end of `link`; `None` if no balancer gives requests to it.
    pub fn backend_up(&self, link: LinkIx) -> Option<bool> {
        let is_backend = self.plan.hops.get(link.index())?.backend != NONE;
        is_backend.then(|| self.lines[link.index()].backend_up)
    }

    /// Requests whose answer is awaited on `link` now.
    pub fn active(&self, link: LinkIx) -> u32 {
        self.lines[link.index()].active
    }

    /// How often each rule of a firewall decided, in order, with the default last. Empty for anything else.
    pub fn rule_hits(&self, firewall: ComponentIx, direction: Direction) -> Vec<u64> {
        let hits = self.rule_hits.get(&index(firewall.index()));
        hits.map_or_else(Vec::new, |hits| hits[usize::from(direction == Direction::Outbound)].clone())
    }

    /// What the monitoring service knows of each agent, in authored order.
    pub fn agents(&self) -> Vec<AgentView<'_>> {
        self.plan.agents.iter().zip(&self.agents).map(|(plan, state)| state.view(plan, self.now)).collect()
    }

    /// What users experienced over the last `window`, of one kind or of all.
    pub fn experience(&self, window: Duration, kind: Option<RequestKind>) -> Experience {
        self.users.experience(self.now, window, kind)
    }

    /// Counts since the start.
    pub fn totals(&self) -> Totals {
        self.users.totals
    }

    /// Counts since the start, of one kind of request.
    pub fn totals_of(&self, kind: RequestKind) -> Totals {
        self.users.by_kind[kind.index()]
    }

    /// How many requests failed in each way.
    pub fn failures(&self) -> impl Iterator<Item = (Failure, u64)> + '_ {
        Failure::ALL.into_iter().map(|failure| (failure, self.users.failures[failure.index()]))
    }

    /// Brings ∫ N dt up to now. To be called before `in_flight` changes.
    pub(super) fn settle_occupancy(&mut self) {
        self.occupancy += u128::from(self.in_flight) * u128::from(self.now - self.occupancy_at);
        self.occupancy_at = self.now;
    }

    /// ∫ N dt from the start until now, N being the requests whose users wait, in request-nanoseconds. By Little's law it
    /// equals [`Self::sojourn`], to the nanosecond.
    pub fn occupancy(&self) -> u128 {
        self.occupancy + u128::from(self.in_flight) * u128::from(self.now - self.occupancy_at)
    }

    /// The time that all users together have waited until now, in nanoseconds: those whose requests have ended, and those
    /// who still wait.
    pub fn sojourn(&self) -> u128 {
        let waiting = self.requests.iter().filter(|(_, request)| request.is_awaited());
        self.sojourn + waiting.map(|(_, request)| u128::from(self.now - request.born)).sum::<u128>()
    }

    /// Requests whose users still wait.
    pub fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// Records of requests, with those whose users have given up and those kept for timers.
    pub fn records(&self) -> usize {
        self.requests.len()
    }

    /// About how many bytes a copy of the state takes.
    pub(super) fn footprint(&self) -> usize {
        let stations: usize = self.stations.iter().map(Station::footprint).sum();
        self.requests.footprint() + self.queue.footprint() + self.users.footprint() + stations
    }

    /// The arrival rate, all kinds together, in requests per second.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// How the first balancer chooses; `None` without one.
    pub fn algorithm(&self) -> Option<Algorithm> {
        let own = self.plan.stations.iter().find_map(|station| match &station.role {
            Role::Balancer(balancer) => Some(balancer.algorithm),
            _ => None,
        })?;
        Some(self.algorithm.unwrap_or(own))
    }

    /// The newest request that was sent, of one kind or of all.
    pub fn newest_request(&self, kind: Option<RequestKind>) -> Option<u64> {
        match kind {
            Some(kind) => self.newest[kind.index()],
            None => self.newest.into_iter().flatten().max(),
        }
    }

    /// Whether the user of this request still waits.
    pub fn is_in_flight(&self, number: u64) -> bool {
        self.requests.iter().any(|(_, request)| request.number == number && request.is_awaited())
    }
}

/// A position as the engine's 32-bit index.
pub(super) fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
