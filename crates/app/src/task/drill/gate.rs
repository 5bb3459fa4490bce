//! What a drill withholds until it is over: everything that shows the state of the site, changes it behind the operator's back, or
//! goes back in time.

use super::DrillTask;
use crate::action::{Action, AppAction, SelectAction, TimeAction, ViewAction, WindowAction};
use crate::stage::Stage;
use crate::task::Task;
use crate::window::kind::WindowKind;

const TRUTH: &str = "Not during a drill: you see what an operator sees. The truth follows in the debriefing.";
const TIME: &str = "A drill only runs forward. You can pause, and change the speed.";
const ACTS: &str = "Not during a drill: act through the remedies.";
const DESIGN: &str = "Not during a drill: the design cannot be changed.";

impl Stage {
    /// Returns the drill, while its truth is hidden.
    pub fn hidden_drill(&self) -> Option<&DrillTask> {
        self.drill().filter(|drill| drill.is_hidden())
    }

    /// Returns the drill, if the task is one.
    pub fn drill(&self) -> Option<&DrillTask> {
        match &self.task {
            Some(Task::Drill(drill)) => Some(drill),
            Some(Task::Mission(_) | Task::Review(_) | Task::Exam(_) | Task::Puzzle(_) | Task::Practice(_)) | None => None,
        }
    }

    pub(crate) fn drill_mut(&mut self) -> Option<&mut DrillTask> {
        match &mut self.task {
            Some(Task::Drill(drill)) => Some(drill),
            Some(Task::Mission(_) | Task::Review(_) | Task::Exam(_) | Task::Puzzle(_) | Task::Practice(_)) | None => None,
        }
    }
}

/// Whether an action is about the run, which the timeline of the debriefing does not show.
pub(crate) const fn needs_run(action: &Action) -> bool {
    match action {
        Action::Time(_) | Action::Site(_) | Action::Edit(_) | Action::Design(_) | Action::Overlay(_) => true,
        Action::View(action) => matches!(action, ViewAction::Compare | ViewAction::CompareWith(_) | ViewAction::ToggleMonitor),
        Action::Select(action) => {
            matches!(action, SelectAction::Follow(_) | SelectAction::NextPacket | SelectAction::Wiretap)
        }
        Action::Window(WindowAction::Open(kind)) => {
            matches!(kind, WindowKind::Faults | WindowKind::Log | WindowKind::Compare | WindowKind::Jump)
        }
        Action::App(_)
        | Action::Course(_)
        | Action::Window(_)
        | Action::Lesson(_)
        | Action::Task(_)
        | Action::Drill(_)
        | Action::Review(_)
        | Action::Exam(_) => false,
    }
}

/// Returns why an action is not possible during a drill; `None` if it is.
pub(crate) const fn refusal(action: &Action) -> Option<&'static str> {
    match action {
        Action::App(action) => match action {
            AppAction::Whiteboard => Some(TRUTH),
            AppAction::Quit
            | AppAction::Back
            | AppAction::Escape
            | AppAction::Enter
            | AppAction::Help
            | AppAction::NextTheme
            | AppAction::Ascii
            | AppAction::ReducedMotion => None,
        },
        Action::Window(WindowAction::Open(kind)) => of_window(*kind),
        Action::Select(action) => match action {
            SelectAction::Follow(_) | SelectAction::NextPacket => Some(TRUTH),
            SelectAction::Move(_)
            | SelectAction::Next
            | SelectAction::Previous
            | SelectAction::Element(_)
            | SelectAction::Monitored(_)
            | SelectAction::Clear
            | SelectAction::Deselect
            | SelectAction::Wiretap => None,
        },
        Action::View(ViewAction::Compare | ViewAction::CompareWith(_)) | Action::Overlay(_) => Some(TRUTH),
        Action::Time(action) => match action {
            TimeAction::Pause | TimeAction::Faster | TimeAction::Slower => None,
            TimeAction::StepForward
            | TimeAction::StepBack
            | TimeAction::Pace
            | TimeAction::Seek(_)
            | TimeAction::Recall { .. }
            | TimeAction::PreviousMark
            | TimeAction::NextMark => Some(TIME),
        },
        Action::Site(_) => Some(ACTS),
        Action::Edit(_) | Action::Design(_) => Some(DESIGN),
        Action::Course(_)
        | Action::Window(_)
        | Action::View(_)
        | Action::Lesson(_)
        | Action::Task(_)
        | Action::Drill(_)
        | Action::Review(_)
        | Action::Exam(_) => None,
    }
}

const fn of_window(kind: WindowKind) -> Option<&'static str> {
    match kind {
        WindowKind::Palette | WindowKind::Glossary | WindowKind::Probes | WindowKind::Suspects | WindowKind::Remedies => None,
        WindowKind::Faults | WindowKind::Log | WindowKind::Compare => Some(TRUTH),
        WindowKind::Jump => Some(TIME),
        WindowKind::Add
        | WindowKind::Settings
        | WindowKind::Value(_)
        | WindowKind::Findings
        | WindowKind::Review
        | WindowKind::Explanation => Some(DESIGN),
    }
}
