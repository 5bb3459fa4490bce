//! Guarantees of the simulation, tested on the shipped scenarios.

#[path = "simulation/attention.rs"]
mod attention;
#[path = "simulation/caches.rs"]
mod caches;
#[path = "simulation/cores.rs"]
mod cores;
#[path = "simulation/journeys.rs"]
mod journeys;
#[path = "simulation/rebuild.rs"]
mod rebuild;
#[path = "simulation/scheduled.rs"]
mod scheduled;
#[path = "simulation/sessions.rs"]
mod sessions;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use hoplight::model::{ComponentId, Element, Infrastructure, RequestKind, ServerId, TlsMode, TopologyEdit};
use hoplight::sim::{Command, CommandError, EventKind, Failure, JournalEvent, SimTime, Simulation, Timeline};

fn stage_2() -> Arc<Infrastructure> {
    let text = include_str!("../assets/stage-2-secured.ron");
    Arc::new(Infrastructure::from_ron("assets/stage-2-secured.ron", text).expect("a valid scenario"))
}

fn component(id: &str) -> Element {
    Element::Component(ComponentId::new(id))
}

fn server(id: &str) -> Element {
    Element::Server(ServerId::new(id))
}

fn run(seed: u64, seconds: u64) -> Simulation {
    let mut sim = Simulation::new(stage_2(), seed);
    sim.advance(SimTime::from_secs(seconds), &mut ());
    sim
}

/// Returns the failed and the completed requests of one kind in the last `seconds`.
fn window(sim: &Simulation, seconds: u64, kind: Option<RequestKind>) -> (u32, u32) {
    let experience = sim.experience(Duration::from_secs(seconds), kind);
    (experience.failed, experience.completed)
}

#[test]
fn a_healthy_site_serves_every_request() {
    let sim = run(1, 60);
    let totals = sim.totals();
    assert!((5_500..6_500).contains(&totals.offered), "{totals:?}");
    assert_eq!(totals.failed, 0, "{:?}", sim.failures().collect::<Vec<_>>());
    assert_eq!(totals.offered, totals.completed + totals.failed + sim.in_flight());
    let reads = sim.experience(Duration::from_secs(30), Some(RequestKind::Read));
    let p50 = reads.p50_ms.expect("reads ended");
    // 50 ms to the user and back, 45 ms (median) in the application, 3 ms in the database.
    assert!((95.0..125.0).contains(&p50), "{p50}");
    for agent in sim.agents() {
        assert!(!agent.stale);
    }
    let [lb, web1, web2] = [0, 1, 2].map(|i| sim.agents()[i].qps.expect("samples arrived"));
    assert!((lb - web1 - web2).abs() < 12.0, "{lb} {web1} {web2}");
}

#[test]
fn the_same_seed_gives_the_same_trace_byte_for_byte() {
    let trace = |seed| {
        let infra = stage_2();
        let mut text = String::new();
        let mut sim = Simulation::new(Arc::clone(&infra), seed);
        let mut observer = |note: JournalEvent| {
            writeln!(text, "{} {}", note.at, hoplight::text::event(&note, &infra)).expect("writing to a String");
        };
        sim.advance(SimTime::from_secs(3), &mut observer);
        sim.apply(&Command::Kill(server("server-3")), &mut observer).expect("the element is up");
        sim.advance(SimTime::from_secs(12), &mut observer);
        (text, sim.digest())
    };
    let (first, digest) = trace(7);
    assert_eq!((&first, digest), (&trace(7).0, trace(7).1));
    assert_ne!(first, trace(8).0);
    // Without an observer, the run is the same.
    let mut blind = Simulation::new(stage_2(), 7);
    blind.advance(SimTime::from_secs(3), &mut ());
    blind.apply(&Command::Kill(server("server-3")), &mut ()).expect("the element is up");
    blind.advance(SimTime::from_secs(12), &mut ());
    assert_eq!(blind.digest(), digest);
}

/// Digests of the traces, which are identical in debug and release builds and on every machine. Update them only after
/// a deliberate change of the engine's behaviour.
#[test]
fn traces_are_the_same_in_every_build() {
    let bench = |text| Arc::new(Infrastructure::from_ron("bench.ron", text).expect("a valid scenario"));
    let runs = [
        (stage_2(), 30, 0xe2e2_1d5d_f27d_02dd),
        (bench(include_str!("../assets/bench-w1.ron")), 10, 0x2889_61cf_15c6_4e45),
        (bench(include_str!("../assets/bench-w2.ron")), 10, 0x4154_a3eb_681c_17a5),
    ];
    for (infra, seconds, digest) in runs {
        let mut sim = Simulation::new(Arc::clone(&infra), 1);
        sim.advance(SimTime::from_secs(seconds), &mut ());
        assert_eq!(sim.digest(), digest, "{}: {:#x}", infra.id(), sim.digest());
    }
}

#[test]
fn killing_the_primary_stops_writes_and_leaves_static_pages_and_reads_up() {
    let mut sim = run(2, 20);
    sim.apply(&Command::Kill(component("db-1")), &mut ()).expect("the element is up");
    sim.advance(SimTime::from_secs(40), &mut ());
    let (failed, good) = window(&sim, 15, Some(RequestKind::Write));
    assert!(failed > 100 && good == 0, "writes: {failed} failed, {good} good");
    for kind in [RequestKind::Static, RequestKind::Read] {
        let (failed, good) = window(&sim, 15, Some(kind));
        assert!(failed == 0 && good > 300, "{kind:?}: {failed} failed, {good} good");
    }
    assert!(sim.failures().all(|(failure, count)| count == 0 || matches!(failure, Failure::ServerError)));
}

#[test]
fn killing_a_web_server_costs_half_the_requests_until_the_checks_notice() {
    // server-3 runs web-2; the primary runs on the other server.
    let mut sim = run(3, 20);
    let before = sim.totals();
    sim.apply(&Command::Kill(server("server-3")), &mut ()).expect("the element is up");
    let mut down_at = None;
    let mut observer = |note: JournalEvent| {
        if let EventKind::Backend { up: false, .. } = note.what {
            down_at = Some(note.at.as_secs_f64() - 20.0);
        }
    };
    sim.advance(SimTime::from_secs(30), &mut observer);
    let down_at = down_at.expect("the checks noticed");
    // Three checks with a timeout of one second each, two seconds apart.
    assert!((7.0..9.0).contains(&down_at), "{down_at}");
    sim.advance(SimTime::from_secs(37), &mut ());
    let offered_blind = down_at * 100.0;
    let lost = (sim.totals().failed - before.failed) as f64 / offered_blind;
    // The balancer sends half of them to web-2. Of those, browsers repeat the reads whose kept connection it closes without a
    // response after the last attempt (RFC 9110, 9.2.2), and by then half of the repeated ones reach web-1.
    assert!((0.25..0.45).contains(&lost), "{lost} of those sent before the checks noticed");
    let (failed, good) = {
        sim.advance(SimTime::from_secs(50), &mut ());
        window(&sim, 10, None)
    };
    assert!(failed == 0 && good > 800, "{failed} failed, {good} good");
}

#[test]
fn killing_an_agent_leaves_its_gauge_stale_not_zero() {
    let mut sim = run(4, 20);
    let before = sim.agents()[1].qps.expect("samples arrived");
    sim.apply(&Command::Kill(component("agent-2")), &mut ()).expect("the element is up");
    sim.advance(SimTime::from_secs(30), &mut ());
    let agents = sim.agents();
    assert!(agents[1].stale && !agents[0].stale && !agents[2].stale);
    assert!((agents[1].qps.expect("the last value stays") - before).abs() < 20.0);
    assert!(agents[1].age_s.expect("the agent had samples") > 9.0);
    assert_eq!(sim.totals().failed, 0, "users notice nothing");
}

#[test]
fn the_balancer_is_a_single_point_of_failure() {
    let mut sim = run(5, 10);
    sim.apply(&Command::Kill(component("lb-1")), &mut ()).expect("the element is up");
    sim.advance(SimTime::from_secs(25), &mut ());
    let (failed, good) = window(&sim, 5, None);
    assert!(good == 0 && failed > 300);
    sim.apply(&Command::Restore(component("lb-1")), &mut ()).expect("the element is down");
    sim.advance(SimTime::from_secs(45), &mut ());
    assert_eq!(window(&sim, 8, None).0, 0);
}

#[test]
fn every_tls_mode_serves_every_request() {
    for mode in TlsMode::ALL {
        let mut sim = Simulation::new(stage_2(), 6);
        sim.apply(&Command::Edit(TopologyEdit::EdgeTls(mode)), &mut ()).expect("the edit is accepted");
        sim.advance(SimTime::from_secs(30), &mut ());
        assert_eq!(sim.totals().failed, 0, "{mode:?}");
    }
}

#[test]
fn refused_commands_say_why_and_change_nothing() {
    let mut sim = run(7, 1);
    let before = sim.clone();
    for (command, error) in [
        (Command::Kill(component("nobody")), CommandError::Unknown(component("nobody"))),
        (Command::Kill(component("browser")), CommandError::NotPart(component("browser"))),
        (Command::Restore(component("lb-1")), CommandError::AlreadyUp(component("lb-1"))),
    ] {
        assert_eq!(sim.apply(&command, &mut ()), Err(error));
    }
    assert!(sim == before);
    sim.apply(&Command::Kill(server("server-2")), &mut ()).expect("the element is up");
    let refused = CommandError::ServerOff { component: component("web-1"), server: server("server-2") };
    assert_eq!(sim.apply(&Command::Restore(component("web-1")), &mut ()), Err(refused));
}

#[test]
fn going_back_and_forth_equals_an_uninterrupted_run() {
    let script = |timeline: &mut Timeline| {
        timeline.seek(SimTime::from_secs(3));
        timeline.apply(Command::Kill(component("db-1"))).expect("the element is up");
        timeline.seek(SimTime::from_secs(6));
        timeline.apply(Command::Kill(server("server-3"))).expect("the element is up");
        timeline.apply(Command::Send(RequestKind::Write)).expect("users can always send requests");
        timeline.seek(SimTime::from_secs(14));
        timeline.apply(Command::Restore(server("server-3"))).expect("the element is off");
        timeline.seek(SimTime::from_secs(20));
    };
    let mut straight = Timeline::new(Simulation::new(stage_2(), 11));
    script(&mut straight);
    let mut wandering = Timeline::new(Simulation::new(stage_2(), 11));
    script(&mut wandering);
    for seconds in [19, 2, 13, 6, 20, 1, 20] {
        wandering.seek(SimTime::from_secs(seconds));
        let mut direct = Timeline::new(Simulation::new(stage_2(), 11));
        script(&mut direct);
        direct.seek(SimTime::from_secs(seconds));
        assert!(wandering.simulation() == direct.simulation(), "at {seconds} s");
        assert!(wandering.journal() == direct.journal(), "at {seconds} s");
    }
    assert!(wandering.simulation() == straight.simulation());
    // A command in the past discards the former future.
    wandering.seek(SimTime::from_secs(4));
    wandering.apply(Command::Restore(component("db-1"))).expect("the element is down");
    wandering.seek(SimTime::from_secs(20));
    assert_eq!(wandering.simulation().is_up(&server("server-3")), Some(true));
    assert_eq!(wandering.commands().count(), 2);
}

#[test]
fn a_step_back_undoes_a_step_forward() {
    let mut timeline = Timeline::new(Simulation::new(stage_2(), 12));
    timeline.seek(SimTime::from_secs(2));
    timeline.apply(Command::Send(RequestKind::Write)).expect("users can always send requests");
    let followed = timeline.simulation().newest_request(None);
    let mut states = vec![timeline.simulation().clone()];
    while timeline.simulation().is_in_flight(followed.expect("the request was just sent")) {
        assert!(timeline.step_forward(followed));
        states.push(timeline.simulation().clone());
    }
    assert!(states.len() > 20, "a login has many hops: {}", states.len());
    for expected in states.iter().rev().skip(1) {
        assert!(timeline.step_back(followed));
        assert!(timeline.simulation() == expected);
        if timeline.simulation().now() <= SimTime::from_secs(2) {
            break;
        }
    }
}

#[test]
fn a_firewall_that_blocks_the_web_port_leaves_users_waiting_then_503() {
    let mut sim = run(13, 10);
    let (from, to) = (ComponentId::new("lb-1"), ComponentId::new("web-1"));
    let edit = |edit| Command::Edit(edit);
    sim.apply(&edit(TopologyEdit::Block(from.clone(), to.clone())), &mut ()).expect("fw-2 is on the hop");
    let (mut blocked, mut down) = (0, false);
    let mut observer = |note: JournalEvent| match note.what {
        EventKind::Blocked { guard, .. } => {
            assert_eq!(guard.verdict.rule, Some(1));
            blocked += 1;
        }
        EventKind::Backend { up: false, .. } => down = true,
        _ => {}
    };
    sim.advance(SimTime::from_secs(22), &mut observer);
    assert!(blocked > 100 && down, "{blocked} blocked, backend down: {down}");
    // Four attempts of one second each, then 503, or on a kept connection its end without a response, so that the client may
    // repeat the request; there are no other failures.
    let expected = [Failure::Unavailable, Failure::Closed];
    assert!(sim.failures().all(|(failure, count)| (count > 0) == expected.contains(&failure)));
    sim.apply(&edit(TopologyEdit::Unblock(from, to)), &mut ()).expect("fw-2 is on the hop");
    sim.advance(SimTime::from_secs(40), &mut ());
    assert_eq!(window(&sim, 8, None).0, 0);
    assert_eq!(sim.infrastructure().firewalls().count(), 3);
    let (inside, also) = (ComponentId::new("web-1"), ComponentId::new("app-1"));
    let loopback = Element::Hop(inside.clone(), also.clone());
    assert_eq!(sim.apply(&edit(TopologyEdit::Block(inside, also)), &mut ()), Err(CommandError::NoFirewall(loopback)));
}

/// Returns the outcomes and latencies in milliseconds of the requests that end between now and `until`.
fn endings(sim: &mut Simulation, until: u64) -> Vec<(Result<(), Failure>, f64)> {
    let mut endings = Vec::new();
    let mut observer = |note: JournalEvent| {
        if let EventKind::Ended { outcome, latency_ms } = note.what {
            endings.push((outcome, latency_ms));
        }
    };
    sim.advance(SimTime::from_secs(until), &mut observer);
    endings
}

#[test]
fn retries_and_timeouts_take_as_long_as_with_haproxy() {
    // Refused: three retries, one second apart. No reply: four attempts of one second each.
    for (command, seconds) in [(Command::Kill(component("web-2")), 3.0), (Command::Kill(server("server-3")), 4.0)] {
        let mut sim = run(20, 10);
        sim.apply(&command, &mut ()).expect("the element is up");
        let failed: Vec<f64> = endings(&mut sim, 18)
            .into_iter()
            .filter_map(|(outcome, ms)| (outcome == Err(Failure::Unavailable)).then_some(ms / 1e3))
            .collect();
        assert!(failed.len() > 50, "{command:?}: {}", failed.len());
        // The user's latency is 2 × 25 ms, and new visitors also need a connection and a handshake. After no reply, HAProxy
        // closes a kept connection, and the browser repeats a read on a new one, which may take as long again.
        let took = |s: &f64, times: f64| (seconds * times + 0.05..seconds * times + 0.40).contains(s);
        let repeats = command == Command::Kill(server("server-3"));
        assert!(failed.iter().all(|s| took(s, 1.0) || repeats && took(s, 2.0)), "{command:?}: {failed:?}");
    }
}

#[test]
fn least_connections_shares_evenly_among_equals() {
    for rate in [5.0, 100.0] {
        let mut sim = Simulation::new(stage_2(), 21);
        let rate = hoplight::model::quantity::Rate::new(rate).expect("in range");
        sim.apply(&Command::Rate(rate), &mut ()).expect("any rate is valid");
        sim.apply(&Command::Balance(hoplight::model::Algorithm::LeastConnections), &mut ()).expect("a balancer");
        sim.advance(SimTime::from_secs(120), &mut ());
        let infra = stage_2();
        let served = |id: &str| sim.station(infra.find(id).expect("the component exists")).served as f64;
        let share = served("web-1") / (served("web-1") + served("web-2"));
        assert!((0.45..0.55).contains(&share), "{rate:?}: {share}");
    }
}

#[test]
fn a_restarted_balancer_considers_every_backend_up() {
    let mut sim = run(22, 10);
    sim.apply(&Command::Kill(component("web-1")), &mut ()).expect("the element is up");
    sim.advance(SimTime::from_secs(18), &mut ());
    let link = sim.infrastructure().link_between("lb-1", "web-1").expect("the link exists");
    assert_eq!(sim.backend_up(link), Some(false));
    for command in [Command::Kill(component("lb-1")), Command::Restore(component("web-1")), Command::Restore(component("lb-1"))] {
        sim.apply(&command, &mut ()).expect("the command is accepted");
    }
    assert_eq!(sim.backend_up(link), Some(true));
}

#[test]
fn a_request_sent_by_hand_does_not_change_other_arrivals() {
    let arrivals = |by_hand: bool| {
        let mut sim = Simulation::new(stage_2(), 23);
        let mut kinds = Vec::new();
        for second in 1..=5 {
            sim.advance(SimTime::from_secs(second), &mut |note: JournalEvent| {
                if let (EventKind::Arrived, Some((_, kind))) = (&note.what, note.request) {
                    kinds.push((note.at, kind));
                }
            });
            if by_hand {
                sim.apply(&Command::Send(RequestKind::Write), &mut ()).expect("users can always send requests");
            }
        }
        kinds
    };
    assert_eq!(arrivals(false), arrivals(true));
}

#[test]
fn blocking_a_hop_changes_the_firewalls_verdict() {
    let infra = stage_2();
    for hop in infra.hops().filter(|hop| !hop.guards.is_empty()) {
        let (from, to) = (infra.component(hop.from).id.clone(), infra.component(hop.to).id.clone());
        let blocked = infra.edited(&TopologyEdit::Block(from.clone(), to.clone()));
        let allows = |infra: &Infrastructure| {
            let allow = hoplight::model::firewall::RuleAction::Allow;
            infra.hop(hop.link).guards.iter().all(|guard| guard.verdict.action == allow)
        };
        assert!(allows(&infra) && !allows(&blocked), "{from} → {to}");
        assert!(blocked.edited(&TopologyEdit::Unblock(from, to)) == *infra, "unblocking restores the original infrastructure");
    }
}

#[test]
fn a_step_that_finds_nothing_changes_nothing() {
    let mut sim = Simulation::new(stage_2(), 24);
    let rate = hoplight::model::quantity::Rate::new(0.0).expect("in range");
    sim.apply(&Command::Rate(rate), &mut ()).expect("any rate is valid");
    let mut timeline = Timeline::new(sim);
    let before = timeline.simulation().clone();
    assert!(!timeline.step_forward(None));
    assert!(timeline.simulation() == &before);
    timeline.seek(SimTime::from_secs(30));
    let before = timeline.simulation().clone();
    assert!(!timeline.step_back(None));
    assert!(timeline.simulation() == &before);
}
