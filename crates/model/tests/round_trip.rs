//! Scenarios converted from infrastructures, written, read and edited.

#![expect(clippy::disallowed_methods, reason = "the scenario files are read from the repository")]

use std::path::Path;

use hoplight_model::component::{ComponentKind, Traffic};
use hoplight_model::draft::{Draft, Edit};
use hoplight_model::link::LinkSpec;
use hoplight_model::quantity::Rate;
use hoplight_model::scenario::Scenario;
use hoplight_model::{ComponentId, Infrastructure, ServerId, TlsMode, TopologyEdit, ron_text};
use topology::{Dice, random};

// The generator of random drawings is shared with the simulation's property tests, which name the crates through the
// root package.
extern crate self as hoplight;
pub use hoplight_model as model;

#[path = "../../../tests/properties/topology.rs"]
mod topology;

/// Every scenario file in the repository.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in ["assets", "tests/data", "examples"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "ron") {
                found.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a text file")));
            }
        }
    }
    assert!(found.len() > 15, "{} files", found.len());
    found
}

/// Asserts that an infrastructure survives conversion to a scenario and to text, and back.
fn survives(infra: &Infrastructure) {
    let scenario = Scenario::from(infra);
    let again = scenario.build().unwrap_or_else(|problems| panic!("{}: {problems:?}", infra.id()));
    assert_eq!(again, *infra);
    let ignored = |infra: &Infrastructure| {
        let (title, summary, unit) = (infra.title().to_owned(), infra.summary().to_owned(), infra.unit().to_owned());
        (title, summary, unit, infra.notes().to_vec(), infra.domain().to_owned(), *infra.reliability(), infra.is_benchmark())
    };
    assert_eq!(ignored(&again), ignored(infra), "fields that equality ignores");
    assert!(again.hops().eq(infra.hops()), "derived data");
    is_written(&scenario);
}

/// Asserts that a scenario's text parses back to it.
fn is_written(scenario: &Scenario) {
    let text = scenario.to_ron();
    let read: Scenario = ron_text::parse("written.ron", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(read, *scenario, "{text}");
    assert_eq!(read.to_ron(), text);
}

#[test]
fn every_scenario_file_survives() {
    for (file, text) in files() {
        is_written(&ron_text::parse(&file, &text).unwrap());
        let infra = Infrastructure::from_ron(&file, &text).unwrap();
        survives(&infra);
        survives(&infra.edited(&TopologyEdit::EdgeTls(TlsMode::Passthrough)));
        let blocked = infra.links().take(12).map(|(ix, _)| infra.ends(ix)).fold(infra.clone(), |infra, (from, to)| {
            let name = |ix| infra.component(ix).id.clone();
            infra.edited(&TopologyEdit::Block(name(from), name(to)))
        });
        survives(&blocked);
    }
}

#[test]
fn random_drawings_survive() {
    for seed in 0..60 {
        survives(&random(seed));
    }
}

#[test]
fn a_written_scenario_omits_defaults() {
    let text = "(components: [(id: \"web\", kind: Web(timeout_s: 3.0), station: (slots: 4)), (id: \"app\", kind: App())],
        links: [(from: \"web\", to: \"app\", kinds: [Read])], traffic: (rate: 20.0))";
    let scenario: Scenario = ron_text::parse("x.ron", text).unwrap();
    assert_eq!(
        scenario.to_ron(),
        "(
    format: 1,
    traffic: (rate: 20.0),
    components: [
        (id: \"web\", kind: Web(timeout_s: 3.0), station: (slots: 4)),
        (id: \"app\", kind: App()),
    ],
    links: [
        (from: \"web\", to: \"app\", kinds: [Read]),
    ],
)
"
    );
}

/// A random edit, which may be invalid.
fn edit(dice: &mut Dice, scenario: &Scenario) -> Edit {
    let number = dice.small(9);
    let component = |dice: &mut Dice| {
        let known = &scenario.components;
        known.get(dice.small(12)).map_or_else(|| ComponentId::new("web-9"), |component| component.id.clone())
    };
    let server = |dice: &mut Dice| ServerId::new(&format!("s-{}", dice.small(7)));
    match dice.small(12) {
        0 => {
            let mut copy = scenario.components[0].clone();
            (copy.id, copy.kind) = (ComponentId::new(&format!("new-{number}")), ComponentKind::MonitoringService);
            Edit::AddComponent(copy)
        }
        1 => Edit::RemoveComponent(component(dice)),
        2 => Edit::SetKind(component(dice), scenario.components[0].kind.clone()),
        3 => Edit::SetServer(component(dice), Some(server(dice))),
        4 => Edit::SetServer(component(dice), None),
        5 | 6 => Edit::AddLink(LinkSpec::new(component(dice), component(dice))),
        7 => Edit::SetLink(LinkSpec { weight: 2, ..LinkSpec::new(component(dice), component(dice)) }),
        8 => Edit::RemoveLink(component(dice), component(dice)),
        9 => Edit::RemoveServer(server(dice)),
        10 => {
            let text = format!("(id: \"s-{number}\", label: \"new\")");
            Edit::AddServer(ron_text::parse("x.ron", &text).expect("a server"))
        }
        _ => Edit::SetTraffic(Traffic { rate: Rate::literal(number as f64), ..scenario.traffic.clone() }),
    }
}

#[test]
fn undo_and_redo_restore_exactly() {
    let (mut applied, mut refused, mut incomplete) = (0, 0, 0);
    for seed in 0..40 {
        let mut dice = Dice::new(seed);
        let mut draft = Draft::from(&*random(seed));
        let mut states = vec![draft.scenario().clone()];
        for _ in 0..30 {
            let edit = edit(&mut dice, draft.scenario());
            match draft.apply(edit) {
                Ok(()) => states.push(draft.scenario().clone()),
                Err(_) => refused += 1,
            }
            assert_eq!(draft.scenario(), states.last().unwrap(), "a refused edit changes nothing");
        }
        applied += draft.undo_len();
        assert_eq!(draft.problems().is_empty(), draft.build().is_ok());
        incomplete += usize::from(draft.build().is_err());
        is_written(draft.scenario());
        for state in states.iter().rev().skip(1) {
            assert!(draft.undo());
            assert_eq!(draft.scenario(), state);
        }
        assert!(!draft.undo());
        for state in states.iter().skip(1) {
            assert!(draft.redo());
            assert_eq!(draft.scenario(), state);
        }
        assert!(!draft.redo());
    }
    assert!(applied > 200 && refused > 40 && incomplete > 5, "{applied} applied, {refused} refused, {incomplete} incomplete");
}
