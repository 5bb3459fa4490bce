//! Routes each link through the free cells between the boxes.
//!
//! A* over cells and directions. Bends, crossings, and running beside unrelated links have a cost; running along a
//! sibling (a link of the same family) is cheap, so that siblings share a trunk.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::geometry::{Area, Arrow, Cell};

/// Costs of a cell, a bend, and an encounter with another line.
mod cost {
    pub(super) const STEP: u32 = 4;
    pub(super) const SHARED: u32 = 2;
    pub(super) const BEND: u32 = 14;
    pub(super) const CROSS: u32 = 12;
    pub(super) const CLASH: u32 = 240;
    pub(super) const BESIDE: u32 = 3;
    pub(super) const AT_BOX: u32 = 1;
}

/// A cell beside a box where a line may start or end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    pub(super) cell: Cell,
    /// Direction of the line: away from the client's box, into the server's.
    pub(super) towards: Arrow,
    /// Additional cost.
    pub(super) penalty: u32,
}

/// A line through a cell.
#[derive(Clone, Copy, Debug)]
struct TrackAt {
    family: u32,
    arms: u8,
    /// Whether the line has an arrowhead here.
    end: bool,
}

/// A path: its cells, and the directions in which it starts and ends.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) cells: Vec<Cell>,
    pub(super) begins: Arrow,
    pub(super) ends: Arrow,
}

/// The router's state: the free cells and the lines routed so far.
pub(super) struct LinkRouter {
    width: u16,
    height: u16,
    blocked: Vec<bool>,
    beside_box: Vec<bool>,
    /// The lines in each cell, in routing order.
    lines: Vec<Vec<TrackAt>>,
    busy: Vec<bool>,
    /// Whether a line runs through an adjacent cell.
    beside_line: Vec<bool>,
    /// State of the current search, per cell and direction.
    seen: Vec<Seen>,
    /// Number of the current search; entries of `seen` from other searches are stale.
    search: u32,
    open: BinaryHeap<Reverse<u128>>,
}

/// The cheapest path so far to a cell entered in one direction.
#[derive(Clone, Copy, Default)]
struct Seen {
    search: u32,
    price: u32,
    /// The preceding cell and direction, or itself at the start of the path.
    came: u32,
}

/// A cell and the direction in which it is entered, as a number.
fn state(index: usize, towards: Arrow) -> u32 {
    u32::try_from(index * 4 + towards.index()).unwrap_or(u32::MAX)
}

/// An entry of the open list as a number that sorts by estimated total cost, cost so far and position. With `ends`, the
/// line ends there in that direction.
fn entry(total: u32, price: u32, state: u32, ends: Option<Arrow>) -> u128 {
    let ends = ends.map_or(0, |ends| 1 + ends.index() as u128);
    u128::from(total) << 96 | u128::from(price) << 64 | u128::from(state) << 32 | ends
}

/// The 32 bits of `entry` from `shift` on.
#[expect(clippy::cast_possible_truncation, reason = "truncation to 32 bits is intended")]
const fn part(entry: u128, shift: u32) -> u32 {
    (entry >> shift) as u32
}

impl LinkRouter {
    pub(super) fn new(width: u16, height: u16, boxes: impl Iterator<Item = Area>) -> Self {
        let count = usize::from(width) * usize::from(height);
        let mut router = Self {
            width,
            height,
            blocked: vec![false; count],
            beside_box: vec![false; count],
            lines: vec![Vec::new(); count],
            busy: vec![false; count],
            beside_line: vec![false; count],
            seen: vec![Seen::default(); count * 4],
            search: 0,
            open: BinaryHeap::new(),
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
        // Both fit: the index was computed from two 16-bit numbers.
        Cell::new(u16::try_from(index % width).unwrap_or(0), u16::try_from(index / width).unwrap_or(0))
    }

    /// The lines in a cell.
    fn at(&self, index: usize) -> &[TrackAt] {
        if self.busy[index] { &self.lines[index] } else { &[] }
    }

    /// Cost of entering the cell with this index.
    fn enter(&self, (cell, index): (Cell, usize), towards: Arrow, family: u32) -> u32 {
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
        if !self.beside_line[index] {
            return price;
        }
        let sides = if towards.is_horizontal() { [Arrow::Up, Arrow::Down] } else { [Arrow::Left, Arrow::Right] };
        for side in sides.iter().filter_map(|side| cell.step(*side)).filter_map(|cell| self.index(cell)) {
            if self.at(side).iter().any(|line| line.family != family && line.arms & axis == axis) {
                price += cost::BESIDE;
            }
        }
        price
    }

    /// Cost of changing direction in a cell.
    fn turn(&self, index: usize, family: u32) -> u32 {
        let stranger = self.at(index).iter().any(|line| line.family != family);
        cost::BEND + if stranger { cost::CLASH } else { 0 }
    }

    /// Finds the cheapest path from one of `from` to one of `to`, and records it.
    pub(super) fn route(&mut self, family: u32, from: &[Terminal], to: &[Terminal]) -> Option<Path> {
        let way = self.search(family, from, to)?;
        for (place, cell) in way.cells.iter().enumerate() {
            let arms = way.arms(place);
            if let Some(index) = self.index(*cell) {
                self.busy[index] = true;
                self.lines[index].push(TrackAt { family, arms, end: place + 1 == way.cells.len() });
            }
            for beside in Arrow::ALL.iter().filter_map(|arrow| cell.step(*arrow)) {
                if let Some(index) = self.index(beside) {
                    self.beside_line[index] = true;
                }
            }
        }
        Some(way)
    }

    /// Records a path to a cell if it is the cheapest so far. Returns whether it is.
    fn is_cheaper(&mut self, state: u32, price: u32, came: u32) -> bool {
        let seen = &mut self.seen[state as usize];
        let cheaper = seen.search != self.search || price < seen.price;
        if cheaper {
            *seen = Seen { search: self.search, price, came };
        }
        cheaper
    }

    fn search(&mut self, family: u32, from: &[Terminal], to: &[Terminal]) -> Option<Path> {
        let mut goals: Vec<(usize, Terminal)> = to.iter().filter_map(|port| Some((self.free(port.cell)?, *port))).collect();
        goals.sort_by_key(|(index, _)| *index);
        let reach = to.iter().map(|p| p.cell).fold(None, |reach: Option<(Cell, Cell)>, c| {
            let (low, high) = reach.unwrap_or((c, c));
            Some((Cell::new(low.x.min(c.x), low.y.min(c.y)), Cell::new(high.x.max(c.x), high.y.max(c.y))))
        })?;
        // Uses the full cost of a step although a trunk costs less: not admissible, but several times faster, and the
        // result hardly ever differs.
        let ahead = |cell: Cell| {
            let away = |at: u16, low: u16, high: u16| u32::from(low.saturating_sub(at)) + u32::from(at.saturating_sub(high));
            cost::STEP * (away(cell.x, reach.0.x, reach.1.x) + away(cell.y, reach.0.y, reach.1.y))
        };
        self.search += 1;
        self.open.clear();
        for port in from {
            let Some(index) = self.free(port.cell) else { continue };
            let state = state(index, port.towards);
            let price = port.penalty + self.enter((port.cell, index), port.towards, family);
            if self.is_cheaper(state, price, state) {
                self.open.push(Reverse(entry(price + ahead(port.cell), price, state, None)));
            }
        }
        while let Some(Reverse(next)) = self.open.pop() {
            let (price, place, goal) = (part(next, 64), part(next, 32), part(next, 0) as usize);
            let (index, towards) = (place as usize / 4, Arrow::ALL[place as usize % 4]);
            if let Some(ends) = goal.checked_sub(1) {
                return Some(self.trace(place, Arrow::ALL[ends]));
            }
            if price > self.seen[place as usize].price {
                continue;
            }
            let turn = self.turn(index, family);
            let first = goals.partition_point(|(goal, _)| *goal < index);
            for (_, port) in goals[first..].iter().take_while(|(goal, _)| *goal == index) {
                let bend = if port.towards == towards { 0 } else { turn };
                if port.towards != towards.opposite() {
                    let total = price + port.penalty + bend;
                    self.open.push(Reverse(entry(total, total, place, Some(port.towards))));
                }
            }
            let here = self.cell(index);
            for next in Arrow::ALL.into_iter().filter(|next| *next != towards.opposite()) {
                let Some((cell, target)) = here.step(next).and_then(|cell| Some((cell, self.free(cell)?))) else { continue };
                let bend = if next == towards { 0 } else { turn };
                let total = price + bend + self.enter((cell, target), next, family);
                let reached = state(target, next);
                if self.is_cheaper(reached, total, place) {
                    self.open.push(Reverse(entry(total + ahead(cell), total, reached, None)));
                }
            }
        }
        None
    }

    /// The index of a cell, if a line may run through it.
    fn free(&self, cell: Cell) -> Option<usize> {
        self.index(cell).filter(|index| !self.blocked[*index])
    }

    fn trace(&self, last: u32, ends: Arrow) -> Path {
        let mut state = last as usize;
        let mut cells = vec![self.cell(state / 4)];
        while self.seen[state].came as usize != state {
            state = self.seen[state].came as usize;
            cells.push(self.cell(state / 4));
        }
        cells.reverse();
        Path { cells, begins: Arrow::ALL[state % 4], ends }
    }
}

impl Path {
    /// The arms of the line in its cell with index `place`.
    pub(super) fn arms(&self, place: usize) -> u8 {
        let cell = self.cells[place];
        let back = place.checked_sub(1).map_or(self.begins.opposite(), |before| direction(cell, self.cells[before]));
        let ahead = self.cells.get(place + 1).map_or(self.ends, |next| direction(cell, *next));
        back.arm() | ahead.arm()
    }
}

/// The direction from a cell to an adjacent one.
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
