//! The overlays: what the analysis can show on the diagram.

/// An overlay of the diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlay {
    /// Unencrypted hops.
    #[default]
    ReadableHops,
    /// Single points of failure of a kind of request.
    SinglePoints,
    /// What a flaw in one version of a program takes down.
    SharedSoftware,
    /// What fails together because it shares a server or a drawn domain.
    FailureDomains,
    /// Utilisation at the current load, and the losses that overload the rest.
    Capacity,
}

impl Overlay {
    /// All overlays, in the order of the key.
    pub const ALL: [Self; 5] =
        [Self::ReadableHops, Self::SinglePoints, Self::SharedSoftware, Self::FailureDomains, Self::Capacity];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ReadableHops => "Readable hops",
            Self::SinglePoints => "Single points of failure",
            Self::SharedSoftware => "Shared software",
            Self::FailureDomains => "Failure domains",
            Self::Capacity => "Capacity, predicted",
        }
    }

    /// The footer's label for the overlay's option; `None` if it has no options.
    pub const fn choice(self) -> Option<&'static str> {
        match self {
            Self::ReadableHops => None,
            Self::SinglePoints => Some("kind"),
            Self::SharedSoftware => Some("version"),
            Self::FailureDomains => Some("domain"),
            Self::Capacity => Some("loss"),
        }
    }

    /// The next one; `None` after the last.
    pub(super) fn next(self) -> Option<Self> {
        let place = Self::ALL.iter().position(|overlay| *overlay == self)?;
        Self::ALL.get(place + 1).copied()
    }
}
