//! Checks that the roles and settings of the databases in a cluster are consistent.

use crate::component::{DatabaseRole, DatabaseSpec, Failover};
use crate::infrastructure::{ComponentIx, Infrastructure};
use crate::problem::ClusterProblem;

/// Permitted sizes of a quorum cluster. With two members, the loss of either one stops all writes; MySQL Group
/// Replication supports at most nine.
const MEMBERS: std::ops::RangeInclusive<usize> = 3..=9;
/// Permitted sizes of a multi-primary cluster. Two members are permitted, since people run them; a finding warns of it.
const MULTI_PRIMARY_MEMBERS: std::ops::RangeInclusive<usize> = 2..=9;

/// Returns the first problem and the database that it concerns.
pub(super) fn problem(infra: &Infrastructure) -> Option<(ComponentIx, ClusterProblem)> {
    infra.database_clusters().iter().find_map(|cluster| in_cluster(infra, cluster))
}

fn in_cluster(infra: &Infrastructure, cluster: &[ComponentIx]) -> Option<(ComponentIx, ClusterProblem)> {
    let specs: Vec<(ComponentIx, &DatabaseSpec)> =
        cluster.iter().filter_map(|ix| infra.component(*ix).kind.as_database().map(|spec| (*ix, spec))).collect();
    let name = |ix: ComponentIx| infra.component(ix).id.clone();
    for (ix, spec) in &specs {
        let role = spec.role;
        if role != DatabaseRole::Primary {
            let set = [(spec.failover != Failover::Manual, "failover"), (spec.fence, "fence"), (spec.semi_sync, "semi_sync")];
            if let Some((_, field)) = set.into_iter().find(|(is, _)| *is) {
                return Some((*ix, ClusterProblem::SettingOfPrimary { role, field }));
            }
        }
        if spec.expel_s.is_some() && !matches!(role, DatabaseRole::Member | DatabaseRole::MultiPrimary) {
            return Some((*ix, ClusterProblem::SettingOfMember { role, field: "expel_s" }));
        }
        if spec.hot_rows.is_some() && role != DatabaseRole::MultiPrimary {
            return Some((*ix, ClusterProblem::SettingOfMember { role, field: "hot_rows" }));
        }
        if spec.hot_rows == Some(0) {
            return Some((*ix, ClusterProblem::NoRows));
        }
        let automatic = spec.failover != Failover::Manual;
        if (automatic || spec.semi_sync) && !specs.iter().any(|(_, other)| other.role == DatabaseRole::Replica) {
            let field = if automatic { "failover" } else { "semi_sync" };
            return Some((*ix, ClusterProblem::NoReplica(field)));
        }
        if automatic && let Some((other, _)) = specs.iter().find(|(o, s)| o != ix && s.role == DatabaseRole::Primary) {
            return Some((*ix, ClusterProblem::SecondPrimary(name(*other))));
        }
    }
    let is_member = |role: DatabaseRole| matches!(role, DatabaseRole::Member | DatabaseRole::MultiPrimary);
    let (first, of_first) = specs.iter().find(|(_, spec)| is_member(spec.role))?;
    let (first, role) = (*first, of_first.role);
    if let Some((other, spec)) = specs.iter().find(|(_, spec)| spec.role != role) {
        return Some((*other, ClusterProblem::Mixed { member: name(first), role: spec.role }));
    }
    let members: Vec<ComponentIx> = specs.iter().map(|(ix, _)| *ix).collect();
    let range = if role == DatabaseRole::Member { MEMBERS } else { MULTI_PRIMARY_MEMBERS };
    if !range.contains(&members.len()) {
        return Some((first, ClusterProblem::Members { count: members.len(), range: range.into_inner() }));
    }
    members.iter().enumerate().find_map(|(number, a)| {
        let is_apart = |b: &&ComponentIx| {
            let between = |from, to| infra.link_between(name(from).as_str(), name(to).as_str());
            between(*a, **b).or_else(|| between(**b, *a)).is_none()
        };
        let b = members.iter().skip(number + 1).find(is_apart)?;
        Some((*b, ClusterProblem::NoLinkFrom(name(*a))))
    })
}
