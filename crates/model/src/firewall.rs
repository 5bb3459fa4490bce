//! Firewall rules and the verdict on a new connection.
//!
//! A packet filter judges source, port and direction, and knows no URLs or users. It is stateful: replies to an allowed
//! connection pass.

use serde::{Deserialize, Serialize};

use super::id::{ComponentId, ServerId};

/// Which way a connection crosses the firewall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Direction {
    /// From outside to a protected component.
    Inbound,
    /// From a protected component to outside.
    Outbound,
}

/// The other end of the connection that a rule matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Peer {
    /// Everyone.
    Any,
    /// One component.
    Component(ComponentId),
    /// Every component of one server.
    Server(ServerId),
}

/// What happens to a connection that a rule matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleAction {
    /// It passes.
    #[default]
    Allow,
    /// It is dropped silently: the sender waits until its own timeout.
    Drop,
    /// It is refused immediately.
    Reject,
}

/// One rule. The first rule that matches decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The other end.
    #[serde(default = "any")]
    pub peer: Peer,
    /// Destination ports that match; empty for all.
    #[serde(default)]
    pub ports: Vec<u16>,
    /// What to do.
    #[serde(default)]
    pub action: RuleAction,
}

fn any() -> Peer {
    Peer::Any
}

/// What a firewall protects and how it judges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirewallSpec {
    /// Servers that it protects, with every component on them.
    #[serde(default)]
    pub servers: Vec<ServerId>,
    /// Single components that it protects.
    #[serde(default)]
    pub components: Vec<ComponentId>,
    /// Rules for inbound connections.
    #[serde(default)]
    pub inbound: Vec<Rule>,
    /// Rules for outbound connections.
    #[serde(default)]
    pub outbound: Vec<Rule>,
    /// What happens when no rule matches.
    #[serde(default = "drop_rest")]
    pub default: RuleAction,
}

fn drop_rest() -> RuleAction {
    RuleAction::Drop
}

/// A firewall's decision and the rule that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What happens to the connection.
    pub action: RuleAction,
    /// The number of the deciding rule, from 1; `None` for the default.
    pub rule: Option<u16>,
    /// The list of rules that was searched.
    pub direction: Direction,
}

impl FirewallSpec {
    /// Judges a new connection whose other end is `peer` on `peer_server`, to `port`.
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
