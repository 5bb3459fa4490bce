//! Control sequences in files, names and arguments never reach the output.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use crate::pty::Pty;
use crate::{CTRL_C, Finished, Home, is_harmless};

/// Characters that must not reach a terminal.
const HOSTILE: [&str; 9] =
    ["\u{1b}[2J", "\u{1b}]0;title\u{7}", "\u{9b}31m", "\u{202e}", "\u{2066}", "\u{200b}", "\u{feff}", "\u{7f}", "\u{e0041}"];

const SCENARIO: &str = include_str!("../../assets/design-0.ron");
const LESSON: &str = include_str!("../lessons/small.ron");

fn assert_harmless(output: &Finished, what: &str) {
    assert!(is_harmless(&output.stdout) && is_harmless(&output.stderr), "{what:?}: {output:?}");
}

#[test]
fn in_a_file_they_are_an_error_with_a_position() {
    let home = Home::new();
    for hostile in HOSTILE {
        for (name, text) in [
            ("title", SCENARIO.replacen("title: \"", &format!("title: \"{hostile}"), 1)),
            ("id", SCENARIO.replacen("id: \"web", &format!("id: \"{hostile}web"), 1)),
            ("escaped", SCENARIO.replacen("title: \"", &format!("title: \"{}", hostile.escape_unicode()), 1)),
            ("field", SCENARIO.replacen("title:", &format!("{hostile}title:"), 1)),
            ("value", SCENARIO.replacen("protocol: Http", &format!("protocol: Ht{hostile}tp"), 1)),
            ("lesson", LESSON.replacen("Read this.", &format!("Read{hostile}"), 1)),
            ("hint", LESSON.replacen("First hint.", &format!("{hostile}."), 1)),
            ("label", LESSON.replacen("\"web-1 is down\"", &format!("\"{}\"", hostile.escape_unicode()), 1)),
        ] {
            let file = home.file("hostile.ron", text);
            let output = home.run(["check", &file]);
            assert_harmless(&output, hostile);
            assert_eq!((output.status, output.stdout.as_str()), (Some(1), ""), "{name} {hostile:?}: {output:?}");
            assert!(output.stderr.contains("hostile.ron:"), "{name} {hostile:?}: {output:?}");
        }
    }
}

#[test]
fn in_a_comment_they_are_not_shown_with_the_line() {
    let home = Home::new();
    for hostile in HOSTILE {
        let text = SCENARIO.replacen("protocol: Http", &format!("/* {hostile} */ protocol: Htpp"), 1);
        let output = home.run(["check", &home.file("hostile.ron", text)]);
        assert_eq!(output.status, Some(1));
        assert_harmless(&output, hostile);
    }
}

#[test]
fn in_file_names_they_are_not_shown() {
    let home = Home::new();
    for hostile in HOSTILE {
        let name = format!("folder/x{hostile}y.ron");
        let broken = home.file(&name, "(");
        let folder = home.path().join("folder").to_str().expect("UTF-8").to_owned();
        let lost = format!("{broken}.ron");
        for arguments in [
            &["check", &broken][..],
            &["check", &folder],
            &["list", "--content", &folder],
            &["trace", &broken],
            &["check", &lost],
            &["list", "--content", &lost],
        ] {
            let output = home.run(arguments);
            assert_eq!((output.status, output.stdout.as_str()), (Some(1), ""), "{arguments:?}");
            assert_harmless(&output, hostile);
        }
        std::fs::remove_file(&broken).expect("removed");
    }
}

#[test]
fn in_arguments_they_are_not_shown() {
    let home = Home::new();
    for hostile in HOSTILE {
        let long = format!("--no-{hostile}such");
        let value = format!("a{hostile}b");
        for arguments in [
            &["trace", &value][..],
            &["trace", "design-0", "--seconds", &value],
            &["--seed", &value],
            &["--theme", &value],
            &["--color", &value],
            &[&value],
            &[&long],
            &["list", &value],
        ] {
            let output = home.run(arguments);
            assert!(output.status.is_some_and(|status| status != 0), "{arguments:?}: {output:?}");
            assert_eq!(output.stdout, "", "{arguments:?}");
            assert_harmless(&output, hostile);
        }
    }
}

#[test]
fn in_arguments_they_do_not_reach_a_terminal_either() {
    let home = Home::new();
    for hostile in HOSTILE {
        let value = format!("a{hostile}b");
        for arguments in [["--lesson", &value], ["--scenario", &value], ["--theme", &value], ["trace", &value]] {
            let mut pty = Pty::spawn(home.in_terminal(&arguments), 200, 24);
            assert_ne!(pty.wait_for_exit().exit_code(), 0, "{arguments:?}");
            let shown = String::from_utf8(pty.received().to_vec()).expect("UTF-8");
            assert!(is_harmless(&shown.replace('\r', "")), "{arguments:?}: {shown:?}");
        }
    }
}

#[test]
fn arguments_that_are_not_utf8_are_never_printed_raw() {
    let home = Home::new();
    let odd = OsString::from_vec(b"a\xff\x1b[2J".to_vec());
    for arguments in [vec!["trace".into(), odd.clone()], vec!["check".into(), odd.clone()], vec!["--lesson".into(), odd]] {
        let output = home.run(&arguments);
        assert!(output.status.is_some_and(|status| status != 0), "{arguments:?}: {output:?}");
        assert_harmless(&output, "not UTF-8");
    }
}

#[test]
fn files_that_are_not_text_not_regular_or_too_large_are_rejected() {
    let home = Home::new();
    let no_text = home.file("a.ron", [0xff, 0xfe, 0x00]);
    let output = home.run(["check", &no_text]);
    assert!(output.status == Some(1) && output.stderr.contains("not UTF-8"), "{output:?}");
    let output = home.run(["trace", "/dev/zero"]);
    assert!(output.status == Some(1) && output.stderr.contains("/dev/zero is a device, not a regular file"), "{output:?}");
    let large = home.file("large.ron", " ".repeat((1 << 20) + 1));
    let output = home.run(["check", &large]);
    assert!(output.status == Some(1) && output.stderr.contains("larger than 1048576 bytes"), "{output:?}");
}

#[test]
fn only_regular_files_are_opened_and_nothing_blocks() {
    let home = Home::new();
    let pipe = home.path().join("content/pipe.ron");
    std::fs::create_dir(home.path().join("content")).expect("created");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("the program runs").success());
    let (pipe, content) = (pipe.to_str().expect("UTF-8"), home.path().join("content").to_str().expect("UTF-8").to_owned());
    let socket = home.path().join("socket.ron").to_str().expect("UTF-8").to_owned();
    let _socket = std::os::unix::net::UnixListener::bind(&socket).expect("a bound socket");
    for (path, kind) in [(pipe, "a named pipe"), (&socket, "a socket"), ("/dev/zero", "a device"), (&content, "a folder")] {
        let mut cases = vec![
            vec!["simulate", "stage-2-secured", "--script", path],
            vec!["config", "--check", "--config", path],
            vec!["read", "where-tls-ends", "--config", path],
            vec!["shot", "--config", path],
            vec!["--config", path],
        ];
        // A folder of scenarios is allowed here.
        if kind != "a folder" {
            cases.extend([
                vec!["check", path],
                vec!["trace", path],
                vec!["analyze", path],
                vec!["compare", path, path],
                vec!["simulate", path],
                vec!["shot", path],
                vec!["--scenario", path],
            ]);
        }
        for arguments in cases {
            assert_refused(&home, &arguments, &format!("is {kind}, not a regular file"));
        }
    }
    for arguments in [&["list", "--content", &content][..], &["check", "--content", &content], &["trace", &content]] {
        assert_refused(&home, arguments, "pipe.ron is a named pipe, not a regular file");
    }
    // At the default paths too.
    std::fs::create_dir_all(home.path().join("config/hoplight")).expect("created");
    std::fs::rename(pipe, home.path().join("config/hoplight/config.ron")).expect("renamed");
    assert_refused(&home, &["config", "--check"], "config.ron is a named pipe, not a regular file");
    assert_refused(&home, &[], "config.ron is a named pipe, not a regular file");
}

/// Asserts that the program exits with this message.
fn assert_refused(home: &Home, arguments: &[&str], says: &str) {
    let mut pty = Pty::spawn(home.in_terminal(arguments), 250, 24);
    assert_eq!(pty.wait_for_exit().exit_code(), 1, "{arguments:?}");
    assert!(pty.text().contains(says), "{arguments:?}: {}", pty.text());
}

#[test]
fn typed_and_pasted_control_characters_are_not_echoed() {
    let home = Home::new();
    let mut pty = home.start(&["--scenario", "stage-2-secured"]);
    pty.send(" ");
    pty.wait_for("paused");
    for hostile in ["\u{202e}", "\u{200b}", "\u{9b}", "\u{e0041}", "\u{ad}"] {
        // A previous notice stays on the screen until another one takes its row.
        pty.send("#");
        pty.wait_for("# does nothing here");
        pty.send(hostile);
        pty.wait_until("another notice", |screen| {
            let shown = screen.contents();
            shown.contains(" does nothing here") && !shown.contains("# does nothing here")
        });
        let shown = String::from_utf8_lossy(pty.received()).into_owned();
        assert!(!shown.contains(hostile), "{hostile:?}");
    }
    pty.send("\x1b[200~x\x1b]0;evil\x07q\r\x1b[201~");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    assert!(!String::from_utf8_lossy(pty.received()).contains("evil"));
    pty.assert_restored();
}
