//! The learner's progress is kept, and never overwritten by mistake.

use hoplight::lesson::{LessonRun, Moved, Progress, ProgressError, Score};
use hoplight::model::LessonId;

use super::small;

#[test]
fn progress_keeps_the_furthest_step_and_the_best_quiz() {
    let mut progress = Progress::default();
    let (mut run, _) = LessonRun::start(small());
    assert!(progress.record(&run), "a newly started lesson");
    assert!(!progress.record(&run));
    for _ in 0..3 {
        let _ = run.pass();
        assert!(progress.record(&run));
    }
    let _ = run.previous();
    assert!(!progress.record(&run), "going back loses nothing");
    assert_eq!(progress.of(&LessonId::new("small")).furthest, 3);

    for right in [4, 2] {
        let (mut run, _) = LessonRun::start(small());
        let mut asked = 0;
        while !matches!(run.pass(), Moved::Finished(_)) {
            if matches!(run.place(), hoplight::lesson::Place::Quiz(_)) {
                let _ = run.answer(usize::from(asked >= right));
                asked += 1;
            }
        }
        progress.record(&run);
    }
    let lesson = progress.of(&LessonId::new("small"));
    assert!(lesson.finished);
    assert_eq!((lesson.furthest, lesson.quiz), (6, Some(Score { right: 4, of: 5 })));

    let text = progress.to_ron();
    assert_eq!(Progress::from_ron("progress.ron", &text), Ok(progress), "{text}");
    for length in 0..=text.len() {
        assert!(Progress::may_begin_with(&text.as_bytes()[..length]), "{length}");
    }
    for other in [" \n", "x", "()", "(format)", "(format:, lessons: {})", "(format: 1, id: \"a\"", "(format: 12 lessons"] {
        assert!(!Progress::may_begin_with(other.as_bytes()), "{other}");
    }
}

#[test]
fn a_newer_file_is_refused_by_name_and_invalid_text_with_its_place() {
    let newer = "(format: 5, lessons: {}, streak: 7)";
    let error = Progress::from_ron("progress.ron", newer).unwrap_err();
    assert_eq!(error, ProgressError::Newer { file: "progress.ron".into(), found: 5 });
    assert!(error.to_string().contains("left unchanged"), "{error}");

    for garbage in ["", "\0\0\0", "(format: 1", "(format: 1, lessons: {\"Not A Slug\": ()})", "(format: 1, lessons: {}, more: 1)"]
    {
        let error = Progress::from_ron("progress.ron", garbage).unwrap_err();
        let ProgressError::Broken(error) = error else { panic!("{garbage:?}: {error}") };
        assert!(error.place.is_some(), "{garbage:?}: {error}");
    }
    assert_eq!(Progress::from_ron("progress.ron", "(format: 1, lessons: {})"), Ok(Progress::default()));
}

#[test]
fn a_file_of_format_1_is_read_and_written_in_the_current_format() {
    let old = "(format: 1, lessons: {\"small\": (furthest: 6, finished: true, quiz: (right: 3, of: 5))}, tips: [\"pause\"])";
    let mut progress = Progress::from_ron("progress.ron", old).expect("a valid file");
    let small = progress.of(&LessonId::new("small"));
    assert_eq!((small.furthest, small.finished, small.quiz, small.attempts), (6, true, Some(Score { right: 3, of: 5 }), 0));
    progress.set_learner(7);
    progress.set_learner(8);
    assert_eq!(progress.learner(), 7, "drawn once");
    let text = progress.to_ron();
    assert!(text.contains("format: 4"), "{text}");
    assert_eq!(Progress::from_ron("progress.ron", &text), Ok(progress));
}

#[test]
fn the_best_result_of_an_activity_is_kept_and_merged() {
    let mut progress = Progress::default();
    assert!(progress.record_result("mission/budget", 2) && !progress.record_result("mission/budget", 1));
    let mut other = Progress::default();
    other.record_result("mission/budget", 3);
    other.record_result("drill/lights-out", 70);
    progress.join(&other);
    assert_eq!([progress.result("mission/budget"), progress.result("drill/lights-out")], [Some(3), Some(70)]);
    assert_eq!(Progress::from_ron("progress.ron", &progress.to_ron()), Ok(progress));
}

#[test]
fn a_lesson_is_mastered_with_80_percent() {
    let mastered = |right, of| {
        hoplight::lesson::LessonProgress {
            finished: true,
            quiz: Some(Score { right, of }),
            ..hoplight::lesson::LessonProgress::default()
        }
        .is_mastered()
    };
    assert_eq!(
        [(4, 5), (3, 5), (5, 6), (4, 6), (6, 7), (5, 7), (0, 0)].map(|(right, of)| mastered(right, of)),
        [true, false, true, false, true, false, true]
    );
    assert!(!hoplight::lesson::LessonProgress { finished: false, ..Default::default() }.is_mastered());
}

#[test]
fn finishing_counts_an_attempt_once() {
    let mut progress = Progress::default();
    let (run, _) = LessonRun::start_at(small(), 6);
    let mut run = run.shuffled(1, 4);
    while !matches!(run.pass(), Moved::Finished(_)) {}
    assert!(progress.record(&run));
    assert!(!progress.record(&run), "the same attempt");
    assert_eq!(progress.of(&LessonId::new("small")).attempts, 5);
}
