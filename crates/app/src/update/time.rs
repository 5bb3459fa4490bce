//! Playback, steps and jumps in simulated time. Nothing here changes the infrastructure.

use std::time::Duration;

use hoplight_lesson::{Pace, StepOutcome};
use hoplight_model::{Element, RequestKind};
use hoplight_sim::SimTime;

use crate::action::{AppAction, DrillAction, LessonAction, SiteAction, TimeAction};
use crate::app::App;
use crate::keymap::Keymap;
use crate::notice::Notice;
use crate::stage::Stage;

/// Simulated time that `NextMark` searches beyond the newest mark.
const NEWS_HORIZON: Duration = Duration::from_secs(60);

/// How far a step back searches.
const EARLY: SimTime = SimTime::from_secs(10);

impl App {
    pub(super) fn time_action(&mut self, action: &TimeAction) {
        self.on_stage(|stage, keymap| change_time(stage, keymap, action));
    }
}

fn change_time(stage: &mut Stage, keymap: &Keymap, action: &TimeAction) -> Option<Notice> {
    match action {
        TimeAction::Pause => {
            stage.session.playback.paused = !stage.session.playback.paused;
            let paused = stage.session.playback.paused;
            match stage.drill_mut().filter(|drill| drill.is_hidden()) {
                Some(drill) if !drill.is_started() => {
                    stage.session.playback.paused = true;
                    return Some(Notice::dim(format!("{} starts the shift.", keymap.label(DrillAction::Enter))));
                }
                Some(drill) if paused => drill.count_pause(),
                Some(_) | None => {}
            }
            None
        }
        TimeAction::StepForward => step_forward(stage, keymap),
        TimeAction::StepBack => step_back(stage),
        TimeAction::Faster => (!stage.session.playback.change_speed(1)).then(|| Notice::dim("This is the maximum speed.")),
        TimeAction::Slower => (!stage.session.playback.change_speed(-1)).then(|| Notice::dim("This is the minimum speed.")),
        TimeAction::Pace => Some(change_pace(stage)),
        TimeAction::Seek(at) => {
            stage.seek(*at);
            Some(here(stage))
        }
        TimeAction::Recall { at, request, about } => Some(recall(stage, *at, *request, about.as_ref())),
        TimeAction::PreviousMark => Some(previous_mark(stage, keymap)),
        TimeAction::NextMark => Some(next_mark(stage)),
    }
}

fn step_forward(stage: &mut Stage, keymap: &Keymap) -> Option<Notice> {
    if stage.session.is_visit_over() {
        let (next, again) = (keymap.label(AppAction::Enter), keymap.label(LessonAction::Restart));
        return Some(Notice::dim(format!("This request has ended: {next} goes on, {again} repeats the step.")));
    }
    let sent = stage.send_visitor();
    match stage.step(true) {
        StepOutcome::Moved => sent.map(|kind| Notice::dim(format!("A visitor sends {}.", kind.request_line()))),
        StepOutcome::RedoneCommand => Some(here(stage)),
        StepOutcome::BeforeCommand => Some(Notice::dim(BEFORE_COMMAND)),
        StepOutcome::NoStep => {
            let key = keymap.label(SiteAction::Send(RequestKind::Write));
            Some(Notice::dim(format!("No request is in flight: press {key} to send a login.")))
        }
    }
}

fn step_back(stage: &mut Stage) -> Option<Notice> {
    let is_early = stage.sim().now() < EARLY;
    match stage.step(false) {
        StepOutcome::Moved => None,
        StepOutcome::RedoneCommand => Some(here(stage)),
        StepOutcome::BeforeCommand => Some(Notice::dim(BEFORE_COMMAND)),
        StepOutcome::NoStep if is_early => Some(Notice::dim("This is the start of the run.")),
        StepOutcome::NoStep => Some(Notice::dim("Nothing moved in the last ten seconds.")),
    }
}

const BEFORE_COMMAND: &str = "Just before the command. It runs again when the simulation resumes.";

fn change_pace(stage: &mut Stage) -> Notice {
    let (pace, text) = match stage.session.playback.pace {
        Pace::Trace => (Pace::Live, "Live: the whole load, in real time."),
        Pace::Live => (Pace::Trace, "Trace: follows the next request; each of its hops takes the same time."),
    };
    stage.session.playback.set_pace(pace, &stage.session.timeline);
    Notice::dim(text)
}

fn recall(stage: &mut Stage, at: SimTime, request: Option<u64>, about: Option<&Element>) -> Notice {
    stage.seek(at);
    match (request, about) {
        (Some(number), _) => stage.session.follow(Some(number)),
        (None, Some(element)) => stage.session.selected = Some(element.clone()),
        (None, None) => {}
    }
    here(stage)
}

fn previous_mark(stage: &mut Stage, keymap: &Keymap) -> Notice {
    let now = stage.sim().now();
    let before = stage.known_marks().into_iter().rev().map(|(_, mark)| mark).find(|mark| mark.at < now).cloned();
    let Some(mark) = before else { return Notice::dim("There is no earlier mark.") };
    stage.seek(mark.at);
    let text = mark.text.to_sentence();
    if mark.at > stage.session.timeline.earliest() {
        let back = keymap.label(TimeAction::StepBack);
        return Notice::dim(format!("{text} Press {back} to step back before it."));
    }
    Notice::dim(text)
}

fn next_mark(stage: &mut Stage) -> Notice {
    let now = stage.sim().now();
    // Immediately before a command, that command is the next mark.
    let next = if stage.session.timeline.known_command() == Some(now) {
        Some(now)
    } else {
        stage.known_marks().into_iter().map(|(_, mark)| mark.at).find(|at| *at > now)
    };
    if let Some(at) = next {
        stage.seek(at);
    } else if !stage.run_to_news(NEWS_HORIZON) {
        return Notice::dim(format!("Nothing happened for {} s.", NEWS_HORIZON.as_secs()));
    }
    here(stage)
}

/// Reports the event at the current time, or the time itself if there is none.
fn here(stage: &Stage) -> Notice {
    let now = stage.sim().now();
    let event = stage.session.timeline.journal().headlines().rev().find(|headline| headline.first.at == now);
    let event = event.map(|headline| hoplight_text::headline(headline, stage.infra()).to_sentence());
    let event = event.or_else(|| {
        let second = &stage.panels.comparison.as_ref()?.timeline;
        let event = second.journal().headlines().rev().find(|headline| headline.first.at == now)?;
        Some(format!("In B, {}.", hoplight_text::headline(event, second.simulation().infrastructure())))
    });
    Notice::dim(event.unwrap_or_else(|| format!("This is {:.3} s after the start.", now.as_secs_f64())))
}
