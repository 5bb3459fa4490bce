//! The right answers to a review, computed by the analysis.

use std::collections::{BTreeMap, BTreeSet};

use hoplight_analysis::findings::findings;
use hoplight_analysis::{Cause, DesignFinding, FindingRule, Severity};
use hoplight_model::{Element, Infrastructure};

use super::library::DesignReview;
use hoplight_curriculum::Seeded;

/// The right answers to a review.
#[derive(Clone, Debug)]
pub struct ReviewTruth {
    /// The findings of the design.
    pub(super) findings: Vec<DesignFinding>,
    /// The elements to mark.
    pub(super) elements: BTreeSet<Element>,
    /// The elements that can be marked.
    pub(super) candidates: BTreeSet<Element>,
    /// The list to choose findings from.
    pub(super) options: Vec<ReviewOption>,
}

/// An entry of the list of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewOption {
    /// The rule. `hoplight_text::rule` has its title.
    pub rule: FindingRule,
    /// Whether the design has such a finding.
    pub is_right: bool,
}

impl ReviewTruth {
    /// Analyses the design of a review. The seed determines the order of the options.
    pub fn of(review: &DesignReview, seed: u64) -> Self {
        let (form, infra) = (review.form(), review.design());
        let findings = findings(infra, infra.traffic().rate.get());
        let rules: Vec<FindingRule> = form.elements.rules.iter().map(|rule| rule.0).collect();
        let elements = elements_of(&findings, &rules);
        let has = |rule: FindingRule| findings.iter().any(|finding| finding.rule() == rule);
        let rules = form.findings.iter().copied().chain(form.distractors.iter().map(|distractor| distractor.rule));
        let mut options: Vec<ReviewOption> = rules.map(|rule| ReviewOption { rule: rule.0, is_right: has(rule.0) }).collect();
        Seeded::new(form.id.bytes().fold(seed, |seed, byte| seed.rotate_left(7) ^ u64::from(byte))).shuffle(&mut options);
        let candidates = candidates(infra, &elements);
        Self { findings, elements, candidates, options }
    }

    /// The list to choose findings from.
    pub fn options(&self) -> &[ReviewOption] {
        &self.options
    }

    /// The elements that can be marked.
    pub const fn candidates(&self) -> &BTreeSet<Element> {
        &self.candidates
    }

    /// The errors and warnings of rules that are not on the list, each with its first finding and the number of findings.
    pub(super) fn further(&self) -> Vec<(DesignFinding, usize)> {
        let mut rules: BTreeMap<FindingRule, (DesignFinding, usize)> = BTreeMap::new();
        for finding in &self.findings {
            let is_listed = self.options.iter().any(|option| option.rule == finding.rule());
            if finding.severity() > Severity::Note && !is_listed {
                rules.entry(finding.rule()).or_insert_with(|| (finding.clone(), 0)).1 += 1;
            }
        }
        rules.into_values().collect()
    }
}

/// The elements that findings of these rules are about.
pub(super) fn elements_of(findings: &[DesignFinding], rules: &[FindingRule]) -> BTreeSet<Element> {
    let asked = findings.iter().filter(|finding| rules.contains(&finding.rule()));
    asked.filter_map(|finding| finding.subject.as_ref().and_then(Cause::element)).collect()
}

/// The elements that can be marked: those of the kinds that the answer consists of, without browsers.
fn candidates(infra: &Infrastructure, answers: &BTreeSet<Element>) -> BTreeSet<Element> {
    let components = infra.components().filter(|(_, component)| !component.kind.is_browser());
    let components = components.map(|(_, component)| Element::Component(component.id.clone()));
    let servers = infra.servers().map(|server| Element::Server(server.id.clone()));
    let hops = infra.links().map(|(link, _)| infra.hop_element(link));
    let kind = |element: &Element| match element {
        Element::Component(_) => 0,
        Element::Server(_) => 1,
        Element::Hop(..) => 2,
    };
    let asked: BTreeSet<u8> = answers.iter().map(kind).collect();
    components.chain(servers).chain(hops).filter(|element| asked.contains(&kind(element))).collect()
}
