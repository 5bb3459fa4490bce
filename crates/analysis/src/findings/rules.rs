//! The rules: everything that can be found, with a name and a severity.

use super::Severity::{self, Error, Note, Warning};

/// A rule. What it means, why that matters and what would fix it is `hoplight_text::rule`'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A kind of request that users send is never answered.
    KindDoesNotWork,
    /// A machine or a program whose loss stops a kind of request.
    SinglePoint,
    /// A firewall that every request of a kind must cross.
    SingleFirewall,
    /// One database alone takes writes, without automatic failover.
    SingleWriter,
    /// Data that one database alone holds.
    OneCopy,
    /// A zone or a resolver that every lookup needs.
    OneName,
    /// A certificate whose expiry stops a kind of request.
    OneCertificate,
    /// A certificate that has expired.
    CertificateExpired,
    /// A certificate with three weeks or less.
    CertificateExpiresSoon,
    /// A failure domain whose loss stops a kind of request.
    FailureDomain,
    /// Passwords or session cookies that a network shows.
    SecretsInTheClear,
    /// Content that a network shows.
    ContentInTheClear,
    /// Unencrypted lookups.
    ClassicDns,
    /// Unencrypted VRRP advertisements.
    OpenAdvertisements,
    /// TLS that ends at a balancer with plaintext behind it.
    TlsEndsAtBalancer,
    /// A balancer that can read every request.
    BalancerReadsAll,
    /// An encrypted hop without verification of the far end.
    UncheckedPeer,
    /// TLS that ends where no certificate for the site is.
    NoCertificate,
    /// A firewall behind something that it should protect.
    FirewallBehind,
    /// An entry that faces the Internet without a firewall.
    OpenEntry,
    /// A port that the Internet reaches and no user needs.
    ExposedPort,
    /// An agent whose samples never arrive.
    SilentAgent,
    /// A drawn hop that a firewall stops.
    ClosedHop,
    /// A machine without a firewall in front of it.
    Unprotected,
    /// A firewall that no connection crosses.
    GuardsNothing,
    /// A firewall that allows by default.
    DefaultAllow,
    /// A firewall rule that never decides.
    ShadowedRule,
    /// A firewall rule that allows unused traffic.
    UnusedRule,
    /// A firewall rule that opens more ports than needed.
    NeedlessPorts,
    /// One version in many places: a flaw stops what a crash does not.
    SharedFlaw,
    /// A server that hosts several tiers.
    MixedTiers,
    /// Servers that all differ, taken for redundancy.
    DifferentButSingle,
    /// Servers that run the same programs.
    AlikeServers,
    /// A balancer with one backend.
    BalancesNothing,
    /// A balancer over backends of different tiers.
    UnlikeBackends,
    /// A part of the service without a server.
    OnNoServer,
    /// A part of the service without an agent.
    Unwatched,
    /// An agent that is on no server of the service.
    AgentWatchesNothing,
    /// No external probe.
    NoOutsideView,
    /// More load than something can take.
    Overloaded,
    /// Something more than four fifths full.
    NoHeadroom,
    /// An element whose loss overloads the rest.
    CapacitySinglePoint,
}

impl Rule {
    /// All rules: what stops the service first, then what gives secrets away, then the rest.
    pub const ALL: [Self; 42] = [
        Self::KindDoesNotWork,
        Self::SinglePoint,
        Self::SingleFirewall,
        Self::SingleWriter,
        Self::OneCopy,
        Self::OneName,
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
        Self::NoCertificate,
        Self::FirewallBehind,
        Self::OpenEntry,
        Self::ExposedPort,
        Self::SilentAgent,
        Self::ClosedHop,
        Self::Unprotected,
        Self::GuardsNothing,
        Self::DefaultAllow,
        Self::ShadowedRule,
        Self::UnusedRule,
        Self::NeedlessPorts,
        Self::SharedFlaw,
        Self::MixedTiers,
        Self::DifferentButSingle,
        Self::AlikeServers,
        Self::BalancesNothing,
        Self::UnlikeBackends,
        Self::OnNoServer,
        Self::Unwatched,
        Self::AgentWatchesNothing,
        Self::NoOutsideView,
        Self::Overloaded,
        Self::NoHeadroom,
        Self::CapacitySinglePoint,
    ];

    /// Its name, for programs and for `--fail-on`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::KindDoesNotWork => "kind-does-not-work",
            Self::SinglePoint => "single-point",
            Self::SingleFirewall => "single-firewall",
            Self::SingleWriter => "single-writer",
            Self::OneCopy => "one-copy",
            Self::OneName => "one-name",
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
            Self::NoCertificate => "no-certificate",
            Self::FirewallBehind => "firewall-behind",
            Self::OpenEntry => "open-entry",
            Self::ExposedPort => "exposed-port",
            Self::SilentAgent => "silent-agent",
            Self::ClosedHop => "closed-hop",
            Self::Unprotected => "unprotected",
            Self::GuardsNothing => "guards-nothing",
            Self::DefaultAllow => "default-allow",
            Self::ShadowedRule => "shadowed-rule",
            Self::UnusedRule => "unused-rule",
            Self::NeedlessPorts => "needless-ports",
            Self::SharedFlaw => "shared-flaw",
            Self::MixedTiers => "mixed-tiers",
            Self::DifferentButSingle => "different-but-single",
            Self::AlikeServers => "alike-servers",
            Self::BalancesNothing => "balances-nothing",
            Self::UnlikeBackends => "unlike-backends",
            Self::OnNoServer => "on-no-server",
            Self::Unwatched => "unwatched",
            Self::AgentWatchesNothing => "agent-watches-nothing",
            Self::NoOutsideView => "no-outside-view",
            Self::Overloaded => "overloaded",
            Self::NoHeadroom => "no-headroom",
            Self::CapacitySinglePoint => "capacity-single-point",
        }
    }

    /// How bad what it finds is.
    pub const fn severity(self) -> Severity {
        match self {
            Self::KindDoesNotWork
            | Self::SinglePoint
            | Self::SingleFirewall
            | Self::SingleWriter
            | Self::CertificateExpired
            | Self::SecretsInTheClear
            | Self::NoCertificate
            | Self::FirewallBehind
            | Self::OpenEntry
            | Self::ExposedPort
            | Self::SilentAgent
            | Self::ClosedHop
            | Self::Overloaded => Error,
            Self::OneCopy
            | Self::CertificateExpiresSoon
            | Self::FailureDomain
            | Self::ContentInTheClear
            | Self::TlsEndsAtBalancer
            | Self::Unprotected
            | Self::GuardsNothing
            | Self::DefaultAllow
            | Self::ShadowedRule
            | Self::SharedFlaw
            | Self::MixedTiers
            | Self::BalancesNothing
            | Self::UnlikeBackends
            | Self::OnNoServer
            | Self::Unwatched
            | Self::AgentWatchesNothing
            | Self::NoHeadroom
            | Self::CapacitySinglePoint => Warning,
            Self::OneName
            | Self::OneCertificate
            | Self::ClassicDns
            | Self::OpenAdvertisements
            | Self::BalancerReadsAll
            | Self::UncheckedPeer
            | Self::UnusedRule
            | Self::NeedlessPorts
            | Self::DifferentButSingle
            | Self::AlikeServers
            | Self::NoOutsideView => Note,
        }
    }
}
