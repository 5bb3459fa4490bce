//! Progress is saved at once and read again. It is never lost to an unreadable file, and no other file is damaged.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use crate::{CTRL_C, Home, Pty};

/// Opens a lesson of twelve steps that the course map shows without scrolling.
const OPEN_NAMES: &str = ":names and records\r";

const USUAL: &str = "state/hoplight/progress.ron";

/// Advances two steps in a lesson and quits. Returns the final text on the terminal, without line breaks.
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
    pty.send(OPEN_NAMES);
    pty.wait_for(" 1/12 ─");
    pty.send("nn");
    pty.wait_for(" 3/12 ─");
    end(pty)
}

/// Resumes the lesson after two steps and quits.
fn go_on(home: &Home, arguments: &[&str]) -> String {
    let mut pty = home.start(arguments);
    pty.wait_for("◐ Names and records");
    pty.send(OPEN_NAMES);
    pty.wait_for(" 3/12 ─");
    end(&mut pty)
}

fn end(pty: &mut Pty) -> String {
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    pty.assert_restored();
    shown(pty)
}

/// The text on the screen, without line breaks.
fn shown(pty: &Pty) -> String {
    pty.text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Waits until the screen shows a text, ignoring line breaks.
fn wait_for_words(pty: &mut Pty, words: &str) {
    pty.wait_until(words, |screen| screen.contents().split_whitespace().collect::<Vec<_>>().join(" ").contains(words));
}

/// The inode, type and link target of a file, and the names in its folder.
fn state(path: &Path) -> (u64, fs::FileType, Option<PathBuf>, Vec<String>) {
    let data = fs::symlink_metadata(path).expect("the file exists");
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
fn it_survives_a_restart_in_a_named_file() {
    let home = Home::new();
    let file = home.path().join("deep/progress.ron").to_str().expect("UTF-8").to_owned();
    assert_eq!(go_two_steps(&home, &["--progress", &file], None), "", "no message on the terminal");
    let mut pty = home.start(&["--progress", &file]);
    pty.wait_for("◐ Names and records");
    pty.send(OPEN_NAMES);
    pty.wait_for("Resuming “Names and records”");
    pty.wait_for(" 3/12 ─");
    end(&mut pty);
}

#[test]
fn the_command_line_takes_precedence_over_the_environment() {
    let home = Home::new();
    let path = |name: &str| home.path().join(name).to_str().expect("UTF-8").to_owned();
    go_two_steps(&home, &[], Some(&path("a.ron")));
    assert!(fs::read_to_string(path("a.ron")).expect("a saved file").contains("names-and-records"));
    go_two_steps(&home, &["--progress", &path("b.ron")], Some(&path("a2.ron")));
    assert!(fs::exists(path("b.ron")).expect("a readable folder") && !fs::exists(path("a2.ron")).expect("a readable folder"));
}

#[test]
fn by_default_it_is_saved_in_the_state_folder() {
    let home = Home::new();
    go_two_steps(&home, &[], None);
    let text = fs::read_to_string(home.path().join(USUAL)).expect("a saved file");
    assert!(text.contains("names-and-records"), "{text}");
}

#[test]
fn a_damaged_file_is_set_aside_and_reported() {
    let damaged = "(format: 1, lessons: {\"names-and-records\": (fur";
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
        let shown = two_steps(&mut pty);
        assert!(shown.contains("progress.ron was renamed to ~/") && shown.contains(".broken-1."), "{shown}");
        assert_eq!(fs::read_to_string(format!("{file}.broken-1")).expect("a file set aside"), text);
        assert!(fs::read_to_string(&file).expect("a new file").contains("furthest: 2"));
    }
}

#[test]
fn other_files_are_refused_and_left_unchanged() {
    let newer = "(format: 99, lessons: {}, unknown: \"things\")";
    for (text, why) in [
        ("Buy milk.\n", "is not a progress file"),
        ("[package]\nname = \"x\"\n", "is not a progress file"),
        (include_str!("../../assets/design-0.ron"), "is not a progress file"),
        (newer, "was written by a newer hoplight (format 99)"),
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
            let shown = two_steps(&mut pty);
            assert_eq!(shown.matches(&refused).count(), 1, "repeated at exit: {shown}");
            assert_eq!((fs::read_to_string(&file).expect("the file exists").as_str(), state(file.as_ref())), (text, before));
        }
    }
}

#[test]
fn irregular_and_unreadable_files_are_refused_and_left_unchanged() {
    let home = Home::new();
    let at = |name: &str| home.path().join(name);
    fs::create_dir(at("folder")).expect("created");
    assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().expect("the program runs").success());
    let _socket = UnixListener::bind(at("socket")).expect("a bound socket");
    symlink("pipe", at("to-pipe")).expect("created");
    // A rename fails in this folder, in case the program tries one.
    symlink("/dev/pts/ptmx", at("device")).expect("created");
    symlink("loop", at("loop")).expect("created");
    symlink("nowhere/progress.ron", at("lost")).expect("created");
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
        let shown = go_two_steps(&home, &["--progress", path.to_str().expect("UTF-8")], None);
        assert!(shown.contains("Progress is not saved in this run: ") && shown.contains(why), "{path:?}: {shown}");
        let after = state(&path);
        // Files in /proc differ between processes.
        assert!(path.starts_with("/proc") || before == after, "{path:?}: {after:?}");
    }
    let below = format!("{file}/progress.ron");
    let shown = go_two_steps(&home, &["--progress", &below], None);
    assert!(shown.contains("cannot be read (Not a directory"), "{shown}");
    assert_eq!(fs::read_to_string(&file).expect("the file exists"), "kept");
    assert!(fs::metadata(at("pipe")).expect("the file exists").file_type().is_fifo());
}

#[test]
fn a_folder_that_replaces_the_file_during_the_run_is_kept_and_reported() {
    let home = Home::new();
    let file = home.path().join("progress.ron");
    let mut pty = Pty::spawn(home.in_terminal(&["--progress", file.to_str().expect("UTF-8")]), 160, 40);
    pty.wait_for("? help");
    pty.send(OPEN_NAMES);
    pty.wait_for(" 1/12 ─");
    fs::remove_file(&file).expect("a saved file");
    fs::create_dir(&file).expect("created");
    pty.send("n");
    pty.wait_for("Progress could not be saved: ~/progress.ron is a folder");
    let shown = end(&mut pty);
    assert!(shown.contains("Progress could not be saved: ~/progress.ron is a folder, not a regular file."), "{shown}");
    assert_eq!(fs::read_dir(&file).expect("a folder").count(), 0);
    assert!(!home.path().join("progress.ron.broken-1").exists());
}

#[test]
fn links_to_the_file_are_kept() {
    let home = Home::new();
    let (link, real) = (home.path().join("link.ron"), home.path().join("dotfiles/progress.ron"));
    fs::create_dir(home.path().join("dotfiles")).expect("created");
    symlink("dotfiles/progress.ron", &link).expect("created");
    assert_eq!(go_two_steps(&home, &["--progress", link.to_str().expect("UTF-8")], None), "");
    assert_eq!(fs::read_link(&link).expect("a link"), Path::new("dotfiles/progress.ron"));
    assert!(fs::read_to_string(&real).expect("a saved file").contains("furthest: 2"));
    let twin = home.path().join("twin.ron");
    fs::hard_link(&real, &twin).expect("created");
    let before = state(&real);
    let shown = go_on(&home, &["--progress", real.to_str().expect("UTF-8")]);
    assert!(shown.contains("~/dotfiles/progress.ron has another hard link; saving would separate the two."), "{shown}");
    assert_eq!((state(&real), fs::metadata(&twin).expect("the file exists").nlink()), (before, 2));
}

#[test]
fn a_backup_of_a_newer_version_is_reported_and_left_unchanged() {
    let home = Home::new();
    let newer = "(format: 99, lessons: {}, unknown: \"things\")";
    let file = home.path().join("progress.ron").to_str().expect("UTF-8").to_owned();
    let backup = home.file("progress.ron.bak", newer);
    go_two_steps(&home, &["--progress", &file], None);
    assert_eq!(fs::read_to_string(&backup).expect("the file exists"), newer);
    let shown = go_on(&home, &["--progress", &file]);
    assert_eq!(fs::read_to_string(&backup).expect("the file exists"), newer);
    assert!(shown.contains("~/progress.ron.bak was written by a newer hoplight (format 99): it is left unchanged"), "{shown}");
    assert!(fs::read_to_string(&file).expect("a saved file").contains("furthest: 2"));
}

#[test]
fn a_lock_held_by_another_program_is_reported_and_the_program_continues() {
    let home = Home::new();
    let file = home.path().join("progress.ron").to_str().expect("UTF-8").to_owned();
    let held = fs::File::create(home.path().join("progress.ron.lock")).expect("created");
    held.lock().expect("an unlocked file");
    let shown = go_two_steps(&home, &["--progress", &file], None);
    assert!(shown.contains("progress.ron.lock is locked by another hoplight"), "{shown}");
    assert!(!fs::exists(&file).expect("a readable folder"));
}

#[test]
fn read_prints_the_warnings_too() {
    let home = Home::new();
    let notes = home.file("notes.txt", "Buy milk.\n");
    let mut pty = Pty::spawn(home.in_terminal(&["read", "where-tls-ends", "--quiz", "--progress", &notes]), 100, 40);
    pty.wait_for("Press Enter to continue, q to quit.");
    pty.send("\n");
    wait_for_words(&mut pty, "hoplight: Progress is not saved in this run: ~/notes.txt is not a progress file.");
    pty.send(CTRL_C);
    pty.wait_for_exit();
    assert_eq!(fs::read_to_string(&notes).expect("the file exists"), "Buy milk.\n");
}
