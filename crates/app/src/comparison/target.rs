//! Targets of a comparison.

use hoplight_model::TlsMode;

/// A design to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComparisonTarget {
    /// The same design with another TLS mode.
    Tls(TlsMode),
    /// The infrastructure of this name.
    Scenario(String),
}
