//! The site's DNS record, as the authoritative server returns it to a resolver.

use serde::{Deserialize, Serialize};

/// The state of the record at the authoritative server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RecordState {
    /// The record exists.
    #[default]
    Present,
    /// The name does not exist (NXDOMAIN): it was deleted, mistyped, or the domain has expired.
    Gone,
    /// The authoritative server does not respond: a resolver without a cached record returns SERVFAIL.
    Unreachable,
}

impl RecordState {
    /// All states, in listing order.
    pub const ALL: [Self; 3] = [Self::Present, Self::Gone, Self::Unreachable];

    /// The keyword of fault scripts.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Present => "ok",
            Self::Gone => "gone",
            Self::Unreachable => "unreachable",
        }
    }
}

/// The site that the record leads to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordTarget {
    /// The site whose addresses the record lists from the start.
    #[default]
    Primary,
    /// The standby site.
    Standby,
}

impl RecordTarget {
    /// Both targets.
    pub const ALL: [Self; 2] = [Self::Primary, Self::Standby];

    /// Position of the target in [`Self::ALL`].
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Primary => 0,
            Self::Standby => 1,
        }
    }
}
