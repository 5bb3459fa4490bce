//! Settings of databases: role, replication and failover.
//!
//! Databases that replication links join form a cluster. Roles here are those at
//! the start of a run; the simulation changes them.

use serde::{Deserialize, Serialize};

use super::quantity::Seconds;

/// A database's role at the start of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DatabaseRole {
    /// Takes reads and writes.
    #[default]
    Primary,
    /// Follows the primary; takes reads, refuses writes (error 1290).
    Replica,
    /// Belongs to a quorum cluster, whose members elect one that takes writes; the first member at the start. A write is
    /// acknowledged when a majority has it.
    Member,
}

impl DatabaseRole {
    /// The words for a database that has this role.
    pub const fn of_database(self) -> &'static str {
        match self {
            Self::Primary => "primary database",
            Self::Replica => "replica database",
            Self::Member => "cluster member",
        }
    }

    /// The word that the screen uses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Replica => "replica",
            Self::Member => "member",
        }
    }
}

/// What replaces a lost primary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Failover {
    /// An operator promotes a replica. Noticing and deciding takes minutes; the promotion itself does not.
    #[default]
    Manual,
    /// The replicas promote one of themselves.
    Automatic {
        /// How long the replicas must not have heard from the primary; fifteen seconds is usual.
        after_s: Seconds,
    },
}

/// Settings of a database. Failover, fencing and semi-synchronous replication are set at the primary and hold for its
/// whole cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSpec {
    /// Whether it takes writes.
    #[serde(default)]
    pub role: DatabaseRole,
    /// How long a change takes to be applied once it has arrived, for a replica or member.
    #[serde(default = "usual_lag")]
    pub lag_s: Seconds,
    /// What replaces the primary when it is lost.
    #[serde(default)]
    pub failover: Failover,
    /// Whether a replaced primary is made read-only as soon as it is back. Otherwise it continues to take writes.
    #[serde(default)]
    pub fence: bool,
    /// Whether a write is acknowledged only when one replica has received it. After ten seconds without a replica's
    /// acknowledgement it falls back to asynchronous replication, as MySQL does by default.
    #[serde(default)]
    pub semi_sync: bool,
    /// How long a member may be silent before the others expel it. MySQL's Group Replication takes ten seconds: five until
    /// it suspects, five until it expels.
    #[serde(default)]
    pub expel_s: Option<Seconds>,
}

/// Default of [`DatabaseSpec::expel_s`].
pub const EXPEL: Seconds = Seconds::literal(10.0);

fn usual_lag() -> Seconds {
    Seconds::literal(0.05)
}
