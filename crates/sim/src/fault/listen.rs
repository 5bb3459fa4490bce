//! Eavesdropping: what somebody who listens on a hop reads of the messages that cross it.
//!
//! Must not change anything else: that is what makes it hard to notice.

use hoplight_model::{Cipher, LinkIx, Protocol};

use super::super::packet::{Heading, Phase};
use super::super::simulation::Simulation;
use crate::index::RequestIx;

/// What was heard on one hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tap {
    /// The hop's link.
    pub link: LinkIx,
    /// Messages of users' requests that crossed.
    pub messages: u64,
    /// Those whose content could be read.
    pub readable: u64,
    /// Requests among them that carry a secret: a cookie, a form, or the statement of a login.
    pub secrets: u64,
    /// Whether the hop is in plaintext now.
    plaintext: bool,
}

impl Simulation {
    pub(super) fn is_tapped(&self, link: LinkIx) -> bool {
        self.faults.taps.iter().any(|tap| tap.link == link)
    }

    pub(super) fn tap_hop(&mut self, link: LinkIx, on: bool) {
        if on {
            self.faults.taps.push(Tap { link, messages: 0, readable: 0, secrets: 0, plaintext: false });
            self.refresh_taps();
        } else {
            self.faults.taps.retain(|tap| tap.link != link);
        }
        self.lines[link].tapped = on;
        self.touch(link);
    }

    /// The topology has changed: what is encrypted may have, too.
    pub(super) fn refresh_taps(&mut self) {
        for tap in &mut self.faults.taps {
            tap.plaintext = self.infra.hop(tap.link).cipher == Cipher::Plaintext;
        }
    }

    /// A request's message crosses a hop on which somebody listens.
    pub(super) fn overhear(&mut self, request: RequestIx, link: LinkIx) {
        let record = &self.requests[request];
        let asks = record.heading == Heading::Request && record.phase == Phase::Exchange;
        let secret = match self.plan.hops[link].protocol {
            Protocol::Http => !record.kind.secrets().is_empty(),
            Protocol::Sql => record.kind.is_write(),
            _ => false,
        };
        // A handshake has no content.
        let content = matches!(record.phase, Phase::Exchange | Phase::Lookup);
        let Some(tap) = self.faults.taps.iter_mut().find(|tap| tap.link == link) else { return };
        tap.messages += 1;
        tap.readable += u64::from(tap.plaintext && content);
        tap.secrets += u64::from(tap.plaintext && asks && secret);
    }

    /// What was heard on a hop; `None` if nobody listens there.
    pub fn tap(&self, link: LinkIx) -> Option<Tap> {
        self.faults.taps.iter().find(|tap| tap.link == link).copied()
    }
}
