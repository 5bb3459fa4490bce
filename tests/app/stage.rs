//! Keys that change the infrastructure: faults, TLS, requests, load, balancing; and their notices.

use hoplight::app::Tone;
use hoplight::app::overlay::OverlayState;
use hoplight::app::overlay::kind::Overlay;
use hoplight::model::{Algorithm, TlsMode};

use crate::learner::{LARGE, Learner, SMALL, component, hop, server};

#[test]
fn killing_without_a_selection_says_why_it_has_no_effect() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("x");
    assert!(learner.notice().starts_with("Nothing is selected. Select an element"), "{}", learner.notice());
    assert_eq!(learner.stage().session.timeline.commands().count(), 0);
}

#[test]
fn components_servers_and_hops_are_killed_and_restored_with_one_key() {
    for (element, down, up) in [
        (component("db-1"), "db-1 is down: connections to it are refused at once.", "db-1 is back."),
        (server("server-2"), "server-2 is off: nothing on it responds, not even with a refusal.", "server-2 is back."),
        (hop("lb-1", "web-1"), "The link lb-1 → web-1 is cut.", "The link lb-1 → web-1 is repaired."),
    ] {
        let mut learner = Learner::exploring(LARGE);
        learner.select(&element).press("x");
        assert_eq!((learner.notice(), learner.is_up(&element)), (down, false));
        learner.press("x");
        assert_eq!((learner.notice(), learner.is_up(&element)), (up, true));
    }
}

#[test]
fn restoring_a_component_whose_server_is_off_restores_the_server() {
    let mut learner = Learner::exploring(LARGE);
    learner.select(&server("server-2")).press("x");
    learner.select(&component("web-1")).press("x");
    assert_eq!(learner.notice(), "server-2 is back.");
    assert!(learner.is_up(&server("server-2")) && learner.is_up(&component("web-1")));
}

#[test]
fn the_user_cannot_be_killed() {
    let mut learner = Learner::exploring(LARGE);
    learner.select(&component("browser")).press("x");
    assert_eq!(learner.notice(), "browser is the user and cannot be killed.");
    assert!(learner.is_up(&component("browser")));
}

#[test]
fn the_tls_key_cycles_through_the_modes_and_the_counts_follow() {
    let mut learner = Learner::exploring(SMALL);
    let mode = |learner: &Learner| learner.stage().infra().tls().edge;
    let exposed = |learner: &Learner| learner.stage().panels.summary.exposed;
    assert_eq!((mode(&learner), exposed(&learner)), (TlsMode::Terminate, 6));
    learner.press("t");
    assert_eq!((mode(&learner), exposed(&learner)), (TlsMode::Reencrypt, 4), "{}", learner.notice());
    assert!(learner.notice().starts_with("TLS re-encrypt: "), "{}", learner.notice());
    learner.press("t");
    assert_eq!((mode(&learner), exposed(&learner)), (TlsMode::Passthrough, 4));
    learner.press("t");
    assert_eq!((mode(&learner), exposed(&learner)), (TlsMode::None, 7), "the first hop too");
    learner.press("t");
    assert_eq!((mode(&learner), exposed(&learner)), (TlsMode::Terminate, 6));
    learner.press("te");
    assert_eq!(exposed(&learner), 1, "only the DNS lookup is left");
    assert_eq!(learner.notice(), "TLS to the databases is on.");
    let plaintext = learner.stage().panels.summary.plaintext;
    learner.press("T");
    assert_eq!(learner.notice(), "TLS between web servers and applications is on.");
    assert!(learner.stage().panels.summary.plaintext < plaintext);
    assert_eq!(exposed(&learner), 1, "that was loopback");
}

#[test]
fn the_password_is_readable_behind_the_balancer_until_it_encrypts_again() {
    let mut learner = Learner::exploring(SMALL);
    learner.select(&hop("lb-1", "web-1"));
    assert!(learner.panel().contains("plaintext on the wire"), "{}", learner.panel());
    let secret = |learner: &Learner| {
        let lines = learner.view().panel.lines;
        lines.iter().any(|line| line.spans.iter().any(|(tone, _)| *tone == Tone::Secret))
    };
    assert!(secret(&learner), "{}", learner.panel());
    learner.press("t");
    assert!(!secret(&learner) && learner.panel().contains("Everything else is ciphertext"), "{}", learner.panel());
    learner.press("t");
    assert!(learner.panel().contains("passes through the balancer"), "{}", learner.panel());
    learner.press("t");
    assert!(secret(&learner), "{}", learner.panel());
}

#[test]
fn a_tls_change_shows_the_readable_hops_until_the_next_key() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("t");
    assert_eq!(learner.stage().panels.overlays.state, OverlayState::Briefly);
    learner.press("<Tab>");
    assert_eq!(learner.stage().panels.overlays.state, OverlayState::Off);
    learner.press("v<Tab>t<Tab>");
    assert_eq!(learner.stage().panels.overlays.state, OverlayState::On(Overlay::ReadableHops));
    learner.press("V");
    assert_eq!(learner.stage().panels.overlays.state, OverlayState::Off);
}

#[test]
fn single_requests_are_sent_and_followed() {
    for (key, says) in [("r", "A new visitor sends POST"), ("s", "A new visitor sends GET"), ("d", "A new visitor sends GET")] {
        let mut learner = Learner::exploring(SMALL);
        learner.press(" ");
        learner.press(key);
        assert!(learner.notice().starts_with(says), "{}", learner.notice());
        assert!(!learner.stage().session.playback.paused, "the simulation runs");
        let followed = learner.stage().session.playback.followed.expect("the request is followed");
        assert!(learner.stage().sim().is_in_flight(followed));
        assert!(learner.panel().contains("DNS") || !learner.panel().is_empty());
    }
}

#[test]
fn the_load_rises_and_falls_within_limits() {
    let mut learner = Learner::exploring(SMALL);
    let rate = |learner: &Learner| learner.stage().sim().rate();
    learner.press(">");
    assert!((rate(&learner) - 125.0).abs() < 1e-9, "{}", rate(&learner));
    assert_eq!(learner.notice(), "Users now send 125 requests per second.");
    learner.press("<");
    assert!((rate(&learner) - 100.0).abs() < 1e-9);
    learner.press(&"<".repeat(60));
    assert!(rate(&learner).abs() < 1e-9);
    assert_eq!(learner.notice(), "The load is already zero.");
    learner.press(&">".repeat(120));
    assert!((rate(&learner) - 5_000.0).abs() < 1e-9);
}

#[test]
fn the_balancing_algorithm_can_be_changed() {
    let mut learner = Learner::exploring(SMALL);
    assert_eq!(learner.stage().sim().algorithm(), Some(Algorithm::RoundRobin));
    learner.press("b");
    assert_eq!(learner.stage().sim().algorithm(), Some(Algorithm::LeastConnections));
    assert!(learner.notice().starts_with("The balancer now uses least"), "{}", learner.notice());
    learner.press(&"b".repeat(Algorithm::ALL.len() - 1));
    assert_eq!(learner.stage().sim().algorithm(), Some(Algorithm::RoundRobin));
}

#[test]
fn without_a_balancer_there_is_no_algorithm_to_change() {
    let mut learner = Learner::new(SMALL);
    let text = r#"(
        format: 1, id: "alone", title: "One server", summary: "A web server alone.",
        traffic: (rate: 10.0), tls: (edge: None), servers: [(id: "server-1", at: (1, 0))],
        components: [
            (id: "browser", kind: Browser, at: (0, 0)),
            (id: "dns", kind: DnsResolver(ttl_s: 300.0), at: (0, 1)),
            (id: "web-1", kind: Web(), server: "server-1"),
        ],
        links: [(from: "browser", to: "dns", protocol: Dns), (from: "browser", to: "web-1", protocol: Http)],
    )"#;
    let alone = hoplight::model::Infrastructure::from_ron("alone.ron", text).unwrap_or_else(|error| panic!("{error}"));
    learner.app.open_scenario(alone.into());
    learner.press("b");
    assert_eq!(learner.notice(), "This infrastructure has no load balancer.");
}

#[test]
fn every_notice_disappears_with_the_next_key() {
    for notable in ["x", "Z", ",", "p", "t", "b", ">", "r", "w", "e"] {
        let mut learner = Learner::exploring(SMALL);
        learner.press(notable);
        assert_ne!(learner.notice(), "", "{notable}");
        learner.press("<Tab>");
        assert_eq!(learner.notice(), "", "{notable}");
        learner.press(notable);
        let (column, row) = (learner.stage().viewport.regions.canvas.x, learner.stage().viewport.regions.canvas.y);
        learner.click((column, row));
        assert_eq!(learner.notice(), "", "{notable}, then a click");
    }
}

#[test]
fn unbound_keys_say_so() {
    let mut learner = Learner::exploring(SMALL);
    for key in ["Z", "ß", "0", "<Backspace>"] {
        learner.press(key);
        assert!(learner.notice().ends_with("does nothing here; ? shows the keys."), "{key}: {}", learner.notice());
    }
    assert_eq!(learner.tone(), Some(Tone::Dim));
}

#[test]
fn a_firewall_blocks_and_unblocks_a_hop() {
    let mut learner = Learner::exploring(LARGE);
    learner.press("f");
    assert_eq!(learner.notice(), "Select a hop first: a firewall blocks one hop.");
    learner.select(&hop("lb-1", "web-1")).press("f");
    assert!(learner.notice().starts_with("A firewall now drops lb-1 → web-1"), "{}", learner.notice());
    learner.wait(80);
    let dropped = |learner: &Learner| {
        learner.stage().sim().backend_up(learner.stage().infra().link_between("lb-1", "web-1").expect("a link"))
    };
    assert_eq!(dropped(&learner), Some(false), "health checks are dropped");
    learner.press("f");
    assert_eq!(learner.notice(), "The firewall allows lb-1 → web-1 again.");
    learner.wait(150);
    assert_eq!(dropped(&learner), Some(true));
}
