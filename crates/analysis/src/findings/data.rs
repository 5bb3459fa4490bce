//! Findings about copies of the data: who writes where, who reads an old copy, and where the copies are.

use std::collections::{BTreeMap, BTreeSet};

use super::{DesignFinding, FindingContext, FindingKind};
use crate::cause::Cause;
use hoplight_model::behaviour::{ClusterRules, starts_writable, upstreams};
use hoplight_model::component::SqlProxyMode;
use hoplight_model::{ComponentId, ComponentIx, Infrastructure, RequestKind, ServerId};

pub(super) fn find(context: &FindingContext<'_>) -> Vec<DesignFinding> {
    let infra = context.infra;
    let clusters = infra.database_clusters();
    let writable: BTreeSet<ComponentIx> =
        clusters.iter().flat_map(|members| members.iter().filter(|ix| starts_writable(infra, members, **ix))).copied().collect();
    let mut found = Vec::new();
    if context.points[RequestKind::Write.index()].is_ok() {
        let drivers = drivers(infra, RequestKind::Write);
        found.extend(two_writers(context, &drivers, &writable));
        found.extend(misdirected(context, &drivers, &writable));
        found.extend(stale_reads(context, &clusters, &writable));
    }
    found.extend(clusters.iter().filter_map(|members| no_majority(context, members)));
    found.extend(clusters.iter().flat_map(|members| together(context, members)));
    found
}

/// A component that queries databases, and the databases that it has links to, in authored order.
type Driver = (ComponentIx, Vec<ComponentIx>);

/// The components that query a database for users' requests of one kind.
fn drivers(infra: &Infrastructure, kind: RequestKind) -> Vec<Driver> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<ComponentIx> = infra.browser().into_iter().collect();
    let mut drivers = Vec::new();
    while let Some(ix) = open.pop() {
        if !seen.insert(ix) {
            continue;
        }
        let mut links = upstreams(infra, ix, kind);
        // A standby site gets no requests.
        links.retain(|link| !infra.link(*link).standby);
        let ends = links.into_iter().map(|link| infra.ends(link).1);
        let is_database = |ix: &ComponentIx| infra.component(*ix).kind.as_database().is_some();
        let (databases, others): (Vec<ComponentIx>, Vec<ComponentIx>) = ends.partition(is_database);
        open.extend(others);
        if !databases.is_empty() {
            drivers.push((ix, databases));
        }
    }
    drivers.sort_by_key(|(ix, _)| *ix);
    drivers
}

/// Names of components, in authored order.
fn ids(context: &FindingContext<'_>, found: impl IntoIterator<Item = ComponentIx>) -> Vec<ComponentId> {
    found.into_iter().map(|ix| context.id(ix).clone()).collect()
}

/// Several databases that accept writes of the same users.
fn two_writers(context: &FindingContext<'_>, drivers: &[Driver], writable: &BTreeSet<ComponentIx>) -> Option<DesignFinding> {
    // The members of a multi-primary cluster agree on each write.
    let clusters = context.infra.database_clusters();
    let agreed = |ix: &ComponentIx| {
        clusters
            .iter()
            .find(|members| members.contains(ix))
            .and_then(|members| ClusterRules::of(context.infra, members).multi_primary.then(|| members[0]))
    };
    let databases = drivers.iter().flat_map(|(_, databases)| databases).copied();
    let written: BTreeSet<ComponentIx> =
        databases.filter(|ix| writable.contains(ix)).map(|ix| agreed(&ix).unwrap_or(ix)).collect();
    (written.len() > 1).then(|| DesignFinding::of_design(FindingKind::TwoWriters { writers: ids(context, written) }))
}

/// A multi-primary cluster in which the loss of any member stops the others.
fn no_majority(context: &FindingContext<'_>, members: &[ComponentIx]) -> Option<DesignFinding> {
    let is_pair = ClusterRules::of(context.infra, members).multi_primary && members.len() == 2;
    is_pair.then(|| DesignFinding::of_design(FindingKind::NoMajority { members: ids(context, members.iter().copied()) }))
}

/// Components whose writes end at a read-only replica.
fn misdirected(context: &FindingContext<'_>, drivers: &[Driver], writable: &BTreeSet<ComponentIx>) -> Vec<DesignFinding> {
    let ends_at_replica = |(ix, databases): &&Driver| {
        // A driver that follows the primary tries the next database; any other reports the replica's error.
        let kind = &context.infra.component(*ix).kind;
        let finds_writer = kind.follows_primary() || kind.as_sql_proxy().is_some();
        let tried = if finds_writer { databases.len() } else { 1 };
        databases.iter().take(tried).all(|database| !writable.contains(database))
    };
    let found = drivers.iter().filter(ends_at_replica);
    found
        .map(|(ix, databases)| {
            let (writers, replicas) = databases.iter().copied().partition::<Vec<_>, _>(|ix| writable.contains(ix));
            let (replicas, writers) = (ids(context, replicas), ids(context, writers));
            DesignFinding::of_component(context.id(*ix), FindingKind::WritesToReplica { replicas, writers })
        })
        .collect()
}

/// Components that read from a copy that is behind the database that accepts the writes.
fn stale_reads(
    context: &FindingContext<'_>,
    clusters: &[Vec<ComponentIx>],
    writable: &BTreeSet<ComponentIx>,
) -> Vec<DesignFinding> {
    let mut behind = vec![None; context.infra.len()];
    for members in clusters {
        let writer = members.iter().copied().find(|ix| writable.contains(ix));
        for ix in members.iter().filter(|ix| !writable.contains(ix)) {
            behind[ix.index()] = writer;
        }
    }
    let drivers = drivers(context.infra, RequestKind::Read);
    drivers
        .into_iter()
        .filter_map(|(ix, databases)| {
            let replica = match context.infra.component(ix).kind.as_sql_proxy().map(|spec| spec.mode) {
                Some(SqlProxyMode::Writer) => return None,
                Some(SqlProxyMode::ReadWriteSplit) => *databases.iter().find(|ix| !writable.contains(ix))?,
                None => *databases.first()?,
            };
            let (replica, writer) = (context.id(replica).clone(), context.id(behind[replica.index()]?).clone());
            Some(DesignFinding::of_component(context.id(ix), FindingKind::StaleReads { replica, writer }))
        })
        .collect()
}

/// Servers that hold several copies of the same data.
fn together(context: &FindingContext<'_>, members: &[ComponentIx]) -> Vec<DesignFinding> {
    let mut on: BTreeMap<&ServerId, Vec<ComponentIx>> = BTreeMap::new();
    for ix in members {
        if let Some(server) = &context.infra.component(*ix).server {
            on.entry(server).or_default().push(*ix);
        }
    }
    let several = on.into_iter().filter(|(_, copies)| copies.len() > 1);
    several
        .map(|(server, copies)| {
            let every = copies.len() == members.len();
            let kind = FindingKind::CopiesOnOneServer { copies: ids(context, copies), every };
            DesignFinding::new(Cause::Server(server.clone()), kind)
        })
        .collect()
}
