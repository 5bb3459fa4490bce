//! The commands of a drill, resolved against its design.

use std::sync::Arc;
use std::time::Duration;

use hoplight_model::{Infrastructure, Text};
use hoplight_sim::catalogue::{CommonFault, Timed};
use hoplight_sim::script::{self, ScriptError};
use hoplight_sim::{Command, SimTime};
use hoplight_text::{Phrase, phrase};

use crate::cause::{Cause, suspects};
use crate::form::{Drill, Injection};
use crate::random::Choices;
use crate::remedy::is_allowed;

/// Most seconds from the start of a run to the injection, and from the injection to the end of a drill.
const MOST_S: u32 = 3_600;
/// Most commands in a list of a drill.
const MOST_COMMANDS: usize = 50;

/// A mistake in a drill.
#[derive(Clone, Debug, PartialEq)]
pub enum DrillError {
    /// There is no scenario with the drill's id.
    NoScenario,
    /// A line is not a command.
    Line {
        /// The line.
        line: Text,
        /// The mistake.
        error: ScriptError,
    },
    /// The catalogue has no such fault, or it cannot happen in the design.
    NoFault(Text),
    /// The fault has no cause that can be named, or its stored cause is not among those injected.
    NotTheCause,
    /// The cause that a wrong diagnosis names is true, or cannot occur in the design.
    NotWrong,
    /// Operators cannot execute a command of the stored solution.
    NotARemedy(Text),
    /// The window of the injection, or the limit, is empty or too long.
    Times,
    /// A list is too long, or a drill has fewer or more than three hints.
    Lists,
}

impl DrillError {
    /// The error as a sentence without a period.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::NoScenario => phrase!["there is no such scenario"],
            Self::Line { error, .. } => hoplight_text::script_error(error),
            Self::NoFault(_) => {
                phrase!["the catalogue has no such fault, or the design has none of the components that it affects"]
            }
            Self::NotTheCause => phrase!["the fault does not inject the cause that `remedy` names"],
            Self::NotWrong => phrase!["the cause of a wrong diagnosis is true, or cannot occur in this design"],
            Self::NotARemedy(_) => phrase!["operators cannot execute this command as a remedy"],
            Self::Times => phrase!["the window of the injection must not be empty, and no time can be above ", MOST_S, " s"],
            Self::Lists => phrase!["a drill has three hints, and at most ", MOST_COMMANDS, " commands in a list"],
        }
    }

    /// The text in the file of `drill` that the error is about.
    pub(crate) fn needle<'a>(&'a self, drill: &'a Drill) -> &'a str {
        match self {
            Self::Line { line, .. } | Self::NoFault(line) | Self::NotARemedy(line) => line.as_str(),
            Self::NoScenario => drill.scenario.as_str(),
            Self::NotTheCause | Self::NotWrong | Self::Times | Self::Lists => drill.id.as_str(),
        }
    }
}

/// When the fault of a run is injected, given the earliest and the latest second.
pub(crate) fn onset((earliest, latest): (u32, u32), seed: u64) -> SimTime {
    let span = u64::from(latest - earliest) * 1_000 + 1;
    SimTime::from_secs(earliest.into()) + Duration::from_millis(Choices::new(seed).below(span))
}

/// The commands of a drill.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DrillPlan {
    /// Commands at the start.
    pub(crate) setup: Vec<Command>,
    /// Commands of the fault, with their delay from the injection.
    pub(crate) fault: Vec<Timed>,
    /// The causes that these commands inject, as far as they last.
    pub(crate) causes: Vec<Cause>,
    /// The stored solution.
    pub(crate) remedy: Vec<Command>,
}

impl DrillPlan {
    /// Resolves and checks a drill.
    ///
    /// # Errors
    /// The first mistake.
    pub(crate) fn new(drill: &Drill, infra: &Arc<Infrastructure>) -> Result<Self, DrillError> {
        let (earliest, latest) = drill.onset_s;
        if earliest == 0 || earliest > latest || latest > MOST_S || drill.limit_s == 0 || drill.limit_s > MOST_S {
            return Err(DrillError::Times);
        }
        let longest = drill.setup.len().max(drill.remedy.commands.len()).max(drill.wrong.len());
        if drill.hints.len() != 3 || longest > MOST_COMMANDS {
            return Err(DrillError::Lists);
        }
        let command =
            |line: &Text| script::command(line.as_str(), infra).map_err(|error| DrillError::Line { line: line.clone(), error });
        let setup = drill.setup.iter().map(command).collect::<Result<Vec<_>, _>>()?;
        let remedy = drill.remedy.commands.iter().map(command).collect::<Result<Vec<_>, _>>()?;
        let forbidden = remedy.iter().zip(&drill.remedy.commands).find(|(command, _)| !is_allowed(command));
        if let Some((_, line)) = forbidden {
            return Err(DrillError::NotARemedy(line.clone()));
        }
        let fault = injected(&drill.fault, infra)?;
        let causes = Cause::remaining(&fault, infra);
        if !causes.contains(&drill.remedy.cause) {
            return Err(DrillError::NotTheCause);
        }
        let possible = suspects(infra);
        let is_wrong = |cause: &Cause| possible.contains(cause) && !causes.contains(cause);
        if !drill.wrong.iter().all(|wrong| is_wrong(&wrong.cause)) {
            return Err(DrillError::NotWrong);
        }
        Ok(Self { setup, fault, causes, remedy })
    }
}

fn injected(injection: &Injection, infra: &Infrastructure) -> Result<Vec<Timed>, DrillError> {
    let commands = match injection {
        Injection::Catalogue(id) => {
            let fault = CommonFault::find(id.as_str()).ok_or_else(|| DrillError::NoFault(id.clone()))?;
            let commands = fault.inject(infra);
            if commands.is_empty() {
                return Err(DrillError::NoFault(id.clone()));
            }
            commands
        }
        Injection::Script(lines) => {
            let mut commands = Vec::new();
            for line in lines {
                let entries = script::entries(line.as_str(), infra);
                let entries = entries.map_err(|error| DrillError::Line { line: line.clone(), error })?;
                commands.extend(entries.into_iter().map(|entry| (entry.at.since(SimTime::ZERO).as_secs_f64(), entry.command)));
            }
            commands
        }
    };
    if commands.is_empty() || commands.len() > MOST_COMMANDS { Err(DrillError::Lists) } else { Ok(commands) }
}
