//! Findings about rate limits: those that do not do what they are for, and logins without one.

use super::points::sent;
use super::{DesignFinding, FindingContext, FindingKind};
use hoplight_model::behaviour::{behaviour, learns_address, rate_limit, terminates_tls};
use hoplight_model::{ComponentIx, Infrastructure, Protocol, RequestKind};

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let infra = context.infra;
    let mut found = Vec::new();
    for (ix, component) in infra.components() {
        let Some(limit) = component.kind.rate_limit() else { continue };
        if !terminates_tls(infra, ix) {
            found.push(DesignFinding::of_component(&component.id, FindingKind::BlindRateLimit));
            continue;
        }
        let into = context.wiring().hops.iter().filter(|hop| hop.to == ix && infra.link(hop.link).protocol == Protocol::Http);
        for hop in into.filter(|hop| !learns_address(infra, hop.link)) {
            let kind = FindingKind::SharedRateLimit { from: context.id(hop.from).clone(), rate: limit.rate.get() };
            found.push(DesignFinding::of_component(&component.id, kind));
        }
    }
    found.extend(logins(context));
    found
}

/// Entries from which logins reach the code that verifies passwords without a rate limit on the way.
fn logins(context: &FindingContext<'_>) -> Option<DesignFinding> {
    let infra = context.infra;
    // A site without logins, or without code, has no passwords to guess.
    let verifies = context.points[RequestKind::Write.index()].is_ok() && sent(infra).any(RequestKind::is_write);
    let browser = infra.browser().filter(|_| verifies)?;
    let behaviour = behaviour(infra, browser, RequestKind::Write);
    let entries = behaviour.origin()?.entries.iter().map(|link| infra.ends(*link).1);
    let unlimited: Vec<_> =
        entries.filter(|entry| !limits_logins(infra, *entry)).map(|entry| context.id(entry).clone()).collect();
    (!unlimited.is_empty()).then(|| DesignFinding::of_design(FindingKind::NoRateLimit { entries: unlimited }))
}

/// Whether all logins at a component meet a rate limit, there or behind it.
fn limits_logins(infra: &Infrastructure, ix: ComponentIx) -> bool {
    if rate_limit(infra, ix, RequestKind::Write).is_some() {
        return true;
    }
    let behaviour = behaviour(infra, ix, RequestKind::Write);
    let Some(forwarding) = behaviour.forwarding() else { return false };
    let is_http = |link: &_| infra.link(*link).protocol == Protocol::Http;
    forwarding.links.iter().all(|link| is_http(link) && limits_logins(infra, infra.ends(*link).1))
}
