//! The catalogue of faults: what commonly goes wrong, as data.
//!
//! A row knows the commands that bring its fault about in an infrastructure, those that fix it, and what is to be expected
//! of it: at the users' side, in the agents' samples, in the alerts. The expectations are words for people; `tests/faults.rs`
//! holds the engine to them. Must not run anything.

mod parts;

use hoplight_model::quantity::{Attempts, Factor, Fraction, Rate, Seconds};
use hoplight_model::{ComponentId, Element, Infrastructure, Protocol, Retries, TopologyEdit};

use super::command::Command;
use super::fault::Fault;
use super::zone::RecordState;
use parts::Parts;

/// A command and how many seconds after the fault's beginning it is done.
pub type Timed = (f64, Command);

/// A row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct CatalogueRow {
    /// Its name in commands.
    pub id: &'static str,
    /// What happens.
    pub title: &'static str,
    /// What users see.
    pub users: &'static str,
    /// What agents, checks and counters show.
    pub agents: &'static str,
    /// Who raises the alarm.
    pub alert: &'static str,
    /// What helps.
    pub remedy: &'static str,
    inject: fn(&Parts<'_>) -> Vec<Timed>,
    fix: fn(&Parts<'_>) -> Vec<Command>,
}

impl CatalogueRow {
    /// The commands that bring the fault about; empty where an infrastructure has no such part.
    pub fn inject(&self, infra: &Infrastructure) -> Vec<Timed> {
        (self.inject)(&Parts::of(infra))
    }

    /// The commands that fix it.
    pub fn fix(&self, infra: &Infrastructure) -> Vec<Command> {
        (self.fix)(&Parts::of(infra))
    }
}

/// The row of this name.
pub fn find(id: &str) -> Option<&'static CatalogueRow> {
    CATALOGUE.iter().find(|row| row.id == id)
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

fn heal(faults: impl IntoIterator<Item = Fault>) -> Vec<Command> {
    faults.into_iter().map(Command::Heal).collect()
}

type Hops = Vec<(ComponentId, ComponentId)>;

fn block(hops: Hops) -> Vec<Timed> {
    now(hops.into_iter().map(|(from, to)| Command::Edit(TopologyEdit::Block(from, to))))
}

fn unblock(hops: Hops) -> Vec<Command> {
    hops.into_iter().map(|(from, to)| Command::Edit(TopologyEdit::Unblock(from, to))).collect()
}

fn hang(parts: &Parts<'_>) -> Vec<Fault> {
    parts.apps.iter().map(|id| Fault::Hang(process(id))).collect()
}

fn slow(parts: &Parts<'_>) -> Vec<Fault> {
    parts.primaries.iter().map(|id| Fault::Slow(process(id), Factor::literal(20.0))).collect()
}

fn full_disks(parts: &Parts<'_>) -> Vec<Fault> {
    parts.primaries.iter().cloned().map(Fault::DiskFull).collect()
}

fn stopped(parts: &Parts<'_>) -> Vec<Fault> {
    parts.replicas.iter().cloned().map(Fault::ReplicationStopped).collect()
}

fn leaks(parts: &Parts<'_>) -> Vec<Fault> {
    let limited = parts.primaries.iter().chain(&parts.replicas);
    limited.filter_map(|id| Some(Fault::Leak(id.clone(), parts.connections(id)?))).collect()
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

const FLOOD: Fault = Fault::Flood(Rate::literal(50_000.0));

/// The whole catalogue.
pub const CATALOGUE: &[CatalogueRow] = &[
    CatalogueRow {
        id: "balancer-crash",
        title: "the balancer crashes",
        users: "connections are refused; time out if the host is off",
        agents: "nobody behind it gets requests",
        alert: "the external probe, if one asks (probe 10); requests fall",
        remedy: "a second balancer with VRRP",
        inject: |p| kill(&p.balancers[..p.balancers.len().min(1)]),
        fix: |p| restore(&p.balancers[..p.balancers.len().min(1)]),
    },
    CatalogueRow {
        id: "web-killed",
        title: "the only web server is killed, or all of them are",
        users: "503",
        agents: "health checks: L4CON",
        alert: "5xx",
        remedy: "restart; add a server",
        inject: |p| kill(&p.webs),
        fix: |p| restore(&p.webs),
    },
    CatalogueRow {
        id: "one-web-killed",
        title: "one of several web servers is killed",
        users: "its share of the requests gets 503, until health checks notice",
        agents: "the survivors get all requests",
        alert: "backend DOWN, in the balancer's log",
        remedy: "option redispatch",
        inject: |p| if p.webs.len() > 1 { kill(&p.webs[..1]) } else { Vec::new() },
        fix: |p| restore(&p.webs[..p.webs.len().min(1)]),
    },
    CatalogueRow {
        id: "app-hung",
        title: "the applications hang",
        users: "504; then 503, where health checks go through to the application",
        agents: "answers that take as long as a timeout, and errors; health checks: L7TOUT",
        alert: "p99",
        remedy: "restart; a check that asks the application",
        inject: |p| faults(hang(p)),
        fix: |p| heal(hang(p)),
    },
    CatalogueRow {
        id: "app-dead",
        title: "the applications behind the web servers are dead",
        users: "502",
        agents: "health checks: L7STS, only if they go through to the application",
        alert: "5xx",
        remedy: "a check that asks the application",
        inject: |p| kill(&p.apps),
        fix: |p| restore(&p.apps),
    },
    CatalogueRow {
        id: "primary-dead",
        title: "the primary database dies",
        users: "writes get 500; reads work where a replica serves them",
        agents: "the database's rate falls to nothing; the applications count errors",
        alert: "5xx",
        remedy: "promote a replica, and fence the old primary",
        inject: |p| kill(&p.primaries),
        fix: |p| restore(&p.primaries),
    },
    CatalogueRow {
        id: "replication-broken",
        title: "replication stops",
        users: "stale reads",
        agents: "the lag is unknown (NULL)",
        alert: "lag above 10 s or unknown",
        remedy: "start it again; read from the primary",
        inject: |p| faults(stopped(p)),
        fix: |p| heal(stopped(p)),
    },
    CatalogueRow {
        id: "writes-to-replica",
        title: "writes are routed to a read-only database",
        users: "writes get 500",
        agents: "the database answers error 1290",
        alert: "5xx",
        remedy: "route them to the primary",
        inject: |p| now(p.primaries.iter().cloned().map(Command::Demote)),
        fix: |p| p.primaries.iter().cloned().map(Command::Promote).collect(),
    },
    CatalogueRow {
        id: "split-brain",
        title: "a second database takes writes",
        users: "answers that contradict each other",
        agents: "two databases are writable",
        alert: "writable is not 1",
        remedy: "fence; a quorum",
        inject: |p| now(p.replicas.iter().take(1).cloned().map(Command::Promote)),
        fix: |p| {
            let promoted = p.replicas.iter().take(1).cloned().map(Command::Demote);
            let primaries = || p.primaries.iter().take(1).cloned();
            promoted.chain(primaries().map(Command::Demote)).chain(primaries().map(Command::Promote)).collect()
        },
    },
    CatalogueRow {
        id: "connections-exhausted",
        title: "the database's connections leak away",
        users: "500",
        agents: "the database answers error 1040; all its connections are in use",
        alert: "connections, 5xx",
        remedy: "a pool that gives them back",
        inject: |p| faults(leaks(p)),
        fix: |p| heal(leaks(p)),
    },
    CatalogueRow {
        id: "certificate-expired",
        title: "the certificate expires",
        users: "the browser refuses to go on",
        agents: "handshakes fail, requests fall, 5xx stays flat",
        alert: "certificate expiry, if a probe asks (probe 10); requests fall where most visitors are new",
        remedy: "renew it, and reload",
        inject: |p| faults(expired(p)),
        fix: |p| heal(expired(p)),
    },
    CatalogueRow {
        id: "dns-gone",
        title: "the site's DNS record is gone",
        users: "the name is not resolved, once caches have run out: after the record's TTL",
        agents: "all is healthy, and no requests come",
        alert: "the external probe, if one asks (probe 10)",
        remedy: "restore the record; wait for the caches",
        inject: |p| faults(record(p)),
        fix: |p| heal(record(p)),
    },
    CatalogueRow {
        id: "firewall-drops-web",
        title: "a firewall drops what the balancer sends to the web servers",
        users: "503",
        agents: "health checks: L4TOUT; the web servers are healthy and get nothing",
        alert: "5xx",
        remedy: "allow port 8080 from the balancer",
        inject: |p| block(p.guarded(p.to_webs())),
        fix: |p| unblock(p.guarded(p.to_webs())),
    },
    CatalogueRow {
        id: "firewall-drops-database",
        title: "a firewall drops what the applications ask the databases",
        users: "500 and 504; then 503, as workers wait in vain",
        agents: "the databases get nothing",
        alert: "5xx",
        remedy: "allow port 3306 from the applications",
        inject: |p| block(p.guarded(p.hops(Protocol::Sql))),
        fix: |p| unblock(p.guarded(p.hops(Protocol::Sql))),
    },
    CatalogueRow {
        id: "egress-blocked",
        title: "firewalls block what the agents send",
        users: "nothing",
        agents: "all of them are dark",
        alert: "absence",
        remedy: "allow port 443 outbound",
        inject: |p| block(p.guarded(p.hops(Protocol::Metrics))),
        fix: |p| unblock(p.guarded(p.hops(Protocol::Metrics))),
    },
    CatalogueRow {
        id: "collector-dead",
        title: "one monitoring agent dies",
        users: "nothing",
        agents: "that one is dark",
        alert: "absence",
        remedy: "restart it",
        inject: |p| kill(&p.agents[..p.agents.len().min(1)]),
        fix: |p| restore(&p.agents[..p.agents.len().min(1)]),
    },
    CatalogueRow {
        id: "overload",
        title: "twice as many users come as the site can serve",
        users: "slow answers, 503, 504",
        agents: "lines grow, workers are busy all the time, the rate of good answers is capped",
        alert: "p99, saturation",
        remedy: "scale; shed load",
        inject: |p| now(p.capacity().and_then(|most| Rate::new(2.0 * most).ok()).map(Command::Rate)),
        fix: |p| vec![Command::Rate(p.infra.traffic().rate)],
    },
    CatalogueRow {
        id: "retry-storm",
        title: "a pause of ten seconds, and users who try three times",
        users: "near capacity, the outage goes on after its cause is gone",
        agents: "three times as many requests, no good answers",
        alert: "goodput",
        remedy: "short lines; fewer retries",
        inject: |p| {
            let retries =
                Retries { attempts: Attempts::literal(3), backoff_s: Seconds::literal(0.1), jitter: Fraction::literal(1.0) };
            let stop = hang(p).into_iter().map(|fault| (0.0, Command::Fault(fault)));
            let go_on = heal(hang(p)).into_iter().map(|command| (10.0, command));
            let all = std::iter::once((0.0, Command::Retries(retries))).chain(stop).chain(go_on);
            if p.apps.is_empty() { Vec::new() } else { all.collect() }
        },
        fix: |p| vec![Command::Retries(p.infra.traffic().retries)],
    },
    CatalogueRow {
        id: "syn-flood",
        title: "a flood of SYNs fills the entry's backlog",
        users: "new connections time out",
        agents: "half-open connections; requests fall",
        alert: "the external probe, if one asks (probe 10)",
        remedy: "SYN cookies; scrubbing",
        inject: |_| faults([FLOOD]),
        fix: |_| heal([FLOOD]),
    },
    CatalogueRow {
        id: "bad-configuration",
        title: "a bad configuration goes to all web servers",
        users: "all fail together",
        agents: "every backend is DOWN",
        alert: "5xx",
        remedy: "roll back; a canary",
        inject: |p| faults(misconfigured(p)),
        fix: |p| heal(misconfigured(p)),
    },
    CatalogueRow {
        id: "shared-flaw",
        title: "a flaw ends every server that runs the same version",
        users: "503: identical servers fail together",
        agents: "every backend is DOWN",
        alert: "5xx",
        remedy: "patch; a canary; diversity",
        inject: |p| faults(flaw(p)),
        fix: |p| heal(flaw(p)),
    },
    CatalogueRow {
        id: "shared-vulnerability",
        title: "a vulnerability in what all web servers run is used",
        users: "nothing",
        agents: "nothing; every server that runs it is compromised",
        alert: "none",
        remedy: "patch; a canary; diversity",
        inject: |p| faults(compromised(p)),
        fix: |p| heal(compromised(p)),
    },
    CatalogueRow {
        id: "sniffer",
        title: "somebody listens between balancer and web server",
        users: "nothing",
        agents: "nothing",
        alert: "none",
        remedy: "re-encrypt",
        inject: |p| faults(sniffers(p)),
        fix: |p| heal(sniffers(p)),
    },
    CatalogueRow {
        id: "vrrp-blocked",
        title: "the balancers of a pair do not hear each other",
        users: "connections are reset as the address moves to and fro",
        agents: "two masters",
        alert: "masters is not 1",
        remedy: "permit protocol 112",
        inject: |p| now(vrrp(p).into_iter().map(Command::Kill)),
        fix: |p| vrrp(p).into_iter().map(Command::Restore).collect(),
    },
    CatalogueRow {
        id: "disk-full",
        title: "the primary's disk is full",
        users: "writes get 500; reads work",
        agents: "the database counts errors",
        alert: "5xx",
        remedy: "free space",
        inject: |p| faults(full_disks(p)),
        fix: |p| heal(full_disks(p)),
    },
    CatalogueRow {
        id: "slow-database",
        title: "the primary database is twenty times as slow",
        users: "slow writes; at a load that it no longer carries, 500 and 503",
        agents: "the applications' workers wait: saturated behind a database that is not",
        alert: "p99, saturation",
        remedy: "find out what slows it",
        inject: |p| faults(slow(p)),
        fix: |p| heal(slow(p)),
    },
    CatalogueRow {
        id: "port-scan",
        title: "somebody on the Internet asks all ports",
        users: "nothing",
        agents: "nothing; the firewalls' counters go up",
        alert: "none",
        remedy: "firewalls that drop what need not come in",
        inject: |_| now([Command::Scan]),
        fix: |_| Vec::new(),
    },
];
