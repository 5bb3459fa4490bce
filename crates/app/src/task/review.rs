//! A design review: the text in numbered sentences, the learner's marks and, once they are submitted, the explanations and the
//! measured difference to the repaired design.

mod lines;

use std::sync::Arc;

use hoplight_analysis::FindingRule;
use hoplight_exam::review::{DesignReview, JudgedMark, ReviewDifference, ReviewMeasurement, ReviewResult, ReviewRun};
use hoplight_lesson::marks::Review;
use hoplight_model::{Element, Infrastructure};

use crate::action::ReviewAction;
use crate::keymap::Keymap;
use crate::line::Line;
use crate::stage::Stage;
use crate::tone::Tone;

/// The sign of the current sentence or explanation.
pub(crate) const POINTER: char = '▸';

/// The state of a design review.
#[derive(Clone, Debug)]
pub struct ReviewTask {
    run: ReviewRun,
    /// The current sentence or, once the marks are submitted, the current explanation.
    current: usize,
    shows_repaired: bool,
    /// The measurement in progress.
    measurement: Option<ReviewMeasurement>,
    difference: Option<ReviewDifference>,
    seed: u64,
}

/// What an explanation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ReviewLine {
    Sentence(usize),
    Element(Element),
    Finding(FindingRule),
}

/// An explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Explained {
    line: ReviewLine,
    mark: JudgedMark,
    /// The sentence, the element or the title of the finding.
    says: String,
    why: String,
}

impl ReviewTask {
    /// Starts a review. `seed` is that of the runs, `order` determines the order of the findings.
    pub fn new(review: Arc<DesignReview>, seed: u64, order: u64) -> Self {
        Self { run: ReviewRun::new(review, order), current: 0, shows_repaired: false, measurement: None, difference: None, seed }
    }

    /// Returns the marks and the result.
    pub const fn run(&self) -> &ReviewRun {
        &self.run
    }

    /// Returns the measured difference, once it is known.
    pub const fn difference(&self) -> Option<&ReviewDifference> {
        self.difference.as_ref()
    }

    /// Whether the repaired design is on the stage.
    pub const fn shows_repaired(&self) -> bool {
        self.shows_repaired
    }

    /// Whether a measurement is in progress.
    pub const fn is_measuring(&self) -> bool {
        self.measurement.is_some()
    }

    /// Whether an overlay would reveal an answer.
    pub const fn hides_answers(&self) -> bool {
        self.run.result().is_none()
    }

    /// Returns the marked elements, while they can change.
    pub fn marks(&self) -> Vec<Element> {
        if self.run.result().is_some() { Vec::new() } else { self.run.elements().iter().cloned().collect() }
    }

    /// Returns the submitted marks compared with the answer, while the design that they are about is on the stage.
    pub fn judged_marks(&self) -> Option<Review> {
        let result = self.run.result().filter(|_| !self.shows_repaired)?;
        let with = |mark: JudgedMark| {
            result.elements.iter().filter(move |judged| judged.mark == mark).map(|judged| judged.item.clone()).collect()
        };
        Some(Review { right: with(JudgedMark::Hit), missing: with(JudgedMark::Miss), surplus: with(JudgedMark::False) })
    }

    /// Whether an action currently has an effect.
    pub(crate) fn works(&self, stage: &Stage, action: ReviewAction) -> bool {
        let is_over = self.run.result().is_some();
        match action {
            ReviewAction::NextLine | ReviewAction::PreviousLine | ReviewAction::Sentence(_) | ReviewAction::Findings => true,
            ReviewAction::MarkElement => !is_over && stage.session.selected.is_some(),
            ReviewAction::MarkSentence | ReviewAction::ToggleFinding(_) | ReviewAction::Submit => !is_over,
            ReviewAction::Repaired => is_over,
        }
    }

    /// Whether there are no marks at all.
    pub(crate) fn is_unmarked(&self) -> bool {
        self.run.sentences().is_empty() && self.run.elements().is_empty() && self.run.rules().is_empty()
    }

    /// Goes to the next or previous sentence or explanation, from the last to the first. Returns the element that it is about.
    pub(crate) fn go(&mut self, forward: bool) -> Option<Element> {
        let explained = self.explained();
        let count = if explained.is_empty() { self.run.review().form().sentences.len() } else { explained.len() };
        self.current = (self.current + if forward { 1 } else { count.saturating_sub(1) }) % count.max(1);
        explained.into_iter().nth(self.current).and_then(|explained| match explained.line {
            ReviewLine::Element(element) => Some(element),
            ReviewLine::Sentence(_) | ReviewLine::Finding(_) => None,
        })
    }

    /// Goes to a sentence. Returns whether another one was current.
    pub(crate) const fn go_to(&mut self, place: usize) -> bool {
        let is_other = self.current != place;
        self.current = place;
        is_other
    }

    /// Marks or unmarks the current sentence. Returns whether marks can still change.
    pub(crate) fn mark_sentence(&mut self) -> bool {
        self.run.toggle_sentence(self.current)
    }

    /// Marks or unmarks an element. Returns whether it is marked now; `None` if it cannot be.
    pub(crate) fn mark_element(&mut self, element: &Element) -> Option<bool> {
        self.run.toggle_element(element).then(|| self.run.elements().contains(element))
    }

    /// Chooses a finding, or removes the choice. Returns whether choices can still change.
    pub(crate) fn toggle_finding(&mut self, rule: FindingRule) -> bool {
        self.run.toggle_rule(rule)
    }

    /// Submits the marks, and starts to measure both designs. Returns the score in percent.
    pub(crate) fn submit(&mut self) -> u32 {
        let percent = self.run.submit().percent();
        self.current = self.first_mistake().unwrap_or(0);
        let review = self.run.review();
        self.measurement = Some(ReviewMeasurement::new(review.design(), review.repaired(), self.seed));
        percent
    }

    /// Switches to the other design, and returns it; `None` before the marks are submitted.
    pub(crate) fn switch_design(&mut self) -> Option<Arc<Infrastructure>> {
        self.run.result()?;
        self.shows_repaired = !self.shows_repaired;
        let review = self.run.review();
        Some(Arc::clone(if self.shows_repaired { review.repaired() } else { review.design() }))
    }

    /// Runs the next measurement.
    pub(crate) fn work(&mut self) {
        let Some(measurement) = &mut self.measurement else { return };
        if !measurement.step() {
            self.difference = Some(measurement.difference());
            self.measurement = None;
        }
    }

    pub(super) fn title(&self) -> (String, String) {
        let state = match (self.run.result(), &self.measurement) {
            (Some(_), Some(measurement)) => {
                let (done, total) = measurement.progress();
                format!("measuring {done}/{total}")
            }
            (Some(_), None) if self.shows_repaired => "repaired".to_owned(),
            (Some(_), None) => "as written".to_owned(),
            (None, _) => String::new(),
        };
        (self.run.review().form().title.to_string(), state)
    }

    pub(super) fn lines(&self, stage: &Stage, keymap: &Keymap, width: u16) -> Vec<Line> {
        let wide = stage.viewport.regions.wide;
        // Beside a wide panel, the guide is in the detail panel until something is selected.
        lines::of(self, keymap, wide, !wide || !self.guides(stage), width)
    }

    /// Whether the detail panel shows the guide: until the marks are submitted, the description of the site would tell what its
    /// author knows.
    pub(crate) fn guides(&self, stage: &Stage) -> bool {
        self.hides_answers() && stage.session.selected.is_none() && stage.session.playback.followed.is_none()
    }

    /// Returns the guide: what there is to mark, and what is marked.
    pub(crate) fn guide(&self, keymap: &Keymap, width: u16) -> Vec<Line> {
        lines::guide(self, keymap, width)
    }

    /// The explanations: all sentences, then the elements and the findings that were marked or should have been. Empty before
    /// the marks are submitted.
    fn explained(&self) -> Vec<Explained> {
        let Some(result) = self.run.result() else { return Vec::new() };
        explained(&self.run, result)
    }

    fn first_mistake(&self) -> Option<usize> {
        self.explained().iter().position(|explained| matches!(explained.mark, JudgedMark::Miss | JudgedMark::False))
    }
}

fn explained(run: &ReviewRun, result: &ReviewResult) -> Vec<Explained> {
    let sentences = result.sentences.iter().zip(&run.review().form().sentences).map(|(judged, sentence)| Explained {
        line: ReviewLine::Sentence(judged.item),
        mark: judged.mark,
        says: sentence.says.to_string(),
        why: judged.why.clone(),
    });
    let elements = result.elements.iter().filter(|judged| judged.mark != JudgedMark::Rest).map(|judged| Explained {
        line: ReviewLine::Element(judged.item.clone()),
        mark: judged.mark,
        says: judged.item.to_string(),
        why: judged.why.clone(),
    });
    let findings = result.findings.iter().filter(|judged| judged.mark != JudgedMark::Rest).map(|judged| Explained {
        line: ReviewLine::Finding(judged.item),
        mark: judged.mark,
        says: hoplight_text::rule(judged.item).title.to_owned(),
        why: judged.why.clone(),
    });
    sentences.chain(elements).chain(findings).collect()
}

/// The sign of a judged mark.
pub(crate) const fn mark_sign(mark: JudgedMark) -> &'static str {
    match mark {
        JudgedMark::Hit => "✓ ",
        JudgedMark::Miss => "○ ",
        JudgedMark::False => "✗ ",
        JudgedMark::Rest => "  ",
    }
}

/// The tone of a judged mark.
pub(crate) const fn mark_tone(mark: JudgedMark) -> Tone {
    match mark {
        JudgedMark::Hit => Tone::Good,
        JudgedMark::Miss => Tone::Warn,
        JudgedMark::False => Tone::Bad,
        JudgedMark::Rest => Tone::Dim,
    }
}
