//! Design reviews: the learner reads a write-up beside its diagram and marks what is wrong.
//!
//! ```text
//!  review file ──▶ DesignReview: sentences, design, repaired design
//!                     │
//!     analysis ──▶ ReviewTruth: which elements and findings are right answers
//!                     │
//!  marks ──▶ ReviewRun ──submit──▶ ReviewResult: each miss and false mark with its reason
//!  both designs ──▶ ReviewMeasurement ──▶ ReviewDifference
//! ```
//!
//! Only the verdicts on sentences are authored, and each cites facts that are checked on the design. Elements and findings are
//! computed by the analysis. The figures of both designs are computed or measured in runs.

mod check;
mod difference;
mod fact;
mod form;
mod library;
mod limits;
mod problem;
mod result;
mod rule_name;
mod run;
mod truth;

pub use check::check;
pub use difference::{ReviewDifference, ReviewFigures, ReviewMeasurement, ServerLoss, difference};
pub use fact::ReviewFact;
pub use form::{
    ElementQuestion, ReviewDistractor, ReviewForm, ReviewOrigin, ReviewSentence, ReviewSet, SentenceProof, SentenceVerdict,
};
pub use library::{DesignReview, DesignReviews};
pub use problem::ReviewProblem;
pub use result::{Judged, JudgedMark, PASS_PERCENT, ReviewPart, ReviewResult};
pub use rule_name::RuleName;
pub use run::ReviewRun;
pub use truth::{ReviewOption, ReviewTruth};
