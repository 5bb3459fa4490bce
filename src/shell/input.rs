//! What comes in: the user's input, and what cannot wait behind it.
//!
//! The terminal is read by a thread of its own, and the event loop never touches crossterm's reader: that one spins,
//! with its lock held, once the terminal is gone. Where another thread watches for the hang-up, this costs nothing.
//!
//! Must not know the program, nor draw.

use std::io;
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use signal_hook::consts::{SIGHUP, SIGINT};
use tokio::sync::mpsc::{Sender, UnboundedSender};

use super::guard::hung_up;
use super::signal::{Fate, GRACE, Watchdog};

/// How long the event loop may be busy before Ctrl-C ends it.
const PATIENCE: Duration = Duration::from_secs(2);

/// After so many failures in a row there is nothing left to read from.
const MAX_FAILURES: u32 = 16;

/// What the event loop must know before it looks at any key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgent {
    /// Ctrl-C.
    Interrupt,
    /// A signal that ends the process, or the terminal's hang-up as the signal that should have told us.
    End(i32),
    /// A thread has panicked; its message is out.
    Panicked,
    /// The window has changed its size.
    Resized,
    /// Stop until continued.
    Stop,
    /// Continued after a stop, ours or another's.
    Continued,
}

/// Reads the terminal until it is gone.
pub(super) fn read_terminal(events: Sender<Event>, urgent: UnboundedSender<Urgent>, watchdog: Watchdog) -> io::Result<()> {
    let read = move || {
        let mut failures = 0;
        while failures < MAX_FAILURES {
            match event::read() {
                Ok(Event::Key(key)) if is_control(key, 'c') => {
                    let _ = urgent.send(Urgent::Interrupt);
                    watchdog.insist(PATIENCE, Fate::Signal(SIGINT));
                }
                Ok(event) => {
                    failures = 0;
                    if events.blocking_send(event).is_err() {
                        return;
                    }
                }
                Err(_) => failures += 1,
            }
        }
        end_as_hung_up(&urgent, &watchdog);
    };
    thread::Builder::new().name("reader".into()).spawn(read).map(drop)
}

/// Waits for the terminal to hang up; the signal for that reaches not everybody, and may be ignored.
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

/// Whether this is the press of Ctrl and a letter.
pub(super) fn is_control(key: KeyEvent, letter: char) -> bool {
    key.kind != KeyEventKind::Release && key.modifiers == KeyModifiers::CONTROL && key.code == KeyCode::Char(letter)
}
