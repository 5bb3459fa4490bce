//! Plays every shipped lesson from the course map to its end, using only keys.

use hoplight::lesson::Place;

use crate::learner::{LARGE, Learner, SMALL, library};

fn with_keys_alone(number: usize, size: (u16, u16)) {
    let lesson = library().lessons().nth(number).expect("a shipped lesson").clone();
    let mut learner = Learner::new(size);
    learner.press("<Home>");
    learner.press(&"j".repeat(number));
    learner.press("<Enter>");
    assert_eq!(learner.run().lesson().id, lesson.id);
    learner.solve_lesson();
    assert_eq!(learner.run().place(), Place::Finished, "{}", lesson.id);
    let score = learner.run().score();
    assert_eq!(score.right, score.of, "{}", lesson.id);
    assert!(learner.app.progress.of(&lesson.id).finished);
}

#[test]
fn five_lessons_are_shipped() {
    assert_eq!(library().lessons().count(), 5, "each lesson needs a test here");
}

#[test]
fn the_first_is_finished() {
    with_keys_alone(0, SMALL);
}

#[test]
fn the_second_is_finished() {
    with_keys_alone(1, LARGE);
}

#[test]
fn the_third_is_finished() {
    with_keys_alone(2, SMALL);
}

#[test]
fn the_fourth_is_finished() {
    with_keys_alone(3, LARGE);
}

#[test]
fn the_fifth_is_finished() {
    with_keys_alone(4, SMALL);
}
