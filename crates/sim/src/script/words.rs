//! Splits a line into words, each with its column.

use super::error::{Expected, ScriptError, ScriptMistake};

/// The arrow of a hop, whichever of its forms the line contains.
pub(super) const ARROW: &str = "->";

/// A word, or an arrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    /// Column where the word begins, in characters from 1.
    pub(super) column: usize,
}

impl Word<'_> {
    /// Builds the error for an unexpected word.
    pub(super) fn unexpected(&self, expected: Expected, usage: Option<&'static str>) -> ScriptError {
        let found = Some(self.text.to_owned());
        ScriptError::new(self.column, ScriptMistake::Expected { expected, found, usage })
    }
}

/// The words of a line in order.
#[derive(Clone, Debug)]
pub(super) struct Words<'a> {
    words: std::vec::IntoIter<Word<'a>>,
    /// The column after the last word.
    end: usize,
}

impl<'a> Words<'a> {
    /// Splits a line at whitespace and around arrows: `->`, `>` or `→`.
    pub(super) fn new(line: &'a str) -> Self {
        let mut words = Vec::new();
        let mut rest = line;
        let (mut column, mut end) = (1, 1);
        while let Some(first) = rest.chars().next() {
            let (length, text) = match arrow(rest) {
                Some(length) => (length, Some(ARROW)),
                None if first.is_whitespace() => (first.len_utf8(), None),
                None => {
                    let stop = |(at, c): &(usize, char)| c.is_whitespace() || rest.get(*at..).and_then(arrow).is_some();
                    let length = rest.char_indices().find(stop).map_or(rest.len(), |(at, _)| at);
                    (length, rest.get(..length))
                }
            };
            words.extend(text.map(|text| Word { text, column }));
            let Some((taken, behind)) = rest.split_at_checked(length) else { break };
            column += taken.chars().count();
            if text.is_some() {
                end = column;
            }
            rest = behind;
        }
        Self { words: words.into_iter(), end }
    }

    pub(super) fn next(&mut self) -> Option<Word<'a>> {
        self.words.next()
    }

    pub(super) fn peek(&self) -> Option<Word<'a>> {
        self.words.as_slice().first().copied()
    }

    /// Builds the error for a line that ends too early.
    pub(super) fn ended(&self, expected: Expected, usage: Option<&'static str>) -> ScriptError {
        ScriptError::new(self.end, ScriptMistake::Expected { expected, found: None, usage })
    }
}

/// Length in bytes of the arrow that `text` starts with.
fn arrow(text: &str) -> Option<usize> {
    ["->", "→", ">"].into_iter().find(|arrow| text.starts_with(arrow)).map(str::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_columns() {
        let words = |line| Words::new(line).words.map(|word| (word.text, word.column)).collect::<Vec<_>>();
        assert_eq!(words("20s kill  web-1"), [("20s", 1), ("kill", 5), ("web-1", 11)]);
        assert_eq!(words("lb-1->web-1"), [("lb-1", 1), ("->", 5), ("web-1", 7)]);
        assert_eq!(words("é→b > c"), [("é", 1), ("->", 2), ("b", 3), ("->", 5), ("c", 7)]);
        assert_eq!(words(" \t "), []);
        assert_eq!(Words::new("ab  ").end, 3);
    }
}
