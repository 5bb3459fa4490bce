//! The screen as ratatui's backend: a bounded size, one write per frame, and no questions to the terminal.
//!
//! Must not know what is drawn, nor when.

use std::io;
use std::sync::Arc;

use crossterm::queue;
use crossterm::style::Print;
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};

use super::guard::{Tty, window_size};

/// The widest area that is drawn. A terminal may claim up to 65535 columns, and the buffers for that would not fit.
pub const MAX_COLUMNS: u16 = 1000;

/// The highest area that is drawn.
pub const MAX_ROWS: u16 = 400;

/// What is drawn where the terminal does not know its size, as on a serial line.
const UNKNOWN: Size = Size { width: 80, height: 24 };

/// The terminal's screen. What is drawn is collected, and sent when ratatui ends the frame.
#[derive(Debug)]
pub(super) struct Screen {
    tty: Arc<Tty>,
    frame: Vec<u8>,
    cursor_shown: bool,
}

impl Screen {
    /// The screen of a terminal that was just entered, with the cursor hidden.
    pub(super) fn new(tty: Arc<Tty>) -> Self {
        Self { tty, frame: Vec::new(), cursor_shown: false }
    }

    fn crossterm(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.frame)
    }
}

/// The size to draw for a window of this size.
pub(super) fn drawn_size((columns, rows): (u16, u16)) -> Size {
    let known = |claimed, unknown, most| if claimed == 0 { unknown } else { u16::min(claimed, most) };
    Size { width: known(columns, UNKNOWN.width, MAX_COLUMNS), height: known(rows, UNKNOWN.height, MAX_ROWS) }
}

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut content = content.peekable();
        // Even an empty drawing would cost the sequences that reset the colours.
        if content.peek().is_none() { Ok(()) } else { self.crossterm().draw(content) }
    }

    fn append_lines(&mut self, lines: u16) -> io::Result<()> {
        (0..lines).try_for_each(|_| queue!(self.frame, Print("\n")))
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        // ratatui hides the cursor again on every frame.
        if std::mem::take(&mut self.cursor_shown) { self.crossterm().hide_cursor() } else { Ok(()) }
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.cursor_shown = true;
        self.crossterm().show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // The terminal is never asked: the answer would come among the keys, or never.
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.crossterm().set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.crossterm().clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        window_size().map(drawn_size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        let sent = if self.frame.is_empty() { Ok(()) } else { self.tty.write(&self.frame) };
        self.frame.clear();
        sent
    }
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
