//! Tests health checks: which failures each depth detects, and after what time.

use hoplight::sim::{CheckCode, Command, Fault};

use super::site::{Plan, Site, component, server};

type Failure = fn(&mut Site);

/// Milliseconds from the fault at 10 s + `offset` until the first backend is DOWN, and the check code; `None` if it
/// stays UP.
fn detection(plan: &Plan<'_>, offset: f64, fault: impl Fn(&mut Site)) -> Option<(f64, &'static str)> {
    let mut site = plan.start();
    site.at(10_000.0 + offset);
    fault(&mut site);
    site.after(40_000.0);
    site.down().map(|(at, code)| (at - 10_000.0 - offset, code))
}

/// Shortest and longest detection time for faults spread over a check interval.
fn bounds(plan: &Plan<'_>, code: &str, fault: impl Fn(&mut Site)) -> (f64, f64) {
    let found = (0..20).map(|step| {
        let (ms, found) = detection(plan, f64::from(step) * 100.0 + 50.0, &fault).expect("the checks notice");
        assert_eq!(found, code);
        ms
    });
    found.fold((f64::MAX, 0.0), |(least, most), ms| (least.min(ms), most.max(ms)))
}

#[test]
fn a_refusing_backend_is_down_in_four_to_six_seconds() {
    let (least, most) = bounds(&Plan::default(), "L4CON", |site| {
        site.kill(component("web-1"));
    });
    assert!((4_000.0..4_200.0).contains(&least) && (5_800.0..=6_000.0).contains(&most), "{least} {most}");
}

#[test]
fn a_silent_backend_takes_three_attempts_to_connect_longer() {
    // Three attempts of one second, two seconds apart.
    let (least, most) = bounds(&Plan::default(), "L4TOUT", |site| {
        site.block("lb-1", "web-1");
    });
    assert!((7_000.0..7_200.0).contains(&least) && (8_800.0..=9_000.0).contains(&most), "{least} {most}");
}

#[test]
fn a_backend_that_accepts_but_does_not_respond_takes_ten_to_twelve_seconds() {
    // The web servers accept the check and wait for an application that hangs, so each check lasts for the whole interval.
    let plan = Plan { balancer: "check: HttpApp", behind: true, ..Plan::default() };
    let (least, most) = bounds(&plan, "L7TOUT", |site| {
        site.act(Command::Fault(Fault::Hang(component("app-1"))));
    });
    // The two servers are checked in turn, so detection varies by less than a full interval.
    assert!((10_000.0..10_200.0).contains(&least) && (11_000.0..=12_000.0).contains(&most), "{least} {most}");
}

#[test]
fn a_backend_with_a_silent_application_answers_its_check_with_504() {
    // Measured with a connect timeout of 1 s: L7STS 504 after 1 s. Three such checks, two seconds apart.
    let plan = Plan { balancer: "check: HttpApp", behind: true, ..Plan::default() };
    let (least, most) = bounds(&plan, "L7STS", |site| {
        site.kill(server("server-app"));
    });
    assert!((7_000.0..7_200.0).contains(&least) && (8_000.0..=9_000.0).contains(&most), "{least} {most}");
}

#[test]
fn a_check_detects_failures_up_to_its_depth() {
    // The check code with which each depth detects each fault.
    let faults: [(&str, Failure, [Option<&str>; 4]); 5] = [
        (
            "web process",
            |site| {
                site.kill(component("web-1"));
            },
            [Some("L4CON"); 4],
        ),
        (
            "web server",
            |site| {
                site.kill(server("server-1"));
            },
            [Some("L4TOUT"); 4],
        ),
        (
            "app process",
            |site| {
                site.kill(component("app-1"));
            },
            [None, None, Some("L7STS"), Some("L7STS")],
        ),
        (
            "database process",
            |site| {
                site.kill(component("db-1"));
            },
            [None, None, None, Some("L7STS")],
        ),
        (
            "database server",
            |site| {
                site.kill(server("server-db"));
            },
            [None, None, None, Some("L7STS")],
        ),
    ];
    for (name, fault, expected) in faults {
        for (check, expected) in ["Tcp", "Http", "HttpApp", "HttpDatabase"].into_iter().zip(expected) {
            let balancer = format!("check: {check}");
            let plan = Plan { balancer: &balancer, behind: true, ..Plan::default() };
            assert_eq!(detection(&plan, 0.0, fault).map(|(_, code)| code), expected, "{name} with {check}");
        }
    }
}

#[test]
fn a_full_web_server_drops_the_syn_of_a_check() {
    let mut site = Plan { balancer: "check: Http", webs: &[""], web_ms: 30_000.0, ..Plan::default() }.start();
    // The station has 1000 slots and the default queue of 511.
    for _ in 0..1_600 {
        site.visit();
    }
    site.at(9_000.0);
    assert_eq!(site.down().map(|(_, code)| code), Some("L4TOUT"));
}

#[test]
fn an_expired_certificate_of_a_backend_fails_the_handshake() {
    let plan = Plan { tls: "Reencrypt", ..Plan::default() };
    let text =
        plan.text().replace("tls: (", r#"certificates: [(on: ["lb-1"]), (names: ["x"], days_left: 0, on: ["web-1"])], tls: ("#);
    let infra = hoplight::model::Infrastructure::from_ron("site.ron", &text).expect("a valid scenario");
    let mut site = Site { sim: hoplight::sim::Simulation::new(std::sync::Arc::new(infra), 1), notes: Vec::new() };
    site.at(8_000.0);
    assert_eq!(site.down().map(|(_, code)| code), Some("L6RSP"));
}

#[test]
fn a_restored_backend_is_up_after_two_successful_checks() {
    let mut site = Plan::default().start();
    site.at(10_000.0).kill(component("web-1")).at(20_000.0);
    let link = site.link("lb-1", "web-1");
    assert_eq!((site.sim.backend_up(link), site.sim.check_code(link)), (Some(false), Some(CheckCode::L4Con)));
    site.act(hoplight::sim::Command::Restore(component("web-1")));
    // Checks are 2 s apart, so the next one is within 2 s.
    site.at(22_000.0);
    assert_eq!((site.sim.backend_up(link), site.sim.check_code(link)), (Some(false), None), "one check is not enough");
    site.at(24_000.0);
    assert_eq!(site.sim.backend_up(link), Some(true));
}

#[test]
fn after_a_restart_of_the_balancer_the_first_failed_check_is_enough() {
    let mut site = Plan::default().start();
    site.at(10_000.0).kill(component("lb-1")).kill(component("web-1"));
    site.after(1_000.0).act(Command::Restore(component("lb-1")));
    let started = site.now_ms();
    let (at, code) = site.after(20_000.0).down().expect("the checks notice");
    assert!(at - started <= 2_000.0 && code == "L4CON", "{} ms, {code}", at - started);
    // A check that passes first makes it take three again.
    let mut site = Plan::default().start();
    site.at(10_000.0).kill(component("lb-1"));
    site.after(1_000.0).act(Command::Restore(component("lb-1"))).after(4_000.0).kill(component("web-1"));
    let killed = site.now_ms();
    let (at, _) = site.after(20_000.0).down().expect("the checks notice");
    assert!((4_000.0..=6_000.0).contains(&(at - killed)), "{} ms", at - killed);
}
