//! Design reviews: opening, marking, submitting, the repaired design, and recording the result.

use std::sync::Arc;

use hoplight_analysis::FindingRule;
use hoplight_exam::review::PASS_PERCENT;
use hoplight_model::Infrastructure;

use crate::action::ReviewAction;
use crate::app::App;
use crate::stage::Stage;
use crate::task::Task;
use crate::task::review::{POINTER, ReviewTask};
use crate::tone::Tone;
use crate::update::attempt::review_attempt;
use crate::window::kind::WindowKind;
use crate::window::state::Window;

impl App {
    /// Opens a design review. Returns whether it exists.
    pub fn open_review(&mut self, id: &str) -> bool {
        let Some(review) = self.catalogue.reviews.find(id).cloned() else { return false };
        let (seed, learner) = (self.settings.seed, self.progress.learner());
        self.open_scenario(Arc::clone(review.design()));
        let size = self.size;
        if let Some(stage) = self.stage_mut() {
            stage.task = Some(Task::Review(Box::new(ReviewTask::new(review, seed, seed ^ learner))));
            stage.resize(size);
        }
        self.tell(Tone::Dim, "Read the text beside the diagram, and mark what is wrong.");
        self.observe(true);
        true
    }

    /// Opens the review after the current one.
    pub(super) fn open_next_review(&mut self) {
        let Some(id) = self.review_mut().map(|review| review.run().review().id().clone()) else { return };
        let next = self.catalogue.reviews.after(id.as_str()).map(|next| next.id().clone());
        match next {
            Some(next) => drop(self.open_review(next.as_str())),
            None => self.tell(Tone::Dim, "This was the last review. The course map has the others."),
        }
    }

    pub(super) fn review_action(&mut self, action: ReviewAction) {
        if self.review_mut().is_none() {
            self.tell(Tone::Dim, "This works only in a design review.");
            return;
        }
        match action {
            ReviewAction::NextLine => self.go_in_review(true),
            ReviewAction::PreviousLine => self.go_in_review(false),
            ReviewAction::MarkSentence => self.mark_sentence(None),
            ReviewAction::Sentence(place) => self.mark_sentence(Some(place)),
            ReviewAction::MarkElement => self.mark_element(),
            ReviewAction::Findings => self.open_window(WindowKind::Review),
            ReviewAction::ToggleFinding(rule) => self.toggle_finding(rule),
            ReviewAction::Submit => self.submit_review(),
            ReviewAction::Repaired => self.switch_design(),
        }
    }

    fn review_mut(&mut self) -> Option<&mut ReviewTask> {
        self.stage_mut()?.task.as_mut()?.as_review_mut()
    }

    fn go_in_review(&mut self, forward: bool) {
        let Some(review) = self.review_mut() else { return };
        let element = review.go(forward);
        self.show_current_line();
        let Some(stage) = self.stage_mut() else { return };
        if let Some(element) = element.filter(|element| stage.infra().contains(element)) {
            stage.session.selected = Some(element);
            stage.show_selection();
        }
    }

    /// Scrolls the panel to the current sentence or explanation.
    fn show_current_line(&mut self) {
        let keymap = self.keymap.clone();
        let Some(stage) = self.stage_mut() else { return };
        stage.panels.show_detail = false;
        let regions = &stage.viewport.regions;
        let width = regions.panel.width.saturating_sub(if regions.wide { 3 } else { 2 });
        let lines = stage.task.as_ref().map_or_else(Vec::new, |task| task.lines(stage, &keymap, width));
        let at = lines.iter().position(|line| line.text().starts_with(POINTER)).unwrap_or(0);
        // A third of the panel stays above it.
        let above = usize::from(stage.viewport.regions.panel.height / 3);
        stage.panels.scroll = u16::try_from(at.saturating_sub(above)).unwrap_or(u16::MAX);
    }

    /// Marks the current sentence, or goes to another one.
    fn mark_sentence(&mut self, place: Option<usize>) {
        let Some(review) = self.review_mut() else { return };
        if place.is_some_and(|place| review.go_to(place)) {
            return;
        }
        if !review.mark_sentence() {
            self.tell(Tone::Dim, "Your marks have been submitted.");
        }
    }

    fn mark_element(&mut self) {
        let Some(selected) = self.stage().and_then(|stage| stage.session.selected.clone()) else {
            self.tell(Tone::Dim, "Select an element of the diagram first.");
            return;
        };
        let Some(review) = self.review_mut() else { return };
        let is_over = review.run().result().is_some();
        let (tone, text) = match review.mark_element(&selected) {
            Some(true) => (Tone::Good, format!("Marked {selected}.")),
            Some(false) => (Tone::Dim, format!("Unmarked {selected}.")),
            None if is_over => (Tone::Dim, "Your marks have been submitted.".to_owned()),
            None => (Tone::Dim, format!("The question is not about {selected}: {}", review.run().review().form().elements.ask)),
        };
        self.tell(tone, text);
    }

    /// Toggles a finding. The list stays open.
    fn toggle_finding(&mut self, rule: FindingRule) {
        let Some(review) = self.review_mut() else { return };
        let is_open = review.toggle_finding(rule);
        let place = review.run().truth().options().iter().position(|option| option.rule == rule);
        self.window = Some(Window::new(WindowKind::Review, "", place.unwrap_or(0)));
        if !is_open {
            self.tell(Tone::Dim, "Your marks have been submitted.");
        }
    }

    fn submit_review(&mut self) {
        let repaired = self.keymap.label(ReviewAction::Repaired);
        let order = self.settings.seed ^ self.progress.learner();
        let Some(review) = self.review_mut() else { return };
        if review.run().result().is_some() {
            self.tell(Tone::Dim, "Your marks have already been submitted.");
            return;
        }
        if review.is_unmarked() {
            self.tell(Tone::Dim, "Nothing is marked yet: sentences, elements and findings count equally.");
            return;
        }
        let percent = review.submit();
        let id = review.run().review().id().clone();
        let attempt = review_attempt(format!("review/{id}"), order, review.run(), percent);
        if let Some(stage) = self.stage_mut() {
            stage.panels.show_detail = false;
            stage.panels.scroll = 0;
            stage.panels.detail_scroll = 0;
        }
        self.unsaved |= self.progress.record_result(&format!("review/{id}"), percent);
        self.finish_attempt(attempt);
        let tone = if percent >= PASS_PERCENT { Tone::Good } else { Tone::Warn };
        self.tell(tone, format!("{percent} %. Both designs are being measured; {repaired} shows the repaired one."));
    }

    /// Switches between the design and the repaired one, each in a new run.
    fn switch_design(&mut self) {
        let Some(review) = self.review_mut() else { return };
        let Some(infra) = review.switch_design() else {
            self.tell(Tone::Dim, "Submit your marks first.");
            return;
        };
        let shows_repaired = review.shows_repaired();
        let (seed, size) = (self.settings.seed, self.size);
        if let Some(stage) = self.stage_mut() {
            replace(stage, infra, seed, size);
        }
        let text = if shows_repaired {
            "Showing the repaired design in a new run."
        } else {
            "Showing the design as written in a new run."
        };
        self.tell(Tone::Dim, text);
    }

    /// Runs the next measurement of a submitted review.
    pub(super) fn work_on_review(&mut self) {
        let Some(review) = self.review_mut() else { return };
        if review.is_measuring() {
            review.work();
            self.changed = true;
        }
    }
}

/// Replaces the infrastructure on the stage, and keeps the task.
fn replace(stage: &mut Stage, infra: Arc<Infrastructure>, seed: u64, size: (u16, u16)) {
    let task = stage.task.take();
    *stage = Stage::explore(infra, seed, size);
    stage.task = task;
    stage.resize(size);
}
