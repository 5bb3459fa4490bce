//! The one door: everything that anybody does to a simulation.
//!
//! Learner keys, lesson steps, tests, fault scripts and the command line all come through [`Command`]. Must not know who
//! sent it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::model::quantity::Rate;
use crate::model::{Algorithm, Element, RequestKind, TopologyEdit};

/// Something done to a running infrastructure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Ends a component's process, switches a server off, or cuts the link of a hop.
    Kill(Element),
    /// Starts it again, with empty queues and counters.
    Restore(Element),
    /// Changes the topology.
    Edit(TopologyEdit),
    /// Sets the arrival rate, all kinds together, in requests per second.
    Rate(Rate),
    /// Lets one new visitor send one request, now.
    Send(RequestKind),
    /// Lets balancers give a backend, or all on a server, no new requests; what it has, it finishes.
    Drain(Element),
    /// Lets them give it new requests again.
    Ready(Element),
    /// Changes how every balancer chooses.
    Balance(Algorithm),
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
}
