//! Lays out every link: short lines within a server, routed paths between boxes, and the crossings with firewalls.
//!
//! Only the protocol of a link matters here: it determines the order of routing.

use std::collections::BTreeMap;

use hoplight_model::firewall::Direction;
use hoplight_model::text::columns;
use hoplight_model::{ComponentIx, Hop, Infrastructure, Medium, Protocol};

use super::geometry::{Area, Arrow, Cell};
use super::plan::GridPlan;
use super::router::{LinkRouter, Path, Terminal};
use super::{FirewallCrossing, Junction, Layout, LinkRoute, MAX_ROUTES, Owner};

/// Maximum number of agents with a line each.
const FEW_AGENTS: usize = 5;

/// Additional cost of leaving a box on an unfavourable side.
const SIDE: u32 = 26;

pub(super) fn lay(infra: &Infrastructure, plan: &GridPlan, size: (u16, u16), layout: &mut Layout) {
    let mut router = LinkRouter::new(size.0, size.1, layout.frames.iter().map(|frame| frame.area));
    let mut hops: Vec<Hop> = infra.links().take(MAX_ROUTES).map(|(link, _)| infra.hop(link)).collect();
    hops.sort_by_key(|hop| (rank(infra.link(hop.link).protocol), climb(layout, hop), hop.link));
    let few = layout.tags.len() <= FEW_AGENTS;
    let mut used: BTreeMap<(usize, u16), u16> = BTreeMap::new();
    let mut routes = BTreeMap::new();
    for hop in hops {
        let way = if hop.medium == Medium::Loopback && layout.place_of(hop.from).is_some() {
            loopback(plan, layout, &hop, &mut used)
        } else {
            let family = match infra.link(hop.link).protocol {
                // A few agents do not share a line, so that each can be followed to the service.
                Protocol::Metrics if few => u32::MAX - u32::try_from(hop.from.index()).unwrap_or(0),
                Protocol::Metrics => u32::MAX,
                other => u32::try_from(hop.from.index()).unwrap_or(0) * 8 + rank(other),
            };
            let (from, to) = (layout.ports(hop.from, size, false), layout.ports(hop.to, size, true));
            router.route(family, &from, &to)
        };
        if let Some(way) = way {
            let arms = (0..way.cells.len()).map(|place| way.arms(place)).collect();
            let gates = gates(layout, &hop, &way, infra.link(hop.link).protocol == Protocol::Replication);
            let loopback = hop.medium == Medium::Loopback;
            let anchor = way.cells[way.cells.len() / 2];
            routes.insert(
                hop.link,
                LinkRoute { link: hop.link, arms, ends: way.ends, loopback, anchor, gates, label: None, cells: way.cells },
            );
        }
    }
    layout.by_link = infra.links().map(|(link, _)| routes.keys().position(|routed| *routed == link)).collect();
    layout.routes = routes.into_values().collect();
    junctions(layout);
}

/// The order of routing: request paths first, so that they get the clearest routes.
const fn rank(protocol: Protocol) -> u32 {
    match protocol {
        Protocol::Http => 0,
        Protocol::Dns => 1,
        Protocol::Replication => 2,
        Protocol::Sql | Protocol::Cache => 3,
        Protocol::Metrics | Protocol::Vrrp => 4,
    }
}

/// The vertical distance of a link: straight links are routed first.
fn climb(layout: &Layout, hop: &Hop) -> u16 {
    let top = |ix| layout.place_of(ix).map_or(0, |area| area.y);
    top(hop.from).abs_diff(top(hop.to))
}

/// A line within a server: on the label's row between adjacent components, otherwise on a row above the blocks.
fn loopback(plan: &GridPlan, layout: &Layout, hop: &Hop, used: &mut BTreeMap<(usize, u16), u16>) -> Option<Path> {
    let find = |ix: ComponentIx| layout.blocks.iter().position(|block| block.component == ix);
    let (from, to) = (find(hop.from)?, find(hop.to)?);
    let (a, b) = (layout.blocks[from].area, layout.blocks[to].area);
    let frame = layout.blocks[from].frame;
    let forward = from < to;
    let (xs, y) = if from.abs_diff(to) == 1 {
        let (left, right) = if forward { (a, layout.blocks[to]) } else { (b, layout.blocks[from]) };
        let walls = layout.walls.iter().filter(|w| w.area.right() <= right.area.x && w.area.x >= left.right());
        let end = walls.map(|wall| wall.area.x).min().unwrap_or(right.area.x);
        let row = used.entry((frame, left.right())).or_insert(0);
        let y = a.y + *row;
        *row += 1;
        (left.right()..end, y)
    } else {
        let row = plan.boxes[frame].bus.iter().position(|link| *link == hop.link)?;
        let (first, last) = (a.centre().x.min(b.centre().x), a.centre().x.max(b.centre().x));
        (first..last + 1, layout.frames[frame].area.y + 1 + u16::try_from(row).ok()?)
    };
    if xs.is_empty() || y >= layout.frames[frame].area.bottom() - 1 {
        return None;
    }
    let mut cells: Vec<Cell> = xs.map(|x| Cell::new(x, y)).collect();
    let (begins, mut ends) = if forward { (Arrow::Right, Arrow::Right) } else { (Arrow::Left, Arrow::Left) };
    if !forward {
        cells.reverse();
    }
    if from.abs_diff(to) > 1 {
        ends = Arrow::Down;
    }
    Some(Path { cells, begins, ends })
}

/// The crossings of a link with firewalls.
///
/// Replication flows to the replica, but the replica opens the connection, so the crossings are reversed.
fn gates(layout: &Layout, hop: &Hop, way: &Path, backwards: bool) -> Vec<FirewallCrossing> {
    let (Some(first), Some(last)) = (way.cells.first(), way.cells.last()) else { return Vec::new() };
    let gate = |guard: &hoplight_model::hop::Guard| {
        let leaves = guard.verdict.direction == Direction::Outbound;
        let (at, towards) = if leaves == backwards { (*last, way.ends) } else { (*first, way.begins.opposite()) };
        // The crossing is the firewall's cell if the line runs into it, otherwise the border cell.
        let mut cell = at.step(towards)?;
        let mut ahead = Some(cell);
        for _ in 0..4 {
            let Some(here) = ahead else { break };
            let is_its = |firewall| guard.members().any(|member| member == firewall);
            if layout.walls.iter().any(|wall| is_its(wall.firewall) && wall.area.contains(here)) {
                cell = here;
                break;
            }
            ahead = here.step(towards);
        }
        Some(FirewallCrossing { firewall: guard.firewall, cell })
    };
    hop.guards.iter().filter_map(gate).collect()
}

/// Collects the cells of all routes, and gives each link an anchor that few other links share.
fn junctions(layout: &mut Layout) {
    let mut junctions: BTreeMap<Cell, Junction> = BTreeMap::new();
    for (index, route) in layout.routes.iter().enumerate() {
        for (place, cell) in route.cells.iter().enumerate() {
            let junction = junctions.entry(*cell).or_insert_with(|| Junction { cell: *cell, strands: Vec::new(), head: None });
            junction.strands.push((index, route.arms[place]));
            if place + 1 == route.cells.len() {
                junction.head = junction.head.or(Some(route.ends));
            }
        }
    }
    for route in &mut layout.routes {
        let middle = route.cells.len() / 2;
        let crowd = |place: usize| junctions[&route.cells[place]].strands.len();
        let best = (0..route.cells.len()).min_by_key(|place| (crowd(*place), place.abs_diff(middle)));
        route.anchor = best.map_or(route.anchor, |place| route.cells[place]);
    }
    layout.junctions = junctions.into_values().collect();
}

impl Layout {
    /// The area of a component: its block or its tag.
    pub(super) fn place_of(&self, component: ComponentIx) -> Option<Area> {
        let block = self.blocks.iter().find(|block| block.component == component).map(|block| block.area);
        block.or_else(|| self.tags.iter().find(|tag| tag.component == component).map(|tag| tag.area))
    }

    /// The cells where a link may leave a component or, with `entering`, reach it.
    fn ports(&self, component: ComponentIx, size: (u16, u16), entering: bool) -> Vec<Terminal> {
        if let Some(tag) = self.tags.iter().find(|tag| tag.component == component) {
            return self.tag_ports(tag.area, size, entering);
        }
        let Some(block) = self.blocks.iter().find(|block| block.component == component) else { return Vec::new() };
        let frame = self.frames[block.frame].area;
        let mates: Vec<_> = self.blocks.iter().filter(|other| other.frame == block.frame).collect();
        let first = mates.first().is_some_and(|mate| mate.component == component);
        let last = mates.last().is_some_and(|mate| mate.component == component);
        let alone = first && last;
        let mut ports = Vec::new();
        let mut push = |cell: Option<Cell>, outward: Arrow, penalty: u32| {
            let inside = cell.filter(|cell| cell.x < size.0 && cell.y < size.1);
            ports.extend(inside.map(|cell| Terminal {
                cell,
                towards: if entering { outward.opposite() } else { outward },
                penalty,
            }));
        };
        let centre = block.area.centre().x;
        // A link through the title would damage the name.
        let title = frame.x + 1..(frame.x + 5).saturating_add(self.title_columns(block.frame)).min(frame.right() - 1);
        for x in frame.x + 1..frame.right() - 1 {
            let above = block.area.x < x && x < block.area.right();
            let penalty = u32::from(x.abs_diff(centre)) + if above { 4 } else { 90 } + if alone { SIDE } else { 0 };
            let named = if title.contains(&x) { 12 } else { 0 };
            push(Cell::new(x, frame.y).step(Arrow::Up), Arrow::Up, penalty + named);
            push(Cell::new(x, frame.bottom() - 1).step(Arrow::Down), Arrow::Down, penalty);
        }
        for y in frame.y + 1..frame.bottom() - 1 {
            let off = u32::from(y.abs_diff(block.area.y + 1)) * 4;
            // Links leave on the right and arrive on the left, where the firewall is.
            let (left, right) = if entering { (0, SIDE) } else { (SIDE, 0) };
            push(Cell::new(frame.x, y).step(Arrow::Left), Arrow::Left, off + left + if first { 0 } else { 150 });
            push(Cell::new(frame.right() - 1, y).step(Arrow::Right), Arrow::Right, off + right + if last { 0 } else { 150 });
        }
        ports
    }

    /// Columns of the name in the top border of a box.
    fn title_columns(&self, frame: usize) -> u16 {
        match &self.frames[frame].owner {
            Owner::Server(id) => columns(id.as_str()),
            Owner::Component(_) => 0,
        }
    }

    /// An agent's link leaves downwards from its name, or sideways around the corner at the bottom of the canvas.
    fn tag_ports(&self, tag: Area, size: (u16, u16), entering: bool) -> Vec<Terminal> {
        let frame = self.frames.iter().find(|frame| frame.area.contains(Cell::new(tag.x, tag.y))).map_or(tag, |f| f.area);
        let turned = |outward: Arrow| if entering { outward.opposite() } else { outward };
        let below = (tag.x + 1..tag.right().saturating_sub(1)).map(|x| (Cell::new(x, tag.y).step(Arrow::Down), Arrow::Down));
        let sides = [
            (Cell::new(frame.x, tag.y).step(Arrow::Left), Arrow::Left),
            (Cell::new(frame.right() - 1, tag.y).step(Arrow::Right), Arrow::Right),
        ];
        below
            .chain(sides)
            .filter_map(|(cell, outward)| Some((cell.filter(|c| c.x < size.0 && c.y < size.1)?, outward)))
            .map(|(cell, outward)| {
                let penalty = if outward == Arrow::Down { u32::from(cell.x.abs_diff(tag.centre().x)) } else { 120 };
                Terminal { cell, towards: turned(outward), penalty }
            })
            .collect()
    }
}
