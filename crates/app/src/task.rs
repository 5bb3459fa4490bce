//! Tasks on the stage other than lessons: what the learner is asked to do with the infrastructure that runs.
//!
//! A task has a panel, keys and a state. The diagram, time and the editor work as without one.

pub mod choices;
pub mod drill;
pub mod exam;
pub mod mission;
pub mod practice;
pub mod puzzle;
pub mod review;

use crate::action::{Action, AppAction, DesignAction, SelectAction, SiteAction, ViewAction, WindowAction};
use crate::keymap::{KeyContext, Keymap};
use crate::line::Line;
use crate::stage::Stage;
use crate::window::kind::WindowKind;
use drill::{DrillPhase, DrillTask};
use exam::ExamTask;
use mission::MissionTask;
use practice::PracticeTask;
use puzzle::PuzzleTask;
use review::ReviewTask;

/// A task on the stage.
#[derive(Clone, Debug)]
pub enum Task {
    /// A mission.
    Mission(Box<MissionTask>),
    /// An incident drill.
    Drill(Box<DrillTask>),
    /// A design review.
    Review(Box<ReviewTask>),
    /// A whiteboard exam.
    Exam(Box<ExamTask>),
    /// Generated practice.
    Puzzle(Box<PuzzleTask>),
    /// Questions of the bank.
    Practice(Box<PracticeTask>),
}

impl Task {
    /// Returns the context in which keys are looked up.
    pub fn key_context(&self) -> KeyContext {
        match self {
            Self::Mission(_) => KeyContext::Mission,
            Self::Drill(drill) if drill.phase() == DrillPhase::Over => KeyContext::Debriefing,
            Self::Drill(_) => KeyContext::Drill,
            Self::Review(_) => KeyContext::Review,
            Self::Exam(exam) if exam.is_drawing() => KeyContext::ExamDrawing,
            Self::Practice(practice) if practice.is_typing() => KeyContext::Number,
            Self::Practice(practice) if practice.is_marking() => KeyContext::QuestionMarks,
            Self::Exam(_) | Self::Puzzle(_) | Self::Practice(_) => KeyContext::Questions,
        }
    }

    /// Returns the title of the panel, and a remark beside it.
    pub fn title(&self) -> (String, String) {
        match self {
            Self::Mission(mission) => mission.title(),
            Self::Drill(drill) => drill.title(),
            Self::Review(review) => review.title(),
            Self::Exam(exam) => exam.title(),
            Self::Puzzle(puzzle) => puzzle.title(),
            Self::Practice(practice) => practice.title(),
        }
    }

    /// Returns the lines of the panel.
    pub fn lines(&self, stage: &Stage, keymap: &Keymap, width: u16) -> Vec<Line> {
        match self {
            Self::Mission(mission) => mission.lines(stage, keymap, width),
            Self::Drill(drill) => drill.lines(stage, keymap, width),
            Self::Review(review) => review.lines(stage, keymap, width),
            Self::Exam(exam) => exam.lines(stage, keymap, width),
            Self::Puzzle(puzzle) => puzzle.lines(stage.infra(), keymap, width),
            Self::Practice(practice) => practice.lines(keymap, width),
        }
    }

    /// Whether the task works on something, so that time has to pass even while the simulation is paused.
    pub fn is_busy(&self) -> bool {
        match self {
            Self::Mission(mission) => mission.is_measuring(),
            Self::Review(review) => review.is_measuring(),
            Self::Exam(exam) => exam.is_timed(),
            Self::Drill(_) | Self::Puzzle(_) | Self::Practice(_) => false,
        }
    }

    /// Returns the design review, if the task is one.
    pub const fn as_review(&self) -> Option<&ReviewTask> {
        match self {
            Self::Review(review) => Some(review),
            Self::Mission(_) | Self::Drill(_) | Self::Exam(_) | Self::Puzzle(_) | Self::Practice(_) => None,
        }
    }

    /// Returns the practice session, if the task is one.
    pub const fn as_practice(&self) -> Option<&PracticeTask> {
        match self {
            Self::Practice(practice) => Some(practice),
            Self::Mission(_) | Self::Drill(_) | Self::Review(_) | Self::Exam(_) | Self::Puzzle(_) => None,
        }
    }

    /// Returns the design review, if the task is one.
    pub(crate) const fn as_review_mut(&mut self) -> Option<&mut ReviewTask> {
        match self {
            Self::Review(review) => Some(review),
            Self::Mission(_) | Self::Drill(_) | Self::Exam(_) | Self::Puzzle(_) | Self::Practice(_) => None,
        }
    }

    /// Whether a clock counts that neither windows nor sheets stop.
    pub fn is_timed(&self) -> bool {
        match self {
            Self::Exam(exam) => exam.is_timed(),
            Self::Mission(_) | Self::Drill(_) | Self::Review(_) | Self::Puzzle(_) | Self::Practice(_) => false,
        }
    }

    /// Whether the panel leaves room for the selected element below it.
    pub(crate) const fn leaves_detail(&self) -> bool {
        match self {
            Self::Mission(_) | Self::Drill(_) | Self::Review(_) | Self::Puzzle(_) => true,
            Self::Practice(practice) => practice.is_marking(),
            Self::Exam(_) => false,
        }
    }

    /// Whether the panel needs its rows more than the diagram: answers are chosen in it.
    pub(crate) fn comes_first(&self) -> bool {
        match self {
            Self::Mission(_) | Self::Drill(_) | Self::Review(_) => false,
            Self::Exam(exam) => !exam.is_drawing(),
            Self::Puzzle(_) => true,
            Self::Practice(practice) => !practice.is_marking(),
        }
    }

    /// Whether the analysis is hidden, since it would give the answers away.
    pub fn hides_answers(&self) -> bool {
        match self {
            // A drill hides more than answers, in `drill::gate`.
            Self::Mission(_) | Self::Drill(_) => false,
            Self::Review(review) => review.hides_answers(),
            Self::Exam(exam) => exam.report().is_none(),
            Self::Puzzle(puzzle) => puzzle.score().is_none(),
            Self::Practice(practice) => practice.is_asking(),
        }
    }

    /// Whether the diagram must not show which links are encrypted: questions ask for it.
    pub fn asks_for_ciphers(&self) -> bool {
        match self {
            Self::Exam(exam) => !exam.is_drawing() && exam.report().is_none(),
            Self::Puzzle(puzzle) => puzzle.score().is_none(),
            // A review is about a design as somebody has drawn it, and a question of practice about a design as it is shown.
            Self::Mission(_) | Self::Drill(_) | Self::Review(_) | Self::Practice(_) => false,
        }
    }

    /// Whether an action is not available now, since it would give an answer away or change what is asked about.
    pub fn withholds(&self, action: &Action) -> bool {
        let is_drawing = match self {
            Self::Exam(exam) => exam.is_drawing(),
            Self::Mission(_) | Self::Drill(_) | Self::Review(_) | Self::Puzzle(_) | Self::Practice(_) => false,
        };
        let is_exam = matches!(self, Self::Exam(_));
        self.hides_answers()
            && match action {
                Action::Overlay(_)
                | Action::App(AppAction::Whiteboard)
                | Action::View(ViewAction::Compare | ViewAction::CompareWith(_))
                | Action::Design(DesignAction::Findings)
                | Action::Site(SiteAction::KillOrRestore | SiteAction::Fault(_)) => true,
                Action::Window(WindowAction::Open(kind)) => {
                    matches!(kind, WindowKind::Faults | WindowKind::Compare | WindowKind::Findings)
                        || (is_exam && *kind == WindowKind::Glossary)
                }
                Action::Select(SelectAction::Wiretap) => is_exam,
                // The panel of a small screen would describe the selected element.
                Action::View(ViewAction::TogglePanel) => is_exam && !is_drawing,
                Action::Edit(_) => !is_drawing,
                _ => false,
            }
    }
}
