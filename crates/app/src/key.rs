//! Keys and their names, independent of any terminal library.

use std::fmt;
use std::str::FromStr;

/// A key without modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// A character as typed, with shift applied.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Up arrow.
    Up,
    /// Down arrow.
    Down,
    /// Left arrow.
    Left,
    /// Right arrow.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// A function key, by number from 1.
    F(u8),
}

/// A key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The key itself.
    pub code: Code,
    /// Whether Control was held.
    pub ctrl: bool,
}

impl Key {
    /// Creates a key press without modifiers.
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false }
    }

    /// Creates the key press of a character.
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }
}

/// Arrows are written as words: their ASCII symbols would clash with other keys.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        match self.code {
            Code::Char(' ') => f.write_str("space"),
            Code::Char(c) => write!(f, "{c}"),
            Code::Enter => f.write_str("Enter"),
            Code::Esc => f.write_str("Esc"),
            Code::Tab => f.write_str("Tab"),
            Code::BackTab => f.write_str("Shift-Tab"),
            Code::Backspace => f.write_str("Backspace"),
            Code::Up => f.write_str("Up"),
            Code::Down => f.write_str("Down"),
            Code::Left => f.write_str("Left"),
            Code::Right => f.write_str("Right"),
            Code::Home => f.write_str("Home"),
            Code::End => f.write_str("End"),
            Code::PageUp => f.write_str("PgUp"),
            Code::PageDown => f.write_str("PgDn"),
            Code::Delete => f.write_str("Delete"),
            Code::Insert => f.write_str("Insert"),
            Code::F(number) => write!(f, "F{number}"),
        }
    }
}

/// Names of keys without a printable character. The first name of a key is displayed, the others are accepted as input.
const NAMED: [(&str, Code); 27] = [
    ("space", Code::Char(' ')),
    ("Enter", Code::Enter),
    ("Return", Code::Enter),
    ("Esc", Code::Esc),
    ("Escape", Code::Esc),
    ("Tab", Code::Tab),
    ("Shift-Tab", Code::BackTab),
    ("BackTab", Code::BackTab),
    ("Backspace", Code::Backspace),
    ("Up", Code::Up),
    ("↑", Code::Up),
    ("Down", Code::Down),
    ("↓", Code::Down),
    ("Left", Code::Left),
    ("←", Code::Left),
    ("Right", Code::Right),
    ("→", Code::Right),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PgUp", Code::PageUp),
    ("PageUp", Code::PageUp),
    ("PgDn", Code::PageDown),
    ("PageDown", Code::PageDown),
    ("Delete", Code::Delete),
    ("Del", Code::Delete),
    ("Insert", Code::Insert),
    ("Ins", Code::Insert),
];

/// Parses a key's name as displayed in the help. Arrows may be symbols, and names are case-insensitive.
impl FromStr for Key {
    type Err = UnknownKey;

    fn from_str(name: &str) -> Result<Self, UnknownKey> {
        let mut chars = name.chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && !NAMED.iter().any(|(named, _)| *named == name)
        {
            let typed = !c.is_whitespace() && !c.is_control();
            return if typed { Ok(Self::char(c)) } else { Err(UnknownKey) };
        }
        if let Some((held, rest)) = name.split_once('-').filter(|(_, rest)| !rest.is_empty())
            && held.eq_ignore_ascii_case("ctrl")
        {
            return rest.parse().map(|key: Self| Self { ctrl: true, ..key });
        }
        let number = name
            .strip_prefix(['F', 'f'])
            .filter(|number| number.bytes().all(|c| c.is_ascii_digit()))
            .and_then(|number| number.parse().ok());
        if let Some(number) = number.filter(|number| (1..=12).contains(number)) {
            return Ok(Self::plain(Code::F(number)));
        }
        let found = NAMED.iter().find(|(named, _)| named.eq_ignore_ascii_case(name));
        found.map(|(_, code)| Self::plain(*code)).ok_or(UnknownKey)
    }
}

/// The error for an unknown key name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key has this name")]
pub struct UnknownKey;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_displayed_key_name_parses_to_the_same_key() {
        let named = NAMED.iter().map(|(_, code)| Key::plain(*code));
        let typed = ('!'..='~').map(Key::char);
        for key in named.chain(typed).chain((1..=12).map(|number| Key::plain(Code::F(number)))) {
            for key in [key, Key { ctrl: true, ..key }] {
                assert_eq!(key.to_string().parse(), Ok(key), "{key}");
                assert!(key.to_string().is_ascii(), "{key} has an ASCII name");
            }
        }
    }

    #[test]
    fn names_are_case_insensitive_but_letters_are_not() {
        assert_eq!("enter".parse(), Ok(Key::plain(Code::Enter)));
        assert_eq!("shift-tab".parse(), Ok(Key::plain(Code::BackTab)));
        assert_eq!("G".parse(), Ok(Key::char('G')));
        assert_eq!("ctrl-l".parse(), Ok(Key { code: Code::Char('l'), ctrl: true }));
        for name in ["", "tv", " ", "Ctrl-", "Ctrl-xy", "\u{1b}", "F0", "F13", "F+1"] {
            assert_eq!(name.parse::<Key>(), Err(UnknownKey), "{name:?}");
        }
    }
}
