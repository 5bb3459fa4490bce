//! What must hold of databases together: roles and settings of one cluster fit each other.
//!
//! Must not know how replication works.

use crate::component::{DatabaseRole, DatabaseSpec, Failover};
use crate::infrastructure::{ComponentIx, Infrastructure};

/// Fewest and most members of a quorum cluster: with two, either one's loss stops all writes; nine are the most that
/// MySQL's Group Replication takes.
const MEMBERS: std::ops::RangeInclusive<usize> = 3..=9;

/// The first mistake: the component that it is about, and what is wrong.
pub(super) fn mistake(infra: &Infrastructure) -> Option<(ComponentIx, String)> {
    infra.database_clusters().iter().find_map(|cluster| in_cluster(infra, cluster))
}

fn in_cluster(infra: &Infrastructure, cluster: &[ComponentIx]) -> Option<(ComponentIx, String)> {
    let specs: Vec<(ComponentIx, &DatabaseSpec)> =
        cluster.iter().filter_map(|ix| infra.component(*ix).kind.as_database().map(|spec| (*ix, spec))).collect();
    let name = |ix: ComponentIx| &infra.component(ix).id;
    for (ix, spec) in &specs {
        let id = name(*ix);
        if spec.role != DatabaseRole::Primary {
            let set = [(spec.failover != Failover::Manual, "failover"), (spec.fence, "fence"), (spec.semi_sync, "semi_sync")];
            if let Some((_, field)) = set.into_iter().find(|(is, _)| *is) {
                return Some((*ix, format!("`{id}` is a {} and has `{field}`, which a primary has", spec.role.word())));
            }
        }
        if spec.expel_s.is_some() && spec.role != DatabaseRole::Member {
            return Some((*ix, format!("`{id}` is a {} and has `expel_s`, which a member has", spec.role.word())));
        }
        let automatic = spec.failover != Failover::Manual;
        if (automatic || spec.semi_sync) && !specs.iter().any(|(_, other)| other.role == DatabaseRole::Replica) {
            let field = if automatic { "failover" } else { "semi_sync" };
            return Some((*ix, format!("`{id}` has `{field}`, but no replication link leads to a replica")));
        }
        if automatic && let Some((other, _)) = specs.iter().find(|(o, s)| o != ix && s.role == DatabaseRole::Primary) {
            return Some((*ix, format!("`{id}` has `failover`, but `{}` of its cluster is a primary too", name(*other))));
        }
    }
    let members: Vec<ComponentIx> =
        specs.iter().filter(|(_, spec)| spec.role == DatabaseRole::Member).map(|(ix, _)| *ix).collect();
    let first = *members.first()?;
    if let Some((other, spec)) = specs.iter().find(|(_, spec)| spec.role != DatabaseRole::Member) {
        let message =
            format!("a replication link joins the member `{}` with the {} `{}`", name(first), spec.role.word(), name(*other));
        return Some((*other, message));
    }
    if !MEMBERS.contains(&members.len()) {
        let (least, most) = MEMBERS.into_inner();
        let message =
            format!("the quorum cluster of `{}` has {} members, {least} to {most} make sense", name(first), members.len());
        return Some((first, message));
    }
    members.iter().enumerate().find_map(|(number, a)| {
        let linked = |b: &&ComponentIx| {
            let between = |from, to| infra.link_between(name(from).as_str(), name(to).as_str());
            between(*a, **b).or_else(|| between(**b, *a)).is_none()
        };
        let b = members.iter().skip(number + 1).find(linked)?;
        Some((*b, format!("the members `{}` and `{}` need a replication link between them", name(*a), name(*b))))
    })
}
