//! The viewport: how the screen is divided, where things are on the canvas, and which part of a large canvas is visible.

use hoplight_layout::{Arrow, Cell, Layout, Map};
use hoplight_model::{Element, Infrastructure};

use crate::regions::{self, Regions};

/// The canvas and the window on it.
#[derive(Clone, Debug)]
pub struct Viewport {
    /// The parts of the screen.
    pub regions: Regions,
    /// Where things are on the canvas.
    pub layout: Layout,
    /// The cell of the canvas at the window's top left. Not the origin only where the canvas is larger than the window.
    pub pan: Cell,
    /// Whether a large canvas has a map.
    pub map_shown: bool,
}

impl Viewport {
    /// A viewport without a size.
    pub(crate) fn new(infra: &Infrastructure) -> Self {
        Self { regions: Regions::default(), layout: Layout::new(infra, 0, 0), pan: Cell::default(), map_shown: true }
    }

    /// Lays everything out for a screen of another size. `agents` gauges want a row each; a lesson wants a panel for itself.
    pub(crate) fn resize(&mut self, (columns, rows): (u16, u16), infra: &Infrastructure, agents: usize, lesson: bool) {
        self.regions = regions::stage(columns, rows, u16::try_from(agents).unwrap_or(u16::MAX), lesson);
        self.layout = Layout::within(infra, self.regions.canvas.width, self.regions.canvas.height);
    }

    /// The furthest pan, to the right and down.
    fn most_pan(&self) -> Cell {
        let (width, height) = self.layout.size();
        let window = self.regions.canvas;
        Cell::new(width.saturating_sub(window.width), height.saturating_sub(window.height))
    }

    /// Whether the canvas is larger than its window.
    pub fn is_larger(&self) -> bool {
        self.most_pan() != Cell::default()
    }

    /// The map of a large canvas, in its window, if it is shown. It leaves the selected element visible.
    pub fn map(&self, selected: Option<&Element>) -> Option<Map> {
        let window = self.regions.canvas;
        let selected = selected.and_then(|selected| self.layout.anchor(selected));
        let seen = selected.map(|cell| Cell::new(cell.x.saturating_sub(self.pan.x), cell.y.saturating_sub(self.pan.y)));
        if self.map_shown { Map::new(self.layout.size(), (window.width, window.height), seen) } else { None }
    }

    /// Pans. Returns whether the window moved.
    pub fn pan_by(&mut self, columns: i16, rows: i16) -> bool {
        let (most, before) = (self.most_pan(), self.pan);
        let to = |at: u16, by: i16, most: u16| at.saturating_add_signed(by).min(most);
        self.pan = Cell::new(to(before.x, columns, most.x), to(before.y, rows, most.y));
        self.pan != before
    }

    /// Pans as little as possible to show a cell with some room around it.
    pub(crate) fn show(&mut self, cell: Cell) {
        let (most, window) = (self.most_pan(), self.regions.canvas);
        let near = |at: u16, from: u16, room: u16, most: u16| {
            let around = room / 4;
            from.min(at.saturating_sub(around)).max((at + around + 1).saturating_sub(room)).min(most)
        };
        self.pan = Cell::new(near(cell.x, self.pan.x, window.width, most.x), near(cell.y, self.pan.y, window.height, most.y));
    }

    /// Pans so that an element is visible, or nowhere if it is not on the canvas.
    pub(crate) fn show_element(&mut self, element: &Element) {
        if let Some(cell) = self.layout.anchor(element) {
            self.show(cell);
        }
    }

    /// Centres the window on a cell, as far as the canvas reaches.
    pub(crate) fn centre_on(&mut self, cell: Cell) {
        let (most, window) = (self.most_pan(), self.regions.canvas);
        let to = |at: u16, room: u16, most: u16| at.saturating_sub(room / 2).min(most);
        self.pan = Cell::new(to(cell.x, window.width, most.x), to(cell.y, window.height, most.y));
    }

    /// The element in a direction from the selected one, or the first element if none is selected.
    pub(crate) fn neighbour(&self, selected: Option<&Element>, arrow: Arrow) -> Option<&Element> {
        match selected {
            Some(selected) => self.layout.neighbour(selected, arrow),
            None => self.layout.order().first(),
        }
    }

    /// The element after or before the selected one, in reading order.
    pub(crate) fn next_element(&self, selected: Option<&Element>, forward: bool) -> Option<&Element> {
        let order = self.layout.order();
        let last = order.len().checked_sub(1)?;
        let at = selected.and_then(|selected| order.iter().position(|element| element == selected));
        let next = match (at, forward) {
            (Some(at), true) => (at + 1) % order.len(),
            (Some(at), false) => (at + last) % order.len(),
            (None, true) => 0,
            (None, false) => last,
        };
        order.get(next)
    }
}
