//! The one door: everything that anybody does to a simulation.
//!
//! Learner keys, lesson steps, tests, fault scripts and the command line all come through [`Command`]. Must not know who
//! sent it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use hoplight_model::quantity::{Rate, Seconds};
use hoplight_model::{Algorithm, ComponentId, Element, RequestKind, Retries, TopologyEdit};

use super::fault::Fault;

/// Something done to a running infrastructure.
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
    /// Lets one new visitor send one request, now.
    Send(RequestKind),
    /// Lets balancers give a backend, or all on a server, no new requests; what it has, it finishes.
    Drain(Element),
    /// Lets them give it new requests again.
    Ready(Element),
    /// Changes how every balancer chooses.
    Balance(Algorithm),
    /// Promotes a replica: the statements take 41 ms. The minutes that people take to find out and decide are theirs.
    Promote(ComponentId),
    /// Makes a database read-only; it then follows the one that takes writes.
    Demote(ComponentId),
    /// Sets how long a database takes to apply a change that it has received.
    Lag(ComponentId, Seconds),
    /// Ends a component's process or switches a server off, and starts it again after a time: by default 1 s for a process,
    /// 20 s for a server.
    Restart(Element, Option<Seconds>),
    /// Lets something go wrong.
    Fault(Fault),
    /// Heals it.
    Heal(Fault),
    /// Sets what users do when a request has failed.
    Retries(Retries),
    /// Lets the entry answer SYNs without keeping half-open connections, or not.
    SynCookies(bool),
    /// Scans the servers' ports from the Internet, at once.
    Scan,
    /// Switches the external probe on, with this time between two probes, or off.
    Probe(Option<Seconds>),
}

/// Why a command did nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommandError {
    /// There is no such thing here.
    #[error("there is no {0} in this infrastructure")]
    Unknown(Element),
    /// It is down already.
    #[error("{0} is down already")]
    AlreadyDown(Element),
    /// It is up already.
    #[error("{0} is up already")]
    AlreadyUp(Element),
    /// A component cannot start on a server that is off.
    #[error("{component} cannot start: {server} is off")]
    ServerOff {
        /// What should have started.
        component: Element,
        /// Where it runs.
        server: Element,
    },
    /// No firewall stands on the way of this hop.
    #[error("no firewall stands between the ends of {0}")]
    NoFirewall(Element),
    /// A probe reports to a monitoring service.
    #[error("nobody would hear of it: this infrastructure has no monitoring service")]
    NoMonitoring,
    /// A hop has no process.
    #[error("{0} is a hop: it has no process")]
    NoProcess(Element),
    /// Its software is not known.
    #[error("nobody wrote down what {0} runs")]
    NoSoftware(Element),
    /// It holds no certificate.
    #[error("{0} holds no certificate")]
    NoCertificate(Element),
    /// It cannot start.
    #[error("{0} cannot start with this configuration: roll it back first")]
    BadConfiguration(Element),
    /// It is so already.
    #[error("it is so already: {0}")]
    FaultIs(String),
    /// There is nothing to heal.
    #[error("there is nothing to heal, so not: {0}")]
    FaultIsNot(String),
    /// It cannot happen here.
    #[error("this cannot happen here: {0}")]
    CannotFault(String),
    /// No balancer gives it requests.
    #[error("no balancer gives requests to {0}")]
    NoBackend(Element),
    /// It drains already.
    #[error("{0} takes no new requests already")]
    AlreadyDraining(Element),
    /// It takes requests already.
    #[error("{0} takes new requests already")]
    NotDraining(Element),
    /// The user is not part of the infrastructure.
    #[error("{0} is the user: it cannot be killed")]
    NotPart(Element),
    /// Users wait for outcomes.
    #[error("a fixed number of users asks here, each after the last answer: there is no rate to set")]
    NoRate,
    /// Only a database has a role and a lag.
    #[error("{0} is no database")]
    NotDatabase(Element),
    /// What is down cannot change its role.
    #[error("{0} is down")]
    Down(Element),
    /// It takes writes already.
    #[error("{0} takes writes already, or is about to")]
    AlreadyWritable(Element),
    /// It takes no writes.
    #[error("{0} is read-only already")]
    AlreadyReadOnly(Element),
    /// Members of a quorum cluster elect their writer themselves.
    #[error("{0} is a member of a quorum cluster: the members elect who takes writes")]
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
