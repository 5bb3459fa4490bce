//! Findings about encryption: readable hops, and components that can read requests.

use std::collections::BTreeMap;

use indexmap::IndexSet;

use super::points::sent;
use super::{DesignFinding, FindingContext, FindingKind};
use crate::exposure::{Authentication, Exposure, HopContent, exposures_in};
use crate::plaintext::balancer_can_read;
use crate::reading::{Fact, Stake};
use crate::tls_price::{KeyPurpose, tls_price};
use hoplight_model::behaviour::users_tls_ends;
use hoplight_model::{Cipher, ComponentId, Element, LinkIx, Protocol, RequestKind, Text};

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let sent: Vec<RequestKind> = sent(context.infra).collect();
    let is_used = |exposure: &Exposure| match exposure.load {
        HopContent::Request(kind) => sent.contains(&kind),
        HopContent::Samples | HopContent::Advertisement => true,
    };
    // Without logins, for instance, there is no password to read.
    let exposures: Vec<Exposure> = exposures_in(context.infra, context.wiring()).into_iter().filter(is_used).collect();
    let mut found = hops(&exposures);
    found.extend(balancers(context, &exposures));
    found.extend(unchecked(&exposures));
    found.extend(certificates(context));
    found
}

/// Certificates that are missing where users' TLS ends, or in the drawing.
fn certificates(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let infra = context.infra;
    let domain = || Text::new(infra.domain()).unwrap_or_default();
    if let [certificate] = infra.certificates()
        && certificate.is_assumed
    {
        return vec![DesignFinding::of_design(FindingKind::NoCertificate { domain: domain(), on: certificate.on.clone() })];
    }
    let missing = tls_price(infra).keys.into_iter().filter(|key| key.purpose == KeyPurpose::Site && !key.is_drawn);
    let mut at: Vec<ComponentId> = missing.map(|key| key.at).collect();
    // Nothing carries users' requests to a component that browsers refuse.
    for ix in users_tls_ends(infra) {
        let id = context.id(ix);
        if infra.certificates_at(ix).is_empty() && !at.contains(id) {
            at.push(id.clone());
        }
    }
    let elsewhere = |id: &ComponentId| DesignFinding::of_component(id, FindingKind::CertificateElsewhere { domain: domain() });
    at.iter().map(elsewhere).collect()
}

/// One finding for each hop that can be read on the network.
fn hops(exposures: &[Exposure]) -> Vec<DesignFinding> {
    let mut by_link: BTreeMap<LinkIx, Vec<&Exposure>> = BTreeMap::new();
    // Exporters serve plain HTTP by design, and their metrics tell nothing about users.
    let of_users = exposures.iter().filter(|exposure| exposure.load != HopContent::Samples);
    // Other rules report what is readable on port 80 of an encrypted hop.
    for exposure in of_users.filter(|exposure| exposure.cipher == Cipher::Plaintext && exposure.is_exposed()) {
        by_link.entry(exposure.link).or_default().push(exposure);
    }
    by_link
        .into_values()
        .filter_map(|of_hop| {
            let first = of_hop.first()?;
            let facts: Vec<Fact> =
                of_hop.iter().filter_map(|exposure| exposure.network()).flat_map(|reader| &reader.facts).cloned().collect();
            let Exposure { from, to, protocol, .. } = first;
            let hop = Element::Hop(from.clone(), to.clone());
            Some(DesignFinding::of_element(hop, FindingKind::ReadableHop { protocol: *protocol, facts }))
        })
        .collect()
}

/// What balancers can read, and what is readable behind a balancer that terminates TLS.
fn balancers(context: &FindingContext<'_>, exposures: &[Exposure]) -> Vec<DesignFinding> {
    let infra = context.infra;
    if !balancer_can_read(infra) {
        return Vec::new();
    }
    let balancers = infra.components().filter(|(_, component)| component.kind.as_balancer().is_some());
    let mut found = Vec::new();
    for (_, component) in balancers {
        let id = &component.id;
        let reach = |cipher: Cipher| {
            let comes = |exposure: &Exposure| exposure.to == *id && exposure.protocol.carries_requests();
            exposures.iter().any(|exposure| comes(exposure) && exposure.cipher == cipher)
        };
        if !reach(Cipher::Tls) {
            // Without encryption the balancer reads everything too, but it does not terminate TLS.
            if reach(Cipher::Plaintext) {
                found.push(DesignFinding::of_component(id, FindingKind::BalancerReadsAll { ends_tls: false }));
            }
            continue;
        }
        let mut readable: IndexSet<&ComponentId> = IndexSet::new();
        let mut passwords = false;
        for exposure in exposures.iter().filter(|exposure| exposure.from == *id && exposure.is_exposed()) {
            if !exposure.protocol.carries_requests() {
                continue;
            }
            readable.insert(&exposure.to);
            passwords |= exposure.network().is_some_and(|reader| reader.facts.iter().any(|fact| fact.stake() == Stake::Password));
        }
        if !readable.is_empty() {
            let readable = readable.into_iter().cloned().collect();
            found.push(DesignFinding::of_component(id, FindingKind::TlsEndsAtBalancer { readable, passwords }));
        }
        found.push(DesignFinding::of_component(id, FindingKind::BalancerReadsAll { ends_tls: true }));
    }
    found
}

/// Encrypted hops whose server is not authenticated. Reported as one finding, since a single private CA fixes all of
/// them.
fn unchecked(exposures: &[Exposure]) -> Option<DesignFinding> {
    let of_site = exposures.iter().filter(|exposure| exposure.protocol != Protocol::Metrics);
    // The exposures of a hop are adjacent.
    let mut unchecked: Vec<&Exposure> = of_site.filter(|exposure| exposure.authentication == Authentication::Unchecked).collect();
    unchecked.dedup_by_key(|exposure| exposure.link);
    let hops: Vec<Element> =
        unchecked.into_iter().map(|exposure| Element::Hop(exposure.from.clone(), exposure.to.clone())).collect();
    (!hops.is_empty()).then(|| DesignFinding::of_design(FindingKind::UncheckedPeer { hops }))
}
