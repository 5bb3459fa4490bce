use hoplight_model::ron_text::parse;
use hoplight_model::scenario::Scenario;
use hoplight_model::{Infrastructure, ProblemKind};

use super::problem;

/// The problems of a scenario in memory.
fn problems(text: &str) -> Vec<String> {
    parse::<Scenario>("x.ron", text).unwrap().check().iter().map(problem).collect()
}

#[test]
fn problems_of_a_scenario_in_memory_have_paths() {
    let text = "(
        servers: [(id: \"server-1\")],
        components: [
            (id: \"web-1\", kind: Web(), server: \"sever-1\"),
            (id: \"fw-1\", kind: Firewall(servers: [\"server-1\"], inbound: [(), (peer: Component(\"wbe-1\"))])),
            (id: \"lb-1\", kind: LoadBalancer(retries: 200)),
        ],
        links: [(from: \"lb-1\", to: \"web-1\"), (from: \"lb-1\", to: \"fw-1\")],
        domains: [(id: \"rack\", links: [(\"lb-1\", \"web-1\"), (\"lb-1\", \"web-2\")])],
    )";
    assert_eq!(
        problems(text),
        [
            "components[0].server: no server `sever-1`; did you mean `server-1`?",
            "components[1].kind.inbound[1].peer: no component `wbe-1`; did you mean `web-1`?",
            "components[2].kind.retries: `lb-1` has 200 retries; at most 100 are allowed",
            "links[1].to: a firewall has no links, so `lb-1` → `fw-1` cannot be drawn: name what `fw-1` protects in its `servers` or \
             `components`, and link the components on both sides of it directly",
            "domains[0].links[1][1]: no component `web-2`; did you mean `web-1`?",
        ]
    );
    let kind = parse::<Scenario>("x.ron", text).unwrap().check().swap_remove(0).kind;
    assert!(matches!(kind, ProblemKind::UnknownServer { name, is_component: false, .. } if name.as_str() == "sever-1"));
}

#[test]
fn a_problem_of_a_component_is_reported_at_its_record() {
    // The certificate also contains the name, before the component.
    let text = "(certificates: [(on: [\"web-1\"])], components: [\n  (id: \"web-1\", kind: Web(), station: (slots: 0)),\n])";
    let errors = Infrastructure::read("x.ron", text).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.place).collect::<Vec<_>>(), [Some((2, 8))]);
}

#[test]
fn rate_limits_that_cannot_work_are_problems() {
    let found = |kind: &str| {
        let problems = problems(&format!(
            r#"(components: [(id: "web", kind: Web()), (id: "part", kind: {kind}), (id: "app", kind: App()), (id: "db", kind: Database())],
                links: [(from: "browser", to: "web"), (from: "web", to: "app"), (from: "app", to: "db")])"#
        ));
        problems.into_iter().find(|problem| problem.starts_with("components[1].kind.rate_limit")).unwrap_or_default()
    };
    for (kind, told) in [
        ("LoadBalancer(rate_limit: (rate: 0.0))", "would refuse everything: its `rate` must be at least 0.001 per second"),
        ("Web(rate_limit: (rate: 1.0, kinds: []))", "applies to no kind of request"),
        ("App(rate_limit: (rate: 1.0))", "set `rate_limit` at the web server or balancer before it"),
        ("Cache(rate_limit: (rate: 1.0))", "`part` is beside an application and sees no clients"),
        ("Cache(place: Front, rate_limit: (rate: 1.0))", ""),
        ("LoadBalancer(rate_limit: (rate: 1.0, burst: 5, kinds: [Write], refusal: Unavailable))", ""),
    ] {
        let problem = found(kind);
        assert!(problem.contains(told) && problem.is_empty() == told.is_empty(), "{kind}: {problem}");
    }
}

#[test]
fn sessions_have_one_place_and_code_that_needs_them() {
    let of =
        |components: &str, links: &str| problems(&format!("(tls: (edge: None), components: [{components}], links: [{links}])"));
    assert_eq!(
        of(
            r#"(id: "app", kind: App(sessions: Memory)), (id: "redis", kind: Cache(place: Sessions))"#,
            r#"(from: "app", to: "redis")"#
        ),
        [
            "components[0].kind.sessions: `app` keeps sessions in its memory and has a link to the session store `redis`: remove one of the two"
        ]
    );
    let proxy = of(r#"(id: "web", kind: Web(sessions: Memory)), (id: "app", kind: App())"#, r#"(from: "web", to: "app")"#);
    assert!(proxy[0].starts_with("components[0].kind.sessions: `web` does not run the site's code"), "{proxy:?}");
    assert_eq!(
        of(
            r#"(id: "app", kind: App()), (id: "redis", kind: Cache(place: Sessions, capacity: 5))"#,
            r#"(from: "app", to: "redis")"#
        ),
        ["components[1].kind.capacity: `redis` is a session store, but `capacity` is a setting of caches"]
    );
    let two = of(
        r#"(id: "app", kind: App()), (id: "a", kind: Cache(place: Sessions)), (id: "b", kind: Cache(place: Sessions))"#,
        r#"(from: "app", to: "a"), (from: "app", to: "b")"#,
    );
    assert_eq!(two, ["components[0]: `app` has links to 2 session stores, but an application can use only one"]);
    // The negative control: a store and a cache are two things.
    let both = of(
        r#"(id: "app", kind: App()), (id: "redis", kind: Cache(place: Sessions)), (id: "cache", kind: Cache())"#,
        r#"(from: "app", to: "redis"), (from: "app", to: "cache")"#,
    );
    assert_eq!(both, Vec::<String>::new());
}
