//! Outcomes of a learner's acts.
//!
//! Every method of [`super::LessonRun`] that changes something returns one of these.

use std::sync::Arc;

use hoplight_model::quantity::Seconds;
use hoplight_model::{Element, Infrastructure, Text, TopologyEdit};
use hoplight_sim::{Command, CommandError, Timeline};

use super::act::{Act, Pace};

/// What the caller carries out when a step begins. Empty for a step that had begun before.
#[must_use]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// What is done, in order.
    pub openings: Vec<Opening>,
    /// The pace to change to; time goes on then, even if it stood still.
    pub pace: Option<Pace>,
}

/// A part of an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Opening {
    /// Everything that is down is restored, faults are healed, blocked hops are passed again, and load, balancing, probe and
    /// what users do after a failure are as these commands of the lesson's setup want them, else as the scenario does.
    Repair(Vec<Command>),
    /// A command is done. That something is up or down already, as wanted, is no mistake: the learner may have done it.
    Do(Command),
}

impl Entry {
    /// Does it all, now.
    ///
    /// # Errors
    /// The first command that cannot be done; the rest is not tried.
    pub fn carry_out(&self, timeline: &mut Timeline) -> Result<(), CommandError> {
        for opening in &self.openings {
            match opening {
                Opening::Repair(setup) => repair(timeline, setup)?,
                Opening::Do(command) => act(timeline, command.clone())?,
            }
        }
        Ok(())
    }
}

fn act(timeline: &mut Timeline, command: Command) -> Result<(), CommandError> {
    match timeline.act(command) {
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

/// Restores all that is down: servers first, since nothing starts on one that is off. Then takes back what else may keep
/// users from being served.
fn repair(timeline: &mut Timeline, setup: &[Command]) -> Result<(), CommandError> {
    let infra = Arc::clone(timeline.simulation().infrastructure());
    let servers = infra.servers().map(|server| Element::Server(server.id.clone()));
    let components = infra.components().map(|(_, component)| Element::Component(component.id.clone()));
    let hops = infra.links().map(|(link, _)| infra.hop_element(link));
    for element in servers.chain(components).chain(hops) {
        if timeline.simulation().is_up(&element) == Some(false) {
            act(timeline, Command::Restore(element.clone()))?;
        }
        if timeline.simulation().is_draining(&element) == Some(true) {
            act(timeline, Command::Ready(element))?;
        }
    }
    for (from, to) in infra.blocks() {
        act(timeline, Command::Edit(TopologyEdit::Unblock(from.clone(), to.clone())))?;
    }
    for fault in timeline.simulation().faults() {
        act(timeline, Command::Heal(fault))?;
    }
    repair_settings(timeline, &infra, setup)?;
    let mut rates = setup.iter().rev().filter_map(|command| if let Command::Rate(rate) = command { Some(*rate) } else { None });
    let rate = rates.next().unwrap_or(infra.traffic().rate);
    // A closed population has no rate to reset.
    if timeline.simulation().population().is_none() && (timeline.simulation().rate() - rate.get()).abs() > f64::EPSILON {
        act(timeline, Command::Rate(rate))?;
    }
    let mut wanted =
        setup.iter().rev().filter_map(|command| if let Command::Balance(wanted) = command { Some(*wanted) } else { None });
    let own = infra.balancers().next().map(|(_, spec)| spec.algorithm);
    match wanted.next().or(own) {
        Some(wanted) if timeline.simulation().algorithm() != Some(wanted) => act(timeline, Command::Balance(wanted)),
        _ => Ok(()),
    }
}

/// Takes back what users do after a failure, what the entry does against floods, and the external probe.
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
        act(timeline, command)?;
    }
    Ok(())
}

/// What an observation changed.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nothing.
    Nothing,
    /// These goals are met now, by number from 0; others are open.
    Goals(Vec<usize>),
    /// The last goals are met: the gate has passed.
    Passed(Vec<usize>),
}

/// Where a move led.
#[must_use]
#[derive(Clone, Debug, PartialEq)]
pub enum Moved {
    /// To a step.
    Step(Entry),
    /// To a question of the quiz, by number from 0.
    Quiz(usize),
    /// To the end.
    Finished(Score),
    /// Nowhere.
    Stays(Stay),
}

/// Why a move led nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stay {
    /// These goals are open.
    GoalsOpen(Vec<Text>),
    /// The question has no right answer yet.
    NotAnswered,
    /// No prediction was made yet.
    NotPredicted,
    /// Nothing was marked and submitted yet.
    NotMarked,
    /// There is nothing before the first step.
    AtStart,
    /// The lesson is over.
    AtEnd,
}

/// Why an answer, a mark or a hint was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no question here.
    NoQuestion,
    /// It is already answered.
    AlreadyAnswered,
    /// There is no such option.
    NoSuchOption {
        /// How many there are.
        options: usize,
    },
    /// It is answered on the diagram.
    MarksWanted,
    /// It is answered with an option, not on the diagram.
    OptionWanted,
    /// This cannot be marked here.
    CannotMark {
        /// What was to be marked.
        element: Element,
        /// What may be marked: "hops".
        wanted: &'static str,
    },
    /// Nothing is marked.
    NothingMarked,
}

/// What an answer was.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Right.
    Right(Text),
    /// Wrong; it may be tried again.
    Wrong(Text),
    /// Saved as a prediction.
    Predicted,
    /// Refused.
    Refused(Refusal),
}

/// The outcome of a mark.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Toggled {
    /// Marked.
    Marked,
    /// No longer marked.
    Unmarked,
    /// Nothing.
    Refused(Refusal),
}

/// What the marks were.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// The right set.
    Right(Text),
    /// Not the right set; it may be tried again.
    Wrong {
        /// How many belong to it and are not marked.
        missing: usize,
        /// How many are marked and do not belong to it.
        extra: usize,
    },
    /// Saved as a prediction.
    Predicted,
    /// Refused.
    Refused(Refusal),
}

/// The outcome of a request for a hint.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hinted {
    /// One more hint.
    Hint {
        /// The hint.
        text: Text,
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        of: usize,
    },
    /// All hints are shown; the solution can be asked for.
    SolutionNext,
    /// This needs no hint.
    NotNeeded,
}

/// The outcome of a request for the solution.
#[must_use]
#[derive(Clone, Debug, PartialEq)]
pub enum Solved {
    /// It may be shown, or played.
    Shown(Vec<Act>),
    /// That many hints come first.
    HintsFirst(usize),
    /// This needs no solution.
    NotNeeded,
}

/// What a passed gate shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reveal<'a> {
    /// The text, if the step has one.
    pub text: Option<&'a Text>,
    /// The prediction that is judged here: whether it was right, and why.
    pub prediction: Option<(bool, &'a Text)>,
}

/// How many questions of a quiz were answered rightly at the first try.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Score {
    /// Right answers.
    pub right: u32,
    /// Questions.
    pub of: u32,
}
