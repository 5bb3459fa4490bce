//! The five design write-ups, unmodified: each loads and works, and has the weaknesses that its author missed.

use super::{load, points};
use hoplight::analysis::{Carriers, Outage, plaintext_hops, works};
use hoplight::model::firewall::RuleAction;
use hoplight::model::{ComponentKind, Infrastructure, Protocol, RequestKind};

const DESIGNS: [(&str, &str); 5] = [
    ("assets/design-0.ron", include_str!("../../assets/design-0.ron")),
    ("assets/design-1.ron", include_str!("../../assets/design-1.ron")),
    ("assets/design-2.ron", include_str!("../../assets/design-2.ron")),
    ("assets/design-3.ron", include_str!("../../assets/design-3.ron")),
    ("assets/design-4.ron", include_str!("../../assets/design-4.ron")),
];

pub(crate) fn designs() -> Vec<Infrastructure> {
    DESIGNS.map(load).into()
}

/// Servers of all components that `fits` accepts; `-` for none.
fn places(infra: &Infrastructure, fits: fn(&ComponentKind) -> bool) -> Vec<&str> {
    let found = infra.components().filter(|(_, component)| fits(&component.kind));
    found.map(|(_, component)| component.server.as_ref().map_or("-", |server| server.as_str())).collect()
}

#[test]
fn each_design_loads_and_works_for_every_kind() {
    for (number, infra) in designs().iter().enumerate() {
        assert_eq!(infra.id().as_str(), format!("design-{number}"));
        assert!(!infra.notes().is_empty());
        for kind in RequestKind::ALL {
            assert_eq!(works(infra, &Outage::none(), kind), Ok(()), "{} {kind:?}", infra.id());
        }
        for hop in infra.hops() {
            let passes = hop.guards.iter().all(|guard| guard.verdict.action == RuleAction::Allow);
            assert!(passes, "{}: {}", infra.id(), infra.hop_element(hop.link));
        }
    }
}

#[test]
fn each_design_has_three_firewalls_three_agents_one_certificate_and_distinct_positions() {
    for infra in designs() {
        let count = |fits: fn(&ComponentKind) -> bool| places(&infra, fits).len();
        assert_eq!(count(|kind| matches!(kind, ComponentKind::Firewall(_))), 3, "{}", infra.id());
        assert_eq!(count(|kind| matches!(kind, ComponentKind::Agent(_))), 3, "{}", infra.id());
        assert_eq!(count(|kind| matches!(kind, ComponentKind::MonitoringService)), 1, "{}", infra.id());
        assert_eq!(infra.links().filter(|(_, link)| link.protocol == Protocol::Metrics).count(), 3, "{}", infra.id());
        assert_eq!(infra.certificates().len(), 1, "{}", infra.id());
        let free = infra.components().filter(|(_, component)| component.server.is_none());
        let drawn: Vec<_> = infra.servers().map(|server| server.at).chain(free.map(|(_, component)| component.at)).collect();
        for (number, place) in drawn.iter().enumerate() {
            assert!(place.is_some(), "{}: an element has no position", infra.id());
            assert!(!drawn[..number].contains(place), "{}: two elements at {place:?}", infra.id());
        }
    }
}

#[test]
fn components_that_a_write_up_does_not_place_are_on_no_server() {
    let designs = designs();
    let balancer = |kind: &ComponentKind| matches!(kind, ComponentKind::LoadBalancer(_));
    let firewall = |kind: &ComponentKind| matches!(kind, ComponentKind::Firewall(_));
    let agent = |kind: &ComponentKind| matches!(kind, ComponentKind::Agent(_));
    let database = |kind: &ComponentKind| matches!(kind, ComponentKind::Database(_));
    let application = |kind: &ComponentKind| matches!(kind, ComponentKind::App(_));
    let one_each = vec!["server-1", "server-2", "server-3"];
    let nowhere = vec!["-"; 3];
    let expected = [
        ("-", &one_each, &one_each, "server-2", vec!["server-3"]),
        ("server-3", &nowhere, &nowhere, "server-2", vec!["-"]),
        ("server-1", &one_each, &one_each, "server-3", vec!["server-3"]),
        ("-", &nowhere, &nowhere, "-", vec!["-", "-"]),
        ("server-1", &one_each, &one_each, "-", vec!["-"]),
    ];
    for (infra, (lb, firewalls, agents, app, databases)) in designs.iter().zip(expected) {
        assert_eq!(places(infra, balancer), [lb], "{}", infra.id());
        assert_eq!(&places(infra, firewall), firewalls, "{}", infra.id());
        assert_eq!(&places(infra, agent), agents, "{}", infra.id());
        assert_eq!(places(infra, application), [app], "{}", infra.id());
        assert_eq!(places(infra, database), databases, "{}", infra.id());
    }
}

#[test]
fn the_hops_through_firewalls_match_the_write_up() {
    let crossing = |infra: &Infrastructure| -> Vec<String> {
        let requests = infra.hops().filter(|hop| infra.link(hop.link).protocol != Protocol::Metrics);
        let crossing = requests.filter(|hop| !hop.guards.is_empty());
        crossing.map(|hop| format!("{}×{}", infra.hop_element(hop.link), hop.guards.len())).collect()
    };
    let designs = designs();
    assert_eq!(crossing(&designs[0]), ["lb-1 → web-1×1", "web-1 → app-1×2", "app-1 → db-1×2"]);
    assert_eq!(crossing(&designs[1]), [""; 0], "unplaced firewalls protect nothing");
    assert_eq!(crossing(&designs[2]), ["browser → lb-1×1", "lb-1 → web-1×2", "web-1 → app-1×2"]);
    assert_eq!(crossing(&designs[3]), ["web-1 → app-1×1", "web-2 → app-1×1"], "the firewall is behind Nginx");
    let four = ["browser → lb-1×1", "lb-1 → web-1×2", "lb-1 → web-2×2", "web-1 → app-1×1", "web-2 → app-1×1"];
    assert_eq!(crossing(&designs[4]), four);
}

#[test]
fn the_single_points_are_those_that_the_write_ups_missed() {
    let [zero, one, two, three, four]: [Infrastructure; 5] = DESIGNS.map(load);
    let zero_dynamic = ["lb-1", "fw-1", "web-1", "fw-2", "app-1", "fw-3", "db-1", "server-1", "server-2", "server-3"];
    assert_eq!(points(&zero, RequestKind::Static), ["lb-1", "fw-1", "web-1", "server-1"]);
    assert_eq!(points(&zero, RequestKind::Read), zero_dynamic);
    assert_eq!(points(&zero, RequestKind::Write), zero_dynamic);

    // The application is the web server's peer behind the balancer, and can answer static requests in its place.
    let one_dynamic = ["lb-1", "app-1", "db-1", "server-2", "server-3"];
    assert_eq!(points(&one, RequestKind::Static), ["lb-1", "server-3"]);
    assert_eq!(points(&one, RequestKind::Read), one_dynamic);
    assert_eq!(points(&one, RequestKind::Write), one_dynamic);

    let two_dynamic = ["fw-1", "lb-1", "fw-2", "web-1", "fw-3", "app-1", "db-1", "server-1", "server-2", "server-3"];
    assert_eq!(points(&two, RequestKind::Static), ["fw-1", "lb-1", "fw-2", "web-1", "server-1", "server-2"]);
    assert_eq!(points(&two, RequestKind::Read), two_dynamic);
    assert_eq!(points(&two, RequestKind::Write), two_dynamic);

    assert_eq!(points(&three, RequestKind::Static), ["lb-1"]);
    assert_eq!(points(&three, RequestKind::Read), ["lb-1", "fw-1", "app-1"]);
    assert_eq!(points(&three, RequestKind::Write), ["lb-1", "fw-1", "app-1", "db-1"]);

    let four_dynamic = ["fw-1", "lb-1", "app-1", "db-1", "server-1"];
    assert_eq!(points(&four, RequestKind::Static), ["fw-1", "lb-1", "server-1"]);
    assert_eq!(points(&four, RequestKind::Read), four_dynamic);
    assert_eq!(points(&four, RequestKind::Write), four_dynamic);
}

#[test]
fn an_application_behind_the_balancer_gets_every_kind_and_the_web_server_forwards_two() {
    use RequestKind::{Read, Static, Write};
    let one = load(DESIGNS[1]);
    let carriers = Carriers::of(&one);
    let kinds = |from: &str, to: &str| carriers.kinds(one.link_between(from, to).expect("a link"));
    assert_eq!(kinds("browser", "dns"), [Static, Read, Write]);
    assert_eq!(kinds("lb-1", "web-1"), [Static, Read, Write]);
    assert_eq!(kinds("lb-1", "app-1"), [Static, Read, Write]);
    assert_eq!(kinds("web-1", "app-1"), [Read, Write]);
    assert_eq!(kinds("app-1", "db-1"), [Read, Write]);
    assert_eq!(kinds("agent-1", "monitor"), []);

    let three = load(DESIGNS[3]);
    let carriers = Carriers::of(&three);
    let kinds = |from: &str, to: &str| carriers.kinds(three.link_between(from, to).expect("a link"));
    assert_eq!(kinds("app-1", "db-2"), [Read]);
    assert_eq!(kinds("db-1", "db-2"), [Write], "replicas receive only changes");
}

#[test]
fn every_design_is_plaintext_behind_its_balancer_and_only_one_shares_a_server() {
    for infra in designs() {
        let inside: Vec<_> = plaintext_hops(&infra)
            .into_iter()
            .filter(|hop| !hop.is_exposed())
            .map(|hop| format!("{} → {}", hop.from, hop.to))
            .collect();
        let expected = if infra.id().as_str() == "design-2" { vec!["app-1 → db-1"] } else { vec![] };
        assert_eq!(inside, expected, "{}", infra.id());
        let readable = |hop: &&hoplight::model::Hop| {
            let protocol = infra.link(hop.link).protocol;
            let from = &infra.component(hop.from).kind;
            protocol != Protocol::Metrics && !(protocol == Protocol::Http && matches!(from, ComponentKind::Browser))
        };
        let hops: Vec<_> = infra.hops().collect();
        let by_hand: Vec<_> = hops.iter().filter(readable).map(|hop| hop.link).collect();
        let found: Vec<_> = plaintext_hops(&infra).iter().map(|hop| hop.link).collect();
        assert_eq!(found, by_hand, "{}", infra.id());
    }
}
