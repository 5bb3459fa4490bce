//! Findings about plaintext HTTP beside HTTPS: port 80, HSTS, and redirects that never end.

use std::collections::BTreeSet;

use super::points::sent;
use super::{DesignFinding, FindingContext, FindingKind};
use crate::flow::Reachability;
use crate::outage::Outage;
use crate::port_80::{Port80Outcome, facts_on_port_80, http_visits, outcome, shares};
use crate::reading::Fact;
use hoplight_model::behaviour::{Behaviour, has_port_80, is_entry_link, users_tls_ends};
use hoplight_model::{LinkIx, RequestKind, TlsMode};

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let infra = context.infra;
    let mut found = Vec::new();
    if infra.tls().edge != TlsMode::None {
        let entries = infra.links().map(|(link, _)| link).filter(|link| is_entry_link(infra, *link));
        found.extend(entries.flat_map(|link| at_entry(context, link)));
    }
    found.extend(loops(context));
    found
}

/// What visits meet on port 80 of an entry.
fn at_entry(context: &FindingContext<'_>, link: LinkIx) -> Vec<DesignFinding> {
    let infra = context.infra;
    let visits = http_visits(infra);
    let outcomes: Vec<Port80Outcome> = sent(infra).map(|kind| outcome(infra, link, kind)).collect();
    let Some(outcome) = outcomes.iter().find(|outcome| **outcome == Port80Outcome::Served).or(outcomes.first()) else {
        return Vec::new();
    };
    let entry = context.id(infra.ends(link).1);
    let of_entry = |kind| DesignFinding::of_component(entry, kind);
    let mut found = Vec::new();
    match (outcome, &visits) {
        (Port80Outcome::Served, _) => found.push(of_entry(FindingKind::PlaintextPort { facts: facts(context, link) })),
        (Port80Outcome::Closed | Port80Outcome::Blocked { .. }, Some(visits)) => {
            let (of_new, of_returning) = shares(infra, visits, outcome);
            let new = infra.traffic().new_visitors.get();
            let share = new * of_new + (1.0 - new) * of_returning;
            if share > 1e-9 {
                found.push(of_entry(FindingKind::PlaintextRefused { outcome: outcome.clone(), share }));
            }
        }
        (Port80Outcome::Closed | Port80Outcome::Blocked { .. } | Port80Outcome::Redirected, _) => {}
    }
    if has_port_80(infra, link) && infra.http().hsts.is_none() {
        found.push(of_entry(FindingKind::NoHsts { facts: facts(context, link) }));
    }
    found
}

/// What an eavesdropper reads of visits with `http://`, without duplicates.
fn facts(context: &FindingContext<'_>, link: LinkIx) -> Vec<Fact> {
    let infra = context.infra;
    let mut facts: Vec<Fact> = Vec::new();
    for kind in sent(infra).filter(|_| http_visits(infra).is_some()) {
        for fact in facts_on_port_80(infra, &infra.hop(link), kind) {
            if !facts.contains(&fact) {
                facts.push(fact);
            }
        }
    }
    facts
}

/// Components that redirect requests for ever.
fn loops(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let infra = context.infra;
    let from = users_tls_ends(infra).first().map(|ix| context.id(*ix).clone());
    let wiring = context.wiring();
    let is_redirect = |ix, kind| matches!(wiring.behaviour(ix, kind), Behaviour::Redirect);
    if !infra.components().any(|(ix, _)| RequestKind::ALL.into_iter().any(|kind| is_redirect(ix, kind))) {
        return Vec::new();
    }
    let reached = |kind| Reachability::explore_if_certified(infra, wiring, &Outage::none(), kind).reached;
    let reached = RequestKind::ALL.map(|kind| reached(kind).into_iter().map(|(ix, _)| ix).collect::<BTreeSet<_>>());
    let looping = infra.components().filter_map(|(ix, component)| {
        let redirects = |kind: &RequestKind| reached[kind.index()].contains(&ix) && is_redirect(ix, *kind);
        let kinds: Vec<RequestKind> = sent(infra).filter(redirects).collect();
        (!kinds.is_empty()).then_some((component, kinds))
    });
    looping
        .map(|(component, kinds)| {
            DesignFinding::of_component(&component.id, FindingKind::RedirectLoop { kinds, from: from.clone() })
        })
        .collect()
}
