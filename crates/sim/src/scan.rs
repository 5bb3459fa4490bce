//! A port scan from the Internet: what a stranger finds out about every server by asking its ports.
//!
//! It is over at once and costs the site nothing worth counting, but the firewalls' counters go up.

use hoplight_model::ServerId;

/// Ports that every scan tries: SSH, HTTP, HTTPS, MySQL, the usual port of web servers behind a balancer, `HAProxy`'s page of
/// statistics.
pub(crate) const USUAL_PORTS: [u16; 6] = [22, 80, 443, 3306, 8080, 8404];

/// What a port said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Port {
    /// A program listens.
    Open,
    /// It was refused: the host is there, and nothing listens.
    Closed,
    /// Silence: a firewall dropped it, or the host is off.
    Filtered,
}

impl Port {
    /// The scanner's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Filtered => "filtered",
        }
    }
}

/// One port of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The server.
    pub server: ServerId,
    /// The port.
    pub port: u16,
    /// What it said.
    pub says: Port,
}
