//! Output for terminals without colours, without Unicode, or with no capabilities at all.

use crate::pty::Pty;
use crate::{CTRL_C, Home, OPEN_LESSON};

/// Everything that the program sends while the first steps of a lesson are played.
fn sent(arguments: &[&str], environment: &[(&str, &str)]) -> Vec<u8> {
    let home = Home::new();
    let mut command = home.in_terminal(arguments);
    for (name, value) in environment {
        command.env(name, value);
    }
    let mut pty = Pty::spawn(command, 120, 40);
    pty.wait_for("? help");
    pty.send(OPEN_LESSON);
    pty.wait_for(" 1/9 ");
    pty.send("nn\t\tt");
    pty.wait_for("re-encrypt");
    pty.send("?");
    pty.wait_for("Signs");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    pty.received().to_vec()
}

/// The parameters of all SGR sequences.
fn graphic_parameters(bytes: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(bytes);
    let sequences = text.split("\x1b[").skip(1);
    let graphic = sequences.filter_map(|rest| {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (parameters, word) = rest.split_at(end);
        (word.starts_with('m') && parameters.starts_with(|c: char| c.is_ascii_digit())).then_some(parameters)
    });
    graphic.flat_map(|parameters| parameters.split(';').filter_map(|number| number.parse().ok())).collect()
}

fn is_colour(parameter: u16) -> bool {
    matches!(parameter, 30..=38 | 40..=48 | 58 | 90..=97 | 100..=107)
}

#[test]
fn colours_are_used_unless_the_environment_or_the_user_disables_them() {
    let coloured = |arguments: &[&str], environment: &[(&str, &str)]| {
        graphic_parameters(&sent(arguments, environment)).into_iter().any(is_colour)
    };
    assert!(coloured(&[], &[]));
    assert!(!coloured(&[], &[("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
}

#[test]
fn in_ascii_only_seven_bit_bytes_are_sent() {
    assert!(!sent(&[], &[]).is_ascii(), "Unicode by default");
    assert!(sent(&["--ascii"], &[]).is_ascii());
    assert!(sent(&[], &[("LC_ALL", "C")]).is_ascii(), "the locale is not UTF-8");
}

#[test]
fn a_dumb_terminal_is_refused_without_any_sequence() {
    let home = Home::new();
    for term in ["dumb", ""] {
        let mut command = home.in_terminal(&[]);
        command.env("TERM", term);
        let mut pty = Pty::spawn(command, 80, 24);
        assert_eq!(pty.wait_for_exit().exit_code(), 2, "TERM={term:?}");
        pty.assert_restored();
        assert!(!pty.received().contains(&0x1b), "TERM={term:?}");
        assert!(pty.text().contains("hoplight list"), "{}", pty.text());
    }
}

#[test]
fn text_commands_work_on_a_dumb_terminal() {
    let home = Home::new();
    let mut command = home.in_terminal(&["list"]);
    command.env("TERM", "dumb");
    let mut pty = Pty::spawn(command, 80, 24);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    assert!(!pty.received().contains(&0x1b));
    assert!(pty.text().contains("bench-w2"), "{}", pty.text());
}

#[test]
fn no_mouse_leaves_mouse_reporting_off() {
    let home = Home::new();
    let mut with = home.start(&[]);
    assert_ne!(with.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    with.send("q");
    assert_eq!(with.wait_for_exit().exit_code(), 0);
    let mut without = home.start(&["--no-mouse"]);
    assert_eq!(without.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    without.send("q");
    assert_eq!(without.wait_for_exit().exit_code(), 0);
}
