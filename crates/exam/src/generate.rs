//! Generated practice: small sites that are sound except for one to three flaws.
//!
//! ```text
//!  seed ──base──▶ sound site ──flaw──▶ site with a flaw ──findings──▶ kept if it has this flaw and no other
//!                                 ▲                                        │
//!                                 └────────── until there are enough ──────┘
//! ```
//!
//! Every step is checked by the analysis: a flaw is kept only if the errors and warnings of the site are exactly those of the
//! flaws so far. Notes, such as plaintext DNS lookups, are not flaws.

mod base;
mod flaw;
mod puzzle;

use std::collections::BTreeMap;

use hoplight_analysis::{Cause, FindingRule, Severity, findings};
use hoplight_model::scenario::Scenario;

use hoplight_curriculum::Seeded;

pub use puzzle::{Puzzle, PuzzleFlaw};

/// Findings by rule.
type RuleSubjects = BTreeMap<FindingRule, Vec<Option<Cause>>>;

/// Generates a site with `flaws` flaws, one to three. Equal arguments give equal puzzles.
pub fn generate(seed: u64, flaws: usize) -> Puzzle {
    let wanted = flaws.clamp(1, 3);
    let mut seeded = Seeded::new(seed);
    let sound = base::base(&mut seeded);
    let mut scenario = sound.clone();
    // The base has no errors and warnings; if it had, no flaw would be accepted.
    let mut found = RuleSubjects::new();
    let mut flaws: Vec<PuzzleFlaw> = Vec::new();
    let mut kinds = flaw::ALL;
    seeded.shuffle(&mut kinds);
    for kind in kinds {
        if flaws.len() == wanted {
            break;
        }
        let mut changed = scenario.clone();
        if !kind.inject(&mut changed, &mut seeded) {
            continue;
        }
        let Some(after) = errors_and_warnings(&changed) else { continue };
        if let Some(flaw) = accepted(&kind, &found, &after) {
            flaws.push(flaw);
            (scenario, found) = (changed, after);
        }
    }
    flaws.sort_by_key(|flaw| flaw.rule);
    Puzzle { scenario, sound, flaws }
}

/// The flaw, if it is what distinguishes the findings after its injection from those before.
fn accepted(kind: &flaw::FlawKind, before: &RuleSubjects, after: &RuleSubjects) -> Option<PuzzleFlaw> {
    let is_own = |rule: &FindingRule| *rule == kind.rule() || kind.also().contains(rule);
    let is_unchanged = before.iter().all(|(rule, subjects)| !is_own(rule) && after.get(rule) == Some(subjects));
    let is_complete = after.keys().all(|rule| is_own(rule) || before.contains_key(rule));
    let subjects = after.get(&kind.rule())?.clone();
    let consequences = kind.also().iter().filter_map(|rule| Some((*rule, after.get(rule)?.clone()))).collect();
    (is_unchanged && is_complete).then_some(PuzzleFlaw { rule: kind.rule(), subjects, consequences })
}

/// The errors and warnings of a site at its own load; `None` if it does not build.
fn errors_and_warnings(scenario: &Scenario) -> Option<RuleSubjects> {
    let infra = scenario.build().ok()?;
    let mut found = RuleSubjects::new();
    for finding in findings(&infra, infra.traffic().rate.get()) {
        if finding.severity() >= Severity::Warning {
            found.entry(finding.rule()).or_default().push(finding.subject.clone());
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_base_is_sound() {
        for seed in 0..40 {
            let base = base::base(&mut Seeded::new(seed));
            assert_eq!(base.check(), [], "{seed}: {}", base.to_ron());
            assert_eq!(errors_and_warnings(&base), Some(RuleSubjects::new()), "{seed}: {}", base.to_ron());
        }
    }

    #[test]
    fn two_hundred_seeds_have_exactly_their_flaws() {
        let mut rules = BTreeSet::new();
        let mut sites = BTreeSet::new();
        for seed in 0..200_u64 {
            let wanted = usize::try_from(seed % 3 + 1).expect("a small number");
            let puzzle = generate(seed, wanted);
            assert_eq!(puzzle.flaws.len(), wanted, "{seed}: {:?}", puzzle.flaws);
            let infra = puzzle.scenario.build().expect("a generated site builds");
            let mut answer = RuleSubjects::new();
            for flaw in &puzzle.flaws {
                assert_eq!(answer.insert(flaw.rule, flaw.subjects.clone()), None, "{seed}");
                for (rule, subjects) in &flaw.consequences {
                    assert_eq!(answer.insert(*rule, subjects.clone()), None, "{seed}");
                }
            }
            let mut listed = RuleSubjects::new();
            let severe = |finding: &hoplight_analysis::DesignFinding| finding.severity() >= Severity::Warning;
            for finding in findings(&infra, infra.traffic().rate.get()).into_iter().filter(severe) {
                listed.entry(finding.rule()).or_default().push(finding.subject);
            }
            assert_eq!(listed, answer, "{seed}");
            rules.extend(puzzle.flaws.iter().map(|flaw| flaw.rule));
            sites.insert(puzzle.sound.to_ron());
        }
        assert!(rules.len() >= 12, "{rules:?}");
        assert!(sites.len() >= 20, "{} different sites", sites.len());
    }

    #[test]
    fn every_kind_of_flaw_can_be_generated() {
        let mut missing: BTreeSet<&str> = flaw::ALL.iter().map(flaw::FlawKind::name).collect();
        for seed in 0..6 {
            let base = base::base(&mut Seeded::new(seed));
            for kind in flaw::ALL {
                let mut changed = base.clone();
                if missing.contains(kind.name()) && kind.inject(&mut changed, &mut Seeded::new(seed)) {
                    let found = errors_and_warnings(&changed).unwrap_or_default();
                    if accepted(&kind, &RuleSubjects::new(), &found).is_some() {
                        missing.remove(kind.name());
                    }
                }
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn only_the_flaws_earn_points() {
        for seed in 0..6 {
            let puzzle = generate(seed, 2);
            let choices = puzzle.choices(seed, 6);
            let right: Vec<FindingRule> = puzzle.flaws.iter().map(|flaw| flaw.rule).collect();
            assert_eq!((choices.len(), choices.iter().filter(|rule| right.contains(rule)).count()), (6, 2), "{choices:?}");
            assert!(puzzle.grade(&right).is_full());
            assert!(puzzle.grade(&choices).halves == 0 && puzzle.grade(&[]).halves == 0);
            let consequences: Vec<FindingRule> =
                puzzle.flaws.iter().flat_map(|flaw| &flaw.consequences).map(|(rule, _)| *rule).collect();
            assert!(choices.iter().all(|rule| right.contains(rule) || !consequences.contains(rule)));
            assert!(puzzle.grade(&[right.clone(), consequences].concat()).is_full(), "a consequence is no mistake");
        }
    }

    #[test]
    fn equal_seeds_give_equal_puzzles() {
        assert_eq!(generate(5, 2), generate(5, 2));
        assert_eq!(generate(1, 0).flaws.len(), 1);
        assert_eq!(generate(1, 9).flaws.len(), 3);
    }
}
