//! Rendered screens: as text, with and without colours, in ASCII, and under random input.
//!
//! Most snapshots contain only panels, status and footer: the canvas has its own tests, and a change of its drawing must not
//! change all snapshots. Accept changes with `INSTA_UPDATE=always cargo test --test screens`.

#[path = "screens/gallery.rs"]
mod gallery;
#[path = "support/learner.rs"]
mod learner;
#[path = "screens/looks.rs"]
mod looks;
#[path = "screens/monkey.rs"]
mod monkey;
#[path = "screens/overlays.rs"]
mod overlays;
#[path = "screens/panels.rs"]
mod panels;
#[path = "support/svg.rs"]
mod svg;
#[path = "screens/whole.rs"]
mod whole;
#[path = "screens/wide.rs"]
mod wide;

use hoplight::app::App;
use hoplight::layout::Area;
use hoplight::view::frame;
use hoplight::view::theme::{Palette, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Renders the application at its screen size.
fn drawn(app: &App, theme: &Theme) -> Buffer {
    let (columns, rows) = app.size();
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    frame::render(app, theme, area, &mut buffer);
    buffer
}

/// Renders the application without colours, as for snapshots.
fn plain(app: &App) -> Buffer {
    drawn(app, &Theme::new(Palette::NoColour, false))
}

/// Returns the text of a part of the screen, without trailing spaces.
fn text(buffer: &Buffer, part: Area) -> String {
    let row = |y: u16| {
        let cells: String = (part.x..part.x + part.width).map(|x| buffer[(x, y)].symbol()).collect();
        format!("{}\n", cells.trim_end())
    };
    (part.y..part.y + part.height).map(row).collect()
}

/// Returns the text of the whole screen.
fn whole(app: &App) -> String {
    let buffer = plain(app);
    text(&buffer, Area { x: 0, y: 0, width: buffer.area.width, height: buffer.area.height })
}

/// Asserts that a frame shows only printable characters.
fn assert_printable(buffer: &Buffer) {
    for (at, cell) in buffer.content.iter().enumerate() {
        let symbol = cell.symbol();
        assert!(symbol.chars().all(hoplight::model::text::is_printable) && !symbol.is_empty(), "{symbol:?} in cell {at}");
    }
}

/// Compares a text with the snapshot of this name.
fn compare(name: &str, text: &str) {
    insta::assert_snapshot!(name, text);
}
