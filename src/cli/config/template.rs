//! The settings file that `hoplight config` prints, with every setting and key commented out.
//!
//! Generated from the tables that the program uses, so that it is always up to date.

use std::fmt::Write as _;

use hoplight_app::{Keymap, Palette};
use hoplight_model::text::width;

use super::super::DEFAULT_SEED;

/// Renders the file. `place` is the path where the user should save it.
pub(in crate::cli) fn template(place: &str) -> String {
    let themes: Vec<&str> = Palette::ALL.into_iter().map(Palette::word).collect();
    let mut text = format!(
        "\
// Settings of hoplight. Save this file as
//     {place}
// and uncomment what you want to change; the values below are the defaults. The command line takes precedence.
// `hoplight config --check` checks the file.
(
    // Colour theme: {}.
    // theme: \"{}\",

    // Draw with ASCII characters only.
    // ascii: false,

    // Show discrete steps instead of animation.
    // reduced_motion: false,

    // Capture the mouse. With false, the terminal selects text with it as defaults.
    // mouse: true,

    // Show tips for new users, one at a time.
    // tips: true,

    // Random seed: the same seed gives the same run.
    // seed: {DEFAULT_SEED},

    // Keys: a list replaces the default keys of an action; [] removes them. A key is a character, or a name such as
    // \"space\", \"Enter\", \"Tab\", \"Up\", \"PgDn\", \"Delete\", \"F2\", \"Ctrl-k\". The screen shows the first key of a list.
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
    fn the_template_is_valid_and_lists_the_defaults() {
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
        let defaults = Keymap::default();
        assert_eq!((config.theme, config.seed, config.mouse), (Some(Palette::Dark), Some(1), true));
        for name in defaults.names() {
            assert!(whole.contains(&format!("\"{name}\": [")), "{name}");
            let keys = |keymap: &Keymap| keymap.named_binding(name).map(|binding| binding.keys.clone());
            assert_eq!(keys(&config.keymap), keys(&defaults), "{name}");
        }
    }
}
