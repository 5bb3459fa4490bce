//! Runs a program in a pseudo-terminal and emulates its screen.
//!
//! Nothing here sleeps or polls: every wait is for an action of the program, and fails at a deadline.

#![allow(dead_code, reason = "every test binary uses a different part")]

use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// Maximum wait. No program under test takes nearly this long, even on a busy machine.
const DEADLINE: Duration = Duration::from_secs(20);

/// Maximum size of the emulated screen, whatever size the window claims.
const MAX_SCREEN: (u16, u16) = (300, 100);

/// A program in a pseudo-terminal.
pub(crate) struct Pty {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn std::io::Write + Send>,
    output: Receiver<Vec<u8>>,
    stalled: Arc<AtomicBool>,
    ended: Receiver<ExitStatus>,
    process: Process,
    screen: vt100::Parser,
    received: Vec<u8>,
    modes_before: String,
}

/// Creates a command with a fixed terminal type, so that its output does not depend on the machine.
pub(crate) fn command(program: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.env("TERM", "xterm-256color");
    command.env("RUST_BACKTRACE", "0");
    command
}

/// Path of the example that `cargo test` builds.
pub(crate) fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    profile.join("examples").join(name)
}

impl Pty {
    /// Starts `command` in a new terminal of this many columns and rows.
    pub(crate) fn spawn(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let modes_before = modes(pair.master.as_ref());
        let mut child = pair.slave.spawn_command(command).unwrap();
        let pid = Pid::from_raw(i32::try_from(child.process_id().unwrap()).unwrap()).unwrap();
        let process = Process { pid, running: true };
        // The output then ends when the last program in the terminal exits.
        drop(pair.slave);

        let (ended_in, ended) = channel();
        thread::spawn(move || ended_in.send(child.wait().unwrap()));

        let (output_in, output) = channel();
        let stalled = Arc::new(AtomicBool::new(false));
        let (mut reader, stop) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&stalled));
        thread::spawn(move || {
            let mut chunk = vec![0; 65536];
            // Linux checks for input before it checks whether the other side has closed. If a program writes and exits
            // between the two checks, `read` reports the end before the last bytes, so only the second report is final.
            let mut ends = 0;
            while ends < 2 {
                let Ok(length @ 1..) = reader.read(&mut chunk) else {
                    ends += 1;
                    continue;
                };
                if output_in.send(chunk[..length].to_vec()).is_err() || stop.load(Ordering::SeqCst) {
                    break;
                }
            }
        });

        let writer = pair.master.take_writer().unwrap();
        let (screen, received) = (screen(columns, rows), Vec::new());
        Self { master: pair.master, writer, output, stalled, ended, process, screen, received, modes_before }
    }

    /// Types `keys`.
    pub(crate) fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Reads until the screen shows `text`.
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.wait_until(text, |screen| screen.contents().contains(text));
    }

    /// Reads until `reached` holds for the screen. The panic message names the missing `what`.
    pub(crate) fn wait_until(&mut self, what: &str, reached: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Deadline::new();
        while !reached(self.screen.screen()) {
            match self.output.recv_timeout(deadline.left()) {
                Ok(bytes) => self.receive(&bytes),
                Err(error) => panic!("no {what:?} ({error}) on this screen:\n{}", self.text()),
            }
        }
    }

    /// The text on the screen.
    pub(crate) fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// The screen with its modes.
    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// Every byte received so far.
    pub(crate) fn received(&self) -> &[u8] {
        &self.received
    }

    /// Changes the size of the window.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.screen = screen(columns, rows);
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Sends a signal to the spawned program.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.process.pid, signal).unwrap();
    }

    /// The foreground process: the spawned program, or one that it runs.
    pub(crate) fn foreground(&self) -> Pid {
        Pid::from_raw(self.master.process_group_leader().unwrap()).unwrap()
    }

    /// Stops reading after the next output, so that the terminal's buffer fills. The program must write something
    /// afterwards.
    pub(crate) fn stall(&self) {
        self.stalled.store(true, Ordering::SeqCst);
    }

    /// Waits until the stalled reader has stopped.
    pub(crate) fn wait_until_stalled(&mut self) {
        let deadline = Deadline::new();
        loop {
            match self.output.recv_timeout(deadline.left()) {
                Ok(bytes) => self.receive(&bytes),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => panic!("the output did not end"),
            }
        }
    }

    /// Waits for the program to exit, and reads its remaining output.
    pub(crate) fn wait_for_exit(&mut self) -> ExitStatus {
        let status = self.exit_status();
        if !self.stalled.load(Ordering::SeqCst) {
            self.wait_until_stalled();
        }
        status
    }

    /// Waits for the program to exit, without reading its output.
    pub(crate) fn exit_status(&mut self) -> ExitStatus {
        let deadline = Deadline::new();
        let status = self.ended.recv_timeout(deadline.left());
        self.process.running = status.is_err();
        status.unwrap_or_else(|_| panic!("the program did not exit:\n{}", self.text()))
    }

    /// Closes the terminal, as a lost connection does, and waits for the program to exit. Call [`Self::stall`] first.
    pub(crate) fn hang_up(self) -> ExitStatus {
        let Self { master, writer, ended, mut process, .. } = self;
        drop(writer);
        drop(master);
        let status = ended.recv_timeout(DEADLINE);
        process.running = status.is_err();
        status.expect("the program exits without a terminal")
    }

    /// Asserts that driver modes, screen, mouse and cursor of the terminal are as they were before the program started.
    pub(crate) fn assert_restored(&self) {
        assert_eq!(modes(self.master.as_ref()), self.modes_before, "the modes of the driver");
        let screen = self.screen();
        assert!(!screen.alternate_screen(), "the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor");
        assert!(!screen.bracketed_paste(), "bracketed paste");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse");
    }

    /// Asserts that the driver's modes are restored, for tests that cannot read the screen.
    pub(crate) fn assert_modes_restored(&self) {
        assert_eq!(modes(self.master.as_ref()), self.modes_before, "the modes of the driver");
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.received.extend_from_slice(bytes);
        self.screen.process(bytes);
    }
}

/// The spawned program, which is killed when dropped.
struct Process {
    pid: Pid,
    running: bool,
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.running {
            let _ = kill_process(self.pid, Signal::KILL);
        }
    }
}

/// Detects the exit of a process that is not our child.
#[cfg(target_os = "linux")]
pub(crate) struct End(std::os::fd::OwnedFd);

#[cfg(target_os = "linux")]
impl End {
    /// Starts watching a running process.
    pub(crate) fn of(process: Pid) -> Self {
        Self(rustix::process::pidfd_open(process, rustix::process::PidfdFlags::empty()).unwrap())
    }

    /// Waits for the process to exit.
    pub(crate) fn wait(&self) {
        let mut ended = [rustix::event::PollFd::new(&self.0, rustix::event::PollFlags::IN)];
        assert_eq!(rustix::event::poll(&mut ended, Some(&DEADLINE.try_into().unwrap())), Ok(1), "the process did not exit");
    }
}

/// The time at which a wait fails.
struct Deadline(Instant);

impl Deadline {
    #[expect(clippy::disallowed_methods, reason = "a test must not hang; no result depends on the time")]
    fn now() -> Instant {
        Instant::now()
    }

    fn new() -> Self {
        Self(Self::now() + DEADLINE)
    }

    fn left(&self) -> Duration {
        self.0.saturating_duration_since(Self::now())
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn screen(columns: u16, rows: u16) -> vt100::Parser {
    let at_least_one = |length| NonZeroU16::new(length).unwrap_or(NonZeroU16::MIN);
    vt100::Parser::new(at_least_one(rows.min(MAX_SCREEN.1)), at_least_one(columns.min(MAX_SCREEN.0)), 0)
}
