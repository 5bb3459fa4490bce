//! Every field shows a value that it accepts again, and refuses nonsense.

use hoplight_model::compose::{Placement, Role};
use hoplight_model::draft::Draft;
use hoplight_model::{ComponentId, Infrastructure};

use super::*;

fn stage_2() -> Draft {
    let text = include_str!("../../../../../assets/stage-2-secured.ron");
    Draft::new(Scenario::from(&Infrastructure::from_ron("stage-2.ron", text).expect("a valid scenario")).minimal())
}

fn component(id: &str) -> Element {
    Element::Component(ComponentId::new(id))
}

#[test]
fn a_field_accepts_the_value_that_it_shows() {
    let mut draft = stage_2();
    for role in Role::ALL {
        let added = compose::add(draft.scenario(), role, &Placement::On(ServerId::new("server-2"))).expect("possible");
        draft.apply_all(added.edits).expect("valid");
    }
    // The settings of a pair.
    let (pair, _) =
        compose::add_near(draft.scenario(), Role::Balancer, &Placement::NewServer, Some(&component("lb-1"))).expect("possible");
    draft.apply_all(pair.edits).expect("valid");
    let scenario = draft.scenario();
    let components = scenario.components.iter().map(|component| Some(Element::Component(component.id.clone())));
    let servers = scenario.servers.iter().map(|server| Some(Element::Server(server.id.clone())));
    let links = scenario.links.iter().map(|link| Some(Element::Hop(link.from.clone(), link.to.clone())));
    let mut seen = std::collections::BTreeSet::new();
    for element in components.chain(servers).chain(links).chain([None]) {
        for field in fields(scenario, element.as_ref()) {
            seen.insert(field.name.clone());
            assert!(field.help.ends_with('.'), "{}: {}", field.name, field.help);
            let composed = set(scenario, element.as_ref(), field.id, &field.value);
            let mut same = draft.clone();
            let applied = composed.map(|composed| same.apply_all(composed.edits));
            assert!(applied.is_ok(), "{element:?} {field:?}: {applied:?}");
            assert_eq!(same.scenario(), scenario, "{element:?} {field:?}");
            // A role that other databases cannot go with is refused; `compose` tests the others.
            for choice in field.choices.iter().filter(|_| field.name != "role") {
                assert!(set(scenario, element.as_ref(), field.id, choice).is_ok(), "{} {choice}", field.name);
            }
        }
    }
    assert!(FIELDS.iter().all(|spec| seen.contains(spec.name)), "every field belongs to something: {seen:?}");
}

#[test]
fn a_new_value_changes_the_drawing() {
    let mut draft = stage_2();
    let field = |draft: &Draft, element: &Element, name: &str| {
        fields(draft.scenario(), Some(element)).into_iter().find(|field| field.name == name).expect("such a field")
    };
    let lb = component("lb-1");
    let algorithm = field(&draft, &lb, "algorithm");
    assert_eq!(
        (algorithm.value.as_str(), next_values(&algorithm).first().map(String::as_str)),
        ("round robin", Some("least connections"))
    );
    let composed = set(draft.scenario(), Some(&lb), algorithm.id, "least connections").expect("valid");
    draft.apply_all(composed.edits).expect("a change");
    assert_eq!(field(&draft, &lb, "algorithm").value, "least connections");
    let name = field(&draft, &lb, "name");
    let composed = set(draft.scenario(), Some(&lb), name.id, "haproxy").expect("valid");
    assert_eq!(composed.subject, Some(component("haproxy")));
}

#[test]
fn rules_are_read_as_they_are_written() {
    let draft = stage_2();
    let firewall = component("fw-2");
    let texts = |draft: &Draft| {
        let fields = fields(draft.scenario(), Some(&firewall));
        let rules = fields.into_iter().filter(|field| matches!(field.id, FieldId::Inbound(_) | FieldId::Outbound(_)));
        rules.map(|field| format!("{}: {}", field.name, field.value)).collect::<Vec<_>>()
    };
    let before = ["in 1: lb-1 8080", "in 2: server-3 3306", "in 3: ", "out 1: server-3 3306", "out 2: any 53,123,443", "out 3: "];
    assert_eq!(texts(&draft), before);
    let mut changed = draft.clone();
    for (id, text) in [(FieldId::Inbound(2), "any 22 reject"), (FieldId::Outbound(0), "")] {
        let composed = set(changed.scenario(), Some(&firewall), id, text).expect("valid");
        changed.apply_all(composed.edits).expect("a change");
    }
    let after = ["in 1: lb-1 8080", "in 2: server-3 3306", "in 3: any 22 reject", "in 4: ", "out 1: any 53,123,443", "out 2: "];
    assert_eq!(texts(&changed), after);
}

#[test]
fn nonsense_is_refused_with_the_reason() {
    let draft = stage_2();
    let scenario = draft.scenario();
    let by_name = |element: &Element, name: &str, text: &str| {
        let field = fields(scenario, Some(element)).into_iter().find(|field| field.name == name).expect("such a field");
        set(scenario, Some(element), field.id, text).expect_err("nonsense")
    };
    let lb = component("lb-1");
    for (name, text) in
        [("name", "LB 1"), ("check interval", "fast"), ("check interval", "-1"), ("fall", "300"), ("software", "HAProxy")]
    {
        assert!(!by_name(&lb, name, text).is_empty());
    }
    for text in ["nobody 80", "any 99999", "any 80 forbid", "any 80 drop now"] {
        let why = set(scenario, Some(&component("fw-1")), FieldId::Inbound(0), text).expect_err("nonsense");
        assert!(!why.is_empty(), "{text}");
    }
}
