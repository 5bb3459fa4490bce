//! Incident drills on the stage: what the learner sees and does, what is withheld, and what is recorded.

use std::time::Duration;

use hoplight::app::task::drill::page::DrillPage;
use hoplight::app::task::drill::{DrillPhase, DrillTask};
use hoplight::app::{Effect, KeyContext, View};
use hoplight::drill::Difficulty;
use hoplight::model::Element;
use hoplight::sim::SimTime;
use hoplight::view::frame;
use hoplight::view::theme::{Palette, Theme};
use hoplight_curriculum::Demand;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::learner::{LARGE, Learner, SMALL};

const HUGE: (u16, u16) = (200, 60);

fn briefed(id: &str, size: (u16, u16)) -> Learner {
    let mut learner = Learner::new(size);
    assert!(learner.app.open_drill(id), "no drill {id}");
    assert_eq!(task(&learner).phase(), DrillPhase::Briefing);
    learner
}

/// A drill some seconds after the fault.
fn broken(id: &str, size: (u16, u16)) -> Learner {
    let mut learner = briefed(id, size);
    learner.press("<Enter>").wait(600);
    assert!(task(&learner).run().deadline().is_some(), "the fault is injected");
    learner
}

fn task(learner: &Learner) -> &DrillTask {
    learner.stage().drill().expect("a drill")
}

fn now(learner: &Learner) -> SimTime {
    task(learner).run().now()
}

/// The whole screen as text.
fn screen(learner: &Learner) -> String {
    let (columns, rows) = learner.app.size();
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    frame::render(&learner.app, &Theme::new(Palette::NoColour, false), area, &mut buffer);
    let row = |y: u16| (0..columns).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..rows).map(|y| row(y) + "\n").collect()
}

/// Names a cause and executes remedies by typing a part of their texts, then waits for the end.
fn solve(learner: &mut Learner, cause: &str, remedies: &[&str]) {
    learner.press(&format!("c{cause}<Enter>"));
    assert!(task(learner).run().is_diagnosed(), "{cause}: {}", learner.panel());
    assert_eq!(task(learner).phase(), DrillPhase::Named);
    for remedy in remedies {
        learner.press(&format!("r{remedy}<Enter>"));
    }
    for _ in 0..2_000 {
        learner.wait(1);
        if task(learner).phase() == DrillPhase::Over {
            return;
        }
    }
    panic!("the harm does not end: {}", learner.panel());
}

#[test]
fn four_drills_are_solved_with_keys() {
    let drills: [(&str, &str, &[&str]); 4] = [
        ("every-second-page", "app-2 has crashed", &["restore app-2"]),
        ("green-dashboards", "lb-1 expired certificate", &["renew certificate lb-1"]),
        ("a-long-afternoon", "db-1 is slow", &["slows db-1"]),
        ("maintenance-window", "lb-1 lb-2 blocked", &["unblock lb-1 lb-2"]),
    ];
    for ((id, cause, remedies), size) in drills.into_iter().zip([SMALL, LARGE, HUGE, SMALL]) {
        let mut learner = broken(id, size);
        learner.press("d");
        assert_eq!(task(&learner).phase(), DrillPhase::Searching, "{id}: {}", learner.panel());
        solve(&mut learner, cause, remedies);
        let points = task(&learner).points().unwrap_or_else(|| panic!("{id} is not solved: {}", learner.panel()));
        assert!(points > 70, "{id}: {points}");
        assert_eq!(learner.app.progress.result(&format!("drill/{id}")), Some(points));
        assert!(learner.panel().starts_with("Solved."), "{}", learner.panel());
        assert_eq!(learner.app.progress.weak().len(), 0);
        assert_eq!(learner.app.key_context(), KeyContext::Debriefing);
        learner.press(" ");
        assert!(learner.effects.contains(&Effect::Save) || learner.app.take_unsaved(), "the score is saved");
    }
}

#[test]
fn a_drill_that_is_given_up_is_explained_and_not_recorded() {
    let mut learner = broken("every-second-page", SMALL);
    learner.press("G");
    assert!(learner.notice().contains("again"), "{}", learner.notice());
    learner.press("hG");
    assert_ne!(task(&learner).phase(), DrillPhase::Over, "another key withdraws it");
    learner.press("G");
    assert_eq!(task(&learner).phase(), DrillPhase::Over);
    let panel = learner.panel();
    assert!(panel.contains("Given up") && panel.contains("app-2 has crashed"), "{panel}");
    assert_eq!(learner.app.progress.result("drill/every-second-page"), None);
    assert!(learner.app.progress.weak().contains(&Demand::HealthChecks), "practice asks about it");
    learner.press("a");
    assert_eq!(task(&learner).phase(), DrillPhase::Briefing, "the same drill again");
    learner.press("<Enter>GG<Enter>");
    assert_eq!(task(&learner).run().drill().id.as_str(), "fading-away", "the next drill");
}

#[test]
fn nothing_on_the_screen_gives_the_fault_away() {
    for size in [SMALL, LARGE, HUGE] {
        for id in ["every-second-page", "green-dashboards", "lights-out", "a-silent-shift"] {
            let mut learner = briefed(id, size);
            learner.press("6");
            let canvas = |learner: &Learner| {
                let area = learner.stage().viewport.regions.canvas;
                let rows: Vec<String> = screen(learner).lines().map(ToOwned::to_owned).collect();
                let rows = rows[usize::from(area.y)..usize::from(area.bottom())].iter();
                rows.map(|row| row.chars().take(area.width.into()).collect::<String>() + "\n").collect::<String>()
            };
            learner.press("<Enter>").wait(1);
            let plan = canvas(&learner);
            learner.wait(900).press("d");
            assert!(task(&learner).run().deadline().is_some());
            assert_eq!(canvas(&learner), plan, "{id}: the plan has no state");
            for sign in [" UP", "down", " OFF", "hung", "%", "queue", "stale", "/s"] {
                assert!(!plan.contains(sign), "{id}: {sign} on the plan\n{plan}");
            }
            let cause = task(&learner).run().drill().remedy.cause.clone();
            let commands = ["kill ", "expire ", "block agent", "catalogue"];
            for page in ["1", "2", "3", "4", "5", "6"] {
                learner.press(page).wait(2);
                let shown = screen(&learner);
                assert!(!shown.contains(&cause.phrase().to_string()), "{id}, page {page}:\n{shown}");
                assert!(!commands.iter().any(|command| shown.contains(command)), "{id}, page {page}:\n{shown}");
                assert!(!shown.contains("SITE DOWN"), "{id}, page {page}:\n{shown}");
            }
        }
    }
}

#[test]
fn time_runs_forward_only() {
    let mut learner = broken("every-second-page", LARGE);
    for key in [",", ".", "{", "}", "J", "n"] {
        let before = now(&learner);
        learner.press(key);
        assert_eq!(now(&learner), before, "{key}");
        assert!(!learner.notice().is_empty() && learner.app.window.is_none(), "{key}");
    }
    learner.press(" ").wait(10);
    let paused = now(&learner);
    learner.wait(20);
    assert_eq!(now(&learner), paused);
    learner.press(" ").wait(20);
    assert!(now(&learner) > paused);
}

#[test]
fn keys_that_would_show_or_change_the_truth_say_why_they_do_not() {
    let mut learner = broken("every-second-page", LARGE);
    let infra = learner.stage().infra().clone();
    learner.press("6<Tab><Tab><Tab>");
    for key in ["x", "t", "T", "e", "E", "X", "L", "v", "C", "W", "P", "b", "s", "f", ">", "<"] {
        learner.press(key);
        assert!(learner.app.window.is_none() && learner.app.sheet.is_none() && learner.stage().editor.is_none(), "{key}");
        let notice = learner.notice().to_owned();
        assert!(notice.contains("drill") || notice.contains("does nothing"), "{key}: {notice}");
        assert_eq!(learner.stage().sim().now(), SimTime::ZERO, "{key}");
    }
    assert!(std::sync::Arc::ptr_eq(&infra, learner.stage().infra()));
    assert_eq!(learner.stage().panels.view, View::Canvas);
}

#[test]
fn a_wrong_diagnosis_shows_the_reply() {
    let mut learner = broken("every-second-page", SMALL);
    learner.press("cweb-2 has crashed<Enter>");
    let panel = learner.panel();
    assert!(panel.contains("502 is its own response"), "{panel}");
    assert!(panel.contains("Wrong moves so far: 1"), "{panel}");
    assert_ne!(task(&learner).phase(), DrillPhase::Named);
    assert!(task(&learner).run().last_diagnosis().is_some());
    learner.press("rrestart web-1<Enter>").wait(350);
    assert!(screen(&learner).contains("it changed nothing") || task(&learner).run().score().wrong_moves > 1);
}

#[test]
fn a_false_alarm_costs_points() {
    let mut learner = briefed("every-second-page", SMALL);
    learner.press("d");
    assert!(learner.notice().contains("starts the shift"), "{}", learner.notice());
    learner.press("<Enter>d");
    assert_eq!(task(&learner).phase(), DrillPhase::Watching);
    assert!(learner.panel().contains("False alarm"), "{}", learner.panel());
    assert_eq!(task(&learner).run().score().wrong_moves, 1);
}

#[test]
fn probes_and_the_wiretap_report_on_their_page() {
    let mut learner = broken("every-second-page", LARGE);
    learner.press("pweb-2 app-2<Enter>").wait(40);
    assert_eq!(task(&learner).page(), DrillPage::Probes);
    assert!(screen(&learner).contains("connection refused"), "{}", screen(&learner));
    learner.press("w");
    assert!(learner.notice().contains("plan"), "{}", learner.notice());
    learner.press("6");
    let hop = Element::Hop("lb-1".parse().expect("an id"), "web-2".parse().expect("an id"));
    while learner.stage().session.selected.as_ref() != Some(&hop) {
        learner.press("<Tab>");
    }
    learner.press("w5").wait(20);
    let shown = screen(&learner);
    assert!(shown.contains("Wiretap lb-1 → web-2") && shown.contains("GET /"), "{shown}");
}

#[test]
fn the_monitoring_page_shows_what_agents_deliver() {
    let mut learner = broken("a-quiet-site", LARGE);
    learner.press("m").wait(300);
    assert_eq!(task(&learner).page(), DrillPage::Monitoring);
    assert!(screen(&learner).contains("samples delivered by agents only"), "{}", screen(&learner));
    learner.press("<Down><Down>");
    assert!(screen(&learner).contains("STALE"), "{}", screen(&learner));
    // A service that does not answer shows nothing, not even old samples.
    let mut learner = broken("a-silent-shift", LARGE);
    learner.press("2").wait(20);
    assert!(screen(&learner).contains("does not answer"), "{}", screen(&learner));
}

#[test]
fn after_the_debriefing_the_run_can_be_rewound_with_its_truth() {
    let mut learner = broken("every-second-page", LARGE);
    learner.press("GG{");
    assert!(learner.notice().contains("truth first"), "{}", learner.notice());
    learner.press("2");
    assert_eq!(learner.stage().panels.view, View::Canvas);
    assert!(screen(&learner).contains("down"), "{}", screen(&learner));
    let end = learner.now();
    learner.press("{");
    assert!(learner.now() < end);
    learner.press("1");
    assert_eq!(learner.stage().panels.view, View::Drill);
    learner.press("<Esc><Esc>");
    assert!(learner.app.stage().is_none());
}

/// The drill of a day, of a learner with a seed.
fn of_day(day: u32, seed: u64) -> (String, String, u64) {
    let mut learner = Learner::new(SMALL);
    learner.app.settings.seed = seed;
    learner.app.progress.set_learner(seed * 7 + 1);
    learner.app.catalogue.today = day;
    assert!(learner.app.open_daily_drill());
    let run = task(&learner).run();
    (run.infrastructure().id().to_string(), format!("{:?}", run.drill()), task(&learner).seed())
}

#[test]
fn the_drill_of_the_day_is_the_same_for_everyone() {
    let first = of_day(20_000, 1);
    assert_eq!(of_day(20_000, 99), first);
    assert_ne!(of_day(20_001, 1), first);
}

#[test]
fn another_drill_is_a_new_one_each_time() {
    let mut learner = Learner::new(SMALL);
    let mut seeds = Vec::new();
    for difficulty in [None, Some(Difficulty::Quiet)] {
        assert!(learner.app.open_another_drill(difficulty));
        seeds.push(task(&learner).seed());
        let wanted = difficulty.unwrap_or(task(&learner).run().drill().difficulty);
        assert_eq!(task(&learner).run().drill().difficulty, wanted);
    }
    assert_ne!(seeds[0], seeds[1]);
    learner.press("<Enter>").wait(1);
    learner.press("GG<Enter>");
    assert_eq!(task(&learner).run().drill().difficulty, Difficulty::Quiet, "the next one is as hard");
}

#[test]
fn the_course_map_and_the_palette_list_drills() {
    let mut learner = Learner::new(LARGE);
    learner.app.progress.record_result("drill/every-second-page", 85);
    learner.press(":drill of the day<Enter>");
    assert_eq!(task(&learner).run().drill().title.as_str(), "Drill of the day");
    learner.press("<Esc><Esc>");
    while !screen(&learner).contains("✓ Every second page  85 points") {
        let before = learner.app.home.chosen;
        learner.press("j");
        assert_ne!(learner.app.home.chosen, before, "the last line: {}", screen(&learner));
    }
}

#[test]
fn the_debriefing_follows_when_the_time_is_up() {
    let mut learner = briefed("a-busy-day", SMALL);
    learner.press("<Enter>");
    for _ in 0..3 {
        learner.press("+");
    }
    for _ in 0..2_000 {
        learner.app.tick(Duration::from_millis(100));
    }
    assert_eq!(task(&learner).phase(), DrillPhase::Over);
    assert!(learner.panel().starts_with("Time is up."), "{}", learner.panel());
    assert!(task(&learner).debrief().is_some_and(|debrief| !debrief.timeline.is_empty()));
    assert!(task(&learner).points().is_none());
}

/// Whatever is pressed and clicked, nothing panics, and the stage's own simulation stands still while the truth is hidden.
#[test]
fn random_keys_and_clicks_neither_break_a_drill_nor_move_the_plan() {
    const KEYS: &[u8] = b"123456dpcrhwmGxXtETLvoiW,.{}z>< +-:?gjkl";
    let mut state: u64 = 7;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut learner = briefed("no-more-logins", SMALL);
    for act in 0..2_500_u32 {
        if learner.app.stage().and_then(hoplight::app::Stage::drill).is_none() {
            (learner.app.window, learner.app.sheet) = (None, None);
            assert!(learner.app.open_drill("maintenance-window"));
        }
        match random(10) {
            0..=4 => {
                let at = usize::try_from(random(u64::try_from(KEYS.len()).expect("few"))).expect("few");
                let key = char::from(KEYS[at]);
                learner.press(&key.to_string());
            }
            5 => drop(learner.press(["<Enter>", "<Tab>", "<Down>", "<Up>", "<Left>", "<Right>", "<Esc>"][act as usize % 7])),
            6 => {
                let (columns, rows) = learner.app.size();
                let cell = (random(columns.into()), random(rows.into()));
                let small = |at: u64| u16::try_from(at).expect("on the screen");
                drop(learner.app.click(small(cell.0), small(cell.1)));
            }
            7 if act % 20 == 0 => {
                let (columns, rows) = [SMALL, LARGE, HUGE][act as usize % 3];
                learner.app.resize(columns, rows);
            }
            _ => drop(learner.wait(2)),
        }
        if let Some(stage) = learner.app.stage().filter(|stage| stage.hidden_drill().is_some()) {
            assert_eq!(stage.sim().now(), SimTime::ZERO, "act {act}");
            assert!(stage.editor.is_none() && stage.panels.comparison.is_none(), "act {act}");
        }
        if act % 10 == 0 {
            screen(&learner);
        }
    }
}
