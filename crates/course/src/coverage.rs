//! Which lessons and questions cover a demand or a misconception.

use std::collections::BTreeSet;

use hoplight_curriculum::{Demand, Misconception};
use hoplight_lesson::{Lesson, Question, StepGate};
use hoplight_model::{LessonId, QuestionId};

use crate::bank::QuestionBank;

/// What covers the curriculum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// All demands, in the order of the course.
    pub demands: Vec<DemandCoverage>,
    /// All misconceptions, in the order of the curriculum.
    pub misconceptions: Vec<MisconceptionCoverage>,
}

/// What covers a demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemandCoverage {
    /// The demand.
    pub demand: Demand,
    /// The lessons that teach it, in course order.
    pub lessons: Vec<LessonId>,
    /// The number of steps that teach it.
    pub steps: usize,
    /// The number of questions about it in lessons.
    pub asked_in_lessons: usize,
    /// The questions of the bank about it.
    pub questions: Vec<QuestionId>,
}

/// What covers a misconception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MisconceptionCoverage {
    /// The misconception.
    pub misconception: Misconception,
    /// The lessons with a step that refutes it, in course order.
    pub lessons: Vec<LessonId>,
    /// The questions of the bank with an answer that it suggests.
    pub questions: Vec<QuestionId>,
}

impl DemandCoverage {
    /// Whether the demand is taught and can be practised.
    pub const fn is_covered(&self) -> bool {
        !self.lessons.is_empty() && !self.questions.is_empty()
    }
}

impl MisconceptionCoverage {
    /// Whether a step refutes the misconception, and a question tempts with it.
    pub const fn is_covered(&self) -> bool {
        !self.lessons.is_empty() && !self.questions.is_empty()
    }
}

impl Coverage {
    /// Computes the coverage of lessons and of a question bank.
    pub fn of<'a>(lessons: impl IntoIterator<Item = &'a Lesson>, bank: &QuestionBank) -> Self {
        let lessons: Vec<&Lesson> = lessons.into_iter().collect();
        let demands = Demand::ALL.iter().map(|demand| demand_coverage(*demand, &lessons, bank)).collect();
        let misconceptions = Misconception::ALL.iter().map(|of| misconception_coverage(*of, &lessons, bank)).collect();
        Self { demands, misconceptions }
    }

    /// What covers a demand.
    pub fn demand(&self, demand: Demand) -> Option<&DemandCoverage> {
        self.demands.iter().find(|coverage| coverage.demand == demand)
    }

    /// The first lesson that teaches a demand.
    pub fn lesson_of(&self, demand: Demand) -> Option<&LessonId> {
        self.demand(demand)?.lessons.first()
    }

    /// The demands that no step teaches or no question of the bank asks about.
    pub fn open_demands(&self) -> impl Iterator<Item = &DemandCoverage> {
        self.demands.iter().filter(|coverage| !coverage.is_covered())
    }

    /// The misconceptions that no step refutes or no answer suggests.
    pub fn open_misconceptions(&self) -> impl Iterator<Item = &MisconceptionCoverage> {
        self.misconceptions.iter().filter(|coverage| !coverage.is_covered())
    }
}

/// The questions of a lesson, in its steps and in its quiz.
fn questions(lesson: &Lesson) -> impl Iterator<Item = &Question> {
    let of_steps = lesson.steps.iter().filter_map(|step| match &step.gate {
        StepGate::Ask(question) | StepGate::Predict(question) => Some(question),
        StepGate::Continue | StepGate::Goals(_) => None,
    });
    of_steps.chain(&lesson.quiz)
}

fn demand_coverage(demand: Demand, lessons: &[&Lesson], bank: &QuestionBank) -> DemandCoverage {
    let steps_of = |lesson: &Lesson| lesson.steps.iter().filter(|step| step.teaches.contains(&demand)).count();
    let teaching: Vec<&&Lesson> = lessons.iter().filter(|lesson| steps_of(lesson) > 0).collect();
    let asked = lessons.iter().flat_map(|lesson| questions(lesson)).filter(|question| question.about.contains(&demand));
    let about = bank.questions().iter().filter(|question| question.about.contains(&demand));
    DemandCoverage {
        demand,
        steps: teaching.iter().map(|lesson| steps_of(lesson)).sum(),
        lessons: teaching.iter().map(|lesson| lesson.id.clone()).collect(),
        asked_in_lessons: asked.count(),
        questions: about.map(|question| question.id.clone()).collect(),
    }
}

fn misconception_coverage(misconception: Misconception, lessons: &[&Lesson], bank: &QuestionBank) -> MisconceptionCoverage {
    let refutes = |lesson: &&&Lesson| lesson.steps.iter().any(|step| step.refutes.contains(&misconception));
    let suggests = bank.questions().iter().filter(|question| question.beliefs().contains(&misconception));
    MisconceptionCoverage {
        misconception,
        lessons: lessons.iter().filter(refutes).map(|lesson| lesson.id.clone()).collect(),
        questions: suggests.map(|question| question.id.clone()).collect(),
    }
}

/// The demands taught by the steps that a learner has reached.
pub(crate) fn taught(lesson: &Lesson, furthest: u32) -> BTreeSet<Demand> {
    let reached = usize::try_from(furthest).unwrap_or(usize::MAX).saturating_add(1);
    lesson.steps.iter().take(reached).flat_map(|step| step.teaches.iter().copied()).collect()
}
