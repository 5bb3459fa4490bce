//! The screen: a bounded size, one write per frame, only what has changed, and no questions to the terminal.
//!
//! It has the place of ratatui's `Terminal`, whose comparison of two frames takes longer than to draw one (see
//! [`diff`](super::diff)). Must not know what is drawn, nor when.

use std::io;
use std::sync::Arc;

use ratatui::backend::{Backend, ClearType, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::guard::{Tty, window_size};
use hoplight_view::diff::changes;
use hoplight_view::ink::begin;

/// The widest area that is drawn. A terminal may claim up to 65535 columns, and the buffers for that would not fit.
pub const MAX_COLUMNS: u16 = 1000;

/// The highest area that is drawn.
pub const MAX_ROWS: u16 = 400;

/// What is drawn where the terminal does not know its size, as on a serial line.
const UNKNOWN: Size = Size { width: 80, height: 24 };

/// The terminal's screen.
#[derive(Debug)]
pub(super) struct Screen {
    tty: Arc<Tty>,
    /// What the terminal shows.
    shown: Buffer,
    /// Where the next frame is drawn, over the one before what is shown.
    next: Buffer,
    /// What is sent at once when a frame ends.
    bytes: Vec<u8>,
}

impl Screen {
    /// The screen of a terminal that was just entered, with the cursor hidden, before its size is known.
    pub(super) fn new(tty: Arc<Tty>) -> Self {
        Self { tty, shown: Buffer::default(), next: Buffer::default(), bytes: Vec::new() }
    }

    /// Asks the window for its size, and draws in that from now on. Returns it.
    pub(super) fn measure(&mut self) -> io::Result<Size> {
        let size = drawn_size(window_size()?);
        let area = Rect::from((ratatui::layout::Position::ORIGIN, size));
        if area != self.next.area {
            (self.shown, self.next) = (Buffer::empty(area), Buffer::empty(area));
        }
        Ok(size)
    }

    /// Empties the terminal with the next frame, whatever it shows now, and draws all of it.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.shown.reset();
        CrosstermBackend::new(&mut self.bytes).clear_region(ClearType::All)
    }

    /// Draws a frame and sends what it changes.
    pub(super) fn draw(&mut self, paint: impl FnOnce(&mut Buffer)) -> io::Result<()> {
        begin(&mut self.next);
        paint(&mut self.next);
        let mut changes = changes(&self.shown, &self.next).peekable();
        // Even an empty drawing would cost the sequences that reset the colours.
        if changes.peek().is_some() {
            CrosstermBackend::new(&mut self.bytes).draw(changes)?;
        }
        std::mem::swap(&mut self.shown, &mut self.next);
        let sent = if self.bytes.is_empty() { Ok(()) } else { self.tty.write(&self.bytes) };
        self.bytes.clear();
        sent
    }
}

/// The size to draw for a window of this size.
fn drawn_size((columns, rows): (u16, u16)) -> Size {
    let known = |claimed, unknown, most| if claimed == 0 { unknown } else { u16::min(claimed, most) };
    Size { width: known(columns, UNKNOWN.width, MAX_COLUMNS), height: known(rows, UNKNOWN.height, MAX_ROWS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawn_size_is_bounded_and_never_empty() {
        assert_eq!(drawn_size((120, 40)), Size::new(120, 40));
        assert_eq!(drawn_size((1, 1)), Size::new(1, 1));
        assert_eq!(drawn_size((u16::MAX, u16::MAX)), Size::new(MAX_COLUMNS, MAX_ROWS));
        assert_eq!(drawn_size((0, 0)), Size::new(80, 24));
        assert_eq!(drawn_size((0, 50)), Size::new(80, 50));
    }
}
