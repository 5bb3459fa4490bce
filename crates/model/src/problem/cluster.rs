//! Why the databases of a cluster are inconsistent.

use crate::database::DatabaseRole;
use crate::id::ComponentId;

/// Why the databases of a cluster are inconsistent.
#[derive(Clone, Debug, PartialEq)]
pub enum ClusterProblem {
    /// A database with another role has a setting for primaries.
    SettingOfPrimary {
        /// The database's role.
        role: DatabaseRole,
        /// The setting.
        field: &'static str,
    },
    /// A database has a setting for members of a cluster, but is not one.
    SettingOfMember {
        /// The database's role.
        role: DatabaseRole,
        /// The setting.
        field: &'static str,
    },
    /// `hot_rows` is zero.
    NoRows,
    /// A setting requires a replica, but the cluster has none.
    NoReplica(&'static str),
    /// A cluster with automatic failover has a second primary.
    SecondPrimary(ComponentId),
    /// A quorum cluster contains a database that is not a member.
    Mixed {
        /// The member.
        member: ComponentId,
        /// The role of the other database.
        role: DatabaseRole,
    },
    /// A quorum cluster has too few or too many members.
    Members {
        /// Number of members.
        count: usize,
        /// Minimum and maximum.
        range: (usize, usize),
    },
    /// The member has no replication link to this other member.
    NoLinkFrom(ComponentId),
}
