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
    Kind::Later,
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

    /// Whether it ends a service: most events do.
    pub(super) const fn is_service(self) -> bool {
        (self.low() >> ID_BITS) & 0xf == Kind::Service as u64
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
#[derive(Clone, Debug, PartialEq)]
pub(super) struct EventQueue {
    /// The heap, and behind it at least three events that never come: every parent of one has four children to compare.
    heap: Vec<Event>,
    len: usize,
    hole: bool,
}

/// Later than everything.
const NEVER: Event = Event(u128::MAX);
/// Children of one parent.
const ARITY: usize = 4;

impl Default for EventQueue {
    fn default() -> Self {
        Self { heap: vec![NEVER; ARITY], len: 0, hole: false }
    }
}

impl EventQueue {
    pub(super) fn footprint(&self) -> usize {
        self.heap.len() * size_of::<Event>()
    }

    pub(super) fn peek(&self) -> Option<Event> {
        // Where there is a hole at the root, its children are the next in line.
        let first = if self.hole { self.heap[1..=ARITY.min(self.heap.len() - 1)].iter().min() } else { self.heap.first() };
        first.copied().filter(|event| *event != NEVER)
    }

    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(super) fn push(&mut self, event: Event) {
        if self.hole {
            self.hole = false;
            self.sift_down(event);
        } else {
            self.sift_up(event);
        }
    }

    /// Takes the first event if it is due at `until` or before.
    #[expect(clippy::inline_always, reason = "on the engine's critical path")]
    #[inline(always)]
    pub(super) fn pop_until(&mut self, until: SimTime) -> Option<Event> {
        if self.hole {
            self.fill();
        }
        let first = self.heap[0];
        if first.at() > until || self.len == 0 {
            return None;
        }
        self.hole = true;
        Some(first)
    }

    /// Takes the first event.
    pub(super) fn pop(&mut self) -> Option<Event> {
        self.pop_until(SimTime::from_nanos(u64::MAX))
    }

    /// Puts an event at the end, and lifts it to its place.
    fn sift_up(&mut self, event: Event) {
        let mut hole = self.len;
        self.len += 1;
        if self.len + ARITY > self.heap.len() {
            self.heap.push(NEVER);
        }
        let heap = self.heap.as_mut_slice();
        while hole > 0 {
            let parent = (hole - 1) / ARITY;
            if heap[parent] <= event {
                break;
            }
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = event;
    }

    /// Closes the hole with the last event.
    fn fill(&mut self) {
        self.hole = false;
        self.len -= 1;
        let last = std::mem::replace(&mut self.heap[self.len], NEVER);
        if self.len > 0 {
            self.sift_down(last);
        }
    }

    /// Finds the place of an event from the root down, where there is a hole.
    fn sift_down(&mut self, event: Event) {
        let heap = self.heap.as_mut_slice();
        let mut hole = 0;
        loop {
            let first = hole * ARITY + 1;
            let Some([a, b, c, d]) = heap.get(first..).and_then(|children| children.first_chunk::<ARITY>()) else { break };
            let (left, at_left) = if b < a { (*b, first + 1) } else { (*a, first) };
            let (right, at_right) = if d < c { (*d, first + 3) } else { (*c, first + 2) };
            let (least, at) = if right < left { (right, at_right) } else { (left, at_left) };
            if least >= event {
                break;
            }
            heap[hole] = least;
            hole = at;
        }
        heap[hole] = event;
    }

    /// Gives all events new sequence numbers from 1 on, in their order, and tells `renamed` of each old and new one.
    pub(super) fn renumber(&mut self, mut renamed: impl FnMut(Event, u64)) -> u64 {
        if self.hole {
            self.fill();
        }
        // A sorted list is a heap.
        let heap = &mut self.heap[..self.len];
        heap.sort_unstable();
        let mut sequence = 0;
        for event in heap {
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
        for kind in KINDS.into_iter().take(14) {
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
