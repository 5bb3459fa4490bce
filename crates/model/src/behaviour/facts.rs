//! Facts about each kind of component that do not depend on a request: one exhaustive `match` that everything else
//! reads.

use super::{AtLimit, WhenFull};
use crate::cache::CachePlace;
use crate::component::ComponentKind;
use crate::link::Protocol;
use crate::tier::Tier;

/// The facts of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindFacts {
    /// Its role in a request.
    pub part: RequestPart,
    /// Who operates it.
    pub operator: Operator,
    /// Protocols in which it opens connections or, for replication, sends changes.
    pub asks: &'static [Protocol],
    /// Protocols in which it accepts connections.
    pub answers: &'static [Protocol],
    /// The port that it listens on if no link leads to it. `None` if it does not listen or is operated by others.
    pub usual_port: Option<u16>,
    /// The TLS setting that applies to its HTTP connections.
    pub http_tls: HttpTls,
    /// What it does with a request when it is full.
    pub when_full: WhenFull,
    /// What it does at its limit of connections, if it drops SYNs when it is full.
    pub at_limit: AtLimit,
    /// The scenario's reliability default that applies to it.
    pub fails_as: FailsAs,
    /// How a crash of its process affects the rest of the site.
    pub crash: CrashEffect,
    /// How the diagram draws it.
    pub shape: Shape,
    /// Its column in the diagram if neither an authored position nor a request path determines one.
    pub column: Column,
}

/// The role of a component in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestPart {
    /// Sends it.
    User,
    /// Resolves the site's name beforehand.
    Lookup,
    /// Passes or blocks it.
    Filter,
    /// Processes it.
    Work(Tier),
    /// None: monitoring.
    Watcher,
}

/// Who operates a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The user.
    User,
    /// The site's operators.
    Site,
    /// A third-party provider.
    Provider,
}

/// The TLS setting that decides whether a component's HTTP connections are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpTls {
    /// `tls.edge` for connections from users: encrypted unless it is `None`.
    FromUsers,
    /// `tls.edge` for connections to backends: encrypted with re-encryption and passthrough.
    ToBackends,
    /// `tls.web_to_app`.
    Inside,
}

/// The reliability default of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailsAs {
    /// `reliability.program`.
    Program,
    /// `reliability.service`.
    Service,
}

/// The effect of a crashed process on the rest of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashEffect {
    /// None: a user does not crash.
    NotPart,
    /// New visitors cannot resolve the name.
    NoLookup,
    /// No message passes through it.
    NothingPasses,
    /// It refuses connections.
    Refuses,
    /// It takes no samples.
    NoSamples,
    /// It accepts no samples.
    SamplesRefused,
}

/// How the diagram draws a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A block of text with at least this many columns; with `None`, as many as its label needs.
    Block(Option<u16>),
    /// A wall in front of what it protects. A firewall that protects nothing goes on the shelf below the diagram.
    Wall,
    /// A mark on the frame of its server. Without a server, it goes on the shelf.
    Mark,
}

/// A column of the diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The column of users.
    First,
    /// The column next to it.
    Second,
    /// The last column.
    Last,
}

/// Width of a component outside the site.
const NARROW: Shape = Shape::Block(Some(7));
const WIDE: Shape = Shape::Block(None);
/// Varnish's usual port.
const VARNISH: u16 = 6081;
/// Port of an SQL proxy: the default of `ProxySQL`.
const SQL_PROXY_PORT: u16 = 6033;

impl ComponentKind {
    /// The facts about this kind.
    #[expect(clippy::too_many_lines, reason = "a table with one row per kind")]
    pub const fn facts(&self) -> KindFacts {
        use Protocol::{Cache, Dns, Http, Metrics, Replication, Sql, Vrrp};
        match self {
            Self::Browser => KindFacts {
                part: RequestPart::User,
                operator: Operator::User,
                asks: &[Dns, Http],
                answers: &[],
                usual_port: None,
                http_tls: HttpTls::FromUsers,
                when_full: WhenFull::DropSyn,
                at_limit: AtLimit::Wait,
                fails_as: FailsAs::Program,
                crash: CrashEffect::NotPart,
                shape: NARROW,
                column: Column::First,
            },
            Self::DnsResolver(_) => KindFacts {
                part: RequestPart::Lookup,
                operator: Operator::Provider,
                asks: &[Dns],
                answers: &[Dns],
                usual_port: None,
                http_tls: HttpTls::Inside,
                when_full: WhenFull::DropSyn,
                at_limit: AtLimit::Wait,
                fails_as: FailsAs::Service,
                crash: CrashEffect::NoLookup,
                shape: NARROW,
                column: Column::First,
            },
            Self::Firewall(_) => KindFacts {
                part: RequestPart::Filter,
                operator: Operator::Site,
                asks: &[Dns],
                answers: &[],
                usual_port: None,
                http_tls: HttpTls::Inside,
                when_full: WhenFull::Drop,
                at_limit: AtLimit::Wait,
                fails_as: FailsAs::Program,
                crash: CrashEffect::NothingPasses,
                shape: Shape::Wall,
                column: Column::Second,
            },
            Self::LoadBalancer(_) => KindFacts {
                part: RequestPart::Work(Tier::Balancer),
                operator: Operator::Site,
                asks: &[Dns, Vrrp, Http],
                answers: &[Vrrp, Http],
                usual_port: Some(Http.usual_port(false)),
                http_tls: HttpTls::ToBackends,
                when_full: WhenFull::DropSyn,
                at_limit: AtLimit::Wait,
                fails_as: FailsAs::Program,
                crash: CrashEffect::Refuses,
                shape: WIDE,
                column: Column::Last,
            },
            Self::Web(_) => KindFacts {
                part: RequestPart::Work(Tier::Web),
                operator: Operator::Site,
                asks: &[Dns, Http, Cache, Sql],
                answers: &[Http],
                usual_port: Some(Http.usual_port(true)),
                http_tls: HttpTls::Inside,
                when_full: WhenFull::DropSyn,
                at_limit: AtLimit::CloseIdle,
                fails_as: FailsAs::Program,
                crash: CrashEffect::Refuses,
                shape: WIDE,
                column: Column::Last,
            },
            Self::App(_) => KindFacts {
                part: RequestPart::Work(Tier::Application),
                operator: Operator::Site,
                asks: &[Dns, Cache, Sql],
                answers: &[Http],
                usual_port: Some(Http.usual_port(true)),
                http_tls: HttpTls::Inside,
                when_full: WhenFull::DropSyn,
                at_limit: AtLimit::Wait,
                fails_as: FailsAs::Program,
                crash: CrashEffect::Refuses,
                shape: WIDE,
                column: Column::Last,
            },
            Self::Cache(spec) => KindFacts {
                part: RequestPart::Work(Tier::Cache),
                operator: Operator::Site,
                asks: match spec.place {
                    CachePlace::Front => &[Dns, Http],
                    CachePlace::Beside | CachePlace::Sessions => &[Dns],
                },
                answers: match spec.place {
                    CachePlace::Front => &[Http],
                    CachePlace::Beside | CachePlace::Sessions => &[Cache],
                },
                usual_port: match spec.place {
                    CachePlace::Front => Some(VARNISH),
                    CachePlace::Beside | CachePlace::Sessions => Some(Cache.usual_port(true)),
                },
                http_tls: HttpTls::ToBackends,
                when_full: match spec.place {
                    CachePlace::Front => WhenFull::DropSyn,
                    // Redis accepts a connection above `maxclients` and closes it with an error.
                    CachePlace::Beside | CachePlace::Sessions => WhenFull::Refuse,
                },
                at_limit: AtLimit::Wait,
                fails_as: FailsAs::Program,
                crash: CrashEffect::Refuses,
                shape: WIDE,
                column: Column::Last,
            },
            Self::SqlProxy(_) => KindFacts {
                part: RequestPart::Work(Tier::SqlProxy),
                operator: Operator::Site,
                asks: &[Dns, Sql],
                answers: &[Sql],
                usual_port: Some(SQL_PROXY_PORT),
                http_tls: HttpTls::Inside,
                when_full: WhenFull::TooManyConnections,
                at_limit: AtLimit::Wait,
                fails_as: FailsAs::Program,
                crash: CrashEffect::Refuses,
                shape: WIDE,
                column: Column::Last,
            },
            Self::Database(_) => KindFacts {
                part: RequestPart::Work(Tier::Database),
                operator: Operator::Site,
                asks: &[Dns, Replication],
                answers: &[Sql, Replication],
                usual_port: Some(Sql.usual_port(true)),
                http_tls: HttpTls::Inside,
                when_full: WhenFull::TooManyConnections,
                at_limit: AtLimit::Wait,
                fails_as: FailsAs::Program,
                crash: CrashEffect::Refuses,
                shape: WIDE,
                column: Column::Last,
            },
            Self::Agent(_) => KindFacts {
                part: RequestPart::Watcher,
                operator: Operator::Site,
                asks: &[Metrics],
                answers: &[Metrics],
                usual_port: None,
                http_tls: HttpTls::Inside,
                when_full: WhenFull::DropSyn,
                at_limit: AtLimit::Wait,
                fails_as: FailsAs::Program,
                crash: CrashEffect::NoSamples,
                shape: Shape::Mark,
                column: Column::Last,
            },
            Self::MonitoringService => KindFacts {
                part: RequestPart::Watcher,
                operator: Operator::Provider,
                asks: &[Metrics],
                answers: &[Metrics],
                usual_port: None,
                http_tls: HttpTls::Inside,
                when_full: WhenFull::DropSyn,
                at_limit: AtLimit::Wait,
                fails_as: FailsAs::Program,
                crash: CrashEffect::SamplesRefused,
                shape: WIDE,
                column: Column::Second,
            },
        }
    }

    /// The tier in which it processes requests, if any. Listings start with the tier nearest the user.
    pub const fn tier(&self) -> Option<Tier> {
        match self.facts().part {
            RequestPart::Work(tier) => Some(tier),
            RequestPart::User | RequestPart::Lookup | RequestPart::Filter | RequestPart::Watcher => None,
        }
    }

    /// Whether it answers or forwards users' requests. Agents sample these components.
    pub const fn serves_requests(&self) -> bool {
        self.tier().is_some()
    }

    /// Whether requests or lookups pass through it, so that its loss can stop them: a station in reports and a cause of
    /// failure.
    pub const fn is_on_path(&self) -> bool {
        match self.facts().part {
            RequestPart::Lookup | RequestPart::Filter | RequestPart::Work(_) => true,
            RequestPart::User | RequestPart::Watcher => false,
        }
    }

    /// Whether it only passes or blocks messages, so that no request is ever *present* in it.
    pub const fn is_filter(&self) -> bool {
        matches!(self.facts().part, RequestPart::Filter)
    }

    /// Whether it belongs to the site's operation, so that it can be killed and restored. A user does not.
    pub const fn can_crash(&self) -> bool {
        !matches!(self.facts().crash, CrashEffect::NotPart)
    }

    /// What it does with a request when it is full.
    pub const fn when_full(&self) -> WhenFull {
        self.facts().when_full
    }

    /// What it does at its limit of connections, if it drops SYNs when it is full.
    pub const fn at_limit(&self) -> AtLimit {
        self.facts().at_limit
    }

    /// Whether it can pass TLS through without having the key.
    pub const fn can_pass_tls(&self) -> bool {
        let facts = self.facts();
        matches!((facts.part, facts.http_tls), (RequestPart::Work(Tier::Balancer), HttpTls::ToBackends))
    }

    /// Whether it opens connections in this protocol.
    pub fn asks(&self, protocol: Protocol) -> bool {
        self.facts().asks.contains(&protocol)
    }

    /// Whether it accepts connections in this protocol.
    pub fn answers(&self, protocol: Protocol) -> bool {
        self.facts().answers.contains(&protocol)
    }
}
