//! A port scan from the Internet: what a stranger finds out about every server by asking its ports.
//!
//! It is over at once and costs the site nothing worth counting, but the firewalls' counters go up. Must not know what the
//! stranger does with it.

use hoplight_model::firewall::{Direction, RuleAction};
use hoplight_model::{ComponentIx, Protocol, ServerId};

use super::simulation::Simulation;
use crate::index::{ServerIx, count};

/// Ports that every scan tries: SSH, HTTP, HTTPS, MySQL, the usual port of web servers behind a balancer, `HAProxy`'s page of
/// statistics.
const USUAL_PORTS: [u16; 6] = [22, 80, 443, 3306, 8080, 8404];

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

impl Simulation {
    /// Scans all servers. Returns how many ports are open.
    pub(super) fn scan_ports(&mut self) -> u32 {
        let mut findings = Vec::new();
        for (place, server) in self.plan.servers.clone().enumerate() {
            let mut ports = USUAL_PORTS.to_vec();
            ports.extend(self.listeners(&server).into_iter().map(|(port, _)| port));
            ports.sort_unstable();
            ports.dedup();
            for port in ports {
                let says = self.knock(place, &server, port);
                findings.push(Finding { server: server.clone(), port, says });
            }
        }
        self.faults.findings = findings;
        count(self.faults.findings.iter().filter(|finding| finding.says == Port::Open).count())
    }

    /// The ports on which programs of a server listen for TCP connections.
    fn listeners(&self, server: &ServerId) -> Vec<(u16, ComponentIx)> {
        let tcp = |link| !matches!(self.infra.link(link).protocol, Protocol::Dns | Protocol::Vrrp);
        let ends = self.infra.links().filter(|(link, _)| tcp(*link)).map(|(link, _)| {
            // A replica opens the connection to the one that it follows.
            let (from, to) = self.infra.ends(link);
            let opens = self.infra.link(link).protocol == Protocol::Replication;
            (self.infra.port(link), if opens { from } else { to })
        });
        ends.filter(|(_, to)| self.infra.component(*to).server.as_ref() == Some(server)).collect()
    }

    /// Asks one port.
    fn knock(&mut self, place: ServerIx, server: &ServerId, port: u16) -> Port {
        let stranger = &self.infra.component(self.plan.browser).id;
        let infra = std::sync::Arc::clone(&self.infra);
        let verdicts: Vec<_> = infra
            .firewalls()
            .filter(|(_, spec)| spec.servers.contains(server))
            .map(|(ix, spec)| (ix, spec.judge(Direction::Inbound, stranger, None, port)))
            .collect();
        for (firewall, verdict) in verdicts {
            if !self.health(firewall).is_up() {
                return Port::Filtered;
            }
            self.count_rule(firewall, verdict);
            match verdict.action {
                RuleAction::Allow => {}
                RuleAction::Drop => return Port::Filtered,
                RuleAction::Reject => return Port::Closed,
            }
        }
        if self.servers_off[place] {
            return Port::Filtered;
        }
        let listens = |(at, to): &(u16, ComponentIx)| *at == port && self.health(*to).accepts();
        if self.listeners(server).iter().any(listens) { Port::Open } else { Port::Closed }
    }

    /// What the last port scan found, server by server; empty before the first.
    pub fn findings(&self) -> &[Finding] {
        &self.faults.findings
    }
}
