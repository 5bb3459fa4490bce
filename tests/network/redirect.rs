//! Visits that begin at port 80, HSTS, and redirects that never end. The user is 50 ms away, and nothing takes time but
//! redirects of the application.

use std::sync::Arc;

use hoplight::model::{ComponentId, Hsts, Infrastructure, Port80, TlsMode, TopologyEdit};
use hoplight::sim::catalogue::CommonFault;
use hoplight::sim::{Command, EventKind, Failure, JournalEvent, Outcome, Phase, SimTime, Simulation, Status};

/// One new visitor per second, or one returning user.
const NEW: &str = "new_visitors: 1.0";
const RETURNING: &str = "users: 1, new_visitors: 0.0";

/// A run, with its events since the start.
struct Run {
    sim: Simulation,
    notes: Vec<JournalEvent>,
}

impl Run {
    /// A balancer, a web server and an application. `share` is that of visits with `http://`.
    fn new(traffic: &str, share: f64, http: &str, parts: &str) -> Self {
        Self::with(traffic, share, http, parts, "App(https_only: true)", "Web()")
    }

    fn with(traffic: &str, share: f64, http: &str, parts: &str, app: &str, web: &str) -> Self {
        let text = format!(
            r#"(traffic: (rate: 1.0, arrivals: Constant, static_share: 0.0, write_share: 0.0, http_share: {share}, {traffic}),
                tls: (handshake_ms: 0.0), http: ({http}),
                components: [(id: "browser", kind: Browser),
                    (id: "lb", kind: LoadBalancer(), server: "a", station: (service: Constant(ms: 0.0))),
                    (id: "web", kind: {web}, station: (service: Constant(ms: 0.0))),
                    (id: "app", kind: {app}, station: (service: Constant(ms: 0.0))), {parts}],
                servers: [(id: "a")],
                links: [(from: "browser", to: "lb", latency_ms: 50.0), (from: "lb", to: "web", latency_ms: 0.0),
                    (from: "web", to: "app", latency_ms: 0.0)])"#
        );
        let infra = Infrastructure::from_ron("redirect.ron", &text).unwrap_or_else(|error| panic!("{error}"));
        Self { sim: Simulation::new(Arc::new(infra), 1), notes: Vec::new() }
    }

    fn until(&mut self, seconds: u64) -> &mut Self {
        let notes = &mut self.notes;
        self.sim.advance(SimTime::from_secs(seconds), &mut |note| notes.push(note));
        self
    }

    fn edit(&mut self, edit: TopologyEdit) -> &mut Self {
        self.sim.apply(&Command::Edit(edit), &mut ()).expect("an edit applies");
        self
    }

    /// Outcomes and latencies in milliseconds of the requests that ended since the last call.
    fn endings(&mut self) -> Vec<(Outcome, f64)> {
        let ended = |note: JournalEvent| match note.what {
            EventKind::Ended { outcome, latency_ms } => Some((outcome, latency_ms)),
            _ => None,
        };
        std::mem::take(&mut self.notes).into_iter().filter_map(ended).collect()
    }

    fn count(&self, wanted: fn(&EventKind) -> bool) -> usize {
        self.notes.iter().filter(|note| wanted(&note.what)).count()
    }
}

const fn is_redirect(what: &EventKind) -> bool {
    matches!(what, EventKind::Redirects { .. })
}

/// Whether every request ended like this.
fn all(run: &mut Run, expected: (Outcome, f64)) {
    let endings = run.endings();
    assert!(endings.len() >= 4, "{endings:?}");
    assert!(endings.iter().all(|ending| *ending == expected), "{expected:?}: {endings:?}");
}

#[test]
fn a_redirect_costs_a_plaintext_connection_and_a_round_trip() {
    // TCP, TLS, the request.
    all(Run::new(NEW, 0.0, "port_80: Redirect", "").until(6), (Ok(()), 300.0));
    // TCP to port 80, the redirect, and then the same.
    all(Run::new(NEW, 1.0, "port_80: Redirect", "").until(6), (Ok(()), 500.0));
    // A returning user's connection to port 443 is still open.
    let mut run = Run::new(RETURNING, 1.0, "port_80: Redirect", "");
    all(run.until(6), (Ok(()), 300.0));
    assert!(run.sim.connected_users() == 1);
}

#[test]
fn a_closed_port_80_refuses_such_visits_and_an_open_one_serves_them_in_plaintext() {
    all(Run::new(NEW, 1.0, "port_80: Closed", "").until(6), (Err(Failure::Refused), 100.0));
    let mut open = Run::with(NEW, 1.0, "port_80: Open", "", "App()", "Web()");
    all(open.until(6), (Ok(()), 200.0));
    // Behind the balancer, the application redirects what X-Forwarded-Proto calls http.
    let mut app = Run::new(NEW, 1.0, "port_80: Open", "");
    all(app.until(6), (Ok(()), 501.0));
    // Without the header, it sees no difference, so nobody gets in.
    app.edit(TopologyEdit::ForwardedProto(false)).endings();
    assert!(app.until(20).endings().iter().skip(1).all(|(outcome, _)| *outcome == Err(Failure::TooManyRedirects)));
}

#[test]
fn a_firewall_that_admits_only_443_drops_port_80() {
    let firewall = r#"(id: "fw", kind: Firewall(servers: ["a"], inbound: [(ports: [443])], outbound: [(ports: [8080])]),
        station: (service: Constant(ms: 0.0)))"#;
    let mut run = Run::new(NEW, 1.0, "port_80: Redirect", firewall);
    run.until(30);
    let blocked = |what: &EventKind| matches!(what, EventKind::Blocked { port: 80, .. });
    assert!(run.count(blocked) > 10 && run.count(|what| matches!(what, EventKind::Passed { .. })) == 0);
    all(&mut run, (Err(Failure::TimedOut), 10_000.0));
    // The same firewall passes visits over https.
    let mut https = Run::new(NEW, 0.0, "port_80: Redirect", firewall);
    all(https.until(6), (Ok(()), 300.0));
    let both = firewall.replace("[443]", "[80, 443]");
    all(Run::new(NEW, 1.0, "port_80: Redirect", &both).until(6), (Ok(()), 500.0));
}

#[test]
fn browsers_remember_hsts_from_responses_over_https() {
    let mut run = Run::new(RETURNING, 1.0, "port_80: Redirect", "");
    all(run.until(5), (Ok(()), 300.0));
    assert_eq!(run.sim.https_users(), 0);
    run.edit(TopologyEdit::Hsts(Some(Hsts { max_age_s: 60, preload: false })));
    let endings = run.until(12).endings();
    // The first response over https still has to tell.
    assert_eq!(endings.iter().filter(|(_, ms)| *ms > 200.0).count(), 1, "{endings:?}");
    assert_eq!(run.sim.https_users(), 1);
    // Without the header, browsers remember it until its max-age.
    run.edit(TopologyEdit::Hsts(None));
    let endings = run.until(100).endings();
    let first = endings.iter().position(|(_, ms)| *ms > 200.0).expect("the browser forgets");
    assert!((58..=61).contains(&first), "{first}");
}

#[test]
fn a_new_visitor_is_protected_by_the_preload_list_only() {
    let hsts = |preload| format!("port_80: Redirect, hsts: (max_age_s: 31536000, preload: {preload})");
    all(Run::new(NEW, 1.0, &hsts(false), "").until(6), (Ok(()), 500.0));
    all(Run::new(NEW, 1.0, &hsts(true), "").until(6), (Ok(()), 300.0));
    // Returning users have been there before the run began.
    all(Run::new(RETURNING, 1.0, &hsts(false), "").until(6), (Ok(()), 100.0));
}

#[test]
fn a_max_age_shorter_than_the_pause_protects_nobody() {
    let short = "port_80: Redirect, hsts: (max_age_s: 0)";
    all(Run::new(RETURNING, 1.0, short, "").until(6), (Ok(()), 300.0));
}

#[test]
fn an_application_that_sees_only_http_redirects_for_ever() {
    let mut run = Run::new(NEW, 0.0, "forwarded_proto: false", "");
    run.until(1);
    run.until(4);
    let first = run.notes.iter().find_map(|note| note.request).expect("a request").0;
    let is_its = |note: &&JournalEvent| note.request.is_some_and(|(number, _)| number == first);
    let redirects = run.notes.iter().filter(is_its).filter(|note| is_redirect(&note.what)).count();
    // Twenty are followed.
    assert_eq!(redirects, 21);
    // TCP, TLS, and 21 requests of a round trip and a millisecond each.
    assert_eq!(run.endings().first(), Some(&(Err(Failure::TooManyRedirects), 200.0 + 21.0 * 101.0)));
    run.edit(TopologyEdit::ForwardedProto(true)).until(8).endings();
    all(run.until(14), (Ok(()), 300.0));
}

#[test]
fn where_the_web_server_accepts_only_https_encryption_up_to_it_ends_the_loop() {
    for (mode, works) in
        [(TlsMode::Terminate, false), (TlsMode::Reencrypt, true), (TlsMode::Passthrough, true), (TlsMode::None, false)]
    {
        let mut run = Run::with(NEW, 0.0, "forwarded_proto: false", "", "App()", "Web(https_only: true)");
        run.edit(TopologyEdit::EdgeTls(mode));
        let endings = run.until(10).endings();
        let expected = if mode == TlsMode::None { Failure::Refused } else { Failure::TooManyRedirects };
        let outcome = if works { Ok(()) } else { Err(expected) };
        assert!(endings.len() > 4 && endings.iter().all(|(ended, _)| *ended == outcome), "{mode:?}: {endings:?}");
    }
}

#[test]
fn health_checks_pass_where_users_are_redirected_for_ever() {
    let mut run = Run::new(NEW, 0.0, "forwarded_proto: false", "");
    run.until(30);
    assert_eq!(run.count(|what| matches!(what, EventKind::Backend { .. })), 0);
    let departed = |what: &EventKind| matches!(what, EventKind::Departed { status: Status::Redirect, .. });
    assert!(run.count(departed) > 100);
}

#[test]
fn visits_without_http_are_not_changed_by_port_80() {
    let digest = |http: &str| {
        let mut run = Run::new("new_visitors: 0.5", 0.0, http, "");
        run.until(60);
        run.notes
    };
    let (closed, redirect) = (digest(""), digest("port_80: Redirect, hsts: (max_age_s: 60)"));
    assert!(closed.len() > 1_000 && closed == redirect);
    let plain = |note: &JournalEvent| matches!(note.what, EventKind::Departed { phase, .. } if phase.is_plaintext());
    assert!(!closed.iter().any(plain));
    let mut run = Run::new(NEW, 0.4, "port_80: Redirect", "");
    run.until(300);
    let visits = run.notes.iter().filter(|note| matches!(note.what, EventKind::Arrived)).count();
    let asked = |what: &EventKind| matches!(what, EventKind::Reached { phase: Phase::PlainExchange, component, .. } if component.index() == 1);
    let share = run.count(asked) as f64 / visits as f64;
    assert!((share - 0.4).abs() < 0.1, "{share}");
}

#[test]
fn the_catalogue_has_the_loop_only_where_the_header_is_needed() {
    let infra = |app: &str, http: &str| {
        let run = Run::with(NEW, 0.0, http, "", app, "Web()");
        Infrastructure::clone(run.sim.infrastructure())
    };
    let fault = CommonFault::NoForwardedProto;
    let needs = infra("App(https_only: true)", "");
    assert_eq!(fault.inject(&needs), [(0.0, Command::Edit(TopologyEdit::ForwardedProto(false)))]);
    assert_eq!(fault.fix(&needs), [Command::Edit(TopologyEdit::ForwardedProto(true))]);
    assert!(fault.inject(&infra("App()", "")).is_empty());
    assert!(fault.inject(&infra("App(https_only: true)", "forwarded_proto: false")).is_empty());
}

#[test]
fn port_80_of_a_pair_moves_with_the_address() {
    let text = r#"(traffic: (rate: 5.0, new_visitors: 1.0, http_share: 1.0, static_share: 1.0, write_share: 0.0), http: (port_80: Redirect),
        components: [(id: "browser", kind: Browser), (id: "web", kind: Web()),
            (id: "lb-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 150)), server: "a"),
            (id: "lb-2", kind: LoadBalancer(vrrp: (peer: "lb-1")), server: "b")],
        servers: [(id: "a"), (id: "b")],
        links: [(from: "browser", to: "lb-1"), (from: "browser", to: "lb-2"), (from: "lb-1", to: "lb-2"),
            (from: "lb-1", to: "web"), (from: "lb-2", to: "web")])"#;
    let infra = Arc::new(Infrastructure::from_ron("pair.ron", text).expect("a valid scenario"));
    let mut sim = Simulation::new(infra, 1);
    sim.apply(&Command::Edit(TopologyEdit::Port80(Port80::Redirect)), &mut ()).expect("an edit applies");
    sim.advance(SimTime::from_secs(10), &mut ());
    let off = Command::Kill(hoplight::model::Element::Server(hoplight::model::ServerId::new("a")));
    sim.apply(&off, &mut ()).expect("the server is on");
    sim.advance(SimTime::from_secs(20), &mut ());
    let before = sim.totals();
    sim.advance(SimTime::from_secs(40), &mut ());
    let after = sim.totals();
    assert_eq!(after.failed, before.failed);
    assert!(after.completed > before.completed + 80);
    assert!(sim.is_up(&hoplight::model::Element::Component(ComponentId::new("lb-2"))) == Some(true));
}
