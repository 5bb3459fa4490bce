//! Findings about encryption: readable hops, and who can read requests.

use std::collections::BTreeMap;

use super::{Finding, FindingKind, StaticRoutes};
use crate::exposure::{Authentication, Exposure, exposures};
use crate::plaintext::balancer_can_read;
use crate::reading::Fact;
use crate::tls_price::{KeyPurpose, tls_price};
use hoplight_model::{Cipher, ComponentId, Element, LinkIx, Protocol, Text};

pub(super) fn find(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let exposures = exposures(ground.infra);
    let mut found = hops(&exposures);
    found.extend(balancers(ground, &exposures));
    found.extend(unchecked(&exposures));
    // A design without any certificate leaves them out.
    let says = !ground.infra.certificates().is_empty();
    let missing = tls_price(ground.infra).keys.into_iter().filter(|key| says && key.purpose == KeyPurpose::Site && !key.is_drawn);
    found.extend(missing.map(|key| {
        let domain = Text::new(ground.infra.domain()).unwrap_or_default();
        Finding::of_component(&key.at, FindingKind::NoCertificate { domain })
    }));
    found
}

/// One finding for each hop that can be read on a network.
fn hops(exposures: &[Exposure]) -> Vec<Finding> {
    let mut by_link: BTreeMap<LinkIx, Vec<&Exposure>> = BTreeMap::new();
    for exposure in exposures.iter().filter(|exposure| exposure.is_exposed()) {
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
            Some(Finding::of_element(hop, FindingKind::ReadableHop { protocol: *protocol, facts }))
        })
        .collect()
}

/// What a balancer reads, and what follows from where TLS ends.
fn balancers(ground: &StaticRoutes<'_>, exposures: &[Exposure]) -> Vec<Finding> {
    let infra = ground.infra;
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
            // Without encryption it reads everything too, but TLS does not end there.
            if reach(Cipher::Plaintext) {
                found.push(Finding::of_component(id, FindingKind::BalancerReadsAll { ends_tls: false }));
            }
            continue;
        }
        let mut readable: Vec<&ComponentId> = Vec::new();
        for exposure in exposures.iter().filter(|exposure| exposure.from == *id && exposure.is_exposed()) {
            if !exposure.protocol.carries_requests() {
                continue;
            }
            if !readable.contains(&&exposure.to) {
                readable.push(&exposure.to);
            }
        }
        if !readable.is_empty() {
            let readable = readable.into_iter().cloned().collect();
            found.push(Finding::of_component(id, FindingKind::TlsEndsAtBalancer { readable }));
        }
        found.push(Finding::of_component(id, FindingKind::BalancerReadsAll { ends_tls: true }));
    }
    found
}

/// Encrypted hops without verification: one finding for all, since one authority fixes all.
fn unchecked(exposures: &[Exposure]) -> Option<Finding> {
    let of_site = exposures.iter().filter(|exposure| exposure.protocol != Protocol::Metrics);
    let mut hops: Vec<Element> = Vec::new();
    for exposure in of_site.filter(|exposure| exposure.authentication == Authentication::Unchecked) {
        let hop = Element::Hop(exposure.from.clone(), exposure.to.clone());
        if !hops.contains(&hop) {
            hops.push(hop);
        }
    }
    (!hops.is_empty()).then(|| Finding::of_design(FindingKind::UncheckedPeer { hops }))
}
