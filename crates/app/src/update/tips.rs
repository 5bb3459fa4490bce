//! First-run tips: showing the next one, and recording those that are no longer needed.

use std::time::Duration;

use crate::action::Action;
use crate::app::{App, Screen};
use crate::status;
use crate::tips::{Tip, Tips};

/// Maximum wall time for which a tip is shown.
const STAYS: Duration = Duration::from_secs(20);

/// Wall time before the first tip, and between tips.
const RESTS: Duration = Duration::from_secs(5);

impl App {
    /// Advances wall time, and shows or hides tips.
    pub(in super::super) fn tip_tick(&mut self, elapsed: Duration) {
        let Screen::Stage(stage) = &self.screen else { return };
        // A hidden tip does not use up its time.
        if !self.settings.tips || self.notice.is_some() || status::is_taken(stage) {
            return;
        }
        self.tips.since += elapsed;
        match self.tips.shown {
            Some(tip) if self.tips.since >= STAYS => self.tipped(tip),
            None if self.tips.since >= RESTS => {
                let wanted = |tip: &Tip| {
                    let binding = self.keymap.at(self.key_context()).find(|binding| binding.action == tip.action());
                    let reachable = binding.is_some_and(|binding| !binding.keys.is_empty());
                    reachable && tip.fits(stage) && !self.progress.is_tipped(tip.name())
                };
                let next = Tip::ALL.into_iter().find(wanted);
                self.tips = Tips { shown: next, since: Duration::ZERO };
            }
            _ => {}
        }
    }

    /// Records the tips that an action makes unnecessary.
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
