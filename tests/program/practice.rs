//! Questions and reviews in text, and the commands that open them.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use hoplight::content::{CatalogueFiles, EMBEDDED, catalogue};
use hoplight::lesson::Library;
use hoplight_course::{PosedBody, PosedQuestion};
use unicode_width::UnicodeWidthStr;

use crate::{Finished, Home, Pty, is_harmless};

const QUESTIONS: &str = r#"(format: 1, questions: [
    (id: "my-choice", about: [WwwRecord], ask: Choice(stem: "Which record is www?", choices: [
        (text: "an A record", why: "It names an address.", right: true),
        (text: "a CNAME", why: "It points to an address.", belief: Some(WwwIsCname)),
        (text: "an MX record", why: "That is for mail."),
    ])),
    (id: "my-order", about: [UserProtocol], ask: Order(stem: "Order these.", items: ["first", "second", "third"], why: "So it is.")),
    (id: "my-recall", about: [Spof], ask: Recall(stem: "What is a SPOF?", points: ["fails alone", "stops the site"])),
    (id: "my-marks", about: [Spof], ask: Mark(stem: "Mark the single points of writes.", sites: ["stage-1-distributed"],
        target: SinglePoints(Write), why: "Nothing stands in.")),
])"#;

fn home() -> (Home, String) {
    let home = Home::new();
    home.file("course/lessons/questions.ron", QUESTIONS);
    let content = home.path().join("course").to_str().expect("UTF-8").to_owned();
    (home, content)
}

/// Runs `read` with `answers` on standard input.
fn read(home: &Home, content: &str, arguments: &[&str], answers: &str) -> Finished {
    let arguments = [&["--content", content, "--seed", "1", "read"], arguments].concat();
    let mut command = home.command(&arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    child.stdin.take().expect("piped").write_all(answers.as_bytes()).expect("the program reads its input");
    child.wait_with_output().expect("the program exits").into()
}

fn progress(home: &Home) -> String {
    fs::read_to_string(home.path().join("state/hoplight/progress.ron")).unwrap_or_default()
}

/// The number under which `read` shows a text.
fn number(printed: &str, text: &str) -> String {
    let line = printed.lines().find(|line| line.trim_start().ends_with(text)).unwrap_or_else(|| panic!("{text}: {printed}"));
    line.trim_start().split('.').next().expect("a number").to_owned()
}

#[test]
fn a_question_is_asked_judged_and_remembered() {
    let (home, content) = home();
    let printed = read(&home, &content, &["my-choice"], "");
    assert_eq!((printed.status, printed.stderr.as_str()), (Some(0), ""));
    assert!(!printed.stdout.contains("It names an address."), "{printed:?}");
    assert_eq!(progress(&home), "", "nothing was answered");
    let (right, wrong) = (number(&printed.stdout, "an A record"), number(&printed.stdout, "a CNAME"));
    let finished = read(&home, &content, &["my-choice"], &format!("9\n{wrong}\n"));
    for text in ["Type numbers from 1 to 3.", "Not right.", "It points to an address.", "It names an address."] {
        assert!(finished.stdout.contains(text), "{text}: {finished:?}");
    }
    assert!(progress(&home).contains("my-choice") && progress(&home).contains("was_right: false"), "{}", progress(&home));
    let finished = read(&home, &content, &["my-choice"], &format!("{right}\n"));
    assert!(finished.stdout.contains("Right. It names an address."), "{finished:?}");
    assert!(progress(&home).contains("was_right: true"), "{}", progress(&home));
    let answers = read(&home, &content, &["my-choice", "--answers"], "");
    assert!(answers.stdout.contains("an A record. It names an address."), "{answers:?}");
}

#[test]
fn orders_key_points_and_marks_are_typed() {
    let (home, content) = home();
    let printed = read(&home, &content, &["my-order"], "").stdout;
    let order: Vec<String> = ["first", "second", "third"].iter().map(|text| number(&printed, text)).collect();
    let finished = read(&home, &content, &["my-order"], &format!("1,1,2\n{}\n", order.join(", ")));
    assert!(finished.stdout.contains("once, in the right order") && finished.stdout.contains("Right."), "{finished:?}");

    let finished = read(&home, &content, &["my-recall"], "\n1,2\n");
    let (before, after) = finished.stdout.split_once("Key points:").expect("key points");
    assert!(!before.contains("fails alone") && after.contains("fails alone"), "{finished:?}");
    assert!(finished.stdout.contains("2 of 2 points. That counts as right."), "{finished:?}");

    let answer = read(&home, &content, &["my-marks", "--answers"], "").stdout;
    let names = answer.split("Answer: ").nth(1).expect("an answer").split(". ").next().expect("names").replace('\n', " ");
    let names = names.replace(" and ", ", ");
    let finished = read(&home, &content, &["my-marks"], &format!("server-1\n{names}\n"));
    assert!(finished.stdout.contains("is not among the programs") && finished.stdout.contains("Right."), "{finished:?}");
}

#[test]
fn every_shipped_question_and_review_is_printed_in_short_lines() {
    let library = Library::new(EMBEDDED).expect("valid");
    let catalogue = catalogue(&library, &CatalogueFiles::default()).expect("valid");
    let home = Home::new();
    // Every twelfth question: each is a process.
    let questions = catalogue.bank.questions().iter().step_by(12).map(|question| question.id.to_string());
    let reviews = catalogue.reviews.all().iter().map(|review| review.id().to_string());
    for name in questions.chain(reviews) {
        let Finished { status, stdout, stderr } = home.run(["read", name.as_str(), "--answers"]);
        assert_eq!((status, stderr.as_str()), (Some(0), ""), "{name}");
        assert!(stdout.lines().all(|line| line.width() <= 80) && is_harmless(&stdout), "{name}: {stdout}");
    }
    for question in catalogue.bank.questions() {
        // What learners read is at most a screen.
        let posed = PosedQuestion::new(question, &catalogue.bank, 1);
        if let PosedBody::Order { items, .. } = posed.body {
            assert!(items.len() <= 13, "{}", question.id);
        }
    }
}

#[test]
fn practice_asks_the_questions_of_the_day() {
    let (home, content) = home();
    let finished = read(&home, &content, &["practice"], "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n");
    assert!(finished.stdout.contains("Question 10 of 10") && finished.stdout.contains("of 10 right."), "{finished:?}");
    assert_eq!(progress(&home).matches("stability").count(), 10, "{}", progress(&home));
}

#[test]
fn a_review_is_judged_and_recorded() {
    let (home, content) = home();
    let printed = read(&home, &content, &["write-up-2"], "");
    assert!(printed.stdout.contains("The write-up:") && !printed.stdout.contains("Result:"), "{printed:?}");
    let finished = read(&home, &content, &["write-up-2"], "1\nserver-9\n\n1\n");
    assert!(finished.stdout.contains("Result: ") && finished.stdout.contains(" %."), "{finished:?}");
    assert!(progress(&home).contains("review/write-up-2"), "{}", progress(&home));
}

#[test]
fn an_unknown_name_gets_a_suggestion() {
    let (home, content) = home();
    let finished = read(&home, &content, &["my-choise"], "");
    assert_eq!((finished.status, finished.stdout.as_str()), (Some(1), ""));
    assert!(finished.stderr.contains("did you mean `my-choice`?"), "{finished:?}");
    let finished = home.run(["practice", "--test", "Nowhere"]);
    assert_ne!(finished.status, Some(0));
}

#[test]
fn learn_and_practice_open_the_full_screen() {
    let home = Home::new();
    let mut pty = home.start(&["learn", "where-tls-ends"]);
    pty.wait_for(" 1/");
    pty.send("qqq");
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    let mut pty: Pty = home.start(&["practice"]);
    pty.wait_for("Practice");
    pty.wait_for(" 1/10 ─");
    pty.send("S");
    pty.wait_for("Not right.");
    pty.send("qqq");
    assert_eq!(pty.wait_for_exit().exit_code(), 0);
    assert!(progress(&home).contains("stability"), "the answer is saved: {}", progress(&home));
}

#[test]
fn lists_show_what_covers_a_demand() {
    let home = Home::new();
    let list = |what: &str| -> serde_json::Value {
        let finished = home.run(["list", what, "--format", "json"]);
        assert_eq!((finished.status, finished.stderr.as_str()), (Some(0), ""));
        serde_json::from_str(&finished.stdout).expect("JSON")
    };
    let demands = list("demands");
    let demands = demands["demands"].as_array().expect("a list");
    assert_eq!(demands.len(), hoplight_curriculum::Demand::ALL.len());
    assert!(demands.iter().all(|demand| demand["lessons"].is_array() && demand["questions"].is_array()));
    let questions = list("questions");
    assert!(questions["questions"].as_array().is_some_and(|rows| rows.iter().all(|row| row["about"].is_array())));
}
