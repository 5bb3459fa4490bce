//! Plays every shipped lesson from the course map to its end, using only keys.

use hoplight::app::CourseItem;
use hoplight::lesson::Place;

use crate::learner::{LARGE, Learner, SMALL, library};

/// Number of tests that the lessons are spread over, so that they run in parallel.
const SHARES: usize = 4;

fn with_keys_alone(number: usize, size: (u16, u16)) {
    let lesson = library().lessons().nth(number).expect("a shipped lesson").clone();
    let mut learner = Learner::new(size);
    learner.press("<Home>");
    let is_lesson = |item: &CourseItem| matches!(item, CourseItem::Lesson(listed) if listed.id == lesson.id);
    let line = learner.app.home.items.iter().position(is_lesson).expect("on the course map");
    learner.press(&"j".repeat(line));
    learner.press("<Enter>");
    assert_eq!(learner.run().lesson().id, lesson.id);
    learner.solve_lesson();
    assert_eq!(learner.run().place(), Place::Finished, "{}", lesson.id);
    let score = learner.run().score();
    assert_eq!(score.right, score.of, "{}", lesson.id);
    assert!(learner.app.progress.of(&lesson.id).finished);
}

/// Plays every fourth lesson, in both sizes in turn.
fn a_share(first: usize) {
    let numbers = (first..library().lessons().count()).step_by(SHARES);
    assert!(numbers.len() > 0, "every share has a lesson");
    for (position, number) in numbers.enumerate() {
        with_keys_alone(number, if (first + position).is_multiple_of(2) { SMALL } else { LARGE });
    }
}

#[test]
fn the_first_share_of_the_lessons_is_finished() {
    a_share(0);
}

#[test]
fn the_second_share_of_the_lessons_is_finished() {
    a_share(1);
}

#[test]
fn the_third_share_of_the_lessons_is_finished() {
    a_share(2);
}

#[test]
fn the_fourth_share_of_the_lessons_is_finished() {
    a_share(3);
}
