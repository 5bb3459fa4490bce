//! Outcomes of a learner's actions.
//!
//! Every method of [`super::LessonRun`] that changes something returns one of these.

use std::sync::Arc;

use hoplight_model::component::DatabaseRole;
use hoplight_model::quantity::Seconds;
use hoplight_model::{ComponentId, Element, Infrastructure, LinkIx, ScenarioId, Text, TopologyEdit};
use hoplight_sim::{Command, CommandError, Timeline};

use super::act::{Act, Pace};
use super::condition::RequestPart;
use super::form::Clock;

/// What the caller must do when a step begins. Empty if the step has begun before.
#[must_use]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepEntry {
    /// The infrastructure to start a new run on before anything else; `None` to continue the run.
    pub scenario: Option<ScenarioId>,
    /// Actions to perform, in order.
    pub openings: Vec<Opening>,
    /// The pace to set.
    pub pace: Option<Pace>,
    /// Whether time runs from now on; `None` to leave it unchanged.
    pub clock: Option<Clock>,
    /// Whether to clear the selection: the step asks for one, and an old one does not count.
    pub deselects: bool,
    /// Whether to stop following a request: the step asks the learner to follow one.
    pub unfollows: bool,
    /// Whether to let the requests of earlier steps end first, if there is no load: they would be counted in this step.
    pub settles: bool,
    /// The part of the new visitor's request to advance to.
    pub from: Option<RequestPart>,
    /// The hop on which to place the wiretap; `None` to leave it where it is.
    pub tap: Option<(ComponentId, ComponentId)>,
}

/// One action of an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Opening {
    /// Restores everything that is down, clears faults, unblocks hops, and resets load, balancing, the probe and users'
    /// retry behaviour to the lesson's setup commands given here, otherwise to the scenario.
    Repair(Vec<Command>),
    /// Executes a command. A target that is already up or down as requested is not an error: the learner may have done
    /// it.
    Do(Command),
}

impl StepEntry {
    /// Performs all actions immediately.
    ///
    /// # Errors
    /// Returns the first refused command; later actions are not performed.
    pub fn carry_out(&self, timeline: &mut Timeline) -> Result<(), CommandError> {
        for opening in &self.openings {
            match opening {
                Opening::Repair(setup) => repair(timeline, setup)?,
                Opening::Do(command) => apply_if_needed(timeline, command.clone())?,
            }
        }
        Ok(())
    }
}

fn apply_if_needed(timeline: &mut Timeline, command: Command) -> Result<(), CommandError> {
    match timeline.apply(command) {
        Err(
            CommandError::AlreadyUp(_)
            | CommandError::AlreadyDown(_)
            | CommandError::AlreadyDraining(_)
            | CommandError::NotDraining(_)
            | CommandError::FaultIs(_)
            | CommandError::FaultIsNot(_),
        ) => Ok(()),
        other => other,
    }
}

/// Restores everything that is down, servers first, because nothing starts on a server that is off. Then resets other
/// settings that may keep users from being served.
fn repair(timeline: &mut Timeline, setup: &[Command]) -> Result<(), CommandError> {
    let infra = Arc::clone(timeline.simulation().infrastructure());
    let servers = infra.servers().map(|server| Element::Server(server.id.clone()));
    let components = infra.components().map(|(_, component)| Element::Component(component.id.clone()));
    let hops = infra.links().map(|(link, _)| infra.hop_element(link));
    for element in servers.chain(components).chain(hops) {
        if timeline.simulation().is_up(&element) == Some(false) {
            apply_if_needed(timeline, Command::Restore(element.clone()))?;
        }
        if timeline.simulation().is_draining(&element) == Some(true) {
            apply_if_needed(timeline, Command::Ready(element))?;
        }
    }
    for (from, to) in infra.blocks() {
        apply_if_needed(timeline, Command::Edit(TopologyEdit::Unblock(from.clone(), to.clone())))?;
    }
    for fault in timeline.simulation().faults() {
        apply_if_needed(timeline, Command::Clear(fault))?;
    }
    repair_settings(timeline, &infra, setup)?;
    repair_roles(timeline, &infra)?;
    let mut rates = setup.iter().rev().filter_map(|command| if let Command::Rate(rate) = command { Some(*rate) } else { None });
    let rate = rates.next().unwrap_or(infra.traffic().rate);
    // A closed population has no rate to reset.
    if timeline.simulation().population().is_none() && (timeline.simulation().rate() - rate.get()).abs() > f64::EPSILON {
        apply_if_needed(timeline, Command::Rate(rate))?;
    }
    let mut wanted =
        setup.iter().rev().filter_map(|command| if let Command::Balance(wanted) = command { Some(*wanted) } else { None });
    let own = infra.balancers().next().map(|(_, spec)| spec.algorithm);
    match wanted.next().or(own) {
        Some(wanted) if timeline.simulation().algorithm() != Some(wanted) => apply_if_needed(timeline, Command::Balance(wanted)),
        _ => Ok(()),
    }
}

/// Gives every database its authored role and replication lag again, and the site's name the addresses that it had at first.
fn repair_roles(timeline: &mut Timeline, infra: &Infrastructure) -> Result<(), CommandError> {
    let databases = || infra.components().filter_map(|(_, component)| Some((&component.id, component.kind.as_database()?)));
    // Replicas first: two writable databases are a split brain.
    let demoted = databases().filter(|(_, spec)| spec.role == DatabaseRole::Replica).map(|(id, _)| Command::Demote(id.clone()));
    let promoted = databases().filter(|(_, spec)| spec.role == DatabaseRole::Primary).map(|(id, _)| Command::Promote(id.clone()));
    let lagged = |id: &ComponentId| timeline.commands().any(|(_, command)| matches!(command, Command::Lag(of, _) if of == id));
    let lags = databases().filter(|(id, _)| lagged(id)).map(|(id, spec)| Command::Lag(id.clone(), spec.lag_s));
    let from_browser = |(link, _): &(LinkIx, _)| infra.browser() == Some(infra.ends(*link).0);
    let entries = infra.links().filter(from_browser).filter(|(_, link)| !link.standby).map(|(link, _)| infra.ends(link).1);
    let listed = entries.map(|entry| Command::SwitchRecord(infra.component(entry).id.clone()));
    let commands: Vec<Command> = demoted.chain(promoted).chain(lags).chain(listed).collect();
    for command in commands {
        // What is as authored already, or elected by its cluster, needs no command.
        if timeline.simulation().check(&command).is_ok() {
            timeline.apply(command)?;
        }
    }
    Ok(())
}

/// Resets the users' behaviour after a failure, the entry's flood protection, and the external probe.
fn repair_settings(timeline: &mut Timeline, infra: &Infrastructure, setup: &[Command]) -> Result<(), CommandError> {
    let find = |setting: fn(&Command) -> bool| setup.iter().rev().find(|command| setting(command)).cloned();
    let probe = find(|command| matches!(command, Command::Probe(_)));
    let probe = probe.unwrap_or_else(|| Command::Probe(infra.monitoring().probe.map(|probe| probe.interval_s)));
    let retries = find(|command| matches!(command, Command::Retries(_))).unwrap_or(Command::Retries(infra.traffic().retries));
    let cookies = find(|command| matches!(command, Command::SynCookies(_))).unwrap_or(Command::SynCookies(false));
    let simulation = timeline.simulation();
    let is_so = [
        matches!(&probe, Command::Probe(every) if every.map(Seconds::get) == simulation.probe().interval_s),
        retries == Command::Retries(simulation.retries()),
        cookies == Command::SynCookies(simulation.syn_cookies()),
    ];
    for (command, _) in [probe, retries, cookies].into_iter().zip(is_so).filter(|(_, is_so)| !is_so) {
        apply_if_needed(timeline, command)?;
    }
    Ok(())
}

/// What an observation changed.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nothing.
    Nothing,
    /// These goals, numbered from 0, are newly met; others are open.
    Goals(Vec<usize>),
    /// The last open goals are met and the gate has passed.
    Passed(Vec<usize>),
    /// The states of these goals have ended, so they are open again.
    Reopened(Vec<usize>),
    /// The learner did something that the author replies to; see [`LessonRun::said`](super::LessonRun::said).
    Replied,
}

/// The result of a move.
#[must_use]
#[derive(Clone, Debug, PartialEq)]
pub enum Moved {
    /// Moved to a step.
    Step(StepEntry),
    /// Moved to a question of the quiz, numbered from 0.
    Quiz(usize),
    /// Did not move yet: the question is given up, and its right answer is shown.
    Shows,
    /// Moved to the end of the lesson.
    Finished(Score),
    /// Did not move.
    Stays(Stay),
}

/// Why a move was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stay {
    /// These goals are not met.
    GoalsOpen(Vec<Text>),
    /// The question has not been answered correctly.
    NotAnswered,
    /// No prediction has been made.
    NotPredicted,
    /// No marks have been submitted.
    NotMarked,
    /// The lesson is at its first step.
    AtStart,
    /// The quiz restarts only after its last question.
    InQuiz,
    /// The lesson has ended.
    AtEnd,
}

/// Why an answer, a mark or a hint was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no question here.
    NoQuestion,
    /// The question has already been answered, or its answer has been shown.
    AlreadyAnswered,
    /// The option does not exist.
    NoSuchOption {
        /// Number of options.
        options: usize,
    },
    /// The question is answered by marking elements on the diagram.
    MarksWanted,
    /// The question is answered by choosing an option.
    OptionWanted,
    /// This element cannot be marked for this question.
    CannotMark {
        /// The element.
        element: Element,
        /// The elements that may be marked, such as "hops".
        wanted: &'static str,
    },
    /// No element is marked.
    NothingMarked,
}

/// The result of an answer.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Right, with the reason.
    Right(Text),
    /// Wrong, with the reason. The learner may try again.
    Wrong(Text),
    /// Saved as a prediction.
    Predicted,
    /// Refused.
    Refused(Refusal),
}

/// The result of toggling a mark.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Toggled {
    /// The element is marked.
    Marked,
    /// The element is no longer marked.
    Unmarked,
    /// Refused.
    Refused(Refusal),
}

/// The result of submitting marks.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// The right set is marked.
    Right(Text),
    /// Other elements are marked. The learner may try again.
    Wrong {
        /// Number of right elements that are not marked.
        missing: usize,
        /// Number of marked elements that are not right.
        extra: usize,
    },
    /// Saved as a prediction.
    Predicted,
    /// Refused.
    Refused(Refusal),
}

/// The result of asking for a hint.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hinted {
    /// The next hint.
    Hint {
        /// Text of the hint.
        text: Text,
        /// Number of the hint, from 1.
        number: usize,
        /// Total number of hints.
        of: usize,
    },
    /// All hints are shown; the solution comes next.
    SolutionNext,
    /// The step needs no hints.
    NotNeeded,
}

/// The result of asking for the solution.
#[must_use]
#[derive(Clone, Debug, PartialEq)]
pub enum Solved {
    /// The solution may be shown or played.
    Shown(Vec<Act>),
    /// This many hints must be shown first.
    HintsFirst(usize),
    /// The step needs no solution.
    NotNeeded,
}

/// What is shown once a gate has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reveal<'a> {
    /// The reveal of the step, if it has one.
    pub text: Option<&'a Text>,
    /// The verdict on a prediction, if one is judged here: whether it was right, and why.
    pub prediction: Option<(bool, &'a Text)>,
}

/// Number of quiz questions answered correctly on the first try.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Score {
    /// Number of right answers.
    pub right: u32,
    /// Number of questions.
    pub of: u32,
}

impl Score {
    /// Whether at least 80 % of the answers are right. A lesson without a quiz counts as mastered.
    pub const fn is_mastered(self) -> bool {
        self.right.saturating_mul(100) >= self.of.saturating_mul(MASTERED_PERCENT)
    }
}

/// Percentage of right answers from which a lesson counts as mastered.
pub const MASTERED_PERCENT: u32 = 80;
