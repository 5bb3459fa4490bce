//! Injecting and clearing faults.

use hoplight_model::quantity::{Factor, Rate};
use hoplight_model::rate_limit::LEAST_RATE;
use hoplight_model::{ComponentId, Element, Protocol};

use crate::command::CommandError;
use crate::fault::{Fault, FaultSites, Leak};
use crate::index::{LinkIx, StationIx};
use crate::journal::Observer;
use crate::plan::HopPlan;
use crate::simulation::Simulation;
use crate::station::Passage;
use crate::time::SECOND;
use crate::view::Health;
use crate::vrrp::VrrpEnd;
use crate::zone::RecordState;

/// Validity of a renewed certificate: 90 days, in nanoseconds.
const RENEWAL: u64 = 90 * 86_400 * SECOND;

impl Simulation {
    /// Resolves what a fault changes when it is injected or cleared.
    ///
    /// # Errors
    /// If that would change nothing, or the fault cannot occur there.
    pub(in crate::simulation) fn fault_sites(&self, fault: &Fault, on: bool) -> Result<FaultSites, CommandError> {
        let (sites, changes) = self.would_change(fault, on)?;
        if !changes {
            return Err(if on { CommandError::FaultIs(fault.clone()) } else { CommandError::FaultIsNot(fault.clone()) });
        }
        Ok(sites)
    }

    /// Injects or clears a fault.
    pub(in crate::simulation) fn set_fault<O: Observer>(&mut self, fault: &Fault, on: bool, sites: FaultSites, observer: &mut O) {
        match (fault, sites) {
            (Fault::Hang(_), FaultSites::Stations(stations)) => {
                for station in stations {
                    if on { self.hang(station) } else { self.resume(station, observer) }
                }
            }
            (Fault::Slow(_, factor), sites) => self.slow(sites, on.then_some(*factor).filter(|factor| !factor.is_none())),
            (Fault::Misconfigured(_), FaultSites::Stations(stations)) => {
                for station in stations {
                    self.misconfigure(station, on, observer);
                }
            }
            (Fault::Flaw(_), FaultSites::Stations(stations)) => {
                for station in stations {
                    self.crash_or_start(station, on, observer);
                }
            }
            (Fault::Compromised(_), FaultSites::Stations(stations)) => {
                for station in stations {
                    self.faults.set_compromised(station, on);
                }
            }
            (Fault::Expired(_), FaultSites::Certificates(places)) => {
                let until = if on { self.clock.now().nanos() } else { self.clock.now().nanos().saturating_add(RENEWAL) };
                for place in places {
                    self.faults.set_certificate_end(place, until);
                }
                self.replan();
            }
            (Fault::Record(state), _) => self.names.set_record(if on { *state } else { RecordState::Present }),
            (Fault::DiskFull(_), FaultSites::Database(node)) => {
                let (databases, network, clock) = self.databases_mut();
                databases.set_disk_full(node, on, network, clock);
            }
            (Fault::ReplicationStopped(_), FaultSites::Database(node)) => {
                let (databases, network, clock) = self.databases_mut();
                databases.stop_replication(node, on, network, clock);
            }
            (Fault::Leak { count, .. }, FaultSites::Connections { from, to }) => {
                self.set_leak(Leak { from, to, count: if on { *count } else { 0 } });
            }
            (Fault::VrrpKilled(_) | Fault::VrrpStopped(_), FaultSites::Router(number)) if !on => {
                self.launch_keepalived(number, false);
            }
            (Fault::VrrpKilled(_), FaultSites::Router(number)) => self.end_keepalived(number, VrrpEnd::Killed, observer),
            (Fault::VrrpStopped(_), FaultSites::Router(number)) => self.end_keepalived(number, VrrpEnd::Stopped, observer),
            (Fault::CpuHog(_, threads), FaultSites::Cores(server)) => {
                self.cores.set_others(server, if on { *threads } else { 0 }, &mut self.clock);
            }
            (Fault::Flood(rate), _) if on => self.faults.backlog.flood(*rate, self.clock.now()),
            (Fault::Flood(_), _) => self.faults.backlog.end_flood(),
            (Fault::Abuse(rate, addresses), _) if on => self.start_abuse(*rate, *addresses),
            (Fault::Abuse(..), _) => self.faults.abuse.end(),
            (Fault::Sniffer(..), FaultSites::Link(link)) => self.tap_hop(link, on),
            (fault, sites) => unreachable!("{fault:?} cannot affect {sites:?}"),
        }
    }

    /// Resolves a fault, and whether injecting or clearing it would change anything.
    fn would_change(&self, fault: &Fault, on: bool) -> Result<(FaultSites, bool), CommandError> {
        let cannot = || CommandError::CannotFault(fault.clone());
        let at = |stations: Vec<StationIx>, changes: &dyn Fn(StationIx) -> bool| {
            let changes = stations.iter().any(|station| changes(*station));
            (FaultSites::Stations(stations), changes)
        };
        Ok(match fault {
            Fault::Hang(element) => {
                let wanted = if on { Health::Up } else { Health::Hung };
                let stations = self.processes(element)?;
                // A process that is down cannot hang.
                if on && !stations.is_empty() && stations.iter().all(|station| !self.health(*station).accepts()) {
                    return Err(CommandError::AlreadyDown(element.clone()));
                }
                at(stations, &|station| self.health(station) == wanted)
            }
            Fault::Slow(element, factor) => {
                let wanted = on.then_some(*factor).filter(|factor| !factor.is_none());
                match element {
                    Element::Hop(from, to) => {
                        let link = self.link(from, to)?;
                        (FaultSites::Link(link), self.links[link].slow() != wanted)
                    }
                    Element::Component(_) | Element::Server(_) => {
                        at(self.processes(element)?, &|station| self.stations[station].slow() != wanted)
                    }
                }
            }
            Fault::Misconfigured(element) => at(self.processes(element)?, &|station| self.faults.is_misconfigured(station) != on),
            Fault::Flaw(id) => {
                let wanted = |health: Health| if on { health.accepts() } else { health == Health::Crashed };
                at(self.alike(id)?, &|station| wanted(self.health(station)))
            }
            Fault::Compromised(element) => at(self.processes(element)?, &|station| self.faults.is_compromised(station) != on),
            Fault::Expired(id) => {
                let places = self.certificates_on(id)?;
                let expired = |place: &usize| self.faults.certificate_end(*place, &self.infra) <= self.clock.now().nanos();
                let changes = places.iter().any(|place| expired(place) != on);
                (FaultSites::Certificates(places), changes)
            }
            Fault::Record(_) if self.plan.lookup.is_none() => return Err(cannot()),
            Fault::Record(state) => (FaultSites::Site, self.names.record() != if on { *state } else { RecordState::Present }),
            Fault::DiskFull(id) => {
                let (node, _) = self.database_named(id)?;
                (FaultSites::Database(node), self.databases.is_disk_full(node) != on)
            }
            Fault::ReplicationStopped(id) => {
                let (node, _) = self.database_named(id)?;
                let cluster = self.plan.databases.cluster_of(node);
                if cluster.nodes.len() == 1 || cluster.multi_primary {
                    return Err(cannot());
                }
                (FaultSites::Database(node), self.databases.is_replication_stopped(node) != on)
            }
            Fault::Leak { from, to, count } => {
                let to = self.component(to)?;
                let from = from.as_ref().map(|id| self.component(id)).transpose()?;
                let is_client = |hop: &&HopPlan| hop.to == to && from.is_none_or(|from| from == hop.from);
                let hop = self.plan.hops.iter().filter(is_client).find(|hop| hop.protocol == Protocol::Sql);
                let Some(hop) = hop.filter(|_| self.plan.stations[to].connections.is_set()) else { return Err(cannot()) };
                let from = hop.from;
                // A process that is down has no connections.
                if let Some(down) = [from, to].into_iter().find(|end| on && !self.health(*end).accepts()) {
                    return Err(CommandError::AlreadyDown(Element::Component(self.infra.component(down).id.clone())));
                }
                let changes = self.faults.leaked(from, to) != if on { *count } else { 0 };
                (FaultSites::Connections { from, to }, changes)
            }
            Fault::VrrpKilled(id) | Fault::VrrpStopped(id) => {
                let number = self.plan.router(self.component(id)?).ok_or_else(cannot)?;
                let how = if matches!(fault, Fault::VrrpKilled(_)) { VrrpEnd::Killed } else { VrrpEnd::Stopped };
                let changes = if on { self.address.is_running(number) } else { self.address.ended(number) == Some(how) };
                (FaultSites::Router(number), changes)
            }
            Fault::Flood(rate) if on => {
                let differs = |present: Rate| (present.get() - rate.get()).abs() > f64::EPSILON;
                (FaultSites::Site, self.faults.backlog.rate().is_none_or(differs))
            }
            Fault::Flood(_) => (FaultSites::Site, self.faults.backlog.rate().is_some()),
            Fault::CpuHog(id, threads) => {
                let server = self.plan.servers.position(|server| server == id);
                let server = server.ok_or_else(|| CommandError::Unknown(Element::Server(id.clone())))?;
                let present = self.cores.others(server).ok_or_else(cannot)?;
                (FaultSites::Cores(server), present != if on { *threads } else { 0 })
            }
            Fault::Abuse(rate, _) if on && rate.get() < LEAST_RATE => return Err(cannot()),
            Fault::Abuse(rate, addresses) if on => {
                let differs =
                    |(present, from): (Rate, u32)| (present.get() - rate.get()).abs() > f64::EPSILON || from != *addresses;
                (FaultSites::Site, self.faults.abuse.attack().is_none_or(differs))
            }
            Fault::Abuse(..) => (FaultSites::Site, self.faults.abuse.attack().is_some()),
            Fault::Sniffer(from, to) => {
                let link = self.link(from, to)?;
                (FaultSites::Link(link), self.faults.taps.get(link).is_some() != on)
            }
        })
    }

    /// Sets the number of connections that a client has leaked.
    fn set_leak(&mut self, leak: Leak) {
        let total = self.faults.set_leaked(leak);
        self.stations[leak.to].set_leaked(total);
    }

    /// Closes leaked connections after the end of a process: all that lead to it and, if its machine is up and can say so,
    /// all that it holds.
    pub(in crate::simulation) fn close_leaked(&mut self, station: StationIx, says_so: bool) {
        let ends = |leak: &&Leak| {
            let reaches = || {
                self.plan
                    .hops
                    .position(|hop| (hop.from, hop.to) == (leak.from, leak.to))
                    .is_none_or(|link| self.way(link) == Passage::Open)
            };
            leak.to == station || leak.from == station && says_so && reaches()
        };
        let over: Vec<Leak> = self.faults.leaks().iter().filter(ends).copied().collect();
        for leak in over {
            self.set_leak(Leak { count: 0, ..leak });
        }
    }

    /// Stations with the same software and version as a component, including its own.
    fn alike(&self, id: &ComponentId) -> Result<Vec<StationIx>, CommandError> {
        let station = self.component(id)?;
        let of = |station: StationIx| self.infra.component(station).software.as_ref();
        let Some(software) = of(station) else {
            return Err(CommandError::NoSoftware(Element::Component(id.clone())));
        };
        Ok(self.stations.indices().filter(|other| of(*other) == Some(software)).collect())
    }

    /// Positions of the certificates that a component holds.
    fn certificates_on(&self, id: &ComponentId) -> Result<Vec<usize>, CommandError> {
        let station = self.component(id)?;
        let held = |certificate: &hoplight_model::Certificate| {
            certificate.on.contains(id) || self.infra.holders(certificate).contains(&station)
        };
        let places: Vec<usize> =
            self.infra.certificates().iter().enumerate().filter(|(_, c)| held(c)).map(|(place, _)| place).collect();
        if places.is_empty() {
            let mut holders: Vec<StationIx> =
                self.infra.certificates().iter().flat_map(|certificate| self.infra.holders(certificate)).collect();
            holders.sort_unstable();
            holders.dedup();
            let holders = holders.into_iter().map(|ix| self.infra.component(ix).id.clone()).collect();
            return Err(CommandError::NoCertificate { component: Element::Component(id.clone()), holders });
        }
        Ok(places)
    }

    /// Sets or removes the slowdown of stations or of a link.
    fn slow(&mut self, sites: FaultSites, factor: Option<Factor>) {
        match sites {
            FaultSites::Link(link) => self.links[link].set_slow(factor),
            FaultSites::Stations(stations) => {
                for station in stations {
                    self.stations[station].set_slow(factor);
                }
            }
            sites => unreachable!("{sites:?} cannot be slow"),
        }
    }

    /// Breaks the configuration of a process, which stops it, or rolls it back, which starts it.
    fn misconfigure<O: Observer>(&mut self, station: StationIx, on: bool, observer: &mut O) {
        if self.faults.set_misconfigured(station, on) {
            self.crash_or_start(station, on, observer);
        }
    }

    /// Starts or stops capturing on a hop.
    fn tap_hop(&mut self, link: LinkIx, on: bool) {
        if on {
            self.faults.taps.insert(link, &self.infra);
        } else {
            self.faults.taps.remove(link);
        }
        self.links[link].set_tapped(on);
    }
}
