//! The rules that findings come from, with names and severities.

use super::Severity::{self, Error, Note, Warning};

/// A rule. `hoplight_text::rule` explains what it means, why it matters and how to fix it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingRule {
    /// A kind of request that users send never succeeds.
    KindDoesNotWork,
    /// A server or program whose loss stops a kind of request.
    SinglePoint,
    /// A firewall that every request of a kind must pass.
    SingleFirewall,
    /// Only one database accepts writes, with no automatic failover.
    SingleWriter,
    /// Several databases that accept the same users' writes.
    TwoWriters,
    /// A cluster of two cannot lose a member.
    NoMajority,
    /// Writes that end at a read-only replica.
    WritesToReplica,
    /// Data without a second copy.
    OneCopy,
    /// Several copies of the data on one server.
    CopiesOnOneServer,
    /// Reads from a copy that is behind the database that accepts writes.
    StaleReads,
    /// A DNS zone or resolver that every lookup needs.
    OneName,
    /// The users' resolver, which is not part of the site.
    UserResolver,
    /// A certificate whose expiry stops a kind of request.
    OneCertificate,
    /// A certificate that has expired.
    CertificateExpired,
    /// A certificate that expires within three weeks.
    CertificateExpiresSoon,
    /// A failure domain whose loss stops a kind of request.
    FailureDomain,
    /// Passwords or session cookies that can be read on the network.
    SecretsInTheClear,
    /// Content that can be read on the network.
    ContentInTheClear,
    /// Unencrypted DNS lookups.
    ClassicDns,
    /// Unencrypted VRRP advertisements.
    OpenAdvertisements,
    /// A balancer that terminates TLS and forwards in plaintext.
    TlsEndsAtBalancer,
    /// A balancer that can read every request.
    BalancerReadsAll,
    /// An encrypted hop whose server is not authenticated.
    UncheckedPeer,
    /// A component that terminates users' TLS without a certificate for the site, although the drawing lists certificates.
    CertificateElsewhere,
    /// A drawing that lists no certificate.
    NoCertificate,
    /// A port 80 that serves pages in plaintext instead of redirecting.
    PlaintextPort,
    /// A site whose browsers are not told to use only https.
    NoHsts,
    /// Visits that start with `http://` and fail.
    PlaintextRefused,
    /// A component that redirects to https for ever.
    RedirectLoop,
    /// A firewall behind components that it should protect.
    FirewallBehind,
    /// An entry that is exposed to the Internet without a firewall.
    OpenEntry,
    /// A database reachable from the Internet.
    DatabaseExposed,
    /// Machines whose SSH port is reachable from the Internet.
    SshExposed,
    /// A port that is reachable from the Internet although no user needs it.
    ExposedPort,
    /// An agent whose samples a firewall blocks.
    SilentAgent,
    /// A hop of the diagram that a firewall blocks.
    ClosedHop,
    /// A component behind the entry without a firewall in front of it.
    Unprotected,
    /// A firewall that protects nothing.
    GuardsNothing,
    /// A firewall whose default action is to allow.
    DefaultAllow,
    /// A firewall rule that never takes effect.
    ShadowedRule,
    /// A firewall rule that allows traffic that nothing needs.
    UnusedRule,
    /// A firewall rule that opens more ports than needed.
    NeedlessPorts,
    /// Machines that no administrator can reach.
    NoAdminPath,
    /// Databases that may connect to any address.
    DatabaseEgress,
    /// One software version in several places: a flaw in it stops more than a single crash.
    SharedFlaw,
    /// Several versions of one program in a group.
    MixedVersions,
    /// A server that hosts several tiers.
    MixedTiers,
    /// Servers that all do different work and may be mistaken for redundancy.
    DifferentButSingle,
    /// Servers that run the same programs.
    AlikeServers,
    /// A balancer with one backend.
    BalancesNothing,
    /// A balancer over backends of different tiers.
    UnlikeBackends,
    /// Health checks that pass although the application behind the backend is dead.
    ShallowCheck,
    /// Health checks that take backends out when a database fails that not all requests need.
    CheckNeedsDatabase,
    /// A balancer that retries a failed connection on the same backend only.
    NoRedispatch,
    /// A balancer of a VRRP pair whose process keepalived does not track.
    UntrackedBalancer,
    /// A server that closes idle connections before its client does.
    KeepAliveRace,
    /// A rate limit that takes all users for one client.
    SharedRateLimit,
    /// A rate limit at a balancer that passes TLS through.
    BlindRateLimit,
    /// Logins without a rate limit.
    NoRateLimit,
    /// Sessions in the memory of several servers, and requests that do not return to the one that knows them.
    ScatteredSessions,
    /// Sessions that are lost with the process that holds them.
    SessionsInMemory,
    /// A session store that all logged-in users depend on.
    SessionStoreAlone,
    /// Several addresses of the site, which DNS does not check.
    UncheckedAddresses,
    /// A record whose TTL is too long for a switch to the standby site.
    LongTtl,
    /// A standby site that depends on parts of the first site.
    StandbyShares,
    /// A component of the service that is on no server.
    OnNoServer,
    /// A component of the service without an agent.
    Unwatched,
    /// An agent that is not on a server of the service.
    AgentWatchesNothing,
    /// A monitoring service on a server that it watches.
    MonitoringOnWatchedServer,
    /// A self-hosted monitoring service that nothing watches.
    MonitoringUnwatched,
    /// No external probe.
    NoOutsideView,
    /// A resource whose utilisation exceeds 100 %.
    Overloaded,
    /// A resource whose utilisation exceeds 80 %.
    NoHeadroom,
    /// An element whose loss overloads the remaining components.
    CapacitySinglePoint,
    /// A cache in front of a database that cannot carry the load alone.
    CacheHidesDatabase,
    /// A cache whose entries never expire.
    CacheWithoutExpiry,
    /// A cache that writes do not invalidate.
    CacheServesOldValues,
    /// A cache that lets every miss of a popular object through.
    CacheWithoutCollapse,
}

impl FindingRule {
    /// All rules: those about loss of service first, then those about disclosed secrets, then the rest.
    pub const ALL: [Self; 78] = [
        Self::KindDoesNotWork,
        Self::SinglePoint,
        Self::SingleFirewall,
        Self::SingleWriter,
        Self::TwoWriters,
        Self::NoMajority,
        Self::WritesToReplica,
        Self::OneCopy,
        Self::CopiesOnOneServer,
        Self::StaleReads,
        Self::OneName,
        Self::UserResolver,
        Self::OneCertificate,
        Self::CertificateExpired,
        Self::CertificateExpiresSoon,
        Self::FailureDomain,
        Self::SecretsInTheClear,
        Self::ContentInTheClear,
        Self::ClassicDns,
        Self::OpenAdvertisements,
        Self::TlsEndsAtBalancer,
        Self::BalancerReadsAll,
        Self::UncheckedPeer,
        Self::CertificateElsewhere,
        Self::NoCertificate,
        Self::PlaintextPort,
        Self::NoHsts,
        Self::PlaintextRefused,
        Self::RedirectLoop,
        Self::FirewallBehind,
        Self::OpenEntry,
        Self::DatabaseExposed,
        Self::SshExposed,
        Self::ExposedPort,
        Self::SilentAgent,
        Self::ClosedHop,
        Self::Unprotected,
        Self::GuardsNothing,
        Self::DefaultAllow,
        Self::ShadowedRule,
        Self::UnusedRule,
        Self::NeedlessPorts,
        Self::NoAdminPath,
        Self::DatabaseEgress,
        Self::SharedFlaw,
        Self::MixedVersions,
        Self::MixedTiers,
        Self::DifferentButSingle,
        Self::AlikeServers,
        Self::BalancesNothing,
        Self::UnlikeBackends,
        Self::ShallowCheck,
        Self::CheckNeedsDatabase,
        Self::NoRedispatch,
        Self::UntrackedBalancer,
        Self::KeepAliveRace,
        Self::SharedRateLimit,
        Self::BlindRateLimit,
        Self::NoRateLimit,
        Self::ScatteredSessions,
        Self::SessionsInMemory,
        Self::SessionStoreAlone,
        Self::UncheckedAddresses,
        Self::LongTtl,
        Self::StandbyShares,
        Self::OnNoServer,
        Self::Unwatched,
        Self::AgentWatchesNothing,
        Self::MonitoringOnWatchedServer,
        Self::MonitoringUnwatched,
        Self::NoOutsideView,
        Self::Overloaded,
        Self::NoHeadroom,
        Self::CapacitySinglePoint,
        Self::CacheHidesDatabase,
        Self::CacheWithoutExpiry,
        Self::CacheServesOldValues,
        Self::CacheWithoutCollapse,
    ];

    /// Stable identifier, for machine-readable output and `--fail-on`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::KindDoesNotWork => "kind-does-not-work",
            Self::SinglePoint => "single-point",
            Self::SingleFirewall => "single-firewall",
            Self::SingleWriter => "single-writer",
            Self::TwoWriters => "two-writers",
            Self::NoMajority => "no-majority",
            Self::WritesToReplica => "writes-to-replica",
            Self::OneCopy => "one-copy",
            Self::CopiesOnOneServer => "copies-on-one-server",
            Self::StaleReads => "stale-reads",
            Self::OneName => "one-name",
            Self::UserResolver => "user-resolver",
            Self::OneCertificate => "one-certificate",
            Self::CertificateExpired => "certificate-expired",
            Self::CertificateExpiresSoon => "certificate-expires-soon",
            Self::FailureDomain => "failure-domain",
            Self::SecretsInTheClear => "secrets-in-the-clear",
            Self::ContentInTheClear => "content-in-the-clear",
            Self::ClassicDns => "classic-dns",
            Self::OpenAdvertisements => "open-advertisements",
            Self::TlsEndsAtBalancer => "tls-ends-at-balancer",
            Self::BalancerReadsAll => "balancer-reads-all",
            Self::UncheckedPeer => "unchecked-peer",
            Self::CertificateElsewhere => "certificate-elsewhere",
            Self::NoCertificate => "no-certificate",
            Self::PlaintextPort => "plaintext-port",
            Self::NoHsts => "no-hsts",
            Self::PlaintextRefused => "http-visits-fail",
            Self::RedirectLoop => "redirect-loop",
            Self::FirewallBehind => "firewall-behind",
            Self::OpenEntry => "open-entry",
            Self::DatabaseExposed => "database-exposed",
            Self::SshExposed => "ssh-exposed",
            Self::ExposedPort => "exposed-port",
            Self::SilentAgent => "silent-agent",
            Self::ClosedHop => "closed-hop",
            Self::Unprotected => "unprotected",
            Self::GuardsNothing => "guards-nothing",
            Self::DefaultAllow => "default-allow",
            Self::ShadowedRule => "shadowed-rule",
            Self::UnusedRule => "unused-rule",
            Self::NeedlessPorts => "needless-ports",
            Self::NoAdminPath => "no-admin-path",
            Self::DatabaseEgress => "database-egress",
            Self::SharedFlaw => "shared-flaw",
            Self::MixedVersions => "mixed-versions",
            Self::MixedTiers => "mixed-tiers",
            Self::DifferentButSingle => "different-but-single",
            Self::AlikeServers => "alike-servers",
            Self::BalancesNothing => "balances-nothing",
            Self::UnlikeBackends => "unlike-backends",
            Self::ShallowCheck => "shallow-check",
            Self::CheckNeedsDatabase => "check-needs-database",
            Self::NoRedispatch => "no-redispatch",
            Self::UntrackedBalancer => "untracked-balancer",
            Self::KeepAliveRace => "keep-alive-race",
            Self::SharedRateLimit => "shared-rate-limit",
            Self::BlindRateLimit => "blind-rate-limit",
            Self::NoRateLimit => "no-rate-limit",
            Self::ScatteredSessions => "scattered-sessions",
            Self::SessionsInMemory => "sessions-in-memory",
            Self::SessionStoreAlone => "session-store-alone",
            Self::UncheckedAddresses => "unchecked-addresses",
            Self::LongTtl => "long-ttl",
            Self::StandbyShares => "standby-shares",
            Self::OnNoServer => "on-no-server",
            Self::Unwatched => "unwatched",
            Self::AgentWatchesNothing => "agent-watches-nothing",
            Self::MonitoringOnWatchedServer => "monitoring-on-watched-server",
            Self::MonitoringUnwatched => "monitoring-unwatched",
            Self::NoOutsideView => "no-outside-view",
            Self::Overloaded => "overloaded",
            Self::NoHeadroom => "no-headroom",
            Self::CapacitySinglePoint => "capacity-single-point",
            Self::CacheHidesDatabase => "cache-hides-database",
            Self::CacheWithoutExpiry => "cache-without-expiry",
            Self::CacheServesOldValues => "cache-serves-old-values",
            Self::CacheWithoutCollapse => "cache-without-collapse",
        }
    }

    /// Severity of the rule's findings.
    pub const fn severity(self) -> Severity {
        match self {
            Self::KindDoesNotWork
            | Self::SinglePoint
            | Self::SingleFirewall
            | Self::SingleWriter
            | Self::TwoWriters
            | Self::NoMajority
            | Self::WritesToReplica
            | Self::CertificateExpired
            | Self::SecretsInTheClear
            | Self::CertificateElsewhere
            | Self::PlaintextPort
            | Self::RedirectLoop
            | Self::FirewallBehind
            | Self::OpenEntry
            | Self::DatabaseExposed
            | Self::SshExposed
            | Self::ExposedPort
            | Self::SilentAgent
            | Self::ClosedHop
            | Self::ScatteredSessions
            | Self::Overloaded => Error,
            Self::OneCopy
            | Self::CopiesOnOneServer
            | Self::CertificateExpiresSoon
            | Self::FailureDomain
            | Self::ContentInTheClear
            | Self::NoHsts
            | Self::PlaintextRefused
            | Self::TlsEndsAtBalancer
            | Self::Unprotected
            | Self::GuardsNothing
            | Self::DefaultAllow
            | Self::ShadowedRule
            | Self::SharedFlaw
            | Self::MixedTiers
            | Self::BalancesNothing
            | Self::UnlikeBackends
            | Self::ShallowCheck
            | Self::CheckNeedsDatabase
            | Self::NoRedispatch
            | Self::UntrackedBalancer
            | Self::KeepAliveRace
            | Self::SharedRateLimit
            | Self::BlindRateLimit
            | Self::SessionsInMemory
            | Self::SessionStoreAlone
            | Self::LongTtl
            | Self::StandbyShares
            | Self::OnNoServer
            | Self::Unwatched
            | Self::AgentWatchesNothing
            | Self::MonitoringOnWatchedServer
            | Self::NoHeadroom
            | Self::CapacitySinglePoint
            | Self::CacheHidesDatabase
            | Self::CacheWithoutExpiry
            | Self::CacheWithoutCollapse => Warning,
            Self::StaleReads
            | Self::CacheServesOldValues
            | Self::OneName
            | Self::UserResolver
            | Self::OneCertificate
            | Self::ClassicDns
            | Self::OpenAdvertisements
            | Self::BalancerReadsAll
            | Self::UncheckedPeer
            | Self::NoCertificate
            | Self::UnusedRule
            | Self::NeedlessPorts
            | Self::NoAdminPath
            | Self::DatabaseEgress
            | Self::NoRateLimit
            | Self::MixedVersions
            | Self::MonitoringUnwatched
            | Self::DifferentButSingle
            | Self::AlikeServers
            | Self::UncheckedAddresses
            | Self::NoOutsideView => Note,
        }
    }
}
