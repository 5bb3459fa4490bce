//! Finished attempts: those that are recorded, and what they say about the learner.

use hoplight_course::Grade;
use hoplight_curriculum::Demand;
use hoplight_exam::review::{JudgedMark, ReviewRun, SentenceProof};
use hoplight_exam::{ExamReport, ExamScore};
use hoplight_lesson::{ActivityAttempt, AttemptPart, Score};
use hoplight_model::QuestionId;

use crate::app::App;
use crate::task::drill::DrillTask;

/// Most points of results in per cent and of drills.
const HUNDRED: u32 = 100;

impl App {
    /// Keeps a finished attempt until the caller takes it, who knows the time.
    pub(super) fn finish_attempt(&mut self, attempt: ActivityAttempt) {
        self.attempts.push(attempt);
    }
}

/// A finished exam: what was drawn, explained and defended.
pub(super) fn of_exam(name: String, seed: u64, report: &ExamReport) -> ActivityAttempt {
    let mut attempt = ActivityAttempt::new(name, seed, Score { right: report.percent(), of: HUNDRED });
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let all = report.requirements.len();
    let drawn = Score { right: count(all - report.open().count()), of: count(all) };
    let points = |score: ExamScore| Score { right: score.halves, of: score.of };
    let defended = report.defended.iter().map(|(_, score)| *score).fold(ExamScore::default(), ExamScore::plus);
    let [explained, self_graded] = report.graded.map(points);
    let parts = [
        (AttemptPart::Drawn, drawn),
        (AttemptPart::Explained, explained),
        (AttemptPart::SelfGraded, self_graded),
        (AttemptPart::Defended, points(defended)),
    ];
    attempt.parts.extend(parts.into_iter().filter(|(_, score)| score.of > 0));
    attempt.shown.clone_from(&report.shown);
    attempt.missed.clone_from(&report.missed);
    attempt.beliefs.clone_from(&report.beliefs);
    attempt
}

/// A finished drill: whether the cause was named, and whether the harm was ended.
pub(super) fn of_drill(drill: &DrillTask) -> ActivityAttempt {
    let points = drill.debrief().map_or(0, |debrief| debrief.score.points);
    let mut attempt = ActivityAttempt::new(drill.result_name(), drill.seed(), Score { right: points, of: HUNDRED });
    let done = |is_done: bool| Score { right: is_done.into(), of: 1 };
    attempt.parts.insert(AttemptPart::Diagnosed, done(drill.run().is_diagnosed()));
    attempt.parts.insert(AttemptPart::Repaired, done(drill.run().is_mitigated()));
    attempt
}

/// An answer in practice. Free answers, which the learner grades alone, show no demand.
pub fn practice_attempt(id: &QuestionId, seed: u64, grade: &Grade, about: &[Demand], is_self_graded: bool) -> ActivityAttempt {
    let score = Score { right: grade.is_right.into(), of: 1 };
    let mut attempt = ActivityAttempt::new(format!("practice/{id}"), seed, score);
    if is_self_graded {
        attempt.parts.insert(AttemptPart::SelfGraded, score);
    }
    if !is_self_graded || !grade.is_right {
        attempt.judge(about, grade.is_right);
    }
    attempt.beliefs.extend(grade.beliefs.iter().copied());
    attempt
}

/// A measured design of a mission, with the number of goals that it meets.
pub(super) fn of_mission(name: String, seed: u64, goals: Score) -> ActivityAttempt {
    let mut attempt = ActivityAttempt::new(name, seed, goals);
    attempt.parts.insert(AttemptPart::Repaired, Score { right: u32::from(goals.right == goals.of), of: 1 });
    attempt
}

/// A submitted review. A misconception that the text states, and that was not marked, is believed.
pub fn review_attempt(name: String, seed: u64, review: &ReviewRun, percent: u32) -> ActivityAttempt {
    let mut attempt = ActivityAttempt::new(name, seed, Score { right: percent, of: HUNDRED });
    let form = review.review().form();
    let judged = review.result().into_iter().flat_map(|result| &result.sentences);
    let missed = judged.filter(|judged| judged.mark == JudgedMark::Miss);
    attempt.beliefs.extend(missed.filter_map(|judged| match form.sentences.get(judged.item)?.proof {
        SentenceProof::Belief(belief) => Some(belief),
        SentenceProof::Drawing(_) | SentenceProof::Knowledge => None,
    }));
    attempt
}
