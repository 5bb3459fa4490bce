//! What a learner has shown to know, per demand and per unit.

use hoplight_curriculum::Demand;
use hoplight_lesson::{Lesson, Progress};

use crate::bank::QuestionBank;

/// Number of different questions that must be right for a demand to count as known.
const QUESTIONS: usize = 2;

/// How well a learner knows a demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mastery {
    /// No question about it has been answered.
    #[default]
    Untouched,
    /// Questions were answered, not enough of them right.
    Learning,
    /// Two different questions about it were right when last asked, and none was wrong.
    Known,
    /// It was known, and remembered on another day.
    Mastered,
}

impl Mastery {
    /// Computes the mastery of a demand from the answers to the questions of the bank.
    pub fn of(demand: Demand, bank: &QuestionBank, progress: &Progress) -> Self {
        let about: Vec<_> = bank.questions().iter().filter(|question| question.about.contains(&demand)).collect();
        let answered: Vec<_> = about.iter().filter_map(|question| progress.memory(&question.id)).collect();
        if answered.is_empty() {
            return if progress.weak().contains(&demand) { Self::Learning } else { Self::Untouched };
        }
        let right = answered.iter().filter(|memory| memory.was_right).count();
        let needed = QUESTIONS.min(about.len());
        if right < answered.len() || right < needed || progress.weak().contains(&demand) {
            return Self::Learning;
        }
        let remembered = answered.iter().filter(|memory| memory.right_days > 1).count();
        if remembered >= needed { Self::Mastered } else { Self::Known }
    }
}

/// What a learner has shown in a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitMastery {
    /// Name of the unit.
    pub unit: String,
    /// Number of its lessons.
    pub lessons: usize,
    /// Number of lessons finished with at least 80 % of the quiz right.
    pub lessons_mastered: usize,
    /// The demands that it teaches, each with the learner's mastery.
    pub demands: Vec<(Demand, Mastery)>,
}

impl UnitMastery {
    /// Computes the mastery of each unit, in course order.
    pub fn all<'a>(lessons: impl IntoIterator<Item = &'a Lesson>, bank: &QuestionBank, progress: &Progress) -> Vec<Self> {
        let mut units: Vec<Self> = Vec::new();
        for lesson in lessons {
            if units.last().is_none_or(|unit| unit.unit != lesson.unit.as_str()) {
                units.push(Self { unit: lesson.unit.to_string(), ..Self::default() });
            }
            let Some(unit) = units.last_mut() else { continue };
            unit.lessons += 1;
            unit.lessons_mastered += usize::from(progress.of(&lesson.id).is_mastered());
            for demand in lesson.steps.iter().flat_map(|step| step.teaches.iter().copied()) {
                if unit.demands.iter().all(|(known, _)| *known != demand) {
                    unit.demands.push((demand, Mastery::of(demand, bank, progress)));
                }
            }
        }
        units
    }

    /// Number of demands that the learner knows.
    pub fn known(&self) -> usize {
        self.demands.iter().filter(|(_, mastery)| *mastery >= Mastery::Known).count()
    }
}
