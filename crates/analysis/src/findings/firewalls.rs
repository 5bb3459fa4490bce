//! Findings about firewalls: one for each flaw that the review reports.

use super::{DesignFinding, FindingContext, FindingKind};
use crate::firewalls::{Flaw, review};

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    // A design without any firewall is reported once, at its entry, rather than once per server.
    let has_firewalls = context.infra.firewalls().next().is_some();
    let flaws = review(context.infra).into_iter().filter(|flaw| has_firewalls || !matches!(flaw, Flaw::Unprotected(_)));
    flaws.map(|flaw| DesignFinding::of_element(flaw.element(), FindingKind::Firewall(flaw))).collect()
}
