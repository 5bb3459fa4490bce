//! The user's choices, changed while the program runs.
//!
//! They hold until the program ends: the file with the lasting ones is the user's own, so each change says what to write there.

use super::super::action::Action;
use super::super::{App, Tone};

impl App {
    /// Changes a choice.
    pub(super) fn set(&mut self, action: &Action) {
        let settings = &mut self.settings;
        let (told, line) = match action {
            Action::NextTheme => {
                settings.look.palette = settings.look.palette.next();
                let word = settings.look.palette.word();
                (String::new(), format!("theme: \"{word}\""))
            }
            Action::Ascii if settings.look.only_ascii => {
                self.tell(Tone::Dim, "The locale has no other characters than ASCII's.");
                return;
            }
            Action::Ascii => {
                settings.look.ascii = !settings.look.ascii;
                (String::new(), format!("ascii: {}", settings.look.ascii))
            }
            _ => {
                settings.reduced_motion = !settings.reduced_motion;
                let told = if settings.reduced_motion { "Steps instead of movement. " } else { "Movement again. " };
                (told.to_owned(), format!("reduced_motion: {}", settings.reduced_motion))
            }
        };
        self.tell(Tone::Dim, format!("{told}For good: {line} in {}.", self.settings_file));
    }
}
