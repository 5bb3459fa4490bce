//! Guessed passwords and rate limits: who is refused, who waits, and what monitoring sees.

use std::collections::BTreeMap;
use std::sync::Arc;

use hoplight::model::RequestKind::Write;
use hoplight::model::{Infrastructure, Metric};
use hoplight::sim::{EventKind, Failure, FailureReason, Status};

use super::site::{Run, Seen, site};

/// Runs an attack of 600 logins per second for 20 s on a site with these settings of its balancer and web servers.
fn attacked(balancer: &str, web: &str, addresses: u32) -> (Run, Seen) {
    let (lb, webs) = (format!("LoadBalancer({balancer}"), format!("kind: Web({web})"));
    let mut run = Run::new(&site(&[("LoadBalancer(", &lb), ("kind: Web()", &webs)]));
    run.to(10.0).act(&format!("abuse 600 {addresses}")).to(15.0);
    let seen = run.watch(15.0);
    (run, seen)
}

/// How often each reason was given for failing a request of a user.
fn whys(run: &Run) -> BTreeMap<FailureReason, usize> {
    let mut whys = BTreeMap::new();
    for note in &run.notes {
        if let EventKind::Fails { why, .. } = note.what
            && note.request.is_some_and(|(number, _)| !hoplight::sim::is_abuse(number))
        {
            *whys.entry(why).or_default() += 1;
        }
    }
    whys
}

const LIMIT: &str = "rate_limit: (rate: 1.0, burst: 5, kinds: [Write]), ";

#[test]
fn a_limit_at_the_entry_refuses_one_client_and_nobody_else() {
    let (mut run, seen) = attacked(LIMIT, "", 1);
    assert_eq!(seen.failed(), 0, "{seen:?}");
    let abuse = run.sim.abuse().expect("an attack");
    // Six at once, and one a second.
    assert!((25..=27).contains(&abuse.answered) && abuse.failed == 0, "{abuse:?}");
    let refusals = run.sim.refusals(run.find("lb-1")).expect("a limit");
    // Some refusals have not reached the attacker yet.
    assert!(refusals.users == 0 && (0..60).contains(&(refusals.others - abuse.refused)), "{refusals:?} {abuse:?}");
    assert!((598..=600).contains(&refusals.last_second), "{refusals:?}");
    assert!(run.mean("app-1", Metric::Utilisation, 10.0).expect("samples") < 0.5);
    run.act("clear abuse 600").to(32.0);
    assert_eq!(run.sim.abuse().expect("counts").attack, None);
    assert_eq!(run.sim.refusals(run.find("lb-1")).expect("a limit").last_second, 0);
}

#[test]
fn without_a_limit_users_wait_for_workers() {
    let (run, seen) = attacked("", "", 1);
    assert!(seen.of(Failure::GatewayTimeout) > 200, "{seen:?}");
    assert_eq!(run.sim.abuse().expect("an attack").refused, 0);
    assert!(run.sim.refusals(run.find("lb-1")).is_none());
}

#[test]
fn many_addresses_pass_a_limit_per_address() {
    let (run, seen) = attacked(LIMIT, "", 2_000);
    assert!(seen.of(Failure::GatewayTimeout) > 200, "{seen:?}");
    let abuse = run.sim.abuse().expect("an attack");
    assert_eq!(abuse.refused, 0, "each address sends 0.3 logins per second: {abuse:?}");
}

#[test]
fn refusals_with_429_are_no_server_errors_and_those_with_503_are() {
    let errors = |refusal: &str| {
        let limit = format!("rate_limit: (rate: 1.0, burst: 5, kinds: [Write], refusal: {refusal}), ");
        let (run, seen) = attacked(&limit, "", 1);
        assert_eq!(seen.failed(), 0, "{seen:?}");
        run.mean("lb-1", Metric::ErrorRatio, 10.0).expect("samples")
    };
    assert!(errors("TooManyRequests") < 1e-9);
    assert!(errors("Unavailable") > 0.8);
}

#[test]
fn a_limit_at_web_servers_counts_at_each_of_them() {
    let (run, seen) = attacked("", LIMIT, 1);
    assert_eq!(seen.failed(), 0, "{seen:?}");
    let answered = run.sim.abuse().expect("an attack").answered;
    assert!((50..=54).contains(&answered), "the balancer sends half to each: {answered}");
}

#[test]
fn a_limit_that_does_not_learn_addresses_takes_all_users_for_one() {
    let all = "rate_limit: (rate: 10.0, burst: 20), ";
    let (told, untold) = (site(&[("kind: Web()", &format!("kind: Web({all})"))]), {
        let webs = format!("kind: Web({all})");
        site(&[("LoadBalancer(", "LoadBalancer(forwarded_for: false, "), ("kind: Web()", &webs)])
    });
    let watch = |infra: &Arc<Infrastructure>| {
        let mut run = Run::new(infra);
        run.to(20.0);
        (run.watch(20.0), whys(&run))
    };
    let (seen, reasons) = watch(&told);
    assert_eq!((seen.failed(), reasons.len()), (0, 0), "{seen:?}");
    let (seen, reasons) = watch(&untold);
    assert!(seen.only(&[Failure::TooManyRequests]), "{seen:?}");
    // Each of the two web servers accepts ten requests per second from the balancer, whoever sent them.
    assert!((390..=410).contains(&seen.good), "{seen:?}");
    assert_eq!(reasons.keys().collect::<Vec<_>>(), [&FailureReason::SharedRateLimit]);
}

#[test]
fn a_limit_that_refuses_nothing_changes_nothing() {
    let mut runs = [Run::new(&site(&[])), Run::new(&site(&[("LoadBalancer(", "LoadBalancer(rate_limit: (rate: 1000.0), ")]))];
    let seen = runs.each_mut().map(|run| run.to(5.0).watch(20.0));
    assert_eq!(format!("{:?}", seen[0]), format!("{:?}", seen[1]));
    assert_eq!(runs[0].sim.digest(), runs[1].sim.digest());
}

#[test]
fn an_attack_is_not_among_the_users() {
    let mut runs = [Run::new(&site(&[])), Run::new(&site(&[]))];
    runs[1].to(5.0).act("abuse 5");
    let offered = runs.each_mut().map(|run| run.to(25.0).sim.totals().offered);
    assert_eq!(offered[0], offered[1]);
    let sim = &runs[1].sim;
    assert_eq!(sim.totals().completed + sim.totals().failed + sim.in_flight(), sim.totals().offered);
    assert_eq!(sim.occupancy(), sim.sojourn(), "Little's law");
    let abuse = sim.abuse().expect("an attack");
    assert_eq!(abuse.sent, 101, "five per second from the start, for 20 s");
    assert!(abuse.answered >= 99 && abuse.refused + abuse.failed == 0, "{abuse:?}");
    let served = |run: &Run| run.sim.station(run.find("db-1")).served;
    assert!(served(&runs[1]) > served(&runs[0]) + 90, "each attempt is recorded");
}

#[test]
fn the_keyboard_has_one_address_and_a_restart_forgets_it() {
    let mut run = Run::new(&site(&[("LoadBalancer(", &format!("LoadBalancer({LIMIT}"))]));
    run.to(10.0);
    for _ in 0..10 {
        run.act("send write");
    }
    run.to(12.0);
    let lb = run.find("lb-1");
    assert_eq!(run.sim.refusals(lb).expect("a limit").users, 4);
    assert_eq!(whys(&run).get(&FailureReason::RateLimit), Some(&4));
    run.act("kill lb-1").act("restore lb-1").to(12.5);
    for _ in 0..6 {
        run.act("send write");
    }
    run.to(14.0);
    assert_eq!(run.sim.refusals(lb).expect("a limit").users, 4, "the counters are in memory");
}

#[test]
fn refused_requests_do_not_travel_further() {
    let (run, _) = attacked(LIMIT, "", 1);
    let refused = |note: &&hoplight::sim::JournalEvent| {
        matches!(note.what, EventKind::Departed { status: Status::Error(Failure::TooManyRequests), .. })
    };
    let browser = run.find("browser");
    let infra = run.sim.infrastructure();
    let all: Vec<_> = run.notes.iter().filter(refused).collect();
    assert!(all.len() > 5_000, "{}", all.len());
    for note in all {
        let EventKind::Departed { link, .. } = note.what else { unreachable!("a departure") };
        assert_eq!(infra.ends(link).0, browser, "{note:?}");
        assert_eq!(note.request.expect("a request").1, Write);
    }
}

#[test]
fn users_who_share_an_address_share_the_limit_and_their_retries_are_refused_too() {
    let run = |each: u32| {
        let limit = "LoadBalancer(rate_limit: (rate: 4.0, burst: 10), ";
        let users = format!("new_visitors: 0.0, users: 100, users_per_address: {each}, retries: (attempts: 3)");
        let mut run = Run::new(&site(&[("LoadBalancer(", limit), ("new_visitors: 1.0", &users)]));
        run.to(20.0);
        let seen = run.watch(20.0);
        (seen, run.sim.retried())
    };
    // One request per second and user.
    let (alone, retried) = run(1);
    assert_eq!((alone.failed(), retried), (0, 0), "{alone:?}");
    let (shared, retried) = run(10);
    assert!(shared.only(&[Failure::TooManyRequests]), "{shared:?}");
    // Ten addresses with four requests per second each, however often their users try again.
    assert!((760..=840).contains(&shared.good), "{shared:?}");
    assert!(shared.offered > alone.offered * 3 / 2 && retried > 2_000, "{shared:?}, {retried} retries");
}
