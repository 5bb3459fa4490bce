//! The catalogue of faults that are common in practice.
//!
//! Each fault maps to the commands that inject it into an infrastructure and to the commands that fix it.
//! `hoplight_text` describes its symptoms to users, agents and alerts, and `tests/faults.rs` checks that the engine
//! shows them.

mod parts;

use hoplight_model::quantity::{Attempts, Factor, Fraction, Rate, Seconds};
use hoplight_model::{ComponentId, Element, Infrastructure, Protocol, RateLimit, Refusal, RequestKind, Retries, TopologyEdit};

use super::command::Command;
use super::fault::Fault;
use super::zone::RecordState;
use parts::Parts;

/// A command, and its delay in seconds from the start of the fault.
pub type Timed = (f64, Command);

/// A fault that is common in practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommonFault {
    /// The balancer crashes.
    BalancerCrash,
    /// All web servers are killed.
    WebKilled,
    /// One of several web servers is killed.
    OneWebKilled,
    /// The applications hang.
    AppHung,
    /// The applications behind the web servers are dead.
    AppDead,
    /// The primary database dies.
    PrimaryDead,
    /// Replication stops.
    ReplicationBroken,
    /// Writes are routed to a read-only database.
    WritesToReplica,
    /// A second database accepts writes.
    SplitBrain,
    /// The database's connections leak.
    ConnectionsExhausted,
    /// The certificate expires.
    CertificateExpired,
    /// The component at which users' TLS ends no longer says that they came by https.
    NoForwardedProto,
    /// The site's DNS record is gone.
    DnsGone,
    /// The first of two sites is lost, and its standby has to be published.
    SiteLost,
    /// A firewall drops traffic from the balancer to the web servers.
    FirewallDropsWeb,
    /// A firewall drops traffic from the applications to the databases.
    FirewallDropsDatabase,
    /// Firewalls block the agents' outbound traffic.
    EgressBlocked,
    /// One monitoring agent dies.
    CollectorDead,
    /// The monitoring service dies.
    MonitoringDead,
    /// The active firewall of a pair dies.
    ActiveFirewallDead,
    /// The load is twice what the site can serve.
    Overload,
    /// A ten-second pause while users make up to three attempts.
    RetryStorm,
    /// A flood of SYNs fills the entry's backlog.
    SynFlood,
    /// One client guesses passwords.
    PasswordGuessing,
    /// A bad configuration is rolled out to all web servers.
    BadConfiguration,
    /// A flaw crashes every server that runs the same version.
    SharedFlaw,
    /// A vulnerability in the web servers' software is exploited.
    SharedVulnerability,
    /// An eavesdropper listens between balancer and web server.
    Sniffer,
    /// VRRP advertisements between a pair of balancers are lost.
    VrrpBlocked,
    /// keepalived is killed on the balancer that holds the shared address.
    KeepalivedKilled,
    /// The disks of the databases that take writes are full.
    DiskFull,
    /// The databases that take writes are twenty times slower.
    SlowDatabase,
    /// A program that is not part of the site uses the processor of a server that runs web servers, applications or databases.
    NoisyNeighbour,
    /// The caches are killed.
    CacheDead,
    /// The caches restart and are empty.
    CacheCold,
    /// The caches are flushed.
    CacheFlushed,
    /// The session stores are killed.
    SessionStoreDead,
    /// The session stores are flushed.
    SessionsFlushed,
    /// The components with sessions in their memory restart one after the other.
    RollingRestart,
    /// The most popular entry of each cache expires.
    Stampede,
    /// A port scan from the Internet.
    PortScan,
    /// All SQL proxies die.
    SqlProxiesDead,
    /// One member of a multi-primary cluster is cut off from the others.
    ClusterPartition,
    /// One member of a multi-primary cluster dies.
    MemberDead,
    /// So many members of a multi-primary cluster die at once that the others have no majority.
    MajorityLost,
}

/// Time between two restarts of a rolling deploy, in seconds.
const ROLLING_S: f64 = 10.0;

/// The commands that inject a fault, and the commands that fix it.
struct Row {
    inject: fn(&Parts<'_>) -> Vec<Timed>,
    fix: fn(&Parts<'_>) -> Vec<Command>,
}

impl CommonFault {
    /// The whole catalogue.
    pub const ALL: [Self; 45] = [
        Self::BalancerCrash,
        Self::WebKilled,
        Self::OneWebKilled,
        Self::AppHung,
        Self::AppDead,
        Self::PrimaryDead,
        Self::ReplicationBroken,
        Self::WritesToReplica,
        Self::SplitBrain,
        Self::ConnectionsExhausted,
        Self::CertificateExpired,
        Self::NoForwardedProto,
        Self::DnsGone,
        Self::SiteLost,
        Self::FirewallDropsWeb,
        Self::FirewallDropsDatabase,
        Self::EgressBlocked,
        Self::CollectorDead,
        Self::MonitoringDead,
        Self::ActiveFirewallDead,
        Self::Overload,
        Self::RetryStorm,
        Self::SynFlood,
        Self::PasswordGuessing,
        Self::BadConfiguration,
        Self::SharedFlaw,
        Self::SharedVulnerability,
        Self::Sniffer,
        Self::VrrpBlocked,
        Self::KeepalivedKilled,
        Self::DiskFull,
        Self::SlowDatabase,
        Self::NoisyNeighbour,
        Self::CacheDead,
        Self::CacheCold,
        Self::CacheFlushed,
        Self::SessionStoreDead,
        Self::SessionsFlushed,
        Self::RollingRestart,
        Self::Stampede,
        Self::PortScan,
        Self::SqlProxiesDead,
        Self::ClusterPartition,
        Self::MemberDead,
        Self::MajorityLost,
    ];

    /// The fault's name in commands.
    pub const fn id(self) -> &'static str {
        match self {
            Self::BalancerCrash => "balancer-crash",
            Self::WebKilled => "web-killed",
            Self::OneWebKilled => "one-web-killed",
            Self::AppHung => "app-hung",
            Self::AppDead => "app-dead",
            Self::PrimaryDead => "primary-dead",
            Self::ReplicationBroken => "replication-broken",
            Self::WritesToReplica => "writes-to-replica",
            Self::SplitBrain => "split-brain",
            Self::ConnectionsExhausted => "connections-exhausted",
            Self::CertificateExpired => "certificate-expired",
            Self::NoForwardedProto => "no-forwarded-proto",
            Self::DnsGone => "dns-gone",
            Self::SiteLost => "site-lost",
            Self::FirewallDropsWeb => "firewall-drops-web",
            Self::FirewallDropsDatabase => "firewall-drops-database",
            Self::EgressBlocked => "egress-blocked",
            Self::CollectorDead => "collector-dead",
            Self::MonitoringDead => "monitoring-dead",
            Self::ActiveFirewallDead => "active-firewall-dead",
            Self::Overload => "overload",
            Self::RetryStorm => "retry-storm",
            Self::SynFlood => "syn-flood",
            Self::PasswordGuessing => "password-guessing",
            Self::BadConfiguration => "bad-configuration",
            Self::SharedFlaw => "shared-flaw",
            Self::SharedVulnerability => "shared-vulnerability",
            Self::Sniffer => "sniffer",
            Self::VrrpBlocked => "vrrp-blocked",
            Self::KeepalivedKilled => "keepalived-killed",
            Self::DiskFull => "disk-full",
            Self::SlowDatabase => "slow-database",
            Self::NoisyNeighbour => "noisy-neighbour",
            Self::CacheDead => "cache-dead",
            Self::CacheCold => "cache-cold",
            Self::CacheFlushed => "cache-flushed",
            Self::SessionStoreDead => "session-store-dead",
            Self::SessionsFlushed => "sessions-flushed",
            Self::RollingRestart => "rolling-restart",
            Self::Stampede => "stampede",
            Self::PortScan => "port-scan",
            Self::SqlProxiesDead => "sql-proxies-dead",
            Self::ClusterPartition => "cluster-partition",
            Self::MemberDead => "member-dead",
            Self::MajorityLost => "majority-lost",
        }
    }

    /// Finds the fault with this name.
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.id() == id)
    }

    /// The commands that inject the fault; empty if the infrastructure has none of the affected components.
    pub fn inject(self, infra: &Infrastructure) -> Vec<Timed> {
        (self.row().inject)(&Parts::of(infra))
    }

    /// The commands that fix the fault.
    pub fn fix(self, infra: &Infrastructure) -> Vec<Command> {
        (self.row().fix)(&Parts::of(infra))
    }

    #[expect(clippy::too_many_lines, reason = "a table")]
    fn row(self) -> Row {
        match self {
            Self::BalancerCrash => Row {
                inject: |p| kill(&p.balancers[..p.balancers.len().min(1)]),
                fix: |p| restore(&p.balancers[..p.balancers.len().min(1)]),
            },
            Self::WebKilled => Row { inject: |p| kill(&p.webs), fix: |p| restore(&p.webs) },
            Self::OneWebKilled => Row {
                inject: |p| if p.webs.len() > 1 { kill(&p.webs[..1]) } else { Vec::new() },
                fix: |p| restore(&p.webs[..p.webs.len().min(1)]),
            },
            Self::AppHung => Row { inject: |p| faults(hang(p)), fix: |p| clear(hang(p)) },
            Self::AppDead => Row { inject: |p| kill(&p.apps), fix: |p| restore(&p.apps) },
            Self::PrimaryDead => Row { inject: |p| kill(&p.primaries), fix: |p| restore(&p.primaries) },
            Self::ReplicationBroken => Row { inject: |p| faults(stopped(p)), fix: |p| clear(stopped(p)) },
            Self::WritesToReplica => Row {
                inject: |p| now(p.primaries.iter().cloned().map(Command::Demote)),
                fix: |p| p.primaries.iter().cloned().map(Command::Promote).collect(),
            },
            Self::SplitBrain => Row {
                inject: |p| now(p.replicas.iter().take(1).cloned().map(Command::Promote)),
                fix: |p| {
                    let promoted = p.replicas.iter().take(1).cloned().map(Command::Demote);
                    let primaries = || p.primaries.iter().take(1).cloned();
                    promoted.chain(primaries().map(Command::Demote)).chain(primaries().map(Command::Promote)).collect()
                },
            },
            Self::ConnectionsExhausted => Row { inject: |p| faults(leaks(p)), fix: |p| clear(leaks(p)) },
            Self::CertificateExpired => Row { inject: |p| faults(expired(p)), fix: |p| clear(expired(p)) },
            Self::NoForwardedProto => Row {
                inject: |p| if p.needs_forwarded_proto() { now([forwarded_proto(false)]) } else { Vec::new() },
                fix: |_| vec![forwarded_proto(true)],
            },
            Self::DnsGone => Row { inject: |p| faults(record(p)), fix: |p| clear(record(p)) },
            Self::SiteLost => Row {
                inject: |p| now(p.entry_machines.iter().cloned().map(Command::Kill)),
                fix: |p| p.standby.iter().cloned().map(Command::SwitchRecord).collect(),
            },
            Self::FirewallDropsWeb => Row { inject: |p| block(p.guarded(p.to_webs())), fix: |p| unblock(p.guarded(p.to_webs())) },
            Self::FirewallDropsDatabase => {
                Row { inject: |p| block(p.guarded(p.hops(Protocol::Sql))), fix: |p| unblock(p.guarded(p.hops(Protocol::Sql))) }
            }
            Self::EgressBlocked => Row {
                inject: |p| block(p.guarded(p.hops(Protocol::Metrics))),
                fix: |p| unblock(p.guarded(p.hops(Protocol::Metrics))),
            },
            Self::CollectorDead => {
                Row { inject: |p| kill(&p.agents[..p.agents.len().min(1)]), fix: |p| restore(&p.agents[..p.agents.len().min(1)]) }
            }
            Self::MonitoringDead => Row { inject: |p| kill(&p.services), fix: |p| restore(&p.services) },
            Self::ActiveFirewallDead => Row { inject: |p| kill(&p.paired_firewalls), fix: |p| restore(&p.paired_firewalls) },
            Self::Overload => Row {
                inject: |p| now(p.capacity().and_then(|most| Rate::new(whole(2.0 * most)).ok()).map(Command::Rate)),
                fix: |p| vec![Command::Rate(p.infra.traffic().rate)],
            },
            Self::RetryStorm => Row {
                inject: |p| {
                    let retries = Retries {
                        attempts: Attempts::literal(3),
                        backoff_s: Seconds::literal(0.1),
                        jitter: Fraction::literal(1.0),
                    };
                    let pause = hang(p).into_iter().map(|fault| (0.0, Command::Fault(fault)));
                    let resume = clear(hang(p)).into_iter().map(|command| (10.0, command));
                    let all = std::iter::once((0.0, Command::Retries(retries))).chain(pause).chain(resume);
                    if p.apps.is_empty() { Vec::new() } else { all.collect() }
                },
                fix: |p| vec![Command::Retries(p.infra.traffic().retries)],
            },
            Self::SynFlood => Row { inject: |_| faults([FLOOD]), fix: |_| clear([FLOOD]) },
            Self::PasswordGuessing => Row { inject: |p| now(guesses(p).map(Command::Fault)), fix: limits },
            Self::BadConfiguration => Row { inject: |p| faults(misconfigured(p)), fix: |p| clear(misconfigured(p)) },
            Self::SharedFlaw => Row { inject: |p| faults(flaw(p)), fix: |p| clear(flaw(p)) },
            Self::SharedVulnerability => Row { inject: |p| faults(compromised(p)), fix: |p| clear(compromised(p)) },
            Self::Sniffer => Row { inject: |p| faults(sniffers(p)), fix: |p| clear(sniffers(p)) },
            Self::VrrpBlocked => Row {
                inject: |p| now(vrrp(p).into_iter().map(Command::Kill)),
                fix: |p| vrrp(p).into_iter().map(Command::Restore).collect(),
            },
            Self::KeepalivedKilled => Row { inject: |p| faults(keepalived(p)), fix: |p| clear(keepalived(p)) },
            Self::DiskFull => Row { inject: |p| faults(full_disks(p)), fix: |p| clear(full_disks(p)) },
            Self::SlowDatabase => Row { inject: |p| faults(slow(p)), fix: |p| clear(slow(p)) },
            Self::NoisyNeighbour => Row { inject: |p| faults(p.busiest_cores()), fix: |p| clear(p.busiest_cores()) },
            Self::CacheDead => Row { inject: |p| kill(&p.caches), fix: |p| restore(&p.caches) },
            Self::CacheCold => {
                Row { inject: |p| now(p.caches.iter().map(|id| Command::Restart(process(id), None))), fix: |_| Vec::new() }
            }
            Self::CacheFlushed => Row { inject: |p| now(p.caches.iter().cloned().map(Command::Flush)), fix: |_| Vec::new() },
            Self::SessionStoreDead => Row { inject: |p| kill(&p.session_stores), fix: |p| restore(&p.session_stores) },
            Self::SessionsFlushed => {
                Row { inject: |p| now(p.session_stores.iter().cloned().map(Command::Flush)), fix: |_| Vec::new() }
            }
            Self::RollingRestart => Row {
                inject: |p| {
                    let at = (0..).map(|place| f64::from(place) * ROLLING_S);
                    at.zip(&p.session_holders).map(|(at, id)| (at, Command::Restart(process(id), None))).collect()
                },
                fix: |_| Vec::new(),
            },
            Self::Stampede => Row { inject: |p| now(p.caches.iter().cloned().map(Command::ExpirePopular)), fix: |_| Vec::new() },
            Self::PortScan => Row { inject: |_| now([Command::Scan]), fix: |_| Vec::new() },
            Self::SqlProxiesDead => Row { inject: |p| kill(&p.sql_proxies), fix: |p| restore(&p.sql_proxies) },
            Self::ClusterPartition => Row {
                inject: |p| now(p.around_last_member().into_iter().map(Command::Kill)),
                fix: |p| p.around_last_member().into_iter().map(Command::Restore).collect(),
            },
            Self::MemberDead => Row { inject: |p| kill(p.one_member()), fix: |p| restore(p.one_member()) },
            Self::MajorityLost => Row { inject: |p| kill(p.majority()), fix: |p| restore(p.majority()) },
        }
    }
}

/// A rate as a person would type it: a whole number, unless it is small.
fn whole(rate: f64) -> f64 {
    if rate < 10.0 { rate } else { libm::round(rate) }
}

fn now(commands: impl IntoIterator<Item = Command>) -> Vec<Timed> {
    commands.into_iter().map(|command| (0.0, command)).collect()
}

fn process(id: &ComponentId) -> Element {
    Element::Component(id.clone())
}

fn kill(ids: &[ComponentId]) -> Vec<Timed> {
    now(ids.iter().map(|id| Command::Kill(process(id))))
}

fn restore(ids: &[ComponentId]) -> Vec<Command> {
    ids.iter().map(|id| Command::Restore(process(id))).collect()
}

fn faults(faults: impl IntoIterator<Item = Fault>) -> Vec<Timed> {
    now(faults.into_iter().map(Command::Fault))
}

fn clear(faults: impl IntoIterator<Item = Fault>) -> Vec<Command> {
    faults.into_iter().map(Command::Clear).collect()
}

type Hops = Vec<(ComponentId, ComponentId)>;

fn block(hops: Hops) -> Vec<Timed> {
    now(hops.into_iter().map(|(from, to)| Command::Edit(TopologyEdit::Block(from, to))))
}

fn unblock(hops: Hops) -> Vec<Command> {
    hops.into_iter().map(|(from, to)| Command::Edit(TopologyEdit::Unblock(from, to))).collect()
}

fn forwarded_proto(on: bool) -> Command {
    Command::Edit(TopologyEdit::ForwardedProto(on))
}

fn hang(parts: &Parts<'_>) -> Vec<Fault> {
    parts.apps.iter().map(|id| Fault::Hang(process(id))).collect()
}

fn slow(parts: &Parts<'_>) -> Vec<Fault> {
    parts.writers().map(|id| Fault::Slow(process(id), Factor::literal(20.0))).collect()
}

fn full_disks(parts: &Parts<'_>) -> Vec<Fault> {
    parts.writers().cloned().map(Fault::DiskFull).collect()
}

fn stopped(parts: &Parts<'_>) -> Vec<Fault> {
    parts.replicas.iter().cloned().map(Fault::ReplicationStopped).collect()
}

fn leaks(parts: &Parts<'_>) -> Vec<Fault> {
    let limited = parts.writers().chain(&parts.replicas);
    limited.filter_map(|id| Some(Fault::Leak { from: None, to: id.clone(), count: parts.connections(id)? })).collect()
}

fn misconfigured(parts: &Parts<'_>) -> Vec<Fault> {
    parts.webs.iter().map(|id| Fault::Misconfigured(process(id))).collect()
}

fn compromised(parts: &Parts<'_>) -> Vec<Fault> {
    parts.like_the_first_web().into_iter().map(|id| Fault::Compromised(Element::Component(id))).collect()
}

fn expired(parts: &Parts<'_>) -> Vec<Fault> {
    parts.certificate.iter().cloned().map(Fault::Expired).collect()
}

fn flaw(parts: &Parts<'_>) -> Vec<Fault> {
    parts.webs.first().filter(|_| parts.like_the_first_web().len() > 1).map(|id| Fault::Flaw(id.clone())).into_iter().collect()
}

fn sniffers(parts: &Parts<'_>) -> Vec<Fault> {
    parts.to_webs().into_iter().take(1).map(|(from, to)| Fault::Sniffer(from, to)).collect()
}

fn record(parts: &Parts<'_>) -> Vec<Fault> {
    if parts.has_resolver { vec![Fault::Record(RecordState::Gone)] } else { Vec::new() }
}

fn vrrp(parts: &Parts<'_>) -> Vec<Element> {
    parts.hops(Protocol::Vrrp).into_iter().map(|(from, to)| Element::Hop(from, to)).collect()
}

fn keepalived(parts: &Parts<'_>) -> Vec<Fault> {
    parts.preferred_of_pair().map(Fault::VrrpKilled).into_iter().collect()
}

/// One client who tries twice as many passwords per second as the applications can verify.
fn guesses(parts: &Parts<'_>) -> Option<Fault> {
    let rate = parts.capacity_of_logins().and_then(|most| Rate::new(whole(2.0 * most)).ok());
    rate.map(|rate| Fault::Abuse(rate, 1))
}

/// Rate limits, or the end of the attack where a limit would refuse users as well.
fn limits(parts: &Parts<'_>) -> Vec<Command> {
    let limiters = parts.limiters();
    if limiters.is_empty() {
        return guesses(parts).map(Command::Clear).into_iter().collect();
    }
    limiters.into_iter().map(|id| Command::Edit(TopologyEdit::RateLimit(id, Some(login_limit())))).collect()
}

/// A limit that users who log in do not notice.
fn login_limit() -> RateLimit {
    RateLimit { rate: Rate::literal(1.0), burst: 5, kinds: Some(vec![RequestKind::Write]), refusal: Refusal::TooManyRequests }
}

const FLOOD: Fault = Fault::Flood(Rate::literal(50_000.0));
