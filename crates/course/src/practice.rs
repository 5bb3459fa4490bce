//! Which questions to practise next.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use hoplight_curriculum::{Demand, Seeded};
use hoplight_lesson::{Lesson, Progress};
use hoplight_model::QuestionId;

use crate::bank::QuestionBank;
use crate::coverage::taught;
use crate::form::BankQuestion;

/// Number of questions of a session: about five minutes.
pub const SESSION: usize = 10;

/// A question to practise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PracticeItem {
    /// The question.
    pub question: QuestionId,
    /// Why it is asked.
    pub reason: PracticeReason,
}

/// Why a question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PracticeReason {
    /// An exam or a drill showed that the learner does not know it.
    Weak,
    /// It is about to be forgotten.
    Due,
    /// It is about something taught and not asked yet.
    New,
    /// It is about something that no lesson has taught yet.
    Ahead,
}

/// Chooses the questions of a session, at most [`SESSION`]: first what was shown weak, then what is due, then new ones, of
/// demands already taught before others. Neighbours are about different demands where possible: mixed practice is remembered
/// better. `today` is in days since 1970-01-01.
pub fn next_questions<'a>(
    bank: &QuestionBank,
    lessons: impl IntoIterator<Item = &'a Lesson>,
    progress: &Progress,
    today: u32,
    seed: u64,
) -> Vec<PracticeItem> {
    let known: BTreeSet<Demand> = lessons
        .into_iter()
        .filter(|lesson| progress.lessons().any(|(id, _)| *id == lesson.id))
        .flat_map(|lesson| taught(lesson, progress.of(&lesson.id).furthest))
        .collect();
    let mut waiting: Vec<(PracticeReason, Reverse<u32>, &Arc<BankQuestion>)> = Vec::new();
    let mut shuffled: Vec<&Arc<BankQuestion>> = bank.questions().iter().collect();
    Seeded::new(seed ^ u64::from(today)).shuffle(&mut shuffled);
    for question in shuffled {
        let memory = progress.memory(&question.id);
        let is_weak = question.about.iter().any(|demand| progress.weak().contains(demand));
        let is_done_today = memory.is_some_and(|memory| memory.last_day == today);
        let (reason, overdue) = match memory {
            _ if is_done_today => continue,
            _ if is_weak => (PracticeReason::Weak, 0),
            Some(memory) if memory.due_day <= today => (PracticeReason::Due, today - memory.due_day),
            Some(_) => continue,
            None if question.about.iter().any(|demand| known.contains(demand)) => (PracticeReason::New, 0),
            None => (PracticeReason::Ahead, 0),
        };
        waiting.push((reason, Reverse(overdue), question));
    }
    // A stable sort keeps the shuffled order within a reason, except that what is longest overdue comes first.
    waiting.sort_by_key(|(reason, overdue, _)| (*reason, *overdue));
    // What no lesson has taught yet comes in the order of the course.
    let of_course = |question: &BankQuestion| question.about.iter().min().copied();
    let ahead = waiting.partition_point(|(reason, ..)| *reason < PracticeReason::Ahead);
    if let Some(ahead) = waiting.get_mut(ahead..) {
        ahead.sort_by_key(|(_, _, question)| of_course(question));
    }
    mixed(waiting.into_iter().take(SESSION).map(|(reason, _, question)| (reason, Arc::clone(question))).collect())
}

/// Moves questions apart that are about the same demand: next comes one of the demand with the most questions left.
fn mixed(mut waiting: Vec<(PracticeReason, Arc<BankQuestion>)>) -> Vec<PracticeItem> {
    let mut items = Vec::new();
    let mut last: BTreeSet<Demand> = BTreeSet::new();
    while !waiting.is_empty() {
        let left = |demand: Option<&Demand>| waiting.iter().filter(|(_, question)| question.about.first() == demand).count();
        let repeats = |question: &BankQuestion| question.about.iter().any(|demand| last.contains(demand));
        let rank =
            |place: &usize| waiting.get(*place).map(|(_, question)| (repeats(question), Reverse(left(question.about.first()))));
        let place = (0..waiting.len()).min_by_key(rank).unwrap_or_default();
        let (reason, question) = waiting.remove(place);
        last = question.about.iter().copied().collect();
        items.push(PracticeItem { question: question.id.clone(), reason });
    }
    items
}
