//! Designs other than the stored solutions: what has the property passes, and what only looks like it does not.

use super::support::{SEED, missions, told};
use hoplight_mission::{Mission, MissionObstacle, evaluate, evaluate_scenario, text};
use hoplight_model::draft::{Draft, Edit};
use hoplight_model::ron_text::options;
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, ServerId};

/// A design after edits, written as in a file.
fn edited(design: Scenario, edits: &[&str]) -> Scenario {
    let mut draft = Draft::new(design);
    for text in edits {
        let edit: Edit = options().from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        draft.apply(edit).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    }
    draft.scenario().clone()
}

fn judged(mission: &Mission, design: &Scenario) -> Result<(), String> {
    let report = evaluate_scenario(mission, design, SEED);
    if report.passed() { Ok(()) } else { Err(told(mission, &report)) }
}

#[test]
fn names_do_not_matter() {
    let missions = missions();
    for id in ["too-many-visitors", "dead-application", "balancer-dies"] {
        let mission = missions.find(id).unwrap();
        let mut draft = Draft::from(mission.solution().as_ref());
        let rename = |from, to| Edit::RenameComponent(ComponentId::new(from), ComponentId::new(to));
        for edit in [rename("lb-1", "front"), rename("app-2", "code"), rename("web-2", "pages")] {
            draft.apply(edit).unwrap();
        }
        draft.apply(Edit::RenameServer(ServerId::new("server-2"), ServerId::new("box"))).unwrap();
        assert_eq!(judged(mission, draft.scenario()), Ok(()));
    }
}

#[test]
fn sessions_in_a_store_pass_as_well() {
    let missions = missions();
    let mission = missions.find("deploy-unseen").unwrap();
    let store = edited(
        Scenario::from(mission.start().as_ref()),
        &[
            r#"AddServer(id: "server-9")"#,
            r#"AddComponent(id: "sessions", kind: Cache(place: Sessions), server: Some("server-9"))"#,
            r#"SetKind("app-1", App())"#,
            r#"SetKind("app-2", App())"#,
            r#"AddLink(from: "app-1", to: "sessions")"#,
            r#"AddLink(from: "app-2", to: "sessions")"#,
            r#"SetKind("lb", LoadBalancer(check: HttpApp, redispatch: true))"#,
        ],
    );
    assert_eq!(judged(mission, &store), Ok(()));
}

#[test]
fn two_addresses_pass_instead_of_a_shared_one() {
    let missions = missions();
    let mission = missions.find("balancer-dies").unwrap();
    let both = edited(
        Scenario::from(mission.solution().as_ref()),
        &[
            r#"RemoveLink("lb-1", "lb-2")"#,
            r#"SetKind("lb-1", LoadBalancer(check: HttpApp, redispatch: true))"#,
            r#"SetKind("lb-2", LoadBalancer(check: HttpApp, redispatch: true))"#,
        ],
    );
    assert_eq!(judged(mission, &both), Ok(()));
}

#[test]
fn a_pair_that_does_not_track_its_process_fails() {
    let missions = missions();
    let mission = missions.find("balancer-dies").unwrap();
    let untracked = edited(
        Scenario::from(mission.solution().as_ref()),
        &[r#"SetKind("lb-1", LoadBalancer(check: HttpApp, redispatch: true, vrrp: (peer: "lb-2", priority: 150)))"#],
    );
    let report = evaluate_scenario(mission, &untracked, SEED);
    assert!(report.goal("power").is_some_and(|goal| goal.met), "{}", told(mission, &report));
    assert!(report.goal("crash").is_some_and(|goal| !goal.met), "{}", told(mission, &report));
}

#[test]
fn passthrough_hides_the_urls() {
    let missions = missions();
    let mission = missions.find("password-inside").unwrap();
    let passed = edited(Scenario::from(mission.start().as_ref()), &["SetTls(edge: Passthrough)"]);
    let report = evaluate_scenario(mission, &passed, SEED);
    assert!(report.goal("readable").is_some_and(|goal| goal.met), "{}", told(mission, &report));
    assert!(report.goal("routes").is_some_and(|goal| !goal.met), "{}", told(mission, &report));
}

#[test]
fn each_part_of_a_safe_failover_is_needed() {
    let missions = missions();
    let mission = missions.find("writes-come-back").unwrap();
    for (settings, unmet) in [
        ("failover: Automatic(after_s: 15.0), semi_sync: true", "lost"),
        ("failover: Automatic(after_s: 15.0), fence: true", "lost"),
        ("fence: true, semi_sync: true", "back"),
    ] {
        let kind = format!(r#"SetKind("db-1", Database(role: Primary, {settings}))"#);
        let design = edited(Scenario::from(mission.solution().as_ref()), &[&kind]);
        let report = evaluate_scenario(mission, &design, SEED);
        assert!(report.goal(unmet).is_some_and(|goal| !goal.met), "{settings}: {}", told(mission, &report));
    }
}

#[test]
fn faster_machines_and_code_are_not_to_be_had() {
    let missions = missions();
    let mission = missions.find("too-many-visitors").unwrap();
    let fast = edited(
        Scenario::from(mission.start().as_ref()),
        &[
            r#"SetServerSettings(id: "server-1", cores: 64)"#,
            r#"SetStation("app-1", (slots: 64, service: Constant(ms: 0.1)))"#,
            r"SetTraffic(rate: 1.0)",
        ],
    );
    assert!(judged(mission, &fast).is_err());
}

#[test]
fn more_workers_are_no_cores() {
    let missions = missions();
    let mission = missions.find("too-many-visitors").unwrap();
    let design = edited(Scenario::from(mission.start().as_ref()), &[r#"SetStation("app-1", (slots: 64))"#]);
    assert!(judged(mission, &design).is_err());
}

#[test]
fn open_egress_is_no_way_out_for_the_agents() {
    let missions = missions();
    let mission = missions.find("silent-agents").unwrap();
    let open: Vec<String> = mission
        .start()
        .firewalls()
        .map(|(ix, spec)| {
            let mut spec = spec.clone();
            spec.outbound = vec![options().from_str("()").unwrap()];
            let id = &mission.start().component(ix).id;
            format!(r#"SetKind("{id}", Firewall{})"#, options().to_string(&spec).unwrap())
        })
        .collect();
    let open: Vec<&str> = open.iter().map(String::as_str).collect();
    let design = edited(Scenario::from(mission.start().as_ref()), &open);
    let report = evaluate_scenario(mission, &design, SEED);
    assert!(report.goal("samples").is_some_and(|goal| goal.met), "{}", told(mission, &report));
    assert!(report.goal("needless").is_some_and(|goal| !goal.met), "{}", told(mission, &report));
}

#[test]
fn a_design_without_a_kept_component_is_not_judged() {
    let missions = missions();
    let mission = missions.find("reads-without-primary").unwrap();
    let mut draft = Draft::from(mission.solution().as_ref());
    draft.apply(Edit::RenameComponent(ComponentId::new("db-1"), ComponentId::new("data"))).unwrap();
    let report = evaluate(mission, &draft.build().unwrap(), SEED);
    assert_eq!(report.obstacle, Some(MissionObstacle::Missing(ComponentId::new("db-1"))));
    assert_eq!(text::obstacle(&report.obstacle.unwrap()).to_sentence(), "db-1 is missing: this mission needs it.");
}
