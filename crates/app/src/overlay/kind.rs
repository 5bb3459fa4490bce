//! The overlays: what the analysis can show on the diagram.

/// What can be laid over the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlay {
    /// The hops that are not encrypted.
    #[default]
    ReadableHops,
    /// What alone stops a kind of request.
    SinglePoints,
    /// What a flaw in one version of a program takes down.
    SharedSoftware,
    /// What goes together, because it shares a machine or something that is not drawn as one.
    FailureDomains,
    /// How full everything is at the present load, and which loss overloads the rest.
    Capacity,
}

impl Overlay {
    /// All, in the order in which a key visits them.
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

    /// What the sub-choice is called in the footer; `None` if there is none.
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
