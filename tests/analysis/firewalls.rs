//! Tests connection attempts against a naive evaluation of the rules, and the review against flaws found by hand.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::designs::designs;
use super::{load, stage_2};
use hoplight::analysis::firewalls::{SSH, attack_path_lengths, listening_ports};
use hoplight::analysis::{ConnectionAttempt, Flaw, Vantage, reach, review};
use hoplight::model::firewall::{FirewallSpec, Peer, RuleAction};
use hoplight::model::{Component, ComponentId, ComponentKind, Element, Infrastructure, Protocol, ServerId, TopologyEdit};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// A small site whose firewalls have random rules.
fn walled(genes: &[u8]) -> Infrastructure {
    let mut genes = genes.iter().copied();
    let mut below = |n: u8| genes.next().map_or(0, |gene| gene % n);
    let names = ["lb-1", "web-1", "web-2", "app-1", "db-1", "db-2", "agent-1"];
    let kinds = ["LoadBalancer()", "Web()", "Web()", "App()", "Database(role: Primary)", "Database(role: Replica)", "Agent()"];
    let mut components = String::from(r#"(id: "browser", kind: Browser), (id: "monitor", kind: MonitoringService), "#);
    for (name, kind) in names.iter().zip(kinds) {
        let server = match below(5) {
            0 => String::new(),
            number => format!(r#", server: "s-{number}""#),
        };
        write!(components, r#"(id: "{name}", kind: {kind}{server}), "#).expect("writing to a String");
    }
    for number in 0..below(4) {
        let mut text = String::new();
        for direction in ["inbound", "outbound"] {
            write!(text, "{direction}: [").expect("writing to a String");
            for _ in 0..below(4) {
                let peer = match below(4) {
                    0 => "Any".to_owned(),
                    1 => format!(r#"Server("s-{}")"#, 1 + below(4)),
                    2 => r#"Component("browser")"#.to_owned(),
                    _ => format!(r#"Component("{}")"#, names[usize::from(below(7))]),
                };
                let ports = ["", "22", "8080", "443, 80", "3306", "53, 123, 443"][usize::from(below(6))];
                let action = ["Allow", "Allow", "Allow", "Drop", "Reject"][usize::from(below(5))];
                write!(text, "(peer: {peer}, ports: [{ports}], action: {action}), ").expect("writing to a String");
            }
            text.push_str("], ");
        }
        let servers: Vec<String> = (1..5).filter(|_| below(3) == 1).map(|server| format!(r#""s-{server}""#)).collect();
        let before: Vec<String> = names.iter().filter(|_| below(6) == 1).map(|name| format!(r#""{name}""#)).collect();
        let own = if below(2) == 1 { format!(r#", server: "s-{}""#, 1 + below(4)) } else { String::new() };
        let default = ["Drop", "Drop", "Reject", "Allow"][usize::from(below(4))];
        write!(
            components,
            r#"(id: "fw-{number}", kind: Firewall(servers: [{}], components: [{}], {text} default: {default}){own}), "#,
            servers.join(", "),
            before.join(", ")
        )
        .expect("writing to a String");
    }
    let text = format!(
        r#"(format: 1, id: "walled", title: "t", summary: "s",
        servers: [(id: "s-1"), (id: "s-2"), (id: "s-3"), (id: "s-4")], components: [{components}],
        links: [(from: "browser", to: "lb-1", protocol: Http), (from: "lb-1", to: "web-1", protocol: Http),
            (from: "lb-1", to: "web-2", protocol: Http), (from: "web-1", to: "app-1", protocol: Http),
            (from: "web-2", to: "app-1", protocol: Http, port: 9000), (from: "app-1", to: "db-1", protocol: Sql),
            (from: "db-1", to: "db-2", protocol: Replication), (from: "agent-1", to: "monitor", protocol: Metrics)])"#
    );
    load(("walled.ron", &text))
}

/// Evaluates the rules literally: the first matching rule decides, otherwise the default.
fn verdict(spec: &FirewallSpec, inbound: bool, peer: &Component, port: u16) -> RuleAction {
    for rule in if inbound { &spec.inbound } else { &spec.outbound } {
        let is_meant = match &rule.peer {
            Peer::Any => true,
            Peer::Component(id) => *id == peer.id,
            Peer::Server(id) => peer.server.as_ref() == Some(id),
        };
        if is_meant && (rule.ports.is_empty() || rule.ports.contains(&port)) {
            return rule.action;
        }
    }
    spec.default
}

fn stands_before(spec: &FirewallSpec, component: &Component) -> bool {
    spec.components.contains(&component.id) || component.server.as_ref().is_some_and(|server| spec.servers.contains(server))
}

fn all(infra: &Infrastructure) -> Vec<&Component> {
    infra.components().map(|(_, component)| component).collect()
}

/// Components that share a component's address.
fn alike<'a>(infra: &'a Infrastructure, component: &'a Component) -> Vec<&'a Component> {
    let same = |other: &&Component| other.id == component.id || (other.server.is_some() && other.server == component.server);
    all(infra).into_iter().filter(same).collect()
}

/// Whether packets get from one component to another. `outside` means that no firewall protects the sender; `held` is
/// the server whose firewalls the attacker controls.
fn gets(infra: &Infrastructure, from: &Component, to: &Component, port: u16, outside: bool, held: Option<&ServerId>) -> bool {
    let firewalls = all(infra).into_iter().filter_map(|component| match &component.kind {
        ComponentKind::Firewall(spec) if held.is_none() || component.server.as_ref() != held => Some(spec),
        _ => None,
    });
    let firewalls: Vec<&FirewallSpec> = firewalls.collect();
    let passes = |source: &Component, destination: &Component| {
        firewalls.iter().all(|spec| match (!outside && stands_before(spec, from), stands_before(spec, to)) {
            (true, false) => verdict(spec, false, destination, port) == RuleAction::Allow,
            (false, true) => verdict(spec, true, source, port) == RuleAction::Allow,
            _ => true,
        })
    };
    alike(infra, from).into_iter().any(|source| alike(infra, to).into_iter().any(|destination| passes(source, destination)))
}

/// Number of firewalls that an attempt passes in sequence, for the best pair of names.
fn furthest(infra: &Infrastructure, from: &Component, to: &Component, port: u16) -> usize {
    let specs = all(infra).into_iter().filter_map(|component| match &component.kind {
        ComponentKind::Firewall(spec) => Some(spec),
        _ => None,
    });
    let (out, rest): (Vec<&FirewallSpec>, Vec<_>) = specs.partition(|spec| stands_before(spec, from) && !stands_before(spec, to));
    let into: Vec<_> = rest.into_iter().filter(|spec| stands_before(spec, to) && !stands_before(spec, from)).collect();
    let passed = |source: &Component, destination: &Component| {
        let out = out.iter().map(|spec| verdict(spec, false, destination, port));
        out.chain(into.iter().map(|spec| verdict(spec, true, source, port)))
            .take_while(|action| *action == RuleAction::Allow)
            .count()
    };
    let pairs = alike(infra, from).into_iter().flat_map(|source| alike(infra, to).into_iter().map(move |other| (source, other)));
    pairs.map(|(source, destination)| passed(source, destination)).max().unwrap_or_default()
}

/// Ports of a program in [`walled`], according to the links there.
fn listens(infra: &Infrastructure, program: &Component) -> BTreeSet<u16> {
    let serves = |protocol| matches!(protocol, Protocol::Http | Protocol::Sql);
    let of_links = infra.hops().filter(|hop| infra.component(hop.to).id == program.id && serves(infra.link(hop.link).protocol));
    let mut ports: BTreeSet<u16> = of_links.map(|hop| infra.port(hop.link)).collect();
    if program.id.as_str() == "db-2" {
        ports.insert(3306);
    }
    ports
}

/// Whether a program accepts connections only from its own server, where all its clients are.
fn is_local(infra: &Infrastructure, program: &Component) -> bool {
    let clients: Vec<_> =
        infra.hops().filter(|hop| infra.component(hop.to).id == program.id).map(|hop| infra.component(hop.from)).collect();
    let is_app = matches!(program.kind, ComponentKind::App(_)) && program.server.is_some();
    is_app && !clients.is_empty() && clients.iter().all(|client| client.server == program.server)
}

/// What an attacker can reach, determined by trying every target.
fn tried(infra: &Infrastructure, from: &Vantage) -> BTreeSet<(Element, u16)> {
    let places: Vec<&Component> = match from {
        Vantage::Internet => all(infra).into_iter().filter(|component| component.id.as_str() == "browser").collect(),
        Vantage::Component(id) => all(infra).into_iter().filter(|component| component.id == *id).collect(),
        Vantage::Server(id) => all(infra).into_iter().filter(|component| component.server.as_ref() == Some(id)).collect(),
    };
    let (outside, held) = (*from == Vantage::Internet, if let Vantage::Server(id) = from { Some(id) } else { None });
    let mut open = BTreeSet::new();
    for place in places {
        for to in all(infra) {
            let is_own = match from {
                Vantage::Internet => false,
                Vantage::Component(id) => to.id == *id,
                Vantage::Server(id) => to.server.as_ref() == Some(id),
            };
            let is_hidden = is_local(infra, to) && (outside || place.server != to.server);
            for port in listens(infra, to) {
                if !is_own && !is_hidden && gets(infra, place, to, port, outside, held) {
                    open.insert((Element::Component(to.id.clone()), port));
                }
            }
            let machine = match &to.server {
                Some(server) if held != Some(server) => Element::Server(server.clone()),
                None if !is_own && !listens(infra, to).is_empty() => Element::Component(to.id.clone()),
                _ => continue,
            };
            let only = to.server.is_some() && alike(infra, to).len() == 1;
            if !(is_own && only) && gets(infra, place, to, SSH, outside, held) {
                open.insert((machine, SSH));
            }
        }
    }
    open
}

fn open(infra: &Infrastructure, from: &Vantage) -> BTreeSet<(Element, u16)> {
    let found = reach(infra, from).into_iter().filter(ConnectionAttempt::is_open);
    found.map(|reach| (reach.target, reach.port)).collect()
}

fn vantages(infra: &Infrastructure) -> Vec<Vantage> {
    let components = infra.components().map(|(_, component)| Vantage::Component(component.id.clone()));
    let inside = components.filter(|vantage| vantage.to_string() != "browser" && vantage.to_string() != "monitor");
    let servers = infra.servers().map(|server| Vantage::Server(server.id.clone()));
    std::iter::once(Vantage::Internet).chain(inside).chain(servers).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_attacker_reaches_what_the_rules_allow(genes in proptest::collection::vec(any::<u8>(), 200)) {
        let infra = walled(&genes);
        for vantage in vantages(&infra) {
            prop_assert_eq!(open(&infra, &vantage), tried(&infra, &vantage), "from {}", vantage);
        }
    }

    #[test]
    fn a_blocked_attempt_is_reported_under_the_name_that_got_furthest(genes in proptest::collection::vec(any::<u8>(), 200)) {
        let infra = walled(&genes);
        for from in all(&infra).into_iter().filter(|component| component.kind.serves_requests()) {
            for found in reach(&infra, &Vantage::Component(from.id.clone())).into_iter().filter(|found| !found.is_open()) {
                let Element::Component(id) = &found.target else { continue };
                let to = infra.component(infra.find(id.as_str()).expect("a target"));
                let passed = found.judged.iter().take_while(|judged| judged.verdict.action == RuleAction::Allow).count();
                prop_assert_eq!(passed, furthest(&infra, from, to, found.port), "{} to {}", &from.id, id);
            }
        }
    }

    #[test]
    fn an_attacker_in_a_program_reaches_at_least_its_upstreams(genes in proptest::collection::vec(any::<u8>(), 200)) {
        let infra = walled(&genes);
        for hop in infra.hops().filter(|hop| infra.link(hop.link).protocol.carries_requests()) {
            let passes = hop.guards.iter().all(|guard| guard.verdict.action == RuleAction::Allow);
            let (from, to) = (&infra.component(hop.from).id, &infra.component(hop.to).id);
            let vantage = if from.as_str() == "browser" { Vantage::Internet } else { Vantage::Component(from.clone()) };
            let target = (Element::Component(to.clone()), infra.port(hop.link));
            prop_assert!(!passes || open(&infra, &vantage).contains(&target), "{} → {}", from, to);
        }
    }

    #[test]
    fn a_compromised_server_reaches_what_any_of_its_programs_reaches(genes in proptest::collection::vec(any::<u8>(), 200)) {
        let infra = walled(&genes);
        for (_, component) in infra.components() {
            let Some(server) = &component.server else { continue };
            let own: BTreeSet<Element> = infra.on_server(server).map(|(_, other)| Element::Component(other.id.clone())).collect();
            let machine = open(&infra, &Vantage::Server(server.clone()));
            let program = open(&infra, &Vantage::Component(component.id.clone()));
            let beyond = program.into_iter().filter(|(target, _)| !own.contains(target) && *target != Element::Server(server.clone()));
            for target in beyond {
                prop_assert!(machine.contains(&target), "{} from {}", target.0, server);
            }
        }
    }

    #[test]
    fn removing_a_shadowed_rule_changes_nothing(genes in proptest::collection::vec(any::<u8>(), 200)) {
        let infra = walled(&genes);
        for flaw in review(&infra) {
            let Flaw::Shadowed { rule, by, .. } = flaw else { continue };
            let ix = infra.find(rule.firewall.as_str()).expect("a firewall");
            let ComponentKind::Firewall(spec) = &infra.component(ix).kind else { panic!("a firewall") };
            let mut shorter = spec.clone();
            let rules = if rule.is_inbound { &mut shorter.inbound } else { &mut shorter.outbound };
            rules.remove(usize::from(rule.number) - 1);
            prop_assert!(by.iter().all(|other| *other < rule.number));
            for peer in all(&infra) {
                for port in [SSH, 53, 80, 123, 443, 3306, 8080, 9000, 1] {
                    prop_assert_eq!(verdict(spec, rule.is_inbound, peer, port), verdict(&shorter, rule.is_inbound, peer, port));
                }
            }
        }
    }

    #[test]
    fn an_unused_rule_decides_no_hop(genes in proptest::collection::vec(any::<u8>(), 200)) {
        let infra = walled(&genes);
        for flaw in review(&infra) {
            let Flaw::Unused(rule) = flaw else { continue };
            let ix = infra.find(rule.firewall.as_str()).expect("a firewall");
            for hop in infra.hops() {
                for guard in hop.guards.iter().filter(|guard| guard.firewall == ix) {
                    let is_inbound = guard.verdict.direction == hoplight::model::firewall::Direction::Inbound;
                    prop_assert!(is_inbound != rule.is_inbound || guard.verdict.rule != Some(rule.number));
                }
            }
        }
    }
}

#[test]
fn the_random_firewalls_produce_every_outcome() {
    let mut runner = TestRunner::deterministic();
    let (mut open, mut dropped, mut rejected, mut by_name) = (0, 0, 0, 0);
    for _ in 0..60 {
        let genes = proptest::collection::vec(any::<u8>(), 200).new_tree(&mut runner).expect("a site").current();
        let infra = walled(&genes);
        for found in vantages(&infra).iter().flat_map(|vantage| reach(&infra, vantage)) {
            open += u32::from(found.is_open() && !found.judged.is_empty());
            dropped += u32::from(found.action() == RuleAction::Drop);
            rejected += u32::from(found.action() == RuleAction::Reject);
            by_name += u32::from(found.judged.iter().any(|judged| judged.verdict.rule.is_some()));
        }
    }
    let counts = [open, dropped, rejected, by_name];
    assert!(counts.iter().all(|count| *count > 500), "{counts:?}");
}

#[test]
fn a_primary_listens_for_its_replica() {
    let text = r#"(format: 1, id: "pair", title: "t", summary: "s", components: [(id: "browser", kind: Browser),
        (id: "app-1", kind: App()), (id: "db-1", kind: Database(role: Primary)), (id: "db-2", kind: Database(role: Replica))],
        links: [(from: "browser", to: "app-1", protocol: Http), (from: "app-1", to: "db-1", protocol: Sql),
        (from: "db-1", to: "db-2", protocol: Replication, port: 3307)])"#;
    let infra = load(("pair.ron", text));
    let ports: Vec<Vec<u16>> = listening_ports(&infra).into_iter().map(|ports| ports.into_iter().collect()).collect();
    assert_eq!(
        ports,
        [vec![], vec![443], vec![3306, 3307], vec![3306]],
        "a database without a request link listens on its usual port"
    );
}

/// Open targets as `target:port`, including SSH.
fn words(infra: &Infrastructure, from: &Vantage) -> Vec<String> {
    let found = reach(infra, from).into_iter().filter(ConnectionAttempt::is_open);
    found.map(|reach| format!("{}:{}", reach.target, reach.port)).collect()
}

fn program(id: &str) -> Vantage {
    Vantage::Component(ComponentId::new(id))
}

fn machine(id: &str) -> Vantage {
    Vantage::Server(ServerId::new(id))
}

#[test]
fn the_firewalls_of_stage_2_keep_a_compromised_balancer_from_the_databases() {
    let infra = stage_2();
    assert_eq!(words(&infra, &Vantage::Internet), ["lb-1:443"]);
    // The rule allows port 8080 of the server. The applications listen on 8000.
    let behind = ["web-1:8080", "web-2:8080"];
    let own = |others: &[&str], own: &str| -> Vec<String> {
        others.iter().map(|name| (*name).to_owned()).chain([format!("{own}:22")]).collect()
    };
    assert_eq!(words(&infra, &program("lb-1")), own(&behind, "server-1"));
    let agent = [&["lb-1:443"][..], &behind].concat();
    assert_eq!(words(&infra, &program("agent-1")), own(&agent, "server-1"), "same server, same address");
    assert_eq!(words(&infra, &machine("server-1")), behind, "its own firewall is no longer effective");
    assert_eq!(words(&infra, &program("web-1")), own(&["lb-1:443", "app-1:8000", "db-1:3306", "db-2:3306"], "server-2"));
    assert_eq!(words(&infra, &machine("server-2")), ["lb-1:443", "db-2:3306"]);
    let depth =
        attack_path_lengths(&infra).into_iter().map(|(id, depth)| format!("{id}:{}", depth.unwrap_or(0))).collect::<Vec<_>>();
    assert_eq!(depth, ["lb-1:1", "web-1:2", "app-1:3", "db-1:3", "web-2:2", "app-2:3", "db-2:3"]);
}

#[test]
fn an_attempt_names_the_rule_that_decided() {
    let infra = stage_2();
    let why = |from: &Vantage, target: &str, port: u16| {
        let found = reach(&infra, from).into_iter().find(|reach| reach.target.to_string() == target && reach.port == port);
        format!("{}.", hoplight::text::reach(&found.expect("the attempt is made")))
    };
    assert_eq!(why(&Vantage::Internet, "lb-1", 443), "lb-1:443 is open: inbound rule 1 of fw-1 allows it.");
    assert_eq!(why(&Vantage::Internet, "db-1", 3306), "db-1:3306 is closed: the inbound default of fw-2 drops it.");
    assert_eq!(
        why(&program("lb-1"), "web-2", 8080),
        "web-2:8080 is open: outbound rule 2 of fw-1, inbound rule 1 of fw-3 allow it."
    );
    assert_eq!(why(&program("lb-1"), "db-1", 3306), "db-1:3306 is closed: the outbound default of fw-1 drops it.");
    assert_eq!(why(&machine("server-1"), "db-1", 3306), "db-1:3306 is closed: the inbound default of fw-2 drops it.");
    assert_eq!(
        why(&program("web-1"), "db-1", 3306),
        "db-1:3306 is open: it is on the same machine, where no firewall is between programs."
    );
    let one = &designs()[1];
    let open = reach(one, &Vantage::Internet).into_iter().find(|reach| reach.target.to_string() == "db-1");
    assert_eq!(
        hoplight::text::reach(&open.expect("the attempt is made")).to_sentence(),
        "db-1:22 is open: no firewall is in between."
    );
}

/// The flaws in abbreviated form.
fn flaws(infra: &Infrastructure) -> Vec<String> {
    let short = |flaw: Flaw| match flaw {
        Flaw::GuardsNothing(id) => format!("{id} guards nothing"),
        Flaw::Behind { firewall, unprotected } => {
            format!("{firewall} behind {}", unprotected.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        }
        Flaw::OpenEntry(id) => format!("{id} open"),
        Flaw::Unprotected(id) => format!("{id} unprotected"),
        other => hoplight::text::flaw(&other).to_string(),
    };
    review(infra).into_iter().map(short).collect()
}

#[test]
fn the_review_finds_where_the_write_ups_lack_firewalls() {
    let [zero, one, two, three, four] = &designs()[..] else { panic!("five") };
    assert_eq!(flaws(&stage_2()), [""; 0]);
    assert_eq!(flaws(zero), ["fw-1 behind lb-1", "lb-1 open"]);
    let nothing = ["fw-1 guards nothing", "fw-2 guards nothing", "fw-3 guards nothing"];
    assert_eq!(flaws(one), [&nothing[..], &["lb-1 open", "web-1 unprotected", "app-1 unprotected", "db-1 unprotected"]].concat());
    assert_eq!(flaws(two), [""; 0]);
    let misplaced = ["fw-2 guards nothing", "fw-3 guards nothing", "fw-1 behind web-1 web-2", "lb-1 open"];
    assert_eq!(flaws(three), [&misplaced[..], &["web-1 unprotected", "web-2 unprotected"]].concat());
    assert_eq!(flaws(four), ["app-1 unprotected", "db-1 unprotected"]);
}

#[test]
fn every_flaw_has_a_sentence() {
    let three = &designs()[3];
    let found: Vec<String> = review(three).iter().map(|flaw| hoplight::text::flaw(flaw).to_string()).collect();
    assert_eq!(found[0], "fw-2 protects nothing: no connection crosses it.");
    assert_eq!(found[2], "fw-1 is behind web-1, web-2: attacks on web-1, web-2 pass no firewall.");
    assert_eq!(found[3], "lb-1 faces the Internet without a firewall: every port of its machine can be attacked.");
    assert_eq!(review(three)[2].element(), Element::Component(ComponentId::new("fw-1")));
}

/// Flaws of stage 2 after replacing text in its file.
fn changed(from: &str, to: &str) -> Vec<String> {
    let text = include_str!("../../assets/stage-2-secured.ron");
    assert!(text.contains(from), "{from}");
    flaws(&load(("stage-2-secured.ron", &text.replacen(from, to, 1))))
}

#[test]
fn different_flaws_of_rules_are_distinguished() {
    let only = |from: &str, to: &str, expected: &str| assert_eq!(changed(from, to), [expected], "{to}");
    // Harmless: SSH for a named administrator.
    assert_eq!(
        changed("inbound: [(ports: [443, 80])]", "inbound: [(ports: [443, 80]), (peer: Server(\"server-2\"), ports: [22])]"),
        [""; 0]
    );
    only(
        "inbound: [(ports: [443, 80])]",
        "inbound: [(ports: [443, 80, 8404])]",
        "Inbound rule 1 of fw-1 opens 8404, which nothing in the design needs.",
    );
    assert_eq!(
        changed("inbound: [(ports: [443, 80])]", "inbound: [(ports: [443, 80]), (ports: [22])]"),
        [
            "The Internet reaches a port that no user needs: server-1:22 is open: inbound rule 2 of fw-1 allows it.",
            "Inbound rule 2 of fw-1 allows traffic that nothing in the design sends.",
        ]
    );
    let everything = changed("inbound: [(ports: [443, 80])]", "inbound: [()]");
    assert_eq!(everything.last().map(String::as_str), Some("Inbound rule 1 of fw-1 opens every port; the design needs a few."));
    only(
        "inbound: [(ports: [443, 80])]",
        "inbound: [(ports: [443, 80]), (peer: Server(\"server-3\"), ports: [443])]",
        "Inbound rule 2 of fw-1 never matches: rule 1 before it matches all of its traffic.",
    );
    only(
        "inbound: [(ports: [443, 80])]",
        "inbound: [(ports: [443, 80]), (peer: Server(\"server-3\"), ports: [443], action: Drop)]",
        "Inbound rule 2 of fw-1 never matches: rule 1 before it matches all of its traffic, with different actions.",
    );
    only(
        "(ports: [53, 123, 443])]",
        "(ports: [53, 123])]",
        "The samples of agent-1 are stopped by the outbound default of fw-1. Silence then looks like health.",
    );
    assert_eq!(
        changed("inbound: [(peer: Component(\"lb-1\"), ports: [8080]), ", "inbound: ["),
        ["lb-1 → web-1 is part of the design, and the inbound default of fw-2 stops it."]
    );
    let lax = changed("inbound: [(ports: [443, 80])],", "inbound: [(ports: [443, 80])], default: Allow,");
    assert_eq!(
        lax,
        [
            "The Internet reaches a port that no user needs: server-1:22 is open: the inbound default of fw-1 allows it.",
            "fw-1 allows traffic that no rule matches: it stops only what was anticipated.",
        ]
    );
}

#[test]
fn a_block_added_by_an_edit_closes_its_hop_and_shadows_the_rule() {
    let infra = stage_2();
    let blocked = infra.edited(&TopologyEdit::Block(ComponentId::new("lb-1"), ComponentId::new("web-1")));
    assert_eq!(
        flaws(&blocked),
        [
            "Inbound rule 2 of fw-2 never matches: rule 1 before it matches all of its traffic, with different actions.",
            "lb-1 → web-1 is part of the design, and inbound rule 1 of fw-2 stops it.",
        ]
    );
    let reached = words(&blocked, &program("agent-1"));
    assert!(!reached.contains(&"web-1:8080".to_owned()) && reached.contains(&"web-2:8080".to_owned()), "{reached:?}");
}
