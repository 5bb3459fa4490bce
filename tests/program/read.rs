//! `read`: prints the whole lesson, checks answers, and saves progress if questions were answered.

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;

use hoplight::content::EMBEDDED;
use hoplight::lesson::{Lesson, LessonRun, Library};
use unicode_width::UnicodeWidthStr;

use crate::{CTRL_C, Finished, Home, is_harmless};

/// Runs the program with `answers` on standard input.
pub(crate) fn answered(home: &Home, arguments: &[&str], answers: &str) -> Finished {
    let mut child = home
        .command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("piped").write_all(answers.as_bytes()).expect("the program reads its input");
    child.wait_with_output().expect("the program exits").into()
}

fn lessons() -> Vec<Arc<Lesson>> {
    Library::new(EMBEDDED).expect("valid").lessons().cloned().collect()
}

/// Undoes line wrapping: joins the words with single spaces.
fn unfolded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn progress(home: &Home) -> Option<String> {
    fs::read_to_string(home.path().join("state/hoplight/progress.ron")).ok()
}

/// Number under which each question shows its right option; `None` if the question is answered on the diagram.
pub(crate) fn right(lesson: &Lesson) -> Vec<Option<usize>> {
    let (run, _) = LessonRun::start_at(Arc::new(lesson.clone()), lesson.steps.len());
    let mut run = run.shuffled(1, 0);
    let mut numbers = Vec::new();
    while let Some(question) = run.question() {
        let is_right = |option: &usize| question.choices().get(*option).is_some_and(|choice| choice.right);
        numbers.push(run.option_order().iter().position(is_right).map(|position| position + 1));
        let _ = run.pass();
    }
    numbers
}

/// A lesson whose quiz has only multiple-choice questions.
pub(crate) fn without_marks() -> Arc<Lesson> {
    lessons().into_iter().find(|lesson| right(lesson).iter().all(Option::is_some)).expect("a lesson without marks")
}

#[test]
fn every_lesson_is_printed_in_short_lines_of_plain_characters() {
    let home = Home::new();
    for lesson in lessons() {
        let Finished { status, stdout, stderr } = home.run(["read", lesson.id.as_str()]);
        assert_eq!((status, stderr.as_str()), (Some(0), ""), "{}", lesson.id);
        let long: Vec<&str> = stdout.lines().filter(|line| line.width() > 80).collect();
        assert!(long.is_empty() && is_harmless(&stdout), "{long:#?}");
        assert!(!stdout.chars().any(|c| ('\u{2190}'..='\u{2bff}').contains(&c)), "no arrows or box-drawing characters");
        assert!(
            !stdout.contains("{key:")
                && !stdout.contains("{measured:")
                && !stdout.contains("not measured")
                && !stdout.contains("Answer:")
        );
        let told = unfolded(&stdout);
        let steps = lesson.steps.iter().flat_map(|step| {
            let goals = step.goals().iter().map(|goal| &goal.label);
            [&step.title].into_iter().chain(step.reveal.as_ref()).chain(goals)
        });
        let stems = lesson.quiz.iter().map(|question| &question.stem);
        for text in steps.chain(stems).chain(&lesson.recap).filter(|text| !text.contains('{')) {
            assert!(told.contains(&unfolded(&text.replace(" → ", " to "))), "{}: {text}", lesson.id);
        }
        assert!(!told.contains("Not met:"), "every solution works: {told}");
    }
    assert_eq!(progress(&home), None, "no progress without answers");
}

#[test]
fn the_diagram_and_its_changes_are_described() {
    let told = unfolded(&Home::new().run(["read", "where-tls-ends"]).stdout);
    for words in [
        "Server server-2 (web) runs:",
        "lb-1: load balancer, HAProxy 2.6.12.",
        "web-1 to app-1: HTTP to port 8000, plaintext, but loopback: it never leaves the server. It carries reads and writes.",
        "app-2 to db-1: SQL to port 3306, plaintext on a network: any eavesdropper can read it. It carries reads and writes. \
         fw-3 allows it out (rule 1). fw-2 allows it in (rule 2).",
        "Changes in the diagram: - TLS mode re-encrypt:",
        "- lb-1 to web-1: HTTP to port 8080, encrypted by TLS between the two.",
        "lb-1 to web-2: HTTP to port 8080, encrypted by TLS, which the balancer passes through.",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn answers_are_printed_on_request() {
    let home = Home::new();
    let lesson = without_marks();
    let told = unfolded(&home.run(["read", lesson.id.as_str(), "--answers", "--quiz"]).stdout);
    for question in &lesson.quiz {
        let choice = question.choices().iter().find(|choice| choice.right).expect("a right option");
        assert!(told.contains(&format!(". {}. {}", choice.text, choice.why)), "{told}");
    }
    assert!(!told.contains("Step 1"), "{told}");
    let marks = unfolded(&home.run(["read", "where-tls-ends", "--answers"]).stdout);
    assert!(marks.contains("Answer: app-1 to db-2, app-2 to db-1, browser to dns,"), "{marks}");
}

#[test]
fn right_answers_are_confirmed_and_saved() {
    let home = Home::new();
    let lesson = without_marks();
    let answers: Vec<String> = right(&lesson).into_iter().flatten().map(|number| number.to_string()).collect();
    let Finished { status, stdout, stderr } =
        answered(&home, &["read", lesson.id.as_str(), "--quiz"], &(answers.join("\n") + "\n"));
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
    let all = lesson.quiz.len();
    assert_eq!(stdout.matches("Right.").count(), all, "{stdout}");
    assert!(stdout.contains(&format!("Quiz: {all} of {all} right on the first try.")), "{stdout}");
    let kept = progress(&home).expect("a saved file");
    assert!(kept.contains("finished: true") && kept.contains(&format!("right: {all}")), "{kept}");
}

#[test]
fn the_first_answer_counts_and_a_wrong_one_is_explained() {
    let home = Home::new();
    let lesson = without_marks();
    let file = home.path().join("mine.ron").to_str().expect("UTF-8").to_owned();
    let mut answers = vec!["no number".to_owned(), "99".to_owned()];
    for (number, right) in right(&lesson).into_iter().flatten().enumerate() {
        let wrong = if right == 1 { 2 } else { 1 };
        answers.extend((number == 0).then(|| wrong.to_string()).into_iter().chain([right.to_string()]));
    }
    let said = answered(&home, &["read", lesson.id.as_str(), "--quiz", "--progress", &file], &(answers.join("\n") + "\n"));
    let all = lesson.quiz.len();
    assert!(said.stdout.contains("Type the number of an option, from 1 to"), "{said:?}");
    assert!(said.stdout.contains("Choose an option") && said.stdout.contains("Not quite."), "{said:?}");
    assert!(said.stdout.contains(&format!("Quiz: {} of {all} right", all - 1)), "{said:?}");
    assert!(fs::read_to_string(file).expect("a saved file").contains(&format!("right: {}", all - 1)));
}

#[test]
fn after_the_end_of_the_input_the_text_is_printed_but_the_lesson_is_not_finished() {
    let home = Home::new();
    let lesson = without_marks();
    let first = right(&lesson)[0].expect("a right option");
    let Finished { status, stdout, .. } = answered(&home, &["read", lesson.id.as_str(), "--quiz"], &format!("{first}\n"));
    assert_eq!(status, Some(0));
    assert!(stdout.contains(&format!("Question {} of", lesson.quiz.len())) && !stdout.contains("Quiz:"), "{stdout}");
    assert!(progress(&home).is_some_and(|kept| kept.contains("finished: false")), "{:?}", progress(&home));
}

#[test]
fn marks_are_given_by_name_and_checked_as_on_the_screen() {
    let home = Home::new();
    let right = "lb-1 > web-1, lb-1->web-2, app-1 to db-2, app-2 → db-1, browser > dns, db-1 > db-2";
    // The prediction of step 2, then the marks of step 4.
    let answers = format!("2\nlb-1 > wbe-1\nlb-1\nlb-1 > web-1, web-1 > app-1\n{right}\nq\n");
    let told = unfolded(&answered(&home, &["read", "where-tls-ends"], &answers).stdout);
    for words in [
        "Your prediction is saved.",
        "did you mean `web-1`?",
        "lb-1 cannot be marked: the question asks for hops.",
        "Not yet: 5 missing, 1 too many. Try again.",
        "Right. Plaintext between two machines is exposed",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(told.contains("Your prediction was wrong. The padlock covers one hop"), "{told}");
    assert!(told.contains("Step 5") && !told.contains("Step 6"), "q quits: {told}");
    assert!(progress(&home).is_some_and(|kept| kept.contains("furthest: 4")), "{:?}", progress(&home));
}

#[test]
fn at_a_terminal_every_step_waits_for_enter() {
    let home = Home::new();
    let mut pty = crate::Pty::spawn(home.in_terminal(&["read", "where-tls-ends"]), 100, 40);
    pty.wait_for("Press Enter to continue, q to quit.");
    assert!(!pty.text().contains("Step 1 of 9"));
    pty.send("\n");
    pty.wait_for("Step 1 of 9");
    pty.send("\n");
    pty.wait_for("Number of your answer (Enter to skip):");
    pty.send("1\n");
    pty.wait_for("Your prediction is saved.");
    pty.send("\n");
    pty.wait_for("Press Enter to see the solution.");
    assert!(!pty.text().contains("Solution:"));
    pty.send("\n");
    pty.wait_for("Your prediction was right.");
    pty.send(CTRL_C);
    pty.wait_for_exit();
    assert!(!pty.received().contains(&0x1b), "no control sequences");
    assert!(progress(&home).is_some_and(|kept| kept.contains("furthest: 2")), "{:?}", progress(&home));
}

#[test]
fn an_unknown_lesson_is_an_error_and_a_locale_without_unicode_gets_ascii() {
    let home = Home::new();
    let said = home.run(["read", "where-tls-end"]);
    assert!(said.status == Some(1) && said.stderr.contains("did you mean `where-tls-ends`?"), "{said:?}");
    let said: Finished = home.command(["read", "where-tls-ends"]).env("LC_ALL", "C").output().expect("the program runs").into();
    assert!(said.status == Some(0) && said.stdout.is_ascii() && said.stdout.contains("Step 9"), "{said:?}");
}
