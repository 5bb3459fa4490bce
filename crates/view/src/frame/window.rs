//! A window over the screen: border, input, rows, and a description of the selected row.

use ratatui::style::Modifier;

use hoplight_app::scroll::first_shown;
use hoplight_app::window::{self, WindowAreas};
use hoplight_app::{App, Line, Tone, Window};
use hoplight_model::text::columns;

use super::paint::Painter;
use super::timeline;

/// Draws the open window.
pub(super) fn draw(app: &App, window: &Window, painter: &mut Painter<'_>) {
    let Some(WindowAreas { outer, prompt, timeline, list, about }) = window::area(app) else { return };
    let rows = window::rows(app, window.kind, window.filter());
    painter.frame(outer.x, outer.y, outer.width, outer.height, window.kind.title());
    let (shown, before) = window.visible(usize::from(prompt.width.saturating_sub(4)));
    let typed = Line::new(Tone::Accent, "» ").with(Tone::Name, shown.as_str());
    let text_end = painter.line(prompt.x, prompt.y, prompt.width, &typed);
    let cursor = painter.theme.selected;
    let at = prompt.x + 2 + u16::try_from(before).unwrap_or(0);
    // The cursor is on the character that it is before, or after the text.
    let under = shown.chars().nth(before).filter(|_| at < text_end).unwrap_or(' ');
    painter.put(at.min(prompt.x + prompt.width.saturating_sub(1)), prompt.y, under, cursor);
    let end = text_end;
    if window.filter().is_empty() {
        painter.line(end + 2, prompt.y, prompt.width.saturating_sub(4), &Line::new(Tone::Dim, window.kind.prompt()));
    }
    if let Some(stage) = app.stage() {
        timeline::draw(stage, timeline, painter);
    }
    let room = usize::from(list.height);
    let chosen = window.chosen.min(rows.len().saturating_sub(1));
    let first = first_shown(chosen, rows.len(), room);
    for ((y, row), number) in (list.y..list.y + list.height).zip(rows.iter().skip(first)).zip(first..) {
        let right = columns(&row.right).min(list.width / 2);
        let left = list.width.saturating_sub(right + 3);
        let pointer = if number == chosen { '»' } else { ' ' };
        let accent = painter.theme.accent;
        painter.put(list.x, y, pointer, accent);
        painter.fit(list.x + 2, y, left, &row.line);
        painter.line(list.x + list.width - right, y, right, &Line::new(Tone::Accent, row.right.as_str()));
        if number == chosen {
            painter.weigh(list.x, y, list.width, Modifier::BOLD);
        }
    }
    let of = if rows.is_empty() { "nothing".to_owned() } else { format!("{} of {}", chosen + 1, rows.len()) };
    painter.rule(about.x, about.y - 1, about.width, &Line::default(), &of);
    let lines = window::about(app, window.kind, rows.get(chosen), about.width);
    for (y, line) in (about.y..about.y + about.height).zip(&lines) {
        painter.fit(about.x, y, about.width, line);
    }
    // A truncated description must not look complete.
    if let Some(last) = usize::from(about.height).checked_sub(1).filter(|last| last + 1 < lines.len()) {
        let end = lines.get(last).map_or(0, Line::width).min(usize::from(about.width).saturating_sub(1));
        let (cut, dim) = (painter.theme.glyphs.ellipsis, painter.theme.dim);
        painter.put(about.x + u16::try_from(end).unwrap_or(0), about.y + about.height - 1, cut, dim);
    }
    let keys = format!(" {} ", window.kind.keys());
    painter.line(outer.x + 3, outer.y + outer.height - 1, outer.width.saturating_sub(6), &Line::new(Tone::Dim, keys));
}
