//! Commands: the only way to change a simulation from outside.
//!
//! Keys, lesson steps, fault scripts, the command line and tests all use [`Command`]. `hoplight_text` renders commands and
//! refusals.

use serde::{Deserialize, Serialize};

use hoplight_model::quantity::{Rate, Seconds};
use hoplight_model::{Algorithm, ComponentId, Element, RequestKind, Retries, TopologyEdit};

use super::fault::Fault;

/// A change to a running infrastructure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Ends a component's process, switches a server off, or cuts the link of a hop.
    Kill(Element),
    /// Starts a component's process, switches a server on, or repairs the link of a hop. Queues and counters start
    /// empty.
    Restore(Element),
    /// Changes the topology.
    Edit(TopologyEdit),
    /// Sets the arrival rate of all kinds of request together, in requests per second, and ends the load schedule.
    /// Refused in a closed model, where the rate follows from a fixed number of users who wait for responses.
    Rate(Rate),
    /// Sends one request from a new visitor.
    Send(RequestKind),
    /// Takes a backend, or all backends on a server, out of rotation: it finishes its current requests and receives no
    /// new ones.
    Drain(Element),
    /// Puts a backend, or all backends on a server, back into rotation.
    Ready(Element),
    /// Sets the balancing algorithm of all balancers.
    Balance(Algorithm),
    /// Promotes a replica. The statements take 41 ms; the operators' time to decide is not included.
    Promote(ComponentId),
    /// Makes a database read-only; it then replicates from the database that accepts writes.
    Demote(ComponentId),
    /// Removes everything from a cache or a session store.
    Flush(ComponentId),
    /// Makes the most popular entry of a cache expire.
    ExpirePopular(ComponentId),
    /// Sets how long a database takes to apply a received change.
    Lag(ComponentId, Seconds),
    /// Ends a component's process or switches a server off, and starts it again after a delay: by default 1 s for a process,
    /// 20 s for a server.
    Restart(Element, Option<Seconds>),
    /// Injects a fault.
    Fault(Fault),
    /// Clears a fault.
    Clear(Fault),
    /// Switches the site's DNS record to the addresses of the site that this entry belongs to. Users notice when their
    /// cached record expires.
    SwitchRecord(ComponentId),
    /// Sets the users' retries.
    Retries(Retries),
    /// Turns SYN cookies at the entry on or off.
    SynCookies(bool),
    /// Scans the servers' ports from the Internet. The scan takes no time.
    Scan,
    /// Turns the external probe on with this interval, or off.
    Probe(Option<Seconds>),
}

impl Command {
    /// The element that the command changes; `None` for the whole site.
    pub fn element(&self) -> Option<Element> {
        match self {
            Self::Kill(element)
            | Self::Restore(element)
            | Self::Restart(element, _)
            | Self::Drain(element)
            | Self::Ready(element) => Some(element.clone()),
            Self::Edit(TopologyEdit::Block(from, to) | TopologyEdit::Unblock(from, to)) => {
                Some(Element::Hop(from.clone(), to.clone()))
            }
            Self::Edit(TopologyEdit::RateLimit(id, _))
            | Self::Promote(id)
            | Self::Demote(id)
            | Self::Flush(id)
            | Self::ExpirePopular(id)
            | Self::Lag(id, _)
            | Self::SwitchRecord(id) => Some(Element::Component(id.clone())),
            Self::Fault(fault) | Self::Clear(fault) => fault.element(),
            Self::Edit(
                TopologyEdit::EdgeTls(_)
                | TopologyEdit::WebToAppTls(_)
                | TopologyEdit::AppToDbTls(_)
                | TopologyEdit::Sticky(_)
                | TopologyEdit::Port80(_)
                | TopologyEdit::Hsts(_)
                | TopologyEdit::ForwardedProto(_),
            )
            | Self::Rate(_)
            | Self::Send(_)
            | Self::Balance(_)
            | Self::Retries(_)
            | Self::SynCookies(_)
            | Self::Scan
            | Self::Probe(_) => None,
        }
    }
}

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq)]
pub enum CommandError {
    /// The infrastructure has no such element.
    Unknown(Element),
    /// The element is already down.
    AlreadyDown(Element),
    /// The element is already up.
    AlreadyUp(Element),
    /// A component cannot start on a server that is off.
    ServerOff {
        /// The component.
        component: Element,
        /// The server that it runs on.
        server: Element,
    },
    /// The hop does not cross a firewall.
    NoFirewall(Element),
    /// The infrastructure has no monitoring service for the probe to report to.
    NoMonitoring,
    /// The element is a hop, which has no process.
    NoProcess(Element),
    /// The component's software is not known.
    NoSoftware(Element),
    /// The component has no certificate.
    NoCertificate {
        /// The component.
        component: Element,
        /// The components that hold one.
        holders: Vec<ComponentId>,
    },
    /// The component cannot start with its configuration.
    BadConfiguration(Element),
    /// The fault is already present.
    FaultIs(Fault),
    /// The fault is not present, so it cannot be cleared.
    FaultIsNot(Fault),
    /// The fault cannot occur on this element.
    CannotFault(Fault),
    /// The element is not a backend of a balancer.
    NoBackend(Element),
    /// The infrastructure has no balancer.
    NoBalancer,
    /// TLS passes through every balancer, so none of them can insert a cookie.
    CookieInPassthrough,
    /// No web server or application is linked to an application, so TLS between them has no hop to encrypt.
    NoHopInside,
    /// Nothing is linked to a database, so TLS to databases has no hop to encrypt.
    NoHopToDatabase,
    /// The element is already draining.
    AlreadyDraining(Element),
    /// The element is not draining.
    NotDraining(Element),
    /// The element is the user's browser, which commands cannot change.
    NotPart(Element),
    /// The load is a fixed number of users, so the rate cannot be set.
    NoRate,
    /// The component cannot have a rate limit.
    CannotLimit(Element),
    /// The component is not a database.
    NotDatabase(Element),
    /// The component is neither a cache nor a session store.
    NotCache(Element),
    /// The component is down, so the command has nothing to change.
    Down(Element),
    /// The database already accepts writes.
    AlreadyWritable(Element),
    /// The database is already read-only.
    AlreadyReadOnly(Element),
    /// The database belongs to a quorum cluster, which elects its primary.
    Elects(Element),
    /// The browser has no link to the component, so the component has no address in the DNS.
    NotEntry(Element),
    /// The infrastructure has no standby site.
    NoStandby,
    /// The site's record already lists the address of this entry.
    AlreadyListed(Element),
    /// Every member of the database's cluster accepts writes, so it has no role to change and no replication lag.
    AllWritable(Element),
}

impl CommandError {
    /// Whether the command is refused in every state of this infrastructure.
    pub const fn is_lasting(&self) -> bool {
        match self {
            Self::Unknown(_)
            | Self::NoFirewall(_)
            | Self::NoMonitoring
            | Self::NoProcess(_)
            | Self::NoSoftware(_)
            | Self::NoCertificate { .. }
            | Self::CannotFault(_)
            | Self::NoBackend(_)
            | Self::NoBalancer
            | Self::NoHopInside
            | Self::NoHopToDatabase
            | Self::NotPart(_)
            | Self::NoRate
            | Self::CannotLimit(_)
            | Self::NotDatabase(_)
            | Self::NotCache(_)
            | Self::Elects(_)
            | Self::NotEntry(_)
            | Self::NoStandby
            | Self::AllWritable(_) => true,
            Self::AlreadyDown(_)
            | Self::AlreadyUp(_)
            | Self::ServerOff { .. }
            | Self::BadConfiguration(_)
            | Self::FaultIs(_)
            | Self::FaultIsNot(_)
            | Self::AlreadyDraining(_)
            | Self::NotDraining(_)
            | Self::Down(_)
            | Self::CookieInPassthrough
            | Self::AlreadyWritable(_)
            | Self::AlreadyReadOnly(_)
            | Self::AlreadyListed(_) => false,
        }
    }
}
