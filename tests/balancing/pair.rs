//! Tests a VRRP pair of balancers: which one holds the shared address, and when.

use std::sync::Arc;

use hoplight::analysis::{outage::Outage, service::works, spof::single_parts};
use hoplight::model::{ComponentId, Infrastructure, RequestKind, TopologyEdit};
use hoplight::sim::{Command, EventKind, Failure, SimTime, Simulation};
use proptest::prelude::*;

use super::site::{Site, TRAVEL, close, component, server, watch};

/// 3 × 1 s + (256 − 100) / 256 s after the last advertisement, in milliseconds.
const TAKEOVER: f64 = 3_609.375;
/// The same for the balancer with priority 150.
const RETURN: f64 = 3_414.062_5;

fn text(rate: f64, second_priority: u8) -> String {
    let instant = "station: (slots: 1000, service: Constant(ms: 0.0))";
    format!(
        r#"(format: 1, id: "pair", title: "Pair", summary: "Two balancers.",
            traffic: (new_visitors: 1.0, static_share: 1.0, write_share: 0.0, patience_s: 2.0, rate: {rate:?}),
            tls: (edge: None), servers: [(id: "server-1"), (id: "server-2")],
            components: [
                (id: "browser", kind: Browser),
                (id: "fw-2", kind: Firewall(servers: ["server-2"], inbound: [(ports: [80, 112])], outbound: [(ports: [8080])]), {instant}),
                (id: "lb-1", server: "server-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 150)), {instant}),
                (id: "lb-2", server: "server-2", kind: LoadBalancer(vrrp: (peer: "lb-1", priority: {second_priority})), {instant}),
                (id: "web-1", kind: Web(), station: (slots: 1000, service: Constant(ms: 5.0))),
            ],
            links: [
                (from: "browser", to: "lb-1", protocol: Http, latency_ms: 10.0),
                (from: "browser", to: "lb-2", protocol: Http, latency_ms: 10.0),
                (from: "lb-1", to: "lb-2", protocol: Vrrp),
                (from: "lb-1", to: "web-1", protocol: Http, latency_ms: 1.0),
                (from: "lb-2", to: "web-1", protocol: Http, latency_ms: 1.0),
            ])"#
    )
}

/// The pair with additional VRRP settings of both balancers.
fn text_with(rate: f64, settings: &str) -> String {
    text(rate, 100)
        .replace("priority: 150", &format!("priority: 150, {settings}"))
        .replace("priority: 100", &format!("priority: 100, {settings}"))
}

fn infra(text: &str) -> Arc<Infrastructure> {
    Arc::new(Infrastructure::from_ron("pair.ron", text).expect("a valid scenario"))
}

fn site(rate: f64) -> Site {
    Site { sim: Simulation::new(infra(&text(rate, 100)), 1), notes: Vec::new() }
}

fn masters(sim: &Simulation) -> Vec<&str> {
    sim.masters().map(|ix| sim.infrastructure().component(ix).id.as_str()).collect()
}

/// Changes of the VRRP master: time in milliseconds, balancer, and whether it became master.
fn changes(site: &Site) -> Vec<(f64, String, bool)> {
    let infra = site.sim.infrastructure();
    let changes = site.notes.iter().filter_map(|note| match note.what {
        EventKind::Master { balancer, master } => {
            Some((note.at.since(SimTime::ZERO).as_secs_f64() * 1e3, infra.component(balancer).id.to_string(), master))
        }
        _ => None,
    });
    changes.collect()
}

#[test]
fn the_balancer_with_the_higher_priority_stays_master() {
    let mut site = site(50.0);
    assert_eq!(masters(&site.sim), ["lb-1"]);
    site.at(60_000.0);
    assert_eq!((masters(&site.sim), changes(&site)), (vec!["lb-1"], vec![]));
    assert_eq!(site.sim.totals().failed, 0);
    let standby = site.sim.infrastructure().find("lb-2").expect("the balancer exists");
    assert_eq!(site.sim.station(standby).arrivals, 0);
}

#[test]
fn the_backup_takes_over_after_the_master_down_interval() {
    let mut site = site(0.0);
    site.at(10_500.0).kill(server("server-1"));
    let early = site.at(11_000.0).visit();
    let lost = site.at(13_500.0).visit();
    site.at(13_610.0);
    let served = site.visit();
    site.at(20_000.0);
    assert_eq!(site.ending(early), (Err(Failure::TimedOut), 2_000.0));
    // The SYN is sent again a second after it got lost.
    let (outcome, ms) = site.ending(lost);
    assert!(outcome.is_ok() && close(ms, 1_010.0 + TRAVEL + 7.0), "{outcome:?} {ms}");
    let (outcome, ms) = site.ending(served);
    assert!(outcome.is_ok() && close(ms, TRAVEL + 7.0), "{outcome:?} {ms}");
    assert_eq!(changes(&site), [(10_000.0 + TAKEOVER, "lb-2".to_owned(), true)]);
    assert_eq!(masters(&site.sim), ["lb-2"]);
}

#[test]
fn keepalived_notices_a_dead_process_only_if_it_tracks_it() {
    let mut site = site(0.0);
    let refused = site.at(10_500.0).kill(component("lb-1")).at(30_000.0).visit();
    site.at(31_000.0);
    assert_eq!((masters(&site.sim), changes(&site)), (vec!["lb-1"], vec![]));
    assert_eq!(site.ending(refused), (Err(Failure::Refused), 20.0));
    let mut site = Site { sim: Simulation::new(infra(&text_with(0.0, "track: ()")), 1), notes: Vec::new() };
    site.at(10_500.0).kill(component("lb-1")).at(20_000.0);
    // The script fails at 11 s and at 12 s; the skew of the backup is 156 / 256 s.
    let moves = [(12_000.0, "lb-1".to_owned(), false), (12_609.375, "lb-2".to_owned(), true)];
    assert_eq!((masters(&site.sim), changes(&site)), (vec!["lb-2"], moves.to_vec()));
    site.act(Command::Restore(component("lb-1"))).at(30_000.0);
    // It passes at 21 s.
    assert_eq!(changes(&site)[2], (21_000.0 + RETURN, "lb-1".to_owned(), true));
}

#[test]
fn the_users_router_asks_again_if_nobody_answers_for_the_address() {
    // lb-2 took over last, and then loses power; lb-1 has been master all the time.
    let hop = hoplight::model::Element::Hop(ComponentId::new("lb-1"), ComponentId::new("lb-2"));
    let mut site = site(0.0);
    site.at(10_500.0).kill(hop).at(20_500.0).kill(server("server-2")).at(27_500.0);
    let entry = |site: &Site| site.sim.infrastructure().ends(site.sim.entry()).1;
    let [lb_1, lb_2] = ["lb-1", "lb-2"].map(|id| site.sim.infrastructure().find(id).expect("a balancer"));
    assert_eq!(entry(&site), lb_2);
    site.at(29_000.0);
    assert_eq!(entry(&site), lb_1);
}

#[test]
fn a_returning_master_preempts_the_backup() {
    let mut site = site(0.0);
    site.kill(server("server-1")).at(20_000.0).act(Command::Restore(server("server-1"))).at(30_000.0);
    assert_eq!(
        changes(&site)[1..],
        [(20_000.0 + RETURN, "lb-1".to_owned(), true), (20_000.0 + RETURN, "lb-2".to_owned(), false)]
    );
    assert_eq!(masters(&site.sim), ["lb-1"]);
    let (outcome, _) = site.served();
    assert!(outcome.is_ok());
    // A returning balancer with lower priority does not preempt.
    site.kill(component("lb-2")).after(5_000.0);
    site.act(Command::Restore(component("lb-2"))).after(30_000.0);
    assert_eq!(changes(&site).len(), 3);
}

#[test]
fn a_connection_to_the_balancer_that_lost_the_address_breaks() {
    let mut site = site(0.0);
    // The visitor connects to lb-2 just before lb-1 takes the address back.
    site.kill(server("server-1")).at(20_000.0).act(Command::Restore(server("server-1")));
    let number = site.at(20_000.0 + RETURN - 15.0).visit();
    site.after(1_000.0);
    assert_eq!(site.ending(number), (Err(Failure::Reset), 40.0));
}

#[test]
fn in_a_split_brain_with_vmac_the_address_flaps() {
    let (from, to) = (ComponentId::new("lb-1"), ComponentId::new("lb-2"));
    let hop = hoplight::model::Element::Hop(from.clone(), to.clone());
    let block = Command::Edit(TopologyEdit::Block(from.clone(), to.clone()));
    let unblock = Command::Edit(TopologyEdit::Unblock(from, to));
    for (break_it, repair) in [(block, unblock), (Command::Kill(hop.clone()), Command::Restore(hop))] {
        let mut site = Site { sim: Simulation::new(infra(&text_with(100.0, "vmac: true")), 1), notes: Vec::new() };
        site.at(10_500.0).act(break_it).at(13_600.0);
        assert_eq!((masters(&site.sim), site.sim.totals().failed), (vec!["lb-1"], 0));
        site.at(14_000.0);
        assert_eq!(masters(&site.sim), ["lb-1", "lb-2"]);
        let mut moves = 0;
        let mut last = site.sim.entry();
        watch(&mut site, 20, |sim, _| {
            moves += u32::from(sim.entry() != last);
            last = sim.entry();
        });
        // Each balancer advertises once per second.
        assert!((38..=42).contains(&moves), "{moves}");
        let failures: Vec<_> = site.sim.failures().filter(|(_, count)| *count > 0).collect();
        assert!(matches!(failures[..], [(Failure::Reset, 40..)]), "{failures:?}");
        site.act(repair).after(1_100.0);
        assert_eq!(masters(&site.sim), ["lb-1"], "lb-2 receives the next advertisement of lb-1");
        let before = site.sim.totals().failed;
        site.after(10_000.0);
        assert_eq!(site.sim.totals().failed, before);
    }
}

#[test]
fn in_a_split_brain_without_vmac_the_last_announcement_wins() {
    let hop = hoplight::model::Element::Hop(ComponentId::new("lb-1"), ComponentId::new("lb-2"));
    let mut site = site(100.0);
    site.at(10_500.0).act(Command::Kill(hop.clone())).at(14_000.0);
    assert_eq!(masters(&site.sim), ["lb-1", "lb-2"]);
    let (failed, entry) = (site.sim.totals().failed, site.sim.entry());
    assert!(failed < 10, "{failed} resets at the takeover");
    site.at(60_000.0);
    assert_eq!((site.sim.totals().failed, site.sim.entry()), (failed, entry));
    site.act(Command::Restore(hop)).after(1_100.0);
    assert_eq!(masters(&site.sim), ["lb-1"]);
    assert_ne!(site.sim.entry(), entry, "lb-1 announces the address again");
}

#[test]
fn a_dead_firewall_stops_advertisements_too() {
    let mut site = site(0.0);
    site.at(10_500.0).kill(component("fw-2")).at(20_000.0);
    assert_eq!(masters(&site.sim), ["lb-1", "lb-2"]);
}

#[test]
fn one_of_two_equal_balancers_wins() {
    let mut sim = Simulation::new(infra(&text(0.0, 150)), 1);
    assert_eq!(masters(&sim), ["lb-2"]);
    sim.advance(SimTime::from_secs(30), &mut ());
    assert_eq!(masters(&sim), ["lb-2"]);
}

#[test]
fn neither_of_a_pair_is_a_single_point_of_failure() {
    let tracked = text(0.0, 100).replace("peer:", "track: (), peer:");
    let infra = infra(&tracked);
    for id in ["lb-1", "lb-2"] {
        assert!(works(&infra, &Outage::of(component(id)), RequestKind::Static).is_ok());
    }
    let points = single_parts(&infra, RequestKind::Static).expect("the kind works");
    let points: Vec<String> = points.iter().map(ToString::to_string).collect();
    assert_eq!(points, ["web-1"]);
}

#[test]
fn an_invalid_pair_is_rejected() {
    let good = text(0.0, 100);
    for (from, to, words) in [
        (r#"peer: "lb-2""#, r#"peer: "lb-3""#, "a VRRP link goes between two load balancers that name each other"),
        (r#"(from: "lb-1", to: "lb-2", protocol: Vrrp),"#, "", "need one VRRP link between them"),
        (r#"(from: "browser", to: "lb-2", protocol: Http, latency_ms: 10.0),"#, "", "the browser needs an HTTP link to it"),
        ("priority: 150", "priority: 255", "must be between 1 and 254, found 255"),
        ("priority: 150", "advert_s: 2.0", "must have the same `advert_s`"),
        ("LoadBalancer(vrrp: (peer: \"lb-1\", priority: 100))", "LoadBalancer()", "a VRRP link goes between"),
    ] {
        assert!(good.contains(from), "{from}");
        let error = hoplight::text::read_error(Infrastructure::from_ron("pair.ron", &good.replace(from, to)).expect_err(words))
            .to_string();
        assert!(error.contains(words), "{error}");
    }
    let two = good.replace("vrrp: (peer: \"lb-2\", priority: 150)", "").replace("vrrp: (peer: \"lb-1\", priority: 100)", "");
    let two = two.replace(r#"(from: "lb-1", to: "lb-2", protocol: Vrrp),"#, "");
    assert!(Infrastructure::from_ron("pair.ron", &two).is_ok(), "two balancers that are no pair have an address each");
    let standby = good.replace(r#"to: "lb-2", protocol: Http"#, r#"to: "lb-2", standby: true"#);
    let error =
        hoplight::text::read_error(Infrastructure::from_ron("pair.ron", &standby).expect_err("half of a pair")).to_string();
    assert!(error.contains("both of the browser's links to them have `standby`, or neither"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_higher_priority_is_always_master_in_the_end(
        seed in any::<u64>(),
        script in prop::collection::vec((0u8..6, any::<bool>(), 1u64..9_000), 1..12),
    ) {
        let mut sim = Simulation::new(infra(&text(40.0, 100)), seed);
        let hop = hoplight::model::Element::Hop(ComponentId::new("lb-1"), ComponentId::new("lb-2"));
        for (what, first, millis) in script {
            let number = if first { 1 } else { 2 };
            let command = match what {
                0 => Command::Kill(component(&format!("lb-{number}"))),
                1 => Command::Restore(component(&format!("lb-{number}"))),
                2 => Command::Kill(server(&format!("server-{number}"))),
                3 => Command::Restore(server(&format!("server-{number}"))),
                4 => Command::Kill(hop.clone()),
                _ => Command::Restore(hop.clone()),
            };
            let _ = sim.apply(&command, &mut ());
            let mut copy = sim.clone();
            let until = sim.now() + std::time::Duration::from_millis(millis);
            sim.advance(until, &mut ());
            copy.advance(until, &mut ());
            prop_assert!(sim == copy);
            let totals = sim.totals();
            prop_assert_eq!(totals.offered, totals.completed + totals.failed + sim.in_flight());
        }
        for element in [server("server-1"), server("server-2"), component("lb-1"), component("lb-2"), hop] {
            let _ = sim.apply(&Command::Restore(element), &mut ());
        }
        sim.advance(sim.now() + std::time::Duration::from_secs(20), &mut ());
        prop_assert_eq!(masters(&sim), vec!["lb-1"]);
        let failed = sim.totals().failed;
        sim.advance(sim.now() + std::time::Duration::from_secs(10), &mut ());
        prop_assert_eq!(sim.totals().failed, failed);
    }
}

/// The pair with an address for each balancer.
fn crossed(rate: f64) -> String {
    text(rate, 150)
        .replace("peer: \"lb-2\", priority: 150", "peer: \"lb-2\", priority: 150, backup_priority: 100, track: ()")
        .replace("peer: \"lb-1\", priority: 150", "peer: \"lb-1\", priority: 150, backup_priority: 100, track: ()")
}

#[test]
fn in_a_crossed_pair_both_work_and_each_takes_over_the_address_of_the_other() {
    let infra = infra(&crossed(200.0));
    let mut site = Site { sim: Simulation::new(Arc::clone(&infra), 1), notes: Vec::new() };
    let arrivals = |sim: &Simulation, id: &str| sim.station(infra.find(id).unwrap()).arrivals as f64;
    watch(&mut site, 20, |_, _| {});
    assert_eq!((masters(&site.sim), site.sim.shared_addresses()), (vec!["lb-1", "lb-2"], 2));
    let (one, two) = (arrivals(&site.sim, "lb-1"), arrivals(&site.sim, "lb-2"));
    assert!((one / two - 1.0).abs() < 0.1, "each gets half of the users: {one}, {two}");

    site.sim.apply(&Command::Kill(server("server-1")), &mut ()).expect("a server");
    watch(&mut site, 20, |_, _| {});
    assert_eq!(masters(&site.sim), ["lb-2", "lb-2"], "the survivor has both addresses");
    let taken: Vec<_> = changes(&site).into_iter().filter(|(at, _, master)| *at > 20_000.0 && *master).collect();
    let [(at, by, true)] = &taken[..] else { panic!("{taken:?}") };
    assert!(by == "lb-2" && (20_000.0 + TAKEOVER - 1_000.0..=20_000.0 + TAKEOVER).contains(at), "{at}");

    site.sim.apply(&Command::Restore(server("server-1")), &mut ()).expect("a server");
    watch(&mut site, 20, |_, _| {});
    assert_eq!(masters(&site.sim), ["lb-1", "lb-2"], "the address returns to the balancer with the higher priority");
    let (one, two) = (arrivals(&site.sim, "lb-1"), arrivals(&site.sim, "lb-2"));
    watch(&mut site, 20, |_, _| {});
    let (one, two) = (arrivals(&site.sim, "lb-1") - one, arrivals(&site.sim, "lb-2") - two);
    assert!((one / two - 1.0).abs() < 0.1, "each gets half of the users again: {one}, {two}");
    let points = single_parts(&infra, RequestKind::Static).expect("the kind works");
    assert_eq!(points, [component("web-1")]);
}

#[test]
fn a_crossed_pair_needs_two_priorities_each() {
    let error = |text: &str| Infrastructure::from_ron("pair.ron", text).expect_err("a problem").to_string();
    let one = crossed(1.0).replacen(", backup_priority: 100", "", 1);
    assert!(error(&one).contains("OneAddress"), "{}", error(&one));
    let equal = crossed(1.0).replacen("backup_priority: 100", "backup_priority: 150", 1);
    assert!(error(&equal).contains("BackupFirst"), "{}", error(&equal));
}
