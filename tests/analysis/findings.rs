//! Tests the linter: the exact findings for each write-up, and that every rule is triggered by some design.

use std::collections::BTreeSet;

use super::{load, stage_2};
use hoplight::analysis::{DesignFinding, FindingRule, Severity, findings};
use hoplight::model::{Infrastructure, Port80, TlsMode, TopologyEdit};
use hoplight::text;

const DESIGNS: [(&str, &str); 5] = [
    ("assets/design-0.ron", include_str!("../../assets/design-0.ron")),
    ("assets/design-1.ron", include_str!("../../assets/design-1.ron")),
    ("assets/design-2.ron", include_str!("../../assets/design-2.ron")),
    ("assets/design-3.ron", include_str!("../../assets/design-3.ron")),
    ("assets/design-4.ron", include_str!("../../assets/design-4.ron")),
];

/// The expected findings for each write-up, in order.
#[rustfmt::skip]
const EXPECTED: [&[&str]; 5] = [
        &[
            "single-point: server-1",
            "single-point: server-2",
            "single-point: server-3",
            "single-point: lb-1",
            "single-writer: db-1",
            "secrets-in-the-clear: lb-1 → web-1",
            "secrets-in-the-clear: web-1 → app-1",
            "secrets-in-the-clear: app-1 → db-1",
            "firewall-behind: fw-1",
            "open-entry: lb-1",
            "ssh-exposed: design",
            "one-copy: db-1",
            "tls-ends-at-balancer: lb-1",
            "balances-nothing: lb-1",
            "on-no-server: lb-1",
            "unwatched: lb-1",
            "one-name: zone www.foobar.com",
            "user-resolver: dns",
            "one-certificate: certificate www.foobar.com",
            "classic-dns: browser → dns",
            "balancer-reads-all: lb-1",
            "no-admin-path: design",
            "database-egress: design",
            "different-but-single: design",
            "no-rate-limit: design",
            "no-outside-view: design",
        ],
        &[
            "single-point: server-2",
            "single-point: server-3",
            "single-writer: db-1",
            "secrets-in-the-clear: lb-1 → web-1",
            "secrets-in-the-clear: lb-1 → app-1",
            "secrets-in-the-clear: web-1 → app-1",
            "secrets-in-the-clear: app-1 → db-1",
            "open-entry: lb-1",
            "database-exposed: db-1",
            "ssh-exposed: design",
            "one-copy: db-1",
            "tls-ends-at-balancer: lb-1",
            "unprotected: web-1",
            "unprotected: app-1",
            "guards-nothing: fw-1",
            "guards-nothing: fw-2",
            "guards-nothing: fw-3",
            "unlike-backends: lb-1",
            "no-redispatch: lb-1",
            "on-no-server: db-1",
            "unwatched: design",
            "agent-watches-nothing: agent-1",
            "agent-watches-nothing: agent-2",
            "agent-watches-nothing: agent-3",
            "capacity-single-point: app-1 → db-1",
            "one-name: zone www.foobar.com",
            "user-resolver: dns",
            "one-certificate: certificate www.foobar.com",
            "classic-dns: browser → dns",
            "balancer-reads-all: lb-1",
            "different-but-single: design",
            "no-rate-limit: design",
            "no-outside-view: design",
        ],
        &[
            "single-point: server-1",
            "single-point: server-2",
            "single-point: server-3",
            "single-writer: db-1",
            "secrets-in-the-clear: lb-1 → web-1",
            "secrets-in-the-clear: web-1 → app-1",
            "one-copy: db-1",
            "tls-ends-at-balancer: lb-1",
            "mixed-tiers: server-3",
            "balances-nothing: lb-1",
            "one-name: zone www.foobar.com",
            "user-resolver: dns",
            "one-certificate: certificate www.foobar.com",
            "classic-dns: browser → dns",
            "balancer-reads-all: lb-1",
            "no-admin-path: design",
            "database-egress: design",
            "different-but-single: design",
            "no-rate-limit: design",
            "no-outside-view: design",
        ],
        &[
            "single-point: lb-1",
            "single-point: app-1",
            "single-firewall: fw-1",
            "single-writer: db-1",
            "secrets-in-the-clear: lb-1 → web-1",
            "secrets-in-the-clear: lb-1 → web-2",
            "secrets-in-the-clear: web-1 → app-1",
            "secrets-in-the-clear: web-2 → app-1",
            "secrets-in-the-clear: app-1 → db-1",
            "secrets-in-the-clear: app-1 → db-2",
            "secrets-in-the-clear: db-1 → db-2",
            "firewall-behind: fw-1",
            "open-entry: lb-1",
            "ssh-exposed: design",
            "tls-ends-at-balancer: lb-1",
            "unprotected: web-1",
            "unprotected: web-2",
            "guards-nothing: fw-2",
            "guards-nothing: fw-3",
            "shared-flaw: MySQL 8.0.36",
            "shared-flaw: Nginx 1.22.1",
            "no-redispatch: lb-1",
            "on-no-server: design",
            "unwatched: design",
            "agent-watches-nothing: agent-1",
            "agent-watches-nothing: agent-2",
            "agent-watches-nothing: agent-3",
            "capacity-single-point: app-1 → db-1",
            "one-name: zone www.foobar.com",
            "user-resolver: dns",
            "one-certificate: certificate www.foobar.com",
            "classic-dns: browser → dns",
            "balancer-reads-all: lb-1",
            "no-admin-path: design",
            "database-egress: design",
            "no-rate-limit: design",
            "no-outside-view: design",
        ],
        &[
            "single-point: server-1",
            "single-point: app-1",
            "single-writer: db-1",
            "secrets-in-the-clear: lb-1 → web-1",
            "secrets-in-the-clear: lb-1 → web-2",
            "secrets-in-the-clear: web-1 → app-1",
            "secrets-in-the-clear: web-2 → app-1",
            "secrets-in-the-clear: app-1 → db-1",
            "database-exposed: db-1",
            "ssh-exposed: design",
            "one-copy: db-1",
            "tls-ends-at-balancer: lb-1",
            "unprotected: app-1",
            "shared-flaw: Nginx 1.22.1",
            "no-redispatch: lb-1",
            "on-no-server: app-1",
            "on-no-server: db-1",
            "unwatched: app-1",
            "unwatched: db-1",
            "one-name: zone www.foobar.com",
            "user-resolver: dns",
            "one-certificate: certificate www.foobar.com",
            "classic-dns: browser → dns",
            "balancer-reads-all: lb-1",
            "no-admin-path: design",
            "alike-servers: design",
            "no-rate-limit: design",
            "no-outside-view: design",
        ],
];

fn named(found: &[DesignFinding]) -> Vec<String> {
    found.iter().map(|finding| format!("{}: {}", finding.rule().id(), finding.subject_name())).collect()
}

#[test]
fn each_write_up_has_the_expected_findings() {
    for (design, expected) in DESIGNS.into_iter().zip(EXPECTED) {
        let infra = load(design);
        assert_eq!(named(&findings(&infra, 100.0)), expected, "{}", infra.id());
    }
}

/// Subject and message of each finding of one rule.
pub(super) fn by_rule(infra: &Infrastructure, rule: &str) -> Vec<(String, String)> {
    assert!(FindingRule::ALL.iter().any(|known| known.id() == rule), "{rule}");
    let found = findings(infra, 100.0).into_iter().filter(|finding| finding.rule().id() == rule);
    found.map(|finding| (finding.subject_name(), text::finding(&finding).message.to_string())).collect()
}

/// Findings of one rule about a drawing.
pub(super) fn drawn(drawing: &str, rule: &str) -> Vec<(String, String)> {
    by_rule(&load(("drawing.ron", drawing)), rule)
}

/// A subject and a message.
pub(super) fn said(subject: &str, message: &str) -> (String, String) {
    (subject.to_owned(), message.to_owned())
}

/// Identifiers of the rules with findings about a design.
fn ids(infra: &Infrastructure, load: f64) -> BTreeSet<&'static str> {
    findings(infra, load).iter().map(|finding| finding.rule().id()).collect()
}

/// A site with all the flaws that the write-ups do not have.
fn messy() -> Infrastructure {
    load((
        "messy.ron",
        r#"(format: 1, id: "messy", title: "t", summary: "s",
        traffic: (rate: 100.0, static_share: 0.4, write_share: 0.2),
        tls: (edge: Reencrypt, web_to_app: true),
        certificates: [(names: ["www.foobar.com"], on: ["lb-1"], days_left: 20)],
        domains: [(id: "rack", servers: ["s-1", "s-2"])],
        servers: [(id: "s-1"), (id: "s-2")],
        components: [(id: "browser", kind: Browser), (id: "lb-1", kind: LoadBalancer(), server: "s-1"),
            (id: "web-1", kind: Web(), server: "s-1"), (id: "web-2", kind: Web(), server: "s-2"),
            (id: "app-1", kind: App(), server: "s-1"), (id: "app-2", kind: App(), server: "s-2"),
            (id: "db-1", kind: Database(role: Replica), server: "s-2"),
            (id: "fw-1", server: "s-1", kind: Firewall(servers: ["s-1"], default: Allow,
                inbound: [(ports: [443, 22]), (ports: [443]), (peer: Component("web-2"), ports: [9000])], outbound: [(ports: [443], action: Drop)])),
            (id: "fw-2", server: "s-2", kind: Firewall(servers: ["s-2"],
                inbound: [(peer: Server("s-1"), ports: [8080, 9999])], outbound: [])),
            (id: "agent-1", kind: Agent(), server: "s-2"), (id: "monitor", kind: MonitoringService)],
        links: [(from: "browser", to: "lb-1", protocol: Http), (from: "lb-1", to: "web-1", protocol: Http),
            (from: "lb-1", to: "web-2", protocol: Http), (from: "web-1", to: "app-1", protocol: Http),
            (from: "web-1", to: "app-2", protocol: Http), (from: "web-2", to: "app-2", protocol: Http),
            (from: "app-1", to: "db-1", protocol: Sql), (from: "app-2", to: "db-1", protocol: Sql),
            (from: "agent-1", to: "monitor", protocol: Metrics)])"#,
    ))
}

/// A working site with more flaws that the write-ups do not have.
const CARELESS: &str = r#"(tls: (edge: None), servers: [(id: "s-1"), (id: "s-2"), (id: "s-3")],
    components: [(id: "lb", kind: LoadBalancer()), (id: "app-1", kind: App(), software: (name: "uWSGI", version: "2.0.27")),
        (id: "app-2", kind: App(keepalive_timeout_s: 2.0), software: (name: "uWSGI", version: "2.0.28")), (id: "app-3", kind: App()),
        (id: "db-1", kind: Database(), server: "s-1"), (id: "db-2", kind: Database(role: Replica), server: "s-1"),
        (id: "db-3", kind: Database(), server: "s-2"), (id: "agent-1", kind: Agent(), server: "s-1"),
        (id: "agent-2", kind: Agent(), server: "s-2"), (id: "metrics-1", kind: MonitoringService, server: "s-1"),
        (id: "metrics-2", kind: MonitoringService, server: "s-3")],
    links: [(from: "lb", to: "app-1"), (from: "lb", to: "app-2"), (from: "lb", to: "app-3"), (from: "app-1", to: "db-1"),
        (from: "app-2", to: "db-2"), (from: "app-3", to: "db-3"), (from: "db-1", to: "db-2"), (from: "agent-1", to: "metrics-1"),
        (from: "agent-2", to: "metrics-2")])"#;

/// A pair without tracking.
const PAIR: (&str, &str) = ("assets/vrrp-untracked.ron", include_str!("../../assets/vrrp-untracked.ron"));

#[test]
fn a_pair_that_does_not_track_its_processes_is_a_finding() {
    let found = findings(&load(PAIR), 100.0);
    let untracked: Vec<_> = found.iter().filter(|finding| finding.rule() == FindingRule::UntrackedBalancer).collect();
    let messages: Vec<String> = untracked.iter().map(|finding| text::finding(finding).message.to_string()).collect();
    assert_eq!(
        messages,
        [
            "If the process of lb-1 ends, the shared address stays on its machine: lb-2 never takes over.",
            "If the process of lb-2 ends, the shared address stays on its machine: lb-1 never takes over."
        ]
    );
    let tracked = PAIR.1.replace("priority: 1", "track: (), priority: 1");
    assert!(!ids(&load(("tracked.ron", &tracked)), 100.0).contains("untracked-balancer"));
}
/// A cache with every flaw: nothing expires, nothing is invalidated or collapsed, and the database depends on it.
const CACHED: &str = r#"(traffic: (static_share: 0.0, write_share: 0.02), components: [(id: "app", kind: App()),
    (id: "cache", kind: Cache(objects: 100, capacity: 100, exponent: 1.2, ttl_s: None, invalidate: false)),
    (id: "db", kind: Database(), station: (slots: 8, service: Constant(ms: 250.0)))],
    links: [(from: "app", to: "cache"), (from: "app", to: "db")])"#;

#[test]
fn a_cache_hides_a_database_only_if_the_database_cannot_carry_the_load_alone() {
    let hides = |text: &str, load_per_s: f64| ids(&load(("cached.ron", text)), load_per_s).contains("cache-hides-database");
    // Eight slots of 250 ms carry 32 queries a second.
    assert!(hides(CACHED, 100.0));
    assert!(!hides(CACHED, 30.0), "the database carries it alone");
    assert!(!hides(&CACHED.replace("slots: 8", "slots: 40"), 100.0), "the database carries it alone");
    // It is overloaded with the cache too.
    let useless = CACHED.replace("exponent: 1.2", "exponent: 0.0").replace("capacity: 100", "capacity: 1");
    assert!(!hides(&useless, 100.0));
}

/// Two addresses, and a standby site that is not independent.
const SITES: &str = r#"(domains: [(id: "building", servers: ["a", "b"])], servers: [(id: "a"), (id: "b")],
    components: [(id: "dns", kind: DnsResolver(ttl_s: 300.0)), (id: "web-1", kind: Web(), server: "a"), (id: "web-2", kind: Web()),
        (id: "web-3", kind: Web(), server: "b"), (id: "app", kind: App()), (id: "db", kind: Database(), server: "a")],
    links: [(from: "browser", to: "web-1"), (from: "browser", to: "web-2"), (from: "browser", to: "web-3", standby: true),
        (from: "web-1", to: "app"), (from: "web-2", to: "app"), (from: "web-3", to: "app"), (from: "app", to: "db")])"#;

#[test]
fn several_addresses_and_a_standby_site_are_reviewed() {
    let of = |text: &str, rule: &str| {
        let found = findings(&load(("sites.ron", text)), 100.0);
        found.iter().find(|it| it.rule().id() == rule).map(|it| text::finding(it).message.to_string())
    };
    let unchecked = of(SITES, "unchecked-addresses").expect("found");
    assert!(unchecked.contains("web-1 and web-2") && unchecked.contains("0.25 s") && !unchecked.contains("web-3"), "{unchecked}");
    assert!(of(SITES, "long-ttl").is_some_and(|text| text.contains("dns") && text.contains("300 s")));
    let shared = of(SITES, "standby-shares").expect("found");
    assert!(["app", "db", "building"].iter().all(|part| shared.contains(part)) && !shared.contains("web"), "{shared}");
    assert_eq!(of(&SITES.replace("ttl_s: 300.0", "ttl_s: 60.0"), "long-ttl"), None);
    let shipped = include_str!("../../assets/second-site.ron");
    assert_eq!(
        ["unchecked-addresses", "long-ttl", "standby-shares", "writes-to-replica"].map(|rule| of(shipped, rule)),
        [const { None }; 4]
    );
    // The balancers are no single points; what is behind them is.
    let infra = load(("active-active.ron", include_str!("../../assets/active-active.ron")));
    let single: Vec<String> = findings(&infra, 100.0)
        .into_iter()
        .filter(|it| matches!(it.rule().id(), "single-point" | "single-writer"))
        .map(|it| it.subject_name())
        .collect();
    assert!(single.iter().all(|name| name.starts_with("db")) && !single.is_empty(), "{single:?}");
}

#[test]
fn a_certificate_is_assumed_unless_the_drawing_lists_some() {
    let found = |certificates: &str| {
        let text = format!(
            r#"({certificates} traffic: (static_share: 1.0, write_share: 0.0), components: [(id: "lb", kind: LoadBalancer()),
                (id: "web", kind: Web())], links: [(from: "lb", to: "web")])"#
        );
        findings(&load(("site.ron", &text)), 100.0)
    };
    let assumed = found("");
    assert!(
        !named(&assumed).iter().any(|name| name.starts_with("kind-does-not-work") || name.starts_with("certificate-elsewhere"))
    );
    let note = assumed.iter().find(|finding| finding.rule() == FindingRule::NoCertificate).expect("a note");
    assert_eq!(note.severity(), Severity::Note);
    let told = "The drawing lists no certificate, so lb is assumed to hold one for www.foobar.com.";
    assert_eq!(text::finding(note).message.to_string(), told);
    assert!(assumed.iter().any(|finding| finding.rule() == FindingRule::OneCertificate));
    let elsewhere = found(r#"certificates: [(on: ["web"])],"#);
    assert_eq!(elsewhere[0].rule(), FindingRule::KindDoesNotWork);
    assert!(text::finding(&elsewhere[0]).message.to_string().contains("lb has no certificate"));
    assert!(named(&elsewhere).contains(&"certificate-elsewhere: lb".to_owned()));
}

/// A site whose web server limits the rate of logins, with these settings of its balancer.
fn limited(balancer: &str, mode: &str) -> String {
    format!(
        r#"(tls: (edge: {mode}), components: [(id: "lb", kind: LoadBalancer({balancer})),
            (id: "web", kind: Web(rate_limit: (rate: 10.0, burst: 20, kinds: [Write]))), (id: "app", kind: App())],
            links: [(from: "lb", to: "web"), (from: "web", to: "app")])"#
    )
}

#[test]
fn rate_limits_are_missing_blind_or_shared_by_everyone() {
    let of = |balancer: &str, mode: &str| {
        let found = findings(&load(("limited.ron", &limited(balancer, mode))), 10.0);
        let about = |finding: &DesignFinding| finding.rule().id().contains("rate-limit");
        found.iter().filter(|it| about(it)).map(|it| format!("{}", text::finding(it).message)).collect::<Vec<_>>()
    };
    let shared = "The rate limit of web does not learn the clients' addresses from lb, so all users together may send 10 requests per second.";
    assert_eq!(of("", "Reencrypt"), [""; 0], "a limit behind the entry is enough");
    assert_eq!(of("forwarded_for: false", "Reencrypt"), [shared]);
    assert_eq!(of("", "Passthrough"), [shared], "a balancer that passes TLS through adds no header");
    assert_eq!(of("send_proxy: true", "Passthrough"), [""; 0]);
    let blind = "The rate limit of lb has no effect, because TLS passes through it: it sees no requests.";
    assert_eq!(of("rate_limit: (rate: 1.0), send_proxy: true", "Passthrough"), [blind]);
    let without = limited("", "Reencrypt").replace("kinds: [Write]", "kinds: [Read]");
    let none = findings(&load(("limited.ron", &without)), 10.0);
    let told = "Nothing limits the rate of logins between lb and the code that verifies passwords.";
    assert!(none.iter().any(|it| it.rule() == FindingRule::NoRateLimit && text::finding(it).message.to_string() == told));
    let pages = without.replace("(tls", "(traffic: (write_share: 0.0), tls");
    assert!(findings(&load(("pages.ron", &pages)), 10.0).iter().all(|it| it.rule() != FindingRule::NoRateLimit));
}

/// Sessions in the memory of two applications, to which a cookie leads.
const STICKY: &str = r#"(tls: (edge: None), components: [(id: "lb", kind: LoadBalancer(sticky: true)),
    (id: "app-1", kind: App(sessions: Memory)), (id: "app-2", kind: App(sessions: Memory))],
    links: [(from: "lb", to: "app-1"), (from: "lb", to: "app-2")])"#;
/// The same in turn.
const SCATTERED: &str = r#"(tls: (edge: None), components: [(id: "lb", kind: LoadBalancer()),
    (id: "app-1", kind: App(sessions: Memory)), (id: "app-2", kind: App(sessions: Memory))],
    links: [(from: "lb", to: "app-1"), (from: "lb", to: "app-2")])"#;
/// A session store.
const STORE: &str = r#"(tls: (edge: None), components: [(id: "lb", kind: LoadBalancer()), (id: "app-1", kind: App()),
    (id: "app-2", kind: App()), (id: "redis", kind: Cache(place: Sessions))],
    links: [(from: "lb", to: "app-1"), (from: "lb", to: "app-2"), (from: "app-1", to: "redis"), (from: "app-2", to: "redis")])"#;

#[test]
fn sessions_are_found_where_they_live() {
    let rules = ["scattered-sessions", "sessions-in-memory", "session-store-alone"];
    let found = |text: &str| {
        let ids = ids(&load(("sessions.ron", text)), 20.0);
        rules.map(|rule| ids.contains(&rule))
    };
    assert_eq!(found(STICKY), [false, true, false]);
    assert_eq!(found(SCATTERED), [true, false, false]);
    assert_eq!(found(STORE), [false, false, true]);
    // A signed cookie needs neither, and the address of a client is as good as a cookie.
    assert_eq!(found(&SCATTERED.replace("sessions: Memory", "")), [false; 3]);
    assert_eq!(found(&SCATTERED.replace("LoadBalancer()", "LoadBalancer(algorithm: SourceHash)")), [false, true, false]);
    let message = |text: &str, rule: &str| {
        let found = findings(&load(("sessions.ron", text)), 20.0);
        let finding = found.iter().find(|finding| finding.rule().id() == rule).expect("the finding");
        text::finding(finding).message.to_string()
    };
    let scattered = message(SCATTERED, "scattered-sessions");
    assert!(scattered.contains("50 % of the reads"), "{scattered}");
    let alone = message(STORE, "session-store-alone");
    assert!(alone.contains("writes stop, and reads of logged-in users fail"), "{alone}");
}

#[test]
fn every_rule_is_triggered_by_some_design() {
    let mut found: BTreeSet<&str> = DESIGNS.into_iter().flat_map(|design| ids(&load(design), 100.0)).collect();
    found.extend(ids(&load(("stage-3-scaled.ron", include_str!("../../assets/stage-3-scaled.ron"))), 100.0));
    found.extend(ids(&load(PAIR), 100.0));
    found.extend(ids(&messy(), 100.0));
    found.extend(ids(&load(("careless.ron", CARELESS)), 100.0));
    let pages = "(traffic: (static_share: 1.0, write_share: 0.0), tls: (edge: None), components: [(id: \"web\", kind: Web())])";
    found.extend(ids(&load(("pages.ron", pages)), 100.0));
    let deep = "(components: [(id: \"lb\", kind: LoadBalancer(check: HttpDatabase)), (id: \"web-1\", kind: Web()), \
        (id: \"web-2\", kind: Web()), (id: \"app\", kind: App()), (id: \"db\", kind: Database())], \
        links: [(from: \"lb\", to: \"web-1\"), (from: \"lb\", to: \"web-2\"), (from: \"web-1\", to: \"app\"), \
        (from: \"web-2\", to: \"app\"), (from: \"app\", to: \"db\")])";
    found.extend(ids(&load(("deep.ron", deep)), 100.0));
    found.extend(ids(&load(("cached.ron", CACHED)), 100.0));
    let two = r#"(components: [(id: "app", kind: App()), (id: "db-1", kind: Database(role: MultiPrimary)),
        (id: "db-2", kind: Database(role: MultiPrimary))], links: [(from: "app", to: "db-1"), (from: "db-1", to: "db-2")])"#;
    found.extend(ids(&load(("two.ron", two)), 100.0));
    let text = include_str!("../../assets/design-0.ron").replace("days_left: 61", "days_left: 0");
    found.extend(ids(&load(("expired.ron", &text)), 100.0));
    found.extend(ids(&load(("sites.ron", SITES)), 100.0));
    let elsewhere = r#"(certificates: [(on: ["web"])], components: [(id: "lb", kind: LoadBalancer()), (id: "web", kind: Web())],
        links: [(from: "lb", to: "web")])"#;
    found.extend(ids(&load(("elsewhere.ron", elsewhere)), 100.0));
    found.extend(ids(&load(("limited.ron", &limited("forwarded_for: false", "Reencrypt"))), 100.0));
    found.extend(ids(&load(("limited.ron", &limited("rate_limit: (rate: 1.0)", "Passthrough"))), 100.0));
    let redirect = load(("redirect.ron", include_str!("../../assets/redirect.ron")));
    let edits = [
        TopologyEdit::Port80(Port80::Redirect),
        TopologyEdit::Port80(Port80::Closed),
        TopologyEdit::Port80(Port80::Open),
        TopologyEdit::ForwardedProto(false),
    ];
    found.extend(edits.iter().flat_map(|edit| ids(&redirect.edited(edit), 100.0)));
    found.extend(ids(&stage_2(), 450.0));
    found.extend(ids(&stage_2(), 600.0));
    found.extend([STICKY, SCATTERED, STORE].into_iter().flat_map(|text| ids(&load(("sessions.ron", text)), 20.0)));
    let all: BTreeSet<&str> = FindingRule::ALL.into_iter().map(FindingRule::id).collect();
    assert_eq!(FindingRule::ALL.len(), all.len(), "duplicate identifier");
    let silent: Vec<_> = all.difference(&found).collect();
    assert!(silent.is_empty(), "never triggered: {silent:?}");
}

#[test]
fn the_most_severe_finding_comes_first_and_every_rule_has_a_text() {
    let found = findings(&messy(), 100.0);
    assert!(found.windows(2).all(|pair| pair[0].severity() >= pair[1].severity()));
    assert_eq!(found[0].rule(), FindingRule::KindDoesNotWork);
    let first = text::finding(&found[0]).message.to_string();
    assert!(first.starts_with("No write request works: "), "{first}");
    for rule in FindingRule::ALL {
        let said = text::rule(rule);
        for text in [said.why, said.fix] {
            assert!(text.ends_with('.') && text.len() > 25, "{rule:?}: {text}");
        }
        assert!(!said.title.ends_with('.'), "{rule:?}");
    }
    for finding in found {
        let message = text::finding(&finding).message.to_string();
        assert!(message.ends_with('.') && !message.contains("..") && !message.contains("  "), "{message}");
    }
}

#[test]
fn end_to_end_tls_removes_the_findings_about_secrets() {
    let secret =
        |infra: &Infrastructure| findings(infra, 100.0).into_iter().filter(|f| f.rule().id() == "secrets-in-the-clear").count();
    let edited = |edits: &[TopologyEdit]| edits.iter().fold(stage_2(), |infra, edit| infra.edited(edit));
    let (none, terminate) = (edited(&[TopologyEdit::EdgeTls(TlsMode::None)]), stage_2());
    let bridge = edited(&[TopologyEdit::EdgeTls(TlsMode::Reencrypt)]);
    let whole = edited(&[TopologyEdit::EdgeTls(TlsMode::Reencrypt), TopologyEdit::AppToDbTls(true)]);
    // Replication sends the sessions and the hashes of passwords.
    assert_eq!([none, terminate, bridge, whole].map(|infra| secret(&infra)), [6, 5, 3, 0]);
    let passthrough = edited(&[TopologyEdit::EdgeTls(TlsMode::Passthrough)]);
    assert!(ids(&stage_2(), 100.0).contains("balancer-reads-all"));
    assert!(!ids(&passthrough, 100.0).contains("balancer-reads-all"));
    // With plaintext, the balancer can read as much as when it terminates TLS.
    let of_balancer = |infra: &Infrastructure| {
        let found = findings(infra, 100.0).into_iter().filter(|f| f.rule().id() == "balancer-reads-all");
        found.map(|f| (f.subject_name(), text::finding(&f).message.to_string())).collect::<Vec<_>>()
    };
    let plain = of_balancer(&edited(&[TopologyEdit::EdgeTls(TlsMode::None)]));
    let says = "Requests reach lb-1 in plaintext: anyone who controls it reads every one.";
    assert_eq!(plain, [("lb-1".to_owned(), says.to_owned())]);
}

#[test]
fn what_users_do_not_send_cannot_be_read() {
    let site = |traffic: &str| {
        format!(
            r#"({traffic}certificates: [(on: ["lb"])],
            components: [(id: "lb", kind: LoadBalancer()), (id: "web", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "lb", to: "web"), (from: "web", to: "app"), (from: "app", to: "db")])"#
        )
    };
    let (all, pages) = (site(""), site("traffic: (static_share: 1.0, write_share: 0.0), "));
    let hops = |drawing: &str, rule: &str| drawn(drawing, rule).into_iter().map(|(subject, _)| subject).collect::<Vec<_>>();
    assert_eq!(hops(&all, "secrets-in-the-clear"), ["lb → web", "web → app", "app → db"]);
    assert_eq!(hops(&pages, "secrets-in-the-clear"), [""; 0]);
    assert_eq!(hops(&pages, "content-in-the-clear"), ["lb → web"]);
    let ends = "TLS ends at lb: from there to web requests are readable";
    assert_eq!(drawn(&pages, "tls-ends-at-balancer"), [said("lb", &format!("{ends}."))]);
    assert_eq!(drawn(&all, "tls-ends-at-balancer"), [said("lb", &format!("{ends}, including passwords."))]);
}

#[test]
fn a_balancer_may_send_each_kind_to_another_tier() {
    let site = |kinds: [&str; 2]| {
        format!(
            r#"(components: [(id: "lb", kind: LoadBalancer()), (id: "files", kind: Web()), (id: "app", kind: App()), (id: "db", kind: Database())],
            links: [(from: "lb", to: "files", kinds: [{}]), (from: "lb", to: "app", kinds: [{}]), (from: "app", to: "db")])"#,
            kinds[0], kinds[1]
        )
    };
    assert_eq!(drawn(&site(["Static", "Read, Write"]), "unlike-backends"), []);
    let says = "lb spreads requests over files and app, which belong to different tiers.";
    assert_eq!(drawn(&site(["Static", "Static, Read, Write"]), "unlike-backends"), [said("lb", says)]);
}

#[test]
fn a_server_is_reported_with_everything_that_only_it_has() {
    let site = |server: &str| {
        format!(
            r#"(tls: (edge: None), servers: [(id: "front"), (id: "back")],
            components: [(id: "web", kind: Web(), server: "front"), (id: "app", kind: App(), server: "{server}"),
                (id: "db", kind: Database(), server: "back")],
            links: [(from: "web", to: "app"), (from: "app", to: "db")])"#
        )
    };
    let says = "Without back, reads and writes stop. On it, and nowhere else: app and db.";
    assert!(drawn(&site("back"), "single-point").contains(&said("back", says)), "{:?}", drawn(&site("back"), "single-point"));
    // If the server hosts only the database, the finding about the only writer is enough.
    assert!(!drawn(&site("front"), "single-point").iter().any(|(subject, _)| subject == "back"));
}

#[test]
fn findings_about_capacity_depend_on_the_load() {
    let of = |load: f64| {
        let found = findings(&stage_2(), load);
        let about = found
            .into_iter()
            .filter(|finding| ["overloaded", "no-headroom", "capacity-single-point"].contains(&finding.rule().id()));
        about.map(|finding| (finding.rule().id(), finding.severity(), finding.subject_name())).collect::<Vec<_>>()
    };
    // Writes wait for a primary that does not respond, and hold the workers that reads need.
    let waits = ["fw-2", "server-2", "app-1 → db-1", "app-2 → db-1"];
    let warned = waits.map(|id| ("capacity-single-point", Severity::Warning, id.to_owned()));
    assert_eq!(of(100.0), warned);
    assert!(of(300.0).iter().all(|(id, ..)| *id == "capacity-single-point") && !of(300.0).is_empty());
    assert!(of(480.0).iter().any(|(id, severity, _)| *id == "no-headroom" && *severity == Severity::Warning));
    assert!(
        of(600.0).iter().any(|(id, severity, subject)| *id == "overloaded" && *severity == Severity::Error && subject == "app-2")
    );
}

#[test]
fn the_repaired_designs_have_no_errors_or_warnings() {
    let left = |text: &str| {
        let infra = load(("repaired.ron", text));
        let found = findings(&infra, 100.0).into_iter().filter(|finding| finding.severity() > Severity::Note);
        found.map(|finding| format!("{}: {}", finding.rule().id(), finding.subject_name())).collect::<Vec<_>>()
    };
    let repaired = [
        include_str!("../../assets/design-0-repaired.ron"),
        include_str!("../../assets/design-1-repaired.ron"),
        include_str!("../../assets/design-2-repaired.ron"),
        include_str!("../../assets/design-3-repaired.ron"),
        include_str!("../../assets/design-4-repaired.ron"),
    ];
    for text in repaired {
        assert_eq!(left(text), [""; 0]);
    }
}
