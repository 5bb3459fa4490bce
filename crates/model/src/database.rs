//! Settings of databases: role, replication and failover.
//!
//! Databases that are joined by replication links form a cluster. The roles here are those at the start of a run; the
//! simulation changes them.

use serde::{Deserialize, Serialize};

use super::quantity::Seconds;

/// A database's role at the start of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DatabaseRole {
    /// Accepts reads and writes.
    #[default]
    Primary,
    /// Replicates the primary; accepts reads and rejects writes (error 1290).
    Replica,
    /// Member of a quorum cluster, whose members elect one writer; the first member is the writer at the start. A write
    /// is acknowledged when a majority has received it.
    Member,
    /// Member of a cluster in which every member accepts writes (Galera, `InnoDB` Cluster in multi-primary mode). A write is
    /// acknowledged when all members have certified it; members without contact to a majority refuse all queries.
    MultiPrimary,
}

impl DatabaseRole {
    /// The term for a database with this role.
    pub const fn of_database(self) -> &'static str {
        match self {
            Self::Primary => "primary database",
            Self::Replica => "replica database",
            Self::Member => "cluster member",
            Self::MultiPrimary => "multi-primary database",
        }
    }

    /// Name of the role.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Replica => "replica",
            Self::Member => "member",
            Self::MultiPrimary => "multi-primary member",
        }
    }
}

/// How a lost primary is replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Failover {
    /// An operator promotes a replica. The operator takes minutes to notice and decide; the promotion itself is
    /// instantaneous.
    #[default]
    Manual,
    /// The replicas promote one of themselves.
    Automatic {
        /// How long the primary must be silent before a replica is promoted; fifteen seconds is typical.
        after_s: Seconds,
    },
}

/// Settings of a database. Failover, fencing and semi-synchronous replication are set on the primary and apply to its
/// whole cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSpec {
    /// Role of the database at the start.
    #[serde(default)]
    pub role: DatabaseRole,
    /// Time until a received change is applied, for a replica or member.
    #[serde(default = "usual_lag")]
    pub lag_s: Seconds,
    /// How the primary is replaced when it is lost.
    #[serde(default)]
    pub failover: Failover,
    /// Whether a replaced primary becomes read-only as soon as it is back. Otherwise it continues to accept writes.
    #[serde(default)]
    pub fence: bool,
    /// Whether a write is acknowledged only after a replica has received it. After ten seconds without a replica's
    /// acknowledgement, the primary falls back to asynchronous replication, as MySQL does by default.
    #[serde(default)]
    pub semi_sync: bool,
    /// How long a member may be silent before the others expel it. MySQL Group Replication takes ten seconds: five
    /// until it suspects the member, five more until it expels it. A multi-primary cluster takes five seconds.
    #[serde(default)]
    pub expel_s: Option<Seconds>,
    /// Number of rows among which the writes of a multi-primary cluster are spread evenly; 10,000 by default. Concurrent
    /// writes of two members to the same row conflict, and one of them fails with error 1213.
    #[serde(default)]
    pub hot_rows: Option<u32>,
}

/// Default of [`DatabaseSpec::hot_rows`].
pub const HOT_ROWS: u32 = 10_000;
/// Default of [`DatabaseSpec::expel_s`] in a multi-primary cluster (Galera: `evs.suspect_timeout`).
pub const SUSPECT: Seconds = Seconds::literal(5.0);

/// Default of [`DatabaseSpec::expel_s`].
pub const EXPEL: Seconds = Seconds::literal(10.0);

fn usual_lag() -> Seconds {
    Seconds::literal(0.05)
}
