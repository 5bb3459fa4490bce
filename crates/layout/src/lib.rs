//! Layout of the canvas: boxes, firewall walls, routes of links, hit testing, and neighbours for the arrow keys.
//!
//! ```text
//!  Infrastructure ──plan──▶ grid ──sizing──▶ areas ──wires──▶ routes ──labels, compass──▶ Layout
//! ```
//!
//! ```
//! use hoplight_layout::{Fit, Layout};
//! use hoplight_model::Infrastructure;
//!
//! let site = r#"(
//!     components: [(id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
//!     links: [(from: "web", to: "app"), (from: "app", to: "db")],
//! )"#;
//! let infra = Infrastructure::from_ron("site.ron", site)?;
//! let layout = Layout::new(&infra, 100, 20);
//! assert_eq!(layout.fit(), Fit::Whole);
//! assert_eq!(layout.routes().len(), 3, "the browser's link is implied");
//! # Ok::<(), hoplight_model::ReadError>(())
//! ```
//!
//! A pure function of an infrastructure and a size, computed once per resize. A route says where a link is drawn, not
//! what it carries.

mod alike;
mod compass;
mod geometry;
mod labels;
mod map;
mod place;
mod plan;
mod router;
mod sizing;
mod wires;

use hoplight_model::component::GridPlace;
use hoplight_model::{ComponentIx, Element, Infrastructure, LinkIx, Zone};

pub use geometry::{Area, Arrow, Cell};
pub use hoplight_model::compose::Spot;
pub use map::Map;
pub use plan::Owner;

use compass::Compass;

/// Maximum columns and rows used; a larger canvas has a margin.
const MOST: (u16, u16) = (320, 110);
/// Maximum columns and rows of a canvas that is larger than its window. About three hundred servers fit, and are laid
/// out fast enough for a key press.
const LARGEST: (u16, u16) = (480, 520);
/// Maximum number of links routed.
const MAX_ROUTES: usize = 800;

/// Maximum number of components placed. More do not fit on any canvas, and computing their size would be slow.
const MAX_COMPONENTS: usize = 2_000;

/// Whether everything fits on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Everything is placed.
    Whole,
    /// The canvas is too small, and nothing is placed.
    TooSmall {
        /// Minimum columns and rows; the maximum values if no size is sufficient.
        needs: (u16, u16),
    },
}

/// A box on the canvas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Owner of the box.
    pub owner: Owner,
    /// Area of the box, including the border.
    pub area: Area,
    /// Zone of the box; `None` for boxes on the shelf.
    pub zone: Option<Zone>,
    /// Column and row on the grid of boxes; `None` for boxes on the shelf.
    pub grid: Option<GridPlace>,
}

/// A component inside a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The component.
    pub component: ComponentIx,
    /// Area of its text; the first column is reserved for a pointer.
    pub area: Area,
    /// Index of its box in [`Layout::frames`].
    pub frame: usize,
}

/// An agent on the border of its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The agent.
    pub component: ComponentIx,
    /// One row, with a space at both ends.
    pub area: Area,
}

/// A piece of wall: a firewall in front of what it protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    /// The firewall.
    pub firewall: ComponentIx,
    /// A single column of cells.
    pub area: Area,
}

/// The crossing of a link with a firewall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirewallCrossing {
    /// The firewall.
    pub firewall: ComponentIx,
    /// A cell of its wall, or of the border if the link goes through another side.
    pub cell: Cell,
}

/// The route of a link from the client's border to the server's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRoute {
    /// The link.
    pub link: LinkIx,
    /// Adjacent cells in order; the last one has the arrowhead.
    pub cells: Vec<Cell>,
    /// For each cell, the directions in which the line leaves it, as [`Arrow::arm`] bits.
    pub arms: Vec<u8>,
    /// Direction of the arrowhead.
    pub ends: Arrow,
    /// Whether the link stays within one server.
    pub loopback: bool,
    /// A cell near the middle of the route that few other links share.
    pub anchor: Cell,
    /// Firewall crossings, in the order in which a request reaches them.
    pub gates: Vec<FirewallCrossing>,
    /// Space for a label, in one row.
    pub label: Option<Label>,
}

/// Space for a label beside a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// A single row of cells.
    pub area: Area,
    /// Side of the line: above, right, below or left; `None` if it is on the line itself.
    pub side: Option<Arrow>,
}

/// A cell on the route of one or more links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Junction {
    /// The cell.
    pub cell: Cell,
    /// Indices in [`Layout::routes`], each with the link's arms in this cell.
    pub strands: Vec<(usize, u8)>,
    /// Direction of the arrowhead of the first strand that ends here.
    pub head: Option<Arrow>,
}

/// The layout of an infrastructure.
#[derive(Clone, Debug)]
pub struct Layout {
    size: (u16, u16),
    fit: Fit,
    frames: Vec<Frame>,
    blocks: Vec<Block>,
    tags: Vec<Tag>,
    walls: Vec<Wall>,
    routes: Vec<LinkRoute>,
    by_link: Vec<Option<usize>>,
    junctions: Vec<Junction>,
    compass: Compass,
}

impl Layout {
    /// Lays out `infra` on a canvas of `width` × `height` cells.
    pub fn new(infra: &Infrastructure, width: u16, height: u16) -> Self {
        Self::using(infra, (width, height), (width.min(MOST.0), height.min(MOST.1)))
    }

    /// Lays out `infra` on a canvas of at least `width` × `height` cells. If it does not fit, the canvas is larger, to
    /// be viewed through a window.
    pub fn within(infra: &Infrastructure, width: u16, height: u16) -> Self {
        let layout = Self::new(infra, width, height);
        match layout.fit {
            Fit::TooSmall { needs } if needs.0 <= LARGEST.0 && needs.1 <= LARGEST.1 => {
                // One eighth more than the minimum, so that links have space beside each other.
                let size = (width.max(needs.0 + needs.0 / 8), height.max(needs.1 + needs.1 / 8));
                Self::using(infra, size, size)
            }
            _ => layout,
        }
    }

    /// Whether two infrastructures have the same layout on any canvas. If only settings differ, that is known much faster than a
    /// layout is computed.
    pub fn are_alike(a: &Infrastructure, b: &Infrastructure) -> bool {
        alike::are_alike(a, b)
    }

    /// Lays out `infra` in the middle of a canvas, using at most `used` of it.
    fn using(infra: &Infrastructure, (width, height): (u16, u16), used: (u16, u16)) -> Self {
        let mut layout = Self {
            size: (width, height),
            fit: Fit::Whole,
            frames: Vec::new(),
            blocks: Vec::new(),
            tags: Vec::new(),
            walls: Vec::new(),
            routes: Vec::new(),
            by_link: Vec::new(),
            junctions: Vec::new(),
            compass: Compass::default(),
        };
        if infra.len().max(infra.servers().len()) > MAX_COMPONENTS {
            layout.fit = Fit::TooSmall { needs: (u16::MAX, u16::MAX) };
            return layout;
        }
        let plan = plan::GridPlan::new(infra);
        match sizing::fit(infra, &plan, used) {
            Err(needs) => layout.fit = Fit::TooSmall { needs },
            Ok(sizes) => {
                let shift = ((width - used.0) / 2, (height - used.1) / 2);
                place::place(infra, &plan, &sizes.areas, &mut layout);
                wires::lay(infra, &plan, used, &mut layout);
                labels::find(infra, used, &mut layout);
                layout.shift(shift);

                layout.compass = Compass::new(infra, &layout);
            }
        }
        layout
    }

    /// Moves everything to the middle of a canvas that is larger than the used part.
    fn shift(&mut self, by: (u16, u16)) {
        let cell = |c: &mut Cell| *c = Cell::new(c.x + by.0, c.y + by.1);
        let area = |a: &mut Area| *a = Area::new(a.x + by.0, a.y + by.1, a.width, a.height);
        self.frames.iter_mut().for_each(|frame| area(&mut frame.area));
        self.blocks.iter_mut().for_each(|block| area(&mut block.area));
        self.tags.iter_mut().for_each(|tag| area(&mut tag.area));
        self.walls.iter_mut().for_each(|wall| area(&mut wall.area));
        self.junctions.iter_mut().for_each(|junction| cell(&mut junction.cell));
        for route in &mut self.routes {
            route.cells.iter_mut().for_each(cell);
            route.gates.iter_mut().for_each(|gate| cell(&mut gate.cell));
            route.label.iter_mut().for_each(|label| area(&mut label.area));
            cell(&mut route.anchor);
        }
    }

    /// The canvas size for which the layout was computed.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// Whether everything fits.
    pub fn fit(&self) -> Fit {
        self.fit
    }

    /// The boxes: servers in authored order, then components without a server.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The boxes on the grid, each with its owner and its place.
    pub fn spots(&self, infra: &Infrastructure) -> Vec<Spot> {
        let owner = |owner: &Owner| match owner {
            Owner::Server(id) => Element::Server(id.clone()),
            Owner::Component(ix) => Element::Component(infra.component(*ix).id.clone()),
        };
        let spot = |frame: &Frame| Some(Spot { owner: owner(&frame.owner), at: frame.grid? });
        self.frames.iter().filter_map(spot).collect()
    }

    /// By how many columns and rows of the grid a box has to move to the place nearest to a cell. Beyond the last box of a
    /// direction, the place is a new one.
    pub fn shift_to(&self, infra: &Infrastructure, element: &Element, cell: Cell) -> Option<(i16, i16)> {
        let owner = |frame: &&Frame| match (&frame.owner, element) {
            (Owner::Server(server), Element::Server(id)) => server == id,
            (Owner::Server(server), Element::Component(id)) => {
                infra.find(id.as_str()).is_some_and(|ix| infra.component(ix).server.as_ref() == Some(server))
            }
            (Owner::Component(ix), Element::Component(id)) => infra.component(*ix).id == *id,
            (Owner::Component(_), Element::Server(_)) | (_, Element::Hop(..)) => false,
        };
        let from = self.frames.iter().find(owner)?.grid?;
        let placed = || self.frames.iter().filter_map(|frame| Some((frame.grid?, frame.area)));
        let line = |at: u16, index: fn(GridPlace) -> u16, span: fn(Area) -> (u16, u16)| {
            let near = |(grid, area): &(GridPlace, Area)| {
                let (start, length) = span(*area);
                ((start + length / 2).abs_diff(at), index(*grid))
            };
            let nearest = placed().min_by_key(near)?;
            let (start, length) = span(nearest.1);
            let last = placed().map(|(grid, _)| index(grid)).max()?;
            let is_beyond = index(nearest.0) == last && at > start + length;
            Some(if is_beyond { last + 1 } else { index(nearest.0) })
        };
        let column = line(cell.x, |grid| grid.0, |area| (area.x, area.width))?;
        let row = line(cell.y, |grid| grid.1, |area| (area.y, area.height))?;
        let by = |to: u16, from: u16| i16::try_from(i32::from(to) - i32::from(from)).unwrap_or_default();
        Some((by(column, from.0), by(row, from.1)))
    }

    /// The components in the boxes.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The agents on the borders.
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// The walls of the firewalls that protect something; a firewall may have several pieces.
    pub fn walls(&self) -> &[Wall] {
        &self.walls
    }

    /// The routes of the links, in authored order. Links that could not be routed are missing.
    pub fn routes(&self) -> &[LinkRoute] {
        &self.routes
    }

    /// The route of one link.
    pub fn route(&self, link: LinkIx) -> Option<&LinkRoute> {
        self.routes.get((*self.by_link.get(link.index())?)?)
    }

    /// The cells of all routes, each listed once with the links that meet there.
    pub fn junctions(&self) -> &[Junction] {
        &self.junctions
    }

    /// The element at a cell of the canvas.
    pub fn hit(&self, column: u16, row: u16) -> Option<&Element> {
        self.compass.hit(Cell::new(column, row))
    }

    /// The element that an arrow key selects from another one.
    pub fn neighbour(&self, element: &Element, arrow: Arrow) -> Option<&Element> {
        self.compass.neighbour(element, arrow)
    }

    /// All elements in Tab order, along the request path.
    pub fn order(&self) -> &[Element] {
        self.compass.order()
    }

    /// The anchor of an element, where its pointer, note or popup is drawn.
    pub fn anchor(&self, element: &Element) -> Option<Cell> {
        self.compass.anchor(element)
    }
}
