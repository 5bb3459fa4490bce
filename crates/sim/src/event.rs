//! Events: what happens when, in a total order; in `queue`, those that are pending.
//!
//! An event is one `u128`: time in nanoseconds (64 bits), sequence number (36), kind (4) and the id of what it happens to
//! (24). One comparison gives the order, first come first served among events of one instant, and so determinism.

mod queue;

pub(super) use queue::EventQueue;

use crate::index::Ix;
use crate::time::SimTime;

const KIND_BITS: u32 = 4;
const ID_BITS: u32 = 24;
const SEQUENCE_BITS: u32 = 64 - KIND_BITS - ID_BITS;

/// The largest sequence number.
pub(super) const MAX_SEQUENCE: u64 = (1 << SEQUENCE_BITS) - 1;

/// Marks a number as new while all are given again.
pub(super) const RENUMBERED: u64 = 1 << 63;

/// Most things of one sort that may have events: requests in flight, stations, links.
pub(super) const MAX_ID: u32 = (1 << ID_BITS) - 1;

/// What sort of event it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The next user comes. No id.
    Arrival,
    /// A request's message is at the next point of its way. Id: request.
    Leg,
    /// A service is over. Id: request.
    Service,
    /// A connection attempt has been silent for too long, or the pause before a retry is over. Id: request.
    Retry,
    /// The oldest deadline of a station is due. Id: station.
    Deadline,
    /// Time to check the health of a backend. Id: link.
    Check,
    /// The result of a health check that failed in silence. Id: link.
    CheckTimeout,
    /// Time for a sample. Id: agent.
    Sample,
    /// A message that is no request arrives. Id: message.
    Message,
    /// A whole second has passed. No id.
    Second,
    /// Something is due at a database or cluster. Id: what, and which.
    Database,
    /// The external probe asks. No id.
    Probe,
    /// A balancer of a pair advertises itself, or has heard nothing for too long. Id: its number.
    Advert,
    /// A timer is due: a boot is over, a user tries again. Id: timer.
    TimerEvent,
}

impl Kind {
    /// The numbers of those that come all the time.
    pub(super) const SERVICE: u8 = Self::Service as u8;
    pub(super) const ARRIVAL: u8 = Self::Arrival as u8;
}

/// The kinds by number; a packed kind has four bits.
const KINDS: [Kind; 1 << KIND_BITS] = [
    Kind::Arrival,
    Kind::Leg,
    Kind::Service,
    Kind::Retry,
    Kind::Deadline,
    Kind::Check,
    Kind::CheckTimeout,
    Kind::Sample,
    Kind::Message,
    Kind::Second,
    Kind::Database,
    Kind::Probe,
    Kind::Advert,
    Kind::TimerEvent,
    // No event is packed with these.
    Kind::Second,
    Kind::Second,
];

/// One event. Its order is its time, then its sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event(u128);

impl Event {
    pub(super) fn new(at: SimTime, sequence: u64, kind: Kind, id: u32) -> Self {
        debug_assert!(id <= MAX_ID, "ids have {ID_BITS} bits");
        let low = (sequence << (KIND_BITS + ID_BITS)) | ((kind as u64) << ID_BITS) | u64::from(id);
        Self((u128::from(at.nanos()) << 64) | u128::from(low))
    }

    #[expect(clippy::cast_possible_truncation, reason = "takes fields apart")]
    const fn low(self) -> u64 {
        self.0 as u64
    }

    pub(super) const fn at(self) -> SimTime {
        SimTime::from_nanos((self.0 >> 64) as u64)
    }

    pub(super) const fn sequence(self) -> u64 {
        self.low() >> (KIND_BITS + ID_BITS)
    }

    /// The number of its kind.
    pub(super) const fn kind_number(self) -> u8 {
        ((self.low() >> ID_BITS) & 0xf) as u8
    }

    pub(super) const fn kind(self) -> Kind {
        KINDS[self.kind_number() as usize]
    }

    #[expect(clippy::cast_possible_truncation, reason = "takes fields apart")]
    pub(super) const fn id(self) -> u32 {
        (self.low() & MAX_ID as u64) as u32
    }

    /// What it happens to.
    #[inline]
    pub(super) fn on<I: Ix>(self) -> I {
        I::from_raw(self.id())
    }

    /// Kind and id, for the digest of a trace.
    pub(super) const fn what(self) -> u64 {
        self.low() & ((1 << (KIND_BITS + ID_BITS)) - 1)
    }

    /// The same, as narrow as it is.
    #[expect(clippy::cast_possible_truncation, reason = "28 bits")]
    const fn what_bits(self) -> u32 {
        self.what() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_survive_packing() {
        for kind in KINDS.into_iter().take(14) {
            let event = Event::new(SimTime::from_nanos(u64::MAX - 1), (1 << 36) - 1, kind, MAX_ID);
            assert_eq!(
                (event.at().nanos(), event.sequence(), event.kind(), event.id()),
                (u64::MAX - 1, (1 << 36) - 1, kind, MAX_ID)
            );
        }
    }
}
