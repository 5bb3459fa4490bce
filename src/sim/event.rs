//! The event queue: what happens when, in a total order.
//!
//! An event is one `u128`: time in nanoseconds (64 bits), sequence number (36), kind (4) and the id of what it happens to
//! (24). One comparison gives the order, first come first served among events of one instant, and so determinism. Must not
//! know what the kinds mean.

use super::time::SimTime;

const KIND_BITS: u32 = 4;
const ID_BITS: u32 = 24;
const SEQUENCE_BITS: u32 = 64 - KIND_BITS - ID_BITS;

/// The largest sequence number.
pub(super) const MAX_SEQUENCE: u64 = (1 << SEQUENCE_BITS) - 1;

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
    /// Something comes by itself: a boot is over, a user tries again. Id: its place in a list.
    Later,
}

const KINDS: [Kind; 14] = [
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
    Kind::Later,
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

    /// Kind and id, for the digest of a trace.
    pub(super) const fn what(self) -> u64 {
        self.low() & ((1 << (KIND_BITS + ID_BITS)) - 1)
    }
}

/// A 4-ary heap. Four children share a cache line, so it is shallower and faster than a binary one.
///
/// Removal is lazy: taking the first event leaves a hole at the root, and the next event that is scheduled fills it. Most
/// events schedule one other, so that most removals cost nothing by themselves.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct EventQueue {
    heap: Vec<Event>,
    hole: bool,
}

impl EventQueue {
    pub(super) fn footprint(&self) -> usize {
        self.heap.len() * size_of::<Event>()
    }

    pub(super) fn peek(&self) -> Option<Event> {
        if self.hole {
            // The root's children are the next in line.
            return self.heap[1..self.heap.len().min(5)].iter().min().copied();
        }
        self.heap.first().copied()
    }

    pub(super) fn push(&mut self, event: Event) {
        if self.hole {
            self.hole = false;
            self.sift_down(event);
            return;
        }
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

    /// Takes the first event if it is due at `until` or before.
    pub(super) fn pop_until(&mut self, until: SimTime) -> Option<Event> {
        if self.hole {
            self.fill();
        }
        let first = *self.heap.first()?;
        if first.at() > until {
            return None;
        }
        self.hole = true;
        Some(first)
    }

    /// Takes the first event.
    pub(super) fn pop(&mut self) -> Option<Event> {
        self.pop_until(SimTime::from_nanos(u64::MAX))
    }

    /// Closes the hole with the last event.
    fn fill(&mut self) {
        self.hole = false;
        if let Some(last) = self.heap.pop()
            && !self.heap.is_empty()
        {
            self.sift_down(last);
        }
    }

    /// Finds the place of an event from the root down, where there is a hole.
    fn sift_down(&mut self, event: Event) {
        let heap = self.heap.as_mut_slice();
        let mut hole = 0;
        loop {
            let first = hole * 4 + 1;
            let least = if let Some([a, b, c, d]) = heap.get(first..first + 4) {
                let (left, right) = (usize::from(b < a), 2 + usize::from(d < c));
                first + if heap[first + right] < heap[first + left] { right } else { left }
            } else {
                let Some(least) = (first..heap.len()).min_by_key(|child| heap[*child]) else { break };
                least
            };
            if heap[least] >= event {
                break;
            }
            heap[hole] = heap[least];
            hole = least;
        }
        heap[hole] = event;
    }

    /// Gives all events new sequence numbers from 1 on, in their order, and tells `renamed` of each old and new one.
    pub(super) fn renumber(&mut self, mut renamed: impl FnMut(Event, u64)) -> u64 {
        if self.hole {
            self.fill();
        }
        // A sorted list is a heap.
        self.heap.sort_unstable();
        let mut sequence = 0;
        for event in &mut self.heap {
            sequence += 1;
            renamed(*event, sequence);
            *event = Event::new(event.at(), sequence, event.kind(), event.id());
        }
        sequence
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
