//! N−1: what is left when something is lost, and whether that is enough.

use super::measured::measure;
use super::{assert_near, load, site, sites, slots};
use crate::stage_2;
use hoplight::analysis::capacity::overloads;
use hoplight::analysis::{Capacity, Outage, Overload, capacity_spofs};
use hoplight::model::{ComponentId, Element, Infrastructure, RequestKind, ServerId};
use hoplight::sim::Command;

/// So many web servers behind a balancer, each of which takes 100 requests a second.
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
fn two_servers_at_60_percent_are_one_at_120_and_three_are_two_at_90() {
    let lost = capacity_spofs(&webs(2), 120.0);
    let causes: Vec<String> = lost.iter().map(ToString::to_string).collect();
    // A server's loss and that of the link to it are the same to the others. Without the balancer, nobody gets anywhere.
    let without = |lost: &str, left: &str| format!("Without {lost}, at 120 requests/s: {left} at 120 % instead of 60 %.");
    let expected = [("web-1", "web-2"), ("web-2", "web-1"), ("lb → web-1", "web-2"), ("lb → web-2", "web-1")];
    assert_eq!(causes, expected.map(|(lost, left)| without(lost, left)));
    let Overload { answered, saturation, .. } = &lost[0];
    assert_eq!((*answered, *saturation), (1.0, Some(100.0)));
    assert_eq!(capacity_spofs(&webs(3), 180.0), []);
    let tight = overloads(&webs(3), 180.0, 0.8);
    assert_eq!(tight[0].overloaded[0].resource, slots("web-2"));
    assert_near(tight[0].overloaded[0].after, 0.9, 1e-12);
    // What is overloaded with everything there is nobody's fault.
    assert_eq!(capacity_spofs(&webs(2), 400.0), []);
    // A load that is just enough is enough.
    assert_eq!(capacity_spofs(&webs(2), 100.0), []);
}

#[test]
fn the_loss_of_a_web_server_is_what_the_simulation_shows() {
    let infra = stage_2();
    let lost = |load| {
        let found = capacity_spofs(&infra, load);
        found.into_iter().map(|overload| overload.cause.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(lost(250.0), [""; 0]);
    // Either server's loss leaves one application, and so does that of a web server or of the way to one. The primary's
    // server takes the database along that writes need, but the application works on them before it finds out.
    assert_eq!(lost(290.0), ["fw-2", "web-1", "fw-3", "web-2", "server-2", "server-3", "lb-1 → web-1", "lb-1 → web-2"]);
    let kill = Command::Kill(Element::Server(ServerId::new("server-3")));
    let capacity = Capacity::of(&infra, &Outage::of(Element::Server(ServerId::new("server-3"))));
    for (load, overloaded) in [(200.0, false), (320.0, true)] {
        // The balancer finds out after six seconds.
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
fn what_is_left_of_random_sites_is_visited_as_predicted() {
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
            // Those who fail ask here and there first.
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
    assert!(answered_all >= 6, "too few sites do without something: {answered_all}");
}

#[test]
fn a_balancer_that_looks_no_further_sends_requests_where_they_fail() {
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
