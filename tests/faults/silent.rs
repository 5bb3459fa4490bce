//! Silent upstreams: servers without power, which neither accept nor refuse connections.
//!
//! The expected status codes and times were measured with Nginx 1.22 and Gunicorn, with a connect timeout of one
//! second.

use std::sync::Arc;

use hoplight::model::Infrastructure;
use hoplight::sim::{EventKind, Failure};

use super::site::Run;

/// A web server, two applications and two databases, each on its own server, behind a balancer. Service times are
/// constant, and each link takes 1 ms.
fn site(web: &str, app: &str) -> Arc<Infrastructure> {
    let apps = r#"(from: "web-1", to: "app-1"), (from: "web-1", to: "app-2"),"#;
    chain(web, app, apps)
}

fn chain(web: &str, app: &str, apps: &str) -> Arc<Infrastructure> {
    let links: String = apps.replace("),", ", protocol: Http, latency_ms: 1.0),");
    let text = format!(
        r#"(format: 1, id: "silent", title: "Silent", summary: "A site with exact times.",
            traffic: (rate: 0.0, patience_s: 60.0), tls: (edge: None),
            servers: [(id: "s-lb"), (id: "s-web"), (id: "s-app-1"), (id: "s-app-2"), (id: "s-db-1"), (id: "s-db-2")],
            components: [
                (id: "browser", kind: Browser),
                (id: "lb-1", kind: LoadBalancer(), server: "s-lb", station: (service: Constant(ms: 1.0))),
                (id: "web-1", kind: Web({web}), server: "s-web", station: (service: Constant(ms: 1.0))),
                (id: "app-1", kind: App({app}), server: "s-app-1", station: (service: Constant(ms: 20.0))),
                (id: "app-2", kind: App({app}), server: "s-app-2", station: (service: Constant(ms: 20.0))),
                (id: "db-1", kind: Database(role: Primary), server: "s-db-1", station: (service: Constant(ms: 10.0))),
                (id: "db-2", kind: Database(role: Replica), server: "s-db-2", station: (service: Constant(ms: 10.0))),
            ],
            links: [
                (from: "browser", to: "lb-1", protocol: Http, latency_ms: 1.0),
                (from: "lb-1", to: "web-1", protocol: Http, latency_ms: 1.0),
                {links}
                (from: "app-1", to: "db-1", protocol: Sql, latency_ms: 1.0),
                (from: "app-1", to: "db-2", protocol: Sql, latency_ms: 1.0),
                (from: "app-2", to: "db-1", protocol: Sql, latency_ms: 1.0),
                (from: "app-2", to: "db-2", protocol: Sql, latency_ms: 1.0),
                (from: "db-1", to: "db-2", protocol: Replication, latency_ms: 1.0),
            ])"#
    );
    Arc::new(Infrastructure::from_ron("silent.ron", &text).unwrap_or_else(|error| panic!("{error}")))
}

/// Connection setup, links and service times up to the application, and up to the database and back.
const TO_APP_MS: f64 = 2.0 + 2.0 * 2.0 + 1.0 + 1.0;
const USUAL_MS: f64 = TO_APP_MS + 2.0 + 20.0 + 2.0 + 10.0;

/// Sends a request and returns its outcome with its latency in milliseconds.
fn send(run: &mut Run, kind: &str) -> (Result<(), Failure>, f64) {
    let before = run.notes.len();
    let end = run.now() + 9.0;
    run.act(&format!("send {kind}")).to(end);
    let ending =
        |what: &EventKind| if let EventKind::Ended { outcome, latency_ms } = what { Some((*outcome, *latency_ms)) } else { None };
    let endings: Vec<_> = run.notes[before..].iter().filter_map(|note| ending(&note.what)).collect();
    let [(outcome, ms)] = endings[..] else { panic!("one request should have ended: {endings:?}") };
    (outcome, (ms * 1e3).round() / 1e3)
}

#[test]
fn a_web_server_tries_the_next_application_after_its_connect_timeout() {
    let mut run = Run::new(&site("", ""));
    assert_eq!(send(&mut run, "read"), (Ok(()), USUAL_MS));
    run.act("kill s-app-2");
    assert_eq!(send(&mut run, "read"), (Ok(()), USUAL_MS + 1_000.0));
    // A write is not lost either: the silent application has not received it.
    let mut run = Run::new(&site("connect_timeout_s: 0.25", ""));
    run.act("kill s-app-1");
    assert_eq!(send(&mut run, "write"), (Ok(()), USUAL_MS + 250.0));
}

#[test]
fn a_web_server_answers_504_when_every_application_is_silent() {
    let mut run = Run::new(&site("", ""));
    run.act("kill s-app-1").act("kill s-app-2");
    assert_eq!(send(&mut run, "read"), (Err(Failure::GatewayTimeout), TO_APP_MS + 2_000.0));
    // A refused connection fails at once and with 502.
    let mut run = Run::new(&site("", ""));
    run.act("kill app-1").act("kill app-2");
    assert_eq!(send(&mut run, "read"), (Err(Failure::BadGateway), TO_APP_MS + 4.0));
    // With a single application there is no next upstream to try. Measured: 504 after 1001 ms (1000 to 1016).
    let one = r#"(from: "web-1", to: "app-1"),"#;
    let mut run = Run::new(&chain("", "", one));
    run.act("kill s-app-1");
    assert_eq!(send(&mut run, "read"), (Err(Failure::GatewayTimeout), TO_APP_MS + 1_000.0));
    // Nginx's default is longer than the balancer waits. Measured: 504 after 5003 ms (5000 to 5018).
    let mut run = Run::new(&chain("connect_timeout_s: 60.0", "", one));
    run.act("kill s-app-1");
    assert_eq!(send(&mut run, "read"), (Err(Failure::GatewayTimeout), 5_000.0 + 2.0 + 2.0 + 1.0));
}

#[test]
fn the_timeout_for_the_response_starts_once_there_is_a_connection() {
    let one = r#"(from: "web-1", to: "app-1"),"#;
    let mut run = Run::new(&chain("timeout_s: Some(0.5), connect_timeout_s: 2.0", "", one));
    run.act("kill s-app-1");
    assert_eq!(send(&mut run, "read"), (Err(Failure::GatewayTimeout), TO_APP_MS + 2_000.0));
    // A hung application accepts the connection.
    let mut run = Run::new(&chain("timeout_s: Some(0.5), connect_timeout_s: 2.0", "", one));
    run.act("hang app-1");
    assert_eq!(send(&mut run, "read"), (Err(Failure::GatewayTimeout), TO_APP_MS + 500.0));
}

#[test]
fn a_database_driver_tries_the_next_host_after_its_connect_timeout() {
    let mut run = Run::new(&site("", ""));
    run.act("kill s-db-1");
    assert_eq!(send(&mut run, "read"), (Ok(()), USUAL_MS + 1_000.0));
    // The next host of a write is a read-only replica.
    assert_eq!(send(&mut run, "write"), (Err(Failure::ServerError), USUAL_MS + 1_000.0));
    run.act("kill s-db-2");
    assert_eq!(send(&mut run, "read"), (Err(Failure::ServerError), USUAL_MS + 2_000.0 - 12.0));
}

/// Sends reads at regular intervals for `seconds`, and returns the latency of each in milliseconds, or `None` if it failed.
fn reads(run: &mut Run, per_second: u32, seconds: u32) -> Vec<Option<f64>> {
    let (before, start) = (run.notes.len(), run.now());
    for number in 0..per_second * seconds {
        run.to(start + f64::from(number) / f64::from(per_second)).act("send read");
    }
    run.to(start + f64::from(seconds) + 9.0);
    let mut endings: Vec<_> = run.notes[before..]
        .iter()
        .filter_map(|note| match note.what {
            EventKind::Ended { outcome, latency_ms } => Some((note.request?.0, outcome.ok().map(|()| latency_ms))),
            _ => None,
        })
        .collect();
    endings.sort_by_key(|(number, _)| *number);
    endings.into_iter().map(|(_, latency)| latency).collect()
}

/// The numbers of the reads that failed or took longer than usual.
fn late(reads: &[Option<f64>]) -> Vec<usize> {
    let is_late = |latency: &Option<f64>| latency.is_none_or(|ms| ms > USUAL_MS + 1.0);
    reads.iter().enumerate().filter(|(_, latency)| is_late(latency)).map(|(place, _)| place).collect()
}

#[test]
fn an_ejected_upstream_gets_one_request_each_ten_seconds() {
    // Two reads per second; those of the first second meet the silent server, and later ones probe it.
    for off in ["s-app-1", "s-db-1"] {
        let mut run = Run::new(&site("", ""));
        run.act(&format!("kill {off}"));
        let reads = reads(&mut run, 2, 30);
        let late = late(&reads);
        assert!(reads.iter().all(Option::is_some), "{off}: {reads:?}");
        assert!(late.len() <= 6 && late.iter().filter(|place| **place > 4).count() >= 2, "{off}: {late:?}");
    }
    // Without ejection, every second read waits for the silent application, and every read for the silent database.
    for (off, share) in [("s-app-1", 2), ("s-db-1", 1)] {
        let mut run = Run::new(&site("max_fails: 0", "max_fails: 0"));
        run.act(&format!("kill {off}"));
        assert_eq!(late(&reads(&mut run, 2, 30)).len(), 60 / share, "{off}");
    }
}

#[test]
fn an_upstream_that_responds_to_its_probe_is_back() {
    let mut run = Run::new(&site("", ""));
    run.act("kill app-1");
    assert_eq!(send(&mut run, "read"), (Ok(()), USUAL_MS + 2.0), "refused once, and then answered by the other one");
    let (app, web) = (run.find("app-1"), run.find("web-1"));
    let infra = Arc::clone(run.sim.infrastructure());
    let link = infra.link_between("web-1", "app-1").expect("a link");
    let served = |run: &Run| run.sim.station(app).served;
    assert!(run.sim.is_ejected(link) && infra.ends(link) == (web, app));
    // The application starts 0.5 s before the ejection ends. Until then, it gets no requests.
    run.act("restore app-1");
    let before = served(&run);
    reads(&mut run, 10, 1);
    assert!(served(&run) == before || !run.sim.is_ejected(link), "{}", served(&run));
    let before = served(&run);
    assert!(reads(&mut run, 4, 4).iter().all(Option::is_some));
    assert!(!run.sim.is_ejected(link) && served(&run) - before >= 7, "half of the requests: {}", served(&run) - before);
}

#[test]
fn one_of_two_hung_applications_fails_what_begins_within_the_read_timeout() {
    // Measured at 9 requests per second to the hung application and timeouts of 5 s: 48 to 51 failures, all of requests that
    // began in the first 5 s, and one that began at 20.5 s.
    let mut run = Run::new(&site("", ""));
    run.act("hang app-1");
    let reads = reads(&mut run, 18, 25);
    let failed: Vec<usize> = reads.iter().enumerate().filter(|(_, read)| read.is_none()).map(|(place, _)| place).collect();
    let (first, probes): (Vec<usize>, Vec<usize>) = failed.iter().partition(|place| **place < 18 * 51 / 10);
    assert!((43..=51).contains(&first.len()) && (1..=2).contains(&probes.len()), "{first:?} {probes:?}");
    // Without ejection, requests fail until its accept queue of 50 is full. Then the web server gets no connection within a
    // second, and asks the other application.
    let mut run = Run::new(&site("max_fails: 0", ""));
    run.act("hang app-1");
    let reads = self::reads(&mut run, 18, 25);
    assert!((45..=52).contains(&reads.iter().filter(|read| read.is_none()).count()));
}

#[test]
fn a_read_that_times_out_is_resent_and_a_write_is_not() {
    // Measured with a read timeout of 2 s: reads are late but 200, and only writes fail.
    let mut run = Run::new(&site("timeout_s: Some(2.0)", ""));
    run.act("hang app-1");
    assert_eq!(send(&mut run, "read"), (Ok(()), USUAL_MS + 2_000.0));
    let mut run = Run::new(&site("timeout_s: Some(2.0)", ""));
    run.act("hang app-1");
    assert_eq!(send(&mut run, "write"), (Err(Failure::GatewayTimeout), TO_APP_MS + 2_000.0));
}

#[test]
fn a_single_upstream_is_never_ejected() {
    let mut run = Run::new(&chain("", "", r#"(from: "web-1", to: "app-1"),"#));
    run.act("kill app-1");
    assert_eq!(send(&mut run, "read").0, Err(Failure::BadGateway));
    run.act("restore app-1");
    let link = run.sim.infrastructure().link_between("web-1", "app-1").expect("a link");
    assert!(!run.sim.is_ejected(link));
    assert_eq!(send(&mut run, "read"), (Ok(()), USUAL_MS));
}
