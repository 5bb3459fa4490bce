//! Settings changed while the program runs.

use hoplight::app::Palette;
use hoplight::app::action::AppAction;

use crate::learner::{Learner, SMALL};

fn notice(learner: &Learner) -> &str {
    learner.app.notice.as_ref().map_or("", |notice| &notice.text)
}

#[test]
fn the_command_palette_changes_settings_and_shows_how_to_keep_them() {
    for mut learner in [Learner::new(SMALL), Learner::exploring(SMALL)] {
        learner.app.settings_file = "~/mine.ron".into();
        learner.press(":next theme<Enter>");
        assert_eq!(learner.app.settings.look.palette, Palette::Light);
        assert_eq!(notice(&learner), "To keep it, add theme: \"light\" to ~/mine.ron.");
        learner.press(":ascii<Enter>");
        assert!(learner.app.settings.look.is_ascii());
        assert_eq!(notice(&learner), "To keep it, add ascii: true to ~/mine.ron.");
        learner.press(":reduced motion<Enter>");
        assert!(learner.app.settings.reduced_motion);
        assert!(notice(&learner).ends_with("To keep it, add reduced_motion: true to ~/mine.ron."), "{}", notice(&learner));
        learner.press(":ascii<Enter>:reduced motion<Enter>");
        assert!(!learner.app.settings.look.is_ascii() && !learner.app.settings.reduced_motion);
    }
}

#[test]
fn the_key_cycles_through_all_themes_and_an_ascii_locale_stays_ascii() {
    let mut learner = Learner::new(SMALL);
    for palette in Palette::ALL {
        assert_eq!(learner.app.settings.look.palette, palette);
        learner.app.act(AppAction::NextTheme);
    }
    assert_eq!(learner.app.settings.look.palette, Palette::default());
    learner.app.settings.look.only_ascii = true;
    learner.app.act(AppAction::Ascii);
    assert!(learner.app.settings.look.is_ascii() && notice(&learner).contains("only ASCII"), "{}", notice(&learner));
}
