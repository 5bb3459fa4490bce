//! Analysis benchmarks: single points of failure as designs grow, and availability in hard cases.
//!
//! `cargo bench --bench analysis` prints a table; docs/benchmarks.md quotes it.

use divan::{Bencher, black_box};
use hoplight::analysis::availability::{LIMITS, Method, unavailability};
use hoplight::analysis::circuit::{Circuit, CircuitBuilder, GateId};
use hoplight::analysis::findings::findings_in;
use hoplight::analysis::{Structure, availability, single_points_in};
use hoplight::model::{Infrastructure, RequestKind};
use petgraph::algo::dominators;
use petgraph::graph::{DiGraph, NodeIndex};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

fn main() {
    divan::main();
}

/// A site of about `components` components: one balancer, pairs of a web server and an application, one database.
fn site(components: usize) -> Infrastructure {
    let pairs = 1..=((components - 4) / 2).max(1);
    let parts = pairs.clone().map(|pair| format!("(id: \"web-{pair}\", kind: Web()), (id: \"app-{pair}\", kind: App()),"));
    let link = |from: &str, to: &str, speaks: &str| format!("(from: \"{from}\", to: \"{to}\", protocol: {speaks}),");
    let links = pairs.map(|pair| {
        let (web, app) = (format!("web-{pair}"), format!("app-{pair}"));
        link("lb", &web, "Http") + &link(&web, &app, "Http") + &link(&app, "db", "Sql")
    });
    let (parts, links): (String, String) = (parts.collect(), links.collect());
    let text = format!(
        "(format: 1, id: \"site\", title: \"Site\", summary: \"A site.\",
          components: [(id: \"browser\", kind: Browser), (id: \"dns\", kind: DnsResolver()), (id: \"lb\", kind: LoadBalancer()),
            (id: \"db\", kind: Database(role: Primary)), {parts}],
          links: [(from: \"browser\", to: \"dns\", protocol: Dns), (from: \"browser\", to: \"lb\", protocol: Http), {links}])"
    );
    Infrastructure::from_ron("site.ron", &text).expect("a valid scenario")
}

/// Finds the single points of failure for all kinds of request, with the reasons, starting from the infrastructure.
#[divan::bench(args = [100, 1_000, 10_000])]
fn single_points_of_components(bencher: Bencher<'_, '_>, components: usize) {
    let infra = site(components);
    bencher.bench_local(|| {
        let structure = Structure::of(&infra);
        RequestKind::ALL.map(|kind| single_points_in(&infra, &structure, kind).expect("the design works").len())
    });
}

/// The structure with the losses of each element, and all findings, starting from the infrastructure: the library calls
/// of `analyze`, without the text of its report.
#[divan::bench(args = [100, 1_000, 10_000])]
fn losses_and_findings(bencher: Bencher<'_, '_>, components: usize) {
    let infra = site(components);
    bencher.bench_local(|| {
        let structure = Structure::of(&infra);
        (structure.losses().each.len(), findings_in(&infra, &structure, 100.0).len())
    });
}

/// A random layered network with `links` links and half as many nodes: each node has links to two nodes of the next
/// layer. A request takes at most seven hops, so designs grow in width.
fn layers(links: u32) -> DiGraph<(), ()> {
    let layers = 5;
    let width = links / (2 * layers);
    let mut graph = DiGraph::new();
    let mut draws = Xoshiro256PlusPlus::seed_from_u64(1);
    let node = |layer: u32, place: u32| NodeIndex::new((1 + layer * width + place) as usize);
    for _ in 0..=width * layers + 1 {
        graph.add_node(());
    }
    let (start, end) = (NodeIndex::new(0), NodeIndex::new((width * layers + 1) as usize));
    for place in 0..width {
        graph.add_edge(start, node(0, place), ());
        graph.add_edge(node(layers - 1, place), end, ());
    }
    for layer in 1..layers {
        for place in 0..width {
            for _ in 0..2 {
                let next = u32::try_from(draws.next_u64() % u64::from(width)).expect("the number is small");
                graph.add_edge(node(layer - 1, place), node(layer, next), ());
            }
        }
    }
    graph
}

/// A circuit over the nodes and links that is true if a path leads from the first node to the last.
fn reachability(graph: &DiGraph<(), ()>) -> Circuit {
    let mut builder = CircuitBuilder::default();
    let nodes = u32::try_from(graph.node_count()).expect("the number is small");
    let mut leads: Vec<GateId> = Vec::new();
    // In reverse order, because links lead to nodes with higher numbers.
    for node in graph.node_indices().rev() {
        let itself = builder.input(u32::try_from(node.index()).expect("the number is small"));
        let mut ways = Vec::new();
        for edge in graph.edge_indices_from(node) {
            let (link, to) = edge;
            let link = builder.input(nodes + link);
            let further = leads[graph.node_count() - 1 - to];
            ways.push(builder.all([link, further]));
        }
        let gate = if ways.is_empty() {
            itself
        } else {
            let any = builder.any(ways);
            builder.all([itself, any])
        };
        leads.push(gate);
    }
    let root = leads[graph.node_count() - 1];
    builder.finish(root)
}

/// The links from a node, as pairs of link number and target.
trait LinksFrom {
    fn edge_indices_from(&self, node: NodeIndex) -> Vec<(u32, usize)>;
}

impl LinksFrom for DiGraph<(), ()> {
    fn edge_indices_from(&self, node: NodeIndex) -> Vec<(u32, usize)> {
        use petgraph::visit::EdgeRef;
        self.edges(node)
            .map(|edge| (u32::try_from(edge.id().index()).expect("the number is small"), edge.target().index()))
            .collect()
    }
}

/// Tests the loss of each node and each link in an existing circuit, for a growing number of links.
#[divan::bench(args = [100, 1_000, 10_000, 100_000, 1_000_000], sample_count = 9, sample_size = 1)]
fn knock_outs_of_links(bencher: Bencher<'_, '_>, links: u32) {
    let circuit = reachability(&layers(links));
    bencher.bench_local(|| circuit.knock_outs().len());
}

/// petgraph's dominators of the same networks, for nodes only.
#[divan::bench(args = [100, 1_000, 10_000, 100_000, 1_000_000], sample_count = 9, sample_size = 1)]
fn dominators_of_links(bencher: Bencher<'_, '_>, links: u32) {
    let graph = layers(links);
    let end = NodeIndex::new(graph.node_count() - 1);
    bencher.bench_local(|| {
        let tree = dominators::simple_fast(&graph, NodeIndex::new(0));
        tree.strict_dominators(end).map(Iterator::count)
    });
}

/// A structure function over layers of nodes, each of which has links to `fan` random nodes of the next layer. Only
/// nodes fail.
fn sparse(width: u32, depth: u32, fan: u32, seed: u64) -> Circuit {
    let mut draws = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut builder = CircuitBuilder::default();
    let mut next: Vec<GateId> = Vec::new();
    for layer in (0..depth).rev() {
        let mut here = Vec::new();
        for place in 0..width {
            let itself = builder.input(layer * width + place);
            let ways: Vec<GateId> = match next.len() {
                0 => Vec::new(),
                n if fan >= width => (0..n).map(|place| next[place]).collect(),
                n => (0..fan).map(|_| next[usize::try_from(draws.next_u64() % n as u64).expect("the number is small")]).collect(),
            };
            let further = if ways.is_empty() { builder.constant(true) } else { builder.any(ways) };
            here.push(builder.all([itself, further]));
        }
        next = here;
    }
    let root = builder.any(next);
    builder.finish(root)
}

fn exactly(circuit: &Circuit, inputs: u32) -> f64 {
    let down = vec![0.001; inputs as usize];
    let (unavailability, method, _) = unavailability(black_box(circuit), &down, &LIMITS);
    assert_eq!(method, Method::Exact);
    unavailability
}

/// 120 elements in layers (width, depth, links per node): fully linked, then sparse and far deeper than a real site.
#[divan::bench(args = [(30, 4, 30), (8, 15, 8), (4, 30, 2), (8, 15, 2)])]
fn availability_of_120_elements_in_layers(bencher: Bencher<'_, '_>, (width, depth, fan): (u32, u32, u32)) {
    let circuit = sparse(width, depth, fan, 1);
    bencher.bench_local(|| exactly(&circuit, width * depth));
}

/// 24 elements in various layouts (width, depth, links per node).
#[divan::bench(args = [(2, 12, 2), (4, 6, 2), (6, 4, 2), (6, 4, 3), (8, 3, 2), (8, 3, 3), (8, 3, 4), (12, 2, 3), (12, 2, 5)])]
fn availability_of_24_elements(bencher: Bencher<'_, '_>, (width, depth, fan): (u32, u32, u32)) {
    let circuit = sparse(width, depth, fan, 2);
    bencher.bench_local(|| exactly(&circuit, width * depth));
}

/// A structure too large for a decision diagram is sampled.
#[divan::bench]
fn availability_sampled(bencher: Bencher<'_, '_>) {
    let circuit = sparse(8, 15, 3, 1);
    let down = vec![0.001; 120];
    bencher.bench_local(|| unavailability(black_box(&circuit), &down, &[]));
}

/// All three kinds of request of a shipped design, starting from the infrastructure.
#[divan::bench]
fn availability_of_stage_2(bencher: Bencher<'_, '_>) {
    let text = include_str!("../assets/stage-2-secured.ron");
    let infra = Infrastructure::from_ron("stage-2-secured.ron", text).expect("a valid scenario");
    bencher.bench_local(|| {
        let structure = Structure::of(&infra);
        RequestKind::ALL.map(|kind| availability(&infra, &structure, kind).unavailability)
    });
}
