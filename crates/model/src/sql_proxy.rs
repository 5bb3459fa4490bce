//! Settings of an SQL proxy: a program between applications and databases, such as `ProxySQL`, MySQL Router or `HAProxy`
//! in TCP mode.

use serde::{Deserialize, Serialize};

use super::quantity::Seconds;

/// Which databases an SQL proxy sends statements to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SqlProxyMode {
    /// Writes go to the writable database. Reads go to the read-only ones in turn, or to the writable one if no other is
    /// UP (MySQL Router: `round-robin-with-fallback`; `ProxySQL`: reader and writer hostgroups).
    #[default]
    ReadWriteSplit,
    /// Everything goes to the writable database (MySQL Router's read/write port).
    Writer,
}

impl SqlProxyMode {
    /// Name of the mode.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ReadWriteSplit => "read/write split",
            Self::Writer => "writer only",
        }
    }
}

/// Settings of an SQL proxy. Its health checks connect to each database and read `read_only`, so it finds the new writer
/// after a failover within one check interval, and stops using a dead database after `fall` of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SqlProxySpec {
    /// Which databases get reads.
    pub mode: SqlProxyMode,
    /// Time from the end of one check of a database to the start of the next (`HAProxy`: `inter`). `ProxySQL` reads
    /// `read_only` every 1.5 s (`mysql-monitor_read_only_interval`).
    pub check_interval_s: Seconds,
    /// Consecutive failed checks after which a database is DOWN.
    pub fall: u8,
    /// Consecutive successful checks after which it is UP.
    pub rise: u8,
    /// Time limit for connecting to a database (`ProxySQL`: `mysql-connect_timeout_server`, 1 s).
    pub connect_timeout_s: Seconds,
    /// Number of connection attempts after the first one; they go to another suitable database if there is one.
    pub retries: u8,
    /// Maximum number of idle pooled connections per database; unlimited by default.
    pub idle: Option<u32>,
}

impl Default for SqlProxySpec {
    fn default() -> Self {
        Self {
            mode: SqlProxyMode::default(),
            check_interval_s: Seconds::literal(2.0),
            fall: 3,
            rise: 2,
            connect_timeout_s: Seconds::literal(1.0),
            retries: 3,
            idle: None,
        }
    }
}
