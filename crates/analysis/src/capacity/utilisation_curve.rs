//! Utilisation as a piecewise linear function of the load.
//!
//! Where balancers split requests by round robin or weights, utilisation is demand × load (the utilisation law). A
//! balancer that considers requests in progress sends less to a saturated backend, so the rest of the load goes to the
//! other backends and the slopes change. The algorithm follows the segments until it saturates a resource that no
//! balancer can avoid: the site is then saturated. Beyond that load, the last split is extrapolated.

use hoplight_model::{Algorithm, ComponentIx, LinkIx, RequestKind};

use super::demand::Demand;
use super::mix::Mix;
use super::resource::{Holding, Numbers};
use super::routes::{Outflow, Routes};

/// A linear segment: the units of each resource held at the load `from`, and their slope per request per second.
#[derive(Clone, Debug, PartialEq)]
struct CurveSegment {
    from: f64,
    held: Vec<f64>,
    slope: Vec<f64>,
    /// Requests per second on each link at `from`, by position.
    flow: Vec<f64>,
    flow_slope: Vec<f64>,
}

/// Utilisation of every resource as a function of the load, for one mix of requests.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct UtilisationCurve {
    pieces: Vec<CurveSegment>,
    limits: Vec<f64>,
    /// Load at which the site saturates, and the index of the bottleneck resource.
    pub(super) saturation: Option<(f64, usize)>,
}

/// Relative tolerance within which two loads are considered equal.
const SAME: f64 = 1e-9;

impl UtilisationCurve {
    /// Computes the segments in order of increasing load.
    pub(super) fn of(routes: &Routes<'_>, mix: Mix) -> Self {
        let infra = routes.fixed.infra;
        let numbers = Numbers::of(infra);
        let limits = Numbers::limits(infra);
        let slopes = |filled: &[Option<usize>]| {
            let full: Vec<bool> = filled.iter().map(Option::is_some).collect();
            let demand = Demand::of(routes, mix, &full);
            let mean = |of: &[Vec<f64>; 3], count: usize| -> Vec<f64> {
                (0..count).map(|place| mix.mean(|kind| of[kind.index()][place])).collect()
            };
            (mean(&demand.holds, numbers.count()), mean(&demand.flows, full.len()))
        };
        // For each saturated link, the saturated resource behind it.
        let mut filled: Vec<Option<usize>> = vec![None; infra.graph().edge_count()];
        let mut at = CurveSegment::new(0.0, (vec![0.0; numbers.count()], vec![0.0; filled.len()]), slopes(&filled));
        let mut pieces = Vec::new();
        // Each iteration saturates a link or ends the loop.
        loop {
            let drawn = Spare { routes, mix, scarce: None, filled: &filled }.drawn_twice(&at);
            let (load, number, ends) = match (at.next_full(&limits), drawn) {
                (Some((load, _)), Some((end, number))) if end <= load => (end, number, true),
                (None, Some((end, number))) => (end, number, true),
                (Some((load, number)), _) => (load, number, false),
                (None, None) => {
                    pieces.push(at);
                    return Self { pieces, limits, saturation: None };
                }
            };
            let reached = at.at(load);
            let spared = Spare { routes, mix, scarce: Some(numbers.holding(number)), filled: &filled }.fills();
            let mut fills = false;
            for link in spared.into_iter().filter(|_| !ends) {
                fills |= filled[link.index()].replace(number).is_none();
            }
            let slope = if fills { slopes(&filled) } else { (at.slope.clone(), at.flow_slope.clone()) };
            let ends = !fills || slope.0[number] > at.slope[number] * SAME;
            if load > at.from || pieces.is_empty() {
                pieces.push(at);
            }
            let beyond = |of: &[f64]| of.iter().map(|value| value / load).collect();
            // A limit of zero is reached at zero load.
            let slope = if ends && load > 0.0 { (beyond(&reached.0), beyond(&reached.1)) } else { slope };
            at = CurveSegment::new(load, reached, slope);
            if ends {
                pieces.push(at);
                return Self { pieces, limits, saturation: Some((load, number)) };
            }
        }
    }

    /// Mean number of units of a resource held at a load, as if the resource were unlimited.
    pub(super) fn held(&self, number: usize, load: f64) -> f64 {
        let place = self.pieces.partition_point(|piece| piece.from <= load).saturating_sub(1);
        self.pieces.get(place).map_or(0.0, |piece| piece.held[number] + piece.slope[number] * (load - piece.from))
    }

    /// Utilisation of a resource at a load; 0 if it is unlimited.
    pub(super) fn utilisation(&self, number: usize, load: f64) -> f64 {
        self.held(number, load) / self.limits[number]
    }

    /// Load at which a resource saturates.
    pub(super) fn full_from(&self, number: usize) -> Option<f64> {
        let limit = self.limits[number];
        let reaches = |(place, piece): (usize, &CurveSegment)| {
            let load = piece.full_at(number, limit)?;
            let end = self.pieces.get(place + 1).map_or(f64::INFINITY, |next| next.from);
            (load <= end * (1.0 + SAME)).then_some(load)
        };
        self.pieces.iter().enumerate().find_map(reaches)
    }
}

impl CurveSegment {
    fn new(from: f64, (held, flow): (Vec<f64>, Vec<f64>), (slope, flow_slope): (Vec<f64>, Vec<f64>)) -> Self {
        Self { from, held, slope, flow, flow_slope }
    }

    /// Units held and flows at a load.
    fn at(&self, load: f64) -> (Vec<f64>, Vec<f64>) {
        let follow = |value: &[f64], slope: &[f64]| {
            value.iter().zip(slope).map(|(value, slope)| value + slope * (load - self.from)).collect()
        };
        (follow(&self.held, &self.slope), follow(&self.flow, &self.flow_slope))
    }

    fn full_at(&self, number: usize, limit: f64) -> Option<f64> {
        let slope = self.slope[number];
        (limit.is_finite() && slope > 0.0).then(|| self.from + ((limit - self.held[number]) / slope).max(0.0))
    }

    /// Resource that saturates next, and the load; on a tie, the one with the lowest number.
    fn next_full(&self, limits: &[f64]) -> Option<(f64, usize)> {
        let full = limits.iter().enumerate().filter_map(|(number, limit)| Some((self.full_at(number, *limit)?, number)));
        full.reduce(|best, other| if other.0 < best.0 * (1.0 - SAME) { other } else { best })
    }
}

/// Finds the backends that balancers stop using when a resource saturates.
struct Spare<'a> {
    routes: &'a Routes<'a>,
    mix: Mix,
    scarce: Option<Holding>,
    /// For each saturated link, the saturated resource behind it.
    filled: &'a [Option<usize>],
}

impl Spare<'_> {
    fn is_full(&self, link: LinkIx) -> bool {
        self.filled[link.index()].is_some()
    }

    /// Load at which random-of-two balancers can no longer avoid saturated backends, because both draws hit them too
    /// often; and the saturated resource there.
    fn drawn_twice(&self, at: &CurveSegment) -> Option<(f64, usize)> {
        let mut earliest: Option<(f64, usize)> = None;
        for route in self.routes.outflows.iter().flatten() {
            let Outflow::Balanced(Algorithm::RandomTwo, links) = route else { continue };
            let Some(number) = links.iter().find_map(|link| self.filled[link.index()]) else { continue };
            let sum = |of: &dyn Fn(LinkIx) -> f64, all: bool| -> f64 {
                links.iter().filter(|link| all || self.is_full(**link)).map(|link| of(*link)).sum()
            };
            let weight = |link: LinkIx| f64::from(self.routes.fixed.infra.link(link).weight);
            let (flow, slope) = (|link: LinkIx| at.flow[link.index()], |link: LinkIx| at.flow_slope[link.index()]);
            let drawn = sum(&weight, false) / sum(&weight, true);
            let rate = sum(&slope, true);
            // The rate of the saturated backends stays constant while the total grows, until it equals the fraction of
            // requests for which both draws are saturated.
            let grows = sum(&flow, false) / (drawn * drawn) - sum(&flow, true);
            if rate > 0.0 {
                let load = at.from + (grows / rate).max(0.0);
                if earliest.is_none_or(|(known, _)| load < known) {
                    earliest = Some((load, number));
                }
            }
        }
        earliest
    }

    /// Links on which balancers stop sending because they can avoid the saturated resource.
    fn fills(&self) -> Vec<LinkIx> {
        let mut links = Vec::new();
        for ix in self.routes.fixed.order.iter().copied() {
            for kind in RequestKind::ALL {
                let comes = self.mix.share(kind) > 0.0 && self.routes.reached[ix.index()][kind.index()];
                let Outflow::Balanced(algorithm, backends) = &self.routes.outflows[ix.index()][kind.index()] else { continue };
                if comes && !self.needs(ix, kind) {
                    let adaptive = |link: &LinkIx| self.routes.fixed.is_adaptive(*algorithm, *link);
                    let open = backends.iter().copied().filter(|link| !self.is_full(*link));
                    links.extend(open.filter(adaptive).filter(|link| self.link_needs(*link, kind)));
                }
            }
        }
        links
    }

    /// Whether a request at a component needs the saturated resource, whatever the balancers behind it choose.
    fn needs(&self, ix: ComponentIx, kind: RequestKind) -> bool {
        if matches!(self.scarce, Some(Holding::Slots(scarce) | Holding::Connections(scarce)) if scarce == ix) {
            return true;
        }
        if self.scarce.is_some() && self.processor_of(ix) == self.scarce {
            return true;
        }
        match &self.routes.outflows[ix.index()][kind.index()] {
            Outflow::Ends | Outflow::Fails => false,
            Outflow::Split(split) => split.iter().any(|(link, _)| self.link_needs(*link, kind)),
            Outflow::Balanced(algorithm, links) => {
                let mut spares = false;
                for link in links.iter().copied().filter(|link| !self.is_full(*link)) {
                    let needs = self.link_needs(link, kind);
                    if needs && !self.routes.fixed.is_adaptive(*algorithm, link) {
                        // Its share does not depend on utilisation.
                        return true;
                    }
                    spares |= !needs;
                    if spares && *algorithm == Algorithm::First {
                        // With `first`, the backends after the first open one receive nothing yet.
                        return false;
                    }
                }
                !spares
            }
        }
    }

    /// The cores for which a component competes.
    fn processor_of(&self, ix: ComponentIx) -> Option<Holding> {
        self.routes.fixed.processors[ix.index()].map(Holding::Cores)
    }

    fn link_needs(&self, link: LinkIx, kind: RequestKind) -> bool {
        let hop = self.routes.fixed.hop(link);
        let at_guard = |scarce| hop.guards.iter().any(|guard| guard.firewall == scarce);
        match self.scarce {
            Some(Holding::Places(scarce) | Holding::RateLimit(scarce)) if scarce == link => true,
            Some(Holding::Slots(scarce)) if at_guard(scarce) => true,
            Some(cores @ Holding::Cores(_))
                if hop.guards.iter().any(|guard| self.processor_of(guard.firewall) == Some(cores)) =>
            {
                true
            }
            _ => self.needs(hop.to, kind),
        }
    }
}
