//! Actions on simulated time.

use hoplight_model::Element;
use hoplight_sim::SimTime;

/// Changes how simulated time advances, or jumps to another time.
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
    /// Jumps to a time and pauses.
    Seek(SimTime),
    /// Jumps to the time of an event, pauses, and follows the event's request or selects its element.
    Recall {
        /// Time of the event.
        at: SimTime,
        /// The request of the event.
        request: Option<u64>,
        /// The element of the event.
        about: Option<Element>,
    },
    /// Jumps back to the previous mark on the timeline.
    PreviousMark,
    /// Jumps to the next mark on the timeline. After the newest mark, runs until the next event.
    NextMark,
}

impl TimeAction {
    /// Returns the name used in settings.
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
