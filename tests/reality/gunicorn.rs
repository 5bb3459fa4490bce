//! Gunicorn with more requests than its workers can serve.

use hoplight::sim::{Failure, FailureReason};

use super::site::{Change, EIGHTY, LONG_QUEUE, READS, Run, SLOW_WORK, compare, quantile};

#[test]
fn row_05a_a_full_accept_queue_costs_504_after_the_connect_timeout() {
    let run = |seed| Run::of(&[READS, EIGHTY, SLOW_WORK], &[(25.0, "rate 0.001")], 33.0, seed);
    let measure = |run: &Run| {
        run.only(Failure::GatewayTimeout, None);
        assert!(run.failed().all(|done| done.why == Some(FailureReason::Full)), "no refusal");
        let good = || run.good().map(|done| done.ms);
        let seen = run.failed().map(|done| done.ended).reduce(f64::min).expect("some fail");
        [
            quantile(run.failed().map(|done| done.ms), 0.5),
            run.failed().count() as f64 / run.done.len() as f64 * 2_000.0,
            run.goodput(10.0, 25.0),
            quantile(good(), 0.5),
            quantile(good(), 0.95),
            seen,
        ]
    };
    compare(
        run,
        measure,
        [
            ("a failed request takes", 1001.0, (1000.0, 1016.0)),
            ("failed of 2000", 909.0, (887.0, 931.0)),
            ("good answers/s", 40.0, (40.0, 40.0)),
            ("p50", 2742.0, (2742.0, 2742.0)),
            ("p95", 2802.0, (2802.0, 2802.0)),
            ("first failure after", 3.6, (3.5, 3.67)),
        ],
    );
}

#[test]
fn row_05b_with_a_long_connect_timeout_resent_syns_get_in_too_late() {
    let patient: Change = ("connect_timeout_s: 1.0), server: \"s", "connect_timeout_s: 60.0), server: \"s");
    let run = |seed| Run::of(&[READS, EIGHTY, SLOW_WORK, patient], &[(25.0, "rate 0.001")], 33.0, seed);
    let measure = |run: &Run| {
        run.only(Failure::GatewayTimeout, Some("sH"));
        [quantile(run.failed().map(|done| done.ms), 0.5), run.goodput(5.0, 10.0), run.goodput(18.0, 25.0)]
    };
    compare(
        run,
        measure,
        [
            ("a failed request takes", 5003.0, (5000.0, 5018.0)),
            ("good answers/s at first", 40.0, (30.0, 40.0)),
            ("good answers/s in the end", 20.0, (13.0, 30.0)),
        ],
    );
}

#[test]
fn row_05c_with_a_long_accept_queue_workers_serve_users_who_have_gone() {
    let run = |seed| Run::of(&[READS, EIGHTY, SLOW_WORK, LONG_QUEUE], &[(25.0, "rate 0.001")], 33.0, seed);
    let measure = |run: &Run| {
        run.only(Failure::GatewayTimeout, Some("sH"));
        let end = run.good().filter(|done| done.born < 25.0).map(|done| done.ended).reduce(f64::max).expect("some are served");
        let all = run.done.iter().filter(|done| done.born < 25.0).count();
        [end, run.failed().count() as f64 / all as f64 * 2_000.0, quantile(run.failed().map(|done| done.ms), 0.5)]
    };
    compare(
        run,
        measure,
        [
            ("no good answer after", 10.0, (9.6, 10.2)),
            ("504 of 2000", 1622.0, (1593.0, 1651.0)),
            ("a failed request takes", 5002.0, (5000.0, 5002.0)),
        ],
    );
}

/// 100 requests/s that only the applications can answer, with three attempts, while both applications stop for ten seconds.
fn storm(queue: Change, seed: u64) -> Run {
    let changes = [
        queue,
        ("rate: 60.0, static_share: 0.4", "rate: 100.0, static_share: 0.0"),
        ("patience_s: 10.0", "patience_s: 1.0, retries: (attempts: 3, backoff_s: 0.1, jitter: 1.0)"),
    ];
    let stop = [(10.0, "hang app-1"), (10.0, "hang app-2"), (20.0, "clear hang app-1"), (20.0, "clear hang app-2")];
    Run::of(&changes, &stop, 55.0, seed)
}

#[test]
fn row_20a_with_a_short_accept_queue_a_retry_storm_ends_by_itself() {
    let measure = |run: &Run| {
        let during = run.attempts.iter().filter(|at| (12.0..20.0).contains(*at)).count() as f64 / 8.0;
        let last = run.failed().map(|done| done.ended).reduce(f64::max).expect("some fail");
        [during, last - 20.0]
    };
    compare(
        |seed| storm(("queue: 50", "queue: 50"), seed),
        measure,
        [("attempts/s during", 301.0, (271.0, 318.0)), ("no more errors after", 3.2, (3.19, 3.24))],
    );
}

#[test]
fn row_20b_with_a_long_accept_queue_it_goes_on() {
    let run = storm(LONG_QUEUE, 1);
    let good = run.good().filter(|done| done.ended > 20.5).count();
    assert!(good <= 20, "good answers in the 35 s after the stop: {good}");
}
