//! Findings about single points of failure.

use std::collections::BTreeMap;

use super::{Finding, FindingKind, StaticRoutes};
use crate::cause::Cause;
use hoplight_model::component::Failover;
use hoplight_model::{ComponentId, ComponentIx, DatabaseRole, RequestKind, ServerId};

pub(super) fn find(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let mut found = broken(ground);
    found.extend(parts(ground));
    found.extend(writers(ground));
    found.extend(copies(ground));
    found.extend(others(ground));
    found
}

/// Kinds of request that users send and that never work.
fn broken(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let traffic = ground.infra.traffic();
    let (statics, writes) = (traffic.static_share.get(), traffic.write_share.get());
    let share = |kind: RequestKind| match kind {
        RequestKind::Static => statics,
        RequestKind::Read => 1.0 - statics - writes,
        RequestKind::Write => writes,
    };
    let kinds = RequestKind::ALL.into_iter().filter(|kind| share(*kind) > 1e-9);
    kinds
        .filter_map(|kind| {
            let broken = ground.points[kind.index()].as_ref().err()?.clone();
            Some(Finding::of_design(FindingKind::KindDoesNotWork { kind, broken }))
        })
        .collect()
}

/// The only writer, unless another takes over automatically.
fn is_lone_writer(ground: &StaticRoutes<'_>, ix: ComponentIx) -> bool {
    let component = ground.infra.component(ix);
    component.kind.as_database().is_some_and(|spec| spec.role == DatabaseRole::Primary)
        && ground.stops(&Cause::Component(component.id.clone())).contains(&RequestKind::Write)
}

/// Programs that are single points, reported with their server.
fn parts(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let mut on: BTreeMap<&ServerId, Vec<&ComponentId>> = BTreeMap::new();
    let mut alone = Vec::new();
    for (ix, component) in ground.infra.components() {
        let cause = Cause::Component(component.id.clone());
        let stops = ground.stops(&cause);
        if stops.is_empty() || component.kind.as_resolver().is_some() || is_lone_writer(ground, ix) {
            continue;
        }
        match &component.server {
            Some(server) => on.entry(server).or_default().push(&component.id),
            None => alone.push((cause, stops)),
        }
    }
    let mut found = Vec::new();
    for server in ground.infra.servers() {
        let stops = ground.stops(&Cause::Server(server.id.clone()));
        let carried = on.get(&server.id).map_or(&[][..], Vec::as_slice);
        // The server of the lone writer is reported with it.
        let of_writer = ground.infra.on_server(&server.id).any(|(ix, _)| is_lone_writer(ground, ix));
        if stops.is_empty() || (carried.is_empty() && of_writer) {
            continue;
        }
        let carries = carried.iter().copied().cloned().collect();
        found.push(Finding::new(Cause::Server(server.id.clone()), FindingKind::SinglePoint { stops, carries }));
    }
    found.extend(alone.into_iter().map(|(cause, stops)| {
        let is_firewall = is_firewall(ground, &cause);
        let carries = Vec::new();
        let kind = if is_firewall { FindingKind::SingleFirewall { stops } } else { FindingKind::SinglePoint { stops, carries } };
        Finding::new(cause, kind)
    }));
    found
}

fn writers(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let infra = ground.infra;
    let clusters = infra.database_clusters();
    let lone = infra.components().filter(|(ix, _)| is_lone_writer(ground, *ix));
    lone.map(|(ix, component)| {
        let replicas: Vec<ComponentId> = clusters
            .iter()
            .filter(|cluster| cluster.contains(&ix))
            .flatten()
            .filter(|other| **other != ix)
            .map(|other| ground.id(*other).clone())
            .collect();
        let stops = ground.stops(&Cause::Component(component.id.clone()));
        let automatic = component.kind.as_database().is_some_and(|spec| matches!(spec.failover, Failover::Automatic { .. }));
        Finding::of_component(&component.id, FindingKind::SingleWriter { stops, replicas, automatic })
    })
    .collect()
}

/// Databases without a copy of their data.
fn copies(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let alone = ground.infra.database_clusters().into_iter().filter(|cluster| cluster.len() == 1).flatten();
    let asked = alone
        .filter(|ix| ground.infra.hops().any(|hop| hop.to == *ix && ground.infra.link(hop.link).protocol.carries_requests()));
    asked.map(|ix| Finding::of_component(ground.id(ix), FindingKind::OneCopy)).collect()
}

/// Names, certificates, resolvers and places.
fn others(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for cause in ground.structure.causes() {
        let stops = ground.stops(cause);
        if let Cause::Certificate { place, .. } = cause
            && let Some(certificate) = ground.infra.certificates().get(*place)
            && certificate.days_left <= 21
        {
            let kind = match certificate.days_left {
                0 => FindingKind::CertificateExpired,
                days => FindingKind::CertificateExpiresSoon { days },
            };
            found.push(Finding::new(cause.clone(), kind));
        }
        if stops.is_empty() {
            continue;
        }
        let kind = match cause {
            Cause::Zone(_) => FindingKind::OneName { stops },
            Cause::Component(id) if is_resolver(ground, id) => FindingKind::OneName { stops },
            Cause::Certificate { .. } => FindingKind::OneCertificate { stops },
            Cause::Domain(_) => FindingKind::FailureDomain { stops },
            Cause::Component(_) | Cause::Server(_) | Cause::Hop(..) | Cause::Software(_) => continue,
        };
        found.push(Finding::new(cause.clone(), kind));
    }
    found
}

fn is_firewall(ground: &StaticRoutes<'_>, cause: &Cause) -> bool {
    let Cause::Component(id) = cause else { return false };
    ground.infra.find(id.as_str()).is_some_and(|ix| ground.infra.component(ix).kind.as_firewall().is_some())
}

fn is_resolver(ground: &StaticRoutes<'_>, id: &ComponentId) -> bool {
    ground.infra.find(id.as_str()).is_some_and(|ix| ground.infra.component(ix).kind.as_resolver().is_some())
}
