//! Tests draining: a backend leaves and returns without failed requests.

use hoplight::model::TlsMode;
use hoplight::sim::{Command, CommandError};

use super::site::{Plan, component, server};

const LOAD: &str = "rate: 200.0";

#[test]
fn a_rolling_deployment_with_draining_fails_no_request() {
    let mut site = Plan { webs: &["", "", ""], web_ms: 200.0, traffic: LOAD, ..Plan::default() }.start();
    site.at(3_000.0);
    for web in ["web-1", "web-2", "web-3"] {
        site.act(Command::Drain(component(web)));
        assert_eq!(site.sim.is_draining(&component(web)), Some(true));
        site.after(1_000.0);
        assert_eq!(site.sim.active(site.link("lb-1", web)), 0, "{web} has no requests in progress");
        // The new version starts while health checks fail.
        site.kill(component(web)).after(7_000.0).act(Command::Restore(component(web))).after(500.0);
        site.act(Command::Ready(component(web))).after(6_000.0);
    }
    let totals = site.sim.totals();
    assert!(totals.failed == 0 && totals.completed > 8_000, "{totals:?}");
    let counts = site.counts(3);
    assert!(counts.iter().max().zip(counts.iter().min()).is_some_and(|(most, least)| most - least < 60), "{counts:?}");
}

#[test]
fn without_draining_some_requests_fail() {
    let mut site = Plan { webs: &["", "", ""], web_ms: 200.0, traffic: LOAD, ..Plan::default() }.start();
    site.at(3_000.0).kill(component("web-1")).after(7_000.0).act(Command::Restore(component("web-1"))).after(6_000.0);
    let failed = site.sim.totals().failed;
    // A third of the requests that arrive until three checks have failed (four to six seconds), plus those in progress.
    assert!((200..500).contains(&failed), "{failed}");
}

#[test]
fn a_passthrough_connection_stays_with_its_backend() {
    let mut site = Plan { tls: "Passthrough", web_ms: 300.0, ..Plan::default() }.start();
    let number = site.visit();
    // The connection takes 20 ms; then the balancer binds the handshake to web-1, and the response follows later.
    site.at(100.0);
    assert_eq!(site.chosen(), ["web-1"]);
    site.act(Command::Drain(component("web-1"))).at(2_000.0);
    assert!(site.ending(number).0.is_ok());
    assert_eq!(site.chosen(), ["web-1"], "no second choice");
    assert_eq!(site.sim.infrastructure().tls().edge, TlsMode::Passthrough);
    let late = site.visit();
    site.after(2_000.0);
    assert!(site.ending(late).0.is_ok());
    assert_eq!(site.chosen(), ["web-1", "web-2"]);
}

#[test]
fn servers_and_hops_can_be_drained_too() {
    let mut site = Plan::default().start();
    site.act(Command::Drain(server("server-2")));
    assert_eq!(site.sim.is_draining(&component("web-2")), Some(true));
    let hop = site.sim.infrastructure().hop_element(site.link("lb-1", "web-2"));
    site.act(Command::Ready(hop));
    assert_eq!(site.sim.is_draining(&server("server-2")), Some(false));
}

#[test]
fn a_rejected_drain_changes_nothing() {
    let mut site = Plan { behind: true, ..Plan::default() }.start();
    site.act(Command::Drain(component("web-1")));
    let before = site.sim.clone();
    for (command, error) in [
        (Command::Drain(component("web-1")), CommandError::AlreadyDraining(component("web-1"))),
        (Command::Ready(component("web-2")), CommandError::NotDraining(component("web-2"))),
        (Command::Drain(component("db-1")), CommandError::NoBackend(component("db-1"))),
        (Command::Drain(component("nobody")), CommandError::Unknown(component("nobody"))),
        (Command::Drain(component("browser")), CommandError::NotPart(component("browser"))),
    ] {
        assert_eq!(site.sim.apply(&command, &mut ()), Err(error));
    }
    assert!(site.sim == before);
}
