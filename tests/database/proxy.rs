//! SQL proxies: read/write splitting, failover, and databases that are not suitable.

use hoplight::model::RequestKind;
use hoplight::sim::{Command, EventKind, Failure, Simulation};

use super::{does, kill, promote, restore, seconds, start, view, watch};

const SITE: &str = r#"(
    traffic: (rate: 40.0, static_share: 0.0, write_share: 0.5), tls: (edge: None),
    components: [(id: "app", kind: App()), (id: "proxy", kind: SqlProxy(SETTINGS)),
        (id: "db-1", kind: Database(failover: Automatic(after_s: 5.0), fence: true)),
        (id: "db-2", kind: Database(role: Replica)), (id: "db-3", kind: Database(role: Replica))],
    links: [(from: "app", to: "proxy"), (from: "proxy", to: "db-1"), (from: "proxy", to: "db-2"), (from: "proxy", to: "db-3"),
        (from: "db-1", to: "db-2"), (from: "db-1", to: "db-3"), (from: "db-2", to: "db-3")])"#;

fn site(settings: &str) -> Simulation {
    start(&SITE.replace("SETTINGS", settings))
}

/// The number of statements that each database has executed. One every 2 s is a check of the proxy.
fn served(sim: &Simulation) -> [u64; 3] {
    ["db-1", "db-2", "db-3"].map(|id| sim.station(sim.infrastructure().find(id).expect("a database")).served)
}

fn failed(sim: &Simulation, kind: RequestKind) -> u64 {
    sim.totals_of(kind).failed
}

#[test]
fn writes_go_to_the_primary_and_reads_to_the_replicas_in_turn() {
    let mut sim = site("");
    seconds(&mut sim, 60.0);
    let [primary, first, second] = served(&sim);
    let (reads, writes) = (sim.totals_of(RequestKind::Read), sim.totals_of(RequestKind::Write));
    let checks = 30;
    assert!(primary.abs_diff(writes.completed + checks) <= 5, "{primary}");
    assert!((first + second).abs_diff(reads.completed + 2 * checks) <= 5, "{first} and {second}");
    assert!(first.abs_diff(second) <= 1, "{first} and {second}");
    assert_eq!(sim.totals().failed, 0);
}

#[test]
fn in_writer_mode_everything_goes_to_the_primary() {
    let mut sim = site("mode: Writer");
    seconds(&mut sim, 20.0);
    let [primary, first, second] = served(&sim);
    // The replicas get checks only.
    assert!(primary > 700 && first == 10 && second == 10, "{primary}, {first}, {second}");
}

#[test]
fn a_proxy_follows_a_failover_within_a_check_interval() {
    let mut sim = site("");
    seconds(&mut sim, 10.0);
    kill(&mut sim, "db-1");
    let events = watch(&mut sim, 30.0, |what| match what {
        EventKind::Promoted { .. } => Some("promoted"),
        EventKind::RoleSeen { writable: true, .. } => Some("seen"),
        EventKind::Backend { up: false, .. } => Some("down"),
        _ => None,
    });
    let at = |event: &str| events.iter().find(|(_, what)| *what == event).map(|(at, _)| *at).expect("it happens");
    let (down, promoted, seen) = (at("down"), at("promoted"), at("seen"));
    // Three checks, 2 s apart, fail at once: the process is dead, so the connection is refused.
    assert!((14_000.0..=16_000.0).contains(&down), "DOWN at {down} ms");
    assert!(promoted < seen && seen - promoted <= 2_000.0, "promoted at {promoted} ms, seen at {seen} ms");
    let before = failed(&sim, RequestKind::Write);
    seconds(&mut sim, 20.0);
    assert_eq!(failed(&sim, RequestKind::Write), before, "writes go to the new primary");
    // The fenced primary returns as a replica and serves reads.
    let earlier = served(&sim)[0];
    restore(&mut sim, "db-1");
    seconds(&mut sim, 20.0);
    assert!(!view(&sim, "db-1").writable && served(&sim)[0] > earlier + 50);
    assert_eq!(failed(&sim, RequestKind::Write), before);
}

#[test]
fn without_replicas_reads_go_to_the_writer() {
    let mut sim = site("");
    seconds(&mut sim, 10.0);
    for id in ["db-2", "db-3"] {
        kill(&mut sim, id);
    }
    seconds(&mut sim, 15.0);
    let (before, at_primary) = (failed(&sim, RequestKind::Read), served(&sim)[0]);
    seconds(&mut sim, 10.0);
    assert_eq!(failed(&sim, RequestKind::Read), before);
    assert!(served(&sim)[0] > at_primary + 300, "it serves reads and writes");
}

#[test]
fn without_a_writable_database_the_proxy_closes_the_connection() {
    let mut sim = site("");
    seconds(&mut sim, 5.0);
    does(&mut sim, &Command::Demote(hoplight::model::ComponentId::new("db-1")));
    // Until the next check, writes reach the database and get error 1290.
    seconds(&mut sim, 3.0);
    let (reads, writes) = (failed(&sim, RequestKind::Read), failed(&sim, RequestKind::Write));
    let reasons = watch(&mut sim, 5.0, |what| match what {
        EventKind::Ended { outcome: Err(failure), .. } => Some(*failure),
        _ => None,
    });
    assert!(failed(&sim, RequestKind::Write) > writes + 50 && failed(&sim, RequestKind::Read) == reads);
    assert!(reasons.iter().all(|(_, failure)| *failure == Failure::ServerError), "the application reports 500");
    does(&mut sim, &promote("db-1"));
    seconds(&mut sim, 3.0);
    let healed = failed(&sim, RequestKind::Write);
    seconds(&mut sim, 10.0);
    assert_eq!(failed(&sim, RequestKind::Write), healed);
}

#[test]
fn the_users_balancing_command_needs_a_balancer() {
    let mut sim = site("");
    let command = Command::Balance(hoplight::model::Algorithm::First);
    assert_eq!(sim.apply(&command, &mut ()), Err(hoplight::sim::CommandError::NoBalancer));
}
