//! Losses that are simulated, because they have no steady state to solve for: backends whose checks fail only under load
//! leave the rotation, recover and return, and web servers eject an upstream and readmit it. The shares that fail then
//! depend on how queues fill and drain, which the engine computes and no mean does.

use std::sync::Arc;

use hoplight_model::{Element, Infrastructure, RequestKind};
use hoplight_sim::{Command, Fault, RecordState, SimTime, Simulation};

use super::loss::{CACHE_AGE_S, Consequence, Loss, Stability, WINDOW_END_S, WINDOW_START_S};
use crate::cause::Cause;
use crate::outage::Outage;

/// Maximum number of requests that a run may have; a busier site keeps its forecast.
const MOST_REQUESTS: f64 = 60_000.0;
/// Maximum number of runs per analysis.
const MOST_RUNS: usize = 16;
/// Minimum number of requests of a kind for a share.
const FEWEST: u64 = 50;
/// The first seed; `tests/agreement.rs` simulates these losses with others.
const SEED: u64 = 1001;
/// Number of runs where an upstream is taken out of rotation and put back, which happens only a few times in each.
const RUNS_FLAPPING: u64 = 3;

impl Loss {
    /// The commands that cause this loss in a simulation. `None` if no command does.
    pub fn commands(&self, infra: &Infrastructure) -> Option<Vec<Command>> {
        let kill = |element: Element| Command::Kill(element);
        Some(match self {
            Self::Processes(server) => {
                let processes = infra.on_server(server).filter(|(_, component)| component.kind.serves_requests());
                processes.map(|(_, component)| kill(Element::Component(component.id.clone()))).collect()
            }
            Self::Of(Cause::Software(software)) => {
                let running = infra.components().find(|(_, component)| component.software.as_ref() == Some(software))?;
                vec![Command::Fault(Fault::Flaw(running.1.id.clone()))]
            }
            Self::Of(Cause::Certificate { place, .. }) => {
                // The command affects all certificates of a component.
                let certificate = infra.certificates().get(*place)?;
                let holder = infra.holders(certificate).into_iter().find(|ix| infra.certificates_at(*ix) == [*place])?;
                vec![Command::Fault(Fault::Expired(infra.component(holder).id.clone()))]
            }
            Self::Of(Cause::Zone(_)) => vec![Command::Fault(Fault::Record(RecordState::Gone))],
            Self::Of(cause) => Outage::of_causes(infra, [cause]).elements().cloned().map(kill).collect(),
        })
    }
}

/// The runs of one infrastructure.
pub(super) struct Runs<'a> {
    infra: &'a Infrastructure,
    /// Copied for the first run.
    shared: Option<Arc<Infrastructure>>,
    left: usize,
}

impl<'a> Runs<'a> {
    pub(super) const fn of(infra: &'a Infrastructure) -> Self {
        Self { infra, shared: None, left: MOST_RUNS }
    }

    /// The consequence of a loss, or of none, with the shares of a run if there is no steady state.
    pub(super) fn settle(&mut self, consequence: Consequence, loss: Option<&Loss>) -> Consequence {
        let infra = self.infra;
        let is_long = infra.traffic().rate.get() * (CACHE_AGE_S + WINDOW_END_S) > MOST_REQUESTS || infra.is_benchmark();
        if consequence.stability == Stability::Settled || is_long || self.left == 0 {
            return consequence;
        }
        let Some(commands) = loss.map_or(Some(Vec::new()), |loss| loss.commands(infra)) else { return consequence };
        self.left -= 1;
        let shared = self.shared.get_or_insert_with(|| Arc::new(infra.clone()));
        let runs = match consequence.stability {
            Stability::Settled | Stability::Unsettled => 1,
            Stability::Flapping(_) => RUNS_FLAPPING,
        };
        consequence.measured(failing(shared, &commands, runs))
    }
}

/// Share of the requests of each kind that fail in the long run after commands; `None` for a kind with too few requests.
fn failing(infra: &Arc<Infrastructure>, commands: &[Command], runs: u64) -> [Option<f64>; 3] {
    let (mut failed, mut ended) = ([0; 3], [0; 3]);
    for seed in SEED..SEED + runs {
        let mut sim = Simulation::new(Arc::clone(infra), seed);
        let at = |seconds: f64| SimTime::ZERO + nanos(seconds);
        sim.advance(at(CACHE_AGE_S), &mut ());
        for command in commands {
            // Components on a server that is off are down already.
            let _ = sim.apply(command, &mut ());
        }
        let totals = |sim: &Simulation| RequestKind::ALL.map(|kind| sim.totals_of(kind));
        sim.advance(at(CACHE_AGE_S + WINDOW_START_S), &mut ());
        let before = totals(&sim);
        sim.advance(at(CACHE_AGE_S + WINDOW_END_S), &mut ());
        let after = totals(&sim);
        for kind in 0..3 {
            failed[kind] += after[kind].failed - before[kind].failed;
            ended[kind] += after[kind].failed - before[kind].failed + after[kind].completed - before[kind].completed;
        }
    }
    std::array::from_fn(|kind| (ended[kind] >= FEWEST).then(|| failed[kind] as f64 / ended[kind] as f64))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few minutes")]
fn nanos(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}
