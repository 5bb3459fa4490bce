//! A program in a real pseudo-terminal, and what its screen then shows.
//!
//! Nothing here sleeps or tries again: every wait is for something that the program does, and fails at a deadline.

#![allow(dead_code, reason = "every test binary uses a part of it")]

use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// No program under test takes nearly this long, even on a busy machine.
const DEADLINE: Duration = Duration::from_secs(20);

/// No screen that is looked at is larger, whatever the window claims.
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

/// A command with a terminal type and nothing else that depends on the machine.
pub(crate) fn command(program: &Path) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.env("TERM", "xterm-256color");
    command.env("RUST_BACKTRACE", "0");
    command
}

/// Where cargo puts the example of this name when it builds everything for `cargo test`.
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
        // Then the end of the last program in the terminal is the end of its output.
        drop(pair.slave);

        let (ended_in, ended) = channel();
        thread::spawn(move || ended_in.send(child.wait().unwrap()));

        let (output_in, output) = channel();
        let stalled = Arc::new(AtomicBool::new(false));
        let (mut reader, stop) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&stalled));
        thread::spawn(move || {
            let mut chunk = vec![0; 65536];
            // Linux checks for input before it checks whether the other side has closed. A program that writes and exits
            // between the two checks makes `read` report the end before the last bytes: only the second report is final.
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

    /// Reads until the screen is as asked; `what` names that in the failure.
    pub(crate) fn wait_until(&mut self, what: &str, reached: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Deadline::new();
        while !reached(self.screen.screen()) {
            match self.output.recv_timeout(deadline.left()) {
                Ok(bytes) => self.receive(&bytes),
                Err(error) => panic!("no {what:?} ({error}) on this screen:\n{}", self.text()),
            }
        }
    }

    /// What the screen shows.
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

    /// Sends a signal to the program that was started.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.process.pid, signal).unwrap();
    }

    /// The program in the foreground: the one that was started, or one that it runs.
    pub(crate) fn foreground(&self) -> Pid {
        Pid::from_raw(self.master.process_group_leader().unwrap()).unwrap()
    }

    /// Stops reading at the next output, so that the terminal's buffer fills. Something must be output then.
    pub(crate) fn stall(&self) {
        self.stalled.store(true, Ordering::SeqCst);
    }

    /// Waits until the stalled reader has let go.
    pub(crate) fn wait_until_stalled(&mut self) {
        let deadline = Deadline::new();
        loop {
            match self.output.recv_timeout(deadline.left()) {
                Ok(bytes) => self.receive(&bytes),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => panic!("nothing was output"),
            }
        }
    }

    /// Waits for the end of the program, and reads what it left on the screen.
    pub(crate) fn wait_for_exit(&mut self) -> ExitStatus {
        let status = self.exit_status();
        if !self.stalled.load(Ordering::SeqCst) {
            self.wait_until_stalled();
        }
        status
    }

    /// Waits for the end of the program, whatever becomes of its output.
    pub(crate) fn exit_status(&mut self) -> ExitStatus {
        let deadline = Deadline::new();
        let status = self.ended.recv_timeout(deadline.left());
        self.process.running = status.is_err();
        status.unwrap_or_else(|_| panic!("did not end:\n{}", self.text()))
    }

    /// Closes the terminal, as a lost connection does, and waits for the end of the program. To be stalled before.
    pub(crate) fn hang_up(self) -> ExitStatus {
        let Self { master, writer, ended, mut process, .. } = self;
        drop(writer);
        drop(master);
        let status = ended.recv_timeout(DEADLINE);
        process.running = status.is_err();
        status.expect("ends without a terminal")
    }

    /// Asserts that the terminal is as it was before the program: its driver's modes, its screen, mouse and cursor.
    pub(crate) fn assert_restored(&self) {
        assert_eq!(modes(self.master.as_ref()), self.modes_before, "the modes of the driver");
        let screen = self.screen();
        assert!(!screen.alternate_screen(), "the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor");
        assert!(!screen.bracketed_paste(), "bracketed paste");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None, "the mouse");
    }

    /// Asserts that the driver's modes are those of before, where the screen could not be read.
    pub(crate) fn assert_modes_restored(&self) {
        assert_eq!(modes(self.master.as_ref()), self.modes_before, "the modes of the driver");
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.received.extend_from_slice(bytes);
        self.screen.process(bytes);
    }
}

/// The program that was started; it does not outlive the test.
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

/// The end of a process which is not our child.
#[cfg(target_os = "linux")]
pub(crate) struct End(std::os::fd::OwnedFd);

#[cfg(target_os = "linux")]
impl End {
    /// Begins to watch a process that runs.
    pub(crate) fn of(process: Pid) -> Self {
        Self(rustix::process::pidfd_open(process, rustix::process::PidfdFlags::empty()).unwrap())
    }

    /// Waits for the end of the process.
    pub(crate) fn wait(&self) {
        let mut ended = [rustix::event::PollFd::new(&self.0, rustix::event::PollFlags::IN)];
        assert_eq!(rustix::event::poll(&mut ended, Some(&DEADLINE.try_into().unwrap())), Ok(1), "did not end");
    }
}

/// The moment at which a wait fails.
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
