//! An exam from the empty board to the report.

use std::time::Duration;

use hoplight_exam::{
    EXAM_LIMIT, ExamMode, ExamPhase, ExamRefusal, ExamRun, ExamStage, ExplainAnswer, PointGrade, RequirementId, mentor_sheet,
};

use crate::content::content;
use crate::designs::{asset, built};

/// Takes an exam with the reference design. `knows` says whether the learner knows the answers.
fn take(stage: ExamStage, mode: ExamMode, knows: bool) -> ExamRun {
    let content = content();
    let mut run = ExamRun::new(stage, mode, 7);
    run.advance(Duration::from_secs(300));
    run.finish_drawing(&content, &asset(stage.reference().as_str())).expect("drawing");
    while let Some((_, _, item)) = run.explaining(&content) {
        let grade = if knows { PointGrade::Yes } else { PointGrade::No };
        let by_points = ExplainAnswer::SelfGraded(vec![grade; item.points.len()]);
        let by_choice = ExplainAnswer::Chosen(if knows { 0..item.right.len() } else { 0..0 }.collect());
        let answer = if item.id.len() % 2 == 0 { by_points } else { by_choice };
        run.advance(Duration::from_secs(20));
        assert_eq!(run.explain(&content, &answer).expect("explaining").is_full(), knows);
    }
    while let Some((_, _, question)) = run.defending() {
        let chosen = if knows { question.right() } else { (0..question.options.len()).collect() };
        run.advance(Duration::from_secs(30));
        assert_eq!(run.answer(chosen).expect("defending").is_full(), knows);
    }
    run
}

#[test]
fn who_knows_everything_has_nothing_to_revise() {
    for stage in ExamStage::ALL {
        for mode in [ExamMode::Exam, ExamMode::Practice] {
            let run = take(stage, mode, true);
            assert_eq!(run.phase(), ExamPhase::Done);
            let report = run.report();
            assert!(report.score().is_full() && report.revise.is_empty() && report.unanswered == 0, "{stage:?} {mode:?}");
            assert_eq!(report.open().count(), 0);
            assert!(report.is_complete && report.coverage.iter().all(|(_, score)| score.of > 0), "{:?}", report.coverage);
            assert!(report.to_markdown(|_| None).contains("Nothing: every part was explained well."));
            assert_eq!(run.spent(ExamPhase::Draw), Duration::from_secs(300));
        }
    }
}

#[test]
fn who_knows_nothing_has_everything_to_revise() {
    for stage in ExamStage::ALL {
        let report = take(stage, ExamMode::Exam, false).report();
        assert!(report.revise.len() >= stage.demands().len(), "{stage:?}: {:?}", report.revise);
        assert!(report.score().share() < 0.5, "{stage:?}");
    }
}

#[test]
fn an_exam_ends_when_its_time_is_up_and_cannot_be_paused() {
    let content = content();
    let mut run = ExamRun::new(ExamStage::Secured, ExamMode::Exam, 0);
    assert_eq!(run.pause(true), Err(ExamRefusal::NoPause));
    assert_eq!(run.advance(Duration::from_secs(29 * 60 + 59)), ExamPhase::Draw);
    assert_eq!(run.left(), Some(Duration::from_secs(1)));
    assert_eq!(run.advance(Duration::from_secs(60)), ExamPhase::Done);
    assert_eq!(run.spent(ExamPhase::Draw), EXAM_LIMIT);
    let board = asset("stage-1-distributed");
    assert_eq!(run.finish_drawing(&content, &board), Err(ExamRefusal::OtherPhase));
    assert!(run.report().to_markdown(|_| None).contains("Nothing was submitted."));
    run.submit(&board);
    let report = run.report();
    assert!(report.open().any(|open| open.id == RequirementId::Firewalls));
    assert!(!report.single_points.is_empty() && report.coverage.iter().all(|(_, score)| score.of == 0));
    assert!(report.to_markdown(|_| None).contains("- [ ] Three firewalls each protect a part of the site"));
    assert!(report.to_markdown(|_| None).contains("not reached"));
}

#[test]
fn practice_has_no_limit_and_can_be_paused() {
    let content = content();
    let mut run = ExamRun::new(ExamStage::Simple, ExamMode::Practice, 0);
    assert_eq!((run.left(), run.advance(2 * EXAM_LIMIT)), (None, ExamPhase::Draw));
    run.pause(true).unwrap();
    run.advance(EXAM_LIMIT);
    assert_eq!(run.spent(ExamPhase::Draw), 2 * EXAM_LIMIT);
    assert_eq!(run.finish_drawing(&content, &asset("stage-0-simple")), Err(ExamRefusal::Paused));
    run.pause(false).unwrap();
    run.finish_drawing(&content, &asset("stage-0-simple")).unwrap();
    assert_eq!(run.phase(), ExamPhase::Explain);
    assert_eq!(run.answer(vec![0]), Err(ExamRefusal::OtherPhase));
    run.end();
    assert_eq!(run.phase(), ExamPhase::Done);
    assert!(run.report().unanswered > 0);
}

#[test]
fn a_drawing_that_does_not_build_is_explained_but_not_defended() {
    let content = content();
    let board = hoplight_model::ron_text::parse(
        "board.ron",
        "(components: [(id: \"a\", kind: Web(), server: \"nowhere\"), (id: \"b\", kind: Web())])",
    );
    let mut run = ExamRun::new(ExamStage::Simple, ExamMode::Exam, 0);
    run.finish_drawing(&content, &board.unwrap()).unwrap();
    while run.phase() == ExamPhase::Explain {
        run.explain(&content, &ExplainAnswer::Skipped).unwrap();
    }
    assert_eq!(run.phase(), ExamPhase::Done);
    let report = run.report();
    assert!(!report.is_complete && report.defended.is_empty());
    assert!(report.to_markdown(|_| None).contains("The drawing is not complete"));
}

#[test]
fn the_mentors_sheet_has_every_question_and_answer() {
    let content = content();
    for stage in ExamStage::ALL {
        let infra = built(stage.reference().as_str());
        let sheet = mentor_sheet(&content, stage, &infra, 3);
        for question in content.explain(stage, &asset(stage.reference().as_str())) {
            assert!(sheet.contains(question.item.prompt.as_str()));
            assert!(question.item.points.iter().all(|point| sheet.contains(&format!("- [ ] {point}"))));
        }
        for question in hoplight_exam::defend(&infra, 3) {
            assert!(sheet.contains(&question.prompt));
        }
        assert!(sheet.contains("- [x] "), "{sheet}");
    }
}
