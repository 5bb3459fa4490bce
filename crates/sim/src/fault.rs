//! Faults that can be injected and cleared, in addition to crashes, power-offs, cut links and firewall rules.
//!
//! ```text
//! Fault ──inject──▶ stations:  hung, slow, misconfigured, compromised, leaked connections, keepalived
//!                   links:     slow, tapped
//!                   servers:   programs of others that use the processor
//!                   databases: disk full, replication stopped
//!                   the site:  DNS record, certificates, SYN flood, password guessing
//! ```
//!
//! A fault is state, never a script: its effects on users, agents and health checks follow from ordinary events.
//! Slowness, database faults and programs of others are part of the state of the station, link, database or processor; `Faults` holds the rest.

mod flood;
mod taps;

use serde::{Deserialize, Serialize};

use hoplight_model::quantity::{Factor, Rate};
use hoplight_model::{ComponentId, Element, Infrastructure, ServerId};

use crate::abuse::Abuse;
use crate::index::{DatabaseIx, IndexVec, LinkIx, RouterIx, ServerIx, StationIx};
use crate::plan::{Plan, authored_end};
use crate::scan::Finding;
use crate::time::SimTime;
use crate::zone::RecordState;
use flood::SynBacklog;
use taps::Taps;

pub use taps::Tap;

/// A fault. It lasts until it is cleared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fault {
    /// A process, or every process on a server, hangs. The operating system accepts connections, but nothing responds.
    /// When the fault is cleared, the process resumes where it stopped, as after SIGCONT; [`crate::Command::Restore`]
    /// restarts it.
    Hang(Element),
    /// Multiplies the service times of a component, or of all components on a server, starting with the next request;
    /// for a hop, its latency.
    Slow(Element, Factor),
    /// A process, or every process on a server, has an invalid configuration. It stops, and cannot be restored until
    /// the fault is cleared, which rolls the configuration back.
    Misconfigured(Element),
    /// A flaw in the software of this component: every component with the same software and version crashes. They start
    /// again when the fault is cleared.
    Flaw(ComponentId),
    /// An attacker controls a component, or every component on a server. This has no visible effect.
    Compromised(Element),
    /// The certificate of this component has expired. Clearing the fault renews it for 90 days.
    Expired(ComponentId),
    /// State of the site's DNS record at the authoritative server.
    Record(RecordState),
    /// A database's disk is full: writes fail, reads do not. A replica cannot apply changes either.
    DiskFull(ComponentId),
    /// A replica neither receives nor applies changes.
    ReplicationStopped(ComponentId),
    /// A program has leaked connections: it holds them open and never uses them again. They end with the program, or with
    /// the component that they lead to.
    Leak {
        /// The program; by default the first one that is linked to `to`.
        from: Option<ComponentId>,
        /// The component that the connections lead to.
        to: ComponentId,
        /// Number of leaked connections.
        count: u32,
    },
    /// The keepalived of a balancer was killed (SIGKILL): it sends no advertisements, and the address stays on the machine.
    VrrpKilled(ComponentId),
    /// The keepalived of a balancer was stopped (SIGTERM): it gave up the address and said so.
    VrrpStopped(ComponentId),
    /// SYN packets per second sent to the entry from addresses that never respond.
    Flood(Rate),
    /// An attacker guesses passwords: logins per second, from this number of addresses. Each one is a write that the site
    /// processes like a user's.
    Abuse(Rate, u32),
    /// An eavesdropper captures messages on a hop.
    Sniffer(ComponentId, ComponentId),
    /// A program that is not part of the site uses the processor of a server with a number of cores: it runs this many threads
    /// without a break. Such a program is called a CPU hog or, if it belongs to somebody else, a noisy neighbour.
    CpuHog(ServerId, u32),
}

/// What a fault changes, resolved against the plan.
#[derive(Debug)]
pub(super) enum FaultSites {
    Stations(Vec<StationIx>),
    Link(LinkIx),
    /// Positions in the infrastructure's list of certificates.
    Certificates(Vec<usize>),
    Database(DatabaseIx),
    /// The keepalived of a balancer.
    Router(RouterIx),
    /// Connections from a client to a component that limits them.
    Connections {
        from: StationIx,
        to: StationIx,
    },
    /// The processor of a server.
    Cores(ServerIx),
    /// The whole site.
    Site,
}

/// Connections that a client has leaked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Leak {
    /// The client that holds them.
    pub(super) from: StationIx,
    pub(super) to: StationIx,
    pub(super) count: u32,
}

/// Faults of one station that the engine does not check on every visit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct StationFaults {
    /// When the current hang began.
    hung: Option<SimTime>,
    misconfigured: bool,
    compromised: bool,
}

/// The active faults.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Faults {
    stations: IndexVec<StationIx, StationFaults>,
    /// For each certificate, an expiry in nanoseconds that replaces the authored one.
    certificates: Vec<Option<u64>>,
    pub(super) backlog: SynBacklog,
    pub(super) abuse: Abuse,
    pub(super) taps: Taps,
    leaks: Vec<Leak>,
    /// Result of the last port scan.
    findings: Vec<Finding>,
    /// Elements that are booting, and when they will be up.
    boots: Vec<(Element, SimTime)>,
}

impl Faults {
    pub(super) fn new(plan: &Plan, certificates: usize) -> Self {
        Self {
            stations: IndexVec::of(StationFaults::default(), plan.stations.len()),
            // A site that lists no certificate has one while it uses TLS.
            certificates: vec![None; certificates.max(1)],
            ..Self::default()
        }
    }

    /// Carries over certificates and the entry's backlog across a rebuild. `before` maps the position of a certificate
    /// to its old position.
    pub(super) fn carry(&mut self, old: &Self, before: impl Fn(usize) -> Option<usize>) {
        self.backlog = old.backlog;
        self.abuse.carry(&old.abuse);
        for (place, end) in self.certificates.iter_mut().enumerate() {
            *end = before(place).and_then(|place| old.certificates[place]);
        }
    }

    /// Whether the process at a station is hung, if it is running.
    pub(super) fn is_hung(&self, station: StationIx) -> bool {
        self.stations[station].hung.is_some()
    }

    pub(super) fn hang(&mut self, station: StationIx, now: SimTime) {
        self.stations[station].hung = Some(now);
    }

    /// Ends a hang. Returns when it began.
    pub(super) fn end_hang(&mut self, station: StationIx) -> Option<SimTime> {
        self.stations[station].hung.take()
    }

    pub(super) fn is_misconfigured(&self, station: StationIx) -> bool {
        self.stations[station].misconfigured
    }

    /// Breaks the configuration of a station or rolls it back. Returns whether this is a change.
    pub(super) fn set_misconfigured(&mut self, station: StationIx, on: bool) -> bool {
        std::mem::replace(&mut self.stations[station].misconfigured, on) != on
    }

    pub(super) fn is_compromised(&self, station: StationIx) -> bool {
        self.stations.get(station).is_some_and(|faults| faults.compromised)
    }

    pub(super) fn set_compromised(&mut self, station: StationIx, on: bool) {
        self.stations[station].compromised = on;
    }

    /// Expiry of the certificate at a position in the infrastructure's list, in nanoseconds.
    pub(super) fn certificate_end(&self, place: usize, infra: &Infrastructure) -> u64 {
        let authored = infra.certificates().get(place).map_or(u64::MAX, authored_end);
        self.certificates.get(place).copied().flatten().unwrap_or(authored)
    }

    pub(super) fn set_certificate_end(&mut self, place: usize, end: u64) {
        self.certificates[place] = Some(end);
    }

    /// For each certificate, an expiry in nanoseconds that replaces the authored one.
    pub(super) fn certificates(&self) -> &[Option<u64>] {
        &self.certificates
    }

    /// Result of the last port scan, server by server.
    pub(super) fn findings(&self) -> &[Finding] {
        &self.findings
    }

    pub(super) fn set_findings(&mut self, findings: Vec<Finding>) {
        self.findings = findings;
    }

    /// The leaked connections.
    pub(super) fn leaks(&self) -> &[Leak] {
        &self.leaks
    }

    /// Number of connections from a client to a component that have leaked.
    pub(super) fn leaked(&self, from: StationIx, to: StationIx) -> u32 {
        self.leaks.iter().find(|leak| (leak.from, leak.to) == (from, to)).map_or(0, |leak| leak.count)
    }

    /// Sets the number of connections from a client to a component that have leaked. Returns how many lead there in all.
    pub(super) fn set_leaked(&mut self, Leak { from, to, count }: Leak) -> u32 {
        self.leaks.retain(|leak| (leak.from, leak.to) != (from, to));
        if count > 0 {
            self.leaks.push(Leak { from, to, count });
        }
        self.leaks.iter().filter(|leak| leak.to == to).fold(0, |sum, leak| sum.saturating_add(leak.count))
    }

    /// Records that an element is booting and will be up at `at`.
    pub(super) fn begin_boot(&mut self, element: &Element, at: SimTime) {
        self.boots.push((element.clone(), at));
    }

    /// Elements that are booting, and when they will be up.
    pub(super) fn boots(&self) -> &[(Element, SimTime)] {
        &self.boots
    }

    /// Completes the boot of an element that is due at `now`. Returns false if it was cancelled.
    pub(super) fn complete_boot(&mut self, element: &Element, now: SimTime) -> bool {
        let Some(place) = self.boots.iter().position(|(booting, at)| booting == element && *at == now) else { return false };
        self.boots.remove(place);
        true
    }

    /// Cancels the boots of an element that is killed or restored.
    pub(super) fn cancel_boots(&mut self, element: &Element) {
        self.boots.retain(|(booting, _)| booting != element);
    }
}

impl Fault {
    /// The faulty element; `None` for the whole site.
    pub fn element(&self) -> Option<Element> {
        match self {
            Self::Hang(element) | Self::Slow(element, _) | Self::Misconfigured(element) | Self::Compromised(element) => {
                Some(element.clone())
            }
            Self::Flaw(id)
            | Self::Expired(id)
            | Self::DiskFull(id)
            | Self::ReplicationStopped(id)
            | Self::Leak { to: id, .. }
            | Self::VrrpKilled(id)
            | Self::VrrpStopped(id) => Some(Element::Component(id.clone())),
            Self::Sniffer(from, to) => Some(Element::Hop(from.clone(), to.clone())),
            Self::CpuHog(id, _) => Some(Element::Server(id.clone())),
            Self::Record(_) | Self::Flood(_) | Self::Abuse(..) => None,
        }
    }
}
