//! Full accept queues: exact times of dropped and resent SYNs, and of connections that wait to be accepted.

use std::sync::Arc;

use hoplight::model::Infrastructure;
use hoplight::sim::{EventKind, Failure};

use super::site::Run;

/// A site without latencies whose users wait for a minute.
fn site(components: &str, links: &str) -> Arc<Infrastructure> {
    let text = format!(
        r#"(id: "full", traffic: (rate: 0.0, patience_s: 60.0, connections: PerRequest), tls: (edge: None),
            components: [(id: "browser", kind: Browser), {components}
                (id: "db-1", kind: Database(role: Primary), station: (service: Constant(ms: 0.0)))],
            links: [{links}])"#
    );
    Arc::new(Infrastructure::from_ron("full.ron", &text).unwrap_or_else(|error| panic!("{error}")))
}

/// An application with one worker and no queue, which takes `ms` for each request.
fn lone(ms: u32) -> Arc<Infrastructure> {
    site(
        &format!(r#"(id: "app-1", kind: App(), station: (slots: 1, queue: 0, service: Constant(ms: {ms}.0))),"#),
        r#"(from: "browser", to: "app-1", latency_ms: 0.0), (from: "app-1", to: "db-1", latency_ms: 0.0)"#,
    )
}

/// The outcome of each finished request, with its latency in whole milliseconds.
fn endings(run: &Run) -> Vec<(Result<(), Failure>, f64)> {
    let ending = |what: &EventKind| {
        if let EventKind::Ended { outcome, latency_ms } = what { Some((*outcome, latency_ms.round())) } else { None }
    };
    run.notes.iter().filter_map(|note| ending(&note.what)).collect()
}

#[test]
fn a_dropped_syn_is_resent_after_one_three_and_seven_seconds() {
    for (busy_ms, resent_ms) in [(800, 1_000.0), (2_000, 3_000.0), (4_000, 7_000.0)] {
        let mut run = Run::new(&lone(busy_ms));
        run.act("send read").to(0.01).act("send read").to(30.0);
        let served = f64::from(busy_ms);
        assert_eq!(endings(&run), [(Ok(()), served), (Ok(()), resent_ms + served)]);
        let dropped = run.notes.iter().filter(|note| matches!(note.what, EventKind::SynDropped { .. })).count();
        assert_eq!((dropped, run.sim.records()), (1, 0), "resending is not an event of the journal");
    }
}

#[test]
fn a_resent_syn_that_meets_a_dead_process_is_refused() {
    let mut run = Run::new(&lone(30_000));
    run.act("send read").to(0.01).act("send read").to(0.5).act("kill app-1").to(5.0);
    assert_eq!(endings(&run), [(Err(Failure::Reset), 500.0), (Err(Failure::Refused), 1_000.0)]);
}

#[test]
fn a_web_server_resends_until_its_connect_timeout() {
    for (timeout_s, expected) in [
        // At the timeout, the SYN is not resent.
        (1.0, (Err(Failure::GatewayTimeout), 1_000.0)),
        (2.0, (Err(Failure::GatewayTimeout), 2_000.0)),
        // The time limit for the response starts with the connection.
        (4.0, (Ok(()), 3_000.0 + 2_500.0)),
    ] {
        let web = format!("Web(connect_timeout_s: {timeout_s:?}, timeout_s: 3.0)");
        let infra = site(
            &format!(
                r#"(id: "web-1", kind: {web}, station: (service: Constant(ms: 0.0))),
                   (id: "app-1", kind: App(), station: (slots: 1, queue: 0, service: Constant(ms: 2500.0))),"#
            ),
            r#"(from: "browser", to: "web-1", latency_ms: 0.0), (from: "web-1", to: "app-1", latency_ms: 0.0),
               (from: "app-1", to: "db-1", latency_ms: 0.0)"#,
        );
        let mut run = Run::new(&infra);
        run.act("send read").act("send read").to(20.0);
        assert!(endings(&run).contains(&expected), "{timeout_s}: {:?}", endings(&run));
        let why = if expected.0.is_ok() { None } else { Some(&1) };
        assert_eq!(run.whys().get("Full"), why, "the journal names the cause");
    }
}

#[test]
fn a_balancer_retries_and_then_responds_with_503() {
    let infra = site(
        r#"(id: "lb-1", kind: LoadBalancer(connect_timeout_s: 1.0, retries: 3, check: Tcp, check_interval_s: 60.0),
               station: (service: Constant(ms: 0.0))),
           (id: "web-1", kind: Web(), station: (slots: 1, queue: 0, service: Constant(ms: 50000.0))),"#,
        r#"(from: "browser", to: "lb-1", latency_ms: 0.0), (from: "lb-1", to: "web-1", latency_ms: 0.0),
           (from: "web-1", to: "db-1", latency_ms: 0.0)"#,
    );
    let mut run = Run::new(&infra);
    run.act("send static").act("send static").to(4.5);
    assert_eq!(endings(&run), [(Err(Failure::Unavailable), 4_000.0)]);
    let flags: Vec<_> = run.notes.iter().filter_map(hoplight::sim::JournalEvent::log_flag).collect();
    assert_eq!(flags, ["sC"]);
}

#[test]
fn at_its_limit_of_connections_a_balancer_lets_users_wait() {
    let infra = site(
        r#"(id: "lb-1", kind: LoadBalancer(check: Tcp), station: (connections: 1, service: Constant(ms: 0.0))),
           (id: "app-1", kind: App(), station: (service: Constant(ms: 400.0))),"#,
        r#"(from: "browser", to: "lb-1", latency_ms: 0.0), (from: "lb-1", to: "app-1", latency_ms: 0.0),
           (from: "app-1", to: "db-1", latency_ms: 0.0)"#,
    );
    let mut run = Run::new(&infra);
    // One is accepted, one waits in the kernel's accept queue, and the SYN of the third is resent.
    run.act("send read").act("send read").act("send read");
    let balancer = run.find("lb-1");
    assert_eq!((run.sim.station(balancer).waiting, run.sim.station(balancer).dropped), (1, 1));
    run.to(20.0);
    assert_eq!(endings(&run), [(Ok(()), 400.0), (Ok(()), 800.0), (Ok(()), 1_400.0)]);
    assert_eq!(run.sim.records(), 0);
}

#[test]
fn a_connection_keeps_its_place_between_handshake_and_request() {
    let text = r#"(id: "place", traffic: (rate: 0.0, patience_s: 60.0), tls: (edge: Terminate),
        certificates: [(names: ["www.foobar.com"], on: ["lb-1"], days_left: 90)],
        components: [(id: "browser", kind: Browser),
            (id: "lb-1", kind: LoadBalancer(check: Tcp), station: (connections: 1, service: Constant(ms: 0.0))),
            (id: "app-1", kind: App(), station: (service: Constant(ms: 400.0))),
            (id: "db-1", kind: Database(role: Primary), station: (service: Constant(ms: 0.0)))],
        links: [(from: "browser", to: "lb-1", latency_ms: 50.0), (from: "lb-1", to: "app-1", latency_ms: 0.0),
            (from: "app-1", to: "db-1", latency_ms: 0.0)])"#;
    let infra = Arc::new(Infrastructure::from_ron("place.ron", text).unwrap_or_else(|error| panic!("{error}")));
    let mut run = Run::new(&infra);
    run.act("send read").to(0.01).act("send read").to(20.0);
    let [(Ok(()), first), (Ok(()), second)] = endings(&run)[..] else { panic!("{:?}", endings(&run)) };
    // If the first user's place were free between handshake and request, the second user's handshake would take it.
    assert!(second > first + 400.0, "{first} {second}");
}
