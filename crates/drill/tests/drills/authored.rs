//! The authored drills.

use std::collections::BTreeSet;
use std::sync::Arc;

use hoplight_drill::{Drill, Effect, Side, Verdict};
use hoplight_model::Infrastructure;

use crate::site::{catalogue, hides, shows_nothing, solve, start, text, the_end, useless, wait};

/// Seeds with which each drill is played.
const SEEDS: std::ops::Range<u64> = 0..2;
/// Seconds from the latest injection to the solution.
const THINKING_S: u64 = 60;

/// One test for each drill.
macro_rules! played {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            is_solved_by_its_solution_and_by_nothing_else(&stringify!($name).replace('_', "-"));
        })*

        #[test]
        fn every_drill_is_played() {
            let played: Vec<String> = [$(stringify!($name)),*].map(|name| name.replace('_', "-")).into();
            assert_eq!(catalogue().drills().map(|(drill, _)| drill.id.to_string()).collect::<Vec<_>>(), played);
        }
    };
}

played![
    green_dashboards,
    a_quiet_site,
    a_busy_day,
    back_to_normal,
    every_second_page,
    fading_away,
    no_more_logins,
    maintenance_window,
    an_idle_database,
    lights_out,
    a_long_afternoon,
    planned_work,
    a_silent_shift,
    no_impact_expected,
    round_and_round,
    a_full_machine,
];

fn is_solved_by_its_solution_and_by_nothing_else(id: &str) {
    let catalogue = catalogue();
    let (drill, infra) = catalogue.find(id).expect("a drill");
    SEEDS.for_each(|seed| play(drill, infra, seed));
}

fn play(drill: &Arc<Drill>, infra: &Arc<Infrastructure>, seed: u64) {
    let about = drill.id.as_str();
    let (earliest, latest) = drill.onset_s;
    let mut run = start(drill, infra, seed);
    wait(&mut run, earliest.into());
    shows_nothing(&run, about);
    assert!(run.deadline().is_none() && run.debrief().is_none() && run.timeline().is_none(), "{about}");
    wait(&mut run, u64::from(latest - earliest) + THINKING_S);
    let mut other = run.clone();
    solve(&mut run, about);
    run.advance(the_end());
    let debrief = run.debrief().expect("the drill is over");
    assert!(run.is_mitigated() && run.is_diagnosed(), "{about}: {debrief:#?}");
    assert_eq!(debrief.score.wrong_moves, 0, "{about}: {:?}", debrief.timeline);
    assert!(debrief.score.points >= 70, "{about}: {:?}", debrief.score);
    let sides: BTreeSet<Side> = debrief.timeline.iter().map(|entry| entry.event.side()).collect();
    assert_eq!(sides.len(), 3, "{about} shows truth, visible signs and moves: {:?}", debrief.timeline);
    assert!(debrief.timeline.is_sorted_by_key(|entry| entry.at), "{about}");

    // Wrong diagnoses are refused, and a remedy that does nothing is one more wrong move.
    hides(&other, &debrief.causes, about);
    for wrong in &drill.wrong {
        let diagnosis = other.diagnose(&wrong.cause);
        assert_ne!(diagnosis.verdict, Verdict::Right, "{about}");
        assert_eq!(diagnosis.reply.as_ref(), Some(&wrong.reply), "{about}");
    }
    assert_eq!(other.remedy(useless(&other)), Effect::Pending, "{about}");
    other.advance(the_end());
    let score = other.score();
    assert!(!other.is_mitigated() && !other.is_diagnosed(), "{about}: {:#?}", other.debrief());
    assert_eq!(usize::try_from(score.wrong_moves), Ok(drill.wrong.len() + 1), "{about}: {:?}", text(&other));
    assert!(score.points < debrief.score.points, "{about}: {score:?}");
    hides(&other, &debrief.causes, about);
}
