//! Injecting and healing: a fault becomes state, or a command is refused.
//!
//! Must not know what the state does.

use std::sync::Arc;

use hoplight_model::quantity::Factor;
use hoplight_model::{ComponentId, Element};

use super::super::command::CommandError;
use super::super::journal::{EventKind, Observer};
use super::super::plan::{Plan, Role};
use super::super::request::Status;
use super::super::simulation::{Simulation, index};
use super::super::time::{SECOND, SimTime};
use super::super::view::Health;
use super::super::zone::RecordState;
use super::Fault;
use super::live::Flood;

/// For how long a renewed certificate is valid: 90 days, in nanoseconds.
const RENEWAL: u64 = 90 * 86_400 * SECOND;

impl Simulation {
    /// Lets something go wrong, or heals it.
    pub(crate) fn set_fault<O: Observer>(&mut self, fault: &Fault, on: bool, observer: &mut O) -> Result<(), CommandError> {
        // The note comes first: what follows from the fault happens after it.
        if !self.would_change(fault, on)? {
            return Err(if on { CommandError::FaultIs(fault.sentence()) } else { CommandError::FaultIsNot(fault.healed()) });
        }
        self.note(observer, None, EventKind::Fault { fault: fault.clone(), on });
        match fault {
            Fault::Hang(element) => {
                for station in self.meant(element)? {
                    if on { self.hang(station) } else { self.resume(station, observer) }
                }
            }
            Fault::Slow(element, factor) => self.slow(element, *factor, on)?,
            Fault::Misconfigured(element) => {
                for station in self.meant(element)? {
                    self.misconfigure(station, on, observer);
                }
            }
            Fault::Flaw(id) => {
                for station in self.alike(id)? {
                    self.crash_or_start(station, on, observer);
                }
            }
            Fault::Compromised(element) => {
                for station in self.meant(element)? {
                    self.faults.stations[station as usize].compromised = on;
                }
            }
            Fault::Expired(id) => {
                let until = if on { self.now.nanos() } else { self.now.nanos().saturating_add(RENEWAL) };
                for place in self.certificates_on(id)? {
                    self.faults.certificates[place] = Some(until);
                }
                self.replan();
            }
            Fault::Record(state) => self.faults.record = if on { *state } else { RecordState::Present },
            Fault::DiskFull(id) => self.set_disk_full(id, on)?,
            Fault::ReplicationStopped(id) => self.stop_replication(id, on)?,
            Fault::Leak(id, count) => {
                let station = self.component(id)?;
                self.stations[station as usize].leaked = if on { *count } else { 0 };
            }
            Fault::Flood(rate) => {
                self.faults.flood = on.then_some(Flood { rate: rate.get(), since: self.now });
            }
            Fault::Sniffer(from, to) => self.tap_hop(from, to, on)?,
        }
        Ok(())
    }

    /// Whether injecting or healing a fault would make a difference.
    fn would_change(&self, fault: &Fault, on: bool) -> Result<bool, CommandError> {
        let cannot = || CommandError::CannotFault(fault.sentence());
        Ok(match fault {
            Fault::Hang(element) => {
                let wanted = if on { Health::Up } else { Health::Hung };
                let meant: Vec<Health> = self.meant(element)?.into_iter().map(|station| self.health(station)).collect();
                // What is down accepts nothing: it cannot hang.
                if on && !meant.is_empty() && meant.iter().all(|health| !matches!(health, Health::Up | Health::Hung)) {
                    return Err(CommandError::AlreadyDown(element.clone()));
                }
                meant.contains(&wanted)
            }
            Fault::Slow(element, factor) => match self.pace_of(element)? {
                paces if on => paces.iter().any(|pace| *pace != Some(*factor).filter(|factor| !factor.is_none())),
                paces => paces.iter().any(Option::is_some),
            },
            Fault::Misconfigured(element) => {
                let stations = self.meant(element)?;
                stations.into_iter().any(|station| self.faults.stations[station as usize].misconfigured != on)
            }
            Fault::Flaw(id) => {
                let wanted =
                    |health: Health| if on { matches!(health, Health::Up | Health::Hung) } else { health == Health::Crashed };
                self.alike(id)?.into_iter().any(|station| wanted(self.health(station)))
            }
            Fault::Compromised(element) => {
                let stations = self.meant(element)?;
                stations.into_iter().any(|station| self.faults.stations[station as usize].compromised != on)
            }
            Fault::Expired(id) => {
                let expired = |place: &usize| self.certificate_end(*place) <= self.now.nanos();
                self.certificates_on(id)?.iter().any(|place| expired(place) != on)
            }
            Fault::Record(_) if self.plan.lookup.is_none() => return Err(cannot()),
            Fault::Record(RecordState::Present) if on => self.faults.record != RecordState::Present,
            Fault::Record(state) => {
                if on {
                    self.faults.record != *state
                } else {
                    self.faults.record != RecordState::Present
                }
            }
            Fault::DiskFull(id) => self.is_disk_full(id)? != on,
            Fault::ReplicationStopped(id) => self.is_replication_stopped(id)? != on,
            Fault::Leak(id, count) => {
                let station = self.component(id)?;
                if self.plan.stations[station as usize].connections.is_none() {
                    return Err(cannot());
                }
                self.stations[station as usize].leaked != if on { *count } else { 0 }
            }
            Fault::Flood(rate) if on => self.faults.flood.is_none_or(|flood| (flood.rate - rate.get()).abs() > f64::EPSILON),
            Fault::Flood(_) => self.faults.flood.is_some(),
            Fault::Sniffer(from, to) => self.is_tapped(from, to)? != on,
        })
    }

    /// The station of a component that may fail.
    pub(crate) fn component(&self, id: &ComponentId) -> Result<u32, CommandError> {
        self.target(&Element::Component(id.clone()))
    }

    /// The stations that an element means: a component, or all on a server.
    fn meant(&self, element: &Element) -> Result<Vec<u32>, CommandError> {
        let target = self.target(element)?;
        match element {
            Element::Component(_) => Ok(vec![target]),
            Element::Server(_) => Ok(self.stations_on(target)),
            Element::Hop(..) => Err(CommandError::NoProcess(element.clone())),
        }
    }

    /// All that runs the same software and version as a component, itself included.
    fn alike(&self, id: &ComponentId) -> Result<Vec<u32>, CommandError> {
        let station = self.component(id)?;
        let of = |station: usize| self.infra.component(hoplight_model::ComponentIx::new(station)).software.as_ref();
        let Some(software) = of(station as usize) else {
            return Err(CommandError::NoSoftware(Element::Component(id.clone())));
        };
        Ok((0..self.stations.len()).filter(|other| of(*other) == Some(software)).map(index).collect())
    }

    /// The places of the certificates that a component holds.
    fn certificates_on(&self, id: &ComponentId) -> Result<Vec<usize>, CommandError> {
        let station = self.component(id)?;
        let held = |certificate: &hoplight_model::Certificate| {
            certificate.on.contains(id) || self.infra.holders(certificate).iter().any(|ix| ix.index() == station as usize)
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
        self.plan.certificate_until.is_some_and(|until| self.now >= SimTime::from_nanos(until))
    }

    /// When a certificate expires, in nanoseconds.
    fn certificate_end(&self, place: usize) -> u64 {
        let authored = self.infra.certificates().get(place).map_or(u64::MAX, super::super::plan::authored_end);
        self.faults.certificates.get(place).copied().flatten().unwrap_or(authored)
    }

    /// Compiles the infrastructure anew, with the certificates as they are now.
    pub(crate) fn replan(&mut self) {
        let mut plan = Plan::new(&self.infra);
        plan.certify(&self.infra, &self.faults.certificates);
        self.plan = Arc::new(plan);
        self.adopt_plan();
        self.refresh_taps();
    }

    /// How much longer than usual an element takes; `None` stands for as long as usual.
    fn pace_of(&self, element: &Element) -> Result<Vec<Option<Factor>>, CommandError> {
        Ok(match element {
            Element::Hop(..) => vec![self.lines[self.target(element)? as usize].slow],
            _ => self.meant(element)?.into_iter().map(|station| self.stations[station as usize].slow).collect(),
        })
    }

    fn slow(&mut self, element: &Element, factor: Factor, on: bool) -> Result<(), CommandError> {
        let factor = on.then_some(factor).filter(|factor| !factor.is_none());
        if let Element::Hop(..) = element {
            let link = self.target(element)?;
            self.lines[link as usize].slow = factor;
            self.touch(link);
            return Ok(());
        }
        for station in self.meant(element)? {
            self.stations[station as usize].slow = factor;
        }
        Ok(())
    }

    /// A process gets a configuration with which it does not start, or the old one back; then it starts.
    fn misconfigure<O: Observer>(&mut self, station: u32, on: bool, observer: &mut O) {
        if std::mem::replace(&mut self.faults.stations[station as usize].misconfigured, on) != on {
            self.crash_or_start(station, on, observer);
        }
    }

    /// A process ends if it runs, or starts if it can.
    fn crash_or_start<O: Observer>(&mut self, station: u32, crash: bool, observer: &mut O) {
        match (crash, self.health(station)) {
            (true, Health::Up | Health::Hung) => {
                self.stations[station as usize].crashed = true;
                self.refresh_health();
                self.stop(station, Status::Reset, observer);
            }
            (true, _) => self.stations[station as usize].crashed = true,
            (false, Health::Crashed) if !self.faults.stations[station as usize].misconfigured => self.start(station),
            (false, _) => {}
        }
    }

    /// Starts a process that has ended.
    pub(crate) fn start(&mut self, station: u32) {
        self.stations[station as usize].crashed = false;
        self.database_starts(station);
        self.router_starts(station);
        self.refresh_health();
    }

    /// The faults that are there now, each as the fault that heals it; what is down is not among them.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (ix, component) in self.infra.components() {
            let (id, at) = (component.id.clone(), ix.index());
            let element = || Element::Component(id.clone());
            let (station, fault) = (&self.stations[at], &self.faults.stations[at]);
            faults.extend((station.health == Health::Hung).then(|| Fault::Hang(element())));
            faults.extend(station.slow.map(|factor| Fault::Slow(element(), factor)));
            faults.extend(fault.misconfigured.then(|| Fault::Misconfigured(element())));
            faults.extend(fault.compromised.then(|| Fault::Compromised(element())));
            faults.extend((station.leaked > 0).then(|| Fault::Leak(id.clone(), station.leaked)));
            if let Role::Database(_) = self.plan.stations[at].role {
                faults.extend((self.is_disk_full(&id) == Ok(true)).then(|| Fault::DiskFull(id.clone())));
                faults.extend((self.is_replication_stopped(&id) == Ok(true)).then(|| Fault::ReplicationStopped(id.clone())));
            }
        }
        for (link, _) in self.infra.links() {
            let slow = self.lines[link.index()].slow;
            faults.extend(slow.map(|factor| Fault::Slow(self.infra.hop_element(link), factor)));
        }
        for tap in &self.faults.taps {
            if let Element::Hop(from, to) = self.infra.hop_element(tap.link) {
                faults.push(Fault::Sniffer(from, to));
            }
        }
        for (certificate, end) in self.infra.certificates().iter().zip(&self.faults.certificates) {
            let expired = end.is_some_and(|end| end <= self.now.nanos());
            faults.extend(certificate.on.first().filter(|_| expired).map(|id| Fault::Expired(id.clone())));
        }
        if self.faults.record != RecordState::Present {
            faults.push(Fault::Record(self.faults.record));
        }
        faults.extend(self.faults.flood.map(|flood| Fault::Flood(flood.as_rate())));
        faults
    }

    /// Whether somebody else controls a component.
    pub fn compromised(&self, component: hoplight_model::ComponentIx) -> bool {
        self.faults.stations.get(component.index()).is_some_and(|faults| faults.compromised)
    }

    /// How many connections of a component are taken and never given back.
    pub fn leaked(&self, component: hoplight_model::ComponentIx) -> u32 {
        self.stations.get(component.index()).map_or(0, |station| station.leaked)
    }
}
