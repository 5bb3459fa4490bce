//! Data of a finding.

use hoplight_model::{ComponentId, Element, HealthCheck, Protocol, RequestKind, ServerId, Text};

use super::FindingRule;
use crate::broken::Broken;
use crate::capacity::{Overload, Utilisation};
use crate::cause::Cause;
use crate::firewalls::{ConnectionAttempt, Flaw};
use crate::homogeneity::{LoneServers, MixedServer, SharedFlaw, TwinServers};
use crate::port_80::Port80Outcome;
use crate::reading::{Fact, Stake};

/// What was found. The finding's subject is not repeated here.
#[derive(Clone, Debug, PartialEq)]
pub enum FindingKind {
    /// Requests of this kind never succeed, although users send them.
    KindDoesNotWork {
        /// Kind of request.
        kind: RequestKind,
        /// The reason.
        broken: Broken,
    },
    /// A server or program whose loss alone stops these kinds.
    SinglePoint {
        /// Kinds that stop.
        stops: Vec<RequestKind>,
        /// Components on the server that are single points of failure.
        carries: Vec<ComponentId>,
    },
    /// A firewall whose loss alone stops these kinds.
    SingleFirewall {
        /// Kinds that stop.
        stops: Vec<RequestKind>,
    },
    /// The only database that accepts writes.
    SingleWriter {
        /// Kinds that stop without it.
        stops: Vec<RequestKind>,
        /// Replicas of the database.
        replicas: Vec<ComponentId>,
        /// Whether one of the replicas is promoted automatically.
        automatic: bool,
    },
    /// Several databases that accept writes of the same users.
    TwoWriters {
        /// The databases.
        writers: Vec<ComponentId>,
    },
    /// A multi-primary cluster of two, neither of which is a majority alone.
    NoMajority {
        /// The members.
        members: Vec<ComponentId>,
    },
    /// The component's writes end at a read-only replica.
    WritesToReplica {
        /// The replicas it links to.
        replicas: Vec<ComponentId>,
        /// The databases among its links that accept writes, but are not tried.
        writers: Vec<ComponentId>,
    },
    /// A database whose data has no other copy.
    OneCopy,
    /// The server holds several copies of the same data.
    CopiesOnOneServer {
        /// The databases.
        copies: Vec<ComponentId>,
        /// Whether no other copy exists.
        every: bool,
    },
    /// The component reads from a copy that is behind.
    StaleReads {
        /// The copy.
        replica: ComponentId,
        /// The database that accepts the writes.
        writer: ComponentId,
    },
    /// A DNS zone or a resolver that every lookup needs.
    OneName {
        /// Kinds that stop without it.
        stops: Vec<RequestKind>,
    },
    /// The users' resolver, which every lookup needs.
    UserResolver {
        /// Kinds that stop without it.
        stops: Vec<RequestKind>,
    },
    /// A certificate that these kinds need.
    OneCertificate {
        /// Kinds that stop when it has expired.
        stops: Vec<RequestKind>,
        /// Kinds of which a lasting share fails.
        degrades: Vec<RequestKind>,
    },
    /// The certificate has expired.
    CertificateExpired,
    /// The certificate expires soon.
    CertificateExpiresSoon {
        /// Days until the certificate expires.
        days: u32,
    },
    /// A failure domain whose loss stops these kinds.
    FailureDomain {
        /// Kinds that stop.
        stops: Vec<RequestKind>,
    },
    /// Traffic on the hop can be read on the network.
    ReadableHop {
        /// Protocol of the hop.
        protocol: Protocol,
        /// Facts that can be read, in order of the request kinds.
        facts: Vec<Fact>,
    },
    /// The balancer terminates TLS and forwards requests in plaintext to these backends.
    TlsEndsAtBalancer {
        /// Backends that receive plaintext.
        readable: Vec<ComponentId>,
        /// Whether passwords can be read.
        passwords: bool,
    },
    /// The balancer can read every request.
    BalancerReadsAll {
        /// Whether the balancer terminates TLS; otherwise requests arrive in plaintext.
        ends_tls: bool,
    },
    /// Encrypted hops whose server is not authenticated.
    UncheckedPeer {
        /// The hops.
        hops: Vec<Element>,
    },
    /// The component terminates users' TLS, but has no certificate for the site's name.
    CertificateElsewhere {
        /// Name of the site.
        domain: Text,
    },
    /// The drawing lists no certificate.
    NoCertificate {
        /// Name of the site.
        domain: Text,
        /// The components that are assumed to hold one.
        on: Vec<ComponentId>,
    },
    /// Port 80 serves pages in plaintext.
    PlaintextPort {
        /// What an eavesdropper reads of a visit, in order of the request kinds; empty if no user starts with `http://`.
        facts: Vec<Fact>,
    },
    /// Nothing makes browsers remember to use https.
    NoHsts {
        /// What an eavesdropper reads of the first request of a visit with `http://`; empty if there are none.
        facts: Vec<Fact>,
    },
    /// Visits that start with `http://` fail.
    PlaintextRefused {
        /// What they meet.
        outcome: Port80Outcome,
        /// Share of all visits.
        share: f64,
    },
    /// The component accepts only https, and takes every request for http.
    RedirectLoop {
        /// Kinds that it redirects for ever.
        kinds: Vec<RequestKind>,
        /// The component at which users' TLS ends, which could send `X-Forwarded-Proto`; `None` without TLS.
        from: Option<ComponentId>,
    },
    /// A flaw in a firewall or its rules.
    Firewall(Flaw),
    /// The database is reachable from the Internet.
    DatabaseExposed(ConnectionAttempt),
    /// SSH is reachable from the Internet.
    SshExposed {
        /// The connection attempts that succeed, one per machine.
        open: Vec<ConnectionAttempt>,
    },
    /// The firewalls block SSH from every address.
    NoAdminPath {
        /// The machines; a component if it is on no server.
        locked: Vec<Element>,
        /// Whether these are all machines of the design.
        every: bool,
    },
    /// The firewalls allow connections from the databases to any address.
    DatabaseEgress {
        /// The databases.
        databases: Vec<ComponentId>,
        /// The ports; empty for all.
        ports: Vec<u16>,
    },
    /// Several versions of one program in a group.
    MixedVersions {
        /// The components that run it, in authored order.
        components: Vec<ComponentId>,
        /// Name of the program.
        program: Text,
        /// The versions, sorted.
        versions: Vec<Text>,
        /// Whether they are members of a database cluster.
        is_cluster: bool,
    },
    /// A flaw in one software version stops kinds that survive the crash of any single component running it.
    SharedFlaw(SharedFlaw),
    /// A server hosts several tiers.
    MixedTiers(MixedServer),
    /// All servers do different work.
    DifferentButSingle(LoneServers),
    /// Servers run the same programs.
    AlikeServers(TwinServers),
    /// The balancer has only one backend.
    BalancesNothing {
        /// The backend.
        backend: ComponentId,
    },
    /// The balancer's backends belong to different tiers.
    UnlikeBackends {
        /// The backends.
        backends: Vec<ComponentId>,
    },
    /// The balancer's health checks do not reach the applications behind these backends.
    ShallowCheck {
        /// Depth of the checks.
        check: HealthCheck,
        /// The backends.
        backends: Vec<ComponentId>,
    },
    /// The balancer's health checks reach these databases, so their loss stops static pages as well.
    CheckNeedsDatabase {
        /// The databases.
        databases: Vec<ComponentId>,
    },
    /// The balancer retries a failed connection on the same backend only.
    NoRedispatch {
        /// Number of failed checks after which the backend is DOWN.
        fall: u8,
    },
    /// keepalived keeps the shared address on this balancer when its process ends.
    UntrackedBalancer {
        /// The balancer that does not take over.
        peer: ComponentId,
    },
    /// The server of a hop closes idle connections before its client does.
    KeepAliveRace {
        /// Idle timeout of the server, in seconds.
        server_s: f64,
        /// Idle timeout of the client, in seconds.
        client_s: f64,
    },
    /// The component's rate limit does not learn the clients' addresses from another component.
    SharedRateLimit {
        /// The component that forwards the requests.
        from: ComponentId,
        /// Requests per second that all users together may send through it.
        rate: f64,
    },
    /// The component has a rate limit, but passes TLS through.
    BlindRateLimit,
    /// No component before the code that verifies passwords limits the rate of logins.
    NoRateLimit {
        /// The components that users connect to.
        entries: Vec<ComponentId>,
    },
    /// Requests of logged-in users do not return to the application that has their session in its memory.
    ScatteredSessions {
        /// The applications.
        applications: Vec<ComponentId>,
        /// Share of the logged-in users' requests for pages that do not find the session.
        lost: f64,
    },
    /// Applications have sessions in their memory, and users return to theirs.
    SessionsInMemory {
        /// The applications.
        applications: Vec<ComponentId>,
    },
    /// All logged-in users depend on one session store.
    SessionStoreAlone {
        /// Kinds that stop without it.
        stops: Vec<RequestKind>,
        /// Kinds of which a share fails without it.
        degrades: Vec<RequestKind>,
    },
    /// The site has several addresses, and DNS does not check them.
    UncheckedAddresses {
        /// The components at the addresses.
        entries: Vec<ComponentId>,
        /// Time after which a browser tries the next address, in seconds.
        wait_s: f64,
    },
    /// The TTL of the site's record is too long for a switch to the standby site.
    LongTtl {
        /// The TTL, in seconds.
        ttl_s: f64,
    },
    /// The standby site depends on parts of the first site.
    StandbyShares {
        /// What both depend on.
        shared: Vec<Cause>,
    },
    /// The component is on no server.
    OnNoServer,
    /// The design has no servers.
    NoServers {
        /// Components of the service.
        components: Vec<ComponentId>,
    },
    /// No agent monitors the component.
    Unwatched,
    /// The server has no agent.
    UnwatchedServer {
        /// Components on the server.
        components: Vec<ComponentId>,
    },
    /// No agent monitors any component of the service.
    NothingWatched,
    /// The agent is not on a server of the service.
    AgentWatchesNothing,
    /// The monitoring service is on a server that it watches.
    MonitoringOnWatchedServer {
        /// The server.
        server: ServerId,
        /// Whether a dead man's switch pages when it stops.
        has_switch: bool,
    },
    /// No other monitoring service watches this one.
    MonitoringUnwatched,
    /// No external probe monitors the site.
    NoOutsideView,
    /// A resource is nearly saturated or overloaded.
    Full {
        /// Load in requests per second.
        load: f64,
        /// The resource and its utilisation.
        utilisation: Utilisation,
    },
    /// A failure that overloads the remaining components.
    CapacitySinglePoint(Overload),
    /// Without the cache, a database is overloaded.
    CacheHidesDatabase {
        /// Load in requests per second.
        load: f64,
        /// Share of the reads that the cache answers.
        hit_ratio: f64,
        /// Utilisation of the database without the cache.
        without: Utilisation,
    },
    /// Entries never expire.
    CacheWithoutExpiry {
        /// Whether writes remove entries.
        invalidates: bool,
    },
    /// Writes do not remove entries.
    CacheServesOldValues {
        /// Time until an entry expires, in seconds; `None` for never.
        ttl_s: Option<f64>,
    },
    /// Every request that misses fetches the object itself.
    CacheWithoutCollapse {
        /// Number of simultaneous fetches of the most popular object when it expires.
        fetches: f64,
    },
}

impl FindingKind {
    /// The rule that produced the finding.
    pub fn rule(&self) -> FindingRule {
        match self {
            Self::KindDoesNotWork { .. } => FindingRule::KindDoesNotWork,
            Self::SinglePoint { .. } => FindingRule::SinglePoint,
            Self::SingleFirewall { .. } => FindingRule::SingleFirewall,
            Self::SingleWriter { .. } => FindingRule::SingleWriter,
            Self::TwoWriters { .. } => FindingRule::TwoWriters,
            Self::NoMajority { .. } => FindingRule::NoMajority,
            Self::WritesToReplica { .. } => FindingRule::WritesToReplica,
            Self::OneCopy => FindingRule::OneCopy,
            Self::CopiesOnOneServer { .. } => FindingRule::CopiesOnOneServer,
            Self::StaleReads { .. } => FindingRule::StaleReads,
            Self::OneName { .. } => FindingRule::OneName,
            Self::UserResolver { .. } => FindingRule::UserResolver,
            Self::OneCertificate { .. } => FindingRule::OneCertificate,
            Self::CertificateExpired => FindingRule::CertificateExpired,
            Self::CertificateExpiresSoon { .. } => FindingRule::CertificateExpiresSoon,
            Self::FailureDomain { .. } => FindingRule::FailureDomain,
            Self::ReadableHop { protocol, facts } => readable_hop(*protocol, facts),
            Self::TlsEndsAtBalancer { .. } => FindingRule::TlsEndsAtBalancer,
            Self::BalancerReadsAll { .. } => FindingRule::BalancerReadsAll,
            Self::UncheckedPeer { .. } => FindingRule::UncheckedPeer,
            Self::CertificateElsewhere { .. } => FindingRule::CertificateElsewhere,
            Self::NoCertificate { .. } => FindingRule::NoCertificate,
            Self::PlaintextPort { .. } => FindingRule::PlaintextPort,
            Self::NoHsts { .. } => FindingRule::NoHsts,
            Self::PlaintextRefused { .. } => FindingRule::PlaintextRefused,
            Self::RedirectLoop { .. } => FindingRule::RedirectLoop,
            Self::Firewall(flaw) => firewall(flaw),
            Self::DatabaseExposed(_) => FindingRule::DatabaseExposed,
            Self::SshExposed { .. } => FindingRule::SshExposed,
            Self::NoAdminPath { .. } => FindingRule::NoAdminPath,
            Self::DatabaseEgress { .. } => FindingRule::DatabaseEgress,
            Self::MixedVersions { .. } => FindingRule::MixedVersions,
            Self::SharedFlaw(_) => FindingRule::SharedFlaw,
            Self::MixedTiers(_) => FindingRule::MixedTiers,
            Self::DifferentButSingle(_) => FindingRule::DifferentButSingle,
            Self::AlikeServers(_) => FindingRule::AlikeServers,
            Self::BalancesNothing { .. } => FindingRule::BalancesNothing,
            Self::UnlikeBackends { .. } => FindingRule::UnlikeBackends,
            Self::ShallowCheck { .. } => FindingRule::ShallowCheck,
            Self::CheckNeedsDatabase { .. } => FindingRule::CheckNeedsDatabase,
            Self::NoRedispatch { .. } => FindingRule::NoRedispatch,
            Self::UntrackedBalancer { .. } => FindingRule::UntrackedBalancer,
            Self::KeepAliveRace { .. } => FindingRule::KeepAliveRace,
            Self::SharedRateLimit { .. } => FindingRule::SharedRateLimit,
            Self::BlindRateLimit => FindingRule::BlindRateLimit,
            Self::NoRateLimit { .. } => FindingRule::NoRateLimit,
            Self::ScatteredSessions { .. } => FindingRule::ScatteredSessions,
            Self::SessionsInMemory { .. } => FindingRule::SessionsInMemory,
            Self::SessionStoreAlone { .. } => FindingRule::SessionStoreAlone,
            Self::UncheckedAddresses { .. } => FindingRule::UncheckedAddresses,
            Self::LongTtl { .. } => FindingRule::LongTtl,
            Self::StandbyShares { .. } => FindingRule::StandbyShares,
            Self::OnNoServer | Self::NoServers { .. } => FindingRule::OnNoServer,
            Self::Unwatched | Self::UnwatchedServer { .. } | Self::NothingWatched => FindingRule::Unwatched,
            Self::AgentWatchesNothing => FindingRule::AgentWatchesNothing,
            Self::MonitoringOnWatchedServer { .. } => FindingRule::MonitoringOnWatchedServer,
            Self::MonitoringUnwatched => FindingRule::MonitoringUnwatched,
            Self::NoOutsideView => FindingRule::NoOutsideView,
            Self::Full { utilisation, .. } if utilisation.part() > 1.0 => FindingRule::Overloaded,
            Self::Full { .. } => FindingRule::NoHeadroom,
            Self::CapacitySinglePoint(_) => FindingRule::CapacitySinglePoint,
            Self::CacheHidesDatabase { .. } => FindingRule::CacheHidesDatabase,
            Self::CacheWithoutExpiry { .. } => FindingRule::CacheWithoutExpiry,
            Self::CacheServesOldValues { .. } => FindingRule::CacheServesOldValues,
            Self::CacheWithoutCollapse { .. } => FindingRule::CacheWithoutCollapse,
        }
    }
}

fn readable_hop(protocol: Protocol, facts: &[Fact]) -> FindingRule {
    match facts.iter().map(Fact::stake).max() {
        Some(Stake::Password | Stake::Session | Stake::PasswordHash) => FindingRule::SecretsInTheClear,
        _ if protocol == Protocol::Dns => FindingRule::ClassicDns,
        _ if protocol == Protocol::Vrrp => FindingRule::OpenAdvertisements,
        _ => FindingRule::ContentInTheClear,
    }
}

const fn firewall(flaw: &Flaw) -> FindingRule {
    match flaw {
        Flaw::GuardsNothing(_) => FindingRule::GuardsNothing,
        Flaw::Behind { .. } => FindingRule::FirewallBehind,
        Flaw::OpenEntry(_) => FindingRule::OpenEntry,
        Flaw::Unprotected(_) => FindingRule::Unprotected,
        Flaw::Exposed { .. } => FindingRule::ExposedPort,
        Flaw::Unused(_) => FindingRule::UnusedRule,
        Flaw::Shadowed { .. } => FindingRule::ShadowedRule,
        Flaw::NeedlessPorts { .. } => FindingRule::NeedlessPorts,
        Flaw::AllowsByDefault(_) => FindingRule::DefaultAllow,
        Flaw::SilentAgent { .. } => FindingRule::SilentAgent,
        Flaw::ClosedHop { .. } => FindingRule::ClosedHop,
    }
}
