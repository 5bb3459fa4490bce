//! The external probe detects what agents cannot, and does not affect users' requests.

use std::sync::Arc;

use hoplight::model::{Element, Infrastructure, Metric};
use hoplight::sim::{AlertState, Command, CommandError, EventKind, Failure, JournalEvent, SimTime, Simulation, probe_number};

use super::{act, component, fired, hop, log, probe, rate, run_to, server, site};

/// Runs to 20 s, executes `command`, and runs to 60 s.
fn after(seed: u64, command: &Command) -> Simulation {
    let mut sim = Simulation::new(site("(probe: (interval_s: 1.0))"), seed);
    run_to(&mut sim, 20);
    assert_eq!(sim.probe().failures, 0);
    assert!(sim.probe().results.iter().all(|result| result.outcome.is_ok() && result.latency_ms > 160.0));
    act(&mut sim, command);
    run_to(&mut sim, 60);
    sim
}

/// Whether the agents report no problem: no errors, and no agent is silent.
fn looks_healthy(sim: &Simulation) -> bool {
    let rows = || sim.agents().into_iter().flat_map(|agent| agent.components.to_vec());
    sim.agents().iter().all(|agent| !agent.stale) && rows().all(|row| row.errors == 0)
}

#[test]
fn a_dead_name_server_is_detected_from_outside_only() {
    let sim = after(60, &Command::Kill(component("dns")));
    assert!(looks_healthy(&sim));
    assert_eq!(fired(&sim), ["site does not answer"]);
    let last = *sim.probe().results.back().expect("results");
    assert_eq!((last.outcome, last.days_left), (Err(Failure::Dns), None));
    // A refusal takes less than 10 ms: the second failure follows the first by one interval.
    assert!((20.9..22.1).contains(&log(&sim)[0].0), "{:?}", log(&sim));
}

#[test]
fn a_dead_entry_and_a_cut_path_are_detected_at_once_from_outside() {
    for (command, failure, by) in [
        (Command::Kill(component("lb-1")), Failure::Refused, 23.0),
        (Command::Kill(server("server-1")), Failure::TimedOut, 33.0),
        (Command::Kill(hop("browser", "lb-1")), Failure::TimedOut, 33.0),
    ] {
        let sim = after(61, &command);
        let results = sim.probe();
        assert_eq!(results.results.back().expect("results").outcome, Err(failure), "{command:?}");
        let (at, ..) = *log(&sim).iter().find(|entry| entry.1 == "site does not answer").expect("an alert");
        assert!(at < by, "{command:?}: {at}");
        let inside: Vec<_> = fired(&sim).into_iter().filter(|rule| rule.contains("error")).collect();
        assert_eq!(inside, Vec::<&str>::new(), "{command:?}: no component answers with an error");
        if matches!(command, Command::Kill(Element::Hop(..))) {
            assert!(looks_healthy(&sim));
        }
    }
}

#[test]
fn a_probe_that_gets_answers_again_resolves_its_alert() {
    let mut sim = after(62, &Command::Kill(component("dns")));
    act(&mut sim, &Command::Restore(component("dns")));
    run_to(&mut sim, 63);
    assert_eq!(log(&sim).last().map(|entry| (entry.1, entry.3)), Some(("site does not answer", AlertState::Resolved)));
    assert_eq!(sim.probe().failures, 0);
}

fn expiring(days: u32, monitoring: &str) -> Simulation {
    let text = super::text(monitoring).replace("days_left: 61", &format!("days_left: {days}"));
    Simulation::new(Arc::new(Infrastructure::from_ron("site.ron", &text).expect("valid")), 63)
}

#[test]
fn only_the_probe_watches_the_certificate() {
    let names = ["certificate expires in 1 day", "certificate expires in 21 days", "certificate expires in 7 days"];
    for (days, expected) in [(22, vec![]), (21, vec![names[1]]), (7, vec![names[1], names[2]]), (1, names.to_vec())] {
        let mut sim = expiring(days, "(probe: ())");
        run_to(&mut sim, 5);
        assert_eq!(fired(&sim), expected, "{days} days");
        assert!(sim.probe().days_left.is_some_and(|left| left < f64::from(days) && left > f64::from(days) - 0.01));
        let mut blind = expiring(days, "()");
        run_to(&mut blind, 5);
        assert_eq!(fired(&blind), Vec::<&str>::new());
    }
    let mut expired = expiring(0, "(probe: (interval_s: 1.0))");
    run_to(&mut expired, 10);
    assert_eq!(
        expired.probe().results.back().map(|result| (result.outcome, result.days_left)),
        Some((Err(Failure::Certificate), Some(0.0)))
    );
    assert!(fired(&expired).contains(&"site does not answer"));
    // The balancer counts failed handshakes; its error ratio stays flat.
    let lb = super::find(&expired, "lb-1");
    assert!(expired.series(lb, Metric::FailedHandshakes).iter().any(|(_, rate)| *rate > 5.0));
    assert!(expired.series(lb, Metric::ErrorRatio).iter().all(|(_, ratio)| *ratio == 0.0));
}

#[test]
fn probes_are_not_counted_as_requests() {
    let mut sim = Simulation::new(site("(probe: (interval_s: 0.05, kind: Write))"), 64);
    let (mut ended, mut probes) = (0, 0);
    let mut count = |note: JournalEvent| match note.what {
        EventKind::Ended { .. } | EventKind::Arrived => {
            assert_eq!(note.request.and_then(|(number, _)| probe_number(number)), None);
            ended += u64::from(!matches!(note.what, EventKind::Arrived));
        }
        EventKind::Probed { .. } => probes += 1,
        _ => {}
    };
    for second in 1..40 {
        if second == 20 {
            sim.apply(&Command::Kill(component("lb-1")), &mut count).expect("the element is up");
        }
        while sim.next_event().is_some_and(|at| at <= SimTime::from_secs(second)) {
            sim.step(&mut count);
            let totals = sim.totals();
            assert_eq!(totals.offered, totals.completed + totals.failed + sim.in_flight());
        }
        assert_eq!(sim.occupancy(), sim.sojourn(), "Little's law at {second} s");
    }
    let totals = sim.totals();
    assert_eq!(totals.completed + totals.failed, ended);
    assert!(probes > 600 && sim.probe().sent > 700, "{probes} of {}", sim.probe().sent);
    assert_eq!(sim.failures().map(|(_, count)| count).sum::<u64>(), totals.failed);
    // Without new arrivals, all requests end and nothing is left over.
    act(&mut sim, &Command::Probe(None));
    act(&mut sim, &rate(0.0));
    run_to(&mut sim, 100);
    assert_eq!((sim.in_flight(), sim.records()), (0, 0));
}

/// A web server with its dependencies, a resolver with a short TTL, and enough slots for all requests.
const SMALL: &str = r#"(format: 1, id: "small", title: "Small", summary: "One of each.",
        traffic: (rate: 20.0, static_share: 0.3, write_share: 0.3, new_visitors: 0.3),
        certificates: [(names: ["www.foobar.com"], on: ["web"], days_left: 90)],
        servers: [(id: "server-1")],
        components: [(id: "browser", kind: Browser), (id: "dns", kind: DnsResolver(ttl_s: 5.0)),
            (id: "web", kind: Web(), server: "server-1"), (id: "app", kind: App(), server: "server-1", station: (slots: 500)),
            (id: "db", kind: Database(role: Primary), server: "server-1"), (id: "agent", kind: Agent(), server: "server-1"),
            (id: "monitor", kind: MonitoringService)],
        links: [(from: "browser", to: "dns", protocol: Dns), (from: "browser", to: "web", protocol: Http),
            (from: "web", to: "app", protocol: Http), (from: "app", to: "db", protocol: Sql),
            (from: "agent", to: "monitor", protocol: Metrics)])"#;

fn small() -> Arc<Infrastructure> {
    Arc::new(Infrastructure::from_ron("small.ron", SMALL).expect("valid"))
}

#[test]
fn an_unloaded_site_serves_its_users_the_same_with_and_without_a_probe() {
    let users = |infra: &Arc<Infrastructure>, every: Option<f64>| {
        let mut sim = Simulation::new(Arc::clone(infra), 65);
        if let Some(seconds) = every {
            act(&mut sim, &probe(seconds));
        }
        let mut notes = Vec::new();
        sim.advance(SimTime::from_secs(120), &mut |note: JournalEvent| {
            let number = note.request.map(|(number, _)| number);
            if number.is_some_and(|number| probe_number(number).is_none()) {
                notes.push(note);
            }
        });
        (notes, sim.probe().sent)
    };
    // Compare every event of every user, to the nanosecond.
    let infra = small();
    let (without, none) = users(&infra, None);
    let (with, sent) = users(&infra, Some(0.3));
    assert_eq!((none, sent), (0, 401));
    assert!(without.len() > 20_000);
    assert!(without == with);
    // A balancer gives a probe its turn, so a user may get another server; the arrivals stay the same.
    let arrivals = |notes: Vec<JournalEvent>| -> Vec<_> {
        notes.into_iter().filter(|note| note.what == EventKind::Arrived).map(|note| (note.at, note.request)).collect()
    };
    let infra = site("()");
    assert_eq!(arrivals(users(&infra, None).0), arrivals(users(&infra, Some(1.0)).0));
}

#[test]
fn a_probe_needs_a_monitoring_service_and_can_be_switched() {
    let text = SMALL
        .replace("(id: \"monitor\", kind: MonitoringService)", "")
        .replace("(from: \"agent\", to: \"monitor\", protocol: Metrics)", "");
    let infra = Infrastructure::from_ron("small.ron", &text).expect("valid");
    let mut sim = Simulation::new(Arc::new(infra), 66);
    let before = sim.clone();
    assert_eq!(sim.apply(&probe(1.0), &mut ()), Err(CommandError::NoMonitoring));
    assert!(sim == before);
    let error = Infrastructure::from_ron("x.ron", &text.replace("components:", "monitoring: (probe: ()), components:"));
    let error = hoplight::text::read_error(error.expect_err("no monitoring service"));
    assert!(error.message.contains("there is none"));

    let mut sim = Simulation::new(site("(probe: ())"), 66);
    run_to(&mut sim, 25);
    assert_eq!(sim.probe().sent, 3);
    act(&mut sim, &probe(1.0));
    run_to(&mut sim, 30);
    assert_eq!(sim.probe().sent, 3 + 6);
    act(&mut sim, &Command::Probe(None));
    run_to(&mut sim, 60);
    assert_eq!((sim.probe().sent, sim.probe().interval_s), (9, None));
    // The setting does not change: no event.
    let mut notes = 0;
    sim.apply(&Command::Probe(None), &mut |_: JournalEvent| notes += 1).expect("the command is accepted");
    assert_eq!(notes, 0);
}
