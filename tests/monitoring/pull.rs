//! Monitoring by pull: who connects, when `up` is 0, and what is left when the service itself dies.

use std::sync::Arc;

use hoplight::model::{Element, Infrastructure, TopologyEdit};
use hoplight::sim::{AlertState, Command, Simulation};

use super::{act, component, find, fired, log, run_to, server};

use AlertState::{Firing, Resolved};

/// A site on one server with an agent. `link` is between `agent` and `service`; `rules` are inbound rules.
fn text(monitoring: &str, rules: &str, link: &str) -> String {
    format!(
        r#"(traffic: (rate: 50.0), tls: (edge: None), monitoring: {monitoring}, servers: [(id: "site"), (id: "ops")],
        components: [
            (id: "fw", kind: Firewall(servers: ["site"], inbound: [(ports: [80]), {rules}], outbound: [(ports: [443])])),
            (id: "web", kind: Web(), server: "site"), (id: "app", kind: App(), server: "site"),
            (id: "db", kind: Database(), server: "site"), (id: "agent", kind: Agent(), server: "site"),
            (id: "service", kind: MonitoringService, server: "ops")],
        links: [(from: "web", to: "app"), (from: "app", to: "db"), {link}])"#
    )
}

const PULL: &str = r#"(from: "service", to: "agent")"#;
const PUSH: &str = r#"(from: "agent", to: "service")"#;
/// Scrapes every 5 s.
const OFTEN: &str = "(scrape_interval_s: 5.0)";
const ADMITS: &str = r#"(peer: Server("ops"), ports: [9100])"#;

fn site(monitoring: &str, rules: &str, link: &str) -> Simulation {
    let infra = Infrastructure::from_ron("pull.ron", &text(monitoring, rules, link)).unwrap_or_else(|error| panic!("{error}"));
    Simulation::new(Arc::new(infra), 7)
}

fn error(monitoring: &str, link: &str) -> String {
    let error = Infrastructure::from_ron("pull.ron", &text(monitoring, ADMITS, link)).expect_err("invalid settings");
    hoplight::text::read_error(error).to_string()
}

/// The times of the scrapes of the agent in seconds, and their results.
fn up(sim: &Simulation) -> Vec<(f64, bool)> {
    sim.up(find(sim, "agent")).map(|(at, up)| (at.as_secs_f64(), up)).collect()
}

fn samples(sim: &Simulation) -> usize {
    sim.samples(find(sim, "web")).count()
}

#[test]
fn the_service_scrapes_at_its_own_interval_and_opens_the_connection() {
    let mut sim = site(OFTEN, ADMITS, PULL);
    run_to(&mut sim, 21);
    assert_eq!(up(&sim), [(0.0, true), (5.0, true), (10.0, true), (15.0, true), (20.0, true)]);
    assert_eq!(samples(&sim), 4, "the first reading has no earlier one");
    assert!(fired(&sim).is_empty());
    let link = sim.infrastructure().link_between("service", "agent").expect("a link");
    assert_eq!(sim.infrastructure().port(link), 9_100);
    // Without an inbound rule, each scrape is dropped and fails at its timeout. A push needs no inbound rule.
    let mut closed = site(OFTEN, "", PULL);
    run_to(&mut closed, 21);
    assert_eq!(up(&closed), [(0.0, false), (5.0, false), (10.0, false), (15.0, false)]);
    assert_eq!((samples(&closed), fired(&closed)), (0, vec!["target down"]));
    let mut push = site(OFTEN, "", PUSH);
    run_to(&mut push, 21);
    assert!(samples(&push) >= 19 && up(&push).is_empty() && fired(&push).is_empty());
}

#[test]
fn a_failed_scrape_is_known_at_once_and_a_missing_push_only_by_its_absence() {
    let mut pull = site(OFTEN, ADMITS, PULL);
    run_to(&mut pull, 12);
    act(&mut pull, &Command::Kill(component("agent")));
    run_to(&mut pull, 32);
    act(&mut pull, &Command::Restore(component("agent")));
    run_to(&mut pull, 60);
    // The host refuses the connection; the response is back after 0.5 ms.
    assert_eq!(
        log(&pull),
        [(15.0005, "target down", "agent", Firing), (35.0005, "target down", "agent", Resolved)],
        "and absence does not fire"
    );
    let down = up(&pull).into_iter().filter(|(_, up)| !up).map(|(at, _)| at);
    assert_eq!(down.collect::<Vec<_>>(), [15.0, 20.0, 25.0, 30.0]);

    let mut push = site(OFTEN, ADMITS, PUSH);
    run_to(&mut push, 12);
    act(&mut push, &Command::Kill(component("agent")));
    run_to(&mut push, 32);
    let [(at, "no data", "agent", Firing)] = log(&push)[..] else { panic!("{:?}", log(&push)) };
    assert!((15.0..17.0).contains(&at), "after three intervals of a second: {at}");
}

#[test]
fn a_silent_host_fails_a_scrape_at_its_timeout() {
    let mut sim = site(OFTEN, ADMITS, PULL);
    run_to(&mut sim, 12);
    act(&mut sim, &Command::Kill(server("site")));
    run_to(&mut sim, 19);
    assert!(fired(&sim).is_empty() && sim.agents()[0].up == Some(true), "the scrape of 15 s is still waiting");
    run_to(&mut sim, 22);
    assert_eq!(log(&sim), [(20.0, "target down", "agent", Firing)]);
    assert!(sim.agents()[0].stale && sim.agents()[0].up == Some(false));
}

#[test]
fn without_the_service_there_are_no_samples_alerts_or_probes() {
    let monitoring = "(scrape_interval_s: 5.0, probe: (interval_s: 5.0))";
    let with = |kill: Element| {
        let mut sim = site(monitoring, ADMITS, PULL);
        run_to(&mut sim, 22);
        let (known, probes) = (samples(&sim), sim.probe().sent);
        act(&mut sim, &Command::Kill(kill));
        act(&mut sim, &Command::Kill(component("web")));
        run_to(&mut sim, 80);
        (sim, known, probes)
    };
    for kill in [component("service"), server("ops")] {
        let (mut sim, known, probes) = with(kill.clone());
        assert!(log(&sim).is_empty() && !sim.is_monitored(), "{kill}: {:?}", log(&sim));
        assert_eq!((samples(&sim), sim.probe().sent), (known, probes), "{kill}");
        assert!(sim.agents().iter().all(|agent| agent.stale), "{kill}: the last values are not shown as new");
        assert_eq!(sim.service_log().last().map(|(at, runs)| (at.as_secs_f64(), runs)), Some((23.0, false)));
        act(&mut sim, &Command::Restore(kill));
        run_to(&mut sim, 120);
        assert!(fired(&sim).contains(&"site does not answer"), "{:?}", fired(&sim));
    }
    // With the service, the dead site is noticed.
    let (sim, ..) = with(component("db"));
    assert!(fired(&sim).contains(&"site does not answer") && sim.is_monitored());
}

#[test]
fn a_dead_mans_switch_pages_when_the_heartbeats_stop() {
    let monitoring = "(dead_mans_switch: (interval_s: 10.0, timeout_s: 30.0))";
    let mut sim = site(monitoring, ADMITS, PULL);
    run_to(&mut sim, 100);
    let switch = |sim: &Simulation| sim.dead_mans_switch().expect("a switch");
    assert_eq!((switch(&sim).last.as_secs_f64(), switch(&sim).log.len()), (91.0, 0), "no page while the service runs");
    act(&mut sim, &Command::Kill(server("ops")));
    run_to(&mut sim, 120);
    assert!(!switch(&sim).has_paged);
    run_to(&mut sim, 200);
    act(&mut sim, &Command::Restore(server("ops")));
    run_to(&mut sim, 210);
    let entries: Vec<_> = switch(&sim).log.iter().map(|entry| (entry.at.as_secs_f64(), entry.paged)).collect();
    assert_eq!(entries, [(121.0, true), (201.0, false)], "30 s after the heartbeat at 91 s");
    // A short interruption is no page.
    act(&mut sim, &Command::Restart(component("service"), None));
    run_to(&mut sim, 300);
    assert_eq!(switch(&sim).log.len(), 2);
    assert!(site("()", ADMITS, PULL).dead_mans_switch().is_none());
}

#[test]
fn a_rule_of_a_firewall_that_is_added_blocks_the_scrapes() {
    let mut sim = site(OFTEN, ADMITS, PULL);
    run_to(&mut sim, 12);
    let [from, to] = ["service", "agent"].map(hoplight::model::ComponentId::new);
    act(&mut sim, &Command::Edit(TopologyEdit::Block(from, to)));
    run_to(&mut sim, 22);
    assert_eq!(log(&sim), [(20.0, "target down", "agent", Firing)]);
}

#[test]
fn settings_that_cannot_work_are_reported() {
    let both = format!("{PULL}, {PUSH}");
    let says = error("()", &both);
    assert!(says.contains("`agent` pushes its samples and is also scraped by `service`"), "{says}");
    let says = error("(dead_mans_switch: (interval_s: 10.0, timeout_s: 10.0))", PULL);
    assert!(says.contains("would page between two heartbeats"), "{says}");
    for link in [r#"(from: "service", to: "web")"#, r#"(from: "agent", to: "agent")"#] {
        assert!(error("()", link).contains("no protocol fits"), "{link}");
    }
    let says = error(r#"(alerts: [(name: "down", on: Component("web"), when: TargetDown())])"#, PULL);
    assert!(says.contains("absence and target-down rules watch agents"), "{says}");
}
