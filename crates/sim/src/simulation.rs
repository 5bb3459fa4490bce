//! The running simulation: its state, its event loop and, in `reading`, what may be read of it.
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

mod reading;

use std::sync::Arc;

use hoplight_model::firewall::{Direction, Verdict};
use hoplight_model::{Algorithm, Infrastructure, RequestKind, Retries};

use super::alerts::Alerts;
use super::arrivals::Arrivals;
use super::balance::BalancerState;
use super::database::Databases;
use super::event::{Event, EventQueue, Kind, MAX_SEQUENCE};
use super::fault::Faults;
use super::gauges::Gauge;
use super::journal::{EventKind, JournalEvent, Observer};
use super::monitoring::AgentState;
use super::plan::{Plan, Role};
use super::probe::Probe;
use super::random;
use super::request::Requests;
use super::station::{Line, Station, StationParams};
use super::time::SimTime;
use super::timers::Timers;
use super::upkeep::Messages;
use super::users::Users;
use super::view::Health;
use super::vrrp::Router;
use crate::index::{AgentIx, BalancerIx, IndexVec, Ix, LinkIx, PerKind, RequestIx, RouterIx, ServerIx, StationIx};

/// Mixes the digest; odd, with bits well spread (from the golden ratio).
const DIGEST_FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

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
    pub(super) arrivals: Arrivals,
    /// How many requests were sent by hand.
    pub(super) sent: u64,
    /// How all balancers choose, if that was changed.
    pub(super) algorithm: Option<Algorithm>,
    pub(super) requests: Requests,
    pub(super) in_flight: u64,
    /// ∫ N dt up to `occupancy_at`, N being the requests whose users wait, in request-nanoseconds.
    occupancy: u128,
    occupancy_at: SimTime,
    /// Time that all users waited whose requests have ended, in nanoseconds.
    pub(super) sojourn: u128,
    pub(super) newest: PerKind<Option<u64>>,
    pub(super) stations: IndexVec<StationIx, Station>,
    /// The stations where something happened in the last second or in this one.
    pub(super) rolling: Vec<StationIx>,
    pub(super) lines: IndexVec<LinkIx, Line>,
    /// The balancers, by number.
    pub(super) rotas: IndexVec<BalancerIx, BalancerState>,
    /// The balancers that share an address.
    pub(super) routers: IndexVec<RouterIx, Router>,
    /// The link on which users' packets go to the site.
    pub(super) entry: LinkIx,
    pub(super) servers_off: IndexVec<ServerIx, bool>,
    pub(super) rule_hits: IndexVec<StationIx, Option<Box<RuleHits>>>,
    pub(super) agents: IndexVec<AgentIx, AgentState>,
    /// What each component counts of its own work, by station.
    pub(super) gauges: IndexVec<StationIx, Gauge>,
    /// What the monitoring service makes of what was delivered.
    pub(super) alerts: Alerts,
    pub(super) probe: Probe,
    pub(super) messages: Messages,
    pub(super) databases: Databases,
    pub(super) users: Users,
    pub(super) faults: Faults,
    pub(super) coming: Timers,
    /// What users do when a request has failed.
    pub(super) retries: Retries,
    /// Until when returning visitors know the address.
    pub(super) address_known_until: SimTime,
    /// Until when the resolver has the record cached.
    pub(super) record_cached_until: SimTime,
    /// Until when the resolver has it cached that there is no record.
    pub(super) absence_cached_until: SimTime,
}

impl Simulation {
    /// Starts `infra` at time zero with everything up. The same `seed` gives the same run.
    pub fn new(infra: Arc<Infrastructure>, seed: u64) -> Self {
        let plan = Arc::new(Plan::new(&infra));
        let hits = |direction, spec: &hoplight_model::firewall::FirewallSpec| vec![0; spec.rules(direction).len() + 1];
        let mut rule_hits = IndexVec::of(None, infra.len());
        for (ix, spec) in infra.firewalls() {
            rule_hits[ix] = Some(Box::new([hits(Direction::Inbound, spec), hits(Direction::Outbound, spec)]));
        }
        let ttl = plan.lookup.and_then(|link| match plan.stations[plan.hops[link].to].role {
            Role::Resolver(resolver) => Some(resolver.ttl),
            _ => None,
        });
        let mut simulation = Self {
            rule_hits,
            algorithm: None,
            stations: IndexVec::of(Station::default(), plan.stations.len()),
            rolling: Vec::new(),
            lines: IndexVec::of(Line::default(), plan.hops.len()),
            rotas: IndexVec::of(BalancerState::default(), plan.balancers()),
            routers: IndexVec::of(Router::default(), plan.pair.len()),
            entry: plan.entry,
            servers_off: IndexVec::of(false, plan.servers.len()),
            agents: plan.agents.iter().map(|agent| AgentState::new(agent.watches.len())).collect(),
            gauges: IndexVec::of(Gauge::default(), plan.stations.len()),
            alerts: Alerts::new(plan.alerts.len()),
            probe: Probe::new(infra.monitoring().probe),
            arrivals: Arrivals::new(infra.traffic(), seed),
            databases: Databases::new(&plan.databases, plan.stations.len()),
            faults: Faults::new(&plan, infra.certificates().len()),
            coming: Timers::default(),
            retries: infra.traffic().retries,
            infra,
            plan,
            seed,
            now: SimTime::ZERO,
            queue: EventQueue::default(),
            sequence: 0,
            processed: 0,
            digest: 0,
            sent: 0,
            requests: Requests::default(),
            in_flight: 0,
            occupancy: 0,
            occupancy_at: SimTime::ZERO,
            sojourn: 0,
            newest: PerKind::default(),
            messages: Messages::default(),
            users: Users::default(),
            // Returning visitors have the address from an earlier visit; without a resolver it is simply known.
            address_known_until: SimTime::from_nanos(ttl.unwrap_or(u64::MAX)),
            record_cached_until: SimTime::ZERO,
            absence_cached_until: SimTime::ZERO,
        };
        simulation.adopt_plan();
        simulation.start_arrivals();
        simulation.schedule_upkeep();
        simulation.schedule_probe();
        simulation
    }

    /// Takes over from the plan what stands beside the state. To be called when the plan is another one.
    pub(super) fn adopt_plan(&mut self) {
        for (station, state) in self.stations.iter_mut_enumerated() {
            state.duty = StationParams::of(&self.plan, station);
        }
        for (line, hop) in self.lines.iter_mut().zip(&self.plan.hops) {
            line.adopt(&self.plan, hop);
        }
    }

    /// Runs to `until` and stays there; every event up to and at that instant has happened.
    pub fn advance<O: Observer>(&mut self, until: SimTime, observer: &mut O) {
        while let Some(event) = self.queue.pop_until(until) {
            self.happen(event, observer);
        }
        self.now = self.now.max(until);
    }

    /// Lets at most so many events happen, and none after `until`. Returns how many there were; time stands at the last one.
    pub(super) fn advance_events<O: Observer>(&mut self, until: SimTime, most: u64, observer: &mut O) -> u64 {
        for done in 0..most {
            let Some(event) = self.queue.pop_until(until) else { return done };
            self.happen(event, observer);
        }
        most
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
        if let Some(event) = self.queue.pop() {
            self.happen(event, observer);
        }
    }

    fn happen<O: Observer>(&mut self, event: Event, observer: &mut O) {
        debug_assert!(event.at() >= self.now, "time never falls");
        self.now = event.at();
        self.processed += 1;
        self.digest =
            (self.digest.rotate_left(23) ^ event.at().nanos() ^ event.what().rotate_left(32)).wrapping_mul(DIGEST_FACTOR);
        match event.kind_number() {
            Kind::SERVICE => self.service_done(event.on(), event.sequence(), observer),
            Kind::ARRIVAL => self.arrival(event.id(), event.sequence(), observer),
            _ => self.happen_else(event, observer),
        }
    }

    /// What happens less often than that somebody comes or a service ends.
    #[inline(never)]
    fn happen_else<O: Observer>(&mut self, event: Event, observer: &mut O) {
        let id = event.id();
        match event.kind() {
            Kind::Arrival => self.arrival(id, event.sequence(), observer),
            Kind::Leg if self.requests.waits_for(event.on(), event.sequence()) => self.leg_done(event.on(), observer),
            Kind::Retry if self.requests.waits_for(event.on(), event.sequence()) => self.retry_due(event.on(), observer),
            Kind::Leg | Kind::Service | Kind::Retry => {}
            Kind::Deadline => self.deadline_due(event.on(), observer),
            Kind::Check => self.check_due(event.on(), observer),
            Kind::CheckTimeout => self.check_ended(event.on(), observer),
            Kind::Sample => self.sample(event.on(), observer),
            Kind::Message => self.message_arrives(event.on(), observer),
            Kind::Second => self.second(observer),
            Kind::Database => self.database_due(id, observer),
            Kind::Probe => self.probe_due(event.sequence(), observer),
            Kind::TimerEvent => self.later_due(event.on(), observer),
            Kind::Advert => self.advert_due(event.on(), event.sequence(), observer),
        }
    }

    /// Schedules an event and returns its sequence number.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(super) fn schedule(&mut self, at: SimTime, kind: Kind, id: u32) -> u64 {
        if self.sequence >= MAX_SEQUENCE {
            self.renumber();
        }
        self.sequence += 1;
        self.queue.push(Event::new(at, self.sequence, kind, id));
        self.sequence
    }

    /// Schedules the one event that moves a request on.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(super) fn schedule_for(&mut self, request: RequestIx, at: SimTime, kind: Kind) {
        let now = self.now;
        let pending = self.schedule(at, kind, request.raw());
        let record = &mut self.requests[request];
        (record.departed, record.arrives, record.pending) = (now, at, pending);
    }

    #[expect(clippy::inline_always, reason = "where nobody wants notes, none is built")]
    #[inline(always)]
    pub(super) fn note<O: Observer>(&self, observer: &mut O, request: Option<(u64, RequestKind)>, what: EventKind) {
        if O::NOTES {
            observer.note(JournalEvent { at: self.now, request, what });
        }
    }

    /// Makes a note of what happens all the time: only if somebody wants it, and at no cost else.
    #[expect(clippy::inline_always, reason = "where nobody wants notes, nothing is left of it")]
    #[inline(always)]
    pub(super) fn tell<O: Observer>(
        &self,
        observer: &mut O,
        request: Option<(u64, RequestKind)>,
        what: impl FnOnce() -> EventKind,
    ) {
        tell(observer, self.now, request, what);
    }

    /// Whether a station runs.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(super) fn health(&self, station: StationIx) -> Health {
        self.stations[station].health
    }

    /// To be called after a change of what runs.
    pub(super) fn refresh_health(&mut self) {
        let stations = self.stations.iter_mut().zip(&self.faults.stations);
        for (plan, (station, faults)) in self.plan.stations.iter().zip(stations) {
            let off = plan.server.is_some_and(|server| self.servers_off[server]);
            station.health = match (off, station.crashed) {
                (true, _) => Health::PoweredOff,
                (false, true) => Health::Crashed,
                (false, false) if faults.hung.is_some() => Health::Hung,
                (false, false) => Health::Up,
            };
        }
    }

    /// What all draws of one request depend on.
    pub(super) fn draws_of(&self, stream: u64) -> u64 {
        random::mix(self.seed ^ random::mix(stream))
    }

    #[inline]
    pub(super) fn count_rule(&mut self, firewall: StationIx, verdict: Verdict) {
        if let Some(hits) = &mut self.rule_hits[firewall] {
            let list = &mut hits[usize::from(verdict.direction == Direction::Outbound)];
            let last = list.len() - 1;
            list[verdict.rule.map_or(last, |rule| usize::from(rule) - 1)] += 1;
        }
    }

    /// Brings ∫ N dt up to now. To be called before `in_flight` changes.
    pub(super) fn settle_occupancy(&mut self) {
        self.occupancy += u128::from(self.in_flight) * u128::from(self.now - self.occupancy_at);
        self.occupancy_at = self.now;
    }
}

/// Makes a note of what happens all the time, while parts of the simulation are in use.
#[expect(clippy::inline_always, reason = "where nobody wants notes, nothing is left of it")]
#[inline(always)]
pub(super) fn tell<O: Observer>(
    observer: &mut O,
    at: SimTime,
    request: Option<(u64, RequestKind)>,
    what: impl FnOnce() -> EventKind,
) {
    if O::NOTES {
        observer.note(JournalEvent { at, request, what: what() });
    }
}
