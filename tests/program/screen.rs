//! The full screen: navigation, window sizes, and every kind of exit.

use rustix::process::Signal;

use crate::pty::Pty;
use crate::{CTRL_C, Home, OPEN_LESSON, is_harmless};

#[test]
fn keys_open_a_lesson_and_move_through_its_steps() {
    let home = Home::new();
    let mut pty = home.start(&[]);
    assert!(pty.text().contains("The journey of a request"), "{}", pty.text());
    pty.send(OPEN_LESSON);
    pty.wait_for("What the padlock says");
    pty.wait_for(" 1/9 ─");
    pty.send("\r");
    pty.wait_for(" 2/9 ─");
    pty.send("3");
    pty.wait_for("Prediction saved. You will see the result after the experiment.");
    pty.send("\r");
    pty.wait_for(" 3/9 ─");
    pty.send("q");
    pty.wait_for("Press q again to leave this run.");
    pty.send("q");
    pty.wait_for("Test on this unit");
    pty.send("q");
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn ctrl_c_and_q_restore_the_terminal() {
    for key in ["q", "\x1b", CTRL_C] {
        let home = Home::new();
        let mut pty = home.start(&[]);
        pty.send(key);
        if key == "\x1b" {
            pty.wait_for("Press Esc again to quit.");
            pty.send(key);
        }
        assert_eq!(pty.wait_for_exit().exit_code(), 0, "{key:?}");
        pty.assert_restored();
        assert_eq!(pty.text().trim(), "", "{key:?}");
    }
    let home = Home::new();
    let mut pty = home.start(&["--scenario", "stage-2-secured"]);
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0, "on the stage, too");
    pty.assert_restored();
}

#[test]
fn a_lesson_or_an_infrastructure_is_opened_by_name_or_file() {
    let home = Home::new();
    let mut lesson = home.start(&["--lesson", "single-points-of-failure"]);
    lesson.wait_for(" 1/");
    lesson.send(CTRL_C);
    assert_eq!(lesson.wait_for_exit().exit_code(), 0);
    let text = include_str!("../../assets/design-0.ron").replacen("title: \"", "title: \"Mine: ", 1);
    let file = home.file("mine.ron", text);
    let mut scenario = home.start(&["--scenario", &file]);
    scenario.wait_for("Mine: ");
    scenario.send(CTRL_C);
    assert_eq!(scenario.wait_for_exit().exit_code(), 0);
}

#[test]
fn an_unknown_lesson_or_scenario_exits_with_a_suggestion() {
    let home = Home::new();
    for (arguments, meant) in [
        (["--lesson", "where-tls-end"], "did you mean `where-tls-ends`?"),
        (["--scenario", "stage-2-secure"], "did you mean `stage-2-secured`?"),
    ] {
        let mut pty = Pty::spawn(home.in_terminal(&arguments), 200, 24);
        assert_eq!(pty.wait_for_exit().exit_code(), 1);
        pty.assert_restored();
        assert!(pty.text().contains(meant), "{}", pty.text());
        let shown = String::from_utf8(pty.received().to_vec()).expect("UTF-8");
        assert!(is_harmless(&shown.replace('\r', "")), "the full screen was not started: {shown:?}");
    }
}

#[test]
fn a_window_that_is_too_small_shows_a_message_until_it_grows() {
    let home = Home::new();
    let mut pty = home.start(&["--lesson", "where-tls-ends"]);
    pty.wait_for(" 1/9 ─");
    pty.resize(40, 10);
    pty.wait_for("this window has 40 and 10");
    pty.resize(80, 24);
    pty.wait_for(" 1/9 ─");
    pty.resize(160, 50);
    pty.wait_for("monitoring");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn a_click_reaches_the_course_map() {
    let home = Home::new();
    let mut pty = home.start(&[]);
    let text = pty.text();
    let row = text.lines().position(|line| line.contains("Single points")).expect("a lesson") + 1;
    let click = format!("\x1b[<0;8;{row}M\x1b[<0;8;{row}m");
    pty.send(&click);
    pty.wait_for("» ○ Single points");
    pty.send(&click);
    pty.wait_for(" 1/");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
}

#[test]
fn a_signal_saves_and_restores() {
    let home = Home::new();
    let file = home.path().join("progress.ron");
    let mut pty = home.start(&["--progress", file.to_str().expect("UTF-8"), "--lesson", "where-tls-ends"]);
    pty.send("\r");
    pty.wait_for(" 2/9 ─");
    pty.signal(Signal::TERM);
    let status = pty.wait_for_exit();
    assert!(status.signal().is_some_and(|name| name.starts_with("Terminated")), "{status:?}");
    pty.assert_restored();
    let saved = std::fs::read_to_string(&file).expect("progress was saved");
    assert!(saved.contains("where-tls-ends") && saved.contains("furthest: 1"), "{saved}");
}

#[test]
fn an_arrow_key_in_two_reads_is_an_arrow_key() {
    let home = Home::new();
    let mut pty = home.start(&["--scenario", "stage-2-secured"]);
    pty.send("\x1b");
    pty.send("[C");
    pty.wait_for("»");
    assert!(!pty.text().contains("Test on this unit"), "it is not the Escape key");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
}

#[test]
fn the_theme_follows_the_background_unless_one_is_chosen() {
    let light = vt100::Color::Idx(231);
    let ground = |screen: &vt100::Screen| screen.cell(12, 40).map(vt100::Cell::bgcolor);
    for (arguments, follows) in [(&[][..], true), (&["--theme", "dark"], false)] {
        let home = Home::new();
        let mut pty = home.start(arguments);
        let asked = pty.received().windows(6).any(|bytes| bytes == b"\x1b]11;?");
        assert!(!asked || follows, "a chosen theme needs no question");
        pty.send("\x1b]11;rgb:ffff/ffff/ffff\x07");
        if follows {
            pty.wait_until("a light background", |screen| ground(screen) == Some(light));
        }
        // The answer was not typed.
        pty.send("?");
        pty.wait_for("help");
        assert_eq!(ground(pty.screen()) == Some(light), follows);
        pty.send(CTRL_C);
        assert_eq!(pty.wait_for_exit().exit_code(), 0);
    }
}
