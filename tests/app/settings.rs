//! Choices of the user, changed while the program runs.

use hoplight::app::Palette;
use hoplight::app::action::AppAction;

use crate::learner::{Learner, SMALL};

fn notice(learner: &Learner) -> &str {
    learner.app.notice.as_ref().map_or("", |notice| &notice.text)
}

#[test]
fn the_palette_of_actions_reaches_every_choice_and_each_says_how_to_keep_it() {
    for mut learner in [Learner::new(SMALL), Learner::exploring(SMALL)] {
        learner.app.settings_file = "~/mine.ron".into();
        learner.press(":next theme<Enter>");
        assert_eq!(learner.app.settings.look.palette, Palette::Light);
        assert_eq!(notice(&learner), "To keep it: theme: \"light\" in ~/mine.ron.");
        learner.press(":ascii<Enter>");
        assert!(learner.app.settings.look.is_ascii());
        assert_eq!(notice(&learner), "To keep it: ascii: true in ~/mine.ron.");
        learner.press(":reduced motion<Enter>");
        assert!(learner.app.settings.reduced_motion);
        assert!(notice(&learner).ends_with("To keep it: reduced_motion: true in ~/mine.ron."), "{}", notice(&learner));
        learner.press(":ascii<Enter>:reduced motion<Enter>");
        assert!(!learner.app.settings.look.is_ascii() && !learner.app.settings.reduced_motion);
    }
}

#[test]
fn all_themes_have_their_turn_and_a_poor_locale_stays_poor() {
    let mut learner = Learner::new(SMALL);
    for palette in Palette::ALL {
        assert_eq!(learner.app.settings.look.palette, palette);
        learner.app.act(AppAction::NextTheme);
    }
    assert_eq!(learner.app.settings.look.palette, Palette::default());
    learner.app.settings.look.only_ascii = true;
    learner.app.act(AppAction::Ascii);
    assert!(learner.app.settings.look.is_ascii() && notice(&learner).contains("no other characters"), "{}", notice(&learner));
}
