//! Editing the design of a running session: undo, redo, incomplete drafts, and rewinding.

use std::sync::Arc;

use hoplight::lesson::{Edited, Session};
use hoplight::model::draft::{Edit, EditError};
use hoplight::model::scenario::Scenario;
use hoplight::model::{ComponentId, Element, Infrastructure, TlsMode, TopologyEdit, ron_text};
use hoplight::sim::{Command, SimTime};

fn session() -> Session {
    let text = include_str!("../../assets/stage-2-secured.ron");
    let infra = Infrastructure::from_ron("stage-2.ron", text).expect("a valid scenario");
    let mut session = Session::new(Arc::new(infra), 1);
    session.timeline.seek(SimTime::from_secs(5));
    session
}

fn id(text: &str) -> ComponentId {
    ComponentId::new(text)
}

fn add_web() -> Edit {
    Edit::AddComponent(ron_text::parse("edit", "(id: \"web-3\", kind: Web())").expect("a component"))
}

fn add_link(from: &str, to: &str) -> Edit {
    Edit::AddLink(ron_text::parse("edit", &format!("(from: \"{from}\", to: \"{to}\")")).expect("a link"))
}

fn has(session: &Session, component: &str) -> bool {
    session.infra().find(component).is_some()
}

#[test]
fn edits_are_undone_and_redone_while_time_goes_on() {
    let mut session = session();
    let original = Scenario::from(&**session.infra());
    let mut states = vec![original.clone()];
    for edit in [Edit::RemoveLink(id("lb-1"), id("web-2")), add_link("lb-1", "web-2"), Edit::SetServer(id("db-1"), None)] {
        assert!(matches!(session.edit(edit), Ok(Edited::Rebuilt { .. })));
        states.push(Scenario::from(&**session.infra()));
        session.timeline.seek(session.sim().now() + std::time::Duration::from_secs(1));
    }
    for expected in states.iter().rev().skip(1) {
        assert!(matches!(session.undo_edit(), Some(Edited::Rebuilt { .. })));
        assert_eq!(Scenario::from(&**session.infra()), *expected);
    }
    assert_eq!(session.undo_edit(), None);
    for expected in &states[1..] {
        assert!(session.redo_edit().is_some());
        assert_eq!(Scenario::from(&**session.infra()), *expected);
    }
    assert_eq!(session.redo_edit(), None);
    assert_eq!(session.sim().now(), SimTime::from_secs(8), "an edit takes no time");
    let totals = session.sim().totals();
    assert_eq!(totals.offered, totals.completed + totals.failed + session.sim().in_flight());
}

#[test]
fn an_incomplete_draft_leaves_the_infrastructure_as_it_is_until_it_is_complete() {
    let mut session = session();
    let monitoring = Edit::RemoveComponent(id("lb-1"));
    let Ok(Edited::Incomplete(problems)) = session.edit(monitoring) else { panic!("the firewalls' rules name lb-1") };
    assert!(!problems.is_empty() && has(&session, "lb-1"));
    assert_eq!(session.timeline.changes(), 0);
    assert!(!session.draft().problems().is_empty());
    assert_eq!(session.undo_edit(), Some(Edited::Unchanged));
    assert!(session.draft().problems().is_empty() && has(&session, "lb-1"));
}

#[test]
fn an_edit_that_makes_no_sense_changes_nothing() {
    let mut session = session();
    let before = session.sim().clone();
    assert_eq!(session.edit(Edit::RemoveComponent(id("web-9"))), Err(EditError::UnknownComponent(id("web-9"))));
    assert!(*session.sim() == before && session.timeline.changes() == 0);
}

#[test]
fn after_a_rewind_the_draft_is_that_of_the_moment() {
    let mut session = session();
    session.edit(add_web()).expect("a valid edit");
    assert!(session.edit(add_link("lb-1", "web-3")).is_ok());
    let at = session.sim().now();
    session.timeline.seek(at + std::time::Duration::from_secs(3));
    let added = session.draft().scenario().components.iter().any(|component| component.id == id("web-3"));
    assert!(added);
    session.timeline.seek(SimTime::from_secs(2));
    assert!(!has(&session, "web-3"));
    session.edit(Edit::SetServer(id("db-1"), None)).expect("a valid edit");
    assert_eq!((session.draft().undo_len(), session.timeline.changes()), (1, 1), "the future is discarded");
    session.timeline.seek(at + std::time::Duration::from_secs(3));
    assert!(!has(&session, "web-3"));
}

#[test]
fn an_edit_keeps_what_a_command_has_changed() {
    let mut session = session();
    session.edit(Edit::RemoveLink(id("lb-1"), id("web-2"))).expect("a valid edit");
    session.apply_command(&Command::Edit(TopologyEdit::EdgeTls(TlsMode::Passthrough))).expect("a different mode");
    session.edit(add_link("lb-1", "web-2")).expect("a valid edit");
    assert_eq!(session.infra().tls().edge, TlsMode::Passthrough);
}

#[test]
fn a_selection_and_a_wiretap_do_not_outlive_their_element() {
    let mut session = session();
    let hop = (id("lb-1"), id("web-2"));
    session.selected = Some(Element::Hop(hop.0.clone(), hop.1.clone()));
    session.set_wiretap(Some(hop.clone()));
    session.edit(add_web()).expect("a valid edit");
    assert!(session.is_tap_selected());
    session.edit(Edit::RemoveLink(hop.0, hop.1)).expect("a valid edit");
    assert_eq!((session.selected.as_ref(), session.wiretap()), (None, None));
}
