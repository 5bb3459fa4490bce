//! Frames: every screen as a pure function of the application's state.

mod compare;
mod course;
mod gauges;
mod legend;
mod monitor;
mod paint;
mod stage;
mod timeline;
mod window;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use hoplight_app::{App, Line, Sheet, StageView, Tone, regions, sheet, status};
use hoplight_layout::Area;
use hoplight_model::text;

use super::theme::Theme;
use paint::Painter;

/// Minimum columns beside a window for the content behind it to be legible.
const LEAST_BESIDE: u16 = 30;

/// Draws the application into an area of an empty buffer.
pub fn render(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let mut painter = Painter::new(buf, area, theme);
    let (columns, rows) = (area.width, area.height);
    if regions::too_small(columns, rows) {
        too_small(&mut painter, columns, rows);
    } else {
        screen(app, &mut painter, columns, rows);
    }
    if let Some(ground) = theme.ground {
        fill(buf, area, ground);
    }
}

fn screen(app: &App, painter: &mut Painter<'_>, columns: u16, rows: u16) {
    // The state's size may lag behind the terminal's by one event; areas are clipped in that case.
    match StageView::of(app) {
        None => course::draw(app, painter),
        Some(view) => stage::draw(app, &view, painter),
    }
    header(app, painter, columns);
    if let Some(parts) = hoplight_app::window::area(app) {
        recede(painter, parts.outer);
    }
    if let Some(window) = &app.window {
        window::draw(app, window, painter);
    }
    if let Some(sheet) = app.sheet {
        draw_sheet(app, sheet, painter, columns, rows);
    } else if app.window.is_none() {
        // A window lists its own keys on its border.
        footer(app, painter, columns, rows);
    }
}

/// Dims everything behind `front` and below the header, or clears it where only fragments would be visible.
fn recede(painter: &mut Painter<'_>, front: Area) {
    let (columns, rows) = painter.size();
    if front.x < LEAST_BESIDE {
        painter.clear(0, 1, columns, rows.saturating_sub(1));
        return;
    }
    let dim = Style::reset().patch(painter.theme.dim);
    painter.restyle(Area::new(0, 1, columns, rows.saturating_sub(1)), dim);
}

/// Applies the theme's default colours to cells without colours.
fn fill(buf: &mut Buffer, area: Rect, (letters, ground): (Color, Color)) {
    let area = area.intersection(buf.area);
    if area.is_empty() {
        return;
    }
    for y in area.top()..area.bottom() {
        let row = buf.index_of(area.x, y)..;
        for cell in buf.content[row].iter_mut().take(usize::from(area.width)) {
            cell.fg = if cell.fg == Color::Reset { letters } else { cell.fg };
            cell.bg = if cell.bg == Color::Reset { ground } else { cell.bg };
        }
    }
}

fn too_small(painter: &mut Painter<'_>, columns: u16, rows: u16) {
    let (wide, high) = regions::MINIMUM;
    let lines = [
        "hoplight needs a little more room".to_owned(),
        format!("{wide} columns and {high} rows"),
        format!("this window has {columns} and {rows}"),
        "enlarge it, or press q to quit".to_owned(),
    ];
    let top = rows.saturating_sub(4) / 2;
    for (row, line) in (top..).zip(&lines) {
        painter.line(columns.saturating_sub(text::columns(line)) / 2, row, columns, &Line::new(Tone::Text, line.as_str()));
    }
}

fn header(app: &App, painter: &mut Painter<'_>, columns: u16) {
    let (left, right) = status::header(app, columns);
    let wide = u16::try_from(right.width()).unwrap_or(u16::MAX);
    let from = columns.saturating_sub(wide);
    painter.fit(0, 0, from.saturating_sub(1), &left);
    painter.line(from, 0, wide, &right);
}

fn footer(app: &App, painter: &mut Painter<'_>, columns: u16, rows: u16) {
    let mut x = 0;
    for (line, _) in status::footer(app, columns) {
        painter.line(x, rows - 1, columns - x, &line);
        x = x.saturating_add(u16::try_from(line.width()).unwrap_or(u16::MAX)).saturating_add(1).min(columns);
    }
}

fn draw_sheet(app: &App, Sheet { kind, scroll }: Sheet, painter: &mut Painter<'_>, columns: u16, rows: u16) {
    let theme = painter.theme;
    let lines = sheet::lines(app, kind, sheet::text_width(columns), |sign| legend::sign(&theme.glyphs, sign));
    let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let Area { x, y, width, height } = sheet::area(columns, rows, lines.len());
    let room = height - 2;
    let scroll = scroll.min(count.saturating_sub(room));
    recede(painter, Area { x, y, width, height });
    painter.frame(x, y, width, height, kind.title());
    let more = if room < count {
        format!(" lines {} to {} of {count}  PgUp PgDn turn pages  Esc closes ", scroll + 1, scroll + room)
    } else {
        " Esc closes ".to_owned()
    };
    for (row, line) in (y + 1..y + height - 1).zip(lines.iter().skip(usize::from(scroll))) {
        painter.line(x + 2, row, width - 4, line);
    }
    painter.line(x + 3, y + height - 1, width - 6, &Line::new(Tone::Dim, more));
}
