//! Reads infrastructures from the text of scenario files.

use crate::build::build;
use crate::error::ContentError;
use crate::id::ScenarioId;
use crate::infrastructure::Infrastructure;
use crate::ron_text;
use crate::scenario::Scenario;

impl Infrastructure {
    /// Reads a scenario file's text. The id of a scenario without one is made from `file`.
    ///
    /// # Errors
    /// The first problem: its place, what was found and what was expected.
    pub fn from_ron(file: &str, text: &str) -> Result<Self, ContentError> {
        // The list of errors is never empty.
        let nameless = || ContentError::at(file, text, None, "the file has a mistake");
        Self::read(file, text).map_err(|errors| errors.into_iter().next().unwrap_or_else(nameless))
    }

    /// Reads a scenario file's text, like [`Self::from_ron`], and reports every problem.
    ///
    /// # Errors
    /// All problems that can be found at once, at most twenty: one of the form, those of the records, or those of the whole.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<ContentError>> {
        let mut scenario: Scenario = ron_text::parse(file, text).map_err(|error| vec![error])?;
        scenario.id.get_or_insert_with(|| ScenarioId::of_file(file));
        build(scenario).map_err(|problems| ron_text::locate(file, text, &problems))
    }
}
