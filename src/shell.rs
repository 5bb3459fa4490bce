//! The terminal shell: everything between the terminal and a pure application state.
//!
//! [`run`] takes over the terminal, turns events into calls on a [`Program`], draws it, and restores the terminal on every
//! exit: quit, fatal signal, suspension, a panic in any thread, a terminal that hangs up. Only the event loop reads a
//! clock.
//!
//! ```text
//! keys, mouse ──▶ reader thread ──┐
//! hang-up     ──▶ watch thread ───┼──▶ event loop ──▶ Program ──▶ frame ──▶ terminal
//! signals     ──▶ signal thread ──┤        ▲
//! files       ──▶ watch thread ───┘        │
//!                                    frame interval, only while something moves
//! ```

mod assemble;
mod event_loop;
mod guard;
mod input;
mod pace;
mod program;
mod run;
mod screen;
mod signal;
mod terminal_app;

pub use guard::{TerminalError, check};
pub use program::{Flow, Program, RESERVED_KEYS};
pub use run::{Ending, Error, Options, run};
pub use screen::{MAX_COLUMNS, MAX_ROWS};
pub use signal::survive_file_size_limit;
pub use terminal_app::{ProgressStore, Reload, TerminalApp};
