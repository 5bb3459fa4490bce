//! Styled lines of text, wrapped to a width: the content of panels.
//!
//! A line may carry the action of a click on it.

use hoplight_model::text::{self, wrap};

use crate::action::Action;
use crate::tone::Tone;

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its pieces, each with a tone.
    pub spans: Vec<(Tone, String)>,
    /// The action of a click on it.
    pub action: Option<Action>,
}

impl Line {
    /// A line of one tone.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { spans: vec![(tone, text.into())], action: None }
    }

    /// Adds a piece.
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

    /// Joins parts into one line. The actions of the parts are lost.
    pub fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        Self { spans: parts.into_iter().flat_map(|part| part.spans).collect(), action: None }
    }

    /// The action at a column of consecutive parts, counted from the start of the first.
    pub fn action_at(parts: &[Self], column: usize) -> Option<Action> {
        let mut end = 0;
        let hit = parts.iter().find(|part| {
            end += part.width();
            column < end
        });
        hit.and_then(|part| part.action.clone())
    }

    /// Its width in columns.
    pub fn width(&self) -> usize {
        self.spans.iter().map(|(_, text)| text::width(text)).sum()
    }

    /// Its text without tones.
    pub fn text(&self) -> String {
        self.spans.iter().map(|(_, text)| text.as_str()).collect()
    }
}

/// Lines under construction, for a width.
#[derive(Clone, Debug)]
pub struct Page {
    width: usize,
    lines: Vec<Line>,
}

impl Page {
    /// An empty page of `width` columns.
    pub fn new(width: u16) -> Self {
        Self { width: usize::from(width.max(1)), lines: Vec::new() }
    }

    /// The finished lines.
    pub fn lines(self) -> Vec<Line> {
        self.lines
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are no lines.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.lines.push(Line::default());
    }

    /// Whether a line fits into the page's width.
    pub fn fits(&self, line: &Line) -> bool {
        line.width() <= self.width
    }

    /// Appends a finished line unchanged.
    pub fn line(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// A paragraph, wrapped.
    pub fn text(&mut self, tone: Tone, text: &str) {
        self.item(tone, "", tone, text, None);
    }

    /// A paragraph after a mark; later lines are indented by the mark's width. A click on any of its lines triggers `action`.
    ///
    /// If a word fits the page but not beside the mark, the mark gets a line of its own.
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
    fn a_mark_indents_the_lines_behind_it() {
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
            "a word is cut only if it must be"
        );
    }
}
