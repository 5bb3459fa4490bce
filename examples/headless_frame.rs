//! Runs hoplight without a terminal and prints the screen as plain text, or in colour with `--ansi`.
//!
//! `cargo run --example headless_frame -- --ansi`

#![expect(clippy::print_stdout, reason = "the example's output")]

use std::error::Error;
use std::time::Duration;

use hoplight::app::{App, Key, Settings};
use hoplight::content::EMBEDDED;
use hoplight::lesson::{Library, Progress};
use hoplight::view::theme::Theme;
use hoplight::view::{frame, picture};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Time between two frames. The app reads no clock: time passes only through `tick`.
const FRAME: Duration = Duration::from_millis(100);

fn main() -> Result<(), Box<dyn Error>> {
    let library = Library::new(EMBEDDED).map_err(|errors| format!("{} errors in the content", errors.len()))?;
    let infra = library.scenario("stage-2-secured").ok_or("no such scenario")?.clone();
    let mut app = App::new(library, Progress::default(), Settings { seed: 1, ..Settings::default() });
    app.resize(120, 40);
    app.open_scenario(infra);

    // `v` turns on the overlay of readable hops. The caller is responsible for effects such as saving the progress.
    let _effects = app.press(Key::char('v'));
    (0..50).for_each(|_| app.tick(FRAME));

    let mut buffer = Buffer::empty(Rect::new(0, 0, 120, 40));
    frame::render(&app, &Theme::default(), buffer.area, &mut buffer);
    let ansi = std::env::args().any(|argument| argument == "--ansi");
    print!("{}", if ansi { picture::ansi(&buffer) } else { picture::text(&buffer) });
    Ok(())
}
