//! RON text from outside becomes a value, or an error with its place.
//!
//! All content files come through here: the limits on size and depth stand here once. Must not know what is read.

use ron::Options;
use ron::extensions::Extensions;
use serde::de::DeserializeOwned;

use super::error::{ContentError, nearest};

/// Largest content file, in bytes. RON takes about nine times a file's size in memory.
pub const MAX_FILE: usize = 1 << 20;

/// Deepest nesting of a content file.
const MAX_DEPTH: usize = 64;

/// The dialect of all our files: `Some(…)` and the doubled brackets of `Kind((…))` may be left out.
pub fn options() -> Options {
    Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES)
        .with_recursion_limit(MAX_DEPTH)
}

/// Reads `text`, which the user knows as `file`.
///
/// # Errors
/// Names the place, what was found and what was expected.
pub fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, ContentError> {
    if text.len() > MAX_FILE {
        let message = format!("the file has {} bytes, at most {MAX_FILE} are read", text.len());
        return Err(ContentError::at(file, text, None, message));
    }
    // Editors on some systems begin a file with a byte order mark; RON refuses it without a helpful word.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    options().from_str(text).map_err(|error| {
        let start = error.span.start;
        let mut content = ContentError::at(file, text, Some((start.line, start.col)), lower_first(&error.code.to_string()));
        content.suggestion = suggestion(&error.code);
        content
    })
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
    use crate::model::tls::TlsConfig;

    #[test]
    fn mistakes_name_their_place_and_what_was_meant() {
        let error = parse::<TlsConfig>("x.ron", "(\n  edge: Terminat,\n)").unwrap_err();
        assert_eq!(error.place.map(|place| place.0), Some(2));
        assert_eq!(error.suggestion.as_deref(), Some("Terminate"));
        let error = parse::<TlsConfig>("x.ron", "(edg: None)").unwrap_err();
        assert_eq!(error.suggestion.as_deref(), Some("edge"));
        assert!(parse::<TlsConfig>("x.ron", &"(".repeat(1_000)).is_err());
        assert!(parse::<TlsConfig>("x.ron", &" ".repeat(MAX_FILE + 1)).is_err());
        assert!(parse::<TlsConfig>("x.ron", "\u{feff}(edge: None)").is_ok());
    }
}
