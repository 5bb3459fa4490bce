//! The terminal shell: everything between the terminal and a pure application state.
//!
//! [`run`] takes the terminal, turns what happens into calls on a [`Program`], draws it, and gives the terminal back
//! on every way out: quitting, fatal signals, suspension, a panic in any thread, a terminal that is gone. This is the
//! only layer that reads a clock, and only in its event loop.
//!
//! ```text
//! keys, mouse ──▶ reader thread ──┐
//! hang-up     ──▶ watch thread ───┼──▶ event loop ──▶ Program ──▶ frame ──▶ terminal
//! signals     ──▶ signal thread ──┘        ▲
//!                                    frame interval, only while something moves
//! ```
//!
//! Must not know what the program shows.

mod event_loop;
mod guard;
mod input;
mod pace;
mod program;
mod run;
mod screen;
mod signal;
mod terminal_app;

pub use guard::{Refusal, check};
pub use program::{Flow, Program, RESERVED_KEYS};
pub use run::{Ending, Error, Options, run};
pub use screen::{MAX_COLUMNS, MAX_ROWS};
pub use signal::survive_file_size_limit;
pub use terminal_app::{Keeper, TerminalApp};
