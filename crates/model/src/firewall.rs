//! Firewall rules and the verdict on a new connection.
//!
//! A packet filter judges source, port and direction. It keeps state: replies to an allowed connection pass. It must not
//! know URLs, users or "legitimacy".

use serde::{Deserialize, Serialize};

use super::id::{ComponentId, ServerId};

/// Which way a connection crosses the firewall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Direction {
    /// From outside to what the firewall protects.
    Inbound,
    /// From what the firewall protects to outside.
    Outbound,
}

/// Whom a rule speaks of: the other end of the connection.
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
    /// It vanishes: the sender waits until its own timeout.
    Drop,
    /// It is refused at once.
    Reject,
}

/// One rule. The first rule that matches decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The other end.
    #[serde(default = "any")]
    pub peer: Peer,
    /// Destination ports that match; none listed means all.
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
    /// Servers whose every connection to the outside it judges.
    #[serde(default)]
    pub servers: Vec<ServerId>,
    /// Single components that it stands before.
    #[serde(default)]
    pub components: Vec<ComponentId>,
    /// Rules for connections that come in.
    #[serde(default)]
    pub inbound: Vec<Rule>,
    /// Rules for connections that go out.
    #[serde(default)]
    pub outbound: Vec<Rule>,
    /// What happens when no rule matches.
    #[serde(default = "drop_rest")]
    pub default: RuleAction,
}

fn drop_rest() -> RuleAction {
    RuleAction::Drop
}

/// A firewall's decision and what made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Pass, vanish or be refused.
    pub action: RuleAction,
    /// Number of the rule that decided, from 1; `None` is the default.
    pub rule: Option<u16>,
    /// The list that was read.
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
