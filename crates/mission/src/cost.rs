//! What a design costs, in units: a server is ten.
//!
//! | item | units |
//! |---|---|
//! | server, or program that serves requests and is on no server | 10 |
//! | firewall that is an appliance (on no server) | 5 |
//! | firewall that runs on a server | 1 |
//! | monitoring service | 5 |
//! | agent | 1 |
//! | certificate | 1 |
//! | each software version of a tier beyond the first: its patches, its settings, the skills | 3 |
//!
//! Settings are free. The users' browser and resolver are not part of the site.

use std::collections::{BTreeMap, BTreeSet};

use hoplight_model::{Infrastructure, Tier};

/// Units per server.
pub const SERVER: u32 = 10;
/// Units per firewall that is an appliance.
pub const FIREWALL_APPLIANCE: u32 = 5;
/// Units per firewall that runs on a server.
pub const HOST_FIREWALL: u32 = 1;
/// Units per monitoring service.
pub const MONITORING_SERVICE: u32 = 5;
/// Units per agent.
pub const AGENT: u32 = 1;
/// Units per certificate.
pub const CERTIFICATE: u32 = 1;
/// Units per software version of a tier beyond the first.
pub const SECOND_VERSION: u32 = 3;

/// The cost of a design in units.
pub fn cost(infra: &Infrastructure) -> u32 {
    let mut sum = count(infra.servers().len()) * SERVER;
    let mut versions: BTreeMap<Tier, BTreeSet<_>> = BTreeMap::new();
    for (_, component) in infra.components() {
        let kind = &component.kind;
        if let Some(tier) = kind.tier() {
            versions.entry(tier).or_default().extend(component.software.as_ref());
        }
        let is_on_server = component.server.is_some();
        sum += match (kind.serves_requests(), kind.is_filter(), is_on_server) {
            (true, _, false) => SERVER,
            (_, true, true) => HOST_FIREWALL,
            (_, true, false) => FIREWALL_APPLIANCE,
            _ if kind.as_agent().is_some() => AGENT,
            _ if kind.is_monitoring_service() => MONITORING_SERVICE,
            _ => 0,
        };
    }
    let listed = infra.certificates().iter().filter(|certificate| !certificate.is_assumed);
    sum += count(listed.count()) * CERTIFICATE;
    let further = versions.values().map(|known| count(known.len()).saturating_sub(1));
    sum + further.sum::<u32>() * SECOND_VERSION
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_design_costs_the_sum_of_its_parts() {
        let site = r#"(
            tls: (edge: Terminate),
            certificates: [(on: ["web"])],
            servers: [(id: "a"), (id: "b")],
            components: [
                (id: "fw", kind: Firewall(servers: ["a"], inbound: [()], outbound: [()])),
                (id: "web", kind: Web(), server: "a", software: (name: "Nginx", version: "1")),
                (id: "app", kind: App(), server: "b", software: (name: "Gunicorn", version: "1")),
                (id: "app-2", kind: App(), server: "b", software: (name: "uWSGI", version: "1")),
                (id: "db", kind: Database()),
                (id: "agent", kind: Agent(), server: "a"),
                (id: "monitor", kind: MonitoringService),
            ],
            links: [
                (from: "web", to: "app"), (from: "web", to: "app-2"), (from: "app", to: "db"), (from: "app-2", to: "db"),
                (from: "agent", to: "monitor"),
            ],
        )"#;
        let infra = Infrastructure::from_ron("site.ron", site).unwrap();
        assert_eq!(cost(&infra), 3 * SERVER + FIREWALL_APPLIANCE + AGENT + MONITORING_SERVICE + CERTIFICATE + SECOND_VERSION);
    }
}
