//! Errors in content files, with line and column.

use std::fmt;

use super::ron_text::tokens::tokens;
use super::text::sanitise;

/// An error in a content file. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentError {
    /// The file's name, as the user knows it.
    pub file: String,
    /// Line and column, if a place is known.
    pub place: Option<(usize, usize)>,
    /// What was found, and what was expected.
    pub message: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
    /// The line itself.
    pub excerpt: Option<String>,
}

impl ContentError {
    /// An error about a name in `text`. Its place is the first occurrence of the name in quotes.
    pub fn about(file: &str, text: &str, needle: &str, message: impl Into<String>) -> Self {
        let quoted = format!("\"{needle}\"");
        let place = text.lines().enumerate().find_map(|(line, content)| {
            let code = content.split("//").next().unwrap_or(content);
            let byte = code.find(&quoted)?;
            Some((line + 1, code.get(..byte)?.chars().count() + 1))
        });
        Self::at(file, text, place, message)
    }

    /// An error about a name in one of the file's top-level fields. Its place is the first occurrence of the name in quotes
    /// after all `marks` in this order, or else the field.
    pub fn behind(file: &str, text: &str, field: &str, marks: &[&str], needle: &str, message: impl Into<String>) -> Self {
        let mut pieces = tokens(text).skip_while(|token| !token.names(field)).peekable();
        let begin = pieces.peek().map(|token| token.place);
        let quoted = format!("\"{needle}\"");
        let all = marks.iter().copied().chain([quoted.as_str()]);
        let found = all.map(|mark| pieces.find(|token| token.text == mark)).last().flatten();
        Self::at(file, text, found.map(|token| token.place).or(begin), message)
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

/// The name among `known` that is closest to `found`, if any is close.
pub fn nearest<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (strsim::damerau_levenshtein(found, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4)
        .min()
        .map(|(_, name)| name)
}

/// Whether a content file has this top-level field. Works on a file that can't be parsed, too.
pub fn has_field(text: &str, field: &str) -> bool {
    tokens(text).any(|token| token.names(field))
}

/// A content file's text with the entry at a place blanked out, so that the rest can be read with its places unchanged. An entry
/// is a top-level field, or an element of such a field's list or map. `None` if there is none at that place.
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

/// The string in one of a content file's top-level fields, if it has no escapes. Works on a file that can't be parsed, too.
pub fn field_text<'a>(text: &'a str, field: &str) -> Option<&'a str> {
    let value = tokens(text).skip_while(|token| !token.names(field)).nth(2)?;
    value.text.strip_prefix('"')?.strip_suffix('"')
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

    #[test]
    fn an_entry_is_taken_away_and_all_else_keeps_its_place() {
        let text = "(a: 1,\n  b: { \"é\": [2], \"d\": 3 }, // b: 4\n  e: \"),\")";
        let without = |place| without_entry(text, place).expect("an entry");
        assert_eq!(without((1, 5)), text.replacen("a: 1,", "     ", 1));
        assert_eq!(without((2, 14)), text.replacen("\"é\": [2],", "         ", 1), "of a map, one entry");
        assert_eq!(without((2, 23)), text.replacen("\"d\": 3", "      ", 1));
        let whole = "b: { \"é\": [2], \"d\": 3 },";
        assert_eq!(without((2, 3)), text.replacen(whole, &" ".repeat(whole.chars().count()), 1));
        assert_eq!(without((3, 6)), text.replacen("e: \"),\"", "       ", 1));
        for (broken, place) in [("", (1, 1)), ("a: 1", (1, 4)), ("(a: 1", (1, 5)), ("((((", (1, 4)), ("(a: 1)", (1, 1))] {
            assert_eq!(without_entry(broken, place), None, "{broken}");
        }
    }

    #[test]
    fn a_name_is_found_behind_marks() {
        let text = "(\n  links: [\n    (from: \"a\", to: \"b\"), // (from: \"a\")\n    L(from: \"b\", to: \"a\"),\n  ],\n  others: 3,\n)";
        let behind = |marks: &[&str], needle| ContentError::behind("x.ron", text, "links", marks, needle, "wrong").place;
        assert_eq!(behind(&["L", "to"], "a"), Some((4, 22)));
        assert_eq!(behind(&["L", "to"], "nothing"), Some((2, 3)), "the field");
        assert_eq!((field_text("(id: \"x\", b: (id: \"y\"))", "id"), field_text("(b: (id: \"y\"))", "id")), (Some("x"), None));
        assert!(has_field(text, "links") && has_field(text, "others") && !has_field(text, "from"));
    }
}
