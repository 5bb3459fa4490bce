//! Checks questions of the bank.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use hoplight_analysis::{Losses, Verdict};
use hoplight_lesson::Choice;
use hoplight_model::{Infrastructure, ScenarioId, Text};

use crate::form::{BankAsk, BankQuestion};
use crate::problem::BankProblem;

/// Number of options of a question with one right option.
const CHOICES: RangeInclusive<usize> = 3..=5;
/// Number of options of a question with any number of right ones.
const SEVERAL: RangeInclusive<usize> = 3..=7;
/// Number of items to put in order.
const ITEMS: RangeInclusive<usize> = 3..=13;
/// Number of sentences of a write-up.
const SENTENCES: RangeInclusive<usize> = 3..=6;
/// Number of key points.
const POINTS: RangeInclusive<usize> = 2..=7;
/// Number of infrastructures.
const SITES: RangeInclusive<usize> = 1..=12;

/// Maximum length of a question, in characters: four rows of an 80x24 screen.
const MAX_STEM: usize = 280;
/// Maximum length of an option or key point: two rows.
const MAX_OPTION: usize = 140;
/// Maximum length of an explanation: four rows.
const MAX_WHY: usize = 280;
/// Maximum length of an item to put in order: two rows at most.
const MAX_ITEM: usize = 90;

/// The rules that a question breaks. `is_known` says whether another question has its id.
pub(crate) fn problems(
    question: &BankQuestion,
    is_known: bool,
    sites: &BTreeMap<ScenarioId, Arc<Infrastructure>>,
) -> Vec<BankProblem> {
    let mut found = Vec::new();
    if is_known {
        found.push(BankProblem::SameId(question.id.clone()));
    }
    if question.about.is_empty() {
        found.push(BankProblem::AboutNothing);
    }
    match &question.ask {
        BankAsk::Choice { stem, choices } => {
            count(&mut found, "options", choices.len(), CHOICES);
            let right = choices.iter().filter(|choice| choice.right).count();
            if right != 1 {
                found.push(BankProblem::RightOptions(right));
            }
            texts(&mut found, [(stem, MAX_STEM)]);
            options(&mut found, choices);
        }
        BankAsk::Several { stem, choices } => {
            count(&mut found, "options", choices.len(), SEVERAL);
            let right = choices.iter().filter(|choice| choice.right).count();
            if right == 0 {
                found.push(BankProblem::RightOptions(right));
            }
            if right == choices.len() {
                found.push(BankProblem::NoWrongOption);
            }
            texts(&mut found, [(stem, MAX_STEM)]);
            options(&mut found, choices);
        }
        BankAsk::Order { stem, items, why } => {
            count(&mut found, "items", items.len(), ITEMS);
            texts(&mut found, [(stem, MAX_STEM), (why, MAX_WHY)]);
            texts(&mut found, items.iter().map(|item| (item, MAX_ITEM)));
            distinct(&mut found, items);
        }
        BankAsk::Number(_) => {}
        BankAsk::Mark { stem, sites: ids, why, .. } => {
            texts(&mut found, [(stem, MAX_STEM), (why, MAX_WHY)]);
            in_each(&mut found, ids, sites, |_, _| None);
        }
        BankAsk::Predict { sites: ids, lose, why, .. } => {
            texts(&mut found, [(why, MAX_WHY)]);
            in_each(&mut found, ids, sites, |id, infra| {
                let element = lose.element();
                (!infra.contains(&element)).then(|| BankProblem::NotInSite(element.to_string(), id.clone()))
            });
        }
        BankAsk::FalseSentence { stem, sentences } => {
            count(&mut found, "sentences", sentences.len(), SENTENCES);
            let corrections: Vec<&Text> = sentences.iter().filter_map(|sentence| sentence.correction.as_ref()).collect();
            if corrections.len() != 1 {
                found.push(BankProblem::FalseSentences(corrections.len()));
            }
            texts(&mut found, [(stem, MAX_STEM)]);
            texts(&mut found, sentences.iter().map(|sentence| (&sentence.says, MAX_OPTION)));
            texts(&mut found, corrections.into_iter().map(|correction| (correction, MAX_WHY)));
            distinct(&mut found, sentences.iter().map(|sentence| &sentence.says));
        }
        BankAsk::Recall { stem, points } => {
            count(&mut found, "key points", points.len(), POINTS);
            texts(&mut found, [(stem, MAX_STEM)]);
            texts(&mut found, points.iter().map(|point| (point, MAX_OPTION)));
        }
    }
    found
}

/// The rules that a question breaks on the infrastructures that it can be about. Analyses each of them, which takes too long for
/// the start of the program.
pub(crate) fn problems_on_sites(question: &BankQuestion, sites: &BTreeMap<ScenarioId, Arc<Infrastructure>>) -> Vec<BankProblem> {
    let known = question.sites().iter().filter_map(|id| sites.get(id).map(|infra| (id, infra)));
    let problem = |id: &ScenarioId, infra: &Infrastructure| match &question.ask {
        BankAsk::Mark { target, .. } => target.right(infra).is_empty().then(|| BankProblem::NothingToMark(id.clone())),
        BankAsk::Predict { kind, .. } => {
            let works = Losses::of(infra).whole_verdict(*kind) == Verdict::Works;
            (!works).then(|| BankProblem::FailsAnyway(id.clone()))
        }
        BankAsk::Choice { .. }
        | BankAsk::Several { .. }
        | BankAsk::Order { .. }
        | BankAsk::Number(_)
        | BankAsk::FalseSentence { .. }
        | BankAsk::Recall { .. } => None,
    };
    known.filter_map(|(id, infra)| problem(id, infra)).collect()
}

fn count(found: &mut Vec<BankProblem>, what: &'static str, count: usize, allowed: RangeInclusive<usize>) {
    if !allowed.contains(&count) {
        found.push(BankProblem::Count(what, count, allowed));
    }
}

fn options(found: &mut Vec<BankProblem>, choices: &[Choice]) {
    texts(found, choices.iter().map(|choice| (&choice.text, MAX_OPTION)));
    texts(found, choices.iter().map(|choice| (&choice.why, MAX_WHY)));
    distinct(found, choices.iter().map(|choice| &choice.text));
}

fn texts<'a>(found: &mut Vec<BankProblem>, all: impl IntoIterator<Item = (&'a Text, usize)>) {
    for (text, most) in all {
        let length = text.chars().count();
        if text.trim().is_empty() {
            found.push(BankProblem::EmptyText);
        } else if length > most {
            found.push(BankProblem::TooLong(text.clone(), length, most));
        }
    }
}

fn distinct<'a>(found: &mut Vec<BankProblem>, all: impl IntoIterator<Item = &'a Text>) {
    let mut seen = BTreeSet::new();
    found.extend(all.into_iter().filter(|text| !seen.insert(text.as_str())).map(|text| BankProblem::SameText(text.clone())));
}

fn in_each(
    found: &mut Vec<BankProblem>,
    ids: &[ScenarioId],
    sites: &BTreeMap<ScenarioId, Arc<Infrastructure>>,
    problem: impl Fn(&ScenarioId, &Infrastructure) -> Option<BankProblem>,
) {
    count(found, "sites", ids.len(), SITES);
    for id in ids {
        match sites.get(id) {
            Some(infra) => found.extend(problem(id, infra)),
            None => found.push(BankProblem::UnknownSite(id.clone())),
        }
    }
}
