//! Signals: fatal ones, job control, window changes, and a watchdog that ends the process if the event loop cannot.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::{Signal, getpgrp, getsid, kill_current_process_group};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use tokio::sync::mpsc::UnboundedSender;

use super::guard::Tty;
use super::input::Urgent;

/// How long the event loop may take to react to a fatal signal.
pub(super) const GRACE: Duration = Duration::from_millis(500);

/// How long saving may then take.
const SAVING: Duration = Duration::from_millis(1500);

/// How long the terminal may take to accept the leaving sequence on a fatal exit.
pub(super) const BRIEFLY: Duration = Duration::from_millis(200);

/// How the watchdog ends the process.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    /// By this signal.
    Signal(i32),
    /// With the status of a panic.
    Panic,
}

/// Ends the process if the event loop is too busy or stuck.
#[derive(Clone, Debug)]
pub(super) struct Watchdog {
    tty: Arc<Tty>,
    leaving: Arc<AtomicBool>,
}

impl Watchdog {
    pub(super) fn new(tty: Arc<Tty>) -> Self {
        Self { tty, leaving: Arc::default() }
    }

    /// The event loop is exiting.
    pub(super) fn leaving(&self) {
        self.leaving.store(true, Ordering::SeqCst);
    }

    /// Waits for the process to exit, and ends it after `grace`. Must not run on the event loop's thread.
    pub(super) fn insist(&self, grace: Duration, fate: Fate) -> ! {
        thread::sleep(grace);
        if self.leaving.load(Ordering::SeqCst) {
            thread::sleep(SAVING);
        }
        self.tty.leave(BRIEFLY);
        match fate {
            Fate::Signal(signal) => end_by(signal),
            Fate::Panic => signal_hook::low_level::exit(101),
        }
    }
}

/// Ends the process by the signal's default action, so that its parent sees the cause.
pub(super) fn end_by(signal: i32) -> ! {
    let _ = emulate_default_handler(signal);
    // Reached only for signals that do not end a process by default.
    signal_hook::low_level::exit(128 + signal)
}

/// Installs the signal handlers; signals are reported as urgent events.
pub(super) fn listen(urgent: UnboundedSender<Urgent>, watchdog: Watchdog) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
    let serve = move || {
        for signal in signals.forever() {
            let report = match signal {
                SIGTSTP => Urgent::Stop,
                SIGCONT => Urgent::Continued,
                SIGWINCH => Urgent::Resized,
                fatal => Urgent::End(fatal),
            };
            // Fails if the event loop has ended: then the process is exiting already.
            let _ = urgent.send(report);
            if let Urgent::End(fatal) = report {
                watchdog.insist(GRACE, Fate::Signal(fatal));
            }
        }
    };
    thread::Builder::new().name("signals".into()).spawn(serve).map(drop)
}

/// Makes a write beyond the limit of `ulimit -f` fail instead of killing the process.
pub fn survive_file_size_limit() -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::default()).map(drop)
}

/// What a suspension stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// This process, which alone received the signal.
    Process,
    /// The whole job, as Ctrl-Z does: a script that runs this program stops as well.
    Job,
}

/// Whether a stopped process can be continued: a shell with job control runs it in its own process group.
pub(super) fn can_stop() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Stops the process or job; returns when continued.
pub(super) fn stop(who: Stopped) {
    let stopped = match who {
        Stopped::Job => kill_current_process_group(Signal::STOP).is_ok(),
        Stopped::Process => false,
    };
    if !stopped {
        let _ = emulate_default_handler(SIGTSTP);
    }
}
