//! Moves and their price: alarms, hints, refused remedies, and what time does to them.

use std::time::Duration;

use hoplight_drill::{DebriefEvent, Difficulty, DrillRun, Effect, ProbeTarget, Verdict};
use hoplight_model::quantity::Rate;
use hoplight_model::{ComponentId, Element, RequestKind};
use hoplight_sim::{Command, Fault, SimTime};

use crate::site::{catalogue, solve, start, text, the_end, wait};

fn drill(id: &str, seed: u64) -> DrillRun {
    let catalogue = catalogue();
    let (drill, infra) = catalogue.find(id).expect("a drill");
    start(drill, infra, seed)
}

fn component(id: &str) -> Element {
    Element::Component(ComponentId::new(id))
}

#[test]
fn an_alarm_before_the_injection_is_false() {
    let mut run = drill("every-second-page", 1);
    wait(&mut run, 10);
    assert!(!run.declare());
    assert!(run.probe(&ProbeTarget::Site(RequestKind::Read)), "looking costs nothing");
    let cause = run.drill().remedy.cause.clone();
    assert_eq!(run.diagnose(&cause).verdict, Verdict::Wrong, "it is not there yet");
    assert_eq!((run.score().wrong_moves, run.score().detected_s), (2, None));
    wait(&mut run, 40);
    assert!(run.declare());
    assert!(run.score().detected_s.is_some_and(|after| (0.0..40.0).contains(&after)));
    assert_eq!(run.score().wrong_moves, 2);
    assert_eq!(run.diagnose(&cause).verdict, Verdict::Right);
}

#[test]
fn the_first_probe_after_the_injection_detects() {
    let mut run = drill("every-second-page", 1);
    wait(&mut run, 41);
    assert_eq!(run.score().detected_s, None);
    assert!(!run.probe(&ProbeTarget::Hop(ComponentId::new("web-1"), ComponentId::new("db-2"))), "there is no such hop");
    assert_eq!(run.score().detected_s, None);
    assert!(run.probe(&ProbeTarget::Hop(ComponentId::new("web-2"), ComponentId::new("app-2"))));
    assert!(run.score().detected_s.is_some());
}

#[test]
fn hints_come_one_by_one_and_cost_points() {
    let mut run = drill("no-more-logins", 1);
    wait(&mut run, 100);
    let mut helped = run.clone();
    let hints: Vec<String> = std::iter::from_fn(|| helped.hint().map(str::to_owned)).collect();
    assert_eq!(hints.len(), 3);
    for run in [&mut run, &mut helped] {
        solve(run, "with and without hints");
        run.advance(the_end());
    }
    assert_eq!(helped.score().points + 15, run.score().points);
}

#[test]
fn operators_can_do_what_operators_can_do() {
    let mut run = drill("no-more-logins", 1);
    wait(&mut run, 60);
    let disk = Fault::DiskFull(ComponentId::new("db-2"));
    for command in [Command::Fault(disk.clone()), Command::Rate(Rate::literal(1.0)), Command::Scan] {
        assert_eq!(run.remedy(command), Effect::NotAvailable);
    }
    assert!(matches!(run.remedy(Command::Clear(disk)), Effect::Refused(_)));
    assert_eq!(run.score().wrong_moves, 4);
}

#[test]
fn a_remedy_that_hurts_is_recognised_and_can_be_undone() {
    let mut run = drill("no-more-logins", 1);
    wait(&mut run, 60);
    assert_eq!(run.remedy(Command::Kill(component("web-1"))), Effect::Pending);
    wait(&mut run, 1);
    assert_eq!(run.remedy(Command::Kill(component("web-2"))), Effect::Pending);
    wait(&mut run, 40);
    assert!(run.view().attempts.iter().all(|attempt| attempt.effect == Effect::Hurt), "{:?}", run.view().attempts);
    for web in ["web-1", "web-2"] {
        assert_eq!(run.remedy(Command::Restore(component(web))), Effect::Pending);
    }
    wait(&mut run, 40);
    assert!(run.view().attempts.iter().skip(2).all(|attempt| attempt.effect == Effect::Helped), "{:?}", run.view().attempts);
    assert!(!run.is_mitigated(), "logins still fail");
    solve(&mut run, "after a detour");
    run.advance(the_end());
    assert!(run.is_mitigated());
    assert_eq!(run.score().wrong_moves, 2);
}

#[test]
fn a_workaround_counts_as_mitigation() {
    // app-2 stays dead, but nothing is sent to it any more.
    let mut run = drill("every-second-page", 1);
    wait(&mut run, 60);
    assert_eq!(run.remedy(Command::Drain(component("web-2"))), Effect::Pending);
    wait(&mut run, 60);
    assert!(run.is_mitigated() && !run.is_diagnosed() && !run.is_over(), "{}", text(&run));
    let cause = run.drill().remedy.cause.clone();
    assert_eq!(run.diagnose(&cause).verdict, Verdict::Right);
    assert!(run.is_over());
    assert!(run.debrief().expect("over").timeline.iter().any(|entry| entry.event == DebriefEvent::Mitigated));
}

#[test]
fn the_size_of_the_steps_does_not_matter() {
    let [mut coarse, mut fine] = [(); 2].map(|()| drill("a-long-afternoon", 9));
    let end = SimTime::from_secs(90);
    coarse.advance(SimTime::from_secs(50));
    while fine.now() < SimTime::from_secs(50) {
        fine.advance((fine.now() + Duration::from_millis(137)).min(SimTime::from_secs(50)));
    }
    for run in [&mut coarse, &mut fine] {
        run.probe(&ProbeTarget::Site(RequestKind::Read));
        run.advance(end);
    }
    assert_eq!(text(&coarse), text(&fine));
    assert_eq!(coarse.view(), fine.view());
}

#[test]
fn a_drill_ends_at_its_limit_or_when_given_up() {
    let mut run = drill("a-long-afternoon", 9);
    wait(&mut run, 50);
    let mut given_up = run.clone();
    given_up.finish();
    assert!(given_up.is_over() && given_up.debrief().is_some() && given_up.timeline().is_some());
    assert!(!given_up.probe(&ProbeTarget::Site(RequestKind::Read)));
    let end = run.deadline().expect("the fault is there");
    run.advance(the_end());
    assert!(run.is_over() && run.now() == end);
    assert_eq!(run.score().points, 0);
}

#[test]
fn the_offered_remedies_of_the_cause_work_without_knowing_its_size() {
    let catalogue = catalogue();
    for (drill, infra) in catalogue.drills() {
        let mut run = start(drill, infra, 3);
        wait(&mut run, u64::from(drill.onset_s.1) + 60);
        let offered = run.remedies(&drill.remedy.cause);
        assert!(!offered.is_empty(), "{}", drill.id);
        for command in offered {
            assert_eq!(run.remedy(command.clone()), Effect::Pending, "{}: {command:?}", drill.id);
        }
        wait(&mut run, 90);
        // Each agent has its own way to the service, and only one of them is named.
        assert_eq!(run.is_mitigated(), drill.id.as_str() != "lights-out", "{}", drill.id);
    }
}
#[test]
fn a_drill_is_as_loud_as_it_says() {
    let catalogue = catalogue();
    for (drill, infra) in catalogue.drills() {
        let mut run = start(drill, infra, 3);
        wait(&mut run, u64::from(drill.onset_s.1) + 30);
        let early = run.score();
        wait(&mut run, 60);
        let late = run.score();
        let failed = (late.lost - early.lost) as f64 / (late.ended - early.ended) as f64;
        let measured = match failed {
            failed if failed > 0.5 => Difficulty::Loud,
            failed if failed > 0.02 => Difficulty::Moderate,
            _ => Difficulty::Quiet,
        };
        assert_eq!(measured, drill.difficulty, "{}: {failed}", drill.id);
    }
}

/// A small deterministic generator of choices.
fn next(state: &mut u64, count: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from((*state >> 33) % count.max(1) as u64).expect("small")
}

#[test]
fn random_moves_keep_every_promise() {
    let catalogue = catalogue();
    let drills: Vec<_> = catalogue.drills().collect();
    for (place, (drill, infra)) in drills.into_iter().enumerate() {
        let play = || {
            let mut state = place as u64;
            let mut run = start(drill, infra, state);
            let (suspects, hops) = (run.suspects(), run.probe_hops());
            for _ in 0..40 {
                match next(&mut state, 8) {
                    0 => drop(run.diagnose(&suspects[next(&mut state, suspects.len())])),
                    1 => {
                        let (from, to) = hops[next(&mut state, hops.len())].clone();
                        run.probe(&ProbeTarget::Hop(from, to));
                    }
                    2 => drop(run.probe(&ProbeTarget::Site(RequestKind::ALL[next(&mut state, 3)]))),
                    3 => drop(run.tap(Some(&hops[next(&mut state, hops.len())]))),
                    4 => {
                        let element = suspects[next(&mut state, suspects.len())].element.clone();
                        let command = element.map_or(Command::SynCookies(true), Command::Kill);
                        run.remedy(command);
                    }
                    _ => {
                        let cause = &suspects[next(&mut state, suspects.len())];
                        for command in run.remedies(cause) {
                            run.remedy(command);
                        }
                    }
                }
                wait(&mut run, 2);
                let score = run.score();
                assert!(score.lost <= score.ended && score.points <= hoplight_drill::MOST_POINTS, "{}: {score:?}", drill.id);
                assert_eq!(run.is_over(), run.debrief().is_some(), "{}", drill.id);
            }
            run.finish();
            (text(&run), run.debrief())
        };
        assert!(play() == play(), "{}", drill.id);
    }
}
