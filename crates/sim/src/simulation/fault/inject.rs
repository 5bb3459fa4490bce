//! Injecting and healing: a fault becomes state, or a command is refused.

use std::sync::Arc;

use hoplight_model::quantity::Factor;
use hoplight_model::{ComponentId, Element};

use crate::command::CommandError;
use crate::fault::live::Flood;
use crate::fault::{Fault, FaultSites};
use crate::index::StationIx;
use crate::journal::{EventKind, Observer};
use crate::plan::{Plan, Role};
use crate::request::Status;
use crate::simulation::Simulation;
use crate::time::{SECOND, SimTime};
use crate::view::Health;
use crate::zone::RecordState;

/// For how long a renewed certificate is valid: 90 days, in nanoseconds.
const RENEWAL: u64 = 90 * 86_400 * SECOND;

impl Simulation {
    /// Finds what a fault changes when it is injected or cleared.
    ///
    /// # Errors
    /// If that would change nothing, or cannot happen here.
    pub(in crate::simulation) fn fault_sites(&self, fault: &Fault, on: bool) -> Result<FaultSites, CommandError> {
        let (sites, changes) = self.would_change(fault, on)?;
        if !changes {
            return Err(if on { CommandError::FaultIs(fault.clone()) } else { CommandError::FaultIsNot(fault.clone()) });
        }
        Ok(sites)
    }

    /// Injects or clears a fault.
    pub(in crate::simulation) fn set_fault<O: Observer>(&mut self, fault: &Fault, on: bool, sites: FaultSites, observer: &mut O) {
        // The note comes first: what follows from the fault happens after it.
        self.note(observer, None, EventKind::Fault { fault: fault.clone(), on });
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
                    self.faults.stations[station].compromised = on;
                }
            }
            (Fault::Expired(_), FaultSites::Certificates(places)) => {
                let until = if on { self.clock.now().nanos() } else { self.clock.now().nanos().saturating_add(RENEWAL) };
                for place in places {
                    self.faults.certificates[place] = Some(until);
                }
                self.replan();
            }
            (Fault::Record(state), _) => self.names.set_record(if on { *state } else { RecordState::Present }),
            (Fault::DiskFull(_), FaultSites::Database(node)) => self.set_disk_full(node, on),
            (Fault::ReplicationStopped(_), FaultSites::Database(node)) => self.stop_replication(node, on),
            (Fault::Leak(_, count), FaultSites::Stations(stations)) => {
                for station in stations {
                    self.stations[station].leaked = if on { *count } else { 0 };
                }
            }
            (Fault::Flood(rate), _) => self.faults.flood = on.then_some(Flood { rate: rate.get(), since: self.clock.now() }),
            (Fault::Sniffer(..), FaultSites::Link(link)) => self.tap_hop(link, on),
            (fault, sites) => unreachable!("{fault:?} does not happen to {sites:?}"),
        }
    }

    /// What a fault is about, and whether injecting or clearing it there would make a difference.
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
                // What is down accepts nothing: it cannot hang.
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
                        (FaultSites::Link(link), self.links[link].slow != wanted)
                    }
                    Element::Component(_) | Element::Server(_) => {
                        at(self.processes(element)?, &|station| self.stations[station].slow != wanted)
                    }
                }
            }
            Fault::Misconfigured(element) => {
                at(self.processes(element)?, &|station| self.faults.stations[station].misconfigured != on)
            }
            Fault::Flaw(id) => {
                let wanted = |health: Health| if on { health.accepts() } else { health == Health::Crashed };
                at(self.alike(id)?, &|station| wanted(self.health(station)))
            }
            Fault::Compromised(element) => {
                at(self.processes(element)?, &|station| self.faults.stations[station].compromised != on)
            }
            Fault::Expired(id) => {
                let places = self.certificates_on(id)?;
                let expired = |place: &usize| self.certificate_end(*place) <= self.clock.now().nanos();
                let changes = places.iter().any(|place| expired(place) != on);
                (FaultSites::Certificates(places), changes)
            }
            Fault::Record(_) if self.plan.lookup.is_none() => return Err(cannot()),
            Fault::Record(state) => (FaultSites::Site, self.names.record() != if on { *state } else { RecordState::Present }),
            Fault::DiskFull(id) => {
                let (node, _) = self.database_named(id)?;
                (FaultSites::Database(node), self.is_disk_full(node) != on)
            }
            Fault::ReplicationStopped(id) => {
                let (node, _) = self.database_named(id)?;
                (FaultSites::Database(node), self.is_replication_stopped(node) != on)
            }
            Fault::Leak(id, count) => {
                let station = self.component(id)?;
                if !self.plan.stations[station].connections.is_set() {
                    return Err(cannot());
                }
                at(vec![station], &|station| self.stations[station].leaked != if on { *count } else { 0 })
            }
            Fault::Flood(rate) if on => {
                (FaultSites::Site, self.faults.flood.is_none_or(|flood| (flood.rate - rate.get()).abs() > f64::EPSILON))
            }
            Fault::Flood(_) => (FaultSites::Site, self.faults.flood.is_some()),
            Fault::Sniffer(from, to) => {
                let link = self.link(from, to)?;
                (FaultSites::Link(link), self.is_tapped(link) != on)
            }
        })
    }

    /// All that runs the same software and version as a component, itself included.
    fn alike(&self, id: &ComponentId) -> Result<Vec<StationIx>, CommandError> {
        let station = self.component(id)?;
        let of = |station: StationIx| self.infra.component(station).software.as_ref();
        let Some(software) = of(station) else {
            return Err(CommandError::NoSoftware(Element::Component(id.clone())));
        };
        Ok(self.stations.indices().filter(|other| of(*other) == Some(software)).collect())
    }

    /// The places of the certificates that a component holds.
    fn certificates_on(&self, id: &ComponentId) -> Result<Vec<usize>, CommandError> {
        let station = self.component(id)?;
        let held = |certificate: &hoplight_model::Certificate| {
            certificate.on.contains(id) || self.infra.holders(certificate).contains(&station)
        };
        let places: Vec<usize> =
            self.infra.certificates().iter().enumerate().filter(|(_, c)| held(c)).map(|(place, _)| place).collect();
        if places.is_empty() { Err(CommandError::NoCertificate(Element::Component(id.clone()))) } else { Ok(places) }
    }

    /// When a certificate of the infrastructure, by its place in the list, expires.
    pub fn certificate_until(&self, place: usize) -> SimTime {
        SimTime::from_nanos(self.certificate_end(place))
    }

    /// Whether the certificate that users are shown has expired.
    pub fn is_certificate_expired(&self) -> bool {
        self.plan.certificate_until.is_some_and(|until| self.clock.now() >= SimTime::from_nanos(until))
    }

    /// When a certificate expires, in nanoseconds.
    fn certificate_end(&self, place: usize) -> u64 {
        let authored = self.infra.certificates().get(place).map_or(u64::MAX, crate::plan::authored_end);
        self.faults.certificates.get(place).copied().flatten().unwrap_or(authored)
    }

    /// Compiles the infrastructure again, with the certificates as they are now.
    pub(in crate::simulation) fn replan(&mut self) {
        let mut plan = Plan::new(&self.infra);
        plan.certify(&self.infra, &self.faults.certificates);
        self.plan = Arc::new(plan);
        self.adopt_plan();
        self.refresh_taps();
    }

    fn slow(&mut self, sites: FaultSites, factor: Option<Factor>) {
        match sites {
            FaultSites::Link(link) => {
                self.links[link].slow = factor;
                self.touch(link);
            }
            FaultSites::Stations(stations) => {
                for station in stations {
                    self.stations[station].slow = factor;
                }
            }
            sites => unreachable!("{sites:?} cannot be slow"),
        }
    }

    /// A process gets a configuration with which it does not start, or the old one back; then it starts.
    fn misconfigure<O: Observer>(&mut self, station: StationIx, on: bool, observer: &mut O) {
        if std::mem::replace(&mut self.faults.stations[station].misconfigured, on) != on {
            self.crash_or_start(station, on, observer);
        }
    }

    /// A process ends if it runs, or starts if it can.
    fn crash_or_start<O: Observer>(&mut self, station: StationIx, crash: bool, observer: &mut O) {
        match (crash, self.health(station)) {
            (true, Health::Up | Health::Hung) => {
                self.stations[station].crashed = true;
                self.refresh_health();
                self.stop(station, Status::Reset, observer);
            }
            (true, _) => self.stations[station].crashed = true,
            (false, Health::Crashed) if !self.faults.stations[station].misconfigured => self.start(station),
            (false, _) => {}
        }
    }

    /// Starts a process that has ended.
    pub(in crate::simulation) fn start(&mut self, station: StationIx) {
        self.stations[station].crashed = false;
        self.database_starts(station);
        self.address.restart(station, &self.plan, &mut self.clock);
        self.refresh_health();
    }

    /// The faults that are there now, each as the fault that heals it; what is down is not among them.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (ix, component) in self.infra.components() {
            let id = component.id.clone();
            let element = || Element::Component(id.clone());
            let (station, fault) = (&self.stations[ix], &self.faults.stations[ix]);
            faults.extend((station.health == Health::Hung).then(|| Fault::Hang(element())));
            faults.extend(station.slow.map(|factor| Fault::Slow(element(), factor)));
            faults.extend(fault.misconfigured.then(|| Fault::Misconfigured(element())));
            faults.extend(fault.compromised.then(|| Fault::Compromised(element())));
            faults.extend((station.leaked > 0).then(|| Fault::Leak(id.clone(), station.leaked)));
            if let Role::Database(node) = self.plan.stations[ix].role {
                faults.extend(self.is_disk_full(node).then(|| Fault::DiskFull(id.clone())));
                faults.extend(self.is_replication_stopped(node).then(|| Fault::ReplicationStopped(id.clone())));
            }
        }
        for (link, _) in self.infra.links() {
            let slow = self.links[link].slow;
            faults.extend(slow.map(|factor| Fault::Slow(self.infra.hop_element(link), factor)));
        }
        for tap in &self.faults.taps {
            if let Element::Hop(from, to) = self.infra.hop_element(tap.link) {
                faults.push(Fault::Sniffer(from, to));
            }
        }
        for (certificate, end) in self.infra.certificates().iter().zip(&self.faults.certificates) {
            let expired = end.is_some_and(|end| end <= self.clock.now().nanos());
            faults.extend(certificate.on.first().filter(|_| expired).map(|id| Fault::Expired(id.clone())));
        }
        if self.names.record() != RecordState::Present {
            faults.push(Fault::Record(self.names.record()));
        }
        faults.extend(self.faults.flood.map(|flood| Fault::Flood(flood.as_rate())));
        faults
    }

    /// Whether an attacker controls a component.
    pub fn compromised(&self, component: hoplight_model::ComponentIx) -> bool {
        self.faults.stations.get(component).is_some_and(|faults| faults.compromised)
    }

    /// How many connections of a component are taken and never given back.
    pub fn leaked(&self, component: hoplight_model::ComponentIx) -> u32 {
        self.stations.get(component).map_or(0, |station| station.leaked)
    }
}
