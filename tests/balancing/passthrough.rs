//! TLS connections that pass through balancers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use hoplight::model::{ComponentIx, Infrastructure};
use hoplight::sim::{EventKind, JournalEvent, SimTime, Simulation};

#[test]
fn a_connection_passes_through_two_balancers_to_one_web_server() {
    let text = r#"(
        tls: (edge: Passthrough), traffic: (rate: 50.0, static_share: 1.0, write_share: 0.0),
        certificates: [(names: ["www.foobar.com"], on: ["web-1", "web-2", "web-3"])],
        components: [(id: "lb-1", kind: LoadBalancer()), (id: "lb-2", kind: LoadBalancer()), (id: "web-1", kind: Web()),
            (id: "web-2", kind: Web()), (id: "web-3", kind: Web())],
        links: [(from: "browser", to: "lb-1"), (from: "lb-1", to: "lb-2"), (from: "lb-1", to: "web-1"),
            (from: "lb-2", to: "web-2"), (from: "lb-2", to: "web-3")])"#;
    let infra = Arc::new(Infrastructure::from_ron("two.ron", text).expect("a valid scenario"));
    let mut sim = Simulation::new(Arc::clone(&infra), 1);
    let mut chosen: BTreeMap<u64, Vec<ComponentIx>> = BTreeMap::new();
    sim.advance(SimTime::ZERO + Duration::from_secs(20), &mut |event: JournalEvent| {
        if let (Some((number, _)), EventKind::Chose { balancer, .. }) = (event.request, &event.what) {
            chosen.entry(number).or_default().push(*balancer);
        }
    });
    let totals = sim.totals();
    assert!(totals.completed > 900 && totals.failed == 0, "{totals:?}");
    // Each balancer chooses once for a connection, whose later messages follow.
    assert!(chosen.values().any(|by| by.len() == 2), "some pass through both");
    for by in chosen.values() {
        assert!(by.len() <= 2 && by.iter().collect::<BTreeSet<_>>().len() == by.len(), "{by:?}");
    }
}
