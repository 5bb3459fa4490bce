//! Snapshots of whole screens, one of each kind.

use hoplight::app::CourseItem;
use hoplight::layout::Area;
use hoplight::lesson::{LessonProgress, Place, Progress, Score, Sources};
use hoplight::model::LessonId;
use hoplight::view::theme::{Palette, Theme};

use crate::learner::{LARGE, Learner, SMALL, component, hop, library};
use crate::{compare, drawn, plain, text, whole};

#[test]
fn the_course_map() {
    compare("the_course_map", &whole(&Learner::new(SMALL).app));
}

#[test]
fn a_scrolled_course_map_highlights_the_selected_line() {
    let scenario = include_str!("../../assets/design-0.ron");
    let scenarios: Vec<(String, String)> = (0..40)
        .map(|number| {
            let text = scenario.replacen("id: \"design-0\"", &format!("id: \"mine-{number}\""), 1);
            (format!("mine-{number}.ron"), text.replacen("Write-up 0", &format!("Mine {number}"), 1))
        })
        .collect();
    let scenarios: Vec<(&str, &str)> = scenarios.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let mut library = library();
    library.extend(Sources { scenarios: &scenarios, ..Sources::default() }).expect("valid scenarios");
    let mut learner = Learner::with(library, Progress::default(), SMALL);
    for _ in 0..learner.app.home.items.len() {
        let shown = whole(&learner.app);
        let title = match learner.app.home.item() {
            Some(CourseItem::Lesson(lesson)) => lesson.title.to_string(),
            Some(CourseItem::Activity(activity)) => activity.title.clone(),
            Some(CourseItem::Scenario(infra)) => infra.title().to_owned(),
            None => panic!("no line is selected"),
        };
        let pointed = shown.lines().find(|line| line.contains('»')).unwrap_or_else(|| panic!("{shown}"));
        // A long title is cut visibly.
        assert!(pointed.contains(&title) || pointed.contains('…'), "{title}: {shown}");
        learner.press("j");
    }
    let shown = whole(&learner.app);
    assert!(!shown.lines().nth(1).is_some_and(|line| line.contains("Explore")), "no heading above the list: {shown}");
}

#[test]
fn a_lesson_on_a_small_screen() {
    let mut learner = Learner::in_lesson("where-tls-ends", SMALL);
    learner.wait(30);
    compare("a_lesson_on_a_small_screen", &whole(&learner.app));
}

#[test]
fn a_lesson_on_a_large_screen() {
    let mut learner = Learner::in_lesson("where-tls-ends", LARGE);
    learner.wait(30).select(&hop("lb-1", "web-1"));
    assert_eq!(learner.run().place(), Place::Step(0));
    compare("a_lesson_on_a_large_screen", &whole(&learner.app));
}

#[test]
fn the_help() {
    let mut learner = Learner::in_lesson("where-tls-ends", SMALL);
    learner.press("?");
    let first = whole(&learner.app);
    learner.press(&"<Down>".repeat(300));
    compare("the_help", &format!("{first}\n=== scrolled to the end ===\n{}", whole(&learner.app)));
}

#[test]
fn a_screen_that_is_too_small_says_what_it_needs() {
    let mut learner = Learner::new((40, 10));
    let small = whole(&learner.app);
    learner.app.resize(12, 3);
    compare("a_screen_that_is_too_small_says_what_it_needs", &format!("{small}=== 12 × 3 ===\n{}", whole(&learner.app)));
}

#[test]
fn the_glossary() {
    for (name, size) in [("small", SMALL), ("large", LARGE)] {
        let mut learner = Learner::in_lesson("where-tls-ends", size);
        learner.wait(30).press("g<Down>");
        compare(&format!("the_glossary_{name}"), &whole(&learner.app));
    }
}

#[test]
fn the_palette() {
    for (name, size) in [("small", SMALL), ("large", LARGE)] {
        let mut learner = Learner::exploring(size);
        learner.wait(30).press(":tls<Down>");
        compare(&format!("the_palette_{name}"), &whole(&learner.app));
    }
}

/// Stage 2 with the probe on, and with an agent and the primary database down for a while.
fn troubled(size: (u16, u16)) -> Learner {
    let mut learner = Learner::exploring(size);
    learner.wait(100).press("P").select(&component("db-1")).press("x");
    learner.wait(50).select(&component("agent-3")).press("x").wait(300);
    learner
}

#[test]
fn the_monitoring_screen() {
    for (name, size) in [("small", SMALL), ("large", LARGE), ("huge", (200, 60))] {
        let mut learner = troubled(size);
        learner.press("m<Down><Down><Down>");
        compare(&format!("the_monitoring_screen_{name}"), &whole(&learner.app));
    }
    let mut learner = Learner::in_small_lesson(SMALL);
    learner.wait(60).press("m");
    compare("the_monitoring_screen_in_a_lesson", &whole(&learner.app));
}

#[test]
fn the_probe_and_the_agents_fit_on_the_smallest_screen() {
    // Healthy with a silent agent; then a site whose requests and probes all fail.
    let mut learner = troubled(SMALL);
    learner.press("m");
    let mut failing = Learner::exploring(SMALL);
    failing.press("Pm");
    let unheard = whole(&failing.app);
    failing.wait(100).select(&component("lb-1")).press("x").wait(300);
    let shown = [whole(&learner.app), unheard, whole(&failing.app)];
    let line = |shown: &str, word: &str| shown.lines().find(|line| line.contains(word)).map(str::to_owned);
    let lines = [
        line(&shown[0], "silent for"),
        line(&shown[0], "external probe"),
        line(&shown[1], "no sample yet"),
        line(&shown[2], "failed in a row"),
    ];
    for line in lines {
        assert!(line.as_ref().is_some_and(|line| !line.contains('…')), "{line:?} in {shown:#?}");
    }
}

#[test]
fn the_monitoring_screen_in_ascii() {
    let mut learner = troubled(LARGE);
    learner.press("m<Down><Down><Down>");
    let buffer = drawn(&learner.app, &Theme::new(Palette::NoColour, true));
    let shown = text(&buffer, Area { x: 0, y: 0, width: LARGE.0, height: LARGE.1 });
    assert!(shown.is_ascii(), "{shown}");
    compare("the_monitoring_screen_in_ascii", &shown);
}

#[test]
fn the_fault_menu_the_log_and_the_jump_window() {
    let mut learner = troubled(SMALL);
    let mut shown = String::new();
    for keys in ["X", "Xfull", "L", "Lalert", "J", "J-7.5"] {
        learner.press(keys);
        shown = shown + "=== " + keys + " ===\n" + &whole(&learner.app);
        learner.press("<Esc>");
    }
    compare("the_windows_of_faults_events_and_moments", &shown);
}

#[test]
fn the_timeline_after_going_back() {
    let mut learner = troubled(LARGE);
    learner.press("{{{");
    let buffer = plain(&learner.app);
    let regions = learner.stage().viewport.regions;
    compare(
        "the_timeline_after_going_back",
        &[regions.status, regions.timeline, regions.journal].map(|area| text(&buffer, area)).concat(),
    );
}

#[test]
fn a_comparison_of_two_designs() {
    for (name, size) in [("small", SMALL), ("large", LARGE)] {
        let mut learner = Learner::exploring(size);
        learner.wait(30).press("Cre-enc<Enter>").wait(20);
        compare(&format!("two_designs_{name}"), &whole(&learner.app));
    }
}

#[test]
fn the_course_map_shows_quiz_scores_and_marks_truncated_text() {
    let done = LessonProgress { furthest: 9, finished: true, quiz: Some(Score { right: 5, of: 6 }), attempts: 1 };
    for (size, score) in [(SMALL, "request 5/6"), (LARGE, "request  quiz 5/6")] {
        let mut progress = Progress::default();
        progress.set(LessonId::new("journey-of-a-request"), done);
        let mut learner = Learner::with(library(), progress, size);
        let shown = whole(&learner.app);
        assert!(shown.contains(score), "{shown}");
        for _ in 0..learner.app.home.items.len() {
            let shown = whole(&learner.app);
            let (last, is_truncated) = match learner.app.home.item() {
                Some(CourseItem::Lesson(lesson)) => (lesson.summary.to_string(), false),
                Some(CourseItem::Activity(activity)) => (activity.about.last().cloned().unwrap_or_default(), false),
                Some(CourseItem::Scenario(infra)) => (
                    infra.notes().last().map_or(infra.summary(), |note| note.as_str()).to_owned(),
                    shown.contains("there is more to read"),
                ),
                None => panic!("no line is selected"),
            };
            let word = last.split(' ').next_back().expect("a word");
            let end = shown.lines().any(|line| line.ends_with(word));
            assert!(end != is_truncated, "{word:?}: {shown}");
            learner.press("j");
        }
    }
}

#[test]
fn nothing_covers_the_diagram_of_the_first_lesson() {
    let mut learner = Learner::in_lesson("journey-of-a-request", SMALL);
    while learner.run().place() != hoplight::lesson::Place::Quiz(0) {
        learner.press("n").wait(10);
        if learner.stage().infra().id().as_str() == "stage-2-secured" {
            let shown = plain(&learner.app).content().iter().map(ratatui::buffer::Cell::symbol).collect::<String>();
            assert!(shown.contains("agent-3 ─╯") && shown.contains("agent-2 ─╯"), "{shown}");
            assert!(shown.contains("primary") && shown.contains("roundrobin"), "{shown}");
        }
    }
    // Neither does the followed request, inside any box of a small diagram.
    let mut learner = Learner::exploring(SMALL);
    learner.press("pr");
    for _ in 0..150 {
        learner.wait(1);
        let shown = plain(&learner.app).content().iter().map(ratatui::buffer::Cell::symbol).collect::<String>();
        assert!(shown.contains("primary") && shown.contains("replica") && shown.contains("roundrobin"), "{shown}");
    }
}
