//! Tests `maxconn` and the queues for backends.

use hoplight::model::Infrastructure;
use hoplight::sim::{Command, Failure, SimTime};

use super::site::{Plan, TRAVEL, close, component, watch};

#[test]
fn requests_above_maxconn_wait_for_a_free_slot() {
    let mut site = Plan { webs: &["maxconn: 2"], web_ms: 300.0, ..Plan::default() }.start();
    let all: Vec<u64> = (0..6).map(|_| site.visit()).collect();
    let link = site.link("lb-1", "web-1");
    let lb = site.sim.infrastructure().find("lb-1").expect("the balancer exists");
    site.at(100.0);
    assert_eq!((site.sim.active(link), site.sim.backlog(lb)), (2, 4));
    site.at(10_000.0);
    // A slot becomes free when the response is back at the balancer: every 302 ms.
    for (number, turn) in all.iter().zip([1.0, 1.0, 2.0, 2.0, 3.0, 3.0]) {
        let (outcome, ms) = site.ending(*number);
        assert!(outcome.is_ok() && close(ms, TRAVEL + turn * 302.0), "{turn}: {outcome:?} {ms}");
    }
}

#[test]
fn the_queue_is_shared_and_first_in_first_out() {
    let plan = Plan { webs: &["maxconn: 1", "maxconn: 1"], web_ms: 500.0, balancer: "queue_timeout_s: 9.0", ..Plan::default() };
    let mut site = plan.start();
    let all: Vec<u64> = (0..6)
        .map(|_| {
            let number = site.visit();
            site.after(10.0);
            number
        })
        .collect();
    site.at(20_000.0);
    let ends: Vec<f64> = (0..).zip(&all).map(|(place, number)| site.ending(*number).1 + f64::from(place) * 10.0).collect();
    assert!(ends.is_sorted(), "first come, first served: {ends:?}");
    assert!(close(ends[5], TRAVEL + 10.0 + 3.0 * 502.0), "{ends:?}");
}

#[test]
fn a_returning_backend_drains_the_queue() {
    let plan = Plan { webs: &["maxconn: 1", "maxconn: 3"], web_ms: 3_000.0, balancer: "queue_timeout_s: 9.0", ..Plan::default() };
    let mut site = plan.start();
    site.act(Command::Drain(component("web-2")));
    let all: Vec<u64> = (0..4).map(|_| site.visit()).collect();
    site.at(1_000.0).act(Command::Ready(component("web-2"))).at(9_000.0);
    for number in &all[1..] {
        let (outcome, ms) = site.ending(*number);
        // The three queued requests are sent as soon as the backend is ready; the response takes 10 ms to the user.
        assert!(outcome.is_ok() && close(ms, 1_000.0 + 3_002.0 + 10.0), "{outcome:?} {ms}");
    }
}

#[test]
fn requests_queued_for_a_leaving_backend_are_redistributed() {
    let plan = Plan {
        balancer: "algorithm: SourceHash, queue_timeout_s: 60.0",
        webs: &["maxconn: 1", "maxconn: 1"],
        web_ms: 4_000.0,
        ..Plan::default()
    };
    let mut site = plan.start();
    let all: Vec<u64> = (0..8).map(|_| site.visit()).collect();
    site.at(500.0).act(Command::Drain(component("web-1"))).at(60_000.0);
    assert!(all.iter().all(|number| site.ending(*number).0.is_ok()));
    let [first, second] = site.counts(2)[..] else { panic!("two servers") };
    assert_eq!((first, second), (1, 7), "the request in progress stays, all others move");
}

#[test]
fn when_the_last_backend_leaves_new_requests_fail_immediately_and_queued_ones_time_out() {
    let plan = Plan { webs: &["maxconn: 1"], web_ms: 9_000.0, balancer: "server_timeout_s: 30.0", ..Plan::default() };
    let mut site = plan.start();
    let _served = site.visit();
    let waits = site.visit();
    site.at(500.0).act(Command::Drain(component("web-1"))).at(600.0);
    let late = site.visit();
    site.at(5_000.0);
    assert_eq!(site.ending(waits), (Err(Failure::Unavailable), TRAVEL + 1_500.0));
    assert_eq!(site.ending(late), (Err(Failure::Unavailable), TRAVEL));
    assert_eq!(site.flags(), ["SC", "sQ"]);
}

#[test]
fn a_timeout_frees_the_slot_while_the_work_continues() {
    let plan = Plan { webs: &["maxconn: 1"], web_ms: 5_000.0, balancer: "server_timeout_s: 1.0", ..Plan::default() };
    let mut site = plan.start();
    let (first, second) = (site.visit(), site.visit());
    site.at(9_000.0);
    assert_eq!(site.ending(first), (Err(Failure::GatewayTimeout), TRAVEL + 1_000.0));
    assert_eq!(site.ending(second), (Err(Failure::GatewayTimeout), TRAVEL + 2_000.0));
}

#[test]
fn a_crashed_balancer_loses_its_queue() {
    let plan = Plan { webs: &["maxconn: 1"], web_ms: 2_000.0, balancer: "queue_timeout_s: 9.0", ..Plan::default() };
    let mut site = plan.start();
    let all: Vec<u64> = (0..3).map(|_| site.visit()).collect();
    site.at(500.0).kill(component("lb-1")).at(1_000.0);
    for number in all {
        assert_eq!(site.ending(number), (Err(Failure::Reset), 510.0));
    }
    let lb = site.sim.infrastructure().find("lb-1").expect("the balancer exists");
    assert_eq!(site.sim.backlog(lb), 0);
    site.act(Command::Restore(component("lb-1")));
    let (outcome, ms) = site.served();
    assert!(outcome.is_ok() && close(ms, TRAVEL + 2_002.0), "abandoned work does not count: {outcome:?} {ms}");
    assert_eq!(site.sim.records(), 0);
}

#[test]
fn a_balancer_may_crash_at_the_instant_a_slot_becomes_free() {
    let plan = Plan { webs: &["maxconn: 1"], web_ms: 100.0, balancer: "queue_timeout_s: 9.0", ..Plan::default() };
    for steps in 0..60 {
        let mut site = plan.start();
        for _ in 0..3 {
            site.visit();
        }
        for _ in 0..steps {
            site.sim.step(&mut ());
        }
        site.kill(component("lb-1"));
        site.after(60_000.0);
        assert_eq!((site.sim.in_flight(), site.sim.records(), site.sim.active(site.link("lb-1", "web-1"))), (0, 0, 0), "{steps}");
    }
}

#[test]
fn under_load_the_limit_holds_and_no_backend_is_idle_while_requests_wait() {
    let plan = Plan {
        webs: &["maxconn: 3", "maxconn: 1"],
        web_ms: 50.0,
        balancer: "queue_timeout_s: 60.0",
        traffic: "rate: 90.0",
        ..Plan::default()
    };
    let mut site = plan.start();
    let links = [site.link("lb-1", "web-1"), site.link("lb-1", "web-2")];
    let lb = site.sim.infrastructure().find("lb-1").expect("the balancer exists");
    let mut waited = false;
    watch(&mut site, 20, |sim, _| {
        let [first, second] = links.map(|link| sim.active(link));
        assert!(first <= 3 && second <= 1);
        if sim.backlog(lb) > 0 {
            waited = true;
            assert_eq!((first, second), (3, 1), "at {}", sim.now());
        }
    });
    assert!(waited);
    assert_eq!(site.sim.totals().failed, 0);
}

#[test]
fn a_limit_that_is_never_reached_changes_nothing() {
    let digest = |limit: &str| {
        let plan = Plan { webs: &[limit, limit], traffic: "rate: 200.0", ..Plan::default() };
        let mut site = plan.start();
        site.sim.advance(SimTime::from_secs(10), &mut ());
        site.sim.digest()
    };
    assert_eq!(digest("maxconn: 0"), digest("maxconn: 5000"));
}

#[test]
fn invalid_settings_are_rejected_with_their_position() {
    for (settings, words) in [
        ("weight: 0", "the weight of `lb-1` → `web-1` must be between 1 and 256, found 0"),
        ("weight: 257", "must be between 1 and 256, found 257"),
    ] {
        let text = Plan { webs: &[settings], ..Plan::default() }.text();
        let error = hoplight::text::read_error(Infrastructure::from_ron("site.ron", &text).expect_err("refused")).to_string();
        assert!(error.contains(words), "{error}");
    }
    let text = Plan::default().text().replace("latency_ms: 10.0", "latency_ms: 10.0, maxconn: 5");
    let error = hoplight::text::read_error(Infrastructure::from_ron("site.ron", &text).expect_err("refused")).to_string();
    assert!(error.contains("only HTTP links from a balancer") && error.contains("site.ron:"), "{error}");
}
