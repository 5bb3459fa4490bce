//! The overlays of the diagram.

/// An overlay of the diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlay {
    /// Unencrypted hops.
    #[default]
    ReadableHops,
    /// Single points of failure of a kind of request.
    SinglePoints,
    /// Components that a flaw in one software version takes down.
    SharedSoftware,
    /// Elements that fail together because they share a server or a failure domain.
    FailureDomains,
    /// Utilisation at the current load, and the losses that overload the remaining components.
    Capacity,
}

impl Overlay {
    /// All overlays, in the order in which the key cycles through them.
    pub const ALL: [Self; 5] =
        [Self::ReadableHops, Self::SinglePoints, Self::SharedSoftware, Self::FailureDomains, Self::Capacity];

    /// Returns the heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ReadableHops => "Readable hops",
            Self::SinglePoints => "Single points of failure",
            Self::SharedSoftware => "Shared software",
            Self::FailureDomains => "Failure domains",
            Self::Capacity => "Capacity, predicted",
        }
    }

    /// Returns the footer's label for the overlay's options, or `None` if it has no options.
    pub const fn choice(self) -> Option<&'static str> {
        match self {
            Self::ReadableHops => None,
            Self::SinglePoints => Some("kind"),
            Self::SharedSoftware => Some("version"),
            Self::FailureDomains => Some("domain"),
            Self::Capacity => Some("loss"),
        }
    }

    /// Returns the next overlay, or `None` after the last.
    pub(super) fn next(self) -> Option<Self> {
        let place = Self::ALL.iter().position(|overlay| *overlay == self)?;
        Self::ALL.get(place + 1).copied()
    }
}
