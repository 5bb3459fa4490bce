//! Grading answers to posed questions.

use std::collections::BTreeSet;

use hoplight_curriculum::Misconception;
use hoplight_lesson::Review;
use hoplight_model::Element;

use crate::posed::{PosedBody, PosedQuestion};

/// Share of the key points that a free answer must contain.
const RECALLED: f64 = 2.0 / 3.0;

/// An answer to a posed question.
#[derive(Clone, Debug, PartialEq)]
pub enum BankAnswer {
    /// The numbers of the chosen options.
    Chosen(BTreeSet<usize>),
    /// The items in the learner's order, by number.
    Ordered(Vec<usize>),
    /// A number.
    Number(f64),
    /// The marked elements.
    Marked(BTreeSet<Element>),
    /// The numbers of the key points that the learner has named, as the learner says.
    Recalled(BTreeSet<usize>),
}

/// What an answer was worth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grade {
    /// Whether the whole answer is right.
    pub is_right: bool,
    /// The right parts of the answer, less the wrong ones.
    pub hits: usize,
    /// The parts of a right answer.
    pub of: usize,
    /// The misconceptions that the answer shows.
    pub beliefs: Vec<Misconception>,
    /// The mistake behind a wrong number, if it is a known one.
    pub slip: Option<String>,
}

impl PosedQuestion {
    /// Grades an answer. An answer of another kind than the question asks for is wrong.
    pub fn grade(&self, answer: &BankAnswer) -> Grade {
        match (&self.body, answer) {
            (PosedBody::One(_) | PosedBody::Any(_), BankAnswer::Chosen(chosen)) => self.grade_options(chosen),
            (PosedBody::Order { right, .. }, BankAnswer::Ordered(order)) => {
                let hits = right.iter().zip(order).filter(|(right, item)| right == item).count();
                let is_right = right == order;
                Grade { is_right, hits, of: right.len(), ..Grade::default() }
            }
            (PosedBody::Number(task), BankAnswer::Number(number)) => {
                let is_right = task.accepts(*number);
                let slip = task.slip_of(*number).filter(|_| !is_right).map(|slip| slip.why.clone());
                Grade { is_right, hits: usize::from(is_right), of: 1, beliefs: Vec::new(), slip }
            }
            (PosedBody::Mark { target, .. }, BankAnswer::Marked(marks)) => {
                let Some(infra) = &self.site else { return Grade::default() };
                let review = Review::of(marks, &target.right(infra));
                let is_right = review.missing.is_empty() && review.surplus.is_empty();
                let hits = review.right.len().saturating_sub(review.surplus.len());
                Grade { is_right, hits, of: review.right.len() + review.missing.len(), ..Grade::default() }
            }
            (PosedBody::Recall { points }, BankAnswer::Recalled(named)) => {
                let hits = named.iter().filter(|place| **place < points.len()).count();
                let is_right = hits as f64 >= RECALLED * points.len() as f64;
                Grade { is_right, hits, of: points.len(), ..Grade::default() }
            }
            (_, _) => Grade::default(),
        }
    }

    fn grade_options(&self, chosen: &BTreeSet<usize>) -> Grade {
        let options = self.options();
        let right: BTreeSet<usize> = (0..options.len()).filter(|place| options[*place].is_right).collect();
        let hits = right.intersection(chosen).count();
        let wrong = chosen.difference(&right).filter_map(|place| options.get(*place));
        let beliefs = wrong.filter_map(|option| option.belief).collect();
        let surplus = chosen.difference(&right).count();
        Grade { is_right: *chosen == right, hits: hits.saturating_sub(surplus), of: right.len(), beliefs, slip: None }
    }
}
