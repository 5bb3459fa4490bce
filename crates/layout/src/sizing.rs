//! Computes the width of each column and the height of each row of the coarse grid, in cells.
//!
//! Space goes to content first, then to links, then to comfort.

use hoplight_model::Infrastructure;
use hoplight_model::text::columns;

use super::geometry::Area;
use super::plan::{BoxPlan, GridPlan, Owner};

/// Columns of the gap between two columns of boxes: minimum, sufficient, good, generous, maximum.
const GAPS: [u16; 5] = [3, 7, 9, 15, 26];
/// Columns of the gap between adjacent components of a server.
pub(super) const INNER_GAP: u16 = 3;
/// Columns of a block's text: comfortable and maximum.
const TEXT: [u16; 2] = [12, 22];
/// Lines of a block: minimum, usual, generous and maximum.
const LINES: [u16; 4] = [2, 6, 7, 10];

/// The computed areas of a plan's boxes.
pub(super) struct Sizes {
    /// In the order of the plan.
    pub(super) areas: Vec<Area>,
}

/// Increments `values` in turn, each up to `cap`, as long as there is `room`.
fn grow(values: &mut [u16], cap: impl Fn(usize) -> u16, room: &mut u16) {
    loop {
        let mut grew = false;
        for (index, value) in values.iter_mut().enumerate() {
            if *room > 0 && *value < cap(index) {
                *value += 1;
                *room -= 1;
                grew = true;
            }
        }
        if !grew {
            return;
        }
    }
}

/// The width that each column needs if a block's text may have `text` columns. With a text, the top border also holds the names
/// of the firewalls.
fn column_widths(infra: &Infrastructure, plan: &GridPlan, text: Option<u16>, gap: u16) -> Vec<u16> {
    let mut widths = vec![0; plan.columns];
    for b in plan.boxes.iter().filter(|b| !b.shelved) {
        let margin = if b.is_server() { 6 } else { 4 };
        let names =
            || b.walls.iter().map(|ix| columns(infra.component(*ix).id.as_str()) + 1).fold(b.title + margin, u16::saturating_add);
        let title = if text.is_some() { names() } else { 0 };
        let wide = b.width(infra, gap, |block| text.map_or(block.min, |t| t.max(block.min).max(block.name))).max(title);
        widths[b.column] = wide.max(widths[b.column]);
    }
    widths
}

/// The width that each column needs to show every component's id, label and state.
fn full_widths(infra: &Infrastructure, plan: &GridPlan) -> Vec<u16> {
    let mut widths = column_widths(infra, plan, Some(TEXT[0]), INNER_GAP + 1);
    for b in plan.boxes.iter().filter(|b| !b.shelved) {
        let wide = b.width(infra, INNER_GAP + 1, |block| block.full.clamp(block.min, TEXT[1]));
        widths[b.column] = wide.max(widths[b.column]);
    }
    widths
}

/// Maximum lines of a box's blocks. A component outside a server needs fewer if it does not serve requests.
fn most_lines(infra: &Infrastructure, plan: &BoxPlan) -> u16 {
    match &plan.owner {
        Owner::Server(_) => LINES[3],
        Owner::Component(ix) if infra.component(*ix).kind.serves_requests() => LINES[3],
        Owner::Component(ix) if infra.component(*ix).kind.is_browser() => 6,
        Owner::Component(_) => 4,
    }
}

/// Whether a box is that of a component with a link to a component in another row of the same column. If it is as tall as its
/// row, the link is short.
fn leads_down(infra: &Infrastructure, plan: &GridPlan, b: &BoxPlan) -> bool {
    let Owner::Component(ix) = b.owner else { return false };
    let is_below = |to| {
        plan.boxes
            .iter()
            .any(|x| !x.shelved && x.column == b.column && x.row > b.row && x.blocks.iter().any(|block| block.component == to))
    };
    infra.links_from(ix).into_iter().any(|link| is_below(infra.ends(link).1))
}

/// The rows that links need in each gap between two rows of boxes.
fn wanted_gaps(infra: &Infrastructure, plan: &GridPlan) -> Vec<u16> {
    let row_of = |ix| plan.boxes.iter().find(|b| b.blocks.iter().any(|x| x.component == ix) || b.agents.contains(&ix));
    let mut wanted = vec![1u16; plan.rows.saturating_sub(1)];
    for (link, _) in infra.links().take(super::MAX_ROUTES) {
        let (from, to) = infra.ends(link);
        if let (Some(a), Some(b)) = (row_of(from), row_of(to)) {
            let crossing = wanted.iter_mut().take(a.row.max(b.row)).skip(a.row.min(b.row));
            crossing.for_each(|gap| *gap += u16::from(a.column == b.column || !a.is_server()));
        }
    }
    wanted.into_iter().map(|gap| gap.min(3)).collect()
}

/// Fits `plan` into a canvas, or returns the size that it needs.
pub(super) fn fit(infra: &Infrastructure, plan: &GridPlan, (width, height): (u16, u16)) -> Result<Sizes, (u16, u16)> {
    let between = u16::try_from(plan.columns.saturating_sub(1)).unwrap_or(u16::MAX);
    let mut columns = column_widths(infra, plan, None, INNER_GAP);
    let needs_width = columns.iter().fold(between.saturating_mul(GAPS[0]), |sum, w| sum.saturating_add(*w));

    let frames: Vec<u16> = (0..plan.rows)
        .map(|row| {
            plan.boxes.iter().filter(|b| b.row == row && !b.shelved).map(|b| 2 + u16::try_from(b.bus.len()).unwrap_or(0)).max()
        })
        .map(|frame| frame.unwrap_or(2))
        .collect();
    let between_rows = u16::try_from(plan.rows.saturating_sub(1)).unwrap_or(u16::MAX);
    let rows = u16::try_from(plan.rows).unwrap_or(u16::MAX);
    let shelf = Shelf::new(infra, plan);
    let needs_height =
        frames.iter().fold(rows.saturating_mul(LINES[0]).saturating_add(between_rows), |s, f| s.saturating_add(*f));
    let needs_height = needs_height.saturating_add(shelf.needs_height());
    let needs_width = needs_width.max(shelf.needs_width());
    let agents_below = plan.boxes.iter().any(|b| b.row + 1 == plan.rows && !b.agents.is_empty()) && shelf.is_empty();
    if needs_width > width || needs_height > height {
        return Err((needs_width, needs_height));
    }

    let mut room = width.saturating_sub(columns.iter().sum::<u16>() + between * GAPS[0]);
    let mut gaps = vec![GAPS[0]; usize::from(between)];
    grow(&mut gaps, |_| GAPS[1], &mut room);
    let comfortable = column_widths(infra, plan, Some(TEXT[0]), INNER_GAP + 1);
    grow(&mut columns, |index| comfortable[index], &mut room);
    grow(&mut gaps, |_| GAPS[2], &mut room);
    let full = full_widths(infra, plan);
    grow(&mut columns, |index| full[index], &mut room);
    grow(&mut gaps, |_| GAPS[3], &mut room);
    let most = column_widths(infra, plan, Some(TEXT[1]), INNER_GAP + 2);
    grow(&mut columns, |index| most[index], &mut room);
    grow(&mut gaps, |_| GAPS[4], &mut room);
    let left = room / 2;

    let mut room = height - needs_height;
    let mut lines = vec![LINES[0]; plan.rows];
    let mut row_gaps = vec![1; usize::from(between_rows)];
    let wanted = wanted_gaps(infra, plan);
    // A row for the names of firewalls whose box is too narrow for them.
    let has_walls = plan.boxes.iter().any(|b| b.row == 0 && !(b.walls.is_empty() && b.blocks.iter().all(|x| x.walls.is_empty())));
    let (mut above, mut below) = ([0], [0]);
    // A row of small boxes only does not take space that others can use.
    let most: Vec<u16> = (0..plan.rows)
        .map(|row| plan.boxes.iter().filter(|b| b.row == row && !b.shelved).map(|b| most_lines(infra, b)).max())
        .map(|most| most.unwrap_or(LINES[3]))
        .collect();
    grow(&mut lines, |row| most[row].min(3), &mut room);
    grow(&mut below, |_| u16::from(agents_below), &mut room);
    grow(&mut row_gaps, |index| wanted[index], &mut room);
    grow(&mut lines, |row| most[row].min(4), &mut room);
    grow(&mut row_gaps, |index| wanted[index] + 1, &mut room);
    grow(&mut above, |_| u16::from(has_walls), &mut room);
    grow(&mut lines, |row| most[row].min(5), &mut room);
    grow(&mut row_gaps, |index| wanted[index] + 2, &mut room);
    grow(&mut lines, |row| most[row].min(LINES[1]), &mut room);
    grow(&mut row_gaps, |index| wanted[index] * 2, &mut room);
    grow(&mut lines, |row| most[row].min(LINES[2]), &mut room);
    grow(&mut lines, |row| most[row], &mut room);
    // Many links between two rows need the space; a single one would only become long.
    grow(&mut row_gaps, |index| wanted[index] * wanted[index], &mut room);
    let top = above[0] + room / 2;

    let (xs, ys) = (starts(left, &columns, &gaps), {
        let heights: Vec<u16> = lines.iter().zip(&frames).map(|(lines, frame)| lines + frame).collect();
        starts(top, &heights, &row_gaps)
    });
    let floor = top + lines.iter().sum::<u16>() + frames.iter().sum::<u16>() + row_gaps.iter().sum::<u16>();
    let mut on_shelf = shelf.areas(width, (floor + 1).min(height.saturating_sub(SHELF_HEIGHT))).into_iter();
    let areas = plan.boxes.iter().map(|b| {
        if b.shelved {
            return on_shelf.next().unwrap_or_default();
        }

        let bus = u16::try_from(b.bus.len()).unwrap_or(0);
        let most = if leads_down(infra, plan, b) { lines[b.row] } else { most_lines(infra, b) };
        let tall = lines[b.row].min(most) + 2 + bus;
        let wide = if b.is_server() { columns[b.column] } else { columns[b.column].min(lone_width(infra, b)) };
        // Centre a small box below a large one.
        Area::new(xs[b.column] + (columns[b.column] - wide) / 2, ys[b.row], wide, tall)
    });
    Ok(Sizes { areas: areas.collect() })
}

/// Maximum columns of a box with one component.
fn lone_width(infra: &Infrastructure, plan: &BoxPlan) -> u16 {
    let most = if plan.blocks.iter().any(|b| infra.component(b.component).kind.serves_requests()) { TEXT[1] } else { 16 };
    plan.width(infra, 0, |block| block.min.max(most))
}

/// Rows of a box on the shelf.
const SHELF_HEIGHT: u16 = 3;

/// The shelf: small boxes in a row below the grid.
struct Shelf {
    widths: Vec<u16>,
}

impl Shelf {
    fn new(infra: &Infrastructure, plan: &GridPlan) -> Self {
        let wide = |b: &BoxPlan| b.blocks.first().map_or(4, |x| columns(infra.component(x.component).label()).clamp(8, 12) + 4);
        Self { widths: plan.boxes.iter().filter(|b| b.shelved).map(wide).collect() }
    }

    fn is_empty(&self) -> bool {
        self.widths.is_empty()
    }

    /// Including a row for links above it.
    fn needs_height(&self) -> u16 {
        if self.is_empty() { 0 } else { SHELF_HEIGHT + 1 }
    }

    /// A box can shrink to eleven columns.
    fn needs_width(&self) -> u16 {
        self.widths.iter().fold(0u16, |sum, wide| sum.saturating_add(1 + (*wide).min(11))).saturating_sub(1)
    }

    fn areas(&self, width: u16, y: u16) -> Vec<Area> {
        let mut widths = self.widths.iter().map(|wide| (*wide).min(11)).collect::<Vec<u16>>();
        let mut room = width.saturating_sub(self.needs_width());
        grow(&mut widths, |index| self.widths[index], &mut room);
        let mut gaps = vec![1; widths.len().saturating_sub(1)];
        grow(&mut gaps, |_| 4, &mut room);
        starts(room / 2, &widths, &gaps).into_iter().zip(widths).map(|(x, wide)| Area::new(x, y, wide, SHELF_HEIGHT)).collect()
    }
}

/// The start of each of several lengths that are separated by gaps.
fn starts(first: u16, lengths: &[u16], gaps: &[u16]) -> Vec<u16> {
    let mut at = first;
    let mut starts = Vec::with_capacity(lengths.len());
    for (index, length) in lengths.iter().enumerate() {
        starts.push(at);
        at = at.saturating_add(*length).saturating_add(gaps.get(index).copied().unwrap_or(0));
    }
    starts
}
