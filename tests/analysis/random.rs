//! Random infrastructures: tests the analysis against brute force and against petgraph's dominators.
//!
//! The reference implementations restate the rules for requests independently of the code under test.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::load;
use hoplight::analysis::{Carriers, Outage, PathCircuits, works};
use hoplight::model::firewall::RuleAction;
use hoplight::model::{
    Cipher, ComponentIx, ComponentKind, DatabaseRole, Element, Infrastructure, Protocol, RequestKind, TlsMode,
};
use petgraph::algo::dominators;
use petgraph::graph::DiGraph;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

const GENES: usize = 300;

/// A sequence of numbers that determines the random site. Continues with zeros when it is exhausted.
struct Genes<'a>(std::slice::Iter<'a, u8>);

impl Genes<'_> {
    fn below(&mut self, n: u8) -> u8 {
        self.0.next().map_or(0, |gene| gene % n)
    }

    fn one_in(&mut self, n: u8) -> bool {
        self.below(n) == 1
    }
}

/// Builds a site: one entry, a few of every other kind, links with kinds, servers, and optionally firewalls with rules.
pub(crate) fn draw(genes: &[u8], firewalls: bool) -> Infrastructure {
    let mut genes = Genes(genes.iter());
    let mut names: Vec<(String, &str)> = Vec::new();
    let tiers = [("dns", 0, 3), ("lb", 1, 2), ("web", 1, 3), ("app", 0, 3), ("db", 1, 3)];
    for (tier, least, span) in tiers {
        for number in 0..least + genes.below(span) {
            names.push((format!("{tier}-{number}"), tier));
        }
    }
    let mut components = String::from(r#"(id: "browser", kind: Browser), "#);
    for (number, (name, tier)) in names.iter().enumerate() {
        let kind = match *tier {
            "dns" => "DnsResolver()",
            "lb" => "LoadBalancer()",
            "web" => "Web()",
            "app" => "App()",
            _ if genes.one_in(2) => "Database(role: Replica)",
            _ => "Database(role: Primary)",
        };
        let server = if genes.one_in(4) {
            String::new()
        } else {
            format!(r#", server: "s-{}""#, (number + usize::from(genes.below(3))) % 5)
        };
        let software = match genes.below(3) {
            0 => String::new(),
            version => format!(r#", software: (name: "any", version: "{version}")"#),
        };
        write!(components, r#"(id: "{name}", kind: {kind}{server}{software}), "#).expect("writing to a String");
    }
    for number in 0..if firewalls { genes.below(4) } else { 0 } {
        let before = &names[usize::from(genes.below(u8::try_from(names.len()).expect("at most 255 names")))].0;
        let servers = if genes.one_in(2) { format!(r#""s-{}""#, genes.below(5)) } else { String::new() };
        let inbound = ["()", "(ports: [443, 8080])", "(ports: [3306, 53])"][usize::from(genes.below(3))];
        let outbound = ["()", "()", "(ports: [8080])"][usize::from(genes.below(3))];
        write!(
            components,
            r#"(id: "fw-{number}", kind: Firewall(servers: [{servers}], components: ["{before}"], inbound: [{inbound}],
            outbound: [{outbound}]), server: "s-{}"), "#,
            genes.below(5)
        )
        .expect("writing to a String");
    }
    let mut links = String::from(r#"(from: "browser", to: "lb-0", protocol: Http), "#);
    for (from_ix, (from, from_tier)) in names.iter().enumerate() {
        for (to, to_tier) in &names[from_ix + 1..] {
            let protocol = match (*from_tier, *to_tier) {
                ("lb", "lb" | "web") | ("web", "app") => "Http",
                ("lb", "app") if genes.one_in(4) => "Http",
                ("app", "db") => "Sql",
                ("web", "db") if genes.one_in(8) => "Sql",
                ("db", "db") => "Replication",
                _ => continue,
            };
            let kinds = ["", "", "", "", "kinds: [Read]", "kinds: [Write]", "kinds: [Static, Read]"][usize::from(genes.below(7))];
            if !genes.one_in(4) {
                write!(links, r#"(from: "{from}", to: "{to}", protocol: {protocol}, {kinds}), "#).expect("writing to a String");
            }
        }
    }
    for (name, _) in names.iter().filter(|(_, tier)| *tier == "dns") {
        write!(links, r#"(from: "browser", to: "{name}", protocol: Dns), "#).expect("writing to a String");
    }
    let servers = ["0", "1", "2", "3", "4"].map(|number| format!(r#"(id: "s-{number}")"#)).join(", ");
    let edge = ["None", "Terminate", "Reencrypt", "Passthrough"][usize::from(genes.below(4))];
    let holder = if genes.one_in(2) { "web-0" } else { "lb-0" };
    let rack = format!(r#"(id: "rack", servers: ["s-{}", "s-{}"])"#, genes.below(2), 2 + genes.below(3));
    let site = format!(r#"(id: "site", servers: ["s-{}"], domains: ["rack"], components: ["web-0"])"#, genes.below(5));
    let text = format!(
        r#"(format: 1, id: "random", title: "t", summary: "s", tls: (edge: {edge}), domains: [{rack}, {site}],
        certificates: [(names: ["www.foobar.com"], on: ["lb-0"], days_left: 9), (names: ["www.foobar.com"], on: ["{holder}"], days_left: 9)],
        servers: [{servers}], components: [{components}], links: [{links}])"#
    );
    load(("random.ron", &text))
}

fn ends(infra: &Infrastructure, at: ComponentIx, request: RequestKind) -> bool {
    // An application without a database answers everything itself.
    let needs_database = infra.hops().any(|hop| hop.from == at && infra.link(hop.link).protocol == Protocol::Sql);
    match (request, &infra.component(at).kind) {
        (_, ComponentKind::App(_)) if !needs_database => true,
        (RequestKind::Static, ComponentKind::Web(_) | ComponentKind::App(_))
        | (RequestKind::Read, ComponentKind::Database(_)) => true,
        (RequestKind::Write, ComponentKind::Database(database)) => database.role == DatabaseRole::Primary,
        _ => false,
    }
}

/// Every complete request path from `at`, as the set of elements that it needs. Sites have no cycles, so the recursion
/// ends.
fn ways_from(infra: &Infrastructure, at: ComponentIx, request: RequestKind) -> Vec<BTreeSet<Element>> {
    if ends(infra, at, request) {
        return vec![BTreeSet::new()];
    }
    let mut ways = Vec::new();
    for hop in infra.hops().filter(|hop| hop.from == at) {
        let link = infra.link(hop.link);
        let travels = matches!(link.protocol, Protocol::Http | Protocol::Sql) && link.kinds[request.index()];
        if travels && let Some(needed) = needs(infra, &hop) {
            ways.extend(ways_from(infra, hop.to, request).into_iter().map(|rest| &rest | &needed));
        }
    }
    ways
}

/// Whether users' TLS ends at a hop's server, which has no certificate.
fn is_refused(infra: &Infrastructure, hop: &hoplight::model::Hop) -> bool {
    let is_balancer = |ix| matches!(infra.component(ix).kind, ComponentKind::LoadBalancer(_));
    let is_users = hop.cipher == Cipher::TlsThrough || hop.cipher == Cipher::Tls && infra.component(hop.from).kind.is_browser();
    let passes = infra.tls().edge == TlsMode::Passthrough && is_balancer(hop.to);
    is_users && !passes && infra.certificates_at(hop.to).is_empty()
}

/// Elements that one hop needs, or `None` if a firewall blocks it or a browser refuses it.
fn needs(infra: &Infrastructure, hop: &hoplight::model::Hop) -> Option<BTreeSet<Element>> {
    if is_refused(infra, hop) {
        return None;
    }
    let allowed = hop.guards.iter().all(|guard| guard.verdict.action == RuleAction::Allow);
    let mut needed = BTreeSet::from([infra.hop_element(hop.link)]);
    for ix in hop.guards.iter().map(|guard| guard.firewall).chain([hop.to]) {
        let component = infra.component(ix);
        needed.insert(Element::Component(component.id.clone()));
        needed.extend(component.server.clone().map(Element::Server));
    }
    allowed.then_some(needed)
}

/// Every complete path of a new visitor's request, including the lookup.
fn ways(infra: &Infrastructure, request: RequestKind) -> Vec<BTreeSet<Element>> {
    let requests = ways_from(infra, infra.find("browser").expect("a browser"), request);
    let lookups: Vec<_> = infra
        .hops()
        .filter(|hop| infra.link(hop.link).protocol == Protocol::Dns && infra.link(hop.link).serves(request))
        .collect();
    if lookups.is_empty() {
        return requests;
    }
    let lookups = lookups.iter().filter_map(|hop| needs(infra, hop));
    lookups.flat_map(|lookup| requests.iter().map(move |way| way | &lookup)).collect()
}

/// All elements that can fail.
pub(crate) fn elements(infra: &Infrastructure) -> Vec<Element> {
    let components = infra.components().map(|(_, component)| Element::Component(component.id.clone()));
    let servers = infra.servers().map(|server| Element::Server(server.id.clone()));
    components.chain(servers).chain(infra.links().map(|(link, _)| infra.hop_element(link))).collect()
}

/// Dominators of every path to an answer, according to petgraph. Does not model servers and firewalls.
fn dominators_of_answers(infra: &Infrastructure, request: RequestKind) -> Option<BTreeSet<Element>> {
    let browser = infra.find("browser").expect("a browser");
    let mut graph: DiGraph<Option<ComponentIx>, ()> = DiGraph::new();
    let nodes: Vec<_> = infra.components().map(|(ix, _)| graph.add_node(Some(ix))).collect();
    let (start, answer) = (graph.add_node(None), graph.add_node(None));
    let mut named = false;
    for hop in infra.hops() {
        let link = infra.link(hop.link);
        let (from, to) = (nodes[hop.from.index()], nodes[hop.to.index()]);
        if !link.serves(request) || is_refused(infra, &hop) {
            continue;
        }
        if link.protocol == Protocol::Dns {
            // The lookup comes before the request: in series.
            graph.extend_with_edges([(start, to), (to, nodes[browser.index()])]);
            named = true;
        } else if link.protocol != Protocol::Replication && link.serves(request) && !ends(infra, hop.from, request) {
            graph.add_edge(from, to, ());
        }
    }
    if !named {
        graph.add_edge(start, nodes[browser.index()], ());
    }
    for (ix, _) in infra.components().filter(|(ix, _)| ends(infra, *ix, request)) {
        graph.add_edge(nodes[ix.index()], answer, ());
    }
    let passed = dominators::simple_fast(&graph, start);
    let passed = passed.strict_dominators(answer)?.filter_map(|node| graph[node]).filter(|ix| *ix != browser);
    Some(passed.map(|ix| Element::Component(infra.component(ix).id.clone())).collect())
}

/// The elements that are on every path, according to the circuits; `None` if there is no path.
fn knock_outs(infra: &Infrastructure, kind: RequestKind) -> Option<Vec<Element>> {
    let paths = PathCircuits::of(infra);
    let cause = |input: u32| &paths.causes()[usize::try_from(input).expect("the number is small")];
    let found = paths.circuit(kind).knock_outs().into_iter().filter_map(|input| cause(input).element());
    paths.works([], kind).then(|| found.collect())
}

pub(crate) fn genes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), GENES)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn works_agrees_with_enumerating_all_paths(genes in genes(), picks in proptest::collection::vec(any::<prop::sample::Index>(), 0..4)) {
        let infra = draw(&genes, true);
        let elements = elements(&infra);
        let out: BTreeSet<Element> =
            picks.iter().map(|pick| pick.get(&elements).clone()).filter(|element| element.to_string() != "browser").collect();
        let outage: Outage = out.iter().cloned().collect();
        for kind in RequestKind::ALL {
            let expected = ways(&infra, kind).iter().any(|way| way.is_disjoint(&out));
            prop_assert_eq!(works(&infra, &outage, kind).is_ok(), expected, "{:?} without {:?}", kind, out);
        }
    }

    #[test]
    fn knock_outs_are_the_intersection_of_all_paths(genes in genes()) {
        let infra = draw(&genes, true);
        for kind in RequestKind::ALL {
            let common = ways(&infra, kind).into_iter().reduce(|a, b| &a & &b);
            let found = knock_outs(&infra, kind);
            let count = found.as_ref().map_or(0, Vec::len);
            let found: Option<BTreeSet<_>> = found.map(|points| points.into_iter().collect());
            prop_assert_eq!(count, found.as_ref().map_or(0, BTreeSet::len), "no duplicates");
            prop_assert_eq!(found, common, "{:?}", kind);
        }
    }

    #[test]
    fn single_components_are_the_dominators_of_an_answer(genes in genes()) {
        let infra = draw(&genes, false);
        for kind in RequestKind::ALL {
            let found: Option<BTreeSet<Element>> = knock_outs(&infra, kind)
                .map(|points| points.into_iter().filter(|element| matches!(element, Element::Component(_))).collect());
            prop_assert_eq!(found, dominators_of_answers(&infra, kind), "{:?}", kind);
        }
    }

    #[test]
    fn a_hop_on_a_complete_path_carries_its_kind_and_a_blocked_one_none(genes in genes()) {
        let infra = draw(&genes, true);
        let carriers = Carriers::of(&infra);
        for kind in RequestKind::ALL {
            let used: BTreeSet<Element> = ways(&infra, kind).into_iter().flatten().collect();
            for hop in infra.hops() {
                let carries = carriers.carries(hop.link, kind);
                let element = infra.hop_element(hop.link);
                prop_assert!(carries || !used.contains(&element), "{} carries {:?}", element, kind);
                // What a hop would carry does not depend on whether its certificate exists yet.
                let open = infra.link(hop.link).serves(kind) && (is_refused(&infra, &hop) || needs(&infra, &hop).is_some());
                prop_assert!(open || !carries, "{} is blocked for {:?}", element, kind);
            }
        }
    }
}

#[test]
fn the_random_sites_cover_working_broken_and_redundant_ones() {
    let mut runner = TestRunner::deterministic();
    let (mut whole, mut broken, mut redundant) = (0, 0, 0);
    for _ in 0..100 {
        let genes = genes().new_tree(&mut runner).expect("a generated value").current();
        let infra = draw(&genes, true);
        for kind in RequestKind::ALL {
            let ways = ways(&infra, kind);
            broken += u32::from(ways.is_empty());
            whole += u32::from(!ways.is_empty());
            redundant += u32::from(ways.len() > 2);
        }
    }
    assert!(whole > 100 && broken > 30 && redundant > 40, "{whole} work, {broken} do not, {redundant} have several paths");
}
