//! Windows: filterable lists.

use hoplight::app::action::WindowAction;
use std::time::Duration;

use hoplight::app::window;
use hoplight::app::window::kind::WindowKind;
use hoplight::app::{Code, Key};
use hoplight::model::TlsMode;

use crate::learner::{LARGE, Learner, SMALL, component};

fn shown(learner: &Learner) -> Vec<String> {
    let window = learner.app.window.as_ref().expect("a window is open");
    window::rows(&learner.app, window.kind, window.filter()).iter().map(|row| row.line.text()).collect()
}

#[test]
fn the_palette_finds_and_runs_an_action_by_some_of_its_letters() {
    let mut learner = Learner::exploring(SMALL);
    learner.press(":nxt tls");
    assert!(shown(&learner)[0].contains("Next TLS mode"), "{:?}", shown(&learner));
    learner.press("<Enter>");
    assert!(learner.app.window.is_none());
    assert_eq!(learner.stage().infra().tls().edge, TlsMode::Reencrypt);
    learner.press(":select lb-1<Enter>");
    assert_eq!(learner.stage().session.selected, Some(component("lb-1")));
    let effects = learner.app.press(Key { code: Code::Char('p'), ctrl: true });
    assert!(effects.is_empty() && learner.app.window.is_some(), "Ctrl-P opens it as well");
}

#[test]
fn the_palette_lists_all_that_the_help_lists_and_opens_lessons_from_anywhere() {
    let mut learner = Learner::exploring(SMALL);
    learner.press(":");
    let rows = shown(&learner);
    for binding in learner.app.keymap.at(learner.app.key_context()) {
        let listed = binding.help.is_empty()
            || binding.action == WindowAction::Open(WindowKind::Palette).into()
            || rows.iter().any(|row| row == binding.help);
        assert!(listed, "{:?}", binding.action);
    }
    learner.press("padlock<Enter>");
    assert_eq!(learner.run().lesson().id.as_str(), "where-tls-ends");
    learner.press("<Esc>:journey<Enter>");
    assert_eq!(learner.run().lesson().id.as_str(), "journey-of-a-request", "from the course map too");
}

#[test]
fn an_open_window_takes_all_letters_and_pauses_the_simulation() {
    let mut learner = Learner::exploring(SMALL);
    let (now, tls) = (learner.now(), learner.stage().infra().tls());
    learner.press(":tq ?");
    assert_eq!(learner.app.window.as_ref().map(hoplight::app::Window::filter), Some("tq ?"));
    learner.app.tick(Duration::from_secs(1));
    assert_eq!((learner.now(), learner.stage().infra().tls()), (now, tls));
    learner.press("zzzz");
    assert!(shown(&learner).is_empty());
    learner.press("<Enter>");
    assert!(learner.app.window.is_some(), "no row to run");
    learner.press("<Esc>");
    assert!(learner.app.window.is_none() && learner.app.stage().is_some(), "Esc closes the window only");
    learner.wait(10);
    assert!(learner.now() > now);
}

#[test]
fn a_click_selects_a_row_and_a_second_click_runs_it() {
    for size in [SMALL, LARGE] {
        let mut learner = Learner::exploring(size);
        learner.press(":");
        let list = hoplight::app::window::area(&learner.app).expect("open").list;
        learner.app.click(list.x + 5, list.y + 3);
        assert_eq!(learner.app.window.as_ref().map(|window| window.chosen), Some(3));
        learner.app.wheel(list.x + 5, list.y, 2);
        assert_eq!(learner.app.window.as_ref().map(|window| window.chosen), Some(5));
        learner.app.wheel(list.x + 5, list.y, -5);
        assert!(shown(&learner)[0].starts_with("Pause or resume"));
        learner.app.click(list.x + 5, list.y + 1);
        learner.app.click(list.x + 5, list.y);
        learner.app.click(list.x + 5, list.y);
        assert!(learner.app.window.is_none() && learner.stage().session.playback.paused, "{size:?}");
        learner.press(":");
        learner.app.click(0, 0);
        assert!(learner.app.window.is_none(), "a click outside closes it");
    }
}

#[test]
fn the_selected_row_stays_within_the_list() {
    let mut learner = Learner::exploring(SMALL);
    learner.press(":<Up>");
    let chosen = |learner: &Learner| learner.app.window.as_ref().expect("open").chosen;
    let last = shown(&learner).len() - 1;
    assert_eq!(chosen(&learner), 0);
    learner.press("<End>");
    assert_eq!(chosen(&learner), last);
    learner.press("<Down><PgDn>");
    assert_eq!(chosen(&learner), last);
    learner.press("<Up><Home><Down><Down>");
    assert_eq!(chosen(&learner), 2);
    learner.press("k");
    assert_eq!(chosen(&learner), 0, "a changed filter selects the best row");
    learner.press("<Backspace><Backspace>");
    assert!(learner.app.window.is_none(), "Backspace without a filter closes");
    assert_eq!(WindowKind::Palette.title(), "Command palette");
}

#[test]
fn the_glossary_starts_with_the_terms_on_the_screen_and_finds_all_others() {
    let mut learner = Learner::in_lesson("where-tls-ends", SMALL);
    learner.press("g");
    let rows = shown(&learner);
    assert!(rows[0].starts_with("padlock"), "the step's title has it: {rows:?}");
    let on_screen = window::rows(&learner.app, WindowKind::Glossary, "").iter().filter(|row| row.right == "on screen").count();
    assert!((4..20).contains(&on_screen), "{on_screen}");
    assert!(rows.len() >= 100 && rows[on_screen..].is_sorted_by_key(|row| row.to_lowercase()));
    learner.press("rtt");
    assert!(shown(&learner)[0].starts_with("round trip"), "{:?}", shown(&learner));
    let row = &window::rows(&learner.app, WindowKind::Glossary, "rtt")[0];
    assert!(row.about.contains("response back") && row.about.ends_with("See: handshake, latency."), "{}", row.about);
    // Enter goes to the first term that a term refers to.
    learner.press("<Enter>");
    assert_eq!(learner.app.window.as_ref().map(hoplight::app::Window::filter), Some("handshake"));
    assert!(shown(&learner)[0].starts_with("handshake"), "{:?}", shown(&learner));
    assert!(WindowKind::Glossary.keys().contains("Enter"));
    learner.press("<Esc>");
    assert!(learner.app.window.is_none());
    // The selected component counts as on the screen.
    let mut explore = Learner::exploring(SMALL);
    explore.select(&component("db-2")).press("g");
    assert!(shown(&explore)[0].starts_with("replica"), "{:?}", shown(&explore));
    let mut home = Learner::new(LARGE);
    home.press("g");
    assert_eq!(home.app.window.as_ref().map(|window| window.kind), Some(WindowKind::Glossary));
}

#[test]
fn every_description_fits_on_the_smallest_screen() {
    let mut learner = Learner::exploring(SMALL);
    learner.press("g");
    let parts = hoplight::app::window::area(&learner.app).expect("open");
    for row in window::rows(&learner.app, WindowKind::Glossary, "") {
        let lines = window::about(&learner.app, WindowKind::Glossary, Some(&row), parts.about.width);
        assert!(lines.len() <= usize::from(parts.about.height), "{}", row.line.text());
    }
}
