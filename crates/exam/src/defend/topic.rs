//! What the questions ask about.

use hoplight_analysis::FindingRule;
use hoplight_curriculum::Demand;
use serde::{Deserialize, Serialize};

/// What a question asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DefendTopic {
    /// On which hops a password can be read.
    PasswordHops,
    /// Where users' TLS ends.
    TlsEnds,
    /// What an expired certificate stops.
    CertificateExpires,
    /// What works without a server.
    ServerLost,
    /// What works without a component.
    ComponentLost,
    /// What works if one software version fails everywhere.
    VersionLost,
    /// What alone stops static pages.
    StopsPages,
    /// What alone stops reads.
    StopsReads,
    /// What alone stops writes.
    StopsWrites,
    /// Which firewall no request crosses.
    IdleFirewall,
    /// Which databases are reachable from the Internet.
    DatabaseReachable,
    /// Which databases accept writes.
    WritableDatabases,
    /// Which servers no monitoring client watches.
    UnwatchedServers,
}

impl DefendTopic {
    /// All topics.
    pub const ALL: [Self; 13] = [
        Self::PasswordHops,
        Self::TlsEnds,
        Self::CertificateExpires,
        Self::ServerLost,
        Self::ComponentLost,
        Self::VersionLost,
        Self::StopsPages,
        Self::StopsReads,
        Self::StopsWrites,
        Self::IdleFirewall,
        Self::DatabaseReachable,
        Self::WritableDatabases,
        Self::UnwatchedServers,
    ];

    /// The findings that make the question matter, most important first.
    pub const fn rules(self) -> &'static [FindingRule] {
        match self {
            Self::PasswordHops => &[FindingRule::SecretsInTheClear],
            Self::TlsEnds => &[FindingRule::TlsEndsAtBalancer, FindingRule::CertificateElsewhere],
            Self::CertificateExpires => &[FindingRule::CertificateExpired, FindingRule::CertificateExpiresSoon],
            Self::ServerLost => &[FindingRule::SinglePoint, FindingRule::MixedTiers, FindingRule::CopiesOnOneServer],
            Self::ComponentLost => &[FindingRule::SinglePoint],
            Self::VersionLost => &[FindingRule::SharedFlaw],
            Self::StopsPages | Self::StopsReads => &[FindingRule::SinglePoint, FindingRule::SingleFirewall],
            Self::StopsWrites => &[FindingRule::SingleWriter, FindingRule::SinglePoint, FindingRule::SingleFirewall],
            Self::IdleFirewall => &[FindingRule::GuardsNothing, FindingRule::FirewallBehind, FindingRule::OpenEntry],
            Self::DatabaseReachable => &[FindingRule::DatabaseExposed],
            Self::WritableDatabases => &[FindingRule::TwoWriters, FindingRule::WritesToReplica],
            Self::UnwatchedServers => &[FindingRule::Unwatched, FindingRule::SilentAgent, FindingRule::AgentWatchesNothing],
        }
    }

    /// The topic in a few words, as a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::PasswordHops => "Where the password can be read",
            Self::TlsEnds => "Where TLS ends",
            Self::CertificateExpires => "The certificate expires",
            Self::ServerLost => "A server is lost",
            Self::ComponentLost => "A program is lost",
            Self::VersionLost => "A flaw in one version",
            Self::StopsPages => "What alone stops static pages",
            Self::StopsReads => "What alone stops reads",
            Self::StopsWrites => "What alone stops writes",
            Self::IdleFirewall => "Firewalls on no path",
            Self::DatabaseReachable => "Databases within reach",
            Self::WritableDatabases => "Who accepts writes",
            Self::UnwatchedServers => "Servers without monitoring",
        }
    }

    /// The demand that the question deepens, whose lesson teaches it.
    pub const fn demand(self) -> Demand {
        match self {
            Self::PasswordHops | Self::TlsEnds => Demand::TlsTermination,
            Self::CertificateExpires => Demand::Https,
            Self::ServerLost | Self::ComponentLost | Self::StopsPages | Self::StopsReads => Demand::Spof,
            Self::VersionLost => Demand::SameComponents,
            Self::StopsWrites => Demand::OneWriter,
            Self::IdleFirewall | Self::DatabaseReachable => Demand::Firewalls,
            Self::WritableDatabases => Demand::PrimaryForApplication,
            Self::UnwatchedServers => Demand::Monitoring,
        }
    }
}
