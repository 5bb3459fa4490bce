//! Parses `--keys`: names of keys and times to wait, separated by spaces.

use std::str::FromStr;
use std::time::Duration;

use crate::shell::RESERVED_KEYS;
use hoplight_app::Key;
use hoplight_model::text::sanitise;

/// Keys and pauses, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Keys(Vec<Press>);

/// One step of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    /// Press a key.
    Key(Key),
    /// Wait for this wall time.
    Wait(Duration),
}

impl Keys {
    pub(super) fn presses(&self) -> &[Press] {
        &self.0
    }
}

impl FromStr for Keys {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split_whitespace().map(press).collect::<Result<_, _>>().map(Self)
    }
}

/// Parses the name of a key, or a time.
fn press(word: &str) -> Result<Press, String> {
    let reserved = RESERVED_KEYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    if let Some((name, does)) = reserved {
        return Err(format!("{name} is reserved for the terminal ({does}) and does nothing here"));
    }
    if let Ok(key) = word.parse() {
        return Ok(Press::Key(key));
    }
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return super::moment(word).map(Press::Wait);
    }
    Err(format!(
        "unknown key `{}`; expected names of keys as in the help, such as t, space, Enter or Down, separated by blanks",
        sanitise(word)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hoplight_app::Code;

    #[test]
    fn a_digit_is_a_key_and_a_number_with_a_unit_is_a_time() {
        let keys: Keys = " 1 space 2.5s Down ".parse().unwrap();
        let wanted = [
            Press::Key(Key::char('1')),
            Press::Key(Key::char(' ')),
            Press::Wait(Duration::from_millis(2500)),
            Press::Key(Key::plain(Code::Down)),
        ];
        assert_eq!(keys.presses(), wanted);
        assert_eq!("".parse(), Ok(Keys::default()));
    }

    #[test]
    fn unknown_keys_are_reported() {
        for (text, says) in [
            ("t tv", "unknown key `tv`"),
            ("12", "has a unit"),
            ("2h", "at most 1h"),
            ("ctrl-c", "Ctrl-C is reserved for the terminal"),
            ("\u{1b}[2J", "unknown key `\u{fffd}[2J`"),
        ] {
            let error = text.parse::<Keys>().expect_err(text);
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
