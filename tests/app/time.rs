//! The event log, the timeline and its marks, and jumps.

use hoplight::app::action::TimeAction;
use hoplight::app::events::{EventClass, column, moment, strip};
use hoplight::app::status;
use hoplight::app::window;
use hoplight::app::window::kind::WindowKind;
use hoplight::sim::SimTime;

use crate::learner::{LARGE, Learner, SMALL, component};

fn shown(learner: &Learner) -> Vec<String> {
    let window = learner.app.window.as_ref().expect("a window is open");
    window::rows(&learner.app, window.kind, window.filter()).iter().map(|row| row.line.text()).collect()
}

fn seconds(learner: &Learner) -> f64 {
    learner.now().as_secs_f64()
}

/// Kills web-1 at 2 s, changes TLS at 5 s, and runs to 20 s.
fn eventful(size: (u16, u16)) -> Learner {
    let mut learner = Learner::exploring(size);
    learner.wait(20).select(&component("web-1")).press("x").wait(30).press("t").wait(150);
    learner
}

#[test]
fn the_log_lists_events_and_refused_commands_and_filters_by_words() {
    let mut learner = eventful(SMALL);
    learner.press(">").select(&component("browser")).press("x").press("L");
    assert_eq!(learner.app.window.as_ref().map(|window| window.kind), Some(WindowKind::Log));
    let all = shown(&learner);
    assert!(all.iter().any(|row| row.starts_with("fault") && row.contains("web-1")), "{all:#?}");
    assert!(all.iter().any(|row| row.starts_with("reaction") && row.contains("web-1")), "health checks noticed: {all:#?}");
    assert!(all.last().is_some_and(|row| row.starts_with("refused  browser is the user")), "{all:#?}");
    assert_eq!(learner.app.window.as_ref().map(|window| window.chosen), Some(all.len() - 1), "the newest is chosen");
    learner.press("fault");
    assert!(shown(&learner).iter().all(|row| row.contains("fault")), "{:?}", shown(&learner));
    learner.press(" web-1<Enter>");
    assert!(learner.app.window.is_none() && learner.stage().session.playback.paused);
    assert!((seconds(&learner) - 2.0).abs() < 1e-6, "{}", seconds(&learner));
    assert!(!learner.is_up(&component("web-1")), "at that time the kill has happened");
}

#[test]
fn an_empty_log_says_so_and_a_search_without_matches_lists_the_classes() {
    let mut learner = Learner::exploring(LARGE);
    learner.press("L");
    let about = |learner: &Learner| {
        window::about(&learner.app, WindowKind::Log, None, 76).iter().map(|line| line.text() + " ").collect::<String>()
    };
    assert_eq!((shown(&learner).len(), about(&learner).trim()), (0, "No events yet."));
    learner.press("zzz");
    assert!(about(&learner).contains("Filter by class: alert"), "{}", about(&learner));
}

#[test]
fn keys_move_between_marks_and_future_marks_stay_until_discarded() {
    let mut learner = eventful(LARGE);
    let count = learner.stage().panels.marks.all().len();
    let sorts: Vec<EventClass> = learner.stage().panels.marks.all().iter().map(|mark| mark.sort).collect();
    assert!(
        sorts.contains(&EventClass::Fault) && sorts.contains(&EventClass::Command) && sorts.contains(&EventClass::Reaction),
        "{sorts:?}"
    );
    let mut moments = vec![learner.now()];
    for _ in 0..20 {
        learner.press("{");
        if learner.notice() == "There is no earlier mark." {
            break;
        }
        assert!(learner.now() < moments[moments.len() - 1]);
        moments.push(learner.now());
    }
    assert!((seconds(&learner) - 2.0).abs() < 1e-6);
    assert_eq!(learner.stage().panels.marks.all().len(), count, "the future keeps its marks");
    assert_eq!(learner.stage().span().1, moments[0]);
    for wanted in moments.iter().rev().skip(1).take(moments.len() - 2) {
        learner.press("}");
        assert_eq!(learner.now(), *wanted);
    }
    learner.app.act(TimeAction::Seek(SimTime::from_secs(3)));
    learner.press("t");
    let marks = learner.stage().panels.marks.all();
    assert!(marks.iter().all(|mark| mark.at <= SimTime::from_secs(3)), "{marks:#?}");
    assert_eq!(marks.last().map(|mark| (mark.sort, mark.at)), Some((EventClass::Command, SimTime::from_secs(3))));
    assert_eq!(learner.stage().span().1, SimTime::from_secs(3));
}

#[test]
fn a_mark_is_the_same_however_it_is_reached() {
    let mut learner = eventful(LARGE);
    let straight = learner.stage().panels.marks.clone();
    learner.press("{{{").press("}}").press("{");
    learner.app.act(TimeAction::Seek(SimTime::from_secs(1)));
    learner.app.act(TimeAction::Seek(SimTime::from_secs(20)));
    assert_eq!(learner.stage().panels.marks.all(), straight.all());
    let digest = learner.stage().sim().digest();
    assert_eq!(digest, eventful(LARGE).stage().sim().digest());
}

#[test]
fn after_the_newest_mark_time_runs_until_the_next_event() {
    let mut learner = Learner::exploring(SMALL);
    learner.wait(20).select(&component("web-1")).press("x}");
    // The first event is a failed request; repeated presses reach the health check that takes web-1 out.
    let mut seen = Vec::new();
    while !seen.iter().any(|notice: &String| notice.contains("web-1 is DOWN")) {
        let has_event = learner.stage().session.timeline.journal().headlines().any(|headline| headline.first.at == learner.now());
        assert!(has_event && learner.stage().session.playback.paused, "{}", learner.notice());
        seen.push(learner.notice().to_owned());
        learner.press("}");
    }
    let mut quiet = Learner::exploring(SMALL);
    quiet.wait(10).press("}");
    assert_eq!(quiet.notice(), "Nothing happened for 60 s.");
    assert!((seconds(&quiet) - 61.0).abs() < 1e-6, "{}", seconds(&quiet));
}

#[test]
fn a_jump_takes_seconds_from_the_start_or_from_now() {
    let mut learner = Learner::exploring(SMALL);
    learner.wait(100);
    for (typed, at) in [("12.5", 12.5), ("-3", 9.5), ("+10", 19.5), ("4s", 4.0), ("0", 0.0)] {
        learner.press("J").press(typed).press("<Enter>");
        assert!((seconds(&learner) - at).abs() < 1e-6, "{typed}: {}", seconds(&learner));
        assert!(learner.stage().session.playback.paused);
    }
    for (typed, why) in [
        ("x", "Not a time."),
        ("-1", "The run starts at 0.0 s."),
        ("9999", "That is more than"),
        ("1.2.3", "Not a time."),
        ("+", "Not a time."),
    ] {
        learner.press("J").press(typed);
        assert!(shown(&learner)[0].starts_with(why), "{typed}: {:?}", shown(&learner));
        learner.press("<Enter>");
        assert!(learner.app.window.is_some(), "an invalid time keeps the window open");
        learner.press("<Esc>");
    }
}

#[test]
fn a_click_on_the_timeline_goes_there() {
    let mut learner = eventful(LARGE);
    let area = strip(learner.stage().viewport.regions.timeline);
    let span = learner.stage().span();
    // No event has a mark there.
    let free = area.width * 4 / 5;
    learner.click((area.x + free, area.y));
    assert_eq!(learner.now(), moment(free, span, area.width));
    assert_eq!(learner.stage().span(), span);
    let fault = learner.stage().panels.marks.all()[0].at;
    learner.click((area.x + column(fault, span, area.width), area.y));
    assert_eq!(learner.now(), fault, "a mark is hit exactly");
    // On a small screen, the log has the timeline.
    let mut learner = eventful(SMALL);
    assert_eq!(learner.stage().viewport.regions.timeline.height, 0);
    learner.press("L");
    let area = strip(hoplight::app::window::area(&learner.app).expect("open").timeline);
    assert_eq!(area.height, 1);
    let free = area.width * 4 / 5;
    learner.app.click(area.x + free, area.y);
    assert_eq!(learner.now(), moment(free, (SimTime::ZERO, SimTime::from_secs(20)), area.width));
}

#[test]
fn a_firing_alert_is_shown_in_the_header_until_it_resolves() {
    for size in [SMALL, LARGE] {
        let header = |learner: &Learner| status::header(&learner.app, size.0).0.text();
        let mut learner = Learner::exploring(size);
        learner.wait(50).select(&component("agent-1")).press("x").wait(20);
        assert!(!header(&learner).contains("ALERT"));
        learner.wait(60);
        assert!(header(&learner).contains("ALERT agent-1: no data"), "{}", header(&learner));
        learner.press("x").wait(60);
        assert!(!header(&learner).contains("ALERT"), "{}", header(&learner));
    }
}

#[test]
fn a_command_says_that_it_discards_the_known_future() {
    const CUT: &str = "The known future is discarded.";
    for keys in ["t", "r", "x"] {
        let mut learner = eventful(LARGE);
        learner.app.act(TimeAction::Seek(SimTime::from_secs(4)));
        learner.press(keys);
        assert!(learner.notice().ends_with(CUT) && learner.notice().len() > CUT.len(), "{keys}: {}", learner.notice());
        assert_eq!(learner.stage().span().1, learner.now());
        // Without a known future, nothing more is discarded.
        learner.press(keys);
        assert!(!learner.notice().contains(CUT), "{keys}: {}", learner.notice());
    }
}

#[test]
fn a_lesson_step_without_commands_keeps_the_known_future() {
    let mut learner = Learner::in_small_lesson(LARGE);
    learner.press(" ").wait(10).press("t").wait(20);
    let marks = learner.stage().panels.marks.clone();
    learner.app.act(TimeAction::Seek(SimTime::from_nanos(500_000_000)));
    let place = learner.run().place();
    learner.press("n");
    assert_ne!(learner.run().place(), place, "another step");
    assert_eq!(learner.stage().panels.marks, marks, "the marks are kept");
    assert!(!learner.notice().contains("discarded"), "{}", learner.notice());
}

#[test]
fn headlines_on_a_small_screen_show_their_start_newest_first() {
    let mut learner = Learner::exploring(SMALL);
    learner.wait(20).select(&component("db-1")).press("x").wait(60).press("<Esc>");
    let headlines: Vec<f64> = learner.stage().session.timeline.journal().headlines().map(|h| h.first.at.as_secs_f64()).collect();
    let shown = learner.view().panel.lines;
    let shown: Vec<String> =
        shown.iter().map(|line| line.text().trim().split(' ').next().unwrap_or_default().to_owned()).collect();
    let wanted: Vec<String> = headlines.iter().rev().take(3).map(|at| format!("{at:.1}")).collect();
    let times: Vec<String> = shown.into_iter().filter(|word| word.contains('.') && word.parse::<f64>().is_ok()).take(3).collect();
    assert_eq!(times, wanted);
    let counted = learner.stage().session.timeline.journal().headlines().rev().any(|h| h.last > h.first.at);
    assert!(counted, "one headline lasts for a while");
}
