//! Taking over the terminal and restoring it.
//!
//! One sequence undoes everything, and one function sends it: [`Tty::leave`], called at exit and by the panic hook, the
//! watchdog and suspension.

use std::env;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{tcgetpgrp, tcgetwinsize};

/// Alternate screen, hidden cursor, bracketed paste.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[2J\x1b[?25l\x1b[?2004h";

/// Mouse buttons, wheel and drags in SGR coordinates. Plain movement is not reported, so that it does not wake the process.
const ENTER_MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// Undoes [`ENTER`], [`ENTER_MOUSE`] and any colour. Harmless if only some of it, or none, was sent.
const LEAVE: &[u8] = b"\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?1004l\x1b[0m\x1b[?1049l\x1b[?25h";

/// Why the full screen is refused; the text commands still work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TerminalError {
    #[error("standard input is not a terminal")]
    Input,
    #[error("standard output is not a terminal")]
    Output,
    #[error("TERM is not set, so the terminal's capabilities are unknown")]
    NoTerm,
    #[error("TERM=dumb: the terminal cannot position the cursor")]
    Dumb,
}

/// Checks whether the full screen can run here. Writes nothing.
pub fn check() -> Result<(), TerminalError> {
    if !io::stdin().is_terminal() {
        return Err(TerminalError::Input);
    }
    if !io::stdout().is_terminal() {
        return Err(TerminalError::Output);
    }
    match env::var_os("TERM") {
        Some(term) if term == "dumb" => Err(TerminalError::Dumb),
        Some(term) if !term.is_empty() => Ok(()),
        _ => Err(TerminalError::NoTerm),
    }
}

/// The terminal, shared by the event loop and everything that may have to restore it.
#[derive(Debug)]
pub(super) struct Tty {
    output: Mutex<File>,
    entered: AtomicBool,
    mouse: bool,
}

impl Tty {
    /// Opens the terminal on standard output without changing it.
    pub(super) fn open(mouse: bool) -> io::Result<Arc<Self>> {
        let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(Arc::new(Self { output: Mutex::new(output), entered: AtomicBool::new(false), mouse }))
    }

    /// Takes over the terminal, for the first time or after another program has used it.
    pub(super) fn enter(&self) -> io::Result<()> {
        // First, so that `leave` undoes even a part of what follows.
        self.entered.store(true, Ordering::SeqCst);
        // crossterm sets raw mode only if it believes it is off, but another program may have reset it.
        disable_raw_mode()?;
        enable_raw_mode()?;
        self.write(ENTER)?;
        if self.mouse { self.write(ENTER_MOUSE) } else { Ok(()) }
    }

    /// Restores the terminal, if it is ours. Later frames do not reach it.
    ///
    /// A stalled terminal, or a stuck frame that holds the lock, delays this by at most `patience`.
    pub(super) fn leave(self: &Arc<Self>, patience: Duration) {
        if !self.entered.swap(false, Ordering::SeqCst) {
            return;
        }
        let (done, finished) = mpsc::channel();
        let tty = Arc::clone(self);
        let writer = thread::Builder::new().name("leave".into()).spawn(move || {
            let mut output = tty.output.lock().unwrap_or_else(PoisonError::into_inner);
            // If this fails, there is no terminal to restore.
            let _ = write_fully(&mut output, LEAVE);
            let _ = done.send(());
        });
        if writer.is_ok() {
            let _ = finished.recv_timeout(patience);
        }
        // In the background this would stop the process, and the foreground shell has set its own mode already.
        if in_foreground() {
            let _ = disable_raw_mode();
        }
    }

    /// Whether the terminal is taken over now.
    pub(super) fn is_entered(&self) -> bool {
        self.entered.load(Ordering::SeqCst)
    }

    /// Writes `bytes`, or drops them if the terminal is not ours.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        // Checked under the lock: nothing may follow the leaving sequence.
        if self.is_entered() { write_fully(&mut output, bytes) } else { Ok(()) }
    }
}

/// Columns and rows as the terminal reports them; zero if unknown.
pub(super) fn window_size() -> io::Result<(u16, u16)> {
    let size = tcgetwinsize(stdout())?;
    Ok((size.ws_col, size.ws_row))
}

/// Whether the process may change the terminal's mode without being stopped (SIGTTOU).
pub(super) fn in_foreground() -> bool {
    // Without job control there is no foreground group, hence no SIGTTOU.
    tcgetpgrp(stdin()).map_or(true, |group| group == rustix::process::getpgrp())
}

/// Waits until the terminal hangs up, or for `limit`.
pub(super) fn hung_up(limit: Option<Duration>) -> bool {
    let limit = limit.and_then(|limit| limit.try_into().ok());
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    loop {
        // With no requested events, poll reports just errors and hang-ups.
        let (input, output) = (stdin(), stdout());
        let mut ends =
            [PollFd::from_borrowed_fd(input, PollFlags::empty()), PollFd::from_borrowed_fd(output, PollFlags::empty())];
        match poll(&mut ends, limit.as_ref()) {
            Ok(_) if ends.iter().any(|end| end.revents().intersects(gone)) => return true,
            Ok(_) if limit.is_some() => return false,
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// Writes everything, even if another program has set the terminal to non-blocking.
fn write_fully(output: &mut File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match output.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                poll(&mut [PollFd::new(output, PollFlags::OUT)], None)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
