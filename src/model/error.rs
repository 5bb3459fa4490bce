//! Errors in content files, with their place.
//!
//! Must not read files: it is given a name to show and the text.

use std::fmt;

use super::text::sanitise;

/// A mistake in a content file. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentError {
    /// The file's name, as the user knows it.
    pub file: String,
    /// Line and column, if a place is known.
    pub place: Option<(usize, usize)>,
    /// What was found, and what was expected.
    pub message: String,
    /// What might have been meant.
    pub suggestion: Option<String>,
    /// The line itself, for the reader's eye.
    pub excerpt: Option<String>,
}

impl ContentError {
    /// An error about `needle`, a piece of `text`; its place is the first one where `needle` stands in quotes.
    pub fn about(file: &str, text: &str, needle: &str, message: impl Into<String>) -> Self {
        let quoted = format!("\"{needle}\"");
        let place = text.lines().enumerate().find_map(|(line, content)| {
            let code = content.split("//").next().unwrap_or(content);
            let byte = code.find(&quoted)?;
            Some((line + 1, code.get(..byte)?.chars().count() + 1))
        });
        Self::at(file, text, place, message)
    }

    /// An error at a place of `text`.
    pub fn at(file: &str, text: &str, place: Option<(usize, usize)>, message: impl Into<String>) -> Self {
        let excerpt = place.and_then(|(line, _)| text.lines().nth(line.saturating_sub(1))).map(|line| {
            let shown: String = line.chars().take(160).collect();
            sanitise(&shown.replace('\t', " "))
        });
        Self { file: sanitise(file), place, message: sanitise(&message.into()), suggestion: None, excerpt }
    }

    /// Adds "did you mean", if one of `known` is close to `found`.
    #[must_use]
    pub fn suggest<'a>(mut self, found: &str, known: impl Iterator<Item = &'a str>) -> Self {
        self.suggestion = nearest(found, known).map(str::to_owned);
        self
    }
}

/// The one of `known` that is closest to `found`, if any is close.
pub fn nearest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (strsim::damerau_levenshtein(found, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4)
        .min()
        .map(|(_, name)| name)
}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, "; did you mean `{suggestion}`?")?;
        }
        if let (Some(excerpt), Some((line, column))) = (&self.excerpt, self.place) {
            // A caret under a place that lies beyond the excerpt would mislead.
            if column <= excerpt.chars().count() + 1 {
                let number = line.to_string();
                write!(f, "\n {number} | {excerpt}\n {} | {}^", " ".repeat(number.len()), " ".repeat(column - 1))?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for ContentError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_is_shown_in_its_place_with_a_suggestion() {
        let text = "(\n  // \"wbe-1\" in a comment\n  from: \"wbe-1\",\n)";
        let error =
            ContentError::about("x.ron", text, "wbe-1", "no component `wbe-1`").suggest("wbe-1", ["lb-1", "web-1"].into_iter());
        assert_eq!(
            error.to_string(),
            "x.ron:3:9: no component `wbe-1`; did you mean `web-1`?\n 3 |   from: \"wbe-1\",\n   |         ^"
        );
    }
}
