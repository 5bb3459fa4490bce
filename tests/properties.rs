//! Properties that hold for every run of a simulation.

use std::sync::Arc;
use std::time::Duration;

use hoplight::model::quantity::Rate;
use hoplight::model::{ComponentKind, Element, Infrastructure, TopologyEdit};
use hoplight::sim::{Command, Journal, Simulation};
use proptest::prelude::*;

#[path = "properties/commands.rs"]
mod commands;
#[path = "properties/editor.rs"]
mod editor;
#[path = "properties/rebuild.rs"]
mod rebuild;
#[path = "properties/topology.rs"]
mod topology;

use commands::{command, elements};

fn stage_2() -> Arc<Infrastructure> {
    let text = include_str!("../assets/stage-2-secured.ron");
    Arc::new(Infrastructure::from_ron("assets/stage-2-secured.ron", text).expect("a valid scenario"))
}

/// A site with features that stage 2 lacks: a pair of balancers, `maxconn` with queues, redispatch, deep checks.
const PAIR: &str = r#"(format: 1, id: "pair", title: "Pair", summary: "Two balancers, three limited backends.",
        traffic: (rate: 150.0, patience_s: 4.0),
        servers: [(id: "server-1"), (id: "server-2"), (id: "server-3"), (id: "server-4")],
        components: [
            (id: "browser", kind: Browser),
            (id: "fw-2", kind: Firewall(servers: ["server-2"], inbound: [(ports: [443, 112])], outbound: [(ports: [8080])])),
            (id: "lb-1", server: "server-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 150), algorithm: SourceHash,
                redispatch: true, check: HttpDatabase)),
            (id: "lb-2", server: "server-2", kind: LoadBalancer(vrrp: (peer: "lb-1"), check: HttpApp, queue_timeout_s: 0.5)),
            (id: "web-1", server: "server-3", kind: Web()), (id: "web-2", server: "server-3", kind: Web()),
            (id: "web-3", server: "server-4", kind: Web()),
            (id: "app-1", server: "server-4", kind: App()), (id: "db-1", server: "server-4", kind: Database(role: Primary)),
        ],
        links: [
            (from: "browser", to: "lb-1", protocol: Http), (from: "browser", to: "lb-2", protocol: Http),
            (from: "lb-1", to: "lb-2", protocol: Vrrp),
            (from: "lb-1", to: "web-1", protocol: Http, maxconn: 3, weight: 2), (from: "lb-1", to: "web-2", protocol: Http, maxconn: 1),
            (from: "lb-1", to: "web-3", protocol: Http, kinds: [Static]),
            (from: "lb-2", to: "web-1", protocol: Http, maxconn: 2), (from: "lb-2", to: "web-2", protocol: Http, maxconn: 4),
            (from: "web-1", to: "app-1", protocol: Http), (from: "web-2", to: "app-1", protocol: Http),
            (from: "app-1", to: "db-1", protocol: Sql),
        ])"#;

/// A cache before the site and one beside an application, both small, so that entries expire and are evicted all the time.
fn caching() -> Arc<Infrastructure> {
    let text = r#"(traffic: (rate: 150.0, patience_s: 4.0), servers: [(id: "a"), (id: "b"), (id: "c")],
        components: [
            (id: "front", kind: Cache(place: Front, reads: true, objects: 30, capacity: 20, ttl_s: 1.0, collapse: true, stale_if_error_s: 2.0),
                server: "a"),
            (id: "web", kind: Web(), server: "a"), (id: "app", kind: App(), server: "b"),
            (id: "beside", kind: Cache(objects: 30, capacity: 10, ttl_s: 2.0, jitter: 0.5, collapse: true, timeout_s: 0.05, tls: true),
                server: "c"),
            (id: "db", kind: Database(), server: "c")],
        links: [(from: "front", to: "web"), (from: "web", to: "app"), (from: "app", to: "beside"), (from: "app", to: "db")])"#;
    Arc::new(Infrastructure::from_ron("caching.ron", text).expect("a valid scenario"))
}

/// Like [`topology::random`], but every server has one to three cores.
fn with_cores(seed: u64) -> Arc<Infrastructure> {
    let mut text = topology::text(seed);
    for server in 1..=9 {
        text =
            text.replace(&format!("(id: \"s-{server}\")"), &format!("(id: \"s-{server}\", cores: {})", 1 + (seed + server) % 3));
    }
    let infra = Infrastructure::from_ron("random.ron", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(infra.servers().all(|server| server.cores.is_some()), "{text}");
    Arc::new(infra)
}

fn pair() -> Arc<Infrastructure> {
    Arc::new(Infrastructure::from_ron("pair.ron", PAIR).expect("a valid scenario"))
}

/// The pair, with connections opened continuously, by users and inside the site.
fn connecting() -> Arc<Infrastructure> {
    let changes = [
        (
            "patience_s: 4.0)",
            "patience_s: 4.0, connections: PerRequest, resumes: 0.5), tls: (web_to_app: true, app_to_db: true, version: Tls12)",
        ),
        ("redispatch: true,", "redispatch: true, idle: Some(2),"),
        ("queue_timeout_s: 0.5", "queue_timeout_s: 0.5, upstream: PerRequest"),
        ("kind: App()", "kind: App(upstream: PerRequest, timeout_s: Some(0.3))"),
        (r#"(id: "browser", kind: Browser),"#, r#"(id: "browser", kind: Browser), (id: "dns", kind: DnsResolver(ttl_s: 2.0)),"#),
        ("links: [", r#"links: [(from: "browser", to: "dns", protocol: Dns),"#),
    ];
    let text = changes.into_iter().fold(PAIR.to_owned(), |text, (old, new)| text.replacen(old, new, 1));
    Arc::new(Infrastructure::from_ron("connecting.ron", &text).expect("a valid scenario"))
}

/// Runs a script on a site, and checks that no request is lost or counted twice and that time never falls.
fn holds(seed: u64, design: u64, topology: u64, script: Vec<(u8, usize, u64)>) -> Result<(), TestCaseError> {
    let infra = match design {
        0 => stage_2(),
        1 => pair(),
        2 => connecting(),
        3 | 4 => caching(),
        5 => with_cores(topology),
        _ => topology::random(topology),
    };
    let mut sim = Simulation::new(Arc::clone(&infra), seed);
    let mut again = Simulation::new(Arc::clone(&infra), seed);
    let mut journal = Journal::default();
    for (what, which, millis) in script {
        let command = command(&infra, what, which);
        let before = again.clone();
        let outcome = sim.apply(&command, &mut ());
        prop_assert_eq!(&outcome, &again.apply(&command, &mut journal));
        prop_assert!(outcome.is_ok() || again == before, "{:?} was refused and changed something", command);
        let until = sim.now() + Duration::from_millis(millis);
        let mut last = sim.now();
        while sim.next_event().is_some_and(|at| at <= until) {
            sim.step(&mut ());
            prop_assert!(sim.now() >= last);
            last = sim.now();
            let totals = sim.totals();
            prop_assert_eq!(totals.offered, totals.completed + totals.failed + sim.in_flight());
        }
        sim.advance(until, &mut ());
        // A clone continues exactly like the original, with or without an observer.
        again = again.clone();
        again.advance(until, &mut journal);
        prop_assert!(sim == again);
        for (ix, _) in infra.components() {
            let Some(cache) = sim.cache(ix) else { continue };
            prop_assert_eq!(cache.counts.lookups, cache.counts.hits + cache.counts.misses);
            prop_assert!(cache.entries <= cache.capacity && cache.counts.stale_reads <= cache.counts.hits);
        }
        prop_assert_eq!(sim.digest(), again.digest());
        prop_assert_eq!(sim.occupancy(), sim.sojourn(), "Little's law, to the nanosecond");
    }
    // With everything restored and no new arrivals, all requests end and every slot is free.
    for fault in sim.faults() {
        prop_assert_eq!(sim.apply(&Command::Clear(fault), &mut ()), Ok(()));
    }
    prop_assert_eq!(sim.faults(), []);
    let servers = |element: &Element| matches!(element, Element::Server(_));
    let (first, then): (Vec<_>, Vec<_>) = elements(&infra).into_iter().partition(servers);
    for element in first.into_iter().chain(then) {
        let _ = sim.apply(&Command::Restore(element.clone()), &mut ());
        let _ = sim.apply(&Command::Ready(element), &mut ());
    }
    for (from, to) in infra.links().map(|(link, _)| infra.ends(link)) {
        let (from, to) = (infra.component(from).id.clone(), infra.component(to).id.clone());
        let _ = sim.apply(&Command::Edit(TopologyEdit::Unblock(from, to)), &mut ());
    }
    let _ = sim.apply(&Command::Probe(None), &mut ());
    if sim.apply(&Command::Rate(Rate::new(0.0).expect("in range")), &mut ()).is_err() {
        // The load of closed-loop users cannot be set to zero.
        prop_assert!(sim.population().is_some());
        return Ok(());
    }
    sim.advance(sim.now() + Duration::from_secs(3_000), &mut ());
    prop_assert_eq!(sim.coming_back(), 0);
    prop_assert_eq!(sim.occupancy(), sim.sojourn());
    prop_assert_eq!(sim.in_flight(), 0);
    prop_assert_eq!(sim.records(), 0, "no record is left over");
    let is_free = |sim: &Simulation, ix| {
        let station = sim.station(ix);
        prop_assert_eq!((station.busy, station.waiting, sim.backlog(ix)), (0, 0, 0), "{}", infra.component(ix).id);
        Ok(())
    };
    // Health checks that are requests never cease, and take slots as users' requests do. The balancers stop, so that the
    // last checks end; stopping empties a balancer, so its own slots are examined before.
    let is_balancer = |ix| matches!(infra.component(ix).kind, ComponentKind::LoadBalancer(_));
    let balancers: Vec<_> = infra.components().map(|(ix, _)| ix).filter(|ix| is_balancer(*ix)).collect();
    balancers.iter().try_for_each(|ix| is_free(&sim, *ix))?;
    for ix in balancers {
        let id = infra.component(ix).id.clone();
        prop_assert_eq!(sim.apply(&Command::Kill(Element::Component(id)), &mut ()), Ok(()));
    }
    // A check that its balancer has given up goes on behind it, from one silent upstream to the next, for minutes.
    sim.advance(sim.now() + Duration::from_secs(10_000), &mut ());
    for (link, _) in infra.links() {
        prop_assert_eq!(sim.active(link), 0, "{}", infra.hop_element(link));
    }
    infra.components().try_for_each(|(ix, _)| is_free(&sim, ix))?;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 90, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_is_lost_or_counted_twice_and_time_never_falls(
        seed in any::<u64>(),
        design in 0u64..9,
        topology in any::<u64>(),
        script in prop::collection::vec((any::<u8>(), any::<usize>(), 1u64..3_000), 1..12),
    ) {
        holds(seed, design, topology, script)?;
    }
}

/// A message that was lost after the receiver's kernel had accepted its connection outlived all that waited for it.
#[test]
fn a_lost_message_ends_with_the_last_component_that_waits_for_it() {
    let script =
        vec![(10, 900_124_981_722_875_052, 647), (0, 714_967_764_921_062_172, 1_889), (102, 929_452_425_488_498_426, 1_702)];
    holds(565_713_764_786_005_951, 5, 155_191_816_442_033_443, script).unwrap_or_else(|error| panic!("{error}"));
}
