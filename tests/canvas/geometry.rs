//! Invariants of the layout of any infrastructure at any size.

use std::collections::BTreeSet;

use hoplight::layout::{Arrow, Cell, Fit, Layout};
use hoplight::model::{Element, Infrastructure};

use super::{component, hop, scenarios, server, stage_2};
use hoplight::model::TlsMode;

const SIZES: [(u16, u16); 9] =
    [(80, 14), (80, 20), (86, 27), (100, 16), (120, 30), (140, 24), (200, 45), (320, 110), (1000, 400)];

/// Checks all invariants of a layout. `whole` requires a route for every link.
pub(crate) fn check(infra: &Infrastructure, layout: &Layout, whole: bool) {
    let Fit::Whole = layout.fit() else {
        assert!(layout.frames().is_empty() && layout.order().is_empty());
        return;
    };
    let name = format!("{} at {:?}", infra.id(), layout.size());
    let (width, height) = layout.size();
    for (index, frame) in layout.frames().iter().enumerate() {
        assert!(frame.area.right() <= width && frame.area.bottom() <= height, "{name}: {frame:?} leaves the canvas");
        for other in &layout.frames()[..index] {
            assert!(!frame.area.overlaps(other.area), "{name}: {frame:?} and {other:?}");
        }
    }
    for (index, block) in layout.blocks().iter().enumerate() {
        let frame = layout.frames()[block.frame].area;
        assert!(block.area.cells().all(|cell| frame.contains(cell)), "{name}: {block:?} leaves {frame:?}");
        assert!(layout.blocks()[..index].iter().all(|other| !other.area.overlaps(block.area)), "{name}: {block:?}");
    }
    let routed: BTreeSet<_> = layout.routes().iter().map(|route| route.link).collect();
    for (link, _) in infra.links() {
        assert!(!whole || routed.contains(&link), "{name}: {} has no route", infra.hop_element(link));
    }
    for route in layout.routes() {
        check_route(infra, layout, route, &name);
    }
    check_reach(layout, &name);
    let hit: BTreeSet<&Element> =
        (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).filter_map(|(x, y)| layout.hit(x, y)).collect();
    for element in layout.order().iter().filter(|_| whole) {
        assert!(hit.contains(element), "{name}: no cell belongs to {element}");
    }
}

fn check_route(infra: &Infrastructure, layout: &Layout, route: &hoplight::layout::LinkRoute, name: &str) {
    let (from, to) = infra.ends(route.link);
    let name = format!("{name}: {}", infra.hop_element(route.link));
    assert!(!route.cells.is_empty() && route.cells.len() == route.arms.len(), "{name}");
    for pair in route.cells.windows(2) {
        assert_eq!(pair[0].x.abs_diff(pair[1].x) + pair[0].y.abs_diff(pair[1].y), 1, "{name}: gap at {pair:?}");
    }
    let frame_of = |ix| {
        let block = layout.blocks().iter().find(|block| block.component == ix).map(|block| layout.frames()[block.frame].area);
        let tag = layout.tags().iter().find(|tag| tag.component == ix).map(|tag| Cell::new(tag.area.x, tag.area.y));
        block.or_else(|| layout.frames().iter().map(|f| f.area).find(|area| tag.is_some_and(|tag| area.contains(tag)))).unwrap()
    };
    let beside = |cell: Cell, area: hoplight::layout::Area| {
        Arrow::ALL.iter().filter_map(|arrow| cell.step(*arrow)).any(|next| area.contains(next))
    };
    if route.loopback {
        let frame = frame_of(from);
        assert!(route.cells.iter().all(|cell| frame.contains(*cell)), "{name} leaves its server");
        assert!(route.cells.iter().all(|cell| layout.blocks().iter().all(|b| !b.area.contains(*cell))), "{name} covers a block");
    } else {
        let crossed = |cell: &Cell| layout.frames().iter().any(|frame| frame.area.contains(*cell));
        assert!(!route.cells.iter().any(crossed), "{name} crosses a box");
        assert!(beside(route.cells[0], frame_of(from)), "{name} does not begin at the client");
        assert!(beside(*route.cells.last().unwrap(), frame_of(to)), "{name} does not end at the server");
        let guards = infra.hop(route.link).guards.len();
        assert_eq!(route.gates.len(), guards, "{name} has a gate for each firewall");
    }
    if let Some(label) = route.label {
        assert!(label.area.cells().all(|cell| layout.frames().iter().all(|frame| !frame.area.contains(cell))), "{name}");
    }
}

/// Checks that every element is reachable from every other with the arrow keys.
fn check_reach(layout: &Layout, name: &str) {
    let order = layout.order();
    let Some(first) = order.first() else { return };
    let from_first = reached(layout, first);
    for element in order {
        assert!(from_first.contains(element), "{name}: {element} is not reachable with the arrow keys");
    }
    // Checks the way back only from the elements that are hardest to leave: those found last.
    for element in order.iter().rev().take(6) {
        assert_eq!(reached(layout, element).len(), order.len(), "{name}: stuck at {element}");
    }
}

fn reached<'a>(layout: &'a Layout, first: &'a Element) -> BTreeSet<&'a Element> {
    let mut found = BTreeSet::from([first]);
    let mut open = vec![first];
    while let Some(element) = open.pop() {
        let next = Arrow::ALL.iter().filter_map(|arrow| layout.neighbour(element, *arrow));
        open.extend(next.filter(|next| found.insert(next)));
    }
    found
}

#[test]
fn the_layout_of_every_scenario_satisfies_the_invariants_at_every_size() {
    for infra in scenarios() {
        for (width, height) in SIZES {
            check(&infra, &Layout::new(&infra, width, height), true);
        }
    }
}

#[test]
fn every_scenario_fits_the_smallest_canvas() {
    for infra in scenarios() {
        assert_eq!(Layout::new(&infra, 80, 14).fit(), Fit::Whole, "{}", infra.id());
    }
}

#[test]
fn a_layout_contains_every_element() {
    for infra in scenarios() {
        let layout = Layout::new(&infra, 120, 30);
        let named: BTreeSet<&Element> = layout.order().iter().collect();
        let components = infra.components().map(|(_, component)| Element::Component(component.id.clone()));
        let servers = infra.servers().map(|server| Element::Server(server.id.clone()));
        let hops = infra.links().map(|(link, _)| infra.hop_element(link));
        for element in components.chain(servers).chain(hops) {
            assert!(named.contains(&element), "{}: {element} is not in the diagram", infra.id());
        }
    }
}

#[test]
fn the_required_size_is_sufficient_and_minimal() {
    for infra in scenarios() {
        let Fit::TooSmall { needs } = Layout::new(&infra, 20, 5).fit() else { panic!("{} fits 20x5", infra.id()) };
        assert_eq!(Layout::new(&infra, needs.0, needs.1).fit(), Fit::Whole, "{}", infra.id());
        assert_ne!(Layout::new(&infra, needs.0 - 1, needs.1).fit(), Fit::Whole, "{}", infra.id());
        check(&infra, &Layout::new(&infra, needs.0, needs.1), true);
    }
    for (width, height) in [(0, 0), (1, 0), (0, 1), (1, 1), (3, 200), (200, 3)] {
        let layout = Layout::new(&stage_2(TlsMode::Terminate), width, height);
        assert!(matches!(layout.fit(), Fit::TooSmall { .. }));
        assert_eq!(layout.hit(0, 0), None);
    }
}

#[test]
fn a_huge_infrastructure_is_rejected_quickly() {
    let mut many = String::new();
    for n in 0..19_000 {
        many += "(id: \"a-";
        many += &n.to_string();
        many += "\", kind: App()),";
    }
    let text = format!(
        "(format: 1, id: \"many\", title: \"Many\", summary: \"Many.\", components: [(id: \"browser\", kind: Browser), \
         (id: \"w\", kind: Web()), {many}], links: [(from: \"browser\", to: \"w\", protocol: Http)])"
    );
    let infra = Infrastructure::from_ron("many.ron", &text).unwrap();
    let layout = Layout::new(&infra, 1000, 400);
    assert_eq!(layout.fit(), Fit::TooSmall { needs: (u16::MAX, u16::MAX) });
}

#[test]
fn arrow_keys_follow_the_request_path() {
    let layout = Layout::new(&stage_2(TlsMode::Terminate), 120, 30);
    let walk = |from: &Element, arrow| layout.neighbour(from, arrow).cloned();
    assert_eq!(walk(&component("browser"), Arrow::Right), Some(hop("browser", "lb-1")));
    assert_eq!(walk(&hop("browser", "lb-1"), Arrow::Right), Some(component("fw-1")));
    assert_eq!(walk(&component("web-1"), Arrow::Right), Some(hop("web-1", "app-1")));
    assert_eq!(walk(&component("browser"), Arrow::Down), Some(hop("browser", "dns")));
    assert_eq!(walk(&component("web-1"), Arrow::Up), Some(server("server-2")));
}

#[test]
fn the_mouse_hits_the_element_under_it() {
    let layout = Layout::new(&stage_2(TlsMode::Terminate), 86, 27);
    for element in layout.order() {
        let at = layout.anchor(element).unwrap();
        assert_eq!(layout.hit(at.x, at.y), Some(element));
    }
}
