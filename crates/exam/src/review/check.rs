//! Checks of a review file: its form, and what it claims of its designs.

use std::collections::BTreeSet;

use hoplight_analysis::findings::findings;
use hoplight_analysis::{DesignFinding, FindingRule};
use hoplight_model::{ContentError, Infrastructure};

use super::difference::losable;
use super::form::{FORMAT, ReviewForm, SentenceProof};
use super::library::DesignReview;
use super::limits::{DISTRACTORS, FINDINGS, MOST_RATE, MOST_SERVERS, SENTENCES};
use super::problem::ReviewProblem;
use super::truth::elements_of;

/// Checks a file's content apart from its designs. Returns all problems.
pub(super) fn check_form(file: &str, text: &str, form: &ReviewForm) -> Vec<ContentError> {
    let mut problems = Vec::new();
    if form.format > FORMAT {
        problems.push(ReviewProblem::Format(form.format));
    }
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if form.id.is_empty() || !form.id.bytes().all(is_plain) {
        problems.push(ReviewProblem::BadName(form.id.clone()));
    }
    let sentences = form.sentences.iter().flat_map(|sentence| [&sentence.says, &sentence.why]);
    let reasons = form.distractors.iter().map(|distractor| &distractor.why);
    let mut texts = [&form.title, &form.elements.ask].into_iter().chain(sentences).chain(reasons);
    if texts.any(|text| text.trim().is_empty()) {
        problems.push(ReviewProblem::EmptyText);
    }
    let count = form.sentences.len();
    let wrong = form.sentences.iter().filter(|sentence| sentence.verdict.is_marked()).count();
    if !SENTENCES.contains(&count) {
        problems.push(ReviewProblem::Sentences(count));
    } else if wrong == 0 || wrong == count {
        problems.push(ReviewProblem::OneSided { right: count - wrong, wrong });
    }
    if !FINDINGS.contains(&form.findings.len()) {
        problems.push(ReviewProblem::Findings(form.findings.len()));
    }
    if !DISTRACTORS.contains(&form.distractors.len()) {
        problems.push(ReviewProblem::Distractors(form.distractors.len()));
    }
    let mut known = BTreeSet::new();
    let rules = form.findings.iter().copied().chain(form.distractors.iter().map(|distractor| distractor.rule));
    problems.extend(rules.filter(|rule| !known.insert(*rule)).map(ReviewProblem::SameRule));
    if form.elements.rules.is_empty() {
        problems.push(ReviewProblem::NoElementRule);
    }
    for (place, sentence) in form.sentences.iter().enumerate() {
        if matches!(&sentence.proof, SentenceProof::Drawing(facts) if facts.is_empty()) {
            problems.push(ReviewProblem::NoFacts(place + 1));
        }
    }
    located(file, text, form, problems)
}

/// Checks that a design is small enough to be measured.
pub(super) fn check_size(infra: &Infrastructure) -> Result<(), ReviewProblem> {
    let (count, rate) = (losable(infra).len(), infra.traffic().rate.get());
    if count > MOST_SERVERS {
        return Err(ReviewProblem::TooLarge(count));
    }
    if rate > MOST_RATE {
        return Err(ReviewProblem::HighRate(rate.to_string()));
    }
    Ok(())
}

/// Checks what a review claims of its designs: the facts of its sentences, the expected findings and the distractors.
/// Returns all problems. Takes two analyses, about a tenth of a second.
pub fn check(file: &str, text: &str, review: &DesignReview) -> Vec<ContentError> {
    let form = review.form();
    let of = |infra: &Infrastructure| findings(infra, infra.traffic().rate.get());
    let (before, after) = (of(review.design()), of(review.repaired()));
    let has = |found: &[DesignFinding], rule: FindingRule| found.iter().any(|finding| finding.rule() == rule);
    let mut problems = Vec::new();
    for (sentence, entry) in form.sentences.iter().enumerate() {
        let SentenceProof::Drawing(facts) = &entry.proof else { continue };
        for (fact, claim) in facts.iter().enumerate() {
            let (sentence, fact) = (sentence + 1, fact + 1);
            match claim.holds(review.design(), &before) {
                None => problems.push(ReviewProblem::UnknownElement { sentence, fact }),
                Some(false) => problems.push(ReviewProblem::FalseFact { sentence, fact }),
                Some(true) => {}
            }
        }
    }
    for rule in &form.elements.rules {
        if elements_of(&before, &[rule.0]).is_empty() {
            problems.push(ReviewProblem::FindsNoElement(*rule));
        }
    }
    for rule in &form.findings {
        if !has(&before, rule.0) {
            problems.push(ReviewProblem::NotFound(*rule));
        } else if has(&after, rule.0) {
            problems.push(ReviewProblem::NotRepaired(*rule));
        }
    }
    let distractors = form.distractors.iter().map(|distractor| distractor.rule);
    problems.extend(distractors.filter(|rule| has(&before, rule.0)).map(ReviewProblem::DistractorFound));
    located(file, text, form, problems)
}

/// Locates problems: at the sentence, at the rule, or at the name of the review.
fn located(file: &str, text: &str, form: &ReviewForm, problems: Vec<ReviewProblem>) -> Vec<ContentError> {
    let at = |problem: ReviewProblem| {
        let needle = match &problem {
            ReviewProblem::UnknownElement { sentence, .. }
            | ReviewProblem::FalseFact { sentence, .. }
            | ReviewProblem::NoFacts(sentence) => {
                form.sentences.get(sentence.wrapping_sub(1)).map_or(form.id.as_str(), |sentence| sentence.says.as_str())
            }
            ReviewProblem::SameRule(rule)
            | ReviewProblem::FindsNoElement(rule)
            | ReviewProblem::NotFound(rule)
            | ReviewProblem::NotRepaired(rule)
            | ReviewProblem::DistractorFound(rule) => rule.0.id(),
            ReviewProblem::Format(_)
            | ReviewProblem::BadName(_)
            | ReviewProblem::Duplicate(..)
            | ReviewProblem::SamePlace(..)
            | ReviewProblem::EmptyText
            | ReviewProblem::Sentences(_)
            | ReviewProblem::OneSided { .. }
            | ReviewProblem::Findings(_)
            | ReviewProblem::Distractors(_)
            | ReviewProblem::NoElementRule
            | ReviewProblem::UnknownScenario(_)
            | ReviewProblem::EditsOfNothing
            | ReviewProblem::Edit(..)
            | ReviewProblem::Broken(_)
            | ReviewProblem::RepairedBroken(_)
            | ReviewProblem::TooLarge(_)
            | ReviewProblem::HighRate(_) => form.id.as_str(),
        };
        ContentError::about(file, text, needle, problem.to_string())
    };
    problems.into_iter().map(at).collect()
}
