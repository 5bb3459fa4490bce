//! The site's record in the DNS: what the authoritative server says when a resolver asks it.

use serde::{Deserialize, Serialize};

/// The state of the record at its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RecordState {
    /// It is there.
    #[default]
    Present,
    /// The name does not exist (NXDOMAIN): it was deleted, mistyped, or the domain has expired.
    Gone,
    /// The authoritative server does not answer: a resolver that has nothing cached says SERVFAIL.
    Unreachable,
}

impl RecordState {
    /// All states, in listing order.
    pub const ALL: [Self; 3] = [Self::Present, Self::Gone, Self::Unreachable];

    /// The word of fault scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Present => "ok",
            Self::Gone => "gone",
            Self::Unreachable => "unreachable",
        }
    }
}
