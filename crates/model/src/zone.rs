//! Zones of the network, as the drawing implies them: who is on the Internet, who is reached from it, who is behind.
//!
//! Nothing here is authored: a zone follows from the links. Must not know firewalls: a zone says where a machine stands, a
//! firewall what reaches it.

use super::behaviour::Operator;
use super::{ComponentIx, Infrastructure, ServerId};

/// A zone of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zone {
    /// Users, and services that others run: the resolver, the monitoring service.
    Internet,
    /// What users reach directly (the *demilitarized zone*).
    Dmz,
    /// What only other machines of the site reach.
    Private,
}

impl Zone {
    /// The word on the picture, and a short one where there is little room.
    pub const fn words(self) -> [&'static str; 2] {
        match self {
            Self::Internet => ["Internet", "net"],
            Self::Dmz => ["DMZ", "DMZ"],
            Self::Private => ["private", "priv"],
        }
    }

    /// What it means, in a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Internet => "on the Internet, run by others",
            Self::Dmz => "in the DMZ: users reach it directly",
            Self::Private => "in the private network: only machines of the site talk to it",
        }
    }
}

impl Infrastructure {
    /// The zone of a component: that of its machine, if it is on one.
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

    /// The zone of a machine.
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
    fn the_balancer_stands_in_the_dmz_and_what_is_behind_it_is_private() {
        use Zone::{Dmz, Internet, Private};
        let stage_2 = include_str!("../../../assets/stage-2-secured.ron");
        let names = ["browser", "dns", "monitor", "lb-1", "agent-1", "web-1", "db-1", "agent-2"];
        assert_eq!(zones(stage_2, &names), [Internet, Internet, Internet, Dmz, Dmz, Private, Private, Private]);
        let stage_0 = include_str!("../../../assets/stage-0-simple.ron");
        let infra = Infrastructure::from_ron("stage-0.ron", stage_0).unwrap();
        let all: Vec<Zone> = infra.servers().map(|server| infra.zone_of_server(&server.id)).collect();
        assert_eq!(all, [Dmz], "one machine for all is reached by users, with all that is on it");
    }
}
