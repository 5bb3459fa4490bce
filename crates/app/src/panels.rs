//! View state of the stage: the current view, the overlay, the comparison and scroll offsets.

use hoplight_analysis::{plaintext_hops, single_parts};
use hoplight_model::{Element, Infrastructure, RequestKind};

use crate::comparison::Comparison;
use crate::events::TimelineMarks;
use crate::monitor::item::MonitorFocus;
use crate::overlay::Overlays;
use crate::overlay::kind::Overlay;
use crate::scroll::scrolled;
use crate::view::View;

/// All state of the stage other than the session and the canvas.
#[derive(Clone, Debug)]
pub struct Panels {
    /// The view in the main area.
    pub view: View,
    /// The selection on the monitoring screen.
    pub monitor_focus: MonitorFocus,
    /// The comparison with a second design, if one is open.
    pub comparison: Option<Box<Comparison>>,
    /// The analysis overlays on the diagram.
    pub overlays: Overlays,
    /// Analysis results for the current infrastructure.
    pub summary: Summary,
    /// The marks on the timeline.
    pub marks: TimelineMarks,
    /// Whether the panel of a small screen shows the selected element instead of the lesson.
    pub show_detail: bool,
    /// Scroll offset of the panel.
    pub scroll: u16,
    /// Scroll offset of the detail panel below a lesson.
    pub detail_scroll: u16,
    /// The topic of the panel. A change of topic resets the scroll offset.
    topic: Topic,
    /// Whether the last command discarded a known future.
    pub(crate) cut_off: bool,
}

/// The topic of the detail panel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Topic {
    selected: Option<Element>,
    followed: Option<u64>,
    view: View,
    overlay: Option<(Overlay, RequestKind, usize)>,
}

impl Panels {
    pub(crate) fn new(infra: &Infrastructure) -> Self {
        Self {
            view: View::Canvas,
            monitor_focus: MonitorFocus::default(),
            comparison: None,
            overlays: Overlays::default(),
            summary: Summary::of(infra),
            marks: TimelineMarks::default(),
            show_detail: false,
            scroll: 0,
            detail_scroll: 0,
            topic: Topic::default(),
            cut_off: false,
        }
    }

    /// Returns to the diagram and ends the comparison.
    pub(crate) fn leave_view(&mut self) {
        self.view = View::Canvas;
        self.comparison = None;
    }

    /// Scrolls the panels. The detail panel below a lesson scrolls once the lesson has reached its end. `most` and
    /// `most_detail` are the largest offsets.
    pub(crate) fn scroll_by(&mut self, by: i16, (most, most_detail): (u16, u16)) {
        let (scroll, detail) = (self.scroll.min(most), self.detail_scroll.min(most_detail));
        let lesson_first = if by > 0 { scroll < most } else { detail == 0 };
        if lesson_first {
            self.scroll = scrolled(scroll, by, most);
        } else {
            self.detail_scroll = scrolled(detail, by, most_detail);
        }
    }

    /// Sets the topic, and scrolls to the top if it is new. A lesson in the panel keeps its scroll offset.
    pub(crate) fn set_topic(&mut self, selected: Option<&Element>, followed: Option<u64>, is_lesson: bool) {
        let overlay = self.overlays.shown().map(|overlay| (overlay, self.overlays.kind(), self.overlays.chosen()));
        let topic = Topic { selected: selected.cloned(), followed, view: self.view, overlay };
        if self.topic != topic {
            self.topic = topic;
            self.detail_scroll = 0;
            self.scroll = if is_lesson { self.scroll } else { 0 };
        }
    }
}

/// Key figures of the analysis. Computed when the infrastructure changes, not on every frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Number of readable hops.
    pub plaintext: usize,
    /// Number of readable hops that leave a server.
    pub exposed: usize,
    /// Names of the single points of failure for writes; `None` if writes do not work at all.
    pub single_points: Option<Vec<String>>,
}

impl Summary {
    /// Runs the analysis.
    pub(crate) fn of(infra: &Infrastructure) -> Self {
        let hops = plaintext_hops(infra);
        Self {
            plaintext: hops.len(),
            exposed: hops.iter().filter(|hop| hop.is_exposed()).count(),
            single_points: single_parts(infra, RequestKind::Write)
                .ok()
                .map(|parts| parts.iter().map(ToString::to_string).collect()),
        }
    }
}
