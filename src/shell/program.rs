//! The interface of a program that the shell can run. It never reads a clock: time comes in through [`Program::tick`].

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::Frame;
use tokio::sync::Notify;

/// Keys handled by the shell, with their effects. A program never receives them, but can list them.
pub const RESERVED_KEYS: [(&str, &str); 3] = [("Ctrl-C", "quit"), ("Ctrl-Z", "suspend"), ("Ctrl-L", "redraw the screen")];

/// What the shell does after the program has handled an event.
#[must_use]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// Continue.
    #[default]
    Continue,
    /// Restore the terminal and stop, as on Ctrl-Z.
    Suspend,
    /// Save and exit.
    Quit,
}

/// An application as the terminal shell sees it.
pub trait Program {
    /// A key was pressed or repeats. Never a release, nor one of [`RESERVED_KEYS`].
    fn key(&mut self, key: KeyEvent) -> Flow;

    /// A mouse event.
    fn mouse(&mut self, mouse: MouseEvent) -> Flow;

    /// The window has a new size, from 1×1 to [`MAX_COLUMNS`](super::MAX_COLUMNS) × [`MAX_ROWS`](super::MAX_ROWS). Also called
    /// once before the first frame.
    fn resized(&mut self, columns: u16, rows: u16) -> Flow;

    /// Text was pasted. It may contain anything, including line breaks and control characters.
    fn paste(&mut self, text: &str) -> Flow {
        let _ = text;
        Flow::Continue
    }

    /// Whether to ask the terminal for its background, once and after the first frame.
    fn asks_background(&self) -> bool {
        false
    }

    /// The terminal's background in red, green and blue, if it answers.
    fn background(&mut self, colour: [u8; 3]) {
        let _ = colour;
    }

    /// What wakes the event loop from another thread to call [`Self::woken`]. Asked once, before the first frame.
    fn waker(&self) -> Option<Arc<Notify>> {
        None
    }

    /// The waker was notified, once or several times.
    fn woken(&mut self) -> Flow {
        Flow::Continue
    }

    /// Time has passed while [`animating`](Self::animating): at most a quarter of a second, so that a stall does not become a
    /// jump.
    fn tick(&mut self, elapsed: Duration) -> Flow;

    /// Whether something moves. Otherwise no timer runs and the process sleeps.
    fn animating(&self) -> bool;

    /// Whether the next frame would differ from the last; if not, none is drawn. Called once per frame, after all pending
    /// events, and may reset the flag that it returns.
    fn needs_redraw(&mut self) -> bool;

    /// Draws a whole frame: a pure function of the state.
    fn draw(&mut self, frame: &mut Frame<'_>);

    /// Saves what must outlive the process. Called once on every exit while the event loop responds, also after a panic. A
    /// process that is killed or stuck does not get here, so save important changes at once.
    fn save(&mut self);
}
