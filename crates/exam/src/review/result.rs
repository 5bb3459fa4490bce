//! The result of a review: what was found, missed and marked by mistake, with reasons.

use hoplight_analysis::{Cause, DesignFinding, FindingRule};
use hoplight_model::Element;

use super::run::ReviewRun;

/// The least score that passes a review, in percent.
pub const PASS_PERCENT: u32 = 70;

/// A part of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReviewPart {
    /// The sentences of the text.
    Sentences,
    /// The elements of the diagram.
    Elements,
    /// The list of findings.
    Findings,
}

impl ReviewPart {
    /// All parts, in order.
    pub const ALL: [Self; 3] = [Self::Sentences, Self::Elements, Self::Findings];
}

/// How an item was marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JudgedMark {
    /// Marked, and rightly so.
    Hit,
    /// Not marked, but it should have been.
    Miss,
    /// Marked by mistake.
    False,
    /// Not marked, and rightly so.
    Rest,
}

impl JudgedMark {
    const fn of(is_right: bool, is_marked: bool) -> Self {
        match (is_right, is_marked) {
            (true, true) => Self::Hit,
            (true, false) => Self::Miss,
            (false, true) => Self::False,
            (false, false) => Self::Rest,
        }
    }
}

/// A judged item with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged<T> {
    /// The item.
    pub item: T,
    /// How it was marked.
    pub mark: JudgedMark,
    /// Why it should or should not have been marked.
    pub why: String,
}

/// The result of a review.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewResult {
    /// All sentences, counted from zero.
    pub sentences: Vec<Judged<usize>>,
    /// All elements that can be marked.
    pub elements: Vec<Judged<Element>>,
    /// All findings on the list, in its order.
    pub findings: Vec<Judged<FindingRule>>,
    /// Errors and warnings of rules that were not on the list, each with its first finding and the number of findings.
    pub further: Vec<(DesignFinding, usize)>,
}

impl ReviewResult {
    pub(super) fn of(run: &ReviewRun) -> Self {
        let (form, truth) = (run.review().form(), run.truth());
        let sentences = form.sentences.iter().enumerate().map(|(place, sentence)| Judged {
            item: place,
            mark: JudgedMark::of(sentence.verdict.is_marked(), run.sentences().contains(&place)),
            why: sentence.why.as_str().to_owned(),
        });
        let elements = truth.candidates.iter().map(|element| {
            let is_right = truth.elements.contains(element);
            Judged {
                item: element.clone(),
                mark: JudgedMark::of(is_right, run.elements().contains(element)),
                why: if is_right { found_at(run, element) } else { format!("{element} does not have this problem.") },
            }
        });
        let findings = truth.options.iter().map(|option| Judged {
            item: option.rule,
            mark: JudgedMark::of(option.is_right, run.rules().contains(&option.rule)),
            why: if option.is_right { found(&truth.findings, option.rule) } else { not_found(run, option.rule) },
        });
        Self {
            sentences: sentences.collect(),
            elements: elements.collect(),
            findings: findings.collect(),
            further: truth.further(),
        }
    }

    /// Number of hits of a part, of false marks, and of items that should have been marked.
    pub fn counts(&self, part: ReviewPart) -> (usize, usize, usize) {
        let marks = self.marks(part);
        let count = |mark: JudgedMark| marks.iter().filter(|other| **other == mark).count();
        let hits = count(JudgedMark::Hit);
        (hits, count(JudgedMark::False), hits + count(JudgedMark::Miss))
    }

    /// Score of a part, from 0 to 1. A false mark costs as much as a miss, or more if there are few items to leave unmarked:
    /// marking everything earns nothing, and so does marking nothing.
    pub fn share(&self, part: ReviewPart) -> f64 {
        let (hits, wrong, right) = self.counts(part);
        let others = self.marks(part).len() - right;
        if right == 0 {
            return if wrong == 0 { 1.0 } else { 0.0 };
        }
        let cost = if others == 0 { 0.0 } else { wrong as f64 / right.min(others) as f64 };
        (hits as f64 / right as f64 - cost).max(0.0)
    }

    /// Score in percent, rounded down: the mean of the three parts.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
    pub fn percent(&self) -> u32 {
        let sum: f64 = ReviewPart::ALL.into_iter().map(|part| self.share(part)).sum();
        (sum / 3.0 * 100.0 + 1e-9) as u32
    }

    /// Whether the score passes.
    pub fn is_passed(&self) -> bool {
        self.percent() >= PASS_PERCENT
    }

    fn marks(&self, part: ReviewPart) -> Vec<JudgedMark> {
        match part {
            ReviewPart::Sentences => self.sentences.iter().map(|judged| judged.mark).collect(),
            ReviewPart::Elements => self.elements.iter().map(|judged| judged.mark).collect(),
            ReviewPart::Findings => self.findings.iter().map(|judged| judged.mark).collect(),
        }
    }
}

/// The findings at an element that make it an answer.
fn found_at(run: &ReviewRun, element: &Element) -> String {
    let cause = Cause::of(element.clone());
    let is_asked = |finding: &&DesignFinding| {
        finding.subject.as_ref() == Some(&cause) && run.review().form().elements.rules.iter().any(|rule| rule.0 == finding.rule())
    };
    let found = run.truth().findings.iter().filter(is_asked);
    found.map(|finding| hoplight_text::finding(finding).message.to_string()).collect::<Vec<_>>().join(" ")
}

/// The first finding of a rule, and how many others there are.
fn found(findings: &[DesignFinding], rule: FindingRule) -> String {
    let mut of_rule = findings.iter().filter(|finding| finding.rule() == rule);
    let first = of_rule.next().map_or_else(String::new, |finding| hoplight_text::finding(finding).message.to_string());
    match of_rule.count() {
        0 => first,
        1 => format!("{first} And one more."),
        more => format!("{first} And {more} more."),
    }
}

/// Why a rule finds nothing.
fn not_found(run: &ReviewRun, rule: FindingRule) -> String {
    let distractor = run.review().form().distractors.iter().find(|distractor| distractor.rule.0 == rule);
    distractor.map_or_else(|| "The analysis finds nothing of this kind.".to_owned(), |known| known.why.as_str().to_owned())
}
