//! Structure function of an infrastructure: whether a kind of request works, given the causes that have occurred.
//!
//! ```text
//!  model ─┬▶ circuits of the paths ─┐
//!         └▶ losses ────────────────┴▶ Structure: a circuit for each kind of request, with the causes as inputs
//!                                        ├─▶ spof, cuts       causes that stop a kind, alone or together
//!                                        └─▶ availability     how often a kind fails
//! ```
//!
//! A circuit of the paths gives the same verdict as the search of [`super::service`], but for 64 outages at once; the
//! tests compare the two. Whether a kind stops after a *single* loss is decided by [`super::losses()`], which also knows
//! health checks, timeouts and queues: a cause that stops a kind alone is made a series factor of its circuit, and a
//! cause that does not is left out where the circuit disagrees. For several losses at once, a path suffices.

mod compile;
mod inputs;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cause::Cause;
use super::circuit::Circuit;
use super::losses::{Loss, LossForecast, Losses, Verdict, WORKS_BELOW};
use super::wiring::Wiring;
use compile::Source;
use hoplight_model::{Infrastructure, RequestKind};
use inputs::Inputs;

/// Structure functions of an infrastructure, one per kind of request, over one list of causes.
#[derive(Clone, Debug)]
pub struct Structure {
    causes: Vec<Cause>,
    places: BTreeMap<Cause, u32>,
    circuits: [Circuit; 3],
    losses: Losses,
    /// The place of each cause in `losses`.
    forecasts: Vec<usize>,
    wiring: Arc<Wiring>,
}

impl Structure {
    /// Compiles an infrastructure and predicts its losses.
    pub fn of(infra: &Infrastructure) -> Self {
        let (causes, places) = listed(infra);
        let wiring = Wiring::of(infra);
        let losses = Losses::in_wiring(infra, &wiring);
        let inputs = Inputs::of(infra, &causes);
        let source = Source { infra, wiring: &wiring, inputs: &inputs };
        let forecasts = forecasts(infra, &losses);
        debug_assert!(
            forecasts.iter().map(|place| &losses.each[*place].loss).eq(&causes.iter().cloned().map(Loss::Of).collect::<Vec<_>>()),
            "losses and causes are in the same order"
        );
        let circuits = RequestKind::ALL.map(|kind| {
            let stops: Vec<u32> = (0u32..)
                .zip(&forecasts)
                .filter(|(_, place)| losses.each[**place].eventual_verdict(kind) == Verdict::Stops)
                .map(|(input, _)| input)
                .collect();
            compile::compile_with(source, kind, losses.whole_verdict(kind) != Verdict::Stops, &stops)
        });
        Self { causes, places, circuits, losses, forecasts, wiring: Arc::new(wiring) }
    }

    /// The hops and behaviours of the infrastructure.
    pub(crate) fn wiring(&self) -> &Wiring {
        &self.wiring
    }

    /// What fails without a loss, and after each single loss.
    pub fn losses(&self) -> &Losses {
        &self.losses
    }

    /// The forecast for the loss of one cause, by its place in [`Self::causes`].
    pub fn forecast(&self, place: u32) -> Option<&LossForecast> {
        self.losses.each.get(*self.forecasts.get(place as usize)?)
    }

    /// Whether a kind of request works without an outage, if only in part.
    pub fn works_whole(&self, kind: RequestKind) -> bool {
        self.losses.whole_verdict(kind) != Verdict::Stops
    }

    /// Causes that alone stop a kind of request that works otherwise, in the order of [`Self::causes`].
    pub fn stopping(&self, kind: RequestKind) -> impl Iterator<Item = (&Cause, &LossForecast)> {
        let stops = move |forecast: &LossForecast| forecast.eventual_verdict(kind) == Verdict::Stops;
        self.forecasts().filter(move |(_, forecast)| self.works_whole(kind) && stops(forecast))
    }

    /// Causes that alone make a lasting share of a kind's requests fail, without stopping it, with the share of the
    /// requests that would succeed otherwise.
    pub fn degrading(&self, kind: RequestKind) -> impl Iterator<Item = (&Cause, f64)> {
        let usual = self.losses.whole.eventual[kind.index()];
        let share = move |forecast: &LossForecast| (forecast.eventual[kind.index()] - usual) / (1.0 - usual);
        let degrades = move |forecast: &LossForecast| self.effect_of(forecast, kind) == Verdict::Degraded;
        self.forecasts().filter(move |(_, of)| degrades(of)).map(move |(cause, forecast)| (cause, share(forecast)))
    }

    /// What a cause alone does to a kind of request, compared with the infrastructure without an outage.
    pub fn effect(&self, cause: &Cause, kind: RequestKind) -> Verdict {
        let forecast = self.place(cause).and_then(|place| self.forecast(place));
        forecast.map_or(Verdict::Works, |forecast| self.effect_of(forecast, kind))
    }

    fn effect_of(&self, forecast: &LossForecast, kind: RequestKind) -> Verdict {
        let more = forecast.eventual[kind.index()] - self.losses.whole.eventual[kind.index()];
        match forecast.eventual_verdict(kind) {
            Verdict::Degraded if more < WORKS_BELOW => Verdict::Works,
            verdict => verdict,
        }
    }

    fn forecasts(&self) -> impl Iterator<Item = (&Cause, &LossForecast)> {
        self.causes.iter().zip(self.forecasts.iter().map(|place| &self.losses.each[*place]))
    }

    /// All causes. A circuit's inputs are indices into this list; an input is true unless its cause has occurred.
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// Index of a cause.
    pub fn place(&self, cause: &Cause) -> Option<u32> {
        self.places.get(cause).copied()
    }

    /// Structure function of a kind of request.
    pub fn circuit(&self, kind: RequestKind) -> &Circuit {
        &self.circuits[kind.index()]
    }

    /// Whether a kind of request works when exactly these causes have occurred.
    pub fn works<'a>(&self, out: impl IntoIterator<Item = &'a Cause>, kind: RequestKind) -> bool {
        works(&self.places, self.circuit(kind), out)
    }
}

/// Circuits of the paths alone: whether a path exists, whatever the components on it do.
#[derive(Clone, Debug)]
pub struct PathCircuits {
    causes: Vec<Cause>,
    places: BTreeMap<Cause, u32>,
    circuits: [Circuit; 3],
}

impl PathCircuits {
    /// Compiles an infrastructure, in time linear in the number of links.
    pub fn of(infra: &Infrastructure) -> Self {
        let (causes, places) = listed(infra);
        let wiring = Wiring::of(infra);
        let inputs = Inputs::of(infra, &causes);
        let source = Source { infra, wiring: &wiring, inputs: &inputs };
        let circuits = RequestKind::ALL.map(|kind| compile::compile(source, kind));
        Self { causes, places, circuits }
    }

    /// All causes, in the order of [`Cause::all`].
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// Circuit of a kind of request.
    pub fn circuit(&self, kind: RequestKind) -> &Circuit {
        &self.circuits[kind.index()]
    }

    /// Whether a path exists when exactly these causes have occurred.
    pub fn works<'a>(&self, out: impl IntoIterator<Item = &'a Cause>, kind: RequestKind) -> bool {
        works(&self.places, self.circuit(kind), out)
    }
}

fn listed(infra: &Infrastructure) -> (Vec<Cause>, BTreeMap<Cause, u32>) {
    let causes = Cause::all(infra);
    let places = causes.iter().cloned().zip(0u32..).collect();
    (causes, places)
}

/// The places of the losses that are causes, in the order of [`Cause::all`].
fn forecasts(infra: &Infrastructure, losses: &Losses) -> Vec<usize> {
    let is_cause = |forecast: &LossForecast| match &forecast.loss {
        Loss::Of(Cause::Component(id)) => infra.find(id.as_str()).is_some_and(|ix| infra.component(ix).kind.is_on_path()),
        Loss::Of(_) => true,
        Loss::Processes(_) => false,
    };
    (0..losses.each.len()).filter(|place| is_cause(&losses.each[*place])).collect()
}

fn works<'a>(places: &BTreeMap<Cause, u32>, circuit: &Circuit, out: impl IntoIterator<Item = &'a Cause>) -> bool {
    let mut out: Vec<u32> = out.into_iter().filter_map(|cause| places.get(cause).copied()).collect();
    out.sort_unstable();
    let up = |input: u32| u64::from(out.binary_search(&input).is_err());
    circuit.evaluate(&mut Vec::new(), up) & 1 == 1
}
