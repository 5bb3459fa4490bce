//! Rebuilding: a run continues with an edited infrastructure.
//!
//! State is matched by element id: state of removed elements is dropped, and new elements start healthy. The new run
//! keeps the time, seed and event count; the users with their counts and arrivals; power, crashes, cut links, faults
//! and settings made by commands; the results of health checks, the holder of the shared address and the database that
//! accepts writes; and the data of the monitoring service. Components' counters restart from zero, replicas start in
//! sync with their primary, and requests in flight start over on new connections, as after a page reload.

use std::collections::BTreeSet;
use std::sync::Arc;

use hoplight_model::{Element, Infrastructure};

use crate::command::{Command, CommandError};
use crate::event::{Event, Kind};
use crate::index::{CacheIx, CookieIx, LinkIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::outcome::Failure;
use crate::packet::Phase;
use crate::plan::RouterPlan;
use crate::request::{NO_USER, Request};
use crate::simulation::Simulation;
use crate::time::SECOND;
use crate::timers::TimerEvent;

impl Simulation {
    /// Continues this run with another infrastructure. Returns the commands for conditions that could not be carried over,
    /// such as a crash of a component that no longer exists.
    ///
    /// Invalidates all indices of components and links, including those held by an observer.
    pub fn rebuild<O: Observer>(&mut self, infra: Arc<Infrastructure>, observer: &mut O) -> Vec<Command> {
        let old = std::mem::replace(self, Self::assemble(infra, self.clock.successor()));
        let pending = old.clock.pending();
        let now = self.clock.now();
        let second = pending.iter().find(|event| event.kind() == Kind::Second).map_or(now + SECOND, |event| event.at());
        self.schedule_upkeep(second);
        self.carry_users(&old, &pending);
        let dropped = self.carry_conditions(&old);
        self.carry_knowledge(&old, &pending);
        self.note(observer, None, EventKind::Rebuilt(Arc::clone(&self.infra)));
        let mut in_flight: Vec<&Request> = old.requests.iter().filter(|r| r.is_awaited() && r.is_users()).collect();
        in_flight.sort_unstable_by_key(|request| request.number);
        for request in in_flight {
            self.start_over(request, observer);
        }
        dropped
    }

    /// Carries over the users: their counts, arrivals and waits.
    fn carry_users(&mut self, old: &Self, pending: &[Event]) {
        let (before, after) = (old.infra.traffic(), self.infra.traffic());
        self.users = old.users.clone();
        if before.retries != after.retries {
            self.users.retries = after.retries;
        }
        self.arrivals = old.arrivals.carried(before, after, pending, &mut self.clock);
        let former: Vec<StationIx> = old.plan.resolvers().collect();
        let resolvers: Vec<StationIx> = self.plan.resolvers().collect();
        let former_number = |number: usize| {
            let id = &self.infra.component(resolvers[number]).id;
            former.iter().position(|station| old.infra.component(*station).id == *id)
        };
        if old.plan.lookup.is_some() {
            let has_standby = self.plan.addresses.has_standby();
            if self.plan.lookup.is_some() {
                self.names.carry(&old.names, former_number, has_standby);
            }
            self.returning.carry(&old.returning, has_standby);
        }
        self.adapt_population();
        self.close_connections(|_| true);
        for event in pending.iter().filter(|event| event.kind() == Kind::TimerEvent) {
            match old.timers.get(event.on()) {
                Some(comeback @ TimerEvent::Comeback { .. }) => self.set_timer(event.at(), comeback.clone()),
                // Boots, takeovers and attacks are scheduled again with the conditions that cause them, and requests start over.
                Some(
                    TimerEvent::Boot(_)
                    | TimerEvent::FirewallTakeover { .. }
                    | TimerEvent::LookupDue
                    | TimerEvent::Abuse { .. }
                    | TimerEvent::IdleExpiry { .. },
                )
                | None => {}
            }
        }
    }

    /// Restores the condition of every element. Returns the commands that failed.
    fn carry_conditions(&mut self, old: &Self) -> Vec<Command> {
        let certificate = |place: usize| {
            let now = self.infra.certificates().get(place)?;
            old.infra.certificates().iter().position(|old| old == now || old.is_assumed && now.is_assumed)
        };
        self.faults.carry(&old.faults, certificate);
        self.replan();
        let mut dropped = Vec::new();
        for command in old.conditions() {
            match self.apply(&command, &mut ()) {
                Ok(()) | Err(CommandError::FaultIs(_) | CommandError::AlreadyDown(_)) => {}
                Err(_) => dropped.push(command),
            }
        }
        for (element, at) in old.faults.boots() {
            if self.target(element).is_ok() {
                self.faults.begin_boot(element, *at);
                self.set_timer(*at, TimerEvent::Boot(element.clone()));
            }
        }
        dropped
    }

    /// Carries over what components and the monitoring service know about each other.
    fn carry_knowledge(&mut self, old: &Self, pending: &[Event]) {
        let (infra, known) = (Arc::clone(&self.infra), Arc::clone(&old.infra));
        let before = |station: StationIx| known.find(infra.component(station).id.as_str());
        let after = |station: StationIx| infra.find(known.component(station).id.as_str());
        let before_link = |link: LinkIx| match infra.hop_element(link) {
            Element::Hop(from, to) => known.link_between(from.as_str(), to.as_str()),
            Element::Component(_) | Element::Server(_) => None,
        };
        for (link, hop) in self.plan.hops.enumerate() {
            let Some(earlier) = before_link(link) else { continue };
            if hop.backend.is_some() && old.plan.hops[earlier].backend.is_some() {
                self.links[link].carry_checks(&old.links[earlier]);
            }
            self.faults.taps.carry(link, old.faults.taps.get(earlier));
        }
        for (pair, plan) in self.plan.firewall_pairs.iter().enumerate() {
            let active = before(plan.first).and_then(|first| old.firewall_pairs.active(first)).and_then(after);
            if let Some(active) = active.filter(|active| [plan.first, plan.standby].contains(active)) {
                self.firewall_pairs.carry(pair, active);
            }
        }
        // A balancer of a crossed pair shares two addresses, each of which belongs to one of the two.
        let earlier = |router: &RouterPlan| {
            let own = old.plan.routers(before(router.station)?);
            let home = before(self.plan.home(router.address));
            match own[..] {
                [number] => Some(number),
                _ => own.into_iter().find(|number| Some(old.plan.home(old.plan.pair[*number].address)) == home),
            }
        };
        let held = |router: &RouterPlan| earlier(router).map(|number| old.address.router_holds(number));
        let led = |router: &RouterPlan| {
            earlier(router).is_some_and(|number| old.plan.pair[number].entry == old.address.entry(old.plan.pair[number].address))
        };
        self.address.carry(held, led, &self.plan, &mut self.clock);
        self.databases.carry(&old.databases, (&self.plan.databases, &old.plan.databases), before);
        let before_cache = |cache: CacheIx| {
            let earlier = old.plan.caches.at(before(self.plan.caches.nodes[cache].station)?)?;
            self.plan.caches.nodes[cache].has_same_objects(&old.plan.caches.nodes[earlier]).then_some(earlier)
        };
        self.caches.carry(&old.caches, &self.plan.caches, before_cache);
        if old.plan.sessions.is_used() {
            // A component that no longer holds sessions has lost them: its users must log in again.
            let holders = &self.plan.sessions.holders;
            let holder = |station: StationIx| after(station).filter(|station| holders.contains(station));
            let cookie = |cookie: CookieIx| {
                let backends: BTreeSet<StationIx> =
                    self.plan.sessions.cookies[cookie].iter().copied().filter_map(before).collect();
                old.plan.sessions.cookies.position(|named| !named.is_disjoint(&backends))
            };
            self.sessions.carry(&old.sessions, holder, after, cookie);
        }
        let now = self.clock.now();
        self.monitoring.carry((&old.monitoring, &old.plan), &self.plan, before, after, now);
        let same_probe = infra.monitoring().probe == known.monitoring().probe && !self.plan.alerts.services.is_empty();
        if same_probe {
            self.monitoring.probe = old.monitoring.probe.carried(pending, &mut self.clock);
        } else {
            self.monitoring.probe.start(&mut self.clock);
        }
    }

    /// The current conditions, as commands that reproduce them in a fresh simulation.
    fn conditions(&self) -> Vec<Command> {
        let mut commands = Vec::new();
        for (ix, component) in self.infra.components() {
            if self.stations[ix].is_crashed() && !self.faults.is_misconfigured(ix) {
                commands.push(Command::Kill(Element::Component(component.id.clone())));
            }
        }
        commands.extend(self.faults().into_iter().map(Command::Fault));
        // Power comes last, because components on a powered-off server keep their faults.
        for (server, id) in self.plan.servers.enumerate() {
            if self.stations.is_off(server) {
                commands.push(Command::Kill(Element::Server(id.clone())));
            }
        }
        for (link, _) in self.infra.links() {
            if self.links[link].is_cut() {
                commands.push(Command::Kill(self.infra.hop_element(link)));
            }
            if self.links[link].is_draining() {
                commands.push(Command::Drain(self.infra.hop_element(link)));
            }
        }
        commands.extend(self.balancers.commanded().map(Command::Balance));
        commands
    }

    /// Restarts a request in flight on the rebuilt site. Its latency still counts from its original arrival.
    fn start_over<O: Observer>(&mut self, old: &Request, observer: &mut O) {
        let now = self.clock.now();
        if self.plan.addresses.is_empty() {
            return self.end_without_address(old, observer);
        }
        let phase = if self.plan.lookup.is_some() { Phase::Lookup } else { Phase::Connect };
        let is_known = old.user != NO_USER && self.returning.knows(old.user);
        let user = if is_known { old.user } else { NO_USER };
        let request = Request {
            departed: now,
            arrives: now,
            user,
            ..Request::new(old.number, old.stream, old.key, old.born, old.kind, phase)
        };
        let request = self.requests.insert(request);
        if !self.plan.addresses.is_single() {
            self.recall_addresses(request);
        }
        self.arm_deadline(request, self.plan.browser, 0, self.plan.patience);
        self.browser_sends(request, observer);
    }

    /// Ends a request in flight, because the name of the rebuilt site has no address.
    fn end_without_address<O: Observer>(&mut self, old: &Request, observer: &mut O) {
        let (now, outcome) = (self.clock.now(), Err(Failure::Dns));
        let latency = now - old.born;
        self.users.end(now, old.kind, outcome, latency);
        self.users.leave(now, latency);
        observer.ended(now, old.kind, outcome, latency);
        observer.failed(now, old.kind, Failure::Dns, None);
        let latency_ms = latency as f64 / 1e6;
        self.tell(observer, Some((old.number, old.kind)), || EventKind::Ended { outcome, latency_ms });
        self.on_outcome(old.kind, old.stream, outcome);
    }
}
