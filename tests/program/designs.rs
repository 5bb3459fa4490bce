//! Designs are saved where the learner says, survive a crash, and work in all commands. No other file is damaged.

use std::ffi::OsStr;
use std::fs;

use rustix::process::Signal;

use crate::kept::root;
use crate::{CTRL_C, Home, Pty};

const FOLDER: &str = "data/hoplight/designs";

#[test]
fn a_design_is_saved_and_opened_again_by_name() {
    let home = Home::new();
    let mut pty = home.start(&["edit"]);
    pty.wait_for("Editor: design-of-mine-1");
    pty.send("aweb new\r");
    pty.wait_for("web-1: web server on server-1");
    pty.send("s");
    pty.wait_for("Saved as ~/data/hoplight/designs/design-of-mine-1.ron");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    let file = home.path().join(FOLDER).join("design-of-mine-1.ron");
    let text = fs::read_to_string(&file).expect("saved");
    assert!(text.starts_with("// A design of hoplight.") && text.contains("web-1"), "{text}");
    assert!(!file.with_extension("ron.unsaved").exists(), "nothing is unsaved");

    let listed = home.run(["list", "scenarios"]);
    assert!(listed.stdout.contains("design-of-mine-1"), "{listed:?}");
    let analysed = home.run(["analyze", "design-of-mine-1"]);
    assert_eq!(analysed.status, Some(0), "{analysed:?}");
    let mut pty = home.start(&["edit", "design-of-mine-1"]);
    pty.wait_for("web-1");
    pty.send(CTRL_C);
    pty.wait_for_exit();
}

#[test]
fn unsaved_work_survives_a_crash() {
    let home = Home::new();
    let file = home.path().join("site.ron");
    let mut pty = home.start(&["edit", file.to_str().unwrap()]);
    pty.send("aweb new\r");
    pty.wait_for("web-1: web server on server-1");
    // The screen has shown the act, so its copy is on disk before the next key is handled.
    pty.send("u");
    pty.wait_for("Undone");
    pty.send("U");
    pty.wait_for("Redone");
    pty.signal(Signal::KILL);
    pty.wait_for_exit();
    assert!(!file.exists(), "nothing was saved");

    let mut pty = home.start(&["edit", file.to_str().unwrap()]);
    pty.wait_for("Found unsaved work on site");
    pty.wait_for("web-1");
    pty.send("s");
    pty.wait_for("Saved as ~/site.ron");
    pty.send(CTRL_C);
    pty.wait_for_exit();
    assert!(fs::read_to_string(&file).unwrap().contains("web-1"));
    assert!(!home.path().join("site.ron.unsaved").exists());
}

#[test]
fn unsaved_work_on_a_mission_is_offered_at_the_next_start() {
    let home = Home::new();
    let mut pty = home.start(&["mission", "sniffed-password"]);
    pty.wait_for("Mission: A password, read in a café");
    pty.send("acert\r");
    pty.send("u");
    pty.wait_for("Undone");
    pty.send("U");
    pty.wait_for("Redone");
    pty.signal(Signal::KILL);
    pty.wait_for_exit();
    let copy = home.path().join(FOLDER).join("mission-sniffed-password.ron.unsaved");
    assert!(copy.exists(), "a copy is kept");

    let mut pty = home.start(&["mission", "sniffed-password"]);
    pty.wait_for("You have unsaved work on this");
    pty.send("O");
    pty.wait_for("This is your unsaved work");
    pty.send("s");
    pty.wait_for("Saved as ~/data/hoplight/designs/mission-sniffed-password.ron");
    pty.send(CTRL_C);
    pty.wait_for_exit();
    let saved = fs::read_to_string(copy.with_extension("")).expect("saved");
    assert!(saved.contains("www.foobar.com"), "the certificate was part of the unsaved work: {saved}");
    assert!(!copy.exists());
}

#[test]
fn the_comments_of_a_file_are_kept_beside_it() {
    let home = Home::new();
    let text = "(\n    // The only server.\n    servers: [(id: \"s\")],\n    components: [(id: \"web\", kind: Web(), server: \"s\")],\n)";
    let path = home.file("site.ron", text);
    let mut pty = home.start(&["edit", &path]);
    pty.wait_for("Editor: site");
    pty.send("aapp\rs");
    pty.wait_for("they are in ~/site.ron.bak");
    pty.send("us");
    pty.wait_for("Saved as ~/site.ron.");
    pty.send(CTRL_C);
    pty.wait_for_exit();
    assert_eq!(fs::read_to_string(home.path().join("site.ron.bak")).unwrap(), text);
    assert!(!home.path().join("site.ron.bak2").exists(), "the saved file has no comments to keep");
    assert!(!fs::read_to_string(&path).unwrap().contains("The only server"));
}

#[test]
fn an_incomplete_design_does_not_keep_the_program_from_starting() {
    let home = Home::new();
    home.file(&format!("{FOLDER}/half.ron"), "(tls: (edge: None), components: [(id: \"browser\", kind: Browser)])");
    home.file(&format!("{FOLDER}/broken.ron"), "(components: [");
    let listed = home.run(["list"]);
    assert_eq!(listed.status, Some(0), "{listed:?}");
    assert!(!listed.stdout.contains("half"), "it is no site yet");
    let mut pty = home.start(&["edit", "half"]);
    pty.wait_for("The site has no server yet");
    pty.send(CTRL_C);
    pty.wait_for_exit();
}

#[test]
fn a_file_that_is_no_design_is_left_alone() {
    let home = Home::new();
    let path = home.file("notes.ron", "my notes");
    let mut pty = Pty::spawn(home.in_terminal(&["edit", &path]), 120, 24);
    pty.wait_for("notes.ron");
    assert_eq!(pty.wait_for_exit().exit_code(), 1);
    assert_eq!(fs::read_to_string(&path).unwrap(), "my notes");
    let mut pty = Pty::spawn(home.in_terminal(&["edit", "stage-2-secure"]), 120, 24);
    pty.wait_for("did you mean `stage-2-secured`?");
    assert_eq!(pty.wait_for_exit().exit_code(), 1);
}

#[test]
fn a_mission_is_opened_by_name() {
    let home = Home::new();
    let mut pty = home.start(&["mission", "sniffed-password"]);
    pty.wait_for("Mission: A password, read in a café");
    pty.send(CTRL_C);
    pty.wait_for_exit();
    let mut pty = Pty::spawn(home.in_terminal(&["mission", "snifed-password"]), 120, 24);
    pty.wait_for("did you mean `sniffed-password`?");
    assert_eq!(pty.wait_for_exit().exit_code(), 1);
}

#[test]
fn a_design_review_is_opened_by_name() {
    let home = Home::new();
    let mut pty = home.start(&["review", "write-up-2"]);
    pty.wait_for("Write-up 2: requirements first");
    pty.send(CTRL_C);
    pty.wait_for_exit();
    let mut pty = Pty::spawn(home.in_terminal(&["review", "writeup-2"]), 120, 24);
    pty.wait_for("did you mean `write-up-2`?");
    assert_eq!(pty.wait_for_exit().exit_code(), 1);
}

#[test]
fn the_list_of_reviews_is_an_object() {
    let listed = Home::new().run(["list", "reviews", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).expect("JSON");
    let reviews = listed["reviews"].as_array().expect("a list");
    assert_eq!((reviews.len(), reviews[0]["id"].as_str()), (8, Some("write-up-0")));
    assert!(reviews.iter().all(|review| review["sentences"].as_u64().is_some_and(|count| count >= 6)));
}

#[test]
fn the_list_of_exams_is_an_object() {
    let listed = Home::new().run(["list", "exams", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).expect("JSON");
    let exams = listed["exams"].as_array().expect("a list");
    assert_eq!(exams.iter().map(|exam| exam["stage"].as_u64()).collect::<Vec<_>>(), [Some(0), Some(1), Some(2), Some(3)]);
    assert_eq!((exams[2]["requirements"].as_u64(), exams[2]["minutes"].as_u64()), (Some(12), Some(30)));
    assert!(exams.iter().all(|exam| exam["items"].as_u64().is_some_and(|count| count >= 10)));
}

#[test]
fn a_review_that_claims_something_false_is_a_mistake() {
    let home = Home::new();
    let shipped = fs::read_to_string(root().join("lessons/reviews/02-write-up-2.ron")).expect("shipped");
    let own = shipped.replacen("write-up-2", "my-review", 1).replacen("order: 2", "order: 9", 1);
    let path = home.path().join("review.ron");
    let check = || home.run([OsStr::new("check"), path.as_os_str()]);
    fs::write(&path, &own).expect("a writable folder");
    let right = check();
    assert!(right.status == Some(0), "{right:?}");
    fs::write(&path, own.replacen("WorksWithout(\"db-1\"", "FailsWithout(\"db-1\"", 1)).expect("a writable folder");
    let wrong = check();
    assert!(wrong.status == Some(1) && wrong.stderr.contains("fact 1 of sentence 8 does not hold"), "{wrong:?}");
}

#[test]
fn an_exam_is_taken_to_a_saved_report_and_practice_pauses() {
    let home = Home::new();
    let mut pty = home.start(&["exam", "0", "--practice"]);
    pty.wait_for("Stage 0: Draw");
    pty.send("p");
    pty.wait_for("paused at");
    pty.send("paweb new\r");
    pty.wait_for("web-1: web server on server-1");
    pty.send("CC");
    pty.wait_for("Stage 0: Explain 1/");
    pty.send(&"S".repeat(40));
    pty.wait_for("Saved as ~/data/hoplight/designs/exam-stage-0-1.md");
    pty.send(CTRL_C);
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    let report = home.path().join(FOLDER).join("exam-stage-0-1.md");
    let text = fs::read_to_string(&report).expect("saved");
    assert!(text.contains("- [ ] Every web server forwards") && text.contains("](exam-stage-0-1.svg)"), "{text}");
    let picture = fs::read_to_string(report.with_extension("svg")).expect("saved");
    assert!(picture.starts_with("<svg") && picture.contains("web-1"), "{picture}");
    assert!(!report.with_file_name("exam-stage-0.ron.unsaved").exists(), "nothing is unsaved");
}

#[test]
fn the_mentors_sheet_needs_no_terminal() {
    let home = Home::new();
    let sheet = home.run(["exam", "--sheet", "2"]);
    assert_eq!(sheet.status, Some(0), "{sheet:?}");
    assert!(sheet.stdout.starts_with("# Mentor's sheet, stage 2") && sheet.stdout.contains("- [x]"), "{}", sheet.stdout);
    let drawing = home.run(["exam", "--sheet", "stage-1-distributed"]);
    assert!(drawing.stdout.starts_with("# Mentor's sheet, stage 1"), "the stage that the drawing solves best");
    let unknown = home.run(["exam", "7", "--sheet", "stage-1-distributed"]);
    assert!(unknown.status == Some(1) && unknown.stderr.contains("no stage `7`"), "{unknown:?}");
}
