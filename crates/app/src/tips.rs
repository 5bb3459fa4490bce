//! First-run tips: one line at a time on what can be done, until the learner has done it, or has had time to read it.
//!
//! A tip stands where users' numbers stand, and only while nothing else wants that place. What was tipped once is noted in the
//! progress. Must not do anything else.

use std::time::Duration;

use hoplight_layout::Arrow;
use hoplight_model::RequestKind;

use super::action::Action;
use super::keymap::Keymap;
use super::line::{Line, Tone};
use super::stage::Stage;
use super::{App, Screen, status};

/// Wall time for which a tip stays at most.
const STAYS: Duration = Duration::from_secs(20);

/// Wall time before the first tip, and between two.
const RESTS: Duration = Duration::from_secs(5);

/// A tip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tip {
    /// How to select.
    Select,
    /// How to stop time.
    Pause,
    /// How to kill.
    Kill,
    /// How to change TLS.
    Tls,
    /// How to see what is readable.
    Overlay,
    /// How to look up a word.
    Glossary,
    /// How to send a request.
    Send,
    /// How to find all else.
    Palette,
}

impl Tip {
    /// All tips, in the order in which they come.
    pub const ALL: [Self; 8] =
        [Self::Select, Self::Pause, Self::Kill, Self::Tls, Self::Overlay, Self::Glossary, Self::Send, Self::Palette];

    /// Its name in the progress.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Pause => "pause",
            Self::Kill => "kill",
            Self::Tls => "tls",
            Self::Overlay => "overlay",
            Self::Glossary => "glossary",
            Self::Send => "send",
            Self::Palette => "palette",
        }
    }

    /// Whether an action shows that the learner knows.
    const fn is_done_by(self, action: &Action) -> bool {
        match self {
            Self::Select => matches!(action, Action::Move(_) | Action::Next | Action::Previous | Action::Select(_)),
            Self::Pause => matches!(action, Action::Pause | Action::StepForward),
            Self::Kill => matches!(action, Action::KillOrRestore),
            Self::Tls => matches!(action, Action::CycleTls),
            Self::Overlay => matches!(action, Action::NextOverlay),
            Self::Glossary => matches!(action, Action::Glossary),
            Self::Send => matches!(action, Action::Send(_)),
            Self::Palette => matches!(action, Action::Palette),
        }
    }

    /// The action of the key that it names first.
    const fn action(self) -> Action {
        match self {
            Self::Select => Action::Move(Arrow::Right),
            Self::Pause => Action::Pause,
            Self::Kill => Action::KillOrRestore,
            Self::Tls => Action::CycleTls,
            Self::Overlay => Action::NextOverlay,
            Self::Glossary => Action::Glossary,
            Self::Send => Action::Send(RequestKind::Write),
            Self::Palette => Action::Palette,
        }
    }

    /// Whether it makes sense now.
    fn fits(self, stage: &Stage) -> bool {
        match self {
            Self::Kill => status::can_kill(stage),
            Self::Overlay => !stage.overlays.is_veiled() && stage.overlays.shown().is_none(),
            Self::Pause => !stage.playback.paused,
            _ => true,
        }
    }

    /// What it says.
    fn text(self, keymap: &Keymap) -> String {
        let key = keymap.label(&self.action());
        match self {
            Self::Select => "the arrows select what is in the picture; so does a click".to_owned(),
            Self::Pause => format!("{key} stops time; {} then goes one hop further", keymap.label(&Action::StepForward)),
            Self::Kill => format!("{key} kills what is selected, and restores it"),
            Self::Tls => format!("{key} changes where TLS ends; watch which lines are readable then"),
            Self::Overlay => format!("{key} shows what follows from the drawing, such as all readable hops"),
            Self::Glossary => format!("{key} explains the words that are on the screen"),
            Self::Send => format!("{key} sends one login and follows it on its way"),
            Self::Palette => format!("{key} finds everything that can be done, by some of its letters"),
        }
    }
}

/// Which tip is shown, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tips {
    shown: Option<Tip>,
    /// Wall time since it came, or since the last one went.
    since: Duration,
}

impl Tips {
    /// The tip that is shown.
    pub const fn shown(self) -> Option<Tip> {
        self.shown
    }
}

impl App {
    /// The line of the tip that is shown now.
    pub fn tip(&self) -> Option<Line> {
        let tip = self.tips.shown.filter(|tip| self.settings.tips && self.stage().is_some_and(|stage| tip.fits(stage)))?;
        Some(Line::new(Tone::Accent, " tip ").with(Tone::Text, tip.text(&self.keymap)).doing(tip.action()))
    }

    /// Lets wall time go by.
    pub(super) fn tip_tick(&mut self, elapsed: Duration) {
        let Screen::Stage(stage) = &self.screen else { return };
        // Where a tip would not be seen, it has all its time before it.
        if !self.settings.tips || self.notice.is_some() || status::is_taken(stage) {
            return;
        }
        self.tips.since += elapsed;
        match self.tips.shown {
            Some(tip) if self.tips.since >= STAYS => self.tipped(tip),
            None if self.tips.since >= RESTS => {
                let wanted = |tip: &Tip| {
                    let binding = self.keymap.at(self.place()).find(|binding| binding.action == tip.action());
                    let reachable = binding.is_some_and(|binding| !binding.keys.is_empty());
                    reachable && tip.fits(stage) && !self.progress.is_tipped(tip.name())
                };
                let next = Tip::ALL.into_iter().find(wanted);
                self.tips = Tips { shown: next, since: Duration::ZERO };
            }
            _ => {}
        }
    }

    /// Notes what the learner has found out.
    pub(super) fn tip_done_by(&mut self, action: &Action) {
        if self.settings.tips && self.stage().is_some() {
            Tip::ALL.into_iter().filter(|tip| tip.is_done_by(action)).for_each(|tip| self.tipped(tip));
        }
    }

    fn tipped(&mut self, tip: Tip) {
        self.unsaved |= self.progress.tip(tip.name());
        if self.tips.shown == Some(tip) {
            self.tips = Tips::default();
        }
    }
}
