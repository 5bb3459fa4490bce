//! nginx in front of one or two Gunicorn that do not answer.

use hoplight::sim::{CheckCode, Failure, FailureReason};

use super::site::{APP_CHECK, Change, Done, Run, compare, quantile};

/// A second application behind web-1.
const TWO: [Change; 2] = [
    (
        "(id: \"app-2\", kind",
        "(id: \"app-1b\", kind: App(timeout_s: 2.0), server: \"s1\", station: (slots: 4, queue: 50, service: Constant(ms: 50.0))),
        (id: \"app-2\", kind",
    ),
    (
        "(from: \"web-1\", to: \"app-1\"),",
        "(from: \"web-1\", to: \"app-1\"), (from: \"web-1\", to: \"app-1b\"), (from: \"app-1b\", to: \"db-1\"),",
    ),
];

#[test]
fn row_04a_a_hung_application_costs_504_after_the_connect_timeout_once_its_accept_queue_is_full() {
    let run = |seed| Run::of(&[], &[(10.0, "hang app-1"), (24.0, "clear hang app-1")], 36.0, seed);
    let measure = |run: &Run| {
        assert!(run.failed().all(|done| done.outcome == Err(Failure::GatewayTimeout)), "504 only");
        let (full, hung): (Vec<&Done>, Vec<&Done>) = run.failed().partition(|done| done.why == Some(FailureReason::Full));
        let ended = |pick: fn(f64, f64) -> f64| run.failed().map(|done| done.ended).reduce(pick).expect("some fail");
        [
            ended(f64::min) - 10.0,
            quantile(full.iter().map(|done| done.ms), 0.5),
            full.len() as f64,
            hung.len() as f64,
            ended(f64::max) - 24.0,
        ]
    };
    compare(
        run,
        measure,
        [
            ("first 504 after", 3.6, (3.53, 3.74)),
            ("a failed request takes", 1002.0, (1000.0, 1002.0)),
            ("after 1 s", 218.0, (218.0, 218.0)),
            // The rest was in the accept queue.
            ("after 5 s", 36.0, (36.0, 50.0)),
            ("last error after it continues", 0.9, (0.86, 0.97)),
        ],
    );
}

#[test]
fn row_04b_a_check_waits_in_line_and_then_gets_504() {
    let run = |seed| Run::of(&[APP_CHECK], &[(10.0, "hang app-1"), (24.0, "clear hang app-1")], 24.0, seed);
    let measure = |run: &Run| {
        let (down, code) = run.down().expect("the check notices");
        assert_eq!(code, CheckCode::L7Sts(504), "the last of the three");
        [down - 10.0]
    };
    compare(run, measure, [("DOWN after", 8.6, (8.28, 8.99))]);
}

#[test]
fn row_16a_the_next_upstream_answers_for_a_dead_one() {
    let run = Run::of(&TWO, &[(8.0, "kill app-1"), (33.0, "restore app-1")], 44.0, 1);
    // A write in flight.
    assert!(run.failed().count() <= 2 && run.failed().all(|done| done.outcome == Err(Failure::BadGateway)));
}

#[test]
fn row_16b_a_hung_upstream_is_ejected_and_probed() {
    let run = |seed| Run::of(&TWO, &[(8.0, "hang app-1"), (33.0, "clear hang app-1")], 44.0, seed);
    let measure = |run: &Run| {
        let late: Vec<_> = run.with(Failure::GatewayTimeout);
        assert_eq!(late.len(), run.failed().count());
        let begun = late.iter().filter(|done| done.born < 8.0 + 5.1).count();
        [late.len() as f64, (late.len() - begun) as f64]
    };
    compare(run, measure, [("504", 49.5, (48.0, 51.0)), ("begun after 5 s", 1.0, (0.0, 2.0))]);
}

#[test]
fn row_18a_a_slow_application_fails_its_checks() {
    let changes = [APP_CHECK, ("check_timeout_s: 2.0", "check_timeout_s: 1.0")];
    let run = |seed| Run::of(&changes, &[(10.0, "slow app-1 100"), (24.0, "clear slow app-1 100")], 24.0, seed);
    let measure = |run: &Run| {
        let (down, code) = run.down().expect("the check notices");
        assert!(matches!(code, CheckCode::L7Tout | CheckCode::L7Sts(504)), "{code:?}");
        assert_eq!(run.turns.len(), 1, "never UP again before it is quick");
        assert!(run.failed().all(|done| done.outcome == Err(Failure::GatewayTimeout)));
        let soon = run.failed().filter(|done| (990.0..1_100.0).contains(&done.ms)).count();
        [down - 10.0, run.failed().count() as f64, soon as f64]
    };
    compare(
        run,
        measure,
        [("DOWN after", 7.6, (7.26, 7.95)), ("504", 136.0, (134.0, 139.0)), ("of which after 1 s", 96.0, (96.0, 96.0))],
    );
}

#[test]
fn row_18c_an_application_four_times_slower_passes_its_checks() {
    let changes = [APP_CHECK, ("check_timeout_s: 2.0", "check_timeout_s: 1.0")];
    let run = Run::of(&changes, &[(10.0, "slow app-1 4"), (24.0, "clear slow app-1 4")], 30.0, 1);
    assert!(run.failed().count() == 0 && run.turns.is_empty(), "{:?}", run.turns);
}
