//! A window over the screen: a list that typing filters, with what its chosen row means below it.
//!
//! The palette is one of its kinds. While a window is open, keys are its own, and time stands still. A row says what
//! happens when it is entered by an [`Action`]; the window itself does nothing. Must not know how it is drawn.

mod compare;
mod faults;
mod glossary;
mod jump;
mod log;
mod palette;

use hoplight_layout::Area;

use super::action::Action;
use super::key::{Code, Key};
use super::line::{Line, Page, Tone};
use super::{App, regions};

/// What a window lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Everything that can be done or opened.
    Palette,
    /// The words of the trade.
    Glossary,
    /// Everything that can go wrong, and what heals it.
    Faults,
    /// What happened and why.
    Log,
    /// A moment to jump to.
    Jump,
    /// What the infrastructure on the stage can be compared with.
    Compare,
}

impl Kind {
    /// The title in its frame.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Palette => "do or open anything",
            Self::Glossary => "words of the trade",
            Self::Compare => "compare with, on the same traffic",
            Self::Faults => "what can go wrong, and what heals it",
            Self::Log => "what happened, and why",
            Self::Jump => "jump to a moment",
        }
    }

    /// What is said where nothing is typed.
    pub const fn prompt(self) -> &'static str {
        match self {
            Self::Palette | Self::Glossary | Self::Compare | Self::Faults | Self::Log => "type to search",
            Self::Jump => "type a moment: 12.5, or -3 or +10 from now",
        }
    }

    /// What is said where the filter leaves nothing.
    const fn nothing(self, typed: bool) -> &'static str {
        match self {
            Self::Log if !typed => "Nothing has happened yet.",
            Self::Palette | Self::Compare | Self::Faults => "Nothing is called that.",
            Self::Log => {
                "Nothing like that has happened. Words that filter: alert, fault, restore, command, reaction, failure, refused."
            }
            Self::Jump => "Type seconds since the start, such as 12.5, or from now, such as -3 or +10.",
            Self::Glossary => "No term has this in its name or its explanation.",
        }
    }

    /// The row that is chosen at first: the newest of a log is at its end.
    const fn first(self, rows: usize) -> usize {
        match self {
            Self::Palette | Self::Compare | Self::Glossary | Self::Faults => 0,
            Self::Log | Self::Jump => rows.saturating_sub(1),
        }
    }

    /// Rows that tell about the chosen one.
    const fn about(self) -> u16 {
        match self {
            // The explanation itself.
            Self::Glossary => 7,
            // Users, agents, alert, remedy, and why it would do nothing now.
            Self::Faults => 5,
            _ => 3,
        }
    }

    /// The keys that work in it.
    pub const fn keys(self) -> &'static str {
        match self {
            Self::Glossary => "Up, Down choose  Enter goes to the first of “See”  Esc closes",
            Self::Log | Self::Jump => "Up, Down choose  Enter goes there  Esc closes",
            _ => "Up, Down choose  Enter does it  Esc closes",
        }
    }

    /// How what is said about the chosen row is meant.
    const fn tone(self) -> Tone {
        match self {
            Self::Glossary => Tone::Text,
            _ => Tone::Dim,
        }
    }
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// What is shown; cut where it is too long. `action` is what Enter does; a row without one says nothing more.
    pub line: Line,
    /// What stands at the right: a key, a time.
    pub right: String,
    /// What is said about it while it is chosen.
    pub about: String,
}

/// The state of an open window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// What it lists.
    pub kind: Kind,
    /// What was typed.
    pub filter: String,
    /// The row that is chosen, among those that the filter leaves.
    pub chosen: usize,
}

/// Longest text that is taken as a filter, in characters.
const MOST_TYPED: usize = 60;

impl App {
    /// Opens a window.
    pub(super) fn open_window(&mut self, kind: Kind) {
        let rows = rows(self, kind, "").len();
        self.window = Some(Window { kind, filter: String::new(), chosen: kind.first(rows) });
    }

    /// A key for the open window. Returns the action that it chose, if it did; then the window is closed.
    pub(super) fn press_in_window(&mut self, key: Key) -> Option<Action> {
        let (kind, filter) = self.window.as_ref().map(|window| (window.kind, window.filter.clone()))?;
        let rows = rows(self, kind, &filter);
        let page = usize::from(self.window_area()?.list.height.max(1));
        let last = rows.len().saturating_sub(1);
        let window = self.window.as_mut()?;
        let at = window.chosen.min(last);
        let go = |to: usize| Some(to.min(last));
        let moved = match (key.code, key.ctrl) {
            (Code::Up | Code::BackTab, _) | (Code::Char('p'), true) => go(at.saturating_sub(1)),
            (Code::Down | Code::Tab, _) | (Code::Char('n'), true) => go(at + 1),
            (Code::PageUp, _) => go(at.saturating_sub(page)),
            (Code::PageDown, _) => go(at + page),
            (Code::Home, _) => Some(0),
            (Code::End, _) => Some(last),
            _ => None,
        };
        if let Some(to) = moved {
            window.chosen = to;
            return None;
        }
        match (key.code, key.ctrl) {
            (Code::Esc, _) => self.window = None,
            (Code::Enter, _) => return self.enter_row(at),
            // What is typed has changed: the best row is chosen.
            (Code::Backspace, _) | (Code::Char('h'), true) => {
                if window.filter.pop().is_none() {
                    self.window = None;
                } else {
                    self.choose_best();
                }
            }
            (Code::Char('u'), true) => {
                window.filter.clear();
                self.choose_best();
            }
            (Code::Char(c), false) if window.filter.chars().count() < MOST_TYPED => {
                window.filter.push(c);
                self.choose_best();
            }
            _ => {}
        }
        None
    }

    /// Takes a row's action and closes the window; a row without one stays. A term of the glossary leads to the first of
    /// those that it refers to.
    pub(super) fn enter_row(&mut self, at: usize) -> Option<Action> {
        let window = self.window.as_ref()?;
        if window.kind == Kind::Glossary {
            let next = glossary::next(self, &window.filter, at)?;
            self.window = Some(Window { kind: Kind::Glossary, filter: next, chosen: 0 });
            return None;
        }
        let row = rows(self, window.kind, &window.filter).into_iter().nth(at)?;
        let action = row.line.action?;
        self.window = None;
        Some(action)
    }

    fn choose_best(&mut self) {
        let Some(window) = &self.window else { return };
        let count = rows(self, window.kind, &window.filter).len();
        let first = if window.filter.is_empty() { window.kind.first(count) } else { 0 };
        if let Some(window) = &mut self.window {
            window.chosen = first;
        }
    }

    /// Where the parts of the open window stand, if there is room for one.
    pub fn window_area(&self) -> Option<Parts> {
        let window = self.window.as_ref()?;
        let (columns, rows) = self.size;
        if regions::too_small(columns, rows) {
            return None;
        }
        let parts = Parts::of(columns, rows, window.kind);
        // Where the timeline has no place on the screen, it stands in the log.
        let wants = window.kind == Kind::Log && self.stage().is_some_and(|stage| stage.timeline_area().height == 0);
        Some(if wants { parts.with_timeline() } else { parts })
    }
}

/// Where the parts of a window stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// With its frame.
    pub outer: Area,
    /// What was typed.
    pub prompt: Area,
    /// The timeline, if it stands here.
    pub timeline: Area,
    /// The rows.
    pub list: Area,
    /// What is said about the chosen row.
    pub about: Area,
}

impl Parts {
    /// On a screen of this size. A window's size does not depend on what is in it: it stays where it is while one types.
    pub fn of(columns: u16, rows: u16, kind: Kind) -> Self {
        let width = columns.saturating_sub(4).min(100);
        let height = rows.saturating_sub(2).min(36);
        let outer = Area { x: (columns - width) / 2, y: (rows - height) / 2, width, height };
        let inner = |y: u16, height: u16| Area { x: outer.x + 2, y, width: width.saturating_sub(4), height };
        let about = kind.about().min(height.saturating_sub(6));
        let list = height.saturating_sub(4 + about);
        Self {
            outer,
            prompt: inner(outer.y + 1, 1),
            timeline: Area::default(),
            list: inner(outer.y + 2, list),
            about: inner(outer.y + 3 + list, about),
        }
    }

    /// With a row for the timeline above the list.
    fn with_timeline(self) -> Self {
        let Area { x, y, width, height } = self.list;
        Self {
            timeline: Area { x, y, width, height: 1 },
            list: Area { x, y: y + 1, width, height: height.saturating_sub(1) },
            ..self
        }
    }
}

/// The first row that is shown where `chosen` of `count` rows is to be seen and `room` fit: the chosen one in the middle.
pub fn first_shown(chosen: usize, count: usize, room: usize) -> usize {
    chosen.saturating_sub(room / 2).min(count.saturating_sub(room))
}

/// The rows that a filter leaves, the best first.
pub fn rows(app: &App, kind: Kind, filter: &str) -> Vec<Row> {
    match kind {
        Kind::Palette => palette::rows(app, filter),
        Kind::Glossary => glossary::rows(app, filter),
        Kind::Compare => compare::rows(app, filter),
        Kind::Faults => faults::rows(app, filter),
        Kind::Log => log::rows(app, filter),
        Kind::Jump => jump::rows(app, filter),
    }
}

/// What is said about the chosen row, in lines of `width` columns; `None` of the row where the filter leaves nothing.
pub fn about(app: &App, kind: Kind, row: Option<&Row>, width: u16) -> Vec<Line> {
    let mut page = Page::new(width);
    // Only of the chosen row is it asked: that takes a trial.
    if let Some(why) = row.and_then(|row| faults::refusal(app, row)) {
        page.text(Tone::Warn, &format!("Not now: {why}."));
    }
    let tone = if row.is_some() { kind.tone() } else { Tone::Dim };
    let typed = app.window.as_ref().is_some_and(|window| !window.filter.trim().is_empty());
    page.text(tone, row.map_or(kind.nothing(typed), |row| row.about.as_str()));
    page.lines()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_row_is_always_shown_and_no_room_is_wasted() {
        for count in 0..30 {
            for room in 1..12 {
                for chosen in 0..count {
                    let first = first_shown(chosen, count, room);
                    assert!((first..first + room).contains(&chosen), "{chosen} of {count} in {room}");
                    assert!(first == 0 || first + room <= count);
                }
            }
        }
    }

    #[test]
    fn parts_lie_inside_the_window_on_every_screen() {
        let sizes = [(80, 24), (120, 40), (200, 60), (1000, 400)];
        for ((columns, rows), kind) in sizes.into_iter().flat_map(|size| [Kind::Palette, Kind::Glossary].map(|kind| (size, kind)))
        {
            let parts = Parts::of(columns, rows, kind);
            let bottom = parts.outer.y + parts.outer.height;
            assert!(parts.prompt.y > parts.outer.y && parts.list.y > parts.prompt.y);
            assert!(parts.list.height >= 10, "{parts:?}");
            assert!(
                parts.about.y > parts.list.y + parts.list.height - 1 && parts.about.y + parts.about.height < bottom,
                "{parts:?}"
            );
            assert!(parts.outer.x + parts.outer.width <= columns && bottom <= rows);
        }
    }
}
