//! TLS settings and certificates.
//!
//! Encryption *per hop* is not stored anywhere: [`super::hop`] derives it from these settings.

use serde::{Deserialize, Serialize};

use super::connection::TlsVersion;
use super::id::ComponentId;
use super::quantity::Millis;
use super::text::Text;

/// How the edge of the site handles TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TlsMode {
    /// Plain HTTP everywhere.
    None,
    /// The entry decrypts and forwards plain HTTP.
    #[default]
    Terminate,
    /// The entry decrypts, reads, and encrypts again towards the web servers ("bridging").
    Reencrypt,
    /// The entry forwards the encrypted bytes; the web servers decrypt.
    Passthrough,
}

impl TlsMode {
    /// All modes, in the order in which the `t` key cycles through them.
    pub const ALL: [Self; 4] = [Self::None, Self::Terminate, Self::Reencrypt, Self::Passthrough];

    /// The next mode, wrapping around.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::None => Self::Terminate,
            Self::Terminate => Self::Reencrypt,
            Self::Reencrypt => Self::Passthrough,
            Self::Passthrough => Self::None,
        }
    }

    /// Name of the mode in commands, reports and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Terminate => "terminate",
            Self::Reencrypt => "re-encrypt",
            Self::Passthrough => "passthrough",
        }
    }
}

/// TLS settings of all hops, and the cost of handshakes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsConfig {
    /// TLS mode of the entry.
    pub edge: TlsMode,
    /// Whether web servers use TLS to application servers.
    pub web_to_app: bool,
    /// Whether application servers and replicas use TLS to the database.
    pub app_to_db: bool,
    /// TLS version of all connections.
    pub version: TlsVersion,
    /// Server-side CPU time of a full handshake: mostly the signature with the certificate's key. The client's CPU time
    /// is not counted.
    pub handshake_ms: Millis,
    /// Server-side CPU time of a handshake that resumes a session.
    pub resumed_ms: Millis,
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            edge: TlsMode::default(),
            web_to_app: false,
            app_to_db: false,
            version: TlsVersion::default(),
            handshake_ms: Millis::literal(2.0),
            resumed_ms: Millis::literal(0.3),
        }
    }
}

/// A certificate and the components that hold its key. It authenticates; session keys encrypt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Names that the certificate is valid for; by default the site's.
    #[serde(default)]
    pub names: Vec<Text>,
    /// Components that hold the certificate and its private key.
    pub on: Vec<ComponentId>,
    /// Days until it expires, counted from the start of the simulation; by default 90.
    #[serde(default = "usual_days")]
    pub days_left: u32,
    /// Whether the drawing lists no certificate, so the site is assumed to have this one.
    #[serde(skip)]
    pub is_assumed: bool,
}

impl Certificate {
    /// A new certificate for these names on these components.
    pub fn new(names: Vec<Text>, on: Vec<ComponentId>) -> Self {
        Self { names, on, days_left: usual_days(), is_assumed: false }
    }

    /// The certificate that a site without a listed one is assumed to have.
    pub(crate) fn assumed(name: Text, on: Vec<ComponentId>) -> Self {
        Self { names: vec![name], on, days_left: usual_days(), is_assumed: true }
    }

    /// Whether the certificate is valid for a name: an exact match, or a wildcard for one label (RFC 6125, 6.4.3).
    pub fn covers(&self, name: &str) -> bool {
        let parent = name.split_once('.').map(|(_, parent)| parent);
        self.names.iter().any(|own| own.as_str() == name || own.strip_prefix("*.").is_some_and(|rest| parent == Some(rest)))
    }
}

fn usual_days() -> u32 {
    90
}
