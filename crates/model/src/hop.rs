//! Encryption per hop: derived from the TLS settings and from where things run, never authored.
//!
//! Must not know packets. What is true of a hop here is true of every message that departs on it.

use super::behaviour::HttpTls;
use super::firewall::Verdict;
use super::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use super::link::Protocol;
use super::tls::TlsMode;

/// Whether the hop can be read between its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cipher {
    /// Readable.
    Plaintext,
    /// TLS between the two ends of the hop.
    Tls,
    /// TLS that passes through one of the ends, which cannot read it either.
    TlsThrough,
}

/// What a hop runs over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Medium {
    /// A network, where others may listen.
    Wire,
    /// Inside one server: not exposed to the network.
    Loopback,
}

/// A firewall on the way of a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The firewall.
    pub firewall: ComponentIx,
    /// What it says to a new connection on this hop.
    pub verdict: Verdict,
}

/// All that is derived about one link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The link.
    pub link: LinkIx,
    /// Who asks.
    pub from: ComponentIx,
    /// Who answers.
    pub to: ComponentIx,
    /// Whether it is readable.
    pub cipher: Cipher,
    /// What it runs over.
    pub medium: Medium,
    /// The firewalls on the way, in the order in which a request meets them.
    pub guards: Vec<Guard>,
}

impl Hop {
    /// Whether it can be read on the network.
    pub fn is_exposed(&self) -> bool {
        self.cipher == Cipher::Plaintext && self.medium == Medium::Wire
    }

    /// Whether it is readable at all, if only inside one server.
    pub fn is_plaintext(&self) -> bool {
        self.cipher == Cipher::Plaintext
    }
}

/// Derives the encryption of a link.
pub(super) fn cipher(infra: &Infrastructure, link: LinkIx) -> Cipher {
    let (from, to) = infra.ends(link);
    let tls = infra.tls();
    let (asker, answerer) = (&infra.component(from).kind, &infra.component(to).kind);
    let encrypted = |yes: bool| if yes { Cipher::Tls } else { Cipher::Plaintext };
    match infra.link(link).protocol {
        // Classic DNS over port 53 is plaintext; samples are pushed over HTTPS.
        Protocol::Dns | Protocol::Vrrp => Cipher::Plaintext,
        Protocol::Metrics => Cipher::Tls,
        Protocol::Sql | Protocol::Replication => encrypted(tls.app_to_db),
        Protocol::Http => match (asker.facts().http_tls, tls.edge) {
            (HttpTls::FromUsers, TlsMode::Passthrough) if answerer.can_pass_tls() => Cipher::TlsThrough,
            (HttpTls::FromUsers, edge) => encrypted(edge != TlsMode::None),
            (HttpTls::ToBackends, TlsMode::None | TlsMode::Terminate) => Cipher::Plaintext,
            (HttpTls::ToBackends, TlsMode::Reencrypt) => Cipher::Tls,
            (HttpTls::ToBackends, TlsMode::Passthrough) => Cipher::TlsThrough,
            (HttpTls::Inside, _) => encrypted(tls.web_to_app),
        },
    }
}

/// Derives what a link runs over. Two components without a server are never taken to share one.
pub(super) fn medium(infra: &Infrastructure, link: LinkIx) -> Medium {
    let (from, to) = infra.ends(link);
    match (&infra.component(from).server, &infra.component(to).server) {
        (Some(a), Some(b)) if a == b => Medium::Loopback,
        _ => Medium::Wire,
    }
}
