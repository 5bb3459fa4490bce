//! Tests what users receive when backends fail, following HAProxy's status codes, with exact times.

use hoplight::sim::{Command, Failure};

use super::site::{Plan, TRAVEL, close, component, server};

#[test]
fn all_healthy() {
    let (outcome, ms) = Plan::default().start().served();
    assert!(outcome.is_ok() && close(ms, TRAVEL + 2.0 + 5.0), "{outcome:?} {ms}");
}

#[test]
fn with_all_backends_down_503_is_immediate() {
    let mut site = Plan::default().start();
    site.kill(component("web-1")).kill(component("web-2")).at(8_000.0);
    let (outcome, ms) = site.served();
    assert!(outcome == Err(Failure::Unavailable) && close(ms, TRAVEL), "{outcome:?} {ms}");
    assert_eq!(site.flags(), ["SC"]);
}

#[test]
fn a_refusing_backend_that_is_not_yet_down_costs_three_pauses_of_a_second() {
    for (connect_s, pause_ms) in [(1.0, 1_000.0), (0.4, 400.0), (3.0, 1_000.0)] {
        let balancer = format!("connect_timeout_s: {connect_s:?}, check_interval_s: 60.0");
        let mut site = Plan { balancer: &balancer, ..Plan::default() }.start();
        site.kill(component("web-1"));
        let (outcome, ms) = site.served();
        // Four attempts of one round trip each.
        assert!(outcome == Err(Failure::Unavailable) && close(ms, TRAVEL + 3.0 * pause_ms + 4.0 * 2.0), "{outcome:?} {ms}");
        assert_eq!(site.flags(), ["SC"]);
    }
}

#[test]
fn redispatch_serves_the_request_in_milliseconds() {
    let mut site = Plan { balancer: "redispatch: true", ..Plan::default() }.start();
    site.kill(component("web-1"));
    let (outcome, ms) = site.served();
    assert!(outcome.is_ok() && close(ms, TRAVEL + 2.0 + 2.0 + 5.0), "{outcome:?} {ms}");
    // Without another backend, redispatch does not help, and the pauses are the same.
    let mut site = Plan { balancer: "redispatch: true, check_interval_s: 60.0", webs: &[""], ..Plan::default() }.start();
    site.kill(component("web-1"));
    let (outcome, ms) = site.served();
    assert!(outcome == Err(Failure::Unavailable) && close(ms, TRAVEL + 3_000.0 + 8.0), "{outcome:?} {ms}");
}

#[test]
fn a_black_hole_costs_four_connection_attempts() {
    for (connect_s, whole) in [(1.0, 4_000.0), (0.25, 1_000.0)] {
        let balancer = format!("connect_timeout_s: {connect_s:?}, check_interval_s: 60.0");
        let plan = Plan { balancer: &balancer, ..Plan::default() };
        for black_hole in [true, false] {
            let mut site = plan.start();
            if black_hole {
                site.block("lb-1", "web-1");
            } else {
                site.kill(server("server-1"));
            }
            let (outcome, ms) = site.served();
            assert!(outcome == Err(Failure::Unavailable) && close(ms, TRAVEL + whole), "{outcome:?} {ms}");
            assert_eq!(site.flags(), ["sC"]);
        }
    }
    let mut site = Plan { balancer: "redispatch: true", ..Plan::default() }.start();
    site.block("lb-1", "web-1");
    let (outcome, ms) = site.served();
    assert!(outcome.is_ok() && close(ms, TRAVEL + 1_000.0 + 7.0), "one attempt, then the other backend: {outcome:?} {ms}");
}

#[test]
fn a_slow_response_is_504_and_its_work_continues() {
    let mut site = Plan { balancer: "server_timeout_s: 2.0", web_ms: 9_000.0, ..Plan::default() }.start();
    let number = site.visit();
    site.at(5_000.0);
    let (outcome, ms) = site.ending(number);
    assert!(outcome == Err(Failure::GatewayTimeout) && close(ms, TRAVEL + 2_000.0), "{outcome:?} {ms}");
    assert_eq!(site.flags(), ["sH"]);
    let web = site.sim.infrastructure().find("web-1").expect("the web server exists");
    assert_eq!(site.sim.station(web).busy, 1, "the web server continues abandoned work");
    site.at(20_000.0);
    assert_eq!((site.sim.station(web).busy, site.sim.records()), (0, 0));
}

#[test]
fn an_empty_reply_is_502() {
    let mut site = Plan { web_ms: 1_000.0, ..Plan::default() }.start();
    let number = site.visit();
    // The request has been at web-1 since 31 ms when the process dies.
    site.at(500.0).kill(component("web-1")).at(600.0);
    let (outcome, ms) = site.ending(number);
    assert!(outcome == Err(Failure::BadGateway) && close(ms, 500.0 + 1.0 + 10.0), "{outcome:?} {ms}");
    assert_eq!(site.flags(), ["SH"]);
}

#[test]
fn a_queue_timeout_is_503() {
    let balancer = "queue_timeout_s: 0.7";
    let mut site = Plan { balancer, webs: &["maxconn: 1"], web_ms: 4_000.0, ..Plan::default() }.start();
    let first = site.visit();
    let second = site.at(100.0).visit();
    site.at(10_000.0);
    assert!(site.ending(first).0.is_ok());
    let (outcome, ms) = site.ending(second);
    assert!(outcome == Err(Failure::Unavailable) && close(ms, TRAVEL + 700.0), "{outcome:?} {ms}");
    assert_eq!(site.flags(), ["sQ"]);
}

#[test]
fn a_user_timeout_leaves_the_work_running() {
    let mut site = Plan { web_ms: 3_000.0, webs: &["maxconn: 1"], patience_s: 1.0, ..Plan::default() }.start();
    let (first, second) = (site.visit(), site.visit());
    site.at(1_100.0);
    for number in [first, second] {
        assert_eq!(site.ending(number), (Err(Failure::TimedOut), 1_000.0));
    }
    let lb = site.sim.infrastructure().find("lb-1").expect("the balancer exists");
    let web = site.sim.infrastructure().find("web-1").expect("the web server exists");
    assert_eq!(
        (site.sim.station(web).busy, site.sim.backlog(lb)),
        (1, 1),
        "one abandoned request is served, the other is queued"
    );
    site.at(20_000.0);
    assert_eq!((site.sim.station(web).busy, site.sim.backlog(lb), site.sim.records()), (0, 0, 0));
}

#[test]
fn a_dead_application_is_502_and_a_dead_database_500() {
    use hoplight::model::RequestKind::Read;
    for (victim, failure) in [("app-1", Failure::BadGateway), ("db-1", Failure::ServerError)] {
        let mut site = Plan { behind: true, ..Plan::default() }.start();
        site.act(Command::Kill(component(victim)));
        let number = site.at(20_000.0).send(Read);
        site.after(1_000.0);
        assert_eq!(site.ending(number).0, Err(failure), "{victim}");
        assert_eq!(site.down(), None, "a TCP check does not detect it");
    }
}
