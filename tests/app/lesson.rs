//! Lessons played with keys: goals, hints, predictions, questions, marks, the quiz, and the end.

use hoplight::app::{Effect, Tone};
use hoplight::lesson::{Place, Score};

use crate::learner::{LARGE, Learner, SMALL, component, server};

#[test]
fn enter_lists_open_goals_and_continues_once_they_are_met() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("<Enter><Enter>");
    assert_eq!(learner.run().place(), Place::Step(1));
    assert_eq!(learner.notice(), "Two goals are open: web-1 is down; no more errors.");
    learner.select(&component("web-1")).press("x");
    assert_eq!(learner.notice(), "web-1 is down: connections to it are refused at once.");
    assert!(learner.panel().contains("☑ web-1 is down") && learner.panel().contains("☐ no more errors"));
    learner.press("<Enter>");
    assert_eq!(learner.notice(), "One goal is open: no more errors.");
    // The notice appears once the simulation meets the goal, and disappears after a while.
    for _ in 0..150 {
        learner.wait(1);
        if learner.notice().starts_with("Done") {
            break;
        }
    }
    assert!(learner.notice().starts_with("Done: no more errors."), "{}", learner.notice());
    assert_eq!(learner.tone(), Some(Tone::Good));
    assert!(learner.panel().contains("The other one took over."), "{}", learner.panel());
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Step(2));
}

#[test]
fn hints_come_one_by_one_then_the_solution() {
    let mut learner = Learner::in_small_lesson(LARGE);
    learner.press("h");
    assert!(learner.notice().starts_with("No hint is needed here"), "{}", learner.notice());
    learner.press("<Enter>");
    let shown = |learner: &Learner, text: &str| learner.panel().contains(text);
    let footer = |learner: &Learner| -> String {
        hoplight::app::status::footer(&learner.app, 200).iter().map(|(line, _)| line.text()).collect()
    };
    assert!(footer(&learner).contains(" h hint"), "{}", footer(&learner));
    for (number, hint) in ["First hint.", "Second hint.", "Third hint."].iter().enumerate() {
        assert!(!shown(&learner, hint));
        learner.press("h");
        assert!(shown(&learner, &format!("hint {}/3 {hint}", number + 1)), "{}", learner.panel());
        assert!(!shown(&learner, "solution kill"));
    }
    assert!(footer(&learner).contains(" h solution"), "footer and panel use the same word: {}", footer(&learner));
    learner.press("h");
    assert!(!footer(&learner).contains(" h "), "there is nothing more to show: {}", footer(&learner));
    assert!(shown(&learner, "solution kill web-1, then wait 15 s"), "{}", learner.panel());
    learner.press("h");
    assert!(shown(&learner, "solution kill web-1"));
}

#[test]
fn any_prediction_is_accepted_once() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("nn");
    assert_eq!(learner.run().place(), Place::Step(2));
    learner.press("<Enter>");
    assert_eq!(learner.notice(), "Make a prediction first: any answer counts (1–3).");
    learner.press("9");
    assert_eq!(learner.notice(), "Choose an option from 1 to 3.");
    learner.answer(0);
    assert!(learner.notice().starts_with("Prediction saved. You will see the result after the experiment."));
    learner.press("2");
    assert_eq!(learner.notice(), "This question is already answered.");
    assert_eq!(learner.run().tried(), [0]);
    // It is judged when the next step reveals the outcome.
    learner.press("<Enter>");
    learner.select(&component("web-1")).press("x");
    assert!(learner.panel().contains("Your prediction was wrong. Not this."), "{}", learner.panel());
}

#[test]
fn a_question_stays_until_the_right_answer() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("nnnn");
    assert_eq!(learner.run().place(), Place::Step(4));
    learner.answer(0);
    learner.press("<Enter>");
    assert_eq!(learner.notice(), "Answer the question first (1–3).");
    assert!(learner.panel().contains("Not quite. No."), "{}", learner.panel());
    learner.answer(1);
    assert!(learner.panel().contains("Right. Yes."), "{}", learner.panel());
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Step(5));
}

#[test]
fn marks_are_set_removed_and_submitted() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("nnnnnn");
    learner.press("<Enter>");
    assert_eq!(learner.notice(), "Nothing is marked: select an element and press m.");
    learner.press("1");
    assert_eq!(learner.notice(), "Answer this question on the diagram: select an element and press m.");
    learner.press("m");
    assert_eq!(learner.notice(), "Select an element on the diagram first.");
    learner.select(&component("lb-1")).press("m");
    assert_eq!(learner.notice(), "lb-1 cannot be marked: the question asks for servers.");
    learner.select(&server("server-2")).press("m<Enter>");
    assert_eq!(learner.notice(), "Not yet: 1 missing, 1 too many.");
    assert_eq!(learner.run().place(), Place::Step(5));
    assert!(learner.panel().contains("+ missing: server-1 ✗ not asked for: server-2"), "{}", learner.panel());
    learner.press("m").select(&server("server-1")).press("m");
    assert_eq!(learner.run().marks().cloned().collect::<Vec<_>>(), [server("server-1")]);
    learner.press("<Enter>");
    assert_eq!(learner.notice(), "Right: exactly these.");
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Quiz(0));
}

#[test]
fn in_the_quiz_the_first_answer_counts_and_any_answer_continues() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("nnnnnnnn");
    learner.press("<Enter>");
    assert_eq!((learner.run().place(), learner.notice()), (Place::Quiz(0), "Answer the question first (1–3)."));
    learner.press("h");
    assert!(learner.notice().starts_with("No hint is needed here"));
    learner.answer(0);
    learner.press("<Enter>").answer(1);
    assert!(learner.panel().contains("Not quite. B."), "{}", learner.panel());
    learner.answer(0);
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Quiz(2));
    learner.press("n");
    assert_eq!(learner.run().place(), Place::Quiz(2), "the right answer comes first");
    assert!(learner.panel().contains("The answer: A."), "{}", learner.panel());
    learner.press("n").answer(0);
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Quiz(4));
    learner.select(&crate::learner::hop("lb-1", "web-1")).press("m<Enter>");
    assert!(learner.notice().starts_with("Not yet: "), "{}", learner.notice());
    assert!(learner.panel().contains("✓ right: lb-1 → web-1 + missing: "), "{}", learner.panel());
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Finished);
    // The first and fourth answers were right at once; one was right on the second try, one skipped, one marked wrongly.
    assert_eq!(learner.run().score(), Score { right: 2, of: 5 });
    let panel = learner.panel();
    for part in [
        "Quiz: 2 of 5",
        "until 80 % are right",
        "Say it aloud: · First sentence.",
        "Missed: ✗ Two? ✓ a. A. ✗ Three? ✓ a. A. ✗ Mark",
    ] {
        assert!(panel.contains(part), "{part}: {panel}");
    }
    assert!(!learner.app.progress.of(&learner.run().lesson().id).is_mastered());
    // The quiz alone is retried, and the better score is kept.
    let before = learner.run().option_order();
    learner.press("a");
    assert_eq!((learner.run().place(), learner.run().attempt()), (Place::Quiz(0), 1));
    assert_eq!(before, [0; 0], "there are no options at the end");
    while let Place::Quiz(_) = learner.run().place() {
        learner.solve_question();
    }
    assert!(!learner.panel().contains("Missed:"), "{}", learner.panel());
    let done = learner.app.progress.of(&learner.run().lesson().id);
    assert_eq!((done.quiz, done.is_mastered(), done.attempts), (Some(Score { right: 5, of: 5 }), true, 2));
}

#[test]
fn below_80_percent_the_course_map_says_review() {
    let mut learner = Learner::in_small_lesson(LARGE);
    learner.press("nnnnnnnn");
    let id = learner.run().lesson().id.clone();
    let line = |learner: &Learner| {
        let item = learner
            .app
            .home
            .items
            .iter()
            .find(|item| matches!(item, hoplight::app::home::CourseItem::Lesson(lesson) if lesson.id == id));
        hoplight::app::status::course_line(&learner.app, item.expect("a lesson"), 60).text()
    };
    for right in [3, 4] {
        for question in 0..5 {
            if question < right {
                learner.solve_question();
            } else {
                learner.press("nn");
            }
        }
        assert_eq!(learner.run().place(), Place::Finished);
        let expected = if right == 3 { "◐ Small  review 3/5" } else { "✓ Small  quiz 4/5" };
        assert_eq!(line(&learner), expected);
        if right == 3 {
            learner.press("a");
        }
    }
}

#[test]
fn options_change_their_places_with_each_attempt() {
    let mut learner = Learner::in_small_lesson(LARGE);
    learner.press("nnnnnnnn");
    let mut orders = std::collections::BTreeSet::new();
    for _ in 0..12 {
        orders.insert(learner.run().option_order());
        learner.press("nnnnnnnnnna");
        assert_eq!(learner.run().place(), Place::Quiz(0));
    }
    let first: std::collections::BTreeSet<usize> =
        orders.iter().filter_map(|order| order.iter().position(|option| *option == 0)).collect();
    assert_eq!(first.len(), 3, "the right answer is at each position: {orders:?}");
}

#[test]
fn a_wrong_act_gets_the_authors_reply() {
    for size in [SMALL, LARGE] {
        let mut learner = Learner::in_small_lesson(size);
        learner.press("<Enter>").select(&component("web-2")).press("x");
        assert!(learner.panel().contains("▸ That is the other one."), "{}", learner.panel());
        assert_eq!(learner.panel().contains("Kill web-1"), size == LARGE, "on a small screen it replaces the text");
        learner.press("x");
        assert!(!learner.panel().contains("That is the other one."), "{}", learner.panel());
    }
}

#[test]
fn a_goal_whose_state_ends_is_announced_as_open_again() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("<Enter>").select(&component("web-1")).press("x").wait(150);
    assert!(learner.run().is_open(), "{}", learner.panel());
    learner.press("x");
    assert!(!learner.run().is_open() && learner.panel().contains("☐ web-1 is down"), "{}", learner.panel());
    learner.press("<Enter>");
    assert_eq!(learner.notice(), "One goal is open: web-1 is down.");
}

#[test]
fn the_panel_names_the_key_that_starts_the_clock() {
    let mut learner = Learner::in_small_lesson(LARGE);
    learner.press("nnn");
    assert!(learner.stage().session.playback.paused);
    assert!(learner.panel().contains("space starts the clock"), "{}", learner.panel());
    learner.press(" ");
    assert!(!learner.panel().contains("starts the clock"), "{}", learner.panel());
    let mut small = Learner::in_small_lesson(SMALL);
    small.press("nnn");
    assert_eq!(small.view().panel.remark, "space starts the clock  4/6");
}

#[test]
fn finishing_records_the_progress_and_opens_the_next_lesson() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("<Enter>");
    assert_eq!(learner.effects, [Effect::Save], "a new step is saved at once");
    learner.press("h");
    assert_eq!(learner.effects, [Effect::Save], "a hint is not");
    learner.solve_lesson();
    let id = learner.run().lesson().id.clone();
    let done = learner.app.progress.of(&id);
    assert_eq!((done.furthest, done.finished, done.quiz), (6, true, Some(Score { right: 5, of: 5 })));
    assert_eq!(learner.effects.last(), Some(&Effect::Save));
    learner.press("<Enter>");
    assert_eq!((learner.run().place(), learner.run().lesson().id.as_str()), (Place::Step(0), "journey-of-a-request"));
}

#[test]
fn a_lesson_resumes_where_the_learner_left_it() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("nnn");
    learner.press("qq<Enter>");
    assert_eq!(learner.run().place(), Place::Step(3));
    assert_eq!(learner.notice(), "Resuming “Small” where you left it.");
    assert!(!learner.is_up(&component("web-1")), "the setup of the step has run");
    let kept = learner.app.progress.clone();
    let mut again = Learner::with(learner.app.library.clone(), kept, LARGE);
    assert!(again.app.open_lesson("small"));
    assert_eq!(again.run().place(), Place::Step(3));
    assert!(!again.app.open_lesson("no-such-lesson"));
    assert_eq!(again.run().place(), Place::Step(3), "an unknown name changes nothing");
}

#[test]
fn a_finished_lesson_starts_over() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.solve_lesson();
    let kept = learner.app.progress.clone();
    learner.press("qq<Home><Enter>");
    assert_eq!(learner.run().place(), Place::Step(0));
    assert_eq!(learner.app.progress, kept, "the progress is kept");
}

#[test]
fn steps_can_be_revisited_and_restarted() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("<Backspace>");
    assert_eq!(learner.notice(), "This is the first step.");
    learner.press("nnn<Backspace>");
    assert_eq!(learner.run().place(), Place::Step(2));
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Step(3));
    learner.select(&component("web-1")).press("x");
    assert!(learner.run().is_open() && learner.is_up(&component("web-1")));
    learner.press("a");
    assert!(!learner.run().is_open() && !learner.is_up(&component("web-1")));
}

#[test]
fn lesson_keys_without_a_lesson_say_so() {
    let mut learner = Learner::exploring(SMALL);
    for key in ["h", "n", "a", "1", "<Enter>", "<Backspace>"] {
        learner.press(key);
        assert!(learner.notice().contains("does nothing here"), "{key}: {}", learner.notice());
    }
}

#[test]
fn on_a_small_screen_the_panel_switches_between_lesson_and_selection() {
    let mut learner = Learner::in_small_lesson(SMALL);
    assert!(learner.panel().contains("Read this."));
    learner.select(&component("lb-1")).press("i");
    assert!(learner.panel().contains("chooses by"), "{}", learner.panel());
    learner.press("<Esc>");
    assert!(learner.panel().contains("Read this."), "going back once shows the lesson");
    assert!(learner.stage().session.selected.is_some());
    learner.press("<Esc>");
    assert!(learner.stage().session.selected.is_none(), "the second clears the selection");
    learner.press("<Esc><Esc>");
    assert!(learner.app.stage().is_none());
}

#[test]
fn on_a_large_screen_the_panel_key_says_that_both_are_shown() {
    let mut wide = Learner::in_small_lesson(LARGE);
    wide.press("i");
    assert_eq!(wide.notice(), "The selected element is already shown.");
    wide.press("q");
    assert!(wide.notice().contains("again to leave"), "there is no panel to close");
    // A panel opened on a small screen does not take an extra key press on a large one.
    let mut grown = Learner::in_small_lesson(SMALL);
    grown.press("i");
    grown.app.resize(LARGE.0, LARGE.1);
    grown.press("q");
    assert!(grown.notice().contains("again to leave"), "there is no panel to close");
}

#[test]
fn a_prediction_that_is_judged_at_once_is_not_announced_for_later() {
    let step = "title: \"Predict\",";
    let mut learner = Learner::in_small_lesson_with(step, &format!("{step} reveal: \"That.\","), SMALL);
    learner.press("nn");
    assert!(learner.panel().contains("Predict"), "{}", learner.panel());
    learner.press("1");
    assert!(learner.panel().contains("Your prediction was"), "{}", learner.panel());
    assert!(!learner.notice().contains("You will see the result"), "{}", learner.notice());
}
