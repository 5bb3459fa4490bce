//! Text from files, validated when it is loaded.
//!
//! All text from files that a learner sees is a [`Text`], so no widget or listing has to handle escape sequences.

mod measure;

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use measure::{clusters, columns, padded, split_at_column, width, wrap};

/// Maximum length of a text, in bytes. A lesson's paragraph is much shorter.
const MAX_TEXT: usize = 4000;

/// Printable text: no control characters, bidirectional overrides, invisible characters or stacked combining marks.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text(Box<str>);

/// Whether a character may be written to a terminal.
///
/// Rejects control and bidirectional formatting characters, zero-width characters, byte order marks, soft hyphens, line
/// and paragraph separators, tag characters, variation selectors, Hangul fillers, interlinear annotation and private
/// use characters.
pub fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}')
}

/// Whether a character has zero width.
fn is_combining(c: char) -> bool {
    unicode_width::UnicodeWidthChar::width(c) == Some(0)
}

impl Text {
    /// Validates `text`.
    ///
    /// # Errors
    /// The rejected character, or the length limit.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.len() > MAX_TEXT {
            return Err(format!("a text can have at most {MAX_TEXT} bytes, found {}", text.len()));
        }
        if let Some(bad) = text.chars().find(|c| !is_printable(*c)) {
            return Err(format!("the character U+{:04X} is not printable", u32::from(bad)));
        }
        let mut marks = 0;
        for c in text.chars() {
            marks = if is_combining(c) { marks + 1 } else { 0 };
            if marks > 2 {
                return Err("more than two combining marks on one letter".into());
            }
        }
        Ok(Self(text.into()))
    }

    /// The text as a string slice.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Replaces unprintable characters in text that cannot be rejected, such as a file name or a library's error.
pub fn sanitise(text: &str) -> String {
    text.chars().map(|c| if is_printable(c) && !is_combining(c) || c == '\n' { c } else { '\u{fffd}' }).collect()
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_invisible_characters_are_rejected() {
        for bad in
            ["a\u{1b}[2J", "a\u{7}", "a\nb", "\u{202e}evil", "z\u{200b}w", "\u{feff}", "\u{9b}1m", "e\u{301}\u{301}\u{301}"]
        {
            assert!(Text::new(bad).is_err(), "{bad:?}");
            assert!(sanitise(bad).chars().all(|c| c == '\n' || is_printable(c)));
        }
        for good in ["Where does TLS end?", "naïve → ▰▰▱ ═", "日本"] {
            assert_eq!(Text::new(good).unwrap().as_str(), good);
        }
    }
}
