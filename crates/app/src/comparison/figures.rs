//! Analysis results of a design: key figures and findings.
//!
//! Computed once per design and load.

use std::collections::BTreeSet;

use hoplight_analysis::findings::{DesignFinding, FindingRule, findings};
use hoplight_analysis::{Capacity, Outage, Structure, availability, plaintext_hops, single_parts, tls_price::tls_price};
use hoplight_model::{Infrastructure, RequestKind};

/// Key figures and findings of one design.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    /// Number of hops that are readable on a network.
    pub(super) exposed: usize,
    /// Number of single points of failure for writes; `None` if writes do not work at all.
    pub(super) single_points: Option<usize>,
    /// Expected hours of write downtime per year.
    pub(super) hours_down: f64,
    /// Maximum throughput of the usual request mix, in requests per second; `None` if nothing limits it.
    pub(super) most_rps: Option<f64>,
    /// Milliseconds of TLS work for the login of a new visitor.
    pub(super) tls_ms: f64,
    /// The findings.
    pub(super) findings: Vec<DesignFinding>,
}

impl Figures {
    /// Runs the analysis.
    pub(super) fn of(infra: &Infrastructure, load: f64) -> Self {
        let structure = Structure::of(infra);
        Self {
            exposed: plaintext_hops(infra).iter().filter(|hop| hop.is_exposed()).count(),
            single_points: single_parts(infra, RequestKind::Write).ok().map(|parts| parts.len()),
            hours_down: availability(infra, &structure, RequestKind::Write).unavailability * 24.0 * 365.0,
            most_rps: Capacity::of(infra, &Outage::none()).mix_saturation().map(|full| full.rps),
            tls_ms: tls_price(infra).first_visit_ms(RequestKind::Write),
            findings: findings(infra, load),
        }
    }

    /// Returns the findings that the other design does not have, most severe first. Each rule is listed once, with its first
    /// finding and the names of all its subjects.
    pub(super) fn only_here(&self, there: &Self) -> Vec<(&DesignFinding, Vec<String>)> {
        let known: BTreeSet<(FindingRule, String)> =
            there.findings.iter().map(|finding| (finding.rule(), finding.subject_name())).collect();
        let mut rules: Vec<(&DesignFinding, Vec<String>)> = Vec::new();
        for finding in self.findings.iter().filter(|finding| !known.contains(&(finding.rule(), finding.subject_name()))) {
            match rules.iter_mut().find(|(first, _)| first.rule() == finding.rule()) {
                Some((_, subjects)) => subjects.push(finding.subject_name()),
                None => rules.push((finding, vec![finding.subject_name()])),
            }
        }
        rules
    }
}
