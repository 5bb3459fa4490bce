//! Why two components do not form a pair, of balancers or of firewalls.

use crate::id::ComponentId;

/// Why two balancers do not form a VRRP pair.
#[derive(Clone, Debug, PartialEq)]
pub enum PairProblem {
    /// The peer has no VRRP settings.
    PeerWithoutVrrp,
    /// The peer's own peer is another balancer.
    PeerNames(ComponentId),
    /// Their `advert_s` differ.
    Adverts,
    /// Only one of them has a `backup_priority`.
    OneAddress,
    /// Its `backup_priority` is not below the peer's `priority`.
    BackupFirst,
    /// They are not joined by exactly one VRRP link.
    NoLink,
    /// The browser does not have an HTTP link to each of them.
    NoEntry,
    /// Only one of the browser's links to them has `standby`.
    Standby,
}

/// Why a firewall is not the standby of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandbyProblem {
    /// The other component is not a firewall.
    NotAFirewall,
    /// It names itself.
    Itself,
    /// The other firewall is a standby.
    OfStandby,
    /// The other firewall has another standby.
    SecondStandby,
    /// It has a protected set or rules that differ from those of the other firewall.
    Differs,
    /// Both run on the same server.
    SameServer,
}
