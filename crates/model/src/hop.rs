//! Encryption per hop: derived from the TLS settings and the placement of components, never authored.
//!
//! A hop's properties apply to every message sent on it.

use std::collections::BTreeSet;

use super::behaviour::HttpTls;
use super::firewall::Verdict;
use super::infrastructure::{ComponentIx, Infrastructure, LinkIx};
use super::link::Protocol;
use super::tls::TlsMode;

/// How a hop is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cipher {
    /// Not encrypted.
    Plaintext,
    /// TLS between the two ends of the hop.
    Tls,
    /// TLS that one of the ends passes through without being able to read it.
    TlsThrough,
}

/// The medium of a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Medium {
    /// A network, where others may listen.
    Wire,
    /// Within one server, not exposed to the network.
    Loopback,
}

/// A firewall that a hop crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The firewall. For a pair, the one that is active at first; in an event, the one that decided.
    pub firewall: ComponentIx,
    /// The standby of a pair. One of the two is enough for the hop.
    pub standby: Option<ComponentIx>,
    /// Its verdict on a new connection on this hop.
    pub verdict: Verdict,
}

impl Guard {
    /// The firewall and, in a pair, its standby.
    pub fn members(self) -> impl Iterator<Item = ComponentIx> + Clone {
        [Some(self.firewall), self.standby].into_iter().flatten()
    }
}

/// Everything derived about one link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The link.
    pub link: LinkIx,
    /// The client end.
    pub from: ComponentIx,
    /// The server end.
    pub to: ComponentIx,
    /// Its encryption.
    pub cipher: Cipher,
    /// Its medium.
    pub medium: Medium,
    /// The firewalls that it crosses, in the order in which a request reaches them.
    pub guards: Vec<Guard>,
}

impl Hop {
    /// Whether an eavesdropper on the network can read it.
    pub fn is_exposed(&self) -> bool {
        self.cipher == Cipher::Plaintext && self.medium == Medium::Wire
    }

    /// Whether it is unencrypted, on a network or within a server.
    pub fn is_plaintext(&self) -> bool {
        self.cipher == Cipher::Plaintext
    }
}

/// Derives the encryption of a link.
pub(super) fn cipher(infra: &Infrastructure, link: LinkIx) -> Cipher {
    let (from, to) = infra.ends(link);
    let tls = infra.tls();
    let (client, server) = (&infra.component(from).kind, &infra.component(to).kind);
    let encrypted = |yes: bool| if yes { Cipher::Tls } else { Cipher::Plaintext };
    match infra.link(link).protocol {
        // Classic DNS on port 53 is plaintext.
        Protocol::Dns | Protocol::Vrrp => Cipher::Plaintext,
        // Samples are pushed over HTTPS; exporters serve plain HTTP unless configured otherwise.
        Protocol::Metrics => encrypted(server.is_monitoring_service()),
        Protocol::Sql | Protocol::Replication => encrypted(tls.app_to_db),
        Protocol::Cache => encrypted(server.as_store().is_some_and(|spec| spec.tls)),
        Protocol::Http => match (client.facts().http_tls, tls.edge) {
            (HttpTls::FromUsers, TlsMode::Passthrough) if server.can_pass_tls() => Cipher::TlsThrough,
            (HttpTls::FromUsers, edge) => encrypted(edge != TlsMode::None),
            (HttpTls::ToBackends, TlsMode::None | TlsMode::Terminate) => Cipher::Plaintext,
            (HttpTls::ToBackends, TlsMode::Passthrough) if client.can_pass_tls() => Cipher::TlsThrough,
            (HttpTls::ToBackends, TlsMode::Reencrypt | TlsMode::Passthrough) => Cipher::Tls,
            (HttpTls::Inside, _) => encrypted(tls.web_to_app),
        },
    }
}

/// Derives the medium of a link. Two components without a server never share one.
pub(super) fn medium(infra: &Infrastructure, link: LinkIx) -> Medium {
    let (from, to) = infra.ends(link);
    match (&infra.component(from).server, &infra.component(to).server) {
        (Some(a), Some(b)) if a == b => Medium::Loopback,
        _ => Medium::Wire,
    }
}

/// Whether TLS handshakes end at this component and cost it CPU time.
pub fn terminates_tls(infra: &Infrastructure, ix: ComponentIx) -> bool {
    let kind = &infra.component(ix).kind;
    kind.serves_requests() && !(kind.can_pass_tls() && infra.tls().edge == TlsMode::Passthrough)
}

/// The components at which users' TLS connections end, in authored order; empty without TLS.
pub fn users_tls_ends(infra: &Infrastructure) -> Vec<ComponentIx> {
    let Some(browser) = infra.browser().filter(|_| infra.tls().edge != TlsMode::None) else { return Vec::new() };
    let mut ends = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![browser];
    while let Some(ix) = open.pop() {
        if ix != browser && terminates_tls(infra, ix) {
            ends.insert(ix);
        } else if seen.insert(ix) {
            let links = infra.links_from(ix).into_iter().filter(|link| infra.link(*link).protocol == Protocol::Http);
            open.extend(links.map(|link| infra.ends(link).1));
        }
    }
    ends.into_iter().collect()
}
