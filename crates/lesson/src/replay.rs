//! Replays a lesson's solutions to verify that they pass their gates.
//!
//! A solution that fails leaves the learner stuck, and a goal that is met before the learner acts teaches nothing.
//! Static rules about content are checked elsewhere.

mod error;
mod player;

use std::sync::Arc;
use std::time::Duration;

use hoplight_sim::{CommandError, SimTime};

use super::act::Act;
use super::figure::Figure;
use super::form::{Lesson, StepGate};
use super::outcome::{Answered, Changed, Moved, Score};
use super::run::Place;
use super::sites::LessonSites;

pub use error::{ActError, ReplayError};
use player::FRAME;
pub use player::Player;

/// The result of replaying a lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// Number of steps played.
    pub steps: usize,
    /// Simulated time taken by the solutions.
    pub simulated: SimTime,
    /// The score of the quiz when every right option is chosen and every right set is marked.
    pub score: Score,
}

/// Replays a lesson from start to end on a new simulation.
///
/// # Errors
/// Returns the first step that cannot begin, does not pass, or passes without its solution.
pub fn replay(lesson: &Arc<Lesson>, sites: &LessonSites, seed: u64) -> Result<Replay, ReplayError> {
    let mut player = begin(lesson, sites, seed, 0)?;
    for number in 0..lesson.steps.len() {
        play_step(&mut player, number)?;
        if let Moved::Step(entry) = leave(&mut player, number)? {
            let changed = player.enter(&entry);
            entered(&player, number + 1, changed)?;
        }
    }
    play_quiz(&mut player)?;
    let (simulated, score) = (player.timeline().simulation().now(), player.run().score());
    Ok(Replay { steps: lesson.steps.len(), simulated, score })
}

/// Replays one step, numbered from 0, as for a learner who skipped all earlier steps or comes back to it later.
///
/// # Errors
/// Fails if the step cannot begin, does not pass, or passes without its solution.
pub fn replay_step(lesson: &Arc<Lesson>, sites: &LessonSites, seed: u64, number: usize) -> Result<(), ReplayError> {
    let mut player = begin(lesson, sites, seed, number)?;
    play_step(&mut player, number)?;
    leave(&mut player, number).map(drop)
}

/// Plays what must not pass a step, numbered from 0: the wrong way to each goal, and what ends its state again.
///
/// # Errors
/// Fails if a wrong way meets its goal or gets no reply, or if a goal stays met although its state has ended.
pub fn replay_wrong(lesson: &Arc<Lesson>, sites: &LessonSites, seed: u64, number: usize) -> Result<(), ReplayError> {
    let Some(step) = lesson.steps.get(number) else { return Ok(()) };
    if step.goals().iter().all(|goal| goal.wrong.is_empty() && goal.broken_by.is_empty()) {
        return Ok(());
    }
    let start = begin(lesson, sites, seed, number)?;
    let mut solved = start.clone();
    play(&mut solved, &step.solution, number)?;
    for (position, goal) in step.goals().iter().enumerate() {
        let (step, label) = (number + 1, goal.label.to_string());
        let passes = |player: &Player| player.run().is_open() || player.run().goals().nth(position).is_some_and(|(_, met)| met);
        if !goal.wrong.is_empty() {
            let mut player = start.clone();
            play(&mut player, &goal.wrong, number)?;
            if player.run().said().is_none() {
                return Err(ReplayError::NoReply { step, goal: label });
            }
            if passes(&player) {
                return Err(ReplayError::WrongWayMeets { step, goal: label });
            }
        }
        if !goal.broken_by.is_empty() {
            let mut player = solved.clone();
            play(&mut player, &goal.broken_by, number)?;
            if passes(&player) {
                return Err(ReplayError::StaysMet { step, goal: label });
            }
        }
    }
    Ok(())
}

fn play(player: &mut Player, acts: &[Act], number: usize) -> Result<(), ReplayError> {
    acts.iter().try_for_each(|act| {
        let failed = |why| ReplayError::CannotAct { step: number + 1, act: Box::new(act.clone()), why };
        player.act(act).map_err(failed)
    })
}

fn begin(lesson: &Arc<Lesson>, sites: &LessonSites, seed: u64, step: usize) -> Result<Player, ReplayError> {
    let (player, changed) =
        Player::begin(lesson, sites, seed, step).map_err(|error| ReplayError::CannotBegin { step: step + 1, error })?;
    entered(&player, step, Ok(changed))?;
    Ok(player)
}

/// Checks that no goal of a step, numbered from 0, is met when the step begins.
fn entered(player: &Player, number: usize, changed: Result<Changed, CommandError>) -> Result<(), ReplayError> {
    match changed.map_err(|error| ReplayError::CannotBegin { step: number + 1, error })? {
        Changed::Nothing | Changed::Reopened(_) | Changed::Replied => Ok(()),
        Changed::Goals(met) | Changed::Passed(met) => {
            let goals = player.run().step().map_or(&[][..], |step| step.goals());
            let goal = met.first().and_then(|number| goals.get(*number)).map(|goal| goal.label.to_string());
            Err(ReplayError::MetBefore { step: number + 1, goal: goal.unwrap_or_default() })
        }
    }
}

/// Plays the solution of the player's current step.
fn play_step(player: &mut Player, number: usize) -> Result<(), ReplayError> {
    let Some(mut step) = player.run().lesson().steps.get(number).cloned() else { return Ok(()) };
    if matches!(step.gate, StepGate::Goals(_)) {
        let waits = step.solution.iter().filter_map(|act| if let Act::Wait(time) = act { Some(*time) } else { None });
        let time: Duration = waits.map(hoplight_model::quantity::Seconds::duration).sum();
        let does_more = step.solution.iter().any(|act| !matches!(act, Act::Wait(_)));
        let mut idle = player.clone();
        // Nothing happens before the learner starts the clock.
        if !idle.session().playback.paused || step.solution.contains(&Act::Resume) {
            idle.wait(time.max(FRAME));
        }
        if does_more && idle.run().is_open() {
            return Err(ReplayError::WaitingSuffices { step: number + 1 });
        }
    }
    if matches!(step.gate, StepGate::Predict(_)) && step.solution.is_empty() {
        // Any prediction passes the gate.
        let predicted =
            if step.question().is_some_and(|question| question.target().is_some()) { Act::Mark } else { Act::Answer(1) };
        step.solution.push(predicted);
    }
    play(player, &step.solution, number)?;
    if player.run().replied() > 0 {
        return Err(ReplayError::RepliesToSolution { step: number + 1 });
    }
    // Figures in questions and hints are measured when they are shown.
    let named = step.text.iter().chain(&step.reveal).flat_map(|text| super::markup::figures(text).collect::<Vec<_>>());
    let missing = named.filter(|figure| player.session().figure(*figure).is_none()).map(Figure::slug).next();
    missing.map_or(Ok(()), |figure| Err(ReplayError::NotMeasured { step: number + 1, figure }))
}

fn leave(player: &mut Player, number: usize) -> Result<Moved, ReplayError> {
    match player.run_mut().proceed() {
        Moved::Stays(stay) => Err(ReplayError::NotPassed { step: number + 1, stay }),
        moved => Ok(moved),
    }
}

fn play_quiz(player: &mut Player) -> Result<(), ReplayError> {
    while let Place::Quiz(number) = player.run().place() {
        let wrong = ReplayError::NoRightAnswer { question: number + 1 };
        let question = player.run().question().cloned().ok_or_else(|| wrong.clone())?;
        if question.target().is_some() {
            player.mark().map_err(|_| wrong)?;
        } else {
            let right = question.choices().iter().position(|choice| choice.right);
            if !right.is_some_and(|right| matches!(player.run_mut().answer(right), Answered::Right(_))) {
                return Err(wrong);
            }
        }
        let _ = player.run_mut().proceed();
    }
    Ok(())
}
