//! The database tier: replication, staleness, promotion, failover, split brain and quorum.

#[path = "database/group.rs"]
mod group;
#[path = "database/proxy.rs"]
mod proxy;

use std::sync::Arc;
use std::time::Duration;

use hoplight::model::quantity::{Rate, Seconds};
use hoplight::model::{ComponentId, ComponentKind, DatabaseRole, Element, Infrastructure, RequestKind, ServerId};
use hoplight::sim::{Command, CommandError, DatabaseView, EventKind, Failure, JournalEvent, SimTime, Simulation, Timeline};
use proptest::prelude::*;

const REPLICATED: &str = include_str!("data/replicated.ron");
const QUORUM: &str = include_str!("data/quorum.ron");
const PRIMARY: &str = "Database(role: Primary)";
const FAILOVER: &str = "Database(role: Primary, failover: Automatic(after_s: 15.0))";
const FENCED: &str = "Database(role: Primary, failover: Automatic(after_s: 15.0), fence: true)";

fn infra(text: &str) -> Arc<Infrastructure> {
    Arc::new(Infrastructure::from_ron("test.ron", text).unwrap_or_else(|error| panic!("{error}")))
}

fn start(text: &str) -> Simulation {
    Simulation::new(infra(text), 1)
}

/// Creates a simulation without arrivals.
fn quiet(text: &str) -> Simulation {
    let mut sim = start(text);
    rate(&mut sim, 0.0);
    sim
}

fn rate(sim: &mut Simulation, rate: f64) {
    does(sim, &Command::Rate(Rate::new(rate).expect("in range")));
}

fn does(sim: &mut Simulation, command: &Command) {
    sim.apply(command, &mut ()).unwrap_or_else(|error| panic!("{command:?}: {error:?}"));
}

fn kill(sim: &mut Simulation, id: &str) {
    does(sim, &Command::Kill(component(id)));
}

fn restore(sim: &mut Simulation, id: &str) {
    does(sim, &Command::Restore(component(id)));
}

fn component(id: &str) -> Element {
    Element::Component(ComponentId::new(id))
}

fn hop(from: &str, to: &str) -> Element {
    Element::Hop(ComponentId::new(from), ComponentId::new(to))
}

fn promote(id: &str) -> Command {
    Command::Promote(ComponentId::new(id))
}

fn lag(id: &str, seconds: f64) -> Command {
    Command::Lag(ComponentId::new(id), Seconds::new(seconds).expect("in range"))
}

fn view(sim: &Simulation, id: &str) -> DatabaseView {
    let ix = sim.infrastructure().find(id).expect("the component exists");
    sim.database(ix).expect("a database")
}

fn views(sim: &Simulation) -> Vec<DatabaseView> {
    sim.infrastructure().components().filter_map(|(ix, _)| sim.database(ix)).collect()
}

fn seconds(sim: &mut Simulation, seconds: f64) {
    sim.advance(sim.now() + Duration::from_secs_f64(seconds), &mut ());
}

/// Advances the simulation and returns the events selected by `pick`, each with its time in milliseconds.
fn watch<T>(sim: &mut Simulation, secs: f64, mut pick: impl FnMut(&EventKind) -> Option<T>) -> Vec<(f64, T)> {
    let mut found = Vec::new();
    let mut observer = |note: JournalEvent| {
        if let Some(what) = pick(&note.what) {
            found.push((note.at.nanos() as f64 / 1e6, what));
        }
    };
    sim.advance(sim.now() + Duration::from_secs_f64(secs), &mut observer);
    found
}

fn send(sim: &mut Simulation, kind: RequestKind) {
    does(sim, &Command::Send(kind));
}

fn writes(sim: &Simulation) -> (u64, u64) {
    let totals = sim.totals_of(RequestKind::Write);
    (totals.completed, totals.failed)
}

/// Compares sums of milliseconds up to rounding errors.
fn same(measured: f64, exact: f64) {
    assert!((measured - exact).abs() < 1e-6, "measured {measured}, exact {exact}");
}

fn ids(sim: &Simulation) -> [hoplight::model::ComponentIx; 3] {
    ["db-1", "db-2", "db-3"].map(|id| sim.infrastructure().find(id).expect("the component exists"))
}

#[test]
fn lag_is_latency_plus_apply_time() {
    let mut sim = quiet(REPLICATED);
    send(&mut sim, RequestKind::Write);
    while view(&sim, "db-1").position == 0 {
        sim.step(&mut ());
    }
    let committed = sim.now();
    for ms in [10, 50] {
        sim.advance(committed + Duration::from_millis(ms), &mut ());
        let replica = view(&sim, "db-2");
        assert_eq!((replica.applied, replica.position, replica.lag_changes), (0, 1, 1));
        assert_eq!(replica.lag_s, Some(ms as f64 / 1e3));
    }
    sim.advance(committed + Duration::from_millis(51), &mut ());
    let replica = view(&sim, "db-2");
    assert_eq!((replica.applied, replica.lag_changes, replica.lag_s), (1, 0, Some(0.0)));
    assert_eq!(replica.delay_s, Some(0.051));
}

#[test]
fn a_lag_spike_is_measured_and_passes() {
    let mut sim = start(REPLICATED);
    seconds(&mut sim, 5.0);
    assert!(view(&sim, "db-2").lag_s.is_some_and(|lag| lag <= 0.052));
    does(&mut sim, &lag("db-2", 30.0));
    seconds(&mut sim, 60.0);
    let (slow, fast) = (view(&sim, "db-2"), view(&sim, "db-3"));
    let behind = slow.lag_s.expect("the database replicates");
    assert!((29.8..=30.001).contains(&behind), "{slow:?}");
    assert!((slow.delay_s.expect("a change was applied") - 30.001).abs() < 0.001, "{slow:?}");
    assert!((600..900).contains(&slow.lag_changes) && fast.lag_s.is_some_and(|lag| lag < 0.052), "{slow:?} {fast:?}");
    assert!(slow.stale_reads > 1_000);
    does(&mut sim, &lag("db-2", 0.05));
    seconds(&mut sim, 1.0);
    assert!(view(&sim, "db-2").lag_s.is_some_and(|lag| lag <= 0.052), "the backlog is applied at full speed");
}

#[test]
fn interrupted_replication_reports_null_lag_and_catches_up() {
    for broken in [hop("db-1", "db-2"), component("db-2"), Element::Server(ServerId::new("server-2"))] {
        let mut sim = start(REPLICATED);
        // Also cut the other replication path.
        does(&mut sim, &Command::Kill(hop("db-3", "db-2")));
        seconds(&mut sim, 10.0);
        does(&mut sim, &Command::Kill(broken.clone()));
        seconds(&mut sim, 100.0);
        let (primary, replica) = (view(&sim, "db-1"), view(&sim, "db-2"));
        assert_eq!(replica.lag_s, None, "{broken}");
        assert!(replica.lag_changes > 2_000 && primary.applied == replica.applied + replica.lag_changes);
        does(&mut sim, &Command::Restore(broken.clone()));
        // Reconnecting takes up to a second, and applying each change takes a tenth of a millisecond.
        seconds(&mut sim, 1.5);
        rate(&mut sim, 0.0);
        seconds(&mut sim, 1.0);
        let (primary, replica) = (view(&sim, "db-1"), view(&sim, "db-2"));
        assert_eq!((replica.applied, replica.lag_s), (primary.applied, Some(0.0)), "{broken}");
        assert_eq!(primary.applied, writes(&sim).0, "{broken}");
    }
}

#[test]
fn stale_reads_are_counted_exactly() {
    let mut sim = quiet(REPLICATED);
    does(&mut sim, &lag("db-2", 10.0));
    send(&mut sim, RequestKind::Read);
    seconds(&mut sim, 1.0);
    assert_eq!(view(&sim, "db-2").stale_reads, 0, "nothing was written");
    send(&mut sim, RequestKind::Write);
    // The read starts at db-2 before the write is committed at db-1, because both paths take equally long.
    send(&mut sim, RequestKind::Read);
    seconds(&mut sim, 1.0);
    assert_eq!(view(&sim, "db-2").stale_reads, 0);
    for _ in 0..7 {
        send(&mut sim, RequestKind::Read);
        seconds(&mut sim, 1.0);
    }
    assert_eq!(view(&sim, "db-2").stale_reads, 7);
    seconds(&mut sim, 3.0);
    send(&mut sim, RequestKind::Read);
    seconds(&mut sim, 1.0);
    let replica = view(&sim, "db-2");
    assert_eq!((replica.stale_reads, replica.applied), (7, 1), "it has caught up");
    assert_eq!(view(&sim, "db-1").stale_reads, 0);
    // Cut off from the primary, db-2 goes stale without knowing it.
    does(&mut sim, &Command::Kill(Element::Server(ServerId::new("server-2"))));
    send(&mut sim, RequestKind::Write);
    seconds(&mut sim, 1.0);
    for link in [hop("db-1", "db-2"), hop("db-3", "db-2")] {
        does(&mut sim, &Command::Kill(link));
    }
    does(&mut sim, &Command::Restore(Element::Server(ServerId::new("server-2"))));
    send(&mut sim, RequestKind::Read);
    seconds(&mut sim, 1.0);
    assert_eq!((view(&sim, "db-2").stale_reads, view(&sim, "db-2").lag_s), (8, None));
}

#[test]
fn a_replica_refuses_writes_until_it_is_promoted() {
    let mut sim = quiet(REPLICATED);
    kill(&mut sim, "db-1");
    send(&mut sim, RequestKind::Write);
    let fails = watch(&mut sim, 1.0, |what| match what {
        EventKind::Fails { failure, why, .. } => Some((*failure, *why)),
        _ => None,
    });
    assert_eq!(
        fails.iter().map(|(_, why)| *why).collect::<Vec<_>>(),
        [(Failure::ServerError, hoplight::sim::FailureReason::ReadOnly)]
    );
    let before = sim.now();
    does(&mut sim, &promote("db-3"));
    let promoted = watch(&mut sim, 1.0, |what| matches!(what, EventKind::Promoted { lost: 0, .. }).then_some(()));
    assert_eq!(promoted.len(), 1);
    same(promoted[0].0, before.nanos() as f64 / 1e6 + 41.0);
    assert_eq!((view(&sim, "db-3").writable, view(&sim, "db-3").role), (true, DatabaseRole::Primary));
    // The first write may show the driver that the primary has changed; the second one must succeed.
    for _ in 0..2 {
        send(&mut sim, RequestKind::Write);
        seconds(&mut sim, 1.0);
    }
    assert!(writes(&sim).0 >= 1);
    // The third database replicates from the new primary.
    assert_eq!((view(&sim, "db-2").applied, view(&sim, "db-2").lag_s), (view(&sim, "db-3").applied, Some(0.0)));
}

#[test]
fn writes_lost_by_a_promotion_are_counted_by_position() {
    let mut sim = start(REPLICATED);
    does(&mut sim, &lag("db-3", 5.0));
    seconds(&mut sim, 20.0);
    kill(&mut sim, "db-1");
    let (primary, replica) = (view(&sim, "db-1"), view(&sim, "db-3"));
    assert!(primary.acknowledged == primary.applied && primary.applied > replica.applied + 80, "{primary:?} {replica:?}");
    let lost = primary.acknowledged - replica.applied;
    does(&mut sim, &promote("db-3"));
    let notes = watch(&mut sim, 1.0, |what| if let EventKind::Promoted { lost, .. } = what { Some(*lost) } else { None });
    assert_eq!(notes.iter().map(|(_, lost)| *lost).collect::<Vec<_>>(), [lost]);
    assert_eq!((view(&sim, "db-3").lost_writes, view(&sim, "db-1").divergent_writes), (lost, lost));
    seconds(&mut sim, 20.0);
    rate(&mut sim, 0.0);
    seconds(&mut sim, 10.0);
    // The valid history holds the writes acknowledged to users, minus the lost ones.
    assert_eq!(view(&sim, "db-3").applied, writes(&sim).0 - lost);
    assert_eq!(view(&sim, "db-2").applied, view(&sim, "db-3").applied, "changes that the new primary lacks are rolled back");
}

#[test]
fn an_automatic_failover_comes_after_its_delay() {
    let mut sim = start(&REPLICATED.replace(PRIMARY, FAILOVER));
    seconds(&mut sim, 20.3);
    kill(&mut sim, "db-1");
    let promoted =
        watch(&mut sim, 30.0, |what| if let EventKind::Promoted { database, .. } = what { Some(*database) } else { None });
    // The last heartbeat arrived at 20 s; add fifteen seconds of silence and the promotion statements. The first of two
    // equally up-to-date replicas is promoted.
    assert_eq!(promoted, [(35_041.0, ids(&sim)[1])]);
    // With the authored links, no driver can write to db-2. In the other layout, a driver finds the writer by trying.
    let text = REPLICATED.replace(PRIMARY, FAILOVER).replace("kinds: [Read]", "kinds: [Read, Write]");
    let mut sim = start(&text);
    seconds(&mut sim, 20.3);
    kill(&mut sim, "db-1");
    seconds(&mut sim, 20.0);
    let before = writes(&sim);
    seconds(&mut sim, 10.0);
    let after = writes(&sim);
    assert!(after.0 > before.0 + 150 && after.1 == before.1, "{before:?} {after:?}");
}

#[test]
fn an_unfenced_primary_that_returns_causes_split_brain() {
    let text = REPLICATED.replace("kinds: [Read]", "kinds: [Read, Write]");
    for (role, split) in [(FAILOVER, true), (FENCED, false)] {
        let mut sim = start(&text.replace(PRIMARY, role));
        seconds(&mut sim, 10.0);
        kill(&mut sim, "db-1");
        seconds(&mut sim, 30.0);
        assert_eq!(views(&sim).iter().filter(|view| view.writable).count(), 1);
        restore(&mut sim, "db-1");
        assert_eq!(views(&sim).iter().filter(|view| view.writable).count(), if split { 2 } else { 1 });
        // Let a driver find the old primary again.
        kill(&mut sim, "db-2");
        seconds(&mut sim, 5.0);
        restore(&mut sim, "db-2");
        seconds(&mut sim, 5.0);
        rate(&mut sim, 0.0);
        seconds(&mut sim, 5.0);
        let (old, new) = (view(&sim, "db-1"), view(&sim, "db-2"));
        assert!(new.writable);
        if split {
            assert!(old.writable && old.divergent_writes > 100, "{old:?}");
            assert_eq!(old.divergent_writes, old.acknowledged - (new.applied - (writes(&sim).0 - old.acknowledged)));
            // Fencing by hand loses exactly the writes that only the old primary had.
            let only_here = old.divergent_writes;
            does(&mut sim, &Command::Demote(ComponentId::new("db-1")));
            seconds(&mut sim, 5.0);
            let old = view(&sim, "db-1");
            assert_eq!((old.lost_writes, old.divergent_writes, old.applied), (only_here, 0, new.applied));
        } else {
            assert_eq!((old.role, old.writable, old.lag_s), (DatabaseRole::Replica, false, Some(0.0)), "{old:?}");
            assert_eq!((old.applied, old.lost_writes), (new.applied, 0));
        }
        let lost: u64 = views(&sim).iter().map(|view| view.lost_writes).sum();
        assert_eq!(new.applied, writes(&sim).0 - lost);
    }
}

#[test]
fn a_partition_causes_a_false_failover() {
    let text = REPLICATED.replace("kinds: [Read]", "kinds: [Read, Write]");
    for (role, fenced) in [(FAILOVER, false), (FENCED, true)] {
        let mut sim = start(&text.replace(PRIMARY, role));
        seconds(&mut sim, 10.0);
        // The primary is up and accepts writes, but the replicas cannot reach it.
        for link in [hop("db-1", "db-2"), hop("db-1", "db-3")] {
            does(&mut sim, &Command::Kill(link));
        }
        seconds(&mut sim, 20.0);
        assert_eq!(views(&sim).iter().filter(|view| view.writable).count(), 2, "each side has one");
        assert!(view(&sim, "db-1").divergent_writes > 100);
        for link in [hop("db-1", "db-2"), hop("db-1", "db-3")] {
            does(&mut sim, &Command::Restore(link));
        }
        seconds(&mut sim, 3.0);
        assert_eq!(views(&sim).iter().filter(|view| view.writable).count(), if fenced { 1 } else { 2 });
        rate(&mut sim, 0.0);
        seconds(&mut sim, 5.0);
        let lost: u64 = views(&sim).iter().map(|view| view.lost_writes).sum();
        if fenced {
            assert!(lost > 100);
            let newest = views(&sim).into_iter().find(|view| view.writable).expect("one is writable");
            assert_eq!(newest.applied, writes(&sim).0 - lost);
            assert!(views(&sim).iter().all(|view| view.applied == newest.applied && view.divergent_writes == 0));
        }
    }
    // A replica that still receives heartbeats prevents the other from a false failover.
    let mut sim = start(&text.replace(PRIMARY, FAILOVER));
    does(&mut sim, &Command::Kill(hop("db-1", "db-2")));
    seconds(&mut sim, 40.0);
    assert!(view(&sim, "db-1").writable && views(&sim).iter().filter(|view| view.writable).count() == 1);
}

#[test]
fn semi_synchronous_writes_wait_one_round_trip_and_at_most_ten_seconds() {
    // A driver that follows the primary would try a replica after the first timeout.
    let text = REPLICATED.replace(PRIMARY, "Database(role: Primary, semi_sync: true)");
    let mut sim = quiet(&text.replace("kind: App()", "kind: App(follow_primary: false)"));
    let mut asynchronous = quiet(REPLICATED);
    let latency =
        |sim: &mut Simulation| {
            send(sim, RequestKind::Write);
            let ends = watch(sim, 20.0, |what| {
                if let EventKind::Ended { outcome: Ok(()), latency_ms } = what { Some(*latency_ms) } else { None }
            });
            ends.first().map(|(_, ms)| *ms)
        };
    let usual = latency(&mut asynchronous).expect("the write succeeds");
    assert_eq!(latency(&mut sim), Some(usual + 2.0));
    for link in [hop("db-1", "db-2"), hop("db-1", "db-3")] {
        does(&mut sim, &Command::Kill(link));
    }
    // The application times out before ten seconds; after them, the primary falls back to asynchronous commits.
    assert_eq!(latency(&mut sim), None);
    assert_eq!(latency(&mut sim), Some(usual));
    assert_eq!(view(&sim, "db-1").acknowledged, 3);
    for link in [hop("db-1", "db-2"), hop("db-1", "db-3")] {
        does(&mut sim, &Command::Restore(link));
    }
    seconds(&mut sim, 3.0);
    assert_eq!(latency(&mut sim), Some(usual + 2.0), "the replicas have caught up");
}

fn writer(sim: &Simulation) -> Option<hoplight::model::ComponentIx> {
    let mut writers = sim.infrastructure().components().filter(|(ix, _)| sim.database(*ix).is_some_and(|view| view.writable));
    let first = writers.next().map(|(ix, _)| ix);
    assert!(writers.next().is_none(), "at most one member takes writes");
    first
}

#[test]
fn a_quorum_commits_with_the_fastest_other_member() {
    let mut sim = quiet(QUORUM);
    send(&mut sim, RequestKind::Write);
    let ends = watch(&mut sim, 1.0, |what| if let EventKind::Ended { latency_ms, .. } = what { Some(*latency_ms) } else { None });
    // Network to the user 4 × 25 ms because the connection is new, application 1 ms, network to db-1 2 × 0.25 ms, service
    // 2 ms, network to db-2 2 × 1 ms.
    same(ends[0].1, 100.0 + 1.0 + 0.5 + 2.0 + 2.0);
    kill(&mut sim, "db-2");
    send(&mut sim, RequestKind::Write);
    let ends = watch(&mut sim, 1.0, |what| if let EventKind::Ended { latency_ms, .. } = what { Some(*latency_ms) } else { None });
    same(ends[0].1, 100.0 + 1.0 + 0.5 + 2.0 + 4.0);
    assert!(sim.apply(&promote("db-3"), &mut ()).is_err());
}

#[test]
fn a_quorum_of_three_survives_the_loss_of_its_writer_and_loses_nothing() {
    let mut sim = start(QUORUM);
    seconds(&mut sim, 20.3);
    kill(&mut sim, "db-1");
    let elected =
        watch(
            &mut sim,
            20.0,
            |what| if let EventKind::Promoted { database, lost } = what { Some((*database, *lost)) } else { None },
        );
    // The last heartbeat arrived at 20 s; a member is expelled after ten seconds of silence.
    assert_eq!(elected, [(30_000.0, (ids(&sim)[1], 0))]);
    let before = writes(&sim);
    seconds(&mut sim, 10.0);
    let after = writes(&sim);
    assert!(after.0 > before.0 + 150 && after.1 == before.1, "{before:?} {after:?}");
    restore(&mut sim, "db-1");
    rate(&mut sim, 0.0);
    seconds(&mut sim, 10.0);
    assert_eq!(writer(&sim), Some(ids(&sim)[1]));
    let all = views(&sim);
    assert!(all.iter().all(|view| view.applied == all[1].applied && view.lag_s == Some(0.0) && view.lost_writes == 0), "{all:?}");
    assert!(all[1].applied >= writes(&sim).0);
}

#[test]
fn without_a_majority_no_member_takes_writes() {
    for dead in [["db-2", "db-3"], ["db-1", "db-2"]] {
        let mut sim = start(QUORUM);
        seconds(&mut sim, 10.0);
        for id in dead {
            kill(&mut sim, id);
        }
        let at_most = writes(&sim).0 + 2;
        seconds(&mut sim, 30.0);
        assert_eq!(writer(&sim), None, "{dead:?}");
        assert!(writes(&sim).0 <= at_most, "only acknowledgements in flight still arrive");
        let failed = sim.failures().find(|(failure, _)| *failure == Failure::ServerError).map(|(_, count)| count);
        assert!(failed.is_some_and(|failed| failed > 400), "{failed:?}");
        // Restore the majority.
        restore(&mut sim, dead[1]);
        seconds(&mut sim, 20.0);
        assert!(writer(&sim).is_some());
        assert!(views(&sim).iter().all(|view| view.lost_writes == 0));
    }
}

#[test]
fn the_minority_side_of_a_partition_refuses_writes() {
    let mut sim = start(QUORUM);
    seconds(&mut sim, 10.3);
    for link in [hop("db-1", "db-2"), hop("db-1", "db-3")] {
        does(&mut sim, &Command::Kill(link));
    }
    let acknowledged = view(&sim, "db-1").acknowledged;
    seconds(&mut sim, 20.0);
    assert_eq!(writer(&sim), Some(ids(&sim)[1]), "the majority has elected");
    assert!(view(&sim, "db-1").acknowledged <= acknowledged + 2);
    for link in [hop("db-1", "db-2"), hop("db-1", "db-3")] {
        does(&mut sim, &Command::Restore(link));
    }
    rate(&mut sim, 0.0);
    seconds(&mut sim, 10.0);
    let all = views(&sim);
    assert!(
        all.iter().all(|view| view.applied == all[1].applied && view.divergent_writes == 0 && view.lost_writes == 0),
        "{all:?}"
    );
}

/// Formats a quorum cluster of `n` members, with every pair linked.
fn quorum_of(n: usize) -> String {
    let list = |records: Vec<String>| records.join(", ");
    let role = "Database(role: Member, expel_s: 5.0)";
    let members = list((1..=n).map(|i| format!("(id: \"db-{i}\", kind: {role})")).collect());
    let asked = list((1..=n).map(|i| format!("(from: \"app-1\", to: \"db-{i}\", protocol: Sql)")).collect());
    let pairs = (1..=n).flat_map(|a| (a + 1..=n).map(move |b| (a, b)));
    let links = list(pairs.map(|(a, b)| format!("(from: \"db-{a}\", to: \"db-{b}\", protocol: Replication)")).collect());
    format!(
        r#"#![enable(implicit_some)](format: 1, id: "cluster", title: "Cluster", summary: "A cluster.",
            traffic: (rate: 50.0, static_share: 0.0, write_share: 1.0, new_visitors: 0.0), tls: (edge: None),
            components: [(id: "browser", kind: Browser), (id: "app-1", kind: App(), station: (slots: 400, queue: 4000)), {members}],
            links: [(from: "browser", to: "app-1", protocol: Http), {asked}, {links}])"#
    )
}

#[test]
fn four_members_tolerate_no_more_than_three() {
    for (members, tolerated) in [(3, 1), (4, 1), (5, 2)] {
        for dead in [tolerated, tolerated + 1] {
            let mut sim = start(&quorum_of(members));
            seconds(&mut sim, 5.0);
            (1..=dead).for_each(|i| kill(&mut sim, &format!("db-{i}")));
            seconds(&mut sim, 15.0);
            let before = writes(&sim).0;
            seconds(&mut sim, 5.0);
            assert_eq!(writes(&sim).0 > before, dead == tolerated, "{dead} of {members}");
            assert_eq!(writer(&sim).is_some(), dead == tolerated, "{dead} of {members}");
        }
    }
}

#[test]
fn roles_survive_rewinding() {
    let mut timeline = Timeline::new(start(&REPLICATED.replace(PRIMARY, FENCED)));
    let act = |timeline: &mut Timeline, at: u64, command: Command| {
        timeline.seek(SimTime::from_secs(at));
        timeline.apply(command).expect("the command is accepted");
    };
    act(&mut timeline, 10, lag("db-2", 20.0));
    act(&mut timeline, 20, Command::Kill(component("db-1")));
    act(&mut timeline, 60, Command::Restore(component("db-1")));
    timeline.seek(SimTime::from_secs(90));
    let end = timeline.simulation().clone();
    for back in [70, 36, 15, 35] {
        timeline.seek(SimTime::from_secs(back));
        timeline.seek(SimTime::from_secs(90));
        assert!(*timeline.simulation() == end, "back to {back} s");
    }
    assert!(views(&end).iter().any(|view| view.lost_writes > 0 || view.lag_changes > 0));
}

#[test]
fn invalid_commands_change_nothing() {
    let mut sim = start(REPLICATED);
    seconds(&mut sim, 3.0);
    let before = sim.clone();
    let id = ComponentId::new;
    kill(&mut sim, "db-2");
    let down = sim.clone();
    let element = |name: &str| Element::Component(id(name));
    for (command, reason) in [
        (promote("db-1"), CommandError::AlreadyWritable(element("db-1"))),
        (promote("db-2"), CommandError::Down(element("db-2"))),
        (promote("app-1"), CommandError::NotDatabase(element("app-1"))),
        (promote("db-9"), CommandError::Unknown(element("db-9"))),
        (lag("app-1", 1.0), CommandError::NotDatabase(element("app-1"))),
        (Command::Demote(id("db-3")), CommandError::AlreadyReadOnly(element("db-3"))),
    ] {
        assert_eq!(sim.apply(&command, &mut ()), Err(reason), "{command:?}");
        assert!(sim == down, "{command:?}");
    }
    assert!(before != down);
}

#[test]
fn invalid_clusters_are_refused() {
    let member = |text: &str| QUORUM.replacen("Database(role: Member)", text, 1);
    let wrong = |text: String| {
        let error = Infrastructure::from_ron("x.ron", &text).expect_err("an invalid scenario");
        hoplight::text::read_error(error).to_string()
    };
    for (text, reason) in [
        (
            REPLICATED.replacen("role: Replica", "role: Replica, fence: true", 1),
            "`db-2` is a replica, but `fence` is a setting of primaries",
        ),
        (REPLICATED.replacen("role: Primary", "role: Primary, expel_s: Some(5.0)", 1), "but `expel_s` is a setting of members"),
        (member("Database(role: Primary)"), "joins the member `db-2` with the primary `db-1`"),
        (member("Database(role: Member, semi_sync: true)"), "`db-1` is a member, but `semi_sync` is a setting of primaries"),
        (
            QUORUM.replace("(from: \"db-2\", to: \"db-3\", protocol: Replication, latency_ms: 1.0),", ""),
            "the members `db-2` and `db-3` need a replication link",
        ),
        (quorum_of(2), "has 2 members; it needs 3 to 9"),
        (
            REPLICATED.replace(PRIMARY, FAILOVER).replace("role: Replica, lag_s: 0.05", "role: Primary"),
            "no replication link leads to a replica",
        ),
    ] {
        let error = wrong(text);
        assert!(error.contains(reason), "{error}");
        assert!(error.starts_with("x.ron:"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_quorum_never_loses_an_acknowledged_write(
        seed in any::<u64>(),
        members in 3usize..6,
        script in prop::collection::vec((any::<bool>(), any::<usize>(), 1u64..9_000), 1..25),
    ) {
        let infra = infra(&quorum_of(members));
        let mut sim = Simulation::new(Arc::clone(&infra), seed);
        let parts: Vec<Element> = infra
            .components()
            .filter(|(_, component)| matches!(component.kind, ComponentKind::Database(_)))
            .map(|(_, component)| Element::Component(component.id.clone()))
            .chain(infra.links().filter(|(_, link)| link.protocol == hoplight::model::Protocol::Replication).map(|(link, _)| infra.hop_element(link)))
            .collect();
        for (breaks, which, millis) in script {
            let part = parts[which % parts.len()].clone();
            let _ = sim.apply(&if breaks { Command::Kill(part) } else { Command::Restore(part) }, &mut ());
            sim.advance(sim.now() + Duration::from_millis(millis), &mut ());
            let before = writes(&sim).0;
            // All acknowledged writes are in the valid history.
            let valid = views(&sim).iter().map(|view| view.acknowledged).max().unwrap_or_default();
            prop_assert!(valid >= before, "{before} were acknowledged, {valid} are kept");
            prop_assert!(views(&sim).iter().all(|view| view.lost_writes == 0 && view.divergent_writes == 0));
        }
        for part in &parts {
            let _ = sim.apply(&Command::Restore(part.clone()), &mut ());
        }
        sim.advance(sim.now() + Duration::from_secs(20), &mut ());
        rate(&mut sim, 0.0);
        sim.advance(sim.now() + Duration::from_secs(20), &mut ());
        prop_assert!(writer(&sim).is_some(), "a majority elects");
        let all = views(&sim);
        prop_assert!(all.iter().all(|view| view.applied == all[0].applied && view.lost_writes == 0), "{all:?}");
        prop_assert!(all[0].applied >= writes(&sim).0);
        prop_assert_eq!((sim.in_flight(), sim.records()), (0, 0));
    }

    #[test]
    fn without_a_quorum_every_loss_is_counted(
        seed in any::<u64>(),
        script in prop::collection::vec((0u8..6, any::<usize>(), 1u64..30_000), 1..20),
    ) {
        let text = REPLICATED.replace(PRIMARY, FENCED).replace("kinds: [Read]", "kinds: [Read, Write]");
        let infra = infra(&text);
        let mut sim = Simulation::new(Arc::clone(&infra), seed);
        let mut again = sim.clone();
        let parts = [component("db-1"), component("db-2"), component("db-3"), hop("db-1", "db-2"), hop("db-1", "db-3"), hop("db-3", "db-2")];
        let databases = ["db-1", "db-2", "db-3"];
        for (what, which, millis) in script {
            let command = match what {
                0 | 1 => Command::Kill(parts[which % 6].clone()),
                2 | 3 => Command::Restore(parts[which % 6].clone()),
                4 => promote(databases[which % 3]),
                _ => lag(databases[which % 3], 0.001 + (which % 20) as f64),
            };
            prop_assert_eq!(sim.apply(&command, &mut ()), again.apply(&command, &mut ()));
            let until = sim.now() + Duration::from_millis(millis);
            sim.advance(until, &mut ());
            again = again.clone();
            again.advance(until, &mut ());
            prop_assert!(sim == again);
        }
        for part in &parts {
            let _ = sim.apply(&Command::Restore(part.clone()), &mut ());
        }
        for id in databases {
            does(&mut sim, &lag(id, 0.05));
        }
        sim.advance(sim.now() + Duration::from_secs(40), &mut ());
        rate(&mut sim, 0.0);
        sim.advance(sim.now() + Duration::from_secs(40), &mut ());
        let all = views(&sim);
        prop_assert_eq!(all.iter().filter(|view| view.writable).count(), 1, "{:?}", all);
        prop_assert!(all.iter().all(|view| view.applied == all[0].applied && view.divergent_writes == 0), "{all:?}");
        prop_assert_eq!((sim.in_flight(), sim.records()), (0, 0));
    }
}
