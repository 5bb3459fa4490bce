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
        let _ = run.skip();
        assert!(progress.record(&run));
    }
    let _ = run.previous();
    assert!(!progress.record(&run), "going back loses nothing");
    assert_eq!(progress.of(&LessonId::new("small")).furthest, 3);

    for right in [4, 2] {
        let (mut run, _) = LessonRun::start(small());
        let mut asked = 0;
        while !matches!(run.skip(), Moved::Finished(_)) {
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
    let newer = "(format: 2, lessons: {}, streak: 7)";
    let error = Progress::from_ron("progress.ron", newer).unwrap_err();
    assert_eq!(error, ProgressError::Newer { file: "progress.ron".into(), found: 2 });
    assert!(error.to_string().contains("left unchanged"), "{error}");

    for garbage in ["", "\0\0\0", "(format: 1", "(format: 1, lessons: {\"Not A Slug\": ()})", "(format: 1, lessons: {}, more: 1)"]
    {
        let error = Progress::from_ron("progress.ron", garbage).unwrap_err();
        let ProgressError::Broken(error) = error else { panic!("{garbage:?}: {error}") };
        assert!(error.place.is_some(), "{garbage:?}: {error}");
    }
    assert_eq!(Progress::from_ron("progress.ron", "(format: 1, lessons: {})"), Ok(Progress::default()));
}
