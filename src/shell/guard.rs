//! Taking the terminal, and giving it back.
//!
//! There is one sequence that undoes everything, and one function that sends it: [`Tty::leave`], called from the end of
//! the program, the panic hook, the watchdog and suspension alike.
//!
//! Must not know what is drawn, nor when.

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

/// Alternate screen, cursor hidden, pasted text marked as such.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[2J\x1b[?25l\x1b[?2004h";

/// Buttons, wheel and drags in the coordinates of large screens; not every movement, which would wake us for nothing.
const ENTER_MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";

/// Undoes [`ENTER`], [`ENTER_MOUSE`] and any colour, whatever of it was done; harmless where nothing was.
const LEAVE: &[u8] = b"\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?1004l\x1b[0m\x1b[?1049l\x1b[?25h";

/// Why the terminal cannot be used; the text commands can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("standard input is not a terminal")]
    Input,
    #[error("standard output is not a terminal")]
    Output,
    #[error("TERM is not set, so this terminal's abilities are unknown")]
    NoTerm,
    #[error("TERM=dumb: this terminal cannot address its screen")]
    Dumb,
}

/// Whether a full screen can be shown here. Writes nothing.
pub fn check() -> Result<(), Refusal> {
    if !io::stdin().is_terminal() {
        return Err(Refusal::Input);
    }
    if !io::stdout().is_terminal() {
        return Err(Refusal::Output);
    }
    match env::var_os("TERM") {
        Some(term) if term == "dumb" => Err(Refusal::Dumb),
        Some(term) if !term.is_empty() => Ok(()),
        _ => Err(Refusal::NoTerm),
    }
}

/// The terminal, shared by the event loop and by those who may have to restore it.
#[derive(Debug)]
pub(super) struct Tty {
    output: Mutex<File>,
    entered: AtomicBool,
    mouse: bool,
}

impl Tty {
    /// The terminal on standard output, untouched so far.
    pub(super) fn open(mouse: bool) -> io::Result<Arc<Self>> {
        let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(Arc::new(Self { output: Mutex::new(output), entered: AtomicBool::new(false), mouse }))
    }

    /// Takes the terminal, also when another program has had it since: raw mode is set anew.
    pub(super) fn enter(&self) -> io::Result<()> {
        // First, so that whoever restores from now on undoes even half of what follows.
        self.entered.store(true, Ordering::SeqCst);
        // Raw mode is entered once only unless it was left, and another program may have changed it behind our back.
        disable_raw_mode()?;
        enable_raw_mode()?;
        self.write(ENTER)?;
        if self.mouse { self.write(ENTER_MOUSE) } else { Ok(()) }
    }

    /// Gives the terminal back, if we have it. Nothing that is drawn later reaches it.
    ///
    /// A terminal whose reader is stalled, or whose lock a stuck frame holds, delays this by no more than `patience`.
    pub(super) fn leave(self: &Arc<Self>, patience: Duration) {
        if !self.entered.swap(false, Ordering::SeqCst) {
            return;
        }
        let (done, finished) = mpsc::channel();
        let tty = Arc::clone(self);
        let writer = thread::Builder::new().name("leave".into()).spawn(move || {
            let mut output = tty.output.lock().unwrap_or_else(PoisonError::into_inner);
            // If it fails, there is no terminal left to restore.
            let _ = write_fully(&mut output, LEAVE);
            let _ = done.send(());
        });
        if writer.is_ok() {
            let _ = finished.recv_timeout(patience);
        }
        // From the background this would stop us; and the shell in the foreground has set its own mode already.
        if in_foreground() {
            let _ = disable_raw_mode();
        }
    }

    /// Whether the terminal is ours at the moment.
    pub(super) fn is_entered(&self) -> bool {
        self.entered.load(Ordering::SeqCst)
    }

    /// Sends `bytes` at once, or drops them if the terminal is not ours.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        // Asked under the lock: after the leaving sequence nothing more may come.
        if self.is_entered() { write_fully(&mut output, bytes) } else { Ok(()) }
    }
}

/// Columns and rows of the window as the terminal tells them; zeros where it does not know.
pub(super) fn window_size() -> io::Result<(u16, u16)> {
    let size = tcgetwinsize(stdout())?;
    Ok((size.ws_col, size.ws_row))
}

/// Whether we may change the terminal's mode without being stopped for it.
pub(super) fn in_foreground() -> bool {
    // Without job control there is no foreground group, and nobody to stop us.
    tcgetpgrp(stdin()).map_or(true, |group| group == rustix::process::getpgrp())
}

/// Waits until the terminal hangs up; without a time limit this sleeps for as long as the terminal lives.
pub(super) fn hung_up(limit: Option<Duration>) -> bool {
    let limit = limit.and_then(|limit| limit.try_into().ok());
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    loop {
        // Asking for nothing, we are only told what cannot be left out: errors and hang-ups.
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

/// Writes everything, also to a terminal which another program has set to non-blocking.
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
