//! Programs on a server with a number of cores share them.

use std::sync::Arc;
use std::time::Duration;

use hoplight::model::{Infrastructure, RequestKind, ServerId};
use hoplight::sim::{Command, Fault, Outcome, Recorder, SimTime, Simulation, Timeline, script};

use super::{component, server};

/// A web server with static pages of 10 ms, and an application with reads of 40 ms, on one server. Nobody sends requests but
/// the tests.
fn site(cores: &str) -> Arc<Infrastructure> {
    with(&format!("(id: \"server-1\"{cores})"), "", "None")
}

fn with(server: &str, app: &str, edge: &str) -> Arc<Infrastructure> {
    let text = format!(
        r#"(traffic: (rate: 0.0, new_visitors: 1.0), tls: (edge: {edge}, handshake_ms: 10.0), servers: [{server}],
            components: [
                (id: "web-1", kind: Web(), server: "server-1",
                    station: (service_static: Constant(ms: 10), service_read: Constant(ms: 0), service_write: Constant(ms: 0))),
                (id: "app-1", kind: App(), server: "server-1", station: (service: Constant(ms: 40), {app})),
            ],
            links: [(from: "browser", to: "web-1", latency_ms: 0.0), (from: "web-1", to: "app-1", latency_ms: 0.0)])"#
    );
    Arc::new(Infrastructure::from_ron("cores.ron", &text).unwrap_or_else(|error| panic!("{error}")))
}

/// The times in milliseconds at which requests end that are sent at time zero, and what is done at other times.
fn ends(infra: &Arc<Infrastructure>, kinds: &[RequestKind], acts: &[(u64, &str)]) -> Vec<f64> {
    let mut sim = Simulation::new(Arc::clone(infra), 1);
    let mut log = Log::default();
    for kind in kinds {
        sim.apply(&Command::Send(*kind), &mut log).expect("users can always send requests");
    }
    for (millis, words) in acts {
        sim.advance(SimTime::ZERO + Duration::from_millis(*millis), &mut log);
        let command = script::command(words, infra).unwrap_or_else(|error| panic!("{words}: {error:?}"));
        sim.apply(&command, &mut log).unwrap_or_else(|error| panic!("{words}: {error:?}"));
    }
    sim.advance(SimTime::from_secs(9), &mut log);
    log.0
}

#[derive(Default)]
struct Log(Vec<f64>);

impl hoplight::sim::Observer for Log {
    const NOTES: bool = false;

    fn note(&mut self, _: hoplight::sim::JournalEvent) {}

    fn ended(&mut self, at: SimTime, _: RequestKind, outcome: Outcome, _: u64) {
        assert!(outcome.is_ok(), "{outcome:?}");
        self.0.push((at.as_secs_f64() * 1e9).round() / 1e6);
    }
}

const READ: RequestKind = RequestKind::Read;
const STATIC: RequestKind = RequestKind::Static;

#[test]
fn more_threads_than_cores_share_them_equally() {
    // Two programs on one core: both run at half the speed until the page is done at 20 ms.
    assert_eq!(ends(&site(", cores: 1"), &[READ, STATIC], &[]), [20.0, 50.0]);
    // With a core for each, or without a number of cores, nothing competes.
    assert_eq!(ends(&site(", cores: 2"), &[READ, STATIC], &[]), [10.0, 40.0]);
    assert_eq!(ends(&site(""), &[READ, STATIC], &[]), [10.0, 40.0]);
    // Three threads on two cores run at two thirds of the speed.
    assert_eq!(ends(&site(", cores: 2"), &[READ, READ, STATIC], &[]), [15.0, 45.0, 45.0]);
}

#[test]
fn work_that_waits_needs_no_core() {
    // Half of the 40 ms is processor time, for which two reads compete; then each waits for 20 ms.
    let infra = with("(id: \"server-1\", cores: 1)", "cpu: 0.5", "None");
    assert_eq!(ends(&infra, &[READ, READ], &[]), [60.0, 60.0]);
    let infra = with("(id: \"server-1\", cores: 1)", "cpu: 0.0", "None");
    assert_eq!(ends(&infra, &[READ, READ], &[]), [40.0, 40.0]);
}

#[test]
fn handshakes_need_a_core_whatever_the_programs_share() {
    let infra = |cores: &str| with(&format!("(id: \"server-1\"{cores})"), "", "Terminate");
    assert_eq!(ends(&infra(""), &[STATIC, STATIC], &[]), [20.0, 20.0]);
    assert_eq!(ends(&infra(", cores: 1"), &[STATIC, STATIC], &[]), [40.0, 40.0]);
}

#[test]
fn a_change_of_the_threads_changes_the_speed_at_once() {
    let infra = site(", cores: 1");
    // 10 ms alone, then a quarter of the core for 40 ms, then alone again.
    assert_eq!(ends(&infra, &[READ], &[(10, "hog-cpu server-1 3"), (50, "clear hog-cpu server-1 3")]), [70.0]);
    // A second command replaces the number of threads: 10 + 20/2 + the rest at a quarter.
    assert_eq!(ends(&infra, &[READ], &[(10, "hog-cpu server-1 1"), (30, "hog-cpu server-1 3")]), [110.0]);
    // A slow program needs that many times as much processor time.
    assert_eq!(ends(&infra, &[], &[(5, "slow app-1 3"), (6, "send read"), (6, "send static")]), [26.0, 136.0]);
}

#[test]
fn a_hung_process_leaves_the_cores_to_others_and_continues_where_it_stopped() {
    let infra = site(", cores: 1");
    // The read is frozen with 35 ms left; the page continues alone from 10 ms and ends at 15 ms.
    assert_eq!(ends(&infra, &[READ, STATIC], &[(10, "hang app-1"), (100, "clear hang app-1")]), [15.0, 135.0]);
    // A wait for the disk is frozen, too: 20 ms of processor time, 5 ms of the wait, and the remaining 15 ms.
    let waits = with("(id: \"server-1\", cores: 1)", "cpu: 0.5", "None");
    assert_eq!(ends(&waits, &[READ], &[(25, "hang app-1"), (100, "clear hang app-1")]), [115.0]);
}

#[test]
fn the_work_of_a_process_that_ends_is_discarded() {
    let infra = site(", cores: 1");
    for (kill, restore, page) in [("kill app-1", "restore app-1", true), ("kill server-1", "restore server-1", false)] {
        let mut sim = Simulation::new(Arc::clone(&infra), 1);
        let act = |sim: &mut Simulation, words: &str| {
            let command = script::command(words, &infra).expect("a command");
            sim.apply(&command, &mut ()).expect("it has an effect");
        };
        act(&mut sim, "send read");
        act(&mut sim, "send static");
        sim.advance(SimTime::ZERO + Duration::from_millis(10), &mut ());
        act(&mut sim, kill);
        let running = |sim: &Simulation| sim.cpu(&ServerId::new("server-1")).expect("cores").running;
        assert_eq!(running(&sim), u32::from(page), "{kill}");
        act(&mut sim, restore);
        sim.advance(SimTime::from_secs(20), &mut ());
        // The page has used 10 ms or, on the machine that lost power, 5 ms; the read 5 ms.
        let cpu = sim.cpu(&ServerId::new("server-1")).expect("cores");
        assert_eq!((cpu.running, cpu.used_ns), (0, if page { 15_000_000 } else { 10_000_000 }), "{kill}");
    }
}

#[test]
fn processor_time_is_measured() {
    let text = include_str!("../../assets/shared-cores.ron");
    let infra = Arc::new(Infrastructure::from_ron("shared-cores.ron", text).expect("a valid scenario"));
    let mut sim = Simulation::new(Arc::clone(&infra), 1);
    let mut recorder = Recorder::new(SimTime::ZERO);
    sim.advance(SimTime::from_secs(200), &mut recorder);
    let id = ServerId::new("server-1");
    let used = |sim: &Simulation| sim.cpu(&id).expect("cores").used_ns as f64 / 1e9;
    let part = used(&sim) / 200.0 / 2.0;
    // What the capacity analysis expects: demand times rate.
    let capacity = hoplight::analysis::Capacity::of(&infra, &hoplight::analysis::Outage::none());
    let of_cores = |of: &hoplight::analysis::capacity::Utilisation| matches!(of.resource, hoplight::analysis::Resource::Cores(_));
    let expected = capacity.utilisation(90.0).into_iter().find(of_cores).expect("cores are a resource").part();
    assert!((part / expected - 1.0).abs() < 0.03, "measured {part}, expected {expected}");
    // A program that never waits uses what is left, and the site's programs still get what they need.
    let before = (used(&sim), sim.totals().completed);
    sim.apply(&Command::Fault(Fault::CpuHog(id.clone(), 2)), &mut ()).expect("the server has cores");
    sim.advance(SimTime::from_secs(300), &mut ());
    let view = sim.cpu(&id).expect("cores");
    assert!((view.utilisation - 1.0).abs() < 1e-9, "{view:?}");
    assert!(((used(&sim) - before.0) / 200.0 / expected - 1.0).abs() < 0.05, "{} {expected}", used(&sim) - before.0);
    let whole = (view.used_ns + view.others_used_ns) as f64 / 1e9 - before.0;
    assert!((whole - 200.0).abs() < 1e-3, "{whole} s on two cores in 100 s");
    assert!(sim.totals().completed > before.1 + 8_000);
}

#[test]
fn going_back_and_forth_equals_an_uninterrupted_run() {
    let text = include_str!("../../assets/shared-cores.ron");
    let infra = Arc::new(Infrastructure::from_ron("shared-cores.ron", text).expect("a valid scenario"));
    let script = |timeline: &mut Timeline, until: u64| {
        let hog = Fault::CpuHog(ServerId::new("server-1"), 4);
        for (at, command) in [
            (3, Command::Fault(hog.clone())),
            (5, Command::Fault(Fault::Hang(component("db-1")))),
            (7, Command::Clear(Fault::Hang(component("db-1")))),
            (8, Command::Clear(hog)),
            (9, Command::Kill(server("server-1"))),
            (10, Command::Restore(server("server-1"))),
        ] {
            timeline.seek(SimTime::from_secs(at));
            timeline.apply(command).expect("it has an effect");
        }
        timeline.seek(SimTime::from_secs(until));
    };
    let mut wandering = Timeline::new(Simulation::new(Arc::clone(&infra), 11));
    script(&mut wandering, 15);
    for tenths in [149, 20, 61, 98, 150, 5, 150] {
        wandering.seek(SimTime::ZERO + Duration::from_millis(tenths * 100));
        let mut direct = Timeline::new(Simulation::new(Arc::clone(&infra), 11));
        script(&mut direct, 15);
        direct.seek(SimTime::ZERO + Duration::from_millis(tenths * 100));
        assert!(wandering.simulation() == direct.simulation(), "at {tenths} tenths of a second");
    }
}

#[test]
fn sequence_numbers_and_pending_events_do_not_pile_up() {
    // An overloaded server changes its threads often; each change may leave an obsolete event behind.
    let infra = with("(id: \"server-1\", cores: 1)", "slots: 100, queue: 1000", "None");
    let mut sim = Simulation::new(Arc::clone(&infra), 1);
    for _ in 0..100 {
        sim.apply(&Command::Send(READ), &mut ()).expect("users can always send requests");
    }
    sim.advance(SimTime::ZERO + Duration::from_millis(3_999), &mut ());
    assert_eq!(sim.cpu(&ServerId::new("server-1")).expect("cores").running, 100);
    // All end at once: 100 jobs of 40 ms on one core.
    sim.advance(SimTime::from_secs(5), &mut ());
    assert_eq!((sim.totals().completed, sim.in_flight()), (100, 0));
    assert!(sim.processed() < 2_000, "{} events", sim.processed());
}
