//! A port scan of all servers from the Internet.
//!
//! A scan takes no time and puts no load on the site, but the firewalls count its packets.

use serde::{Deserialize, Serialize};

use hoplight_model::ServerId;

/// Ports that every scan includes: SSH, HTTP, HTTPS, MySQL, the common port of web servers behind a balancer, and
/// `HAProxy`'s statistics page.
pub(crate) const USUAL_PORTS: [u16; 6] = [22, 80, 443, 3306, 8080, 8404];

/// The state of a port, in `nmap`'s terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Port {
    /// A process listens on the port.
    Open,
    /// The connection was refused: the host is up, but no process listens.
    Closed,
    /// No response: a firewall dropped the packet, or the host is off.
    Filtered,
}

/// The state of one port of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The server.
    pub server: ServerId,
    /// The port.
    pub port: u16,
    /// The state that the scan found.
    pub says: Port,
}
