//! The runner, state by state: gates, retries, hints, skipping, going back.

use std::sync::Arc;

use hoplight::lesson::{
    Answered, Changed, Clock, Hinted, LessonRun, Moved, Observation, Opening, Pace, Place, Refusal, Score, Solved, Stay,
    StepEntry, Submitted, Toggled,
};
use hoplight::model::{ComponentId, Element, ServerId};
use hoplight::sim::{Command, SimTime, Simulation, Timeline};

use super::{small, stage_2};

fn web_1() -> Element {
    Element::Component(ComponentId::new("web-1"))
}

fn server(id: &str) -> Element {
    Element::Server(ServerId::new(id))
}

fn timeline() -> Timeline {
    Timeline::new(Simulation::new(stage_2(), 1))
}

fn look(run: &mut LessonRun, timeline: &Timeline) -> Changed {
    let sim = timeline.simulation();
    run.observe(&Observation {
        sim,
        selected: None,
        pace: Pace::Live,
        paused: false,
        steps_forward: 0,
        steps_back: 0,
        wiretap: None,
        followed: None,
        reached: &[],
    })
}

/// Returns a run at the step of this index, with the setup of all steps up to it executed.
fn at(step: usize) -> (LessonRun, Timeline) {
    let mut timeline = timeline();
    let (mut run, entry) = LessonRun::start_at(small(), step);
    entry.carry_out(&mut timeline).expect("a valid setup");
    let _ = look(&mut run, &timeline);
    (run, timeline)
}

fn met(run: &LessonRun) -> Vec<bool> {
    run.goals().map(|(_, met)| met).collect()
}

fn entry_of(moved: Moved) -> StepEntry {
    let Moved::Step(entry) = moved else { panic!("{moved:?}") };
    entry
}

#[test]
fn the_first_entry_holds_the_setup_and_the_pace() {
    let (run, entry) = LessonRun::start(small());
    assert_eq!(run.place(), Place::Step(0));
    assert_eq!((entry.openings.len(), entry.pace), (1, Some(Pace::Live)));
    assert!(run.is_open(), "the step has no goals");
}

#[test]
fn goals_are_met_in_order() {
    let (mut run, mut timeline) = at(1);
    assert_eq!(run.proceed(), Moved::Stays(Stay::GoalsOpen(run.goals().map(|(label, _)| label.clone()).collect())));
    let Moved::Stays(stay) = run.proceed() else { panic!("it is closed") };
    assert_eq!(stay.to_string(), "two goals are open: web-1 is down; no more errors");

    // The site works all along, but "no more errors" is only checked after the kill.
    timeline.seek(SimTime::from_secs(10));
    assert_eq!(look(&mut run, &timeline), Changed::Nothing);
    timeline.apply(Command::Kill(web_1())).unwrap();
    assert_eq!(look(&mut run, &timeline), Changed::Goals(vec![0]), "the time before the kill does not count");
    assert!(run.reveal().is_none());

    timeline.seek(SimTime::from_secs(30));
    assert_eq!(look(&mut run, &timeline), Changed::Passed(vec![1]));
    assert_eq!(look(&mut run, &timeline), Changed::Nothing);
    assert_eq!(run.reveal().and_then(|reveal| reveal.text).map(hoplight::model::Text::as_str), Some("The other one took over."));
    assert!(matches!(run.proceed(), Moved::Step(_)));
}

#[test]
fn a_state_that_ends_opens_its_goal_again() {
    let (mut run, mut timeline) = at(1);
    timeline.apply(Command::Kill(web_1())).unwrap();
    assert_eq!(look(&mut run, &timeline), Changed::Goals(vec![0]));
    timeline.seek(SimTime::from_secs(30));
    assert_eq!(look(&mut run, &timeline), Changed::Passed(vec![1]));
    timeline.apply(Command::Restore(web_1())).unwrap();
    assert_eq!(look(&mut run, &timeline), Changed::Reopened(vec![0]));
    assert_eq!(met(&run), [false, true]);
    assert!(!run.is_open() && run.reveal().is_none());
    let Moved::Stays(stay) = run.proceed() else { panic!("it is closed") };
    assert_eq!(stay.to_string(), "one goal is open: web-1 is down");

    // After the next kill, the time before it does not count.
    timeline.apply(Command::Kill(web_1())).unwrap();
    assert_eq!(look(&mut run, &timeline), Changed::Goals(vec![0]));
    assert_eq!(met(&run), [true, false], "errors are possible again");
    timeline.seek(SimTime::from_secs(60));
    assert_eq!(look(&mut run, &timeline), Changed::Passed(vec![1]));

    // A step that has been left stays as it was.
    let _ = run.proceed();
    timeline.apply(Command::Restore(web_1())).unwrap();
    let _ = run.previous();
    assert_eq!(look(&mut run, &timeline), Changed::Nothing);
    assert_eq!(met(&run), [true, true]);
}

#[test]
fn a_site_that_is_down_never_meets_the_goal() {
    let (mut run, mut timeline) = at(1);
    for id in ["web-1", "lb-1"] {
        timeline.apply(Command::Kill(Element::Component(ComponentId::new(id)))).unwrap();
    }
    for second in 1..60 {
        timeline.seek(SimTime::from_secs(second));
        let _ = look(&mut run, &timeline);
    }
    assert_eq!(met(&run), [true, false]);
}

#[test]
fn a_prediction_passes_with_any_answer_and_is_judged_at_the_reveal() {
    let (mut run, mut timeline) = at(2);
    assert_eq!(run.proceed(), Moved::Stays(Stay::NotPredicted));
    assert_eq!(run.answer(3), Answered::Refused(Refusal::NoSuchOption { options: 3 }));
    assert_eq!(run.answer(0), Answered::Predicted);
    assert_eq!(run.answer(1), Answered::Refused(Refusal::AlreadyAnswered));
    assert!(run.reveal().is_none(), "the step has no reveal");

    entry_of(run.proceed()).carry_out(&mut timeline).unwrap();
    let _ = look(&mut run, &timeline);
    assert!(run.reveal().is_none());
    timeline.apply(Command::Restore(web_1())).unwrap();
    assert_eq!(look(&mut run, &timeline), Changed::Passed(vec![0]));
    let reveal = run.reveal().expect("the gate has passed");
    assert_eq!(reveal.prediction.map(|(right, why)| (right, why.as_str())), Some((false, "Not this.")));
}

#[test]
fn an_ask_gate_requires_the_right_answer_and_allows_retries() {
    let (mut run, _) = at(4);
    assert_eq!(run.proceed(), Moved::Stays(Stay::NotAnswered));
    assert!(matches!(run.answer(0), Answered::Wrong(_)));
    assert_eq!(run.proceed(), Moved::Stays(Stay::NotAnswered));
    assert!(matches!(run.answer(1), Answered::Right(_)));
    assert_eq!(run.tried(), [0, 1]);
    assert_eq!(run.answer(0), Answered::Refused(Refusal::AlreadyAnswered));
    assert!(matches!(run.proceed(), Moved::Step(_)));
}

#[test]
fn marks_are_judged_against_the_infrastructure() {
    let (mut run, _) = at(5);
    let infra = stage_2();
    assert_eq!(run.answer(0), Answered::Refused(Refusal::MarksWanted));
    assert_eq!(run.submit_marks(&infra), Submitted::Refused(Refusal::NothingMarked));
    let refused = run.toggle_mark(&infra, web_1());
    assert_eq!(refused, Toggled::Refused(Refusal::CannotMark { element: web_1(), wanted: "servers" }));
    assert_eq!(run.toggle_mark(&infra, server("server-2")), Toggled::Marked);
    assert_eq!(run.submit_marks(&infra), Submitted::Wrong { missing: 1, extra: 1 });
    assert_eq!(run.proceed(), Moved::Stays(Stay::NotMarked));
    assert_eq!(run.toggle_mark(&infra, server("server-2")), Toggled::Unmarked);
    assert_eq!(run.toggle_mark(&infra, server("server-1")), Toggled::Marked);
    assert!(matches!(run.submit_marks(&infra), Submitted::Right(_)));
    assert_eq!(run.proceed(), Moved::Quiz(0));
}

#[test]
fn hints_come_one_by_one_and_the_solution_after_them() {
    let (mut run, _) = at(1);
    assert_eq!(run.solution(), Solved::HintsFirst(3));
    for number in 1..=3 {
        assert!(matches!(run.hint(), Hinted::Hint { number: shown, of: 3, .. } if shown == number));
        assert_eq!(run.hints().len(), number);
    }
    assert_eq!(run.hint(), Hinted::SolutionNext);
    assert!(!run.solution_shown());
    let Solved::Shown(acts) = run.solution() else { panic!("all hints are shown") };
    assert_eq!(acts.iter().map(ToString::to_string).collect::<Vec<_>>(), ["kill web-1", "wait 15 s"]);
    assert!(run.solution_shown());

    let (mut run, _) = at(0);
    assert_eq!((run.hint(), run.solution()), (Hinted::NotNeeded, Solved::NotNeeded));
}

#[test]
fn skipping_passes_a_closed_gate_and_the_next_step_sets_itself_up() {
    let (mut run, mut timeline) = at(1);
    let waits = StepEntry { clock: Some(Clock::Waits), ..StepEntry::default() };
    assert_eq!(entry_of(run.skip(&stage_2())), waits, "a prediction changes nothing, and time stands still");
    let entry = entry_of(run.skip(&stage_2()));
    assert_eq!(entry.openings, [Opening::Do(Command::Kill(web_1()))]);
    entry.carry_out(&mut timeline).unwrap();
    assert_eq!(timeline.simulation().is_up(&web_1()), Some(false));
    // The setup may kill a component that is already down.
    entry.carry_out(&mut timeline).unwrap();
}

#[test]
fn going_back_shows_a_step_unchanged_and_runs_no_setup() {
    let (mut run, mut timeline) = at(3);
    timeline.apply(Command::Restore(web_1())).unwrap();
    assert_eq!(look(&mut run, &timeline), Changed::Passed(vec![0]));
    assert_eq!(entry_of(run.previous()), StepEntry::default());
    assert_eq!(entry_of(run.skip(&stage_2())), StepEntry::default(), "forward again, web-1 is not killed again");
    assert_eq!(met(&run), [true]);
    assert_eq!(timeline.simulation().is_up(&web_1()), Some(true));

    // A restart runs the setup again.
    let entry = entry_of(run.again());
    assert_eq!(entry.openings, [Opening::Do(Command::Kill(web_1()))]);
    assert_eq!(met(&run), [false]);
    for _ in 0..3 {
        let _ = run.previous();
    }
    let Moved::Step(_) = run.proceed() else { panic!("visited steps have no gate") };
    let _ = run.previous();
    assert_eq!(run.previous(), Moved::Stays(Stay::AtStart));
}

#[test]
fn a_repaired_start_restores_servers_before_their_components() {
    let mut timeline = timeline();
    let link = Element::Hop(ComponentId::new("lb-1"), ComponentId::new("web-2"));
    for element in [web_1(), server("server-2"), server("server-1"), link] {
        timeline.apply(Command::Kill(element)).unwrap();
    }
    let repair = StepEntry { openings: vec![Opening::Repair(Vec::new())], ..StepEntry::default() };
    repair.carry_out(&mut timeline).unwrap();
    let sim = timeline.simulation();
    let infra = Arc::clone(sim.infrastructure());
    for (_, component) in infra.components() {
        assert_eq!(sim.is_up(&Element::Component(component.id.clone())), Some(true), "{}", component.id);
    }
    for (link, _) in infra.links() {
        assert_eq!(sim.is_up(&infra.hop_element(link)), Some(true));
    }
}

#[test]
fn the_quiz_counts_first_answers() {
    let (mut run, _) = at(5);
    assert_eq!(run.pass(), Moved::Quiz(0));
    assert_eq!(run.proceed(), Moved::Stays(Stay::NotAnswered));
    assert!(matches!(run.answer(1), Answered::Wrong(_)));
    assert!(matches!(run.answer(0), Answered::Right(_)), "another attempt is allowed but does not count");
    for question in 1..4 {
        assert_eq!(run.proceed(), Moved::Quiz(question));
        assert!(matches!(run.answer(0), Answered::Right(_)));
    }
    assert_eq!(run.proceed(), Moved::Quiz(4));
    assert_eq!(run.proceed(), Moved::Stays(Stay::NotMarked));
    assert_eq!(run.skip(&stage_2()), Moved::Shows, "the right answer comes first");
    assert!(run.is_given_up() && run.is_open());
    assert_eq!(run.review().map(|review| review.missing.is_empty()), Some(false));
    assert_eq!(run.skip(&stage_2()), Moved::Finished(Score { right: 3, of: 5 }));
    let missed: Vec<&str> = run.missed().map(|question| question.stem.as_str()).collect();
    assert_eq!(missed, ["One?", "Mark the hops."]);
    assert_eq!(run.proceed(), Moved::Stays(Stay::AtEnd));
    assert_eq!(run.previous(), Moved::Quiz(4));
}

#[test]
fn the_quiz_can_be_retried_alone() {
    let (run, _) = at(6);
    let mut run = run.shuffled(7, 0);
    assert_eq!(run.again(), Moved::Stays(Stay::InQuiz));
    let order = run.option_order();
    while run.pass() != Moved::Finished(Score { right: 0, of: 5 }) {}
    assert_eq!(run.again(), Moved::Quiz(0));
    assert_eq!(run.attempt(), 1);
    assert_eq!(run.proceed(), Moved::Stays(Stay::NotAnswered), "the questions are open again");
    let other = run.option_order();
    assert!(order.len() == 3 && other.len() == 3);
    for question in 1..5 {
        assert!(matches!(run.answer(0), Answered::Right(_)));
        assert_eq!(run.proceed(), Moved::Quiz(question));
    }
    for element in hoplight::lesson::MarkTarget::ExposedHops.right(&stage_2()) {
        assert_eq!(run.toggle_mark(&stage_2(), element), Toggled::Marked);
    }
    assert!(matches!(run.submit_marks(&stage_2()), Submitted::Right(_)));
    assert_eq!(run.proceed(), Moved::Finished(Score { right: 5, of: 5 }));
    assert_eq!(run.missed().count(), 0);
}

#[test]
fn a_skipped_question_shows_its_answer_and_then_lets_go_on() {
    let (mut run, _) = at(4);
    assert!(matches!(run.answer(0), Answered::Wrong(_)));
    assert_eq!(run.skip(&stage_2()), Moved::Shows);
    assert!(run.is_given_up() && run.is_open() && !run.is_solved());
    assert_eq!(run.answer(1), Answered::Refused(Refusal::AlreadyAnswered), "it has just been shown");
    assert!(matches!(run.skip(&stage_2()), Moved::Step(_)));
    // A prediction shows nothing: the experiment will.
    let (mut run, _) = at(2);
    assert!(matches!(run.skip(&stage_2()), Moved::Step(_)));
}

#[test]
fn submitted_marks_say_which_are_right_missing_and_surplus() {
    let (mut run, _) = at(5);
    let infra = stage_2();
    assert_eq!(run.review(), None);
    assert_eq!(run.toggle_mark(&infra, server("server-2")), Toggled::Marked);
    assert_eq!(run.review(), None, "not before they are submitted");
    let _ = run.submit_marks(&infra);
    let review = run.review().expect("submitted");
    assert!(review.right.is_empty());
    assert_eq!((&review.missing, &review.surplus), (&[server("server-1")].into(), &[server("server-2")].into()));
    assert_eq!(run.toggle_mark(&infra, server("server-2")), Toggled::Unmarked);
    assert_eq!(run.review(), None, "a new try");
}

#[test]
fn an_old_selection_does_not_count() {
    use hoplight::lesson::Condition;
    use hoplight::lesson::condition::Baseline;
    let timeline = timeline();
    let (web, other) = (web_1(), server("server-2"));
    let selecting = |element| Observation { selected: Some(element), ..seen(timeline.simulation(), 0) };
    let began = Baseline::from(&selecting(&web));
    assert!(!Condition::Selected(web.clone()).holds(&selecting(&web), &began));
    assert!(Condition::Selected(other.clone()).holds(&selecting(&other), &began));
    let chosen = Baseline { selected: None, ..began };
    assert!(Condition::Selected(web.clone()).holds(&selecting(&web), &chosen), "selected again in this step");
}

/// Returns an observation of a paused simulation.
fn seen(sim: &Simulation, steps_forward: u32) -> Observation<'_> {
    Observation {
        sim,
        selected: None,
        pace: Pace::Trace,
        paused: true,
        steps_forward,
        steps_back: 0,
        wiretap: None,
        followed: None,
        reached: &[],
    }
}

#[test]
fn steps_and_totals_count_from_the_start_of_the_step() {
    use hoplight::lesson::Condition;
    use hoplight::lesson::condition::Baseline;
    let mut timeline = timeline();
    timeline.seek(SimTime::from_secs(5));
    let began = Baseline::from(&seen(timeline.simulation(), 7));
    let stepped = Condition::Stepped { forward: 2, back: 0 };
    assert!(!stepped.holds(&seen(timeline.simulation(), 8), &began));
    assert!(stepped.holds(&seen(timeline.simulation(), 9), &began));
    let completed = Condition::Completed { kind: None, count: 50 };
    assert!(!completed.holds(&seen(timeline.simulation(), 7), &began), "requests that ended before do not count");
    timeline.seek(SimTime::from_secs(6));
    assert!(completed.holds(&seen(timeline.simulation(), 7), &began));
    timeline.seek(SimTime::from_secs(2));
    assert!(!completed.holds(&seen(timeline.simulation(), 7), &began), "nor do requests that a rewind undid");
}

#[test]
fn a_wiretap_counts_on_its_hop_and_a_password_once_it_was_read() {
    use hoplight::lesson::condition::{Baseline, Wiretap};
    use hoplight::lesson::{Act, Condition};
    let timeline = timeline();
    let [lb, web, other] = ["lb-1", "web-1", "web-2"].map(ComponentId::new);
    let with = |password_at: Option<u64>| Observation {
        wiretap: Some(Wiretap { on: (&lb, &web), password_at: password_at.map(SimTime::from_secs) }),
        ..seen(timeline.simulation(), 0)
    };
    let began = Baseline { fresh: SimTime::from_secs(5), ..Baseline::from(&seen(timeline.simulation(), 0)) };
    let tapped = |to: &ComponentId| Condition::Tapped(lb.clone(), to.clone());
    assert!(tapped(&web).holds(&with(None), &began));
    assert!(!tapped(&other).holds(&with(None), &began));
    assert!(!Condition::Tapped(web.clone(), lb.clone()).holds(&with(None), &began), "a hop has a direction");
    assert!(!tapped(&web).holds(&seen(timeline.simulation(), 0), &began), "no wiretap");
    let reads = [None, Some(4), Some(5), Some(6)].map(|at| Condition::PasswordRead.holds(&with(at), &began));
    assert_eq!(reads, [false, false, true, true], "a password read before the step does not count");
    assert!(!Condition::PasswordRead.holds(&seen(timeline.simulation(), 0), &began));
    assert_eq!(Act::Tap(lb.clone(), web.clone()).to_string(), "listen on lb-1 → web-1");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// Any actions, in any order.
    #[test]
    fn the_runner_stays_consistent(presses in proptest::collection::vec(0..12_usize, 0..80), step in 0..9_usize) {
        let infra = stage_2();
        let timeline = timeline();
        let (mut run, _) = LessonRun::start_at(small(), step);
        for press in presses {
            let (before, open) = (run.place(), run.is_open());
            match press {
                0 | 1 => match run.proceed() {
                    Moved::Stays(_) => proptest::prop_assert!(!open && run.place() == before),
                    _ => proptest::prop_assert!(open && run.place() > before),
                },
                2 => drop(run.skip(&infra)),
                3 => drop(run.previous()),
                4 => drop(run.again()),
                5..=7 => drop(run.answer(press - 5)),
                8 => drop(run.toggle_mark(&infra, server("server-1"))),
                9 => drop(run.submit_marks(&infra)),
                10 => drop((run.hint(), run.solution())),
                _ => drop(look(&mut run, &timeline)),
            }
            proptest::prop_assert!(run.score().right <= run.score().of);
            proptest::prop_assert_eq!(run.step().is_some(), matches!(run.place(), Place::Step(_)));
            proptest::prop_assert!(run.hints().len() <= 3);
        }
    }
}

#[test]
fn a_lesson_without_steps_is_its_quiz() {
    let mut lesson = Arc::unwrap_or_clone(small());
    lesson.steps.clear();
    let (run, entry) = LessonRun::start(Arc::new(lesson.clone()));
    assert_eq!((run.place(), entry.openings.len()), (Place::Quiz(0), 1));
    lesson.quiz.clear();
    let (mut run, _) = LessonRun::start(Arc::new(lesson));
    assert_eq!(run.place(), Place::Finished);
    assert_eq!(run.previous(), Moved::Stays(Stay::AtStart));
}
