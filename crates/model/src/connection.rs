//! Connection settings: keep-alive and TLS version.

use serde::{Deserialize, Serialize};

/// Lifetime of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Connections {
    /// Stays open for further requests.
    #[default]
    KeepAlive,
    /// Each request opens its own connection, which is closed after the response.
    PerRequest,
}

/// The TLS version, which determines the round trips of a full handshake.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TlsVersion {
    /// Two round trips (RFC 5246), or one if a session is resumed.
    Tls12,
    /// One round trip (RFC 8446), even if a session is resumed: early data ("0-RTT") is disabled.
    #[default]
    Tls13,
}

impl TlsVersion {
    /// Label on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        }
    }
}
