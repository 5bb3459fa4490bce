//! Multi-primary clusters: certification, conflicts, majorities and members that return.

use hoplight::model::{ComponentId, RequestKind};
use hoplight::sim::{Command, CommandError, EventKind, FailureReason, Simulation};

use super::{component, does, hop, kill, quiet, rate, restore, seconds, send, start, view, watch, writes};

/// Three members whose links take 5, 20 and 1 ms. Each has an application of its own, and a balancer alternates.
const GROUP: &str = r#"(
    traffic: (rate: 20.0, static_share: 0.0, write_share: 1.0, patience_s: 30.0), tls: (edge: None),
    components: [(id: "lb", kind: LoadBalancer(server_timeout_s: 20.0)),
        (id: "app-1", kind: App(timeout_s: 20.0), station: (service: Constant(ms: 1.0))),
        (id: "app-2", kind: App(timeout_s: 20.0), station: (service: Constant(ms: 1.0))),
        (id: "app-3", kind: App(timeout_s: 20.0), station: (service: Constant(ms: 1.0))),
        (id: "db-1", kind: Database(role: MultiPrimary, hot_rows: ROWS), station: (service: Constant(ms: 3.0))),
        (id: "db-2", kind: Database(role: MultiPrimary), station: (service: Constant(ms: 3.0))),
        (id: "db-3", kind: Database(role: MultiPrimary), station: (service: Constant(ms: 3.0)))],
    links: [(from: "lb", to: "app-1"), (from: "lb", to: "app-2"), (from: "lb", to: "app-3"),
        (from: "app-1", to: "db-1"), (from: "app-2", to: "db-2"), (from: "app-3", to: "db-3"),
        (from: "db-1", to: "db-2", latency_ms: 5.0), (from: "db-1", to: "db-3", latency_ms: 20.0),
        (from: "db-2", to: "db-3", latency_ms: 1.0)])"#;

fn group(rows: &str) -> String {
    GROUP.replace("ROWS", rows)
}

/// When members have begun (true) or stopped (false) to serve, in milliseconds.
fn members(sim: &mut Simulation, secs: f64) -> Vec<(f64, (String, bool))> {
    let infra = sim.infrastructure().clone();
    watch(sim, secs, |what| match what {
        EventKind::GroupMember { database, serves } => Some((infra.component(*database).id.to_string(), *serves)),
        _ => None,
    })
}

#[test]
fn a_write_waits_for_the_slowest_round_trip() {
    let mut sim = quiet(&group("1000000"));
    let waits = [40.0, 10.0, 40.0].map(|expected| {
        send(&mut sim, RequestKind::Write);
        let infra = sim.infrastructure().clone();
        let is_database = |ix| infra.component(ix).kind.as_database().is_some();
        let times = watch(&mut sim, 1.0, |what| match what {
            EventKind::Reached { component, .. } | EventKind::Answers { component } if is_database(*component) => Some(()),
            _ => None,
        });
        let (first, last) = (times.first().expect("it arrives").0, times.last().expect("it is answered").0);
        (last - first - 3.0, expected)
    });
    for (waited, expected) in waits {
        assert!((waited - expected).abs() < 1e-6, "waited {waited} ms, expected {expected}");
    }
    assert_eq!(writes(&sim), (3, 0));
    assert!(["db-1", "db-2", "db-3"].iter().all(|id| view(&sim, id).applied == 3), "every member has all writes");
}

#[test]
fn concurrent_writes_of_two_members_to_one_row_conflict() {
    let mut sim = quiet(&group("1"));
    send(&mut sim, RequestKind::Write);
    send(&mut sim, RequestKind::Write);
    let why = watch(&mut sim, 1.0, |what| match what {
        EventKind::Fails { why, .. } => Some(*why),
        _ => None,
    });
    assert_eq!(why.into_iter().map(|(_, why)| why).collect::<Vec<_>>(), [FailureReason::Conflict]);
    assert_eq!(writes(&sim), (1, 1), "the first one to be certified wins");
    // One after the other, they do not conflict.
    for _ in 0..4 {
        send(&mut sim, RequestKind::Write);
        seconds(&mut sim, 1.0);
    }
    assert_eq!(writes(&sim), (5, 1));
}

#[test]
fn conflicts_are_rare_with_many_rows_and_frequent_with_few() {
    let failed = |rows: &str| {
        let mut sim = start(&group(rows));
        rate(&mut sim, 100.0);
        seconds(&mut sim, 60.0);
        let (completed, failed) = writes(&sim);
        assert!(completed + failed > 5_000);
        failed as f64 / (completed + failed) as f64
    };
    // 67 writes/s at the other members, each in conflict for some 30 ms, on 20 rows: about one in ten.
    let (few, many) = (failed("20"), failed("100000"));
    assert!((0.04..0.2).contains(&few), "{few}");
    assert!(many < 0.001, "{many}");
}

#[test]
fn a_member_that_is_cut_off_refuses_reads_and_writes() {
    let mut sim = quiet(&group("1000000"));
    for other in ["db-1", "db-2"] {
        does(&mut sim, &Command::Kill(hop(other, "db-3")));
    }
    let changes = members(&mut sim, 10.0);
    assert_eq!(changes.len(), 1, "{changes:?}");
    let (at, change) = &changes[0];
    assert_eq!(*change, ("db-3".to_owned(), false));
    assert!((5_000.0..=7_000.0).contains(at), "suspected after 5 s: {at}");
    for kind in [RequestKind::Write, RequestKind::Read] {
        let before = sim.totals();
        for _ in 0..3 {
            send(&mut sim, kind);
            seconds(&mut sim, 1.0);
        }
        assert_eq!(sim.totals().failed - before.failed, 1, "one in three reaches db-3");
    }
    assert_eq!((view(&sim, "db-1").applied, view(&sim, "db-3").applied), (2, 0));
    // It copies what it has missed, and serves again.
    for other in ["db-1", "db-2"] {
        does(&mut sim, &Command::Restore(hop(other, "db-3")));
    }
    let changes = members(&mut sim, 10.0);
    assert_eq!(changes.iter().map(|(_, change)| change.clone()).collect::<Vec<_>>(), [("db-3".to_owned(), true)]);
    assert_eq!(view(&sim, "db-3").applied, 2);
}

#[test]
fn writes_wait_until_a_silent_member_is_expelled() {
    let mut sim = quiet(&group("1000000"));
    kill(&mut sim, "db-3");
    send(&mut sim, RequestKind::Write);
    seconds(&mut sim, 4.9);
    assert_eq!(writes(&sim), (0, 0), "the group still waits for db-3");
    seconds(&mut sim, 2.5);
    assert_eq!(writes(&sim), (1, 0));
    // The next one waits only for db-2.
    send(&mut sim, RequestKind::Write);
    seconds(&mut sim, 0.5);
    assert_eq!(writes(&sim), (2, 0));
    restore(&mut sim, "db-3");
    assert!(!view(&sim, "db-3").writable, "it must catch up first");
    seconds(&mut sim, 1.5);
    assert!(!view(&sim, "db-3").writable);
    seconds(&mut sim, 6.0);
    assert!(view(&sim, "db-3").writable && view(&sim, "db-3").applied == 2);
}

#[test]
fn of_two_members_neither_serves_alone() {
    let pair = r#"(traffic: (rate: 20.0), tls: (edge: None),
        components: [(id: "app", kind: App()), (id: "db-1", kind: Database(role: MultiPrimary)),
            (id: "db-2", kind: Database(role: MultiPrimary))],
        links: [(from: "app", to: "db-1"), (from: "db-1", to: "db-2")])"#;
    let mut sim = start(pair);
    seconds(&mut sim, 5.0);
    kill(&mut sim, "db-2");
    seconds(&mut sim, 10.0);
    assert!(!view(&sim, "db-1").writable);
    restore(&mut sim, "db-2");
    seconds(&mut sim, 10.0);
    assert!(view(&sim, "db-1").writable && view(&sim, "db-2").writable, "both are back");
    assert_eq!(view(&sim, "db-1").applied, view(&sim, "db-2").applied);
}

#[test]
fn roles_of_a_multi_primary_cluster_cannot_be_changed() {
    let mut sim = quiet(&group("1000000"));
    let refused = CommandError::AllWritable(component("db-1"));
    for command in [Command::Demote(ComponentId::new("db-1")), Command::Promote(ComponentId::new("db-1"))] {
        assert_eq!(sim.apply(&command, &mut ()), Err(refused.clone()));
    }
}
