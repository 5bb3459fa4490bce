//! Commands: a command is first resolved against the state, then the resulting operation is performed.
//!
//! ```text
//! Command ──resolve_command──▶ Operation ──perform──▶ changes, events
//!                   │
//!                   └──▶ CommandError: nothing has changed
//! ```
//!
//! Every check that can refuse a command is in `resolve_command`, so [`Simulation::check`] and [`Simulation::apply`]
//! cannot disagree.

use std::sync::Arc;

use hoplight_model::behaviour::{HttpTls, can_limit};
use hoplight_model::quantity::{Rate, Seconds};
use hoplight_model::{Algorithm, ComponentId, Element, Hop, Protocol, RequestKind, Retries, TlsMode, TopologyEdit};

use crate::command::{Command, CommandError};
use crate::fault::{Fault, FaultSites};
use crate::index::{CacheIx, DatabaseIx, LinkIx, ServerIx, StationIx};
use crate::journal::{EventKind, Observer};
use crate::plan::Role;
use crate::simulation::Simulation;
use crate::simulation::retries::SENT_BY_HAND;
use crate::zone::RecordTarget;

/// An element of this infrastructure, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Station(StationIx),
    Server(ServerIx),
    Link(LinkIx),
}

/// An accepted command, with all names resolved.
enum Operation<'a> {
    Kill(&'a Element, Target),
    Restore(&'a Element, Target),
    Restart { element: &'a Element, target: Target, after: u64 },
    Drain { links: Vec<LinkIx>, drain: bool },
    Edit(&'a TopologyEdit),
    Rate(Rate),
    Send(RequestKind),
    Promote(DatabaseIx),
    Demote(DatabaseIx),
    Flush(CacheIx),
    FlushSessions(StationIx),
    ExpirePopular(CacheIx),
    Lag(DatabaseIx, Seconds),
    SwitchRecord(RecordTarget),
    Fault { fault: &'a Fault, on: bool, sites: FaultSites },
    Retries(Retries),
    SynCookies(bool),
    Scan,
    Balance(Algorithm),
    Probe(Option<Seconds>),
}

impl Simulation {
    /// Checks whether [`Self::apply`] would accept a command now. Changes nothing.
    ///
    /// # Errors
    /// The reason why the command would be refused.
    pub fn check(&self, command: &Command) -> Result<(), CommandError> {
        self.resolve_command(command).map(drop)
    }

    /// Applies a command now.
    ///
    /// # Errors
    /// The reason why the command is refused. The simulation is then unchanged.
    pub fn apply<O: Observer>(&mut self, command: &Command, observer: &mut O) -> Result<(), CommandError> {
        let operation = self.resolve_command(command)?;
        self.perform(command, operation, observer);
        Ok(())
    }

    fn resolve_command<'a>(&self, command: &'a Command) -> Result<Operation<'a>, CommandError> {
        Ok(match command {
            Command::Kill(element) => Operation::Kill(element, self.killable(element)?),
            Command::Restore(element) => Operation::Restore(element, self.restorable(element)?),
            Command::Restart(element, after) => {
                let (target, usual) = self.restartable(element)?;
                Operation::Restart { element, target, after: after.unwrap_or(usual).nanos() }
            }
            Command::Drain(element) => Operation::Drain { links: self.drainable(element, true)?, drain: true },
            Command::Ready(element) => Operation::Drain { links: self.drainable(element, false)?, drain: false },
            Command::Edit(edit) => {
                self.check_edit(edit)?;
                Operation::Edit(edit)
            }
            Command::Rate(_) if self.arrivals.population().is_some() => return Err(CommandError::NoRate),
            Command::Rate(rate) => Operation::Rate(*rate),
            Command::Send(kind) => Operation::Send(*kind),
            Command::Promote(id) => Operation::Promote(self.promotable(id)?),
            Command::Demote(id) => Operation::Demote(self.demotable(id)?),
            Command::Flush(id) => match self.session_store_named(id) {
                Some(store) => Operation::FlushSessions(store?),
                None => Operation::Flush(self.cache_named(id)?),
            },
            Command::ExpirePopular(id) => Operation::ExpirePopular(self.cache_named(id)?),
            Command::Lag(id, lag) => Operation::Lag(self.replicating(id)?, *lag),
            Command::SwitchRecord(id) => Operation::SwitchRecord(self.switchable(id)?),
            Command::Fault(fault) => Operation::Fault { fault, on: true, sites: self.fault_sites(fault, true)? },
            Command::Clear(fault) => Operation::Fault { fault, on: false, sites: self.fault_sites(fault, false)? },
            Command::Retries(retries) => Operation::Retries(*retries),
            Command::SynCookies(on) => Operation::SynCookies(*on),
            Command::Scan => Operation::Scan,
            Command::Balance(_) if !self.plan.has_algorithm() => return Err(CommandError::NoBalancer),
            Command::Balance(algorithm) => Operation::Balance(*algorithm),
            Command::Probe(Some(_)) if self.plan.alerts.services.is_empty() => return Err(CommandError::NoMonitoring),
            Command::Probe(interval) => Operation::Probe(*interval),
        })
    }

    fn perform<O: Observer>(&mut self, command: &Command, operation: Operation<'_>, observer: &mut O) {
        match operation {
            Operation::Kill(element, target) => {
                self.kill(target, observer);
                self.faults.cancel_boots(element);
            }
            Operation::Restore(element, target) => {
                self.restore(target, observer);
                self.faults.cancel_boots(element);
            }
            Operation::Drain { links, drain } => self.drain(&links, drain, observer),
            Operation::Edit(edit) => {
                if !self.edit(edit) {
                    return;
                }
            }
            Operation::Rate(rate) => self.set_rate(rate),
            Operation::Promote(node) => self.databases.promote(node, &mut self.clock),
            Operation::Flush(cache) => self.caches.flush(cache),
            Operation::FlushSessions(store) => self.lose_sessions(store, observer),
            Operation::ExpirePopular(cache) => {
                let now = self.clock.now();
                self.caches.expire_popular(cache, now);
            }
            Operation::Lag(node, lag) => {
                let (databases, network, clock) = self.databases_mut();
                databases.set_lag(node, lag.nanos(), network, clock);
            }
            Operation::SwitchRecord(target) => self.names.switch(target),
            Operation::Retries(retries) => self.users.retries = retries,
            Operation::SynCookies(on) => self.faults.backlog.set_cookies(on),
            Operation::Balance(algorithm) => self.balancers.set_algorithm(algorithm),
            Operation::Probe(interval) => {
                if !self.set_probe(interval, observer) {
                    return;
                }
            }
            // These commands report events of their own.
            Operation::Send(kind) => {
                let stream = SENT_BY_HAND | self.users.send();
                return self.start_request(kind, stream, true, observer);
            }
            Operation::Demote(node) => return self.demote(node, observer),
            Operation::Scan => {
                let open = self.scan_ports();
                return self.note(observer, None, EventKind::Scanned { open });
            }
            // The command is reported first, because its effects are events of their own.
            Operation::Restart { element, target, after } => {
                self.note(observer, None, EventKind::Commanded(command.clone()));
                return self.restart(element, target, after, observer);
            }
            Operation::Fault { fault, on, sites } => {
                self.note(observer, None, EventKind::Commanded(command.clone()));
                return self.set_fault(fault, on, sites, observer);
            }
        }
        self.note(observer, None, EventKind::Commanded(command.clone()));
    }

    /// Finds an element that commands may change.
    pub(super) fn target(&self, element: &Element) -> Result<Target, CommandError> {
        let unknown = || CommandError::Unknown(element.clone());
        match element {
            Element::Component(id) => {
                let station = self.infra.find(id.as_str()).ok_or_else(unknown)?;
                if matches!(self.plan.stations[station].role, Role::Browser) {
                    return Err(CommandError::NotPart(element.clone()));
                }
                Ok(Target::Station(station))
            }
            Element::Server(id) => self.plan.servers.position(|server| server == id).map(Target::Server).ok_or_else(unknown),
            Element::Hop(from, to) => self.infra.link_between(from.as_str(), to.as_str()).map(Target::Link).ok_or_else(unknown),
        }
    }

    /// Finds a component that commands may change.
    pub(super) fn component(&self, id: &ComponentId) -> Result<StationIx, CommandError> {
        match self.target(&Element::Component(id.clone()))? {
            Target::Station(station) => Ok(station),
            Target::Server(_) | Target::Link(_) => unreachable!("a component's target is a station"),
        }
    }

    /// Finds the link of a hop.
    pub(super) fn link(&self, from: &ComponentId, to: &ComponentId) -> Result<LinkIx, CommandError> {
        let found = self.infra.link_between(from.as_str(), to.as_str());
        found.ok_or_else(|| CommandError::Unknown(Element::Hop(from.clone(), to.clone())))
    }

    /// Finds the processes of an element: a component's own, or all those on a server.
    pub(super) fn processes(&self, element: &Element) -> Result<Vec<StationIx>, CommandError> {
        match self.target(element)? {
            Target::Station(station) => Ok(vec![station]),
            Target::Server(server) => Ok(self.stations_on(server)),
            Target::Link(_) => Err(CommandError::NoProcess(element.clone())),
        }
    }

    pub(super) fn stations_on(&self, server: ServerIx) -> Vec<StationIx> {
        self.plan.stations.enumerate().filter(|(_, plan)| plan.server == Some(server)).map(|(station, _)| station).collect()
    }

    fn check_edit(&self, edit: &TopologyEdit) -> Result<(), CommandError> {
        match edit {
            TopologyEdit::Block(from, to) | TopologyEdit::Unblock(from, to) => {
                let link = self.link(from, to)?;
                if self.infra.hop(link).guards.is_empty() {
                    return Err(CommandError::NoFirewall(Element::Hop(from.clone(), to.clone())));
                }
            }
            TopologyEdit::WebToAppTls(_) => {
                let is_inside = |hop: Hop| {
                    let client = self.infra.component(hop.from).kind.facts();
                    self.infra.link(hop.link).protocol == Protocol::Http && client.http_tls == HttpTls::Inside
                };
                if !self.infra.hops().any(is_inside) {
                    return Err(CommandError::NoHopInside);
                }
            }
            TopologyEdit::AppToDbTls(_) => {
                let to_database = [Protocol::Sql, Protocol::Replication];
                if !self.infra.links().any(|(_, link)| to_database.contains(&link.protocol)) {
                    return Err(CommandError::NoHopToDatabase);
                }
            }
            TopologyEdit::RateLimit(id, _) => {
                let station = self.component(id)?;
                if !can_limit(&self.infra.component(station).kind) {
                    return Err(CommandError::CannotLimit(Element::Component(id.clone())));
                }
            }
            TopologyEdit::Sticky(_) if !self.plan.has_algorithm() => return Err(CommandError::NoBalancer),
            TopologyEdit::Sticky(true) if self.infra.tls().edge == TlsMode::Passthrough => {
                return Err(CommandError::CookieInPassthrough);
            }
            TopologyEdit::EdgeTls(_)
            | TopologyEdit::Sticky(_)
            | TopologyEdit::Port80(_)
            | TopologyEdit::Hsts(_)
            | TopologyEdit::ForwardedProto(_) => {}
        }
        Ok(())
    }

    /// Changes the topology. Returns whether anything changed.
    fn edit(&mut self, edit: &TopologyEdit) -> bool {
        let edited = self.infra.edited(edit);
        if edited == *self.infra {
            return false;
        }
        let tls_changed = edited.tls() != self.infra.tls();
        self.infra = Arc::new(edited);
        self.replan();
        if tls_changed {
            self.close_connections(|_| true);
        }
        self.firewalls.reload(&self.infra);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::mix;
    use crate::{RecordState, SimTime};
    use hoplight_model::Infrastructure;
    use hoplight_model::quantity::Factor;
    use hoplight_model::{Hsts, Port80};

    const SCENARIOS: [&str; 6] = [
        include_str!("../../../../assets/cache-aside.ron"),
        include_str!("../../../../assets/stage-0-simple.ron"),
        include_str!("../../../../assets/stage-2-secured.ron"),
        include_str!("../../../../assets/stage-3-scaled.ron"),
        include_str!("../../../../assets/design-4.ron"),
        include_str!("../../../../tests/data/quorum.ron"),
    ];

    /// Returns every command on every element, and on some elements that do not exist.
    fn commands(infra: &Infrastructure) -> Vec<Command> {
        let mut elements: Vec<Element> = infra.components().map(|(_, c)| Element::Component(c.id.clone())).collect();
        elements.extend(infra.servers().map(|server| Element::Server(server.id.clone())));
        elements.extend(infra.links().map(|(link, _)| infra.hop_element(link)));
        elements.push(Element::Component(ComponentId::new("nothing")));
        let mut commands = vec![
            Command::Edit(TopologyEdit::EdgeTls(TlsMode::Passthrough)),
            Command::Edit(TopologyEdit::AppToDbTls(true)),
            Command::Edit(TopologyEdit::Port80(Port80::Redirect)),
            Command::Edit(TopologyEdit::Hsts(Some(Hsts::default()))),
            Command::Edit(TopologyEdit::ForwardedProto(false)),
            Command::Rate(Rate::literal(50.0)),
            Command::Send(RequestKind::Write),
            Command::SynCookies(true),
            Command::Scan,
            Command::Balance(Algorithm::First),
            Command::Probe(Some(Seconds::literal(3.0))),
            Command::Probe(None),
        ];
        let mut faults = vec![Fault::Flood(Rate::literal(900.0))];
        faults.extend(RecordState::ALL.map(Fault::Record));
        for element in elements {
            commands.extend([
                Command::Kill(element.clone()),
                Command::Restore(element.clone()),
                Command::Restart(element.clone(), None),
                Command::Drain(element.clone()),
                Command::Ready(element.clone()),
            ]);
            faults.extend([Fault::Hang(element.clone()), Fault::Slow(element.clone(), Factor::literal(3.0))]);
            faults.extend([Fault::Misconfigured(element.clone()), Fault::Compromised(element.clone())]);
            match element {
                Element::Component(id) => {
                    let lag = Seconds::literal(0.5);
                    commands.extend([Command::Flush(id.clone()), Command::ExpirePopular(id.clone())]);
                    commands.extend([Command::Promote(id.clone()), Command::Demote(id.clone()), Command::Lag(id.clone(), lag)]);
                    commands.push(Command::SwitchRecord(id.clone()));
                    faults.extend([Fault::Flaw(id.clone()), Fault::Expired(id.clone()), Fault::DiskFull(id.clone())]);
                    faults.extend([
                        Fault::ReplicationStopped(id.clone()),
                        Fault::VrrpKilled(id.clone()),
                        Fault::VrrpStopped(id.clone()),
                    ]);
                    faults.push(Fault::Leak { from: None, to: id, count: 3 });
                }
                Element::Hop(from, to) => {
                    commands.push(Command::Edit(TopologyEdit::Block(from.clone(), to.clone())));
                    commands.push(Command::Edit(TopologyEdit::Unblock(from.clone(), to.clone())));
                    faults.push(Fault::Sniffer(from, to));
                }
                Element::Server(id) => faults.push(Fault::CpuHog(id, 3)),
            }
        }
        commands.extend(faults.iter().cloned().map(Command::Fault));
        commands.extend(faults.into_iter().map(Command::Clear));
        commands
    }

    #[test]
    fn tls_is_refused_where_no_hop_can_be_encrypted() {
        let check = |components: &str, links: &str, edit: TopologyEdit| {
            let text = format!("(components: [{components}], links: [{links}])");
            let infra = Infrastructure::from_ron("site.ron", &text).expect("a valid scenario");
            Simulation::new(Arc::new(infra), 1).check(&Command::Edit(edit))
        };
        let (web, app) = (
            r#"(id: "web", kind: Web())"#,
            r#"(id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())"#,
        );
        let links = r#"(from: "web", to: "app"), (from: "app", to: "db")"#;
        for on in [true, false] {
            assert_eq!(check(web, "", TopologyEdit::WebToAppTls(on)), Err(CommandError::NoHopInside));
            assert_eq!(check(web, "", TopologyEdit::AppToDbTls(on)), Err(CommandError::NoHopToDatabase));
            assert_eq!(check(app, links, TopologyEdit::WebToAppTls(on)), Ok(()));
            assert_eq!(check(app, links, TopologyEdit::AppToDbTls(on)), Ok(()));
        }
        assert!(CommandError::NoHopInside.is_lasting() && CommandError::NoHopToDatabase.is_lasting());
    }

    #[test]
    fn check_agrees_with_apply_and_a_refused_command_changes_nothing() {
        let (mut accepted, mut refused) = (0, 0);
        for (seed, text) in (1..).zip(SCENARIOS) {
            let infra = Arc::new(Infrastructure::from_ron("scenario.ron", text).expect("a valid scenario"));
            let commands = commands(&infra);
            let mut sim = Simulation::new(infra, seed);
            for round in 0..5 {
                sim.advance(SimTime::from_secs(round), &mut ());
                for command in &commands {
                    let mut trial = sim.clone();
                    let (checked, applied) = (sim.check(command), trial.apply(command, &mut ()));
                    assert_eq!(checked, applied, "{command:?}");
                    assert!(applied.is_ok() || trial == sim, "a refused {command:?} changed the state");
                    *if applied.is_ok() { &mut accepted } else { &mut refused } += 1;
                }
                // Apply six of them, so that the next round starts from another state.
                for draw in 0..6 {
                    let at = mix(seed ^ round << 8 ^ draw) % commands.len() as u64;
                    let _ = sim.apply(&commands[usize::try_from(at).expect("an index into the list")], &mut ());
                }
            }
        }
        assert!(accepted > 1_000 && refused > 1_000, "{accepted} accepted, {refused} refused");
    }
}
