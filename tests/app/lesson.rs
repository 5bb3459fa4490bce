//! A lesson under the keys: goals, hints, predictions, questions, marks, the quiz, and the end.

use hoplight::app::{Effect, Tone};
use hoplight::lesson::{Place, Score};

use crate::learner::{LARGE, Learner, SMALL, component, server};

#[test]
fn enter_says_which_goals_are_open_and_goes_on_once_they_are_met() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("<Enter><Enter>");
    assert_eq!(learner.run().place(), Place::Step(1));
    assert_eq!(learner.notice(), "Two goals are open: web-1 is down; no more errors.");
    learner.select(&component("web-1")).press("x");
    assert_eq!(learner.notice(), "web-1 is down: connections to it are refused at once.");
    assert!(learner.panel().contains("☑ web-1 is down") && learner.panel().contains("☐ no more errors"));
    learner.press("<Enter>");
    assert_eq!(learner.notice(), "One goal is open: no more errors.");
    // A notice goes after a while, and this one comes when the simulation says so.
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
    assert!(footer(&learner).contains(" h solution"), "the footer's word is the panel's: {}", footer(&learner));
    learner.press("h");
    assert!(!footer(&learner).contains(" h "), "there is nothing more to show: {}", footer(&learner));
    assert!(shown(&learner, "solution kill web-1, then wait 15 s"), "{}", learner.panel());
    learner.press("h");
    assert!(shown(&learner, "solution kill web-1"));
}

#[test]
fn a_prediction_is_taken_once_whatever_it_is() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("nn");
    assert_eq!(learner.run().place(), Place::Step(2));
    learner.press("<Enter>");
    assert_eq!(learner.notice(), "Make a prediction first: any answer counts.");
    learner.press("9");
    assert_eq!(learner.notice(), "Choose an option from 1 to 3.");
    learner.press("1");
    assert!(learner.notice().starts_with("Prediction saved. You will see the result after the experiment."));
    learner.press("2");
    assert_eq!(learner.notice(), "This question is already answered.");
    assert_eq!(learner.run().tried(), [0]);
    // It is judged where the next step reveals what happens.
    learner.press("<Enter>");
    learner.select(&component("web-1")).press("x");
    assert!(learner.panel().contains("Your prediction was wrong. Not this."), "{}", learner.panel());
}

#[test]
fn a_question_stays_until_the_right_answer() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("nnnn");
    assert_eq!(learner.run().place(), Place::Step(4));
    learner.press("1<Enter>");
    assert_eq!(learner.notice(), "Answer the question first.");
    assert!(learner.panel().contains("Not quite. No."), "{}", learner.panel());
    learner.press("2");
    assert!(learner.panel().contains("Right. Yes."), "{}", learner.panel());
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Step(5));
}

#[test]
fn marks_are_set_taken_away_and_submitted() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("nnnnn");
    learner.press("<Enter>");
    assert_eq!(learner.notice(), "Nothing is marked.");
    learner.press("1");
    assert_eq!(learner.notice(), "Answer this question on the diagram.");
    learner.press("m");
    assert_eq!(learner.notice(), "Select something on the diagram first.");
    learner.select(&component("lb-1")).press("m");
    assert_eq!(learner.notice(), "lb-1 cannot be marked: the question asks for servers.");
    learner.select(&server("server-2")).press("m<Enter>");
    assert_eq!(learner.notice(), "Not yet: 1 missing, 1 too many.");
    assert_eq!(learner.run().place(), Place::Step(5));
    learner.press("m").select(&server("server-1")).press("m");
    assert_eq!(learner.run().marks().cloned().collect::<Vec<_>>(), [server("server-1")]);
    learner.press("<Enter>");
    assert_eq!(learner.notice(), "Right: these and no others.");
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Quiz(0));
}

#[test]
fn in_the_quiz_the_first_answer_counts_and_any_leads_on() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("nnnnnn");
    learner.press("<Enter>");
    assert_eq!((learner.run().place(), learner.notice()), (Place::Quiz(0), "Answer the question first."));
    learner.press("h");
    assert!(learner.notice().starts_with("No hint is needed here"));
    learner.press("1<Enter>2");
    assert!(learner.panel().contains("Not quite. B."), "{}", learner.panel());
    learner.press("1<Enter>");
    assert_eq!(learner.run().place(), Place::Quiz(2));
    learner.press("n1<Enter>");
    assert_eq!(learner.run().place(), Place::Quiz(4));
    learner.select(&crate::learner::hop("lb-1", "web-1")).press("m<Enter>");
    assert!(learner.notice().starts_with("Not yet: "), "{}", learner.notice());
    assert!(learner.panel().contains("The right ones are: "), "{}", learner.panel());
    learner.press("<Enter>");
    assert_eq!(learner.run().place(), Place::Finished);
    // The first and the fourth were right at once; one was right at the second try, one skipped, one marked wrongly.
    assert_eq!(learner.run().score(), Score { right: 2, of: 5 });
    assert!(learner.panel().contains("Quiz: 2 of 5"), "{}", learner.panel());
}

#[test]
fn the_end_records_the_progress_and_leads_to_the_next_lesson() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("<Enter>");
    assert_eq!(learner.effects, [Effect::Save], "a new step is kept at once");
    learner.press("h");
    assert_eq!(learner.effects, [Effect::Save], "a hint is not");
    learner.solve_lesson();
    let id = learner.run().lesson().id.clone();
    let done = learner.app.progress.of(&id);
    assert_eq!((done.furthest, done.finished, done.quiz), (6, true, Some(Score { right: 5, of: 5 })));
    assert_eq!(learner.effects.last(), Some(&Effect::Save));
    learner.press("<Enter>");
    assert!(learner.app.stage().is_none());
    assert_eq!(learner.app.home.chosen, 1, "the lesson after it");
}

#[test]
fn a_lesson_goes_on_where_the_learner_left_it() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.press("nnn");
    learner.press("q<Enter>");
    assert_eq!(learner.run().place(), Place::Step(3));
    assert_eq!(learner.notice(), "Resuming “Small” where you left it.");
    assert!(!learner.is_up(&component("web-1")), "what the step begins with is done");
    let kept = learner.app.progress.clone();
    let mut again = Learner::with(learner.app.library.clone(), kept, LARGE);
    assert!(again.app.open_lesson("small"));
    assert_eq!(again.run().place(), Place::Step(3));
    assert!(!again.app.open_lesson("no-such-lesson"));
    assert_eq!(again.run().place(), Place::Step(3), "an unknown name changes nothing");
}

#[test]
fn a_finished_lesson_begins_anew() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.solve_lesson();
    let kept = learner.app.progress.clone();
    learner.press("<Enter><Home><Enter>");
    assert_eq!(learner.run().place(), Place::Step(0));
    assert_eq!(learner.app.progress, kept, "nothing is lost by that");
}

#[test]
fn steps_are_gone_back_to_and_begun_anew() {
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
fn the_panel_changes_between_lesson_and_selection_on_a_small_screen() {
    let mut learner = Learner::in_small_lesson(SMALL);
    assert!(learner.panel().contains("Read this."));
    learner.select(&component("lb-1")).press("i");
    assert!(learner.panel().contains("chooses by"), "{}", learner.panel());
    learner.press("<Esc>");
    assert!(learner.panel().contains("Read this."), "the first step back leads to the lesson");
    assert!(learner.stage().session.selected.is_some());
    learner.press("<Esc>");
    assert!(learner.stage().session.selected.is_none(), "the second lets go of the selection");
    learner.press("<Esc>");
    assert!(learner.app.stage().is_none());
}

#[test]
fn where_both_are_shown_the_panel_has_nothing_to_change_and_says_so() {
    let mut wide = Learner::in_small_lesson(LARGE);
    wide.press("i");
    assert_eq!(wide.notice(), "The selected element is already shown.");
    wide.press("q");
    assert!(wide.app.stage().is_none(), "one key leads back");
    // What was open on a small screen does not cost a key on a large one.
    let mut grown = Learner::in_small_lesson(SMALL);
    grown.press("i");
    grown.app.resize(LARGE.0, LARGE.1);
    grown.press("q");
    assert!(grown.app.stage().is_none(), "one key leads back");
}
