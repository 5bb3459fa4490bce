//! What authors of content use: `new`, and reloading in the running program.

use std::fs;

use crate::{Finished, Home};

const LESSON: &str = include_str!("../lessons/small.ron");

#[test]
fn new_creates_files_that_pass_the_check_and_overwrites_none() {
    let home = Home::new();
    for (kind, folder, command) in
        [("lesson", "lessons", "learn"), ("mission", "lessons/missions", "mission"), ("drill", "lessons/drills", "drill")]
    {
        let name = format!("my-{kind}");
        let created = home.run(["new", kind, &name]);
        assert_eq!((created.status, created.stderr.as_str()), (Some(0), ""), "{kind}");
        assert!(created.stdout.contains(&format!("hoplight {command} {name}")), "{created:?}");
        let path = home.path().join(format!("data/hoplight/{folder}/{name}.ron"));
        let text = fs::read_to_string(&path).expect("a file");
        assert!(text.contains(&format!("id: \"{name}\"")) && !text.contains("NAME\""), "{text}");
        let checked = home.run(["check", path.to_str().expect("UTF-8")]);
        assert_eq!((checked.status, checked.stderr.as_str()), (Some(0), ""), "{kind}");

        fs::write(&path, "mine").expect("writable");
        let again = home.run(["new", kind, &name]);
        assert!(again.status == Some(1) && again.stderr.contains("exists already"), "{again:?}");
        assert_eq!(fs::read_to_string(&path).expect("a file"), "mine");
        fs::remove_file(&path).expect("removable");
    }
    let Finished { status, stderr, .. } = home.run(["new", "lesson", "Not A Name"]);
    assert!(status == Some(1) && stderr.contains("use lower-case letters"), "{stderr}");
    assert_eq!(home.run(["new", "poem", "x"]).status, Some(2));
}

#[test]
fn a_new_lesson_is_on_the_course_map() {
    let home = Home::new();
    let created = home.run(["new", "lesson", "my-own"]);
    assert_eq!(created.status, Some(0), "{created:?}");
    let listed = home.run(["list", "lessons"]);
    assert!(listed.stdout.contains("my-own") && listed.stdout.contains("A dead web server"), "{listed:?}");
}

#[test]
fn the_running_program_reloads_a_file_that_changes() {
    let home = Home::new();
    let file = home.path().join("course/lessons/small.ron");
    home.file("course/lessons/small.ron", LESSON);
    let content = home.path().join("course").to_str().expect("UTF-8").to_owned();
    let mut pty = home.start(&["--content", &content, "--lesson", "small"]);
    pty.wait_for("Read this.");
    fs::write(&file, LESSON.replacen("Read this.", "Read that instead.", 1)).expect("writable");
    pty.wait_for("Read that instead.");
    // A mistake keeps the old content.
    fs::write(&file, LESSON.replacen("format: 1", "format: one", 1)).expect("writable");
    pty.wait_for("Not reloaded:");
    pty.wait_for("Read that instead.");
    fs::write(&file, LESSON.replacen("Read this.", "Read a third text.", 1)).expect("writable");
    pty.wait_for("Read a third text.");
    pty.send("qqq");
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
}
