//! A firewall that rejects HAProxy's connections to one of two web servers: HAProxy 2.6 with `inter 2s fall 3`, connect timeout
//! 1 s, three retries, no redispatch, 60 requests per second.

use hoplight::sim::{CheckCode, Failure};

use super::run::Run;

/// The site; the firewall of web-1 answers connections to port 8080 with `action`, once `web-1` is blocked by its first rule.
fn site(action: &str, rate: f64) -> String {
    format!(
        r#"(traffic: (rate: {rate:?}, new_visitors: 0.25, static_share: 1.0, write_share: 0.0), tls: (edge: None),
            servers: [(id: "s1"), (id: "s2"), (id: "s3")],
            components: [
                (id: "lb", kind: LoadBalancer(upstream: PerRequest), server: "s1"),
                (id: "fw", kind: Firewall(servers: ["s2"], inbound: [(ports: [8080], action: {action})])),
                (id: "web-1", kind: Web(), server: "s2"), (id: "web-2", kind: Web(), server: "s3")],
            links: [(from: "lb", to: "web-1"), (from: "lb", to: "web-2")])"#
    )
}

fn check_code(run: &Run) -> Option<CheckCode> {
    let link = run.sim.infrastructure().link_between("lb", "web-1").expect("a link");
    run.sim.check_code(link)
}

/// The time of the first failure of a request, in milliseconds after it was sent.
fn first_failure(run: &Run) -> f64 {
    run.ended.iter().find(|(_, outcome, _)| outcome.is_err()).expect("a failure").2
}

#[test]
fn a_reset_refuses() {
    // Measured: `reject with tcp reset` behaves as a killed nginx; 503 after three retries a second apart.
    let mut run = Run::new(&site("Reset", 60.0), 1);
    run.to(30.0);
    assert!((2_900.0..3_100.0).contains(&first_failure(&run)), "{}", first_failure(&run));
    assert_eq!(check_code(&run), Some(CheckCode::L4Con));
    assert!(run.count(Failure::Unavailable, 0.0, 9.0) > 100);
}

#[test]
fn an_icmp_error_is_rate_limited_so_that_a_reject_is_a_drop_under_load() {
    // Measured: 503 after 4.0 s and L4TOUT, as with a drop; at 30 connections per second, 9 of 62 were refused.
    let mut run = Run::new(&site("Reject", 60.0), 1);
    run.to(8.5);
    assert_eq!(check_code(&run), Some(CheckCode::L4Tout));
    run.to(30.0);
    let times: Vec<f64> = run.ended.iter().filter(|(_, outcome, _)| outcome.is_err()).map(|it| it.2).collect();
    let slow = times.iter().filter(|ms| **ms > 3_800.0).count();
    assert!(slow * 10 > times.len() * 8, "{slow} of {}", times.len());
    // Once web-1 is DOWN, its checks are the only connections.
    assert_eq!(check_code(&run), Some(CheckCode::L4Con));
}

#[test]
fn without_load_a_reject_refuses() {
    let mut run = Run::new(&site("Reject", 0.1), 1);
    run.to(30.0);
    assert_eq!(check_code(&run), Some(CheckCode::L4Con));
}
