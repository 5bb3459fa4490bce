//! The plan piece by piece: what is known of one station, one link, one agent.

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
    /// Its place among the databases.
    Database(DatabaseIx),
    /// Anything without settings of its own.
    Other,
}

/// A balancer's settings in nanoseconds.
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
    /// Its number among the balancers.
    pub(crate) number: BalancerIx,
    /// Per kind of request, the first kind that has the same list of backends.
    pub(crate) lists: PerKind<u8>,
    /// The largest weight of a backend, if they differ; else 1.
    pub(crate) heaviest: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StationPlan {
    pub(crate) role: Role,
    pub(crate) slots: u32,
    pub(crate) limit: Limit,
    pub(crate) hold: Hold,
    pub(crate) service: [Sampler; 3],
    /// The work on an answer that passes, if there is any.
    pub(crate) answer: Option<Sampler>,
    /// Most requests that may be present at once.
    pub(crate) connections: Limit,
    /// The random stream's key.
    pub(crate) key: u64,
    /// The server that it runs on, as a position in the infrastructure's list.
    pub(crate) server: Option<ServerIx>,
    /// How long it waits for an answer from downstream.
    pub(crate) timeout: u64,
    /// Until when its own certificate is valid, in nanoseconds, if it has one.
    pub(crate) certificate_until: Option<u64>,
    /// Links to ask on, per kind of request, in order of preference.
    pub(crate) out: PerKind<Vec<LinkIx>>,
    /// Whether an agent watches it: only then it counts answers.
    pub(crate) watched: bool,
    /// What it does with each kind of request.
    pub(crate) behaviour: PerKind<Behaviour>,
    /// What it does with a request that it has no room for.
    pub(crate) when_full: WhenFull,
    /// Whether handshakes end here, and cost it work.
    pub(crate) ends_tls: bool,
    /// From which depth on a health check asks those behind it.
    pub(crate) check_depth: Option<HealthCheck>,
}

impl StationPlan {
    /// How it forwards requests of one kind, if it does.
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

    /// What it does when an attempt to ask on a link of this protocol fails.
    ///
    /// # Panics
    /// If it does not forward requests of this kind.
    pub(crate) fn policy(&self, kind: RequestKind, protocol: Protocol) -> &FailurePolicy {
        self.forwarding(kind).expect("who has asked forwards requests").policy(protocol)
    }

    /// Whether TLS passes through it, so that it reads neither handshakes nor responses.
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
    /// How many of the guards stand at the asker's side: the wire comes after them.
    pub(crate) outward: usize,
    /// How many guards there are.
    pub(crate) behind: u8,
    pub(crate) protocol: Protocol,
    /// For a balancer's link: its number among the balancer's.
    pub(crate) backend: Option<u16>,
    /// For a balancer's link: the lists that it is in, as bits.
    pub(crate) lists: u8,
    pub(crate) weight: u32,
    /// How many requests may be in progress on it.
    pub(crate) maxconn: Limit,
    /// When a message on it needs a new connection first.
    pub(crate) connects: Connects,
}

impl HopPlan {
    /// The number of the backend at its end among the balancer's.
    pub(crate) fn backend(&self) -> usize {
        usize::from(self.backend.expect("a balancer asks on links to its backends only"))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AgentPlan {
    pub(crate) station: StationIx,
    pub(crate) interval: u64,
    /// The components that it samples.
    pub(crate) watches: Vec<StationIx>,
    /// The one whose rate is its headline.
    pub(crate) subject: Option<StationIx>,
    /// The link on which it pushes.
    pub(crate) push: Option<LinkIx>,
}

/// One balancer of a pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RouterPlan {
    pub(crate) station: StationIx,
    /// The link on which users reach it.
    pub(crate) entry: LinkIx,
    /// The link on which the pair hears each other.
    pub(crate) link: LinkIx,
    pub(crate) priority: u8,
    pub(crate) advert: u64,
    /// After how long a silence it takes over.
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
