//! Findings about firewalls: those of the review, with a severity each.

use super::{Finding, StaticRoutes};
use crate::firewalls::{Flaw, review};

pub(super) fn find(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    // A design without any firewall is one finding, at its entry, not one for each of its machines.
    let has_firewalls = ground.infra.firewalls().next().is_some();
    let flaws = review(ground.infra).into_iter().filter(|flaw| has_firewalls || !matches!(flaw, Flaw::Unprotected(_)));
    let found = flaws.map(|flaw| {
        let rule = match &flaw {
            Flaw::GuardsNothing(_) => "guards-nothing",
            Flaw::Behind { .. } => "firewall-behind",
            Flaw::OpenEntry(_) => "open-entry",
            Flaw::Unprotected(_) => "unprotected",
            Flaw::Exposed { .. } => "exposed-port",
            Flaw::Unused(_) => "unused-rule",
            Flaw::Shadowed { .. } => "shadowed-rule",
            Flaw::NeedlessPorts { .. } => "needless-ports",
            Flaw::AllowsByDefault(_) => "default-allow",
            Flaw::SilentAgent { .. } => "silent-agent",
            Flaw::ClosedHop { .. } => "closed-hop",
        };
        Finding::of_element(rule, flaw.element(), flaw.why())
    });
    found.collect()
}
