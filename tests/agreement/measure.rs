//! Measures a loss in the simulation.

use std::sync::Arc;

use hoplight::analysis::losses::{CACHE_AGE_S, WINDOW_END_S, WINDOW_START_S};
use hoplight::analysis::{Cause, Loss, Outage};
use hoplight::model::{Element, Infrastructure, RequestKind};
use hoplight::sim::{Command, Fault, RecordState, SimTime, Simulation};

/// Minimum number of requests of a kind for a share.
const FEWEST: u64 = 50;

/// Share of the requests of each kind that fail in the long run after a loss; `None` for a kind with too few requests.
/// `None` for all if no command causes this loss.
pub(crate) fn failing(infra: &Arc<Infrastructure>, loss: &Loss) -> Option<[Option<f64>; 3]> {
    let commands = commands(infra, loss)?;
    let mut sim = Simulation::new(Arc::clone(infra), 1);
    // Caches are filled when the run starts.
    sim.advance(SimTime::ZERO + nanos(CACHE_AGE_S), &mut ());
    for command in &commands {
        // Components on a server that is off are down already, and a site without a resolver has no record to lose.
        let _ = sim.apply(command, &mut ());
    }
    let totals = |sim: &Simulation| RequestKind::ALL.map(|kind| sim.totals_of(kind));
    sim.advance(SimTime::ZERO + nanos(CACHE_AGE_S + WINDOW_START_S), &mut ());
    let before = totals(&sim);
    sim.advance(SimTime::ZERO + nanos(CACHE_AGE_S + WINDOW_END_S), &mut ());
    let after = totals(&sim);
    Some(std::array::from_fn(|kind| {
        let failed = after[kind].failed - before[kind].failed;
        let ended = failed + after[kind].completed - before[kind].completed;
        (ended >= FEWEST).then(|| failed as f64 / ended as f64)
    }))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few minutes")]
fn nanos(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}

fn commands(infra: &Infrastructure, loss: &Loss) -> Option<Vec<Command>> {
    let kill = |element: Element| Command::Kill(element);
    Some(match loss {
        Loss::Processes(server) => {
            let processes = infra.on_server(server).filter(|(_, component)| component.kind.serves_requests());
            processes.map(|(_, component)| kill(Element::Component(component.id.clone()))).collect()
        }
        Loss::Of(Cause::Software(software)) => {
            let running = infra.components().find(|(_, component)| component.software.as_ref() == Some(software))?;
            vec![Command::Fault(Fault::Flaw(running.1.id.clone()))]
        }
        Loss::Of(Cause::Certificate { place, .. }) => {
            // The command affects all certificates of a component.
            let certificate = infra.certificates().get(*place)?;
            let holder = infra.holders(certificate).into_iter().find(|ix| infra.certificates_at(*ix) == [*place])?;
            vec![Command::Fault(Fault::Expired(infra.component(holder).id.clone()))]
        }
        Loss::Of(Cause::Zone(_)) => vec![Command::Fault(Fault::Record(RecordState::Gone))],
        Loss::Of(cause) => Outage::of_causes(infra, [cause]).elements().cloned().map(kill).collect(),
    })
}
