//! Findings about what can be read on the way, and by whom.

use std::collections::BTreeMap;

use super::{Finding, StaticRoutes, listed};
use crate::exposure::{Authentication, Exposure, exposures};
use crate::plaintext::balancer_can_read;
use crate::reading::{Fact, Stake};
use crate::tls_price::{KeyPurpose, tls_price};
use hoplight_model::{Cipher, ComponentId, ComponentKind, Element, LinkIx, Protocol};

pub(super) fn find(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let exposures = exposures(ground.infra);
    let mut found = hops(&exposures);
    found.extend(balancers(ground, &exposures));
    found.extend(unchecked(&exposures));
    // A drawing without any certificate says nothing about them.
    let says = !ground.infra.certificates().is_empty();
    let missing = tls_price(ground.infra).keys.into_iter().filter(|key| says && key.purpose == KeyPurpose::Site && !key.is_drawn);
    found.extend(missing.map(|key| {
        let message =
            format!("TLS of the users ends at {}, and no certificate for {} lies there.", key.at, ground.infra.domain());
        Finding::of_component("no-certificate", &key.at, message)
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
            let facts: Vec<&Fact> =
                of_hop.iter().filter_map(|exposure| exposure.network()).flat_map(|reader| &reader.facts).collect();
            let worst = facts.iter().map(|fact| fact.stake()).max()?;
            let rule = match worst {
                Stake::Password | Stake::Session => "secrets-in-the-clear",
                _ if first.protocol == Protocol::Dns => "classic-dns",
                _ if first.protocol == Protocol::Vrrp => "open-advertisements",
                _ => "content-in-the-clear",
            };
            let mut labels: Vec<&str> = Vec::new();
            for fact in facts.iter().filter(|fact| fact.is_hidden_by_tls()) {
                let label = match fact.stake() {
                    Stake::Password => "the password of a login",
                    Stake::Session => "the session cookie",
                    _ => fact.label(),
                };
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
            let Exposure { from, to, .. } = first;
            let message = format!("Between {from} and {to} a listener reads {}.", listed(&labels));
            Some(Finding::of_element(rule, Element::Hop(from.clone(), to.clone()), message))
        })
        .collect()
}

/// What a balancer reads, and what follows from where TLS ends.
fn balancers(ground: &StaticRoutes<'_>, exposures: &[Exposure]) -> Vec<Finding> {
    let infra = ground.infra;
    if !balancer_can_read(infra) {
        return Vec::new();
    }
    let balancers = infra.components().filter(|(_, component)| matches!(component.kind, ComponentKind::LoadBalancer(_)));
    let mut found = Vec::new();
    for (_, component) in balancers {
        let id = &component.id;
        let reach = |cipher: Cipher| {
            let comes = |exposure: &Exposure| exposure.to == *id && exposure.protocol.carries_requests();
            exposures.iter().any(|exposure| comes(exposure) && exposure.cipher == cipher)
        };
        if !reach(Cipher::Tls) {
            // Where nothing is encrypted it reads no less: only that TLS ends there cannot be said of it.
            if reach(Cipher::Plaintext) {
                let message = format!("Requests reach {id} in the clear: whoever controls it reads every one.");
                found.push(Finding::of_component("balancer-reads-all", id, message));
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
            let message =
                format!("TLS ends at {id}: from there to {} requests are readable, passwords among them.", listed(&readable));
            found.push(Finding::of_component("tls-ends-at-balancer", id, message));
        }
        found.push(Finding::of_component(
            "balancer-reads-all",
            id,
            format!("{id} ends TLS: whoever controls it reads every request."),
        ));
    }
    found
}

/// Encrypted hops of the site on which nobody checks who answers: one finding for all, since one authority cures all.
fn unchecked(exposures: &[Exposure]) -> Option<Finding> {
    let of_site = exposures.iter().filter(|exposure| exposure.protocol != Protocol::Metrics);
    let mut hops: Vec<String> = Vec::new();
    for exposure in of_site.filter(|exposure| exposure.authentication == Authentication::Unchecked) {
        let hop = format!("{} → {}", exposure.from, exposure.to);
        if !hops.contains(&hop) {
            hops.push(hop);
        }
    }
    let (are, it) = if hops.len() == 1 { ("is", "it") } else { ("are", "them") };
    let message = format!(
        "{} {are} encrypted, and nothing drawn lets anybody on {it} check who answers: somebody in the other's place reads all.",
        listed(&hops)
    );
    (!hops.is_empty()).then(|| Finding::new("unchecked-peer", None, message))
}
