//! Firewall rules and verdicts on new connections.
//!
//! A packet filter matches source, port and direction, not URLs or users. It is stateful: replies on an allowed
//! connection pass.

use serde::{Deserialize, Serialize};

use super::id::{ComponentId, ServerId};
use super::quantity::Seconds;

/// The direction in which a connection crosses the firewall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Direction {
    /// To a protected component.
    Inbound,
    /// From a protected component.
    Outbound,
}

/// The remote end that a rule matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Peer {
    /// Any component.
    Any,
    /// One component.
    Component(ComponentId),
    /// Every component on one server.
    Server(ServerId),
}

/// The action of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleAction {
    /// Allows the connection.
    #[default]
    Allow,
    /// Drops it silently: the sender waits until its own timeout.
    Drop,
    /// Answers with an ICMP error (`reject`, which nftables and iptables send as port unreachable). Linux sends a peer six
    /// of them at once and then one a second (`icmp_ratelimit`); under load, this is a drop.
    Reject,
    /// Refuses a TCP connection with a reset (`reject with tcp reset`), as a host does on which no program listens.
    Reset,
}

/// A firewall rule. The first matching rule decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The remote end.
    #[serde(default = "any")]
    pub peer: Peer,
    /// Destination ports; empty for all.
    #[serde(default)]
    pub ports: Vec<u16>,
    /// The action.
    #[serde(default)]
    pub action: RuleAction,
}

fn any() -> Peer {
    Peer::Any
}

/// Settings of a firewall: what it protects, and its rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirewallSpec {
    /// Protected servers, with every component on them.
    #[serde(default)]
    pub servers: Vec<ServerId>,
    /// Individually protected components.
    #[serde(default)]
    pub components: Vec<ComponentId>,
    /// Rules for inbound connections.
    #[serde(default)]
    pub inbound: Vec<Rule>,
    /// Rules for outbound connections.
    #[serde(default)]
    pub outbound: Vec<Rule>,
    /// The action if no rule matches.
    #[serde(default = "drop_rest")]
    pub default: RuleAction,
    /// For the standby of a pair: the firewall that it stands in for. Its protected set and rules are those of that
    /// firewall, so it lists none itself.
    #[serde(default)]
    pub standby: Option<StandbySpec>,
}

/// Settings of the standby of a firewall pair: an active firewall and a standby that share an address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandbySpec {
    /// The firewall that it stands in for.
    pub of: ComponentId,
    /// Whether the pair synchronises its connection table (pfsync, conntrackd). Without it, the firewall that takes over
    /// does not know the established connections and resets them.
    #[serde(default = "synchronised")]
    pub state_sync: bool,
    /// Interval between the advertisements of the active firewall (VRRP, CARP). See [`Self::takeover`].
    #[serde(default = "one_second")]
    pub advert_s: Seconds,
}

/// Priority of a firewall that has lost its peer, out of 256: the default of keepalived, as for a balancer.
const PRIORITY: u64 = 100;

impl StandbySpec {
    /// Nanoseconds without an advertisement after which the other firewall takes over: three intervals plus a skew of
    /// (256 − priority) / 256 of an interval (RFC 9568, section 6.1), 3.6 s with the default interval.
    pub fn takeover(&self) -> u64 {
        let advert = self.advert_s.nanos();
        3 * advert + advert / 256 * (256 - PRIORITY)
    }
}

const fn synchronised() -> bool {
    true
}

const fn one_second() -> Seconds {
    Seconds::literal(1.0)
}

fn drop_rest() -> RuleAction {
    RuleAction::Drop
}

/// A firewall's decision and the rule that it is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The action taken.
    pub action: RuleAction,
    /// Number of the matching rule, from 1; `None` for the default action.
    pub rule: Option<u16>,
    /// The rule list that was searched.
    pub direction: Direction,
}

impl FirewallSpec {
    /// Decides on a new connection to or from `peer` on `peer_server`, to `port`.
    pub fn judge(&self, direction: Direction, peer: &ComponentId, peer_server: Option<&ServerId>, port: u16) -> Verdict {
        let decided = self.rules(direction).iter().zip(1u16..).find(|(rule, _)| {
            let peer_matches = match &rule.peer {
                Peer::Any => true,
                Peer::Component(id) => id == peer,
                Peer::Server(id) => Some(id) == peer_server,
            };
            peer_matches && (rule.ports.is_empty() || rule.ports.contains(&port))
        });
        match decided {
            Some((rule, number)) => Verdict { action: rule.action, rule: Some(number), direction },
            None => Verdict { action: self.default, rule: None, direction },
        }
    }

    /// Whether two firewalls protect the same set with the same rules.
    pub fn is_equivalent(&self, other: &Self) -> bool {
        let unpaired = |spec: &Self| Self { standby: None, ..spec.clone() };
        unpaired(self) == unpaired(other)
    }

    /// Whether the file gives it neither a protected set nor rules.
    pub fn is_empty(&self) -> bool {
        self.servers.is_empty()
            && self.components.is_empty()
            && self.inbound.is_empty()
            && self.outbound.is_empty()
            && self.default == RuleAction::Drop
    }

    /// The rules of one direction, in order.
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        match direction {
            Direction::Inbound => &self.inbound,
            Direction::Outbound => &self.outbound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_matching_rule_decides_and_the_default_drops() {
        let firewall = FirewallSpec {
            servers: vec![],
            components: vec![],
            inbound: vec![
                Rule { peer: Peer::Component(ComponentId::new("lb-1")), ports: vec![8080], action: RuleAction::Allow },
                Rule { peer: Peer::Any, ports: vec![22], action: RuleAction::Reject },
            ],
            outbound: vec![],
            default: RuleAction::Drop,
            standby: None,
        };
        let lb = ComponentId::new("lb-1");
        let other = ComponentId::new("browser");
        let judge = |peer, port| firewall.judge(Direction::Inbound, peer, None, port);
        assert_eq!((judge(&lb, 8080).action, judge(&lb, 8080).rule), (RuleAction::Allow, Some(1)));
        assert_eq!((judge(&other, 8080).action, judge(&other, 8080).rule), (RuleAction::Drop, None));
        assert_eq!((judge(&other, 22).action, judge(&other, 22).rule), (RuleAction::Reject, Some(2)));
        assert_eq!(firewall.judge(Direction::Outbound, &lb, None, 443).action, RuleAction::Drop);
    }
}
