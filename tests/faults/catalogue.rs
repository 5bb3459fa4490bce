//! Every row of the catalogue: injected at 20 s, observed, fixed and observed again, compared with a healthy run.

use hoplight::model::RequestKind::{Read, Static, Write};
use hoplight::model::firewall::Direction;
use hoplight::model::{Metric, RequestKind, ServerId};
use hoplight::sim::catalogue::CommonFault;
use hoplight::sim::{CheckCode, Command, EventKind, Failure, Fault, Port};

use super::site::{BEGIN, Run, Seen, site};

/// The trial of one row.
struct Trial {
    id: &'static str,
    /// Replacements in the scenario's text.
    site: &'static [(&'static str, &'static str)],
    /// Seconds between the injection and the observed window, and the length of the window.
    window: (f64, f64),
    /// Assertions at the end of the window. The second run is the healthy one at the same time.
    shows: fn(&mut Run, &Seen, &Run, &Seen),
    /// Seconds after the fix until users must be served as before.
    heals_in: f64,
}

/// Makes the health check reach the application.
const DEEP: (&str, &str) = ("LoadBalancer(", "LoadBalancer(check: HttpApp, ");

/// Adds a cache beside the applications, which is warm at the injection.
const CACHE: &[(&str, &str)] = &[
    ("servers: [(id: \"s-lb-1\")", "servers: [(id: \"s-cache\"), (id: \"s-lb-1\")"),
    (
        "(id: \"monitor\", kind: MonitoringService),",
        "(id: \"monitor\", kind: MonitoringService),
         (id: \"cache\", kind: Cache(objects: 60, capacity: 60, ttl_s: 300.0, invalidate: false), server: \"s-cache\"),",
    ),
    ("ports: [3306, 443]", "ports: [3306, 443, 6379]"),
    (
        "(from: \"db-1\", to: \"db-2\", protocol: Replication),",
        "(from: \"db-1\", to: \"db-2\", protocol: Replication), (from: \"app-1\", to: \"cache\"), (from: \"app-2\", to: \"cache\"),",
    ),
];

/// Returning users, who are logged in, and a session store beside the applications.
const STORE: &[(&str, &str)] = &[
    ("new_visitors: 1.0", "new_visitors: 0.2"),
    ("servers: [(id: \"s-lb-1\")", "servers: [(id: \"s-store\"), (id: \"s-lb-1\")"),
    (
        "(id: \"monitor\", kind: MonitoringService),",
        "(id: \"monitor\", kind: MonitoringService), (id: \"store\", kind: Cache(place: Sessions), server: \"s-store\"),",
    ),
    ("ports: [3306, 443]", "ports: [3306, 443, 6379]"),
    (
        "(from: \"db-1\", to: \"db-2\", protocol: Replication),",
        "(from: \"db-1\", to: \"db-2\", protocol: Replication), (from: \"app-1\", to: \"store\"), (from: \"app-2\", to: \"store\"),",
    ),
];

/// Returning users, whose sessions are in the memory of the application that the balancers' cookie leads to.
const STICKY: &[(&str, &str)] = &[
    ("new_visitors: 1.0", "new_visitors: 0.2"),
    ("LoadBalancer(", "LoadBalancer(sticky: true, "),
    ("(id: \"app-1\", kind: App()", "(id: \"app-1\", kind: App(sessions: Memory)"),
    ("(id: \"app-2\", kind: App()", "(id: \"app-2\", kind: App(sessions: Memory)"),
];

/// A multi-primary cluster of three; the first application uses the first member, the second one the last.
const CLUSTER: &[(&str, &str)] = &[
    ("Database(role: Primary)", "Database(role: MultiPrimary)"),
    (
        "(id: \"db-2\", kind: Database(role: Replica, lag_s: 0.05), server: \"s-db-2\"),",
        "(id: \"db-2\", kind: Database(role: MultiPrimary), server: \"s-db-2\"), (id: \"db-3\", kind: Database(role: MultiPrimary)),",
    ),
    ("(from: \"app-1\", to: \"db-2\", protocol: Sql, kinds: [Read]),", "(from: \"db-1\", to: \"db-3\"),"),
    ("(from: \"app-2\", to: \"db-2\", protocol: Sql, kinds: [Read]),", "(from: \"db-2\", to: \"db-3\"),"),
    ("(from: \"app-2\", to: \"db-1\", protocol: Sql, kinds: [Read, Write]),", "(from: \"app-2\", to: \"db-3\"),"),
    (
        "outbound: [(ports: [443])],\n        )),\n        (id: \"db-1\"",
        "outbound: [(ports: [443, 4567])],\n        )),\n        (id: \"db-1\"",
    ),
    (
        "(peer: Server(\"s-web-2\"), ports: [3306])],",
        "(peer: Server(\"s-web-2\"), ports: [3306]), (peer: Component(\"db-3\"), ports: [4567])],",
    ),
];

/// The misses of the cache.
fn misses(run: &Run) -> u64 {
    run.sim.cache(run.find("cache")).expect("a cache").counts.misses
}

/// Asserts that users notice nothing but the database gets this many times as many queries as in a healthy run.
fn the_database_gets_more(run: &Run, healthy: &Run, least: f64) {
    let (queries, usual) = (run.mean("db-2", Metric::Qps, 10.0), healthy.mean("db-2", Metric::Qps, 10.0));
    let (queries, usual) = (queries.expect("samples"), usual.expect("samples"));
    assert!(queries > least * usual.max(1.0), "{queries} queries per second instead of {usual}");
}

fn fired(run: &Run, rule: &str, subject: &str) -> bool {
    run.fired(BEGIN).iter().any(|(r, s)| r == rule && s == subject)
}

fn all_fail(seen: &Seen, with: Failure) {
    assert!(seen.good == 0 && seen.only(&[with]), "{seen:?}");
}

/// Asserts that users notice nothing: all counts equal those of the healthy run.
fn as_if_nothing_were(seen: &Seen, healthy: &Seen) {
    assert_eq!((seen.offered, seen.good, &seen.failures), (healthy.offered, healthy.good, &healthy.failures));
}

/// Asserts that all requests of these kinds fail, and no others.
fn only_kinds_fail(seen: &Seen, failing: &[RequestKind]) {
    for kind in RequestKind::ALL {
        let totals = seen.kind(kind);
        if failing.contains(&kind) {
            assert!(totals.completed == 0 && totals.failed > 0, "{kind:?}: {totals:?}");
        } else {
            assert!(totals.failed == 0 && totals.completed > 0, "{kind:?}: {totals:?}");
        }
    }
}

const TRIALS: &[Trial] = &[
    Trial {
        id: "balancer-crash",
        // A single balancer.
        site: &[
            ("LoadBalancer(vrrp: (peer: \"lb-2\", priority: 150))", "LoadBalancer()"),
            ("LoadBalancer(vrrp: (peer: \"lb-1\"))", "LoadBalancer()"),
            ("(from: \"lb-1\", to: \"lb-2\", protocol: Vrrp),", ""),
            ("(from: \"browser\", to: \"lb-2\", protocol: Http),", ""),
        ],
        window: (1.0, 25.0),
        shows: |run, seen, _, _| {
            all_fail(seen, Failure::Refused);
            assert!(run.probes(20.0).iter().all(|outcome| *outcome == Err(Failure::Refused)));
            assert!(fired(run, "site does not answer", "site") && fired(run, "requests fell by half", "lb-1"));
            assert_eq!(run.mean("web-1", Metric::Qps, 20.0), Some(0.0), "the servers behind it are idle");
            // If its server is off, it does not reply at all, and its agent goes silent.
            let mut off = Run::new(run.sim.infrastructure());
            off.to(BEGIN).act("kill s-lb-1").to(35.0);
            let seen = off.watch(20.0);
            all_fail(&seen, Failure::TimedOut);
            assert!(fired(&off, "no data", "agent-lb-1"));
        },
        heals_in: 3.0,
    },
    Trial {
        id: "web-killed",
        site: &[],
        window: (7.0, 25.0),
        shows: |run, seen, _, _| {
            all_fail(seen, Failure::Unavailable);
            assert!(run.codes().iter().all(|code| *code == CheckCode::L4Con) && run.codes().len() >= 2);
            assert!(fired(run, "errors above 1 %", "lb-1"));
        },
        heals_in: 6.0,
    },
    Trial {
        id: "one-web-killed",
        site: &[],
        window: (0.0, 3.9),
        shows: |run, seen, healthy, _| {
            // Requests routed to it get a 503 after three retries, a second apart. Requests already in flight get a 502.
            assert!(seen.of(Failure::Unavailable) > 20 && seen.kind(Static).failed > 0, "{seen:?}");
            assert!(seen.of(Failure::BadGateway) <= 5 && seen.only(&[Failure::Unavailable, Failure::BadGateway]), "{seen:?}");
            let late = run.to(32.0).watch(10.0);
            assert_eq!(late.failed(), 0, "health checks took it out");
            let (alone, of_two) = (run.mean("web-2", Metric::Qps, 8.0), healthy.mean("web-2", Metric::Qps, 8.0));
            let ratio = alone.expect("samples") / of_two.expect("samples");
            assert!((1.8..2.2).contains(&ratio), "the survivor has {ratio} times as much");
        },
        heals_in: 6.0,
    },
    Trial {
        id: "app-hung",
        site: &[DEEP],
        window: (0.0, 40.0),
        shows: |run, seen, _, _| {
            assert!(seen.of(Failure::GatewayTimeout) > 50, "{seen:?}");
            assert!(seen.of(Failure::Unavailable) > 1_000, "then no backend is UP: {seen:?}");
            // The first checks wait in line; once the line is full, they get what a user gets.
            let is_late = |code: &CheckCode| matches!(code, CheckCode::L7Tout | CheckCode::L7Sts(504));
            assert!(run.codes().iter().all(is_late) && !run.codes().is_empty(), "{:?}", run.codes());
            assert!(fired(run, "p99 above 1 s", "lb-1") || fired(run, "errors above 1 %", "lb-1"), "{:?}", run.fired(BEGIN));
            // A check that only connects detects nothing, and static pages keep working.
            let mut shallow = Run::new(&site(&[]));
            shallow.to(BEGIN).inject(CommonFault::AppHung).to(30.0);
            let seen = shallow.watch(20.0);
            only_kinds_fail(&seen, &[Read, Write]);
            assert!(shallow.codes().is_empty() && seen.of(Failure::Unavailable) == 0, "{seen:?}");
            assert!(fired(&shallow, "errors above 1 %", "lb-1"), "{:?}", shallow.fired(BEGIN));
            assert_eq!(shallow.mean("db-1", Metric::Qps, 10.0), Some(0.0), "the database is idle");
        },
        heals_in: 12.0,
    },
    Trial {
        id: "app-dead",
        site: &[],
        window: (2.0, 20.0),
        shows: |run, seen, _, _| {
            only_kinds_fail(seen, &[Read, Write]);
            assert!(seen.only(&[Failure::BadGateway]), "{seen:?}");
            assert!(run.codes().is_empty(), "a check that connects passes");
            assert!(fired(run, "errors above 1 %", "lb-1"));
            let mut deep = Run::new(&site(&[DEEP]));
            deep.to(BEGIN).inject(CommonFault::AppDead).to(40.0);
            assert!(deep.codes().iter().all(|code| *code == CheckCode::L7Sts(502)) && deep.codes().len() >= 2);
        },
        heals_in: 3.0,
    },
    Trial {
        id: "primary-dead",
        site: &[],
        window: (1.0, 20.0),
        shows: |run, seen, _, _| {
            only_kinds_fail(seen, &[Write]);
            assert!(seen.only(&[Failure::ServerError]), "{seen:?}");
            assert!(fired(run, "errors above 1 %", "lb-1"));
            assert_eq!(run.mean("db-1", Metric::Qps, 10.0), Some(0.0));
            assert!(run.mean("app-1", Metric::ErrorRatio, 10.0).expect("samples") > 0.1);
            assert_eq!(run.sim.database(run.find("db-2")).expect("a database").lag_s, None, "NULL");
        },
        heals_in: 3.0,
    },
    Trial {
        id: "replication-broken",
        site: &[],
        window: (0.0, 30.0),
        shows: |run, seen, healthy, good| {
            as_if_nothing_were(seen, good);
            let (broken, whole) = (run.sim.database(run.find("db-2")), healthy.sim.database(healthy.find("db-2")));
            let (broken, whole) = (broken.expect("a database"), whole.expect("a database"));
            assert_eq!(run.fired(BEGIN), [("replication lag above 10 s or unknown".to_owned(), "db-2".to_owned())]);
            assert!(broken.lag_s.is_none() && broken.lag_changes > 100, "{broken:?}");
            assert!(whole.lag_s.is_some_and(|lag| lag < 1.0));
            assert!(broken.stale_reads > whole.stale_reads + 300, "{broken:?} {whole:?}");
        },
        heals_in: 3.0,
    },
    Trial {
        id: "writes-to-replica",
        site: &[],
        window: (1.0, 20.0),
        shows: |run, seen, _, _| {
            only_kinds_fail(seen, &[Write]);
            assert!(seen.only(&[Failure::ServerError]) && run.whys()["ReadOnly"] > 100, "error 1290: {:?}", run.whys());
            assert!(run.mean("db-1", Metric::ErrorRatio, 10.0).expect("samples") > 0.5);
            assert!(fired(run, "errors above 1 %", "lb-1"));
        },
        heals_in: 3.0,
    },
    Trial {
        id: "split-brain",
        // The second application writes to the database that it reads from.
        site: &[(
            "(from: \"app-2\", to: \"db-2\", protocol: Sql, kinds: [Read])",
            "(from: \"app-2\", to: \"db-2\", protocol: Sql)",
        )],
        window: (1.0, 20.0),
        shows: |run, seen, _, _| {
            assert_eq!(seen.failed(), 0, "no user gets an error: {seen:?}");
            let databases = ["db-1", "db-2"].map(|id| run.sim.database(run.find(id)).expect("a database"));
            assert!(databases.iter().all(|database| database.writable), "two are writable");
            let divergent: u64 = databases.iter().map(|database| database.divergent_writes).sum();
            assert!(divergent > 50, "{databases:?}");
            assert!(fired(run, "not exactly one leader", "db-1"), "{:?}", run.fired(BEGIN));
        },
        heals_in: 3.0,
    },
    Trial {
        id: "connections-exhausted",
        site: &[],
        window: (1.0, 20.0),
        shows: |run, seen, _, _| {
            only_kinds_fail(seen, &[Read, Write]);
            assert!(seen.only(&[Failure::ServerError]) && run.whys()["TooManyConnections"] > 100, "error 1040");
            assert_eq!(run.sim.database(run.find("db-1")).expect("a database").connections, 151);
            assert!(fired(run, "connections used up", "db-1") && run.mean("db-1", Metric::Connections, 5.0) == Some(1.0));
            assert!(fired(run, "errors above 1 %", "lb-1"));
        },
        heals_in: 3.0,
    },
    Trial {
        id: "certificate-expired",
        site: &[],
        window: (1.0, 25.0),
        shows: |run, seen, _, _| {
            all_fail(seen, Failure::Certificate);
            assert!(run.mean("lb-1", Metric::FailedHandshakes, 10.0).expect("samples") > 50.0);
            assert_eq!(run.mean("lb-1", Metric::Qps, 10.0), Some(0.0));
            assert!(!fired(run, "errors above 1 %", "lb-1"), "5xx stays flat");
            for rule in ["certificate expires in 1 day", "certificate expires in 21 days", "site does not answer"] {
                assert!(fired(run, rule, "site"), "{rule}");
            }
            assert!(fired(run, "requests fell by half", "lb-1"));
            assert_eq!(run.sim.probe().days_left, Some(0.0));
        },
        heals_in: 2.0,
    },
    Trial {
        id: "no-forwarded-proto",
        site: &[("kind: App(", "kind: App(https_only: true, ")],
        window: (3.0, 25.0),
        shows: |run, seen, healthy, usual| {
            // The web servers answer static pages themselves.
            only_kinds_fail(seen, &[Read, Write]);
            assert!(seen.only(&[Failure::TooManyRedirects]), "{seen:?}");
            let (now, before) = (run.mean("lb-1", Metric::Qps, 10.0), healthy.mean("lb-1", Metric::Qps, 10.0));
            let (now, before) = (now.expect("samples"), before.expect("samples"));
            assert!(now > 8.0 * before, "{now} requests per second instead of {before}, of which some are static");
            assert!(usual.failed() == 0 && !fired(run, "errors above 1 %", "lb-1"), "5xx stays flat");
            assert!(fired(run, "site does not answer", "site"));
            assert!(!run.notes.iter().any(|note| matches!(note.what, EventKind::Backend { up: false, .. })));
        },
        heals_in: 4.0,
    },
    Trial {
        id: "dns-gone",
        site: &[],
        // The resolver's cached record expires after 5 s.
        window: (6.0, 25.0),
        shows: |run, seen, _, _| {
            all_fail(seen, Failure::Dns);
            assert_eq!(run.mean("lb-1", Metric::Qps, 10.0), Some(0.0));
            assert_eq!(
                run.sim.failures().find(|(failure, _)| *failure == Failure::Dns).map(|(_, count)| count > 100),
                Some(true)
            );
            assert!(fired(run, "site does not answer", "site") && !fired(run, "errors above 1 %", "lb-1"));
        },
        heals_in: 6.0,
    },
    Trial {
        id: "site-lost",
        // Two sites, the second on standby.
        site: &[
            ("LoadBalancer(vrrp: (peer: \"lb-2\", priority: 150))", "LoadBalancer()"),
            ("LoadBalancer(vrrp: (peer: \"lb-1\"))", "LoadBalancer()"),
            ("(from: \"lb-1\", to: \"lb-2\", protocol: Vrrp),", ""),
            ("(from: \"browser\", to: \"lb-2\", protocol: Http),", "(from: \"browser\", to: \"lb-2\", standby: true),"),
        ],
        window: (1.0, 25.0),
        shows: |run, seen, _, _| {
            all_fail(seen, Failure::TimedOut);
            assert!(fired(run, "no data", "agent-lb-1") && fired(run, "site does not answer", "site"));
            assert_eq!(run.mean("lb-2", Metric::Qps, 20.0), Some(0.0), "the standby site is idle");
            // The record is switched, but the resolver has the old one for its TTL of 5 s.
            let mut switched = Run::new(run.sim.infrastructure());
            switched.to(BEGIN).inject(CommonFault::SiteLost).fix(CommonFault::SiteLost).to(32.0);
            assert!(switched.notes.iter().any(|note| matches!(note.what, EventKind::Commanded(Command::SwitchRecord(_)))));
            assert!(switched.mean("lb-2", Metric::Qps, 5.0).expect("samples") > 80.0);
        },
        heals_in: 16.0,
    },
    Trial {
        id: "firewall-drops-web",
        site: &[],
        window: (10.0, 25.0),
        shows: |run, seen, _, _| {
            all_fail(seen, Failure::Unavailable);
            assert!(run.codes().iter().all(|code| *code == CheckCode::L4Tout) && run.codes().len() >= 2);
            assert_eq!(run.mean("web-1", Metric::Qps, 10.0), Some(0.0), "healthy but idle");
            assert!(fired(run, "errors above 1 %", "lb-1"));
        },
        heals_in: 8.0,
    },
    Trial {
        id: "firewall-drops-database",
        site: &[],
        window: (3.0, 20.0),
        shows: |run, seen, _, _| {
            only_kinds_fail(seen, &[Read, Write]);
            // An application waits 2 s for its database; meanwhile its queue fills up.
            assert!(seen.only(&[Failure::ServerError, Failure::Unavailable, Failure::GatewayTimeout]), "{seen:?}");
            assert!(seen.of(Failure::ServerError) > 5, "{seen:?}");
            assert_eq!((run.mean("db-1", Metric::Qps, 10.0), run.mean("db-2", Metric::Qps, 10.0)), (Some(0.0), Some(0.0)));
            assert!(fired(run, "errors above 1 %", "lb-1"));
        },
        heals_in: 8.0,
    },
    Trial {
        id: "egress-blocked",
        site: &[],
        window: (0.0, 20.0),
        shows: |run, seen, healthy, good| {
            as_if_nothing_were(seen, good);
            // The second balancer is behind no firewall.
            for agent in ["agent-lb-1", "agent-web-1", "agent-web-2", "agent-db-1", "agent-db-2"] {
                assert!(fired(run, "no data", agent), "{agent}");
            }
            assert!(healthy.fired(BEGIN).is_empty(), "{:?}", healthy.fired(BEGIN));
        },
        heals_in: 3.0,
    },
    Trial {
        id: "collector-dead",
        site: &[],
        window: (0.0, 20.0),
        shows: |run, seen, _, good| {
            as_if_nothing_were(seen, good);
            assert_eq!(run.fired(BEGIN), [("no data".to_owned(), "agent-lb-1".to_owned())]);
        },
        heals_in: 3.0,
    },
    Trial {
        id: "monitoring-dead",
        site: &[],
        window: (0.0, 60.0),
        shows: |run, seen, _, good| {
            // The service runs the probe, so there are no probes among the users' requests either.
            assert_eq!((seen.offered, seen.failed(), good.failed()), (good.offered, 0, 0));
            assert!(run.fired(BEGIN).is_empty() && !run.sim.is_monitored(), "{:?}", run.fired(BEGIN));
            assert!(run.sim.agents().iter().all(|agent| agent.stale), "old values are not shown as new ones");
            // Nobody is paged, whatever happens, except by a dead man's switch.
            assert!(run.sim.dead_mans_switch().is_none());
            let mut switched = Run::new(&site(&[("(probe: (interval_s: 1.0))", "(probe: (), dead_mans_switch: ())")]));
            switched.to(BEGIN).inject(CommonFault::MonitoringDead).to(BEGIN + 60.0);
            assert!(switched.sim.dead_mans_switch().is_some_and(|switch| switch.has_paged && switch.log.len() == 1));
        },
        heals_in: 3.0,
    },
    Trial {
        id: "active-firewall-dead",
        site: &[("(id: \"fw-web\", ", "(id: \"fw-web-b\", kind: Firewall(standby: (of: \"fw-web\"))), (id: \"fw-web\", ")],
        window: (12.0, 20.0),
        shows: |run, seen, _, _| {
            assert_eq!(seen.failed(), 0, "the standby has taken over: {seen:?}");
            assert_eq!(run.sim.is_active_firewall(run.find("fw-web-b")), Some(true));
            // Without the standby, the loss lasts.
            let mut single = Run::new(&site(&[]));
            single.to(BEGIN).act("kill fw-web").to(BEGIN + 12.0);
            assert_eq!(single.watch(20.0).good, 0);
        },
        heals_in: 3.0,
    },
    Trial {
        id: "overload",
        site: &[],
        window: (5.0, 25.0),
        shows: |run, seen, _, _| {
            assert!(seen.of(Failure::GatewayTimeout) > 1_000 && seen.good > 0, "{seen:?}");
            assert!(seen.only(&[Failure::GatewayTimeout]) && run.whys()["Full"] > 1_000, "accept queues drop SYNs");
            assert!(seen.kind(Static).completed > 9 * seen.kind(Static).failed, "static pages need no application");
            for app in ["app-1", "app-2"] {
                assert!(run.mean(app, Metric::Utilisation, 10.0).expect("samples") > 0.95);
                assert!(run.mean(app, Metric::Queue, 10.0).expect("samples") > 25.0, "a queue of fifty");
            }
            assert!(fired(run, "saturated", "app-1"), "{:?}", run.fired(BEGIN));
        },
        heals_in: 12.0,
    },
    Trial {
        id: "retry-storm",
        // Users time out sooner than the queue drains: see `storm` for exact numbers.
        site: &[
            ("patience_s: 10.0", "patience_s: 1.0"),
            ("kind: App()", "kind: App(), station: (queue: 2048)"),
            ("rate: 100.0", "rate: 420.0"),
        ],
        window: (20.0, 30.0),
        shows: |run, seen, healthy, good| {
            let dynamic = |seen: &Seen| seen.kind(Read).completed + seen.kind(Write).completed;
            assert!(dynamic(seen) * 10 < dynamic(good), "10 s after the pause has ended: {seen:?}, healthy: {good:?}");
            let (stormy, calm) = (run.mean("web-1", Metric::Qps, 10.0), healthy.mean("web-1", Metric::Qps, 10.0));
            assert!(stormy.expect("samples") > 1.7 * calm.expect("samples"), "{stormy:?} {calm:?}");
            assert!(run.sim.retried() > 1_000);
            // Bounded queues end the storm without a fix.
            let short = [("patience_s: 10.0", "patience_s: 1.0"), ("rate: 100.0", "rate: 420.0")];
            let mut bounded = Run::new(&site(&short));
            bounded.to(BEGIN).inject(CommonFault::RetryStorm).to(45.0);
            let seen = bounded.watch(10.0);
            assert!(seen.failed() * 50 < seen.good, "{seen:?}");
        },
        heals_in: 90.0,
    },
    Trial {
        id: "syn-flood",
        site: &[],
        window: (11.0, 25.0),
        shows: |run, seen, _, _| {
            assert!(seen.good * 20 < seen.offered && seen.only(&[Failure::TimedOut]), "{seen:?}");
            assert_eq!(run.sim.half_open(), Some((1_024, 1_024)));
            assert!(fired(run, "site does not answer", "site") && fired(run, "requests fell by half", "lb-1"));
            run.act("syn-cookies on").to(68.0);
            let seen = run.watch(5.0);
            assert_eq!(seen.failed(), 0, "SYN cookies help: {seen:?}");
            run.act("syn-cookies off");
        },
        heals_in: 11.0,
    },
    Trial {
        id: "password-guessing",
        site: &[],
        window: (5.0, 25.0),
        shows: |run, seen, _, _| {
            assert!(seen.of(Failure::GatewayTimeout) > 500 && seen.good > 0, "{seen:?}");
            assert!(seen.kind(Static).completed > 9 * seen.kind(Static).failed, "static pages need no application");
            for app in ["app-1", "app-2"] {
                assert!(run.mean(app, Metric::Utilisation, 10.0).expect("samples") > 0.95);
            }
            assert!(fired(run, "saturated", "app-1"), "{:?}", run.fired(BEGIN));
            let abuse = run.sim.abuse().expect("an attack");
            assert!(abuse.answered > 0 && abuse.refused == 0 && abuse.failed > 0, "{abuse:?}");
        },
        // The attack goes on, and the limit refuses nearly all of it.
        heals_in: 12.0,
    },
    Trial {
        id: "bad-configuration",
        site: &[],
        window: (7.0, 20.0),
        shows: |run, seen, _, _| {
            all_fail(seen, Failure::Unavailable);
            assert!(run.codes().len() >= 2, "every backend is DOWN");
            assert!(fired(run, "errors above 1 %", "lb-1"));
            let restart =
                hoplight::sim::Command::Restore(hoplight::model::Element::Component(hoplight::model::ComponentId::new("web-1")));
            assert!(run.sim.apply(&restart, &mut ()).is_err(), "it does not start before it is rolled back");
        },
        heals_in: 6.0,
    },
    Trial {
        id: "shared-flaw",
        site: &[],
        window: (7.0, 20.0),
        shows: |run, seen, _, _| {
            all_fail(seen, Failure::Unavailable);
            // With two different versions, one keeps running.
            let mut diverse = Run::new(&site(&[(
                "server: \"s-web-2\", software: (name: \"Nginx\", version: \"1.22.1\")",
                "server: \"s-web-2\", software: (name: \"Nginx\", version: \"1.24.0\")",
            )]));
            diverse.to(BEGIN).act("flaw web-1").to(32.0);
            assert_eq!(diverse.watch(10.0).failed(), 0);
            assert!(fired(run, "errors above 1 %", "lb-1"));
        },
        heals_in: 6.0,
    },
    Trial {
        id: "shared-vulnerability",
        site: &[],
        window: (0.0, 20.0),
        shows: |run, seen, healthy, good| {
            as_if_nothing_were(seen, good);
            assert_eq!((run.fired(BEGIN), run.sim.digest()), (Vec::new(), healthy.sim.digest()));
            assert!(["web-1", "web-2"].iter().all(|id| run.sim.compromised(run.find(id))));
            assert!(!run.sim.compromised(run.find("lb-1")));
        },
        heals_in: 1.0,
    },
    Trial {
        id: "sniffer",
        site: &[],
        window: (0.0, 20.0),
        shows: |run, seen, healthy, good| {
            as_if_nothing_were(seen, good);
            assert_eq!((run.fired(BEGIN), run.sim.digest()), (Vec::new(), healthy.sim.digest()));
            let infra = run.sim.infrastructure();
            let link = infra.link_between("lb-1", "web-1").expect("a link");
            let tap = run.sim.tap(link).expect("a tap");
            assert!(tap.messages > 1_000 && tap.readable == tap.messages && tap.secrets > 100, "{tap:?}");
            run.act("tls re-encrypt").to(41.0);
            let before = run.sim.tap(link).expect("the tap exists");
            run.to(50.0);
            let after = run.sim.tap(link).expect("the tap exists");
            assert!(after.messages > before.messages + 500 && after.readable == before.readable, "{before:?} {after:?}");
            run.act("tls terminate");
        },
        heals_in: 1.0,
    },
    Trial {
        id: "vrrp-blocked",
        site: &[],
        window: (4.0, 20.0),
        shows: |run, seen, healthy, _| {
            assert_eq!((run.sim.masters().count(), healthy.sim.masters().count()), (2, 1));
            assert!(fired(run, "not exactly one leader", "lb-1"), "{:?}", run.fired(BEGIN));
            // The address stays where it was announced last: nobody fails after the takeover.
            assert!(seen.failed() == 0, "{seen:?}");
            let infra = run.sim.infrastructure();
            assert_eq!(infra.component(infra.ends(run.sim.entry()).1).id.as_str(), "lb-2");
            // With a virtual MAC address, it flaps.
            let mut flapping = Run::new(&site(&[("peer: \"lb-", "vmac: true, peer: \"lb-")]));
            flapping.to(BEGIN).inject(CommonFault::VrrpBlocked).to(BEGIN + 4.0);
            let seen = flapping.watch(20.0);
            assert!(seen.of(Failure::Reset) > 10 && seen.only(&[Failure::Reset]), "{seen:?}");
        },
        heals_in: 3.0,
    },
    Trial {
        id: "keepalived-killed",
        site: &[],
        window: (4.0, 20.0),
        shows: |run, seen, healthy, _| {
            assert_eq!((run.sim.masters().count(), healthy.sim.masters().count()), (2, 1));
            assert!(seen.failed() == 0, "{seen:?}");
            assert!(fired(run, "redundancy lost", "lb-1") && !fired(run, "not exactly one leader", "lb-1"));
        },
        heals_in: 5.0,
    },
    Trial {
        id: "disk-full",
        site: &[],
        window: (1.0, 20.0),
        shows: |run, seen, _, _| {
            only_kinds_fail(seen, &[Write]);
            assert!(seen.only(&[Failure::ServerError]) && run.whys()["DiskFull"] > 100);
            assert!(run.mean("db-1", Metric::ErrorRatio, 10.0).expect("samples") > 0.9);
            assert!(run.sim.database(run.find("db-1")).expect("a database").disk_full);
            assert!(fired(run, "errors above 1 %", "lb-1"));
        },
        heals_in: 1.0,
    },
    Trial {
        id: "slow-database",
        site: &[("rate: 100.0", "rate: 200.0")],
        window: (5.0, 25.0),
        shows: |run, seen, healthy, good| {
            let busy = |run: &Run, id| run.mean(id, Metric::Utilisation, 10.0).expect("samples");
            assert!(busy(run, "app-1") > busy(healthy, "app-1") + 0.2, "{} {}", busy(run, "app-1"), busy(healthy, "app-1"));
            let slow = |run: &Run| run.mean("db-1", Metric::P50, 10.0).expect("samples");
            assert!(slow(run) > 15.0 * slow(healthy), "{} {}", slow(run), slow(healthy));
            assert_eq!(good.failed(), 0);
            assert!(seen.kind(Static).failed == 0);
        },
        heals_in: 8.0,
    },
    Trial {
        id: "noisy-neighbour",
        site: &[("(id: \"s-web-1\")", "(id: \"s-web-1\", cores: 4)"), ("rate: 100.0", "rate: 70.0")],
        window: (5.0, 25.0),
        shows: |run, seen, healthy, good| {
            let cpu = |run: &Run| run.sim.cpu(&ServerId::new("s-web-1")).expect("cores").utilisation;
            assert!(cpu(run) > 0.999 && cpu(healthy) < 0.6, "{} {}", cpu(run), cpu(healthy));
            let busy = |run: &Run, id| run.mean(id, Metric::Utilisation, 10.0).expect("samples");
            assert!(busy(run, "app-1") > 2.0 * busy(healthy, "app-1"), "{} {}", busy(run, "app-1"), busy(healthy, "app-1"));
            let slow = |run: &Run, id| run.mean(id, Metric::P50, 10.0).expect("samples");
            assert!(slow(run, "app-1") > 2.0 * slow(healthy, "app-1"));
            let (other, usual) = (slow(run, "app-2"), slow(healthy, "app-2"));
            assert!((other / usual - 1.0).abs() < 0.2, "the other server is as fast as before: {other} {usual}");
            let requests = |run: &Run| run.mean("app-1", Metric::Qps, 10.0).expect("samples");
            assert!((requests(run) / requests(healthy) - 1.0).abs() < 0.1, "{} {}", requests(run), requests(healthy));
            assert_eq!((seen.failed(), good.failed()), (0, 0));
        },
        heals_in: 3.0,
    },
    Trial {
        id: "cache-dead",
        site: CACHE,
        window: (0.0, 10.0),
        shows: |run, seen, healthy, _| {
            assert_eq!(seen.failed(), 0, "the database carries the load");
            the_database_gets_more(run, healthy, 5.0);
        },
        heals_in: 1.0,
    },
    Trial {
        id: "cache-cold",
        site: CACHE,
        // Refused lookups keep the applications from asking for ten seconds.
        window: (5.0, 10.0),
        shows: |run, seen, healthy, _| {
            assert_eq!(seen.failed(), 0, "the database carries the load");
            the_database_gets_more(run, healthy, 2.0);
            assert!(misses(run) > misses(healthy) + 30, "{} {}", misses(run), misses(healthy));
        },
        heals_in: 1.0,
    },
    Trial {
        id: "cache-flushed",
        site: CACHE,
        window: (0.0, 10.0),
        shows: |run, seen, healthy, good| {
            assert_eq!(seen.failed(), good.failed(), "the database carries the load");
            assert!(misses(run) > misses(healthy) + 30, "{} {}", misses(run), misses(healthy));
        },
        heals_in: 1.0,
    },
    Trial {
        id: "session-store-dead",
        site: STORE,
        window: (1.0, 25.0),
        shows: |run, seen, _, _| {
            assert!(seen.only(&[Failure::ServerError]) && seen.kind(Static).failed == 0, "{seen:?}");
            let (reads, writes) = (seen.kind(Read), seen.kind(Write));
            let logged_in = reads.failed as f64 / (reads.failed + reads.completed) as f64;
            assert!(writes.completed == 0 && (0.7..0.9).contains(&logged_in), "{reads:?} {writes:?}");
            assert!(fired(run, "errors above 1 %", "lb-1"));
        },
        heals_in: 75.0,
    },
    Trial {
        id: "sessions-flushed",
        site: STORE,
        window: (0.0, 10.0),
        shows: |run, seen, _, _| {
            assert!(seen.only(&[Failure::LoginRequired]) && seen.of(Failure::LoginRequired) > 100, "{seen:?}");
            assert_eq!(seen.kind(Write).failed, 0);
            assert_eq!(run.fired(BEGIN), [], "a redirect is no error");
        },
        heals_in: 75.0,
    },
    Trial {
        id: "rolling-restart",
        site: STICKY,
        window: (10.0, 10.0),
        shows: |run, seen, _, _| {
            assert!(seen.of(Failure::LoginRequired) > 60, "{seen:?}");
            let lost = run.notes.iter().filter(|note| matches!(note.what, EventKind::SessionsLost { .. })).count();
            assert_eq!(lost, 2, "each server in turn");
        },
        heals_in: 75.0,
    },
    Trial {
        id: "stampede",
        site: CACHE,
        window: (0.0, 10.0),
        shows: |run, seen, healthy, good| {
            assert_eq!((seen.offered, seen.failed()), (good.offered, 0));
            let expired = |run: &Run| run.sim.cache(run.find("cache")).expect("a cache").counts.expired;
            assert!(expired(run) > expired(healthy), "{} {}", expired(run), expired(healthy));
        },
        heals_in: 1.0,
    },
    Trial {
        id: "port-scan",
        site: &[],
        window: (0.0, 10.0),
        shows: |run, seen, healthy, good| {
            as_if_nothing_were(seen, good);
            assert_eq!(run.fired(BEGIN), []);
            let open: Vec<_> = run.sim.findings().iter().filter(|found| found.says == Port::Open).collect();
            let at = |server: &str, port| open.iter().any(|found| found.server.as_str() == server && found.port == port);
            assert!(at("s-lb-1", 443) && at("s-lb-2", 443) && open.len() == 2, "{open:?}");
            let filtered = run.sim.findings().iter().filter(|found| found.says == Port::Filtered).count();
            let drops = |run: &Run| {
                let firewalls = ["fw-lb", "fw-web", "fw-db"];
                let last = |id| run.sim.rule_hits(run.find(id), Direction::Inbound).last().copied().expect("a default rule");
                firewalls.map(last).iter().sum::<u64>()
            };
            assert_eq!(drops(run) - drops(healthy), filtered as u64, "the default rules' counters went up");
        },
        heals_in: 1.0,
    },
    Trial {
        id: "sql-proxies-dead",
        site: &[
            (
                "(id: \"db-1\", kind: Database(role: Primary), server: \"s-db-1\"),",
                "(id: \"db-1\", kind: Database(role: Primary), server: \"s-db-1\"), (id: \"proxy\", kind: SqlProxy(), server: \"s-db-1\"),",
            ),
            ("ports: [3306", "ports: [6033, 3306"),
            ("(from: \"app-1\", to: \"db-2\", protocol: Sql, kinds: [Read]),", "(from: \"proxy\", to: \"db-1\"),"),
            ("(from: \"app-1\", to: \"db-1\", protocol: Sql, kinds: [Read, Write]),", "(from: \"proxy\", to: \"db-2\"),"),
            ("(from: \"app-2\", to: \"db-2\", protocol: Sql, kinds: [Read]),", "(from: \"app-1\", to: \"proxy\"),"),
            ("(from: \"app-2\", to: \"db-1\", protocol: Sql, kinds: [Read, Write]),", "(from: \"app-2\", to: \"proxy\"),"),
        ],
        window: (1.0, 20.0),
        shows: |run, seen, _, _| {
            only_kinds_fail(seen, &[Read, Write]);
            assert!(seen.only(&[Failure::ServerError]), "{seen:?}");
            assert!(fired(run, "errors above 1 %", "lb-1"));
            assert!(["db-1", "db-2"].iter().all(|id| run.mean(id, Metric::Qps, 10.0) == Some(0.0)), "the databases are idle");
        },
        heals_in: 3.0,
    },
    Trial {
        id: "cluster-partition",
        site: CLUSTER,
        window: (9.0, 20.0),
        shows: |run, seen, _, _| {
            assert!(seen.only(&[Failure::ServerError]) && seen.kind(Static).failed == 0, "{seen:?}");
            let reads = seen.kind(Read);
            assert!((0.4..0.6).contains(&(reads.failed as f64 / (reads.failed + reads.completed) as f64)), "half: {reads:?}");
            assert!(run.whys()["NotReady"] > 100, "error 1047: {:?}", run.whys());
            assert!(fired(run, "errors above 1 %", "lb-1"));
        },
        heals_in: 8.0,
    },
    Trial {
        id: "member-dead",
        site: CLUSTER,
        window: (9.0, 20.0),
        shows: |run, seen, _, _| {
            // The other application's member goes on, with writes too.
            assert!(seen.only(&[Failure::ServerError]) && seen.kind(Static).failed == 0, "{seen:?}");
            for kind in [Read, Write] {
                let totals = seen.kind(kind);
                let failing = totals.failed as f64 / (totals.failed + totals.completed) as f64;
                assert!((0.4..0.6).contains(&failing), "half: {totals:?}");
            }
            assert!(!run.whys().contains_key("NotReady"), "two of three have the majority: {:?}", run.whys());
            assert_eq!(run.mean("db-1", Metric::Qps, 10.0), Some(0.0));
            assert!(fired(run, "errors above 1 %", "lb-1"));
        },
        heals_in: 8.0,
    },
    Trial {
        id: "majority-lost",
        site: CLUSTER,
        window: (9.0, 20.0),
        shows: |run, seen, _, _| {
            only_kinds_fail(seen, &[Read, Write]);
            assert!(seen.only(&[Failure::ServerError]), "{seen:?}");
            assert!(run.whys()["NotReady"] > 100, "error 1047: {:?}", run.whys());
            assert!(run.sim.station(run.find("db-3")).health.is_up() && fired(run, "errors above 1 %", "lb-1"));
        },
        heals_in: 8.0,
    },
];

#[test]
fn every_row_of_the_catalogue_is_tried() {
    let rows: Vec<&str> = CommonFault::ALL.map(CommonFault::id).into();
    let trials: Vec<&str> = TRIALS.iter().map(|trial| trial.id).collect();
    assert_eq!(rows, trials);
    assert_eq!(rows, TESTED);
}

fn try_row(id: &str) {
    for trial in TRIALS.iter().filter(|trial| trial.id == id) {
        let row = CommonFault::find(trial.id).expect("a row");
        let infra = site(trial.site);
        let (mut healthy, mut run) = (Run::new(&infra), Run::new(&infra));
        healthy.to(BEGIN);
        run.to(BEGIN).inject(row);
        let (wait, length) = trial.window;
        healthy.to(BEGIN + wait);
        run.to(BEGIN + wait);
        let (good, seen) = (healthy.watch(length), run.watch(length));
        assert!(good.failed() * 1_000 <= good.offered, "{}: the healthy site serves all requests: {good:?}", trial.id);
        (trial.shows)(&mut run, &seen, &healthy, &good);
        run.fix(row);
        let fixed = run.now();
        run.to(fixed + trial.heals_in);
        let (healed, offered) = (run.watch(10.0), good.offered as f64 / length * 10.0);
        assert!(healed.failed() * 1_000 <= healed.offered, "{}: {healed:?} after the fix", trial.id);
        assert!(healed.good as f64 > 0.8 * offered, "{}: {healed:?} after the fix, {good:?} before", trial.id);
        // A limit refuses an attacker's requests, and does not end the attack.
        let lasts = |fault: &Fault| matches!(fault, Fault::Abuse(..));
        assert!(run.sim.faults().iter().all(lasts), "{}: {:?}", trial.id, run.sim.faults());
    }
}

/// Generates a test for each row.
macro_rules! rows {
    ($($test:ident: $id:literal,)*) => {
        $(#[test]
        fn $test() {
            try_row($id);
        })*

        const TESTED: &[&str] = &[$($id),*];
    };
}

rows! {
    balancer_crash: "balancer-crash",
    web_killed: "web-killed",
    one_web_killed: "one-web-killed",
    app_hung: "app-hung",
    app_dead: "app-dead",
    primary_dead: "primary-dead",
    replication_broken: "replication-broken",
    writes_to_replica: "writes-to-replica",
    split_brain: "split-brain",
    connections_exhausted: "connections-exhausted",
    certificate_expired: "certificate-expired",
    no_forwarded_proto: "no-forwarded-proto",
    dns_gone: "dns-gone",
    site_lost: "site-lost",
    firewall_drops_web: "firewall-drops-web",
    firewall_drops_database: "firewall-drops-database",
    egress_blocked: "egress-blocked",
    collector_dead: "collector-dead",
    monitoring_dead: "monitoring-dead",
    active_firewall_dead: "active-firewall-dead",
    overload: "overload",
    retry_storm: "retry-storm",
    syn_flood: "syn-flood",
    password_guessing: "password-guessing",
    bad_configuration: "bad-configuration",
    shared_flaw: "shared-flaw",
    shared_vulnerability: "shared-vulnerability",
    sniffer: "sniffer",
    vrrp_blocked: "vrrp-blocked",
    keepalived_killed: "keepalived-killed",
    disk_full: "disk-full",
    slow_database: "slow-database",
    noisy_neighbour: "noisy-neighbour",
    cache_dead: "cache-dead",
    cache_cold: "cache-cold",
    cache_flushed: "cache-flushed",
    session_store_dead: "session-store-dead",
    sessions_flushed: "sessions-flushed",
    rolling_restart: "rolling-restart",
    stampede: "stampede",
    port_scan: "port-scan",
    sql_proxies_dead: "sql-proxies-dead",
    cluster_partition: "cluster-partition",
    member_dead: "member-dead",
    majority_lost: "majority-lost",
}
