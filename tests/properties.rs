//! Properties that hold for every course that a simulation may take.

use std::sync::Arc;
use std::time::Duration;

use hoplight::model::quantity::{Rate, Seconds};
use hoplight::model::{Algorithm, ComponentId, ComponentKind, Element, Infrastructure, RequestKind, TlsMode, TopologyEdit};
use hoplight::sim::{Command, Simulation};
use proptest::prelude::*;

fn stage_2() -> Arc<Infrastructure> {
    let text = include_str!("../assets/stage-2-secured.ron");
    Arc::new(Infrastructure::from_ron("assets/stage-2-secured.ron", text).expect("a valid scenario"))
}

/// What stage 2 has not: a pair of balancers, limits and lines before backends, redispatch, deep checks.
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

fn pair() -> Arc<Infrastructure> {
    Arc::new(Infrastructure::from_ron("pair.ron", PAIR).expect("a valid scenario"))
}

/// The pair where connections are opened all the time, by users and inside the site.
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

/// Everything that can be killed.
fn elements(infra: &Infrastructure) -> Vec<Element> {
    let components = infra.components().map(|(_, component)| Element::Component(component.id.clone()));
    let servers = infra.servers().map(|server| Element::Server(server.id.clone()));
    let hops = infra.links().map(|(link, _)| infra.hop_element(link));
    components.chain(servers).chain(hops).collect()
}

/// A command, chosen by numbers so that proptest can shrink it.
fn command(infra: &Infrastructure, what: u8, which: usize) -> Command {
    let all = elements(infra);
    let element = all[which % all.len()].clone();
    match what % 16 {
        0..=3 => Command::Kill(element),
        4..=7 => Command::Restore(element),
        8 if which.is_multiple_of(2) => Command::Edit(TopologyEdit::EdgeTls(TlsMode::ALL[which / 2 % 4])),
        8 => block(infra, which),
        9 => Command::Send(RequestKind::ALL[which % 3]),
        // The shipped stage has two databases; any other component refuses.
        11 => Command::Lag(component(infra, which), Seconds::new(0.001 + (which % 40) as f64).expect("in range")),
        12 if which.is_multiple_of(2) => Command::Promote(component(infra, which / 2)),
        12 => Command::Demote(component(infra, which / 2)),
        10 => Command::Balance(Algorithm::ALL[which % Algorithm::ALL.len()]),
        13 => Command::Drain(element),
        14 => Command::Ready(element),
        _ => Command::Rate(Rate::new((which % 700) as f64).expect("in range")),
    }
}

/// A database more often than chance would have it.
fn component(infra: &Infrastructure, which: usize) -> ComponentId {
    let databases = infra.components().filter(|(_, component)| matches!(component.kind, ComponentKind::Database(_)));
    let ids: Vec<_> = databases.chain(infra.components()).map(|(_, component)| component.id.clone()).collect();
    ids[which % ids.len().min(5)].clone()
}

/// A firewall rule written or taken out, on some hop.
fn block(infra: &Infrastructure, which: usize) -> Command {
    let hops: Vec<_> = infra.links().map(|(link, _)| infra.ends(link)).collect();
    let (from, to) = hops[which / 4 % hops.len()];
    let (from, to) = (infra.component(from).id.clone(), infra.component(to).id.clone());
    Command::Edit(if which % 4 == 1 { TopologyEdit::Unblock(from, to) } else { TopologyEdit::Block(from, to) })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_is_lost_or_counted_twice_and_time_never_falls(
        seed in any::<u64>(),
        site in 0usize..3,
        script in prop::collection::vec((any::<u8>(), any::<usize>(), 1u64..3_000), 1..12),
    ) {
        let infra = [stage_2, pair, connecting][site]();
        let mut sim = Simulation::new(Arc::clone(&infra), seed);
        let mut again = Simulation::new(Arc::clone(&infra), seed);
        for (what, which, millis) in script {
            let command = command(&infra, what, which);
            let outcome = sim.apply(&command, &mut ());
            prop_assert_eq!(&outcome, &again.apply(&command, &mut ()));
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
            // A copy goes on exactly as the original does.
            again = again.clone();
            again.advance(until, &mut ());
            prop_assert!(sim == again);
        }
        // With everything restored and nobody new, all requests end and every slot is free.
        for element in elements(&infra) {
            let _ = sim.apply(&Command::Restore(element.clone()), &mut ());
            let _ = sim.apply(&Command::Ready(element), &mut ());
        }
        for (from, to) in infra.links().map(|(link, _)| infra.ends(link)) {
            let (from, to) = (infra.component(from).id.clone(), infra.component(to).id.clone());
            let _ = sim.apply(&Command::Edit(TopologyEdit::Unblock(from, to)), &mut ());
        }
        sim.apply(&Command::Rate(Rate::new(0.0).expect("in range")), &mut ()).expect("any rate");
        sim.advance(sim.now() + Duration::from_secs(60), &mut ());
        prop_assert_eq!(sim.in_flight(), 0);
        prop_assert_eq!(sim.records(), 0, "no record is left behind");
        for (link, _) in infra.links() {
            prop_assert_eq!(sim.active(link), 0, "{}", infra.hop_element(link));
        }
        for (ix, _) in infra.components() {
            let station = sim.station(ix);
            prop_assert_eq!((station.busy, station.waiting, sim.backlog(ix)), (0, 0, 0), "{}", infra.component(ix).id);
        }
    }
}
