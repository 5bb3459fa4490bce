//! Sessions and cookies, compiled for the engine.

use std::collections::BTreeSet;

use crate::index::{CookieIx, IndexVec, LinkIx, PerKind, StationIx};
use crate::plan::{HopPlan, Role, StationPlan};

/// The components that hold sessions, and the cookies of the sticky balancers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SessionsPlan {
    /// The components that hold sessions.
    pub(crate) holders: BTreeSet<StationIx>,
    /// For each cookie, the backends that it can name. Balancers with the same backends use the same cookie, so a user
    /// who gets to another one of them stays at the backend.
    pub(crate) cookies: IndexVec<CookieIx, BTreeSet<StationIx>>,
}

impl SessionsPlan {
    /// Finds the holders, and gives each sticky balancer its cookies.
    pub(crate) fn arrange(stations: &mut IndexVec<StationIx, StationPlan>, hops: &IndexVec<LinkIx, HopPlan>) -> Self {
        let mut plan = Self::default();
        for station in stations {
            plan.holders.extend(station.sessions.iter().flatten().map(|session| session.holder));
            let Role::Balancer(balancer) = &mut station.role else { continue };
            balancer.cookies = PerKind::of(|kind| {
                station.behaviour[kind].forwarding().filter(|forwarding| forwarding.sticky)?;
                let backends: BTreeSet<StationIx> = station.out[kind].iter().map(|link| hops[*link].to).collect();
                let known = plan.cookies.position(|named| *named == backends);
                (!backends.is_empty()).then(|| known.unwrap_or_else(|| plan.cookies.push(backends)))
            });
            balancer.sticky = balancer.cookies.iter().any(Option::is_some);
        }
        plan
    }

    /// Whether there is anything to remember about users.
    pub(crate) fn is_used(&self) -> bool {
        !self.holders.is_empty() || !self.cookies.is_empty()
    }
}
