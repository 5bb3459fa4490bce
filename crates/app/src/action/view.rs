//! Actions on the view of the stage.

use hoplight_layout::Arrow;

use crate::comparison::target::ComparisonTarget;

/// Scrolls, pans, or switches the view of the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewAction {
    /// Scrolls the text by a number of lines. If a lesson and a detail panel are shown, scrolls the lesson first.
    Scroll(i16),
    /// Scrolls only the panel.
    ScrollPanel(i16),
    /// Scrolls the detail panel below a lesson.
    ScrollDetail(i16),
    /// Pans a canvas that is larger than the window.
    Pan(Arrow),
    /// Centres the window on the canvas cell at this column and row.
    CentreOn(u16, u16),
    /// Shows or hides the minimap of a large canvas.
    ToggleMap,
    /// On a small screen, switches the panel between the lesson and the selected element.
    TogglePanel,
    /// Switches between the diagram and the monitoring screen.
    ToggleMonitor,
    /// Opens the list of designs to compare with, or ends the comparison.
    Compare,
    /// Starts a comparison with another design.
    CompareWith(ComparisonTarget),
}

impl ViewAction {
    /// Returns the name used in settings.
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
