//! Input: the user's events, and the urgent ones that must not queue behind them.
//!
//! A separate thread reads the terminal, because crossterm's reader spins with its lock held once the terminal is gone.
//! Another thread watches for the hang-up and ends the process.

use std::io;
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use signal_hook::consts::{SIGHUP, SIGINT};
use tokio::sync::mpsc::{Sender, UnboundedSender};

use super::assemble::{Input, assemble};
use super::guard::hung_up;
use super::signal::{Fate, GRACE, Watchdog};

/// How long the event loop may be busy before Ctrl-C ends the process.
const PATIENCE: Duration = Duration::from_secs(2);

/// Consecutive read errors after which the terminal is considered gone.
const MAX_FAILURES: u32 = 16;

/// Events that take precedence over keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgent {
    /// Ctrl-C.
    Interrupt,
    /// A fatal signal, or a hang-up reported as SIGHUP.
    End(i32),
    /// A thread panicked; its message is printed.
    Panicked,
    /// The window was resized.
    Resized,
    /// SIGTSTP: stop until continued.
    Stop,
    /// SIGCONT.
    Continued,
}

/// Reads the terminal until it is gone.
pub(super) fn read_terminal(events: Sender<Input>, urgent: UnboundedSender<Urgent>, watchdog: Watchdog) -> io::Result<()> {
    let read = move || {
        let mut failures = 0;
        while failures < MAX_FAILURES {
            let Ok(first) = event::read() else {
                failures += 1;
                continue;
            };
            failures = 0;
            // An error shows again at the next read.
            let more = |wait| event::poll(wait).unwrap_or(false).then(|| event::read().ok()).flatten();
            for input in assemble(first, more) {
                match input {
                    Input::Event(Event::Key(key)) if is_control(key, 'c') => {
                        let _ = urgent.send(Urgent::Interrupt);
                        watchdog.insist(PATIENCE, Fate::Signal(SIGINT));
                    }
                    input => {
                        if events.blocking_send(input).is_err() {
                            return;
                        }
                    }
                }
            }
        }
        end_as_hung_up(&urgent, &watchdog);
    };
    thread::Builder::new().name("reader".into()).spawn(read).map(drop)
}

/// Waits for the terminal to hang up: SIGHUP does not reach every process, and may be ignored.
pub(super) fn watch_hang_up(urgent: UnboundedSender<Urgent>, watchdog: Watchdog) -> io::Result<()> {
    let watch = move || {
        if hung_up(None) {
            end_as_hung_up(&urgent, &watchdog);
        }
    };
    thread::Builder::new().name("hang-up".into()).spawn(watch).map(drop)
}

fn end_as_hung_up(urgent: &UnboundedSender<Urgent>, watchdog: &Watchdog) {
    let _ = urgent.send(Urgent::End(SIGHUP));
    watchdog.insist(GRACE, Fate::Signal(SIGHUP));
}

/// Whether this is a press of Ctrl with `letter`.
pub(super) fn is_control(key: KeyEvent, letter: char) -> bool {
    key.kind != KeyEventKind::Release && key.modifiers == KeyModifiers::CONTROL && key.code == KeyCode::Char(letter)
}
