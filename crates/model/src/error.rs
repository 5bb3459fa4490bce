//! Errors in content files, with line and column.

use std::fmt;

use super::ron_text::tokens::tokens;
use super::text::sanitise;

/// An error in a content file. Lines and columns count from 1.
///
/// `M` is the message: a sentence, or data that a renderer turns into one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentError<M = String> {
    /// The file's name as the user entered it.
    pub file: String,
    /// Line and column, if known.
    pub place: Option<(usize, usize)>,
    /// What was found and what was expected.
    pub message: M,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
    /// The text of the line.
    pub excerpt: Option<String>,
}

impl ContentError {
    /// An error about a name in `text`, located at the first occurrence of the name in quotes.
    pub fn about(file: &str, text: &str, needle: &str, message: impl Into<String>) -> Self {
        let quoted = format!("\"{needle}\"");
        let place = text.lines().enumerate().find_map(|(line, content)| {
            let code = content.split("//").next().unwrap_or(content);
            let byte = code.find(&quoted)?;
            Some((line + 1, code.get(..byte)?.chars().count() + 1))
        });
        Self::at(file, text, place, message)
    }

    /// An error about a name in one of the file's top-level fields. It is located at the first occurrence of the name
    /// in quotes after all `marks` in this order, or else at the field.
    pub fn behind(file: &str, text: &str, field: &str, marks: &[&str], needle: &str, message: impl Into<String>) -> Self {
        let mut pieces = tokens(text).skip_while(|token| !token.names(field)).peekable();
        let begin = pieces.peek().map(|token| token.place);
        let quoted = format!("\"{needle}\"");
        let all = marks.iter().copied().chain([quoted.as_str()]);
        let found = all.map(|mark| pieces.find(|token| token.text == mark)).last().flatten();
        Self::at(file, text, found.map(|token| token.place).or(begin), message)
    }

    /// An error at a position in `text`.
    pub fn at(file: &str, text: &str, place: Option<(usize, usize)>, message: impl Into<String>) -> Self {
        Self::with(file, text, place, sanitise(&message.into()))
    }
}

impl<M> ContentError<M> {
    /// Like [`ContentError::at`], with a message that is not sanitised.
    pub(crate) fn with(file: &str, text: &str, place: Option<(usize, usize)>, message: M) -> Self {
        let excerpt = place.and_then(|(line, _)| text.lines().nth(line.saturating_sub(1))).map(|line| {
            let shown: String = line.chars().take(160).collect();
            sanitise(&shown.replace('\t', " "))
        });
        Self { file: sanitise(file), place, message, suggestion: None, excerpt }
    }

    /// Converts the message and keeps everything else.
    pub fn map<N>(self, convert: impl FnOnce(M) -> N) -> ContentError<N> {
        let Self { file, place, message, suggestion, excerpt } = self;
        ContentError { file, place, message: convert(message), suggestion, excerpt }
    }

    /// Adds a "did you mean" suggestion if one of `known` is similar to `found`.
    #[must_use]
    pub fn suggest<'a>(mut self, found: &str, known: impl Iterator<Item = &'a str>) -> Self {
        self.suggestion = nearest(found, known).map(str::to_owned);
        self
    }
}

/// The name in `known` that is most similar to `found`, if any is similar enough; otherwise the first one that `found`
/// abbreviates.
pub fn nearest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let known: Vec<&str> = known.collect();
    let similar = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(found, name), *name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4)
        .min()
        .map(|(_, name)| name);
    let abbreviated = || known.iter().copied().find(|name| found.len() >= SHORTEST && name.starts_with(found));
    similar.or_else(abbreviated)
}

/// Length of the shortest abbreviation that gets a suggestion.
const SHORTEST: usize = 3;

/// Whether a content file has this top-level field. Also works on a file with syntax errors.
pub fn has_field(text: &str, field: &str) -> bool {
    tokens(text).any(|token| token.names(field))
}

/// Returns a content file's text with the entry at a position blanked out, so that the rest can be parsed at unchanged
/// positions. An entry is a top-level field, or an element of such a field's list or map. `None` if there is no entry
/// at that position.
pub fn without_entry(text: &str, place: (usize, usize)) -> Option<String> {
    let mut open: [Option<usize>; 2] = [None, None];
    let mut entries: Vec<std::ops::Range<usize>> = Vec::new();
    let mut end = 0;
    let mut found = None;
    for token in tokens(text) {
        let (begin, behind) = (token.begin, token.begin + token.text.len());
        if token.place <= place {
            found = Some(begin);
        }
        let bracket = matches!(token.text, "(" | "[" | "{" | ")" | "]" | "}");
        if matches!(token.text, ")" | "]" | "}")
            && let Some(open) = token.depth.checked_sub(1).and_then(|level| open.get_mut(level))
        {
            entries.extend(open.take().map(|begin| begin..end));
        }
        let level = token.depth.checked_sub(1 + usize::from(bracket));
        if let Some(open) = level.and_then(|level| open.get_mut(level)) {
            let begin = *open.get_or_insert(begin);
            if token.text == "," {
                *open = None;
                entries.push(begin..behind);
            }
        }
        end = behind;
    }
    let at = found?;
    let entry = entries.into_iter().filter(|entry| entry.contains(&at)).min_by_key(ExactSizeIterator::len)?;
    let (before, rest) = text.split_at_checked(entry.start)?;
    let (entry, behind) = rest.split_at_checked(entry.len())?;
    let blank: String = entry.chars().map(|c| if c == '\n' { c } else { ' ' }).collect();
    Some(format!("{before}{blank}{behind}"))
}

/// Returns the string value of a top-level field, if it has no escapes. Also works on a file with syntax errors.
pub fn field_text<'a>(text: &'a str, field: &str) -> Option<&'a str> {
    let value = tokens(text).skip_while(|token| !token.names(field)).nth(2)?;
    value.text.strip_prefix('"')?.strip_suffix('"')
}

impl<M: fmt::Display> fmt::Display for ContentError<M> {
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
            // A caret beyond the excerpt would be misleading.
            if column <= excerpt.chars().count() + 1 {
                let number = line.to_string();
                write!(f, "\n {number} | {excerpt}\n {} | {}^", " ".repeat(number.len()), " ".repeat(column - 1))?;
            }
        }
        Ok(())
    }
}

impl<M: fmt::Debug + fmt::Display> std::error::Error for ContentError<M> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_shown_with_its_position_and_a_suggestion() {
        let text = "(\n  // \"wbe-1\" in a comment\n  from: \"wbe-1\",\n)";
        let error =
            ContentError::about("x.ron", text, "wbe-1", "no component `wbe-1`").suggest("wbe-1", ["lb-1", "web-1"].into_iter());
        assert_eq!(
            error.to_string(),
            "x.ron:3:9: no component `wbe-1`; did you mean `web-1`?\n 3 |   from: \"wbe-1\",\n   |         ^"
        );
    }

    #[test]
    fn a_removed_entry_leaves_all_positions_unchanged() {
        let text = "(a: 1,\n  b: { \"é\": [2], \"d\": 3 }, // b: 4\n  e: \"),\")";
        let without = |place| without_entry(text, place).expect("an entry");
        assert_eq!(without((1, 5)), text.replacen("a: 1,", "     ", 1));
        assert_eq!(without((2, 14)), text.replacen("\"é\": [2],", "         ", 1), "one entry of a map");
        assert_eq!(without((2, 23)), text.replacen("\"d\": 3", "      ", 1));
        let whole = "b: { \"é\": [2], \"d\": 3 },";
        assert_eq!(without((2, 3)), text.replacen(whole, &" ".repeat(whole.chars().count()), 1));
        assert_eq!(without((3, 6)), text.replacen("e: \"),\"", "       ", 1));
        for (broken, place) in [("", (1, 1)), ("a: 1", (1, 4)), ("(a: 1", (1, 5)), ("((((", (1, 4)), ("(a: 1)", (1, 1))] {
            assert_eq!(without_entry(broken, place), None, "{broken}");
        }
    }

    #[test]
    fn a_name_is_found_after_marks() {
        let text = "(\n  links: [\n    (from: \"a\", to: \"b\"), // (from: \"a\")\n    L(from: \"b\", to: \"a\"),\n  ],\n  others: 3,\n)";
        let behind = |marks: &[&str], needle| ContentError::behind("x.ron", text, "links", marks, needle, "wrong").place;
        assert_eq!(behind(&["L", "to"], "a"), Some((4, 22)));
        assert_eq!(behind(&["L", "to"], "nothing"), Some((2, 3)), "the field");
        assert_eq!((field_text("(id: \"x\", b: (id: \"y\"))", "id"), field_text("(b: (id: \"y\"))", "id")), (Some("x"), None));
        assert!(has_field(text, "links") && has_field(text, "others") && !has_field(text, "from"));
    }

    #[test]
    fn a_suggestion_is_a_similar_name_or_an_abbreviated_one() {
        let known = ["stage-1-distributed", "stage-2-secured", "web-1"];
        for (found, suggested) in [
            ("stage-2", Some("stage-2-secured")),
            ("stage-2-secure", Some("stage-2-secured")),
            ("web-2", Some("web-1")),
            ("st", None),
            ("secured", None),
        ] {
            assert_eq!(nearest(found, known.into_iter()), suggested, "{found}");
        }
    }
}
