//! Several addresses behind one name, several resolvers, and a standby site.

use std::sync::Arc;
use std::time::Duration;

use hoplight::model::{ComponentId, Infrastructure, RequestKind};
use hoplight::sim::{Command, CommandError, EventKind, Failure, JournalEvent, Outcome, SimTime, Simulation, script};
use hoplight::text::read_scenario;

/// Two balancers with an address each, 25 ms away, in front of one web server that needs 1 ms.
fn active_active(traffic: &str) -> Infrastructure {
    let text = format!(
        r#"(traffic: (static_share: 1.0, write_share: 0.0, {traffic}), tls: (edge: None),
            servers: [(id: "s-1"), (id: "s-2")],
            components: [(id: "dns", kind: DnsResolver(ttl_s: 50.0, miss_s: 0.001)),
                (id: "lb-1", kind: LoadBalancer(), server: "s-1"), (id: "lb-2", kind: LoadBalancer(), server: "s-2"),
                (id: "web", kind: Web(), station: (service: Constant(ms: 1.0)))],
            links: [(from: "browser", to: "lb-1"), (from: "browser", to: "lb-2"), (from: "lb-1", to: "web"), (from: "lb-2", to: "web")])"#
    );
    load(&text)
}

fn load(text: &str) -> Infrastructure {
    read_scenario("site.ron", text).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn start(infra: Infrastructure) -> Simulation {
    Simulation::new(Arc::new(infra), 7)
}

fn act(sim: &mut Simulation, words: &str) {
    let command = script::command(words, sim.infrastructure()).unwrap_or_else(|error| panic!("{words}: {error:?}"));
    sim.apply(&command, &mut ()).unwrap_or_else(|error| panic!("{words}: {error:?}"));
}

fn to(sim: &mut Simulation, seconds: f64) {
    sim.advance(SimTime::ZERO + Duration::from_secs_f64(seconds), &mut ());
}

/// Requests that failed and that ended in a time window.
fn window(sim: &mut Simulation, seconds: f64) -> (u64, u64) {
    let before = sim.totals();
    sim.advance(sim.now() + Duration::from_secs_f64(seconds), &mut ());
    let after = sim.totals();
    let failed = after.failed - before.failed;
    (failed, failed + after.completed - before.completed)
}

fn arrivals(sim: &Simulation, id: &str) -> u64 {
    sim.station(sim.infrastructure().find(id).expect("a component")).arrivals
}

/// Sends `count` new visitors, a minute apart. Returns the outcomes and latencies in milliseconds, and the components that the
/// browsers tried next.
fn visits(sim: &mut Simulation, count: u64) -> (Vec<(Outcome, f64)>, Vec<String>) {
    let (mut ends, mut next) = (Vec::new(), Vec::new());
    let infra = Arc::clone(sim.infrastructure());
    for _ in 0..count {
        let mut observer = |note: JournalEvent| match note.what {
            EventKind::Ended { outcome, latency_ms } => ends.push((outcome, latency_ms)),
            EventKind::TriesNext { component, .. } => next.push(infra.component(component).id.to_string()),
            _ => {}
        };
        sim.apply(&Command::Send(RequestKind::Static), &mut observer).expect("requests are accepted");
        let end = sim.now() + Duration::from_secs(60);
        sim.advance(end, &mut observer);
    }
    (ends, next)
}

#[test]
fn users_spread_evenly_over_the_addresses() {
    for (new_visitors, connections) in [("1.0", "KeepAlive"), ("0.0", "KeepAlive"), ("0.3", "PerRequest")] {
        let mut sim = start(active_active(&format!("rate: 200.0, new_visitors: {new_visitors}, connections: {connections}")));
        to(&mut sim, 100.0);
        let (all, ended) = (sim.totals().offered as f64, window(&mut sim, 0.0));
        assert_eq!(ended.0, 0);
        let first = arrivals(&sim, "lb-1") as f64 / (arrivals(&sim, "lb-1") + arrivals(&sim, "lb-2")) as f64;
        // Four standard deviations of a fair coin. Each of the thousand returning users stays with one address.
        assert!((first - 0.5).abs() < 4.0 * 0.5 / all.min(1_000.0).sqrt(), "{first} of {all}");
    }
}

#[test]
fn a_browser_leaves_a_refusing_address_at_once_and_a_silent_one_after_a_moment() {
    // The lookup takes 10 ms and 1 ms of service, connecting and the request 50 ms each, plus the work behind the balancer.
    let usual = visits(&mut start(active_active("rate: 0.0")), 40).0;
    let quickest = usual.iter().map(|(_, ms)| *ms).fold(f64::MAX, f64::min);
    assert!(usual.iter().all(|(outcome, ms)| outcome.is_ok() && *ms < quickest + 5.0), "{usual:?}");
    for (loss, wait_ms) in [("kill lb-1", 50.0), ("kill s-1", 250.0), ("kill browser -> lb-1", 250.0)] {
        let mut sim = start(active_active("rate: 0.0"));
        act(&mut sim, loss);
        let (ends, next) = visits(&mut sim, 40);
        assert!(ends.iter().all(|(outcome, _)| outcome.is_ok()), "{loss}: {ends:?}");
        let late: Vec<f64> = ends.iter().map(|(_, ms)| ms - quickest).filter(|ms| *ms > 25.0).collect();
        assert!(late.iter().all(|ms| (wait_ms - 5.0..wait_ms + 5.0).contains(ms)), "{loss}: {late:?}");
        assert!((10..=30).contains(&late.len()), "half of the visitors get the dead address first: {late:?}");
        assert_eq!(next, vec!["lb-2"; late.len()], "DNS does not check addresses");
    }
}

#[test]
fn returning_users_leave_a_silent_address() {
    let mut sim = start(active_active("rate: 200.0, new_visitors: 0.0, patience_s: 5.0"));
    to(&mut sim, 20.0);
    act(&mut sim, "kill s-1");
    // Half of the 1,000 users have a connection to it, unless it was idle for 10 s, and a machine without power does not say
    // that it ends: a browser sends the data again on it until the user leaves, once. The next request opens a connection to
    // the other address.
    let (failed, ended) = window(&mut sim, 10.0);
    assert!((200..=500).contains(&failed), "{failed} of {ended}");
    window(&mut sim, 80.0);
    assert_eq!(window(&mut sim, 30.0).0, 0, "all of them have another address");
    // The address is back: new visitors find out, and returning users stay where they are until their record expires.
    act(&mut sim, "restore s-1");
    let before = arrivals(&sim, "lb-1");
    act(&mut sim, "send static");
    act(&mut sim, "send static");
    act(&mut sim, "send static");
    act(&mut sim, "send static");
    act(&mut sim, "send static");
    window(&mut sim, 10.0);
    assert!(arrivals(&sim, "lb-1") > before);
}

#[test]
fn all_addresses_dead_means_that_the_site_is_down() {
    let mut sim = start(active_active("rate: 50.0"));
    to(&mut sim, 10.0);
    act(&mut sim, "kill lb-1");
    act(&mut sim, "kill lb-2");
    window(&mut sim, 1.0);
    let (failed, ended) = window(&mut sim, 20.0);
    assert_eq!(failed, ended);
    assert_eq!(
        sim.failures().filter(|(_, count)| *count > 0).map(|(failure, _)| failure).collect::<Vec<_>>(),
        [Failure::Refused]
    );
}

#[test]
fn a_browser_stays_with_an_address_that_responds() {
    let mut sim = start(active_active("rate: 0.0"));
    act(&mut sim, "kill lb-1 -> web");
    let (ends, next) = visits(&mut sim, 20);
    let errors = ends.iter().filter(|(outcome, _)| *outcome == Err(Failure::Unavailable)).count();
    assert!(errors >= 4 && next.is_empty(), "{ends:?}");
}

#[test]
fn the_second_resolver_is_queried_when_the_first_does_not_answer() {
    let site = |ttl: f64| {
        load(&format!(
            r#"(traffic: (rate: 0.0, static_share: 1.0, write_share: 0.0), tls: (edge: None), servers: [(id: "n")],
                components: [(id: "dns-1", kind: DnsResolver(ttl_s: {ttl:?}), server: "n"), (id: "dns-2", kind: DnsResolver(ttl_s: {ttl:?})),
                    (id: "web", kind: Web())])"#
        ))
    };
    let usual = visits(&mut start(site(1.0)), 1).0[0].1;
    for (loss, wait_ms) in [("kill dns-1", 10.0), ("kill n", 5_000.0)] {
        let mut sim = start(site(1.0));
        act(&mut sim, loss);
        let (ends, next) = visits(&mut sim, 3);
        assert_eq!(next, ["dns-2"; 3]);
        for (outcome, ms) in ends {
            assert!(outcome.is_ok() && (ms - usual - wait_ms).abs() < 20.0, "{loss}: {ms}, usually {usual}");
        }
    }
    // NXDOMAIN is an answer, SERVFAIL is not.
    let mut sim = start(site(1.0));
    act(&mut sim, "dns gone");
    let (ends, next) = visits(&mut sim, 1);
    assert!(ends[0].0 == Err(Failure::Dns) && next.is_empty(), "{ends:?}");
    let mut sim = start(site(300.0));
    let mut other = sim.clone();
    act(&mut other, "kill dns-1");
    visits(&mut other, 1);
    act(&mut other, "restore dns-1");
    act(&mut other, "dns unreachable");
    let (ends, next) = visits(&mut other, 1);
    assert!(ends[0].0.is_ok() && next == ["dns-2"], "the second resolver has the address cached: {ends:?}");
    act(&mut sim, "kill dns-1");
    act(&mut sim, "kill dns-2");
    assert_eq!(visits(&mut sim, 1).0[0].0, Err(Failure::Dns));
}

fn two_sites(ttl_s: f64) -> Infrastructure {
    load(&format!(
        r#"(traffic: (rate: 100.0, static_share: 1.0, write_share: 0.0, patience_s: 2.0), tls: (edge: None),
            components: [(id: "dns", kind: DnsResolver(ttl_s: {ttl_s:?})), (id: "web-a", kind: Web()), (id: "web-b", kind: Web())],
            links: [(from: "browser", to: "dns"), (from: "browser", to: "web-a"), (from: "browser", to: "web-b", standby: true)])"#
    ))
}

#[test]
fn a_standby_site_gets_its_users_within_a_ttl_of_the_switch() {
    let mut sim = start(two_sites(100.0));
    to(&mut sim, 150.0);
    assert_eq!((arrivals(&sim, "web-b"), sim.totals().failed), (0, 0));
    act(&mut sim, "kill web-a");
    let (failed, ended) = window(&mut sim, 10.0);
    assert!(failed >= ended - 2, "all fail until the record is switched: {failed} of {ended}");
    act(&mut sim, "dns switch web-b");
    // The records in the caches of users and of their resolvers expire evenly over a TTL.
    let (failed, ended) = window(&mut sim, 20.0);
    let share = failed as f64 / ended as f64;
    assert!((share - 0.9).abs() < 0.07, "{share}");
    window(&mut sim, 30.0);
    let (failed, ended) = window(&mut sim, 20.0);
    let share = failed as f64 / ended as f64;
    assert!((share - 0.4).abs() < 0.07, "{share}");
    window(&mut sim, 35.0);
    assert_eq!(window(&mut sim, 50.0).0, 0, "one TTL after the switch, everyone has recovered");
    // The way back takes as long, but the standby site still responds meanwhile.
    act(&mut sim, "restore web-a");
    act(&mut sim, "dns switch web-a");
    let before = arrivals(&sim, "web-b");
    assert_eq!(window(&mut sim, 100.0).0, 0);
    assert!(arrivals(&sim, "web-b") > before + 2_000);
    let before = arrivals(&sim, "web-a");
    window(&mut sim, 50.0);
    // Users with an open connection to the standby site keep it.
    assert!(arrivals(&sim, "web-a") > before + 1_000);
}

#[test]
fn a_hung_resolver_is_left_after_five_seconds() {
    let links = r#"(from: "browser", to: "dns-1"), (from: "browser", to: "web")"#;
    let site = |more: &str, second: &str| {
        load(&format!(
            r#"(traffic: (rate: 0.0, patience_s: 20.0), tls: (edge: None),
                components: [(id: "dns-1", kind: DnsResolver()), {more} (id: "web", kind: Web())], links: [{links}{second}])"#
        ))
    };
    let mut two = start(site(r#"(id: "dns-2", kind: DnsResolver()),"#, r#", (from: "browser", to: "dns-2")"#));
    act(&mut two, "hang dns-1");
    let (ends, next) = visits(&mut two, 1);
    assert_eq!(next, ["dns-2"]);
    assert!(ends[0].0.is_ok() && (5_000.0..5_400.0).contains(&ends[0].1), "{ends:?}");
    let mut one = start(site("", ""));
    act(&mut one, "hang dns-1");
    assert_eq!(visits(&mut one, 1).0, [(Err(Failure::Dns), 5_000.0)]);
    // The response that comes after the hang has ended belongs to nobody.
    act(&mut one, "clear hang dns-1");
    assert!(visits(&mut one, 1).0[0].0.is_ok());
}

#[test]
fn a_record_is_switched_only_to_another_site() {
    let sim = start(two_sites(100.0));
    let check = |sim: &Simulation, id: &str| sim.check(&Command::SwitchRecord(ComponentId::new(id)));
    assert!(matches!(check(&sim, "web-a"), Err(CommandError::AlreadyListed(_))));
    assert!(matches!(check(&sim, "dns"), Err(CommandError::NotEntry(_))));
    assert_eq!(check(&sim, "web-b"), Ok(()));
    let sim = start(active_active("rate: 1.0"));
    assert_eq!(check(&sim, "lb-2"), Err(CommandError::NoStandby));
    assert!(CommandError::NoStandby.is_lasting());
}

#[test]
fn a_pair_shares_one_of_two_addresses() {
    let text = r#"(traffic: (rate: 100.0, static_share: 1.0, write_share: 0.0, new_visitors: 1.0), tls: (edge: None),
        components: [(id: "dns", kind: DnsResolver()),
            (id: "lb-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 150))), (id: "lb-2", kind: LoadBalancer(vrrp: (peer: "lb-1"))),
            (id: "lb-3", kind: LoadBalancer(vrrp: (peer: "lb-4", priority: 150, track: ()))), (id: "lb-4", kind: LoadBalancer(vrrp: (peer: "lb-3"))),
            (id: "web", kind: Web())],
        links: [(from: "browser", to: "lb-1"), (from: "browser", to: "lb-2"), (from: "browser", to: "lb-3"), (from: "browser", to: "lb-4"),
            (from: "lb-1", to: "lb-2"), (from: "lb-3", to: "lb-4"), (from: "lb-1", to: "web"), (from: "lb-2", to: "web"),
            (from: "lb-3", to: "web"), (from: "lb-4", to: "web")])"#;
    let mut sim = start(load(text));
    let masters =
        |sim: &Simulation| sim.masters().map(|ix| sim.infrastructure().component(ix).id.to_string()).collect::<Vec<_>>();
    to(&mut sim, 20.0);
    assert_eq!((masters(&sim), sim.shared_addresses()), (vec!["lb-1".to_owned(), "lb-3".to_owned()], 2));
    let counts = ["lb-1", "lb-2", "lb-3", "lb-4"].map(|id| arrivals(&sim, id));
    assert!(counts[0] > 800 && counts[2] > 800 && counts[1] == 0 && counts[3] == 0, "{counts:?}");
    act(&mut sim, "kill lb-3");
    to(&mut sim, 30.0);
    assert_eq!(masters(&sim), ["lb-1", "lb-4"], "only its own pair takes over");
    assert!(arrivals(&sim, "lb-4") > 200 && arrivals(&sim, "lb-2") == 0);
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = || {
        let mut sim = start(two_sites(20.0));
        for (at, words) in [(10.0, "kill web-a"), (15.0, "dns switch web-b"), (40.0, "restore web-a"), (50.0, "dns switch web-a")]
        {
            to(&mut sim, at);
            act(&mut sim, words);
        }
        to(&mut sim, 80.0);
        sim
    };
    let (one, other) = (run(), run());
    assert!(one == other && one.totals().failed > 0);
}

#[test]
fn settings_of_the_browsers_links_are_checked() {
    let problem = |links: &str| {
        let text = format!(
            r#"(components: [(id: "dns", kind: DnsResolver()), (id: "web-1", kind: Web()), (id: "web-2", kind: Web()), (id: "app", kind: App())],
                links: [{links}])"#
        );
        let errors = read_scenario("site.ron", &text).err().unwrap_or_default();
        errors.first().map(|error| error.message.clone()).unwrap_or_default()
    };
    let both = r#"(from: "browser", to: "web-1"), (from: "browser", to: "web-2")"#;
    assert_eq!(problem(both), "");
    let kinds = r#"(from: "browser", to: "web-1", kinds: [Static]), (from: "browser", to: "web-2")"#;
    assert!(problem(kinds).contains("a browser cannot choose an address"), "{}", problem(kinds));
    let inside = r#"(from: "browser", to: "web-1"), (from: "web-1", to: "app", standby: true)"#;
    assert!(problem(inside).contains("only HTTP links from the browser have `standby`"), "{}", problem(inside));
    let only = r#"(from: "browser", to: "web-1", standby: true)"#;
    assert!(problem(only).contains("the site's record would list no address"), "{}", problem(only));
    let text = r#"(components: [(id: "web-1", kind: Web()), (id: "web-2", kind: Web())],
        links: [(from: "browser", to: "web-1"), (from: "browser", to: "web-2", standby: true)])"#;
    let errors = read_scenario("site.ron", text).err().unwrap_or_default();
    assert!(errors[0].message.contains("add a DNS resolver"), "{errors:?}");
}
