//! Expired certificates, measured with HAProxy 2.6.12 and nginx 1.22: two web servers behind a balancer.

use std::sync::Arc;

use hoplight::model::{ComponentId, Element, Infrastructure};
use hoplight::sim::{CheckCode, Command, Failure, Fault, RecordState, SimTime, Simulation};

/// 200 users with a connection each, 60 requests per second, a quarter of them on new connections.
fn site(balancer: &str, tls: &str, traffic: &str) -> Simulation {
    let text = format!(
        r#"(traffic: (rate: 60.0, users: Some(200), new_visitors: 0.25, {traffic}), tls: ({tls}),
            certificates: [(on: ["lb"]), (on: ["web-1"]), (on: ["web-2"])],
            components: [(id: "lb", kind: LoadBalancer({balancer})), (id: "web-1", kind: Web()), (id: "web-2", kind: Web()),
                (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "lb", to: "web-1"), (from: "lb", to: "web-2"), (from: "web-1", to: "app"), (from: "web-2", to: "app"),
                (from: "app", to: "db")])"#
    );
    Simulation::new(Arc::new(Infrastructure::from_ron("site.ron", &text).expect("a valid scenario")), 1)
}

fn id(name: &str) -> ComponentId {
    ComponentId::new(name)
}

fn element(name: &str) -> Element {
    Element::Component(id(name))
}

fn apply(sim: &mut Simulation, command: &Command) {
    sim.apply(command, &mut ()).expect("the command applies");
}

/// Share of the requests that fail between two times in seconds.
fn failing(sim: &mut Simulation, from: u64, to: u64) -> f64 {
    sim.advance(SimTime::from_secs(from), &mut ());
    let before = sim.totals();
    sim.advance(SimTime::from_secs(to), &mut ());
    let after = sim.totals();
    let (failed, completed) = (after.failed - before.failed, after.completed - before.completed);
    failed as f64 / (failed + completed) as f64
}

/// The failing shares 0–5, 20–25 and 40–45 s after the certificate at the edge expires, 12 s after the first request to a
/// balancer that has just been started.
fn after_expiry(balancer: &str) -> [f64; 3] {
    let mut sim = site(balancer, "edge: Terminate", "");
    apply(&mut sim, &Command::Kill(element("lb")));
    apply(&mut sim, &Command::Restore(element("lb")));
    sim.advance(SimTime::from_secs(12), &mut ());
    apply(&mut sim, &Command::Fault(Fault::Expired(id("lb"))));
    [(12, 17), (32, 37), (52, 57)].map(|(from, to)| failing(&mut sim, from, to))
}

fn assert_near(found: [f64; 3], measured: [f64; 3], within: f64) {
    assert!(found.iter().zip(measured).all(|(found, measured)| (found - measured).abs() <= within), "{found:?}, {measured:?}");
}

#[test]
fn kept_connections_outlive_the_certificate_at_the_edge() {
    let found = after_expiry("http_keep_alive_s: 60.0, client_timeout_s: 60.0");
    assert_near(found, [0.30, 0.31, 0.29], 0.05);
}

#[test]
fn connections_that_were_idle_too_long_shake_hands_again() {
    assert_near(after_expiry("http_keep_alive_s: 10.0"), [0.34, 0.68, 0.82], 0.05);
}

#[test]
fn the_shorter_of_the_two_timeouts_counts() {
    assert_near(after_expiry("http_keep_alive_s: 60.0, client_timeout_s: 10.0"), [0.34, 0.68, 0.82], 0.05);
}

#[test]
fn a_restart_of_the_balancer_ends_the_connections_that_were_kept() {
    let mut sim = site("http_keep_alive_s: 60.0", "edge: Terminate", "");
    sim.advance(SimTime::from_secs(20), &mut ());
    apply(&mut sim, &Command::Fault(Fault::Expired(id("lb"))));
    let kept = failing(&mut sim, 20, 30);
    assert!((0.2..0.3).contains(&kept), "{kept}");
    apply(&mut sim, &Command::Kill(element("lb")));
    apply(&mut sim, &Command::Restore(element("lb")));
    assert_eq!(sim.connected_users(), 0);
    assert!(failing(&mut sim, 31, 40) > 0.999_999, "everyone fails");
    assert!(sim.failures().any(|(failure, count)| failure == Failure::Certificate && count > 500));
}

#[test]
fn resumed_sessions_show_no_certificate() {
    let mut sim = site("http_keep_alive_s: 10.0", "edge: Terminate", "resumes: 1.0");
    sim.advance(SimTime::from_secs(12), &mut ());
    apply(&mut sim, &Command::Fault(Fault::Expired(id("lb"))));
    assert!(failing(&mut sim, 12, 60) == 0.0, "nobody fails");
}

/// Whether the balancer considers its backends UP.
fn backends_up(sim: &Simulation) -> [bool; 2] {
    ["web-1", "web-2"].map(|web| {
        let link = sim.infrastructure().link_between("lb", web).expect("a link");
        sim.backend_up(link).expect("a backend")
    })
}

/// A balancer that encrypts to its backends; both certificates expire at 20 s.
fn reencrypted(balancer: &str) -> Simulation {
    let mut sim = site(balancer, "edge: Reencrypt", "");
    sim.advance(SimTime::from_secs(20), &mut ());
    apply(&mut sim, &Command::Fault(Fault::Expired(id("web-1"))));
    apply(&mut sim, &Command::Fault(Fault::Expired(id("web-2"))));
    sim
}

#[test]
fn expired_backends_stay_up_while_sessions_are_resumed() {
    let mut sim = reencrypted("check: Http");
    assert!(failing(&mut sim, 20, 120) == 0.0, "nobody fails");
    assert_eq!(backends_up(&sim), [true; 2]);
    // A backend that restarts has lost its session keys, so the balancer has to verify its certificate.
    apply(&mut sim, &Command::Kill(element("web-1")));
    apply(&mut sim, &Command::Restore(element("web-1")));
    sim.advance(SimTime::from_secs(130), &mut ());
    assert_eq!(backends_up(&sim), [false, true]);
}

#[test]
fn without_session_reuse_expired_backends_are_down_after_three_checks() {
    let mut sim = reencrypted("check: Http, no_ssl_reuse: true, idle: Some(0)");
    let before = sim.failures().map(|(_, count)| count).sum::<u64>();
    sim.advance(SimTime::from_nanos(22_900_000_000), &mut ());
    // Each request makes three retries, one second apart, before it fails.
    assert_eq!(sim.failures().map(|(_, count)| count).sum::<u64>(), before);
    sim.advance(SimTime::from_nanos(23_900_000_000), &mut ());
    assert!(sim.failures().any(|(failure, count)| failure == Failure::Unavailable && count > 20));
    sim.advance(SimTime::from_secs(26), &mut ());
    assert_eq!(backends_up(&sim), [false; 2]);
    let link = sim.infrastructure().link_between("lb", "web-1").expect("a link");
    assert_eq!(sim.check_code(link), Some(CheckCode::L6Rsp));
    assert!(failing(&mut sim, 30, 40) > 0.999_999, "everyone fails");
}

/// A site whose name was cached for up to 100 s by its users, which disappears at 20 s.
fn nameless(http_keep_alive_s: f64) -> Simulation {
    let text = format!(
        r#"(traffic: (rate: 60.0, users: Some(200), new_visitors: 0.25), tls: (edge: None),
            components: [(id: "dns", kind: DnsResolver(ttl_s: 100.0)),
                (id: "lb", kind: LoadBalancer(http_keep_alive_s: {http_keep_alive_s})), (id: "web", kind: Web()),
                (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "browser", to: "dns"), (from: "browser", to: "lb"), (from: "lb", to: "web"), (from: "web", to: "app"),
                (from: "app", to: "db")])"#
    );
    let mut sim = Simulation::new(Arc::new(Infrastructure::from_ron("site.ron", &text).expect("a valid scenario")), 1);
    sim.advance(SimTime::from_secs(20), &mut ());
    apply(&mut sim, &Command::Fault(Fault::Record(RecordState::Gone)));
    sim
}

#[test]
fn a_missing_name_fails_users_one_cache_after_the_other() {
    let mut sim = nameless(10.0);
    // Of the new visitors, a share of t / TTL fails; returning users go on until their connection has been closed, too.
    let ramp = [(20, 30), (40, 50), (60, 70), (100, 110), (250, 270)].map(|(from, to)| failing(&mut sim, from, to));
    assert!(ramp.windows(2).all(|pair| pair[0] < pair[1]), "{ramp:?}");
    assert!(ramp[0] < 0.05 && (0.15..0.45).contains(&ramp[2]) && ramp[4] > 0.95, "{ramp:?}");
}

#[test]
fn open_connections_outlive_a_missing_name() {
    let mut sim = nameless(60.0);
    let late = failing(&mut sim, 150, 200);
    assert!((late - 0.25).abs() < 0.03, "all new visitors fail, and nobody else: {late}");
}
