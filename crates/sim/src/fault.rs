//! Faults that can be injected and cleared, beside crashes, power-offs, cut links and firewall rules.
//!
//! ```text
//! Fault ──inject──▶ stations: hung, slow, misconfigured, compromised, leaked connections
//!                   links:    slow, tapped
//!                   databases: disk full, replication stopped
//!                   the site: record, certificates, flood
//! ```
//!
//! A fault is state, never a script: what users, agents and checks see of it follows from ordinary events.

pub(crate) mod listen;
pub(crate) mod live;

use serde::{Deserialize, Serialize};

use hoplight_model::quantity::{Factor, Rate};
use hoplight_model::{ComponentId, Element};

use crate::index::{DatabaseIx, IndexVec, LinkIx, StationIx};
use crate::plan::Plan;
use crate::scan::Finding;
use crate::time::SimTime;
use crate::zone::RecordState;

pub use listen::Tap;

/// A fault, which stays until it is cleared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fault {
    /// A process, or all of a server, hangs. The operating system accepts connections; nothing is answered. Cleared, it
    /// resumes where it stopped, as after SIGCONT; [`crate::Command::Restore`] restarts it.
    Hang(Element),
    /// Multiplies the service times of a component, or of all on a server, from the next request on; for a hop, its latency.
    Slow(Element, Factor),
    /// A process, or all of a server, has a configuration that it cannot start with. It ends, and cannot be restored before
    /// the fault is cleared: rolled back.
    Misconfigured(Element),
    /// A flaw in the software of this component: everything with the same software and version crashes. Cleared, it starts
    /// again.
    Flaw(ComponentId),
    /// An attacker controls a component, or all of a server. Nothing shows.
    Compromised(Element),
    /// The certificate of this component has expired. Cleared, it is renewed for 90 days.
    Expired(ComponentId),
    /// What the authoritative server says of the site's name.
    Record(RecordState),
    /// A database has no space: writes fail, reads do not. A replica cannot take changes either.
    DiskFull(ComponentId),
    /// A replica neither receives nor applies changes.
    ReplicationStopped(ComponentId),
    /// That many of a component's connections have leaked.
    Leak(ComponentId, u32),
    /// SYN packets per second to the entry, from addresses that never answer.
    Flood(Rate),
    /// An eavesdropper listens on a hop.
    Sniffer(ComponentId, ComponentId),
}

/// Where a fault is, found in the plan.
#[derive(Debug)]
pub(super) enum FaultSites {
    Stations(Vec<StationIx>),
    Link(LinkIx),
    /// Certificates of the infrastructure, by place.
    Certificates(Vec<usize>),
    Database(DatabaseIx),
    /// The whole site.
    Site,
}

/// The faults of one station that its hot state does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct StationFaults {
    /// Since when it hangs.
    pub(super) hung: Option<SimTime>,
    pub(super) misconfigured: bool,
    pub(super) compromised: bool,
}

/// The faults that are present.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Faults {
    pub(super) stations: IndexVec<StationIx, StationFaults>,
    /// For each certificate, another instant at which it expires, in nanoseconds.
    pub(super) certificates: Vec<Option<u64>>,
    pub(super) flood: Option<live::Flood>,
    /// Whether the entry answers SYNs without keeping a half-open connection.
    pub(super) syn_cookies: bool,
    pub(super) taps: Vec<Tap>,
    /// What the last port scan found.
    pub(super) findings: Vec<Finding>,
    /// What is booting, and when it is up.
    pub(super) boots: Vec<(Element, SimTime)>,
}

impl Faults {
    pub(super) fn new(plan: &Plan, certificates: usize) -> Self {
        Self {
            stations: IndexVec::of(StationFaults::default(), plan.stations.len()),
            certificates: vec![None; certificates],
            ..Self::default()
        }
    }
}

impl Fault {
    /// What it is about; `None` is the whole site.
    pub fn element(&self) -> Option<Element> {
        match self {
            Self::Hang(element) | Self::Slow(element, _) | Self::Misconfigured(element) | Self::Compromised(element) => {
                Some(element.clone())
            }
            Self::Flaw(id) | Self::Expired(id) | Self::DiskFull(id) | Self::ReplicationStopped(id) | Self::Leak(id, _) => {
                Some(Element::Component(id.clone()))
            }
            Self::Sniffer(from, to) => Some(Element::Hop(from.clone(), to.clone())),
            Self::Record(_) | Self::Flood(_) => None,
        }
    }
}
