//! Wall clock, signals and progress bar of a run.
//!
//! A run checks them between slices of simulated time, so events incur no extra cost.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Wall time after which a run shows a progress bar.
const PATIENCE: Duration = Duration::from_millis(500);
/// Interval between updates of the bar.
const FRAME: Duration = Duration::from_millis(100);
/// Width of the bar in cells, and of its whole line in columns.
const CELLS: usize = 24;
const COLUMNS: usize = 60;

/// Watches one or several runs.
#[derive(Debug)]
pub(in crate::cli) struct Watch {
    started: Instant,
    /// Simulated nanoseconds of all runs together, and the completed part in microseconds.
    total: u128,
    done_us: AtomicU64,
    /// When the bar was last drawn. The outer `Option` is `None` without a terminal to draw on.
    bar: Option<Mutex<Option<Instant>>>,
    /// The signal that interrupted the run; 0 for none.
    signal: Arc<AtomicUsize>,
}

/// Reads the wall clock.
#[expect(
    clippy::disallowed_methods,
    reason = "for the wall time in the report and the progress bar; the simulation does not depend on it"
)]
fn clock() -> Instant {
    Instant::now()
}

impl Watch {
    /// Starts to watch `runs` runs of this simulated `duration`. From now on Ctrl-C and SIGTERM interrupt them; a second
    /// signal ends the program at once.
    pub(in crate::cli) fn new(duration: Duration, runs: u32) -> io::Result<Self> {
        let signal = Arc::new(AtomicUsize::new(0));
        let again = Arc::new(AtomicBool::new(false));
        for (number, code) in [(SIGINT, 2), (SIGTERM, 15)] {
            // In this order, so that the first signal finds the flag unset.
            flag::register_conditional_default(number, Arc::clone(&again))?;
            flag::register(number, Arc::clone(&again))?;
            flag::register_usize(number, Arc::clone(&signal), code)?;
        }
        let wide = rustix::termios::tcgetwinsize(io::stderr()).is_ok_and(|size| usize::from(size.ws_col) > COLUMNS);
        let bar = (io::stderr().is_terminal() && wide).then(|| Mutex::new(None));
        Ok(Self { started: clock(), total: duration.as_nanos() * u128::from(runs), done_us: AtomicU64::new(0), bar, signal })
    }

    /// Wall time so far.
    pub(in crate::cli) fn elapsed(&self) -> Duration {
        clock() - self.started
    }

    /// Whether an interrupt was requested.
    pub(in crate::cli) fn stopping(&self) -> bool {
        self.signal.load(Ordering::Relaxed) != 0
    }

    /// The exit status: 128 plus the number of the signal, if one interrupted the run.
    pub(in crate::cli) fn status(&self) -> ExitCode {
        match u8::try_from(self.signal.load(Ordering::Relaxed)) {
            Ok(signal) if signal > 0 => ExitCode::from(128 + signal),
            _ => ExitCode::SUCCESS,
        }
    }

    /// Adds simulated time, and updates the bar.
    pub(in crate::cli) fn passed(&self, simulated: Duration) {
        let passed = u64::try_from(simulated.as_micros()).unwrap_or(u64::MAX);
        self.done_us.fetch_add(passed, Ordering::Relaxed);
        // If another thread is drawing, leave it to that thread.
        let Some(Ok(mut drawn)) = self.bar.as_ref().map(Mutex::try_lock) else { return };
        let elapsed = self.elapsed();
        if elapsed < PATIENCE || drawn.is_some_and(|drawn| clock() - drawn < FRAME) {
            return;
        }
        *drawn = Some(clock());
        let part = self.done_us.load(Ordering::Relaxed) as f64 * 1e3 / self.total as f64;
        let _ = write!(io::stderr(), "\r{}", line(part, elapsed));
    }

    /// Erases the bar.
    pub(in crate::cli) fn clear(&self) {
        let drawn = self.bar.as_ref().and_then(|bar| bar.lock().ok()?.take());
        if drawn.is_some() {
            let _ = write!(io::stderr(), "\r{}\r", " ".repeat(COLUMNS));
        }
    }
}

/// The line with the bar, padded to a constant width.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part lies between 0 and 1")]
fn line(part: f64, elapsed: Duration) -> String {
    let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
    let full = (part * CELLS as f64) as usize;
    let bar = "#".repeat(full) + &"-".repeat(CELLS - full);
    let left = if part > 0.01 { elapsed.as_secs_f64() * (1.0 - part) / part } else { f64::NAN };
    let left = match left {
        seconds if seconds.is_nan() => String::new(),
        seconds if seconds < 120.0 => format!("about {seconds:.0} s left"),
        seconds => format!("about {:.0} min left", seconds / 60.0),
    };
    let text = format!("[{bar}] {:3.0} %  {left}", part * 100.0);
    format!("{text:COLUMNS$.COLUMNS$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_has_a_constant_width() {
        for (part, seconds) in [(0.0, 0), (0.5, 10), (1.0, 5), (f64::NAN, 1), (2.0, 1), (0.02, 1_000_000_000)] {
            assert_eq!(line(part, Duration::from_secs(seconds)).len(), COLUMNS, "{part}");
        }
        let half = line(0.5, Duration::from_secs(10));
        assert_eq!(half.trim_end(), "[############------------]  50 %  about 10 s left");
    }
}
