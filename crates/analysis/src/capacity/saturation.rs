//! Results of the capacity analysis.

use hoplight_model::RequestKind;

use super::resource::Resource;

/// Load at which a resource saturates.
#[derive(Clone, Debug, PartialEq)]
pub struct Saturation {
    /// Requests per second of `kind`, or of all kinds in their mix.
    pub rps: f64,
    /// The saturated resource.
    pub resource: Resource,
    /// Limit of the resource.
    pub limit: u32,
    /// Request kind that arrives alone; `None` for the mix.
    pub kind: Option<RequestKind>,
    /// Fraction of the holding time spent on the component's own work, from 0 to 1. The rest is spent waiting for
    /// upstreams, so a resource may be saturated while its component is idle.
    pub working: f64,
}

/// Utilisation of a resource at a given load.
#[derive(Clone, Debug, PartialEq)]
pub struct Utilisation {
    /// The resource.
    pub resource: Resource,
    /// Limit of the resource.
    pub limit: u32,
    /// Mean number held, by Little's law: arrivals per second × seconds held. May exceed the limit; it is then the
    /// number that the load requires.
    pub held: f64,
}

impl Utilisation {
    /// Fraction of the limit that is held. Above 1, the resource is overloaded.
    pub fn part(&self) -> f64 {
        self.held / f64::from(self.limit)
    }
}

/// Additional load that the site can sustain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Headroom {
    /// Requests per second; negative if the site is overloaded.
    pub rps: f64,
    /// Saturation load as a multiple of the current load; infinite at zero load.
    pub factor: f64,
}
