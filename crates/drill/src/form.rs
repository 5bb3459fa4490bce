//! The format of a drill file.

use hoplight_model::{ContentError, ScenarioId, Text, ron_text};
use serde::{Deserialize, Serialize};

use crate::cause::Cause;

/// The newest format version that this program reads.
pub const FORMAT: u32 = 1;

/// A drill: a fault that is injected into a running design at a hidden moment.
///
/// Commands are written as in scripts, such as `kill web-1`; see [`hoplight_sim::script`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// Format version.
    pub format: u32,
    /// Identifier in commands and in the learner's progress. It does not name the fault.
    pub id: Text,
    /// Sort key, ascending.
    pub order: u32,
    /// Title on the screen. It does not name the fault.
    pub title: Text,
    /// The design.
    pub scenario: ScenarioId,
    /// How hard it is to find the cause.
    pub difficulty: Difficulty,
    /// Commands at the start of the run.
    #[serde(default)]
    pub setup: Vec<Text>,
    /// The fault.
    pub fault: Injection,
    /// The earliest and the latest second of the injection.
    pub onset_s: (u32, u32),
    /// Number of seconds after the injection when the drill ends.
    pub limit_s: u32,
    /// The situation, without the cause: two sentences.
    pub briefing: Vec<Text>,
    /// Three hints, from vague to specific.
    pub hints: Vec<Text>,
    /// What to look at, in this order, to find the cause.
    pub look_at: Vec<Text>,
    /// What happened and why it looked the way it did.
    pub explanation: Vec<Text>,
    /// The stored solution.
    pub remedy: Remedy,
    /// Diagnoses that suggest themselves and are wrong.
    #[serde(default)]
    pub wrong: Vec<WrongDiagnosis>,
}

/// How hard a drill is: how much of the fault users and alerts report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Difficulty {
    /// Most requests fail.
    Loud,
    /// Some requests fail, or pages are slow.
    Moderate,
    /// Users notice little or nothing.
    Quiet,
}

impl Difficulty {
    /// All difficulties, easiest first.
    pub const ALL: [Self; 3] = [Self::Loud, Self::Moderate, Self::Quiet];

    /// Name in commands and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Loud => "loud",
            Self::Moderate => "moderate",
            Self::Quiet => "quiet",
        }
    }
}

/// The fault of a drill.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Injection {
    /// A fault of the catalogue, by its name in scripts.
    Catalogue(Text),
    /// Lines of a script; times count from the injection.
    Script(Vec<Text>),
}

/// The stored solution of a drill.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remedy {
    /// The cause.
    pub cause: Cause,
    /// Commands that end the harm.
    pub commands: Vec<Text>,
}

/// A diagnosis that suggests itself and is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongDiagnosis {
    /// The diagnosis.
    pub cause: Cause,
    /// Why it suggests itself, and what contradicts it.
    pub reply: Text,
}

impl Drill {
    /// Parses the file `file` with the content `text`. References are checked by [`crate::DrillCatalogue::read`].
    ///
    /// # Errors
    /// The first mistake, with its position.
    pub fn from_ron(file: &str, text: &str) -> Result<Self, ContentError> {
        let drill: Self = ron_text::parse(file, text)?;
        if drill.format > FORMAT {
            let format = drill.format;
            let message =
                format!("this drill has format {format}, this program reads up to {FORMAT}: a newer hoplight is needed");
            return Err(ContentError::at(file, text, None, message));
        }
        Ok(drill)
    }
}
