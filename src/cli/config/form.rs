//! Parses a settings file and reports its mistakes.

use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};

use crate::shell::RESERVED_KEYS;
use hoplight_app::{Key, KeyContext, Keymap, Palette};
use hoplight_model::error::without_entry;
use hoplight_model::text::sanitise;
use hoplight_model::{ContentError, ron_text};

use super::Config;

/// Maximum number of keys of one action.
const MOST_KEYS: usize = 8;

/// Contents of the file. Every field is optional.
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

/// The entries of a map in file order, including duplicates.
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

/// Parses the text of a settings file.
///
/// # Errors
/// All syntax errors, as far as the entries can be separated, and all mistakes in the remaining entries.
pub(super) fn config(file: &str, text: &str) -> Result<Config, Vec<ContentError>> {
    let (form, mut mistakes) = form(file, text);
    let mut config = Config::defaults(file.to_owned());
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
            let message = format!("unknown theme `{}`; expected one of {}", sanitise(word), known.join(", "));
            mistakes.push(ContentError::behind(file, text, "theme", &[], word, message).suggest(word, known.into_iter()));
        }
    }
    let mut reader = Reader { file, text, mistakes, keymap: config.keymap };
    reader.keys(&form.keys.0);
    config.keymap = reader.keymap;
    if reader.mistakes.is_empty() { Ok(config) } else { Err(reader.mistakes) }
}

/// Maximum number of syntax errors that are reported.
const MOST_MISTAKES: usize = 20;

/// Parses the text. Reports an entry with a syntax error, removes it, and parses the rest again.
fn form(file: &str, text: &str) -> (Form, Vec<ContentError>) {
    let mut mistakes = Vec::new();
    let mut left = text.to_owned();
    // An empty file is valid.
    while !left.trim().is_empty() {
        match ron_text::parse(file, &left) {
            Ok(form) => return (form, mistakes),
            Err(mistake) => {
                let rest = mistake.place.and_then(|place| without_entry(&left, place));
                // Quote the line of the original text.
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
                let message = format!("unknown action `{}`; `hoplight config` prints all of them", sanitise(action));
                let known = self.keymap.names();
                self.mistakes.push(self.at_action(action, message).suggest(action, known.into_iter()));
                continue;
            }
            if entries.iter().take(number).any(|(before, _)| before == action) {
                let message = format!("duplicate entry for `{action}`; write all its keys in one list");
                self.mistakes.push(self.at_action(action, message));
                continue;
            }
            if keys.len() > MOST_KEYS {
                let message = format!("`{action}` has {} keys; at most {MOST_KEYS} are allowed", keys.len());
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
        // Conflicting keys may follow from another mistake, so report them only without one.
        if self.mistakes.is_empty() {
            self.clashes(entries);
        }
    }

    fn clashes(&mut self, entries: &[(String, Vec<String>)]) {
        for clash in self.keymap.clashes() {
            let (one, other) = clash.names;
            let message = format!(
                "{} is bound to both `{one}` and `{other}` {}; give one of them another key, or none with []",
                clash.key,
                place(clash.context)
            );
            // Report the last entry that has the key.
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

/// Parses the name of a key.
fn key(name: &str) -> Result<Key, String> {
    // Terminals send the same bytes for both.
    let twins = [("Ctrl-i", "Tab"), ("Ctrl-m", "Enter"), ("Ctrl-[", "Esc"), ("Ctrl-h", "Backspace")];
    if let Some((twin, same)) = twins.iter().find(|(twin, _)| twin.eq_ignore_ascii_case(name)) {
        return Err(format!("a terminal cannot tell {twin} from {same}; write {same} instead"));
    }
    if let Some((reserved, does)) = RESERVED_KEYS.iter().find(|(reserved, _)| reserved.eq_ignore_ascii_case(name)) {
        return Err(format!("{reserved} is reserved: it always means “{does}”"));
    }
    name.parse().map_err(|_| {
        format!(
            "unknown key `{}`; expected a character, or a name such as space, Enter, Tab, Up, PgDn, Delete, F2, Ctrl-k",
            sanitise(name)
        )
    })
}

const fn place(place: KeyContext) -> &'static str {
    match place {
        KeyContext::Home => "on the course map",
        KeyContext::Stage => "on the stage",
        KeyContext::Editor => "in the editor",
        KeyContext::Mission => "in a mission",
        KeyContext::Drill => "in a drill",
        KeyContext::Debriefing => "after a drill",
        KeyContext::Review => "in a review",
        KeyContext::ExamDrawing => "while drawing in an exam",
        KeyContext::Questions => "at questions with several answers",
        KeyContext::Number => "while typing a number",
        KeyContext::QuestionMarks => "while marking for a question",
        KeyContext::Lesson => "in a lesson",
        KeyContext::Marks => "while marking",
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
    fn a_file_overrides_the_defaults() {
        for nothing in ["", " \n", "()", "(keys: {})", "// the defaults\n()"] {
            let config = config("c.ron", nothing).expect(nothing);
            assert!(
                config.mouse && !config.settings.look.ascii && config.theme.is_none() && config.seed.is_none(),
                "{nothing:?}"
            );
            assert_eq!(config.keymap.label(SiteAction::KillOrRestore), "x");
        }
        let text = "(theme: \"high-contrast\", ascii: true, reduced_motion: true, mouse: false, tips: false, seed: 7,\n\
                    keys: { \"kill\": [\"Delete\", \"x\", \"x\"], \"hint\": [\"F2\"], \"step\": [] })";
        let config = config("c.ron", text).expect("valid");
        assert_eq!((config.theme, config.seed), (Some(Palette::HighContrast), Some(7)));
        assert!(config.settings.look.ascii && config.settings.reduced_motion && !config.mouse && !config.settings.tips);
        let keymap = &config.keymap;
        assert_eq!(
            (keymap.label(SiteAction::KillOrRestore), keymap.label(LessonAction::Hint), keymap.label(TimeAction::StepForward)),
            ("Delete".into(), "F2".into(), "?".into())
        );
        assert_eq!(config.keymap.action(Key::char('x'), KeyContext::Stage), Some(&SiteAction::KillOrRestore.into()));
        assert_eq!(config.keymap.action(Key::char('.'), KeyContext::Stage), None);
        assert_eq!(
            config.keymap.action(Key::char(' '), KeyContext::Stage),
            Some(&TimeAction::Pause.into()),
            "other keys keep their bindings"
        );
    }

    #[test]
    fn every_mistake_is_reported_with_its_position() {
        let text = "(\n  theme: \"drak\",\n  keys: {\n    \"kil\": [\"x\"],\n    \"hint\": [\"x\", \"Entre\"],\n    \
                    \"pause\": [\"Ctrl-C\"],\n    \"hint\": [\"F1\"],\n  },\n)";
        let errors = mistakes(text);
        let begins = [
            "c.ron:2:10: unknown theme `drak`",
            "c.ron:4:5: unknown action `kil`",
            "c.ron:5:19: unknown key `Entre`",
            "c.ron:6:15: Ctrl-C is reserved",
            "c.ron:5:5: duplicate entry for `hint`",
        ];
        assert_eq!(errors.len(), begins.len(), "{errors:#?}");
        for (error, begin) in errors.iter().zip(begins) {
            assert!(error.starts_with(begin), "{error}");
        }
        assert!(errors[0].contains("did you mean `dark`?") && errors[1].contains("did you mean `kill`?"), "{errors:#?}");
    }

    #[test]
    fn syntax_errors_are_reported_too() {
        for (text, says) in [
            ("(theme: \"dark\", mose: true)", "c.ron:1:17"),
            ("(mose: true)", "did you mean `mouse`?"),
            ("(seed: -1)", "c.ron:1:9: expected a whole number from 0 to 18446744073709551615, found `-1`"),
            ("(keys: { \"kill\": \"x\" })", "c.ron:1:18"),
            ("(theme: \"dark\"", "c.ron:1:"),
            ("theme: \"dark\"", "c.ron:1:1"),
        ] {
            let errors = mistakes(text);
            assert!(errors.len() == 1 && errors[0].contains(says), "{text}: {errors:#?}");
        }
        let many = format!("(keys: {{ \"kill\": [{}] }})", "\"x\", ".repeat(9));
        assert!(mistakes(&many)[0].contains("at most 8"));
    }

    #[test]
    fn a_syntax_error_does_not_hide_other_mistakes() {
        let text = "(\n  tips: maybe,\n  theme: \"drak\", mose: true,\n  seed: -1,\n  keys: { \"kill\": \"x\", \"hint\": [\"Entre\"] },\n\
                    ascii: 3\n)";
        let errors = mistakes(text);
        let begins = [
            "c.ron:2:9: expected boolean, found `maybe`",
            "c.ron:3:18: unexpected field named `mose`",
            "c.ron:4:10: expected a whole number from 0",
            "c.ron:5:19: expected",
            "c.ron:6:8: expected boolean, found `3`",
            "c.ron:3:10: unknown theme `drak`",
            "c.ron:5:33: unknown key `Entre`",
        ];
        assert_eq!(errors.len(), begins.len(), "{errors:#?}");
        for (error, begin) in errors.iter().zip(begins) {
            assert!(error.starts_with(begin), "{begin}: {error}");
        }
        assert!(errors[1].contains("theme: \"drak\", mose: true"), "the line is shown unchanged: {}", errors[1]);
        // A text whose entries cannot be separated has one error.
        assert_eq!(mistakes("(tips: true, seed: (").len(), 1);
        assert_eq!(mistakes(&format!("({})", "x: 1, ".repeat(90))).len(), MOST_MISTAKES);
    }

    #[test]
    fn a_key_bound_to_two_actions_is_reported_where_it_was_given() {
        let errors = mistakes("(keys: {\n  \"hint\": [\"x\"],\n})");
        assert_eq!(errors.len(), 1, "{errors:#?}");
        assert!(
            errors[0].starts_with("c.ron:2:12: x is bound to both `hint` and `kill` in a lesson; give one of them"),
            "{errors:#?}"
        );
        assert!(config("c.ron", "(keys: { \"hint\": [\"x\"], \"kill\": [\"Delete\"] })").is_ok());
        let errors = mistakes("(keys: { \"down\": [\"Y\"], \"up\": [\"Y\"] })");
        assert_eq!(errors.len(), 1, "one mistake, reported once: {errors:#?}");
        assert!(errors[0].starts_with("c.ron:1:32: Y is bound to both"), "{errors:#?}");
    }
}
