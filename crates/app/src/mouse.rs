//! The mouse: maps clicks and wheel events at a screen cell to actions.
//!
//! A click goes to the topmost layer: a sheet, a window or the screen. Every click has a keyboard equivalent. [`StageView`]
//! handles the panes of the stage.

use std::time::Duration;

use hoplight_layout::{Area, Arrow, Cell};

use hoplight_model::Element;

use crate::action::{Action, CourseAction, DesignAction, SelectAction, ViewAction, WindowAction};
use crate::app::{App, Effect, Screen};
use crate::editor::Pending;
use crate::key::{Code, Key};
use crate::line::Line;
use crate::scroll::first_shown;
use crate::sheet::Sheet;
use crate::stage_view::StageView;
use crate::stage_view::timeline::moment_at;
use crate::tone::Tone;
use crate::update::is_leaving;
use crate::window::state::Window;
use crate::{regions, sheet, status, window};

impl App {
    /// Handles a click on a cell.
    pub fn click(&mut self, column: u16, row: u16) -> Vec<Effect> {
        self.changed = true;
        self.idle = Duration::ZERO;
        let messages = self.message_area();
        let notice = self.retire_notice();
        let asked = std::mem::take(&mut self.leaving);
        if regions::too_small(self.size.0, self.size.1) {
            return Vec::new();
        }
        if let Some(sheet) = self.sheet {
            // A click on a line with a key presses that key; any click closes the sheet.
            let action = self.sheet_action(sheet, column, row);
            self.sheet = None;
            return action.map_or_else(Vec::new, |action| self.act(action));
        }
        // A click on the notice dismisses it.
        if notice && self.window.is_none() && messages.contains(Cell::new(column, row)) {
            return Vec::new();
        }
        let Some(action) = self.clicked(column, row) else {
            self.tell(Tone::Dim, "Nothing clickable here.");
            return Vec::new();
        };
        self.leaving = asked && is_leaving(&action);
        if let Some(effects) = self.click_in_editor(&action) {
            return effects;
        }
        self.act(action)
    }

    /// Handles a click on an element in the editor: it ends a started link, or grabs the element for a drag.
    fn click_in_editor(&mut self, action: &Action) -> Option<Vec<Effect>> {
        let Action::Select(SelectAction::Element(element)) = action else { return None };
        if self.window.is_some() {
            return None;
        }
        let editor = self.stage_mut()?.editor.as_mut()?;
        editor.grabbed = Some(element.clone());
        match &editor.pending {
            Some(Pending::Link(link)) if link.from != *element => {
                let from = link.from.clone();
                editor.pending = None;
                Some(self.act(DesignAction::Join(from, element.clone())))
            }
            Some(_) | None => None,
        }
    }

    /// Returns the element of the diagram at a cell of the screen, and whether the cell is on the diagram.
    fn drawn_at(&self, column: u16, row: u16) -> (Option<Element>, bool) {
        let Some(stage) = self.stage() else { return (None, false) };
        let canvas = stage.viewport.regions.canvas;
        if !canvas.contains(Cell::new(column, row)) {
            return (None, false);
        }
        let (x, y) = (column - canvas.x + stage.viewport.pan.x, row - canvas.y + stage.viewport.pan.y);
        (stage.viewport.layout.hit(x, y).cloned(), true)
    }

    /// Handles the mouse moving with the button down: in the editor, a link follows it.
    pub fn drag(&mut self, column: u16, row: u16) -> Vec<Effect> {
        let (over, _) = self.drawn_at(column, row);
        let Some(editor) = self.stage_mut().and_then(|stage| stage.editor.as_mut()) else { return Vec::new() };
        let Some(from) = editor.grabbed.clone().filter(|from| !matches!(from, Element::Hop(..))) else { return Vec::new() };
        self.changed = true;
        let text = match over.filter(|over| *over != from && !matches!(over, Element::Hop(..))) {
            Some(over) => format!("Release to connect {from} to {over}."),
            None => format!("Drag {from} to another element to connect them, or to a free place to move it."),
        };
        self.tell(Tone::Accent, text);
        Vec::new()
    }

    /// Handles the mouse button going up: in the editor, a drag connects two elements, or moves a box.
    pub fn release(&mut self, column: u16, row: u16) -> Vec<Effect> {
        let (over, on_canvas) = self.drawn_at(column, row);
        let Some(editor) = self.stage_mut().and_then(|stage| stage.editor.as_mut()) else { return Vec::new() };
        let Some(from) = editor.grabbed.take().filter(|from| on_canvas && !matches!(from, Element::Hop(..))) else {
            return Vec::new();
        };
        match over {
            Some(over) if over == from => Vec::new(),
            Some(over @ (Element::Component(_) | Element::Server(_))) if !self.is_within(&from, &over) => {
                self.act(DesignAction::Join(from, over))
            }
            Some(_) | None => match self.shift_to(&from, column, row) {
                Some((columns, rows)) if (columns, rows) != (0, 0) => self.act(DesignAction::Place(from, columns, rows)),
                Some(_) | None => Vec::new(),
            },
        }
    }

    /// Whether one of two elements is the server of the other.
    fn is_within(&self, one: &Element, other: &Element) -> bool {
        let Some(stage) = self.stage() else { return false };
        let server_of = |element: &Element| match element {
            Element::Component(id) => {
                let ix = stage.infra().find(id.as_str())?;
                stage.infra().component(ix).server.clone().map(Element::Server)
            }
            Element::Server(_) | Element::Hop(..) => None,
        };
        server_of(one).as_ref() == Some(other) || server_of(other).as_ref() == Some(one)
    }

    /// Returns by how many columns and rows of the grid a box would move to the place nearest to a cell of the screen.
    fn shift_to(&self, element: &Element, column: u16, row: u16) -> Option<(i16, i16)> {
        let stage = self.stage()?;
        let canvas = stage.viewport.regions.canvas;
        let cell = Cell::new(column - canvas.x + stage.viewport.pan.x, row - canvas.y + stage.viewport.pan.y);
        stage.viewport.layout.shift_to(stage.infra(), element, cell)
    }

    /// The area in which a notice is shown.
    fn message_area(&self) -> Area {
        match self.stage() {
            Some(stage) => status::messages(self, stage).0,
            None => status::status_area(self),
        }
    }

    /// Handles a wheel event of `by` lines over a cell.
    pub fn wheel(&mut self, column: u16, row: u16, by: i16) -> Vec<Effect> {
        if self.sheet.is_none() && self.window.is_some() {
            let key = Key::plain(if by > 0 { Code::Down } else { Code::Up });
            self.changed = true;
            (0..by.unsigned_abs()).for_each(|_| drop(self.press_in_window(key)));
            return Vec::new();
        }
        let action = match &self.screen {
            _ if self.sheet.is_some() => Some(ViewAction::Scroll(by).into()),
            Screen::Home => Some(SelectAction::Move(if by > 0 { Arrow::Down } else { Arrow::Up }).into()),
            Screen::Stage(_) => StageView::of(self).and_then(|view| view.wheel_at(column, row, by)),
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
            Screen::Stage(_) => StageView::of(self).and_then(|view| view.action_at(column, row)),
        }
    }

    /// Returns the action of a click on the course map: the first click on a line selects it, a second click or one beside the
    /// list opens it.
    fn on_course_map(&self, column: u16, row: u16) -> Option<Action> {
        let (list, about, preview) = regions::home(self.size.0, self.size.1);
        let cell = Cell::new(column, row);
        if about.contains(cell) || preview.contains(cell) {
            return self.home.item().map(|_| CourseAction::Open(self.home.chosen).into());
        }
        if !list.contains(cell) {
            return None;
        }
        let (lines, at) = (self.home.rows(), row - list.y);
        // A click on the count of hidden lines at either end scrolls past that end.
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

    /// Returns the action of a click while a window is open: the first click on a row selects it, a second click runs its
    /// action. A click outside the window, or on its last line, closes it.
    fn row_at(&self, window: &Window, column: u16, row: u16) -> Option<Action> {
        let parts = window::area(self)?;
        let cell = Cell::new(column, row);
        if !parts.outer.contains(cell) || row + 1 == parts.outer.y + parts.outer.height {
            return Some(WindowAction::Close.into());
        }
        if parts.timeline.contains(cell) {
            return self.stage().map(|stage| moment_at(stage, parts.timeline, column).into());
        }
        if !parts.list.contains(cell) {
            return None;
        }
        let count = window::rows(self, window.kind, window.filter()).len();
        let chosen = window.chosen.min(count.saturating_sub(1));
        let at = first_shown(chosen, count, usize::from(parts.list.height)) + usize::from(row - parts.list.y);
        (at < count).then(|| if at == chosen { WindowAction::Enter(at) } else { WindowAction::Choose(at) }.into())
    }

    /// Returns the action of a line of a sheet.
    fn sheet_action(&self, Sheet { kind, scroll }: Sheet, column: u16, row: u16) -> Option<Action> {
        let (columns, rows) = self.size;
        // All signs have the same width, so a placeholder gives the right layout.
        let lines = sheet::lines(self, kind, sheet::text_width(columns), |_| String::new());
        let area = sheet::area(columns, rows, lines.len());
        let inner = Area { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 };
        let scroll = scroll.min(sheet::room(self, kind).1);
        let at = inner.contains(Cell::new(column, row)).then(|| usize::from(row - inner.y) + usize::from(scroll))?;
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
