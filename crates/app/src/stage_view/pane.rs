//! A pane: lines under a title, with as much of them as fits.

use hoplight_layout::Area;

use crate::action::{Action, ViewAction};
use crate::line::Line;
use crate::scroll::room;

/// Lines by which a click on the last row of a pane scrolls.
const PAGE: i16 = 3;

/// Lines under a title. If they do not all fit, the last row says how many are left.
#[derive(Clone, Debug)]
pub struct Pane {
    /// Where it is; empty if it is not shown.
    pub area: Area,
    /// The title in its first row.
    pub title: Line,
    /// A remark at the right end of the title.
    pub remark: String,
    /// All lines.
    pub lines: Vec<Line>,
    /// The index of the first line that is shown.
    pub scroll: u16,
    /// The largest possible `scroll`.
    pub most_scroll: u16,
    /// Whether it has a border at the left.
    pub bordered: bool,
    title_action: Option<Action>,
    scroll_action: fn(i16) -> ViewAction,
}

impl Pane {
    /// A pane that is scrolled by `scroll_action`. `scroll` is where the user left it; the pane may have fewer lines now.
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

    /// The lines that are shown below the title.
    pub fn shown(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().skip(self.scroll.into()).take(self.room())
    }

    /// How many lines follow those that are shown; `None` if all of them fit.
    pub fn hidden_below(&self) -> Option<usize> {
        let room = self.room();
        (room < self.lines.len()).then(|| self.lines.len() - usize::from(self.scroll) - room)
    }

    fn room(&self) -> usize {
        room(self.area.height, self.lines.len())
    }

    /// What a click on a row of the screen means. The row must be inside the pane.
    pub(super) fn action_at(&self, row: u16) -> Option<Action> {
        let Some(at) = usize::from(row - self.area.y).checked_sub(1) else { return self.title_action.clone() };
        if at >= self.room() {
            let by = if self.scroll < self.most_scroll { PAGE } else { -PAGE };
            return (at < self.lines.len()).then(|| (self.scroll_action)(by).into());
        }
        self.lines.get(at + usize::from(self.scroll))?.action.clone()
    }
}
