//! The answers about capacity.

use hoplight_model::RequestKind;

use super::resource::Resource;

/// The load at which a resource is full.
#[derive(Clone, Debug, PartialEq)]
pub struct Saturation {
    /// Requests per second of `kind`, or of all kinds in their mix.
    pub rps: f64,
    /// What is full.
    pub resource: Resource,
    /// Its limit.
    pub limit: u32,
    /// The kind that comes alone; `None` is the mix.
    pub kind: Option<RequestKind>,
    /// The part of the time for which it is held in which its component works, from 0 to 1. The rest it waits for answers
    /// of others: it may be full while its component has nothing to do.
    pub working: f64,
}

/// How full something is at a load.
#[derive(Clone, Debug, PartialEq)]
pub struct Utilisation {
    /// What.
    pub resource: Resource,
    /// How much there is of it.
    pub limit: u32,
    /// How much of it is held on average (Little's law: arrivals a second × seconds held). Above the limit: how much would be
    /// needed.
    pub held: f64,
}

impl Utilisation {
    /// What is held as a part of all; above 1 it is overloaded.
    pub fn part(&self) -> f64 {
        self.held / f64::from(self.limit)
    }
}

/// How much more a site could take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Headroom {
    /// Requests per second; negative if it has too many already.
    pub rps: f64,
    /// As a multiple of the present load; infinite at no load.
    pub factor: f64,
}
