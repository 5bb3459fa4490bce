//! Renumbering: there are 68 billion sequence numbers, and a long run of a busy site uses them up.
//!
//! All pending events are renumbered from 1 in their order, and everything that refers to an event is updated. Nothing
//! else changes: the digest does not include sequence numbers.

use crate::event::{Kind, RENUMBERED};
use crate::simulation::Simulation;

impl Simulation {
    /// Renumbers all pending events from 1.
    #[cold]
    pub(super) fn renumber(&mut self) {
        self.balancers.forget_stale(&self.requests);
        let (next_arrival, next_probe) = (self.arrivals.next(), self.monitoring.probe.next());
        let (requests, address, cores) = (&mut self.requests, &mut self.address, &mut self.cores);
        let (mut new_arrival, mut new_probe) = (0, 0);
        self.clock.renumber(|event, sequence| match event.kind() {
            Kind::Leg | Kind::Service | Kind::Retry if requests.waits_for(event.on(), event.sequence()) => {
                requests[event.on()].pending = RENUMBERED | sequence;
            }
            Kind::Arrival if event.sequence() == next_arrival => new_arrival = sequence,
            Kind::Advert if address.waits_for(event.on(), event.sequence()) => {
                address.renumber(event.on(), event.sequence(), sequence);
            }
            Kind::Cpu if cores.waits_for(event.on(), event.sequence()) => cores.renumber(event.on(), sequence),
            Kind::Probe if event.sequence() == next_probe => new_probe = sequence,
            _ => {}
        });
        self.monitoring.probe.set_next(new_probe);
        address.end_renumbering();
        cores.end_renumbering();
        self.arrivals.set_next(new_arrival);
        requests.for_each_slot(|request| {
            // A record without a pending event must not match a new number by chance.
            request.pending = if request.pending & RENUMBERED == 0 { 0 } else { request.pending & !RENUMBERED };
        });
        self.balancers.renumber(&self.requests);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::SimTime;
    use crate::event::MAX_SEQUENCE;
    use hoplight_model::Infrastructure;

    #[test]
    fn a_run_outlives_its_sequence_numbers() {
        let texts = [
            include_str!("../../../../assets/stage-2-secured.ron"),
            // Work waits for the cores of a server.
            include_str!("../../../../assets/shared-cores.ron"),
        ];
        for text in texts {
            let infra = Arc::new(Infrastructure::from_ron("site.ron", text).expect("a valid scenario"));
            let end = SimTime::from_secs(5);
            let mut usual = Simulation::new(Arc::clone(&infra), 3);
            usual.advance(end, &mut ());
            for left in [1, 50, 777] {
                let mut late = Simulation::new(Arc::clone(&infra), 3);
                late.clock.skip_to_reserve(left);
                late.advance(end, &mut ());
                assert!(late.clock.sequence() < MAX_SEQUENCE / 2, "events were renumbered");
                assert_eq!((late.digest(), late.totals()), (usual.digest(), usual.totals()));
            }
        }
    }
}
