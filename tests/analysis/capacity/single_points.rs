//! N−1 tests: whether the remaining capacity is sufficient after a failure.

#![expect(clippy::float_cmp, reason = "rounded, or made of few exact steps")]

use super::measured::measure;
use super::{assert_near, load, site, sites, slots};
use crate::stage_2;
use hoplight::analysis::capacity::overloads;
use hoplight::analysis::{Capacity, Outage, Overload, capacity_spofs};
use hoplight::model::{ComponentId, Element, Infrastructure, RequestKind, ServerId};
use hoplight::sim::Command;

/// `count` web servers behind a balancer, each with a capacity of 100 requests per second.
fn webs(count: usize) -> Infrastructure {
    let servers: Vec<String> = (1..=count)
        .map(|n| format!(r#"(id: "web-{n}", kind: Web(), station: (slots: 1, queue: 100, service: Constant(ms: 10.0)))"#))
        .collect();
    let links: Vec<String> = (1..=count).map(|n| format!(r#", (from: "lb", to: "web-{n}", protocol: Http)"#)).collect();
    site(
        "static_share: 1.0, write_share: 0.0, new_visitors: 0.0",
        "tls: (edge: None),",
        &format!(r#"(id: "lb", kind: LoadBalancer()), {}"#, servers.join(", ")),
        &format!(r#"(from: "browser", to: "lb", protocol: Http){}"#, links.concat()),
    )
}

#[test]
fn losing_a_server_takes_two_at_60_percent_to_120_and_three_to_90() {
    let lost = capacity_spofs(&webs(2), 120.0);
    let causes: Vec<String> = lost.iter().map(|overload| hoplight::text::overload(overload).to_string()).collect();
    // Losing a server and losing the link to it have the same effect on the others. Without the balancer, nothing is
    // overloaded, because no request gets through.
    let without = |lost: &str, left: &str| format!("Without {lost}, at 120 requests/s: {left} at 120 % instead of 60 %.");
    let expected = [("web-1", "web-2"), ("web-2", "web-1"), ("lb → web-1", "web-2"), ("lb → web-2", "web-1")];
    assert_eq!(causes, expected.map(|(lost, left)| without(lost, left)));
    let Overload { answered, saturation, .. } = &lost[0];
    assert_eq!((*answered, *saturation), (1.0, Some(100.0)));
    assert_eq!(capacity_spofs(&webs(3), 180.0), []);
    let tight = overloads(&webs(3), 180.0, 0.8);
    assert_eq!(tight[0].overloaded[0].resource, slots("web-2"));
    assert_near(tight[0].overloaded[0].after, 0.9, 1e-12);
    // A resource that is overloaded without any failure is not reported.
    assert_eq!(capacity_spofs(&webs(2), 400.0), []);
    // A load that exactly meets the capacity is not an overload.
    assert_eq!(capacity_spofs(&webs(2), 100.0), []);
}

#[test]
fn the_loss_of_a_server_matches_the_simulation() {
    let infra = stage_2();
    let lost = |load| {
        let found = capacity_spofs(&infra, load);
        found.into_iter().map(|overload| overload.cause.to_string()).collect::<Vec<_>>()
    };
    // Writes wait for a primary that does not respond, and hold the workers that reads need.
    assert_eq!(lost(250.0), ["fw-2", "server-2", "app-1 → db-1", "app-2 → db-1"]);
    // The loss of either server leaves one application, as does the loss of a web server or of the link to it. The
    // server of the primary also takes down the database that writes need, but the application processes writes before
    // it notices.
    assert_eq!(
        lost(290.0),
        [
            "fw-2",
            "web-1",
            "fw-3",
            "web-2",
            "server-2",
            "server-3",
            "lb-1 → web-1",
            "lb-1 → web-2",
            "app-1 → db-1",
            "app-2 → db-1"
        ]
    );
    let kill = Command::Kill(Element::Server(ServerId::new("server-3")));
    let capacity = Capacity::of(&infra, &Outage::of(Element::Server(ServerId::new("server-3"))));
    for (load, overloaded) in [(200.0, false), (320.0, true)] {
        // The balancer detects the failure after six seconds.
        let run = measure(&infra, load, std::slice::from_ref(&kill), [10, 20]);
        for id in ["app-1", "lb-1", "db-1", "web-1", "fw-2"] {
            let ix = infra.find(id).unwrap();
            let found = run.busy[ix.index()] / f64::from(infra.component(ix).station().slots);
            let predicted = capacity.utilisation_of(id, run.rate()).unwrap();
            if id == "app-1" && overloaded {
                assert!(predicted > 1.15 && found > 0.97 && run.waiting[ix.index()] > 20, "{found}, predicted {predicted}");
            } else if !overloaded {
                assert!((found - predicted).abs() < 0.05 * predicted + 0.002, "{id}: {found}, predicted {predicted}");
            }
        }
        if overloaded {
            let dynamic = (run.completed[1] + run.completed[2]) / run.seconds;
            assert_near(dynamic, 0.6 * capacity.mix_saturation().unwrap().rps, 0.05);
        }
    }
}

#[test]
fn visits_after_a_failure_of_random_sites_match_the_prediction() {
    let mut answered_all = 0;
    for seed in 1..=24 {
        let infra = sites::draw(seed, sites::Sort::Plain);
        let parts: Vec<ComponentId> = infra
            .components()
            .filter(|(_, component)| component.kind.serves_requests())
            .map(|(_, component)| component.id.clone())
            .collect();
        let lost = parts[usize::try_from(seed).unwrap() % parts.len()].clone();
        let capacity = Capacity::of(&infra, &Outage::of(Element::Component(lost.clone())));
        let run = measure(&infra, 80.0, &[Command::Kill(Element::Component(lost.clone()))], [20, 40]);
        for kind in RequestKind::ALL {
            let (found, predicted) = (run.completed[kind.index()] / run.offered[kind.index()], capacity.answered(kind));
            assert!((found - predicted).abs() < 0.04, "site {seed} without {lost}: {found} of {kind:?}, predicted {predicted}");
        }
        if RequestKind::ALL.into_iter().any(|kind| capacity.answered(kind) < 1.0 - 1e-9) {
            // Failing requests try several upstreams first, which the prediction does not count.
            continue;
        }
        answered_all += 1;
        for station in capacity.stations().iter().filter(|station| infra.component(station.ix).kind.serves_requests()) {
            let predicted: f64 = run.offered.iter().zip(station.visits).map(|(count, visits)| count * visits).sum();
            let (found, id) = (run.visits[station.ix.index()], &station.component);
            let chance = 10.0 + 0.01 * predicted + 4.0 * predicted.sqrt();
            assert!((found - predicted).abs() < chance, "site {seed} without {lost}: {id} {found}, predicted {predicted}");
        }
    }
    assert!(answered_all >= 6, "too few sites survive a failure: {answered_all}");
}

#[test]
fn a_tcp_check_leaves_backends_in_use_whose_requests_fail() {
    let with_check = |check: &str| {
        let text = super::STAGE_2.1.replace("algorithm: RoundRobin", &format!("algorithm: RoundRobin, check: {check}"));
        let infra = load(("stage-2.ron", &text));
        Capacity::of(&infra, &Outage::of(Element::Component(ComponentId::new("app-2"))))
    };
    let blind = with_check("Tcp");
    assert_eq!(RequestKind::ALL.map(|kind| blind.answered(kind)), [1.0, 0.5, 0.5]);
    let looking = with_check("HttpApp");
    assert_eq!(RequestKind::ALL.map(|kind| looking.answered(kind)), [1.0; 3]);
    assert_near(looking.station("app-1").unwrap().visits[1], 2.0 * blind.station("app-1").unwrap().visits[1], 1e-12);
}

#[test]
fn the_peer_of_a_lost_balancer_takes_over_and_needs_the_same_capacity() {
    let infra = site(
        "static_share: 1.0, write_share: 0.0, new_visitors: 0.0",
        "tls: (edge: None),",
        r#"(id: "lb-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 150, track: ())), station: (slots: 4, service: Constant(ms: 10.0))),
           (id: "lb-2", kind: LoadBalancer(vrrp: (peer: "lb-1", track: ())), station: (slots: 1, service: Constant(ms: 10.0))),
           (id: "web", kind: Web(), station: (service: Constant(ms: 1.0)))"#,
        r#"(from: "browser", to: "lb-1", protocol: Http), (from: "browser", to: "lb-2", protocol: Http),
           (from: "lb-1", to: "lb-2", protocol: Vrrp), (from: "lb-1", to: "web", protocol: Http), (from: "lb-2", to: "web", protocol: Http)"#,
    );
    let capacity = Capacity::of(&infra, &Outage::none());
    assert_eq!((capacity.utilisation_of("lb-1", 200.0), capacity.utilisation_of("lb-2", 200.0)), (Some(0.5), Some(0.0)));
    let lost: Vec<String> =
        capacity_spofs(&infra, 200.0).iter().map(|overload| hoplight::text::overload(overload).to_string()).collect();
    assert_eq!(lost[0], "Without lb-1, at 200 requests/s: lb-2 at 200 % instead of 0 %.");
    assert!(lost.iter().all(|lost| !lost.starts_with("Without lb-2")));
}

#[test]
fn without_its_replicas_a_primary_serves_all_reads() {
    let infra = load(("replicated.ron", include_str!("../../data/replicated.ron")));
    let lost = |id: &str| Capacity::of(&infra, &Outage::of(Element::Component(ComponentId::new(id))));
    let visits = |capacity: &Capacity, id: &str| {
        let station = capacity.station(id).unwrap();
        [station.visits[1], station.visits[2]]
    };
    let whole = Capacity::of(&infra, &Outage::none());
    assert_eq!((visits(&whole, "db-1"), visits(&whole, "db-2"), visits(&whole, "db-3")), ([0.0, 1.0], [1.0, 0.0], [0.0, 0.0]));
    assert_eq!(visits(&lost("db-2"), "db-1"), [1.0, 1.0]);
    // Without automatic failover, no replica is promoted.
    assert_eq!((lost("db-1").answered(RequestKind::Write), visits(&lost("db-1"), "db-2")), (0.0, [1.0, 0.0]));
}

#[test]
fn a_quorum_elects_another_member_and_waits_for_the_remaining_one() {
    let infra = load(("quorum.ron", include_str!("../../data/quorum.ron")));
    let present = |out: &[&str]| {
        let outage: Outage = out.iter().map(|id| Element::Component(ComponentId::new(id))).collect();
        let capacity = Capacity::of(&infra, &outage);
        ["db-1", "db-2", "db-3"].map(|id| (capacity.station(id).unwrap().present_s[2] * 1e6).round())
    };
    // 2 ms of work, and a round trip to the closer of the others: 2 × 1 ms.
    assert_eq!(present(&[]), [4_000.0, 0.0, 0.0]);
    assert_eq!(present(&["db-2"]), [6_000.0, 0.0, 0.0], "the other member is 2 ms away");
    assert_eq!(present(&["db-1"]), [0.0, 4_000.0, 0.0]);
    assert_eq!(present(&["db-1", "db-3"]), [0.0; 3], "one of three is not a majority");
}
