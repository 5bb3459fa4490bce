//! Actions on what the stage shows.

use hoplight_layout::Arrow;

use crate::comparison::target::ComparisonTarget;

/// Scrolls, pans, or changes the view of the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewAction {
    /// Scrolls the text by a number of lines. Where a lesson and a detail panel are shown, the lesson scrolls first.
    Scroll(i16),
    /// Scrolls the panel only.
    ScrollPanel(i16),
    /// Scrolls the detail panel below a lesson.
    ScrollDetail(i16),
    /// Pans over a canvas that is larger than its window.
    Pan(Arrow),
    /// Centres the window on a cell of the canvas, given as column and row.
    CentreOn(u16, u16),
    /// Shows or hides the map of a large canvas.
    ToggleMap,
    /// On a small screen, switches the panel between the lesson and the selected element.
    TogglePanel,
    /// Switches between the diagram and the monitoring screen.
    ToggleMonitor,
    /// Opens the list of designs to compare with, or ends the comparison.
    Compare,
    /// Compares with another design.
    CompareWith(ComparisonTarget),
}

impl ViewAction {
    /// The name in settings.
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Scroll(1..) => "scroll-down",
            Self::Scroll(..=0) => "scroll-up",
            Self::Pan(Arrow::Up) => "pan-up",
            Self::Pan(Arrow::Down) => "pan-down",
            Self::Pan(Arrow::Left) => "pan-left",
            Self::Pan(Arrow::Right) => "pan-right",
            Self::ToggleMap => "map",
            Self::TogglePanel => "info",
            Self::ToggleMonitor => "monitor",
            Self::Compare => "compare",
            Self::ScrollPanel(_) | Self::ScrollDetail(_) | Self::CentreOn(..) | Self::CompareWith(_) => return None,
        })
    }
}
