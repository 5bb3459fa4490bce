//! Hit testing for the mouse, and navigation with the arrow keys.
//!
//! An arrow key moves to the nearest element in its direction. That alone may leave some elements unreachable, so two
//! repair passes follow, after which every element can be reached from every other.

use std::collections::{BTreeMap, BTreeSet};

use hoplight_model::{Element, Infrastructure, LinkIx};

use super::Layout;
use super::geometry::{Area, Arrow, Cell};
use super::plan::Owner;

/// Positions of elements, and which element each arrow key reaches.
#[derive(Clone, Debug, Default)]
pub(super) struct Compass {
    order: Vec<Element>,
    index: BTreeMap<Element, usize>,
    anchors: Vec<Cell>,
    next: Vec<[Option<usize>; 4]>,
    bounds: Area,
    hits: Vec<u32>,
}

impl Compass {
    pub(super) fn new(infra: &Infrastructure, layout: &Layout) -> Self {
        let mut compass = Self { order: order(infra, layout), ..Self::default() };
        compass.index = compass.order.iter().cloned().zip(0..).collect();
        compass.anchors = compass.order.iter().map(|element| anchor(infra, layout, element)).collect();
        compass.cover(infra, layout);
        compass.next = (0..compass.order.len()).map(|from| Arrow::ALL.map(|arrow| compass.nearest(from, arrow))).collect();
        compass.repair();
        compass
    }

    pub(super) fn order(&self) -> &[Element] {
        &self.order
    }

    pub(super) fn anchor(&self, element: &Element) -> Option<Cell> {
        self.index.get(element).map(|index| self.anchors[*index])
    }

    pub(super) fn neighbour(&self, element: &Element, arrow: Arrow) -> Option<&Element> {
        self.next[*self.index.get(element)?][arrow.index()].map(|index| &self.order[index])
    }

    pub(super) fn hit(&self, cell: Cell) -> Option<&Element> {
        if !self.bounds.contains(cell) {
            return None;
        }
        let at = usize::from(cell.y - self.bounds.y) * usize::from(self.bounds.width) + usize::from(cell.x - self.bounds.x);
        self.hits.get(at).and_then(|hit| hit.checked_sub(1)).and_then(|index| self.order.get(index as usize))
    }

    fn paint(&mut self, area: Area, element: &Element) {
        let Some(index) = self.index.get(element).and_then(|index| u32::try_from(index + 1).ok()) else { return };
        for cell in area.cells().filter(|cell| self.bounds.contains(*cell)) {
            let at = usize::from(cell.y - self.bounds.y) * usize::from(self.bounds.width) + usize::from(cell.x - self.bounds.x);
            self.hits[at] = index;
        }
    }

    /// Fills the hit map, with small elements on top of large ones.
    fn cover(&mut self, infra: &Infrastructure, layout: &Layout) {
        let junctions = layout.junctions.iter().map(|junction| Area::new(junction.cell.x, junction.cell.y, 1, 1));
        let labels = layout.routes.iter().filter_map(|route| Some((route.link, route.label?.area)));
        let areas = layout.frames.iter().map(|f| f.area).chain(junctions).chain(labels.clone().map(|(_, area)| area));
        let (mut low, mut high) = (Cell::new(u16::MAX, u16::MAX), Cell::default());
        for area in areas {
            low = Cell::new(low.x.min(area.x), low.y.min(area.y));
            high = Cell::new(high.x.max(area.right()), high.y.max(area.bottom()));
        }
        self.bounds = Area::new(low.x, low.y, high.x.saturating_sub(low.x), high.y.saturating_sub(low.y));
        self.hits = vec![0; usize::from(self.bounds.width) * usize::from(self.bounds.height)];
        let component = |ix| Element::Component(infra.component(ix).id.clone());
        for frame in &layout.frames {
            let owner = match &frame.owner {
                Owner::Server(id) => Element::Server(id.clone()),
                Owner::Component(ix) => component(*ix),
            };
            self.paint(frame.area, &owner);
        }
        labels.for_each(|(link, area)| self.paint(area, &infra.hop_element(link)));
        layout.blocks.iter().for_each(|block| self.paint(block.area, &component(block.component)));
        layout.walls.iter().for_each(|wall| self.paint(wall.area, &component(wall.firewall)));
        layout.tags.iter().for_each(|tag| self.paint(tag.area, &component(tag.component)));
        // A cell that several links share belongs to the link with the fewest exclusive cells.
        let mut own = vec![0usize; layout.routes.len()];
        for junction in layout.junctions.iter().filter(|junction| junction.strands.len() == 1) {
            own[junction.strands[0].0] += 1;
        }
        for junction in &layout.junctions {
            if let Some((route, _)) = junction.strands.iter().min_by_key(|(route, _)| (own[*route], *route)) {
                let hop = infra.hop_element(layout.routes[*route].link);
                self.paint(Area::new(junction.cell.x, junction.cell.y, 1, 1), &hop);
            }
        }
    }

    /// The nearest element in a direction. Sideways distance counts more than distance ahead.
    fn nearest(&self, from: usize, arrow: Arrow) -> Option<usize> {
        let here = self.anchors[from];
        let distance = |to: usize| {
            let there = self.anchors[to];
            // A cell is about twice as high as it is wide.
            let (dx, dy) = (i32::from(there.x) - i32::from(here.x), 2 * (i32::from(there.y) - i32::from(here.y)));
            let (ahead, aside) = match arrow {
                Arrow::Up => (-dy, dx.abs()),
                Arrow::Right => (dx, dy.abs()),
                Arrow::Down => (dy, dx.abs()),
                Arrow::Left => (-dx, dy.abs()),
            };
            (ahead > 0).then_some((ahead + aside * 2 + if aside > ahead { 40 } else { 0 }, to))
        };
        (0..self.order.len()).filter(|to| *to != from).filter_map(distance).min().map(|(_, to)| to)
    }

    /// The elements reachable from the first element or, with `backwards`, the elements that can reach it.
    fn closure(&self, backwards: bool) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([0]);
        let mut open = vec![0];
        while let Some(at) = open.pop() {
            let next: Vec<usize> = if backwards {
                (0..self.next.len()).filter(|from| self.next[*from].contains(&Some(at))).collect()
            } else {
                self.next[at].iter().flatten().copied().collect()
            };
            open.extend(next.into_iter().filter(|to| found.insert(*to)));
        }
        found
    }

    fn gap(&self, a: usize, b: usize) -> u32 {
        let (a, b) = (self.anchors[a], self.anchors[b]);
        u32::from(a.x.abs_diff(b.x)) + 2 * u32::from(a.y.abs_diff(b.y))
    }

    /// Makes every element reachable from every other.
    fn repair(&mut self) {
        let count = self.order.len();
        loop {
            let reached = self.closure(false);
            let Some(lost) = (0..count).find(|index| !reached.contains(index)) else { break };
            let Some(host) = reached.iter().copied().min_by_key(|index| (self.gap(*index, lost), *index)) else { break };
            // Insert the unreachable element between the nearest reachable element and its neighbour.
            let (from, to) = (self.anchors[host], self.anchors[lost]);
            let arrow = match (to.x.cmp(&from.x), to.y.cmp(&from.y)) {
                (_, std::cmp::Ordering::Less) => Arrow::Up,
                (_, std::cmp::Ordering::Greater) => Arrow::Down,
                (std::cmp::Ordering::Less, _) => Arrow::Left,
                _ => Arrow::Right,
            };
            let behind = self.next[host][arrow.index()].replace(lost);
            self.next[lost][arrow.index()] = behind.or(self.next[lost][arrow.index()]);
        }
        loop {
            let returning = self.closure(true);
            let Some(stuck) = (0..count).find(|index| !returning.contains(index) && self.next[*index].contains(&None)) else {
                break;
            };
            let home = returning.iter().copied().min_by_key(|index| (self.gap(*index, stuck), *index));
            if let Some(free) = self.next[stuck].iter_mut().find(|next| next.is_none()) {
                *free = home;
            }
        }
    }
}

/// Elements in Tab order: boxes by column and row, each followed by its contents and their outgoing links.
fn order(infra: &Infrastructure, layout: &Layout) -> Vec<Element> {
    let component = |ix| Element::Component(infra.component(ix).id.clone());
    let mut frames: Vec<usize> = (0..layout.frames.len()).collect();
    frames.sort_by_key(|index| (layout.frames[*index].area.x, layout.frames[*index].area.y));
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    let mut add = |element: Element| {
        if seen.insert(element.clone()) {
            order.push(element);
        }
    };
    for index in frames {
        let frame = &layout.frames[index];
        if let Owner::Server(id) = &frame.owner {
            add(Element::Server(id.clone()));
        }
        let walls = layout.walls.iter().filter(|wall| frame.area.overlaps(wall.area)).map(|wall| wall.firewall);
        let blocks = layout.blocks.iter().filter(|block| block.frame == index).map(|block| block.component);
        let tags = layout.tags.iter().filter(|tag| frame.area.overlaps(tag.area)).map(|tag| tag.component);
        for ix in walls.chain(blocks).chain(tags) {
            add(component(ix));
            let laid = |link: &LinkIx| layout.route(*link).is_some();
            infra.links_from(ix).into_iter().filter(laid).for_each(|link| add(infra.hop_element(link)));
        }
    }
    order
}

fn anchor(infra: &Infrastructure, layout: &Layout, element: &Element) -> Cell {
    let found = match element {
        Element::Server(id) => {
            let frame = layout.frames.iter().find(|frame| matches!(&frame.owner, Owner::Server(owner) if owner == id));
            frame.map(|frame| Cell::new(frame.area.x + 4.min(frame.area.width / 2), frame.area.y))
        }
        Element::Component(id) => infra.find(id.as_str()).and_then(|ix| {
            // Near the row in which links enter: in a tall wall, the middle is far from them.
            let enters = |area: Area| Cell::new(area.x, area.y + (area.height / 2).min(3));
            let wall = layout.walls.iter().find(|wall| wall.firewall == ix).map(|wall| enters(wall.area));
            wall.or_else(|| layout.place_of(ix).map(|area| Cell::new(area.centre().x, area.y)))
        }),
        Element::Hop(from, to) => {
            let link = infra.link_between(from.as_str(), to.as_str());
            link.and_then(|link| layout.route(link)).map(|route| route.anchor)
        }
    };
    found.unwrap_or_default()
}
