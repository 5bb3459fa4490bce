//! Kept connections: what a closed one means for the request that was sent on it.

use std::sync::Arc;

use hoplight::model::{ComponentId, Element, Infrastructure, RequestKind, TopologyEdit};
use hoplight::sim::{Command, EventKind, Failure, JournalEvent, Outcome, SimTime, Simulation};

/// How the requests ended that were sent while the observer was attached.
#[derive(Default)]
struct Endings {
    outcomes: Vec<(RequestKind, Outcome, f64)>,
    /// Number of requests that a component sent again.
    resent: usize,
}

impl Endings {
    fn observe(&mut self, note: &JournalEvent) {
        match (&note.what, note.request) {
            (EventKind::Ended { outcome, latency_ms }, Some((_, kind))) => self.outcomes.push((kind, *outcome, *latency_ms)),
            (EventKind::Retries { component, .. }, _) if component.index() == 0 => self.resent += 1,
            _ => {}
        }
    }

    fn count(&self, kinds: &[RequestKind], failure: Failure) -> usize {
        self.outcomes.iter().filter(|(kind, outcome, _)| kinds.contains(kind) && *outcome == Err(failure)).count()
    }
}

const READS: [RequestKind; 2] = [RequestKind::Static, RequestKind::Read];
const WRITES: [RequestKind; 1] = [RequestKind::Write];

/// A balancer over two web servers, 60 requests per second; `new` is the share of new visitors.
fn site(new: f64, web: &str) -> Simulation {
    let text = format!(
        r#"(traffic: (rate: 60.0, new_visitors: {new}), tls: (edge: None),
            components: [(id: "browser", kind: Browser), (id: "lb", kind: LoadBalancer()),
                (id: "fw", kind: Firewall(components: ["web-1"], inbound: [(ports: [8080])])),
                (id: "web-1", kind: Web(), station: ({web})), (id: "web-2", kind: Web(), station: ({web})),
                (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "browser", to: "lb"), (from: "lb", to: "web-1"), (from: "lb", to: "web-2"),
                (from: "web-1", to: "app"), (from: "web-2", to: "app"), (from: "app", to: "db")])"#
    );
    Simulation::new(Arc::new(Infrastructure::from_ron("site.ron", &text).expect("a valid scenario")), 1)
}

/// Applies a command after 10 s, and observes the run from then on.
fn after(sim: &mut Simulation, command: &Command, seconds: u64) -> Endings {
    sim.advance(SimTime::from_secs(10), &mut ());
    let mut endings = Endings::default();
    let mut observer = |note: JournalEvent| endings.observe(&note);
    sim.apply(command, &mut observer).expect("the command applies");
    sim.advance(SimTime::from_secs(10 + seconds), &mut observer);
    endings
}

fn kill() -> Command {
    Command::Kill(Element::Component(ComponentId::new("web-1")))
}

const SLOW: &str = "service: Constant(ms: 200.0), slots: 50";

#[test]
fn the_first_request_on_a_connection_gets_a_502_if_its_backend_dies() {
    let endings = after(&mut site(1.0, SLOW), &kill(), 1);
    assert!(endings.count(&READS, Failure::BadGateway) >= 2 && endings.count(&READS, Failure::Closed) == 0);
    assert_eq!(endings.resent, 0);
}

#[test]
fn later_requests_on_a_connection_are_closed_without_a_response() {
    let endings = after(&mut site(0.0, SLOW), &kill(), 1);
    // The users who had a connection: writes fail, everything else is sent again, and goes to the other backend or is retried.
    let (closed, lost) = (endings.count(&WRITES, Failure::Closed), endings.count(&READS, Failure::Closed));
    assert!(closed >= 1 && lost == 0 && endings.resent >= 2, "{closed} {lost} {}", endings.resent);
}

#[test]
fn a_connect_timeout_closes_kept_connections_and_is_a_503_on_new_ones() {
    let block = Command::Edit(TopologyEdit::Block(ComponentId::new("lb"), ComponentId::new("web-1")));
    let fresh = after(&mut site(1.0, ""), &block, 7);
    let unavailable = |endings: &Endings| endings.count(&RequestKind::ALL, Failure::Unavailable);
    assert!(unavailable(&fresh) > 50 && fresh.count(&RequestKind::ALL, Failure::Closed) == 0);
    let kept = after(&mut site(0.0, ""), &block, 7);
    assert!(kept.count(&WRITES, Failure::Closed) > 10 && kept.resent > 40, "{}", kept.resent);
    assert_eq!(kept.count(&READS, Failure::Closed), 0);
}

/// A web server whose application closes idle connections after two seconds, with one request every two seconds.
fn race(keepalive_s: f64, writes: f64) -> Infrastructure {
    let text = format!(
        r#"(traffic: (rate: 0.5, static_share: 0.0, write_share: {writes}), tls: (edge: None),
            components: [(id: "web", kind: Web(upstream_keepalive_s: 60.0), station: (service: Constant(ms: 0.0))),
                (id: "app", kind: App(keepalive_timeout_s: {keepalive_s}), station: (service: Constant(ms: 0.0))),
                (id: "db", kind: Database(), station: (service: Constant(ms: 0.0)))],
            links: [(from: "web", to: "app", latency_ms: 20.0), (from: "app", to: "db", latency_ms: 0.0)])"#
    );
    Infrastructure::from_ron("race.ron", &text).expect("a valid scenario")
}

/// Runs a site for 100,000 s. Returns the number of requests, and of those that failed.
fn run(infra: Infrastructure) -> (u64, u64) {
    let mut sim = Simulation::new(Arc::new(infra), 1);
    sim.advance(SimTime::from_secs(100_000), &mut ());
    let totals = sim.totals();
    assert!(sim.failures().all(|(failure, count)| count == 0 || failure == Failure::BadGateway));
    (totals.completed + totals.failed, totals.failed)
}

#[test]
fn writes_fail_now_and_then_if_the_server_closes_idle_connections_first() {
    let (requests, failed) = run(race(2.0, 1.0));
    // A write fails if it comes in the round trip (40 ms) before the client learns of the closing, two seconds after the
    // last response: λ · 0.04 s · exp(−2 λ), with λ = 0.5 per second less the time in which the connection is in use.
    let expected = 0.5 * 0.04 * (-1.0_f64).exp() * requests as f64;
    let off = (failed as f64 - expected).abs();
    assert!(off < 0.1 * expected + 3.0 * expected.sqrt(), "{failed} of {requests}, expected {expected}");
}

#[test]
fn reads_are_repeated_and_a_longer_timeout_at_the_server_avoids_the_race() {
    assert_eq!(run(race(2.0, 0.0)).1, 0);
    assert_eq!(run(race(75.0, 1.0)).1, 0);
}
