//! Parses the RON of content files into values, or errors with their position.
//!
//! All content files are parsed here, so the limits on size and depth are in one place.

mod place;
pub(crate) mod tokens;
mod value;

use ron::Options;
use ron::extensions::Extensions;
use serde::de::DeserializeOwned;

use super::error::{ContentError, nearest};
pub(crate) use place::locate;
pub use value::{ValueProblem, value};

/// Maximum size of a content file, in bytes. Parsing RON takes about nine times the file's size in memory.
pub const MAX_FILE: usize = 1 << 20;

/// Maximum nesting depth of a content file.
const MAX_DEPTH: usize = 64;

/// RON options for all content files: `Some(…)` and the double brackets of `Kind((…))` may be omitted.
pub fn options() -> Options {
    Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES)
        .with_recursion_limit(MAX_DEPTH)
}

/// Parses `text`, the content of `file`.
///
/// # Errors
/// The position, what was found and what was expected.
pub fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, ContentError> {
    if text.len() > MAX_FILE {
        let message = format!("the file has {} bytes; at most {MAX_FILE} are supported", text.len());
        return Err(ContentError::at(file, text, None, message));
    }
    // Some editors write a byte order mark, which RON rejects with an unhelpful message.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    options().from_str(text).map_err(|error| {
        let mut start = error.span.start;
        // RON's position is right after the previous token; skip the whitespace.
        let line = text.lines().nth(start.line.saturating_sub(1)).unwrap_or_default();
        let blanks = line.chars().skip(start.col.saturating_sub(1)).take_while(|c| c.is_whitespace()).count();
        if start.col + blanks <= line.chars().count() {
            start.col += blanks;
        }
        let message = match range::<T>(&error.code, text, (start.line, start.col)) {
            Some(message) => message,
            None => message(&error.code, text, start.line, start.col),
        };
        let mut content = ContentError::at(file, text, Some((start.line, start.col)), message);
        content.suggestion = suggestion(&error.code);
        content
    })
}

/// Maximum values of the integer types, widest first.
const LARGEST: [u64; 8] = [
    u64::MAX,
    i64::MAX as u64,
    u32::MAX as u64,
    i32::MAX as u64,
    u16::MAX as u64,
    i16::MAX as u64,
    u8::MAX as u64,
    i8::MAX as u64,
];

/// The range of the integer field at a position where RON found a number out of range. RON does not report the range,
/// so this tries the limits of each type.
fn range<T: DeserializeOwned>(error: &ron::Error, text: &str, (line, column): (usize, usize)) -> Option<String> {
    if !matches!(error, ron::Error::IntegerOutOfBounds) {
        return None;
    }
    let lines: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let here = text.get(lines..)?.char_indices().nth(column.saturating_sub(1)).map(|(at, _)| lines + at)?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
    let begin = text.get(..here)?.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
    let number: &str = text.get(begin..).and_then(|rest| rest.split(|c| !is_part(c)).next())?;
    let behind = text.get(begin + number.len()..)?;
    let column = column.saturating_sub(here - begin);
    let fits = |other: String| {
        let tried = format!("{}{other}{behind}", text.get(..begin).unwrap_or_default());
        let wrong = options().from_str::<T>(&tried).err().filter(|wrong| matches!(wrong.code, ron::Error::IntegerOutOfBounds));
        // Later errors don't matter here.
        wrong.is_none_or(|wrong| wrong.span.start.line > line || wrong.span.start.col > column + other.len())
    };
    let most = LARGEST.into_iter().find(|most| fits(most.to_string()))?;
    let least = if fits("-1".to_owned()) { -i128::from(most) - 1 } else { 0 };
    Some(format!("expected a whole number from {least} to {most}, found `{number}`"))
}

/// Rewords RON's message for authors, and adds what was found if RON only says what was expected.
fn message(error: &ron::Error, text: &str, line: usize, column: usize) -> String {
    let content = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let at = content.char_indices().nth(column.saturating_sub(1)).map_or(content.len(), |(at, _)| at);
    let (before, rest) = content.split_at_checked(at).unwrap_or((content, ""));
    let rest = rest.trim_start();
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '"')).take(30).collect();
    let found = match (word.is_empty(), rest.chars().next()) {
        (false, _) => format!("`{word}`"),
        (true, Some(c)) => format!("`{c}`"),
        (true, None) => "the end of the line".to_owned(),
    };
    let choice = choice_before(before);
    match error {
        ron::Error::InvalidIdentifier(_) | ron::Error::SuggestRawIdentifier(_) => format!("expected a name, found {found}"),
        ron::Error::ExpectedIdentifier if word.starts_with('"') => format!("expected a word without quotes, found {found}"),
        ron::Error::MissingStructField { field, .. } => format!("the field `{field}` is missing"),
        ron::Error::DuplicateStructField { field, .. } => format!("the field `{field}` occurs twice"),
        ron::Error::ExpectedStructLike if !choice.is_empty() => {
            format!("`{choice}` has settings: write `{choice}()` for the defaults")
        }
        ron::Error::ExpectedComma if !choice.is_empty() && rest.starts_with('(') => {
            format!("`{choice}` has no settings: write it without parentheses")
        }
        _ => {
            let reason = lower_first(&error.to_string());
            let expects = reason.starts_with("expected") && !reason.contains("found");
            if expects { format!("{reason}, found {found}") } else { reason }
        }
    }
}

/// The capitalised word at the end of a text; empty if there is none.
fn choice_before(text: &str) -> &str {
    let text = text.trim_end();
    let start = text.rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    // The character before the word may be several bytes long.
    let word = text.get(start..).unwrap_or_default();
    if word.starts_with(|c: char| c.is_ascii_uppercase()) { word } else { "" }
}

fn suggestion(error: &ron::Error) -> Option<String> {
    use ron::Error::{NoSuchEnumVariant, NoSuchStructField};
    let (NoSuchEnumVariant { expected: known, found, .. } | NoSuchStructField { expected: known, found, .. }) = error else {
        return None;
    };
    nearest(found, known.iter().copied()).map(str::to_owned)
}

fn lower_first(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::TlsConfig;

    #[test]
    fn errors_have_a_position_and_a_suggestion() {
        let error = parse::<TlsConfig>("x.ron", "(\n  edge: Terminat,\n)").unwrap_err();
        assert_eq!(error.place.map(|place| place.0), Some(2));
        assert_eq!(error.suggestion.as_deref(), Some("Terminate"));
        let error = parse::<TlsConfig>("x.ron", "(edg: None)").unwrap_err();
        assert_eq!(error.suggestion.as_deref(), Some("edge"));
        for (text, words) in
            [("(edge: 3)", "expected a name, found `3`"), ("(web_to_app: maybe)", "expected boolean, found `maybe`")]
        {
            let error = parse::<TlsConfig>("x.ron", text).unwrap_err();
            assert!(error.message.contains(words), "{error}");
        }
        for (text, words) in [
            ("[\n 4, -1]", "x.ron:2:6: expected a whole number from 0 to 255, found `-1`"),
            ("[256, 1_000]", "x.ron:1:2: expected a whole number from 0 to 255, found `256`"),
        ] {
            let error = parse::<Vec<u8>>("x.ron", text).unwrap_err();
            assert!(error.to_string().starts_with(words), "{error}");
        }
        for (error, words) in [
            (parse::<u64>("x.ron", "-1"), "from 0 to 18446744073709551615"),
            (parse::<i16>("x.ron", "40000").map(|_| 0), "from -32768 to 32767"),
            (parse::<i64>("x.ron", "9999999999999999999").map(i64::cast_unsigned), "to 9223372036854775807"),
            (parse::<u32>("x.ron", "0x1_0000_0000").map(u64::from), "from 0 to 4294967295, found `0x1_0000_0000`"),
        ]
        .map(|(result, words)| (result.map(|_| ()).unwrap_err(), words))
        {
            assert!(error.message.contains(words), "{error}");
        }
        for (text, words) in [
            ("(on: [\"a\"], on: [])", "the field `on` occurs twice"),
            ("()", "the field `on` is missing"),
            ("(on: [a])", "expected string, found `a`"),
        ] {
            let error = parse::<crate::Certificate>("x.ron", text).unwrap_err();
            assert!(error.message.contains(words), "{error}");
        }
        for (text, words) in [
            ("Web", "`Web` has settings: write `Web()` for the defaults"),
            ("Browser()", "has no settings"),
            ("\"Web\"", "expected a word without quotes, found `\"Web\"`"),
        ] {
            let text = format!("/* é */ (id: \"a\", kind: {text})");
            let error = parse::<crate::Component>("x.ron", &text).unwrap_err();
            assert!(error.message.contains(words), "{error}");
        }
        assert!(parse::<TlsConfig>("x.ron", &"(".repeat(1_000)).is_err());
        assert!(parse::<TlsConfig>("x.ron", &" ".repeat(MAX_FILE + 1)).is_err());
        assert!(parse::<TlsConfig>("x.ron", "\u{feff}(edge: None)").is_ok());
    }
}
