//! Actions of design reviews.

use hoplight_analysis::FindingRule;

/// Works on a design review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewAction {
    /// Goes to the next sentence or, once the marks are submitted, to the next explanation.
    NextLine,
    /// Goes to the previous one.
    PreviousLine,
    /// Marks or unmarks the current sentence.
    MarkSentence,
    /// Goes to a sentence, counted from zero, or marks it if it is the current one.
    Sentence(usize),
    /// Marks or unmarks the selected element.
    MarkElement,
    /// Opens the list of findings.
    Findings,
    /// Chooses a finding, or removes the choice.
    ToggleFinding(FindingRule),
    /// Submits the marks.
    Submit,
    /// Switches between the design as written and the repaired one.
    Repaired,
}

impl ReviewAction {
    /// Returns the name used in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NextLine => "next-sentence",
            Self::PreviousLine => "previous-sentence",
            Self::MarkSentence => "mark-sentence",
            Self::Sentence(_) => "sentence",
            Self::MarkElement => "mark-element",
            Self::Findings => "choose-findings",
            Self::ToggleFinding(_) => "choose-finding",
            Self::Submit => "submit-review",
            Self::Repaired => "repaired-design",
        }
    }
}
