//! Plans the boxes: their contents and their positions on a coarse grid.
//!
//! Authored positions take precedence. Other boxes are layered by their depth in the request path, from the user on the
//! left to the data on the right.

use std::collections::{BTreeMap, BTreeSet};

use hoplight_model::behaviour::{Column, Shape};
use hoplight_model::component::GridPlace;
use hoplight_model::firewall::FirewallSpec;
use hoplight_model::text::columns;
use hoplight_model::{Component, ComponentIx, Infrastructure, LinkIx, Medium, ServerId};

/// The owner of a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A server with everything on it.
    Server(ServerId),
    /// A component without a server.
    Component(ComponentIx),
}

/// A component inside a box.
#[derive(Clone, Debug)]
pub(super) struct BlockPlan {
    pub(super) component: ComponentIx,
    /// Firewalls that protect only this component. A pair is one wall of two pieces.
    pub(super) walls: Vec<ComponentIx>,
    /// Columns needed by its text.
    pub(super) min: u16,
    /// Columns of its id, its label and its state.
    pub(super) full: u16,
    /// Columns of a name that it shows in full if there is room: the site's, in the browser's box.
    pub(super) name: u16,
}

/// A box.
#[derive(Clone, Debug)]
pub(super) struct BoxPlan {
    pub(super) owner: Owner,
    pub(super) column: usize,
    pub(super) row: usize,
    pub(super) blocks: Vec<BlockPlan>,
    pub(super) walls: Vec<ComponentIx>,
    pub(super) agents: Vec<ComponentIx>,
    /// Links between components of this box that are not adjacent; each needs a separate row.
    pub(super) bus: Vec<LinkIx>,
    /// Columns needed by the title.
    pub(super) title: u16,
    /// Whether the box is on the shelf below the grid: a firewall that protects nothing, or an agent without a server.
    pub(super) shelved: bool,
}

/// All boxes, on a grid without empty columns or rows.
#[derive(Clone, Debug)]
pub(super) struct GridPlan {
    pub(super) boxes: Vec<BoxPlan>,
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl BoxPlan {
    /// Columns of the left side: a border, or a wall for each firewall.
    pub(super) fn left(&self) -> u16 {
        u16::try_from(self.walls.len().max(1)).unwrap_or(u16::MAX)
    }

    /// Columns of everything except the blocks' text, with gaps of `gap`.
    pub(super) fn frame(&self, gap: u16) -> u16 {
        let blocks = u16::try_from(self.blocks.len()).unwrap_or(u16::MAX);
        let walls: usize = self.blocks.iter().map(|block| block.walls.len()).sum();
        let walls = u16::try_from(walls).unwrap_or(u16::MAX);
        self.left().saturating_add(blocks).saturating_add(walls).saturating_add(blocks.saturating_sub(1).saturating_mul(gap)) + 1
    }

    /// Total columns if the text of each block has the width given by `text`.
    pub(super) fn width(&self, infra: &Infrastructure, gap: u16, text: impl Fn(&BlockPlan) -> u16) -> u16 {
        let blocks = self.blocks.iter().map(text).fold(0, u16::saturating_add);
        let agents = self.agents.iter().map(|ix| columns(infra.component(*ix).id.as_str()) + 3).fold(2, u16::saturating_add);
        self.frame(gap).saturating_add(blocks).max(self.title + 4).max(agents)
    }

    /// Whether the owner is a server.
    pub(super) fn is_server(&self) -> bool {
        matches!(self.owner, Owner::Server(_))
    }
}

impl GridPlan {
    pub(super) fn new(infra: &Infrastructure) -> Self {
        let mut boxes = collect(infra);
        arrange(infra, &mut boxes);
        let placed = || boxes.iter().filter(|b| !b.shelved);
        let columns = placed().map(|b| b.column + 1).max().unwrap_or(0);
        let rows = placed().map(|b| b.row + 1).max().unwrap_or(0);
        Self { boxes, columns, rows }
    }
}

/// Whether a component is drawn as a wall: a firewall that protects something.
fn is_wall(component: &Component) -> bool {
    component.kind.as_firewall().is_some_and(|spec| !spec.servers.is_empty() || !spec.components.is_empty())
}

fn block(infra: &Infrastructure, component: ComponentIx) -> BlockPlan {
    let walls = infra
        .firewalls()
        .filter(|(ix, spec)| !infra.is_standby(*ix) && spec.components.contains(&infra.component(component).id))
        .map(|(ix, _)| ix)
        .collect();
    let called = infra.component(component);
    let id = columns(called.id.as_str());
    let min = match called.kind.facts().shape {
        Shape::Block(Some(columns)) => columns.max(id.saturating_add(3).min(12)),
        Shape::Block(None) | Shape::Wall | Shape::Mark => id.saturating_add(3).clamp(8, 10),
    };
    let full = id.saturating_add(columns(called.label())).saturating_add(4);
    let name = if called.kind.is_browser() { columns(infra.domain()).min(20) } else { 0 };
    BlockPlan { component, walls, min, full, name }
}

fn collect(infra: &Infrastructure) -> Vec<BoxPlan> {
    let mut boxes = Vec::new();
    for server in infra.servers() {
        let here: Vec<_> = infra.on_server(&server.id).filter(|(_, component)| !is_wall(component)).collect();
        let (agents, blocks): (Vec<_>, Vec<_>) = here.into_iter().partition(|(_, c)| c.kind.facts().shape == Shape::Mark);
        let blocks: Vec<_> = blocks.into_iter().map(|(ix, _)| block(infra, ix)).collect();
        let before = |(ix, spec): &(ComponentIx, &FirewallSpec)| !infra.is_standby(*ix) && spec.servers.contains(&server.id);
        let walls = infra.firewalls().filter(before).map(|(ix, _)| ix).collect();
        boxes.push(BoxPlan {
            owner: Owner::Server(server.id.clone()),
            column: 0,
            row: 0,
            bus: long_loopbacks(infra, &blocks),
            blocks,
            walls,
            agents: agents.into_iter().map(|(ix, _)| ix).collect(),
            title: columns(server.id.as_str()),
            shelved: false,
        });
    }
    for (ix, component) in infra.components().filter(|(_, c)| c.server.is_none() && !is_wall(c)) {
        let mut block = block(infra, ix);
        let shelved = matches!(component.kind.facts().shape, Shape::Wall | Shape::Mark);
        block.min = if shelved { 8 } else { block.min };
        boxes.push(BoxPlan {
            owner: Owner::Component(ix),
            column: 0,
            row: 0,
            walls: std::mem::take(&mut block.walls),
            title: columns(component.id.as_str()).min(12),
            blocks: vec![block],
            agents: Vec::new(),
            bus: Vec::new(),
            shelved,
        });
    }
    boxes
}

/// The loopback links between components that are not adjacent, at most three.
fn long_loopbacks(infra: &Infrastructure, blocks: &[BlockPlan]) -> Vec<LinkIx> {
    let place = |ix| blocks.iter().position(|block| block.component == ix);
    infra
        .links()
        .map(|(link, _)| infra.hop(link))
        .filter(|hop| hop.medium == Medium::Loopback)
        .filter(|hop| matches!((place(hop.from), place(hop.to)), (Some(a), Some(b)) if a.abs_diff(b) > 1))
        .map(|hop| hop.link)
        .take(3)
        .collect()
}

/// The distance of each component from the user: hops on the longest path.
fn depths(infra: &Infrastructure) -> BTreeMap<ComponentIx, u16> {
    let mut depth: BTreeMap<_, _> = infra.browser().into_iter().map(|ix| (ix, 0)).collect();
    // The length of request paths is bounded, so this many rounds are enough.
    for _ in 0..=hoplight_model::MAX_HOPS {
        for (link, _) in infra.links().filter(|(_, link)| link.protocol.carries_requests()) {
            let (from, to) = infra.ends(link);
            if let Some(next) = depth.get(&from).map(|d| d + 1) {
                let old = depth.entry(to).or_insert(next);
                *old = next.max(*old);
            }
        }
    }
    depth
}

fn arrange(infra: &Infrastructure, boxes: &mut [BoxPlan]) {
    let depth = depths(infra);
    let mut taken = BTreeSet::new();
    let mut places: Vec<Option<GridPlace>> = boxes
        .iter()
        .map(|plan| match &plan.owner {
            Owner::Server(id) => infra.server(id).and_then(|server| server.at),
            Owner::Component(ix) => infra.component(*ix).at,
        })
        .collect();
    let free = |taken: &mut BTreeSet<(u16, u16)>, column: u16, mut row: u16| {
        while !taken.insert((column, row)) {
            row = row.saturating_add(1);
        }
        GridPlace(column, row)
    };
    for place in places.iter_mut().zip(boxes.iter()).filter(|(_, plan)| !plan.shelved).filter_map(|(place, _)| place.as_mut()) {
        *place = free(&mut taken, place.0, place.1);
    }
    let last = depth.values().max().copied().unwrap_or(0);
    let linked: BTreeSet<ComponentIx> = infra.links().flat_map(|(link, _)| <[_; 2]>::from(infra.ends(link))).collect();
    for (place, plan) in places.iter_mut().zip(boxes.iter()).filter(|(place, plan)| place.is_none() && !plan.shelved) {
        let nearest = plan.blocks.iter().filter_map(|block| depth.get(&block.component)).min();
        let usual = plan.blocks.first().map_or(Column::Last, |block| infra.component(block.component).kind.facts().column);
        let column = nearest.copied().unwrap_or(match usual {
            Column::First => 0,
            Column::Second => 1.min(last),
            // What is not connected yet comes after the request path.
            Column::Last if !plan.blocks.iter().any(|block| linked.contains(&block.component)) => last + 1,
            Column::Last => last,
        });
        *place = Some(free(&mut taken, column, 0));
    }
    let placed = || places.iter().zip(boxes.iter()).filter(|(_, plan)| !plan.shelved).filter_map(|(place, _)| *place);
    let columns: BTreeSet<u16> = placed().map(|place| place.0).collect();
    let rows: BTreeSet<u16> = placed().map(|place| place.1).collect();
    for (place, plan) in places.into_iter().zip(boxes) {
        let Some(place) = place else { continue };
        plan.column = columns.range(..place.0).count();
        plan.row = rows.range(..place.1).count();
    }
}
