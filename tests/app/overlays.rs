//! Overlays: turning them on and off, agreement with the analysis, and updates after edits.

use hoplight::app::action::{OverlayAction, SelectAction, SiteAction};
use std::collections::BTreeSet;

use hoplight::analysis::{Cause, capacity_spofs, plaintext_hops, shared_flaws, single_points};
use hoplight::app::overlay::OverlayState;
use hoplight::app::overlay::content::OverlaySign;
use hoplight::app::overlay::kind::Overlay;
use hoplight::app::status;
use hoplight::model::{Element, Infrastructure, RequestKind};

use crate::learner::{LARGE, Learner, SMALL, component, server};

/// Returns the message, or else the status line.
fn line(learner: &Learner) -> String {
    let message = status::message(&learner.app, learner.stage());
    message.unwrap_or_else(|| status::status(learner.stage())).text().trim().to_owned()
}

/// Returns the elements that are stamped with a sign.
fn stamped(learner: &Learner, sign: OverlaySign) -> BTreeSet<Element> {
    let stamps = &learner.stage().panels.overlays.content().stamps;
    stamps.iter().filter(|stamp| stamp.sign == sign).map(|stamp| stamp.element.clone()).collect()
}

/// Returns a learner with an overlay turned on.
fn under(overlay: Overlay, size: (u16, u16)) -> Learner {
    let mut learner = Learner::exploring(size);
    let place = Overlay::ALL.iter().position(|other| *other == overlay).expect("a known overlay");
    learner.press(&"v".repeat(place + 1));
    assert_eq!(learner.stage().panels.overlays.state, OverlayState::On(overlay));
    learner
}

#[test]
fn one_key_cycles_through_all_overlays_and_off() {
    let mut learner = Learner::exploring(SMALL);
    for overlay in Overlay::ALL {
        learner.press("v");
        assert_eq!(learner.stage().panels.overlays.state, OverlayState::On(overlay));
        assert!(!learner.stage().panels.overlays.content().stamps.is_empty(), "{overlay:?}");
        assert_eq!(learner.notice(), "", "the overlay's line is visible");
    }
    learner.press("v");
    assert_eq!((learner.stage().panels.overlays.state, learner.notice()), (OverlayState::Off, "No overlay is on."));
    assert!(learner.stage().panels.overlays.content().stamps.is_empty());
    learner.press("V");
    assert_eq!(learner.stage().panels.overlays.state, OverlayState::On(Overlay::Capacity), "the most recent overlay again");
    learner.press("V");
    assert_eq!(learner.stage().panels.overlays.state, OverlayState::Off);
}

#[test]
fn the_footer_names_the_keys_of_the_overlay_that_is_on() {
    let words = |learner: &Learner| {
        let keys = status::footer(&learner.app, 80);
        keys.iter().map(|(line, _)| line.text().trim().to_owned()).collect::<Vec<_>>()
    };
    let mut learner = Learner::exploring(SMALL);
    assert!(!words(&learner).iter().any(|word| word == "V off"));
    // At the initial load, writes that wait for a silent primary overload the applications.
    for choice in ["", "o kind", "o version", "o domain", "o loss"] {
        learner.press("v");
        let words = words(&learner);
        assert!(words.contains(&"v overlay".to_owned()) && words.contains(&"V off".to_owned()), "{words:?}");
        assert_eq!(words.iter().find(|word| word.starts_with("o ")).map_or("", String::as_str), choice);
    }
}

#[test]
fn options_are_offered_only_if_there_are_alternatives() {
    let offered = |learner: &Learner| status::footer(&learner.app, 80).iter().any(|(line, _)| line.text().trim() == "o loss");
    let mut learner = under(Overlay::Capacity, SMALL);
    let rate = learner.stage().sim().rate();
    for _ in 0..30 {
        let losses = capacity_spofs(learner.stage().infra(), learner.stage().sim().rate());
        assert_eq!(offered(&learner), !losses.is_empty(), "{}", learner.stage().sim().rate());
        let before = learner.stage().panels.overlays.content().clone();
        learner.press("o");
        assert_eq!(*learner.stage().panels.overlays.content() != before, offered(&learner));
        if losses.is_empty() {
            assert_eq!(learner.notice(), "This overlay has no alternatives here.");
        }
        learner.app.act(SiteAction::FewerUsers);
    }
    assert!(learner.stage().sim().rate() < rate && !offered(&learner));
}

#[test]
fn the_option_key_says_why_it_has_no_effect() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("o");
    assert_eq!(learner.notice(), "No overlay is on.");
    learner.press("vo");
    assert_eq!(learner.notice(), "This overlay shows everything at once.");
}

#[test]
fn readable_hops_are_those_of_the_analysis_after_every_change_of_tls() {
    let mut learner = under(Overlay::ReadableHops, LARGE);
    for key in ["", "t", "t", "t", "t", "e", "T", "e"] {
        learner.press(key);
        let infra = learner.stage().infra().clone();
        let hops = plaintext_hops(&infra);
        let of = |exposed: bool| -> BTreeSet<Element> {
            hops.iter().filter(|hop| hop.is_exposed() == exposed).map(|hop| infra.hop_element(hop.link)).collect()
        };
        assert_eq!(
            (stamped(&learner, OverlaySign::Alone), stamped(&learner, OverlaySign::Inside)),
            (of(true), of(false)),
            "after {key}"
        );
    }
    learner.press("<Tab><BackTab>");
    learner.app.act(SelectAction::Clear);
    let summary = &learner.stage().panels.summary;
    let starts = format!("{} hops are not encrypted: {} on a wire (!)", summary.plaintext, summary.exposed);
    learner.app.notice = None;
    assert!(line(&learner).starts_with(&starts), "{}", line(&learner));
}

#[test]
fn single_points_are_those_of_the_kind_that_was_sent_or_chosen() {
    let mut learner = under(Overlay::SinglePoints, LARGE);
    assert_eq!(
        line(&learner),
        "writes: 6 single points (!), 2 links, 6 not drawn. Without db-1, no database that takes writes can be reached."
    );
    let check = |learner: &Learner, kind: RequestKind| {
        let points = single_points(learner.stage().infra(), kind).expect("requests succeed without faults");
        assert_eq!(
            stamped(learner, OverlaySign::Alone),
            points.iter().filter_map(|point| point.cause.element()).collect(),
            "{kind:?}"
        );
        let remarks: Vec<_> =
            learner.stage().panels.overlays.content().remarks.iter().map(|remark| remark.text.clone()).collect();
        let alone: Vec<String> =
            points.iter().map(|point| hoplight::text::single_point(point, &[point.kind]).to_string()).collect();
        let (first, rest) = remarks.split_at(alone.len());
        assert_eq!(first, alone);
        // Then come the elements without which a part of the requests fails.
        assert!(rest.iter().all(|remark| remark.contains(" % of ")), "{rest:?}");
    };
    check(&learner, RequestKind::Write);
    for (keys, kind) in [("s", RequestKind::Static), ("d", RequestKind::Read), ("r", RequestKind::Write)] {
        learner.press(keys);
        check(&learner, kind);
    }
    for kind in [RequestKind::Static, RequestKind::Read, RequestKind::Write] {
        learner.press("o");
        check(&learner, kind);
    }
    assert!(!stamped(&learner, OverlaySign::Alone).contains(&component("web-1")));
    learner.select(&component("web-1"));
    assert!(line(&learner).ends_with("Without web-1, writes still work."), "{}", line(&learner));
    learner.select(&component("db-1"));
    assert_eq!(line(&learner), "Without db-1 no write request works: no database that takes writes can be reached.");
    learner.select(&component("browser"));
    assert!(!line(&learner).contains("Without browser"), "the browser is not part of the service: {}", line(&learner));
}

#[test]
fn shared_software_is_that_of_the_selection_else_the_most_harmful() {
    let mut learner = under(Overlay::SharedSoftware, LARGE);
    let nginx = "Nginx 1.22.1 runs on web-1 and web-2: a flaw stops static pages, reads and writes";
    assert!(line(&learner).starts_with(nginx), "{}", line(&learner));
    assert_eq!(stamped(&learner, OverlaySign::Alike), [component("web-1"), component("web-2")].into());
    learner.select(&component("db-2"));
    assert!(
        line(&learner).starts_with("MySQL 8.0.36 runs on db-1 and db-2: a flaw stops reads and writes"),
        "{}",
        line(&learner)
    );
    assert_eq!(stamped(&learner, OverlaySign::Alike), [component("db-1"), component("db-2")].into());
    let flaws = shared_flaws(learner.stage().infra());
    let mut seen = BTreeSet::new();
    for _ in &flaws {
        seen.insert(stamped(&learner, OverlaySign::Alike));
        learner.press("o");
    }
    assert_eq!(seen.len(), flaws.len(), "the key cycles through all versions");
    assert_eq!(stamped(&learner, OverlaySign::Alike), [component("db-1"), component("db-2")].into(), "and wraps around");
}

#[test]
fn a_failure_domain_takes_down_its_servers_and_their_components() {
    let text = include_str!("../../assets/stage-2-secured.ron").replacen(
        "    components: [",
        r#"    domains: [(id: "rack-1", servers: ["server-2", "server-3"])],
    components: ["#,
        1,
    );
    let racked = Infrastructure::from_ron("racked.ron", &text).unwrap_or_else(|error| panic!("{error}"));
    let mut learner = Learner::new(LARGE);
    learner.app.open_scenario(racked.into());
    learner.press("vvvv").select(&component("db-1"));
    let held = |names: &[&str]| -> BTreeSet<Element> { names.iter().map(|name| component(name)).collect() };
    let taken = stamped(&learner, OverlaySign::Taken);
    assert!(taken.is_superset(&held(&["web-1", "app-1", "db-1"])) && taken.contains(&server("server-2")), "{taken:?}");
    assert!(taken.is_disjoint(&held(&["web-2", "app-2", "db-2", "lb-1"])), "{taken:?}");
    assert!(line(&learner).starts_with("server-2 takes "), "{}", line(&learner));
    assert!(line(&learner).ends_with("writes stop, some reads fail, static pages still work."), "{}", line(&learner));
    learner.press("o");
    let taken = stamped(&learner, OverlaySign::Taken);
    assert!(taken.is_superset(&held(&["web-1", "web-2", "db-2"])) && taken.contains(&server("server-3")), "{taken:?}");
    assert!(line(&learner).ends_with("static pages, reads and writes stop."), "{}", line(&learner));
    learner.press("o");
    assert!(line(&learner).starts_with("server-2 takes "), "wraps around: {}", line(&learner));
}

#[test]
fn capacity_follows_the_load_and_shows_the_effect_of_a_loss() {
    let mut learner = under(Overlay::Capacity, LARGE);
    assert_eq!(line(&learner), "app-2 is full first, at 524/s: 19 % at 100/s. 4 losses overload the rest.");
    learner.press(">>>>>").app.notice = None;
    let load = 305.0;
    assert!(line(&learner).starts_with("app-2 is full first, at 524/s: 58 % at 305/s. Without "), "{}", line(&learner));
    let losses = capacity_spofs(learner.stage().infra(), load);
    let of_server = |loss: &&hoplight::analysis::Overload| loss.cause.element() == Some(server("server-2"));
    let loss = losses.iter().find(of_server).expect("a server whose loss overloads the other");
    learner.select(&server("server-2"));
    assert_eq!(line(&learner), hoplight::text::overload(loss).to_string());
    assert!(stamped(&learner, OverlaySign::Taken).is_superset(&[server("server-2"), component("app-1")].into()));
    assert!(stamped(&learner, OverlaySign::Fill).contains(&component("app-2")));
    learner.app.act(SelectAction::Clear);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for loss in &losses {
        learner.press("o");
        seen.insert(line(&learner));
        assert!(matches!(loss.cause, Cause::Component(_) | Cause::Server(_) | Cause::Hop(..) | Cause::Domain(_)), "{loss:?}");
    }
    // A sentence that does not fit has a shorter form, which ends after the cause and the figures.
    let figures = |line: &str| line.replace(", at 305 requests/s", "").split(['.', ',']).next().unwrap_or_default().to_owned();
    let shown: BTreeSet<String> = seen.iter().map(|line| figures(line)).collect();
    assert_eq!(shown, losses.iter().map(|loss| figures(&hoplight::text::overload(loss).to_string())).collect());
    learner.press("o").select(&component("db-1"));
    assert!(line(&learner).starts_with("db-1: ") && line(&learner).contains("of its 32 slots at 305/s; full at "));
}

#[test]
fn an_overlay_follows_a_rewind() {
    let mut learner = under(Overlay::Capacity, LARGE);
    learner.wait(20).press(" ");
    let before = line(&learner);
    learner.press(">").app.notice = None;
    assert_ne!(line(&learner), before);
    learner.press(",").app.notice = None;
    assert_eq!(line(&learner), before);
}

#[test]
fn an_overlay_is_hidden_while_it_would_reveal_an_answer() {
    let mut learner = Learner::in_small_lesson(LARGE);
    learner.press("v").press("nnnnnn");
    assert!(learner.run().question().is_some_and(|question| question.target().is_some()), "marks are asked for");
    assert_eq!(learner.stage().panels.overlays.shown(), None);
    assert!(learner.stage().panels.overlays.content().stamps.is_empty());
    learner.press("v");
    assert_eq!(learner.notice(), "Overlays are off until this question is answered.");
    learner.press("<Backspace>");
    assert_eq!(learner.stage().panels.overlays.shown(), Some(Overlay::ReadableHops), "it was on before");
}

#[test]
fn a_click_on_a_remark_selects_its_element() {
    let mut learner = under(Overlay::SinglePoints, LARGE);
    let cell = learner.cell_of("Without lb-1 no write");
    learner.click(cell);
    assert_eq!(learner.stage().session.selected, Some(component("lb-1")));
    let cell = learner.cell_of("Without fw-1 no write");
    learner.click(cell);
    assert_eq!(learner.stage().session.selected, Some(component("fw-1")));
}

#[test]
fn no_line_of_an_overlay_is_truncated() {
    let mut learner = Learner::new(SMALL);
    let scenarios = learner.app.home.items.iter().filter_map(|item| match item {
        hoplight::app::CourseItem::Scenario(infra) => Some(infra.clone()),
        hoplight::app::CourseItem::Lesson(_) | hoplight::app::CourseItem::Activity(_) => None,
    });
    let scenarios: Vec<_> = scenarios.collect();
    assert!(scenarios.len() > 5);
    for infra in scenarios {
        learner.app.open_scenario(infra.clone());
        for overlay in Overlay::ALL {
            learner.press("v");
            let order = learner.stage().viewport.layout.order().to_vec();
            for element in order.iter().map(Some).chain([None]) {
                learner.app.act(element.map_or(SelectAction::Clear, |element| SelectAction::Element(element.clone())));
                for choice in 0..3 {
                    learner.app.notice = None;
                    let line = status::message(&learner.app, learner.stage()).unwrap_or_default();
                    assert!(line.width() <= 80, "{} {overlay:?} {element:?} {choice}: {:?}", infra.id(), line.text());
                    learner.app.act(OverlayAction::NextChoice);
                }
            }
        }
    }
}
