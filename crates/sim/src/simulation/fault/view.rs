//! Reading the active faults.

use hoplight_model::{ComponentIx, Element, LinkIx};

use crate::fault::{Fault, Tap};
use crate::plan::Role;
use crate::simulation::Simulation;
use crate::station::Station;
use crate::time::SimTime;
use crate::view::Health;
use crate::vrrp::VrrpEnd;
use crate::zone::RecordState;

impl Simulation {
    /// The active faults, each as the value that clears it. Crashes, power-offs and cut links are not included.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (ix, component) in self.infra.components() {
            let id = component.id.clone();
            let element = || Element::Component(id.clone());
            let station = &self.stations[ix];
            faults.extend((station.health() == Health::Hung).then(|| Fault::Hang(element())));
            faults.extend(station.slow().map(|factor| Fault::Slow(element(), factor)));
            faults.extend(self.faults.is_misconfigured(ix).then(|| Fault::Misconfigured(element())));
            faults.extend(self.faults.is_compromised(ix).then(|| Fault::Compromised(element())));
            for leak in self.faults.leaks().iter().filter(|leak| leak.to == ix) {
                let from = Some(self.infra.component(leak.from).id.clone());
                faults.push(Fault::Leak { from, to: id.clone(), count: leak.count });
            }
            let ended = self.plan.router(ix).and_then(|number| self.address.ended(number));
            faults.extend(ended.map(|how| match how {
                VrrpEnd::Killed => Fault::VrrpKilled(id.clone()),
                VrrpEnd::Stopped => Fault::VrrpStopped(id.clone()),
            }));
            if let Role::Database(node) = self.plan.stations[ix].role {
                faults.extend(self.databases.is_disk_full(node).then(|| Fault::DiskFull(id.clone())));
                faults.extend(self.databases.is_replication_stopped(node).then(|| Fault::ReplicationStopped(id.clone())));
            }
        }
        for (link, _) in self.infra.links() {
            let slow = self.links[link].slow();
            faults.extend(slow.map(|factor| Fault::Slow(self.infra.hop_element(link), factor)));
        }
        for (server, id) in self.plan.servers.enumerate() {
            let threads = self.cores.others(server).filter(|threads| *threads > 0);
            faults.extend(threads.map(|threads| Fault::CpuHog(id.clone(), threads)));
        }
        for link in self.faults.taps.links() {
            if let Element::Hop(from, to) = self.infra.hop_element(link) {
                faults.push(Fault::Sniffer(from, to));
            }
        }
        for (certificate, end) in self.infra.certificates().iter().zip(self.faults.certificates()) {
            let expired = end.is_some_and(|end| end <= self.clock.now().nanos());
            faults.extend(certificate.on.first().filter(|_| expired).map(|id| Fault::Expired(id.clone())));
        }
        if self.names.record() != RecordState::Present {
            faults.push(Fault::Record(self.names.record()));
        }
        faults.extend(self.faults.backlog.rate().map(Fault::Flood));
        faults.extend(self.faults.abuse.attack().map(|(rate, addresses)| Fault::Abuse(rate, addresses)));
        faults
    }

    /// Whether an attacker controls a component.
    pub fn compromised(&self, component: ComponentIx) -> bool {
        self.faults.is_compromised(component)
    }

    /// Number of leaked connections of a component.
    pub fn leaked(&self, component: ComponentIx) -> u32 {
        self.stations.get(component).map_or(0, Station::leaked)
    }

    /// Expiry of the certificate at a position in the infrastructure's list.
    pub fn certificate_until(&self, place: usize) -> SimTime {
        SimTime::from_nanos(self.faults.certificate_end(place, &self.infra))
    }

    /// Whether the certificate that users see has expired.
    pub fn is_certificate_expired(&self) -> bool {
        self.plan.certificate_until.is_some_and(|until| self.clock.now() >= SimTime::from_nanos(until))
    }

    /// Whether browsers refuse to connect because the site uses TLS without a certificate.
    pub fn lacks_certificate(&self) -> bool {
        self.plan.lacks_certificate
    }

    /// What was captured on a hop; `None` if it is not tapped.
    pub fn tap(&self, link: LinkIx) -> Option<Tap> {
        self.faults.taps.get(link)
    }

    /// Number of half-open connections that a flood occupies at the entry, and the size of its backlog. `None` without
    /// a flood, or with SYN cookies, which need no backlog.
    pub fn half_open(&self) -> Option<(u32, u32)> {
        self.faults.backlog.half_open(self.clock.now())
    }

    /// Whether the entry uses SYN cookies.
    pub fn syn_cookies(&self) -> bool {
        self.faults.backlog.has_cookies()
    }
}
