//! The practice queue and mastery.

use hoplight_course::{Grade, Mastery, PracticeReason, QuestionBank, SESSION, UnitMastery, next_questions, review};
use hoplight_curriculum::Demand;
use hoplight_lesson::{Lesson, LessonProgress, Progress};
use hoplight_model::QuestionId;

const TODAY: u32 = 20_000;

/// Two questions about each of the first ten demands.
fn bank() -> QuestionBank {
    let demands = Demand::ALL.iter().take(10).enumerate();
    let questions: Vec<String> = demands
        .flat_map(|(number, demand)| ["a", "b"].map(|letter| (number, letter, demand.name())))
        .map(|(number, letter, demand)| {
            format!("(id: \"q{number}{letter}\", about: [{demand}], ask: Recall(stem: \"Say\", points: [\"x\", \"y\"]))")
        })
        .collect();
    let questions = questions.join(",");
    QuestionBank::read(&[("q.ron", &format!("(format: 1, questions: [{questions}])"))], |_| None).expect("a bank")
}

fn lesson(teaches: &[Demand]) -> Lesson {
    let names: Vec<&str> = teaches.iter().map(|demand| demand.name()).collect();
    let text = format!(
        "(format: 1, id: \"lesson\", order: 1, unit: \"U\", title: \"L\", summary: \"S\", minutes: 5, scenario: \"s\", quiz: [],
          steps: [(title: \"1\", text: [\"t\"], teaches: [{}])])",
        names.join(", ")
    );
    Lesson::from_ron("lesson.ron", &text).expect("a lesson")
}

fn id(name: &str) -> QuestionId {
    name.parse().expect("a slug")
}

fn answered(progress: &mut Progress, name: &str, is_right: bool, day: u32) {
    let grade = Grade { is_right, of: 1, ..Grade::default() };
    let before = progress.memory(&id(name));
    progress.remember(id(name), review(before, &grade, day));
}

#[test]
fn what_is_weak_comes_first_then_what_is_due_then_what_was_taught() {
    let bank = bank();
    let lesson = lesson(&Demand::ALL[5..7]);
    let mut progress = Progress::default();
    progress.set(lesson.id.clone(), LessonProgress { furthest: 1, ..LessonProgress::default() });
    answered(&mut progress, "q0a", false, TODAY - 3);
    answered(&mut progress, "q1a", true, TODAY);
    progress.set_weak(Demand::ALL[2], true);
    let items = next_questions(&bank, [&lesson], &progress, TODAY, 1);
    assert_eq!(items.len(), SESSION);
    let with = |reason: PracticeReason| -> Vec<&str> {
        items.iter().filter(|item| item.reason == reason).map(|item| item.question.as_str()).collect()
    };
    let mut weak = with(PracticeReason::Weak);
    weak.sort_unstable();
    assert_eq!(weak, ["q2a", "q2b"]);
    assert_eq!(with(PracticeReason::Due), ["q0a"]);
    let mut new = with(PracticeReason::New);
    new.sort_unstable();
    assert_eq!(new, ["q5a", "q5b", "q6a", "q6b"]);
    assert_eq!(with(PracticeReason::Ahead).len(), 3);
    assert!(items.iter().all(|item| item.question.as_str() != "q1a"), "answered today");
}

#[test]
fn neighbours_differ_and_equal_seeds_give_equal_sessions() {
    let (bank, progress) = (bank(), Progress::default());
    let items = next_questions(&bank, [], &progress, TODAY, 7);
    assert_eq!(items, next_questions(&bank, [], &progress, TODAY, 7));
    let demand = |item: &hoplight_course::PracticeItem| bank.question(&item.question).expect("known").about[0];
    assert!(items.windows(2).all(|pair| demand(&pair[0]) != demand(&pair[1])), "{items:?}");
}

#[test]
fn a_right_answer_is_asked_again_only_when_it_is_due() {
    let bank = bank();
    let mut progress = Progress::default();
    for question in bank.questions() {
        answered(&mut progress, question.id.as_str(), true, TODAY);
    }
    assert!(next_questions(&bank, [], &progress, TODAY, 1).is_empty());
    assert!(next_questions(&bank, [], &progress, TODAY + 1, 1).is_empty(), "the first interval is longer");
    assert_eq!(next_questions(&bank, [], &progress, TODAY + 30, 1).len(), SESSION);
}

#[test]
fn mastery_needs_two_right_questions_and_another_day() {
    let bank = bank();
    let mut progress = Progress::default();
    let demand = Demand::ALL[0];
    let mastery = |progress: &Progress| Mastery::of(demand, &bank, progress);
    assert_eq!(mastery(&progress), Mastery::Untouched);
    answered(&mut progress, "q0a", true, TODAY);
    assert_eq!(mastery(&progress), Mastery::Learning, "one question is not enough");
    answered(&mut progress, "q0b", true, TODAY);
    assert_eq!(mastery(&progress), Mastery::Known);
    answered(&mut progress, "q0a", true, TODAY + 5);
    answered(&mut progress, "q0b", true, TODAY + 5);
    assert_eq!(mastery(&progress), Mastery::Mastered);
    progress.set_weak(demand, true);
    assert_eq!(mastery(&progress), Mastery::Learning, "an exam showed otherwise");
    progress.set_weak(demand, false);
    answered(&mut progress, "q0b", false, TODAY + 9);
    assert_eq!(mastery(&progress), Mastery::Learning, "forgotten");
}

#[test]
fn a_unit_counts_its_lessons_and_demands() {
    let bank = bank();
    let lesson = lesson(&Demand::ALL[..2]);
    let mut progress = Progress::default();
    answered(&mut progress, "q0a", true, TODAY);
    answered(&mut progress, "q0b", true, TODAY);
    let units = UnitMastery::all([&lesson], &bank, &progress);
    assert_eq!(units.len(), 1);
    assert_eq!((units[0].lessons, units[0].lessons_mastered, units[0].known(), units[0].demands.len()), (1, 0, 1, 2));
    progress.set(lesson.id.clone(), LessonProgress { finished: true, ..LessonProgress::default() });
    assert_eq!(UnitMastery::all([&lesson], &bank, &progress)[0].lessons_mastered, 1);
}
