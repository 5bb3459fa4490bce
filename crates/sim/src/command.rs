//! Commands: the only way to change a simulation from outside.
//!
//! Keys, lesson steps, tests, fault scripts and the command line all use [`Command`]. `hoplight_text` has the sentences about
//! commands and errors.

use serde::{Deserialize, Serialize};

use hoplight_model::quantity::{Rate, Seconds};
use hoplight_model::{Algorithm, ComponentId, Element, RequestKind, Retries, TopologyEdit};

use super::fault::Fault;

/// A change to a running infrastructure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Ends a component's process, switches a server off, or cuts the link of a hop.
    Kill(Element),
    /// Starts it again, with empty queues and counters.
    Restore(Element),
    /// Changes the topology.
    Edit(TopologyEdit),
    /// Sets the arrival rate, all kinds together, in requests per second, and ends the schedule that it follows. Refused
    /// where a fixed number of users waits for each outcome: there, the rate is an outcome itself.
    Rate(Rate),
    /// Sends one request from a new visitor, now.
    Send(RequestKind),
    /// Takes a backend, or all on a server, out of rotation: it finishes its requests and gets no new ones.
    Drain(Element),
    /// Puts it back into rotation.
    Ready(Element),
    /// Changes how every balancer chooses.
    Balance(Algorithm),
    /// Promotes a replica: the statements take 41 ms. The time operators take to decide is not included.
    Promote(ComponentId),
    /// Makes a database read-only; it then follows the one that takes writes.
    Demote(ComponentId),
    /// Sets how long a database takes to apply a change that it has received.
    Lag(ComponentId, Seconds),
    /// Ends a component's process or switches a server off, and starts it again after a time: by default 1 s for a process,
    /// 20 s for a server.
    Restart(Element, Option<Seconds>),
    /// Injects a fault.
    Fault(Fault),
    /// Clears a fault.
    Heal(Fault),
    /// Sets the users' retries.
    Retries(Retries),
    /// Turns SYN cookies at the entry on or off.
    SynCookies(bool),
    /// Scans the servers' ports from the Internet, at once.
    Scan,
    /// Turns the external probe on, with this interval, or off.
    Probe(Option<Seconds>),
}

/// Why a command did nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum CommandError {
    /// The infrastructure has no such element.
    Unknown(Element),
    /// It is already down.
    AlreadyDown(Element),
    /// It is already up.
    AlreadyUp(Element),
    /// A component cannot start on a server that is off.
    ServerOff {
        /// The component.
        component: Element,
        /// Where it runs.
        server: Element,
    },
    /// No firewall is on this hop.
    NoFirewall(Element),
    /// A probe reports to a monitoring service.
    NoMonitoring,
    /// A hop has no process.
    NoProcess(Element),
    /// Its software is not known.
    NoSoftware(Element),
    /// It holds no certificate.
    NoCertificate(Element),
    /// It cannot start.
    BadConfiguration(Element),
    /// The fault is already there.
    FaultIs(Fault),
    /// There is no such fault to clear.
    FaultIsNot(Fault),
    /// The fault is not possible here.
    CannotFault(Fault),
    /// It is not a backend of a balancer.
    NoBackend(Element),
    /// It is already draining.
    AlreadyDraining(Element),
    /// It is not draining.
    NotDraining(Element),
    /// The user is not part of the infrastructure.
    NotPart(Element),
    /// Users wait for answers, so the rate is not a setting.
    NoRate,
    /// Only a database has a role and a lag.
    NotDatabase(Element),
    /// A database that is down cannot change its role.
    Down(Element),
    /// It already takes writes.
    AlreadyWritable(Element),
    /// It is already read-only.
    AlreadyReadOnly(Element),
    /// A quorum cluster elects its own primary.
    Elects(Element),
}

impl CommandError {
    /// Whether the command can never work in this infrastructure, whatever its state.
    pub const fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::Unknown(_)
                | Self::NoFirewall(_)
                | Self::NoMonitoring
                | Self::NoBackend(_)
                | Self::NotPart(_)
                | Self::NoRate
                | Self::NotDatabase(_)
                | Self::Elects(_)
        )
    }
}
