//! The screens of the gallery, each reached by a fixed sequence of keys.

use std::sync::LazyLock;

use hoplight::lesson::{Place, Progress, Sources};

use hoplight_exam::{ExamMode, ExamStage};

use crate::learner::{LARGE, Learner, SMALL, component, hop, library, server};

/// Columns and rows.
const SIZES: [(u16, u16); 3] = [SMALL, LARGE, (200, 60)];
/// A screen that is too small.
const TOO_SMALL: (u16, u16) = (60, 20);

/// A screen with a learner in front of it.
pub(super) struct GalleryScreen {
    /// The name of the screen's files.
    pub(super) name: &'static str,
    /// The title, for readers.
    pub(super) title: &'static str,
    pub(super) learner: Learner,
}

/// All screens at all sizes, shared by the tests.
pub(super) static SCREENS: LazyLock<Vec<GalleryScreen>> = LazyLock::new(|| SIZES.into_iter().flat_map(screens).collect());

/// Returns all screens at one size.
fn screens(size: (u16, u16)) -> Vec<GalleryScreen> {
    let mut all = Vec::new();
    let mut add = |name, title, learner| all.push(GalleryScreen { name, title, learner });
    add("course_map", "The course map", Learner::new(size));
    add("progress", "The course map of a learner who has come a way", with_progress(size));
    for (name, title, learner) in [
        stage(size),
        in_lesson(size),
        overlays(size),
        looking(size),
        trouble(size),
        windows(size),
        building(size),
        drill(size),
        reviews(size),
        exam(size),
    ]
    .into_iter()
    .flatten()
    {
        add(name, title, learner);
    }
    if size == SMALL {
        add("too_small", "A window that is too small", Learner::new(TOO_SMALL));
    }
    all
}

type Named = (&'static str, &'static str, Learner);

/// Stage 2 after four seconds.
fn exploring(size: (u16, u16)) -> Learner {
    let mut learner = Learner::exploring(size);
    learner.wait(40);
    learner
}

/// Stage 2 after four seconds, then some keys, then some frames.
fn pressing(size: (u16, u16), keys: &str, frames: usize) -> Learner {
    let mut learner = exploring(size);
    learner.press(keys).wait(frames);
    learner
}

fn with_progress(size: (u16, u16)) -> Learner {
    let mut learner = Learner::in_lesson("journey-of-a-request", size);
    skip_to(&mut learner, Place::Finished);
    let mut learner = Learner::with(library(), std::mem::take(&mut learner.app.progress), size);
    assert!(learner.app.open_lesson("where-tls-ends"));
    learner.press("nnn<Esc><Esc>");
    assert!(learner.app.stage().is_none());
    learner.wait(40).press("jjjjjjj").wait(40);
    learner
}

fn stage(size: (u16, u16)) -> Vec<Named> {
    vec![
        ("stage", "The stage, time stopped", pressing(size, " ", 0)),
        ("large_site", "A site that is larger than most windows, with its map", large_site(size)),
    ]
}

/// An incident drill: before it, during it with the incident declared, and after it.
fn drill(size: (u16, u16)) -> Vec<Named> {
    let drilled = |keys: &str, frames: usize, then: &str| {
        let mut learner = Learner::new(size);
        assert!(learner.app.open_drill("every-second-page"));
        learner.press(keys).wait(frames).press(then);
        learner
    };
    vec![
        ("drill_briefing", "The briefing of an incident drill", drilled("", 0, "")),
        ("drill_incident", "An incident: what stands out, newest first", drilled("<Enter>", 450, "d")),
        ("drill_monitoring", "An incident: the monitoring screen", drilled("<Enter>", 450, "d2")),
        ("drill_plan", "An incident: the plan of the site", drilled("<Enter>", 450, "d6<Tab><Tab>")),
        ("drill_cause", "Naming the cause", drilled("<Enter>", 450, "dcapp-2")),
        ("drill_debriefing", "The debriefing of an incident drill", solved(drilled("<Enter>", 450, "d"))),
    ]
}

/// Solves the drill, and waits for its end.
fn solved(mut learner: Learner) -> Learner {
    learner.press("capp-2 has crashed<Enter>rrestore app-2<Enter>").wait(300);
    assert!(learner.stage().drill().is_some_and(|drill| drill.debrief().is_some()));
    learner
}

/// A site of ten identical servers, panned to the middle.
fn large_site(size: (u16, u16)) -> Learner {
    let each = |text: &dyn Fn(usize) -> String| (1..=10).map(text).collect::<Vec<_>>().join(", ");
    let servers = each(&|number| format!("(id: \"server-{number}\")"));
    let components = each(&|number| {
        format!(
            "(id: \"web-{number}\", kind: Web(), server: \"server-{number}\"), (id: \"app-{number}\", kind: App(), server: \"server-{number}\")"
        )
    });
    let links = each(&|number| {
        format!(
            "(from: \"lb\", to: \"web-{number}\"), (from: \"web-{number}\", to: \"app-{number}\"), (from: \"app-{number}\", to: \"db\")"
        )
    });
    let site = format!(
        "(title: \"Ten servers\", servers: [{servers}], components: [(id: \"lb\", kind: LoadBalancer()), {components}, (id: \"db\", kind: Database())], links: [{links}])"
    );
    let mut library = library();
    library.extend(Sources { scenarios: &[("ten-servers.ron", &site)], ..Sources::default() }).expect("a valid scenario");
    let infra = library.scenario("ten-servers").expect("just loaded").clone();
    let mut learner = Learner::with(library, Progress::default(), size);
    learner.app.open_scenario(infra);
    learner.wait(40).select(&component("app-5")).press(" ");
    learner
}

/// Skips steps and questions up to a place in the lesson.
fn skip_to(learner: &mut Learner, place: Place) {
    while learner.run().place() != place {
        assert_ne!(learner.run().place(), Place::Finished, "there is no {place:?}");
        learner.press("n");
    }
}

fn in_lesson(size: (u16, u16)) -> Vec<Named> {
    let mut lesson = Learner::in_lesson("where-tls-ends", size);
    lesson.wait(20).press("n").wait(10);
    let mut hints = Learner::in_lesson("where-tls-ends", size);
    hints.wait(20).press("nnhhhh").wait(10);
    let mut question = Learner::in_lesson("single-points-of-failure", size);
    skip_to(&mut question, Place::Quiz(1));
    question.answer(0);
    question.wait(10);
    let mut marks = Learner::in_lesson("single-points-of-failure", size);
    while marks.run().step().is_some_and(|step| step.title.to_string() != "Mark the single points") {
        marks.press("n");
    }
    marks
        .wait(20)
        .select(&component("db-1"))
        .press("m")
        .select(&component("web-1"))
        .press("m")
        .select(&component("app-1"))
        .press("<Enter>")
        .wait(10);
    let mut end = Learner::in_lesson("single-points-of-failure", size);
    skip_to(&mut end, Place::Finished);
    vec![
        ("lesson", "A step of a lesson", lesson),
        ("hints", "All hints, and the solution", hints),
        ("marks", "An answer on the diagram: marks, right and wrong", marks),
        ("question", "A question of a quiz, with a wrong answer", question),
        ("lesson_end", "The end of a lesson", end),
    ]
}

/// The topology editor and missions.
fn building(size: (u16, u16)) -> Vec<Named> {
    let board = |keys: &str| {
        let mut learner = Learner::new(size);
        learner.press(":empty board<Enter>").press(keys).wait(20);
        learner
    };
    let edited = |keys: &str| {
        let mut learner = exploring(size);
        learner.press("E").wait(5).press(keys).wait(5);
        learner
    };
    let first = "aload<Enter>aweb<Enter>";
    let mut mission = Learner::new(size);
    mission.press(":read in a caf<Enter>").wait(60);
    let mut passed = Learner::new(size);
    passed.press(":urls still readable<Enter>").wait(60).press("tC").wait(80);
    vec![
        ("board", "The topology editor: an empty board", board("")),
        ("board_begun", "The topology editor: a design that is not complete", board(first)),
        ("editor", "The topology editor on stage 2, with the review", edited(":select web-1<Enter>")),
        ("editor_link", "A link that has been started", edited(":select lb-1<Enter>c")),
        ("editor_add", "The parts that can be added", edited(":select server-2<Enter>a")),
        ("editor_settings", "The settings of a balancer", edited(":select lb-1<Enter><Enter>")),
        ("editor_rules", "A rule of a firewall, with a mistake", edited(":select fw-2<Enter><Enter>in 3<Enter>nobody 80")),
        ("editor_findings", "What a review says about a design", edited("F")),
        ("mission", "A mission, measured as it was found", mission),
        ("mission_passed", "A mission that is passed", passed),
    ]
}

/// Design reviews.
fn reviews(size: (u16, u16)) -> Vec<Named> {
    let reviewing = |keys: &str| {
        let mut learner = Learner::new(size);
        assert!(learner.app.open_review("write-up-2"), "it is shipped");
        learner.wait(10).press(keys).wait(5);
        learner
    };
    let marks = "nnn<Enter>nnnn<Enter><Tab><Tab><Tab>m";
    let judged = |keys: &str| {
        let mut learner = reviewing("nnn<Enter>n<Enter>Fsingle-point<Enter><Esc>S");
        learner.wait(40).press(keys).wait(20);
        learner
    };
    vec![
        ("review", "A design review: the text beside its diagram", reviewing("")),
        ("review_marks", "A design review with marks", reviewing(marks)),
        ("review_findings", "The findings to choose from", reviewing("Fbalances<Enter>")),
        ("review_judged", "A design review, judged", judged("")),
        ("review_repaired", "The repaired design, measured", judged("R ")),
    ]
}

fn overlays(size: (u16, u16)) -> Vec<Named> {
    let under = |count: usize| pressing(size, &"v".repeat(count), 10);
    vec![
        ("overlay_readable_hops", "Overlay: readable hops", under(1)),
        ("overlay", "Overlay: single points of failure", under(2)),
        ("overlay_software", "Overlay: shared software", under(3)),
        ("overlay_domains", "Overlay: failure domains", under(4)),
        ("overlay_capacity", "Overlay: predicted capacity", under(5)),
    ]
}

/// Selects an element and shows its panel, which a small screen shows only on request.
fn panel(size: (u16, u16), element: &hoplight::model::Element) -> Learner {
    let mut learner = exploring(size);
    learner.select(element).press(if size == SMALL { "i " } else { " " });
    learner
}

fn looking(size: (u16, u16)) -> Vec<Named> {
    let mut tap = exploring(size);
    tap.select(&hop("lb-1", "web-1")).press("w").wait(20).press(" ");
    let mut journey = exploring(size);
    journey.press("r").wait(40);
    vec![
        ("packet", "One request, hop by hop", pressing(size, "pr", 60)),
        ("journey", "The way of a request that has ended", journey),
        ("wiretap", "A wiretap on a plaintext hop", tap),
        ("hop", "A hop: what it carries, and who can read it", panel(size, &hop("lb-1", "web-1"))),
        ("firewall", "A firewall with its rules", panel(size, &component("fw-2"))),
        ("database", "A replica", panel(size, &component("db-2"))),
        ("agent", "A monitoring agent", panel(size, &component("agent-2"))),
    ]
}

fn trouble(size: (u16, u16)) -> Vec<Named> {
    let mut failure = exploring(size);
    failure.select(&component("db-1")).press("x").wait(60).press(" ");
    let mut balancer = exploring(size);
    balancer.select(&server("server-2")).press("x").wait(90).select(&component("lb-1"));
    balancer.press(if size == SMALL { "i " } else { " " });
    vec![
        ("failure", "The primary database is dead", failure),
        ("balancer", "A balancer with a dead backend", balancer),
        ("monitor", "The monitoring screen", pressing(size, "m", 60)),
        ("comparison", "Two designs side by side", pressing(size, "Cre-enc<Enter>", 30)),
    ]
}

fn windows(size: (u16, u16)) -> Vec<Named> {
    let mut log = exploring(size);
    log.press("t").select(&server("server-2")).press("x").wait(60).press("xL");
    vec![
        ("faults", "Everything that can go wrong", pressing(size, "X", 0)),
        ("log", "What happened, and why", log),
        ("jump", "A jump to a moment", pressing(size, "J3", 0)),
        ("glossary", "The glossary", pressing(size, "gtls", 0)),
        ("palette", "Everything that can be done or opened", pressing(size, ":tls", 0)),
        ("help", "The help", pressing(size, "?", 0)),
    ]
}

/// An exam of stage 0, after some keys.
fn examined(size: (u16, u16), keys: &str) -> Learner {
    let mut learner = Learner::new(size);
    learner.app.open_exam(Some(ExamStage::Simple), ExamMode::Exam, Some(7));
    learner.wait(600).press(keys);
    learner
}

/// The keys that draw stage 0.
fn drawing() -> String {
    ["dns", "web new", "application", "database"].map(|part| format!("a{part}<Enter>")).concat()
}

fn exam(size: (u16, u16)) -> Vec<Named> {
    let drawn = drawing();
    let after = |keys: &str| examined(size, &format!("{drawn}{keys}"));
    let skipped = format!("C{}", "S".repeat(EXPLAINED));
    let defence = after(&format!("{skipped}<Down>1"));
    let mut report = after(&format!("{skipped}{}", "S".repeat(DEFENDED)));
    report.app.report_saved(Ok("~/.local/share/hoplight/designs/exam-stage-0-1.md".to_owned()));
    let mut puzzle = examined(size, "");
    puzzle.app.open_puzzle();
    puzzle.press("<Down> ");
    let mut missed = puzzle.app.clone();
    missed.press(hoplight::app::Key::plain(hoplight::app::Code::Enter));
    vec![
        ("exam_draw", "The whiteboard exam: drawing", examined(size, &drawn)),
        ("exam_explain", "The whiteboard exam: grading an explanation", after("C<Enter>yh")),
        ("exam_statements", "The whiteboard exam: choosing statements", after("Cc<Down>1")),
        ("exam_defend", "The whiteboard exam: defending the drawing", defence),
        ("exam_answer", "The whiteboard exam: an answer explained", after(&format!("{skipped}1<Enter>"))),
        ("exam_report", "The whiteboard exam: the report", report),
        ("puzzle", "Generated practice: find the flaws", puzzle),
        ("puzzle_answer", "Generated practice: the answer", Learner { app: missed, effects: Vec::new() }),
    ]
}

/// Number of items that an exam of stage 0 asks to explain.
const EXPLAINED: usize = 18;
/// Number of questions about its drawing.
const DEFENDED: usize = 6;
