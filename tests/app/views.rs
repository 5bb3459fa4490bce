//! Switching the view of the stage's main area.

use hoplight::app::{Screen, View};

use crate::learner::{LARGE, Learner, SMALL, component};

#[test]
fn one_key_toggles_the_monitoring_screen() {
    for size in [SMALL, LARGE] {
        let mut learner = Learner::exploring(size);
        let canvas = learner.view().main;
        learner.press("m");
        assert_eq!((learner.stage().panels.view, learner.notice()), (View::Monitor, ""));
        learner.press("m");
        assert_eq!(learner.stage().panels.view, View::Canvas);
        learner.press("m<Esc>");
        assert!(matches!(learner.app.screen, Screen::Stage(_)), "Esc goes back to the diagram");
        assert_eq!((learner.stage().panels.view, learner.view().main), (View::Canvas, canvas));
        learner.press("<Esc><Esc>");
        assert!(matches!(learner.app.screen, Screen::Home));
    }
}

#[test]
fn a_view_takes_the_room_of_the_canvas_and_of_an_unrequested_panel() {
    for size in [SMALL, LARGE] {
        for lesson in [false, true] {
            let mut learner = if lesson { Learner::in_small_lesson(size) } else { Learner::exploring(size) };
            let canvas = learner.stage().viewport.regions.canvas;
            learner.press("m");
            let (main, panel) = (learner.view().main, learner.view().panel.area);
            assert_eq!((main.x, main.y, main.width), (canvas.x, canvas.y, canvas.width));
            assert!(main.height >= canvas.height);
            let grows = size == SMALL && !lesson;
            assert_eq!(panel.height == 0, grows, "{size:?} lesson {lesson}: {panel:?}");
            assert_eq!(main.height > canvas.height, grows);
        }
    }
}

#[test]
fn escape_dismisses_one_thing_at_a_time_and_confirms_leaving_a_run() {
    let mut learner = Learner::exploring(LARGE);
    learner.wait(10).press("vrm").wait(5);
    let stage = learner.stage();
    let login = stage.session.playback.followed;
    assert!(login.is_some() && stage.panels.overlays.shown().is_some() && stage.panels.view == View::Monitor);
    learner.press("<Esc>");
    assert_eq!((learner.stage().panels.view, learner.stage().session.playback.followed), (View::Canvas, login));
    learner.press("<Esc>");
    assert!(learner.stage().session.playback.followed.is_none() && learner.stage().panels.overlays.shown().is_some());
    learner.select(&component("db-1")).press("<Esc>");
    assert!(learner.stage().panels.overlays.shown().is_none() && learner.stage().session.selected.is_some());
    learner.press("<Esc>");
    assert_eq!((&learner.stage().session.selected, learner.notice()), (&None, ""));
    learner.press("<Esc>");
    assert_eq!(learner.notice(), "Press Esc again to leave this run.");
    // Any other key cancels the confirmation.
    learner.press("]<Esc>");
    assert_eq!(learner.notice(), "Press Esc again to leave this run.");
    learner.press("<Esc>");
    assert!(learner.app.stage().is_none());
}

#[test]
fn q_leaves_a_run_after_a_confirmation() {
    let mut learner = Learner::exploring(LARGE);
    learner.select(&component("db-1")).press("q");
    assert_eq!(learner.notice(), "Press q again to leave this run.");
    // The confirmation expires with its notice.
    learner.wait(100).press("q");
    assert!(learner.app.stage().is_some());
    learner.press("q");
    assert!(learner.app.stage().is_none());
}

#[test]
fn the_panel_scrolls_to_the_top_when_its_topic_changes() {
    for keys in ["t", "v", "c", "r", "<Tab>"] {
        let mut learner = Learner::exploring(SMALL);
        learner.wait(20).press(" ").press("<PgDn><PgDn>");
        assert!(learner.stage().panels.scroll > 0, "there is something to scroll");
        learner.press(keys);
        assert_eq!(learner.stage().panels.scroll, 0, "{keys}");
    }
}
