//! The terminal is restored whenever the program ends, tested with a demo program in a pseudo-terminal.
//!
//! The demo is an example. `cargo test` builds it, but `cargo test --test terminal` alone does not.

#![expect(clippy::unwrap_used, reason = "test helpers, which clippy does not recognise as tests")]

#[path = "support/pty.rs"]
mod pty;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use portable_pty::CommandBuilder;
use pty::{Pty, command, example};
use rustix::process::{Signal, kill_process};
use tempfile::TempDir;

/// Bytes sent by keys.
const CTRL_C: &str = "\x03";
const CTRL_L: &str = "\x0c";
const CTRL_Z: &str = "\x1a";

/// The demo program with the folder that it saves to.
struct Demo {
    pty: Pty,
    folder: TempDir,
}

impl Demo {
    /// Starts the demo and waits for its first frame.
    fn start() -> Self {
        let mut demo = Self::spawn();
        demo.pty.wait_for("count=0.");
        demo
    }

    fn spawn() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let pty = Pty::spawn(demo_command(&folder), 80, 24);
        Self { pty, folder }
    }

    /// Returns the saved counts, one line per save.
    fn saved(&self) -> Option<String> {
        saved(&self.folder)
    }
}

fn demo_command(folder: &TempDir) -> CommandBuilder {
    let mut demo = command(&example("shell_demo"));
    demo.env("SHELL_DEMO_SAVED", folder.path().join("saved"));
    demo
}

fn saved(folder: &TempDir) -> Option<String> {
    fs::read_to_string(folder.path().join("saved")).ok()
}

#[test]
fn quitting_restores_the_terminal() {
    for key in ["q", CTRL_C] {
        let mut demo = Demo::start();
        assert!(demo.pty.screen().alternate_screen() && demo.pty.screen().hide_cursor());
        assert_eq!(demo.pty.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::ButtonMotion);
        demo.pty.send("+");
        demo.pty.wait_for("count=1.");
        demo.pty.send(key);
        assert_eq!(demo.pty.wait_for_exit().exit_code(), 0);
        demo.pty.assert_restored();
        assert_eq!(demo.pty.text().trim(), "", "nothing is left on the screen");
        assert_eq!(demo.saved().as_deref(), Some("1\n"));
    }
}

#[test]
fn a_fatal_signal_restores_saves_and_ends_with_its_own_status() {
    for (signal, name) in
        [(Signal::TERM, "Terminated"), (Signal::HUP, "Hangup"), (Signal::INT, "Interrupt"), (Signal::QUIT, "Quit")]
    {
        let mut demo = Demo::start();
        demo.pty.signal(signal);
        let status = demo.pty.wait_for_exit();
        assert!(status.signal().is_some_and(|found| found.starts_with(name)), "{name}: {status:?}");
        demo.pty.assert_restored();
        assert_eq!(demo.saved().as_deref(), Some("0\n"));
    }
}

#[test]
fn a_signal_during_the_start_leaves_nothing_behind() {
    for _ in 0..4 {
        let mut at_once = Demo::spawn();
        at_once.pty.signal(Signal::TERM);
        assert!(at_once.pty.wait_for_exit().signal().is_some());
        at_once.pty.assert_restored();

        let mut entering = Demo::spawn();
        entering.pty.wait_until("alternate screen", vt100::Screen::alternate_screen);
        entering.pty.signal(Signal::TERM);
        assert!(entering.pty.wait_for_exit().signal().is_some());
        entering.pty.assert_restored();
    }
}

#[test]
fn a_signal_ends_a_program_that_is_stuck() {
    let mut demo = Demo::start();
    demo.pty.send("B");
    demo.pty.wait_for("stuck");
    demo.pty.signal(Signal::TERM);
    assert!(demo.pty.wait_for_exit().signal().is_some());
    demo.pty.assert_restored();
}

#[test]
fn ctrl_c_ends_a_program_that_is_stuck() {
    let mut demo = Demo::start();
    demo.pty.send("B");
    demo.pty.wait_for("stuck");
    demo.pty.send(CTRL_C);
    assert!(demo.pty.wait_for_exit().signal().is_some());
    demo.pty.assert_restored();
}

#[test]
fn a_signal_ends_a_program_whose_terminal_accepts_nothing() {
    let mut demo = Demo::start();
    demo.pty.stall();
    demo.pty.send("W");
    demo.pty.wait_until_stalled();
    demo.pty.signal(Signal::TERM);
    assert!(demo.pty.exit_status().signal().is_some());
    demo.pty.assert_modes_restored();
}

#[test]
fn a_panic_is_reported_on_the_normal_screen() {
    for (key, message) in [("P", "as you wish"), ("T", "in a thread, as you wish")] {
        let mut demo = Demo::start();
        demo.pty.send(key);
        assert_eq!(demo.pty.wait_for_exit().exit_code(), 101);
        demo.pty.assert_restored();
        assert!(demo.pty.text().contains(message), "{}", demo.pty.text());
        assert_eq!(demo.saved().as_deref(), Some("0\n"));
    }
}

#[test]
fn the_program_survives_any_window_size() {
    let mut demo = Demo::start();
    demo.pty.resize(1, 1);
    demo.pty.wait_for("c");
    demo.pty.resize(u16::MAX, u16::MAX);
    demo.pty.wait_for("size=1000x400.");
    demo.pty.resize(0, 0);
    demo.pty.resize(300, 90);
    demo.pty.wait_for("size=300x90.");
    demo.pty.resize(80, 24);
    demo.pty.wait_for("size=80x24.");
    demo.pty.send("q");
    assert_eq!(demo.pty.wait_for_exit().exit_code(), 0);
    demo.pty.assert_restored();
}

#[test]
fn a_window_of_unknown_size_gets_the_default_size() {
    let folder = tempfile::tempdir().unwrap();
    let mut pty = Pty::spawn(demo_command(&folder), 0, 0);
    pty.wait_until("a frame", vt100::Screen::alternate_screen);
    pty.resize(80, 24);
    pty.wait_for("size=80x24.");
    pty.send("q");
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
}

#[test]
fn input_of_every_kind_reaches_the_program() {
    let mut demo = Demo::start();
    demo.pty.send("\x1b[<0;10;5M\x1b[<0;10;5m");
    demo.pty.wait_for("clicks=1.");
    demo.pty.send("\x1b[200~q+\x1b[201~");
    demo.pty.wait_for("pasted=q+.");
    demo.pty.send(" ");
    demo.pty.wait_until("movement", |screen| {
        let text = screen.contents();
        text.contains("moved=") && !text.contains("moved=0.")
    });
    demo.pty.send(" +");
    demo.pty.wait_for("count=1.");
}

#[test]
fn ctrl_l_redraws_the_screen() {
    let mut demo = Demo::start();
    demo.pty.resize(80, 24);
    assert_eq!(demo.pty.text(), "", "another program has cleared the screen");
    demo.pty.send(CTRL_L);
    demo.pty.wait_for("count=0.");
}

#[test]
fn a_backlog_of_keys_takes_few_frames() {
    let mut demo = Demo::start();
    demo.pty.send(&"+".repeat(2000));
    demo.pty.wait_for("count=2000.");
    let text = demo.pty.text();
    let frames: u32 = text.split("frames=").nth(1).and_then(|rest| rest.split('.').next()).unwrap().parse().unwrap();
    assert!(frames < 500, "{frames} frames for 2000 keys");
}

#[test]
fn a_hung_up_terminal_ends_the_program() {
    // A program started by a shell that ignores SIGHUP receives no signal.
    for ignoring in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let command = if ignoring { in_shell_ignoring_hup(&folder) } else { demo_command(&folder) };
        let mut pty = Pty::spawn(command, 80, 24);
        pty.wait_for("count=0.");
        pty.send("+");
        pty.wait_for("count=1.");
        pty.stall();
        pty.send(CTRL_L);
        pty.wait_until_stalled();
        pty.hang_up();
        assert_eq!(saved(&folder).as_deref(), Some("1\n"));
    }
}

/// Starts a shell that ignores SIGHUP, runs the demo and waits for it.
fn in_shell_ignoring_hup(folder: &TempDir) -> CommandBuilder {
    let mut shell = shell(folder);
    shell.args(["-c", "trap '' HUP; \"$DEMO\"; exit 0"]);
    shell
}

fn shell(folder: &TempDir) -> CommandBuilder {
    let mut shell = command(Path::new("/bin/sh"));
    shell.env("DEMO", example("shell_demo"));
    shell.env("SHELL_DEMO_SAVED", folder.path().join("saved"));
    shell.env("PS1", "ready> ");
    shell.env_remove("ENV");
    shell
}

/// Starts an interactive shell with the demo running in it.
fn job() -> (Pty, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = shell(&folder);
    shell.arg("-i");
    let mut pty = Pty::spawn(shell, 200, 24);
    pty.wait_for("ready>");
    pty.send("echo \"before=$(stty -g)=\"; \"$DEMO\"\n");
    pty.wait_for("count=0.");
    pty.send("+");
    pty.wait_for("count=1.");
    (pty, folder)
}

fn wait_until_stopped(pty: &mut Pty) {
    pty.wait_until("prompt after the stop", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("ready>")
    });
    let screen = pty.screen();
    assert!(!screen.hide_cursor() && !screen.bracketed_paste());
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
}

#[test]
fn stopping_restores_the_terminal_until_the_shell_continues_the_program() {
    let (mut pty, folder) = job();
    pty.send(CTRL_Z);
    wait_until_stopped(&mut pty);
    pty.send("echo \"after=$(stty -g)=\"\n");
    let modes = |text: &str, name: &str| {
        let found = text.split(name).filter_map(|rest| rest.split_once('=')).map(|(modes, _)| modes.to_owned());
        found.last().filter(|modes| modes.contains(':'))
    };
    pty.wait_until("modes", |screen| modes(&screen.contents(), "after=").is_some());
    assert_eq!(modes(&pty.text(), "before="), modes(&pty.text(), "after="));

    for stop in 2..5 {
        pty.send("fg\n");
        pty.wait_until("continuation", |screen| screen.alternate_screen() && screen.contents().contains("clicks=0."));
        assert!(pty.screen().hide_cursor());
        pty.send("+");
        pty.wait_for(&format!("count={stop}."));
        match stop {
            2 => kill_process(pty.foreground(), Signal::TSTP).unwrap(),
            3 => pty.send("z"),
            _ => pty.send("q"),
        }
        wait_until_stopped(&mut pty);
    }
    assert_eq!(saved(&folder).as_deref(), Some("4\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_stopped_program_can_be_terminated() {
    let (mut pty, folder) = job();
    let demo = pty.foreground();
    let end = pty::End::of(demo);
    pty.send(CTRL_Z);
    wait_until_stopped(&mut pty);
    kill_process(demo, Signal::TERM).unwrap();
    kill_process(demo, Signal::CONT).unwrap();
    end.wait();
    assert_eq!(saved(&folder).as_deref(), Some("1\n"));
}

#[test]
fn in_the_background_it_stops_again_and_leaves_the_terminal_alone() {
    let (mut pty, _folder) = job();
    pty.send(CTRL_Z);
    wait_until_stopped(&mut pty);
    pty.send("bg; wait; echo waited\n");
    pty.wait_for("\nwaited");
    assert!(!pty.screen().alternate_screen());
    pty.send("fg\n");
    pty.wait_until("continuation", |screen| screen.alternate_screen() && screen.contents().contains("count=1."));
}

#[test]
fn a_program_that_no_shell_could_continue_ignores_stop_requests() {
    let mut demo = Demo::start();
    demo.pty.send(CTRL_Z);
    demo.pty.signal(Signal::TSTP);
    demo.pty.send("+");
    demo.pty.wait_for("count=1.");
}

#[test]
fn without_a_terminal_it_refuses_and_sends_no_escape() {
    for program in [&example("shell_demo"), Path::new(env!("CARGO_BIN_EXE_hoplight"))] {
        let output = Command::new(program).env("TERM", "xterm").stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        assert!(!output.stderr.contains(&0x1b) && !output.stderr.is_empty());
    }
}

#[test]
fn on_an_unsuitable_terminal_it_refuses_and_sends_no_escape() {
    for term in [Some("dumb"), Some(""), None] {
        let mut hoplight = CommandBuilder::new(env!("CARGO_BIN_EXE_hoplight"));
        match term {
            Some(term) => hoplight.env("TERM", term),
            None => hoplight.env_remove("TERM"),
        }
        let mut pty = Pty::spawn(hoplight, 80, 24);
        assert_eq!(pty.wait_for_exit().exit_code(), 2);
        pty.assert_restored();
        assert!(pty.text().contains("hoplight list"), "{}", pty.text());
        assert!(!pty.received().contains(&0x1b));
    }
}
