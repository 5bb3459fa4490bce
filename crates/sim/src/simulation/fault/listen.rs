//! Wiretaps: counting what crosses a hop, and what of it is readable.

use hoplight_model::{Cipher, LinkIx, Protocol};

use crate::fault::listen::Tap;
use crate::index::RequestIx;
use crate::packet::{Heading, Phase};
use crate::simulation::Simulation;

impl Simulation {
    pub(in crate::simulation) fn is_tapped(&self, link: LinkIx) -> bool {
        self.faults.taps.iter().any(|tap| tap.link == link)
    }

    pub(in crate::simulation) fn tap_hop(&mut self, link: LinkIx, on: bool) {
        if on {
            self.faults.taps.push(Tap { link, messages: 0, readable: 0, secrets: 0, plaintext: false });
            self.refresh_taps();
        } else {
            self.faults.taps.retain(|tap| tap.link != link);
        }
        self.links[link].tapped = on;
        self.touch(link);
    }

    /// The topology has changed: what is encrypted may have, too.
    pub(in crate::simulation) fn refresh_taps(&mut self) {
        for tap in &mut self.faults.taps {
            tap.plaintext = self.infra.hop(tap.link).cipher == Cipher::Plaintext;
        }
    }

    /// A request's message crosses a tapped hop.
    pub(in crate::simulation) fn overhear(&mut self, request: RequestIx, link: LinkIx) {
        let record = &self.requests[request];
        let asks = record.heading == Heading::Request && record.phase == Phase::Exchange;
        let secret = match self.plan.hops[link].protocol {
            Protocol::Http => !record.kind.secrets().is_empty(),
            Protocol::Sql => record.kind.is_write(),
            _ => false,
        };
        // A handshake has no content.
        let content = matches!(record.phase, Phase::Exchange | Phase::Lookup);
        let tap = self.faults.taps.iter_mut().find(|tap| tap.link == link).expect("a tapped link has a tap");
        tap.messages += 1;
        tap.readable += u64::from(tap.plaintext && content);
        tap.secrets += u64::from(tap.plaintext && asks && secret);
    }

    /// What was captured on a hop; `None` if it is not tapped.
    pub fn tap(&self, link: LinkIx) -> Option<Tap> {
        self.faults.taps.iter().find(|tap| tap.link == link).copied()
    }
}
