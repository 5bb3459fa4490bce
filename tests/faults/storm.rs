//! The aftermath of a ten-second pause at a load that the site can serve: an overlong queue, and users who retry. Nine workers
//! with 50 ms each serve 180 requests per second; 150 arrive; users time out after a second. The expected figures come from a
//! separate simulation of the same model.

use std::sync::Arc;

use hoplight::model::Infrastructure;

use super::site::Run;

/// An application whose users time out after a second, with these settings for its queue and the users' retries.
fn site(queue: &str, retries: &str) -> Arc<Infrastructure> {
    let text = format!(
        r#"(format: 1, id: "storm", title: "Storm", summary: "One application.",
            traffic: (rate: 150.0, static_share: 0.0, write_share: 0.0, new_visitors: 0.0, patience_s: 1.0, {retries}),
            tls: (edge: None), servers: [],
            components: [
                (id: "browser", kind: Browser),
                (id: "app-1", kind: App(), station: (slots: 9, {queue} service: Exponential(mean_ms: 50.0))),
                (id: "db-1", kind: Database(role: Primary), station: (slots: 1000, connections: 100000, service: Constant(ms: 0.0))),
            ],
            links: [
                (from: "browser", to: "app-1", protocol: Http, latency_ms: 0.0),
                (from: "app-1", to: "db-1", protocol: Sql, latency_ms: 0.0),
            ])"#
    );
    Arc::new(Infrastructure::from_ron("storm.ron", &text).unwrap_or_else(|error| panic!("{error}")))
}

const TWICE_MORE: &str = "retries: (attempts: 3, backoff_s: 0.1, jitter: 1.0)";

/// Pauses the application from 20 to 30 s. Returns the goodput in each of the following seconds, and the arrival rate over the
/// last ten of them.
fn after_a_pause(infra: &Arc<Infrastructure>, seconds: u32) -> (Vec<u64>, f64) {
    let mut run = Run::new(infra);
    run.to(20.0).act("hang app-1").to(30.0).act("heal hang app-1");
    let mut offered = Vec::new();
    let mut good = Vec::new();
    for _ in 0..seconds {
        let seen = run.watch(1.0);
        offered.push(seen.offered);
        good.push(seen.good);
    }
    (good, offered.iter().rev().take(10).sum::<u64>() as f64 / 10.0)
}

const ENDLESS: &str = "queue: 1000000,";

#[test]
fn an_unbounded_queue_serves_no_request_for_most_of_a_minute() {
    let (good, _) = after_a_pause(&site(ENDLESS, ""), 120);
    // 1,500 requests are queued when the pause ends; the capacity exceeds the arrival rate by 30 per second.
    let first = good.iter().position(|good| *good > 75).expect("goodput recovers");
    assert!((35..=60).contains(&first), "half of the goodput after {first} s: {good:?}");
    assert!(good[2..25].iter().all(|good| *good == 0), "{good:?}");
    assert!(good[100..].iter().all(|good| *good > 100), "{good:?}");
}

#[test]
fn users_who_retry_keep_it_down_for_good() {
    let (good, offered) = after_a_pause(&site(ENDLESS, TWICE_MORE), 600);
    assert!(good[3..].iter().sum::<u64>() < 100, "{good:?}");
    assert!((420.0..460.0).contains(&offered), "three attempts each: {offered} per second");
    // Without the pause, the storm never starts.
    let mut calm = Run::new(&site(ENDLESS, TWICE_MORE));
    let seen = calm.to(20.0).watch(100.0);
    assert!(seen.failed() * 200 < seen.offered && calm.sim.retried() < 100, "{seen:?}");
}

#[test]
fn a_short_queue_recovers_within_ten_seconds() {
    for retries in ["", TWICE_MORE] {
        let (good, offered) = after_a_pause(&site("queue: 50,", retries), 30);
        assert!(good[10..].iter().all(|good| *good > 100), "{good:?}");
        assert!((135.0..170.0).contains(&offered), "{offered}");
    }
}

#[test]
fn each_attempt_is_a_request_and_attempts_are_limited() {
    let mut run = Run::new(&site(ENDLESS, TWICE_MORE));
    run.act("kill app-1").to(100.0).act("rate 0").to(110.0);
    let totals = run.sim.totals();
    assert_eq!((totals.completed, run.sim.in_flight(), run.sim.coming_back()), (0, 0, 0));
    assert_eq!(totals.offered, totals.failed);
    // No request succeeded, so each user made three attempts.
    assert_eq!(run.sim.retried() * 3, totals.offered * 2);
    // A manually sent request is not retried.
    run.act("send read").to(120.0);
    assert_eq!(run.sim.totals().offered, totals.offered + 1);
}

#[test]
fn closed_loop_users_wait_for_their_last_attempt() {
    let closed = format!("arrivals: Closed(users: 5, think: Constant(ms: 1000.0)), {TWICE_MORE}");
    let mut run = Run::new(&site("", &closed));
    let mut last = 0;
    run.to(5.0).act("kill app-1");
    for second in 6..40 {
        run.to(f64::from(second));
        let (users, thinking) = run.sim.population().expect("a closed population");
        assert_eq!(u64::from(users), u64::from(thinking) + run.sim.in_flight() + run.sim.coming_back());
        assert!(run.sim.totals().offered >= last);
        last = run.sim.totals().offered;
    }
    assert!(run.sim.retried() > 100);
}
