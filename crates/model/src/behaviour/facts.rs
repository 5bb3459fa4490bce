//! What holds of a kind of component whatever the request: one exhaustive `match`, which everything else reads.

use super::{HttpError, WhenFull};
use crate::component::ComponentKind;
use crate::link::Protocol;
use crate::tier::Tier;

/// The facts of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindFacts {
    /// The part that it plays for a request.
    pub part: RequestPart,
    /// Who runs it.
    pub operator: Operator,
    /// The protocols in which it opens connections; for replication, in which it sends changes.
    pub asks: &'static [Protocol],
    /// The protocols in which it accepts them.
    pub answers: &'static [Protocol],
    /// The port that a program of the site listens on if no link to it is drawn. `None` for what listens nowhere or belongs to
    /// others.
    pub usual_port: Option<u16>,
    /// The TLS setting that holds for its HTTP connections.
    pub http_tls: HttpTls,
    /// What it does with a request that it has no room for.
    pub when_full: WhenFull,
    /// Which of a scenario's reliability defaults is its own.
    pub fails_as: FailsAs,
    /// What the rest of the site notices when its process ends.
    pub crash: CrashEffect,
    /// How the diagram shows it.
    pub shape: Shape,
    /// Its column, if neither an authored place nor a request path decides.
    pub column: Column,
}

/// The part that a component plays for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestPart {
    /// Sends it.
    User,
    /// Resolves the site's name before it.
    Lookup,
    /// Lets it pass or stops it.
    Filter,
    /// Works on it.
    Work(Tier),
    /// None: it watches.
    Watcher,
}

/// Who runs a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The user.
    User,
    /// The site's own people.
    Site,
    /// A provider on the Internet.
    Provider,
}

/// The TLS setting that decides whether a component's HTTP connections are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpTls {
    /// `tls.edge`, as users see it: encrypted unless it is `None`.
    FromUsers,
    /// `tls.edge`, as backends see it: encrypted if TLS is re-encrypted or passes through.
    ToBackends,
    /// `tls.web_to_app`.
    Inside,
}

/// Which reliability default holds for a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailsAs {
    /// `reliability.program`.
    Program,
    /// `reliability.service`.
    Service,
}

/// What the rest of the site notices when a component's process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashEffect {
    /// Nothing: a user does not crash.
    NotPart,
    /// New visitors do not learn the address.
    NoLookup,
    /// No message passes it.
    NothingPasses,
    /// Connections to it are refused.
    Refuses,
    /// No samples are taken.
    NoSamples,
    /// Samples are not accepted.
    SamplesRefused,
}

/// How the diagram shows a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A block of text, at least this many columns wide; `None` is as wide as its label needs.
    Block(Option<u16>),
    /// A wall before what it protects. One that protects nothing is put on the shelf below the diagram.
    Wall,
    /// A mark in the frame of its server. One without a server is put on the shelf.
    Mark,
}

/// A column of the diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The user's.
    First,
    /// The one beside it.
    Second,
    /// The last.
    Last,
}

/// Columns that the text of a component beside the site needs.
const NARROW: Shape = Shape::Block(Some(7));
const WIDE: Shape = Shape::Block(None);
const UNAVAILABLE: WhenFull = WhenFull::Respond(HttpError::Unavailable);

impl ComponentKind {
    /// Its facts.
    #[expect(clippy::too_many_lines, reason = "a table with a row for each kind")]
    pub const fn facts(&self) -> KindFacts {
        use Protocol::{Dns, Http, Metrics, Replication, Sql, Vrrp};
        match self {
            Self::Browser => KindFacts {
                part: RequestPart::User,
                operator: Operator::User,
                asks: &[Dns, Http],
                answers: &[],
                usual_port: None,
                http_tls: HttpTls::FromUsers,
                when_full: UNAVAILABLE,
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
                when_full: UNAVAILABLE,
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
                when_full: WhenFull::Refuse,
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
                when_full: UNAVAILABLE,
                fails_as: FailsAs::Program,
                crash: CrashEffect::Refuses,
                shape: WIDE,
                column: Column::Last,
            },
            Self::Web(_) => KindFacts {
                part: RequestPart::Work(Tier::Web),
                operator: Operator::Site,
                asks: &[Dns, Http, Sql],
                answers: &[Http],
                usual_port: Some(Http.usual_port(true)),
                http_tls: HttpTls::Inside,
                when_full: UNAVAILABLE,
                fails_as: FailsAs::Program,
                crash: CrashEffect::Refuses,
                shape: WIDE,
                column: Column::Last,
            },
            Self::App(_) => KindFacts {
                part: RequestPart::Work(Tier::Application),
                operator: Operator::Site,
                asks: &[Dns, Sql],
                answers: &[Http],
                usual_port: Some(Http.usual_port(true)),
                http_tls: HttpTls::Inside,
                when_full: UNAVAILABLE,
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
                fails_as: FailsAs::Program,
                crash: CrashEffect::Refuses,
                shape: WIDE,
                column: Column::Last,
            },
            Self::Agent(_) => KindFacts {
                part: RequestPart::Watcher,
                operator: Operator::Site,
                asks: &[Metrics],
                answers: &[],
                usual_port: None,
                http_tls: HttpTls::Inside,
                when_full: UNAVAILABLE,
                fails_as: FailsAs::Program,
                crash: CrashEffect::NoSamples,
                shape: Shape::Mark,
                column: Column::Last,
            },
            Self::MonitoringService => KindFacts {
                part: RequestPart::Watcher,
                operator: Operator::Provider,
                asks: &[],
                answers: &[Metrics],
                usual_port: None,
                http_tls: HttpTls::Inside,
                when_full: UNAVAILABLE,
                fails_as: FailsAs::Program,
                crash: CrashEffect::SamplesRefused,
                shape: WIDE,
                column: Column::Second,
            },
        }
    }

    /// The tier in which it works on requests, if it does. In listings, the tier nearest the user comes first.
    pub const fn tier(&self) -> Option<Tier> {
        match self.facts().part {
            RequestPart::Work(tier) => Some(tier),
            RequestPart::User | RequestPart::Lookup | RequestPart::Filter | RequestPart::Watcher => None,
        }
    }

    /// Whether requests of users end at it or are forwarded by it: the components that an agent samples.
    pub const fn serves_requests(&self) -> bool {
        self.tier().is_some()
    }

    /// Whether requests or lookups pass it, so that its loss can stop them: a station in reports, and a cause of failure.
    pub const fn is_on_path(&self) -> bool {
        match self.facts().part {
            RequestPart::Lookup | RequestPart::Filter | RequestPart::Work(_) => true,
            RequestPart::User | RequestPart::Watcher => false,
        }
    }

    /// Whether it only lets messages pass or stops them, so that no request is ever *present* in it.
    pub const fn is_filter(&self) -> bool {
        matches!(self.facts().part, RequestPart::Filter)
    }

    /// Whether it is part of the site's operation, so that it can be killed and repaired. A user is not.
    pub const fn can_crash(&self) -> bool {
        !matches!(self.facts().crash, CrashEffect::NotPart)
    }

    /// What it does with a request that it has no room for.
    pub const fn when_full(&self) -> WhenFull {
        self.facts().when_full
    }

    /// Whether it can let TLS pass through without holding a key.
    pub const fn can_pass_tls(&self) -> bool {
        matches!(self.facts().http_tls, HttpTls::ToBackends)
    }

    /// Whether it opens connections in a protocol.
    pub fn asks(&self, protocol: Protocol) -> bool {
        self.facts().asks.contains(&protocol)
    }

    /// Whether it accepts connections in a protocol.
    pub fn answers(&self, protocol: Protocol) -> bool {
        self.facts().answers.contains(&protocol)
    }
}
