//! JSON values that preserve the order of fields and the digits of numbers.

use std::iter::Peekable;
use std::str::Chars;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    /// A number, Boolean or null, exactly as written.
    Plain(String),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Json {
    /// Parses a valid JSON value.
    pub(crate) fn read(text: &str) -> Self {
        let mut chars = text.trim_end().chars().peekable();
        let value = Self::next(&mut chars);
        assert_eq!(chars.next(), None, "one value");
        value
    }

    fn next(chars: &mut Peekable<Chars<'_>>) -> Self {
        match chars.peek() {
            Some('[') => Self::List(series(chars, ']', Self::next)),
            Some('{') => Self::Map(series(chars, '}', |chars| {
                let name = string(chars);
                assert_eq!(chars.next(), Some(':'));
                (name, Self::next(chars))
            })),
            Some('"') => Self::Text(string(chars)),
            _ => Self::Plain(std::iter::from_fn(|| chars.next_if(|char| !matches!(char, ',' | ']' | '}'))).collect()),
        }
    }

    /// Formats the value on one line, with spaces between fields.
    pub(crate) fn line(&self) -> String {
        let quoted = |text: &String| serde_json::to_string(text).expect("a string");
        match self {
            Self::Plain(text) => text.clone(),
            Self::Text(text) => quoted(text),
            Self::List(all) => format!("[{}]", all.iter().map(Self::line).collect::<Vec<_>>().join(", ")),
            Self::Map(all) => {
                let fields: Vec<String> = all.iter().map(|(name, value)| format!("{}: {}", quoted(name), value.line())).collect();
                format!("{{{}}}", fields.join(", "))
            }
        }
    }
}

/// Parses a comma-separated list between brackets.
fn series<T>(chars: &mut Peekable<Chars<'_>>, end: char, item: impl Fn(&mut Peekable<Chars<'_>>) -> T) -> Vec<T> {
    chars.next();
    let mut all = Vec::new();
    while chars.next_if_eq(&end).is_none() {
        chars.next_if_eq(&',');
        all.push(item(chars));
    }
    all
}

/// Parses a quoted string.
fn string(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut quoted = String::from(chars.next().expect("a quote"));
    let mut escaped = false;
    for char in chars {
        quoted.push(char);
        if char == '"' && !escaped {
            break;
        }
        escaped = char == '\\' && !escaped;
    }
    serde_json::from_str(&quoted).unwrap_or_else(|error| panic!("{error}: {quoted}"))
}
