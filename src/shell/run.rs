//! Runs a program in the terminal, from the first byte sent to the exit of the process.

use std::io;
use std::panic::{self, AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, channel, unbounded_channel};

use super::event_loop::EventLoop;
use super::guard::{TerminalError, Tty, check};
use super::input::{Urgent, read_terminal, watch_hang_up};
use super::program::Program;
use super::signal::{BRIEFLY, Fate, GRACE, Watchdog, end_by, listen};

/// Events that may queue before the terminal's own buffer fills.
const BACKLOG: usize = 1024;

/// How long a slow terminal may take to accept the leaving sequence on a normal exit.
const UNHURRIED: Duration = Duration::from_secs(5);

/// How to use the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether to capture the mouse; if not, the terminal selects text with it as usual.
    pub mouse: bool,
}

/// Why the program ended.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The program quit, or Ctrl-C was pressed.
    Quit,
    /// A signal; a terminal that hung up counts as SIGHUP.
    Signal(i32),
    /// A panic in another thread; its message is printed.
    Panicked,
}

impl Ending {
    /// The exit status for `main`. After a signal this does not return: the process is killed by the same signal, so
    /// that its parent sees it.
    #[must_use]
    pub fn exit(self) -> ExitCode {
        match self {
            Self::Quit => ExitCode::SUCCESS,
            Self::Signal(signal) => end_by(signal),
            Self::Panicked => ExitCode::from(101),
        }
    }
}

/// Why the program could not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The terminal was left unchanged.
    #[error(transparent)]
    Refused(#[from] TerminalError),
    /// The terminal was restored, and the program saved.
    #[error("terminal error: {0}")]
    Terminal(#[from] io::Error),
}

/// Runs the program until it ends, saves it, and restores the terminal.
///
/// A panic is resumed once the terminal is restored. Call it once per process: signal handlers and the panic hook stay.
pub fn run<P: Program>(program: &mut P, options: Options) -> Result<Ending, Error> {
    check()?;
    let tty = Tty::open(options.mouse)?;
    let watchdog = Watchdog::new(Arc::clone(&tty));
    let outcome = catch_unwind(AssertUnwindSafe(|| run_event_loop(program, &tty, &watchdog)));
    watchdog.leaving();
    tty.leave(if matches!(outcome, Ok(Ok(Ending::Quit))) { UNHURRIED } else { BRIEFLY });
    match outcome {
        Ok(ending) => {
            program.save();
            Ok(ending?)
        }
        Err(panic) => {
            // The hook has reported a second panic too; the first one is resumed.
            let _ = catch_unwind(AssertUnwindSafe(|| program.save()));
            resume_unwind(panic)
        }
    }
}

/// Takes over the terminal and runs the event loop. Signal handlers are in place before the terminal is changed.
fn run_event_loop<P: Program>(program: &mut P, tty: &Arc<Tty>, watchdog: &Watchdog) -> io::Result<Ending> {
    let (urgent_in, urgent) = unbounded_channel();
    let (events_in, events) = channel(BACKLOG);
    report_panics(Arc::clone(tty), urgent_in.clone(), watchdog.clone());
    listen(urgent_in.clone(), watchdog.clone())?;
    tty.enter()?;
    watch_hang_up(urgent_in.clone(), watchdog.clone())?;
    read_terminal(events_in, urgent_in, watchdog.clone())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(EventLoop::new(program, Arc::clone(tty), events, urgent)?.run())
}

/// Makes a panic in any thread restore the terminal before its message is printed, and end the process.
fn report_panics(tty: Arc<Tty>, urgent: UnboundedSender<Urgent>, watchdog: Watchdog) {
    let event_loop = thread::current().id();
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        tty.leave(BRIEFLY);
        report(panic);
        // A panic of the event loop unwinds and ends it; after any other it would keep drawing.
        if thread::current().id() != event_loop {
            let _ = urgent.send(Urgent::Panicked);
            watchdog.insist(GRACE, Fate::Panic);
        }
    }));
}
