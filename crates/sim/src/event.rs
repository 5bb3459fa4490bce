//! Scheduled events in a total order. `queue` holds the pending ones.
//!
//! An event is one `u128`: time in nanoseconds (64 bits), sequence number (36), kind (4) and the id of its target (24).
//! One comparison orders two events; events at the same instant are dispatched in the order they were scheduled, so the
//! run is deterministic.

mod queue;

pub(super) use queue::EventQueue;

use crate::index::Ix;
use crate::time::SimTime;

const KIND_BITS: u32 = 4;
const ID_BITS: u32 = 24;
const SEQUENCE_BITS: u32 = 64 - KIND_BITS - ID_BITS;

/// The largest sequence number.
pub(super) const MAX_SEQUENCE: u64 = (1 << SEQUENCE_BITS) - 1;

/// Marks a sequence number as already renewed while all numbers are reassigned.
pub(super) const RENUMBERED: u64 = 1 << 63;

/// The largest id, which limits the number of requests in flight, stations, links and other targets.
pub(super) const MAX_ID: u32 = (1 << ID_BITS) - 1;

/// The kind of a scheduled event. Each variant documents its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The next user arrives. No id.
    Arrival,
    /// A request's message reaches the end of a leg. Id: request.
    Leg,
    /// A service is complete. Id: request.
    Service,
    /// A connection attempt times out, or the delay before a retry ends. Id: request.
    Retry,
    /// The oldest deadline of a station is due. Id: station.
    Deadline,
    /// A health check of a backend is due. Id: link.
    Check,
    /// A health check times out. Id: link.
    CheckTimeout,
    /// A sample is due. Id: agent.
    Sample,
    /// A message that does not belong to a request arrives. Id: message.
    Message,
    /// A whole second of simulated time ends. No id.
    Second,
    /// An action is due at a database or cluster. Id: the action, and the database or cluster.
    Database,
    /// A request of the external probe is due. No id.
    Probe,
    /// A balancer of a pair sends a VRRP advertisement, or its master-down timer expires. Id: its number in the pair.
    Advert,
    /// A timer expires: a boot is complete, or a user retries. Id: timer.
    TimerEvent,
    /// Work on a server with a number of cores has received its processor time. Id: server.
    Cpu,
}

impl Kind {
    /// Numbers of the most frequent kinds.
    pub(super) const SERVICE: u8 = Self::Service as u8;
    pub(super) const ARRIVAL: u8 = Self::Arrival as u8;
}

/// The kinds by number. A packed kind has four bits, so there are 16 entries.
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
    Kind::Cpu,
    // An unused number.
    Kind::Second,
];

/// A scheduled event, ordered by time, then by sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event(u128);

impl Event {
    pub(super) fn new(at: SimTime, sequence: u64, kind: Kind, id: u32) -> Self {
        debug_assert!(id <= MAX_ID, "ids have {ID_BITS} bits");
        let low = (sequence << (KIND_BITS + ID_BITS)) | ((kind as u64) << ID_BITS) | u64::from(id);
        Self((u128::from(at.nanos()) << 64) | u128::from(low))
    }

    #[expect(clippy::cast_possible_truncation, reason = "unpacks a field")]
    const fn low(self) -> u64 {
        self.0 as u64
    }

    pub(super) const fn at(self) -> SimTime {
        SimTime::from_nanos((self.0 >> 64) as u64)
    }

    pub(super) const fn sequence(self) -> u64 {
        self.low() >> (KIND_BITS + ID_BITS)
    }

    /// Number of the event's kind.
    pub(super) const fn kind_number(self) -> u8 {
        ((self.low() >> ID_BITS) & 0xf) as u8
    }

    pub(super) const fn kind(self) -> Kind {
        KINDS[self.kind_number() as usize]
    }

    #[expect(clippy::cast_possible_truncation, reason = "unpacks a field")]
    pub(super) const fn id(self) -> u32 {
        (self.low() & MAX_ID as u64) as u32
    }

    /// The id of the event's target, as an index.
    #[inline]
    pub(super) fn on<I: Ix>(self) -> I {
        I::from_raw(self.id())
    }

    /// Kind and id, for the trace digest.
    pub(super) const fn what(self) -> u64 {
        self.low() & ((1 << (KIND_BITS + ID_BITS)) - 1)
    }

    /// [`Self::what`] as a `u32`.
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
        for kind in KINDS.into_iter().take(15) {
            let event = Event::new(SimTime::from_nanos(u64::MAX - 1), (1 << 36) - 1, kind, MAX_ID);
            assert_eq!(
                (event.at().nanos(), event.sequence(), event.kind(), event.id()),
                (u64::MAX - 1, (1 << 36) - 1, kind, MAX_ID)
            );
        }
    }
}
