//! A port scan of every server.

use hoplight_model::behaviour::has_port_80;
use hoplight_model::firewall::{Direction, RuleAction};
use hoplight_model::hop::Guard;
use hoplight_model::{ComponentIx, Protocol, ServerId};

use crate::index::{ServerIx, count};
use crate::scan::{Finding, Port, USUAL_PORTS};
use crate::simulation::Simulation;

impl Simulation {
    /// Scans all servers. Returns the number of open ports.
    pub(super) fn scan_ports(&mut self) -> u32 {
        let mut findings = Vec::new();
        for (place, server) in self.plan.servers.clone().enumerate() {
            let mut ports = USUAL_PORTS.to_vec();
            ports.extend(self.listeners(server).into_iter().map(|(port, _)| port));
            ports.sort_unstable();
            ports.dedup();
            for port in ports {
                let says = self.probe_port(place, server, port);
                findings.push(Finding { server: server.clone(), port, says });
            }
        }
        let open = findings.iter().filter(|finding| finding.says == Port::Open).count();
        self.faults.set_findings(findings);
        count(open)
    }

    /// The TCP ports on which a server's programs accept connections from the network.
    fn listeners(&self, server: &ServerId) -> Vec<(u16, ComponentIx)> {
        let tcp = |link| !matches!(self.infra.link(link).protocol, Protocol::Dns | Protocol::Vrrp);
        let ends = self.infra.links().filter(|(link, _)| tcp(*link)).map(|(link, _)| {
            // The replica opens the connection to its source.
            let (from, to) = self.infra.ends(link);
            let opens = self.infra.link(link).protocol == Protocol::Replication;
            (self.infra.port(link), if opens { from } else { to })
        });
        let plaintext = self.infra.links().filter(|(link, _)| has_port_80(&self.infra, *link));
        let plaintext = plaintext.map(|(link, _)| (80, self.infra.ends(link).1));
        let is_open = |to| self.infra.component(to).server.as_ref() == Some(server) && !self.infra.listens_locally(to);
        ends.chain(plaintext).filter(|(_, to)| is_open(*to)).collect()
    }

    /// Probes one port.
    fn probe_port(&mut self, place: ServerIx, server: &ServerId, port: u16) -> Port {
        let stranger = &self.infra.component(self.plan.browser).id;
        let infra = std::sync::Arc::clone(&self.infra);
        let verdicts: Vec<_> = infra
            .firewalls()
            .filter(|(ix, spec)| !infra.is_standby(*ix) && spec.servers.contains(server))
            .map(|(ix, spec)| (ix, spec.judge(Direction::Inbound, stranger, None, port)))
            .collect();
        for (firewall, verdict) in verdicts {
            let guard = Guard { firewall, standby: infra.standby_of(firewall), verdict };
            let Some(acting) = self.acting(&guard) else { return Port::Filtered };
            self.firewalls.count(acting, verdict);
            match verdict.action {
                RuleAction::Allow => {}
                RuleAction::Drop => return Port::Filtered,
                RuleAction::Reject | RuleAction::Reset => return Port::Closed,
            }
        }
        if self.stations.is_off(place) {
            return Port::Filtered;
        }
        let listens = |(at, to): &(u16, ComponentIx)| *at == port && self.health(*to).accepts();
        if self.listeners(server).iter().any(listens) { Port::Open } else { Port::Closed }
    }

    /// Results of the last port scan, grouped by server; empty before the first scan.
    pub fn findings(&self) -> &[Finding] {
        self.faults.findings()
    }
}
