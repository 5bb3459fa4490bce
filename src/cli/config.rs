//! The user's settings file, which overrides the defaults. All mistakes in it are reported at once.
//!
//! It applies to the full screen, to the keys that `read` names and, if given with `--config`, to `shot`. The other text
//! commands ignore it, so that equal arguments give equal output. The command line takes precedence over the file. hoplight
//! never writes to it.

mod form;
mod template;

use std::path::PathBuf;

use anyhow::{Context, bail};

use hoplight_app::{Keymap, Palette, Settings};

use super::content::join_errors;
use super::files::{is_missing, read_text, shown, with_tilde};
use super::{Arguments, DEFAULT_SEED, commands};

pub(super) use template::template;

/// The defaults, overridden by a settings file.
#[derive(Clone, Debug)]
pub(super) struct Config {
    theme: Option<Palette>,
    /// All settings except theme and seed, for which `None` means the default.
    settings: Settings,
    mouse: bool,
    seed: Option<u64>,
    /// The file's entry for tips, if any.
    tips: Option<bool>,
    /// The key bindings.
    pub(super) keymap: Keymap,
    /// The file's name as shown to the user.
    pub(super) file: String,
}

impl Config {
    /// The defaults.
    fn defaults(file: String) -> Self {
        let keymap = Keymap::default();
        let settings = Settings { tips: true, ..Settings::default() };
        Self { theme: None, settings, mouse: true, seed: None, tips: None, keymap, file }
    }

    /// Reads the file named on the command line or in the environment, or the default file if it exists.
    ///
    /// # Errors
    /// Every mistake in the file, with its position.
    pub(super) fn load(arguments: &Arguments) -> anyhow::Result<Self> {
        let Some(path) = path(arguments) else { return Ok(Self::defaults("config.ron".to_owned())) };
        let name = with_tilde(&path);
        if arguments.config.is_none() && is_missing(&path) {
            return Ok(Self::defaults(name));
        }
        let text = read_text(&path).context("in the settings")?;
        form::config(&shown(&path), &text).map(|config| Self { file: name, ..config }).map_err(|mistakes| {
            let error = join_errors(&mistakes);
            if mistakes.len() > 1 { error.context(format!("{} mistakes in the settings", mistakes.len())) } else { error }
        })
    }

    /// Reads the file named on the command line or in the environment. Without one, returns the defaults.
    ///
    /// # Errors
    /// Every mistake in the file, with its position.
    pub(super) fn named(arguments: &Arguments) -> anyhow::Result<Self> {
        if arguments.config.is_some() { Self::load(arguments) } else { Ok(Self::defaults("config.ron".to_owned())) }
    }

    /// The theme from the command line, the file or the default, in this order of precedence.
    pub(super) fn theme(&self, asked: Option<Palette>) -> Palette {
        asked.or(self.theme).unwrap_or_default()
    }

    /// Whether to draw with ASCII characters only.
    pub(super) fn ascii(&self, asked: bool) -> bool {
        asked || self.settings.look.ascii
    }

    /// Whether to reduce motion.
    pub(super) fn reduced_motion(&self, arguments: &Arguments) -> bool {
        arguments.reduced_motion || self.settings.reduced_motion
    }

    /// Whether the file turns tips on.
    pub(super) fn asks_for_tips(&self) -> bool {
        self.tips == Some(true)
    }

    /// The settings of the full screen from the command line, the file or the defaults, in this order of precedence.
    pub(super) fn settings(&self, arguments: &Arguments) -> Settings {
        Settings {
            seed: self.seed(arguments),
            reduced_motion: self.reduced_motion(arguments),
            look: arguments.look(self.theme(arguments.theme.or_else(|| self.surmised())), self.ascii(arguments.ascii)),
            tips: self.settings.tips,
        }
    }

    /// Whether the theme is nobody's choice, so that the terminal's background decides.
    pub(super) fn follows_background(&self, arguments: &Arguments) -> bool {
        arguments.theme.is_none() && self.theme.is_none()
    }

    /// The theme that the environment suggests if nobody has chosen one.
    fn surmised(&self) -> Option<Palette> {
        let value = std::env::var("COLORFGBG").ok().filter(|_| self.theme.is_none())?;
        Palette::for_colorfgbg(&value)
    }

    /// The random seed.
    pub(super) fn seed(&self, arguments: &Arguments) -> u64 {
        arguments.seed.or(self.seed).unwrap_or(DEFAULT_SEED)
    }

    /// Whether to capture the mouse.
    pub(super) fn mouse(&self, arguments: &Arguments) -> bool {
        self.mouse && !arguments.no_mouse
    }
}

/// `hoplight config`: prints a settings file with the defaults, or checks the user's file.
pub(super) fn config(arguments: &Arguments, check: bool) -> anyhow::Result<()> {
    let default = default_path().map_or_else(|| "config.ron".to_owned(), |path| with_tilde(&path));
    if !check {
        return commands::print(&template(&default));
    }
    let Some(path) = path(arguments) else { bail!("there is no home folder, so there is no settings file") };
    let there = arguments.config.is_some() || !is_missing(&path);
    let Config { file, .. } = Config::load(arguments)?;
    commands::print(&if there {
        format!("No mistakes in {file}.\n")
    } else {
        format!("{file} does not exist; the defaults apply.\n")
    })
}

/// Path of the settings file.
fn path(arguments: &Arguments) -> Option<PathBuf> {
    arguments.config.clone().or_else(default_path)
}

/// Default path of the settings file.
pub(super) fn default_path() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    Some(etcetera::choose_base_strategy().ok()?.config_dir().join("hoplight").join("config.ron"))
}
