//! Network zones: the Internet, the DMZ and the private network.
//!
//! Zones are derived from the links, never authored, and are independent of firewalls: a zone says where a machine is
//! placed, a firewall what reaches it.

use super::behaviour::Operator;
use super::{ComponentIx, Infrastructure, ServerId};

/// A network zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zone {
    /// Users, and third-party services: the resolver, the monitoring service.
    Internet,
    /// Machines that users connect to (the *demilitarized zone*).
    Dmz,
    /// Machines that only other machines of the site connect to.
    Private,
}

impl Infrastructure {
    /// The zone of a component: the zone of its server, if it has one.
    pub fn zone(&self, component: ComponentIx) -> Zone {
        let weight = self.component(component);
        if let Some(server) = &weight.server {
            return self.zone_of_server(server);
        }
        match weight.kind.facts().operator {
            Operator::User | Operator::Provider => Zone::Internet,
            Operator::Site if self.is_asked_by_users(component) => Zone::Dmz,
            Operator::Site => Zone::Private,
        }
    }

    /// The zone of a server.
    pub fn zone_of_server(&self, server: &ServerId) -> Zone {
        if self.on_server(server).any(|(ix, _)| self.is_asked_by_users(ix)) { Zone::Dmz } else { Zone::Private }
    }

    fn is_asked_by_users(&self, component: ComponentIx) -> bool {
        self.links().any(|(link, _)| {
            let (from, to) = self.ends(link);
            to == component && self.component(from).kind.is_browser()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zones(text: &str, names: &[&str]) -> Vec<Zone> {
        let infra = Infrastructure::from_ron("zones.ron", text).unwrap();
        names.iter().map(|name| infra.zone(infra.find(name).unwrap())).collect()
    }

    #[test]
    fn the_balancer_is_in_the_dmz_and_the_machines_behind_it_are_private() {
        use Zone::{Dmz, Internet, Private};
        let stage_2 = include_str!("../../../assets/stage-2-secured.ron");
        let names = ["browser", "dns", "monitor", "lb-1", "agent-1", "web-1", "db-1", "agent-2"];
        assert_eq!(zones(stage_2, &names), [Internet, Internet, Internet, Dmz, Dmz, Private, Private, Private]);
        let stage_0 = include_str!("../../../assets/stage-0-simple.ron");
        let infra = Infrastructure::from_ron("stage-0.ron", stage_0).unwrap();
        let all: Vec<Zone> = infra.servers().map(|server| infra.zone_of_server(&server.id)).collect();
        assert_eq!(all, [Dmz], "users connect to the only machine, so everything on it is in the DMZ");
    }
}
