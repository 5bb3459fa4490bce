//! Problems that the content check finds in a lesson, as data, with their messages.

use hoplight_model::{ComponentId, LessonId, ScenarioId, ServerId};

use super::super::replay::ReplayError;
use super::super::whiteboard::NoteSubject;
use super::fit::{COLUMNS, LINES, TEXT_LINES};
use super::{MAX_HINTS, MAX_STEPS, MAX_WAIT, MIN_OPTIONS, MIN_QUESTIONS, MIN_STEPS, RECAP};

/// A problem in a lesson. Its numbers are the values found.
#[derive(Debug, thiserror::Error)]
pub(super) enum LessonProblem {
    /// Two lessons have the same position in the course.
    #[error("lessons `{0}` and `{1}` both have order {2}")]
    SameOrder(LessonId, LessonId, u32),
    #[error("no scenario `{0}`")]
    UnknownScenario(ScenarioId),
    #[error("no component `{0}`")]
    UnknownComponent(ComponentId),
    #[error("no server `{0}`")]
    UnknownServer(ServerId),
    /// Both ends exist, but no link joins them.
    #[error("no hop `{0}` → `{1}`")]
    UnknownHop(ComponentId, ComponentId),
    /// A text refers to an action's key, and there is no such action.
    #[error("no key `{0}`")]
    UnknownKey(String),
    /// A text refers to a figure that is not measured.
    #[error("no figure `{0}`")]
    UnknownFigure(String),
    #[error("`{0}` is not an agent, so it has no gauge")]
    NotAnAgent(ComponentId),
    #[error("`{0}` is not a backend: no balancer checks its health")]
    NotABackend(ComponentId),
    #[error("`{0}` is not a firewall")]
    NotAFirewall(ComponentId),
    #[error("no alert rule `{0}`")]
    UnknownRule(String),
    #[error("the infrastructure has no dead man's switch")]
    NoSwitch,
    #[error("`{0}` is not a cache")]
    NotACache(ComponentId),
    #[error("`{0}` is neither a database nor a balancer of a pair")]
    CannotLead(ComponentId),

    /// The glossary has whiteboard notes, but none of this subject.
    #[error("no whiteboard note of `{0:?}`")]
    NoNote(NoteSubject),

    #[error("a lesson has at least {MIN_STEPS} steps; this one has {0}")]
    FewSteps(usize),
    #[error("a quiz has at least {MIN_QUESTIONS} questions; this one has {0}")]
    FewQuestions(usize),
    #[error("a recap has {least} to {most} sentences; this one has {0}", least = RECAP.start(), most = RECAP.end())]
    RecapLength(usize),
    #[error("a sentence of the recap is empty")]
    EmptyRecap,
    #[error("a reply of this step is empty")]
    EmptyReply,
    #[error("a step without a gate is never wrong, so it has no replies")]
    ReplyWithoutGate,
    #[error("a lesson takes at least one minute")]
    NoMinutes,
    #[error("this step has neither a text nor a question")]
    EmptyStep,
    #[error("a step has at most {MAX_HINTS} hints; this one has {0}")]
    ManyHints(usize),
    #[error("a hint of this step is empty")]
    EmptyHint,
    /// Simulated seconds.
    #[error("the solution of a step waits at most {most} s in total; this one waits {waits} s", most = MAX_WAIT.as_secs())]
    LongWait { waits: f64 },
    #[error("the solution of a step takes at most {MAX_STEPS} steps along hops; this one takes {0}")]
    ManyHops(u64),
    #[error("a reveal needs a gate; without one, it would be shown immediately")]
    RevealWithoutGate,
    #[error("this prediction is never judged: neither this step nor the next one has a reveal")]
    UnjudgedPrediction,
    #[error("this gate has no goals")]
    NoGoals,
    #[error("a gate with goals or a question needs hints; this one has none")]
    NoHints,
    #[error("a gate with goals or a question needs a solution; this one has none")]
    NoSolution,
    #[error("a question has exactly one right option; this one has {0}")]
    RightOptions(usize),
    #[error("a question has at least {MIN_OPTIONS} options; this one has {0}")]
    FewOptions(usize),
    #[error("this option does not say why it is right or wrong")]
    OptionWithoutReason,
    #[error("this question does not say why")]
    QuestionWithoutReason,

    /// Columns of a text that must fit on one line.
    #[error("{part} has 1 to {most} columns; this one has {found}")]
    Width { part: &'static str, most: usize, found: usize },
    /// Lines of a text.
    #[error("{part} takes at most {most} lines of {COLUMNS} columns; this one takes {found}")]
    Height { part: &'static str, most: usize, found: usize },
    #[error("a step's text takes at most {TEXT_LINES} lines of {COLUMNS} columns; this one takes {0}")]
    LongText(usize),
    #[error("text and goals together take more than {LINES} lines")]
    LongTextAndGoals,
    /// The title of the step with the reveal, and the number of lines of reason and reveal together.
    #[error("this reason and the reveal of {0:?} take {1} lines together; the limit is {LINES}")]
    LongJudgement(String, usize),
    #[error("text, question and options take at most {LINES} lines together; these take {0}")]
    LongQuestion(usize),

    /// The solutions, played in sequence, do not pass.
    #[error("{0}")]
    Replay(ReplayError),
    /// A solution does not pass on its own.
    #[error("after skipping all earlier steps: {0}")]
    ReplayStep(ReplayError),
}
