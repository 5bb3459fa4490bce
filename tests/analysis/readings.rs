//! The search, the circuits of the paths and the forecasts of losses read one behaviour: where a component is free to choose,
//! they follow the choice that it makes in a run.

use super::load;
use hoplight::analysis::{Cause, Outage, PathCircuits, Structure, Verdict, works};
use hoplight::model::{ComponentId, Infrastructure, RequestKind, ServerId};

use RequestKind::{Read, Static, Write};

/// Whether requests succeed without these causes. The search and the circuits have to agree.
fn succeeds(infra: &Infrastructure, out: &[Cause], kind: RequestKind) -> bool {
    let search = works(infra, &Outage::of_causes(infra, out), kind);
    assert_eq!(search.is_ok(), PathCircuits::of(infra).works(out, kind), "{kind:?} without {out:?}: {search:?}");
    search.is_ok()
}

/// Asserts that each single loss stops a kind of request in the search and the circuits exactly if it does in the forecast,
/// whose verdicts are those of runs.
fn assert_one_reading(infra: &Infrastructure) {
    let structure = Structure::of(infra);
    for kind in RequestKind::ALL {
        assert_eq!(succeeds(infra, &[], kind), structure.works_whole(kind), "{kind:?} without a loss");
        for cause in structure.causes() {
            let goes_on = structure.effect(cause, kind) != Verdict::Stops;
            assert_eq!(succeeds(infra, std::slice::from_ref(cause), kind), goes_on, "{kind:?} without {cause}");
        }
    }
}

fn component(id: &str) -> Cause {
    Cause::Component(ComponentId::new(id))
}

fn server(id: &str) -> Cause {
    Cause::Server(ServerId::new(id))
}

fn hop(from: &str, to: &str) -> Cause {
    Cause::Hop(ComponentId::new(from), ComponentId::new(to))
}

/// A pair of balancers, of which only the preferred one has an application behind it.
fn pair(preferred: &str, other: &str) -> Infrastructure {
    let text = format!(
        r#"(traffic: (rate: 20.0), tls: (edge: None), servers: [(id: "s-1"), (id: "s-2")],
            components: [(id: "lb-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 150{preferred})), server: "s-1"),
                (id: "lb-2", kind: LoadBalancer(vrrp: (peer: "lb-1", priority: 100{other})), server: "s-2"),
                (id: "web-1", kind: Web()), (id: "web-2", kind: Web()), (id: "app", kind: App())],
            links: [(from: "lb-1", to: "lb-2"), (from: "lb-1", to: "web-1"), (from: "lb-2", to: "web-2"),
                (from: "web-1", to: "app")])"#
    );
    load(("pair.ron", &text))
}

#[test]
fn a_pair_that_does_not_hear_each_other_sends_users_to_the_backup() {
    let infra = pair(", track: ()", ", track: ()");
    assert_one_reading(&infra);
    assert!(succeeds(&infra, &[], Read));
    // Both hold the address; the backup, which announced it last, has no application.
    let unheard = hop("lb-1", "lb-2");
    assert!(!succeeds(&infra, std::slice::from_ref(&unheard), Read));
    assert!(succeeds(&infra, std::slice::from_ref(&unheard), Static));
    // Without the backup, there is only one.
    assert!(succeeds(&infra, &[unheard, server("s-2")], Read));
}

#[test]
fn the_address_of_a_pair_moves_with_the_process_only_if_it_is_tracked() {
    let tracked = pair(", track: ()", ", track: ()");
    assert!(succeeds(&tracked, &[component("lb-1")], Static));
    let untracked = pair("", "");
    assert_one_reading(&untracked);
    assert!(!succeeds(&untracked, &[component("lb-1")], Static), "the address stays");
    assert!(succeeds(&untracked, &[server("s-1")], Static), "keepalived ends with its machine");
    assert!(succeeds(&untracked, &[component("lb-2")], Read));
}

#[test]
fn a_firewall_between_a_pair_separates_it() {
    let text = r#"(traffic: (rate: 20.0), tls: (edge: None), servers: [(id: "s-1"), (id: "s-2")],
        components: [(id: "lb-1", kind: LoadBalancer(vrrp: (peer: "lb-2", priority: 150, track: ())), server: "s-1"),
            (id: "lb-2", kind: LoadBalancer(vrrp: (peer: "lb-1", priority: 100, track: ())), server: "s-2"),
            (id: "fw", kind: Firewall(components: ["lb-1"], inbound: [()], outbound: [()])),
            (id: "web", kind: Web())],
        links: [(from: "lb-1", to: "lb-2"), (from: "lb-1", to: "web"), (from: "lb-2", to: "web")])"#;
    let open = load(("firewall.ron", text));
    assert_one_reading(&open);
    // The users' packets to lb-1 cross it too, and lb-2 takes over.
    assert!(succeeds(&open, &[component("fw")], Static));
    assert!(!succeeds(&open, &[component("fw"), component("lb-2")], Static));
    // The rule lets lb-1 reach the web server, and drops its advertisements.
    let blocked = load(("firewall.ron", &text.replace("outbound: [()]", "outbound: [(ports: [8080])]")));
    assert_one_reading(&blocked);
    assert!(succeeds(&blocked, &[], Static));
}

#[test]
fn a_driver_that_opens_a_connection_for_each_query_needs_the_certificate() {
    let drawing = |connections: &str| {
        let text = format!(
            r#"(traffic: (rate: 20.0), tls: (edge: None, app_to_db: true),
                certificates: [(names: ["db.internal"], on: ["db"])],
                components: [(id: "app", kind: App(upstream: {connections})), (id: "db", kind: Database())],
                links: [(from: "app", to: "db")])"#
        );
        load(("inside.ron", &text))
    };
    for (connections, goes_on) in [("PerRequest", false), ("KeepAlive", true)] {
        let infra = drawing(connections);
        assert_one_reading(&infra);
        let paths = PathCircuits::of(&infra);
        let certificate = paths.causes().iter().find(|cause| matches!(cause, Cause::Certificate { .. })).expect("one");
        assert_eq!(succeeds(&infra, std::slice::from_ref(certificate), Read), goes_on, "{connections}");
    }
}

#[test]
fn a_driver_that_does_not_follow_the_primary_stays_at_the_first_database_that_accepts_its_connection() {
    let drawing = |first: &str, second: &str, settings: &str| {
        let text = format!(
            r#"(traffic: (rate: 20.0, static_share: 0.2, write_share: 0.4), tls: (edge: None),
                components: [(id: "app", kind: App(follow_primary: false)),
                    (id: "db-1", kind: Database(role: Primary{settings})), (id: "db-2", kind: Database(role: Replica))],
                links: [(from: "app", to: "{first}"), (from: "app", to: "{second}"), (from: "db-1", to: "db-2")])"#
        );
        load(("driver.ron", &text))
    };
    let misdirected = drawing("db-2", "db-1", "");
    assert_one_reading(&misdirected);
    assert!(!succeeds(&misdirected, &[], Write), "the replica rejects them");
    assert!(succeeds(&misdirected, &[component("db-2")], Write), "the next database is the primary");
    let direct = drawing("db-1", "db-2", "");
    assert_one_reading(&direct);
    assert!(succeeds(&direct, &[], Write) && !succeeds(&direct, &[component("db-1")], Write));
    assert!(succeeds(&direct, &[component("db-1")], Read));
    let replaced = drawing("db-1", "db-2", ", failover: Automatic(after_s: 5.0)");
    assert_one_reading(&replaced);
    assert!(succeeds(&replaced, &[component("db-1")], Write));
}

#[test]
fn either_of_two_primaries_takes_the_writes_of_a_driver_that_reaches_it() {
    let text = r#"(traffic: (rate: 20.0), tls: (edge: None),
        components: [(id: "app", kind: App(follow_primary: false)), (id: "db-1", kind: Database()), (id: "db-2", kind: Database())],
        links: [(from: "app", to: "db-1"), (from: "app", to: "db-2")])"#;
    let infra = load(("primaries.ron", text));
    assert_one_reading(&infra);
    assert!(succeeds(&infra, &[component("db-1")], Write) && succeeds(&infra, &[component("db-2")], Write));
}

#[test]
fn a_proxy_sends_reads_to_the_writer_unless_it_splits_them() {
    let drawing = |mode: &str| {
        let text = format!(
            r#"(traffic: (rate: 20.0), tls: (edge: None),
                components: [(id: "app", kind: App()), (id: "proxy", kind: SqlProxy(mode: {mode})), (id: "db-1", kind: Database()),
                    (id: "db-2", kind: Database(role: Replica))],
                links: [(from: "app", to: "proxy"), (from: "proxy", to: "db-1"), (from: "proxy", to: "db-2"),
                    (from: "db-1", to: "db-2")])"#
        );
        load(("proxy.ron", &text))
    };
    for (mode, goes_on) in [("Writer", false), ("ReadWriteSplit", true)] {
        let infra = drawing(mode);
        assert_one_reading(&infra);
        assert_eq!(succeeds(&infra, &[component("db-1")], Read), goes_on, "{mode}");
        assert!(succeeds(&infra, &[component("db-2")], Read), "{mode}");
    }
}

#[test]
fn members_of_a_multi_primary_cluster_forward_messages_for_each_other() {
    let members: Vec<String> = (1..=5).map(|db| format!(r#"(id: "db-{db}", kind: Database(role: MultiPrimary)),"#)).collect();
    let members = members.concat();
    let pairs = (1..=5).flat_map(|from| (from + 1..=5).map(move |to| (from, to)));
    let links: Vec<String> = pairs.map(|(from, to)| format!(r#"(from: "db-{from}", to: "db-{to}"),"#)).collect();
    let links = links.concat();
    let text = format!(
        r#"(traffic: (rate: 20.0), tls: (edge: None), components: [(id: "app", kind: App()), {members}],
            links: [(from: "app", to: "db-1"), {links}])"#
    );
    let infra = load(("mesh.ron", &text));
    assert_one_reading(&infra);
    // db-1 has a link to one other member only, and hears of all.
    let mut out = vec![hop("db-1", "db-3"), hop("db-1", "db-4"), hop("db-1", "db-5")];
    assert!(succeeds(&infra, &out, Write));
    out.push(component("db-2"));
    assert!(!succeeds(&infra, &out, Write), "it is alone");
    assert!(!succeeds(&infra, &out, Read), "members without a majority refuse reads too");
}
