use std::collections::BTreeSet;

use super::*;
use crate::balancer::{Algorithm, HealthCheck};
use crate::station::Hold;

/// The shipped scenarios, without benchmarks.
const SHIPPED: [(&str, &str); 14] = [
    ("stage-0-simple", include_str!("../../../../assets/stage-0-simple.ron")),
    ("stage-1-distributed", include_str!("../../../../assets/stage-1-distributed.ron")),
    ("stage-2-secured", include_str!("../../../../assets/stage-2-secured.ron")),
    ("stage-3-scaled", include_str!("../../../../assets/stage-3-scaled.ron")),
    ("design-0", include_str!("../../../../assets/design-0.ron")),
    ("design-0-repaired", include_str!("../../../../assets/design-0-repaired.ron")),
    ("design-1", include_str!("../../../../assets/design-1.ron")),
    ("design-1-repaired", include_str!("../../../../assets/design-1-repaired.ron")),
    ("design-2", include_str!("../../../../assets/design-2.ron")),
    ("design-2-repaired", include_str!("../../../../assets/design-2-repaired.ron")),
    ("design-3", include_str!("../../../../assets/design-3.ron")),
    ("design-3-repaired", include_str!("../../../../assets/design-3-repaired.ron")),
    ("design-4", include_str!("../../../../assets/design-4.ron")),
    ("design-4-repaired", include_str!("../../../../assets/design-4-repaired.ron")),
];

fn shipped(name: &str) -> Infrastructure {
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name).unwrap();
    Infrastructure::from_ron(name, text).unwrap()
}

/// A site with these components and links, without TLS unless `settings` enable it.
fn site(settings: &str, components: &str, links: &str) -> Infrastructure {
    let text = format!("({settings} components: [{components}], links: [{links}])");
    Infrastructure::from_ron("site.ron", &text).unwrap()
}

fn of(infra: &Infrastructure, id: &str, kind: RequestKind) -> Behaviour {
    behaviour(infra, infra.find(id).unwrap(), kind)
}

fn forwarding(infra: &Infrastructure, id: &str, kind: RequestKind) -> Forwarding {
    match of(infra, id, kind) {
        Behaviour::Forward(forwarding) => forwarding,
        other => panic!("{id} does not forward: {other:?}"),
    }
}

/// The server ends of links.
fn ends(infra: &Infrastructure, links: &[LinkIx]) -> Vec<String> {
    links.iter().map(|link| infra.component(infra.ends(*link).1).id.to_string()).collect()
}

#[test]
fn every_shipped_component_has_a_behaviour_that_fits_its_links() {
    for (name, _) in SHIPPED {
        let infra = shipped(name);
        for (ix, component) in infra.components() {
            for kind in RequestKind::ALL {
                let id = &component.id;
                match behaviour(&infra, ix, kind) {
                    Behaviour::Originate(origin) => assert!(!origin.entries.is_empty(), "{name}"),
                    Behaviour::Forward(forwarding) => {
                        assert!(!forwarding.links.is_empty(), "{name}: {id}, {kind:?}");
                        assert!(forwarding.links.iter().all(|link| infra.ends(*link).0 == ix), "{name}: {id}");
                    }
                    Behaviour::Redirect => panic!("{name}: {id} redirects for ever"),
                    Behaviour::Fail(error) => panic!("{name}: {id} can only fail a {kind:?} with {error:?}"),
                    Behaviour::Respond => assert!(kind.is_static(), "{name}: {id}, {kind:?}"),
                    Behaviour::LookUp | Behaviour::Query(_) | Behaviour::Resolve(_) | Behaviour::Filter | Behaviour::Ignore => {
                        assert!(upstreams(&infra, ix, kind).is_empty(), "{name}: {id}, {kind:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_browser_prefers_the_balancer_with_the_higher_priority() {
    let infra = shipped("stage-3-scaled");
    let Behaviour::Originate(origin) = of(&infra, "browser", RequestKind::Read) else { panic!("expected a browser") };
    assert_eq!(ends(&infra, &origin.lookups), ["dns"]);
    assert_eq!(ends(&infra, &origin.entries), ["lb-1", "lb-2"]);
    assert_eq!((origin.patience.get(), origin.lookup_timeout.get()), (10.0, 5.0));
    let swapped = SHIPPED[3].1.replace("priority: 150", "priority: 99");
    let infra = Infrastructure::from_ron("swapped.ron", &swapped).unwrap();
    let Behaviour::Originate(origin) = of(&infra, "browser", RequestKind::Read) else { panic!("expected a browser") };
    assert_eq!(ends(&infra, &origin.entries), ["lb-2", "lb-1"]);
}

#[test]
fn a_resolver_resolves_with_its_settings() {
    let infra = shipped("stage-0-simple");
    let Behaviour::Resolve(spec) = of(&infra, "dns", RequestKind::Static) else { panic!("expected a resolver") };
    assert_eq!(spec.ttl_s, Seconds::literal(300.0));
}

#[test]
fn a_balancer_retries_failed_connections_and_reports_other_failures() {
    let infra = shipped("stage-3-scaled");
    let balancer = forwarding(&infra, "lb-1", RequestKind::Static);
    assert_eq!(balancer.choice, UpstreamChoice::Balanced(Algorithm::RoundRobin));
    assert_eq!(ends(&infra, &balancer.links), ["web-1"]);
    assert_eq!(balancer.no_upstream.code(), 503);
    let policy = balancer.policy(Protocol::Http);
    assert_eq!((policy.retry.attempts, policy.retry.next), (4, NextAttempt::Same), "three retries after the first attempt");
    assert_eq!(policy.retry.pause.map(Seconds::get), Some(1.0));
    let after = AttemptFailure::ALL.map(|failure| policy.after(failure));
    let [refused, silent, reset, certificate, read_only, not_ready, too_many, timed_out] = after;
    assert_eq!([refused, silent], [Reaction::Retry(HttpError::Unavailable); 2]);
    assert_eq!(reset, Reaction::Report(HttpError::BadGateway));
    assert_eq!(certificate, Reaction::Retry(HttpError::Unavailable));
    assert_eq!([read_only, not_ready, too_many], [Reaction::Relay; 3]);
    assert_eq!(timed_out, Reaction::Report(HttpError::GatewayTimeout));
    let health = balancer.health.unwrap();
    assert_eq!((health.fall, health.rise, health.depth), (3, 2, HealthCheck::Tcp));
    assert_eq!((health.interval.get(), health.connect_timeout.get(), health.timeout.get()), (2.0, 1.0, 2.0));
    assert!(!balancer.passes_tls && !balancer.learns_writer);
    let redispatches = forwarding(&shipped("design-0-repaired"), "lb-1", RequestKind::Read);
    assert_eq!(redispatches.http.retry.next, NextAttempt::Redispatch);
}

#[test]
fn a_balancer_that_passes_tls_leaves_the_certificate_to_the_browser() {
    let infra = shipped("design-2-repaired");
    let balancer = forwarding(&infra, "lb-1", RequestKind::Read);
    assert!(balancer.passes_tls);
    assert_eq!(balancer.http.certificate, Reaction::Relay);
    assert!(!terminates_tls(&infra, infra.find("lb-1").unwrap()) && terminates_tls(&infra, infra.find("web-1").unwrap()));
}

#[test]
fn a_web_server_serves_static_pages_and_retries_failed_connections_on_the_next_application() {
    let apps: Vec<String> = (1..=9).map(|n| format!(r#"(id: "app-{n}", kind: App())"#)).collect();
    let links: Vec<String> = (1..=9).map(|n| format!(r#"(from: "web", to: "app-{n}")"#)).collect();
    let infra = site("", &format!(r#"(id: "web", kind: Web()), {}"#, apps.join(",")), &links.join(","));
    assert_eq!(of(&infra, "web", RequestKind::Static), Behaviour::Respond);
    let web = forwarding(&infra, "web", RequestKind::Write);
    assert_eq!((web.choice, web.timeout.get()), (UpstreamChoice::RoundRobin, 5.0));
    let policy = web.policy(Protocol::Http);
    assert_eq!((policy.retry.attempts, policy.retry.next, policy.retry.pause), (8, NextAttempt::Round, None));
    assert_eq!(policy.refused, Reaction::Retry(HttpError::BadGateway));
    assert_eq!((policy.silent, policy.connect_timeout.get()), (Reaction::Retry(HttpError::GatewayTimeout), 1.0));
    assert_eq!(policy.timed_out, Reaction::Report(HttpError::GatewayTimeout));
    assert!(!web.learns_writer);
    assert_eq!(of(&infra, "app-1", RequestKind::Read), Behaviour::Respond);
}

#[test]
fn a_web_server_without_an_application_responds_with_502_and_one_with_a_database_runs_the_code() {
    let alone = site("", r#"(id: "web", kind: Web())"#, "");
    assert_eq!(of(&alone, "web", RequestKind::Read), Behaviour::Fail(HttpError::BadGateway));
    assert_eq!(check_depth(&alone, alone.find("web").unwrap()), Some(HealthCheck::HttpApp));
    let lamp = site("", r#"(id: "web", kind: Web()), (id: "db", kind: Database())"#, r#"(from: "web", to: "db")"#);
    let write = forwarding(&lamp, "web", RequestKind::Write);
    assert!(write.learns_writer && write.choice == UpstreamChoice::Writer);
    assert_eq!(write.policy(Protocol::Sql).read_only, Reaction::Report(HttpError::InternalServerError));
    assert_eq!(write.policy(Protocol::Sql).timed_out, Reaction::Report(HttpError::GatewayTimeout));
    assert_eq!(forwarding(&lamp, "web", RequestKind::Read).choice, UpstreamChoice::First);
    assert_eq!(check_depth(&lamp, lamp.find("web").unwrap()), Some(HealthCheck::HttpDatabase));
}

#[test]
fn an_application_reads_from_the_first_database_and_writes_to_the_writer() {
    let infra = shipped("design-0-repaired");
    let read = forwarding(&infra, "app-1", RequestKind::Read);
    assert_eq!((read.choice, read.links.len(), read.timeout.get()), (UpstreamChoice::First, 2, 2.0));
    assert_eq!((read.sql.retry.attempts, read.sql.retry.next), (2, NextAttempt::Following));
    assert_eq!((read.sql.silent, read.sql.connect_timeout.get()), (read.sql.refused, 1.0), "a silent host counts as refused");
    assert_eq!(read.hold, Hold::UntilAnswered);
    let write = forwarding(&infra, "app-1", RequestKind::Write);
    assert_eq!((write.choice, write.sql.retry.next), (UpstreamChoice::Writer, NextAttempt::Round));
    assert_eq!(write.sql.timed_out, Reaction::Report(HttpError::InternalServerError));
    let plain =
        site("", r#"(id: "app", kind: App(follow_primary: false)), (id: "db", kind: Database())"#, r#"(from: "app", to: "db")"#);
    let write = forwarding(&plain, "app", RequestKind::Write);
    assert!(write.choice == UpstreamChoice::First && !write.learns_writer);
}

#[test]
fn every_database_executes_reads_and_the_writable_one_executes_writes() {
    let infra = shipped("design-0-repaired");
    for id in ["db-1", "db-2"] {
        assert_eq!(of(&infra, id, RequestKind::Read), Behaviour::Query(Statement::Read));
        assert_eq!(of(&infra, id, RequestKind::Write), Behaviour::Query(Statement::Write));
    }
    let [primary, replica] = ["db-1", "db-2"].map(|id| infra.find(id).unwrap());
    let cluster = [primary, replica];
    assert_eq!(cluster.map(|ix| starts_writable(&infra, &cluster, ix)), [true, false]);
    let rules = ClusterRules::of(&infra, &cluster);
    assert_eq!(rules.replaced_after.map(Seconds::get), Some(15.0));
    assert!(rules.semi_sync && !rules.quorum);
}

#[test]
fn a_quorum_starts_with_its_first_member_as_writer_and_replaces_it_after_ten_seconds() {
    let infra = shipped("design-1-repaired");
    let [members] = &infra.database_clusters()[..] else { panic!("one cluster") };
    let writable: Vec<bool> = members.iter().map(|ix| starts_writable(&infra, members, *ix)).collect();
    assert_eq!(writable, [true, false, false]);
    let rules = ClusterRules::of(&infra, members);
    assert!(rules.quorum && rules.fence);
    assert_eq!((rules.majority, rules.replaced_after.map(Seconds::get)), (2, Some(10.0)));
}

#[test]
fn firewalls_filter_requests_and_monitoring_ignores_them() {
    let infra = shipped("stage-2-secured");
    for kind in RequestKind::ALL {
        assert_eq!(of(&infra, "fw-1", kind), Behaviour::Filter);
        assert_eq!(of(&infra, "agent-1", kind), Behaviour::Ignore);
        assert_eq!(of(&infra, "monitor", kind), Behaviour::Ignore);
    }
}

#[test]
fn a_full_database_reports_error_1040_and_a_full_firewall_refuses() {
    let infra = shipped("stage-2-secured");
    let full = |id: &str| infra.component(infra.find(id).unwrap()).kind.when_full();
    assert_eq!(full("db-1"), WhenFull::TooManyConnections);
    assert_eq!(full("fw-1"), WhenFull::Drop);
    for id in ["lb-1", "web-1", "app-1"] {
        assert_eq!(full(id), WhenFull::DropSyn);
    }
}

#[test]
fn the_component_that_terminates_tls_needs_a_certificate() {
    let check = |name: &str, hop: (&str, &str)| {
        let infra = shipped(name);
        let link = infra.link_between(hop.0, hop.1).unwrap();
        let names =
            |places: Vec<usize>| places.into_iter().map(|place| infra.certificates()[place].names[0].to_string()).collect();
        match certificate_check(&infra, &infra.hop(link)) {
            CertificateCheck::Unchecked => BTreeSet::new(),
            CertificateCheck::AnyOf(places) => names(places),
            CertificateCheck::Missing => panic!("{name}: {} has no certificate", hop.1),
        }
    };
    let one = |name: &str| BTreeSet::from([name.to_owned()]);
    assert_eq!(check("stage-2-secured", ("browser", "lb-1")), one("www.foobar.com"));
    assert!(check("stage-2-secured", ("lb-1", "web-1")).is_empty(), "TLS ends at the balancer");
    assert_eq!(check("design-0-repaired", ("lb-1", "web-1")), one("web-1.foobar.com"));
    assert_eq!(check("design-0-repaired", ("web-1", "app-1")), one("app-1.foobar.com"));
    assert!(check("design-2-repaired", ("browser", "lb-1")).is_empty(), "the balancer forwards the handshake");
    assert_eq!(check("design-2-repaired", ("lb-1", "web-1")), one("www.foobar.com"));
}

#[test]
fn users_refuse_an_entry_without_a_certificate() {
    let infra = site(
        r#"tls: (edge: Terminate), certificates: [(on: ["web"])],"#,
        r#"(id: "lb", kind: LoadBalancer()), (id: "web", kind: Web())"#,
        r#"(from: "lb", to: "web")"#,
    );
    let link = infra.link_between("browser", "lb").unwrap();
    assert_eq!(certificate_check(&infra, &infra.hop(link)), CertificateCheck::Missing);
    assert!(super::lacks_certificate(&infra), "a certificate behind the entry does not help");
    let passes = infra.edited(&crate::infrastructure::TopologyEdit::EdgeTls(crate::tls::TlsMode::Passthrough));
    assert!(!super::lacks_certificate(&passes), "with passthrough, TLS ends at the web server");
}

/// One component of each kind. Extend it when a new kind no longer compiles in [`ComponentKind::facts`].
fn one_of_each() -> [ComponentKind; 11] {
    let text = |kind: &str| crate::ron_text::parse::<ComponentKind>("kind.ron", kind).unwrap();
    [
        "Browser",
        "DnsResolver()",
        "Firewall()",
        "LoadBalancer()",
        "Web()",
        "App()",
        "Cache()",
        "SqlProxy()",
        "Database()",
        "Agent()",
        "MonitoringService",
    ]
    .map(text)
}

#[test]
fn pairs_of_kinds_have_the_expected_protocols() {
    let mut spoken = Vec::new();
    for from in &one_of_each() {
        for to in &one_of_each() {
            if let Some(protocol) = Protocol::between(from, to) {
                spoken.push(format!("{} → {}: {}", from.word(), to.word(), protocol.word()));
            }
        }
    }
    let names: Vec<&str> = spoken.iter().map(String::as_str).filter(|line| !line.contains("DNS")).collect();
    assert_eq!(
        names,
        [
            "browser → load balancer: HTTP",
            "browser → web server: HTTP",
            "browser → application server: HTTP",
            "load balancer → load balancer: HTTP",
            "load balancer → web server: HTTP",
            "load balancer → application server: HTTP",
            "web server → load balancer: HTTP",
            "web server → web server: HTTP",
            "web server → application server: HTTP",
            "web server → cache: cache",
            "web server → SQL proxy: SQL",
            "web server → primary database: SQL",
            "application server → cache: cache",
            "application server → SQL proxy: SQL",
            "application server → primary database: SQL",
            "SQL proxy → SQL proxy: SQL",
            "SQL proxy → primary database: SQL",
            "primary database → primary database: replication",
            // The agent pushes its samples, or the service scrapes them.
            "monitoring agent → monitoring service: metrics",
            "monitoring service → monitoring agent: metrics",
        ]
    );
    assert_eq!(spoken.len() - names.len(), 9, "all kinds but agents and the monitoring service use a resolver");
}

#[test]
fn facts_are_consistent() {
    for kind in one_of_each() {
        let (facts, word) = (kind.facts(), kind.word());
        assert_eq!(kind.serves_requests(), facts.usual_port.is_some(), "{word}: components that serve requests listen");
        assert!(!kind.serves_requests() || facts.operator == Operator::Site, "{word}: only the site serves requests");
        assert!(!kind.can_pass_tls() || kind.asks(Protocol::Http), "{word}: only proxies pass TLS through");
        assert_eq!(facts.part == RequestPart::User, !kind.can_crash(), "{word}: only users cannot crash");
    }
}

#[test]
fn an_application_without_a_database_responds_itself() {
    let hello = site("", r#"(id: "app", kind: App())"#, "");
    for kind in RequestKind::ALL {
        assert_eq!(of(&hello, "app", kind), Behaviour::Respond);
    }
    assert_eq!(check_depth(&hello, hello.find("app").unwrap()), None);
    // With a database for reads only, it does not guess what to do with writes.
    let reads =
        site("", r#"(id: "app", kind: App()), (id: "db", kind: Database())"#, r#"(from: "app", to: "db", kinds: [Read])"#);
    assert_eq!(of(&reads, "app", RequestKind::Write), Behaviour::Fail(HttpError::InternalServerError));
}

#[test]
fn upstreams_are_used_in_turn_or_in_order() {
    let parts = |of_web: &str, of_app: &str| {
        format!(
            r#"(id: "web", kind: Web({of_web})), (id: "app-1", kind: App({of_app})), (id: "app-2", kind: App()),
            (id: "db-1", kind: Database()), (id: "db-2", kind: Database(role: Replica))"#
        )
    };
    let links = r#"(from: "web", to: "app-1"), (from: "web", to: "app-2"), (from: "app-1", to: "db-1"), (from: "app-1", to: "db-2"),
        (from: "db-1", to: "db-2")"#;
    let choice =
        |of_web: &str, of_app: &str, id: &str, kind| forwarding(&site("", &parts(of_web, of_app), links), id, kind).choice;
    assert_eq!(choice("", "", "web", RequestKind::Read), UpstreamChoice::RoundRobin);
    assert_eq!(choice("balance: Order", "", "web", RequestKind::Read), UpstreamChoice::First);
    assert_eq!(choice("", "", "app-1", RequestKind::Read), UpstreamChoice::First);
    assert_eq!(choice("", "balance: RoundRobin", "app-1", RequestKind::Read), UpstreamChoice::RoundRobin);
    assert_eq!(choice("", "balance: RoundRobin", "app-1", RequestKind::Write), UpstreamChoice::Writer);
}

#[test]
fn sessions_are_where_the_code_keeps_them() {
    let of = |infra: &Infrastructure, id: &str, kind| {
        let session = session_use(infra, infra.find(id).unwrap(), kind)?;
        Some((infra.component(session.holder).id.to_string(), session.store.is_some(), session.need))
    };
    let lamp =
        site("", r#"(id: "web", kind: Web(sessions: Memory)), (id: "db", kind: Database())"#, r#"(from: "web", to: "db")"#);
    assert_eq!(of(&lamp, "web", RequestKind::Static), None);
    assert_eq!(of(&lamp, "web", RequestKind::Read), Some(("web".into(), false, SessionNeed::Known)));
    assert_eq!(of(&lamp, "web", RequestKind::Write), Some(("web".into(), false, SessionNeed::Created)));
    let stored = site(
        "",
        r#"(id: "web", kind: Web()), (id: "app", kind: App()), (id: "redis", kind: Cache(place: Sessions)), (id: "cache", kind: Cache())"#,
        r#"(from: "web", to: "app"), (from: "app", to: "redis"), (from: "app", to: "cache")"#,
    );
    assert_eq!(of(&stored, "web", RequestKind::Read), None, "it forwards");
    assert_eq!(of(&stored, "app", RequestKind::Read), Some(("redis".into(), true, SessionNeed::Known)));
    assert_eq!(of(&stored, "redis", RequestKind::Read), None);
    // The store is no upstream, and no cache.
    let alone =
        site("", r#"(id: "app", kind: App()), (id: "redis", kind: Cache(place: Sessions))"#, r#"(from: "app", to: "redis")"#);
    assert_eq!(behaviour(&alone, alone.find("app").unwrap(), RequestKind::Read), Behaviour::Respond);
    assert_eq!(behaviour(&alone, alone.find("redis").unwrap(), RequestKind::Read), Behaviour::LookUp);
    let signed = site("", r#"(id: "app", kind: App())"#, "");
    assert_eq!(of(&signed, "app", RequestKind::Read), None);
}

#[test]
fn a_balancer_that_passes_tls_through_reads_no_cookie() {
    let parts = r#"(id: "lb", kind: LoadBalancer(sticky: true)), (id: "web", kind: Web())"#;
    let infra = site("tls: (edge: Terminate),", parts, r#"(from: "lb", to: "web")"#);
    let is_sticky = |infra: &Infrastructure| forwarding(infra, "lb", RequestKind::Read).sticky;
    assert!(is_sticky(&infra));
    assert!(!is_sticky(&infra.edited(&crate::infrastructure::TopologyEdit::EdgeTls(crate::tls::TlsMode::Passthrough))));
    assert!(!is_sticky(&infra.edited(&crate::infrastructure::TopologyEdit::Sticky(false))));
}
