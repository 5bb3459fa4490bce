//! Errors in a line of a script. The caller adds the file or the argument.

use std::fmt;

use hoplight_model::ContentError;
use hoplight_model::error::nearest;
use hoplight_model::text::sanitise;

/// Longest name that is compared with the known ones, in bytes.
const MAX_COMPARED: usize = 64;

/// A mistake in a line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// The character that it begins at, from 1.
    pub column: usize,
    /// What was expected, and what was found. Nothing in it steers a terminal.
    pub message: String,
    /// What might have been meant.
    pub suggestion: Option<String>,
}

impl ScriptError {
    /// A mistake at a column.
    pub fn new(column: usize, message: impl Into<String>) -> Self {
        Self { column, message: sanitise(&message.into()), suggestion: None }
    }

    /// Adds "did you mean", if one of `known` is close to `found`.
    #[must_use]
    pub(super) fn suggest<'a>(mut self, found: &str, known: impl Iterator<Item = &'a str>) -> Self {
        if found.len() <= MAX_COMPARED {
            self.suggestion = nearest(found, known).map(str::to_owned);
        }
        self
    }

    /// The mistake with its place: a file's name, or what the argument is called, the line's number from 1, and the line.
    pub fn in_text(self, file: &str, number: usize, line: &str) -> ContentError {
        // The reader's eye needs one line, with each character in its column.
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mut error = ContentError::at(file, &line, Some((1, self.column)), self.message);
        error.place = Some((number, self.column));
        error.suggestion = self.suggestion;
        error
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ScriptError {}
