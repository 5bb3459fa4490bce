//! What a learner cannot change: the traffic, the machines and the code.
//!
//! Every mission runs on the same machines, and every program does the same work as in the starting design, so that a
//! design can only win by its structure and its settings.

use std::collections::BTreeSet;

use hoplight_model::component::{Component, Server, Software, Traffic};
use hoplight_model::quantity::Cores;
use hoplight_model::scenario::Scenario;
use hoplight_model::station::StationPatch;
use hoplight_model::{ServerId, Text, Tier};

/// Number of processor cores of every server.
const CORES: u32 = 4;

/// Returns the design with the mission's traffic, on the mission's machines:
///
/// - every server has four cores;
/// - a program that serves requests and is on no server gets a server to itself;
/// - service times and the latency of links are the defaults; numbers of slots and lengths of queues are kept;
/// - a program without a version is the usual one of its tier, so that an omitted version is no protection.
pub(crate) fn standardised(mut design: Scenario, traffic: &Traffic) -> Scenario {
    design.traffic = traffic.clone();
    let mut taken: BTreeSet<ServerId> = design.servers.iter().map(|server| server.id.clone()).collect();
    for component in &mut design.components {
        let Some(tier) = component.kind.tier() else { continue };
        component.station = work_of(&component.station);
        component.software.get_or_insert_with(|| usual_software(tier));
        if component.server.is_none() {
            let id = free_id(component, &taken);
            taken.insert(id.clone());
            component.server = Some(id.clone());
            design.servers.push(Server { id, label: None, cores: None, reliability: None, at: component.at.take() });
        }
    }
    for server in &mut design.servers {
        server.cores = Cores::new(CORES).ok();
    }
    for link in &mut design.links {
        link.latency_ms = None;
    }
    design
}

/// The settings of a station that an operator chooses.
fn work_of(station: &StationPatch) -> StationPatch {
    StationPatch {
        slots: station.slots,
        queue: station.queue,
        connections: station.connections,
        hold: station.hold,
        ..StationPatch::default()
    }
}

/// An id for the server of a program on no server.
fn free_id(component: &Component, taken: &BTreeSet<ServerId>) -> ServerId {
    let name: String = component.id.as_str().chars().take(30).collect();
    let plain = format!("{name}-host");
    let numbered = (2u32..).map(|number| format!("{plain}-{number}"));
    let free = std::iter::once(plain.clone()).chain(numbered).find(|id| !taken.contains(id.as_str()));
    ServerId::new(&free.expect("there are more numbers than servers"))
}

/// The program of a tier whose version is not given.
fn usual_software(tier: Tier) -> Software {
    let (name, version) = match tier {
        Tier::Balancer => ("HAProxy", "2.6.12"),
        Tier::Web => ("Nginx", "1.22.1"),
        Tier::Application => ("Gunicorn", "23.0.0"),
        Tier::Cache => ("Redis", "7.2.5"),
        Tier::SqlProxy => ("ProxySQL", "2.6.3"),
        Tier::Database => ("MySQL", "8.0.36"),
    };
    let text = |text| Text::new(text).expect("the names are printable");
    Software { name: text(name), version: text(version) }
}
