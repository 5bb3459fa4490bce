//! The parts of the plan: station, link, balancer, agent.

use hoplight_model::behaviour::{Behaviour, FailurePolicy, Forwarding, WhenFull};
use hoplight_model::component::BalancerSpec;
use hoplight_model::hop::Guard;
use hoplight_model::station::Hold;
use hoplight_model::{Algorithm, HealthCheck, Protocol, RequestKind};

use crate::connection::Connects;
use crate::index::{BalancerIx, DatabaseIx, LinkIx, PerKind, ServerIx, StationIx};
use crate::limit::Limit;
use crate::names::ResolverPlan;
use crate::random::Sampler;

/// What a station does with a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Role {
    Browser,
    Resolver(ResolverPlan),
    Firewall,
    Balancer(BalancerPlan),
    /// A database, by its position among the databases.
    Database(DatabaseIx),
    /// Any role without settings.
    Other,
}

/// A balancer's settings; times are in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BalancerPlan {
    pub(crate) algorithm: Algorithm,
    pub(crate) check_interval: u64,
    pub(crate) fall: u8,
    pub(crate) rise: u8,
    pub(crate) retries: u8,
    pub(crate) redispatch: bool,
    pub(crate) connect_timeout: u64,
    pub(crate) queue_timeout: u64,
    pub(crate) check: HealthCheck,
    pub(crate) check_timeout: u64,
    /// Its position among the balancers.
    pub(crate) number: BalancerIx,
    /// Per kind of request, the first kind that has the same list of backends.
    pub(crate) lists: PerKind<u8>,
    /// The largest weight of a backend if weights differ, else 1.
    pub(crate) heaviest: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StationPlan {
    pub(crate) role: Role,
    pub(crate) slots: u32,
    pub(crate) limit: Limit,
    pub(crate) hold: Hold,
    pub(crate) service: [Sampler; 3],
    /// Service time of a response that passes through, if it costs any work.
    pub(crate) answer: Option<Sampler>,
    /// Maximum number of requests present at once.
    pub(crate) connections: Limit,
    /// Key of the station's random stream.
    pub(crate) key: u64,
    /// The server that it runs on.
    pub(crate) server: Option<ServerIx>,
    /// How long it waits for a response from downstream, in nanoseconds.
    pub(crate) timeout: u64,
    /// When its own certificate expires, in nanoseconds, if it has one.
    pub(crate) certificate_until: Option<u64>,
    /// Outgoing links per kind of request, in order of preference.
    pub(crate) out: PerKind<Vec<LinkIx>>,
    /// Whether an agent watches it. Only watched stations count responses.
    pub(crate) watched: bool,
    /// What it does with each kind of request.
    pub(crate) behaviour: PerKind<Behaviour>,
    /// What it does with a request that it has no room for.
    pub(crate) when_full: WhenFull,
    /// Whether it terminates TLS and so does the work of handshakes.
    pub(crate) ends_tls: bool,
    /// The shallowest health check that it passes on to a component behind it; `None` if it responds to all of them
    /// itself.
    pub(crate) check_depth: Option<HealthCheck>,
}

impl StationPlan {
    /// How it forwards requests of one kind, or `None` if it does not.
    pub(crate) fn forwarding(&self, kind: RequestKind) -> Option<&Forwarding> {
        match &self.behaviour[kind] {
            Behaviour::Forward(forwarding) => Some(forwarding),
            Behaviour::Originate(_)
            | Behaviour::Respond
            | Behaviour::Query(_)
            | Behaviour::Resolve(_)
            | Behaviour::Filter
            | Behaviour::Fail(_)
            | Behaviour::Ignore => None,
        }
    }

    /// The policy for a failed attempt on a link of this protocol.
    ///
    /// # Panics
    /// If the station does not forward requests of this kind.
    pub(crate) fn policy(&self, kind: RequestKind, protocol: Protocol) -> &FailurePolicy {
        self.forwarding(kind).expect("a station that sends requests has a policy").policy(protocol)
    }

    /// Whether it passes TLS through, so that it reads neither handshakes nor responses.
    pub(crate) fn passes_tls(&self, kind: RequestKind) -> bool {
        self.forwarding(kind).is_some_and(|forwarding| forwarding.passes_tls)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HopPlan {
    pub(crate) from: StationIx,
    pub(crate) to: StationIx,
    pub(crate) latency: u64,
    pub(crate) guards: Vec<Guard>,
    /// Number of guards on the sender's side, before the wire.
    pub(crate) outward: usize,
    /// Total number of guards.
    pub(crate) behind: u8,
    pub(crate) protocol: Protocol,
    /// For a balancer's link: its position among the balancer's backends.
    pub(crate) backend: Option<u16>,
    /// For a balancer's link: the lists that contain it, as a bit set.
    pub(crate) lists: u8,
    pub(crate) weight: u32,
    /// Maximum number of requests in progress on it.
    pub(crate) maxconn: Limit,
    /// When a message on it needs a new connection first.
    pub(crate) connects: Connects,
}

impl HopPlan {
    /// The position of its backend among the balancer's.
    pub(crate) fn backend(&self) -> usize {
        usize::from(self.backend.expect("a balancer sends only to its backends"))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AgentPlan {
    pub(crate) station: StationIx,
    pub(crate) interval: u64,
    /// The components that it samples.
    pub(crate) watches: Vec<StationIx>,
    /// The component whose request rate is shown as the agent's headline.
    pub(crate) subject: Option<StationIx>,
    /// The link on which it pushes samples.
    pub(crate) push: Option<LinkIx>,
}

/// One balancer of a VRRP pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RouterPlan {
    pub(crate) station: StationIx,
    /// The link on which users reach it.
    pub(crate) entry: LinkIx,
    /// The link on which the pair exchanges advertisements.
    pub(crate) link: LinkIx,
    pub(crate) priority: u8,
    pub(crate) advert: u64,
    /// The silence after which it takes over, in nanoseconds.
    pub(crate) patience: u64,
}

impl BalancerPlan {
    pub(crate) fn new(spec: &BalancerSpec) -> Self {
        Self {
            algorithm: spec.algorithm,
            check_interval: spec.check_interval_s.nanos(),
            fall: spec.fall,
            rise: spec.rise,
            retries: spec.retries,
            redispatch: spec.redispatch,
            connect_timeout: spec.connect_timeout_s.nanos(),
            queue_timeout: spec.queue_timeout_s.nanos(),
            check: spec.check,
            check_timeout: spec.check_timeout_s.unwrap_or(spec.check_interval_s).nanos(),
            number: BalancerIx::default(),
            lists: PerKind::default(),
            heaviest: 1,
        }
    }
}
