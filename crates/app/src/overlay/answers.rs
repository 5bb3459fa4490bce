//! The analysis results for one overlay, cached by infrastructure and load.

use std::sync::Arc;

use hoplight_analysis::{
    Broken, Capacity, Cause, Outage, Overload, PlaintextHop, SharedFlaw, Spof, Structure, capacity_spofs, plaintext_hops,
    shared_flaws, single_points_in,
};
use hoplight_model::{Infrastructure, RequestKind};

use crate::overlay::content::OverlayQuery;
use crate::overlay::domains::{self, Domain};
use crate::overlay::kind::Overlay;

/// Maximum number of losses to try. Each recomputes the capacity of the whole site, and a key press must not block.
const MOST_LOSSES: usize = 400;

/// For each kind of request, in the order of [`RequestKind::ALL`]: single points, or why requests of that kind do not work.
pub(super) type Points = [Result<SinglePoints, Broken>; 3];

/// What a single loss does to requests of one kind.
#[derive(Clone, Debug)]
pub(super) struct SinglePoints {
    pub(super) stops: Vec<Spof>,
    /// Causes that make a lasting share of the requests fail, with that share.
    pub(super) degrades: Vec<(Cause, f64)>,
}

/// The results for load and capacity.
#[derive(Clone, Debug)]
pub(super) struct LoadAnswers {
    /// Requests per second of all kinds.
    pub(super) load: f64,
    pub(super) capacity: Capacity,
    /// Single losses that overload the remaining components; `None` if there are too many to try.
    pub(super) losses: Option<Vec<Overload>>,
}

/// The analysis results, by overlay.
#[derive(Clone, Debug)]
pub(super) enum OverlayAnswers {
    Readable(Vec<PlaintextHop>),
    Points(Points),
    Software(Vec<SharedFlaw>),
    Domains(Vec<Domain>),
    Load(Box<LoadAnswers>),
}

/// Analysis results with their cache key.
#[derive(Clone, Debug)]
pub(super) struct CachedAnswers {
    overlay: Overlay,
    infra: Arc<Infrastructure>,
    /// The load in requests per second, rounded, if the results depend on it.
    load: Option<f64>,
    pub(super) answers: OverlayAnswers,
    /// The query for which the content was built, if any.
    pub(super) viewed: Option<OverlayQuery>,
}

impl CachedAnswers {
    /// Runs the analysis.
    pub(super) fn ask(overlay: Overlay, infra: &Arc<Infrastructure>, load: f64) -> Self {
        let answers = match overlay {
            Overlay::ReadableHops => OverlayAnswers::Readable(plaintext_hops(infra)),
            Overlay::SinglePoints => {
                let structure = Structure::of(infra);
                let degrades = |kind| structure.degrading(kind).map(|(cause, share)| (cause.clone(), share)).collect();
                OverlayAnswers::Points(RequestKind::ALL.map(|kind| {
                    let stops = single_points_in(infra, &structure, kind)?;
                    Ok(SinglePoints { stops, degrades: degrades(kind) })
                }))
            }
            Overlay::SharedSoftware => OverlayAnswers::Software(shared_flaws(infra)),
            Overlay::FailureDomains => OverlayAnswers::Domains(domains::all(infra)),
            Overlay::Capacity => OverlayAnswers::Load(Box::new(LoadAnswers {
                load,
                capacity: Capacity::of(infra, &Outage::none()),
                losses: (Cause::all(infra).len() <= MOST_LOSSES).then(|| capacity_spofs(infra, load)),
            })),
        };
        let load = (overlay == Overlay::Capacity).then_some(load);
        Self { overlay, infra: Arc::clone(infra), load, answers, viewed: None }
    }

    /// Whether the cached results match these arguments.
    pub(super) fn holds(&self, overlay: Overlay, infra: &Arc<Infrastructure>, load: f64) -> bool {
        let same_load = self.load.is_none_or(|known| known.total_cmp(&load).is_eq());
        self.overlay == overlay && Arc::ptr_eq(&self.infra, infra) && same_load
    }

    /// Rounds a load to three significant digits, so that a ramp does not rerun the analysis every frame.
    pub(super) fn rounded(load: f64) -> f64 {
        if !load.is_finite() || load <= 0.0 {
            return 0.0;
        }
        let unit = libm::pow(10.0, libm::floor(libm::log10(load)) - 2.0);
        let rounded = libm::round(load / unit) * unit;
        // Avoid a rounding error in whole numbers.
        if unit >= 1.0 { libm::round(rounded) } else { rounded }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_keep_three_digits() {
        let shown = [0.0, -1.0, f64::NAN, 0.012_34, 99.96, 100.0, 123.4, 1_234.0, 12_350.0].map(CachedAnswers::rounded);
        let shown = shown.map(|load| format!("{load:.4}"));
        assert_eq!(
            shown,
            ["0.0000", "0.0000", "0.0000", "0.0123", "100.0000", "100.0000", "123.0000", "1230.0000", "12400.0000"]
        );
    }
}
