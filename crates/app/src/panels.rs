//! The panels: what is shown of the session, and how far its texts are scrolled.

use hoplight_analysis::{plaintext_hops, single_parts};
use hoplight_model::{Element, Infrastructure, RequestKind};

use crate::comparison::Comparison;
use crate::events::TimelineMarks;
use crate::monitor::item::MonitorFocus;
use crate::overlay::Overlays;
use crate::overlay::kind::Overlay;
use crate::scroll::scrolled;
use crate::view::View;

/// Everything on the stage that is not the session and not the canvas.
#[derive(Clone, Debug)]
pub struct Panels {
    /// What the main area shows.
    pub view: View,
    /// What is selected on the monitoring screen.
    pub monitor_focus: MonitorFocus,
    /// The second design, while two are compared.
    pub comparison: Option<Box<Comparison>>,
    /// What the analysis shows on the diagram.
    pub overlays: Overlays,
    /// What the analysis says about the present infrastructure.
    pub summary: Summary,
    /// The moments that the timeline marks.
    pub marks: TimelineMarks,
    /// Whether the panel of a small screen shows the selected element rather than the lesson.
    pub show_detail: bool,
    /// How far the panel is scrolled.
    pub scroll: u16,
    /// How far the detail panel below a lesson is scrolled.
    pub detail_scroll: u16,
    /// The topic of the panel. A new topic is shown from its top.
    topic: Topic,
    /// Whether the last command cut off a known future.
    pub(crate) cut_off: bool,
}

/// What the panel of the selected element is about.
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

    /// Goes back to the diagram.
    pub(crate) fn leave_view(&mut self) {
        self.view = View::Canvas;
        self.comparison = None;
    }

    /// Scrolls the texts. Below a lesson, the detail panel follows when the lesson is at its end. `most` and `most_detail`
    /// are the largest offsets.
    pub(crate) fn scroll_by(&mut self, by: i16, (most, most_detail): (u16, u16)) {
        let (scroll, detail) = (self.scroll.min(most), self.detail_scroll.min(most_detail));
        let lesson_first = if by > 0 { scroll < most } else { detail == 0 };
        if lesson_first {
            self.scroll = scrolled(scroll, by, most);
        } else {
            self.detail_scroll = scrolled(detail, by, most_detail);
        }
    }

    /// Shows a new topic from its top. A lesson in the panel keeps its place.
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

/// What the analysis says, in numbers. Computed when the infrastructure changes, not with every frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Readable hops.
    pub plaintext: usize,
    /// Those of them that leave a server.
    pub exposed: usize,
    /// The single points of failure for writes, by name; `None` if writes do not work at all.
    pub single_points: Option<Vec<String>>,
}

impl Summary {
    /// Asks the analysis.
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
