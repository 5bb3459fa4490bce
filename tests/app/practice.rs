//! Practice: questions of every kind, what is remembered of the answers, and tests on a unit.

use std::sync::Arc;

use hoplight::app::action::SelectAction;
use hoplight::app::task::Task;
use hoplight::app::task::practice::PracticeTask;
use hoplight::app::{Catalogue, CourseItem, KeyContext};
use hoplight_course::{Mastery, PosedBody, QuestionBank};
use hoplight_curriculum::Demand;

use crate::learner::{LARGE, Learner, SMALL, library};

const ONE: &str = r#"(id: "one", about: [WwwRecord], ask: Choice(stem: "Which record is www?", choices: [
    (text: "an A record", why: "It names an address.", right: true),
    (text: "a CNAME", why: "It points to an address, not to a name.", belief: Some(WwwIsCname)),
    (text: "an MX record", why: "That is for mail."),
])),"#;
const SEVERAL: &str = r#"(id: "several", about: [Lamp], ask: Several(stem: "Which letters are programs?", choices: [
    (text: "A", why: "Apache.", right: true), (text: "M", why: "MySQL.", right: true), (text: "Z", why: "No letter of LAMP."),
])),"#;
const ORDER: &str = r#"(id: "order", about: [UserProtocol], ask: Order(stem: "Order these.", items: ["first", "second", "third"], why: "So it is.")),"#;
const NUMBER: &str = r#"(id: "number", about: [MonitorQps], ask: Number(QpsFromCounters)),"#;
const MARK: &str = r#"(id: "mark", about: [Spof], ask: Mark(stem: "Mark the single points of writes.", sites: ["stage-1-distributed"],
    target: SinglePoints(Write), why: "Nothing stands in for them.")),"#;
const PREDICT: &str = r#"(id: "predict", about: [Spof], ask: Predict(sites: ["stage-1-distributed"], lose: Component("lb-1"),
    kind: Static, why: "Every request passes it.")),"#;
const RECALL: &str =
    r#"(id: "recall", about: [Spof], ask: Recall(stem: "What is a SPOF?", points: ["fails alone", "stops the site", "spare"])),"#;

fn learner(questions: &str, size: (u16, u16)) -> Learner {
    let library = library();
    let text = format!("(format: 1, questions: [{questions}])");
    let bank = QuestionBank::read(&[("q.ron", &text)], |id| library.scenario(id.as_str()).cloned());
    let bank = Arc::new(bank.unwrap_or_else(|errors| panic!("{errors:#?}")));
    let mut learner = Learner::new(size);
    learner.app = learner.app.clone().with_catalogue(Catalogue { bank, today: 20_000, ..Catalogue::default() });
    learner
}

/// A learner at the first question.
fn at(questions: &str, size: (u16, u16)) -> Learner {
    let mut learner = learner(questions, size);
    learner.app.open_practice();
    learner
}

fn practice(learner: &Learner) -> &PracticeTask {
    match learner.stage().task.as_ref() {
        Some(Task::Practice(practice)) => practice,
        task => panic!("no practice: {task:?}"),
    }
}

/// The digit of an option.
fn digit(learner: &Learner, says: &str) -> String {
    let place = practice(learner).question().options().iter().position(|option| option.says == says);
    (place.expect("an option") + 1).to_string()
}

fn is_right(learner: &Learner) -> bool {
    practice(learner).grade().expect("a grade").is_right
}

#[test]
fn an_answer_is_explained_and_remembered() {
    for size in [SMALL, LARGE] {
        let mut learner = at(ONE, size);
        assert_eq!(learner.app.key_context(), KeyContext::Questions);
        assert!(learner.panel().contains("Which record is www?"), "{}", learner.panel());
        learner.press("<Enter>");
        assert!(learner.notice().contains("Choose an answer first"), "{}", learner.notice());
        // The second choice replaces the first.
        let (wrong, right) = (digit(&learner, "a CNAME"), digit(&learner, "an A record"));
        learner.press(&wrong).press(&right).press("<Enter>");
        assert!(is_right(&learner), "{}", learner.panel());
        let memory = learner.app.progress.memory(&"one".parse().expect("a slug")).expect("remembered");
        assert!(memory.was_right && memory.last_day == 20_000 && memory.due_day > 20_000, "{memory:?}");
        learner.press("<Enter>");
        assert!(practice(&learner).is_over() && learner.panel().contains("1 of 1 right."), "{}", learner.panel());
        learner.press("<Enter>");
        assert!(learner.app.stage().is_none(), "back on the course map");
    }
}

#[test]
fn a_wrong_answer_and_a_skipped_question_show_the_right_one() {
    let mut learner = at(ONE, LARGE);
    let wrong = digit(&learner, "a CNAME");
    learner.press(&wrong).press("<Enter>");
    assert!(!is_right(&learner));
    for text in ["It points to an address, not to a name.", "It names an address."] {
        assert!(learner.panel().replace('\n', " ").contains(text), "{}", learner.panel());
    }
    learner.press("<Enter>");
    assert!(learner.panel().contains(Demand::WwwRecord.title()), "to look at again: {}", learner.panel());

    let mut learner = at(ONE, LARGE);
    learner.press("S");
    assert!(!is_right(&learner) && learner.panel().contains("✓ an A record"), "{}", learner.panel());
}

#[test]
fn each_kind_of_question_is_answered_with_keys() {
    let mut learner = at(SEVERAL, SMALL);
    let keys = digit(&learner, "A") + &digit(&learner, "M");
    learner.press(&keys).press("<Enter>");
    assert!(is_right(&learner), "several");

    let mut learner = at(ORDER, SMALL);
    let PosedBody::Order { right, .. } = practice(&learner).question().body.clone() else { panic!("an order") };
    learner.press(&(right[0] + 1).to_string()).press("<Enter>");
    assert!(learner.notice().contains("until each has a number"), "{}", learner.notice());
    let keys: String = right[1..].iter().map(|place| (place + 1).to_string()).collect();
    learner.press(&keys).press("<Enter>");
    assert!(is_right(&learner), "order");

    let mut learner = at(NUMBER, SMALL);
    assert_eq!(learner.app.key_context(), KeyContext::Number);
    let PosedBody::Number(task) = practice(&learner).question().body.clone() else { panic!("a number") };
    learner.press("<Enter>");
    assert!(learner.notice().contains("Type a number first"), "{}", learner.notice());
    learner.press("9<Backspace>").press(&format!("{:.0}", task.right)).press("<Enter>");
    assert!(is_right(&learner), "number: {}", learner.panel());

    let mut learner = at(RECALL, SMALL);
    assert!(!learner.panel().contains("fails alone"), "the key points are hidden: {}", learner.panel());
    learner.press("<Enter>12<Enter>");
    assert!(is_right(&learner), "recall: {}", learner.panel());
}

#[test]
fn marks_on_the_diagram_are_judged() {
    let mut learner = at(MARK, LARGE);
    assert_eq!(learner.app.key_context(), KeyContext::QuestionMarks);
    assert_eq!(learner.stage().infra().id().as_str(), "stage-1-distributed");
    let PosedBody::Mark { target, .. } = practice(&learner).question().body.clone() else { panic!("marks") };
    let right = target.right(learner.stage().infra());
    learner.press(" ");
    assert!(learner.notice().contains("Select an element first"), "{}", learner.notice());
    for element in &right {
        learner.app.act(SelectAction::Element(element.clone()));
        learner.press(" ");
    }
    assert_eq!(practice(&learner).marks().len(), right.len());
    learner.press("<Enter>");
    assert!(is_right(&learner), "{}", learner.panel());
}

#[test]
fn a_prediction_is_run_after_the_answer() {
    let mut learner = at(PREDICT, LARGE);
    let right = digit(&learner, "they all fail");
    learner.press(&right).press("<Enter>");
    assert!(is_right(&learner), "{}", learner.panel());
    let lb = crate::learner::component("lb-1");
    assert_eq!(learner.stage().sim().is_up(&lb), Some(false), "the loss happens in the running site");
    assert!(learner.panel().replace('\n', " ").contains("See it run"), "{}", learner.panel());
}

#[test]
fn after_a_prediction_the_next_question_has_a_site_that_has_lost_nothing() {
    // The site of the prediction is also the one behind questions without a site.
    let mut learner = at(&format!("{}{NUMBER}", PREDICT.replace("stage-1-distributed", "stage-2-secured")), LARGE);
    assert_eq!(practice(&learner).question().id.as_str(), "predict");
    let right = digit(&learner, "they all fail");
    learner.press(&right).press("<Enter>");
    let lb = crate::learner::component("lb-1");
    assert_eq!(learner.stage().sim().is_up(&lb), Some(false));
    learner.press("<Enter>");
    assert_eq!(practice(&learner).question().id.as_str(), "number");
    assert_eq!(learner.stage().sim().is_up(&lb), Some(true));
    assert!(!learner.app.past_notices().any(|notice| notice.text == "Right."), "what was said about the last question");
}

#[test]
fn answers_are_hidden_until_they_are_given() {
    let mut learner = at(PREDICT, LARGE);
    for key in ["v", "x", "X", "W"] {
        learner.press(key);
        assert!(learner.app.window.is_none() && learner.app.sheet.is_none(), "{key}");
    }
    let lb = crate::learner::component("lb-1");
    assert_eq!(learner.stage().sim().is_up(&lb), Some(true));
}

#[test]
fn the_course_map_offers_practice_and_says_when_nothing_is_due() {
    let mut learner = learner(ONE, SMALL);
    let Some(CourseItem::Activity(activity)) = learner.app.home.items.first() else { panic!("practice comes first") };
    assert_eq!(activity.id, "practice");
    learner.press(":practice<Enter>");
    let right = digit(&learner, "an A record");
    learner.press(&right).press("<Enter><Enter><Enter>");
    learner.app.open_practice();
    assert!(learner.notice().contains("Nothing is due today"), "{}", learner.notice());
    learner.app.catalogue.today += 60;
    assert_eq!(learner.app.due_questions(), 1);
    learner.app.open_practice();
    assert!(learner.panel().contains("due for review"), "{}", learner.panel());
}

#[test]
fn a_passed_test_marks_the_lessons_of_a_unit_as_done() {
    let lesson = include_str!("../lessons/small.ron").replacen("text: [", "teaches: [WwwRecord, Lamp], text: [", 1);
    for passes in [true, false] {
        let mut learner = learner(&format!("{ONE}{SEVERAL}"), LARGE);
        let sources = hoplight::lesson::Sources { lessons: &[("small.ron", &lesson)], ..Default::default() };
        learner.app.library.extend(sources).expect("a lesson");
        assert!(!learner.app.open_test_out("nowhere"));
        assert!(learner.app.open_test_out("Tests"), "{}", learner.notice());
        for _ in 0..2 {
            let options = practice(&learner).question().options().to_vec();
            let right = options.iter().enumerate().filter(|(_, option)| option.is_right == passes);
            let keys: String = right.map(|(place, _)| (place + 1).to_string()).collect();
            learner.press(&keys).press("<Enter><Enter>");
        }
        assert_eq!(practice(&learner).is_passed(), passes, "{}", learner.panel());
        assert_eq!(learner.app.progress.of(&"small".parse().expect("a slug")).is_mastered(), passes);
        let mastery = Mastery::of(Demand::Lamp, &learner.app.catalogue.bank, &learner.app.progress);
        assert_eq!(mastery, if passes { Mastery::Known } else { Mastery::Learning });
    }
}
