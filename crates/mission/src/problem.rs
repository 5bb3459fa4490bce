//! Problems of a mission file, as data, with their messages.

use hoplight_model::draft::EditError;
use hoplight_model::{ComponentId, MissionId, ScenarioId};
use hoplight_text::edit_error;

use super::check::{
    EXPLANATION, HINTS, LONGEST_TRIAL_S, MOST_EVENTS, MOST_GOALS, MOST_RATE, MOST_REQUESTS, MOST_THREADS, MOST_TRIALS, PROBLEM,
};
use super::form::FORMAT;
use super::judge::SETTLE_S;

/// A problem of a mission. Its numbers are the values found.
#[derive(Debug, thiserror::Error)]
pub(super) enum MissionProblem {
    #[error("format {0} is newer than this program, which reads format {FORMAT}")]
    Format(u32),
    #[error("mission `{0}` is also in {1}")]
    Duplicate(MissionId, String),
    #[error("missions `{0}` and `{1}` have the same place in their ladder")]
    SamePlace(MissionId, MissionId),
    #[error("no scenario `{0}`")]
    UnknownScenario(ScenarioId),
    #[error("no mission `{0}`, or it leads back to this one")]
    UnknownMission(MissionId),

    #[error("a problem has {least} to {most} paragraphs; this one has {0}", least = PROBLEM.start(), most = PROBLEM.end())]
    ProblemLength(usize),
    #[error("a mission has {HINTS} hints; this one has {0}")]
    Hints(usize),
    #[error("an explanation has {least} to {most} sentences; this one has {0}", least = EXPLANATION.start(), most = EXPLANATION.end())]
    ExplanationLength(usize),
    #[error("a text of this mission is empty")]
    EmptyText,
    #[error("no figure `{0}`")]
    UnknownFigure(String),
    #[error("a placeholder has no closing bracket")]
    OpenPlaceholder,

    #[error("a mission has 1 to {MOST_GOALS} goals; this one has {0}")]
    Goals(usize),
    #[error("two goals are called `{0}`, or it is the name of a figure that every mission has")]
    DuplicateGoal(String),
    #[error("two trials are called `{0}`")]
    DuplicateTrial(String),
    #[error("`{0}` is no name of a goal or trial: use lower-case letters, digits and underscores")]
    BadName(String),
    #[error("no trial `{0}`")]
    UnknownTrial(String),
    #[error("no goal is measured in the trial `{0}`")]
    UnusedTrial(String),
    #[error("the window of the goal `{0}` ends before it begins, or less than {SETTLE_S} s before its trial")]
    Window(String),

    #[error("a mission has at most {MOST_TRIALS} trials; this one has {0}")]
    ManyTrials(usize),
    #[error("a trial has at most {MOST_EVENTS} events; this one has {0}")]
    ManyEvents(usize),
    #[error("a trial lasts at most {LONGEST_TRIAL_S} s; this one lasts {0} s")]
    LongTrial(f64),
    #[error("a trial has at most {MOST_RATE} requests per second; this one has {0}")]
    HighRate(f64),
    #[error("the trials have {0:.0} requests with ten servers; at most {MOST_REQUESTS} are allowed")]
    ManyRequests(f64),
    #[error("an event hogs a processor with 1 to {MOST_THREADS} threads; this one has {0}")]
    ManyThreads(u32),
    #[error("the events of the trial `{0}` are not in chronological order, or one of them is after its end")]
    Order(String),
    #[error("more than one event of the trial `{0}` has a run for each of several elements")]
    SeveralAny(String),
    #[error("the command `{0}` does not fit the starting design or the solution")]
    Command(String),
    #[error("the starting design has a fixed number of users, so no trial can set a rate")]
    ClosedPopulation,

    #[error("change {0} of the starting design is refused: {reason}", reason = edit_error(.1))]
    StartEdit(usize, EditError),
    #[error("the starting design cannot be built: {0}")]
    StartBroken(String),
    #[error("the starting design has no component `{0}` to keep")]
    Keep(ComponentId),
    #[error("edit {0} of the solution is refused: {reason}", reason = edit_error(.1))]
    SolutionEdit(usize, EditError),
    #[error("the solution cannot be built: {0}")]
    SolutionBroken(String),
    #[error("edit {0} that takes out the taught element is refused: {reason}", reason = edit_error(.1))]
    UntaughtEdit(usize, EditError),
}
