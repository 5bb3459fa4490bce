//! The whiteboard exam and generated practice: drawing, clock, answers, report.

use std::sync::Arc;
use std::time::Duration;

use hoplight::app::task::Task;
use hoplight::app::task::exam::ExamTask;
use hoplight::app::task::puzzle::PuzzleTask;
use hoplight::app::{Catalogue, CourseItem, Effect, KeyContext};
use hoplight::content::EXAM;
use hoplight_exam::{EXAM_LIMIT, ExamContent, ExamMode, ExamPhase, ExamStage};

use crate::editor::{add, draw_stage_2, select};
use crate::learner::{LARGE, Learner, SMALL, component};

/// The most keys that a drawing of stage 2 may need.
const MOST_KEYS: usize = 60;

fn content() -> Arc<ExamContent> {
    Arc::new(ExamContent::new(EXAM).unwrap_or_else(|errors| panic!("{errors:#?}")))
}

/// A learner on the course map with exams.
fn learner(size: (u16, u16)) -> Learner {
    let mut learner = Learner::new(size);
    learner.app = learner.app.clone().with_catalogue(Catalogue { exam: content(), ..Catalogue::default() });
    learner
}

fn in_exam(stage: ExamStage, mode: ExamMode, size: (u16, u16)) -> Learner {
    let mut learner = learner(size);
    learner.app.open_exam(Some(stage), mode, Some(7));
    learner
}

fn exam(learner: &Learner) -> &ExamTask {
    match learner.stage().task.as_ref() {
        Some(Task::Exam(exam)) => exam,
        task => panic!("no exam: {task:?}"),
    }
}

fn puzzle(learner: &Learner) -> &PuzzleTask {
    match learner.stage().task.as_ref() {
        Some(Task::Puzzle(puzzle)) => puzzle,
        task => panic!("no puzzle: {task:?}"),
    }
}

fn met(learner: &Learner) -> (usize, usize) {
    let all = exam(learner).requirements();
    (all.iter().filter(|report| report.met).count(), all.len())
}

fn draw_stage_0(learner: &mut Learner) {
    add(learner, "dns");
    add(learner, "web new");
    add(learner, "application");
    add(learner, "database");
}

/// Answers every item: aloud, with the same grade for every key point.
fn explain(learner: &mut Learner, grade: &str) {
    let content = content();
    while let Some((.., item)) = exam(learner).run().explaining(&content) {
        let grades = grade.repeat(item.points.len());
        learner.press(&format!("<Enter>{grades}<Enter>"));
    }
}

/// Answers every question about the drawing, rightly or with nothing.
fn defend(learner: &mut Learner, rightly: bool) {
    while let Some((.., question)) = exam(learner).run().defending() {
        let keys: String = question.right().iter().map(|place| (place + 1).to_string()).collect();
        learner.press(if rightly { &keys } else { "" }).press("<Enter>");
        assert!(learner.panel().contains(if rightly { "✓ Chosen: " } else { "✗ Missed: " }), "{}", learner.panel());
        learner.press("<Enter>");
    }
}

#[test]
fn stage_0_is_drawn_explained_and_defended_with_keys() {
    let mut learner = in_exam(ExamStage::Simple, ExamMode::Exam, SMALL);
    assert_eq!((learner.app.key_context(), met(&learner)), (KeyContext::ExamDrawing, (0, 5)));
    draw_stage_0(&mut learner);
    assert_eq!(met(&learner), (5, 5), "the list ticks itself");
    learner.press("C");
    assert_eq!((learner.app.key_context(), exam(&learner).run().phase()), (KeyContext::Questions, ExamPhase::Explain));
    assert!(learner.stage().session.selected.is_some(), "the element in question is selected");
    explain(&mut learner, "y");
    assert_eq!(exam(&learner).run().phase(), ExamPhase::Defend);
    defend(&mut learner, true);
    let report = exam(&learner).report().expect("the exam is over");
    assert_eq!((report.percent(), report.open().count(), report.unanswered), (100, 0, 0));
    assert!(report.single_points.iter().any(|(element, _)| *element == component("db-1")));
    assert_eq!(learner.app.progress.result("exam/0"), Some(100));
    assert_eq!(learner.effects.iter().filter(|effect| **effect == Effect::SaveReport).count(), 1, "saved once");
    assert!(learner.effects.contains(&Effect::Save));
    let file = learner.app.report_file().expect("a report");
    assert_eq!(file.name, "exam-stage-0");
    assert!(file.markdown.contains("- [x] Every application server queries a database"), "{}", file.markdown);
    learner.app.report_saved(Ok("designs/report.md".to_owned()));
    assert!(learner.panel().contains("Saved as designs/report.md"), "{}", learner.panel());
}

/// A newcomer has six minutes for this drawing, most of which go into reading the screen.
#[test]
fn stage_2_is_drawn_with_few_keys() {
    let mut learner = in_exam(ExamStage::Secured, ExamMode::Exam, SMALL);
    let keys = draw_stage_2(&mut learner);
    assert_eq!(met(&learner), (12, 12), "{}", learner.panel());
    assert!(keys <= MOST_KEYS, "{keys} keys");
    // Without the last act, the drawing is no stage 2: the count is of what is needed.
    learner.press("u");
    assert!(met(&learner).0 < 12, "{}", learner.panel());
}

#[test]
fn stage_2_is_taken_with_keys_and_what_was_not_known_is_to_be_revised() {
    let mut learner = in_exam(ExamStage::Secured, ExamMode::Exam, LARGE);
    draw_stage_2(&mut learner);
    assert_eq!(met(&learner), (12, 12), "{}", learner.panel());
    learner.press("C");
    explain(&mut learner, "n");
    defend(&mut learner, true);
    let report = exam(&learner).report().expect("the exam is over");
    let (demands, questions) = (report.coverage.len(), report.defended.len());
    assert!(questions >= 4, "{:?}", report.defended);
    // Everything but the demands.
    let (met, all) = (12 + questions, 12 + questions + demands);
    let percent = (met * 200 + all) / (2 * all);
    assert_eq!(report.percent() as usize, percent);
    assert!(!report.revise.is_empty() && learner.panel().contains("To revise"), "{}", learner.panel());
    let lesson = exam(&learner).revisions()[1].lesson.clone();
    learner.press("<Down><Enter>");
    assert_eq!(learner.run().lesson().id, lesson, "Enter opens the lesson");
}

#[test]
fn chosen_statements_are_corrected() {
    let mut learner = in_exam(ExamStage::Simple, ExamMode::Practice, LARGE);
    draw_stage_0(&mut learner);
    learner.press("Cc");
    let content = content();
    let (.., item) = exam(&learner).run().explaining(&content).expect("an item");
    let count = item.right.len() + item.wrong.len();
    for number in 1..=count {
        learner.press(&number.to_string());
    }
    learner.press("<Enter>");
    assert!(learner.panel().contains("✗ Wrongly chosen: ") && learner.panel().contains("✓ Chosen: "), "{}", learner.panel());
    assert!(learner.panel().contains(item.wrong[0].correction.split(' ').next().expect("a word")), "{}", learner.panel());
    learner.press("<Enter>S");
    assert_eq!(exam(&learner).run().explaining(&content).map(|(at, ..)| at), Some(2), "a question can be skipped");
}

#[test]
fn a_typed_answer_is_compared_with_the_key_points_by_the_learner() {
    let mut learner = in_exam(ExamStage::Simple, ExamMode::Practice, SMALL);
    draw_stage_0(&mut learner);
    learner.press("C");
    let points = exam(&learner).run().explaining(&content()).expect("an item").2.points.clone();
    learner.press("tAnything? <Esc>");
    assert!(learner.panel().contains("You wrote: Anything?"), "a closed window keeps the text: {}", learner.panel());
    assert!(!learner.panel().contains(points[0].as_str()), "not before the answer is complete");
    learner.press("t and more<Enter>");
    assert!(learner.panel().contains("You wrote: Anything? and more"), "{}", learner.panel());
    assert!(learner.panel().contains("Did you write it?"), "{}", learner.panel());
    let before = exam(&learner).run().explaining(&content()).map(|(at, ..)| at);
    learner.press(&format!("{}<Enter>", "y".repeat(points.len())));
    let after = exam(&learner).run().explaining(&content()).map(|(at, ..)| at);
    assert_ne!(before, after, "the next item");
    assert!(!learner.panel().contains("You wrote"), "the text belonged to the item before");
    // Without a text, there is nothing to compare.
    learner.press("t<Enter>");
    assert!(learner.app.window.is_some());
}

#[test]
fn the_picture_does_not_answer_the_questions() {
    use hoplight::view::theme::Theme;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    let mut learner = in_exam(ExamStage::Secured, ExamMode::Exam, LARGE);
    draw_stage_2(&mut learner);
    let picture = |learner: &Learner| {
        let mut screen = Buffer::empty(Rect::new(0, 0, LARGE.0, LARGE.1));
        hoplight::view::frame::render(&learner.app, &Theme::default(), screen.area, &mut screen);
        // The canvas only: the questions and their options speak of TLS.
        let area = learner.stage().viewport.regions.canvas;
        let rows = hoplight::view::picture::text(&screen);
        let within = rows.lines().skip(usize::from(area.y)).take(usize::from(area.height));
        within
            .map(|row| row.chars().skip(usize::from(area.x)).take(usize::from(area.width)).collect::<String>() + "\n")
            .collect::<String>()
    };
    // Whether a link or a packet of the next second looks readable.
    let tells = |learner: &mut Learner| {
        let theme = Theme::default();
        (0..10).any(|_| {
            learner.wait(1);
            let mut screen = Buffer::empty(Rect::new(0, 0, LARGE.0, LARGE.1));
            hoplight::view::frame::render(&learner.app, &theme, screen.area, &mut screen);
            let area = learner.stage().viewport.regions.canvas;
            let area = Rect::new(area.x, area.y, area.width, area.height);
            let wears = |at: (u16, u16), style: Style| {
                let cell = &screen[at];
                style.fg.is_none_or(|front| front == cell.fg) && style.bg.is_none_or(|back| back == cell.bg)
            };
            area.positions().any(|at| wears(at.into(), theme.plain) || wears(at.into(), theme.secret))
        })
    };
    assert!(picture(&learner).contains("plain!"), "while drawing, the picture shows what is drawn");
    assert!(tells(&mut learner));
    learner.press("C");
    for phase in [ExamPhase::Explain, ExamPhase::Defend] {
        assert_eq!(exam(&learner).run().phase(), phase);
        let text = picture(&learner);
        assert!(!text.contains("plain") && !text.contains("TLS") && !text.contains("padlock"), "{text}");
        assert!(!tells(&mut learner), "{phase:?}: a colour answers");
        if phase == ExamPhase::Explain {
            explain(&mut learner, "y");
        }
    }
    defend(&mut learner, true);
    assert!(picture(&learner).contains("plain!"), "the report shows it again");
}

#[test]
fn nothing_drawn_fails_every_requirement() {
    for stage in ExamStage::ALL {
        let mut learner = in_exam(stage, ExamMode::Exam, SMALL);
        learner.press("C");
        assert!(learner.notice().contains("Press C again"), "{}", learner.notice());
        assert_eq!(exam(&learner).run().phase(), ExamPhase::Draw, "asked first");
        learner.press("C");
        explain(&mut learner, "n");
        let report = exam(&learner).report().expect("the exam is over");
        assert_eq!((report.percent(), report.open().count()), (0, stage.requirements().len()), "{stage:?}");
        assert_eq!(learner.app.progress.result(&format!("exam/{}", stage.number())), Some(0));
    }
}

#[test]
fn the_clock_runs_in_windows_and_pauses_and_submits_when_time_is_up() {
    let mut learner = in_exam(ExamStage::Simple, ExamMode::Exam, SMALL);
    learner.press(" ").wait(600);
    assert_eq!(
        exam(&learner).run().left().map(|left| left.as_secs()),
        Some(29 * 60),
        "the simulation is paused, the exam is not"
    );
    learner.press("a").wait(600);
    assert_eq!(exam(&learner).run().left().map(|left| left.as_secs()), Some(28 * 60), "a window is open");
    learner.press("<Esc>p");
    assert!(learner.notice().contains("cannot be paused"), "{}", learner.notice());
    draw_stage_0(&mut learner);
    learner.press("a");
    learner.app.tick(EXAM_LIMIT);
    assert!(learner.app.window.is_none());
    let report = exam(&learner).report().expect("the time is up");
    assert_eq!((report.open().count(), report.is_complete), (0, true), "submitted as it is");
    assert!(learner.app.take_report_due() && !learner.app.take_report_due());
    assert!(learner.panel().contains("not reached"), "{}", learner.panel());
}

#[test]
fn practice_can_be_paused_and_is_not_recorded() {
    let mut learner = in_exam(ExamStage::Simple, ExamMode::Exam, SMALL);
    learner.press("P").wait(50);
    assert_eq!((exam(&learner).mode(), exam(&learner).run().left()), (ExamMode::Practice, None));
    learner.press("p").wait(50);
    assert!(learner.panel().contains("paused"), "{}", learner.panel());
    assert_eq!(exam(&learner).run().spent(ExamPhase::Draw), Duration::from_secs(5));
    learner.press("C");
    assert_eq!(exam(&learner).run().phase(), ExamPhase::Draw);
    learner.press("pCC");
    explain(&mut learner, "y");
    assert!(exam(&learner).report().is_some());
    assert_eq!(learner.app.progress.result("exam/0"), None);
}

#[test]
fn nothing_gives_hints_while_drawing() {
    let mut learner = in_exam(ExamStage::Secured, ExamMode::Exam, LARGE);
    draw_stage_2(&mut learner);
    select(&mut learner, "lb-1");
    let shown: String = learner.view().texts().collect();
    assert!(!shown.contains("Review:") && !shown.contains("review"), "{shown}");
    assert!(!learner.view().status.iter().any(|line| line.text().contains("plaintext")));
    for key in ["F", "v", "W", "X", "x", "g"] {
        learner.press(key);
        assert!(learner.app.window.is_none() && learner.app.sheet.is_none(), "{key}");
        assert!(learner.notice().contains("hints"), "{key}: {}", learner.notice());
    }
    learner.press("E");
    assert_eq!(learner.app.key_context(), KeyContext::ExamDrawing, "{}", learner.notice());
}

#[test]
fn escape_asks_before_it_leaves_the_exam() {
    let mut learner = in_exam(ExamStage::Simple, ExamMode::Exam, SMALL);
    draw_stage_0(&mut learner);
    learner.press(":cache before the site<Enter>");
    assert!(learner.notice().contains("An exam is in progress"), "{}", learner.notice());
    learner.press("C<Esc><Esc>");
    assert!(learner.notice().contains("again to leave the exam"), "{}", learner.notice());
    learner.press("<Enter>");
    assert_eq!(exam(&learner).run().phase(), ExamPhase::Explain, "the exam goes on");
    learner.press("<Esc><Esc><Esc>");
    assert!(learner.app.stage().is_none(), "the first deselects, the second asks, the third leaves");
}

#[test]
fn the_course_map_opens_exams_and_shows_the_best_result() {
    let mut learner = learner(SMALL);
    learner.app.progress.record_result("exam/2", 62);
    let line = learner.app.home.items.iter().position(|item| match item {
        CourseItem::Activity(activity) => activity.id == "exam-2",
        CourseItem::Lesson(_) | CourseItem::Scenario(_) => false,
    });
    let item = learner.app.home.items[line.expect("listed")].clone();
    let text = hoplight::app::status::course_line(&learner.app, &item, 60).text();
    assert!(text.ends_with("62 %"), "{text}");
    learner.press(":drawn by lot<Enter>");
    let first = exam(&learner).run().stage();
    let others = (0..12).map(|_| {
        learner.app.open_exam(None, ExamMode::Exam, None);
        exam(&learner).run().stage()
    });
    assert!(others.collect::<Vec<_>>().iter().any(|stage| *stage != first), "the lot varies");
}

#[test]
fn a_puzzle_is_solved_and_another_one_missed() {
    for size in [SMALL, LARGE] {
        let mut learner = learner(size);
        learner.press(":find the flaws<Enter>");
        let flaws: Vec<_> = puzzle(&learner).puzzle().flaws.iter().map(|flaw| flaw.rule).collect();
        let places = puzzle(&learner).rules().iter().enumerate().filter(|(_, rule)| flaws.contains(rule));
        let keys: String = places.map(|(place, _)| (place + 1).to_string()).collect();
        assert!(!learner.view().status.iter().any(|line| line.text().contains("plaintext")), "no hints");
        learner.press(&keys).press("<Enter>");
        assert_eq!((puzzle(&learner).solved(), learner.app.progress.result("practice/flaws")), (1, Some(1)));
        let site = learner.stage().infra().clone();
        learner.press("<Enter>");
        assert!(puzzle(&learner).score().is_none() && !Arc::ptr_eq(&site, learner.stage().infra()), "the next site");
        learner.press("<Enter>");
        let miss = learner.panel();
        assert!(
            miss.contains("Not solved.") && miss.contains("✗ Missed: ") && miss.contains("Fix: "),
            "each miss is explained: {miss}"
        );
        assert_eq!((puzzle(&learner).solved(), learner.app.progress.result("practice/flaws")), (0, Some(1)));
    }
}
