//! What a listener on a hop can read of one request.
//!
//! Responses are not considered, except for the password hash that a database returns. [`Medium`] says whether the hop can be read on the network at all: a hop inside one
//! server can be read on that server only.

use super::carriers::Carriers;
use hoplight_model::{Cipher, ComponentId, Hop, Infrastructure, LinkIx, Medium, Protocol, RequestKind};

/// The row that a login changes, as a primary sends it to its replicas: the whole row, with the new session and the
/// password hash (`binlog_row_image = FULL`, the default).
pub(super) const CHANGED_ROW: &str =
    "users: name = 'ada', session = '7f3a91', last_login = NOW(), password_hash = '$argon2id$v=19$…'";

/// A fact that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Addresses, port, time and size of a message, which no encryption hides.
    Envelope {
        /// The client.
        from: ComponentId,
        /// The server.
        to: ComponentId,
        /// Port of the server.
        port: u16,
    },
    /// Server name in a TLS handshake (SNI), in plaintext.
    ServerName(String),
    /// Name in a DNS query.
    DnsName(String),
    /// Method and path of an HTTP request.
    RequestLine(&'static str),
    /// Name of the site, in an HTTP header.
    Host(String),
    /// A cookie or a login form: credentials.
    Secrets(&'static str),
    /// A database statement.
    Sql(&'static str),
    /// The hash of a password, which the database returns to the application.
    PasswordHash(&'static str),
    /// A key that is looked up in a cache.
    CacheKey(&'static str),
    /// A row that a primary sends to a replica.
    ChangedRow(&'static str),
    /// An agent's samples.
    Samples(&'static str),
    /// A VRRP advertisement.
    Advertisement(&'static str),
}

/// What is at stake if a fact is read, in ascending order of severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stake {
    /// Addresses, which no encryption hides.
    Addresses,
    /// Which site the user visits.
    Name,
    /// Requested or stored content.
    Content,
    /// The hash of the password: it can be guessed offline, slowly if the hash is slow and salted.
    PasswordHash,
    /// The session: anyone with the cookie can act as the user.
    Session,
    /// The password: anyone who has it can log in as the user, here and wherever it is reused.
    Password,
}

/// The facts that can be read of one request on one hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadableFacts {
    /// Encryption of the hop.
    pub cipher: Cipher,
    /// Wire or loopback.
    pub medium: Medium,
    /// Facts that can be read; empty if requests of this kind do not use the hop.
    pub facts: Vec<Fact>,
}

impl Fact {
    /// Label of the fact.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Envelope { .. } => "addresses and sizes",
            Self::ServerName(_) => "TLS server name",
            Self::DnsName(_) => "DNS question",
            Self::RequestLine(_) => "request",
            Self::Host(_) => "host",
            Self::Secrets(_) => "secrets",
            Self::Sql(_) => "SQL",
            Self::PasswordHash(_) => "password hash",
            Self::CacheKey(_) => "cache key",
            Self::ChangedRow(_) => "changed row",
            Self::Samples(_) => "samples",
            Self::Advertisement(_) => "VRRP advertisement",
        }
    }

    /// Text of the fact.
    pub fn text(&self) -> String {
        match self {
            Self::Envelope { from, to, port } => format!("{from} → {to}:{port}"),
            Self::ServerName(name) | Self::DnsName(name) | Self::Host(name) => name.clone(),
            Self::RequestLine(text)
            | Self::Secrets(text)
            | Self::Sql(text)
            | Self::PasswordHash(text)
            | Self::CacheKey(text)
            | Self::ChangedRow(text)
            | Self::Samples(text)
            | Self::Advertisement(text) => (*text).to_owned(),
        }
    }

    /// What is at stake if the fact is read.
    pub fn stake(&self) -> Stake {
        match self {
            Self::Envelope { .. } => Stake::Addresses,
            Self::ServerName(_) | Self::DnsName(_) | Self::Host(_) => Stake::Name,
            Self::PasswordHash(_) => Stake::PasswordHash,
            Self::Secrets(text) | Self::Sql(text) | Self::CacheKey(text) | Self::ChangedRow(text) => {
                let holds = |word: Option<&str>| word.is_some_and(|word| text.contains(word));
                if holds(password()) {
                    Stake::Password
                } else if holds(session()) {
                    Stake::Session
                } else {
                    Stake::Content
                }
            }
            Self::RequestLine(_) | Self::Samples(_) | Self::Advertisement(_) => Stake::Content,
        }
    }

    /// Whether TLS hides the fact.
    pub const fn is_hidden_by_tls(&self) -> bool {
        !matches!(self, Self::Envelope { .. } | Self::ServerName(_))
    }
}

impl ReadableFacts {
    /// Whether nothing can be read, because requests of the kind do not use the hop.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// Whether the user's password can be read, in the form of a login.
    pub fn shows_password(&self) -> bool {
        self.facts.iter().any(|fact| fact.stake() == Stake::Password)
    }
}

/// User name in the login form.
pub fn user() -> &'static str {
    RequestKind::Write.secrets().split('&').find_map(|field| field.strip_prefix("user=")).unwrap_or("a user")
}

/// Password in the login form.
pub(super) fn password() -> Option<&'static str> {
    RequestKind::Write.secrets().split('&').find_map(|field| field.strip_prefix("password="))
}

/// Token in the session cookie.
pub(super) fn session() -> Option<&'static str> {
    RequestKind::Read.secrets().split_once('=').map(|(_, token)| token)
}

/// What a listener on a hop reads of a request of this kind.
///
/// # Panics
/// If `link` comes from another infrastructure.
pub fn readable(infra: &Infrastructure, link: LinkIx, kind: RequestKind) -> ReadableFacts {
    let hop = infra.hop(link);
    let facts = if Carriers::of(infra).carries(link, kind) { facts(infra, &hop, kind) } else { Vec::new() };
    ReadableFacts { cipher: hop.cipher, medium: hop.medium, facts }
}

/// Facts that can be read on a hop, given that the kind uses the hop.
pub(super) fn facts(infra: &Infrastructure, hop: &Hop, kind: RequestKind) -> Vec<Fact> {
    let link = infra.link(hop.link);
    let id = |ix| infra.component(ix).id.clone();
    let site = || infra.domain().to_owned();
    let mut facts = vec![Fact::Envelope { from: id(hop.from), to: id(hop.to), port: infra.port(hop.link) }];
    if hop.is_plaintext() {
        match link.protocol {
            Protocol::Dns => facts.push(Fact::DnsName(site())),
            Protocol::Http => {
                facts.extend([Fact::RequestLine(kind.request_line()), Fact::Host(site())]);
                facts.extend(Some(infra.secrets(kind)).filter(|text| !text.is_empty()).map(Fact::Secrets));
            }
            Protocol::Sql => {
                facts.extend(kind.statements().iter().map(|statement| Fact::Sql(statement)));
                facts.extend(kind.is_write().then_some(Fact::PasswordHash(RequestKind::PASSWORD_HASH)));
            }
            Protocol::Cache if infra.component(hop.to).kind.as_session_store().is_some() => {
                facts.push(Fact::CacheKey(RequestKind::SESSION_KEY));
            }
            Protocol::Cache => facts.push(Fact::CacheKey(kind.cache_key())),
            Protocol::Replication => facts.push(Fact::ChangedRow(CHANGED_ROW)),
            Protocol::Metrics | Protocol::Vrrp => {}
        }
    } else if link.protocol == Protocol::Http {
        // The browser's handshake names the site. With TLS passthrough, that handshake is forwarded unchanged.
        let from_browser = infra.component(hop.from).kind.is_browser();
        if from_browser || hop.cipher == Cipher::TlsThrough {
            facts.push(Fact::ServerName(site()));
        }
    }
    facts
}
