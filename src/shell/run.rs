//! From the first byte that is sent to the terminal to the last, and how the process then ends.
//!
//! Must not know what the program shows.

use std::io;
use std::panic::{self, AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, channel, unbounded_channel};

use super::event_loop::EventLoop;
use super::guard::{Refusal, Tty, check};
use super::input::{Urgent, read_terminal, watch_hang_up};
use super::program::Program;
use super::signal::{BRIEFLY, Fate, GRACE, Watchdog, end_by, listen};

/// How many events may wait; then the terminal's own buffer fills.
const BACKLOG: usize = 1024;

/// How long a slow terminal may take to accept the leaving sequence when nothing is wrong.
const UNHURRIED: Duration = Duration::from_secs(5);

/// How to use the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether the mouse is ours; if not, the terminal selects text with it as usual.
    pub mouse: bool,
}

/// Why the program ended.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It wanted to, or Ctrl-C was pressed.
    Quit,
    /// A signal; also a terminal that hung up, as SIGHUP.
    Signal(i32),
    /// A panic in another thread, the message of which is on the screen.
    Panicked,
}

impl Ending {
    /// The status to leave `main` with. After a signal this does not return: it ends the process as the signal would
    /// have, so that the parent sees it.
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
    /// The terminal was not touched.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The terminal was restored, and the program saved.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] io::Error),
}

/// Runs the program in the terminal of this process until it ends, saves it, and gives the terminal back.
///
/// A panic of the program is passed on when the terminal is restored. To be called once per process: the handlers of
/// signals and the panic hook stay.
pub fn run<P: Program>(program: &mut P, options: Options) -> Result<Ending, Error> {
    check()?;
    let tty = Tty::open(options.mouse)?;
    let watchdog = Watchdog::new(Arc::clone(&tty));
    let outcome = catch_unwind(AssertUnwindSafe(|| attend(program, &tty, &watchdog)));
    watchdog.leaving();
    tty.leave(if matches!(outcome, Ok(Ok(Ending::Quit))) { UNHURRIED } else { BRIEFLY });
    match outcome {
        Ok(ending) => {
            program.save();
            Ok(ending?)
        }
        Err(panic) => {
            // A second panic has been reported like the first; which of them ends us is the same.
            let _ = catch_unwind(AssertUnwindSafe(|| program.save()));
            resume_unwind(panic)
        }
    }
}

/// The part during which the terminal is ours. Whatever can tell us to end is listening before anything is changed.
fn attend<P: Program>(program: &mut P, tty: &Arc<Tty>, watchdog: &Watchdog) -> io::Result<Ending> {
    let (urgent_in, urgent) = unbounded_channel();
    let (events_in, events) = channel(BACKLOG);
    report_panics(Arc::clone(tty), urgent_in.clone(), watchdog.clone());
    listen(urgent_in.clone(), watchdog.clone())?;
    tty.enter()?;
    watch_hang_up(urgent_in.clone(), watchdog.clone())?;
    read_terminal(events_in, urgent_in, watchdog.clone())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(EventLoop::new(program, Arc::clone(tty), events, urgent).run())
}

/// Lets a panic in any thread restore the terminal before its message, and end the process.
fn report_panics(tty: Arc<Tty>, urgent: UnboundedSender<Urgent>, watchdog: Watchdog) {
    let event_loop = thread::current().id();
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        tty.leave(BRIEFLY);
        report(panic);
        // The event loop's own panic unwinds to its end; another's would leave it drawing on.
        if thread::current().id() != event_loop {
            let _ = urgent.send(Urgent::Panicked);
            watchdog.insist(GRACE, Fate::Panic);
        }
    }));
}
