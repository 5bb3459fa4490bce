//! What a finding says, as data.

use hoplight_model::{ComponentId, Element, Protocol, RequestKind, Text};

use super::Rule;
use crate::broken::Broken;
use crate::capacity::{Overload, Utilisation};
use crate::firewalls::Flaw;
use crate::homogeneity::{LoneServers, MixedServer, SharedFlaw, TwinServers};
use crate::reading::{Fact, Stake};

/// What was found. The subject of the finding is not repeated here.
#[derive(Clone, Debug, PartialEq)]
pub enum FindingKind {
    /// A kind never works, though users send it.
    KindDoesNotWork {
        /// The kind.
        kind: RequestKind,
        /// Why.
        broken: Broken,
    },
    /// A machine or a program stops these kinds alone.
    SinglePoint {
        /// The kinds.
        stops: Vec<RequestKind>,
        /// The components that a machine holds and no other machine does.
        carries: Vec<ComponentId>,
    },
    /// A firewall stops these kinds alone.
    SingleFirewall {
        /// The kinds.
        stops: Vec<RequestKind>,
    },
    /// The only database that takes writes.
    SingleWriter {
        /// The kinds that stop without it.
        stops: Vec<RequestKind>,
        /// Its replicas.
        replicas: Vec<ComponentId>,
        /// Whether one of them is promoted automatically.
        automatic: bool,
    },
    /// A database whose data is nowhere else.
    OneCopy,
    /// A zone or a resolver that every lookup needs.
    OneName {
        /// The kinds that stop without it.
        stops: Vec<RequestKind>,
    },
    /// A certificate that these kinds need.
    OneCertificate {
        /// The kinds.
        stops: Vec<RequestKind>,
    },
    /// The certificate has expired.
    CertificateExpired,
    /// The certificate expires soon.
    CertificateExpiresSoon {
        /// Days left.
        days: u32,
    },
    /// A failure domain that stops these kinds.
    FailureDomain {
        /// The kinds.
        stops: Vec<RequestKind>,
    },
    /// A network shows what travels on the hop.
    ReadableHop {
        /// What is spoken.
        protocol: Protocol,
        /// What is read, by kind of request.
        facts: Vec<Fact>,
    },
    /// TLS ends at the balancer, and these get requests in plaintext.
    TlsEndsAtBalancer {
        /// The backends.
        readable: Vec<ComponentId>,
    },
    /// The balancer can read every request.
    BalancerReadsAll {
        /// Whether it ends TLS; otherwise requests come in plaintext.
        ends_tls: bool,
    },
    /// Encrypted hops whose far end is not verified.
    UncheckedPeer {
        /// The hops.
        hops: Vec<Element>,
    },
    /// Users' TLS ends here, without a certificate for this name.
    NoCertificate {
        /// The name.
        domain: Text,
    },
    /// Something is wrong with a firewall.
    Firewall(Flaw),
    /// A flaw in one version stops what crashes do not.
    SharedFlaw(SharedFlaw),
    /// A server hosts several tiers.
    MixedTiers(MixedServer),
    /// All servers differ.
    DifferentButSingle(LoneServers),
    /// Servers run the same programs.
    AlikeServers(TwinServers),
    /// The balancer has one backend.
    BalancesNothing {
        /// The backend.
        backend: ComponentId,
    },
    /// The balancer's backends do not do the same.
    UnlikeBackends {
        /// The backends.
        backends: Vec<ComponentId>,
    },
    /// The component is on none of the servers.
    OnNoServer,
    /// No server is drawn.
    NoServers {
        /// The components of the service.
        components: Vec<ComponentId>,
    },
    /// No agent watches the component.
    Unwatched,
    /// The server has no agent.
    UnwatchedServer {
        /// The components on it.
        components: Vec<ComponentId>,
    },
    /// No agent watches any part of the service.
    NothingWatched,
    /// The agent is on no server of the service.
    AgentWatchesNothing,
    /// No external probe looks at the site.
    NoOutsideView,
    /// Something is nearly full, or overloaded.
    Full {
        /// The load, in requests per second.
        load: f64,
        /// What, and how full.
        utilisation: Utilisation,
    },
    /// A loss overloads the rest.
    CapacitySinglePoint(Overload),
}

impl FindingKind {
    /// The rule that it comes from.
    pub fn rule(&self) -> Rule {
        match self {
            Self::KindDoesNotWork { .. } => Rule::KindDoesNotWork,
            Self::SinglePoint { .. } => Rule::SinglePoint,
            Self::SingleFirewall { .. } => Rule::SingleFirewall,
            Self::SingleWriter { .. } => Rule::SingleWriter,
            Self::OneCopy => Rule::OneCopy,
            Self::OneName { .. } => Rule::OneName,
            Self::OneCertificate { .. } => Rule::OneCertificate,
            Self::CertificateExpired => Rule::CertificateExpired,
            Self::CertificateExpiresSoon { .. } => Rule::CertificateExpiresSoon,
            Self::FailureDomain { .. } => Rule::FailureDomain,
            Self::ReadableHop { protocol, facts } => readable_hop(*protocol, facts),
            Self::TlsEndsAtBalancer { .. } => Rule::TlsEndsAtBalancer,
            Self::BalancerReadsAll { .. } => Rule::BalancerReadsAll,
            Self::UncheckedPeer { .. } => Rule::UncheckedPeer,
            Self::NoCertificate { .. } => Rule::NoCertificate,
            Self::Firewall(flaw) => firewall(flaw),
            Self::SharedFlaw(_) => Rule::SharedFlaw,
            Self::MixedTiers(_) => Rule::MixedTiers,
            Self::DifferentButSingle(_) => Rule::DifferentButSingle,
            Self::AlikeServers(_) => Rule::AlikeServers,
            Self::BalancesNothing { .. } => Rule::BalancesNothing,
            Self::UnlikeBackends { .. } => Rule::UnlikeBackends,
            Self::OnNoServer | Self::NoServers { .. } => Rule::OnNoServer,
            Self::Unwatched | Self::UnwatchedServer { .. } | Self::NothingWatched => Rule::Unwatched,
            Self::AgentWatchesNothing => Rule::AgentWatchesNothing,
            Self::NoOutsideView => Rule::NoOutsideView,
            Self::Full { utilisation, .. } if utilisation.part() > 1.0 => Rule::Overloaded,
            Self::Full { .. } => Rule::NoHeadroom,
            Self::CapacitySinglePoint(_) => Rule::CapacitySinglePoint,
        }
    }
}

fn readable_hop(protocol: Protocol, facts: &[Fact]) -> Rule {
    match facts.iter().map(Fact::stake).max() {
        Some(Stake::Password | Stake::Session) => Rule::SecretsInTheClear,
        _ if protocol == Protocol::Dns => Rule::ClassicDns,
        _ if protocol == Protocol::Vrrp => Rule::OpenAdvertisements,
        _ => Rule::ContentInTheClear,
    }
}

const fn firewall(flaw: &Flaw) -> Rule {
    match flaw {
        Flaw::GuardsNothing(_) => Rule::GuardsNothing,
        Flaw::Behind { .. } => Rule::FirewallBehind,
        Flaw::OpenEntry(_) => Rule::OpenEntry,
        Flaw::Unprotected(_) => Rule::Unprotected,
        Flaw::Exposed { .. } => Rule::ExposedPort,
        Flaw::Unused(_) => Rule::UnusedRule,
        Flaw::Shadowed { .. } => Rule::ShadowedRule,
        Flaw::NeedlessPorts { .. } => Rule::NeedlessPorts,
        Flaw::AllowsByDefault(_) => Rule::DefaultAllow,
        Flaw::SilentAgent { .. } => Rule::SilentAgent,
        Flaw::ClosedHop { .. } => Rule::ClosedHop,
    }
}
