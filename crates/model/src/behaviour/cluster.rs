//! Rules of a database cluster.

use crate::component::{DatabaseSpec, Failover};
use crate::database::{DatabaseRole, EXPEL, HOT_ROWS, SUSPECT};
use crate::infrastructure::{ComponentIx, Infrastructure};
use crate::quantity::Seconds;

/// How long a semi-synchronous primary waits for a replica's acknowledgement before it falls back to asynchronous
/// replication (MySQL: `rpl_semi_sync_source_timeout`).
pub const SEMI_SYNC_TIMEOUT: Seconds = Seconds::literal(10.0);
/// Interval at which databases try to connect to each other. A MySQL replica retries once a minute
/// (`SOURCE_CONNECT_RETRY`); this is shortened for teaching.
pub const HEARTBEAT: Seconds = Seconds::literal(1.0);

/// The rules of one cluster.
#[expect(clippy::struct_excessive_bools, reason = "independent rules")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClusterRules {
    /// Whether a write is acknowledged once a majority has it and the members elect the writer (MySQL Group
    /// Replication).
    pub quorum: bool,
    /// Whether all members accept writes, and a write is acknowledged once all of them have certified it (Galera).
    pub multi_primary: bool,
    /// Number of rows among which the writes of a multi-primary cluster are spread.
    pub hot_rows: u32,
    /// Number of members that form a majority of the authored ones, as in etcd. MySQL Group Replication does not count
    /// expelled members.
    pub majority: usize,
    /// How long the writer must be silent before the others replace it, or a member before the others expel it: `expel_s`
    /// in a quorum or multi-primary cluster, otherwise the
    /// failover's `after_s`; `None` if an operator must promote a replica.
    pub replaced_after: Option<Seconds>,
    /// Whether a replaced writer becomes read-only once it learns of its successor.
    pub fence: bool,
    /// Whether a write waits for the acknowledgement of one replica, for at most [`SEMI_SYNC_TIMEOUT`].
    pub semi_sync: bool,
}

impl ClusterRules {
    /// The rules of one of [`Infrastructure::database_clusters`].
    pub fn of(infra: &Infrastructure, members: &[ComponentIx]) -> Self {
        let specs: Vec<&DatabaseSpec> = members.iter().filter_map(|ix| infra.component(*ix).kind.as_database()).collect();
        let quorum = specs.iter().any(|spec| spec.role == DatabaseRole::Member);
        let multi_primary = specs.iter().any(|spec| spec.role == DatabaseRole::MultiPrimary);
        let hot_rows = specs.iter().filter_map(|spec| spec.hot_rows).max().unwrap_or(HOT_ROWS);
        let expel = specs.iter().filter_map(|spec| spec.expel_s).reduce(|a, b| if b > a { b } else { a });
        let failover = specs.iter().find_map(|spec| match spec.failover {
            Failover::Automatic { after_s } => Some(after_s),
            Failover::Manual => None,
        });
        Self {
            quorum,
            multi_primary,
            hot_rows,
            majority: specs.len() / 2 + 1,
            replaced_after: match (quorum, multi_primary) {
                (true, _) => Some(expel.unwrap_or(EXPEL)),
                (_, true) => Some(expel.unwrap_or(SUSPECT)),
                _ => failover,
            },
            fence: quorum || specs.iter().any(|spec| spec.fence),
            semi_sync: specs.iter().any(|spec| spec.semi_sync),
        }
    }
}

/// The database whose history is valid at the start: the cluster's first primary, or its first database if there is no
/// primary.
pub fn first_authority(infra: &Infrastructure, members: &[ComponentIx]) -> Option<ComponentIx> {
    let role = |ix: &ComponentIx| infra.component(*ix).kind.as_database().map(|spec| spec.role);
    let primary = members.iter().find(|ix| role(ix) == Some(DatabaseRole::Primary));
    primary.or_else(|| members.first()).copied()
}

/// Whether a database accepts writes at the start. `members` is its cluster.
pub fn starts_writable(infra: &Infrastructure, members: &[ComponentIx], ix: ComponentIx) -> bool {
    match infra.component(ix).kind.as_database().map(|spec| spec.role) {
        Some(DatabaseRole::Primary | DatabaseRole::MultiPrimary) => true,
        Some(DatabaseRole::Member) => first_authority(infra, members) == Some(ix),
        Some(DatabaseRole::Replica) | None => false,
    }
}
