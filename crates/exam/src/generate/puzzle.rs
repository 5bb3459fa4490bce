//! A generated site with its flaws, and the learner's answer.

use hoplight_analysis::{Cause, FindingRule};
use hoplight_model::scenario::Scenario;

use super::flaw;
use crate::grade::ExamScore;
use hoplight_curriculum::Seeded;

/// A site with known flaws.
#[derive(Clone, Debug, PartialEq)]
pub struct Puzzle {
    /// The site.
    pub scenario: Scenario,
    /// The same site without the flaws.
    pub sound: Scenario,
    /// Its flaws, in the order of the rules.
    pub flaws: Vec<PuzzleFlaw>,
}

/// A flaw of a generated site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PuzzleFlaw {
    /// The rule that finds it.
    pub rule: FindingRule,
    /// What the findings are about; `None` for the whole design. One flaw can show in several places.
    pub subjects: Vec<Option<Cause>>,
    /// Findings of other rules that are consequences of the flaw: a database that nothing replaces makes its server a single
    /// point of failure.
    pub consequences: Vec<(FindingRule, Vec<Option<Cause>>)>,
}

impl Puzzle {
    /// Rules to choose from: those of the flaws, and others that the site does not violate, at most `count` in all and in an
    /// order that the seed determines.
    pub fn choices(&self, seed: u64, count: usize) -> Vec<FindingRule> {
        let mut choices: Vec<FindingRule> = self.flaws.iter().map(|flaw| flaw.rule).collect();
        let mut others: Vec<FindingRule> = Vec::new();
        for rule in flaw::ALL.iter().map(flaw::FlawKind::rule) {
            if !self.finds(rule) && !others.contains(&rule) {
                others.push(rule);
            }
        }
        let mut seeded = Seeded::new(seed);
        seeded.shuffle(&mut others);
        others.truncate(count.saturating_sub(choices.len()));
        choices.extend(others);
        seeded.shuffle(&mut choices);
        choices
    }

    /// Grades the rules that a learner says the site violates. A rule that it does not violate cancels a right one; a consequence
    /// of a flaw is no mistake.
    pub fn grade(&self, said: &[FindingRule]) -> ExamScore {
        let hits = self.flaws.iter().filter(|flaw| said.contains(&flaw.rule)).count();
        let mistakes = said.iter().filter(|rule| !self.finds(**rule)).count();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX / 4);
        ExamScore { halves: 2 * count(hits.saturating_sub(mistakes)), of: 2 * count(self.flaws.len()) }
    }

    /// Whether a rule finds a flaw or a consequence of one.
    fn finds(&self, rule: FindingRule) -> bool {
        let is_consequence = |flaw: &PuzzleFlaw| flaw.consequences.iter().any(|(known, _)| *known == rule);
        self.flaws.iter().any(|flaw| flaw.rule == rule || is_consequence(flaw))
    }
}
