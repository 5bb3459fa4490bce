//! The format of scenario files: defaults, and error messages.

use hoplight::analysis::{Outage, works};
use hoplight::model::{ContentError, Infrastructure, Protocol, RequestKind};
use hoplight::text::read_scenario;

fn read(text: &str) -> Infrastructure {
    Infrastructure::from_ron("folder/My Site.ron", text).unwrap_or_else(|error| panic!("{error}"))
}

/// Formats the links as `from>to protocol`.
fn links(infra: &Infrastructure) -> Vec<String> {
    let name = |ix| &infra.component(ix).id;
    infra
        .links()
        .map(|(ix, link)| format!("{}>{} {}", name(infra.ends(ix).0), name(infra.ends(ix).1), link.protocol.word()))
        .collect()
}

/// Returns the errors in a text, each as `line:column message → suggestion`.
fn mistakes(text: &str) -> Vec<String> {
    let shown = |error: &ContentError| {
        let place = error.place.map_or_else(String::new, |(line, column)| format!("{line}:{column} "));
        let suggestion = error.suggestion.as_ref().map_or_else(String::new, |name| format!(" → {name}"));
        format!("{place}{}{suggestion}", error.message)
    };
    read_scenario("x.ron", text).expect_err("an invalid scenario").iter().map(shown).collect()
}

const SMALL: &str = "(components: [
    (id: \"web\", kind: Web()),
    (id: \"app\", kind: App()),
    (id: \"db\", kind: Database()),
], links: [(from: \"web\", to: \"app\"), (from: \"app\", to: \"db\")])";

#[test]
fn a_few_lines_make_a_site_that_works() {
    let infra = read(SMALL);
    assert_eq!((infra.id().as_str(), infra.title(), infra.domain()), ("my-site", "my-site", "www.foobar.com"));
    assert_eq!(links(&infra), ["web>app HTTP", "app>db SQL", "browser>web HTTP"]);
    for kind in RequestKind::ALL {
        assert!(works(&infra, &Outage::none(), kind).is_ok(), "{kind:?}");
    }
}

#[test]
fn cores_and_their_share_of_the_work_are_checked() {
    let with = |cores: &str, cpu: &str| {
        format!(
            "(servers: [(id: \"one\", cores: {cores})],
 components: [(id: \"web\", kind: Web(), server: \"one\", station: (cpu: {cpu}))])"
        )
    };
    let infra = read(&with("2", "0.25"));
    assert_eq!(infra.servers().next().and_then(|server| server.cores).map(hoplight::model::quantity::Cores::get), Some(2));
    let mistake = |cores: &str, cpu: &str| mistakes(&with(cores, cpu)).join("\n");
    assert!(mistake("0", "1").contains("a number of cores must be between 1 and 1024, found 0"), "{}", mistake("0", "1"));
    assert!(mistake("2000", "1").contains("found 2000"), "{}", mistake("2000", "1"));
    assert!(mistake("2", "1.5").contains("a fraction must be between 0 and 1, found 1.5"), "{}", mistake("2", "1.5"));
    // A database waits for its disk half of the time.
    let share = |kind: &str| {
        let infra = read(&format!(
            "(components: [(id: \"web\", kind: Web()), (id: \"x\", kind: {kind})], links: [(from: \"web\", to: \"x\")])"
        ));
        infra.component(infra.find("x").expect("it is there")).station().cpu.get()
    };
    assert!((share("App()") - 1.0).abs() < 1e-9 && (share("Database()") - 0.5).abs() < 1e-9);
}

#[test]
fn an_undeclared_browser_finds_resolver_and_entry() {
    let pair = "(components: [
        (id: \"web\", kind: Web()), (id: \"names\", kind: DnsResolver()),
        (id: \"a\", kind: LoadBalancer(vrrp: (peer: \"b\"))), (id: \"b\", kind: LoadBalancer(vrrp: (peer: \"a\"))),
        (id: \"agent\", kind: Agent()), (id: \"monitor\", kind: MonitoringService),
    ], links: [(from: \"a\", to: \"b\"), (from: \"a\", to: \"web\"), (from: \"b\", to: \"web\"), (from: \"agent\", to: \"monitor\")])";
    assert_eq!(
        links(&read(pair)),
        [
            "a>b VRRP",
            "a>web HTTP",
            "b>web HTTP",
            "agent>monitor metrics",
            "browser>names DNS",
            "browser>a HTTP",
            "browser>b HTTP"
        ]
    );
    // A link written in the file replaces the default.
    let slow = SMALL.replacen("links: [", "links: [(from: \"browser\", to: \"web\", latency_ms: 80.0), ", 1);
    let infra = read(&slow);
    assert_eq!(links(&infra), ["browser>web HTTP", "web>app HTTP", "app>db SQL"]);
    let link = infra.link_between("browser", "web").expect("a link");
    assert!((infra.link(link).latency.get() - 80.0).abs() < 1e-9);
    // If the file declares the browser, it must also declare its links.
    let mentioned = SMALL.replacen("(id: \"web\"", "(id: \"user\", kind: Browser), (id: \"web\"", 1);
    assert_eq!(
        mistakes(&mentioned),
        ["5:4 the browser must have an HTTP link to each entry of the site, at least one and at most 28; found 0"]
    );
}

#[test]
fn an_ambiguous_entry_must_be_declared() {
    let loose = SMALL.replacen("(from: \"web\", to: \"app\"), ", "", 1);
    assert_eq!(
        mistakes(&loose),
        [
            "1:2 no HTTP link leads to any of `web`, `app`, so each could be the entry: add the missing links, or link each entry with \
          (from: \"browser\", to: …)"
        ]
    );
}

#[test]
fn protocols_follow_from_the_ends() {
    let replicated = SMALL
        .replacen(
            "(id: \"db\", kind: Database())",
            "(id: \"db\", kind: Database()), (id: \"copy\", kind: Database(role: Replica))",
            1,
        )
        .replacen("to: \"db\")", "to: \"db\"), (from: \"db\", to: \"copy\")", 1);
    let infra = read(&replicated);
    let link = infra.link_between("db", "copy").expect("a link");
    assert_eq!((infra.link(link).protocol, infra.port(link)), (Protocol::Replication, 3306));
    let turned = SMALL.replacen("(from: \"app\", to: \"db\")", "(from: \"db\", to: \"app\")", 1);
    assert_eq!(
        mistakes(&turned),
        ["5:55 no protocol fits a link from primary database to application server (`db` → `app`); a link points from client \
          to server, so swap `from` and `to`"]
    );
}

#[test]
fn a_certificate_is_for_the_site_unless_it_says_otherwise() {
    let infra =
        read(&SMALL.replacen("(components", "(domain: \"www.example.com\", certificates: [(on: [\"web\"])], components", 1));
    let certificate = &infra.certificates()[0];
    assert_eq!((certificate.names[0].as_str(), certificate.days_left), ("www.example.com", 90));
}

/// Every kind of reference in a record, each misspelt once; `web-1` and `server-1` also occur in valid places.
const WRONG: &str = "(
    servers: [(id: \"server-1\")],
    certificates: [(on: [\"wbe-1\"])],
    domains: [(id: \"rack\", servers: [\"server-2\"], domains: [\"rakc\"]), (id: \"row\", links: [(\"web-1\", \"lb-2\")])],
    components: [
        (id: \"web-1\", kind: Web(), server: \"sever-1\"),
        (id: \"lb-1\", kind: LoadBalancer(), server: \"web-1\"),
        (id: \"fw-1\", kind: Firewall(
            servers: [\"server-1\", \"server-9\"],
            components: [\"server-1\"],
            inbound: [(peer: Component(\"web-1\")), (peer: Component(\"web-11\"))],
            outbound: [(peer: Server(\"servre-1\"))],
        )),
    ],
    links: [
        (from: \"lb-1\", to: \"web1\"),
        (from: \"lb1\", to: \"web-1\"),
    ],
)";

#[test]
fn every_unknown_name_is_reported_at_its_position_with_a_suggestion() {
    assert_eq!(
        mistakes(WRONG),
        [
            "6:44 no server `sever-1` → server-1",
            "7:52 no server `web-1`: that is a component",
            "9:35 no server `server-9` → server-1",
            "10:26 no component `server-1`: that is a server",
            "11:68 no component `web-11` → web-1",
            "12:38 no server `servre-1` → server-1",
            "3:26 no component `wbe-1` → web-1",
            "16:28 no component `web1` → web-1",
            "17:16 no component `lb1` → lb-1",
            "4:38 no server `server-2` → server-1",
            "4:61 no domain `rakc` → rack",
            "4:101 no component `lb-2` → lb-1",
        ]
    );
    // Lists inside other fields, where the wrong name occurs only once.
    for (before, wrong, message) in [
        ("(components", "(domains: [(id: \"rack\", domains: [\"rakc\"])], components", "no domain `rakc` → rack"),
        ("(components", "(domains: [(id: \"rack\", links: [(\"web\", \"dbb\")])], components", "no component `dbb` → db"),
        ("(components: [", "(components: [(id: \"lb\", kind: LoadBalancer(vrrp: (peer: \"wbe\"))), ", "no component `wbe` → web"),
        (
            "(components",
            "(monitoring: (alerts: [(name: \"app\", on: Component(\"ap\"), when: Absence(intervals: 3))]), components",
            "no component `ap` → app",
        ),
    ] {
        let text = SMALL.replacen(before, wrong, 1);
        let text = if wrong.contains("\"lb\"") {
            text.replacen("], links: [", "], links: [(from: \"lb\", to: \"web\"), ", 1)
        } else {
            text
        };
        let name = message.split('`').nth(1).expect("a name");
        let column = text.find(&format!("\"{name}\"")).expect("the name occurs") + 1;
        assert_eq!(mistakes(&text), [format!("1:{column} {message}")]);
    }
}

#[test]
fn unknown_fields_and_words_are_reported_with_the_nearest_match() {
    let expect = |wrong: &str, found: &str, meant: &str| {
        let text = SMALL.replacen("kind: Web()", wrong, 1);
        let errors = mistakes(&text);
        assert!(errors.len() == 1 && errors[0].starts_with("2:") && errors[0].contains(found), "{errors:?}");
        assert!(errors[0].ends_with(&format!("→ {meant}")), "{errors:?}");
    };
    expect("kind: Wbe()", "Wbe", "Web");
    expect("kind: web()", "web", "Web");
    expect("kind: Web(timeout: 3.0)", "timeout", "timeout_s");
    expect("kind: Web(), sever: \"x\"", "sever", "server");
    expect("kind: Web(), station: (service: Lognormal(median_ms: 1.0, sigma: 0.1))", "Lognormal", "LogNormal");
    expect("kind: Web(), station: (service: LogNormal(median: 1.0, sigma: 0.1))", "median", "median_ms");
    let errors = mistakes(&SMALL.replacen("kind: Web()", "kind: Web", 1));
    assert!(errors[0].starts_with("2:") && errors[0].contains('('), "{errors:?}");
}

#[test]
fn a_file_with_very_many_errors_reports_twenty_quickly() {
    let link = |number| format!("(from: \"x{number}\", to: \"y{number}\"),");
    let links: String = (0..20_000).map(link).collect();
    let text = format!("(components: [(id: \"web\", kind: Web())], links: [{links}])");
    let errors = mistakes(&text);
    assert_eq!(errors.len(), 20);
    assert!(errors.iter().all(|error| error.contains("no component")), "{errors:?}");
}

#[test]
fn a_newer_format_and_an_empty_file_are_reported() {
    assert!(mistakes("(format: 99, components: [])")[0].contains("use a newer version"));
    assert!(mistakes("()")[0].contains("components"));
    assert_eq!(
        mistakes("(components: [])"),
        [
            "1:2 the site has no entry for users: there is no balancer, HTTP cache, web server or application without an incoming HTTP link"
        ]
    );
}

#[test]
fn a_link_to_a_firewall_is_reported_with_the_remedy() {
    let drawing = "(components: [(id: \"fw\", kind: Firewall()), (id: \"lb\", kind: LoadBalancer()), (id: \"web\", kind: Web())],
        links: [(from: \"browser\", to: \"fw\"), (from: \"fw\", to: \"lb\"), (from: \"lb\", to: \"web\")])";
    let says = |from: &str, to: &str| {
        format!(
            "a firewall has no links, so `{from}` → `{to}` cannot be drawn: name what `fw` protects in its `servers` or \
             `components`, and link the components on both sides of it directly"
        )
    };
    let found = mistakes(drawing);
    assert!(found[0].ends_with(&says("browser", "fw")) && found[1].ends_with(&says("fw", "lb")), "{found:?}");
    // A firewall may still be drawn as a client of the resolver.
    let asks = "(components: [(id: \"fw\", kind: Firewall(components: [\"web\"], inbound: [(ports: [443])])), (id: \"web\", kind: Web()),
        (id: \"dns\", kind: DnsResolver())], links: [(from: \"fw\", to: \"dns\")])";
    assert!(links(&read(asks)).contains(&"fw>dns DNS".to_owned()));
}

#[test]
fn a_standby_takes_the_rules_of_its_firewall_and_must_suit_it() {
    let site = |standby: &str| {
        format!(
            "(servers: [(id: \"s\")], components: [(id: \"fw\", kind: Firewall(servers: [\"s\"], inbound: [(ports: [443])]), server: \"s\"), \
             {standby}, (id: \"web\", kind: Web(), server: \"s\")])"
        )
    };
    let infra = read(&site("(id: \"fw-b\", kind: Firewall(standby: (of: \"fw\")))"));
    let [fw, standby, web] = ["fw", "fw-b", "web"].map(|id| infra.find(id).expect("a component"));
    assert_eq!((infra.standby_of(fw), infra.is_standby(standby), infra.is_standby(fw)), (Some(standby), true, false));
    let rules = |ix| infra.component(ix).kind.as_firewall().map(|spec| (spec.servers.clone(), spec.inbound.clone()));
    assert_eq!(rules(fw), rules(standby));
    assert_eq!(infra.firewalls_before(web), [fw], "one way in, not two in series");
    let wrong = [
        ("(id: \"fw-b\", kind: Firewall(standby: (of: \"web\")))", "`fw-b` is the standby of `web`, which is not a firewall"),
        ("(id: \"fw-b\", kind: Firewall(standby: (of: \"fw-b\")))", "`fw-b` is its own standby"),
        ("(id: \"fw-b\", kind: Firewall(servers: [\"s\"], standby: (of: \"fw\")))", "protects something else or has other rules"),
        ("(id: \"fw-b\", kind: Firewall(standby: (of: \"fw\")), server: \"s\")", "run on the same server"),
        (
            "(id: \"fw-b\", kind: Firewall(standby: (of: \"fw\"))), (id: \"fw-c\", kind: Firewall(standby: (of: \"fw\")))",
            "`fw` already has a standby",
        ),
    ];
    for (standby, says) in wrong {
        let found = mistakes(&site(standby));
        assert!(found.len() == 1 && found[0].contains(says), "{found:?}");
    }
}

#[test]
fn programs_on_one_server_get_different_ports() {
    let text = |ports: [&str; 2]| {
        let [web, app] = ports;
        format!(
            r#"(servers: [(id: "one")],
            components: [(id: "lb", kind: LoadBalancer()), (id: "web", kind: Web(), server: "one"),
                (id: "app-1", kind: App(), server: "one"), (id: "app-2", kind: App(), server: "one"), (id: "far", kind: App()),
                (id: "db-1", kind: Database(), server: "one"), (id: "db-2", kind: Database(role: Replica), server: "one")],
            links: [(from: "lb", to: "web"{web}), (from: "web", to: "app-1"{app}), (from: "web", to: "app-2"), (from: "web", to: "far"),
                (from: "app-1", to: "db-1"), (from: "app-2", to: "db-2"), (from: "far", to: "db-1"), (from: "db-1", to: "db-2")])"#
        )
    };
    let ports = |text: &str| {
        let infra = read(text);
        let links: Vec<_> = infra.links().map(|(link, _)| link).collect();
        links.into_iter().map(|link| infra.port(link)).collect::<Vec<_>>()
    };
    // Applications on the server of their web server listen on 127.0.0.1:8000 and the next free port; the second database
    // takes the port after MySQL's.
    assert_eq!(ports(&text(["", ""])), [8080, 8000, 8001, 8080, 3306, 3307, 3306, 3306, 443]);
    assert_eq!(ports(&text(["", ", port: 9000"])), [8080, 9000, 8000, 8080, 3306, 3307, 3306, 3306, 443]);
    assert_eq!(ports(&text([", port: 8000", ""])), [8000, 8001, 8002, 8080, 3306, 3307, 3306, 3306, 443]);
    assert_eq!(
        mistakes(&text([", port: 8080", ", port: 8080"])),
        ["5:91 `web` and `app-1` both listen on port 8080 of server `one`; give one of them another port"]
    );
}

#[test]
fn settings_of_a_multi_primary_cluster_are_checked() {
    let cluster = |first: &str, second: &str, links: &str| {
        format!(
            r#"(components: [(id: "app", kind: App()), (id: "a", kind: Database({first})), (id: "b", kind: Database({second}))],
            links: [(from: "app", to: "a"){links}])"#
        )
    };
    let joined = r#", (from: "a", to: "b")"#;
    let says = |text: &str| mistakes(text).concat();
    assert!(read(&cluster("role: MultiPrimary", "role: MultiPrimary", joined)).find("a").is_some());
    assert!(says(&cluster("role: MultiPrimary", "role: Replica", joined)).contains("joins the member `a` with the replica `b`"));
    assert!(says(&cluster("role: MultiPrimary", "", "")).contains("the cluster of `a` has 1 members; it needs 2 to 9"));
    assert!(says(&cluster("hot_rows: 5", "", "")).contains("`hot_rows` is a setting of multi-primary members"));
    let none = says(&cluster("role: MultiPrimary, hot_rows: 0", "role: MultiPrimary", joined));
    assert!(none.contains("`hot_rows` of `a` must be 1 or more"), "{none}");
}
