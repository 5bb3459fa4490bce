//! HAProxy in front of two nginx.

use hoplight::model::RequestKind;
use hoplight::sim::{CheckCode, Failure, FailureReason};

use super::site::{APP_CHECK, Change, EIGHTY, READS, Run, SLOW_WORK, compare, quantile};

fn last(times: impl Iterator<Item = f64>) -> f64 {
    times.fold(f64::NEG_INFINITY, f64::max)
}

fn first(times: impl Iterator<Item = f64>) -> f64 {
    times.fold(f64::INFINITY, f64::min)
}

#[test]
fn row_01a_a_dead_backend_costs_three_retries_until_it_is_down() {
    let run = |seed| Run::of(&[], &[(10.0, "kill web-1"), (20.0, "restore web-1")], 32.0, seed);
    let measure = |run: &Run| {
        let refused = run.with(Failure::Unavailable);
        assert!(refused.iter().all(|done| done.flag == Some("SC")), "{refused:?}");
        // In flight when nginx was killed.
        assert!(run.failed().count() - refused.len() <= 5);
        let (down, code) = run.down().expect("the check notices");
        assert_eq!(code, CheckCode::L4Con);
        let up = run.turns.iter().find(|turn| turn.up).expect("it comes back").at;
        [
            first(refused.iter().map(|done| done.ended)) - 10.0,
            last(refused.iter().map(|done| done.ended)) - 10.0,
            refused.len() as f64,
            quantile(refused.iter().map(|done| done.ms), 0.5),
            down - 10.0,
            up - 20.0,
        ]
    };
    compare(
        run,
        measure,
        [
            ("first 503 after", 3.0, (3.0, 3.01)),
            ("last 503 after", 7.6, (7.24, 7.92)),
            ("503 in all", 138.0, (129.0, 146.0)),
            ("a failed request takes", 3006.0, (3002.0, 3015.0)),
            ("DOWN after", 4.6, (4.27, 4.96)),
            ("start to UP", 2.6, (2.27, 2.98)),
        ],
    );
}

#[test]
fn row_01b_a_request_in_flight_gets_502_at_once() {
    let run = Run::of(&[READS, EIGHTY, SLOW_WORK], &[(1.0, "kill web-1")], 1.5, 1);
    let cut = run.with(Failure::BadGateway);
    assert!(cut.len() >= 5 && cut.iter().all(|done| done.flag == Some("SH") && done.ended < 1.01), "{cut:?}");
}

#[test]
fn row_01d_redispatch_saves_all_but_those_in_flight() {
    let redispatch: Change = ("redispatch: false", "redispatch: true");
    let run = Run::of(&[redispatch], &[(10.0, "kill web-1"), (20.0, "restore web-1")], 30.0, 1);
    assert!(run.failed().all(|done| done.outcome == Err(Failure::BadGateway) && done.ended < 10.01));
    // No extra delay: at most 107 ms.
    let late = last(run.good().filter(|done| (10.0..15.0).contains(&done.born)).map(|done| done.ms));
    assert!(late < 160.0, "{late}");
}

#[test]
fn row_02a_a_hung_nginx_costs_504_and_passes_a_tcp_check() {
    let run = |seed| Run::of(&[], &[(10.0, "hang web-1"), (24.0, "clear hang web-1")], 36.0, seed);
    let measure = |run: &Run| {
        let hung: Vec<_> = run.with(Failure::GatewayTimeout);
        assert_eq!(hung.len(), run.failed().count());
        // When nginx continues, it forwards at once what has arrived in the last 5 s: more than Gunicorn's backlog.
        let hung: Vec<_> = hung.into_iter().filter(|done| done.why != Some(FailureReason::Full)).collect();
        assert!(hung.iter().all(|done| done.flag == Some("sH")));
        assert!(run.turns.is_empty(), "never DOWN");
        [first(hung.iter().map(|done| done.ended)) - 10.0, hung.len() as f64]
    };
    compare(run, measure, [("first 504 after", 4.96, (4.96, 4.96)), ("504 in all", 267.0, (267.0, 267.0))]);
}

#[test]
fn rows_03_a_dead_application_is_502_until_a_check_reaches_it() {
    for (check, measured) in
        [(("check: Tcp", "check: Tcp"), (192.0, (176.0, 207.0))), (("check: Tcp", "check: Http"), (189.0, (173.0, 204.0)))]
    {
        let run = |seed| Run::of(&[check], &[(10.0, "kill app-1"), (20.0, "restore app-1")], 24.0, seed);
        let measure = |run: &Run| {
            run.only(Failure::BadGateway, None);
            assert!(run.turns.is_empty(), "never DOWN");
            assert!(run.failed().all(|done| done.kind != RequestKind::Static), "static pages work");
            [run.failed().count() as f64, quantile(run.failed().map(|done| done.ms), 0.5)]
        };
        compare(run, measure, [("502 in all", measured.0, measured.1), ("a failed request takes", 1.0, (0.5, 5.0))]);
    }
    // 03c
    let run = |seed| Run::of(&[APP_CHECK], &[(10.0, "kill app-1"), (20.0, "restore app-1")], 30.0, seed);
    let measure = |run: &Run| {
        let (down, code) = run.down().expect("the check notices");
        // The check gets what a user gets.
        assert_eq!(code, CheckCode::L7Sts(502));
        run.only(Failure::BadGateway, None);
        [down - 10.0, run.failed().count() as f64]
    };
    compare(run, measure, [("DOWN after", 4.6, (4.29, 4.99)), ("502 in all", 91.0, (89.0, 93.0))]);
}

/// A request takes 500 ms of work and, as the measured median shows (a resent SYN, a wait, the work), 23 ms for everything else.
/// The median lies on a step: a user whose first SYN gets in is answered after 1 s, one whose second SYN does after 2 s. The
/// test compares the share of the former instead.
#[test]
fn rows_06_at_its_limit_of_connections_users_wait_in_the_kernel() {
    let changes: [Change; 5] = [
        READS,
        ("Constant(ms: 50.0)", "Uniform(min_ms: 510.0, max_ms: 536.0)"),
        ("slots: 4", "slots: 30"),
        // Each client closes its connection after the response.
        ("new_visitors: 0.25", "new_visitors: 1.0, connections: PerRequest"),
        ("connections: 2000", "connections: 20"),
    ];
    let run = |seed| Run::of(&changes, &[(12.0, "rate 0.001")], 24.0, seed);
    let measure = |run: &Run| {
        // Nobody is refused, and the balancer logs nothing.
        run.only(Failure::TimedOut, None);
        let (good, all) = (|| run.good().map(|done| done.ms), run.done.len() as f64);
        let first = good().filter(|ms| *ms < 1_100.0).count() as f64 / run.good().count() as f64;
        [first, quantile(good(), 0.95), run.failed().count() as f64 / all * 716.0]
    };
    compare(
        run,
        measure,
        [
            ("answered without a second SYN", 0.5, (0.4, 0.5)),
            ("p95", 8138.0, (7902.0, 8138.0)),
            ("timeouts of 716", 64.0, (44.0, 69.0)),
        ],
    );
}

#[test]
fn row_06a_idle_kept_connections_count_for_maxconn() {
    // 80 users who keep their connections and together send 10 requests/s: without a limit, seven of ten have a connection
    // that is less than 10 s old. Those who are in are served at once; for the others, the limit makes room only when
    // a connection has been idle for 10 s.
    let kept: Change = ("rate: 60.0", "rate: 10.0");
    let users: Change = ("new_visitors: 0.25", "new_visitors: 0.0, users: 80");
    let limit: Change = ("connections: 2000", "connections: 20");
    let served = |changes: &[Change]| {
        let run = Run::of(changes, &[], 60.0, 1);
        let late = run.done.iter().filter(|done| done.ms > 900.0 || done.outcome.is_err()).count();
        (late as f64 / run.done.len() as f64, run.failed().filter(|done| done.outcome != Err(Failure::TimedOut)).count())
    };
    let (late, others) = served(&[READS, kept, users]);
    assert!((late, others) == (0.0, 0), "without the limit: {late} {others}");
    let (late, others) = served(&[READS, kept, users, limit]);
    assert!(late > 0.3 && others == 0, "{late} {others}");
    // A client that closes its connections leaves room for the next one.
    let closes: Change = ("new_visitors: 0.25", "new_visitors: 0.0, users: 80, connections: PerRequest");
    let (late, _) = served(&[READS, kept, closes, limit]);
    assert!(late == 0.0, "{late}");
}

#[test]
fn row_07_a_backend_at_its_maxconn_costs_503_after_the_queue_timeout() {
    let changes: [Change; 5] = [
        READS,
        EIGHTY,
        SLOW_WORK,
        ("(from: \"lb-1\", to: \"web-1\")", "(from: \"lb-1\", to: \"web-1\", maxconn: 4)"),
        ("(from: \"lb-1\", to: \"web-2\")", "(from: \"lb-1\", to: \"web-2\", maxconn: 4)"),
    ];
    let run = |seed| Run::of(&changes, &[(20.0, "rate 0.001")], 30.0, seed);
    let measure = |run: &Run| {
        run.only(Failure::Unavailable, Some("sQ"));
        let good = || run.good().map(|done| done.ms);
        [
            quantile(run.failed().map(|done| done.ms), 0.5),
            run.failed().count() as f64 / run.done.len() as f64 * 1581.0,
            quantile(good(), 0.5),
            quantile(good(), 0.95),
        ]
    };
    compare(
        run,
        measure,
        [
            ("a failed request takes", 1503.0, (1500.0, 1546.0)),
            ("failed of 1581", 747.0, (720.0, 774.0)),
            ("p50", 1688.0, (1688.0, 1688.0)),
            ("p95", 1710.0, (1710.0, 1710.0)),
        ],
    );
}
