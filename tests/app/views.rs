//! What the main area of the stage shows, and the way there and back.

use hoplight::app::mouse::{main_area, panel_area};
use hoplight::app::{Screen, View};

use crate::learner::{LARGE, Learner, SMALL};

#[test]
fn one_key_shows_the_monitoring_screen_and_the_diagram_again() {
    for size in [SMALL, LARGE] {
        let mut learner = Learner::exploring(size);
        let canvas = main_area(&learner.app);
        learner.press("m");
        assert_eq!((learner.stage().view, learner.notice()), (View::Monitor, ""));
        learner.press("m");
        assert_eq!(learner.stage().view, View::Canvas);
        learner.press("m<Esc>");
        assert!(matches!(learner.app.screen, Screen::Stage(_)), "Esc goes back to the diagram");
        assert_eq!((learner.stage().view, main_area(&learner.app)), (View::Canvas, canvas));
        learner.press("<Esc>");
        assert!(matches!(learner.app.screen, Screen::Home));
    }
}

#[test]
fn another_view_takes_the_room_of_the_canvas_and_of_a_panel_that_nobody_asked_for() {
    for size in [SMALL, LARGE] {
        for lesson in [false, true] {
            let mut learner = if lesson { Learner::in_small_lesson(size) } else { Learner::exploring(size) };
            let canvas = learner.stage().regions.canvas;
            learner.press("m");
            let (main, panel) = (main_area(&learner.app), panel_area(&learner.app));
            assert_eq!((main.x, main.y, main.width), (canvas.x, canvas.y, canvas.width));
            assert!(main.height >= canvas.height);
            let grows = size == SMALL && !lesson;
            assert_eq!(panel.height == 0, grows, "{size:?} lesson {lesson}: {panel:?}");
            assert_eq!(main.height > canvas.height, grows);
        }
    }
}
