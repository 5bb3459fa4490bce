//! The mouse: which action a click or the wheel means at a place of the screen.
//!
//! A click does what the keyboard can do with what is under it, in the order in which things lie one over the other: help,
//! window, screen. Must not do anything itself: it finds an action.

mod stage;

use std::time::Duration;

use hoplight_layout::{Area, Arrow};

use crate::action::{Action, CourseAction, SelectAction, ViewAction, WindowAction};
use crate::app::{App, Effect, Screen};
use crate::key::{Code, Key};
use crate::line::Line;
use crate::scroll::{first_shown, room};
use crate::tone::Tone;
use crate::update::is_leaving;
use crate::view::View;
use crate::window::state::Window;
use crate::{detail, help, panel, regions, status, tap, window};

pub use stage::status_area;

impl App {
    /// A click on a cell.
    pub fn click(&mut self, column: u16, row: u16) -> Vec<Effect> {
        self.changed = true;
        self.idle = Duration::ZERO;
        let told = self.notice.take();
        let asked = std::mem::take(&mut self.leaving);
        if regions::too_small(self.size.0, self.size.1) {
            return Vec::new();
        }
        if self.help.is_some() {
            // A key's line is the key; a click on anything else closes the help.
            let action = self.help_action(column, row);
            self.help = None;
            return action.map_or_else(Vec::new, |action| self.act(action));
        }
        // A click on what was said means that it is read.
        if told.is_some() && self.window.is_none() && inside(status_area(self), column, row) {
            return Vec::new();
        }
        let Some(action) = self.clicked(column, row) else {
            self.tell(Tone::Dim, "There is nothing to click there.");
            return Vec::new();
        };
        self.leaving = asked && is_leaving(&action);
        self.act(action)
    }

    /// The wheel was turned over a cell, by so many lines.
    pub fn wheel(&mut self, column: u16, row: u16, by: i16) -> Vec<Effect> {
        if self.help.is_none() && self.window.is_some() {
            let key = Key::plain(if by > 0 { Code::Down } else { Code::Up });
            self.changed = true;
            (0..by.unsigned_abs()).for_each(|_| drop(self.press_in_window(key)));
            return Vec::new();
        }
        let action = match &self.screen {
            _ if self.help.is_some() => Some(ViewAction::Scroll(by).into()),
            Screen::Home => Some(SelectAction::Move(if by > 0 { Arrow::Down } else { Arrow::Up }).into()),
            Screen::Stage(stage) => stage::turned(self, stage, (column, row), by),
        };
        action.map_or_else(Vec::new, |action| self.act(action))
    }

    fn clicked(&self, column: u16, row: u16) -> Option<Action> {
        if let Some(window) = &self.window {
            return self.row_at(window, column, row);
        }
        if row == 0 {
            return self.header_action(column);
        }
        if row == self.size.1.saturating_sub(1) {
            return self.footer_action(column);
        }
        match &self.screen {
            Screen::Home => self.on_course_map(column, row),
            Screen::Stage(stage) => stage::clicked(self, stage, column, row),
        }
    }

    /// On the course map, a click chooses a line, and another one opens it, as does one beside the list.
    fn on_course_map(&self, column: u16, row: u16) -> Option<Action> {
        let (list, about, preview) = regions::home(self.size.0, self.size.1);
        if inside(about, column, row) || inside(preview, column, row) {
            return self.home.item().map(|_| CourseAction::Open(self.home.chosen).into());
        }
        if !inside(list, column, row) {
            return None;
        }
        let (lines, at) = (course_rows(self), row - list.y);
        // The counts at the list's ends lead beyond them.
        let ((above, below), margin) = (self.home.hidden(), column + 4 >= list.x + list.width);
        if margin && at == 0 && above > 0 {
            return lines.first().map(|(line, _)| CourseAction::Choose(line.saturating_sub(1)).into());
        }
        if margin && at + 1 == list.height && below > 0 {
            return lines.last().map(|(line, _)| CourseAction::Choose(line + 1).into());
        }
        let (line, _) = lines.into_iter().find(|(_, row)| *row == at)?;
        Some(if line == self.home.chosen { CourseAction::Open(line) } else { CourseAction::Choose(line) }.into())
    }

    /// In a window, a click chooses a row, and another one does what it means; a click beside the window, or on its last
    /// line, closes it.
    fn row_at(&self, window: &Window, column: u16, row: u16) -> Option<Action> {
        let parts = window::area(self)?;
        if !inside(parts.outer, column, row) || row + 1 == parts.outer.y + parts.outer.height {
            return Some(WindowAction::Close.into());
        }
        if inside(parts.timeline, column, row) {
            return self.stage().map(|stage| stage::moment_at(stage, parts.timeline, column));
        }
        if !inside(parts.list, column, row) {
            return None;
        }
        let count = window::rows(self, window.kind, &window.filter).len();
        let chosen = window.chosen.min(count.saturating_sub(1));
        let at = first_shown(chosen, count, usize::from(parts.list.height)) + usize::from(row - parts.list.y);
        (at < count).then(|| if at == chosen { WindowAction::Enter(at) } else { WindowAction::Choose(at) }.into())
    }

    /// What a line of the help is about.
    fn help_action(&self, column: u16, row: u16) -> Option<Action> {
        let (columns, rows) = self.size;
        // Whatever a sign looks like, it takes the same room.
        let lines = help::lines(self, help::text_width(columns), |_| String::new());
        let area = help::area(columns, rows, lines.len());
        let inner = Area { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 };
        let scroll = self.help.unwrap_or(0).min(help::most_scroll(self));
        let at = inside(inner, column, row).then(|| usize::from(row - inner.y) + usize::from(scroll))?;
        lines.get(at)?.action.clone()
    }

    fn header_action(&self, column: u16) -> Option<Action> {
        let (left, right) = status::header_parts(self, self.size.0);
        let wide: usize = right.iter().map(Line::width).sum();
        let (from, column) = (usize::from(self.size.0).saturating_sub(wide), usize::from(column));
        match column.checked_sub(from) {
            Some(column) => Line::action_at(&right, column),
            None => Line::action_at(&left, column),
        }
    }

    fn footer_action(&self, column: u16) -> Option<Action> {
        let mut at = 0;
        for (line, action) in status::footer(self, self.size.0) {
            at += line.width() + 1;
            if usize::from(column) < at {
                return Some(action);
            }
        }
        None
    }
}

/// Whether a cell lies inside an area.
pub fn inside(area: Area, column: u16, row: u16) -> bool {
    (area.x..area.x.saturating_add(area.width)).contains(&column) && (area.y..area.y.saturating_add(area.height)).contains(&row)
}

/// The lines of the course map that are shown, with the row at which each is drawn, from the top of the list.
pub fn course_rows(app: &App) -> Vec<(usize, u16)> {
    app.home.rows()
}

/// The lines of the stage's panel.
pub fn panel_lines(app: &App) -> Vec<Line> {
    let Some(stage) = app.stage() else { return Vec::new() };
    // A margin at the right; beside the canvas, a border at the left, too.
    let width = stage.regions.panel.width.saturating_sub(if stage.regions.wide { 3 } else { 2 });
    if shows_lesson(app) { panel::lines(stage, &app.keymap, width) } else { detail::lines(stage, &app.keymap, width) }
}

/// Whether the panel shows the lesson rather than what is selected.
pub fn shows_lesson(app: &App) -> bool {
    app.stage().is_some_and(|stage| stage.lesson.is_some() && (stage.regions.wide || !stage.show_detail))
}

/// How far the panel can be scrolled: so many of its lines have no room.
pub fn most_scroll(app: &App) -> u16 {
    let count = panel_lines(app).len();
    u16::try_from(count.saturating_sub(room(panel_area(app).height, count))).unwrap_or(u16::MAX)
}

/// The lines of what is selected, where it stands below a lesson.
pub fn detail_lines(app: &App) -> Vec<Line> {
    let below = app.stage().filter(|stage| stage.regions.detail.height > 0);
    below.map_or_else(Vec::new, |stage| detail::lines(stage, &app.keymap, stage.regions.detail.width.saturating_sub(3)))
}

/// How far what is selected can be scrolled below a lesson.
pub fn most_detail_scroll(app: &App) -> u16 {
    let (count, height) = (detail_lines(app).len(), app.stage().map_or(0, |stage| stage.regions.detail.height));
    u16::try_from(count.saturating_sub(room(height, count))).unwrap_or(u16::MAX)
}

/// The area of what is shown in the canvas' place: on a small screen, down to the panel, if that has anything to say.
pub fn main_area(app: &App) -> Area {
    let Some(stage) = app.stage() else { return Area::default() };
    let area = stage.regions.canvas;
    if stage.view == View::Canvas || stage.regions.wide {
        return area;
    }
    Area { height: panel_area(app).y.saturating_sub(area.y), ..area }
}

/// The panel's area. On a small screen it grows over the canvas when its text needs more room.
pub fn panel_area(app: &App) -> Area {
    let Some(stage) = app.stage() else { return Area::default() };
    let area = stage.regions.panel;
    // Where another view needs the room, nothing but what is asked for takes any of it.
    if stage.view != View::Canvas && !stage.regions.wide && !shows_lesson(app) && !stage.show_detail {
        return Area { y: area.y + area.height, height: 0, ..area };
    }
    // What is selected comes into the way only when it is asked for.
    let grows = shows_lesson(app) || stage.show_detail;
    if stage.regions.wide || area.height == 0 || !grows {
        return area;
    }
    // Another view keeps its place: it was asked for instead of the picture, not below the text.
    if stage.view != View::Canvas && !stage.show_detail {
        return area;
    }
    let needed = u16::try_from(panel_lines(app).len() + 1).unwrap_or(u16::MAX);
    // Who listens wants to see the packets, too.
    let listens = !shows_lesson(app) && tap::is_shown(stage);
    let most = area.height + if listens { 5 } else { stage.regions.canvas.height.saturating_sub(2) };
    let height = needed.clamp(area.height, most);
    Area { y: area.y + area.height - height, height, ..area }
}
