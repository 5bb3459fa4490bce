//! Drafts: a learner's design during editing.
//!
//! A draft is a [`Scenario`] with an undo history. Between edits it may be incomplete, for example contain a web server
//! without links; [`Draft::problems`] lists the problems that prevent a build.

mod edit;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::infrastructure::Infrastructure;
use super::problem::Problem;
use super::scenario::Scenario;

pub use edit::{Edit, EditError};

/// A scenario with an undo history.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    scenario: Arc<Scenario>,
    /// The scenario before each edit, latest last.
    past: Vec<Arc<Scenario>>,
    /// The scenarios that `undo` reverted, latest last.
    future: Vec<Arc<Scenario>>,
}

impl Draft {
    /// Creates a draft without history.
    pub fn new(scenario: Scenario) -> Self {
        Self { scenario: Arc::new(scenario), past: Vec::new(), future: Vec::new() }
    }

    /// The current scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Applies an edit and clears the redo history.
    ///
    /// # Errors
    /// The edit names something that does not exist or already exists, or it changes nothing. The draft is then
    /// unchanged.
    pub fn apply(&mut self, edit: Edit) -> Result<(), EditError> {
        let mut edited = Scenario::clone(&self.scenario);
        edit.apply_to(&mut edited)?;
        if edited == *self.scenario {
            return Err(EditError::NoChange);
        }
        self.keep(edited);
        Ok(())
    }

    /// Applies several edits as one step of the history.
    ///
    /// # Errors
    /// As for [`Self::apply`], if any of them is refused or all of them together change nothing.
    pub fn apply_all(&mut self, edits: Vec<Edit>) -> Result<(), EditError> {
        let mut edited = Scenario::clone(&self.scenario);
        for edit in edits {
            edit.apply_to(&mut edited)?;
        }
        if edited == *self.scenario {
            return Err(EditError::NoChange);
        }
        self.keep(edited);
        Ok(())
    }

    fn keep(&mut self, edited: Scenario) {
        self.past.push(std::mem::replace(&mut self.scenario, Arc::new(edited)));
        self.future.clear();
    }

    /// Replaces the scenario without a step in the history, for a change that is undone by other means.
    pub fn rebase(&mut self, scenario: Scenario) {
        self.scenario = Arc::new(scenario);
    }

    /// Reverts the latest edit. Returns whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.past.pop() else { return false };
        self.future.push(std::mem::replace(&mut self.scenario, before));
        true
    }

    /// Reapplies the edit that the latest `undo` reverted. Returns whether there was one.
    pub fn redo(&mut self) -> bool {
        let Some(after) = self.future.pop() else { return false };
        self.past.push(std::mem::replace(&mut self.scenario, after));
        true
    }

    /// Number of edits that `undo` can revert.
    pub const fn undo_len(&self) -> usize {
        self.past.len()
    }

    /// Number of edits that `redo` can reapply.
    pub const fn redo_len(&self) -> usize {
        self.future.len()
    }

    /// The problems that prevent the draft from being built; empty if it can be built.
    pub fn problems(&self) -> Vec<Problem> {
        self.scenario.check()
    }

    /// Builds the infrastructure.
    ///
    /// # Errors
    /// The problems of the draft.
    pub fn build(&self) -> Result<Infrastructure, Vec<Problem>> {
        self.scenario.build()
    }
}

impl From<&Infrastructure> for Draft {
    fn from(infra: &Infrastructure) -> Self {
        Self::new(Scenario::from(infra))
    }
}
