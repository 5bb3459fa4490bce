use crate::ron_text::parse;
use crate::scenario::Scenario;
use crate::{Infrastructure, ProblemKind};

/// The problems of a scenario that no file holds.
fn problems(text: &str) -> Vec<String> {
    parse::<Scenario>("x.ron", text).unwrap().check().iter().map(ToString::to_string).collect()
}

#[test]
fn a_scenario_in_memory_names_the_paths_of_its_problems() {
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
            "components[2].kind.retries: `lb-1` has 200 retries, at most 100 make sense",
            "links[1].to: there is nothing to say on load balancer → firewall (`lb-1` → `fw-1`)",
            "domains[0].links[1][1]: no component `web-2`; did you mean `web-1`?",
        ]
    );
    let kind = parse::<Scenario>("x.ron", text).unwrap().check().swap_remove(0).kind;
    assert!(matches!(kind, ProblemKind::UnknownServer { name, is_component: false, .. } if name.as_str() == "sever-1"));
}

#[test]
fn a_file_shows_a_problem_of_a_component_at_its_own_record() {
    // The certificate mentions the name earlier.
    let text = "(certificates: [(on: [\"web-1\"])], components: [\n  (id: \"web-1\", kind: Web(), station: (slots: 0)),\n])";
    let errors = Infrastructure::read("x.ron", text).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.place).collect::<Vec<_>>(), [Some((2, 8))]);
}
