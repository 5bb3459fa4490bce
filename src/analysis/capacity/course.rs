//! How full everything gets as the load grows: lines with kinks.
//!
//! Where balancers share out by turns or weights, a resource's use is its demand times the load (the utilisation law). A
//! balancer that looks at what is in progress sends less to a backend that is full, so what still grows goes elsewhere: the
//! line has a kink there. The walk from kink to kink ends at the resource that no balancer can spare: the site takes no
//! more. Beyond that, lines go on as they began.
//!
//! Must not know names.

use crate::model::{Algorithm, ComponentIx, LinkIx, RequestKind};

use super::demand::Demand;
use super::mix::Mix;
use super::resource::{Holding, Numbers};
use super::routes::{Route, Routes};

/// From one load on, how many of each resource are held, and how many more per request a second.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    from: f64,
    held: Vec<f64>,
    slope: Vec<f64>,
}

/// The use of every resource as a function of the load, in one mix of requests.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Course {
    pieces: Vec<Piece>,
    limits: Vec<f64>,
    /// The load from which the site takes no more, and what is full then.
    pub(super) saturation: Option<(f64, usize)>,
}

/// Relative error up to which two loads are the same.
const SAME: f64 = 1e-9;

impl Course {
    /// Follows the load up.
    pub(super) fn of(routes: &Routes<'_>, mix: Mix) -> Self {
        let infra = routes.ground.infra;
        let numbers = Numbers::of(infra);
        let limits = numbers.limits(infra);
        let slope_of = |full: &[bool]| {
            let demand = Demand::of(routes, mix, full);
            let one = |number: usize| mix.mean(|kind| demand.holds[kind.index()][number]);
            (0..numbers.count()).map(one).collect::<Vec<f64>>()
        };
        let mut full = vec![false; infra.graph().edge_count()];
        let mut at = Piece { from: 0.0, held: vec![0.0; numbers.count()], slope: slope_of(&full) };
        let first = at.slope.clone();
        let mut pieces = Vec::new();
        // Each turn fills a link, or ends.
        loop {
            let Some((load, number)) = at.next_full(&limits) else {
                pieces.push(at);
                return Self { pieces, limits, saturation: None };
            };
            let held = at.at(load);
            let spared = Spare { routes, mix, scarce: numbers.holding(number), full: &full }.fills();
            let filled = spared.iter().any(|link| !std::mem::replace(&mut full[link.index()], true));
            let slope = if filled { slope_of(&full) } else { first.clone() };
            let ends = !filled || slope[number] > at.slope[number] * SAME;
            if load > at.from || pieces.is_empty() {
                pieces.push(at);
            }
            at = Piece { from: load, held, slope: if ends { first.clone() } else { slope } };
            if ends {
                pieces.push(at);
                return Self { pieces, limits, saturation: Some((load, number)) };
            }
        }
    }

    /// How many of a resource are held at a load, on average, if all that is asked could be held.
    pub(super) fn held(&self, number: usize, load: f64) -> f64 {
        let place = self.pieces.partition_point(|piece| piece.from <= load).saturating_sub(1);
        self.pieces.get(place).map_or(0.0, |piece| piece.held[number] + piece.slope[number] * (load - piece.from))
    }

    /// That as a part of all; 0 where nothing limits it.
    pub(super) fn utilisation(&self, number: usize, load: f64) -> f64 {
        self.held(number, load) / self.limits[number]
    }

    /// The load from which all of a resource is held.
    pub(super) fn full_from(&self, number: usize) -> Option<f64> {
        let limit = self.limits[number];
        let reaches = |(place, piece): (usize, &Piece)| {
            let load = piece.full_at(number, limit)?;
            let end = self.pieces.get(place + 1).map_or(f64::INFINITY, |next| next.from);
            (load <= end * (1.0 + SAME)).then_some(load)
        };
        self.pieces.iter().enumerate().find_map(reaches)
    }
}

impl Piece {
    fn at(&self, load: f64) -> Vec<f64> {
        self.held.iter().zip(&self.slope).map(|(held, slope)| held + slope * (load - self.from)).collect()
    }

    fn full_at(&self, number: usize, limit: f64) -> Option<f64> {
        let slope = self.slope[number];
        (limit.is_finite() && slope > 0.0).then(|| self.from + ((limit - self.held[number]) / slope).max(0.0))
    }

    /// The resource that is full next, and the load; of several at once, the first.
    fn next_full(&self, limits: &[f64]) -> Option<(f64, usize)> {
        let full = limits.iter().enumerate().filter_map(|(number, limit)| Some((self.full_at(number, *limit)?, number)));
        full.reduce(|best, other| if other.0 < best.0 * (1.0 - SAME) { other } else { best })
    }
}

/// The question which backends balancers stop filling when something is full.
struct Spare<'a> {
    routes: &'a Routes<'a>,
    mix: Mix,
    scarce: Holding,
    full: &'a [bool],
}

impl Spare<'_> {
    /// The links over which balancers send no more, because they can do without what is scarce.
    fn fills(&self) -> Vec<LinkIx> {
        let mut links = Vec::new();
        for ix in self.routes.ground.order.iter().copied() {
            for kind in RequestKind::ALL {
                let comes = self.mix.share(kind) > 0.0 && self.routes.reached[ix.index()][kind.index()];
                let Route::Balanced(algorithm, backends) = &self.routes.routes[ix.index()][kind.index()] else { continue };
                if comes && !self.needs(ix, kind) {
                    let adaptive = |link: &LinkIx| self.routes.ground.is_adaptive(*algorithm, *link);
                    let open = backends.iter().copied().filter(|link| !self.full[link.index()]);
                    links.extend(open.filter(adaptive).filter(|link| self.link_needs(*link, kind)));
                }
            }
        }
        links
    }

    /// Whether a request that has come to a component needs what is scarce, however balancers behind it choose.
    fn needs(&self, ix: ComponentIx, kind: RequestKind) -> bool {
        if matches!(self.scarce, Holding::Slots(scarce) | Holding::Connections(scarce) if scarce == ix) {
            return true;
        }
        match &self.routes.routes[ix.index()][kind.index()] {
            Route::Ends | Route::Fails => false,
            Route::Split(split) => split.iter().any(|(link, _)| self.link_needs(*link, kind)),
            Route::Balanced(algorithm, links) => {
                let mut spares = false;
                for link in links.iter().copied().filter(|link| !self.full[link.index()]) {
                    let needs = self.link_needs(link, kind);
                    if needs && !self.routes.ground.is_adaptive(*algorithm, link) {
                        // It gets its share whatever happens.
                        return true;
                    }
                    spares |= !needs;
                    if spares && *algorithm == Algorithm::First {
                        // Those behind it get nothing yet.
                        return false;
                    }
                }
                !spares
            }
        }
    }

    fn link_needs(&self, link: LinkIx, kind: RequestKind) -> bool {
        let hop = self.routes.ground.hop(link);
        let at_guard = |scarce| hop.guards.iter().any(|guard| guard.firewall == scarce);
        match self.scarce {
            Holding::Places(scarce) if scarce == link => true,
            Holding::Slots(scarce) if at_guard(scarce) => true,
            _ => self.needs(hop.to, kind),
        }
    }
}
