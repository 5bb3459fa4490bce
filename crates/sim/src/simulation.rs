//! The running simulation: its parts, and the event loop that connects them.
//!
//! ```text
//!            ┌────────────── Clock (time, sequence) ───────────────┐
//!  Arrival ──┤ Leg, Service ──▶ flow ──▶ decide ──▶ flow …          │
//!            │ Deadline, Retry ──▶ fail (abandon, retry)            │
//!            │ Check ──▶ checks   Sample, Message ──▶ upkeep        │
//!            └──────────────────────────────────────────────────────┘
//! ```
//!
//! Each part has private state and a module beside this one. The submodules of this module connect the parts: `flow`
//! moves messages, `decide` carries out the behaviour of each kind of component, `fail` handles crashes and timeouts,
//! `apply` executes commands, and `checks` and `upkeep` run periodic work. Observers see events, and cannot change the
//! run.

mod abuse;
mod addresses;
mod apply;
mod arrivals;
mod balance;
mod cache;
mod checks;
mod choice;
mod choose_role;
mod connection;
mod database;
mod decide;
mod eject;
mod fail;
mod fault;
mod firewall_pairs;
mod flow;
mod full;
mod gauges;
mod kept;
mod monitoring;
mod names;
mod power;
mod probe;
mod queries;
mod rate_limits;
mod reading;
mod rebuild;
mod redirect;
mod renumber;
mod retries;
mod scan;
mod service;
mod sessions;
mod timers;
mod traffic;
mod upkeep;
mod vrrp;

use std::sync::Arc;

use hoplight_model::{Infrastructure, RequestKind};

use crate::arrivals::Arrivals;
use crate::balancers::Balancers;
use crate::cache::Caches;
use crate::clock::Clock;
use crate::cores::Cores;
use crate::database::Databases;
use crate::ejections::Ejections;
use crate::event::{Event, Kind};
use crate::fault::Faults;
use crate::firewall_pairs::FirewallPairs;
use crate::firewalls::Firewalls;
use crate::index::{IndexVec, Ix, LinkIx, RequestIx, StationIx, UserIx};
use crate::journal::{EventKind, Observer, tell};
use crate::monitoring::Monitoring;
use crate::names::{CacheIx, FIRST, Names};
use crate::plan::Plan;
use crate::queries::Queries;
use crate::rate_limits::RateLimits;
use crate::request::Requests;
use crate::returning::{Habits, Returning};
use crate::sessions::Sessions;
use crate::station::LinkState;
use crate::stations::Stations;
use crate::time::{SECOND, SimTime};
use crate::timers::Timers;
use crate::users::Users;
use crate::view::Health;
use crate::vrrp::SharedAddress;

/// A running infrastructure.
///
/// A clone is a checkpoint: it continues exactly like the original.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    infra: Arc<Infrastructure>,
    plan: Arc<Plan>,
    clock: Clock,
    arrivals: Arrivals,
    users: Users,
    requests: Requests,
    stations: Stations,
    cores: Cores,
    links: IndexVec<LinkIx, LinkState>,
    firewalls: Firewalls,
    firewall_pairs: FirewallPairs,
    balancers: Balancers,
    /// The addresses that users connect to. Two balancers may share one.
    address: SharedAddress,
    databases: Databases,
    caches: Caches,
    ejections: Ejections,
    rate_limits: RateLimits,
    names: Names,
    returning: Returning,
    sessions: Sessions,
    /// The queries for which browsers wait.
    queries: Queries,
    monitoring: Monitoring,
    faults: Faults,
    timers: Timers,
}

/// The returning users at the start of a run.
fn returning(plan: &Plan, names: &Names, seed: u64) -> Returning {
    let until = |user: UserIx| names.known_until(FIRST, CacheIx::of(user.raw()));
    let listed = plan.addresses.listed(names.target()).iter();
    let entries: Vec<_> = listed.map(|address| (*address, plan.addresses.entries[*address])).collect();
    let habits = Habits { seed, pause: plan.connections.pause, entries: &entries, max_age: plan.hsts_max_age };
    Returning::new(plan.connections.users, &habits, until)
}

impl Simulation {
    /// Starts `infra` at time zero with every component up. Runs with the same `seed` are identical.
    pub fn new(infra: Arc<Infrastructure>, seed: u64) -> Self {
        let mut simulation = Self::assemble(infra, Clock::new(seed));
        simulation.arrivals.start(&mut simulation.clock);
        simulation.schedule_upkeep(SimTime::ZERO + SECOND);
        simulation.monitoring.probe.start(&mut simulation.clock);
        simulation
    }

    /// Creates a simulation of `infra` in its initial state, with nothing scheduled yet.
    fn assemble(infra: Arc<Infrastructure>, clock: Clock) -> Self {
        let plan = Arc::new(Plan::new(&infra));
        let names = Names::new(plan.resolver_ttl(), plan.resolvers().count(), clock.now());
        let (clock_seed, clock_now) = (clock.seed(), clock.now());
        let mut simulation = Self {
            arrivals: Arrivals::new(infra.traffic(), clock.seed()),
            clock,
            users: Users::new(infra.traffic().retries),
            requests: Requests::default(),
            stations: Stations::new(&plan),
            cores: Cores::new(&plan, clock_now),
            links: IndexVec::of(LinkState::default(), plan.hops.len()),
            firewalls: Firewalls::new(&infra),
            firewall_pairs: FirewallPairs::new(&plan.firewall_pairs),
            balancers: Balancers::new(plan.balancers()),
            address: SharedAddress::new(&plan),
            databases: Databases::new(&plan.databases, plan.stations.len()),
            caches: Caches::new(&plan.caches),
            ejections: Ejections::default(),
            rate_limits: RateLimits::new(plan.stations.len()),
            returning: returning(&plan, &names, clock_seed),
            sessions: Sessions::new(&plan.sessions, plan.stations.len()),
            names,
            queries: Queries::default(),
            monitoring: Monitoring::new(&plan, infra.monitoring().probe),
            faults: Faults::new(&plan, infra.certificates().len()),
            timers: Timers::default(),
            infra,
            plan,
        };
        simulation.adopt_plan();
        simulation.log_in_users();
        simulation.count_idle_visitors();
        simulation.count_idle_users(0);
        simulation.read_first_roles();
        simulation
    }

    /// Copies parameters from a new plan into the state of stations and links.
    fn adopt_plan(&mut self) {
        self.stations.adopt(&self.plan);
        for (link, hop) in self.links.iter_mut().zip(&self.plan.hops) {
            link.adopt(&self.plan, hop);
        }
    }

    /// Dispatches all events up to and including `until`, and moves the clock there.
    pub fn advance<O: Observer>(&mut self, until: SimTime, observer: &mut O) {
        while let Some(event) = self.clock.next_until(until) {
            self.dispatch(event, observer);
        }
        self.clock.advance_to(until);
    }

    /// Dispatches at most `most` events, none of them after `until`. The clock stays at the last one. Returns the
    /// number of dispatched events.
    pub(crate) fn advance_events<O: Observer>(&mut self, until: SimTime, most: u64, observer: &mut O) -> u64 {
        for done in 0..most {
            let Some(event) = self.clock.next_until(until) else { return done };
            self.dispatch(event, observer);
        }
        most
    }

    /// Moves the clock to `until` without dispatching an event. Does nothing if `until` is in the past.
    ///
    /// # Panics
    /// In debug builds, if an event is due before `until`.
    pub(crate) fn advance_clock(&mut self, until: SimTime) {
        self.clock.advance_to(until);
    }

    /// Dispatches the next event, and moves the clock to its time.
    pub fn step<O: Observer>(&mut self, observer: &mut O) {
        if let Some(event) = self.clock.next_until(SimTime::from_nanos(u64::MAX)) {
            self.dispatch(event, observer);
        }
    }

    fn dispatch<O: Observer>(&mut self, event: Event, observer: &mut O) {
        match event.kind_number() {
            Kind::SERVICE => self.service_done(event.on(), event.sequence(), observer),
            Kind::ARRIVAL => self.arrival(event.id(), event.sequence(), observer),
            _ => self.dispatch_rare(event, observer),
        }
        if self.clock.needs_renumbering() {
            self.renumber();
        }
    }

    /// Dispatches events that are rarer than arrivals and service completions.
    #[inline(never)]
    fn dispatch_rare<O: Observer>(&mut self, event: Event, observer: &mut O) {
        let sequence = event.sequence();
        match event.kind() {
            Kind::Arrival => self.arrival(event.id(), sequence, observer),
            Kind::Leg if self.requests.waits_for(event.on(), sequence) => self.leg_done(event.on(), observer),
            Kind::Retry if self.requests.waits_for(event.on(), sequence) => self.retry_due(event.on(), observer),
            Kind::Cpu if self.cores.waits_for(event.on(), sequence) => self.cpu_due(event.on()),
            Kind::Leg | Kind::Service | Kind::Retry | Kind::Cpu => {}
            Kind::Deadline => self.deadline_due(event.on(), observer),
            Kind::Check => self.check_due(event.on(), observer),
            Kind::CheckTimeout => self.check_timed_out(event.on(), observer),
            Kind::Sample => self.sample(event.on(), observer),
            Kind::Message => self.message_arrives(event.on(), observer),
            Kind::Second => self.second(observer),
            Kind::Database => self.database_due(event.id(), observer),
            Kind::Probe => self.probe_due(sequence, observer),
            Kind::TimerEvent => self.timer_due(event.on(), observer),
            Kind::Advert => self.advert_due(event.on(), sequence, observer),
        }
    }

    /// Schedules the next event of a request. It replaces the pending one.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    fn schedule_for(&mut self, request: RequestIx, at: SimTime, kind: Kind) {
        let pending = self.clock.schedule(at, kind, request.raw());
        let record = &mut self.requests[request];
        (record.departed, record.arrives, record.pending) = (self.clock.now(), at, pending);
    }

    /// Notes an event for the observer.
    #[expect(clippy::inline_always, reason = "compiles to nothing for observers without notes")]
    #[inline(always)]
    fn note<O: Observer>(&self, observer: &mut O, request: Option<(u64, RequestKind)>, what: EventKind) {
        tell(observer, self.clock.now(), request, || what);
    }

    /// Like [`Self::note`], but builds the event only if the observer wants notes.
    #[expect(clippy::inline_always, reason = "compiles to nothing for observers without notes")]
    #[inline(always)]
    fn tell<O: Observer>(&self, observer: &mut O, request: Option<(u64, RequestKind)>, what: impl FnOnce() -> EventKind) {
        tell(observer, self.clock.now(), request, what);
    }

    /// Health of the process at a station.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    fn health(&self, station: StationIx) -> Health {
        self.stations[station].health()
    }

    /// Updates the health of all stations after a change of processes, servers or hangs.
    fn refresh_health(&mut self) {
        self.stations.refresh_health(&self.plan, |station| self.faults.is_hung(station));
        if !self.firewall_pairs.is_empty() {
            self.refresh_firewall_pairs();
        }
    }
}
