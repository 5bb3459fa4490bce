//! The course map: selecting, opening, going back, quitting; the help; a screen that is too small.

use std::sync::Arc;

use hoplight::app::{App, CourseItem, Effect, Screen, Settings};
use hoplight::lesson::{Library, Place, Progress, Sources};

use crate::learner::{LARGE, Learner, SMALL, library};

#[test]
fn arrows_letters_and_jumps_move_through_the_list_and_stop_at_both_ends() {
    let mut learner = Learner::new(SMALL);
    let last = learner.app.home.items.len() - 1;
    assert!(last >= 10, "lessons and infrastructures");
    for (keys, chosen) in
        [("<Up>", 0), ("<Down>", 1), ("j", 2), ("k", 1), ("G", last), ("<Down>", last), ("<End>", last), ("<Home>", 0)]
    {
        learner.press(keys);
        assert_eq!(learner.app.home.chosen, chosen, "{keys}");
    }
}

#[test]
fn enter_opens_the_selected_line_and_q_goes_back_then_quits() {
    let mut learner = Learner::new(SMALL);
    let Some(CourseItem::Lesson(lesson)) = learner.app.home.item().cloned() else { panic!("lessons come first") };
    learner.press("<Enter>");
    assert_eq!(learner.run().lesson().id, lesson.id);
    assert_eq!(learner.run().place(), Place::Step(0));
    learner.press("qq");
    assert!(learner.app.stage().is_none() && !learner.effects.contains(&Effect::Quit));
    learner.press("G<Enter>");
    assert!(learner.stage().session.lesson.is_none());
    learner.press("<Esc><Esc>");
    assert!(learner.app.stage().is_none() && !learner.effects.contains(&Effect::Quit));
    learner.press("q");
    assert_eq!(learner.effects.last(), Some(&Effect::Quit));
}

#[test]
fn the_first_unfinished_lesson_is_selected_at_the_start() {
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.solve_lesson();
    let again = Learner::with(learner.app.library.clone(), learner.app.progress.clone(), SMALL);
    assert_eq!(again.app.home.chosen, 1);
}

#[test]
fn in_a_long_list_the_selected_line_is_always_visible_and_clickable() {
    let text = include_str!("../lessons/small.ron");
    let lessons: Vec<(String, String)> = (0..60)
        .map(|number| {
            let text = text.replacen("id: \"small\"", &format!("id: \"small-{number:02}\""), 1);
            let text = text.replacen("order: 1", &format!("order: {}", 100 + number), 1);
            (format!("small-{number:02}.ron"), text.replacen("\"Tests\"", &format!("\"Tests {}\"", number / 7), 1))
        })
        .collect();
    let lessons: Vec<(&str, &str)> = lessons.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let mut library = library();
    library.extend(Sources { lessons: &lessons, ..Sources::default() }).expect("valid lessons");
    let mut learner = Learner::with(library, Progress::default(), SMALL);
    let count = learner.app.home.items.len();
    let chosen_row = |learner: &Learner| {
        let rows = learner.app.home.rows();
        let height = SMALL.1 - 3;
        assert!(rows.iter().all(|(_, row)| *row < height), "{rows:?}");
        let row = rows.iter().find(|(line, _)| *line == learner.app.home.chosen).map(|(_, row)| *row);
        row.unwrap_or_else(|| panic!("line {} is not shown: {rows:?}", learner.app.home.chosen))
    };
    for key in ["j", "k"] {
        for _ in 0..count {
            chosen_row(&learner);
            learner.press(key);
        }
    }
    assert_eq!(chosen_row(&learner), 1, "the first line, below its heading");
    learner.press("G");
    assert_eq!(chosen_row(&learner), SMALL.1 - 4, "the last line is at the bottom");
    // The first click selects a line without scrolling; the second opens it.
    let (line, row) = learner.app.home.rows()[3];
    learner.click((6, 2 + row));
    assert_eq!(learner.app.home.chosen, line);
    assert_eq!(chosen_row(&learner), row);
    learner.click((6, 2 + row));
    assert!(learner.app.stage().is_some());
    learner.press("qq");
    learner.app.resize(80, 60);
    learner.app.resize(80, 24);
    chosen_row(&learner);
}

#[test]
fn an_empty_library_opens_the_empty_board() {
    let mut learner = Learner::with(Library::default(), Progress::default(), SMALL);
    learner.press("<Down><Up>G<Enter>");
    assert_eq!(learner.app.key_context(), hoplight::app::KeyContext::Editor, "{}", learner.notice());
}

#[test]
fn keys_of_the_stage_say_that_they_do_nothing_on_the_course_map() {
    let mut learner = Learner::new(SMALL);
    for key in ["x", "t", "1", "<Tab>", "<Backspace>"] {
        learner.press(key);
        assert!(learner.notice().contains("does nothing here; ? shows the keys"), "{key}: {}", learner.notice());
    }
    learner.press("j");
    assert_eq!(learner.notice(), "");
}

#[test]
fn the_help_opens_scrolls_and_closes_and_takes_all_keys() {
    for close in ["?", "<Esc>", "q"] {
        let mut learner = Learner::exploring(SMALL);
        learner.press("?<Down><Down><Up>");
        assert_eq!(learner.app.sheet_scroll(), Some(1));
        assert!(!learner.app.is_animating(), "the simulation is paused behind the help");
        let before = learner.now();
        learner.wait(5);
        assert_eq!(learner.now(), before);
        learner.press(close);
        assert_eq!(learner.app.sheet_scroll(), None, "{close}");
        assert!(learner.app.stage().is_some() && learner.app.is_animating(), "{close}");
    }
    // A key that would do something else only closes the help.
    let mut learner = Learner::exploring(SMALL);
    let tls = learner.stage().infra().tls();
    learner.press("?t");
    assert_eq!((learner.app.sheet_scroll(), learner.stage().infra().tls()), (None, tls));
}

#[test]
fn the_help_ends_where_its_text_ends() {
    for size in [SMALL, LARGE] {
        let mut learner = Learner::exploring(size);
        learner.press("?").press(&"<Down>".repeat(300));
        let most = learner.app.sheet_scroll().expect("open");
        assert!(most > 0 && most < 90, "{most}");
        learner.press("<Up>");
        assert_eq!(learner.app.sheet_scroll(), Some(most - 1), "the first key back scrolls");
        learner.press("<PgDn><PgDn>");
        assert_eq!(learner.app.sheet_scroll(), Some(most));
        learner.press(&"<PgUp>".repeat(40));
        assert_eq!(learner.app.sheet_scroll(), Some(0));
    }
    // If everything fits, nothing scrolls.
    let mut learner = Learner::exploring((120, 100));
    learner.press("?<Down>");
    assert_eq!(learner.app.sheet_scroll(), Some(0));
}

#[test]
fn a_screen_that_is_too_small_is_not_animated() {
    let mut learner = Learner::new(LARGE);
    assert!(learner.app.is_animating(), "the preview is running");
    learner.app.resize(79, 24);
    assert!(!learner.app.is_animating());
    learner.app.resize(80, 23);
    assert!(!learner.app.is_animating());
    let mut learner = Learner::exploring(SMALL);
    assert!(learner.app.is_animating());
    learner.press(" ");
    assert!(!learner.app.is_animating());
    learner.press(" ");
    learner.app.resize(0, 0);
    assert!(!learner.app.is_animating());
    let before = learner.now();
    learner.wait(3);
    assert_eq!(learner.now(), before);
    learner.app.resize(LARGE.0, LARGE.1);
    learner.wait(3);
    assert!(learner.now() > before);
}

#[test]
fn a_screen_that_is_too_small_is_quit_at_once_as_it_says() {
    for key in ["q", "<Esc>"] {
        for size in [(79, 24), (80, 23), (1, 1)] {
            let mut learner = Learner::in_small_lesson(SMALL);
            learner.press("?");
            learner.app.resize(size.0, size.1);
            let mode = learner.stage().infra().tls();
            learner.press("t");
            assert_eq!(learner.stage().infra().tls(), mode, "hidden state does not change");
            assert!(!learner.effects.contains(&Effect::Quit), "{key}: {size:?}");
            learner.press(key);
            assert_eq!(learner.effects.last(), Some(&Effect::Quit), "{key}: {size:?}");
        }
    }
}

#[test]
fn the_preview_stops_after_half_a_minute_without_input() {
    let mut learner = Learner::new(LARGE);
    let moves = |learner: &mut Learner| {
        let time = |learner: &Learner| learner.app.home.preview.as_ref().map(|preview| preview.simulation().now());
        learner.app.take_changed();
        let before = time(learner);
        learner.wait(1);
        assert_eq!(learner.app.take_changed(), time(learner) != before);
        time(learner) != before
    };
    learner.wait(299);
    assert!(learner.app.is_animating() && moves(&mut learner));
    assert!(!learner.app.is_animating() && !moves(&mut learner), "after 30 s");
    learner.wait(1_000);
    assert!(!learner.app.is_animating());
    // Any key or click restarts it, even one without an effect.
    learner.press("x");
    assert!(learner.app.is_animating() && moves(&mut learner));
    learner.wait(300);
    assert!(!learner.app.is_animating());
    learner.click((0, 1));
    assert!(learner.app.is_animating() && moves(&mut learner));
    learner.wait(200).press("x").wait(200);
    assert!(learner.app.is_animating(), "the time is counted from the last key");
    // The stage never stops on its own: the first step of this lesson is about the running load.
    assert!(learner.app.open_lesson("where-tls-ends"));
    learner.wait(400);
    assert!(learner.app.is_animating());
}

#[test]
fn with_reduced_motion_time_advances_in_steps_of_half_a_second() {
    let settings = Settings { seed: 1, reduced_motion: true, ..Settings::default() };
    let mut app = App::new(library(), Progress::default(), settings);
    app.resize(LARGE.0, LARGE.1);
    assert!(!app.is_animating(), "the course map is not animated");
    app.open_scenario(Arc::clone(app.library.scenario("stage-2-secured").expect("shipped")));
    let mut learner = Learner { app, effects: Vec::new() };
    let mut times = Vec::new();
    for _ in 0..10 {
        learner.wait(1);
        times.push(learner.now().as_secs_f64());
    }
    assert_eq!(times, [0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0]);
}

#[test]
fn a_redraw_is_requested_exactly_when_the_state_has_changed() {
    let mut learner = Learner::exploring(SMALL);
    assert!(learner.app.take_changed() && !learner.app.take_changed());
    learner.press("Z");
    assert!(learner.app.take_changed(), "the notice");
    learner.app.resize(SMALL.0, SMALL.1);
    assert!(!learner.app.take_changed(), "the same size");
    learner.app.resize(LARGE.0, LARGE.1);
    assert!(learner.app.take_changed());
    learner.press(" ");
    learner.app.take_changed();
    learner.wait(2);
    assert!(!learner.app.take_changed(), "paused");
    assert!(matches!(learner.app.screen, Screen::Stage(_)));
}
