//! The form of a settings file, and what may be wrong with it.
//!
//! Must not know where the file lies.

use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};

use crate::shell::RESERVED_KEYS;
use hoplight_app::{Key, KeyContext, Keymap, Palette};
use hoplight_model::error::without_entry;
use hoplight_model::text::sanitise;
use hoplight_model::{ContentError, ron_text};

use super::Config;

/// Most keys of one action.
const MOST_KEYS: usize = 8;

/// The file. All of it may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename = "Settings")]
struct Form {
    theme: Option<String>,
    ascii: Option<bool>,
    reduced_motion: Option<bool>,
    mouse: Option<bool>,
    tips: Option<bool>,
    seed: Option<u64>,
    keys: Entries,
}

/// The entries of a map in the order of the file, with those that are there twice.
#[derive(Debug, Default)]
struct Entries(Vec<(String, Vec<String>)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map from actions to keys, such as { \"kill\": [\"x\", \"Delete\"] }")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// Reads a settings file's text.
///
/// # Errors
/// All mistakes in its form, as far as its entries can be told apart, and all that is wrong with what the others say.
pub(super) fn config(file: &str, text: &str) -> Result<Config, Vec<ContentError>> {
    let (form, mut mistakes) = form(file, text);
    let mut config = Config::usual(file.to_owned());
    let settings = &mut config.settings;
    settings.look.ascii = form.ascii.unwrap_or(settings.look.ascii);
    settings.reduced_motion = form.reduced_motion.unwrap_or(settings.reduced_motion);
    settings.tips = form.tips.unwrap_or(settings.tips);
    config.tips = form.tips;
    config.mouse = form.mouse.unwrap_or(config.mouse);
    config.seed = form.seed;
    if let Some(word) = &form.theme {
        config.theme = Palette::named(word);
        if config.theme.is_none() {
            let known: Vec<&str> = Palette::ALL.into_iter().map(Palette::word).collect();
            let message = format!("there is no theme `{}`: there are {}", sanitise(word), known.join(", "));
            mistakes.push(ContentError::behind(file, text, "theme", &[], word, message).suggest(word, known.into_iter()));
        }
    }
    let mut reader = Reader { file, text, mistakes, keymap: config.keymap };
    reader.keys(&form.keys.0);
    config.keymap = reader.keymap;
    if reader.mistakes.is_empty() { Ok(config) } else { Err(reader.mistakes) }
}

/// Most mistakes of the form that are told.
const MOST_MISTAKES: usize = 20;

/// Reads a file's form. An entry that cannot be read is told, taken away, and the rest is read again.
fn form(file: &str, text: &str) -> (Form, Vec<ContentError>) {
    let mut mistakes = Vec::new();
    let mut left = text.to_owned();
    // A file that is still empty says nothing wrong.
    while !left.trim().is_empty() {
        match ron_text::parse(file, &left) {
            Ok(form) => return (form, mistakes),
            Err(mistake) => {
                let rest = mistake.place.and_then(|place| without_entry(&left, place));
                // The line is shown as it is in the file.
                mistakes.push(ContentError { excerpt: ContentError::at(file, text, mistake.place, "").excerpt, ..mistake });
                match rest.filter(|_| mistakes.len() < MOST_MISTAKES) {
                    Some(rest) => left = rest,
                    None => break,
                }
            }
        }
    }
    (Form::default(), mistakes)
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    mistakes: Vec<ContentError>,
    keymap: Keymap,
}

impl Reader<'_> {
    fn keys(&mut self, entries: &[(String, Vec<String>)]) {
        for (number, (action, keys)) in entries.iter().enumerate() {
            if self.keymap.named_binding(action).is_none() {
                let message = format!("no action is called `{}`: `hoplight config` prints all of them", sanitise(action));
                let known = self.keymap.names();
                self.mistakes.push(self.at_action(action, message).suggest(action, known.into_iter()));
                continue;
            }
            if entries.iter().take(number).any(|(before, _)| before == action) {
                let message = format!("`{action}` is here twice: write all its keys in one list");
                self.mistakes.push(self.at_action(action, message));
                continue;
            }
            if keys.len() > MOST_KEYS {
                let message = format!("`{action}` has {} keys, at most {MOST_KEYS} are read", keys.len());
                self.mistakes.push(self.at_action(action, message));
                continue;
            }
            let mut read: Vec<Key> = Vec::new();
            for name in keys {
                match key(name) {
                    Ok(key) if read.contains(&key) => {}
                    Ok(key) => read.push(key),
                    Err(why) => self.mistakes.push(self.at_key(action, name, why)),
                }
            }
            self.keymap.rebind(action, &read);
        }
        // A key that two actions want is told only where all else is right: it may be a slip's consequence.
        if self.mistakes.is_empty() {
            self.clashes(entries);
        }
    }

    fn clashes(&mut self, entries: &[(String, Vec<String>)]) {
        for clash in self.keymap.clashes() {
            let (one, other) = clash.names;
            let message = format!(
                "{} means both `{one}` and `{other}` {}: give one of them another key, or none with []",
                clash.key,
                place(clash.context)
            );
            // The newest entry that has the key is the one to look at.
            let has = |(_, keys): &&(String, Vec<String>)| keys.iter().any(|name| key(name) == Ok(clash.key));
            let entry = entries.iter().rev().filter(|(action, _)| action == one || action == other).find(has);
            let name = entry.and_then(|(_, keys)| keys.iter().find(|name| key(name) == Ok(clash.key)));
            self.mistakes.push(match (entry, name) {
                (Some((action, _)), Some(name)) => self.at_key(action, name, message),
                _ => ContentError::behind(self.file, self.text, "keys", &[], "", message),
            });
        }
    }

    fn at_action(&self, action: &str, message: String) -> ContentError {
        ContentError::behind(self.file, self.text, "keys", &[], action, message)
    }

    fn at_key(&self, action: &str, key: &str, message: String) -> ContentError {
        ContentError::behind(self.file, self.text, "keys", &[&format!("\"{action}\""), "["], key, message)
    }
}

/// A key by its name.
fn key(name: &str) -> Result<Key, String> {
    // Terminals send the same bytes for both.
    let twins = [("Ctrl-i", "Tab"), ("Ctrl-m", "Enter"), ("Ctrl-[", "Esc"), ("Ctrl-h", "Backspace")];
    if let Some((twin, same)) = twins.iter().find(|(twin, _)| twin.eq_ignore_ascii_case(name)) {
        return Err(format!("a terminal cannot tell {twin} from {same}: name that instead"));
    }
    if let Some((reserved, does)) = RESERVED_KEYS.iter().find(|(reserved, _)| reserved.eq_ignore_ascii_case(name)) {
        return Err(format!("{reserved} is taken: it always means “{does}”"));
    }
    name.parse().map_err(|_| {
        format!(
            "no key is called `{}`: expected a character, or a name such as space, Enter, Tab, Up, PgDn, Delete, F2, Ctrl-k",
            sanitise(name)
        )
    })
}

const fn place(place: KeyContext) -> &'static str {
    match place {
        KeyContext::Home => "on the course map",
        KeyContext::Stage => "on the stage",
        KeyContext::Lesson => "in a lesson",
        KeyContext::Marks => "where marks are wanted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hoplight_app::action::{LessonAction, SiteAction, TimeAction};

    fn mistakes(text: &str) -> Vec<String> {
        config("c.ron", text).expect_err(text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_a_file_says_is_laid_over_the_defaults() {
        for nothing in ["", " \n", "()", "(keys: {})", "// all as usual\n()"] {
            let config = config("c.ron", nothing).expect(nothing);
            assert!(
                config.mouse && !config.settings.look.ascii && config.theme.is_none() && config.seed.is_none(),
                "{nothing:?}"
            );
            assert_eq!(config.keymap.label(SiteAction::KillOrRestore), "x");
        }
        let text = "(theme: \"high-contrast\", ascii: true, reduced_motion: true, mouse: false, tips: false, seed: 7,\n\
                    keys: { \"kill\": [\"Delete\", \"x\", \"x\"], \"hint\": [\"F2\"], \"step\": [] })";
        let config = config("c.ron", text).expect("right");
        assert_eq!((config.theme, config.seed), (Some(Palette::HighContrast), Some(7)));
        assert!(config.settings.look.ascii && config.settings.reduced_motion && !config.mouse && !config.settings.tips);
        let keymap = &config.keymap;
        assert_eq!(
            (keymap.label(SiteAction::KillOrRestore), keymap.label(LessonAction::Hint), keymap.label(TimeAction::StepForward)),
            ("Delete".into(), "F2".into(), "?".into())
        );
        assert_eq!(config.keymap.action(Key::char('x'), KeyContext::Stage), Some(&SiteAction::KillOrRestore.into()));
        assert_eq!(config.keymap.action(Key::char('.'), KeyContext::Stage), None);
        assert_eq!(config.keymap.action(Key::char(' '), KeyContext::Stage), Some(&TimeAction::Pause.into()), "the others stay");
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let text = "(\n  theme: \"drak\",\n  keys: {\n    \"kil\": [\"x\"],\n    \"hint\": [\"x\", \"Entre\"],\n    \
                    \"pause\": [\"Ctrl-C\"],\n    \"hint\": [\"F1\"],\n  },\n)";
        let told = mistakes(text);
        let begins = [
            "c.ron:2:10: there is no theme `drak`",
            "c.ron:4:5: no action is called `kil`",
            "c.ron:5:19: no key is called `Entre`",
            "c.ron:6:15: Ctrl-C is taken",
            "c.ron:5:5: `hint` is here twice",
        ];
        assert_eq!(told.len(), begins.len(), "{told:#?}");
        for (told, begin) in told.iter().zip(begins) {
            assert!(told.starts_with(begin), "{told}");
        }
        assert!(told[0].contains("did you mean `dark`?") && told[1].contains("did you mean `kill`?"), "{told:#?}");
    }

    #[test]
    fn mistakes_of_the_form_are_told_too() {
        for (text, says) in [
            ("(theme: \"dark\", mose: true)", "c.ron:1:17"),
            ("(mose: true)", "did you mean `mouse`?"),
            ("(seed: -1)", "c.ron:1:9: expected a whole number from 0 to 18446744073709551615, found `-1`"),
            ("(keys: { \"kill\": \"x\" })", "c.ron:1:18"),
            ("(theme: \"dark\"", "c.ron:1:"),
            ("theme: \"dark\"", "c.ron:1:1"),
        ] {
            let told = mistakes(text);
            assert!(told.len() == 1 && told[0].contains(says), "{text}: {told:#?}");
        }
        let many = format!("(keys: {{ \"kill\": [{}] }})", "\"x\", ".repeat(9));
        assert!(mistakes(&many)[0].contains("at most 8"));
    }

    #[test]
    fn a_mistake_of_the_form_hides_no_other_mistake() {
        let text = "(\n  tips: maybe,\n  theme: \"drak\", mose: true,\n  seed: -1,\n  keys: { \"kill\": \"x\", \"hint\": [\"Entre\"] },\n\
                    ascii: 3\n)";
        let told = mistakes(text);
        let begins = [
            "c.ron:2:9: expected boolean, found `maybe`",
            "c.ron:3:18: unexpected field named `mose`",
            "c.ron:4:10: expected a whole number from 0",
            "c.ron:5:19: expected",
            "c.ron:6:8: expected boolean, found `3`",
            "c.ron:3:10: there is no theme `drak`",
            "c.ron:5:33: no key is called `Entre`",
        ];
        assert_eq!(told.len(), begins.len(), "{told:#?}");
        for (told, begin) in told.iter().zip(begins) {
            assert!(told.starts_with(begin), "{begin}: {told}");
        }
        assert!(told[1].contains("theme: \"drak\", mose: true"), "the line is shown as it is: {}", told[1]);
        // What cannot be told apart is told once.
        assert_eq!(mistakes("(tips: true, seed: (").len(), 1);
        assert_eq!(mistakes(&format!("({})", "x: 1, ".repeat(90))).len(), MOST_MISTAKES);
    }

    #[test]
    fn a_key_that_two_actions_want_is_told_where_it_was_given() {
        let told = mistakes("(keys: {\n  \"hint\": [\"x\"],\n})");
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(told[0].starts_with("c.ron:2:12: x means both `hint` and `kill` in a lesson: give one of them"), "{told:#?}");
        assert!(config("c.ron", "(keys: { \"hint\": [\"x\"], \"kill\": [\"Delete\"] })").is_ok());
        let told = mistakes("(keys: { \"down\": [\"Y\"], \"up\": [\"Y\"] })");
        assert_eq!(told.len(), 1, "one slip, told once: {told:#?}");
        assert!(told[0].starts_with("c.ron:1:32: Y means both"), "{told:#?}");
    }
}
