//! Edits of a running infrastructure, which keep its components and links and therefore all state.

use super::Infrastructure;
use crate::behaviour::can_limit;
use crate::firewall::{Direction, Peer, Rule, RuleAction};
use crate::http::{Hsts, Port80};
use crate::id::ComponentId;
use crate::link::Protocol;
use crate::rate_limit::RateLimit;
use crate::tls::TlsMode;

/// A change to a running infrastructure that keeps its components and links.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum TopologyEdit {
    /// Sets the TLS mode of the entry.
    EdgeTls(TlsMode),
    /// Turns TLS from web to application servers on or off.
    WebToAppTls(bool),
    /// Turns TLS to and between databases on or off.
    AppToDbTls(bool),
    /// Makes all balancers insert cookies that keep a user at a backend, or none of them.
    Sticky(bool),
    /// Sets what the entry does on port 80.
    Port80(Port80),
    /// Sets the `Strict-Transport-Security` header of responses, or removes it.
    Hsts(Option<Hsts>),
    /// Adds `X-Forwarded-Proto` where users' TLS ends, or no longer.
    ForwardedProto(bool),
    /// Adds a rule to the last firewall on a hop that drops connections from the first component to the second on the
    /// hop's port. Does nothing if no firewall is on the hop.
    Block(ComponentId, ComponentId),
    /// Removes a rule added by [`Self::Block`].
    Unblock(ComponentId, ComponentId),
    /// Sets or removes the rate limit of a component. Does nothing if it cannot have one.
    RateLimit(ComponentId, Option<RateLimit>),
}

impl Infrastructure {
    /// Returns the infrastructure after an edit.
    #[must_use]
    pub fn edited(&self, edit: &TopologyEdit) -> Self {
        let mut edited = self.clone();
        match edit {
            TopologyEdit::EdgeTls(mode) => {
                edited.tls.edge = *mode;
                edited.assume_certificate();
            }
            TopologyEdit::WebToAppTls(on) => edited.tls.web_to_app = *on,
            TopologyEdit::AppToDbTls(on) => edited.tls.app_to_db = *on,
            TopologyEdit::Sticky(on) => {
                for component in edited.graph.node_weights_mut() {
                    if let Some(spec) = component.kind.as_balancer_mut() {
                        spec.sticky = *on;
                    }
                }
            }
            TopologyEdit::Port80(port_80) => edited.http.port_80 = *port_80,
            TopologyEdit::Hsts(hsts) => edited.http.hsts = *hsts,
            TopologyEdit::ForwardedProto(on) => edited.http.forwarded_proto = *on,
            TopologyEdit::Block(from, to) => edited.rewrite_rules(from, to, true),
            TopologyEdit::Unblock(from, to) => edited.rewrite_rules(from, to, false),
            TopologyEdit::RateLimit(id, limit) => {
                if let Some(ix) = edited.find(id.as_str()).filter(|ix| can_limit(&edited.component(*ix).kind)) {
                    edited.graph[ix].kind.set_rate_limit(limit.clone());
                }
            }
        }
        edited
    }

    /// The hops blocked by edits rather than authored rules.
    pub fn blocks(&self) -> impl Iterator<Item = &(ComponentId, ComponentId)> {
        self.blocks.iter()
    }

    /// Inserts a rule that drops a hop's connections at the front of the list that applies to them, or removes that
    /// rule.
    fn rewrite_rules(&mut self, from: &ComponentId, to: &ComponentId, block: bool) {
        let Some(link) = self.link_between(from.as_str(), to.as_str()) else { return };
        let Some(guard) = self.hop(link).guards.last().copied() else { return };
        let changed =
            if block { self.blocks.insert((from.clone(), to.clone())) } else { self.blocks.remove(&(from.clone(), to.clone())) };
        if !changed {
            return;
        }
        let opens = self.link(link).protocol != Protocol::Replication;
        let (client, server) = if opens { (from, to) } else { (to, from) };
        let peer = if guard.verdict.direction == Direction::Inbound { client } else { server };
        let rule = Rule { peer: Peer::Component(peer.clone()), ports: vec![self.port(link)], action: RuleAction::Drop };
        // A pair has one rule set.
        for firewall in guard.members() {
            let Some(spec) = self.graph[firewall].kind.as_firewall_mut() else { continue };
            let rules = match guard.verdict.direction {
                Direction::Inbound => &mut spec.inbound,
                Direction::Outbound => &mut spec.outbound,
            };
            if block {
                rules.insert(0, rule.clone());
            } else if let Some(written) = rules.iter().position(|known| *known == rule) {
                // The edit inserted the first match.
                rules.remove(written);
            }
        }
    }
}
