//! Findings about what alone stops the service. Machines and programs are told apart from names and places.

use std::collections::BTreeMap;

use super::{Finding, StaticRoutes, listed, requests};
use crate::cause::Cause;
use hoplight_model::component::Failover;
use hoplight_model::{ComponentId, ComponentIx, ComponentKind, DatabaseRole, RequestKind, ServerId};

pub(super) fn find(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let mut found = broken(ground);
    found.extend(parts(ground));
    found.extend(writers(ground));
    found.extend(copies(ground));
    found.extend(others(ground));
    found
}

/// Kinds that never work, though users send them.
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
            let broken = ground.points[kind.index()].as_ref().err()?;
            Some(Finding::new("kind-does-not-work", None, format!("No {} request works: {broken}.", kind.word())))
        })
        .collect()
}

/// The one that takes writes, unless another takes over by itself.
fn is_lone_writer(ground: &StaticRoutes<'_>, ix: ComponentIx) -> bool {
    let component = ground.infra.component(ix);
    matches!(&component.kind, ComponentKind::Database(spec) if spec.role == DatabaseRole::Primary)
        && ground.stops(&Cause::Component(component.id.clone())).contains(&RequestKind::Write)
}

/// Programs that are single points, with the machine that takes them along.
fn parts(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let mut on: BTreeMap<&ServerId, Vec<&ComponentId>> = BTreeMap::new();
    let mut alone = Vec::new();
    for (ix, component) in ground.infra.components() {
        let cause = Cause::Component(component.id.clone());
        let stops = ground.stops(&cause);
        if stops.is_empty() || matches!(component.kind, ComponentKind::DnsResolver(_)) || is_lone_writer(ground, ix) {
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
        // The machine of the lone writer is said with it.
        let of_writer = ground.infra.on_server(&server.id).any(|(ix, _)| is_lone_writer(ground, ix));
        if stops.is_empty() || (carried.is_empty() && of_writer) {
            continue;
        }
        let what = match carried {
            [] => String::new(),
            ids => format!(" On it, and nowhere else: {}.", listed(ids)),
        };
        let message = format!("Without {}, {} stop.{what}", server.id, requests(&stops));
        found.push(Finding::new("single-point", Some(Cause::Server(server.id.clone())), message));
    }
    found.extend(alone.into_iter().map(|(cause, stops)| {
        let message = format!("Without {cause}, {} stop.", requests(&stops));
        let rule = if is_firewall(ground, &cause) { "single-firewall" } else { "single-point" };
        Finding::new(rule, Some(cause), message)
    }));
    found
}

fn writers(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let infra = ground.infra;
    let clusters = infra.database_clusters();
    let lone = infra.components().filter(|(ix, _)| is_lone_writer(ground, *ix));
    lone.map(|(ix, component)| {
        let replicas: Vec<&ComponentId> = clusters
            .iter()
            .filter(|cluster| cluster.contains(&ix))
            .flatten()
            .filter(|other| **other != ix)
            .map(|other| ground.id(*other))
            .collect();
        let kinds = ground.stops(&Cause::Component(component.id.clone()));
        let automatic = matches!(&component.kind,
            ComponentKind::Database(spec) if matches!(spec.failover, Failover::Automatic { .. }));
        let rest = match &replicas[..] {
            [] => " It has no replica.".to_owned(),
            ids if automatic => format!(" Its failover to {} does not help where both are reached the same way.", listed(ids)),
            ids => format!(" {} could be promoted, by somebody who is awake.", listed(ids)),
        };
        Finding::of_component(
            "single-writer",
            &component.id,
            format!("Without {}, {} stop.{rest}", component.id, requests(&kinds)),
        )
    })
    .collect()
}

/// Databases whose data nobody else has.
fn copies(ground: &StaticRoutes<'_>) -> Vec<Finding> {
    let alone = ground.infra.database_clusters().into_iter().filter(|cluster| cluster.len() == 1).flatten();
    let asked = alone
        .filter(|ix| ground.infra.hops().any(|hop| hop.to == *ix && ground.infra.link(hop.link).protocol.carries_requests()));
    asked
        .map(|ix| {
            Finding::of_component("one-copy", ground.id(ix), format!("All data lie in {} and nowhere else.", ground.id(ix)))
        })
        .collect()
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
            let (rule, message) = match certificate.days_left {
                0 => ("certificate-expired", format!("The {cause} has expired.")),
                1 => ("certificate-expires-soon", format!("The {cause} expires within a day.")),
                days => ("certificate-expires-soon", format!("The {cause} expires in {days} days.")),
            };
            found.push(Finding::new(rule, Some(cause.clone()), message));
        }
        if stops.is_empty() {
            continue;
        }
        let stop = requests(&stops);
        let (rule, message) = match cause {
            Cause::Zone(name) => {
                ("one-name", format!("Without the zone of {}, {stop} stop for everybody who has to look it up.", name.as_str()))
            }
            Cause::Component(id) if is_resolver(ground, id) => (
                "one-name",
                format!("Without {id}, {stop} stop for everybody who has to look the name up; a cache hides it for a while."),
            ),
            Cause::Certificate { .. } => ("one-certificate", format!("When the {cause} has expired, {stop} stop.")),
            Cause::Domain(id) => ("failure-domain", format!("When {id} fails as a whole, {stop} stop.")),
            _ => continue,
        };
        found.push(Finding::new(rule, Some(cause.clone()), message));
    }
    found
}

fn is_firewall(ground: &StaticRoutes<'_>, cause: &Cause) -> bool {
    let Cause::Component(id) = cause else { return false };
    ground.infra.find(id.as_str()).is_some_and(|ix| matches!(ground.infra.component(ix).kind, ComponentKind::Firewall(_)))
}

fn is_resolver(ground: &StaticRoutes<'_>, id: &ComponentId) -> bool {
    ground.infra.find(id.as_str()).is_some_and(|ix| matches!(ground.infra.component(ix).kind, ComponentKind::DnsResolver(_)))
}
