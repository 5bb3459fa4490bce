//! The learner's marks on a review.

use std::collections::BTreeSet;
use std::sync::Arc;

use hoplight_analysis::FindingRule;
use hoplight_model::Element;

use super::library::DesignReview;
use super::result::ReviewResult;
use super::truth::ReviewTruth;

/// A review in progress: the learner's marks and, once they are submitted, the result.
#[derive(Clone, Debug)]
pub struct ReviewRun {
    review: Arc<DesignReview>,
    truth: Arc<ReviewTruth>,
    sentences: BTreeSet<usize>,
    elements: BTreeSet<Element>,
    rules: BTreeSet<FindingRule>,
    result: Option<Arc<ReviewResult>>,
}

impl ReviewRun {
    /// Starts a review. The seed determines the order of the findings to choose from.
    pub fn new(review: Arc<DesignReview>, seed: u64) -> Self {
        let truth = Arc::new(ReviewTruth::of(&review, seed));
        Self { review, truth, sentences: BTreeSet::new(), elements: BTreeSet::new(), rules: BTreeSet::new(), result: None }
    }

    /// The review.
    pub const fn review(&self) -> &Arc<DesignReview> {
        &self.review
    }

    /// The right answers, with the list of findings.
    pub fn truth(&self) -> &ReviewTruth {
        &self.truth
    }

    /// The marked sentences, counted from zero.
    pub const fn sentences(&self) -> &BTreeSet<usize> {
        &self.sentences
    }

    /// The marked elements.
    pub const fn elements(&self) -> &BTreeSet<Element> {
        &self.elements
    }

    /// The chosen findings.
    pub const fn rules(&self) -> &BTreeSet<FindingRule> {
        &self.rules
    }

    /// Marks a sentence, counted from zero, or removes its mark. Returns whether there is such a sentence, and the review is
    /// not over.
    pub fn toggle_sentence(&mut self, place: usize) -> bool {
        let is_open = self.result.is_none() && place < self.review.form().sentences.len();
        if is_open {
            toggle(&mut self.sentences, place);
        }
        is_open
    }

    /// Marks an element, or removes its mark. Returns whether it can be marked.
    pub fn toggle_element(&mut self, element: &Element) -> bool {
        let is_open = self.result.is_none() && self.truth.candidates.contains(element);
        if is_open {
            toggle(&mut self.elements, element.clone());
        }
        is_open
    }

    /// Chooses a finding, or removes the choice. Returns whether it is on the list.
    pub fn toggle_rule(&mut self, rule: FindingRule) -> bool {
        let is_open = self.result.is_none() && self.truth.options.iter().any(|option| option.rule == rule);
        if is_open {
            toggle(&mut self.rules, rule);
        }
        is_open
    }

    /// Judges the marks. Later marks change nothing.
    pub fn submit(&mut self) -> &Arc<ReviewResult> {
        let result = self.result.take().unwrap_or_else(|| Arc::new(ReviewResult::of(self)));
        self.result.insert(result)
    }

    /// The result, once the marks are submitted.
    pub const fn result(&self) -> Option<&Arc<ReviewResult>> {
        self.result.as_ref()
    }
}

fn toggle<T: Ord>(set: &mut BTreeSet<T>, item: T) {
    if !set.remove(&item) {
        set.insert(item);
    }
}
