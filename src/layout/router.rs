//! Finds a way for each link through the free cells between the boxes.
//!
//! A* over cells and directions. A bend, a crossing and a walk beside a stranger cost; to run along a sibling (a link of
//! the same family) is cheap, so that siblings share a trunk. Must not know components: it is given ports.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::geometry::{Area, Arrow, Cell};

/// What a cell, a turn, and a meeting with another line cost.
mod cost {
    pub(super) const STEP: u32 = 4;
    pub(super) const SHARED: u32 = 2;
    pub(super) const BEND: u32 = 14;
    pub(super) const CROSS: u32 = 12;
    pub(super) const CLASH: u32 = 240;
    pub(super) const BESIDE: u32 = 3;
    pub(super) const AT_BOX: u32 = 1;
}

/// A cell beside a box where a line may begin or end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Port {
    pub(super) cell: Cell,
    /// The way in which the line goes: away from the asker's box, into the answerer's.
    pub(super) towards: Arrow,
    /// How little it is liked.
    pub(super) penalty: u32,
}

/// A line through a cell.
#[derive(Clone, Copy, Debug)]
struct Line {
    family: u32,
    arms: u8,
    /// Whether an arrowhead stands here.
    end: bool,
}

/// A way: its cells, and how it begins and ends.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) cells: Vec<Cell>,
    pub(super) begins: Arrow,
    pub(super) ends: Arrow,
}

/// The free cells and the lines found so far.
pub(super) struct Router {
    width: u16,
    height: u16,
    blocked: Vec<bool>,
    beside_box: Vec<bool>,
    lines: BTreeMap<usize, Vec<Line>>,
    busy: Vec<bool>,
}

impl Router {
    pub(super) fn new(width: u16, height: u16, boxes: impl Iterator<Item = Area>) -> Self {
        let count = usize::from(width) * usize::from(height);
        let mut router = Self {
            width,
            height,
            blocked: vec![false; count],
            beside_box: vec![false; count],
            lines: BTreeMap::new(),
            busy: vec![false; count],
        };
        for area in boxes {
            for cell in area.cells() {
                if let Some(index) = router.index(cell) {
                    router.blocked[index] = true;
                }
                for next in Arrow::ALL.iter().filter_map(|arrow| cell.step(*arrow)) {
                    if let Some(index) = router.index(next) {
                        router.beside_box[index] = true;
                    }
                }
            }
        }
        router
    }

    fn index(&self, cell: Cell) -> Option<usize> {
        (cell.x < self.width && cell.y < self.height).then(|| usize::from(cell.y) * usize::from(self.width) + usize::from(cell.x))
    }

    fn cell(&self, index: usize) -> Cell {
        let width = usize::from(self.width).max(1);
        // Both fit: the index was made from two 16-bit numbers.
        Cell::new(u16::try_from(index % width).unwrap_or(0), u16::try_from(index / width).unwrap_or(0))
    }

    /// The lines at a cell, as family and arms.
    fn at(&self, index: usize) -> &[Line] {
        if self.busy[index] { self.lines.get(&index).map_or(&[], Vec::as_slice) } else { &[] }
    }

    /// What it costs to enter a cell.
    fn enter(&self, index: usize, towards: Arrow, family: u32) -> u32 {
        let axis = towards.arm() | towards.opposite().arm();
        let mut price = cost::STEP + if self.beside_box[index] { cost::AT_BOX } else { 0 };
        for line in self.at(index) {
            if line.family == family {
                price = if line.end { price + cost::CROSS } else { cost::SHARED };
            } else if line.end || line.arms & axis != 0 {
                price += cost::CLASH;
            } else {
                price += cost::CROSS;
            }
        }
        let cell = self.cell(index);
        let sides = if towards.is_horizontal() { [Arrow::Up, Arrow::Down] } else { [Arrow::Left, Arrow::Right] };
        for side in sides.iter().filter_map(|side| cell.step(*side)).filter_map(|cell| self.index(cell)) {
            if self.at(side).iter().any(|line| line.family != family && line.arms & axis == axis) {
                price += cost::BESIDE;
            }
        }
        price
    }

    /// What it costs to leave a cell in another direction than it was entered.
    fn turn(&self, index: usize, family: u32) -> u32 {
        let stranger = self.at(index).iter().any(|line| line.family != family);
        cost::BEND + if stranger { cost::CLASH } else { 0 }
    }

    /// Finds the cheapest way from one of `from` to one of `to`, and remembers it.
    pub(super) fn route(&mut self, family: u32, from: &[Port], to: &[Port]) -> Option<Way> {
        let way = self.search(family, from, to)?;
        for (place, cell) in way.cells.iter().enumerate() {
            let arms = way.arms(place);
            if let Some(index) = self.index(*cell) {
                self.busy[index] = true;
                self.lines.entry(index).or_default().push(Line { family, arms, end: place + 1 == way.cells.len() });
            }
        }
        Some(way)
    }

    fn search(&self, family: u32, from: &[Port], to: &[Port]) -> Option<Way> {
        let free = |port: &Port| self.index(port.cell).filter(|index| !self.blocked[*index]);
        let mut goals: BTreeMap<usize, Vec<Port>> = BTreeMap::new();
        for port in to {
            if let Some(index) = free(port) {
                goals.entry(index).or_default().push(*port);
            }
        }
        let reach = to.iter().map(|p| p.cell).fold(None, |reach: Option<(Cell, Cell)>, c| {
            let (low, high) = reach.unwrap_or((c, c));
            Some((Cell::new(low.x.min(c.x), low.y.min(c.y)), Cell::new(high.x.max(c.x), high.y.max(c.y))))
        })?;
        // Whole steps, though a trunk costs less: the search is several times faster and hardly ever finds another way.
        let ahead = |cell: Cell| {
            let away = |at: u16, low: u16, high: u16| u32::from(low.saturating_sub(at)) + u32::from(at.saturating_sub(high));
            cost::STEP * (away(cell.x, reach.0.x, reach.1.x) + away(cell.y, reach.0.y, reach.1.y))
        };
        let states = self.blocked.len() * 4;
        let mut best = vec![u32::MAX; states];
        let mut came = vec![usize::MAX; states];
        let mut open = BinaryHeap::new();
        for port in from {
            let Some(index) = free(port) else { continue };
            let state = index * 4 + port.towards.index();
            let price = port.penalty + self.enter(index, port.towards, family);
            if price < best[state] {
                best[state] = price;
                open.push(Reverse((price + ahead(port.cell), price, state, None)));
            }
        }
        while let Some(Reverse((_, price, state, goal))) = open.pop() {
            let (index, towards) = (state / 4, Arrow::ALL[state % 4]);
            if let Some(ends) = goal {
                return Some(self.trace(&came, state, Arrow::ALL[ends]));
            }
            if price > best[state] {
                continue;
            }
            for port in goals.get(&index).into_iter().flatten() {
                let bend = if port.towards == towards { 0 } else { self.turn(index, family) };
                if port.towards != towards.opposite() {
                    let total = price + port.penalty + bend;
                    open.push(Reverse((total, total, state, Some(port.towards.index()))));
                }
            }
            for next in Arrow::ALL.into_iter().filter(|next| *next != towards.opposite()) {
                let Some(cell) = self.cell(index).step(next) else { continue };
                let Some(target) = self.index(cell).filter(|target| !self.blocked[*target]) else { continue };
                let bend = if next == towards { 0 } else { self.turn(index, family) };
                let total = price + bend + self.enter(target, next, family);
                let reached = target * 4 + next.index();
                if total < best[reached] {
                    best[reached] = total;
                    came[reached] = state;
                    open.push(Reverse((total + ahead(cell), total, reached, None)));
                }
            }
        }
        None
    }

    fn trace(&self, came: &[usize], last: usize, ends: Arrow) -> Way {
        let mut cells = vec![self.cell(last / 4)];
        let mut state = last;
        while came[state] != usize::MAX {
            state = came[state];
            cells.push(self.cell(state / 4));
        }
        cells.reverse();
        Way { cells, begins: Arrow::ALL[state % 4], ends }
    }
}

impl Way {
    /// The arms of the line in its cell number `place`.
    pub(super) fn arms(&self, place: usize) -> u8 {
        let cell = self.cells[place];
        let back = place.checked_sub(1).map_or(self.begins.opposite(), |before| direction(cell, self.cells[before]));
        let ahead = self.cells.get(place + 1).map_or(self.ends, |next| direction(cell, *next));
        back.arm() | ahead.arm()
    }
}

/// The direction from one cell to its neighbour.
pub(super) fn direction(from: Cell, to: Cell) -> Arrow {
    if to.y < from.y {
        Arrow::Up
    } else if to.y > from.y {
        Arrow::Down
    } else if to.x > from.x {
        Arrow::Right
    } else {
        Arrow::Left
    }
}
