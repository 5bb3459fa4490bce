//! A pause of ten seconds at a rate that the site can serve, and what becomes of it: the line that is too long, and users
//! who try again. Nine workers of 50 ms serve 180 requests per second; 150 come; who gets no answer within a second is
//! gone. The figures are those that a simulation of the same model gives.

use std::sync::Arc;

use hoplight::model::Infrastructure;

use super::site::Run;

/// An application whose users wait for a second; `queue` and `retries` as given.
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

/// Good answers per second in each of the seconds after a pause from 20 to 30 s, and how many requests came in the last ten
/// of them, per second.
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
fn a_line_without_an_end_serves_nobody_for_most_of_a_minute() {
    let (good, _) = after_a_pause(&site(ENDLESS, ""), 120);
    // 1,500 waited when the pause ended; 30 more can be served per second than come.
    let first = good.iter().position(|good| *good > 75).expect("it recovers");
    assert!((35..=60).contains(&first), "half of the goodput after {first} s: {good:?}");
    assert!(good[2..25].iter().all(|good| *good == 0), "{good:?}");
    assert!(good[100..].iter().all(|good| *good > 100), "{good:?}");
}

#[test]
fn users_who_try_three_times_keep_it_down_for_good() {
    let (good, offered) = after_a_pause(&site(ENDLESS, TWICE_MORE), 600);
    assert!(good[3..].iter().sum::<u64>() < 100, "{good:?}");
    assert!((420.0..460.0).contains(&offered), "three attempts each: {offered} per second");
    // Without the pause, nothing of it ever begins.
    let mut calm = Run::new(&site(ENDLESS, TWICE_MORE));
    let seen = calm.to(20.0).watch(100.0);
    assert!(seen.failed() * 200 < seen.offered && calm.sim.retried() < 100, "{seen:?}");
}

#[test]
fn a_short_line_recovers_within_ten_seconds() {
    for retries in ["", TWICE_MORE] {
        let (good, offered) = after_a_pause(&site("queue: 50,", retries), 30);
        assert!(good[10..].iter().all(|good| *good > 100), "{good:?}");
        assert!((135.0..170.0).contains(&offered), "{offered}");
    }
}

#[test]
fn each_attempt_is_a_request_and_attempts_have_an_end() {
    let mut run = Run::new(&site(ENDLESS, TWICE_MORE));
    run.act("kill app-1").to(100.0).act("rate 0").to(110.0);
    let totals = run.sim.totals();
    assert_eq!((totals.completed, run.sim.in_flight(), run.sim.coming_back()), (0, 0, 0));
    assert_eq!(totals.offered, totals.failed);
    // Nobody was served, so everybody tried three times.
    assert_eq!(run.sim.retried() * 3, totals.offered * 2);
    // A request that is sent by hand is one request.
    run.act("send read").to(120.0);
    assert_eq!(run.sim.totals().offered, totals.offered + 1);
}

#[test]
fn who_waits_for_outcomes_waits_for_the_last_one() {
    let closed = format!("arrivals: Closed(users: 5, think: Constant(ms: 1000.0)), {TWICE_MORE}");
    let mut run = Run::new(&site("", &closed));
    let mut last = 0;
    run.to(5.0).act("kill app-1");
    for second in 6..40 {
        run.to(f64::from(second));
        let (users, thinking) = run.sim.population().expect("so many users");
        assert_eq!(u64::from(users), u64::from(thinking) + run.sim.in_flight() + run.sim.coming_back());
        assert!(run.sim.totals().offered >= last);
        last = run.sim.totals().offered;
    }
    assert!(run.sim.retried() > 100);
}
