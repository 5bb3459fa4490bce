//! Reads infrastructures from the text of scenario files.

use std::fmt;

use crate::build::{Completeness, build};
use crate::error::ContentError;
use crate::id::ScenarioId;
use crate::infrastructure::Infrastructure;
use crate::problem::ProblemKind;
use crate::ron_text;
use crate::scenario::Scenario;

/// An error in the text of a scenario file, with its position.
pub type ReadError = ContentError<ReadProblem>;

/// What is wrong with a scenario file.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadProblem {
    /// The text is not valid RON or does not describe a scenario. Contains the parser's message.
    Syntax(String),
    /// The scenario has a problem.
    Scenario(Box<ProblemKind>),
}

impl fmt::Display for ReadProblem {
    /// Formats the data for developers. `hoplight_text::read_error` formats it for users.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(message) => f.write_str(message),
            Self::Scenario(kind) => write!(f, "{kind:?}"),
        }
    }
}

impl Infrastructure {
    /// Parses a scenario file's text and builds the infrastructure. A scenario without an id gets one derived from
    /// `file`.
    ///
    /// # Errors
    /// The first problem with its position.
    pub fn from_ron(file: &str, text: &str) -> Result<Self, ReadError> {
        // The list of errors is never empty.
        let nameless = || ReadError::with(file, text, None, ReadProblem::Syntax("the file has an error".to_owned()));
        Self::read(file, text).map_err(|errors| errors.into_iter().next().unwrap_or_else(nameless))
    }

    /// Like [`Self::from_ron`], but reports every problem.
    ///
    /// # Errors
    /// All problems that can be found at once, at most twenty: one syntax error, or the problems of the records, or the
    /// problems of the scenario as a whole.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<ReadError>> {
        let mut scenario: Scenario = ron_text::parse(file, text).map_err(|error| vec![error.map(ReadProblem::Syntax)])?;
        scenario.id.get_or_insert_with(|| ScenarioId::of_file(file));
        build(scenario, Completeness::Site).map_err(|problems| ron_text::locate(file, text, problems))
    }
}
