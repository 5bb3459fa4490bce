//! Whole screens, one of each kind.

use hoplight::lesson::Place;

use crate::learner::{LARGE, Learner, SMALL, hop};
use crate::{compare, whole};

#[test]
fn the_course_map() {
    compare("the_course_map", &whole(&Learner::new(SMALL).app));
}

#[test]
fn a_lesson_on_a_small_screen() {
    let mut learner = Learner::in_lesson("where-tls-ends", SMALL);
    learner.wait(30);
    compare("a_lesson_on_a_small_screen", &whole(&learner.app));
}

#[test]
fn a_lesson_on_a_large_screen() {
    let mut learner = Learner::in_lesson("where-tls-ends", LARGE);
    learner.wait(30).select(&hop("lb-1", "web-1"));
    assert_eq!(learner.run().place(), Place::Step(0));
    compare("a_lesson_on_a_large_screen", &whole(&learner.app));
}

#[test]
fn the_help() {
    let mut learner = Learner::in_lesson("where-tls-ends", SMALL);
    learner.press("?");
    let first = whole(&learner.app);
    learner.press(&"<Down>".repeat(300));
    compare("the_help", &format!("{first}\n=== scrolled to the end ===\n{}", whole(&learner.app)));
}

#[test]
fn a_screen_that_is_too_small_says_what_it_needs() {
    let mut learner = Learner::new((40, 10));
    let small = whole(&learner.app);
    learner.app.resize(12, 3);
    compare("a_screen_that_is_too_small_says_what_it_needs", &format!("{small}=== 12 × 3 ===\n{}", whole(&learner.app)));
}
