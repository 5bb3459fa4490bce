//! Reserves space for a label beside each link.
//!
//! The label texts are not known at this point, so each label gets as much space as it may need.

use hoplight_model::Infrastructure;

use super::geometry::{Area, Arrow, Cell};
use super::{Junction, Label, Layout, LinkRoute};

/// Widths of a label, best first.
const WANTED: [u16; 7] = [16, 11, 10, 8, 6, 4, 3];
/// Minimum width that a label must have with a margin; narrower ones may touch a box.
const ROOMY: u16 = 6;

/// The occupied cells.
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

pub(super) fn find(infra: &Infrastructure, size: (u16, u16), layout: &mut Layout) {
    let mut taken = Taken { size, cells: vec![false; usize::from(size.0) * usize::from(size.1)] };
    layout.frames.iter().for_each(|frame| taken.mark(frame.area));
    let mut owner = vec![usize::MAX; taken.cells.len()];
    for junction in &layout.junctions {
        taken.mark(Area::new(junction.cell.x, junction.cell.y, 1, 1));
        if is_trunk(infra, layout, junction) {
            let first = junction.strands.iter().map(|(route, _)| *route).min().unwrap_or(usize::MAX);
            owner[usize::from(junction.cell.y) * usize::from(size.0) + usize::from(junction.cell.x)] = first;
        }
    }
    for index in 0..layout.routes.len() {
        let route = &layout.routes[index];
        if !route.loopback {
            let alone = |cell: Cell| owner[usize::from(cell.y) * usize::from(size.0) + usize::from(cell.x)] == index;
            let label = spot(route, &taken, alone);
            if let Some(label) = label {
                taken.mark(label.area);
            }
            layout.routes[index].label = label;
        }
    }
}

/// Whether all links in a cell share a label: a single link, or siblings from the same source.
fn is_trunk(infra: &Infrastructure, layout: &Layout, junction: &Junction) -> bool {
    let kind = |strand: &(usize, u8)| {
        let link = layout.routes[strand.0].link;
        (infra.ends(link).0, infra.link(link).protocol)
    };
    junction.strands.windows(2).all(|pair| kind(&pair[0]) == kind(&pair[1]))
}

/// The straight segments that belong to this link only, longest first, and horizontal before vertical.
fn stretches(route: &LinkRoute, alone: impl Fn(Cell) -> bool) -> Vec<(bool, Area)> {
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

fn spot(route: &LinkRoute, taken: &Taken, alone: impl Fn(Cell) -> bool) -> Option<Label> {
    let stretches = stretches(route, alone);
    let roomy = WANTED.into_iter().filter(|want| *want >= ROOMY).map(|want| (want, 1));
    for (want, margin) in roomy.chain(WANTED.map(|want| (want, 0))) {
        for (flat, run) in stretches.iter().filter(|(flat, run)| !*flat || want <= run.width + 4) {
            let found = beside(*flat, *run, want).find(|label| taken.is_free(widened(label.area, margin, *flat)));
            if found.is_some() {
                return found;
            }
        }
    }
    // On the line itself, if at least two of its cells remain visible.
    let (_, run) = stretches.iter().filter(|(flat, _)| *flat).max_by_key(|(_, run)| run.width)?;
    let want = WANTED.into_iter().find(|want| run.width >= want + 2)?;
    Some(Label { area: Area::new(run.x + (run.width - want) / 2, run.y, want, 1), side: None })
}

/// An area with a margin: on the right if the label is above or below a line, on both sides if it is beside a line.
const fn widened(area: Area, margin: u16, flat: bool) -> Area {
    let x = if flat { area.x } else { area.x.saturating_sub(margin) };
    Area::new(x, area.y, area.right() + margin - x, 1)
}

/// Label positions `want` columns wide beside a straight segment, best first.
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
