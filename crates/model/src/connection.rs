//! Settings of connections: keep-alive and TLS version.

use serde::{Deserialize, Serialize};

/// How long a connection lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Connections {
    /// It stays open for the next request.
    #[default]
    KeepAlive,
    /// Each request opens a connection and closes it after the answer.
    PerRequest,
}

/// The TLS version, which decides how many round trips a full handshake takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TlsVersion {
    /// Two round trips (RFC 5246), one if a session is resumed.
    Tls12,
    /// One round trip (RFC 8446), also if a session is resumed: early data ("0-RTT") is off.
    #[default]
    Tls13,
}

impl TlsVersion {
    /// The label on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tls12 => "TLS 1.2",
            Self::Tls13 => "TLS 1.3",
        }
    }
}
