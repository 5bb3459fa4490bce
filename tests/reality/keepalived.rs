//! keepalived 2.2.7 with its defaults: advertisements each second, priorities 150 and 100, HAProxy beside it, 60 requests per
//! second to the shared address, one in four on a new connection, the others on about 75 kept ones, users who wait for 5 s.

use std::sync::Arc;

use hoplight::analysis::{Verdict, losses};
use hoplight::model::{Infrastructure, RequestKind};
use hoplight::sim::Failure;

use super::run::Run;

/// The pair; `settings` go to the VRRP settings of both balancers.
fn pair(settings: &str) -> String {
    format!(
        r#"(traffic: (rate: 60.0, new_visitors: 0.25, users: Some(75), static_share: 1.0, write_share: 0.0, patience_s: 5.0), tls: (edge: None),
            servers: [(id: "s1"), (id: "s2"), (id: "s3"), (id: "s4")],
            components: [
                (id: "lb-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 150, {settings})), server: "s1"),
                (id: "lb-2", kind: LoadBalancer(vrrp: (peer: "lb-1", priority: 100, {settings})), server: "s2"),
                (id: "web-1", kind: Web(), server: "s3"), (id: "web-2", kind: Web(), server: "s4")],
            links: [(from: "lb-1", to: "lb-2"), (from: "lb-1", to: "web-1"), (from: "lb-1", to: "web-2"),
                (from: "lb-2", to: "web-1"), (from: "lb-2", to: "web-2")])"#
    )
}

/// Seconds from 20 s until the backup is master, for runs in which the master ends at different times between two of its
/// advertisements.
fn takeovers(settings: &str, command: &str) -> Vec<f64> {
    let after = |tenths: u32| {
        let begin = 20.0 + f64::from(tenths) / 10.0;
        let mut run = Run::new(&pair(settings), 1);
        run.to(begin).act(command).to(begin + 10.0);
        let taken = run.masters.iter().find(|(_, balancer, master)| balancer == "lb-2" && *master);
        taken.unwrap_or_else(|| panic!("{command}: lb-2 never takes over")).0 - begin
    };
    (0..10).map(after).collect()
}

fn range(times: &[f64]) -> (f64, f64) {
    times.iter().fold((f64::INFINITY, 0.0), |(least, most), time| (least.min(*time), most.max(*time)))
}

#[test]
fn a_dead_host_is_noticed_after_three_advertisements_and_the_skew() {
    // Measured: 2.71 to 2.95 s, which is 3.61 s minus the time since the last advertisement.
    let (least, most) = range(&takeovers("", "kill s1"));
    assert!(least > 2.6 && least < 2.8 && most > 3.5 && most <= 3.61, "{least} {most}");
}

#[test]
fn most_users_get_a_late_answer_in_the_gap() {
    // Measured: 178 answered 0.7 to 4.1 s late, 6 to 11 resets, 1 timeout.
    let mut run = Run::new(&pair(""), 1);
    run.to(20.8).act("kill s1").to(40.0);
    let late: Vec<f64> =
        run.between(20.8, 30.0).filter(|(_, outcome, ms)| outcome.is_ok() && *ms > 600.0).map(|it| it.2).collect();
    assert!((120..=200).contains(&late.len()), "{} late answers", late.len());
    let (least, most) = range(&late);
    assert!(least < 1_000.0 && (2_500.0..4_500.0).contains(&most), "{least} {most}");
    let (reset, failed) = (run.count(Failure::Reset, 20.8, 40.0), run.failed(20.8, 40.0));
    assert!(failed <= 15 && reset <= 11, "{failed} failed, {reset} of them reset");
    assert_eq!(run.failed(30.0, 40.0), 0);
}

#[test]
fn the_address_returns_with_the_host() {
    // Measured: 3.42 s after its start, 3 × 1 s + (256 − 150) / 256 s.
    let mut run = Run::new(&pair(""), 1);
    run.to(20.0).act("kill s1").to(40.0).act("restore s1").to(60.0);
    let back = run.masters.iter().find(|(_, balancer, master)| balancer == "lb-1" && *master).expect("it returns");
    assert!((back.0 - 40.0 - 3.414).abs() < 0.01, "{back:?}");
    assert_eq!((run.holders(), run.entry()), (vec!["lb-1"], "lb-1"));
    assert!(run.failed(40.0, 60.0) <= 5, "{}", run.failed(40.0, 60.0));
}

#[test]
fn without_tracking_the_address_stays_with_a_dead_balancer() {
    // Measured: no takeover; all refused until HAProxy is started 10 s later.
    let mut run = Run::new(&pair(""), 1);
    run.to(20.0).act("kill lb-1").to(30.0);
    assert_eq!((run.masters.len(), run.entry()), (0, "lb-1"));
    let refused = run.count(Failure::Refused, 20.0, 30.0);
    assert!((530..=670).contains(&refused), "{refused}");
    run.act("restore lb-1").to(40.0);
    assert_eq!(run.failed(30.1, 40.0), 0);
}

#[test]
fn with_tracking_the_address_moves_in_seconds() {
    // Measured with an interval of 1 s and two failures: 2.4 s.
    let (least, most) = range(&takeovers("track: ()", "kill lb-1"));
    assert!(least > 1.6 && most < 2.7 && most > 2.4, "{least} {most}");
    let mut run = Run::new(&pair("track: ()"), 1);
    run.to(20.4).act("kill lb-1").to(40.0);
    assert_eq!((run.holders(), run.entry(), run.failed(25.0, 40.0)), (vec!["lb-2"], "lb-2", 0));
    // The script passes again, and lb-1 has the higher priority.
    run.act("restore lb-1").to(50.0);
    assert_eq!(run.entry(), "lb-1");
    // A hung process exists, so the script passes.
    run.act("hang lb-1").to(60.0);
    assert_eq!(run.entry(), "lb-1");
}

#[test]
fn tracking_takes_its_interval_and_number_of_failures() {
    let (least, most) = range(&takeovers("track: (interval_s: 2.0, fall: 3)", "kill lb-1"));
    // Between two and three intervals, and the skew.
    assert!(least > 4.6 && most < 6.7, "{least} {most}");
}

#[test]
fn a_killed_keepalived_leaves_the_address_on_its_machine() {
    // Measured: 2.65 to 2.96 s, 3 or 4 resets, no gap, and both machines have the address.
    let mut run = Run::new(&pair(""), 1);
    run.to(20.8).act("kill-keepalived lb-1").to(40.0);
    let taken = run.masters.first().expect("lb-2 takes over");
    assert!((2.6..3.0).contains(&(taken.0 - 20.8)), "{taken:?}");
    assert_eq!((run.holders(), run.entry()), (vec!["lb-1", "lb-2"], "lb-2"));
    assert!(run.failed(20.8, 40.0) <= 6, "{}", run.failed(20.8, 40.0));
    run.act("clear kill-keepalived lb-1").to(50.0);
    assert_eq!((run.holders(), run.entry()), (vec!["lb-1"], "lb-1"));
}

#[test]
fn a_stopped_keepalived_hands_the_address_over() {
    // Measured: 0.61 s, priority 0 and the skew; 5 or 6 resets.
    let mut run = Run::new(&pair(""), 1);
    run.to(20.5).act("stop-keepalived lb-1").to(40.0);
    let taken = run.masters.iter().find(|(_, _, master)| *master).expect("lb-2 takes over");
    assert!((taken.0 - 20.5 - 0.609).abs() < 0.01, "{taken:?}");
    assert_eq!((run.holders(), run.entry()), (vec!["lb-2"], "lb-2"));
    assert!(run.failed(20.5, 40.0) <= 8, "{}", run.failed(20.5, 40.0));
}

#[test]
fn with_two_masters_the_last_announcement_wins() {
    // Measured without use_vmac: two masters after 3.3 s, 5 or 6 resets at the takeover, then none; all traffic at lb-2.
    let mut run = Run::new(&pair(""), 1);
    run.to(20.5).act("kill lb-1 -> lb-2").to(60.0);
    assert_eq!((run.holders(), run.entry()), (vec!["lb-1", "lb-2"], "lb-2"));
    assert!(run.failed(20.5, 60.0) <= 6, "{}", run.failed(20.5, 60.0));
    // With use_vmac, one request in ten is reset for as long as it lasts.
    let mut run = Run::new(&pair("vmac: true"), 1);
    run.to(20.5).act("kill lb-1 -> lb-2").to(60.0);
    assert_eq!(run.holders(), ["lb-1", "lb-2"]);
    assert!(run.failed(30.0, 60.0) >= 10, "{}", run.failed(30.0, 60.0));
}

#[test]
fn the_forecast_of_a_dead_process_differs_from_that_of_a_dead_host() {
    for (settings, process) in [("", Verdict::Stops), ("track: ()", Verdict::Works)] {
        let infra = Arc::new(Infrastructure::from_ron("site.ron", &pair(settings)).expect("a valid scenario"));
        let verdict = |name: &str| {
            let all = losses(&infra);
            let found = all.iter().find(|it| format!("{} {}", it.loss.word(), it.loss) == name).expect("a loss");
            found.verdict(RequestKind::Static)
        };
        assert_eq!([verdict("component lb-1"), verdict("processes s1")], [process; 2], "{settings}");
        assert_eq!([verdict("server s1"), verdict("component lb-2")], [Verdict::Works; 2], "{settings}");
    }
}
