//! Requirements on databases.

use std::collections::BTreeSet;

use hoplight_model::link::Protocol;
use hoplight_model::{ComponentId, DatabaseRole, RequestKind, Tier};

use super::Check;
use crate::drawing::Drawing;

/// The application servers that users' requests reach; all that are drawn if none is reached yet.
fn applications<'a>(drawing: &Drawing<'a>) -> Vec<&'a ComponentId> {
    let is_app = |id: &&ComponentId| drawing.has_tier(id, Tier::Application);
    let reached: Vec<&ComponentId> = drawing.reached().into_iter().filter(is_app).collect();
    if reached.is_empty() { drawing.components().map(|component| &component.id).filter(is_app).collect() } else { reached }
}

pub(super) fn database(drawing: &Drawing<'_>) -> Check {
    let queried: Vec<Vec<&ComponentId>> = applications(drawing).into_iter().map(|app| drawing.databases(app, None)).collect();
    let met = !queried.is_empty() && queried.iter().all(|databases| !databases.is_empty());
    Check::of(met, queried.into_iter().flatten())
}

pub(super) fn replication(drawing: &Drawing<'_>) -> Check {
    let queried = applications(drawing).into_iter().flat_map(|app| drawing.databases(app, None));
    let clusters: BTreeSet<Vec<&ComponentId>> = queried.map(|database| drawing.cluster(database)).collect();
    let found = clusters.into_iter().find(|members| is_replicated(drawing, members));
    Check::of(found.is_some(), found.into_iter().flatten())
}

/// Whether changes reach a second copy: a replica that replicates the one primary, two members that both accept writes, or
/// three that elect a writer.
fn is_replicated(drawing: &Drawing<'_>, members: &[&ComponentId]) -> bool {
    let with = |role| -> Vec<&ComponentId> { members.iter().copied().filter(|id| drawing.role(id) == Some(role)).collect() };
    let is_all = |role, least| with(role).len() == members.len() && members.len() >= least;
    let primaries = with(DatabaseRole::Primary);
    let replicas = with(DatabaseRole::Replica);
    let has_source = |replica: &&ComponentId| primaries.iter().any(|primary| feeds(drawing, primary, replica));
    let is_pair = primaries.len() == 1 && !replicas.is_empty() && replicas.iter().all(has_source);
    is_pair || is_all(DatabaseRole::MultiPrimary, 2) || is_all(DatabaseRole::Member, 3)
}

/// Whether changes flow from one database to another, along replication links.
fn feeds(drawing: &Drawing<'_>, from: &ComponentId, to: &ComponentId) -> bool {
    let mut seen: BTreeSet<&ComponentId> = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        let links = drawing.links_from(id, Protocol::Replication).map(|link| link.to);
        open.extend(links.filter(|next| seen.insert(next)));
    }
    seen.contains(to)
}

pub(super) fn writer(drawing: &Drawing<'_>) -> Check {
    let mut written: BTreeSet<Vec<&ComponentId>> = BTreeSet::new();
    let mut met = true;
    let mut found = Vec::new();
    // An application without a database violates another requirement.
    for app in applications(drawing).into_iter().filter(|app| !drawing.databases(app, None).is_empty()) {
        let writable = writable(drawing, app);
        met &= !writable.is_empty();
        written.extend(writable.iter().map(|database| drawing.cluster(database)));
        found.extend(writable);
    }
    // Two primaries that do not know each other hold two different truths.
    Check::of(met && written.len() == 1, found)
}

/// The databases that accept the writes of an application, among those that its writes reach.
fn writable<'a>(drawing: &Drawing<'a>, app: &'a ComponentId) -> Vec<&'a ComponentId> {
    let component = drawing.component(app);
    let mut links = drawing.links_from(app, Protocol::Sql).filter(|link| link.carries(RequestKind::Write));
    let follows = component.is_none_or(|component| component.kind.follows_primary());
    let reached = match links.next() {
        // A driver that does not follow the primary sends every write to its first database.
        Some(first) if !follows && drawing.has_tier(first.to, Tier::Database) => vec![first.to],
        _ => drawing.databases(app, Some(RequestKind::Write)),
    };
    let accepts = |id: &&ComponentId| match drawing.role(id) {
        Some(DatabaseRole::Primary | DatabaseRole::MultiPrimary) => true,
        // The first member is the writer at the start; a driver with links to several members finds the next one.
        Some(DatabaseRole::Member) => reached.len() > 1 || drawing.cluster(id).first() == Some(id),
        Some(DatabaseRole::Replica) | None => false,
    };
    reached.iter().copied().filter(accepts).collect()
}
