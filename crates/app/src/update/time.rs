//! How time goes by, and journeys to another moment. Must not do anything to the infrastructure.

use std::time::Duration;

use hoplight_lesson::Pace;
use hoplight_sim::SimTime;

use super::super::action::Action;
use super::super::stage::Stepped;
use super::super::{Notice, Stage};
use super::{dim, sentence};

/// How far is looked for the next thing that happens.
const NEWS_HORIZON: Duration = Duration::from_secs(60);

/// Goes to another moment, and stops there. `back` is the key of a step back.
pub(super) fn travel(stage: &mut Stage, action: &Action, back: &str) -> Notice {
    let now = stage.sim().now();
    let to = match action {
        Action::Seek(at) => *at,
        Action::Recall { at, request, about } => {
            stage.seek(*at);
            match (request, about) {
                (Some(number), _) => stage.follow_only(Some(*number)),
                (None, Some(element)) => stage.selected = Some(element.clone()),
                (None, None) => {}
            }
            return here(stage);
        }
        Action::MarkBefore => {
            let before = stage.known_marks().into_iter().rev().map(|(_, mark)| mark).find(|mark| mark.at < now).cloned();
            let Some(mark) = before else { return dim("No mark lies before this moment.") };
            stage.seek(mark.at);
            let before =
                if mark.at > stage.timeline.earliest() { format!(" {back} goes to the moment before.") } else { String::new() };
            return dim(&format!("{}{before}", sentence(stage.infra(), &mark.text)));
        }
        // Right before a command, that one is the next mark.
        _ if stage.timeline.known_command() == Some(now) => now,
        _ => match stage.known_marks().into_iter().map(|(_, mark)| mark.at).find(|at| *at > now) {
            Some(at) => at,
            None if stage.run_to_news(NEWS_HORIZON) => return here(stage),
            // All of it went by.
            None => return dim(&format!("{} s went by, and nothing worth a line happened.", NEWS_HORIZON.as_secs())),
        },
    };
    stage.seek(to);
    here(stage)
}

/// What happened at this moment, or when it is.
fn here(stage: &Stage) -> Notice {
    let now = stage.sim().now();
    let told = stage.timeline.journal().headlines().rev().find(|headline| headline.first.at == now);
    let told = told.map(|headline| sentence(stage.infra(), &headline.describe(stage.infra())));
    let told = told.or_else(|| {
        let second = &stage.comparison.as_ref()?.timeline;
        let told = second.journal().headlines().rev().find(|headline| headline.first.at == now)?;
        Some(format!("In B, {}.", told.describe(second.simulation().infrastructure())))
    });
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
            let is_early = stage.sim().now() < SimTime::from_secs(10);
            match (stage.step(forward), forward, is_early) {
                (Stepped::Moved, ..) => None,
                (Stepped::Again, ..) => Some(here(stage)),
                (Stepped::BeforeCommand, ..) => Some(dim("This is the moment before it. As time goes on, it is done again.")),
                (Stepped::No, true, _) => Some(dim("Nothing moves within ten seconds: no user asks.")),
                (Stepped::No, false, true) => Some(dim("This is the beginning.")),
                (Stepped::No, false, false) => Some(dim("No step lies within the ten seconds before.")),
            }
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
