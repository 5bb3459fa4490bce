//! Progress: kept at once, read again, and never lost to a file that cannot be read; no other file is harmed by it.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use crate::{CTRL_C, Home, Pty};

const USUAL: &str = "state/hoplight/progress.ron";

/// Goes two steps into a lesson, and ends. Returns what is on the terminal then, without line breaks.
fn go_two_steps(home: &Home, arguments: &[&str], variable: Option<&str>) -> String {
    let mut command = home.in_terminal(arguments);
    if let Some(path) = variable {
        command.env("HOPLIGHT_PROGRESS", path);
    }
    let mut pty = Pty::spawn(command, 80, 24);
    pty.wait_for("? help");
    two_steps(&mut pty)
}

fn two_steps(pty: &mut Pty) -> String {
    pty.send("j\r");
    pty.wait_for(" 1/9 ─");
    pty.send("nn");
    pty.wait_for(" 3/9 ─");
    end(pty)
}

/// Goes on with the lesson where two steps have led, and ends.
fn go_on(home: &Home, arguments: &[&str]) -> String {
    let mut pty = home.start(arguments);
    pty.wait_for("◐ Where the padlock ends");
    pty.send("j\r");
    pty.wait_for(" 3/9 ─");
    end(&mut pty)
}

fn end(pty: &mut Pty) -> String {
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    pty.assert_restored();
    said(pty)
}

/// What the screen says, without the breaks of its lines.
fn said(pty: &Pty) -> String {
    pty.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Waits until the screen shows a text, wherever its lines break.
fn wait_for_words(pty: &mut Pty, words: &str) {
    pty.wait_until(words, |screen| screen.contents().split_whitespace().collect::<Vec<_>>().join(" ").contains(words));
}

/// The number, the kind and the links of a file, and the names beside it.
fn state(path: &Path) -> (u64, fs::FileType, Option<PathBuf>, Vec<String>) {
    let data = fs::symlink_metadata(path).expect("there");
    let beside = path.parent().expect("a folder").read_dir().map_or_else(
        |_| Vec::new(),
        |entries| {
            let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
            names.sort();
            names
        },
    );
    (data.ino(), data.file_type(), fs::read_link(path).ok(), beside)
}

#[test]
fn it_survives_a_restart_in_the_file_that_is_named() {
    let home = Home::new();
    let file = home.path().join("deep/progress.ron").to_str().expect("UTF-8").to_owned();
    assert_eq!(go_two_steps(&home, &["--progress", &file], None), "", "nothing is left on the screen");
    let mut pty = home.start(&["--progress", &file]);
    pty.wait_for("◐ Where the padlock ends");
    pty.send("j\r");
    pty.wait_for("Resuming “Where the padlock ends”");
    pty.wait_for(" 3/9 ─");
    end(&mut pty);
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
    let text = fs::read_to_string(home.path().join(USUAL)).expect("kept");
    assert!(text.contains("where-tls-ends"), "{text}");
}

#[test]
fn a_damaged_file_is_kept_aside_and_told() {
    let damaged = "(format: 1, lessons: {\"where-tls-ends\": (fur";
    for (usual, text) in [
        (false, damaged),
        (false, "(format: 1, lessons: {}, more: 3)"),
        (true, damaged),
        (true, "\u{1b}[2J\u{202e}"),
        (true, "Buy milk."),
    ] {
        let home = Home::new();
        let file = home.file(if usual { USUAL } else { "progress.ron" }, text);
        let arguments = ["--progress", &file];
        let mut pty = home.start(if usual { &[] } else { &arguments });
        wait_for_words(&mut pty, "Starting without earlier progress: ~/");
        wait_for_words(&mut pty, "and will be renamed, not overwritten.");
        let said = two_steps(&mut pty);
        assert!(said.contains("progress.ron was renamed to ~/") && said.contains(".broken-1."), "{said}");
        assert_eq!(fs::read_to_string(format!("{file}.broken-1")).expect("kept aside"), text);
        assert!(fs::read_to_string(&file).expect("new").contains("furthest: 2"));
    }
}

#[test]
fn other_peoples_files_are_refused_and_left_as_they_are() {
    let newer = "(format: 2, lessons: {}, unknown: \"things\")";
    for (text, why) in [
        ("Buy milk.\n", "is not a progress file"),
        ("[package]\nname = \"x\"\n", "is not a progress file"),
        (include_str!("../../assets/design-0.ron"), "is not a progress file"),
        (newer, "was written by a newer hoplight (format 2)"),
    ] {
        for variable in [false, true] {
            let home = Home::new();
            let file = home.file("folder/notes.txt", text);
            let before = state(file.as_ref());
            let refused =
                format!("Progress is not saved in this run: ~/folder/notes.txt {why}. Correct that, or name another file");
            let arguments = ["--progress", &file];
            let mut command = home.in_terminal(if variable { &[] } else { &arguments });
            if variable {
                command.env("HOPLIGHT_PROGRESS", &file);
            }
            let mut pty = Pty::spawn(command, 80, 24);
            wait_for_words(&mut pty, &refused);
            wait_for_words(&mut pty, "with --progress FILE.");
            let said = two_steps(&mut pty);
            assert_eq!(said.matches(&refused).count(), 1, "said again at the end: {said}");
            assert_eq!((fs::read_to_string(&file).expect("there").as_str(), state(file.as_ref())), (text, before));
        }
    }
}

#[test]
fn what_is_no_file_or_cannot_be_read_is_refused_and_left_as_it_is() {
    let home = Home::new();
    let at = |name: &str| home.path().join(name);
    fs::create_dir(at("folder")).expect("made");
    assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().expect("runs").success());
    let _socket = UnixListener::bind(at("socket")).expect("bound");
    symlink("pipe", at("to-pipe")).expect("made");
    // Nothing can be renamed there, should the program try.
    symlink("/dev/pts/ptmx", at("device")).expect("made");
    symlink("loop", at("loop")).expect("made");
    symlink("nowhere/progress.ron", at("lost")).expect("made");
    let file = home.file("file", "kept");
    let mut cases = vec![
        (at("folder"), "is a folder, not a regular file"),
        (at("pipe"), "is a named pipe, not a regular file"),
        (at("to-pipe"), "is a named pipe, not a regular file"),
        (at("socket"), "is a socket, not a regular file"),
        (at("loop"), "cannot be read (Too many levels of symbolic links"),
        (at("lost"), "is a symbolic link into a folder that does not exist"),
    ];
    if cfg!(target_os = "linux") {
        cases.push((at("device"), "is a device, not a regular file"));
        cases.push(("/proc/self/mem".into(), "cannot be read (Input/output error"));
    }
    for (path, why) in cases {
        let before = state(&path);
        let said = go_two_steps(&home, &["--progress", path.to_str().expect("UTF-8")], None);
        assert!(said.contains("Progress is not saved in this run: ") && said.contains(why), "{path:?}: {said}");
        let after = state(&path);
        // Every process has its own.
        assert!(path.starts_with("/proc") || before == after, "{path:?}: {after:?}");
    }
    let below = format!("{file}/progress.ron");
    let said = go_two_steps(&home, &["--progress", &below], None);
    assert!(said.contains("cannot be read (Not a directory"), "{said}");
    assert_eq!(fs::read_to_string(&file).expect("there"), "kept");
    assert!(fs::metadata(at("pipe")).expect("there").file_type().is_fifo());
}

#[test]
fn what_takes_the_files_place_during_the_run_stays_and_is_told() {
    let home = Home::new();
    let file = home.path().join("progress.ron");
    let mut pty = Pty::spawn(home.in_terminal(&["--progress", file.to_str().expect("UTF-8")]), 160, 40);
    pty.wait_for("? help");
    pty.send("j\r");
    pty.wait_for(" 1/9 ─");
    fs::remove_file(&file).expect("saved already");
    fs::create_dir(&file).expect("made");
    pty.send("n");
    pty.wait_for("Progress could not be saved: ~/progress.ron is a folder");
    let said = end(&mut pty);
    assert!(said.contains("Progress could not be saved: ~/progress.ron is a folder, not a regular file."), "{said}");
    assert_eq!(fs::read_dir(&file).expect("a folder").count(), 0);
    assert!(!home.path().join("progress.ron.broken-1").exists());
}

#[test]
fn links_to_the_file_stay() {
    let home = Home::new();
    let (link, real) = (home.path().join("link.ron"), home.path().join("dotfiles/progress.ron"));
    fs::create_dir(home.path().join("dotfiles")).expect("made");
    symlink("dotfiles/progress.ron", &link).expect("made");
    assert_eq!(go_two_steps(&home, &["--progress", link.to_str().expect("UTF-8")], None), "");
    assert_eq!(fs::read_link(&link).expect("a link"), Path::new("dotfiles/progress.ron"));
    assert!(fs::read_to_string(&real).expect("kept").contains("furthest: 2"));
    let twin = home.path().join("twin.ron");
    fs::hard_link(&real, &twin).expect("made");
    let before = state(&real);
    let said = go_on(&home, &["--progress", real.to_str().expect("UTF-8")]);
    assert!(said.contains("~/dotfiles/progress.ron has another hard link, from which saving would separate it."), "{said}");
    assert_eq!((state(&real), fs::metadata(&twin).expect("there").nlink()), (before, 2));
}

#[test]
fn a_backup_of_a_newer_program_is_told_and_left_as_it_is() {
    let home = Home::new();
    let newer = "(format: 2, lessons: {}, unknown: \"things\")";
    let file = home.path().join("progress.ron").to_str().expect("UTF-8").to_owned();
    let backup = home.file("progress.ron.bak", newer);
    go_two_steps(&home, &["--progress", &file], None);
    assert_eq!(fs::read_to_string(&backup).expect("there"), newer);
    let said = go_on(&home, &["--progress", &file]);
    assert_eq!(fs::read_to_string(&backup).expect("there"), newer);
    assert!(said.contains("~/progress.ron.bak was written by a newer hoplight (format 2): it is left as it is"), "{said}");
    assert!(fs::read_to_string(&file).expect("kept").contains("furthest: 2"));
}

#[test]
fn a_lock_that_another_program_holds_is_told_and_the_program_goes_on() {
    let home = Home::new();
    let file = home.path().join("progress.ron").to_str().expect("UTF-8").to_owned();
    let held = fs::File::create(home.path().join("progress.ron.lock")).expect("made");
    held.lock().expect("free");
    let said = go_two_steps(&home, &["--progress", &file], None);
    assert!(said.contains("progress.ron.lock is locked by another hoplight"), "{said}");
    assert!(!fs::exists(&file).expect("known"));
}

#[test]
fn a_reader_of_plain_text_is_told_too() {
    let home = Home::new();
    let notes = home.file("notes.txt", "Buy milk.\n");
    let mut pty = Pty::spawn(home.in_terminal(&["read", "where-tls-ends", "--quiz", "--progress", &notes]), 100, 40);
    pty.wait_for("Enter goes on, q ends.");
    pty.send("\n");
    wait_for_words(&mut pty, "hoplight: Progress is not saved in this run: ~/notes.txt is not a progress file.");
    pty.send(CTRL_C);
    pty.wait_for_exit();
    assert_eq!(fs::read_to_string(&notes).expect("there"), "Buy milk.\n");
}
