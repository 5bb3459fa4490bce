//! `progress`, `class` and `certificate`: attempts are recorded, handed over, verified and compared.

use std::fs;

use crate::read::{answered, right, without_marks};
use crate::{Finished, Home};

/// Finishes a quiz with the right answers.
fn take_quiz(home: &Home) {
    let lesson = without_marks();
    let answers: Vec<String> = right(&lesson).into_iter().flatten().map(|number| number.to_string()).collect();
    let said = answered(home, &["read", lesson.id.as_str(), "--quiz"], &(answers.join("\n") + "\n"));
    assert_eq!(said.status, Some(0), "{}", said.stderr);
}

/// A learner who has finished a quiz, and the result file.
fn learner(name: &str, quizzes: usize) -> (Home, String) {
    let home = Home::new();
    (0..quizzes).for_each(|_| take_quiz(&home));
    let file = export(&home, name);
    (home, file)
}

fn export(home: &Home, name: &str) -> String {
    let file = home.path().join(format!("{}.json", name.to_lowercase())).to_str().unwrap().to_owned();
    ok(home.run(["progress", "export", &file, "--name", name]));
    file
}

fn ok(finished: Finished) -> String {
    assert_eq!((finished.status, finished.stderr.as_str()), (Some(0), ""), "{}", finished.stdout);
    finished.stdout
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_finished_quiz_is_an_attempt_that_is_shown() {
    let home = Home::new();
    let empty = json(&ok(home.run(["progress", "--format", "json"])));
    assert_eq!((empty["attempts"]["count"].as_u64(), empty["attempts"]["streak"].as_u64()), (Some(0), Some(0)));
    take_quiz(&home);
    take_quiz(&home);
    let shown = json(&ok(home.run(["progress", "show", "--format", "json"])));
    assert_eq!(shown["attempts"]["days"].as_u64().map(|days| days > 0), Some(true));
    assert_eq!(shown["attempts"]["flaws"].as_array().map(Vec::len), Some(0));
    let lesson = without_marks();
    let row = shown["lessons"].as_array().unwrap().iter().find(|row| row["id"] == lesson.id.as_str()).unwrap();
    assert_eq!((row["finished"].as_bool(), row["mastered"].as_bool()), (Some(true), Some(true)));
    for field in ["missions", "drills", "exams", "reviews", "units"] {
        assert!(shown[field].is_array(), "{field}");
    }
    assert!(ok(home.run(["progress"])).contains(lesson.id.as_str()));
}

#[test]
fn a_result_file_is_merged_once_and_a_changed_one_not_at_all() {
    let (_ada, file) = learner("Ada", 1);
    let other = Home::new();
    assert!(ok(other.run(["progress", "import", &file])).contains("1 attempt"));
    assert!(ok(other.run(["progress", "import", &file])).contains("Nothing is new"));
    let text = fs::read_to_string(&file).unwrap();
    let edited = other.file("edited.json", text.replacen("\"right\":", "\"right\":1", 1));
    let truncated = other.file("truncated.json", text.split_at(text.len() / 2).0);
    let foreign = other.file("foreign.json", "{\"name\": \"x\"}");
    let before = ok(other.run(["progress", "export"])).lines().filter(|line| line.starts_with("{\"at_s\"")).count();
    for (bad, why) in [(&edited, "attempt 1 was edited"), (&truncated, "result file"), (&foreign, "not a result file")] {
        let finished = other.run(["progress", "import", bad]);
        assert_eq!(finished.status, Some(1));
        assert!(finished.stderr.contains("nothing was imported") && finished.stderr.contains(why), "{}", finished.stderr);
    }
    let after = ok(other.run(["progress", "export"])).lines().filter(|line| line.starts_with("{\"at_s\"")).count();
    assert_eq!((before, after), (1, 1));
    // An export replaces a result file, and nothing else.
    let notes = other.file("notes.json", "Buy milk.\n");
    assert!(other.run(["progress", "export", &notes]).stderr.contains("choose another name"));
    assert_eq!(fs::read_to_string(&notes).unwrap(), "Buy milk.\n");
}

#[test]
fn a_reset_keeps_a_backup_that_brings_everything_back() {
    let (ada, _) = learner("Ada", 1);
    let lesson = without_marks();
    let id = lesson.id.as_str();
    assert!(ada.run(["progress", "reset"]).stderr.contains("--yes"), "no terminal to ask on");
    assert!(ada.run(["progress", "reset", "nothing", "--yes"]).stderr.contains("no progress in `nothing`"));
    assert!(ok(ada.run(["progress"])).contains(id));
    ok(ada.run(["progress", "reset", "--yes"]));
    assert!(!ok(ada.run(["progress"])).contains(id));
    let backup = ada.path().join("state/hoplight/progress.ron.reset-1");
    ok(ada.run(["progress", "import", backup.to_str().unwrap()]));
    assert!(ok(ada.run(["progress"])).contains(id));
    ok(ada.run(["progress", "reset", id, "--yes"]));
    assert!(!ok(ada.run(["progress"])).contains(id));
    assert!(ok(ada.run(["certificate"])).contains("Answered"), "the attempts stay");
}

#[test]
fn a_group_shows_copies_edits_and_who_needs_help() {
    let (ada, a) = learner("Ada", 1);
    let (_ben, b) = learner("=Ben", 0);
    // Eve exports Ada's progress under her own name.
    let e = export(&ada, "Eve");
    let honest = json(&ok(ada.run(["class", &a, &b, "--format", "json"])));
    let row = |report: &serde_json::Value, name: &str| {
        report["learners"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap().clone()
    };
    assert_eq!(row(&honest, "Ada")["lessons"], 1);
    assert_eq!((&row(&honest, "Ada")["copied"], &row(&honest, "Ada")["flaws"]), (&serde_json::json!([]), &serde_json::json!([])));
    assert_eq!(row(&honest, "=Ben")["help"][0]["rule"], "idle");
    let copied = json(&ok(ada.run(["class", &a, &b, &e, "--format", "json"])));
    assert_eq!(
        (&row(&copied, "Eve")["copied"][0]["name"], &row(&copied, "Ada")["copied"][0]["name"]),
        (&"Ada".into(), &"Eve".into())
    );
    assert_eq!(row(&copied, "=Ben")["copied"], serde_json::json!([]));
    // An older export of the same learner does not count, and is no copy.
    take_quiz(&ada);
    let newer = ada.path().join("newer.json").to_str().unwrap().to_owned();
    ok(ada.run(["progress", "export", &newer, "--name", "ADA"]));
    let text = fs::read_to_string(&a).unwrap().replacen("\"right\":", "\"right\":1", 1);
    let edited = ada.file("edited.json", text);
    let both = json(&ok(ada.run(["class", &a, &edited, "--format", "json"])));
    let superseded =
        |file: &str| both["learners"].as_array().unwrap().iter().any(|row| row["file"] == file && row["superseded"] == true);
    assert!(superseded(&edited) && !superseded(&a), "an edited file does not take the place of the original");
    let table = ok(ada.run(["class", &edited, &b]));
    assert!(table.contains("attempt 1 was edited") && table.contains("Who needs help"), "{table}");
    let csv = ok(ada.run(["class", &a, &b, "--format", "csv"]));
    assert!(csv.starts_with("name,file,") && csv.contains("\n\"'=Ben\",") && csv.lines().count() == 3, "{csv}");
    let missing = ada.run(["class", &a, "missing.json"]);
    assert_eq!(missing.status, Some(1));
    assert!(missing.stderr.contains("missing.json") && missing.stdout.contains("Ada"), "{}", missing.stderr);
}

#[test]
fn a_certificate_states_only_what_was_measured() {
    let home = Home::new();
    assert!(ok(home.run(["certificate"])).contains("Nothing has been demonstrated yet"));
    let (ada, file) = learner("Ada & Co", 1);
    let text = ok(ada.run(["certificate", &file]));
    for expected in
        ["by Ada & Co", "Nothing: no exam has been taken.", "Quiz: ", "From 1 recorded attempt", "The chain is unbroken"]
    {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let picture = ada.path().join("ada.svg").to_str().unwrap().to_owned();
    for _ in 0..2 {
        ok(ada.run(["certificate", "--name", "Ada & <Co>", "--svg", &picture]));
    }
    let svg = fs::read_to_string(&picture).unwrap();
    assert!(svg.starts_with("<svg ") && svg.contains("Ada &amp; &lt;Co&gt;") && svg.ends_with("</svg>\n"));
    assert!(ada.run(["certificate", "--name", "\u{1b}[2J"]).stderr.contains("control characters"));
    let notes = ada.file("notes.svg", "mine");
    assert!(ada.run(["certificate", "--svg", &notes]).stderr.contains("choose another name"));
}
