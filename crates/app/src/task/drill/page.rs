//! The pages of a drill: what an operator looks at, and the debriefing.

/// A page in the main area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum DrillPage {
    /// Everything that stands out, newest first.
    #[default]
    Events,
    /// The monitoring service.
    Monitoring,
    /// The logs of the balancers and web servers.
    Log,
    /// What users report.
    Users,
    /// The results of probes, and the wiretap.
    Probes,
    /// The plan of the site: the diagram without any state.
    Plan,
}

impl DrillPage {
    /// All pages, in the order of their keys.
    pub const ALL: [Self; 6] = [Self::Events, Self::Monitoring, Self::Log, Self::Users, Self::Probes, Self::Plan];

    /// The word on its tab.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Events => "newest",
            Self::Monitoring => "monitoring",
            Self::Log => "log",
            Self::Users => "users",
            Self::Probes => "probes",
            Self::Plan => "plan",
        }
    }

    /// The title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Events => "What stands out, newest first",
            Self::Monitoring => "Monitoring",
            Self::Log => "Logs of balancers and web servers, newest first",
            Self::Users => "What users report, newest first",
            Self::Probes => "Probes and wiretap, newest first",
            Self::Plan => "Plan of the site",
        }
    }

    /// The page of a digit key, counted from 1.
    pub fn of_digit(digit: usize) -> Option<Self> {
        Self::ALL.get(digit.checked_sub(1)?).copied()
    }

    /// The next or the previous page, wrapping around.
    #[must_use]
    pub fn beside(self, forward: bool) -> Self {
        let count = Self::ALL.len();
        let at = Self::ALL.iter().position(|page| *page == self).unwrap_or(0);
        let to = if forward { at + 1 } else { at + count - 1 };
        Self::ALL.get(to % count).copied().unwrap_or_default()
    }
}
