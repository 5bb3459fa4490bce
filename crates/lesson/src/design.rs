//! The design behind a session: a draft that can be edited, undone and redone while its infrastructure runs.
//!
//! Between edits, a draft may be incomplete. The infrastructure then stays unchanged until an edit completes the draft.

use std::sync::Arc;

use hoplight_model::draft::{Draft, Edit, EditError};
use hoplight_model::scenario::Scenario;
use hoplight_model::{Infrastructure, Problem};
use hoplight_sim::Command;

use super::session::Session;

/// The outcome of an edit.
#[derive(Clone, Debug, PartialEq)]
pub enum Edited {
    /// The infrastructure was rebuilt and keeps running. These commands caused conditions that could not be carried
    /// over, such as the crash of a removed component.
    Rebuilt {
        /// The commands.
        dropped: Vec<Command>,
    },
    /// The draft matches the running infrastructure, for example after undoing an edit that could not be built.
    Unchanged,
    /// The draft cannot be built yet because of these problems. The infrastructure keeps running unchanged.
    Incomplete(Vec<Problem>),
}

/// Why an act of a designer is refused.
#[derive(Clone, Debug, PartialEq)]
pub enum RefusedAct {
    /// An edit is invalid.
    Edit(EditError),
    /// The drawing would have these problems.
    Problems(Vec<Problem>),
}

/// The drafts of a session, each with the number of changes on the timeline when it was made, so that a rewind restores
/// the draft of that moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Design {
    drafts: Vec<(usize, Draft)>,
}

impl Design {
    /// Returns the draft for a timeline with this many changes and the infrastructure `infra`.
    fn draft(&self, changes: usize, infra: &Infrastructure) -> Draft {
        let Some((_, draft)) = self.drafts.iter().rev().find(|(at, _)| *at <= changes) else {
            return Draft::new(Scenario::from(infra).minimal());
        };
        let mut draft = draft.clone();
        // Commands may have changed TLS or firewall rules since. An incomplete draft is ahead of the running
        // infrastructure.
        let running = Scenario::from(infra);
        if draft.scenario().build_board().is_ok_and(|built| Scenario::from(&built) != running) {
            draft.rebase(running.minimal());
        }
        draft
    }

    fn record(&mut self, changes: usize, draft: Draft) {
        self.drafts.retain(|(at, _)| *at < changes);
        self.drafts.push((changes, draft));
    }

    /// Drops the drafts of a discarded future.
    pub(super) fn cut_future(&mut self, changes: usize) {
        self.drafts.retain(|(at, _)| *at <= changes);
    }
}

impl Session {
    /// The current draft of the design.
    pub fn draft(&self) -> Draft {
        self.design.draft(self.timeline.changes(), self.infra())
    }

    /// Edits the design. If the draft can be built, rebuilds the infrastructure and discards the known future.
    ///
    /// # Errors
    /// If the edit is invalid; nothing changes in that case.
    pub fn edit(&mut self, edit: Edit) -> Result<Edited, EditError> {
        let mut draft = self.draft();
        draft.apply(edit)?;
        Ok(self.adopt(draft))
    }

    /// Makes the edits of one act, as one step of the history. Unlike [`Self::edit`], refuses an act after which the drawing
    /// could not run, so that the picture always shows what runs.
    ///
    /// # Errors
    /// If an edit is invalid or the drawing could not be built; nothing changes in that case.
    pub fn edit_whole(&mut self, edits: Vec<Edit>) -> Result<Edited, RefusedAct> {
        let mut draft = self.draft();
        draft.apply_all(edits).map_err(RefusedAct::Edit)?;
        match draft.scenario().build_board() {
            Ok(_) => Ok(self.adopt(draft)),
            Err(problems) => Err(RefusedAct::Problems(problems)),
        }
    }

    /// Reverts the latest edit of the design. `None` if there is none.
    pub fn undo_edit(&mut self) -> Option<Edited> {
        let mut draft = self.draft();
        draft.undo().then(|| self.adopt(draft))
    }

    /// Reapplies the latest reverted edit. `None` if there is none.
    pub fn redo_edit(&mut self) -> Option<Edited> {
        let mut draft = self.draft();
        draft.redo().then(|| self.adopt(draft))
    }

    fn adopt(&mut self, draft: Draft) -> Edited {
        let edited = match draft.scenario().build_board() {
            Ok(infra) if infra == **self.infra() => Edited::Unchanged,
            Ok(infra) => {
                let dropped = self.timeline.rebuild(Arc::new(infra));
                self.cut_future();
                Edited::Rebuilt { dropped }
            }
            Err(problems) => Edited::Incomplete(problems),
        };
        self.design.record(self.timeline.changes(), draft);
        self.drop_lost_elements();
        edited
    }

    /// Clears the selection and the wiretap if their elements no longer exist.
    fn drop_lost_elements(&mut self) {
        let infra = Arc::clone(self.infra());
        self.selected = self.selected.take().filter(|element| infra.contains(element));
        let tapped = self.wiretap().cloned();
        if tapped.is_some_and(|(from, to)| infra.link_between(from.as_str(), to.as_str()).is_none()) {
            self.set_wiretap(None);
        }
    }
}
