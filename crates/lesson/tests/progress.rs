//! Progress of older formats is read, and progress of two machines is merged without loss.

use std::collections::BTreeSet;

use hoplight_curriculum::Demand;
use hoplight_lesson::{Memory, Progress};
use hoplight_model::{LessonId, QuestionId};

#[test]
fn older_formats_are_read() {
    let lessons = "lessons: {\"small\": (furthest: 3, finished: false, quiz: None, attempts: 1)}";
    for (format, more) in [(2, "learner: 7"), (3, "learner: 7, results: {\"mission/budget\": 2}")] {
        let progress = Progress::from_ron("progress.ron", &format!("(format: {format}, {lessons}, {more})")).unwrap();
        assert_eq!((progress.learner(), progress.of(&LessonId::new("small")).furthest), (7, 3));
        assert_eq!(progress.result("mission/budget"), (format == 3).then_some(2));
        assert!(progress.memories().next().is_none() && progress.weak().is_empty());
        assert_eq!(Progress::from_ron("progress.ron", &progress.to_ron()), Ok(progress));
    }
}

/// A memory after some answers, the latest on a day.
fn memory(reviews: u32, last_day: u32) -> Memory {
    Memory {
        stability: 2_500,
        difficulty: 5_000,
        last_day,
        due_day: last_day + 3,
        reviews,
        lapses: 0,
        was_right: true,
        right_days: 1,
    }
}

#[test]
fn the_memory_with_more_answers_is_kept_then_the_later_one() {
    let id = QuestionId::new("a-pack-that-is-gone");
    for (ours, theirs, kept) in [
        (memory(3, 20_000), memory(2, 20_009), memory(3, 20_000)),
        (memory(3, 20_000), memory(3, 20_009), memory(3, 20_009)),
        (memory(3, 20_000), Memory { was_right: false, ..memory(3, 20_000) }, memory(3, 20_000)),
    ] {
        for (ours, theirs) in [(ours, theirs), (theirs, ours)] {
            let [mut one, mut other] = [Progress::default(), Progress::default()];
            one.remember(id.clone(), ours);
            other.remember(id.clone(), theirs);
            one.join(&other);
            assert_eq!(one.memory(&id), Some(kept));
            assert_eq!(Progress::from_ron("progress.ron", &one.to_ron()), Ok(one));
        }
    }
}

#[test]
fn a_demand_shown_right_stays_right_after_a_merge() {
    let mut here = Progress::default();
    assert!(here.set_weak(Demand::Spof, true) && !here.set_weak(Demand::Spof, true));
    let mut there = here.clone();
    assert!(there.set_weak(Demand::Spof, false) && there.set_weak(Demand::Qps, true));
    here.set_weak(Demand::Https, true);
    let [mut one, mut other] = [here.clone(), there.clone()];
    one.join(&there);
    other.join(&here);
    assert_eq!(one, other, "the order does not matter");
    assert_eq!(*one.weak(), BTreeSet::from([Demand::Qps, Demand::Https]));
    assert_eq!(Progress::from_ron("progress.ron", &one.to_ron()), Ok(one.clone()));
    // Weak again later, it is weak in both.
    one.set_weak(Demand::Spof, true);
    other.join(&one);
    assert!(other.weak().contains(&Demand::Spof));
}

#[test]
fn demands_of_another_version_are_kept() {
    let text = "(format: 4, lessons: {}, weak: {\"Spof\": 1, \"Telepathy\": 3, \"Qps\": 4294967295})";
    let mut progress = Progress::from_ron("progress.ron", text).unwrap();
    assert_eq!(*progress.weak(), BTreeSet::from([Demand::Spof, Demand::Qps]));
    assert!(progress.set_weak(Demand::Qps, false) && progress.set_weak(Demand::Qps, true), "at the limit");
    assert!(progress.to_ron().contains("\"Telepathy\": 3"));
}
