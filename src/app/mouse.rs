//! The mouse: which action a click or the wheel means at a place of the screen.

use std::time::Duration;

use crate::layout::{Area, Cell};
use crate::sim::SimTime;

use super::action::Action;
use super::events::Mark;
use super::key::{Code, Key};
use super::line::Line;
use super::window::{self, Window};
use super::{App, Effect, Screen, Stage, Tone, View, detail, events, monitor, panel, regions, status, tap};

impl App {
    /// A click on a cell.
    pub fn click(&mut self, column: u16, row: u16) -> Vec<Effect> {
        self.changed = true;
        self.idle = Duration::ZERO;
        self.notice = None;
        if let Some(action) = self.clicked(column, row) {
            return self.act(&action);
        }
        if !regions::too_small(self.size.0, self.size.1) {
            self.tell(Tone::Dim, "There is nothing to click there.");
        }
        Vec::new()
    }

    /// The wheel was turned over a cell, by so many lines.
    pub fn wheel(&mut self, column: u16, row: u16, by: i16) -> Vec<Effect> {
        let action = match &self.screen {
            _ if self.help.is_some() => Action::Scroll(by),
            _ if self.window.is_some() => {
                let key = Key::plain(if by > 0 { Code::Down } else { Code::Up });
                self.changed = true;
                (0..by.unsigned_abs()).for_each(|_| drop(self.press_in_window(key)));
                return Vec::new();
            }
            Screen::Home => Action::Move(if by > 0 { crate::layout::Arrow::Down } else { crate::layout::Arrow::Up }),
            Screen::Stage(stage) if stage.view == View::Compare => Action::Scroll(by),
            Screen::Stage(stage) if inside(stage.regions.detail, column, row) => Action::ScrollDetail(by),
            Screen::Stage(_) if inside(panel_area(self), column, row) => Action::ScrollPanel(by),
            Screen::Stage(stage)
                if stage.view == View::Canvas && inside(stage.regions.canvas, column, row) && stage.is_larger() =>
            {
                Action::Pan(if by > 0 { crate::layout::Arrow::Down } else { crate::layout::Arrow::Up })
            }
            Screen::Stage(stage) if stage.view == View::Monitor && inside(main_area(self), column, row) => {
                Action::Move(if by > 0 { crate::layout::Arrow::Down } else { crate::layout::Arrow::Up })
            }
            Screen::Stage(_) => return Vec::new(),
        };
        self.act(&action)
    }

    fn clicked(&self, column: u16, row: u16) -> Option<Action> {
        if regions::too_small(self.size.0, self.size.1) {
            return None;
        }
        if self.help.is_some() {
            return Some(Action::Help);
        }
        if let Some(window) = &self.window {
            return self.row_at(window, column, row);
        }
        match &self.screen {
            Screen::Home => {
                let (list, ..) = regions::home(self.size.0, self.size.1);
                if inside(list, column, row) {
                    let (line, _) = course_rows(self).into_iter().find(|(_, at)| *at == row - list.y)?;
                    return Some(if line == self.home.chosen { Action::Open(line) } else { Action::Choose(line) });
                }
                (row == self.size.1.saturating_sub(1)).then(|| self.footer_action(column)).flatten()
            }
            Screen::Stage(stage) if stage.view == View::Compare && !inside(stage.regions.footer, column, row) => {
                let hit = stage.comparison.as_ref()?.hit(column, row)?;
                Some(hit.map_or(Action::Deselect, |element| Action::Select(element.clone())))
            }
            Screen::Stage(stage) => {
                let regions = &stage.regions;
                let area = panel_area(self);
                if inside(regions.footer, column, row) {
                    self.footer_action(column)
                } else if inside(area, column, row) {
                    let lines = panel_lines(self);
                    let at = usize::from((row - area.y).checked_sub(1)?);
                    if at >= panel::room(area.height, lines.len()) {
                        return (at < lines.len()).then_some(Action::ScrollPanel(3));
                    }
                    lines.get(at + usize::from(stage.scroll.min(most_scroll(self))))?.action.clone()
                } else if stage.wiretap.is_some() && inside(regions.journal, column, row) {
                    let lines = tap::lines(stage, usize::from(regions.journal.height.saturating_sub(1)));
                    lines.get(usize::from((row - regions.journal.y).checked_sub(1)?))?.action.clone()
                } else if inside(regions.timeline, column, row) {
                    Some(Action::Seek(moment_at(stage, regions.timeline, column)))
                } else if inside(main_area(self), column, row) {
                    match stage.view {
                        View::Canvas => Some(on_canvas(stage, column - regions.canvas.x, row - regions.canvas.y)),
                        View::Monitor => {
                            let rows = monitor::plan(stage, main_area(self));
                            rows.iter().find(|other| inside(other.area, column, row))?.item.map(Action::Watch)
                        }
                        View::Compare => None,
                    }
                } else {
                    None
                }
            }
        }
    }

    /// In a window, a click chooses a row, and another one does what it means; a click beside the window closes it.
    fn row_at(&self, window: &Window, column: u16, row: u16) -> Option<Action> {
        let parts = self.window_area()?;
        if !inside(parts.outer, column, row) {
            return Some(Action::Close);
        }
        if inside(parts.timeline, column, row) {
            return self.stage().map(|stage| Action::Seek(moment_at(stage, parts.timeline, column)));
        }
        if !inside(parts.list, column, row) {
            return None;
        }
        let count = window::rows(self, window.kind, &window.filter).len();
        let chosen = window.chosen.min(count.saturating_sub(1));
        let at = window::first_shown(chosen, count, usize::from(parts.list.height)) + usize::from(row - parts.list.y);
        (at < count).then_some(if at == chosen { Action::EnterRow(at) } else { Action::ChooseRow(at) })
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

/// The moment that a click on the timeline means: that of a mark which stands there, if one does.
fn moment_at(stage: &Stage, area: Area, column: u16) -> SimTime {
    let area = events::strip(area);
    let (span, column) = (stage.span(), column.saturating_sub(area.x));
    let here = |mark: &&Mark| events::column(mark.at, span, area.width) == column;
    let marked = stage.marks.all().iter().rev().find(here).map(|mark| mark.at);
    marked.unwrap_or_else(|| events::moment(column, span, area.width))
}

/// What a click on a cell of the canvas' window means.
fn on_canvas(stage: &Stage, x: u16, y: u16) -> Action {
    if let Some(cell) = stage.map().and_then(|map| map.cell_at(x, y)) {
        return Action::LookAt(cell.x, cell.y);
    }
    let cell = Cell::new(x + stage.pan.x, y + stage.pan.y);
    // The middle of a link is the link's own, however many packets are on it.
    let is_anchor = stage.layout.routes().iter().any(|route| route.anchor == cell);
    if let Some(number) = stage.packet_at(cell).filter(|_| !is_anchor) {
        return Action::Follow(number);
    }
    let hit = stage.layout.hit(cell.x, cell.y);
    hit.map_or(Action::Deselect, |element| Action::Select(element.clone()))
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
    u16::try_from(count.saturating_sub(panel::room(panel_area(app).height, count))).unwrap_or(u16::MAX)
}

/// The lines of what is selected, where it stands below a lesson.
pub fn detail_lines(app: &App) -> Vec<Line> {
    let below = app.stage().filter(|stage| stage.regions.detail.height > 0);
    below.map_or_else(Vec::new, |stage| detail::lines(stage, &app.keymap, stage.regions.detail.width.saturating_sub(3)))
}

/// How far what is selected can be scrolled below a lesson.
pub fn most_detail_scroll(app: &App) -> u16 {
    let (count, height) = (detail_lines(app).len(), app.stage().map_or(0, |stage| stage.regions.detail.height));
    u16::try_from(count.saturating_sub(panel::room(height, count))).unwrap_or(u16::MAX)
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
