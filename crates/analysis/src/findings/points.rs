//! Findings about single points of failure.

use std::collections::{BTreeMap, BTreeSet};

use super::{DesignFinding, FindingContext, FindingKind};
use crate::broken::Broken;
use crate::capacity::Mix;
use crate::cause::Cause;
use crate::spof::never_works;
use hoplight_model::component::Failover;
use hoplight_model::{ComponentId, ComponentIx, DatabaseRole, Infrastructure, RequestKind, ServerId};

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let mut found = broken(context);
    found.extend(parts(context));
    found.extend(writers(context));
    found.extend(copies(context));
    found.extend(others(context));
    found
}

/// Kinds of request that users send and that never succeed, with the reasons.
pub fn unserved(infra: &Infrastructure) -> Vec<(RequestKind, Broken)> {
    let broken = |kind: RequestKind| Some((kind, never_works(infra, kind)?));
    sent(infra).filter_map(broken).collect()
}

/// Kinds of request that users send.
pub(super) fn sent(infra: &Infrastructure) -> impl Iterator<Item = RequestKind> {
    let mix = Mix::of(infra.traffic());
    RequestKind::ALL.into_iter().filter(move |kind| mix.share(*kind) > 1e-9)
}

/// Findings about kinds of request that users send and that never succeed.
fn broken(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    sent(context.infra)
        .filter_map(|kind| {
            let broken = context.points[kind.index()].as_ref().err()?.clone();
            Some(DesignFinding::of_design(FindingKind::KindDoesNotWork { kind, broken }))
        })
        .collect()
}

/// Whether a database is the only one that accepts writes, with no automatic failover.
fn is_lone_writer(context: &FindingContext<'_>, ix: ComponentIx) -> bool {
    let component = context.infra.component(ix);
    component.kind.as_database().is_some_and(|spec| spec.role == DatabaseRole::Primary)
        && context.stops(&Cause::Component(component.id.clone())).contains(&RequestKind::Write)
}

/// Single points of failure among programs and servers. A program is reported with its server.
fn parts(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let mut on: BTreeMap<&ServerId, Vec<(ComponentIx, &ComponentId)>> = BTreeMap::new();
    let mut alone = Vec::new();
    for (ix, component) in context.infra.components() {
        let cause = Cause::Component(component.id.clone());
        let stops = context.stops(&cause);
        if stops.is_empty() || component.kind.as_resolver().is_some() {
            continue;
        }
        match &component.server {
            Some(server) => on.entry(server).or_default().push((ix, &component.id)),
            // The only writer is reported by another rule.
            None if is_lone_writer(context, ix) => {}
            None => alone.push((cause, stops)),
        }
    }
    let mut found = Vec::new();
    for server in context.infra.servers() {
        let stops = context.stops(&Cause::Server(server.id.clone()));
        let carried = on.get(&server.id).map_or(&[][..], Vec::as_slice);
        // A server with the only writer and nothing else is covered by the writer's finding.
        let is_writer = |(ix, _): &(ComponentIx, &ComponentId)| is_lone_writer(context, *ix);
        if stops.is_empty() || (!carried.is_empty() && carried.iter().all(is_writer)) {
            continue;
        }
        let carries = carried.iter().map(|(_, id)| (*id).clone()).collect();
        found.push(DesignFinding::new(Cause::Server(server.id.clone()), FindingKind::SinglePoint { stops, carries }));
    }
    found.extend(alone.into_iter().map(|(cause, stops)| {
        let is_firewall = is_firewall(context, &cause);
        let carries = Vec::new();
        let kind = if is_firewall { FindingKind::SingleFirewall { stops } } else { FindingKind::SinglePoint { stops, carries } };
        DesignFinding::new(cause, kind)
    }));
    found
}

fn writers(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let infra = context.infra;
    let clusters = infra.database_clusters();
    let lone = infra.components().filter(|(ix, _)| is_lone_writer(context, *ix));
    lone.map(|(ix, component)| {
        let replicas: Vec<ComponentId> = clusters
            .iter()
            .filter(|cluster| cluster.contains(&ix))
            .flatten()
            .filter(|other| **other != ix)
            .map(|other| context.id(*other).clone())
            .collect();
        let stops = context.stops(&Cause::Component(component.id.clone()));
        let automatic = component.kind.as_database().is_some_and(|spec| matches!(spec.failover, Failover::Automatic { .. }));
        DesignFinding::of_component(&component.id, FindingKind::SingleWriter { stops, replicas, automatic })
    })
    .collect()
}

/// Databases without a copy of their data.
fn copies(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let alone = context.infra.database_clusters().into_iter().filter(|cluster| cluster.len() == 1).flatten();
    let infra = context.infra;
    let asked: BTreeSet<ComponentIx> =
        infra.links().filter(|(_, link)| link.protocol.carries_requests()).map(|(link, _)| infra.ends(link).1).collect();
    let asked = alone.filter(|ix| asked.contains(ix));
    asked.map(|ix| DesignFinding::of_component(context.id(ix), FindingKind::OneCopy)).collect()
}

/// Single points of failure among zones, resolvers, certificates and failure domains.
fn others(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let mut found = Vec::new();
    for cause in context.structure.causes() {
        let stops = context.stops(cause);
        if let Cause::Certificate { place, .. } = cause
            && let Some(certificate) = context.infra.certificates().get(*place)
            && certificate.days_left <= 21
        {
            let kind = match certificate.days_left {
                0 => FindingKind::CertificateExpired,
                days => FindingKind::CertificateExpiresSoon { days },
            };
            found.push(DesignFinding::new(cause.clone(), kind));
        }
        if let Cause::Certificate { .. } = cause {
            let degrades = context.degrades(cause);
            if !stops.is_empty() || !degrades.is_empty() {
                found.push(DesignFinding::new(cause.clone(), FindingKind::OneCertificate { stops, degrades }));
            }
            continue;
        }
        if stops.is_empty() {
            continue;
        }
        let kind = match cause {
            Cause::Zone(_) => FindingKind::OneName { stops },
            Cause::Component(_) if cause.is_users_resolver(context.infra) => FindingKind::UserResolver { stops },
            Cause::Component(id) if is_resolver(context, id) => FindingKind::OneName { stops },
            Cause::Domain(_) => FindingKind::FailureDomain { stops },
            Cause::Component(_) | Cause::Server(_) | Cause::Hop(..) | Cause::Software(_) | Cause::Certificate { .. } => continue,
        };
        found.push(DesignFinding::new(cause.clone(), kind));
    }
    found
}

fn is_firewall(context: &FindingContext<'_>, cause: &Cause) -> bool {
    let Cause::Component(id) = cause else { return false };
    context.infra.find(id.as_str()).is_some_and(|ix| context.infra.component(ix).kind.as_firewall().is_some())
}

fn is_resolver(context: &FindingContext<'_>, id: &ComponentId) -> bool {
    context.infra.find(id.as_str()).is_some_and(|ix| context.infra.component(ix).kind.as_resolver().is_some())
}
