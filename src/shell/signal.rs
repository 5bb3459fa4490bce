//! Signals: those that end us, those of job control and of the window, and a watchdog which sees to it that we end.
//!
//! Must not know the program, nor draw.

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

/// How long the event loop may take to notice that it must end.
pub(super) const GRACE: Duration = Duration::from_millis(500);

/// How long it may then take to save.
const SAVING: Duration = Duration::from_millis(1500);

/// How long the terminal may take to accept the leaving sequence when time is short.
pub(super) const BRIEFLY: Duration = Duration::from_millis(200);

/// How the process ends if the event loop does not.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    /// As by this signal.
    Signal(i32),
    /// As by a panic.
    Panic,
}

/// Ends the process when the event loop is too busy, or stuck, to do so.
#[derive(Clone, Debug)]
pub(super) struct Watchdog {
    tty: Arc<Tty>,
    leaving: Arc<AtomicBool>,
}

impl Watchdog {
    pub(super) fn new(tty: Arc<Tty>) -> Self {
        Self { tty, leaving: Arc::default() }
    }

    /// The event loop has noticed, and is on its way out.
    pub(super) fn leaving(&self) {
        self.leaving.store(true, Ordering::SeqCst);
    }

    /// Waits for the process to end, and ends it if it takes too long. Not for the thread of the event loop.
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

/// Ends the process by the signal's own default, so that its parent sees what happened.
pub(super) fn end_by(signal: i32) -> ! {
    let _ = emulate_default_handler(signal);
    // Only reached for a signal that does not end a process by default.
    signal_hook::low_level::exit(128 + signal)
}

/// Listens for signals from now on, and reports them as urgent.
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
            // The event loop may be over already: then the process is about to end anyhow.
            let _ = urgent.send(report);
            if let Urgent::End(fatal) = report {
                watchdog.insist(GRACE, Fate::Signal(fatal));
            }
        }
    };
    thread::Builder::new().name("signals".into()).spawn(serve).map(drop)
}

/// Makes a write beyond the limit of `ulimit -f` report an error instead of killing the process.
pub fn survive_file_size_limit() -> io::Result<()> {
    signal_hook::flag::register(SIGXFSZ, Arc::default()).map(drop)
}

/// Who is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// This process, which alone was told to.
    Process,
    /// The whole job, as the terminal's own key would: a script that runs us stops as well.
    Job,
}

/// Whether anybody would continue us once we are stopped: a shell with job control has put us in a group of our own.
pub(super) fn can_stop() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Stops here, and returns once continued.
pub(super) fn stop(who: Stopped) {
    let stopped = match who {
        Stopped::Job => kill_current_process_group(Signal::STOP).is_ok(),
        Stopped::Process => false,
    };
    if !stopped {
        let _ = emulate_default_handler(SIGTSTP);
    }
}
