//! Finds room for a word beside each link.
//!
//! Must not know the words: it gives the widest room up to what words need.

use super::geometry::{Area, Arrow, Cell};
use super::{Label, Layout, Route};

/// Room that a word may want, best first.
const WANTED: [u16; 6] = [16, 11, 8, 6, 4, 3];

/// Cells that are taken.
struct Taken {
    size: (u16, u16),
    cells: Vec<bool>,
}

impl Taken {
    fn mark(&mut self, area: Area) {
        for cell in area.cells() {
            if cell.x < self.size.0 && cell.y < self.size.1 {
                self.cells[usize::from(cell.y) * usize::from(self.size.0) + usize::from(cell.x)] = true;
            }
        }
    }

    fn is_free(&self, area: Area) -> bool {
        area.right() <= self.size.0
            && area.bottom() <= self.size.1
            && area.cells().all(|cell| !self.cells[usize::from(cell.y) * usize::from(self.size.0) + usize::from(cell.x)])
    }
}

pub(super) fn find(size: (u16, u16), layout: &mut Layout) {
    let mut taken = Taken { size, cells: vec![false; usize::from(size.0) * usize::from(size.1)] };
    layout.frames.iter().for_each(|frame| taken.mark(frame.area));
    let mut shared = taken.cells.clone();
    for knot in &layout.knots {
        taken.mark(Area::new(knot.cell.x, knot.cell.y, 1, 1));
        shared[usize::from(knot.cell.y) * usize::from(size.0) + usize::from(knot.cell.x)] = knot.strands.len() > 1;
    }
    for index in 0..layout.routes.len() {
        let route = &layout.routes[index];
        if !route.loopback {
            let alone = |cell: Cell| !shared[usize::from(cell.y) * usize::from(size.0) + usize::from(cell.x)];
            let label = spot(route, &taken, alone);
            label.iter().for_each(|label| taken.mark(label.area));
            layout.routes[index].label = label;
        }
    }
}

/// The longest straight stretches that are this link's alone, longest first; horizontal before vertical.
fn stretches(route: &Route, alone: impl Fn(Cell) -> bool) -> Vec<(bool, Area)> {
    let flat = Arrow::Left.arm() | Arrow::Right.arm();
    let upright = Arrow::Up.arm() | Arrow::Down.arm();
    let mut found: Vec<(bool, Area)> = Vec::new();
    for arms in [flat, upright] {
        let mut run: Option<Area> = None;
        for (cell, own) in route.cells.iter().zip(&route.arms) {
            if *own == arms && alone(*cell) {
                let old = run.unwrap_or(Area::new(cell.x, cell.y, 1, 1));
                let (x, y) = (old.x.min(cell.x), old.y.min(cell.y));
                let (right, bottom) = (old.right().max(cell.x + 1), old.bottom().max(cell.y + 1));
                run = Some(Area::new(x, y, right - x, bottom - y));
            } else {
                found.extend(run.take().map(|area| (arms == flat, area)));
            }
        }
        found.extend(run.map(|area| (arms == flat, area)));
    }
    found.sort_by_key(|(flat, area)| (std::cmp::Reverse(area.width.max(area.height)), !*flat));
    found
}

fn spot(route: &Route, taken: &Taken, alone: impl Fn(Cell) -> bool) -> Option<Label> {
    let stretches = stretches(route, alone);
    for want in WANTED {
        for (flat, run) in stretches.iter().filter(|(flat, run)| !*flat || want <= run.width + 4) {
            let found = beside(*flat, *run, want).find(|label| taken.is_free(label.area));
            if found.is_some() {
                return found;
            }
        }
    }
    // On the line itself, if two cells of it stay to be seen.
    let (_, run) = stretches.iter().filter(|(flat, _)| *flat).max_by_key(|(_, run)| run.width)?;
    let want = WANTED.into_iter().find(|want| run.width >= want + 2)?;
    Some(Label { area: Area::new(run.x + (run.width - want) / 2, run.y, want, 1), side: None })
}

/// The places of `want` columns beside a straight stretch, best first.
fn beside(flat: bool, run: Area, want: u16) -> impl Iterator<Item = Label> {
    let mut places: Vec<(Arrow, Option<u16>, Option<u16>)> = Vec::new();
    if flat {
        let middle = (run.x + run.width / 2).saturating_sub(want / 2);
        let xs = [Some(middle), Some(run.x), run.right().checked_sub(want), Some(middle + 1), middle.checked_sub(1)];
        places.extend(xs.map(|x| (Arrow::Up, x, run.y.checked_sub(1))));
        places.extend(xs.map(|x| (Arrow::Down, x, Some(run.y + 1))));
    } else {
        let mut ys: Vec<u16> = (run.y..run.bottom()).collect();
        ys.sort_by_key(|y| y.abs_diff(run.y + run.height / 2));
        for y in ys {
            places.push((Arrow::Right, Some(run.x + 2), Some(y)));
            places.push((Arrow::Left, run.x.checked_sub(want + 1), Some(y)));
        }
    }
    places.into_iter().filter_map(move |(side, x, y)| Some(Label { area: Area::new(x?, y?, want, 1), side: Some(side) }))
}
