//! Generated drills.

use hoplight_drill::{Difficulty, Effect, GeneratedDrill, Verdict, daily, generate};

use crate::site::{designs, hides, other_cause, shows_nothing, solve, start, text, the_end, useless, wait};

/// Seeds that are played, for each difficulty.
const SEEDS: std::ops::Range<u64> = 0..10;
/// Seconds from the latest injection to the solution.
const THINKING_S: u64 = 30;

#[test]
fn loud_drills_are_solved_by_their_solution_and_by_nothing_else() {
    SEEDS.for_each(|seed| play(seed, Difficulty::Loud));
}

#[test]
fn moderate_drills_are_solved_by_their_solution_and_by_nothing_else() {
    SEEDS.for_each(|seed| play(seed, Difficulty::Moderate));
}

#[test]
fn quiet_drills_are_solved_by_their_solution_and_by_nothing_else() {
    SEEDS.for_each(|seed| play(seed, Difficulty::Quiet));
}

fn play(seed: u64, difficulty: Difficulty) {
    let GeneratedDrill { drill, infra, seed } = generate(seed, difficulty, &designs()).expect("some fault fits");
    let about = format!("{} {} {:?}", drill.id, infra.id(), drill.fault);
    let (earliest, latest) = drill.onset_s;
    let mut run = start(&drill, &infra, seed);
    wait(&mut run, earliest.into());
    shows_nothing(&run, &about);
    wait(&mut run, u64::from(latest - earliest) + THINKING_S);
    let mut other = run.clone();
    solve(&mut run, &about);
    run.advance(the_end());
    let debrief = run.debrief().expect("the drill is over");
    assert!(run.is_mitigated() && run.is_diagnosed(), "{about}: {:#?}", debrief.timeline);
    assert_eq!(debrief.score.wrong_moves, 0, "{about}: {:?}", debrief.timeline);

    hides(&other, &debrief.causes, &about);
    assert_ne!(other.diagnose(&other_cause(&other, &debrief.causes)).verdict, Verdict::Right, "{about}");
    assert_eq!(other.remedy(useless(&other)), Effect::Pending, "{about}");
    wait(&mut other, 60);
    assert!(!other.is_mitigated() && !other.is_diagnosed(), "{about}: {}", text(&other));
    assert_eq!(other.score().wrong_moves, 2, "{about}: {}", text(&other));
    hides(&other, &debrief.causes, &about);
}

#[test]
fn harm_that_ends_by_itself_and_leaves_other_harm_is_not_mitigated() {
    // Writes wait for the replica until semi-synchronous replication is given up.
    play(34, Difficulty::Moderate);
    play(56, Difficulty::Moderate);
    // A cold cache makes requests fail before the injection.
    play(70, Difficulty::Loud);
}

#[test]
fn a_seed_decides_everything() {
    let designs = designs();
    let made = [(); 2].map(|()| {
        let GeneratedDrill { drill, infra, seed } = generate(3, Difficulty::Loud, &designs).expect("some fault fits");
        let mut run = start(&drill, &infra, seed);
        wait(&mut run, 70);
        (drill, infra.id().clone(), text(&run))
    });
    assert!(made[0] == made[1]);
    let other = generate(4, Difficulty::Loud, &designs).expect("some fault fits");
    assert!((&other.drill.fault, other.infra.id()) != (&made[0].0.fault, &made[0].1));
}

#[test]
fn the_daily_drill_is_the_same_for_everyone_and_changes() {
    let designs = designs();
    let mut reversed = designs.clone();
    reversed.reverse();
    let of = |day: u32, designs: &[_]| daily(day, designs).map(|made| (made.drill, made.infra.id().clone(), made.seed));
    assert_eq!(of(20_000, &designs), of(20_000, &reversed));
    assert_ne!(of(20_000, &designs), of(20_001, &designs));
    assert_eq!(daily(20_000, &[]).map(|made| made.seed), None);
}
