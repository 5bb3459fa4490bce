//! Actions on the selection, the followed request and the wiretap.

use hoplight_layout::Arrow;
use hoplight_model::Element;

use crate::monitor::item::MonitorItem;

/// Changes the selection, the followed request or the tapped hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectAction {
    /// Selects the neighbour in a direction on the diagram, on the monitoring screen, or in the list of the course map.
    Move(Arrow),
    /// Selects the next element.
    Next,
    /// Selects the previous element.
    Previous,
    /// Selects an element.
    Element(Element),
    /// Selects a row of the monitoring screen.
    Monitored(MonitorItem),
    /// Clears the selection, and stops following a request.
    Clear,
    /// Clears the selection only.
    Deselect,
    /// Follows a request and clears the selection.
    Follow(u64),
    /// Follows the next packet on the canvas; after the last one, stops following.
    NextPacket,
    /// Starts or stops the wiretap on the selected hop.
    Wiretap,
}

impl SelectAction {
    /// Returns the name used in settings.
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Move(Arrow::Up) => "up",
            Self::Move(Arrow::Down) => "down",
            Self::Move(Arrow::Left) => "left",
            Self::Move(Arrow::Right) => "right",
            Self::Next => "next-thing",
            Self::Previous => "previous-thing",
            Self::NextPacket => "next-packet",
            Self::Wiretap => "wiretap",
            Self::Element(_) | Self::Monitored(_) | Self::Clear | Self::Deselect | Self::Follow(_) => return None,
        })
    }
}
