//! Tests capacity against maximum flow: no split can exceed the flow through the network of station capacities.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{assert_near, site, sites, whole};
use hoplight::model::{ComponentIx, ComponentKind, DatabaseRole, Infrastructure, Protocol, RequestKind};
use petgraph::algo::maximum_flow::dinics;
use petgraph::graph::{DiGraph, NodeIndex};

/// Flows are counted in millionths of a request per second, so that they are integers.
const UNIT: f64 = 1e6;
const PLENTY: u64 = 1 << 50;

/// Upper bound on the requests of a kind answered per second: each is processed once at each station on its path, no
/// slot is held while waiting, and every component splits optimally. Firewalls share their capacity freely among hops.
fn most(infra: &Infrastructure, kind: RequestKind) -> f64 {
    let mut network: DiGraph<(), u64> = DiGraph::new();
    let mut gates: BTreeMap<ComponentIx, (NodeIndex, NodeIndex)> = BTreeMap::new();
    let (source, sink) = (network.add_node(()), network.add_node(()));
    for (ix, component) in infra.components() {
        let station = component.station();
        let gate = (network.add_node(()), network.add_node(()));
        let seconds = station.mean_ms(kind) / 1e3;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a capacity is far from 2^64")]
        let capacity = if station.slots == u32::MAX || seconds <= 0.0 {
            PLENTY
        } else {
            // Rounded up, because this is an upper bound.
            (f64::from(station.slots) / seconds * UNIT).ceil() as u64
        };
        network.add_edge(gate.0, gate.1, capacity);
        gates.insert(ix, gate);
        let answers = match (&component.kind, kind) {
            (ComponentKind::Web(_) | ComponentKind::App(_), RequestKind::Static)
            | (ComponentKind::Database(_), RequestKind::Read) => true,
            (ComponentKind::Database(spec), RequestKind::Write) => spec.role != DatabaseRole::Replica,
            _ => false,
        };
        if answers {
            network.add_edge(gate.1, sink, PLENTY);
        }
        if matches!(component.kind, ComponentKind::Browser) {
            network.add_edge(source, gate.0, PLENTY);
        }
    }
    for hop in infra.hops() {
        let link = infra.link(hop.link);
        if matches!(link.protocol, Protocol::Http | Protocol::Sql) && link.serves(kind) {
            let stops = hop.guards.iter().map(|guard| guard.firewall).chain([hop.to]);
            let mut from = gates[&hop.from].1;
            for stop in stops {
                network.add_edge(from, gates[&stop].0, PLENTY);
                from = gates[&stop].1;
            }
        }
    }
    dinics(&network, source, sink).0 as f64 / UNIT
}

#[test]
fn no_site_exceeds_the_maximum_flow() {
    for seed in 1..=200 {
        let infra = sites::draw(seed, sites::Sort::Any);
        let capacity = whole(&infra);
        for kind in RequestKind::ALL {
            let saturation = capacity.saturation(kind).expect("every random site answers").rps;
            let bound = most(&infra, kind);
            assert!(saturation <= bound * (1.0 + 1e-9), "site {seed}: {saturation} of {kind:?}, at most {bound}");
        }
    }
}

#[test]
fn adaptive_balancers_reach_the_maximum_flow() {
    let mut numbers = sites::Numbers::new(7);
    for _ in 0..50 {
        // A balancer in front of two others, each with web servers of random size, some with their own firewall.
        let (mut components, mut links) = (String::new(), String::from(r#"(from: "browser", to: "lb", protocol: Http)"#));
        let station =
            |slots: usize, ms: usize| format!("station: (slots: {slots}, connections: 100000000, service: Constant(ms: {ms}.0))");
        for balancer in ["lb", "lb-a", "lb-b"] {
            let station = station(20 + numbers.below(100), 1);
            write!(components, r#"(id: "{balancer}", kind: LoadBalancer(algorithm: LeastConnections), {station}), "#)
                .expect("writing to a String");
        }
        for balancer in ["lb-a", "lb-b"] {
            write!(links, r#", (from: "lb", to: "{balancer}", protocol: Http)"#).expect("writing to a String");
            for number in 0..=numbers.below(4) {
                let web = format!("{balancer}-web-{number}");
                write!(components, r#"(id: "{web}", kind: Web(), {}), "#, station(1 + numbers.below(9), 1 + numbers.below(9)))
                    .expect("writing to a String");
                write!(links, r#", (from: "{balancer}", to: "{web}", protocol: Http)"#).expect("writing to a String");
                if numbers.below(3) == 0 {
                    let kind = format!(r#"Firewall(components: ["{web}"], inbound: [()])"#);
                    write!(components, r#"(id: "fw-{web}", kind: {kind}, {}), "#, station(1 + numbers.below(3), 1))
                        .expect("writing to a String");
                }
            }
        }
        let infra = site("static_share: 1.0, write_share: 0.0, new_visitors: 0.0", "tls: (edge: None),", &components, &links);
        assert_near(whole(&infra).mix_saturation().unwrap().rps, most(&infra, RequestKind::Static), 1e-6);
    }
}
