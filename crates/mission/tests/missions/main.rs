//! Every mission in `lessons/missions`, with its negative controls.

mod designs;
mod support;

use hoplight_mission::{Mission, MissionReport, MissionScore, evaluate, evaluate_scenario, explanation};
use hoplight_model::ComponentId;
use hoplight_model::component::{Component, ComponentKind};
use hoplight_model::firewall::{FirewallSpec, RuleAction};
use hoplight_model::scenario::Scenario;
use hoplight_model::station::StationPatch;
use support::{SEED, list, missions, told};

/// The missions whose report does not satisfy a condition.
fn failures(report: impl Fn(&Mission) -> MissionReport, is_right: impl Fn(&MissionReport) -> bool) -> String {
    let missions = missions();
    list(missions.all().iter().filter_map(|mission| {
        let report = report(mission);
        (!is_right(&report)).then(|| told(mission, &report))
    }))
}

#[test]
fn the_untouched_start_fails() {
    let wrong = failures(|mission| evaluate(mission, mission.start(), SEED), |report| !report.passed());
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_solution_passes_with_three_stars() {
    for seed in [SEED, 1] {
        let wrong = failures(|mission| evaluate(mission, mission.solution(), seed), MissionReport::passed);
        assert!(wrong.is_empty(), "seed {seed}\n{wrong}");
    }
    for mission in missions().all() {
        let report = evaluate(mission, mission.solution(), SEED);
        let score = MissionScore::of(mission, &report).unwrap();
        assert_eq!((score.stars, score.cost, score.moves), (3, mission.best_cost(), mission.best_moves()), "{}", mission.id());
    }
}

#[test]
fn the_solution_without_the_taught_element_fails() {
    // It works, so it fails by what was measured.
    let is_right = |report: &MissionReport| report.obstacle.is_none() && !report.passed();
    let wrong = failures(|mission| evaluate_scenario(mission, mission.untaught(), SEED), is_right);
    assert!(wrong.is_empty(), "{wrong}");
}

/// The solution behind a firewall that drops everything.
fn blocked(mission: &Mission) -> Scenario {
    let mut design = Scenario::from(mission.solution().as_ref());
    let entries = design.links.iter().filter(|link| link.from.as_str() == "browser").map(|link| link.to.clone());
    let spec = FirewallSpec {
        servers: Vec::new(),
        components: entries.collect(),
        inbound: Vec::new(),
        outbound: Vec::new(),
        default: RuleAction::Drop,
        standby: None,
    };
    design.components.push(Component {
        id: ComponentId::new("wall"),
        kind: ComponentKind::Firewall(spec),
        server: None,
        label: None,
        software: None,
        reliability: None,
        station: StationPatch::default(),
        at: None,
    });
    design
}

#[test]
fn a_site_on_which_nothing_works_meets_no_goal() {
    let fails = |report: &MissionReport| report.obstacle.is_some() && report.goals.iter().all(|goal| !goal.met);
    let wrong = failures(|mission| evaluate_scenario(mission, &blocked(mission), SEED), fails);
    assert!(wrong.is_empty(), "{wrong}");
    let empty = |mission: &Mission| Scenario {
        components: Vec::new(),
        links: Vec::new(),
        servers: Vec::new(),
        certificates: Vec::new(),
        ..Scenario::from(mission.start().as_ref())
    };
    let wrong = failures(|mission| evaluate_scenario(mission, &empty(mission), SEED), fails);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn evaluation_is_deterministic() {
    let missions = missions();
    let mission = missions.all().first().unwrap();
    assert_eq!(evaluate(mission, mission.start(), 3), evaluate(mission, mission.start(), 3));
}

/// Prints what learners read: `cargo test -p hoplight-mission -- --ignored --nocapture`.
#[test]
#[ignore = "prints the missions with their figures"]
fn print() {
    for mission in missions().all() {
        let (before, after) = (evaluate(mission, mission.start(), SEED), evaluate(mission, mission.solution(), SEED));
        println!("== {} (cost {}, moves {})", mission.form().title, mission.best_cost(), mission.best_moves());
        println!("start {}", told(mission, &before));
        println!("untaught {}", told(mission, &evaluate_scenario(mission, mission.untaught(), SEED)));
        println!("solution {}", told(mission, &after));
        println!("{}\n", list(explanation(mission, &before, &after).into_iter()));
    }
}
