//! What a program must offer in order to be run in a terminal.
//!
//! Must not know how the terminal is driven, and never reads a clock: time comes in through [`Program::tick`].

use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};
use ratatui::buffer::Buffer;

/// The keys which the shell keeps for itself, with what they do; a program never sees them, but can list them.
pub const RESERVED_KEYS: [(&str, &str); 3] = [("Ctrl-C", "quit"), ("Ctrl-Z", "suspend"), ("Ctrl-L", "redraw the screen")];

/// What the shell does after the program has handled something.
#[must_use]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    #[default]
    Continue,
    /// Give the terminal back to the shell that started us, and stop until it continues us.
    Suspend,
    /// Save and end.
    Quit,
}

/// An application as the terminal shell sees it.
pub trait Program {
    /// A key was pressed, or repeats; never a release, and never one of [`RESERVED_KEYS`].
    fn key(&mut self, key: KeyEvent) -> Flow;

    /// The mouse did something.
    fn mouse(&mut self, mouse: MouseEvent) -> Flow;

    /// The window has a new size: at least 1×1, and at most [`MAX_COLUMNS`](super::MAX_COLUMNS) ×
    /// [`MAX_ROWS`](super::MAX_ROWS). Also called once before the first frame.
    fn resized(&mut self, columns: u16, rows: u16) -> Flow;

    /// Text was pasted as a whole. It may hold anything, line breaks and control characters too.
    fn paste(&mut self, text: &str) -> Flow {
        let _ = text;
        Flow::Continue
    }

    /// Time has passed: at most a quarter of a second at once, so that a stall never becomes a leap. Only called while
    /// [`animating`](Self::animating).
    fn tick(&mut self, elapsed: Duration) -> Flow;

    /// Whether something moves. While it does not, no timer runs and the process sleeps.
    fn animating(&self) -> bool;

    /// Whether the next frame would differ from the last. Asked once per frame, after all pending events; on `false`
    /// nothing is drawn. After `true` the frame is drawn, so the answer may be reset by asking.
    fn needs_redraw(&mut self) -> bool;

    /// Draws a frame into a buffer of the screen's size: a pure function of the state. All of it is drawn: what the buffer
    /// holds before is left from an earlier frame.
    fn draw(&mut self, frame: &mut Buffer);

    /// Saves what must outlive the process. Called once on every way out on which the event loop still responds, also
    /// after a panic; a process that is killed or stuck does not come here, so what matters is saved when it changes.
    fn save(&mut self);
}
