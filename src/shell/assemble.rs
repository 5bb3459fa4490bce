//! Puts together what reaches the reader in pieces.
//!
//! A key such as an arrow is several bytes. If they arrive in two reads, as over a slow line, crossterm takes the first one for the
//! Escape key and the rest for typed characters. And it does not know the terminal's answer to a question about its colours: it
//! takes that for typed characters too.

use std::time::Duration;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// How long the rest of a key may take to follow its first byte.
const SPLIT: Duration = Duration::from_millis(50);

/// Maximum number of characters of a sequence that is put together.
const LONGEST: usize = 40;

/// What the terminal sends.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Input {
    /// A key, a paste or a movement of the mouse.
    Event(Event),
    /// The background's red, green and blue.
    Background([u8; 3]),
}

/// The characters after the first event of a sequence, and how they continue.
enum Step {
    More,
    Done(Option<Input>),
    /// Not a sequence: all events are passed on as they came.
    No,
}

/// Returns the inputs that begin with `first`. `more` returns the next event if it comes within the given time.
pub(super) fn assemble(first: Event, mut more: impl FnMut(Duration) -> Option<Event>) -> Vec<Input> {
    let mut text = String::new();
    match typed(&first) {
        Some((KeyCode::Esc, KeyModifiers::NONE)) => {}
        Some((KeyCode::Char(']'), KeyModifiers::ALT)) => text.push(']'),
        _ => return vec![Input::Event(first)],
    }
    let mut events = vec![first];
    while let Some(event) = more(SPLIT) {
        let key = typed(&event);
        events.push(event);
        match step(&mut text, key) {
            Step::More => {}
            Step::Done(input) => return input.into_iter().collect(),
            Step::No => break,
        }
    }
    events.into_iter().map(Input::Event).collect()
}

/// The key of a press.
fn typed(event: &Event) -> Option<(KeyCode, KeyModifiers)> {
    match event {
        Event::Key(KeyEvent { code, modifiers, .. }) => Some((*code, *modifiers)),
        _ => None,
    }
}

/// Appends a key to the characters after the Escape byte.
fn step(text: &mut String, key: Option<(KeyCode, KeyModifiers)>) -> Step {
    let is_answer = text.starts_with(']');
    match key {
        Some((KeyCode::Char('g'), KeyModifiers::CONTROL) | (KeyCode::Char('\\'), KeyModifiers::ALT)) if is_answer => {
            Step::Done(background(text).map(Input::Background))
        }
        // The rest of the terminator follows.
        Some((KeyCode::Esc, KeyModifiers::NONE)) if is_answer => Step::More,
        Some((KeyCode::Char('\\'), KeyModifiers::NONE)) if is_answer => Step::Done(background(text).map(Input::Background)),
        Some((KeyCode::Char(c), KeyModifiers::NONE | KeyModifiers::SHIFT)) if text.len() < LONGEST => {
            text.push(c);
            match text.as_bytes() {
                [b']', ..] if is_answer_like(text) => Step::More,
                [b'[' | b'O', .., b'@'..=b'~'] => Step::Done(control(text).map(|code| Input::Event(Event::Key(code.into())))),
                [b'[', ..] | [b'O'] => Step::More,
                _ => Step::No,
            }
        }
        _ => Step::No,
    }
}

/// Whether a text may become the answer to the question for the background.
fn is_answer_like(text: &str) -> bool {
    let start = "]11;rgb:";
    if text.len() <= start.len() { start.starts_with(text) } else { text.starts_with(start) }
}

/// The key of a control sequence without its Escape byte; `None` for one that is no key, such as a report of the mouse.
fn control(text: &str) -> Option<KeyCode> {
    Some(match text {
        "[A" | "OA" => KeyCode::Up,
        "[B" | "OB" => KeyCode::Down,
        "[C" | "OC" => KeyCode::Right,
        "[D" | "OD" => KeyCode::Left,
        "[H" | "OH" | "[1~" | "[7~" => KeyCode::Home,
        "[F" | "OF" | "[4~" | "[8~" => KeyCode::End,
        "[Z" => KeyCode::BackTab,
        "[2~" => KeyCode::Insert,
        "[3~" => KeyCode::Delete,
        "[5~" => KeyCode::PageUp,
        "[6~" => KeyCode::PageDown,
        _ => return None,
    })
}

/// The colour in an answer such as `]11;rgb:ffff/ffff/dddd`. Each part has one to four hexadecimal digits.
fn background(text: &str) -> Option<[u8; 3]> {
    let mut parts = text.strip_prefix("]11;rgb:")?.split('/').map(|part| {
        let most = 16u32.checked_pow(u32::try_from(part.len()).ok()?).filter(|most| (16..=65_536).contains(most))? - 1;
        u8::try_from(u32::from_str_radix(part, 16).ok()? * 255 / most).ok()
    });
    let colour = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    fn letters(text: &str) -> Vec<Event> {
        let modifiers = |c: char| if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
        text.chars().map(|c| key(KeyCode::Char(c), modifiers(c))).collect()
    }

    /// Assembles events that come at once, then nothing.
    fn assembled(first: Event, rest: Vec<Event>) -> Vec<Input> {
        let mut rest = rest.into_iter();
        assemble(first, |_| rest.next())
    }

    #[test]
    fn a_key_in_two_reads_is_one_key() {
        let escape = || key(KeyCode::Esc, KeyModifiers::NONE);
        for (rest, code) in [("[C", KeyCode::Right), ("OA", KeyCode::Up), ("[5~", KeyCode::PageUp), ("[Z", KeyCode::BackTab)] {
            assert_eq!(assembled(escape(), letters(rest)), [Input::Event(Event::Key(code.into()))], "{rest}");
        }
        assert_eq!(assembled(escape(), letters("[<0;5;7M")), [], "a report of the mouse is not typed");
    }

    #[test]
    fn escape_and_other_keys_stay_what_they_are() {
        let escape = key(KeyCode::Esc, KeyModifiers::NONE);
        assert_eq!(assembled(escape.clone(), Vec::new()), [Input::Event(escape.clone())]);
        let then = [vec![escape.clone()], letters("q")].concat();
        assert_eq!(assembled(escape, letters("q")), then.into_iter().map(Input::Event).collect::<Vec<_>>());
        let mut asked = false;
        let letter = letters("x").remove(0);
        assert_eq!(
            assemble(letter.clone(), |_| {
                asked = true;
                None
            }),
            [Input::Event(letter)]
        );
        assert!(!asked, "nothing waits for other keys");
    }

    #[test]
    fn the_answer_about_the_background_is_not_typed() {
        let start = || key(KeyCode::Char(']'), KeyModifiers::ALT);
        for end in [key(KeyCode::Char('g'), KeyModifiers::CONTROL), key(KeyCode::Char('\\'), KeyModifiers::ALT)] {
            for (colour, expected) in [("ffff/FFFF/0000", [255, 255, 0]), ("1e/1e/2e", [30, 30, 46]), ("f/0/8", [255, 0, 136])] {
                let rest = [letters(&format!("11;rgb:{colour}")), vec![end.clone()]].concat();
                assert_eq!(assembled(start(), rest), [Input::Background(expected)]);
            }
        }
        let typed = assembled(start(), letters("11x"));
        assert_eq!(typed.len(), 4, "what is no answer is passed on");
    }
}
