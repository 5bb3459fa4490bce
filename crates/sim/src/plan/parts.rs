//! The parts of the plan: station, link, balancer, agent.

use hoplight_model::behaviour::{AtLimit, Behaviour, FailurePolicy, Forwarding, SessionUse, WhenFull};
use hoplight_model::component::{BalancerSpec, SqlProxySpec};
use hoplight_model::firewall::Verdict;
use hoplight_model::hop::Guard;
use hoplight_model::quantity::Fraction;
use hoplight_model::station::Hold;
use hoplight_model::{Algorithm, HealthCheck, Protocol, RequestKind};

use crate::connection::Connects;
use crate::index::{AddressIx, BalancerIx, CacheIx, CookieIx, DatabaseIx, LinkIx, PerKind, ServerIx, StationIx};
use crate::limit::Limit;
use crate::names::ResolverPlan;
use crate::packet::Phase;
use crate::random::Sampler;
use crate::rate_limits::RateLimitPlan;

/// What a station does with a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Role {
    Browser,
    Resolver(ResolverPlan),
    Firewall,
    Balancer(BalancerPlan),
    /// A cache, by its index.
    Cache(CacheIx),
    /// A session store.
    SessionStore,
    /// A database, by its index.
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
    /// Position among the balancers.
    pub(crate) number: BalancerIx,
    /// Per kind of request, the first kind that has the same list of backends.
    pub(crate) lists: PerKind<u8>,
    /// The largest weight of a backend if weights differ, otherwise 1.
    pub(crate) heaviest: u32,
    /// Whether this is an SQL proxy, which chooses databases by their role.
    pub(crate) by_role: bool,
    /// Whether it inserts cookies that name the backends; see `SessionsPlan`.
    pub(crate) sticky: bool,
    /// Per kind of request, the cookie that names its backend, if it inserts one.
    pub(crate) cookies: PerKind<Option<CookieIx>>,
}

/// A station's use of its server's cores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct CpuPlan {
    pub(crate) server: ServerIx,
    /// Fraction of a service time that is processor time.
    pub(crate) share: Fraction,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StationPlan {
    pub(crate) role: Role,
    pub(crate) slots: u32,
    pub(crate) limit: Limit,
    pub(crate) hold: Hold,
    pub(crate) service: [Sampler; 3],
    /// Service time of a response that passes through, if it takes any CPU time.
    pub(crate) answer: Option<Sampler>,
    /// Maximum number of requests present at once.
    pub(crate) connections: Limit,
    /// Key of the station's random stream.
    pub(crate) key: u64,
    /// Server that the station runs on.
    pub(crate) server: Option<ServerIx>,
    /// The station's use of the server's cores; `None` if there are enough for every slot.
    pub(crate) cpu: Option<CpuPlan>,
    /// How long the station waits for a response from downstream, in nanoseconds.
    pub(crate) timeout: u64,
    /// When the station's own certificate expires, in nanoseconds, if it has one.
    pub(crate) certificate_until: Option<u64>,
    /// Outgoing links per kind of request, in order of preference.
    pub(crate) out: PerKind<Vec<LinkIx>>,
    /// Whether an agent watches the station. Only watched stations count responses.
    pub(crate) watched: bool,
    /// For each kind of request, whether the station redirects every one to https.
    pub(crate) redirects: PerKind<bool>,
    /// What the station does with each kind of request that it does not redirect.
    pub(crate) behaviour: PerKind<Behaviour>,
    /// The station's limit on each kind of request.
    pub(crate) rate_limits: PerKind<Option<RateLimitPlan>>,
    /// What the station does with a request that it has no room for.
    pub(crate) when_full: WhenFull,
    /// What the station does at its limit of connections, if it drops SYNs when it is full.
    pub(crate) at_limit: AtLimit,
    /// The link on which users enter the site here, if their idle connections count towards the limit: they keep them, and the
    /// station closes them after some time.
    pub(crate) idle_entry: Option<LinkIx>,
    /// Whether the station terminates TLS and therefore performs handshakes.
    pub(crate) ends_tls: bool,
    /// How the station uses the sessions of logged-in users, per kind of request.
    pub(crate) sessions: PerKind<Option<SessionUse>>,
    /// Shallowest health check that the station forwards to an upstream; `None` if it answers all of them itself.
    pub(crate) check_depth: Option<HealthCheck>,
    /// Whether the station redirects requests that came to port 80 and were forwarded to it.
    pub(crate) redirects_plaintext: bool,
}

impl StationPlan {
    /// How the station forwards requests of one kind, or `None` if it does not.
    pub(crate) fn forwarding(&self, kind: RequestKind) -> Option<&Forwarding> {
        self.behaviour[kind].forwarding()
    }

    /// The policy for a failed attempt on a link of this protocol.
    ///
    /// # Panics
    /// If the station does not forward requests of this kind.
    pub(crate) fn policy(&self, kind: RequestKind, protocol: Protocol) -> &FailurePolicy {
        self.forwarding(kind).expect("a station that sends requests has a policy").policy(protocol)
    }

    /// Whether the station closes the connection instead of reporting an error.
    pub(crate) fn closes_on_error(&self, kind: RequestKind) -> bool {
        self.forwarding(kind).is_some_and(|forwarding| forwarding.closes_on_error)
    }

    /// Whether the station passes TLS through and therefore reads neither handshakes nor responses.
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
    /// The verdicts of the guards on connections to port 80; empty if the hop has no such port.
    pub(crate) on_port_80: Vec<Verdict>,
    /// Number of guards on the sender's side, before the wire.
    pub(crate) outward: usize,
    /// Total number of guards.
    pub(crate) behind: u8,
    pub(crate) protocol: Protocol,
    /// For a balancer's link: its position in the balancer's list of backends.
    pub(crate) backend: Option<u16>,
    /// For a balancer's link: the lists that contain it, as a bit set.
    pub(crate) lists: u8,
    pub(crate) weight: u32,
    /// Maximum number of requests in progress on the link.
    pub(crate) maxconn: Limit,
    /// When a message on the link needs a new connection first.
    pub(crate) connects: Connects,
    /// How long a connection may be idle before the server closes it, in nanoseconds.
    pub(crate) idle_timeout: u64,
    /// Whether the component at its end knows the address of the client.
    pub(crate) tells_address: bool,
    /// Like `idle_timeout`, if the server closes idle connections before the client does; otherwise `u64::MAX`.
    pub(crate) closes_after: u64,
}

impl HopPlan {
    /// The guard at a position, with its verdict on a message of this phase.
    #[inline]
    pub(crate) fn judged(&self, guard: Guard, leg: u8, phase: Phase) -> Guard {
        match self.on_port_80.get(usize::from(leg)) {
            Some(verdict) if phase.is_plaintext() => Guard { verdict: *verdict, ..guard },
            _ => guard,
        }
    }

    /// Position of the link's backend in the balancer's list of backends.
    pub(crate) fn backend(&self) -> usize {
        usize::from(self.backend.expect("a balancer sends only to its backends"))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AgentPlan {
    pub(crate) station: StationIx,
    pub(crate) interval: u64,
    /// Components that the agent samples.
    pub(crate) watches: Vec<StationIx>,
    /// The component whose request rate is shown as the agent's headline.
    pub(crate) subject: Option<StationIx>,
    pub(crate) reporting: Reporting,
}

/// How an agent's samples get to the monitoring service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reporting {
    /// They do not.
    None,
    /// The agent pushes them on a link.
    Push(LinkIx),
    /// The service scrapes the agent on a link.
    Scrape(LinkIx),
}

impl Reporting {
    pub(crate) const fn is_scrape(self) -> bool {
        matches!(self, Self::Scrape(_))
    }
}

/// One balancer of a VRRP pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RouterPlan {
    pub(crate) station: StationIx,
    /// The link on which users reach the balancer.
    pub(crate) entry: LinkIx,
    /// The address that the balancer shares.
    pub(crate) address: AddressIx,
    /// The link on which the pair exchanges advertisements.
    pub(crate) link: LinkIx,
    pub(crate) priority: u8,
    pub(crate) advert: u64,
    /// Nanoseconds of silence after which the balancer takes over.
    pub(crate) patience: u64,
    /// Nanoseconds after which it takes over from a master that gives up the address.
    pub(crate) skew: u64,
    /// Tracking of the balancer's process: the interval in nanoseconds, and the failures that it takes.
    pub(crate) track: Option<(u64, u8)>,
    /// Whether every advertisement announces the address.
    pub(crate) vmac: bool,
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
            by_role: false,
            sticky: false,
            cookies: PerKind::default(),
        }
    }

    pub(crate) fn of_sql_proxy(spec: &SqlProxySpec) -> Self {
        Self {
            algorithm: Algorithm::RoundRobin,
            check_interval: spec.check_interval_s.nanos(),
            fall: spec.fall,
            rise: spec.rise,
            retries: spec.retries,
            redispatch: true,
            connect_timeout: spec.connect_timeout_s.nanos(),
            queue_timeout: 0,
            check: HealthCheck::HttpDatabase,
            check_timeout: spec.check_interval_s.nanos(),
            number: BalancerIx::default(),
            lists: PerKind::default(),
            heaviest: 1,
            by_role: true,
            sticky: false,
            cookies: PerKind::default(),
        }
    }
}
