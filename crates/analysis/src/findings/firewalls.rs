//! Findings about firewalls: those of the review, with a severity each.

use super::{Finding, FindingKind, StaticRoutes};
use crate::firewalls::{Flaw, review};

pub(super) fn find(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    // A design without any firewall is one finding, at its entry, not one for each of its machines.
    let has_firewalls = ground.infra.firewalls().next().is_some();
    let flaws = review(ground.infra).into_iter().filter(|flaw| has_firewalls || !matches!(flaw, Flaw::Unprotected(_)));
    flaws.map(|flaw| Finding::of_element(flaw.element(), FindingKind::Firewall(flaw))).collect()
}
