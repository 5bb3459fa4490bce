//! How time goes by, and journeys to another moment. Must not do anything to the infrastructure.

use std::time::Duration;

use crate::lesson::Pace;
use crate::sim::SimTime;

use super::super::action::Action;
use super::super::{Notice, Stage};
use super::{dim, sentence};

/// How far is looked for the next thing that happens.
const NEWS_HORIZON: Duration = Duration::from_secs(60);

/// Goes to another moment, and stops there.
pub(super) fn travel(stage: &mut Stage, action: &Action) -> Notice {
    let now = stage.sim().now();
    let to = match action {
        Action::Seek(at) => Ok(*at),
        Action::MarkBefore => stage.marks.before(now).map(|mark| mark.at).ok_or("No mark lies before this moment."),
        _ => match stage.marks.after(now).map(|mark| mark.at) {
            Some(at) => Ok(at),
            None if stage.run_to_news(NEWS_HORIZON) => return here(stage),
            None => Err("Nothing worth a line happens within a minute."),
        },
    };
    match to {
        Ok(at) => {
            stage.seek(at);
            here(stage)
        }
        Err(why) => dim(why),
    }
}

/// What happened at this moment, or when it is.
fn here(stage: &Stage) -> Notice {
    let now = stage.sim().now();
    let told = stage.timeline.journal().headlines().rev().find(|headline| headline.first.at == now);
    let told = told.map(|headline| sentence(stage.infra(), &headline.describe(stage.infra())));
    dim(&told.unwrap_or_else(|| format!("This is {:.3} s after the start.", now.as_secs_f64())))
}

/// Does what changes how time goes by.
pub(super) fn play(stage: &mut Stage, action: &Action) -> Option<Notice> {
    match action {
        Action::Pause => {
            stage.playback.paused = !stage.playback.paused;
            None
        }
        Action::StepForward | Action::StepBack => {
            let forward = *action == Action::StepForward;
            let moved = stage.step(forward);
            let why = match (forward, stage.sim().now() < SimTime::from_secs(10)) {
                (true, _) => "Nothing moves within ten seconds: no user asks.",
                (false, true) => "This is the beginning.",
                (false, false) => "No step lies within the ten seconds before.",
            };
            (!moved).then(|| dim(why))
        }
        Action::Faster | Action::Slower => {
            let by = if *action == Action::Faster { 1 } else { -1 };
            let changed = stage.playback.change_speed(by);
            (!changed).then(|| dim(if by > 0 { "This is the fastest." } else { "This is the slowest." }))
        }
        Action::Pace => {
            let pace = if stage.playback.pace == Pace::Trace { Pace::Live } else { Pace::Trace };
            stage.playback.set_pace(pace, &stage.timeline);
            Some(dim(match pace {
                Pace::Trace => "Trace: follows the next request; each of its hops takes the same time.",
                Pace::Live => "Live: the whole load, in real time.",
            }))
        }
        _ => None,
    }
}
