//! Failures that can be injected and healed, beside those of a process, a server, a link or a firewall's rules that end at
//! once.
//!
//! ```text
//! Fault ──inject──▶ stations: hung, slow, misconfigured, compromised, leaked connections
//!                   links:    slow, tapped
//!                   databases: disk full, replication stopped
//!                   the site: record, certificates, flood
//! ```
//!
//! A fault is state, never a script: what users, agents and checks see of it follows from the same events as ever.

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

/// Something that goes wrong and stays so until it is healed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fault {
    /// A process, or all of a server, hangs. The operating system accepts connections; nothing is answered. Healed,
    /// it goes on where it stopped, as after SIGCONT or a long pause; [`crate::Command::Restore`] restarts it.
    Hang(Element),
    /// The work of a component, or of all on a server, takes this many times as long, from the next piece of work on; for a
    /// hop, its latency does.
    Slow(Element, Factor),
    /// A process, or all of a server, has a configuration with which it does not start. It ends, and cannot be restored
    /// before this is healed: rolled back.
    Misconfigured(Element),
    /// A flaw in what this component runs: everything with the same software and version crashes now. Healed, what is down
    /// of it starts again.
    Flaw(ComponentId),
    /// An attacker controls a component, or all of a server. Nothing shows.
    Compromised(Element),
    /// The certificate that this component holds has expired. Healed, it is renewed for 90 days.
    Expired(ComponentId),
    /// What the authoritative server says of the site's name.
    Record(RecordState),
    /// A database has no space: writes fail, reads do not. A replica cannot take changes either.
    DiskFull(ComponentId),
    /// A replica neither receives nor applies changes.
    ReplicationStopped(ComponentId),
    /// This many of a component's connections are leaked.
    Leak(ComponentId, u32),
    /// This many SYN packets per second, from addresses that never answer, reach the entry.
    Flood(Rate),
    /// An attacker listens on a hop.
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

/// All faults that are state of their own.
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

    /// What is wrong, as a sentence without its end.
    pub fn sentence(&self) -> String {
        match self {
            Self::Hang(element) => format!("{element} hangs: it accepts connections and answers nothing"),
            Self::Slow(element @ Element::Hop(..), factor) => format!("the latency of {element} is {} × as long", factor.get()),
            Self::Slow(element, factor) => format!("{element} works {} × as long on everything", factor.get()),
            Self::Misconfigured(element) => format!("{element} got a configuration with which it does not start"),
            Self::Flaw(id) => format!("a flaw ends everything that runs the same software as {id}"),
            Self::Compromised(element) => format!("{element} is compromised, and nothing shows"),
            Self::Expired(id) => format!("the certificate on {id} has expired"),
            Self::Record(RecordState::Present) => "the site's DNS record is there".to_owned(),
            Self::Record(RecordState::Gone) => "the site's DNS record is gone".to_owned(),
            Self::Record(RecordState::Unreachable) => "the authoritative DNS server does not answer".to_owned(),
            Self::DiskFull(id) => format!("the disk of {id} is full"),
            Self::ReplicationStopped(id) => format!("{id} no longer replicates"),
            Self::Leak(id, count) => format!("{count} connections of {id} are taken and never given back"),
            Self::Flood(rate) => format!("a flood of {} SYNs per second reaches the entry", rate.get()),
            Self::Sniffer(from, to) => format!("somebody listens on {from} → {to}"),
        }
    }

    /// What healing it does, as a sentence without its end.
    pub fn healed(&self) -> String {
        match self {
            Self::Hang(element) => format!("{element} goes on where it stood"),
            Self::Slow(element, _) => format!("{element} is as fast as before"),
            Self::Misconfigured(element) => format!("the configuration of {element} is rolled back"),
            Self::Flaw(id) => format!("everything that runs the same software as {id} is patched and started"),
            Self::Compromised(element) => format!("{element} is cleaned"),
            Self::Expired(id) => format!("the certificate on {id} is renewed"),
            Self::Record(_) => "the site's DNS record is restored".to_owned(),
            Self::DiskFull(id) => format!("{id} has space again"),
            Self::ReplicationStopped(id) => format!("{id} replicates again"),
            Self::Leak(id, _) => format!("{id} has its connections back"),
            Self::Flood(_) => "the flood of SYNs is over".to_owned(),
            Self::Sniffer(from, to) => format!("nobody listens on {from} → {to} any more"),
        }
    }
}
