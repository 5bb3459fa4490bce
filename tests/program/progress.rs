//! Progress: kept at once, read again, and never lost to a file that cannot be read.

use std::fs;

use crate::{CTRL_C, Home};

/// Goes two steps into a lesson, and ends.
fn go_two_steps(home: &Home, arguments: &[&str], variable: Option<&str>) {
    let mut command = home.in_terminal(arguments);
    if let Some(path) = variable {
        command.env("HOPLIGHT_PROGRESS", path);
    }
    let mut pty = crate::Pty::spawn(command, 80, 24);
    pty.wait_for("? help");
    pty.send("j\r");
    pty.wait_for(" 1/9 ─");
    pty.send("nn");
    pty.wait_for(" 3/9 ─");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
}

#[test]
fn it_survives_a_restart_in_the_file_that_is_named() {
    let home = Home::new();
    let file = home.path().join("deep/progress.ron").to_str().expect("UTF-8").to_owned();
    go_two_steps(&home, &["--progress", &file], None);
    let mut pty = home.start(&["--progress", &file]);
    pty.wait_for("◐ Where the padlock ends");
    pty.send("j\r");
    pty.wait_for("Going on with “Where the padlock ends”");
    pty.wait_for(" 3/9 ─");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
}

#[test]
fn the_environment_names_the_file_and_the_command_line_beats_it() {
    let home = Home::new();
    let path = |name: &str| home.path().join(name).to_str().expect("UTF-8").to_owned();
    go_two_steps(&home, &[], Some(&path("a.ron")));
    assert!(fs::read_to_string(path("a.ron")).expect("kept").contains("where-tls-ends"));
    go_two_steps(&home, &["--progress", &path("b.ron")], Some(&path("a2.ron")));
    assert!(fs::exists(path("b.ron")).expect("known") && !fs::exists(path("a2.ron")).expect("known"));
}

#[test]
fn without_a_name_it_is_kept_in_the_folder_for_state() {
    let home = Home::new();
    go_two_steps(&home, &[], None);
    let text = fs::read_to_string(home.path().join("state/hoplight/progress.ron")).expect("kept");
    assert!(text.contains("where-tls-ends"), "{text}");
}

#[test]
fn a_broken_file_is_kept_aside_and_told() {
    for broken in ["(format: 1, lessons: {\"where-tls-ends\": (fur", "\u{1b}[2J\u{202e}", "(format: 1, lessons: {}, more: 3)"] {
        let home = Home::new();
        let file = home.file("progress.ron", broken);
        let mut pty = crate::Pty::spawn(home.in_terminal(&["--progress", &file]), 160, 40);
        pty.wait_for("The progress file could not be read");
        pty.send("j\r");
        pty.wait_for(" 1/9 ─");
        pty.send("n");
        pty.wait_for(" 2/9 ─");
        pty.send(CTRL_C);
        assert_eq!(pty.wait_for_exit().exit_code(), 0);
        assert_eq!(fs::read_to_string(format!("{file}.broken-1")).expect("kept aside"), broken);
        assert!(fs::read_to_string(&file).expect("new").contains("furthest: 1"));
    }
}

#[test]
fn a_file_of_a_newer_program_is_told_and_left_as_it_is() {
    let home = Home::new();
    let newer = "(format: 2, lessons: {}, unknown: \"things\")";
    let file = home.file("progress.ron", newer);
    let mut pty = crate::Pty::spawn(home.in_terminal(&["--progress", &file]), 160, 40);
    pty.wait_for("a newer hoplight wrote it");
    pty.send("j\r");
    pty.wait_for(" 1/9 ─");
    pty.send("n");
    pty.wait_for(" 2/9 ─");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    assert_eq!(fs::read_to_string(&file).expect("still there"), newer);
}

#[test]
fn a_place_that_cannot_be_written_is_told_and_the_program_goes_on() {
    let home = Home::new();
    let blocked = home.file("blocked", "no folder");
    let mut pty = crate::Pty::spawn(home.in_terminal(&["--progress", &format!("{blocked}/progress.ron")]), 160, 40);
    pty.wait_for("progress is not kept");
    pty.send("j\r");
    pty.wait_for(" 1/9 ─");
    pty.send("n");
    pty.wait_for(" 2/9 ─");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    pty.assert_restored();
}
