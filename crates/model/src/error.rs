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

    /// An error about a record of a list, by number from 0, such as a link of `links`; its place is where `needle` stands in
    /// quotes inside the record, or else the record's beginning.
    pub fn in_record(file: &str, text: &str, (list, number): (&str, usize), needle: &str, message: impl Into<String>) -> Self {
        // Behind the list's name comes a colon, which stands as deep as the name.
        let mut records = tokens(text).skip_while(|token| !token.names(list)).skip(2).take_while(|token| token.depth > 1);
        let begins = |token: &Token<'_>| token.depth == 3 && token.text == "(";
        let begin = records.by_ref().filter(begins).nth(number);
        let quoted = format!("\"{needle}\"");
        let named = records.take_while(|token| token.depth > 2).find(|token| token.text == quoted);
        Self::at(file, text, named.or(begin).map(|token| token.place), message)
    }

    /// An error about a name that a record of a list refers to; its place is where `needle` stands in quotes behind the name of
    /// the record's `field`, or else as of [`Self::in_record`].
    pub fn in_field(file: &str, text: &str, at: (&str, usize, &str), needle: &str, message: impl Into<String>) -> Self {
        let (list, number, field) = at;
        let begins = |token: &Token<'_>| token.depth == 3 && token.text == "(";
        let mut records = tokens(text).skip_while(|token| !token.names(list)).skip(2).take_while(|token| token.depth > 1);
        let begin = records.by_ref().filter(begins).nth(number);
        let quoted = format!("\"{needle}\"");
        let mut behind = records.take_while(|token| token.depth > 2).skip_while(|token| token.text != field);
        match (begin, behind.find(|token| token.text == quoted)) {
            (Some(_), Some(found)) => Self::at(file, text, Some(found.place), message),
            _ => Self::in_record(file, text, (list, number), needle, message),
        }
    }

    /// An error about a name that stands somewhere in one of the file's own fields, behind some `marks` in this order; its
    /// place is where `needle` then stands in quotes, or else the field.
    pub fn behind(file: &str, text: &str, field: &str, marks: &[&str], needle: &str, message: impl Into<String>) -> Self {
        let mut pieces = tokens(text).skip_while(|token| !token.names(field)).peekable();
        let begin = pieces.peek().map(|token| token.place);
        let quoted = format!("\"{needle}\"");
        let all = marks.iter().copied().chain([quoted.as_str()]);
        let found = all.map(|mark| pieces.find(|token| token.text == mark)).last().flatten();
        Self::at(file, text, found.map(|token| token.place).or(begin), message)
    }

    /// An error about a list as a whole; its place is the list's name.
    pub fn in_list(file: &str, text: &str, list: &str, message: impl Into<String>) -> Self {
        Self::at(file, text, tokens(text).find(|token| token.names(list)).map(|token| token.place), message)
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

/// Whether a content file has this field of its own, as far as can be seen without reading it all right.
pub fn has_field(text: &str, field: &str) -> bool {
    tokens(text).any(|token| token.names(field))
}

/// A content file's text without the entry that stands at a place, so that the rest can be read; all else keeps its place. An
/// entry is one of the file's own fields, or one of a field's list or map. `None` if there is none at that place.
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

/// The text of one of a content file's own fields, if it has one without escapes, as far as can be seen without reading it all.
pub fn field_text<'a>(text: &'a str, field: &str) -> Option<&'a str> {
    let value = tokens(text).skip_while(|token| !token.names(field)).nth(2)?;
    value.text.strip_prefix('"')?.strip_suffix('"')
}

/// A piece of a content file: a bracket, a quoted text, a name or number, another character.
#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    text: &'a str,
    /// The byte at which it begins.
    begin: usize,
    place: (usize, usize),
    /// How many brackets are open, with this one, if it opens.
    depth: usize,
}

impl Token<'_> {
    /// Whether this is the name of one of the file's own fields.
    fn names(&self, field: &str) -> bool {
        self.depth == 1 && self.text == field
    }
}

/// The pieces of a content file that was read without an error; comments and blanks are left out.
fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut begin = text.len() - rest.len();
    let (mut line, mut column, mut depth) = (1, 1, 0_usize);
    std::iter::from_fn(move || {
        loop {
            let length = length(rest)?;
            let (token, behind) = rest.split_at_checked(length)?;
            rest = behind;
            let place = (line, column);
            let here = begin;
            begin += length;
            match token.rsplit_once('\n') {
                Some((_, last)) => {
                    line += token.matches('\n').count();
                    column = 1 + last.chars().count();
                }
                None => column += token.chars().count(),
            }
            let opens = matches!(token, "(" | "[" | "{");
            depth += usize::from(opens);
            let found = Token { text: token, begin: here, place, depth };
            depth -= usize::from(matches!(token, ")" | "]" | "}") && depth > 0);
            if !token.starts_with(char::is_whitespace) && !token.starts_with("//") && !token.starts_with("/*") {
                return Some(found);
            }
        }
    })
}

/// Bytes of the first piece of a text.
fn length(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    let until = |end: &str, from: usize| {
        let found = text.get(from..).and_then(|rest| rest.find(end));
        Some(found.map_or(text.len(), |at| from + at + end.len()))
    };
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return block(text);
    }
    let hashes = text.strip_prefix('r').map_or(0, |rest| rest.len() - rest.trim_start_matches('#').len());
    if text.get(1 + hashes..).is_some_and(|rest| first == 'r' && rest.starts_with('"')) {
        return until(&format!("\"{}", "#".repeat(hashes)), 2 + hashes);
    }
    if first == '"' {
        let mut escaped = false;
        let end = text.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        return Some(end.map_or(text.len(), |(at, _)| at + 1));
    }
    let kind: fn(char) -> bool =
        if first.is_whitespace() { char::is_whitespace } else { |c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-') };
    let same = text.find(|c| !kind(c)).unwrap_or(text.len());
    Some(same.max(first.len_utf8()))
}

/// Bytes of a comment between `/*` and `*/`, which may hold others.
fn block(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            open += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            open -= 1;
            at += 2;
        } else {
            at += rest.chars().next()?.len_utf8();
        }
        if open == 0 {
            break;
        }
    }
    Some(at)
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
    fn a_record_is_found_by_its_list_and_number() {
        let text = "// links: [(\"a\")]\n(\n  note: r#\"links: [(\"a\")]\"#, say: \"\\\"links: [(\", /* ( /* [ */ */\n  \
                    kinds: Some(links: [(\"a\")]),\n  links: [\n    (from: \"a\", to: \"b\"), // (from: \"a\")\n    \
                    L(from: \"b\", more: [(\"é\")], to: \"a\"),\n  ],\n  others: [(from: \"c\")],\n)";
        let place = |list, number, needle| ContentError::in_record("x.ron", text, (list, number), needle, "wrong").place;
        assert_eq!(place("links", 0, "a"), Some((6, 12)));
        assert_eq!(place("links", 0, "b"), Some((6, 21)));
        assert_eq!(place("links", 1, "a"), Some((7, 37)));
        assert_eq!(place("links", 1, "nothing"), Some((7, 6)), "the record itself");
        assert_eq!(place("links", 2, "c"), None, "there is no third link");
        assert_eq!(place("others", 0, "c"), Some((9, 19)));
        assert_eq!(ContentError::in_list("x.ron", text, "links", "wrong").place, Some((5, 3)));
        assert_eq!(ContentError::in_list("x.ron", text, "nothing", "wrong").place, None);
        let field = |field, needle| ContentError::in_field("x.ron", text, ("links", 1, field), needle, "wrong").place;
        assert_eq!(field("to", "a"), Some((7, 37)));
        assert_eq!(field("from", "b"), Some((7, 13)));
        assert_eq!(field("more", "nothing"), Some((7, 6)), "the record itself");
        let behind = |marks: &[&str], needle| ContentError::behind("x.ron", text, "links", marks, needle, "wrong").place;
        assert_eq!(behind(&["L", "to"], "a"), Some((7, 37)));
        assert_eq!(behind(&["L", "to"], "nothing"), Some((5, 3)), "the list");
        assert_eq!((field_text("(id: \"x\", b: (id: \"y\"))", "id"), field_text("(b: (id: \"y\"))", "id")), (Some("x"), None));
        assert!(has_field(text, "links") && has_field(text, "others") && !has_field(text, "more") && !has_field(text, "kinds2"));
        for broken in ["", "(", "links: [(", "\"", "r#\"", "/*", "(links: [(a: \"\\"] {
            assert_eq!(ContentError::in_record("x.ron", broken, ("links", 3), "a", "wrong").place, None, "{broken}");
        }
    }
}
