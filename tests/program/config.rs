//! The user's settings: read from the default or a named file, overridden by the command line, with every mistake reported.

use crate::{CTRL_C, Finished, Home, Pty, is_harmless};

const USUAL: &str = "config/hoplight/config.ron";

#[test]
fn the_printed_file_is_valid_and_names_its_path() {
    let home = Home::new();
    let Finished { status, stdout, stderr } = home.run(["config"]);
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
    assert!(stdout.contains("~/config/hoplight/config.ron") && stdout.contains("\"kill\": [\"x\"],"), "{stdout}");
    assert!(is_harmless(&stdout));
    let none = home.run(["config", "--check"]);
    assert_eq!(
        (none.status, none.stdout.as_str()),
        (Some(0), "~/config/hoplight/config.ron does not exist; the defaults apply.\n")
    );
    home.file(USUAL, stdout);
    let checked = home.run(["config", "--check"]);
    assert_eq!((checked.status, checked.stdout.as_str()), (Some(0), "No mistakes in ~/config/hoplight/config.ron.\n"));
}

#[test]
fn all_mistakes_are_reported_with_their_positions_and_nothing_starts() {
    let home = Home::new();
    home.file(USUAL, "(\n  theme: \"lihgt\",\n  keys: { \"kil\": [\"x\"] },\n)");
    let checked = home.run(["config", "--check"]);
    assert_eq!((checked.status, checked.stdout.as_str()), (Some(1), ""));
    for part in ["2 mistakes", "config.ron:2:10:", "did you mean `light`?", "config.ron:3:11:", "did you mean `kill`?"] {
        assert!(checked.stderr.contains(part), "{part}: {checked:?}");
    }
    assert_eq!(home.run(["read", "where-tls-ends"]).stderr, checked.stderr);
    let mut pty = Pty::spawn(home.in_terminal(&[]), 120, 40);
    assert_eq!(pty.wait_for_exit().exit_code(), 1);
    assert!(!pty.received().contains(&0x1b) && pty.text().contains("2 mistakes"), "{}", pty.text());
    // The other text commands ignore the settings.
    assert_eq!(home.run(["shot", "--size", "80x24"]).status, Some(0));
    for hostile in [&b"\xff\xfe"[..], b"(theme: \"\x1b[2J\")", &b"(".repeat(300), &b" ".repeat((1 << 20) + 1)] {
        home.file(USUAL, hostile);
        let output = home.run(["config", "--check"]);
        assert!(output.status == Some(1) && is_harmless(&output.stderr), "{:?}", output.status);
    }
}

#[test]
fn the_screen_uses_the_file_and_the_command_line_takes_precedence() {
    let home = Home::new();
    let light = "(theme: \"light\", ascii: true, mouse: false, keys: { \"help\": [\"F1\", \"H\"], \"tls\": [\"Y\"] })";
    let file = home.file("mine.ron", light);
    let mut pty = Pty::spawn(home.in_terminal(&["--config", &file, "--scenario", "stage-2-secured"]), 120, 40);
    pty.wait_for("F1 help");
    pty.wait_for("Y TLS");
    assert!(pty.received().is_ascii(), "no other characters are sent");
    assert_eq!(pty.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    let light_text = String::from_utf8_lossy(pty.received()).contains("38;5;235");
    pty.send("H");
    pty.wait_for("Signs");
    pty.send("HY");
    pty.wait_for("TLS re-encrypt");
    // After a change on the screen, a notice says how to keep it.
    pty.send(":next theme\r");
    pty.wait_for("theme: \"high-contrast\" to ~/mine.ron");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    assert!(light_text);
    assert_eq!(std::fs::read_to_string(&file).expect("the file exists"), light, "the file is never written");
    let mut command = home.in_terminal(&["--theme", "dark"]);
    command.env("HOPLIGHT_CONFIG", &file);
    let mut pty = Pty::spawn(command, 80, 24);
    pty.wait_for("F1 help");
    assert!(!String::from_utf8_lossy(pty.received()).contains("38;5;235"));
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
}

#[test]
fn a_named_file_must_exist_and_lessons_name_the_bound_keys() {
    let home = Home::new();
    let missing = home.run(["read", "where-tls-ends", "--config", "/no/such/file"]);
    assert!(missing.status == Some(1) && missing.stderr.contains("/no/such/file"), "{missing:?}");
    home.file(USUAL, "(keys: { \"tls\": [\"Ctrl-t\"] })");
    let stdout = home.run(["read", "where-tls-ends"]).stdout;
    assert!(stdout.contains("Change the TLS mode (Ctrl-t)"), "{stdout}");
}

#[test]
fn shot_reads_settings_only_from_a_named_file() {
    let home = Home::new();
    let settings = "(theme: \"light\", ascii: true, tips: true, seed: 7, keys: { \"help\": [\"F1\"], \"pause\": [\"Y\"] })";
    let file = home.file("mine.ron", settings);
    let usual = home.run(["shot", "stage-2-secured", "--size", "80x24"]).stdout;
    home.file(USUAL, settings);
    assert_eq!(home.run(["shot", "stage-2-secured", "--size", "80x24"]).stdout, usual, "the usual file is not read");
    let named = home.run(["shot", "stage-2-secured", "--size", "80x24", "--config", &file, "--keys", "8s"]);
    assert!(named.status == Some(0) && named.stdout.is_ascii(), "{named:?}");
    assert!(
        named.stdout.contains("F1 help") && named.stdout.contains("Y pause") && named.stdout.contains("tip"),
        "{}",
        named.stdout
    );
    // Keys and seed come from the file.
    let pressed = home.run(["shot", "stage-2-secured", "--size", "80x24", "--config", &file, "--keys", "Y"]);
    assert!(pressed.stdout.contains("paused"), "{}", pressed.stdout);
    let seeded = home.run(["shot", "stage-2-secured", "--size", "80x24", "--config", &file, "--at", "9s"]).stdout;
    let other = home.run(["shot", "stage-2-secured", "--size", "80x24", "--config", &file, "--at", "9s", "--seed", "1"]).stdout;
    assert_ne!(seeded, other, "the command line takes precedence");
    let svg = |more: &[&str]| {
        let arguments = [&["shot", "--size", "80x24", "--format", "svg", "--config", &file][..], more].concat();
        home.run(arguments).stdout
    };
    assert_eq!(svg(&[]), svg(&["--theme", "light"]));
    assert_ne!(svg(&[]), svg(&["--theme", "dark"]));
    let broken = home.file("broken.ron", "(theme: 3)");
    let output = home.run(["shot", "--config", &broken]);
    assert!(output.status == Some(1) && output.stderr.contains("broken.ron:1:9"), "{output:?}");
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let home = Home::new();
    home.file(USUAL, "(keys: { \"tls\": [\"Ctrl-t\"] })");
    let mut command = home.command(["read", "where-tls-ends"]);
    command.envs(["HOPLIGHT_CONFIG", "HOPLIGHT_CONTENT", "HOPLIGHT_PROGRESS"].map(|name| (name, "")));
    let output = Finished::from(command.output().expect("the program runs"));
    assert_eq!(output.status, Some(0), "{output:?}");
    assert!(output.stdout.contains("Change the TLS mode (Ctrl-t)"), "the usual file is read");
}

#[test]
fn an_invalid_seed_is_rejected_with_the_allowed_range() {
    let home = Home::new();
    for arguments in [&["list", "--seed", "-1"][..], &["list", "--seed=-1"], &["list", "--seed", "many"]] {
        let output = home.run(arguments.to_vec());
        assert!(output.status == Some(2) && output.stderr.contains("from 0 to 18446744073709551615"), "{output:?}");
    }
    home.file(USUAL, "(seed: -1, tips: maybe)");
    let output = home.run(["config", "--check"]);
    for part in ["2 mistakes", "config.ron:1:9:", "from 0 to 18446744073709551615", "config.ron:1:18: expected boolean"] {
        assert!(output.stderr.contains(part), "{part}: {output:?}");
    }
}
