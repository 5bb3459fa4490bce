//! The viewport: the regions of the screen, the layout of the canvas, and the visible part of a large canvas.

use hoplight_layout::{Arrow, Cell, Fit, Layout, Map};
use hoplight_lesson::Place;
use hoplight_model::{Element, Infrastructure};

use crate::regions::{self, Regions};

/// Minimum rows of a canvas that lends rows to the panel.
const LEAST_CANVAS: u16 = 9;

/// The canvas and its visible window.
#[derive(Clone, Debug)]
pub struct Viewport {
    /// The regions of the screen.
    pub regions: Regions,
    /// The layout of the canvas.
    pub layout: Layout,
    /// The canvas cell at the window's top left. It is the origin unless the canvas is larger than the window.
    pub pan: Cell,
    /// Whether a large canvas has a minimap.
    pub map_shown: bool,
    /// Rows of the canvas that the panel has borrowed.
    borrowed: u16,
    /// Rows that it last asked for, which may be more. Layouts are not tried again for the same number.
    asked: u16,
    /// The step of a lesson for which it asked.
    step: Option<Place>,
}

impl Viewport {
    /// Creates an empty viewport.
    pub(crate) fn new(infra: &Infrastructure) -> Self {
        Self {
            regions: Regions::default(),
            layout: Layout::new(infra, 0, 0),
            pan: Cell::default(),
            map_shown: true,
            borrowed: 0,
            asked: 0,
            step: None,
        }
    }

    /// Lays everything out for a new screen size. Each of `agents` gauges gets its own row if possible, and a lesson its own
    /// panel.
    pub(crate) fn resize(&mut self, (columns, rows): (u16, u16), infra: &Infrastructure, agents: usize, lesson: bool) {
        self.lay_out(regions::stage(columns, rows, u16::try_from(agents).unwrap_or(u16::MAX), lesson), infra);
    }

    /// Lays everything out in these regions.
    pub(crate) fn lay_out(&mut self, regions: Regions, infra: &Infrastructure) {
        self.regions = regions;
        (self.borrowed, self.asked) = (0, 0);
        self.layout = Layout::within(infra, self.regions.canvas.width, self.regions.canvas.height);
    }

    /// Gives the panel `wanted` rows of the canvas above it, as far as the diagram still fits or, if the panel `comes_first`, even
    /// if it has to be panned then. In the same `step` of a lesson as before, it keeps the rows that it has. Returns whether the
    /// layout changed.
    pub(crate) fn lend_rows(&mut self, wanted: u16, step: Option<Place>, comes_first: bool, infra: &Infrastructure) -> bool {
        let whole = self.regions.canvas.height + self.borrowed;
        let wanted = if step.is_some() && step == self.step { wanted.max(self.asked) } else { wanted };
        self.step = step;
        let wanted = if self.regions.wide { 0 } else { wanted.min(whole.saturating_sub(LEAST_CANVAS)) };
        if wanted == self.asked {
            return false;
        }
        self.asked = wanted;
        let width = self.regions.canvas.width;
        let fits = |rows: &u16| Layout::new(infra, width, whole - rows).fit() == Fit::Whole;
        let lent = if comes_first { wanted } else { (1..=wanted).rev().find(fits).unwrap_or(0) };
        if lent == self.borrowed {
            return false;
        }
        let panel = &mut self.regions.panel;
        panel.y = panel.y + self.borrowed - lent;
        panel.height = panel.height + lent - self.borrowed;
        self.regions.canvas.height = whole - lent;
        self.borrowed = lent;
        self.layout = Layout::within(infra, width, whole - lent);
        true
    }

    /// Rows of the panel without borrowed ones.
    pub(crate) const fn own_panel_rows(&self) -> u16 {
        self.regions.panel.height - self.borrowed
    }

    /// Returns the largest pan offset.
    fn most_pan(&self) -> Cell {
        let (width, height) = self.layout.size();
        let window = self.regions.canvas;
        Cell::new(width.saturating_sub(window.width), height.saturating_sub(window.height))
    }

    /// Whether the canvas is larger than its window.
    pub fn is_larger(&self) -> bool {
        self.most_pan() != Cell::default()
    }

    /// Returns the minimap of a large canvas, if it is shown. It does not cover the selected element.
    pub fn map(&self, selected: Option<&Element>) -> Option<Map> {
        let window = self.regions.canvas;
        let selected = selected.and_then(|selected| self.layout.anchor(selected));
        let seen = selected.map(|cell| Cell::new(cell.x.saturating_sub(self.pan.x), cell.y.saturating_sub(self.pan.y)));
        if self.map_shown { Map::new(self.layout.size(), (window.width, window.height), seen) } else { None }
    }

    /// Pans by a number of cells. Returns whether the window moved.
    pub fn pan_by(&mut self, columns: i16, rows: i16) -> bool {
        let (most, before) = (self.most_pan(), self.pan);
        let to = |at: u16, by: i16, most: u16| at.saturating_add_signed(by).min(most);
        self.pan = Cell::new(to(before.x, columns, most.x), to(before.y, rows, most.y));
        self.pan != before
    }

    /// Pans as little as possible to show a cell with a margin around it.
    pub(crate) fn show(&mut self, cell: Cell) {
        let (most, window) = (self.most_pan(), self.regions.canvas);
        let near = |at: u16, from: u16, room: u16, most: u16| {
            let around = room / 4;
            from.min(at.saturating_sub(around)).max((at + around + 1).saturating_sub(room)).min(most)
        };
        self.pan = Cell::new(near(cell.x, self.pan.x, window.width, most.x), near(cell.y, self.pan.y, window.height, most.y));
    }

    /// Pans to make an element visible. Does nothing if it is not on the canvas.
    pub(crate) fn show_element(&mut self, element: &Element) {
        if let Some(cell) = self.layout.anchor(element) {
            self.show(cell);
        }
    }

    /// Centres the window on a cell, as far as the edges of the canvas allow.
    pub(crate) fn centre_on(&mut self, cell: Cell) {
        let (most, window) = (self.most_pan(), self.regions.canvas);
        let to = |at: u16, room: u16, most: u16| at.saturating_sub(room / 2).min(most);
        self.pan = Cell::new(to(cell.x, window.width, most.x), to(cell.y, window.height, most.y));
    }

    /// Returns the element in a direction from the selected one, or the first element if none is selected.
    pub(crate) fn neighbour(&self, selected: Option<&Element>, arrow: Arrow) -> Option<&Element> {
        match selected {
            Some(selected) => self.layout.neighbour(selected, arrow),
            None => self.layout.order().first(),
        }
    }

    /// Returns the element after or before the selected one, in reading order.
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
