//! Actions on simulated time.

use hoplight_model::Element;
use hoplight_sim::SimTime;

/// Changes how simulated time advances, or goes to another moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeAction {
    /// Pauses or resumes.
    Pause,
    /// Steps one hop forward.
    StepForward,
    /// Steps one hop back.
    StepBack,
    /// Doubles the speed.
    Faster,
    /// Halves the speed.
    Slower,
    /// Switches between trace and live.
    Pace,
    /// Goes to a moment and pauses.
    Seek(SimTime),
    /// Goes to the moment of an event, pauses, and follows the event's request or selects its element.
    Recall {
        /// The moment.
        at: SimTime,
        /// The request that it happened to.
        request: Option<u64>,
        /// The element that it is about.
        about: Option<Element>,
    },
    /// Goes back to the previous mark of the timeline.
    PreviousMark,
    /// Goes to the next mark of the timeline. Beyond the newest mark, runs until something happens.
    NextMark,
}

impl TimeAction {
    /// The name in settings.
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Pause => "pause",
            Self::StepForward => "step",
            Self::StepBack => "step-back",
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::Pace => "pace",
            Self::PreviousMark => "mark-before",
            Self::NextMark => "mark-after",
            Self::Seek(_) | Self::Recall { .. } => return None,
        })
    }
}
