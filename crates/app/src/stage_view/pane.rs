//! A pane: a title, and a scrollable list of lines.

use hoplight_layout::Area;

use crate::action::{Action, ViewAction};
use crate::line::Line;
use crate::scroll::room;

/// Number of lines that a click on the last row of a pane scrolls.
const PAGE: i16 = 3;

/// Lines below a title. If they do not all fit, the last row shows the number of remaining lines.
#[derive(Clone, Debug)]
pub struct Pane {
    /// The area; empty if the pane is not shown.
    pub area: Area,
    /// The title in the first row.
    pub title: Line,
    /// A right-aligned remark in the title row.
    pub remark: String,
    /// All lines.
    pub lines: Vec<Line>,
    /// Index of the first visible line.
    pub scroll: u16,
    /// Largest valid `scroll`.
    pub most_scroll: u16,
    /// Whether the pane has a left border.
    pub bordered: bool,
    title_action: Option<Action>,
    scroll_action: fn(i16) -> ViewAction,
}

impl Pane {
    /// Creates a pane that `scroll_action` scrolls. `scroll` is the previous offset, clamped to the current number of lines.
    pub(super) fn new(area: Area, lines: Vec<Line>, scroll: u16, scroll_action: fn(i16) -> ViewAction) -> Self {
        let hidden = lines.len().saturating_sub(room(area.height, lines.len()));
        let most_scroll = u16::try_from(hidden).unwrap_or(u16::MAX);
        Self {
            area,
            title: Line::default(),
            remark: String::new(),
            lines,
            scroll: scroll.min(most_scroll),
            most_scroll,
            bordered: false,
            title_action: None,
            scroll_action,
        }
    }

    pub(super) fn titled(self, title: Line, remark: String) -> Self {
        Self { title, remark, ..self }
    }

    pub(super) fn bordered(self, bordered: bool) -> Self {
        Self { bordered, ..self }
    }

    pub(super) fn on_title(self, title_action: Option<Action>) -> Self {
        Self { title_action, ..self }
    }

    /// Returns the visible lines below the title.
    pub fn shown(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().skip(self.scroll.into()).take(self.room())
    }

    /// Returns the number of lines below the visible ones, or `None` if all lines fit.
    pub fn hidden_below(&self) -> Option<usize> {
        let room = self.room();
        (room < self.lines.len()).then(|| self.lines.len() - usize::from(self.scroll) - room)
    }

    fn room(&self) -> usize {
        room(self.area.height, self.lines.len())
    }

    /// Returns the action of a click on a screen row. The row must be inside the pane.
    pub(super) fn action_at(&self, row: u16) -> Option<Action> {
        let Some(at) = usize::from(row - self.area.y).checked_sub(1) else { return self.title_action.clone() };
        if at >= self.room() {
            let by = if self.scroll < self.most_scroll { PAGE } else { -PAGE };
            return (at < self.lines.len()).then(|| (self.scroll_action)(by).into());
        }
        self.lines.get(at + usize::from(self.scroll))?.action.clone()
    }
}
