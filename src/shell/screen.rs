//! The screen: ratatui's `Terminal` with a bounded size, one write per frame, and no queries to the terminal.
//!
//! The size is ours to set ([`Viewport::Fixed`]), because a terminal may claim 65535×65535 cells. Frames are collected in memory
//! and sent by [`Tty`], which drops anything drawn after the terminal has been restored.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;

use crossterm::queue;
use crossterm::terminal::{Clear, ClearType};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use super::guard::{Tty, window_size};

/// Maximum width drawn. A terminal may claim 65535×65535 cells, for which buffers would not fit in memory.
pub const MAX_COLUMNS: u16 = 1000;

/// Maximum height drawn.
pub const MAX_ROWS: u16 = 400;

/// Size assumed if the terminal reports none, as on a serial line.
const UNKNOWN: Size = Size { width: 80, height: 24 };

/// The terminal's screen.
#[derive(Debug)]
pub(super) struct TerminalScreen {
    tty: Arc<Tty>,
    output: Output,
    terminal: Terminal<CrosstermBackend<Output>>,
    area: Rect,
}

/// The bytes of a frame until it is complete. Parts sent one by one would be visible.
#[derive(Clone, Debug, Default)]
struct Output(Rc<RefCell<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A terminal that draws on `area` and assumes it to be blank.
fn terminal(output: &Output, area: Rect) -> io::Result<Terminal<CrosstermBackend<Output>>> {
    let options = TerminalOptions { viewport: Viewport::Fixed(area) };
    Terminal::with_options(CrosstermBackend::new(output.clone()), options)
}

/// Clears the terminal with the next frame. `Terminal::clear` would query the cursor's position, whose report the reader thread
/// would have to wait for.
fn clear(terminal: &mut Terminal<CrosstermBackend<Output>>) -> io::Result<()> {
    // Resets the buffer that the next frame is compared with.
    terminal.swap_buffers();
    queue!(terminal.backend_mut(), Clear(ClearType::All))
}

impl TerminalScreen {
    /// The screen of a terminal that was just entered, with the cursor hidden, before its size is known.
    pub(super) fn new(tty: Arc<Tty>) -> io::Result<Self> {
        let output = Output::default();
        let terminal = terminal(&output, Rect::ZERO)?;
        Ok(Self { tty, output, terminal, area: Rect::ZERO })
    }

    /// Queries the window's size and resizes the screen to it. Returns the size.
    pub(super) fn measure(&mut self) -> io::Result<Size> {
        let size = drawn_size(window_size()?);
        let area = Rect::from((Position::ORIGIN, size));
        if area != self.area {
            self.area = area;
            self.terminal = terminal(&self.output, area)?;
            // When dropped, a terminal shows the cursor.
            self.output.0.take();
        }
        Ok(size)
    }

    /// Makes the next frame clear the terminal and draw every cell.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        clear(&mut self.terminal)
    }

    /// Draws a frame and sends its changes.
    pub(super) fn draw(&mut self, paint: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(paint)?;
        self.tty.write(&self.output.0.take())
    }
}

/// Returns the size to draw in a window of this size.
fn drawn_size((columns, rows): (u16, u16)) -> Size {
    let known = |claimed, unknown, most| if claimed == 0 { unknown } else { u16::min(claimed, most) };
    Size { width: known(columns, UNKNOWN.width, MAX_COLUMNS), height: known(rows, UNKNOWN.height, MAX_ROWS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_sends_changes_and_after_a_clear_everything() {
        let output = Output::default();
        let mut terminal = terminal(&output, Rect::new(0, 0, 10, 2)).unwrap();
        let draw = |terminal: &mut Terminal<_>, text: &str| {
            terminal.draw(|frame: &mut Frame<'_>| frame.render_widget(text, frame.area())).unwrap();
            String::from_utf8(output.0.take()).unwrap()
        };
        assert!(draw(&mut terminal, "web-1").contains("web-1"));
        let sent = draw(&mut terminal, "web-2");
        assert!(sent.contains('2') && !sent.contains("web"), "{sent:?}");
        clear(&mut terminal).unwrap();
        let sent = draw(&mut terminal, "web-2");
        assert!(sent.starts_with("\u{1b}[2J") && sent.contains("web-2"), "{sent:?}");
        assert!(!sent.contains("\u{1b}[6n"), "a query was sent: {sent:?}");
    }

    #[test]
    fn the_drawn_size_is_bounded_and_never_empty() {
        assert_eq!(drawn_size((120, 40)), Size::new(120, 40));
        assert_eq!(drawn_size((1, 1)), Size::new(1, 1));
        assert_eq!(drawn_size((u16::MAX, u16::MAX)), Size::new(MAX_COLUMNS, MAX_ROWS));
        assert_eq!(drawn_size((0, 0)), Size::new(80, 24));
        assert_eq!(drawn_size((0, 50)), Size::new(80, 50));
    }
}
