//! A settings file with everything in it, commented out: what `hoplight config` prints.
//!
//! Made from the tables that the program uses, so that it cannot say anything else. Must not know what a setting does.

use std::fmt::Write as _;

use hoplight_app::{Keymap, Palette};
use hoplight_model::text::width;

use super::super::DEFAULT_SEED;

/// The file; `place` is where it is to lie.
pub(in crate::cli) fn template(place: &str) -> String {
    let themes: Vec<&str> = Palette::ALL.into_iter().map(Palette::word).collect();
    let mut text = format!(
        "\
// Settings of hoplight. Save this as
//     {place}
// and take the // from what you want otherwise. What is left out stays as it is here. The command line beats this file.
// `hoplight config --check` says whether all is right.
(
    // The set of colours: {}.
    // theme: \"{}\",

    // Draw with ASCII characters only.
    // ascii: false,

    // Show steps instead of movement.
    // reduced_motion: false,

    // Use the mouse; without, the terminal selects text with it as usual.
    // mouse: true,

    // Tell a newcomer, one line at a time, what can be done; what was told once does not come back.
    // tips: true,

    // The seed of chance: the same number gives the same run.
    // seed: {DEFAULT_SEED},

    // Keys: an action gets these keys and no others; [] takes all away. A key is a character, or a name such as
    // \"space\", \"Enter\", \"Tab\", \"Up\", \"PgDn\", \"Delete\", \"F2\", \"Ctrl-k\". The first one is shown.
    // keys: {{
",
        themes.join(", "),
        Palette::default().word(),
    );
    let keymap = Keymap::default();
    for name in keymap.names() {
        let Some(binding) = keymap.named_binding(name) else { continue };
        let keys: Vec<String> = binding.keys.iter().map(|key| format!("{:?}", key.to_string())).collect();
        let entry = format!("    //     \"{name}\": [{}],", keys.join(", "));
        let gap = " ".repeat(44_usize.saturating_sub(width(&entry)));
        let help = if binding.help.is_empty() { String::new() } else { format!("{gap} // {}", binding.help) };
        let _ = writeln!(text, "{entry}{help}");
    }
    text + "    // },\n)\n"
}

#[cfg(test)]
mod tests {
    use super::super::form;
    use super::*;

    #[test]
    fn it_is_right_as_it_is_and_with_all_comments_taken_away_says_the_defaults() {
        let text = template("config.ron");
        assert!(form::config("c.ron", &text).is_ok());
        let is_setting = |line: &str| {
            let name = line.trim_start().split(':').next().unwrap_or_default().trim_matches('"');
            line.trim() == "}," || line.contains(':') && !name.is_empty() && !name.contains(' ') && !name.starts_with("Keys")
        };
        let whole: Vec<String> = text
            .lines()
            .map(|line| match line.strip_prefix("    // ") {
                Some(setting) if is_setting(setting) => setting.to_owned(),
                _ => line.to_owned(),
            })
            .collect();
        let whole = whole.join("\n");
        let config = form::config("c.ron", &whole).unwrap_or_else(|errors| panic!("{errors:#?}\n{whole}"));
        let usual = Keymap::default();
        assert_eq!((config.theme, config.seed, config.mouse), (Some(Palette::Dark), Some(1), true));
        for name in usual.names() {
            assert!(whole.contains(&format!("\"{name}\": [")), "{name}");
            let keys = |keymap: &Keymap| keymap.named_binding(name).map(|binding| binding.keys.clone());
            assert_eq!(keys(&config.keymap), keys(&usual), "{name}");
        }
    }
}
