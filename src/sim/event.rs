//! The event queue: what happens when, in a total order.
//!
//! An event is one `u128`: time in nanoseconds (64 bits), sequence number (36), kind (4) and the id of what it happens to
//! (24). One comparison gives the order, first come first served among events of one instant, and so determinism. Must not
//! know what the kinds mean.

use super::time::SimTime;

const KIND_BITS: u32 = 4;
const ID_BITS: u32 = 24;

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
    /// A balancer of a pair advertises itself, or has heard nothing for too long. Id: its number.
    Advert,
}

const KINDS: [Kind; 11] = [
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
    Kind::Advert,
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

    pub(super) const fn kind(self) -> Kind {
        KINDS[((self.low() >> ID_BITS) & 0xf) as usize]
    }

    #[expect(clippy::cast_possible_truncation, reason = "takes fields apart")]
    pub(super) const fn id(self) -> u32 {
        (self.low() & MAX_ID as u64) as u32
    }

    /// The event as two words, for the digest of a trace.
    pub(super) const fn words(self) -> (u64, u64) {
        ((self.0 >> 64) as u64, self.low())
    }
}

/// A 4-ary heap. Four children share a cache line, so it is shallower and faster than a binary one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct EventQueue {
    heap: Vec<Event>,
}

impl EventQueue {
    pub(super) fn footprint(&self) -> usize {
        self.heap.len() * size_of::<Event>()
    }

    pub(super) fn peek(&self) -> Option<Event> {
        self.heap.first().copied()
    }

    pub(super) fn push(&mut self, event: Event) {
        let mut hole = self.heap.len();
        self.heap.push(event);
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.heap[parent] <= event {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = event;
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        let first = *self.heap.first()?;
        let last = self.heap.pop()?;
        if self.heap.is_empty() {
            return Some(first);
        }
        let mut hole = 0;
        loop {
            let children = hole * 4 + 1..self.heap.len().min(hole * 4 + 5);
            let Some(least) = children.min_by_key(|child| self.heap[*child]) else { break };
            if self.heap[least] >= last {
                break;
            }
            self.heap[hole] = self.heap[least];
            hole = least;
        }
        self.heap[hole] = last;
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_survive_packing() {
        for kind in KINDS {
            let event = Event::new(SimTime::from_nanos(u64::MAX - 1), (1 << 36) - 1, kind, MAX_ID);
            assert_eq!(
                (event.at().nanos(), event.sequence(), event.kind(), event.id()),
                (u64::MAX - 1, (1 << 36) - 1, kind, MAX_ID)
            );
        }
    }

    #[test]
    fn events_come_out_by_time_then_in_the_order_of_scheduling() {
        let mut queue = EventQueue::default();
        let mut expected = Vec::new();
        for sequence in 0..500u64 {
            let at = SimTime::from_nanos(sequence * 7919 % 37);
            queue.push(Event::new(at, sequence, Kind::Leg, 0));
            expected.push((at, sequence));
        }
        expected.sort_unstable();
        let popped: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|event| (event.at(), event.sequence())).collect();
        assert_eq!(popped, expected);
    }
}
