//! Each alert rule fires exactly when its condition holds.

use std::sync::Arc;

use hoplight::model::monitoring::AlertPriority;
use hoplight::model::{Infrastructure, Metric, TopologyEdit};
use hoplight::sim::{AlertState, Command, EventKind, JournalEvent, SimTime, Simulation, Timeline};

use super::{act, component, error, fired, log, millis, rate, run_to, server, site};

use AlertState::{Firing, Ok, Pending, Resolved};

/// Whether a rule's condition holds for a value.
type Holds = fn(f64) -> bool;

/// Delivery time of a sample in seconds.
const DELIVERY: f64 = 0.005;

fn state(sim: &Simulation, rule: &str, subject: &str) -> AlertState {
    let ix = sim.infrastructure().find(subject);
    sim.alerts().into_iter().find(|alert| alert.rule == rule && alert.subject == ix).expect("such an alert").state
}

#[test]
fn a_quiet_site_is_quiet() {
    let mut sim = Simulation::new(site("(probe: ())"), 40);
    run_to(&mut sim, 300);
    assert_eq!(log(&sim), []);
    assert!(sim.alerts().iter().all(|alert| matches!(alert.state, Ok | Pending)));
    assert_eq!(
        sim.alerts().len(),
        4 + 7 + 3 + 3 + 2 + 1 + 1 + 1 + 4,
        "on the entry, components, agents; connections, lag, backends; leaders and redundancy; outside"
    );
}

#[test]
fn a_threshold_fires_after_its_duration_and_resolves_when_it_no_longer_holds() {
    let rules =
        "(alerts: [(name: \"errors\", on: Component(\"web-1\"), when: Threshold(metric: ErrorRatio, is: Over(0.25), for_s: 4.0)),
        (name: \"busy\", when: Threshold(metric: Qps, is: Over(55.0), for_s: 2.0)),
        (name: \"idle\", on: Component(\"web-2\"), when: Threshold(metric: Qps, is: Under(45.0)))])";
    let mut sim = Simulation::new(site(rules), 41);
    for (at, command) in [
        (20, Command::Kill(component("app-1"))),
        (31, Command::Restore(component("app-1"))),
        (50, Command::Kill(component("app-1"))),
        (53, Command::Restore(component("app-1"))),
        (70, rate(140.0)),
        (80, rate(100.0)),
    ] {
        run_to(&mut sim, at);
        act(&mut sim, &command);
    }
    run_to(&mut sim, 100);
    let holds: [(&str, &str, Metric, f64, Holds); 3] = [
        ("errors", "web-1", Metric::ErrorRatio, 4.0, |value| value > 0.25),
        ("busy", "web-1", Metric::Qps, 2.0, |value| value > 55.0),
        ("idle", "web-2", Metric::Qps, 0.0, |value| value < 45.0),
    ];
    for (rule, subject, metric, patience, holds) in holds {
        // Compute the expected alerts from the delivered samples.
        let (mut expected, mut since, mut firing) = (Vec::new(), None, false);
        for (taken, value) in sim.series(super::find(&sim, subject), metric) {
            let taken = taken.as_secs_f64();
            if !holds(value) {
                since = None;
                if std::mem::take(&mut firing) {
                    expected.push((taken + DELIVERY, Resolved));
                }
            } else if taken - *since.get_or_insert(taken) >= patience && !firing {
                firing = true;
                expected.push((taken + DELIVERY, Firing));
            }
        }
        let found: Vec<_> = log(&sim)
            .into_iter()
            .filter(|entry| (entry.1, entry.2) == (rule, subject))
            .map(|(at, _, _, state)| (at, state))
            .collect();
        assert_eq!(found.len(), expected.len(), "{rule}: {found:?}, expected {expected:?}");
        assert!(
            found.iter().zip(&expected).all(|(a, b)| (a.0 - b.0).abs() < 1e-9 && a.1 == b.1),
            "{rule}: {found:?}, {expected:?}"
        );
        assert!(found.len() >= 2, "{rule} fired and resolved");
    }
    // Three seconds of errors do not fire a rule that requires four.
    let errors: Vec<f64> = log(&sim).iter().filter(|entry| entry.1 == "errors").map(|entry| entry.0).collect();
    assert!(errors.len() == 2 && (24.0..26.0).contains(&errors[0]) && (31.0..34.0).contains(&errors[1]), "{errors:?}");
}

#[test]
fn a_change_of_the_rate_is_measured_against_the_level_before_it() {
    let rules = "(alerts: [(name: \"fall\", on: Entry, when: Change(metric: Qps, by: Fall(0.5), within_s: 20.0, floor: 10.0)),
        (name: \"rise\", on: Entry, when: Change(metric: Qps, by: Rise(1.0), within_s: 20.0))])";
    let mut sim = Simulation::new(site(rules), 42);
    run_to(&mut sim, 60);
    assert_eq!(log(&sim), [], "random variation alone fires no alert");
    act(&mut sim, &rate(20.0));
    run_to(&mut sim, 90);
    act(&mut sim, &rate(100.0));
    // All samples since the start are among the last 120.
    run_to(&mut sim, 118);
    let series: Vec<f64> = sim.series(super::find(&sim, "lb-1"), Metric::Qps).into_iter().map(|(_, qps)| qps).collect();
    let first = 119 - series.len();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    for (rule, holds) in [("fall", (|before, after| after < before * 0.5) as fn(f64, f64) -> bool), ("rise", |b, a| a > b * 2.0)]
    {
        // A firing alert is measured against the level before the change.
        let (mut expected, mut level) = (Vec::new(), None);
        for end in 20..=series.len() {
            let older = mean(&series[end - 20..end - 10]);
            let now = holds(level.unwrap_or(older), mean(&series[end - 10..end]));
            if now != level.is_some() {
                expected.push(((first + end - 1) as f64 + DELIVERY, if now { Firing } else { Resolved }));
                level = now.then_some(older);
            }
        }
        let found: Vec<_> = log(&sim).into_iter().filter(|entry| entry.1 == rule).map(|(at, _, _, state)| (at, state)).collect();
        assert!(found.len() == expected.len() && !found.is_empty(), "{rule}: {found:?}, {expected:?}");
        assert!(
            found.iter().zip(&expected).all(|(a, b)| (a.0 - b.0).abs() < 1.5 && a.1 == b.1),
            "{rule}: {found:?}, {expected:?}"
        );
    }
    // After a drop of 80 %, the newer half of the window falls below half of the older one 6.25 s into its 10 s.
    let at = log(&sim)[0].0;
    assert!((65.0..69.0).contains(&at), "{at}");
}

#[test]
fn an_agent_is_missed_after_three_intervals_and_not_before() {
    let mut sim = Simulation::new(site("()"), 43);
    sim.advance(millis(20_500), &mut ());
    act(&mut sim, &Command::Kill(component("agent-2")));
    // Its last sample arrived at 20.005 s. The service evaluates rules once a second.
    sim.advance(millis(23_999), &mut ());
    assert_eq!(log(&sim), []);
    run_to(&mut sim, 24);
    assert_eq!(log(&sim), [(24.0, "no data", "agent-2", Firing)]);
    assert_eq!(state(&sim, "no data", "agent-2"), Firing);
    sim.advance(millis(30_200), &mut ());
    act(&mut sim, &Command::Restore(component("agent-2")));
    run_to(&mut sim, 60);
    // A sample needs two readings.
    assert_eq!(log(&sim).last(), Some(&(32.0 + DELIVERY, "no data", "agent-2", Resolved)));
    assert_eq!(log(&sim).len(), 2);
    assert_eq!(sim.totals().failed, 0, "users notice nothing");
    // Two missing samples do not fire a rule that requires three.
    sim.advance(millis(60_500), &mut ());
    act(&mut sim, &Command::Edit(block("agent-1")));
    sim.advance(millis(62_500), &mut ());
    act(&mut sim, &Command::Edit(unblock("agent-1")));
    run_to(&mut sim, 80);
    assert_eq!(log(&sim).len(), 2);
}

fn block(agent: &str) -> TopologyEdit {
    TopologyEdit::Block(hoplight::model::ComponentId::new(agent), hoplight::model::ComponentId::new("monitor"))
}

fn unblock(agent: &str) -> TopologyEdit {
    TopologyEdit::Unblock(hoplight::model::ComponentId::new(agent), hoplight::model::ComponentId::new("monitor"))
}

#[test]
fn with_blocked_egress_only_the_absence_rule_fires() {
    let mut sim = Simulation::new(site("()"), 44);
    run_to(&mut sim, 20);
    for agent in ["agent-1", "agent-2", "agent-3"] {
        act(&mut sim, &Command::Edit(block(agent)));
    }
    // Even an outage fires no other alert now.
    act(&mut sim, &Command::Kill(component("db-1")));
    run_to(&mut sim, 80);
    assert!(sim.agents().iter().all(|agent| agent.stale));
    assert_eq!(fired(&sim), ["no data"]);
    assert_eq!(log(&sim).len(), 3);
    assert!(sim.totals().failed > 500);
}

#[test]
fn the_last_sample_of_a_silent_agent_never_fires_a_threshold() {
    let rules = "(alerts: [(name: \"any traffic\", when: Threshold(metric: Qps, is: Over(1.0), for_s: 10.0))])";
    let mut sim = Simulation::new(site(rules), 45);
    sim.advance(millis(8_500), &mut ());
    act(&mut sim, &Command::Kill(server("server-3")));
    run_to(&mut sim, 10);
    assert_eq!(state(&sim, "any traffic", "web-2"), Pending);
    run_to(&mut sim, 12);
    assert_eq!(state(&sim, "any traffic", "web-2"), Ok);
    assert_eq!(state(&sim, "any traffic", "web-1"), Firing);
    // A firing alert resolves: there is no data for a server that is down.
    sim.advance(millis(20_500), &mut ());
    act(&mut sim, &Command::Kill(component("agent-2")));
    run_to(&mut sim, 40);
    assert_eq!(state(&sim, "any traffic", "web-1"), Resolved);
    assert!(log(&sim).iter().all(|entry| !["web-2", "app-2", "db-2"].contains(&entry.2)), "{:?}", log(&sim));
    // After the silence, the rule's duration is counted from zero.
    act(&mut sim, &Command::Restore(component("agent-2")));
    run_to(&mut sim, 51);
    assert_eq!(state(&sim, "any traffic", "web-1"), Pending);
    run_to(&mut sim, 53);
    assert_eq!(state(&sim, "any traffic", "web-1"), Firing);
}

#[test]
fn a_burning_budget_needs_both_windows() {
    let rules = "(alerts: [(name: \"burn\", on: Entry, when: Burn(rate: 14.4, long_s: 30.0, short_s: 3.0, objective: 0.999))])";
    let mut sim = Simulation::new(site(rules), 46);
    let (mut samples, mut expected, mut before) = (Vec::new(), Vec::new(), false);
    for second in 1..120u64 {
        match second {
            40 | 80 => act(&mut sim, &Command::Kill(component("db-1"))),
            44 => act(&mut sim, &Command::Restore(component("db-1"))),
            _ => {}
        }
        sim.advance(SimTime::from_nanos(second * 1_000_000_000 + 6_000_000), &mut ());
        let agents = sim.agents();
        let Some(row) = agents[0].components.first() else { continue };
        samples.push((u64::from(row.errors), u64::from(row.answers)));
        let burns = |window: usize| {
            let newest = &samples[samples.len().saturating_sub(window)..];
            let (errors, answers) = newest.iter().fold((0, 0), |sum, sample| (sum.0 + sample.0, sum.1 + sample.1));
            errors > 0 && errors as f64 / answers as f64 >= 14.4 * (1.0 - 0.999)
        };
        let now = burns(30) && burns(3);
        if now != before {
            expected.push((second as f64 + DELIVERY, "burn", "lb-1", if now { Firing } else { Resolved }));
            before = now;
        }
    }
    assert_eq!(log(&sim), expected);
    assert!(expected.len() >= 3, "{expected:?}");
}

#[test]
fn the_usual_rules_page_for_what_users_feel() {
    let mut sim = Simulation::new(site("()"), 47);
    run_to(&mut sim, 20);
    act(&mut sim, &Command::Kill(component("db-1")));
    run_to(&mut sim, 60);
    // The replica's lag is unknown.
    assert_eq!(
        fired(&sim),
        ["error budget burns", "errors above 1 %", "redundancy lost", "replication lag above 10 s or unknown"]
    );
    let mut overload = Simulation::new(site("()"), 47);
    act(&mut overload, &rate(1_200.0));
    run_to(&mut overload, 60);
    assert!(fired(&overload).contains(&"saturated") && fired(&overload).contains(&"errors above 1 %"), "{:?}", fired(&overload));
}

#[test]
fn lost_redundancy_raises_an_alert_of_low_priority() {
    let shipped = |text: &str| Simulation::new(Arc::new(Infrastructure::from_ron("x.ron", text).expect("a valid scenario")), 5);
    let one = shipped(include_str!("../../assets/design-1-repaired.ron"));
    let zero = shipped(include_str!("../../assets/design-0-repaired.ron"));
    // A web server is missing at both balancers, which check it.
    for (healthy, lost, rule, subjects) in [
        (&one, "db-2", "redundancy lost", &["db-1"][..]),
        (&zero, "lb-2", "redundancy lost", &["lb-1"]),
        (&zero, "web-1", "backend DOWN", &["lb-1", "lb-2"]),
    ] {
        let mut sim = healthy.clone();
        run_to(&mut sim, 20);
        act(&mut sim, &Command::Kill(component(lost)));
        run_to(&mut sim, 60);
        let firing = |sim: &Simulation| -> Vec<String> {
            let found = sim.alerts().into_iter().filter(|alert| (alert.rule, alert.state) == (rule, Firing));
            found.map(|alert| sim.infrastructure().component(alert.subject.expect("a component")).id.to_string()).collect()
        };
        assert_eq!(firing(&sim), subjects, "{lost}");
        let is_low = |alert: &hoplight::sim::AlertView<'_>| alert.rule != rule || alert.priority == AlertPriority::Low;
        assert!(sim.alerts().iter().all(is_low), "{lost}");
        act(&mut sim, &Command::Restore(component(lost)));
        run_to(&mut sim, 90);
        assert_eq!(firing(&sim), [""; 0], "{lost}");
    }
}

#[test]
fn a_missing_keepalived_is_lost_redundancy_although_its_balancer_runs() {
    let text = include_str!("../../assets/design-0-repaired.ron");
    let mut sim = Simulation::new(Arc::new(Infrastructure::from_ron("x.ron", text).expect("a valid scenario")), 5);
    run_to(&mut sim, 20);
    act(&mut sim, &Command::Fault(hoplight::sim::Fault::VrrpStopped(hoplight::model::ComponentId::new("lb-2"))));
    run_to(&mut sim, 40);
    assert_eq!(fired(&sim), ["redundancy lost"]);
    assert_eq!(sim.totals().failed, 0);
}

#[test]
fn semi_synchronous_replication_that_falls_back_raises_an_alert() {
    let text = r#"(traffic: (rate: 20.0, write_share: 0.5), servers: [(id: "s1"), (id: "s2"), (id: "s3")],
        components: [(id: "app", kind: App(), server: "s1"), (id: "db-1", kind: Database(semi_sync: true), server: "s2"),
            (id: "db-2", kind: Database(role: Replica), server: "s3"), (id: "agent", kind: Agent(), server: "s2"),
            (id: "monitor", kind: MonitoringService)],
        links: [(from: "app", to: "db-1"), (from: "db-1", to: "db-2"), (from: "agent", to: "monitor")])"#;
    let mut sim = Simulation::new(Arc::new(Infrastructure::from_ron("x.ron", text).expect("a valid scenario")), 5);
    run_to(&mut sim, 20);
    assert_eq!(fired(&sim), [""; 0]);
    // No agent watches db-2: only the state of the primary shows it.
    act(&mut sim, &Command::Kill(component("db-2")));
    run_to(&mut sim, 60);
    assert!(fired(&sim).contains(&"semi-synchronous replication off"), "{:?}", fired(&sim));
    act(&mut sim, &Command::Restore(component("db-2")));
    run_to(&mut sim, 90);
    assert_eq!(state(&sim, "semi-synchronous replication off", "db-1"), AlertState::Resolved);
}

#[test]
fn a_service_that_is_down_evaluates_no_rule_and_fires_none_afterwards() {
    let mut sim = Simulation::new(site("(probe: (interval_s: 1.0))"), 48);
    run_to(&mut sim, 10);
    act(&mut sim, &Command::Kill(component("monitor")));
    act(&mut sim, &Command::Kill(component("db-1")));
    run_to(&mut sim, 60);
    assert_eq!(log(&sim), []);
    assert!(sim.agents().iter().all(|agent| agent.stale));
    act(&mut sim, &Command::Restore(component("db-1")));
    act(&mut sim, &Command::Restore(component("monitor")));
    run_to(&mut sim, 90);
    assert_eq!(log(&sim), []);
}

#[test]
fn alerts_are_notes_and_headlines_with_a_sentence() {
    let mut timeline = Timeline::new(Simulation::new(site("()"), 49));
    timeline.seek(SimTime::from_secs(20));
    timeline.apply(Command::Kill(component("agent-1"))).expect("it is up");
    timeline.seek(SimTime::from_secs(30));
    timeline.apply(Command::Restore(component("agent-1"))).expect("it is down");
    timeline.seek(SimTime::from_secs(40));
    let infra = timeline.simulation().infrastructure();
    let sentences: Vec<String> = timeline
        .journal()
        .headlines()
        .filter(|headline| matches!(headline.first.what, EventKind::Alert { .. }))
        .map(|headline| hoplight::text::headline(headline, infra).to_string())
        .collect();
    assert_eq!(sentences, ["ALERT agent-1: no data", "alert resolved for agent-1: no data"]);
}

#[test]
fn the_same_seed_gives_the_same_alerts_with_or_without_an_observer() {
    let rules = "(probe: (interval_s: 0.7, kind: Write))";
    let course = |sim: &mut Simulation, watch: bool| {
        for (at, command) in [
            (7_300, Command::Kill(component("db-1"))),
            (15_000, Command::Kill(component("agent-1"))),
            (25_000, Command::Restore(component("db-1"))),
            (26_000, Command::Kill(component("dns"))),
        ] {
            let until = millis(at);
            if watch {
                sim.advance(until, &mut |_: JournalEvent| {});
            } else {
                sim.advance(until, &mut ());
            }
            act(sim, &command);
        }
        run_to(sim, 50);
    };
    let mut first = Simulation::new(site(rules), 50);
    course(&mut first, true);
    let mut second = Simulation::new(site(rules), 50);
    course(&mut second, false);
    assert!(first == second);
    assert!(log(&first).len() > 4, "{:?}", log(&first));
    let mut copy = first.clone();
    run_to(&mut first, 70);
    run_to(&mut copy, 70);
    assert!(first == copy && log(&first) == log(&copy));
}

#[test]
fn a_rewind_reverts_alerts() {
    let script = |timeline: &mut Timeline| {
        timeline.seek(SimTime::from_secs(5));
        timeline.apply(super::probe(1.0)).expect("a monitoring service");
        timeline.apply(Command::Kill(component("dns"))).expect("it is up");
        timeline.seek(SimTime::from_secs(30));
    };
    let mut timeline = Timeline::new(Simulation::new(site("()"), 51));
    script(&mut timeline);
    assert_eq!(fired(timeline.simulation()), ["site does not answer"]);
    let mut direct = Timeline::new(Simulation::new(site("()"), 51));
    script(&mut direct);
    for seconds in [4, 29, 12, 30] {
        timeline.seek(SimTime::from_secs(seconds));
        direct.seek(SimTime::from_secs(seconds));
        assert!(timeline.simulation() == direct.simulation(), "at {seconds} s");
    }
    timeline.seek(SimTime::from_secs(6));
    assert_eq!(log(timeline.simulation()), []);
}

#[test]
fn invalid_rules_are_refused_with_a_reason() {
    for (rules, words) in [
        ("(alerts: [(name: \"x\", when: Change(metric: P99, by: Fall(0.5), within_s: 30.0))])", "cannot be averaged"),
        ("(alerts: [(name: \"x\", on: Component(\"web-9\"), when: Absence())])", "no component `web-9`"),
        ("(alerts: [(name: \"x\", on: Component(\"web-1\"), when: Absence())])", "cannot watch web server `web-1`"),
        (
            "(alerts: [(name: \"x\", on: Component(\"agent-1\"), when: Threshold(metric: Qps, is: Over(1.0)))])",
            "cannot watch monitoring agent `agent-1`",
        ),
        (
            "(alerts: [(name: \"x\", on: Component(\"fw-1\"), when: Threshold(metric: Qps, is: Over(1.0)))])",
            "cannot watch firewall `fw-1`",
        ),
        ("(alerts: [(name: \"x\", on: Entry, when: Probe(failures: 1))])", "remove `on`"),
        ("(alerts: [(name: \"x\", when: Probe(failures: 0))])", "at least one failure"),
        ("(alerts: [(name: \"x\", when: Absence(intervals: 0))])", "at least one missed"),
        ("(alerts: [(name: \"x\", when: Burn(rate: 1.0, long_s: 5.0, short_s: 6.0))])", "is longer than its long window"),
        ("(alerts: [(name: \"x\", when: Burn(rate: 1.0, long_s: 500.0, short_s: 6.0))])", "only 120 samples"),
        ("(alerts: [(name: \"x\", when: Threshold(metric: Qps, is: Over(-1.0)))])", "must be between"),
        ("(alerts: [], prob: ())", "prob"),
    ] {
        let error = error(rules);
        assert!(error.contains(words), "{rules}: {error}");
    }
    assert!(error("(alerts: [(name: \"x\", on: Component(\"web-9\"), when: Absence())])").contains("web-"), "a suggestion");
}

#[test]
fn an_alert_on_a_fall_fires_until_the_level_is_back() {
    const FALL: &str = "requests fell by half";
    let mut sim = Simulation::new(site("()"), 42);
    run_to(&mut sim, 60);
    assert_eq!(state(&sim, FALL, "lb-1"), Ok);
    act(&mut sim, &rate(0.0));
    // The rule's window of 30 s has long forgotten the level before the fall.
    for at in [100, 200, 600] {
        run_to(&mut sim, at);
        assert_eq!(state(&sim, FALL, "lb-1"), Firing, "at {at} s");
    }
    act(&mut sim, &rate(100.0));
    run_to(&mut sim, 640);
    assert_eq!(state(&sim, FALL, "lb-1"), Resolved);
}

#[test]
fn an_alert_on_a_fall_accepts_the_new_level_after_an_hour() {
    const FALL: &str = "requests fell by half";
    let mut sim = Simulation::new(site("()"), 43);
    run_to(&mut sim, 60);
    act(&mut sim, &rate(12.0));
    run_to(&mut sim, 3_600);
    assert_eq!(state(&sim, FALL, "lb-1"), Firing);
    run_to(&mut sim, 3_800);
    assert_eq!(state(&sim, FALL, "lb-1"), Resolved);
}
