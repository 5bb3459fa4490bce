//! Selecting with keys: arrows reach a neighbour in each direction, and Tab cycles through all elements.

use std::collections::BTreeSet;

use hoplight::model::Element;

use crate::learner::{LARGE, Learner, SMALL, component};

#[test]
fn tab_cycles_through_every_element_once() {
    for size in [SMALL, LARGE] {
        let mut learner = Learner::exploring(size);
        let all = learner.stage().viewport.layout.order().to_vec();
        let mut seen = Vec::new();
        for _ in &all {
            learner.press("<Tab>");
            seen.push(learner.stage().session.selected.clone().expect("a selection"));
        }
        assert_eq!(seen, all, "{size:?}");
        let distinct: BTreeSet<&Element> = seen.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{size:?}: twice in one round");
        learner.press("<Tab>");
        assert_eq!(learner.stage().session.selected.as_ref(), all.first());
        learner.press("<BackTab>");
        assert_eq!(learner.stage().session.selected.as_ref(), all.last());
        // The cycle contains every component, server and hop.
        let infra = learner.stage().infra();
        for (_, component) in infra.components() {
            assert!(distinct.contains(&Element::Component(component.id.clone())), "{size:?}: {}", component.id);
        }
        for server in infra.servers() {
            assert!(distinct.contains(&Element::Server(server.id.clone())), "{size:?}: {}", server.id);
        }
        for (link, _) in infra.links() {
            assert!(distinct.contains(&infra.hop_element(link)), "{size:?}: {}", infra.hop_element(link));
        }
    }
}

#[test]
fn arrows_select_in_each_direction_and_say_if_there_is_no_element() {
    for size in [SMALL, LARGE] {
        let mut learner = Learner::exploring(size);
        learner.press("<Right>");
        let first = learner.stage().session.selected.clone();
        assert!(first.is_some(), "the first arrow selects something");
        for arrow in ["<Up>", "<Down>", "<Left>", "<Right>", "j", "k", "l"] {
            learner.select(&component("web-1")).press(arrow);
            assert_ne!(learner.stage().session.selected, Some(component("web-1")), "{size:?}, {arrow}");
        }
        let edges = |learner: &mut Learner, arrow: &str| {
            for _ in 0..60 {
                learner.press(arrow);
                if learner.notice() == "No element in that direction." {
                    return;
                }
            }
            panic!("{size:?}: {arrow} never ends");
        };
        for arrow in ["<Left>", "<Up>", "<Down>", "<Right>"] {
            edges(&mut learner, arrow);
            assert!(learner.stage().session.selected.is_some());
        }
    }
}

#[test]
fn arrows_alone_reach_every_component_and_server_in_every_infrastructure() {
    let library = crate::learner::library();
    for infra in library.scenarios() {
        let mut learner = Learner::new(LARGE);
        learner.app.open_scenario(infra.clone());
        learner.press("<Right>");
        let mut seen: BTreeSet<Element> = learner.stage().session.selected.iter().cloned().collect();
        let mut open: Vec<Element> = seen.iter().cloned().collect();
        while let Some(element) = open.pop() {
            for arrow in ["<Up>", "<Down>", "<Left>", "<Right>"] {
                learner.select(&element).press(arrow);
                let reached = learner.stage().session.selected.clone().expect("a selection");
                if seen.insert(reached.clone()) {
                    open.push(reached);
                }
            }
        }
        for element in learner.stage().viewport.layout.order() {
            assert!(seen.contains(element), "{}: no arrow reaches {element}", infra.id());
        }
    }
}
