//! Styled lines of text, wrapped to a width: the content of the panels.
//!
//! A line may have a click action.

use hoplight_model::text::{self, wrap};

use crate::action::Action;
use crate::tone::Tone;

/// A line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Spans of text, each with a tone.
    pub spans: Vec<(Tone, String)>,
    /// The click action.
    pub action: Option<Action>,
}

impl Line {
    /// Creates a line with a single span.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { spans: vec![(tone, text.into())], action: None }
    }

    /// Appends a span.
    #[must_use]
    pub fn with(mut self, tone: Tone, text: impl Into<String>) -> Self {
        self.spans.push((tone, text.into()));
        self
    }

    /// Attaches a click action.
    #[must_use]
    pub fn doing(self, action: impl Into<Action>) -> Self {
        Self { action: Some(action.into()), ..self }
    }

    /// Joins parts into one line. Drops the actions of the parts.
    pub fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        Self { spans: parts.into_iter().flat_map(|part| part.spans).collect(), action: None }
    }

    /// Returns the action at a column of a row of parts, counted from the start of the first part.
    pub fn action_at(parts: &[Self], column: usize) -> Option<Action> {
        let mut end = 0;
        let hit = parts.iter().find(|part| {
            end += part.width();
            column < end
        });
        hit.and_then(|part| part.action.clone())
    }

    /// Returns the width in columns.
    pub fn width(&self) -> usize {
        self.spans.iter().map(|(_, text)| text::width(text)).sum()
    }

    /// Returns the text without tones.
    pub fn text(&self) -> String {
        self.spans.iter().map(|(_, text)| text.as_str()).collect()
    }
}

/// A builder of lines for a width.
#[derive(Clone, Debug)]
pub struct Page {
    width: usize,
    lines: Vec<Line>,
}

impl Page {
    /// Creates an empty page of `width` columns.
    pub fn new(width: u16) -> Self {
        Self { width: usize::from(width.max(1)), lines: Vec::new() }
    }

    /// Returns the width in columns.
    pub fn width(&self) -> u16 {
        u16::try_from(self.width).unwrap_or(u16::MAX)
    }

    /// Returns the finished lines.
    pub fn lines(self) -> Vec<Line> {
        self.lines
    }

    /// Returns the number of lines.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are no lines.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Appends an empty line.
    pub fn gap(&mut self) {
        self.lines.push(Line::default());
    }

    /// Whether a line fits within the page's width.
    pub fn fits(&self, line: &Line) -> bool {
        line.width() <= self.width
    }

    /// Appends a finished line unchanged.
    pub fn line(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Appends a paragraph, wrapped.
    pub fn text(&mut self, tone: Tone, text: &str) {
        self.item(tone, "", tone, text, None);
    }

    /// Appends a paragraph with a leading mark; continuation lines are indented by the mark's width. A click on any of the
    /// lines triggers `action`.
    ///
    /// If a word fits on a line only without the mark, the mark gets its own line.
    pub fn item(&mut self, mark_tone: Tone, mark: &str, tone: Tone, text: &str, action: Option<&Action>) {
        let indent = text::width(mark);
        let longest = text.split(' ').map(text::width).max().unwrap_or(0);
        if longest + indent > self.width && longest <= self.width && indent > 1 {
            self.lines.push(Line { action: action.cloned(), ..Line::new(mark_tone, mark.trim_end()) });
            return self.item(tone, "", tone, text, action);
        }
        let mut first = true;
        for part in wrap(text, self.width.saturating_sub(indent).max(1)) {
            let lead = if first { mark.to_owned() } else { " ".repeat(indent) };
            first = false;
            let mut line = Line { action: action.cloned(), ..Line::default() };
            if !lead.is_empty() {
                line.spans.push((mark_tone, lead));
            }
            line.spans.push((tone, part));
            self.lines.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_indents_continuation_lines() {
        let mut page = Page::new(10);
        page.item(Tone::Good, "☑ ", Tone::Text, "hop is selected", None);
        let lines: Vec<String> = page.lines().iter().map(Line::text).collect();
        assert_eq!(lines, ["☑ hop is", "  selected"]);
        let mut page = Page::new(10);
        page.item(Tone::Dim, "secrets: ", Tone::Secret, "user=ada", None);
        page.item(Tone::Dim, "host: ", Tone::Text, "www.foobar.com", None);
        let lines: Vec<String> = page.lines().iter().map(Line::text).collect();
        assert_eq!(
            lines,
            ["secrets:", "user=ada", "host: www.", "      foob", "      ar.c", "      om"],
            "words are split only if necessary"
        );
    }
}
